"""``headwater redact``: a copy of a recording without faces, telling text, sound, positions and identifiers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.options import JsonOption, emit, say
from headwater.cli.printing import facts, progress


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("redact")(redact)


def redact(
    source: Annotated[Path, typer.Argument(help="A recording: a folder or a file.")],
    target: Annotated[Path, typer.Argument(help="Where the copy goes; must not exist.")],
    as_json: JsonOption = False,
) -> None:
    """Look at every frame, fill what shows who somebody is, take out sound and metadata; sensors keep their bytes.

    What was changed is written beside it. It finds most faces, not all: look at the result before you send it.
    """
    from headwater.privacy import detectors
    from headwater.privacy.redact import redact

    with progress("redacting") as advance:
        made = redact(source, target, detectors(), progress=advance)
    if as_json:
        emit(json.loads(made.to_json()))
        return
    facts(
        [
            ("files", len(made.files)),
            ("unchanged", sum(file.same for file in made.files)),
            ("filled", [f"{count} x {kind}" for kind, count in sorted(made.covered().items())] or "nothing"),
            ("removed", sorted({name for file in made.files for name in file.removed})),
            ("still found", sum(file.left for file in made.files)),
        ]
    )
    say("No detector finds everybody: look at the result before you send it.")
