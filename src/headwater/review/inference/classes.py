"""One of K classes: a vote adds its labeller's weight to its class, and the heaviest class is the answer.

``weight`` is ``ln((K-1) p / (1-p))`` clipped as in ``review.rule``, so the sum of a class is, up to a constant, its
log-likelihood when wrong votes fall on the other classes alike; the classes' prior is flat (reference: ADR 0004). With
K = 2 it is the verdict's rule.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from headwater.review.inference.errors import InferenceError
from headwater.review.inference.models import Agreed, Answers, Consensus
from headwater.review.inference.records import Records, learned, same


class RuleOfClasses:
    """The rule, with the records people came with; it learns from the answers' gold and adjudicated items."""

    def __init__(self, records: Records | None = None) -> None:
        self._records = records or Records()

    def __call__(self, answers: Answers[str]) -> Consensus[str]:
        """Raises InferenceError for an answer that is none of the classes."""
        demand_classes(answers)
        records, count = learned(answers, self._records, same), len(answers.classes)
        return {
            item: best(sums({w: (v, records.of(w).weight(count)) for w, v in given.items()}, answers.classes))
            for item, given in answers.by_item().items()
        }


def majority(answers: Answers[str]) -> Consensus[str]:
    """Every vote weighs the same; ``sure`` is the share of votes."""
    demand_classes(answers)
    return {item: _most(Counter(given.values()), answers.classes) for item, given in answers.by_item().items()}


def sums(votes: Mapping[str, tuple[str, int]], classes: Sequence[str]) -> dict[str, int]:
    """Milli log-odds of every class, in the order of ``classes``.

    Args:
        votes: labeller to (class, weight).
    """
    found = dict.fromkeys(classes, 0)
    for value, weight in votes.values():
        found[value] += weight
    return found


def best(found: Mapping[str, int]) -> Agreed[str]:
    """The heaviest class; of equals the first of the spec, and ``ties`` says so."""
    top = max(found.values())
    first = [name for name, value in found.items() if value == top]
    return Agreed(first[0], posterior(found.values()), tuple(first[1:]))


def posterior(found: Collection[int]) -> float:
    """Probability of the heaviest of these sums (milli log-odds), the prior being flat."""
    top = max(found)
    return 1 / math.fsum(math.exp((value - top) / 1000) for value in found)


def demand_classes(answers: Answers[str]) -> None:
    """Raises InferenceError unless there is a choice, and every answer and truth is one of the classes."""
    if len(answers.classes) < 2:
        raise InferenceError("classes", actual=answers.classes, allowed="two or more", fix="name them all in the spec")
    for item, value in answers.said():
        demand_class(item, value, answers.classes)


def demand_class(item: str, value: str, classes: Sequence[str]) -> None:
    """Raises InferenceError unless ``value`` is one of the classes."""
    if value not in classes:
        raise InferenceError(f"class of item {item}", actual=value, allowed=classes)


def _most(counts: Counter[str], classes: Sequence[str]) -> Agreed[str]:
    top = max(counts.values())
    first = [name for name in classes if counts[name] == top]
    return Agreed(first[0], top / counts.total(), tuple(first[1:]))
