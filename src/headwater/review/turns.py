"""Whose turn it is, until when, and who is passed over (spec/review.md section 2): the contract proves the same.

Round r of an item is its r-th drawn reviewer's. It begins when the root of the round before stands on chain and lasts a
turn; then whoever closes rounds may close it without him, and the next place is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, islice, product

from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build

MAX_PLACES = 18
TURNS = 8
_TRIED = 1024


def turn_s(settle_window: int) -> int:
    """Seconds a reviewer has for his vote, of the campaign's settle window in seconds."""
    return settle_window // TURNS


def ends_at(number: int, anchored_at: int, earlier: Iterable[int], settle_window: int) -> int | None:
    """When a round is over; ``None`` while the one before it is open.

    Args:
        number: of the round; the first begins a turn after the anchor, by when whoever wants to has recorded the seed.
        earlier: times of the roots of the round before, by whoever may close it.
    """
    turn = turn_s(settle_window)
    if number == 0:
        return anchored_at + 2 * turn
    return min((time + turn for time in earlier), default=None)


def had_his_turn(ends: int | None, own: Iterable[int], settled_at: int, spoke: int | None) -> bool:
    """Whether a reviewer without a counted vote was rightly passed over.

    Args:
        ends: of his round, as ``ends_at`` says.
        own: times of his round's roots, by whoever may close it.
        spoke: when he opened a vote of this round on chain.
    """
    if ends is None or not any(ends <= time <= settled_at for time in own):
        return False
    return spoke is None or spoke >= ends


def rounds_of(rounds: Iterable[int]) -> int:
    """How many rounds were reached, of those with a counted vote."""
    return max(rounds, default=-1) + 1


def leaves_under(root: bytes, leaves: Sequence[bytes], alone: Sequence[int]) -> list[bytes] | None:
    """The leaves of a round's root; ``None`` if none of what is tried gives it.

    A reviewer who commits on chain himself may stand under the operator's root as well or not: both are right, and only
    the operator knew at the time.

    Args:
        leaves: with the commit of everyone counted.
        alone: places of those who committed on chain themselves; of very many not every choice is tried.
    """
    both = (tuple(True for _ in alone), tuple(False for _ in alone))
    for kept in islice(chain(both, product((True, False), repeat=len(alone))), _TRIED):
        tried = list(leaves)
        for place, keep in zip(alone, kept, strict=True):
            if not keep:
                tried[place] = ZERO_WORD
        if build(tried).root == root:
            return tried
    return None
