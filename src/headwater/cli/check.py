"""``headwater check``: what the network will say, before anything is sent."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.cli.options import (
    HomeOption,
    JsonOption,
    PeopleOption,
    ShowsOption,
    SomeCampaignOption,
    emit,
    home_of,
    say,
    session_of,
)
from headwater.cli.printing import Released, report

if TYPE_CHECKING:
    from headwater.checks import CopyIndex
    from headwater.client.checked import Checked
    from headwater.client.offline import Offline
    from headwater.formats import Episode, Recording
    from headwater.records.campaign_spec import CampaignSpec
    from headwater.report import Film

REJECTED = 1
EpisodeOption = Annotated[list[int] | None, typer.Option(help="Number of the episode; again for more; default all.")]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("check")(check)


def check(
    path: Annotated[Path, typer.Argument(help="A recording: LeRobot folder, GoPro MP4, video with CSV.")],
    episode: EpisodeOption = None,
    campaign: SomeCampaignOption = None,
    spec: Annotated[Path | None, typer.Option(help="A campaign's spec as a JSON file, instead of --campaign.")] = None,
    index: Annotated[Path | None, typer.Option(help="Copy index snapshot to compare with.")] = None,
    report_file: Annotated[
        Path | None, typer.Option("--report", help="Write the canonical report of the one episode here.")
    ] = None,
    html: Annotated[
        Path | None, typer.Option(help="Write a page with pictures, signals and findings here, to open in a browser.")
    ] = None,
    fresh: Annotated[bool, typer.Option(help="Decode again what was checked before and has not changed.")] = False,
    people: PeopleOption = 0,
    shows: ShowsOption = None,
    release: Annotated[bool, typer.Option("--release", help="Exit code 1 also unless the original may leave.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> int:
    """Judge episodes offline, and whether the originals may leave. Nothing leaves this machine.

    Exit code 0: accepted or in need of review; 1: rejected; 2 or more: could not check.
    """
    from headwater.checks import as_the_network
    from headwater.client.checked import Checked
    from headwater.client.errors import ClientError
    from headwater.client.offline import read_index
    from headwater.client.releasing import demand_kinds
    from headwater.client.trail import Trail
    from headwater.formats import open_recording
    from headwater.report import Film, Shown, page

    kinds = tuple(shows or ())
    demand_kinds(kinds)
    wanted = spec_for(campaign, spec, home)
    snapshot = read_index(index) if index else None
    kept = None if fresh else Checked(home_of(home).checked)
    trail = Trail(kept, path, wanted, snapshot) if kept else None
    known = trail.known(episode or None) if trail and not html else {}
    recording = None if known else open_recording(path)
    numbers = numbers_of(recording, episode) if recording else list(known)
    if report_file and len(numbers) != 1:
        raise ClientError("--report", actual=f"{len(numbers)} episodes", allowed="one", fix="add --episode NUMBER")
    for option, file in (("--report", report_file), ("--html", html)):
        if file and not file.absolute().parent.is_dir():
            raise ClientError(option, actual=f"no folder {file.absolute().parent}", fix="make the folder first")
    done, pages, names = [], [], {}
    for number in numbers:
        film = Film.of(len(numbers)) if html else None
        if recording is None:
            one = known[number]
        else:
            names[number], one = _checked(recording[number], wanted, snapshot, film, kept)
        if film and one.seen:
            pages.append(Shown(one.seen, film, one.report))
        if not as_json:
            _print(path, number, one, _released(one, people, kinds))
        done.append((number, one))
    if trail and recording is not None:
        with suppress(OSError):
            trail.put(len(recording), {number: (recording[number], name) for number, name in names.items()})
    if report_file:
        report_file.write_bytes(as_the_network(done[0][1].report).to_bytes())
    if html:
        html.write_bytes(page(pages))
    rejected = sum(one.report.quality == "reject" for _, one in done)
    kept_back = sum(_released(one, people, kinds).may != "clear" for _, one in done)
    if as_json:
        emit([_row(number, one, _released(one, people, kinds)) for number, one in done])
    elif len(done) > 1:
        typer.echo(f"{len(done)} episodes: {len(done) - rejected} good or for reviewers, {rejected} rejected")
    return REJECTED if rejected or (release and kept_back) else 0


def _released(one: Offline, people: int, shows: tuple[str, ...]) -> Released:
    from headwater.checks import reasons, release, remedy

    found, missing = one.report.findings, one.report.not_run
    return Released(
        release(found, missing, people=people, shows=shows),
        reasons(found, missing, people=people, shows=shows),
        remedy(found, missing, people=people, shows=shows),
    )


def _row(number: int, one: Offline, released: Released) -> dict[str, Any]:
    row = {"number": number, "unsendable": one.unsendable, **one.report.to_record()}
    return {
        **row,
        "release": str(released.may),
        "release_reasons": list(released.reasons),
        "release_fix": released.fix,
    }


def _checked(
    episode: Episode, spec: CampaignSpec | None, index: CopyIndex | None, film: Film | None, kept: Checked | None
) -> tuple[str, Offline]:
    """Its name in ``kept``, and the report: from there, if no pictures are needed; a folder of no use is none."""
    from headwater.client.checked import name_of
    from headwater.client.offline import check_offline
    from headwater.privacy import detectors_if_there

    name = name_of(episode, spec, index) if kept else ""
    known = kept.get(name) if kept and film is None else None
    if known:
        return name, known
    with tempfile.TemporaryDirectory(prefix="headwater-check-") as work:
        made = check_offline(episode, Path(work), spec, index, detectors_if_there(), film)
    if kept:
        with suppress(OSError):
            kept.put(name, made)
    return name, made


def spec_for(campaign: int | None, file: Path | None, home: Path | None) -> CampaignSpec | None:
    """The spec of ``--campaign`` or ``--spec``; ``None`` if neither is given."""
    from headwater.client.spec_file import read_spec

    if file is not None:
        return read_spec(file)
    return session_of(home).network.spec(campaign) if campaign is not None else None


def numbers_of(recording: Recording, wanted: list[int] | None) -> list[int]:
    """Episode numbers to take; ClientError if one is not there."""
    from headwater.client.errors import ClientError

    there = range(len(recording))
    for number in wanted or ():
        if number not in there:
            allowed = f"0 to {len(recording) - 1}"
            raise ClientError(f"episode of {recording.root}", actual=number, allowed=allowed, fix="choose another")
    return list(dict.fromkeys(wanted)) if wanted else list(there)


def _print(path: Path, number: int, one: Offline, released: Released) -> None:
    report(f"{path} episode {number}", one.report, released)
    if one.unsendable:
        say(f"  cannot be sent as it is: {one.unsendable}")
