"""The operator's copy index: a stranger rebuilds the same one, and others' words count little."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.checks import CheckReport, CopyIndex, Fingerprints, Observed, Quality
from headwater.checks.index_tree import IndexRow, is_tree
from headwater.client.copy_index import listed_items, rebuilt, whole_index
from headwater.node.operator.copies import SMALL, Copies
from headwater.primitives.cid import DAG_CBOR
from headwater.storage import MemoryBlobStore
from headwater.testing.episodes import episode, moving


def prints(seed: int, noise: float = 0.0) -> Fingerprints:
    path = moving(seed=seed)
    return Observed(episode(path + np.random.default_rng(1).normal(0, noise, path.shape)), {}).fingerprints


def row(blobs: MemoryBlobStore, order: int, seed: int, llr: int = 0) -> IndexRow:
    root = bytes([seed]) * 32
    report = CheckReport("1", root, "e", 0, (), (), (), 1000, llr, Quality.REVIEW, prints(seed))
    return IndexRow(f"item {seed}", order, b"", blobs.put_block(report.to_bytes(), DAG_CBOR))


@pytest.fixture
def blobs() -> MemoryBlobStore:
    return MemoryBlobStore()


@pytest.fixture
def copies(blobs: MemoryBlobStore) -> Copies:
    made = Copies(blobs)
    made.sync(row(blobs, 10 * seed, seed) for seed in (*range(20, 40), *range(20)))
    return made


@pytest.mark.parametrize(("limit", "large"), [(10 * SMALL, False), (10 * SMALL + 1, True), (400, True)])
def test_a_stranger_rebuilds_the_same_index(copies: Copies, blobs: MemoryBlobStore, limit: int, large: bool) -> None:
    data = blobs.get(copies.store(limit))
    again, own = whole_index(data, blobs.get), copies.before(limit)
    assert is_tree(data) == large
    assert again.to_bytes() == own.to_bytes()
    assert len(own) == -(-limit // 10)
    query = prints(7, noise=2e-3)
    assert again.nearest(query) == own.nearest(query)
    assert own.nearest(query).trajectory_id == "item 7"


@pytest.mark.parametrize("limit", [10 * SMALL, 10 * SMALL + 1, 400])
def test_rebuilt_twice_the_index_has_the_same_name(copies: Copies, blobs: MemoryBlobStore, limit: int) -> None:
    """Once from storage alone, once by another operator that takes the items in another order and asks otherwise."""
    name = copies.store(limit)
    assert rebuilt(blobs.get(name), blobs.get) == name
    elsewhere = MemoryBlobStore()
    other = Copies(elsewhere)
    for seed in (3, 39, *range(4, 39), 2, 1, 0):
        other.sync([row(elsewhere, 10 * seed, seed)])
        other.store(10 * seed)
    assert other.store(limit) == name


def test_taking_in_what_is_known_changes_nothing(copies: Copies, blobs: MemoryBlobStore) -> None:
    before = copies.store(400)
    copies.sync([row(blobs, 70, 7)])
    assert copies.store(400) == before


def test_a_second_report_of_the_same_recording_replaces_the_first(copies: Copies, blobs: MemoryBlobStore) -> None:
    before = copies.before(400).entries
    copies.sync([row(blobs, 70, 7, llr=5)])
    assert copies.before(400).entries == before
    assert listed_items(blobs.get(copies.store(400)), blobs.get)[7].report == row(blobs, 70, 7, llr=5).report


def test_other_fingerprints_under_a_known_order_refill_the_index(copies: Copies, blobs: MemoryBlobStore) -> None:
    copies.sync([row(blobs, 70, 99)])
    fresh = Copies(blobs)
    fresh.sync(row(blobs, 10 * n, 99 if n == 7 else n) for n in range(40))
    for index in (copies.before(400), fresh.before(400)):
        assert index.nearest(prints(7)).trajectory_id != "item 7"
        assert index.nearest(prints(99)).trajectory_id == "item 99"
    assert copies.store(400) == fresh.store(400)


def test_attack_of_what_others_showed_only_the_content_counts(copies: Copies, blobs: MemoryBlobStore) -> None:
    """A lying operator's report cannot make honest items look like copies: it is never read."""
    copies.sync([IndexRow("shown", 5, b"\xee" * 32)])
    index = copies.before(400)
    assert index.same_content(b"\xee" * 32) == "shown"
    assert next(e for e in index.entries if e.order == 5).prints == Fingerprints({})
    assert isinstance(whole_index(blobs.get(copies.store(400)), blobs.get), CopyIndex)
