from __future__ import annotations

import hashlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from headwater.formats import Video, frames, open_recording, packet_times, probe
from headwater.formats.thumbnail import area_thumbnail, thumbnail_size
from headwater.testing.recordings import CAMERA, frame_number, write_lerobot_v30, write_video

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"


def digest(video: Video, threads: int) -> str:
    total = hashlib.sha256()
    for frame in frames(video, threads=threads):
        total.update(frame.image.tobytes())
    return total.hexdigest()


# Fixed digests: another machine, FFmpeg build or thread count must find the same thumbnails.
@pytest.mark.parametrize(
    ("path", "index", "expected"),
    [
        ("lerobot_v30_g1", 1, "c78fe1112b8d1d37"),
        ("gopro_karma.mp4", 0, "a7c1512cbb166c1d"),
    ],
)
def test_thumbnails_are_the_same_bytes_on_any_thread_count(path: str, index: int, expected: str) -> None:
    (video,) = open_recording(EXAMPLES / path)[index].videos.values()
    assert digest(video, threads=1)[:16] == expected
    assert digest(video, threads=2)[:16] == expected


@pytest.mark.parametrize(("gop", "bframes"), [(2, 0), (12, 0), (12, 2)])
def test_exactly_the_episodes_part_of_a_shared_file(tmp_path: Path, gop: int, bframes: int) -> None:
    recording = open_recording(write_lerobot_v30(tmp_path / "set", [13, 20, 27], gop=gop, bframes=bframes))
    expected = iter(range(60))
    for episode in recording:
        decoded = list(frames(episode.videos[CAMERA]))
        assert [f.index for f in decoded] == list(range(episode.length))
        assert [frame_number(f.image) for f in decoded] == [next(expected) for _ in decoded]
        np.testing.assert_allclose([f.pts_s for f in decoded], np.arange(episode.length) / 30, atol=1e-6)


@pytest.mark.parametrize(("start", "stop"), [(0, None), (5, 9), (11, None), (19, 20), (20, None), (7, 7)])
def test_start_and_stop_pick_episode_frames(tmp_path: Path, start: int, stop: int | None) -> None:
    video = open_recording(write_lerobot_v30(tmp_path / "set", [13, 20], gop=8))[1].videos[CAMERA]
    found = [(f.index, frame_number(f.image)) for f in frames(video, start=start, stop=stop)]
    assert found == [(i, 13 + i) for i in range(20)][start:stop]


def test_a_short_file_never_borrows_from_the_next_episode(tmp_path: Path) -> None:
    """The declared span ends the episode, even if frames inside it are missing."""
    root = write_lerobot_v30(tmp_path / "set", [10, 10])
    video = open_recording(root)[0].videos[CAMERA]
    greedy = Video(**{**vars(video), "frames": 10, "start_s": 5 / 30})
    assert [frame_number(f.image) for f in frames(greedy)] == list(range(5, 15))
    gap = Video(**{**vars(video), "frames": 10, "start_s": 15 / 30})
    assert [frame_number(f.image) for f in frames(gap)] == list(range(15, 20))


def test_rgb_and_selection(tmp_path: Path) -> None:
    video = open_recording(write_lerobot_v30(tmp_path / "set", [12]))[0].videos[CAMERA]
    picked = list(frames(video, gray=False, only={3, 8}))
    assert [(f.index, frame_number(f.image), f.image.shape) for f in picked] == [
        (3, 3, (48, 64, 3)),
        (8, 8, (48, 64, 3)),
    ]


def test_frames_with_damaged_bytes_are_marked(tmp_path: Path) -> None:
    copy = tmp_path / "damaged.mp4"
    raw = bytearray((EXAMPLES / "gopro_karma.mp4").read_bytes())
    with av.open(str(EXAMPLES / "gopro_karma.mp4")) as container:
        hurt = next(p for p in container.demux(video=0) if p.pts == 100 * 3003)
        assert hurt.pos is not None
        raw[hurt.pos + 200 : hurt.pos + hurt.size] = bytes(hurt.size - 200)
    copy.write_bytes(raw)
    (video,) = open_recording(copy)[0].videos.values()
    marked = [frame.index for frame in frames(video, start=90, stop=110) if frame.corrupt]
    assert 100 in marked
    assert not set(range(90, 100)) & set(marked)


def test_ledger_without_decoding(tmp_path: Path) -> None:
    write_video(tmp_path / "b.mp4", range(24), gop=12, bframes=2)
    ledger = packet_times(tmp_path / "b.mp4")
    assert len(ledger) == 24
    assert ledger.codec == "h264"
    np.testing.assert_allclose(ledger.times_s, np.arange(24) / 30, atol=1e-9)
    assert np.flatnonzero(ledger.key).tolist() == [0, 12]
    assert ledger.edits[0].media_time > 0  # B-frames start late and the edit list says so
    assert probe(tmp_path / "b.mp4").fps == Fraction(30)


@pytest.mark.parametrize("side", [160, 2560, 2720])  # 16-bit sums hold up to the second
def test_thumbnail_of_white_is_white(side: int) -> None:
    assert (area_thumbnail(np.full((side, side), 255, np.uint8), 160) == 255).all()


@pytest.mark.parametrize(
    ("height", "width", "target"), [(480, 640, 160), (480, 854, 160), (48, 64, 160), (7, 5, 3), (1080, 1920, 160)]
)
def test_thumbnail_is_the_exact_area_mean(height: int, width: int, target: int) -> None:
    image = np.random.default_rng(1).integers(0, 256, (height, width), dtype=np.uint8)
    small = area_thumbnail(image, target)
    wide, high = thumbnail_size(width, height, target)
    assert small.shape == (high, wide)
    for y, x in ((0, 0), (high // 2, wide // 3), (high - 1, wide - 1)):
        bin_ = image[y * height // high : (y + 1) * height // high, x * width // wide : (x + 1) * width // wide]
        total, area = int(bin_.sum()), bin_.size
        assert small[y, x] == (total + area // 2) // area
