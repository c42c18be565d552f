"""``headwater watch``: judge each episode seconds after it is saved, while the scene is still set up."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.check import REJECTED, spec_for
from headwater.cli.options import HomeOption, JsonOption, SomeCampaignOption, emit_line, say
from headwater.cli.printing import report

if TYPE_CHECKING:
    from headwater.client.folder import Seen
    from headwater.records.campaign_spec import CampaignSpec


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("watch")(watch)


def watch(
    folder: Annotated[Path, typer.Argument(help="The set a recorder writes to, or a folder of sets.")],
    campaign: SomeCampaignOption = None,
    spec: Annotated[Path | None, typer.Option(help="A campaign's spec as a JSON file, instead of --campaign.")] = None,
    existing: Annotated[bool, typer.Option(help="Judge the episodes already there as well.")] = False,
    once: Annotated[bool, typer.Option(help="Judge what is there now, then stop.")] = False,
    timeout: Annotated[float, typer.Option(min=0, help="Stop after so many seconds; 0 for never.")] = 0,
    every: Annotated[float, typer.Option(min=0.05, help="Seconds between looks.")] = 1,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> int:
    """Judge new episodes as they appear, until interrupted. Exit code 1 if one was rejected."""
    from headwater.client.folder import FolderWatch
    from headwater.formats import RecordingError

    wanted = spec_for(campaign, spec, home)
    watched = FolderWatch(folder, quiet_s=0) if once else FolderWatch(folder)
    if not (existing or once):
        say(f"watching {folder}: {watched.skip_existing()} episodes there already; stop with Ctrl-C")
    stop, rejected = time.monotonic() + timeout if timeout else None, 0
    while True:
        for seen in watched.poll():
            try:
                rejected += _judge(seen, wanted, as_json)
            except RecordingError as error:
                if once:
                    raise
                say(f"not yet: {error.line()}")
        if once or (stop is not None and time.monotonic() >= stop):
            return REJECTED if rejected else 0
        time.sleep(every)


def _judge(seen: Seen, spec: CampaignSpec | None, as_json: bool) -> bool:
    """Prints one episode's verdict; whether it was rejected."""
    from headwater.client.offline import check_offline

    if seen.problem:
        raise seen.problem
    assert seen.episode is not None
    number = seen.episode.source.index
    with tempfile.TemporaryDirectory(prefix="headwater-watch-") as work:
        made = check_offline(seen.episode, Path(work), spec, None).report
    if as_json:
        emit_line({"recording": str(seen.root), "number": number, **made.to_record()})
    else:
        report(f"{seen.root} episode {number}", made)
    return made.quality == "reject"
