"""Reviewers' records from final settlements alone: answers to changes of an epoch, changes to records.

The bytes are those of spec/reputation.md section 3; nothing but gold and adjudicated items counts, each answer once.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from headwater.primitives.abi import leaf
from headwater.primitives.ids import checksum_address
from headwater.primitives.merkle import Tree, build
from headwater.review.errors import StandingError
from headwater.review.rule import START_RIGHT, START_WRONG

GOLD_TENTHS, ADJUDICATED_TENTHS = 10, 30
CHANGE_BYTES, MOST_CHANGES = 24, 4_096
_MOST_TENTHS = 0xFFFF
Place = tuple[int, int, int]
"""Campaign, item, round: of an answer there is one."""


@dataclass(frozen=True)
class Answer:
    """One vote of a final settlement on an item whose truth is known: gold, or what a jury said."""

    campaign: int
    item: int
    round: int
    reviewer: str
    right: bool
    adjudicated: bool

    @property
    def place(self) -> Place:
        return self.campaign, self.item, self.round

    @property
    def tenths(self) -> int:
        return ADJUDICATED_TENTHS if self.adjudicated else GOLD_TENTHS


@dataclass(frozen=True)
class Change:
    """What an epoch adds to a reviewer's record, in tenths."""

    reviewer: str
    right: int
    wrong: int

    def encode(self) -> bytes:
        """24 bytes."""
        return bytes.fromhex(self.reviewer[2:]) + self.right.to_bytes(2, "big") + self.wrong.to_bytes(2, "big")


def changes_of(answers: Iterable[Answer], counted: Collection[Place] = ()) -> tuple[Change, ...]:
    """What the answers change, ascending by reviewer.

    Args:
        counted: places that earlier epochs counted; they do not count again.

    Raises:
        StandingError: two answers at one place, or more of one reviewer than a change holds.
    """
    seen = set(counted)
    sums: dict[str, list[int]] = {}
    for answer in answers:
        if answer.place in counted:
            continue
        if answer.place in seen:
            raise StandingError(f"answer at {answer.place}", actual="twice", allowed="once")
        seen.add(answer.place)
        sums.setdefault(answer.reviewer, [0, 0])[not answer.right] += answer.tenths
    made = tuple(Change(who, *sums[who]) for who in sorted(sums, key=lambda who: int(who, 16)))
    for change in made:
        if max(change.right, change.wrong) > _MOST_TENTHS:
            what = f"tenths of {change.reviewer}"
            fix = "leave the rest to the next epoch"
            raise StandingError(what, actual=max(change.right, change.wrong), allowed=_MOST_TENTHS, fix=fix)
    return made


def encode_changes(changes: Iterable[Change]) -> bytes:
    """The calldata of ``Reputation.post``."""
    return b"".join(change.encode() for change in changes)


def decode_changes(data: bytes) -> tuple[Change, ...]:
    """Changes of their bytes.

    Raises:
        StandingError: bytes ``Reputation.post`` would refuse.
    """
    count, rest = divmod(len(data), CHANGE_BYTES)
    if rest or not 1 <= count <= MOST_CHANGES:
        raise StandingError("changes", actual=f"{len(data)} bytes", allowed=f"1 to {MOST_CHANGES} times {CHANGE_BYTES}")
    rows = [data[at : at + CHANGE_BYTES] for at in range(0, len(data), CHANGE_BYTES)]
    made = tuple(
        Change(checksum_address(r[:20].hex()), int.from_bytes(r[20:22], "big"), int.from_bytes(r[22:], "big"))
        for r in rows
    )
    if any(a[:20] >= b[:20] for a, b in pairwise(rows)):
        raise StandingError("changes", actual="out of order", allowed="strictly ascending by reviewer")
    for one in made:
        if one.right % 10 or one.wrong % 10 or not one.right + one.wrong:
            allowed = "multiples of 10, not zero twice"
            raise StandingError(f"change of {one.reviewer}", actual=(one.right, one.wrong), allowed=allowed)
    return made


def records_after(before: Mapping[str, tuple[int, int]], changes: Iterable[Change]) -> dict[str, tuple[int, int]]:
    """Records in tenths once the changes are added; who has none starts at 28 and 12."""
    records = dict(before)
    for change in changes:
        right, wrong = records.get(change.reviewer, (START_RIGHT, START_WRONG))
        records[change.reviewer] = right + change.right, wrong + change.wrong
    return records


def gold_tree(truths: Iterable[tuple[int, int, int]], chain_id: int, reputation: str, number: int) -> Tree:
    """The gold tree of epoch ``number`` over (campaign, item, truth), in ascending order."""
    types = ("uint256", "uint32", "uint8")
    rows = sorted(truths)
    return build([leaf("headwater.gold.v1", chain_id, reputation, number, types, row) for row in rows])
