"""Real votes, as folders of ``labels.csv`` (task,worker,label,...) and ``gold.csv`` (task,label)."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from headwater.review.inference import Answer, Answers

GOLD_SHARE = 0.1


@dataclass(frozen=True)
class CrowdSet:
    """One set; of a worker's answers to one item the first counts.

    Attributes:
        truth: of items that have an answer.
        repeats: answers left out because their worker had answered the item before.
    """

    name: str
    given: tuple[Answer[str], ...]
    truth: Mapping[str, str]
    classes: tuple[str, ...]
    repeats: int

    @property
    def items(self) -> int:
        return len({answer.item for answer in self.given})

    def with_gold(self, rng: random.Random) -> Answers[str]:
        """A random tenth of the items whose truth is known is gold, at least one."""
        known = sorted(self.truth)
        chosen = rng.sample(known, max(1, round(GOLD_SHARE * len(known))))
        return Answers(self.given, {item: self.truth[item] for item in chosen}, {}, self.classes)


def sets(folder: Path) -> Iterator[CrowdSet]:
    """Every set in ``folder`` or right below it, by name."""
    for file in sorted({*folder.glob("labels.csv"), *folder.glob("*/labels.csv")}):
        yield load(file.parent)


def load(folder: Path) -> CrowdSet:
    """The set of a folder; classes are whatever answers and truths name, numbers in their order."""
    first: dict[tuple[str, str], Answer[str]] = {}
    rows = _rows(folder / "labels.csv")
    for row in rows:
        first.setdefault((row["task"], row["worker"]), Answer(row["task"], row["worker"], row["label"]))
    items = {item for item, _ in first}
    truth = {row["task"]: row["label"] for row in _rows(folder / "gold.csv") if row["task"] in items}
    classes = {answer.value for answer in first.values()} | set(truth.values())
    ordered = tuple(sorted(classes, key=lambda name: (len(name), name) if name.isdigit() else (99, name)))
    return CrowdSet(folder.name, tuple(first.values()), truth, ordered, len(rows) - len(first))


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))
