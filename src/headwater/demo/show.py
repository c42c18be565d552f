"""How the demo is told: a step, what it did, how long it took; a table at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from headwater.demo.result import DemoResult


class Story:
    """Tells steps to a console (stderr when stdout is data)."""

    def __init__(self, console: Console, result: DemoResult) -> None:
        self._console = console
        self._result = result
        self._number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """One step of the journey, timed."""
        self._number += 1
        start = time.monotonic()
        self._console.print(f"[bold cyan]{self._number:>2}[/] [bold]{escape(title)}[/]")
        yield
        self._result.seconds[title] = round(time.monotonic() - start, 2)

    def say(self, text: str) -> None:
        """A line under the step."""
        self._console.print(f"   [dim]·[/] {escape(text)}", highlight=False)

    def summary(self) -> None:
        """The table of contributions, then what it cost."""
        table = Table(title="What became of each recording", title_justify="left", show_lines=False)
        for column in ("contributor", "recording", "verdict", "votes", "paid", "sale"):
            table.add_column(column, justify="right" if column in ("votes", "paid", "sale") else "left")
        for o in self._result.outcomes:
            mark = "[green]accepted[/]" if o.verdict == "accepted" else "[red]rejected[/]"
            flag = "" if o.as_expected else " [bold red]not as it must be[/]"
            table.add_row(o.who, escape(o.title), mark + flag, str(o.votes), o.paid, o.sale_share)
        self._console.print(table)
        gas = ", ".join(f"{name} {used:,}" for name, used in self._result.gas.items())
        self._console.print(f"gas: {gas}", highlight=False)
        total = sum(self._result.seconds.values())
        self._console.print(f"{total:.0f} s in all", highlight=False)
        verdict = "[bold green]AUDIT PASS[/]" if self._result.audit_passed else "[bold red]AUDIT FAIL[/]"
        self._console.print(f"{verdict} ({self._result.audit_claims} claims recomputed from chain and storage)")
