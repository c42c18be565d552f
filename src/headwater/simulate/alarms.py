"""Who is seen to side with whom, from final settlements: ``review.siding`` as a watcher runs it now and then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from headwater.review import START_RIGHT, START_WRONG
from headwater.review.siding import LEAST_ITEMS, Split, accuracy, discoveries, group_p, reviewer_p

FALSE_SHARE = 0.05  # of alarms
REVIEWER_LEVEL = 0.01  # family-wise, over all reviewers
DRAWS = 999
Alarms = Mapping[str, frozenset[str]]


def look(groups: Mapping[str, Sequence[Split]], records: Mapping[str, tuple[int, int]], seed: int) -> Alarms:
    """Reviewers by the group they side with; groups without alarm are left out.

    Args:
        groups: split items by contributor, or by sponsor of newcomers.
        records: in tenths.
    """
    skill, other = {who: accuracy(record) for who, record in records.items()}, accuracy((START_RIGHT, START_WRONG))
    ps = {name: group_p(i, skill, other, seed, DRAWS) for name, i in groups.items() if len(i) >= LEAST_ITEMS}
    found = sorted(discoveries(ps, FALSE_SHARE)) if ps else []
    items = [split for name in found for split in groups[name]]
    voters = {who for split in items for who, _ in split.votes}
    level = REVIEWER_LEVEL / max(1, len(voters))
    siding = frozenset(who for who in sorted(voters) if reviewer_p(items, who, skill, other) < level)
    return dict.fromkeys(found, siding)
