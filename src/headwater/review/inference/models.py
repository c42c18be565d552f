"""What people answered, and what follows from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from headwater.review.inference.errors import InferenceError

V = TypeVar("V")


@dataclass(frozen=True)
class Answer(Generic[V]):
    """What one labeller said of one item."""

    item: str
    labeller: str
    value: V


@dataclass(frozen=True)
class Answers(Generic[V]):
    """All answers of a campaign, one a labeller and item.

    Attributes:
        given: in any order.
        gold: items whose truth was known beforehand.
        adjudicated: items whose truth a jury found.
        classes: names a labeller chooses from, in the order of the spec; empty where answers are texts.
    """

    given: tuple[Answer[V], ...]
    gold: Mapping[str, V]
    adjudicated: Mapping[str, V]
    classes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Raises InferenceError for a second answer to one item by one labeller, or for a class named twice."""
        seen = set()
        for answer in self.given:
            if (answer.item, answer.labeller) in seen:
                where = f"answers of {answer.labeller} to item {answer.item}"
                raise InferenceError(where, actual="two", allowed="one", fix="keep the first")
            seen.add((answer.item, answer.labeller))
        if len(set(self.classes)) != len(self.classes):
            raise InferenceError("classes", actual=self.classes, allowed="each once")

    def said(self) -> Iterator[tuple[str, V]]:
        """Every answer and truth with its item."""
        yield from ((answer.item, answer.value) for answer in self.given)
        yield from (*self.gold.items(), *self.adjudicated.items())

    def by_item(self) -> dict[str, dict[str, V]]:
        """Item to labeller to value; labellers ascending, so that no result depends on who came first."""
        found: dict[str, dict[str, V]] = {}
        for answer in sorted(self.given, key=lambda answer: (answer.item, answer.labeller)):
            found.setdefault(answer.item, {})[answer.labeller] = answer.value
        return found


@dataclass(frozen=True)
class Agreed(Generic[V]):
    """What an item's answers come to.

    Attributes:
        value: the answer.
        sure: the method's probability that it is right, 0 to 1; of texts, how like it the others are.
        ties: other values that do as well; the answer is then the first by the rule's order.
    """

    value: V
    sure: float
    ties: tuple[V, ...] = ()


Consensus = Mapping[str, Agreed[V]]


@dataclass(frozen=True)
class Region:
    """A box of a picture or a span of time, with its class.

    Attributes:
        label: a class.
        sides: (low, high) an axis, low < high, in whole units of the spec (pixels, milliseconds); a box has x, then y.
    """

    label: str
    sides: tuple[tuple[int, int], ...]

    def __post_init__(self) -> None:
        """Raises InferenceError for a region without extent."""
        if not self.sides or any(low >= high for low, high in self.sides):
            raise InferenceError(f"region {self.label}", actual=self.sides, allowed="low < high on every axis")


def box(label: str, left: int, top: int, right: int, bottom: int) -> Region:
    """A region of a picture, pixels; right and bottom are the first outside."""
    return Region(label, ((left, right), (top, bottom)))


def span(label: str, start_ms: int, end_ms: int) -> Region:
    """A region of a time axis, milliseconds."""
    return Region(label, ((start_ms, end_ms),))
