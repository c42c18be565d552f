"""The value part of a pool: made where the held-out set is, checked by whoever is shown it (spec/value.md)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from headwater.market.errors import ValuingError
from headwater.market.reward import FULL_GRADE, FULL_NOVELTY
from headwater.market.shapley import Floats, Ints, knn_shapley
from headwater.primitives.amounts import BPS
from headwater.primitives.hashing import sha256
from headwater.records import codec
from headwater.records.valuing import HeldOut, ItemValue, ItemValues, ValueStatement, commitment_of

FULL_VALUE = FULL_NOVELTY
PERCENTILE = 95


@dataclass(frozen=True)
class Embedded:
    """An item as the held-out set sees it; ``features`` is one row of binary64."""

    item: int
    contribution: bytes
    features: Floats
    label: int

    def valued(self, value: int) -> ItemValue:
        """Its line in a statement."""
        return ItemValue(self.item, self.contribution, sha256(row_bytes(self.features)), self.label, value)


def hold_out(embedding: str, features: Floats, labels: Sequence[int], neighbours: int, salt: bytes) -> HeldOut:
    """The record of a held-out set; ``commitment_of`` it goes into the campaign's spec.

    Args:
        features: examples x width. salt: 32 random bytes.

    Raises:
        ValuingError: no examples, a feature that is no number, other counts of labels, fewer than one neighbour.
    """
    record = HeldOut(embedding, neighbours, features.shape[1], row_bytes(features), tuple(labels), salt)
    opened(record)
    return record


def values(held_out: HeldOut, before: Sequence[Embedded], items: Sequence[Embedded]) -> ItemValues:
    """What ``items`` are worth among themselves and all that were valued before; runs where the held-out set is.

    Raises:
        ValuingError: features that are no numbers or not as wide as the held-out ones.
    """
    held, labels = opened(held_out)
    everyone = [*before, *items]
    for one in everyone:
        if one.features.shape != held.shape[1:] or not np.isfinite(one.features).all():
            raise ValuingError(
                f"features of item {one.item}", actual=one.features.shape, allowed=f"{held.shape[1]} finite numbers"
            )
    if not items:
        return ItemValues(())
    features = np.stack([one.features for one in everyone])
    own = np.array([one.label for one in everyone], dtype=np.int64)
    scaled = scale(knn_shapley(features, own, held, labels, held_out.neighbours))
    return ItemValues(tuple(one.valued(value) for one, value in zip(items, scaled[len(before) :], strict=True)))


def scale(found: Floats) -> list[int]:
    """Values as integers of 0 to 10,000: ``max(0, v)`` over its 95th percentile by nearest rank, rounded down.

    Where that percentile is 0, because few items are worth anything, the largest value takes its place.
    """
    positive = np.maximum(found, 0)
    ordered = np.sort(positive)
    top = float(ordered[math.ceil(len(ordered) * PERCENTILE / 100) - 1]) or float(ordered[-1])
    if top == 0:
        return [0] * len(found)
    return [int(value) for value in np.floor(np.minimum(positive / top, 1) * FULL_VALUE)]


def grade(value: int, weight_bps: int = BPS) -> int:
    """The grade, 0 to 100, of a value that makes up ``weight_bps`` of it; the rest is full."""
    return FULL_GRADE * (FULL_VALUE * (BPS - weight_bps) + value * weight_bps) // (FULL_VALUE * BPS)


def gaps(
    statement: ValueStatement,
    told: ItemValues,
    held_out: HeldOut,
    before: Sequence[Embedded],
    items: Sequence[Embedded],
) -> tuple[str, ...]:
    """What is wrong with a statement, in words, for whoever is shown the held-out set; nothing if all holds.

    The signature, and that ``previous`` is the statement ``before`` comes from, are the caller's to check.
    """
    found = []
    if commitment_of(held_out) != statement.commitment:
        return ("the set shown is not the one committed to",)
    if codec.digest(told) != statement.values:
        return ("the values shown are not those that were signed",)
    right = {one.item: one for one in values(held_out, before, items).items}
    for said in told.items:
        due = right.pop(said.item, None)
        if due != said:
            found.append(f"item {said.item}: {_differ(said, due)}")
    found += [f"item {item}: left out" for item in right]
    return tuple(found)


def opened(held_out: HeldOut) -> tuple[Floats, Ints]:
    """Features (examples x width) and labels of a held-out record.

    Raises:
        ValuingError: as ``hold_out``.
    """
    count = len(held_out.labels)
    whole = held_out.width > 0 and count > 0 and len(held_out.features) == 8 * count * held_out.width
    if not whole:
        actual = f"{count} labels, width {held_out.width}, {len(held_out.features)} bytes"
        raise ValuingError("held-out set", actual=actual, allowed="8 bytes a feature, a label an example, one at least")
    features = np.frombuffer(held_out.features, dtype="<f8").reshape(count, held_out.width).astype(np.float64)
    if not np.isfinite(features).all():
        raise ValuingError("held-out set", actual="a feature that is no number", allowed="finite numbers")
    if held_out.neighbours < 1 or len(held_out.salt) != 32:
        actual = f"{held_out.neighbours} neighbours, a salt of {len(held_out.salt)} bytes"
        raise ValuingError("held-out set", actual=actual, allowed="one neighbour at least, 32 bytes")
    return features, np.array(held_out.labels, dtype=np.int64)


def row_bytes(features: Floats) -> bytes:
    """Binary64, little endian, row after row."""
    return np.ascontiguousarray(features, dtype="<f8").tobytes()


def _differ(said: ItemValue, due: ItemValue | None) -> str:
    if due is None:
        return "not among the items"
    names = [
        name for name in ("contribution", "features", "label", "value") if getattr(said, name) != getattr(due, name)
    ]
    return ", ".join(f"{name} {_short(getattr(said, name))}, not {_short(getattr(due, name))}" for name in names)


def _short(value: int | bytes) -> str:
    return value.hex()[:16] if isinstance(value, bytes) else str(value)
