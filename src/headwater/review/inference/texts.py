"""Texts: of what people wrote, the one closest to all the others, weighed by who wrote them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

import numpy as np

from headwater.review.inference.models import Agreed, Answers, Consensus
from headwater.review.inference.records import Records, learned


class RuleOfTexts:
    """The rule for texts: a medoid under weighted edit distance. It never writes a text that nobody wrote.

    ``sure`` is 1 less the mean distance of the others to it, over the longer of the two: below ``agree`` they disagree
    too much, and ``disagreeing`` names such items for a person to look at.
    """

    def __init__(self, records: Records | None = None) -> None:
        self._records = records or Records()

    def __call__(self, answers: Answers[str]) -> Consensus[str]:
        records = learned(answers, self._records, _grade)
        return {item: _agreed(given, records) for item, given in sorted(answers.by_item().items())}


def disagreeing(found: Consensus[str], agree: float = 0.7) -> tuple[str, ...]:
    """Items whose texts have too little in common for any to stand for all; a text alone is like itself."""
    return tuple(item for item, agreed in found.items() if agreed.sure < agree)


def plain(text: str) -> str:
    """How a text is compared: NFKC, case folded, runs of white space as one blank, none at the ends."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def edits(one: str, two: str) -> int:
    """Levenshtein distance: fewest characters inserted, deleted or replaced."""
    columns = np.arange(len(two) + 1)
    right = np.frombuffer(two.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    row = columns.copy()
    for character in one:
        fresh = np.minimum(row[1:] + 1, row[:-1] + (right != ord(character)))
        fresh = np.concatenate(([row[0] + 1], fresh)) - columns
        row = np.minimum.accumulate(fresh) + columns  # insertions: the best of what lies left, and its way here
    return int(row[-1])


def _grade(text: str, truth: str) -> tuple[int, int]:
    return (1, 0) if plain(text) == plain(truth) else (0, 1)


def _agreed(given: Mapping[str, str], records: Records) -> Agreed[str]:
    weight: dict[str, int] = {}
    for labeller, text in given.items():
        weight[plain(text)] = weight.get(plain(text), 0) + records.of(labeller).weight(2)
    far = {text: sum(edits(text, other) * w for other, w in weight.items() if other != text) for text in weight}
    chosen = min(weight, key=lambda text: (far[text], -weight[text], text))
    return Agreed(_spelt(given, chosen, records), _likeness(chosen, weight))


def _spelt(given: Mapping[str, str], chosen: str, records: Records) -> str:
    """The heaviest spelling of the chosen text, as it was written."""
    spelt: dict[str, int] = {}
    for labeller, text in given.items():
        if plain(text) == chosen:
            spelt[text] = spelt.get(text, 0) + records.of(labeller).weight(2)
    return min(spelt, key=lambda text: (-spelt[text], text))


def _likeness(chosen: str, weight: Mapping[str, int]) -> float:
    apart = {text: edits(chosen, text) / max(len(chosen), len(text), 1) for text in weight}
    return 1 - sum(apart[text] * w for text, w in weight.items()) / sum(weight.values())
