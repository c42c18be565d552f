"""Asking one by one on kept votes: what the rule would have asked, and what it would have said then.

A worker's kept answer is what he says when he is asked. Items come in a random order and an item's voters too. Gold
costs votes like any item; what it cost is in ``votes``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from crowd_sets import CrowdSet
from headwater.review.inference import Answers, Doubts, Paced, Records, enough, sums
from headwater.review.sampling import MIN_VOTES, STOP_SUM

Asked = dict[str, list[tuple[str, str]]]  # item -> (worker, class), in the order in which they are asked


@dataclass(frozen=True)
class Asking:
    """One seed's draw of a set: which items are gold, and who is asked in which order."""

    set_: CrowdSet
    answers: Answers[str]
    voters: Asked

    @property
    def open_(self) -> list[str]:
        """Items that are no gold."""
        return [item for item in self.voters if item not in self.answers.gold]

    def right(self, found: Mapping[str, Mapping[str, int]]) -> float:
        """Share of the open items with a truth that come out right; a tie of n counts 1/n."""
        truth = self.set_.truth
        return fmean(credit(found[item], truth[item]) for item in self.open_ if item in truth)


@dataclass(frozen=True)
class Spent:
    """Share right, and votes an open item: all, and those on open items alone."""

    right: float
    votes: float
    votes_without_gold: float


def drawn(set_: CrowdSet, seed: int) -> Asking:
    """The draw of a seed; the same for everything that is compared."""
    rng = random.Random(f"{set_.name}:{seed}")
    answers = set_.with_gold(rng)
    voters = {item: list(given.items()) for item, given in answers.by_item().items()}
    for given in voters.values():
        rng.shuffle(given)
    order = sorted(voters)
    rng.shuffle(order)
    return Asking(set_, answers, {item: voters[item] for item in order})


def fixed(asking: Asking, votes: int) -> float:
    """Share right by the majority of the first so many votes of each item."""
    classes = asking.set_.classes
    return asking.right(
        {item: sums({w: (v, 1) for w, v in asking.voters[item][:votes]}, classes) for item in asking.open_}
    )


def until_sure(asking: Asking, stop: int = STOP_SUM) -> Spent:
    """Item after item, each until ``enough``; gold on the way, asked as if it were none."""
    records, found, used = Records(), {}, dict.fromkeys(asking.voters, 0)
    for item, voters in asking.voters.items():
        found[item] = dict.fromkeys(asking.set_.classes, 0)
        for worker, value in voters:
            if enough(found[item].values(), used[item], stop):
                break
            found[item][value] += records.of(worker).weight(len(asking.set_.classes))
            used[item] += 1
        _learn(asking, records, item, used[item])
    return _spent(asking, found, used)


def paced(asking: Asking, votes: float) -> Spent:
    """So many votes an open item, gold's included: two on each gold item first, then item after item until ``enough``
    by the stop that the budget leaves.
    """
    records, used = _gold_first(asking)
    found = {item: dict.fromkeys(asking.set_.classes, 0) for item in asking.open_}
    pace = Paced(max(1000 * MIN_VOTES, round(1000 * (votes - sum(used.values()) / len(found)))))
    for item in found:
        for worker, value in asking.voters[item]:
            if enough(found[item].values(), used[item], pace.stop):
                break
            found[item][value] += records.of(worker).weight(len(asking.set_.classes))
            used[item] += 1
        pace.closed(used[item])
    return _spent(asking, found, used)


def within(asking: Asking, votes: float) -> Spent:
    """So many votes an open item, gold's included: two on each gold item first, then wherever doubt is greatest."""
    records, used = _gold_first(asking)
    found = {item: dict.fromkeys(asking.set_.classes, 0) for item in asking.open_}
    doubts = Doubts()
    for item in found:
        doubts.put(item, found[item].values(), 0)
    for _ in range(int(votes * len(found)) - sum(used.values())):
        if (doubtful := doubts.take()) is None:
            break
        worker, value = asking.voters[doubtful][used[doubtful]]
        found[doubtful][value] += records.of(worker).weight(len(asking.set_.classes))
        used[doubtful] += 1
        if used[doubtful] < len(asking.voters[doubtful]):
            doubts.put(doubtful, found[doubtful].values(), used[doubtful])
    return _spent(asking, found, used)


def _gold_first(asking: Asking) -> tuple[Records, dict[str, int]]:
    """Records after two votes on each gold item, and how many votes each item has."""
    records, used = Records(), dict.fromkeys(asking.voters, 0)
    for item in asking.answers.gold:
        used[item] = min(MIN_VOTES, len(asking.voters[item]))
        _learn(asking, records, item, used[item])
    return records, used


def credit(found: Mapping[str, int], truth: str) -> float:
    """1 if the truth alone is on top, 1/n if it shares that place with n - 1 others, else 0."""
    top = max(found.values())
    first = [name for name, value in found.items() if value == top]
    return (truth in first) / len(first)


def _learn(asking: Asking, records: Records, item: str, votes: int) -> None:
    if (truth := asking.answers.gold.get(item)) is not None:
        for worker, value in asking.voters[item][:votes]:
            records.learn(worker, int(value == truth), int(value != truth))


def _spent(asking: Asking, found: Mapping[str, Mapping[str, int]], used: Mapping[str, int]) -> Spent:
    count, own = len(asking.open_), sum(used[item] for item in asking.open_)
    return Spent(asking.right(found), sum(used.values()) / count, own / count)
