"""When to ask a person (DESIGN section 5): skip what is clear, audit some of the skipped, stop when sure.

Probabilities are compared as milli log-odds: P >= .97 is 3476, P <= .03 is -3476, posterior .95 is 2944.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from headwater.primitives.hashing import keccak256
from headwater.records.verdict import CountedVote
from headwater.review.rule import MAX_VOTES, total
from headwater.review.turns import MAX_PLACES

SKIP_SUM = 3476
STOP_SUM = 2944
MIN_VOTES = 2
SETTLED_FOR_AUTO_ACCEPT = 10
AUDIT_PER_10000 = 500


class Step(StrEnum):
    """What an item needs next."""

    SKIP = "skip"
    ASK = "ask"
    DECIDE = "decide"


def gold_due(items: int, expected: int, golds: int) -> int:
    """How many of a campaign's gold items are planted among its first ``items``: half of them in the first quarter.

    What gold teaches serves whatever is asked later, so the same gold earlier makes votes weigh more for longer
    (docs/adr/0025). The rest keeps on to the end, or whoever sees no gold any more could stop looking.

    Args:
        expected: items the campaign pays for, planted ones included. golds: of them all.
    """
    return golds * min(6 * items, expected + 2 * items) // (3 * expected)


def audited(seed: bytes, item: int) -> bool:
    """Whether a skipped item is reviewed all the same: 5 %, fixed by the anchor's seed, so nobody can choose."""
    word = keccak256(b"headwater.audit.v1" + seed + item.to_bytes(4, "big"))
    return int.from_bytes(word, "big") % 10_000 < AUDIT_PER_10000


def clear_without_people(llr: int, prior: int, settled_items: int) -> bool:
    """Whether checks and record alone decide: P <= .03, or P >= .97 with enough settled items behind it."""
    value = llr + prior
    if value <= -SKIP_SUM:
        return True
    return value >= SKIP_SUM and settled_items >= SETTLED_FOR_AUTO_ACCEPT


def next_step(
    llr: int,
    prior: int,
    settled_items: int,
    votes: Sequence[CountedVote],
    seed: bytes,
    item: int,
    eligible: int,
    passed: int = 0,
) -> Step:
    """What to do with an item now.

    Args:
        llr, prior: milli log-odds of checks and record.
        settled_items: the contributor's final items.
        votes: counted so far.
        eligible: how many reviewers could ever be drawn for it; when they run out the item is decided as it stands.
        passed: how many of them were passed over.
    """
    if not votes and clear_without_people(llr, prior, settled_items) and not audited(seed, item):
        return Step.SKIP
    sure = len(votes) >= MIN_VOTES and abs(total(llr, prior, votes)) >= STOP_SUM
    if sure or len(votes) >= MAX_VOTES or len(votes) + passed >= min(MAX_PLACES, eligible):
        return Step.DECIDE
    return Step.ASK
