"""Who reviews: drawn by stake, without repeats, from a seed on chain; anyone recomputes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from headwater.primitives.hashing import keccak256
from headwater.review.errors import ReviewError

_TAG = b"headwater.draw.v1"


@dataclass(frozen=True)
class Candidate:
    """A staked reviewer; stake in the network token's smallest unit."""

    address: str
    stake: int


def eligible(candidates: Iterable[Candidate], excluded: Iterable[str]) -> tuple[Candidate, ...]:
    """Candidates in address order, less those with no stake and those linked to the item (contributor, anchorer)."""
    out = {address.lower() for address in excluded}
    keep = (c for c in candidates if c.stake > 0 and c.address.lower() not in out)
    return tuple(sorted(keep, key=lambda c: c.address.lower()))


def draw(seed: bytes, item: int, rounds: int, pool: Sequence[Candidate]) -> tuple[str, ...]:
    """The first ``rounds`` reviewers of an item, in order.

    Round r takes ``keccak(tag ‖ seed ‖ item ‖ r) mod (stake still in the pool)`` and walks the pool in address order.
    The modulo bias is below 2^-160 for stakes below 2^96.

    Raises:
        ReviewError: if fewer than ``rounds`` reviewers are eligible.
    """
    left = list(pool)
    if rounds > len(left):
        raise ReviewError(
            f"reviewers for item {item}", actual=len(left), allowed=f"at least {rounds}", fix="stake more reviewers"
        )
    drawn = []
    for number in range(rounds):
        word = keccak256(_TAG + seed + item.to_bytes(4, "big") + bytes([number]))
        point = int.from_bytes(word, "big") % sum(c.stake for c in left)
        drawn.append(left.pop(_at(left, point)).address)
    return tuple(drawn)


def stakes_of(members: Mapping[str, int]) -> tuple[Candidate, ...]:
    """Candidates of an address-to-stake map."""
    return tuple(Candidate(address, stake) for address, stake in members.items())


def _at(pool: Sequence[Candidate], point: int) -> int:
    for position, candidate in enumerate(pool):
        if point < candidate.stake:
            return position
        point -= candidate.stake
    raise AssertionError("the point lies below the sum of stakes")
