"""What commands print: tables and findings on stdout, progress on stderr. NO_COLOR and pipes give plain text."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from rich.console import Console

    from headwater.checks import CheckReport, Finding, Release

_PIPE_WIDTH = 160
_COLOURS = {
    "defect": "red", "risk": "yellow", "note": "dim", "accept": "green", "review": "yellow", "reject": "red",
    "clear": "green", "needs consent": "yellow", "needs redaction": "red", "unknown": "yellow",
}  # fmt: skip


@dataclass(frozen=True)
class Released:
    """Whether an original may leave, what keeps it from that, and what to do about it."""

    may: Release
    reasons: tuple[str, ...] = ()
    fix: str = ""


class Advance(Protocol):
    """Told how far something is."""

    def __call__(self, text: str, done: int, of: int) -> None: ...


def console() -> Console:
    """Stdout; a pipe gets wide lines instead of cut ones."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _PIPE_WIDTH
    return Console(file=sys.stdout, width=width, markup=False, highlight=False, soft_wrap=True)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]], empty: str) -> None:
    """A table, or one sentence if it has no row."""
    from rich.table import Table

    if not rows:
        console().print(empty)
        return
    made = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        made.add_column(name, overflow="fold")
    for row in rows:
        made.add_row(*(str(cell) for cell in row))
    console().print(made)


def facts(pairs: Sequence[tuple[str, object]]) -> None:
    """Names and values, a line each; empty values are left out."""
    out = console()
    width = max((len(name) for name, _ in pairs), default=0)
    for name, value in pairs:
        if value not in ("", (), [], None):
            text = "; ".join(str(one) for one in value) if isinstance(value, list | tuple) else value
            out.print(f"{name:<{width}}  {text}")


def report(name: str, made: CheckReport, released: Released | None = None) -> None:
    """A check report: verdict line, findings with evidence, rules that did not run.

    Args:
        released: whether the original may leave, with consent; default as the report has it, without.
    """
    from rich.text import Text

    out = console()
    line = Text(f"{name}: ")
    line.append(str(made.quality), style=_COLOURS[made.quality])
    line.append(f", score {made.score}, log-likelihood ratio {made.llr_milli / 1000:+.2f}, suite {made.suite}")
    out.print(line)
    _released(out, released or Released(made.release))
    for finding in made.findings:
        _finding(out, finding)
    if made.not_run:
        out.print("  not run: " + "; ".join(f"{row.rule} ({row.why})" for row in made.not_run))


def _released(out: Console, released: Released) -> None:
    from rich.text import Text

    out.print(Text(f"  release: {released.may}", style=_COLOURS[released.may]))
    for reason in released.reasons:
        out.print(f"         {reason}")
    if released.fix:
        out.print(f"         fix: {released.fix}")


def _finding(out: Console, finding: Finding) -> None:
    from rich.text import Text

    line = Text("  ")
    line.append(f"{finding.severity.upper():6} ", style=_COLOURS[finding.severity])
    line.append(f"{finding.rule}{' ' + finding.stream if finding.stream else ''}: {finding.message}")
    line.append(f" Found {finding.observed}; {finding.expected}.")
    out.print(line)
    if finding.spans:
        out.print("         at " + ", ".join(span.text() for span in finding.spans))
    if finding.fix:
        out.print(f"         fix: {finding.fix}")


@contextmanager
def progress(title: str) -> Iterator[Advance]:
    """A bar on stderr while a terminal looks on; nothing otherwise."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    parts = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    shown = Progress(*parts, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    with shown:
        task = shown.add_task(title, total=None)

        def advance(text: str, done: int, of: int) -> None:
            shown.update(task, description=text, completed=done, total=of or None)

        yield advance
