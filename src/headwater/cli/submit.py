"""``headwater submit`` and ``submissions``: send episodes, and see how far they came."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.cli.check import EpisodeOption, numbers_of
from headwater.cli.options import (
    AsOption,
    CampaignOption,
    HomeOption,
    JsonOption,
    OperatorOption,
    PeopleOption,
    Session,
    ShowsOption,
    emit,
    say,
    session_of,
)
from headwater.cli.printing import progress, table

if TYPE_CHECKING:
    from headwater.client.items import Standing
    from headwater.client.submit import Consent, Submitter
    from headwater.formats import Recording

REFUSED = 1


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("submit")(submit)
    app.command("submissions")(submissions)


def submit(
    path: Annotated[Path, typer.Argument(help="A recording, as lerobot-record or the camera left it.")],
    campaign: CampaignOption,
    name: AsOption,
    episode: EpisodeOption = None,
    force: Annotated[bool, typer.Option(help="Send what the checks reject as well; it may cost its deposit.")] = False,
    people: PeopleOption = 0,
    shows: ShowsOption = None,
    premises: Annotated[str, typer.Option(help="Where it was recorded.")] = "own workplace",
    purpose: Annotated[
        list[str] | None,
        typer.Option(help="What people agreed to, again for more; else just what the campaign asks for."),
    ] = None,
    region: Annotated[
        list[str] | None,
        typer.Option(
            help="Where they agreed to: a code such as DE, again for more; else just where the campaign asks."
        ),
    ] = None,
    youngest: Annotated[int, typer.Option(help="Age of the youngest of you and everyone visible; 0 says nothing.")] = 0,
    operator: OperatorOption = "operator",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check, encrypt, sign and hand in episodes. Run again after a break: what is stored is not sent twice.

    Exit code 1 if an episode was refused here; the others are sent all the same.
    """
    from headwater.client.journal import Journal
    from headwater.client.submit import Consent, Submitter, agreed
    from headwater.formats import open_recording
    from headwater.node.gateway import LocalGateway
    from headwater.privacy import detectors_if_there

    purposes, regions = tuple(purpose or ()) or None, tuple(region or ()) or None
    consent = Consent(people, premises, purposes, regions, youngest, tuple(shows or ()))
    recording = open_recording(path)
    numbers = numbers_of(recording, episode)
    session = session_of(home)
    given = agreed(consent, session.network.ledger().campaign(campaign).terms)
    signer, gateway = session.signer(name), LocalGateway(session.desk(operator))
    say(f"consent: {', '.join(given.purposes)}; {', '.join(given.regions) or 'anywhere'}")
    session.home.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="submit-", dir=session.home.work) as work:
        eyes = detectors_if_there()
        if eyes is None:
            say("faces, text and voices are not looked for: they need the privacy extra")
        sender = Submitter(session.network, gateway, signer, Journal(session.home.journals), Path(work), detectors=eyes)
        rows = _send(sender, recording, numbers, campaign, consent, force=force)
    if as_json:
        emit(rows)
    else:
        columns = ("episode", "result", "contribution", "size_bytes")
        table(columns, [[row[column] for column in columns] for row in rows], "nothing to send")
    return REFUSED if any(row["result"] == "refused" for row in rows) else 0


def submissions(
    name: AsOption,
    campaign: Annotated[int | None, typer.Option(help="Only this one.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Own contributions and how far each came: waiting, anchored, in review, accepted or rejected and why, paid."""
    from headwater.client.items import standing_of
    from headwater.client.journal import Journal

    session = session_of(home)
    if campaign is not None:
        session.network.ledger().campaign(campaign)
    mine = session.signer(name).address
    entries = [e for e in Journal(session.home.journals).all() if e.contributor == mine]
    chosen = [e for e in entries if campaign in (None, e.campaign)]
    rows = [_row(session, standing_of(session.network, entry)) for entry in chosen]
    if as_json:
        emit(rows)
        return
    columns = ("campaign", "item", "recording", "episode", "state", "reward", "paid", "reason")
    table(columns, [[row[column] for column in columns] for row in rows], "nothing sent yet: headwater submit")


def _send(
    sender: Submitter, recording: Recording, numbers: list[int], campaign: int, consent: Consent, *, force: bool
) -> list[dict[str, Any]]:
    from headwater.client.errors import RefusedLocallyError

    rows: list[dict[str, Any]] = []
    with progress("sending") as advance:
        for done, number in enumerate(numbers):
            advance(f"episode {number}", done, len(numbers))
            sender.progress = lambda path, size, at=done: advance(path, at, len(numbers))  # type: ignore[misc]
            try:
                sent = sender.submit(recording[number], campaign, consent, check=not force)
            except RefusedLocallyError as error:
                say(f"refused: {error.line()}")
                row = {"result": "refused", "contribution": "", "size_bytes": 0, "reason": error.line()}
            else:
                result = "sent before" if sent.again else "handed in"
                row = {"result": result, "contribution": sent.digest.hex(), "size_bytes": sent.size_bytes, "reason": ""}
            rows.append({"episode": number, **row})
    return rows


def _row(session: Session, standing: Standing) -> dict[str, Any]:
    entry, outcome = standing.entry, standing.outcome
    token = session.network.ledger().campaign(entry.campaign).terms.token
    return {
        "campaign": entry.campaign,
        "item": "" if standing.item is None else standing.item,
        "recording": entry.recording,
        "episode": entry.episode,
        "contribution": entry.digest,
        "state": str(standing.state),
        "reward": session.money(token, int(outcome.verdict.reward)) if outcome else "",
        "paid": outcome.paid if outcome else False,
        "final": outcome.final if outcome else False,
        "reason": outcome.verdict.reason if outcome else "",
    }
