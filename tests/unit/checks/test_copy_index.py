"""The index of everything anchored before: order, snapshots, and what must not pass for a copy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.checks import (
    CameraPrint,
    CopyIndex,
    Entry,
    Fingerprints,
    IndexFormatError,
    IndexOrderError,
    Observed,
    Severity,
    judge,
)
from headwater.checks.alignment import Floats
from headwater.checks.fingerprints import likeness, trajectory_distance
from headwater.checks.index import Holdings
from headwater.checks.motion_match import through
from headwater.checks.rules.copy_near import ALONE_MILLI, PATH_MILLI
from headwater.primitives import canonical
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


def wandering(seed: int, rows: int = 120) -> CameraPrint:
    """A soft spot on a smooth path over 20 x 15 cells, as an arm's motion is."""
    rng = np.random.default_rng(seed)
    knots = rng.uniform((4, 4), (16, 11), (rows // 8 + 2, 2))
    at = np.linspace(0, len(knots) - 1, rows)
    x, y = (np.interp(at, np.arange(len(knots)), knot)[:, None, None] for knot in knots.T)
    heat = np.exp(-((np.arange(20)[None, None] - x) ** 2 + (np.arange(15)[None, :, None] - y) ** 2) / 4)
    return motion(heat)


def motion(heat: Floats) -> CameraPrint:
    """A print of frames (n, 15, 20), made unit length."""
    length = np.sqrt((heat**2).sum(axis=(1, 2), keepdims=True))
    return CameraPrint(b"", b"", np.rint(255 * heat / np.maximum(length, 1e-9)).astype(np.uint8).tobytes(), 20, 15)


def inner(camera: CameraPrint) -> CameraPrint:
    """Without a tenth of each side, scaled back to its size."""
    return motion(through(camera.motion_frames(), ((0.1, 0.1, 0.8),), (20, 15))[0].reshape(-1, 15, 20))


def rows_of(camera: CameraPrint, rows: Floats) -> CameraPrint:
    return motion(camera.motion_frames()[np.floor(rows).astype(int)])


def with_video(camera: CameraPrint) -> Fingerprints:
    return Fingerprints({"front": camera})


CHANGES: dict[str, Callable[[CameraPrint], CameraPrint]] = {
    "cropped": inner,
    "mirrored": lambda c: motion(c.motion_frames()[:, :, ::-1]),
    "trimmed": lambda c: rows_of(c, np.arange(24.0, 96)),
    "sped up": lambda c: rows_of(c, np.arange(0, 119, 1.25)),
    "slowed": lambda c: rows_of(c, np.arange(0, 119, 0.8)),
    "looped": lambda c: rows_of(c, np.concatenate([np.arange(72.0), np.arange(72.0)])),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_copy_is_nominated_among_many_and_recognised(change: str) -> None:
    index = CopyIndex()
    for seed in range(60):
        index.add(f"item {seed}", seed, bytes([seed]) * 32, with_video(wandering(seed)))
    match = index.nearest(with_video(CHANGES[change](wandering(17))))
    assert match.video_id == "item 17"
    assert match.video_milli >= ALONE_MILLI
    assert match.cropped == (change == "cropped")
    assert match.mirrored == (change == "mirrored")


def test_distinct_videos_of_one_scene_stay_below_the_limit() -> None:
    worst = max(likeness(wandering(a), wandering(b))[0] for a in range(12) for b in range(a))
    assert worst < ALONE_MILLI


@pytest.mark.parametrize("speed", [0.8, 1.0, 1.25])
def test_a_noised_trimmed_trajectory_at_another_speed_is_nominated_and_near(speed: float) -> None:
    index = CopyIndex()
    for seed in range(40):
        index.add(f"item {seed}", seed, bytes([seed]) * 32, prints(seed))
    path = moving(seed=23)[24:216]
    at = np.arange(0, len(path) - 1, speed)
    path = np.stack([np.interp(at, np.arange(len(path)), column) for column in path.T], axis=1)
    noised = path + np.random.default_rng(9).normal(0, 2e-3, path.shape)
    match = index.nearest(Observed(episode(noised), {}).fingerprints)
    assert match.trajectory_id == "item 23"
    assert match.trajectory_milli < PATH_MILLI


def test_the_answer_depends_on_the_earlier_items_alone() -> None:
    """However they were filed, and whatever was anchored later, even a nearer copy."""
    items = [Entry(f"item {n}", n, bytes([n]) * 32, with_video(wandering(n))) for n in range(30)]
    query = with_video(inner(wandering(3)))
    wanted = CopyIndex(tuple(items[:20])).nearest(query)
    filed = Holdings()
    for item in sorted(items, key=lambda item: item.order * 7 % 30):
        filed.put(item)
    filed.put(Entry("later", 99, ROOT, query))
    assert CopyIndex(holdings=filed, limit=20).nearest(query) == wanted
    assert CopyIndex.from_bytes(CopyIndex(holdings=filed, limit=20).to_bytes()).nearest(query) == wanted


def test_attack_a_flood_of_near_copies_leaves_the_copy_a_copy() -> None:
    """Whoever fills the index with variants of an item has the next copy matched to the item or to a variant."""
    index = CopyIndex()
    index.add("original", 1, b"\1" * 32, with_video(wandering(1)))
    for order in range(2, 40):
        index.add("flood", order, bytes([order]) * 32, with_video(rows_of(wandering(1), np.arange(order % 9, 118.0))))
    assert index.nearest(with_video(inner(wandering(1)))).video_milli >= ALONE_MILLI


@pytest.mark.parametrize(
    ("field", "lie"),
    [
        ("motion", b"\1" * 301),
        ("motion", b"\1" * 300 * 601),
        ("width", 1 << 20),
        ("height", -1),
        ("pdq", b"\1" * 31),
        ("pdq_mirrored", b"\1" * 32 * 241),
    ],
)
def test_attack_fingerprints_no_recording_gives_are_refused(field: str, lie: object) -> None:
    record = with_video(wandering(1, 10)).to_record()
    record["cameras"]["front"][field] = lie
    with pytest.raises(ValueError, match=r"bytes of|motion of"):
        Fingerprints.from_record(record)
    data = canonical.encode({"schema": "headwater/copy-index/1", "entries": [["a", 1, ROOT, record]]})
    with pytest.raises(IndexFormatError):
        CopyIndex.from_bytes(data)
