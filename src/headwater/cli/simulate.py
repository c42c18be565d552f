"""``headwater simulate``: the mechanism under attack, before anybody's money is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.options import JsonOption, emit


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("simulate")(simulate)


def simulate(
    scenario: Annotated[list[str] | None, typer.Option(help="A scenario, again for more; all by default.")] = None,
    items: Annotated[int, typer.Option(min=100, help="Items a campaign.")] = 2_000,
    seeds: Annotated[int, typer.Option(min=1, help="Worlds a scenario.")] = 4,
    processes: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 2,
    out: Annotated[Path, typer.Option(help="Folder for simulation.html and simulation.json.")] = Path("build/simulate"),
    as_json: JsonOption = False,
) -> None:
    """Play campaigns with honest, lazy, colluding and spamming agents by the network's own rules."""
    from rich.console import Console
    from rich.progress import Progress

    from headwater.simulate import page, run, scenarios

    setups = {name: scenarios.setup_of(name).scaled(items) for name in scenario or scenarios.SETUPS}
    which, runs = range(1, seeds + 1), {}
    with Progress(console=Console(stderr=True)) as shown:
        for name, setup in setups.items():
            task = shown.add_task(name, total=seeds)
            rows = run.many(setup, which, processes, lambda: shown.advance(task))  # noqa: B023 - called in this turn
            runs[name] = setup, rows
    written = page.write(runs, which, out)
    if as_json:
        emit(page.to_plain(runs, which))
        return
    console = Console()
    for name, (_, rows) in runs.items():
        found = run.spreads(rows)
        line = "  ".join(f"{figure} {found[figure].mean:.3f}" for figure in scenarios.HEADLINES if figure in found)
        console.print(f"[bold]{name}[/]  {line}", highlight=False)
    console.print(f"written: {written[0]}, {written[1]}", highlight=False)
