"""Gold: planted items whose truth the steward bound before any seed could draw who is asked about them.

A gold item is an item of the queue like any other: contributed under a fresh name, drawn, asked about and stopped by
the same rule. So nothing tells a reviewer that he is being tested, and the contract needs no exception
(docs/adr/0020). The steward posts one root over blinded truths first and reveals one secret after the settlement; from
then on anyone recomputes which answers were gold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from headwater.primitives.abi import abi_hash, leaf, tag
from headwater.primitives.amounts import BPS
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.records.vote import ACCEPT, REJECT
from headwater.review.errors import GoldError

SHARE_BPS = 1_000  # of all assignments
ENTRY_ASKED, ENTRY_RIGHT = 10, 7
WINDOW_ASKED, SUSPENDED_RIGHT = 40, 23
_PLAN_TAG = "headwater.goldplan.v1"
_SALT_TAG, _ORDER_TAG = tag("headwater.goldsalt.v1"), tag("headwater.goldorder.v1")
_SALT = ("bytes32", "bytes32", "bytes32")


@dataclass(frozen=True)
class Gold:
    """A contribution whose verdict the steward knows; ``contribution`` is its digest, 32 bytes."""

    contribution: bytes
    truth: int

    def salt(self, secret: bytes) -> bytes:
        """32 bytes that follow from the epoch's secret: one reveal opens every leaf of a plan."""
        return abi_hash(_SALT, (_SALT_TAG, secret, self.contribution))

    def leaf(self, chain_id: int, reputation: str, campaign: int, secret: bytes) -> bytes:
        """The blinded truth, 32 bytes."""
        fields = (self.contribution, self.truth, self.salt(secret))
        return leaf(_PLAN_TAG, chain_id, reputation, campaign, ("bytes32", "uint8", "bytes32"), fields)


@dataclass(frozen=True)
class Stock:
    """A gold item the steward could plant, and what the pinned suite says of it (milli log-odds)."""

    gold: Gold
    llr: int

    @property
    def check_errs(self) -> bool:
        """The automatic check leans the wrong way."""
        return (self.llr > 0) != (self.gold.truth == ACCEPT)


def plan_root(golds: Iterable[Gold], chain_id: int, reputation: str, campaign: int, secret: bytes) -> bytes:
    """Root over the blinded truths in ascending order of their leaves, so that places tell nothing; 32 bytes.

    Without gold it is the salt of nothing: whoever sees it cannot tell that there is none.
    """
    leaves = sorted(gold.leaf(chain_id, reputation, campaign, secret) for gold in golds)
    return build(leaves).root if leaves else abi_hash(_SALT, (_SALT_TAG, secret, ZERO_WORD))


def take_plan(
    golds: Sequence[Gold], chain_id: int, reputation: str, campaign: int, secret: bytes, root: bytes
) -> dict[bytes, int]:
    """Truths by contribution of a revealed plan.

    Raises:
        GoldError: it is not what was bound, or says two things of one contribution.
    """
    truths = {gold.contribution: gold.truth for gold in golds}
    if len(truths) != len(golds) or not set(truths.values()) <= {ACCEPT, REJECT}:
        raise GoldError("gold plan", actual="a contribution twice, or no verdict", allowed="one verdict for each")
    made = plan_root(golds, chain_id, reputation, campaign, secret)
    if made != root:
        raise GoldError("gold plan", actual=made.hex(), allowed=root.hex(), fix="reveal what was bound, all of it")
    return truths


def choose(stock: Iterable[Stock], count: int, secret: bytes) -> tuple[Gold, ...]:
    """A quarter each of: good and bad, where the check is right and where it errs; by the secret, not by taste.

    Args:
        count: how many to plant; a multiple of 4.

    Raises:
        GoldError: the stock lacks one of the four kinds.
    """
    kinds: dict[tuple[int, bool], list[Gold]] = {kind: [] for kind in product((ACCEPT, REJECT), (False, True))}
    for one in stock:
        kinds[one.gold.truth, one.check_errs].append(one.gold)
    if count % 4 or any(len(kept) < count // 4 for kept in kinds.values()):
        found = {f"truth {truth}, check {'errs' if errs else 'right'}": len(k) for (truth, errs), k in kinds.items()}
        raise GoldError("stock of gold", actual=found, allowed=f"{count}/4 of each", fix="prepare more of what lacks")
    ordered = (sorted(kept, key=lambda gold: _order(secret, gold)) for kept in kinds.values())
    return tuple(gold for kept in ordered for gold in kept[: count // 4])


def fill(stock: Iterable[Stock]) -> tuple[Stock, ...]:
    """As much of the stock as is in balance (``plan_gaps``), the earliest first; the rest waits for the next anchor."""
    kept = list(stock)
    sides = [_even([s for s in kept if s.gold.truth == truth]) for truth in (ACCEPT, REJECT)]
    size = min(len(side) for side in sides) + 1
    chosen = [stock for side in sides for stock in side[:size]]
    return tuple(stock for stock in kept if stock in chosen)


def _even(side: Sequence[Stock]) -> list[Stock]:
    """Those where the check is right and those where it errs in turn, as long as there are both, and one more."""
    errs, right = [s for s in side if s.check_errs], [s for s in side if not s.check_errs]
    first, second = (errs, right) if len(errs) > len(right) else (right, errs)
    paired = [s for pair in zip(first, second, strict=False) for s in pair]
    return paired + first[len(second) : len(second) + 1]


def _order(secret: bytes, gold: Gold) -> bytes:
    return abi_hash(_SALT, (_ORDER_TAG, secret, gold.contribution))


def plan_gaps(planted: Iterable[Stock]) -> tuple[str, ...]:
    """How a revealed plan falls short of balance; empty if it does not. Counts may differ by one."""
    kept = list(planted)
    pairs = [("accept and reject", _split(s.gold.truth == ACCEPT for s in kept))]
    for truth, name in ((ACCEPT, "accept"), (REJECT, "reject")):
        pairs.append(
            (f"{name}: check right and wrong", _split(not s.check_errs for s in kept if s.gold.truth == truth))
        )
    return tuple(f"{what}: {a} and {b}" for what, (a, b) in pairs if abs(a - b) > 1)


def _split(values: Iterable[bool]) -> tuple[int, int]:
    told = list(values)
    return sum(told), len(told) - sum(told)


@dataclass(frozen=True)
class GoldTally:
    """A reviewer's gold answers: asked and right, of items that are to be accepted and rejected."""

    accepts: int = 0
    accepts_right: int = 0
    rejects: int = 0
    rejects_right: int = 0

    def plus(self, truth: int, right: bool) -> GoldTally:
        """With one answer more."""
        if truth == ACCEPT:
            return GoldTally(self.accepts + 1, self.accepts_right + right, self.rejects, self.rejects_right)
        return GoldTally(self.accepts, self.accepts_right, self.rejects + 1, self.rejects_right + right)

    @property
    def balanced(self) -> int | None:
        """Mean of both accuracies in 1/10,000, rounded down; ``None`` until both kinds were asked.

        With one kind alone, who always says it would look perfect.
        """
        if not self.accepts or not self.rejects:
            return None
        scaled = self.accepts_right * self.rejects + self.rejects_right * self.accepts
        return BPS * scaled // (2 * self.accepts * self.rejects)


def tallies(answers: Iterable[tuple[str, int, bool]]) -> Mapping[str, GoldTally]:
    """Tallies of (reviewer, truth, right) answers."""
    made: dict[str, GoldTally] = {}
    for reviewer, truth, right in answers:
        made[reviewer] = made.get(reviewer, GoldTally()).plus(truth, right)
    return made


def admitted(right: Sequence[bool]) -> bool:
    """Whether a newcomer's first ten, unpaid gold answers, oldest first, let him in: seven right."""
    return len(right) >= ENTRY_ASKED and sum(right[:ENTRY_ASKED]) >= ENTRY_RIGHT


def suspended(right: Sequence[bool]) -> bool:
    """Whether gold answers, oldest first, put a reviewer out: 23 or fewer right of the last 40."""
    last = right[-WINDOW_ASKED:]
    return len(last) == WINDOW_ASKED and sum(last) <= SUSPENDED_RIGHT
