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
    Session,
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
    people: Annotated[int, typer.Option(min=0, help="People a viewer could recognise, who agreed.")] = 0,
    premises: Annotated[str, typer.Option(help="Where it was recorded.")] = "own workplace",
    purposes: Annotated[list[str] | None, typer.Option(help="What it may be used for; again for more.")] = None,
    operator: OperatorOption = "operator",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check, encrypt, sign and hand in episodes. Run again after a break: what is stored is not sent twice.

    Exit code 1 if an episode was refused here; the others are sent all the same.
    """
    from headwater.client.journal import Journal
    from headwater.client.submit import Submitter
    from headwater.formats import open_recording
    from headwater.node.gateway import LocalGateway

    consent = _consent(people, premises, purposes)
    recording = open_recording(path)
    numbers = numbers_of(recording, episode)
    session = session_of(home)
    session.network.ledger().campaign(campaign)
    signer, gateway = session.signer(name), LocalGateway(session.desk(operator))
    session.home.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="submit-", dir=session.home.work) as work:
        sender = Submitter(session.network, gateway, signer, Journal(session.home.journals), Path(work))
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


def _consent(people: int, premises: str, purposes: list[str] | None) -> Consent:
    from headwater.client.errors import ClientError
    from headwater.client.submit import Consent
    from headwater.records.consent import PURPOSES

    for purpose in purposes or ():
        if purpose not in PURPOSES:
            raise ClientError("purpose", actual=purpose, allowed=" or ".join(PURPOSES), fix="name one")
    return Consent(people, premises, tuple(purposes or PURPOSES))


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
