"""The index of everything anchored before: order, snapshots, and what must not pass for a copy."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.checks import (
    CameraPrint,
    CopyIndex,
    Fingerprints,
    IndexFormatError,
    IndexOrderError,
    Observed,
    Severity,
    judge,
)
from headwater.checks.fingerprints import likeness, trajectory_distance
from headwater.testing.episodes import camera, episode, moving

ROOT = b"\7" * 32


def prints(seed: int, noise: float = 0.0) -> Fingerprints:
    path = moving(seed=seed)
    path = path + np.random.default_rng(99).normal(0, noise, path.shape)
    return Observed(episode(path), {}).fingerprints


def spots(seed: int, count: int = 40, mirrored: bool = False) -> CameraPrint:
    """A motion print of one spot wandering over 20 x 15 cells."""
    rng = np.random.default_rng(seed)
    frames = np.zeros((count, 15, 20), np.uint8)
    x, y = (np.clip(10 + rng.normal(0, 2, count).cumsum(), 0, limit).astype(int) for limit in (19, 14))
    frames[np.arange(count), y, x] = 255
    return CameraPrint(b"", b"", (frames[:, :, ::-1] if mirrored else frames).tobytes(), 20, 15)


def test_same_content_is_found_and_names_the_earliest() -> None:
    index = CopyIndex()
    index.add("first", 1, ROOT, prints(1))
    index.add("second", 2, ROOT, prints(2))
    report = judge(Observed(episode(), {}, index=index, content_root=ROOT))
    found = next(f for f in report.defects if f.rule == "copy/exact-content")
    assert "first" in found.observed
    assert report.is_copy


def test_an_item_is_compared_with_earlier_ones_only() -> None:
    index = CopyIndex()
    index.add("mine", 5, ROOT, prints(1))
    assert index.before(5).same_content(ROOT) is None
    assert index.before(6).same_content(ROOT) == "mine"


@pytest.mark.parametrize("order", [1, 2])
def test_entries_cannot_be_put_before_others(order: int) -> None:
    index = CopyIndex()
    index.add("a", 2, ROOT, prints(1))
    with pytest.raises(IndexOrderError):
        index.add("b", order, ROOT, prints(2))


def test_noised_trajectory_is_near_and_another_is_not() -> None:
    assert trajectory_distance(prints(1), prints(1, noise=2e-3)) < 100
    assert trajectory_distance(prints(1), prints(2)) > 300


def test_trajectory_alone_is_a_risk_beside_another_video() -> None:
    index = CopyIndex()
    index.add("a", 1, ROOT, prints(1))
    seen = Observed(episode(moving(seed=1)), {"front": camera()}, index=index)
    found = [f for f in judge(seen).findings if f.rule == "copy/near-trajectory"]
    assert [f.severity for f in found] == [Severity.RISK]


def test_mirrored_video_is_recognised() -> None:
    assert likeness(spots(1, mirrored=True), spots(1)) == (1000, True, False)
    assert likeness(spots(1), spots(1)) == (1000, False, False)
    assert likeness(spots(1), spots(2))[0] < 500


def test_trimmed_copy_is_recognised_and_still_pictures_match_nothing() -> None:
    whole = spots(1)
    trimmed = CameraPrint(b"", b"", whole.motion[300 * 8 :], 20, 15)
    still = CameraPrint(b"", b"", bytes(300 * 40), 20, 15)
    assert likeness(trimmed, whole)[0] == 1000
    assert likeness(still, still)[0] == 0


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=4))
def test_snapshot_round_trips_to_the_same_bytes(roots: list[bytes]) -> None:
    index = CopyIndex()
    for order, root in enumerate(roots):
        index.add(f"id {order}", order, root, Fingerprints({"front": spots(1, 3)}, b"\0" * 8, 1, b"\1" * 96))
    again = CopyIndex.from_bytes(index.to_bytes())
    assert again.entries == index.entries
    assert again.to_bytes() == index.to_bytes()


@pytest.mark.parametrize("data", [b"", b"\xa0", b"junk", CopyIndex().to_bytes()[:-1]])
def test_what_is_no_snapshot_is_refused(data: bytes) -> None:
    with pytest.raises(IndexFormatError):
        CopyIndex.from_bytes(data)
