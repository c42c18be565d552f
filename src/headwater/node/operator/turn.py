"""One turn of an operator: every step whose time has come, in order, until it must wait for somebody."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.errors import RevertError
from headwater.checks import CheckReport
from headwater.node.errors import NotReadyError
from headwater.node.operator.anchoring import anchor_pending
from headwater.node.operator.answering import answer_calls
from headwater.node.operator.checking import check_pending
from headwater.node.operator.closing import close_due, release_closed
from headwater.node.operator.desk import Desk
from headwater.node.operator.entry import asked_of
from headwater.node.operator.epochs import heed_epoch, post_epoch, release_epochs
from headwater.node.operator.proofs import AnchoredItem
from headwater.node.operator.publishing import republish, show_called
from headwater.node.operator.rounds import close_rounds
from headwater.node.operator.settling import release_final, settle
from headwater.node.operator.takeover import resettle, voided
from headwater.review import StandingError

Say = Callable[[str], None]


@dataclass(frozen=True)
class Turn:
    """What one turn did, and what it waits for.

    Attributes:
        anchored, checked: items; rounds: commit roots posted; released: settlements whose bonds came free.
        answered: calls for evidence on our settlements.
        epoch: number of the one posted, if one was.
        settled, resettled: keys of settlements posted.
        waits: one sentence each; empty if the campaign's queue is wholly settled and final.
    """

    campaign: int
    anchored: int
    checked: int
    rounds: int
    settled: tuple[int, ...]
    resettled: tuple[int, ...]
    released: int
    answered: int
    epoch: int | None
    waits: tuple[str, ...]


def take_turn(desk: Desk, campaign: int, say: Say = lambda text: None) -> Turn:
    """Answers calls, anchors, checks, closes review rounds, settles, replaces what was voided, releases, posts the next
    epoch of reviewers' records; at any time.

    Raises:
        UnknownIdError: no such campaign. RoleError: not an operator's desk.
        RevertError, NotEnoughPartsError, ChainDownError: run it again later.
    """
    desk.terms(campaign)
    desk.demand_operator()
    answered = answer_calls(desk, campaign)
    anchored = sum(anchor.count for anchor in anchor_pending(desk, campaign))
    checked = check_pending(desk, campaign, lambda item, report: say(_checked(item, report)))
    rounds = close_rounds(desk, campaign)
    posted = _settle(desk, campaign)
    replaced = _replace(desk, campaign)
    released = release_final(desk, campaign)
    show_called(desk, campaign)
    republish(desk, campaign)
    close_due(desk, campaign)
    release_closed(desk, campaign)
    epoch = _keep_records(desk)
    waits = _waits(desk, campaign)
    keys = tuple(posted), tuple(replaced)
    return Turn(campaign, anchored, checked, rounds, *keys, released, answered, epoch, tuple(waits))


def _keep_records(desk: Desk) -> int | None:
    """Posts the next epoch when there is one, and shows the draw what the newest says; its number."""
    heed_epoch(desk)
    release_epochs(desk)
    with suppress(RevertError, StandingError):  # no collateral, somebody else was faster, or too much for one epoch
        return post_epoch(desk)
    return None


def _settle(desk: Desk, campaign: int) -> list[int]:
    try:
        posted = settle(desk, campaign)
    except NotReadyError:
        return []  # ``_waits`` says for whom
    return [posted.key] if posted else []


def _replace(desk: Desk, campaign: int) -> list[int]:
    """Settlements voided by others' faults, posted anew; keys of those that can be now."""
    keys = []
    for facts in voided(desk, campaign):
        if _may_replace(desk, facts):
            with suppress(NotReadyError):  # votes are lacking
                keys.append(resettle(desk, facts).key)
    return keys


def _may_replace(desk: Desk, facts: SettlementFacts) -> bool:
    """Whoever's settlement was voided may not post the next one for the same items."""
    attempts = desk.ledger().attempts(facts.posted.campaign, facts.posted.first_item)
    return all(attempt.posted.settler != desk.signer.address for attempt in attempts)


def _waits(desk: Desk, campaign: int) -> list[str]:
    votes = [f"vote of {a.reviewer} on item {a.item}, round {a.round}" for a in asked_of(desk, campaign)]
    votes += [f"another operator to replace voided settlement {s.posted.key}" for s in voided(desk, campaign)]
    now = desk.contracts.chain.now()
    for facts in desk.ledger().standing(campaign):
        if not desk.contracts.settlement.is_final(facts.posted.key):
            left = max(0, facts.final_at - now)
            votes.append(f"challenge window of settlement {facts.posted.key}, {left} s")
    return votes


def _checked(item: AnchoredItem, report: CheckReport) -> str:
    return f"item {item.item}: {report.quality}, llr {report.llr_milli / 1000:+.2f}, score {report.score}"
