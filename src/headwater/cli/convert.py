"""``headwater convert``: any recording to any training set, without a network."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.conforming import ConventionsOption, SpecOption, data_of, lines_of, written
from headwater.cli.options import JsonOption, emit
from headwater.cli.printing import console, progress

if TYPE_CHECKING:
    from headwater.export import ExportReport, Provenance
    from headwater.formats import Episode
    from headwater.records.conform import ConformedSet


class Form(StrEnum):
    """Names of ``export.OUTPUTS``, written out so that the command line starts without loading it."""

    LEROBOT_V3 = "lerobot-v3.0"
    LEROBOT_V2 = "lerobot-v2.1"
    WEBDATASET = "webdataset"
    HUGGINGFACE = "huggingface"
    MCAP = "mcap"
    RERUN = "rerun"


FormOption = Annotated[Form, typer.Option("--to", "--format", help="Which training set to write.")]
DEFAULT = Form.LEROBOT_V3


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("convert")(convert)


def convert(
    source: Annotated[Path, typer.Argument(help="A recording of any format.")],
    target: Annotated[Path, typer.Argument(help="A folder that is not there yet, or empty.")],
    form: FormOption = DEFAULT,
    episode: Annotated[list[int] | None, typer.Option(min=0, help="Only this episode; again for more.")] = None,
    title: Annotated[str, typer.Option(help="For the card (huggingface).")] = "",
    licence: Annotated[str, typer.Option(help="Of the recordings, for the card: cc-by-4.0, mit ...")] = "unknown",
    origin: Annotated[str, typer.Option(help="Campaign or place the recordings are from, for the card.")] = "",
    spec: SpecOption = None,
    conventions: ConventionsOption = None,
    as_json: JsonOption = False,
) -> None:
    """Write a recording as a training set. Video and stored pictures are copied unchanged wherever that is possible."""
    from headwater.client.spec_file import read_spec
    from headwater.export import Provenance
    from headwater.formats import open_recording
    from headwater.formats.recording import LazyEpisodes

    recording, asked = open_recording(source), read_spec(spec) if spec else None
    wanted = range(len(recording)) if not episode else [_known(number, len(recording)) for number in episode]
    about = Provenance(title=title or source.resolve().stem, licence=licence, campaign=origin)
    chosen = LazyEpisodes(len(wanted), lambda place: recording[wanted[place]])
    made, how = written(writer(form, len(wanted), about), chosen, target, asked, conventions)
    exported(made, form, as_json, how)


def writer(
    form: Form, count: int, provenance: Provenance | None = None
) -> Callable[[Iterable[Episode], Path], ExportReport]:
    """An export with a bar on stderr."""
    from headwater.export import export_as

    def write(episodes: Iterable[Episode], target: Path) -> ExportReport:
        with progress(f"writing {form}") as advance:

            def told() -> Iterator[Episode]:
                for number, episode in enumerate(episodes):
                    advance(f"episode {number}", number, count)
                    yield episode

            return export_as(form, told(), target, provenance=provenance)

    return write


def exported(made: ExportReport, form: str, as_json: bool, how: ConformedSet | None = None) -> None:
    """Print what an export did."""
    if as_json:
        emit({"out": str(made.root), "format": form, "episodes": made.episodes, "frames": made.frames,
              "copied": made.copied, "reencoded": len(made.reencoded), "files": list(made.files),
              "notes": list(made.notes), **data_of(how)})  # fmt: skip
        return
    out = console()
    out.print(f"{made.episodes} episodes, {made.frames} frames as {form} in {made.root}")
    out.print(f"pictures: {made.copied} cameras copied unchanged, {len(made.reencoded)} encoded anew")
    for one in made.reencoded:
        out.print(f"  encoded anew: episode {one.episode_index} {one.camera}, {one.frames} frames: {one.reason}")
    for line in (*(f"  {note}" for note in made.notes), *lines_of(how)):
        out.print(line, markup=False)


def _known(number: int, count: int) -> int:
    from headwater.client.errors import ClientError

    if number >= count:
        raise ClientError("--episode", actual=number, allowed=f"0 to {count - 1}", fix="count from 0")
    return number
