"""``headwater review``: become a reviewer, see what was drawn for you, vote."""

from __future__ import annotations

import tempfile
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.cli.options import (
    AsOption,
    CampaignOption,
    HomeOption,
    JsonOption,
    OperatorOption,
    SomeCampaignOption,
    emit,
    say,
    session_of,
)
from headwater.cli.printing import console, facts
from headwater.cli.references import item_of

if TYPE_CHECKING:
    from headwater.node.operator.desk import Desk
    from headwater.node.operator.reviewing import Assignment

group = typer.Typer(help="Review episodes.", no_args_is_help=True)


class Choice(StrEnum):
    """A vote."""

    ACCEPT = "accept"
    REJECT = "reject"


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="review")


@group.command("join")
def join(
    name: AsOption,
    stake: Annotated[int | None, typer.Option(min=1, help="Whole network tokens; by default the least.")] = None,
    home: HomeOption = None,
) -> None:
    """Stake network tokens for the reviewer role. Items anchored from now on may be drawn for you."""
    from headwater.chain.stakes import REVIEWER_ROLE
    from headwater.node.local import TOKENS, join

    session = session_of(home)
    signer, stakes = session.signer(name), session.contracts.stakes
    already = stakes.has_role(signer.address, REVIEWER_ROLE)
    join(session.contracts, signer, REVIEWER_ROLE, stake or -(-stakes.minimum(REVIEWER_ROLE) // TOKENS))
    say(f"{name} is a reviewer already" if already else f"{name} is a reviewer")
    if not session.contracts.reviewers.weight(signer.address):
        say(f"not drawn yet: see 'headwater review standing --as {name}'")


@group.command("standing")
def standing(name: AsOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """How you stand: whether you can be drawn, gold answers left before your first draw, your record and its weight."""
    from headwater.client.review import standing_of

    session = session_of(home)
    row = asdict(standing_of(session.network, session.signer(name).address))
    if as_json:
        emit(row)
    else:
        facts(list(row.items()))


@group.command("plant")
def plant(
    contribution: Annotated[str, typer.Argument(help="Digest of a contribution handed in and not anchored yet.")],
    choice: Annotated[Choice, typer.Argument(help="what is known to be right: accept or reject")],
    llr: Annotated[int, typer.Option(help="What 'headwater check' says of it, milli log-odds.")],
    campaign: CampaignOption,
    operator: OperatorOption = "operator",
    home: HomeOption = None,
) -> None:
    """Operators: make a contribution of known truth gold. Its anchor binds that, its settlement opens it."""
    from headwater.node.operator.planting import plant
    from headwater.primitives.ids import word_from_hex
    from headwater.records.vote import ACCEPT, REJECT

    desk = session_of(home).desk(operator)
    plant(desk, campaign, word_from_hex(contribution), ACCEPT if choice is Choice.ACCEPT else REJECT, llr)
    say(f"planted in campaign {campaign}")


@group.command("list")
def list_(
    name: AsOption,
    campaign: SomeCampaignOption = None,
    operator: OperatorOption = "operator",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Items that wait for your vote: what to look for, a preview picture, and what the checks said."""
    session = session_of(home)
    desk, mine = session.desk(operator), session.signer(name).address
    rows = [_row(desk, asked) for asked in _open(desk, campaign) if asked.reviewer == mine]
    if as_json:
        emit(rows)
        return
    for row in rows:
        facts(list(row.items()))
        console().print("")
    if not rows:
        console().print("nothing waits for your vote")


@group.command("vote")
def vote(
    item: Annotated[str, typer.Argument(help="CAMPAIGN/ITEM, or ITEM with --campaign.")],
    choice: Annotated[Choice, typer.Argument(help="accept or reject")],
    name: AsOption,
    campaign: SomeCampaignOption = None,
    reason: Annotated[str | None, typer.Option(help="Reason code of the spec; needed to reject.")] = None,
    start: Annotated[float, typer.Option("--from", min=0, help="Where it begins, seconds.")] = 0,
    end: Annotated[float | None, typer.Option("--to", min=0, help="Where it ends, seconds.")] = None,
    comment: Annotated[str, typer.Option(help="A sentence for the contributor.")] = "",
    direct: Annotated[
        bool, typer.Option("--direct", help="Vote on chain: an operator that does not listen must count it.")
    ] = False,
    operator: OperatorOption = "operator",
    home: HomeOption = None,
) -> None:
    """Commit to a verdict, signed; it is opened when the round is closed on chain."""
    from headwater.client.errors import ClientError
    from headwater.client.review import vote, vote_on_chain
    from headwater.node.gateway import LocalGateway
    from headwater.records.vote import ACCEPT, REJECT, Evidence, Reasons

    session = session_of(home)
    number, at = item_of(session.network, item, campaign)
    signer, desk = session.signer(name), session.desk(operator)
    session.network.ledger().campaign(number).anchor_of(at)
    evidence = _evidence(session.network.spec(number).reject_reasons, choice, reason, start, end, Evidence)
    mine = [a for a in _open(desk, number) if (a.item, a.reviewer) == (at, signer.address)]
    if not mine:
        fix = f"see 'headwater review list --as {name}'"
        raise ClientError(f"item {number}/{at}", actual=f"not open for a vote of {name}", fix=fix)
    verdict = ACCEPT if choice is Choice.ACCEPT else REJECT
    domain = session.contracts.campaigns_domain
    if direct:
        vote_on_chain(session.network, signer, (number, at, mine[0].round), verdict, Reasons(evidence, comment))
    else:
        vote(domain, signer, LocalGateway(desk), number, at, mine[0].round, verdict, evidence, comment)
    say(f"vote of {name} on item {number}/{at}, round {mine[0].round}: {choice}")


def _open(desk: Desk, campaign: int | None) -> list[Assignment]:
    from headwater.node.operator.entry import asked_of

    if campaign is not None:
        desk.terms(campaign)
    numbers = list(desk.ledger().campaigns) if campaign is None else [campaign]
    return [asked for number in numbers for asked in asked_of(desk, number)]


def _row(desk: Desk, asked: Assignment) -> dict[str, Any]:
    from headwater.records.manifest import Manifest

    spec, manifest = desk.spec(asked.campaign), desk.record(Manifest, asked.manifest)
    return {
        "item": f"{asked.campaign}/{asked.item}",
        "round": asked.round,
        "left_s": _left_s(desk, asked),
        "task": manifest.task,
        "success": spec.success,
        "reject_reasons": list(spec.reject_reasons),
        "preview": _preview(desk, manifest.previews, f"item-{asked.campaign}-{asked.item}"),
        "vote": f"headwater review vote {asked.campaign}/{asked.item} accept|reject",
    }


def _left_s(desk: Desk, asked: Assignment) -> int:
    """Seconds until somebody else may be asked."""
    from headwater.node.operator.entry import entry_ends
    from headwater.node.operator.rounds import turn_ends
    from headwater.review import MAX_PLACES

    anchor = desk.ledger().campaign(asked.campaign).anchor_of(asked.item)
    if asked.round < MAX_PLACES:
        ends = turn_ends(desk, asked.campaign, anchor, asked.round)
    else:
        ends = entry_ends(desk, asked.campaign, anchor)
    return max(0, (ends or 0) - desk.contracts.chain.now())


def _preview(desk: Desk, previews: tuple[str, ...], name: str) -> str:
    """Path of the item's picture, written to the temporary folder; empty if it has none."""
    from headwater.primitives.cid import Cid

    if not previews:
        return ""
    folder = Path(tempfile.gettempdir()) / "headwater-previews"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / f"{name}-{previews[0][-8:]}.jpg"
    path.write_bytes(desk.blobs.get(Cid(previews[0])))
    return str(path)


def _evidence(
    reasons: tuple[str, ...], choice: Choice, code: str | None, start: float, end: float | None, evidence: Any
) -> tuple[Any, ...]:
    """What a rejecting vote shows; ClientError if it shows nothing."""
    from headwater.client.errors import ClientError

    if choice is Choice.ACCEPT:
        return ()
    codes = [reason.partition(":")[0] for reason in reasons]
    if code is None or (codes and code not in codes):
        allowed = ", ".join(codes) or "a code of your own"
        raise ClientError("--reason", actual=code or "none", allowed=allowed, fix="say why, and where with --from --to")
    stop = start if end is None else end
    if stop < start:
        raise ClientError("--to", actual=stop, allowed=f"at least --from, {start}")
    return (evidence(code, round(start * 1000), round(stop * 1000)),)
