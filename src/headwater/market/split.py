"""Sale money: owner, fee and pool as functions of gross, the pool by weight, each part rounded down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.chain.structs import SHARE_ITEMS, Share, references_hash
from headwater.market.errors import MarketError
from headwater.primitives.amounts import BPS, mul_div_down


@dataclass(frozen=True)
class Split:
    """Parts of a version's gross; ``owner + fee + pool`` is the gross exactly.

    ``fee_claimable`` is at most one unit below ``fee``: what can be claimed must never shrink when a sale comes in.
    """

    owner: int
    fee: int
    pool: int
    fee_claimable: int


def split_of(gross: int, owner_bps: int, fee_bps: int) -> Split:
    """Owner, fee and pool of a gross; owner, pool and the claimable fee are monotone in it."""
    owner = mul_div_down(gross, owner_bps, BPS)
    pool = gross - mul_div_down(gross, owner_bps + fee_bps, BPS)
    return Split(owner, gross - owner - pool, pool, mul_div_down(gross, fee_bps, BPS))


def share_amount(pool: int, share: Share, total_weight: int) -> int:
    """One share's part of the pool so far, rounded down.

    Rounding each part down is what keeps claims monotone: a part never shrinks when the pool grows, so claiming often
    gains nothing. At most ``shares - 1`` units wait in the pool until the next sale (docs/adr/0007).
    """
    return mul_div_down(pool, share.weight, total_weight)


def shares_of(weights: Sequence[tuple[str, int, int]]) -> tuple[Share, ...]:
    """Share leaves of (account, weight, item reference) rows, ascending by account and then by first item.

    An account has one leaf for every ``SHARE_ITEMS`` items, so that a wrong one can be shown within one transaction.

    Raises:
        MarketError: if no weight is positive: a pool nobody could claim.
    """
    return tuple(share for share, _ in share_lists(weights))


def share_lists(weights: Sequence[tuple[str, int, int]]) -> list[tuple[Share, tuple[int, ...]]]:
    """The same leaves, each with the references it lists."""
    rows: dict[str, list[tuple[int, int]]] = {}
    for account, weight, item in weights:
        if weight > 0:
            rows.setdefault(account, []).append((item, weight))
    if not rows:
        raise MarketError("shares of a version", actual="no positive weight", allowed="at least one accepted episode")
    made: list[tuple[Share, tuple[int, ...]]] = []
    cumulative = 0
    for account in sorted(rows, key=lambda name: int(name, 16)):
        items = sorted(rows[account])
        for start in range(0, len(items), SHARE_ITEMS):
            part = items[start : start + SHARE_ITEMS]
            numbers, weight = [item for item, _ in part], sum(weight for _, weight in part)
            cumulative += weight
            share = Share(len(made), account, numbers[0], references_hash(numbers), weight, cumulative)
            made.append((share, tuple(numbers)))
    return made
