"""Epochs, usage, proposals and disputes folded from events."""

from __future__ import annotations

import pytest

from headwater.catalog.errors import UnknownIdError
from headwater.catalog.ledger import Ledger
from headwater.chain import events as ev
from headwater.chain.structs import CourtWindows, Epoch, ReputationRow, UsageLink

ADA, BOB, ASKER = ("0x" + digits * 20 for digits in ("11", "22", "33"))
AT = ev.Position(1, 0, b"b" * 32, "0x")
WORD = b"w" * 32
EPOCH = Epoch(1, bytes(32), WORD, 2, WORD, bytes(32), 0, WORD, ADA, 5, 100, 200)


def test_an_epoch_through_demand_and_judge() -> None:
    steps: list[ev.Event] = [
        ev.EpochPosted(AT, 1, ADA, EPOCH, b"c" * 24),
        ev.RowsDemanded(AT, 1, 0, BOB, 150),
        ev.RowsShown(AT, 1, 0, ADA, (ReputationRow(ADA, 28, 12, 847),)),
        ev.EpochSuspended(AT, 1),
    ]
    ledger = Ledger.of(steps)
    facts = ledger.institutions.epochs[1]
    assert (facts.epoch, facts.changes, facts.suspended, facts.demands) == (EPOCH, b"c" * 24, True, {0: None})
    for event in (ev.EpochUpheld(AT, 1, 300), ev.DemandClosed(AT, 1, 0, ADA), ev.EpochReleased(AT, 1, ADA, 5)):
        ledger.apply(event)
    assert (facts.suspended, facts.released, facts.demands, facts.standing) == (False, True, {0: ADA}, True)
    ledger.apply(ev.EpochPosted(AT, 2, BOB, EPOCH, b""))
    ledger.apply(ev.EpochVoided(AT, 2, ADA, b"\0" * 4))
    assert ledger.institutions.epochs[2].voided_by == ADA
    assert not ledger.institutions.epochs[2].standing


def test_links_of_each_poster_in_order() -> None:
    links = [UsageLink(bytes(32), who, 0, 7, 1, WORD, n, WORD, n) for n, who in enumerate((ADA, BOB, ADA), start=1)]
    ledger = Ledger.of(ev.UsageAnchored(AT, link.poster, 7, link) for link in links)
    assert ledger.institutions.usage == {ADA: [links[0], links[2]], BOB: [links[1]]}
    assert links[0].link_hash(1, ASKER) != links[0].link_hash(2, ASKER)


def test_changes_and_suites() -> None:
    name = b"networkFee".ljust(32, b"\0")
    ledger = Ledger.of([ev.ParameterSet(AT, name, 250, 300), ev.StakeSet(AT, 4, 1, 2), ev.SuiteAdded(AT, 2, WORD)])
    named = [(one.name, one.before, one.value) for one in ledger.institutions.changes]
    assert named == [("networkFee", 250, 300), ("minimumStake:4", 1, 2)]
    assert ledger.institutions.suites == {2: WORD}


def test_proposals_are_numbered_and_found_by_id() -> None:
    def created(number: int) -> ev.ProposalCreated:
        return ev.ProposalCreated(AT, number, ADA, (BOB,), (0,), ("",), (b"x",), 10, 20, "why")

    known = Ledger.of([created(900), created(800), ev.ProposalCanceled(AT, 900), ev.VoteCast(AT, BOB, 800, 2, 5, "")])
    found = known.institutions
    assert found.proposal(1).canceled
    assert found.proposal(800) is found.proposal(2)
    assert found.proposal(2).votes == {BOB: ("abstain", 5)}
    known.apply(ev.ProposalQueued(AT, 800, 99))
    known.apply(ev.ProposalExecuted(AT, 800))
    assert (found.proposal(2).eta, found.proposal(2).executed) == (99, True)
    with pytest.raises(UnknownIdError, match="1 to 2"):
        found.proposal(3)
    with pytest.raises(UnknownIdError, match="none yet"):
        Ledger().institutions.proposal(1)


def test_a_dispute_through_two_juries() -> None:
    windows = CourtWindows(1, 2, 2, 2)
    ledger = Ledger.of(
        [
            ev.DisputeCreation(AT, 1, ASKER),
            ev.DisputeFrozen(AT, 1, 2, 100, windows, 7),
            ev.RoundOpened(AT, 1, 0, 7, 5),
            ev.JurorDrawn(AT, 1, 0, ADA, 0),
            ev.PassedOver(AT, 1, 0, BOB, 1),
            ev.JurorRevealed(AT, 1, 0, ADA, 0, 2),
            ev.SideFunded(AT, 1, 0, 2),
            ev.SideFunded(AT, 1, 0, 1),
            ev.RoundOpened(AT, 1, 1, 15, 9),
            ev.RoundSettled(AT, 1, 0),
        ]
    )
    dispute = ledger.institutions.disputes[1]
    assert (dispute.arbitrable, dispute.choices, dispute.value, dispute.fee) == (ASKER, 2, 100, 7)
    assert dispute.windows == windows
    first, second = dispute.rounds
    assert (first.size, first.seats, first.votes, first.funded, first.settled) == (7, {0: ADA}, {0: 2}, [2, 1], True)
    assert (second.size, second.seats, dispute.ruling) == (15, {}, None)
    ledger.apply(ev.RulingGiven(AT, 1, ASKER, 2))
    assert dispute.ruling == 2
