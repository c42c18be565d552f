"""How often a labeller was right where the truth is known; nowhere else is anything learned (ADR 0004).

A record starts at 2.8 right and 1.2 wrong, in tenths. Agreement with others never changes it: a clique that agrees with
itself stays as heavy as strangers are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from headwater.review.inference.models import Answers
from headwater.review.rule import START_RIGHT, START_WRONG, weight

V = TypeVar("V")
GOLD, ADJUDICATED = 10, 30  # tenths a single right or wrong answer adds


@dataclass(frozen=True)
class Record:
    """Right and wrong in tenths, the start included."""

    right: int = START_RIGHT
    wrong: int = START_WRONG

    def and_(self, right: int, wrong: int) -> Record:
        """The record with more evidence, tenths."""
        return Record(self.right + right, self.wrong + wrong)

    def weight(self, classes: int) -> int:
        """Milli log-odds of a vote among ``classes``."""
        return _weight(self.right, self.wrong, classes)


_weight = lru_cache(maxsize=1 << 16)(weight)
START = Record()
Grade = Callable[[V, V], tuple[int, int]]


class Records:
    """Every labeller's record, as it grows."""

    def __init__(self, known: Mapping[str, Record] | None = None) -> None:
        self._known = dict(known or {})

    def of(self, labeller: str) -> Record:
        """A labeller's record; the start of one who has none."""
        return self._known.get(labeller, START)

    def learn(self, labeller: str, right: int, wrong: int, evidence: int = GOLD) -> None:
        """Add answers to items whose truth is known.

        Args:
            right, wrong: how many.
            evidence: ``GOLD`` or ``ADJUDICATED``.
        """
        self._known[labeller] = self.of(labeller).and_(right * evidence, wrong * evidence)

    def copy(self) -> Records:
        """One that learns apart."""
        return Records(self._known)


def learned(answers: Answers[V], start: Records, grade: Grade[V]) -> Records:
    """Records after all gold and adjudicated items; an item that is both counts as adjudicated.

    Args:
        grade: (answer, truth) -> how many things the answer has right and how many wrong.
    """
    records = start.copy()
    for answer in answers.given:
        for truths, evidence in _truths(answers):
            if answer.item in truths:
                records.learn(answer.labeller, *grade(answer.value, truths[answer.item]), evidence)
                break
    return records


def same(value: object, truth: object) -> tuple[int, int]:
    """Grades an answer that is right as a whole or not."""
    return (1, 0) if value == truth else (0, 1)


def _truths(answers: Answers[V]) -> Iterable[tuple[Mapping[str, V], int]]:
    return (answers.adjudicated, ADJUDICATED), (answers.gold, GOLD)
