"""Nomination is exact, the same however items were filed, and cannot be flooded."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.checks import shelf as module
from headwater.checks.shelf import COMMON, WHOLE, Keys, Shelf

ALL = 1 << 62


def keys(*values: int) -> Keys:
    return np.array(values, np.uint32)


def by_definition(items: dict[int, Keys], query: Keys, below: int, most: int) -> list[int]:
    """What the docstring of the shelf says, without any array."""
    weight: dict[int, int] = {}
    for key in set(query.tolist()):
        holders = sorted(order for order, own in items.items() if key in own and order < below)[:COMMON]
        for order in holders:
            weight[order] = weight.get(order, 0) + WHOLE // len(holders)
    return sorted(weight, key=lambda order: (-weight[order], order))[:most]


@pytest.mark.parametrize("tail", [3, 50, 10_000])
def test_the_same_answers_as_the_definition_however_many_parts(tail: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "TAIL", tail)
    monkeypatch.setattr(module, "COMMON", 7)
    monkeypatch.setitem(globals(), "COMMON", 7)
    rng = np.random.default_rng(tail)
    items = {int(o): rng.integers(0, 60, 8, dtype=np.uint32) for o in rng.permutation(400)}
    filed = Shelf()
    for order, own in items.items():
        filed.add(order, own)
    for below in (0, 100, 400):
        query = rng.integers(0, 60, 10, dtype=np.uint32)
        assert filed.nominate(query, below, 9) == by_definition(items, query, below, 9)


def test_attack_flooding_an_items_keys_does_not_push_it_out() -> None:
    filed = Shelf()
    own = keys(*range(100, 132))
    filed.add(5, own)
    for order in range(10, 10 + 3 * module.TAIL):
        filed.add(order, own)
    assert filed.nominate(keys(*range(110, 120)), ALL, 4)[0] == 5


def test_attack_one_item_under_every_key_is_worth_no_more_than_its_share() -> None:
    """Whoever collides with everything shares every key; the original's rare keys still count in full."""
    filed = Shelf()
    filed.add(1, keys(*range(1000)))
    filed.add(2, keys(*range(500, 532)))
    assert 2 in filed.nominate(keys(*range(500, 532)), ALL, 4)


def test_attack_the_work_of_a_query_is_bounded() -> None:
    filed = Shelf()
    for order in range(2 * module.TAIL):
        filed.add(order, keys(1, 2, 3))
    asked, _ = filed.parts[0].find(keys(1, 2, 3), ALL)
    assert len(asked) == 3 * COMMON


def test_nothing_in_common_nominates_nothing() -> None:
    filed = Shelf()
    assert filed.nominate(keys(1), ALL, 4) == []
    filed.add(1, keys(2))
    assert filed.nominate(keys(1), ALL, 4) == []
    assert filed.nominate(keys(), ALL, 4) == []


def test_parts_held_from_elsewhere_are_found_as_those_filed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys at the ends of both families, of which only the lower has bits."""
    monkeypatch.setattr(module, "TAIL", 2)
    monkeypatch.setattr(module, "MARKED", 3)
    ends = keys(0, 7, 8, (1 << module.LOW_BITS) - 1, 1 << module.LOW_BITS, (1 << 32) - 1)
    own, taken = Shelf(), Shelf()
    for order, key in enumerate(ends):
        own.add(order, keys(int(key), 9))
    for part in own.parts:
        taken.hold(part)
    for order, key in enumerate(ends):
        assert taken.nominate(keys(int(key)), ALL, 9) == own.nominate(keys(int(key)), ALL, 9) == [order]
        assert Shelf(own.parts).nominate(keys(int(key), 3), ALL, 9) == [order]
    assert taken.nominate(keys(1, 6, 10, 1 << 31), ALL, 9) == []


def test_an_item_filed_after_a_query_is_found_by_the_next() -> None:
    filed = Shelf()
    filed.add(1, keys(5))
    assert filed.nominate(keys(5, 6), ALL, 9) == [1]
    filed.add(2, keys(6))
    assert filed.nominate(keys(5, 6), ALL, 9) == [1, 2]
