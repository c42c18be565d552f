"""Who reviews: drawn by stake, without repeats, from weights and a seed on chain.

Anyone recomputes it, and the contract does (``Reviewers.drawn``).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from headwater.primitives.abi import abi_encode, head
from headwater.primitives.hashing import keccak256

_NAME = "headwater.draw.v1"
_ROLL = ("uint32", "bytes32")


@dataclass(frozen=True)
class Candidate:
    """A leaf of the reviewers' weights; stake in the network token's smallest unit, 0 for one who left."""

    address: str
    stake: int


class Lot(NamedTuple):
    """An item whose reviewers are drawn; ``reviewers`` is the contract's address, ``seed`` the item's anchor's."""

    chain_id: int
    reviewers: str
    campaign: int
    item: int
    seed: bytes


def eligible(candidates: Iterable[Candidate], excluded: Iterable[str]) -> tuple[Candidate, ...]:
    """Candidates in the order of their leaves, less those without stake and those linked to the item (contributor,
    anchorer)."""
    out = {address.lower() for address in excluded}
    return tuple(c for c in candidates if c.stake > 0 and c.address.lower() not in out)


def draw(lot: Lot, count: int, pool: Sequence[Candidate]) -> tuple[str, ...]:
    """The first ``count`` reviewers of an item, in order of their places; fewer if the pool has not so many.

    Place k takes ``roll mod (stake still in the pool)`` and walks the pool in its order. The modulo bias is below
    2^-160 for stakes below 2^96.
    """
    left = list(pool)
    drawn: list[str] = []
    while left and len(drawn) < count:
        point = _roll(lot, len(drawn)) % sum(c.stake for c in left)
        drawn.append(left.pop(_at(left, point)).address)
    return tuple(drawn)


def head_of(lot: Lot) -> bytes:
    """What a roll hashes before the number of its place."""
    return head(_NAME, lot.chain_id, lot.reviewers, lot.campaign) + abi_encode(_ROLL, (lot.item, lot.seed))


def _roll(lot: Lot, place: int) -> int:
    return int.from_bytes(keccak256(head_of(lot) + place.to_bytes(32, "big")), "big")


def _at(pool: Sequence[Candidate], point: int) -> int:
    for position, candidate in enumerate(pool):
        if point < candidate.stake:
            return position
        point -= candidate.stake
    raise AssertionError("the point lies below the sum of stakes")
