"""What final settlements say of reviewers: one fold for who settles, posts epochs and audits (review.md 5, 7, 9).

Nothing here reads anything: ``Final`` has what a settlement published, as far as it holds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from headwater.records.epoch import EpochAnswer
from headwater.records.verdict import Verdict
from headwater.review.gold import ENTRY_ASKED, GoldTally, admitted, suspended, tallies
from headwater.review.pay import Agreement, Reviewed, agreements
from headwater.review.rule import START_RIGHT, START_WRONG
from headwater.review.standing import Answer, Change, Place, changes_of

ENTRY_TENTHS = (70, 30)
"""What lets a newcomer in: seven right and three wrong, whatever was above; so his vote weighs what it weighs at the
start, and he who behaves until he is in gains nothing by it."""


@dataclass(frozen=True)
class Entry:
    """A newcomer's answer on a gold item."""

    reviewer: str
    item: int
    right: bool


@dataclass(frozen=True)
class Ruling:
    """What a jury said of an item, 1 accept or 0 reject, and the chain time it was carried out, seconds."""

    truth: int
    time: int


@dataclass(frozen=True)
class Final:
    """One settlement that was not voided.

    Attributes:
        threshold: of the campaign, milli log-odds.
        plans: truth by item of every opened plan that holds.
        entries: newcomers' answers that were committed before the plans were opened.
        rulings: by item.
    """

    key: int
    campaign: int
    final_at: int
    threshold: int
    verdicts: tuple[Verdict, ...]
    plans: tuple[Mapping[int, int], ...] = ()
    entries: tuple[Entry, ...] = ()
    rulings: Mapping[int, Ruling] = field(default_factory=dict)

    def golds(self, when: int) -> dict[int, int]:
        """Truth by gold item. A plan that a jury had contradicted by then counts for nothing, all of it."""
        said = {item: ruling.truth for item, ruling in self.rulings.items() if ruling.time <= when}
        sound = (plan for plan in self.plans if all(said.get(item, truth) == truth for item, truth in plan.items()))
        return {item: truth for plan in sound for item, truth in plan.items()}


def ordered(finals: Iterable[Final], when: int) -> list[Final]:
    """Those final at ``when``, in the order in which they count."""
    return sorted((f for f in finals if f.final_at <= when), key=lambda f: (f.final_at, f.key))


def gold_answers(finals: Iterable[Final], when: int) -> Iterator[tuple[str, int, bool]]:
    """(reviewer, truth, right) of every vote on a gold item, in the order in which they count."""
    for final in ordered(finals, when):
        truths = final.golds(when)
        for verdict in final.verdicts:
            if verdict.item in truths:
                truth = truths[verdict.item]
                yield from ((vote.reviewer, truth, vote.verdict == truth) for vote in verdict.votes)


def gold_accuracy(finals: Iterable[Final], when: int) -> dict[str, int]:
    """Balanced gold accuracy in 1/10,000 by reviewer; who has not answered both kinds is not in it."""
    found = tallies(gold_answers(finals, when))
    return {who: tally.balanced for who, tally in found.items() if tally.balanced is not None}


def agreement(finals: Iterable[Final], when: int) -> dict[str, Agreement]:
    """Each reviewer's agreement with the others over all settlements final at ``when``."""
    found: dict[str, Agreement] = {}
    for final in ordered(finals, when):
        seen = (Reviewed(v.llr, v.prior, final.threshold, v.votes) for v in final.verdicts)
        for who, more in agreements(seen).items():
            found[who] = found.get(who, Agreement()) + more
    return found


def answers(finals: Iterable[Final], when: int) -> tuple[EpochAnswer, ...]:
    """Every vote whose truth is known at ``when``: by gold, or by a jury; by gold if by both."""
    found = []
    for final in ordered(finals, when):
        golds = final.golds(when)
        said = {item: ruling.truth for item, ruling in final.rulings.items() if ruling.time <= when}
        for verdict in final.verdicts:
            truth = golds.get(verdict.item, said.get(verdict.item))
            if truth is not None:
                asked = verdict.item not in golds
                row = ((final.campaign, verdict.item, v.round, v.reviewer, v.verdict) for v in verdict.votes)
                found += [EpochAnswer(*place, truth, asked) for place in row]
    return tuple(sorted(found, key=_place))


def entry_answers(finals: Iterable[Final], when: int) -> dict[str, list[bool]]:
    """Newcomers' answers in the order in which they count, each item once."""
    found: dict[str, dict[Place, bool]] = {}
    for final in ordered(finals, when):
        truths = final.golds(when)
        for entry in sorted(final.entries, key=lambda e: e.item):
            if entry.item in truths:
                found.setdefault(entry.reviewer, {}).setdefault((final.campaign, entry.item, 0), entry.right)
    return {who: list(kept.values()) for who, kept in found.items()}


@dataclass(frozen=True)
class Judged:
    """What an epoch says: its changes ascending by reviewer, the answers behind them, and whom it lets in or puts out.

    Attributes:
        golds: (campaign, item, truth) of the gold items whose answers are counted, ascending.
    """

    changes: tuple[Change, ...]
    answers: tuple[EpochAnswer, ...]
    golds: tuple[tuple[int, int, int], ...]
    admitted: tuple[str, ...]
    suspended: tuple[str, ...]


def judged(
    finals: Sequence[Final], until: int, before: Mapping[str, tuple[int, int]], counted_until: int | None
) -> Judged:
    """The epoch that follows from everything final or ruled at ``until``.

    Args:
        before: records in tenths of the epoch before.
        counted_until: ``until`` of the epoch before; ``None`` for the first.
    """
    counted = set() if counted_until is None else {_place(one) for one in answers(finals, counted_until)}
    new = tuple(one for one in answers(finals, until) if _place(one) not in counted)
    golds = sorted({(one.campaign, one.item, one.truth) for one in new if not one.adjudicated})
    added = {one.reviewer: (one.right, one.wrong) for one in changes_of(_answer(one) for one in new)}
    entered = (who for who, right in entry_answers(finals, until).items() if admitted(right) and who not in before)
    let_in = tuple(sorted(entered, key=_number))
    for who in let_in:
        added[who] = _plus(added.get(who, (0, 0)), ENTRY_TENTHS)
    put_out = []
    for who in sorted(out_at(finals, until), key=_number):
        right, wrong = _plus(before.get(who, (START_RIGHT, START_WRONG)), added.get(who, (0, 0)))
        if more := wrong_to_least(right, wrong):
            added[who] = _plus(added.get(who, (0, 0)), (0, more))
            put_out.append(who)
    changes = tuple(Change(who, *added[who]) for who in sorted(added, key=_number))
    return Judged(changes, new, tuple(golds), let_in, tuple(put_out))


def out_at(finals: Iterable[Final], when: int) -> frozenset[str]:
    """Who has 23 or fewer right of his last 40 gold answers."""
    right: dict[str, list[bool]] = {}
    for who, _, was_right in gold_answers(finals, when):
        right.setdefault(who, []).append(was_right)
    return frozenset(who for who, told in right.items() if suspended(told))


def wrong_to_least(right: int, wrong: int) -> int:
    """The fewest tenths of wrong, a multiple of 10, that make a record weigh the least: ``9 right <= 11 wrong``."""
    return max(0, -(-(9 * right - 11 * wrong) // 110)) * 10


@dataclass(frozen=True)
class Tested:
    """How a reviewer stands with gold.

    Attributes:
        entry: his answers as a newcomer, oldest first; ``left``: how many he has yet to give.
        tally: his answers as a reviewer.
    """

    entry: tuple[bool, ...]
    tally: GoldTally

    @property
    def left(self) -> int:
        return max(0, ENTRY_ASKED - len(self.entry))


def tested(finals: Sequence[Final], when: int, reviewer: str) -> Tested:
    """How a reviewer stands with gold at ``when``."""
    tally = tallies(gold_answers(finals, when)).get(reviewer, GoldTally())
    return Tested(tuple(entry_answers(finals, when).get(reviewer, ())), tally)


def _place(one: EpochAnswer) -> Place:
    return one.campaign, one.item, one.round


def _answer(one: EpochAnswer) -> Answer:
    return Answer(*_place(one), one.reviewer, one.verdict == one.truth, one.adjudicated)


def _plus(one: tuple[int, int], other: tuple[int, int]) -> tuple[int, int]:
    return one[0] + other[0], one[1] + other[1]


def _number(address: str) -> int:
    return int(address, 16)
