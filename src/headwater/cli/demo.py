"""``headwater demo``: the main job in front of the user's eyes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.options import JsonOption, emit


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("demo")(demo)


def demo(
    home: Annotated[Path, typer.Option(help="Folder of the demo; emptied at the start.")] = Path("build/demo"),
    rpc_url: Annotated[str | None, typer.Option(help="Use this development chain, not a fresh one.")] = None,
    keep: Annotated[bool, typer.Option(help="Leave the chain and the key holders running.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Fund, collect, check, review, settle, pay, publish, sell, train and audit, on this machine."""
    from rich.console import Console

    from headwater.demo import run_demo

    result = run_demo(home, Console(stderr=as_json), rpc_url=rpc_url, keep=keep)
    if as_json:
        emit(result.to_plain())
    if not result.ok:
        raise typer.Exit(1)
