"""Novelty in anchor order: what an item adds to those anchored before it, in 1/10,000 (spec/review.md section 8).

Nothing but content and order counts, whatever became of the earlier items and whoever sent them: identities cannot be
split for gain, and a copy of a rejected item is no newer for that. Near copies are as if they had never come: else who
sends copies of his own would crowd out, or turn into copies, what others send later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from headwater.market.errors import MarketError
from headwater.market.reward import FULL_NOVELTY
from headwater.primitives.amounts import BPS, mul_div_up
from headwater.records.campaign_spec import Stratum

UNWANTED = 1  # next to nothing, yet no copy: 0 would forfeit the deposit
KEPT = 9_700  # of an honest sample; the campaign's own items are others, and keep .95
COPY_BPS = 2_000  # how far off a copy may be, of the distance to the nearest neighbour, and be surely one


@dataclass(frozen=True)
class Placed:
    """An item among those anchored before it that were no near copies.

    Attributes:
        nearest: fingerprint distance to the nearest of them; ``None`` for a campaign's first.
        neighbours: how many of them lie nearer than the campaign's scale.
        stratum: the part of the collection it belongs to; empty if it has none.
    """

    nearest: int | None
    neighbours: int = 0
    stratum: str = ""


def ramp(nearest: int | None, scale: int) -> int:
    """0 up to half of the scale, full from the scale on, in a line between; both in one unit, ``scale`` > 0.

    Rounded up: nothing above half of the scale is a copy, and a copy forfeits.
    """
    if nearest is None or nearest >= scale:
        return FULL_NOVELTY
    return mul_div_up(FULL_NOVELTY, max(0, 2 * nearest - scale), scale)


def density(neighbours: int) -> int:
    """``1 / (1 + neighbours)``, rounded down."""
    return FULL_NOVELTY // (1 + neighbours)


def scarcity(want: int, have: int) -> int:
    """Full until ``want`` items are there, then ``want / (have + 1)``; ``have`` were anchored before."""
    return FULL_NOVELTY if have < want else FULL_NOVELTY * want // (have + 1)


def novelty(placed: Placed, scale: int, want: int | None, have: int, *, dense: bool = True) -> int:
    """All three together: 0 for a near copy alone, else at least 1.

    Args:
        scale: m, in the unit of distances, fixed at funding.
        want: of the item's stratum; ``None`` where the campaign names no strata.
        have: items of that stratum anchored before.
        dense: whether neighbours count, as the campaign says.
    """
    new = ramp(placed.nearest, scale)
    if new == 0:
        return 0
    crowd = density(placed.neighbours) if dense else FULL_NOVELTY
    rare = FULL_NOVELTY if want is None else scarcity(want, have)
    return max(UNWANTED, new * crowd * rare // FULL_NOVELTY**2)


def novelties(
    placed: Iterable[Placed], scale: int, strata: Iterable[Stratum] = (), *, dense: bool = True
) -> tuple[int, ...]:
    """Novelty of items in anchor order. An item outside the strata a requester names is one nobody wants."""
    wants: Mapping[str, int] = {one.name: one.want for one in strata}
    have: dict[str, int] = {}
    made = []
    for item in placed:
        want = wants.get(item.stratum, 0) if wants else None
        made.append(novelty(item, scale, want, have.get(item.stratum, 0), dense=dense))
        have[item.stratum] = have.get(item.stratum, 0) + 1
    return tuple(made)


def places(distances: Iterable[Sequence[int]], scale: int, strata: Sequence[str] | None = None) -> tuple[Placed, ...]:
    """Where each item stands, in anchor order.

    Args:
        distances: of each item, to all before it.
        scale: m, in the same unit.
        strata: of each item, in the same order.
    """
    new: list[int] = []
    made = []
    for number, row in enumerate(distances):
        seen = [row[other] for other in new]
        made.append(Placed(min(seen, default=None), sum(d < scale for d in seen), strata[number] if strata else ""))
        if ramp(made[-1].nearest, scale):
            new.append(number)
    return tuple(made)


def scale_for(distances: Sequence[Sequence[int]], kept: int = KEPT) -> int:
    """m of a campaign, from a sample of honest items: the largest at which density and ramp leave them ``kept``.

    Where that would let near copies pass it is as large as those need, and the honest keep less. m holds for as many
    items as the sample has: of eight times as many in the same space, each keeps some .7.

    Args:
        distances: of each item, to all before it; two items at least, not all alike.
        kept: of their pay, in 1/10,000.

    Raises:
        MarketError: a sample without distances to go by.
    """
    nearest = sorted(map(min, _rows_of(distances)))
    if len(distances) < 2 or not nearest[len(nearest) // 2]:
        fix = "take two honest items at least, most of them different"
        raise MarketError("sample for the scale", actual=f"{len(distances)} items", fix=fix)
    low = max(1, mul_div_up(2 * nearest[len(nearest) // 2], COPY_BPS, BPS))
    high = max(low, 2 * nearest[-1])
    while high - low > low // 1_000:
        middle = (low + high + 1) // 2
        made = novelties(places(distances, middle), middle)
        low, high = (middle, high) if sum(made) >= kept * len(made) else (low, middle - 1)
    return low


def _rows_of(distances: Sequence[Sequence[int]]) -> list[list[int]]:
    """To all others, of each item."""
    later = [[row[at] for row in distances[at + 1 :]] for at in range(len(distances))]
    return [[*row, *after] for row, after in zip(distances, later, strict=True) if row or after]
