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

    from headwater.simulate import named, page

    which, runs = range(1, seeds + 1), {}
    with Progress(console=Console(stderr=True)) as shown:
        for name in named.chosen(scenario):
            task = shown.add_task(name, total=seeds)
            runs[name] = named.run(name, items, which, processes, lambda: shown.advance(task))  # noqa: B023 - called now
    written = page.write(runs, which, out)
    if as_json:
        emit(page.to_plain(runs, which))
        return
    console = Console()
    for name, (_, rows) in runs.items():
        console.print(f"[bold]{name}[/]  {named.headline(rows)}", highlight=False)
    console.print(f"written: {written[0]}, {written[1]}", highlight=False)
