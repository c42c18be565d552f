"""Video as phones, robots and depth cameras make it: codecs, varying rate, turned, with and without sound, deep."""

from __future__ import annotations

import os
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.formats import Kind, ledger_of, open_recording, probe
from headwater.formats.video import frames, stored_frames
from headwater.testing.media import write_coded
from headwater.testing.recordings import frame_number, numbered_frame

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
TWELVE = [numbered_frame(n) for n in range(12)]
UNEVEN_MS = [0, 33, 67, 100, 400, 433, 450, 900, 933, 967, 1000, 1500]


@pytest.mark.parametrize(
    ("encoder", "codec", "options"),
    [
        ("libx264", "h264", {"crf": "10", "bf": "2"}),
        ("libx264", "h264", {"crf": "10", "bf": "0"}),
        ("libx265", "hevc", {"crf": "10", "x265-params": "log-level=none"}),
        ("libsvtav1", "av1", {"crf": "10", "g": "2"}),
        ("mjpeg", "mjpeg", {"qmin": "1", "qmax": "2"}),
    ],
)
@pytest.mark.parametrize("times", [None, UNEVEN_MS], ids=["even", "varying"])
@pytest.mark.media
def test_every_codec_gives_every_frame_at_its_time(
    tmp_path: Path, encoder: str, codec: str, options: dict[str, str], times: Sequence[int] | None
) -> None:
    pix_fmt = "yuvj420p" if encoder == "mjpeg" else "yuv420p"
    path = write_coded(tmp_path / "clip.mp4", encoder, TWELVE, pix_fmt=pix_fmt, times=times, options=options)
    (episode,) = recording = open_recording(path)
    video = episode.videos["camera"]
    assert (recording.format, video.codec, episode.length) == ("video", codec, 12)
    found = list(frames(video))
    assert [frame_number(f.image) for f in found] == list(range(12))
    expected = [n / 30 for n in range(12)] if times is None else [ms / 1000 for ms in times]
    np.testing.assert_allclose([f.pts_s for f in found], expected, atol=1e-4)
    np.testing.assert_allclose(ledger_of(video).times_s, expected, atol=1e-4)
    assert [f.index for f in frames(video, start=5, stop=8)] == [5, 6, 7]
    assert not episode.audio


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
def test_a_phone_held_turned_is_shown_upright(tmp_path: Path, rotation: int, suffix: str) -> None:
    picture = np.full((48, 64), 40, np.uint8)
    picture[:24, :32] = 200  # the corner that was up and left on the sensor
    path = write_coded(tmp_path / f"clip{suffix}", "libx264", [picture] * 3, rotation=rotation)
    episode = open_recording(path)[0]
    video = episode.videos["camera"]
    assert video.rotation == rotation
    assert video.shown_size == ((48, 64) if rotation % 180 else (64, 48))
    (shown, *_) = frames(video)
    np.testing.assert_allclose(shown.image, np.rot90(picture, -rotation // 90), atol=12)
    assert any("turned" in note for note in episode.notes) == bool(rotation)


def test_sound_is_described_and_its_absence_is_fine(tmp_path: Path) -> None:
    loud = open_recording(write_coded(tmp_path / "a.mp4", "libx264", TWELVE, sound=True))[0]
    (audio,) = loud.audio.values()
    assert (audio.rate_hz, audio.channels, audio.codec, audio.track) == (48000, 1, "aac", 0)
    assert len(list(frames(loud.videos["camera"]))) == 12
    assert open_recording(write_coded(tmp_path / "b.mp4", "libx264", TWELVE))[0].audio == {}


def ramps(bits: int) -> list[NDArray[Any]]:
    step = np.arange(48 * 64, dtype=np.uint32).reshape(48, 64)
    return [((step * 19 + 500 * n) % (1 << bits)).astype(np.uint16) for n in range(4)]


LOSSLESS = {"x265-params": "lossless=1:log-level=none"}


@pytest.mark.parametrize(
    ("encoder", "pix_fmt", "bits", "options"),
    [
        ("ffv1", "gray16le", 16, {}),
        ("png", "gray16be", 16, {}),
        ("libx265", "gray12le", 12, LOSSLESS),
        ("libx265", "gray10le", 10, LOSSLESS),
    ],
)
@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.media
def test_depth_is_kept_to_the_last_bit(
    tmp_path: Path, encoder: str, pix_fmt: str, bits: int, options: dict[str, str], rotation: int
) -> None:
    depth = ramps(bits)
    path = write_coded(
        tmp_path / "depth.mp4",
        encoder,
        depth,
        pix_fmt=pix_fmt,
        options=options,
        rotation=rotation,
        times=[0, 40, 90, 91],
    )
    episode = open_recording(path)[0]
    video = episode.videos["camera"]
    turns = -rotation // 90
    for found, expected in zip(stored_frames(video), depth, strict=True):
        assert found.image.dtype == np.uint16
        np.testing.assert_array_equal(found.image, np.rot90(expected, turns))
    for shown, expected in zip(frames(video, width=None), depth, strict=True):
        np.testing.assert_array_equal(shown.image, np.rot90(expected >> (bits - 8), turns))
    np.testing.assert_allclose([f.pts_s for f in stored_frames(video)], [0, 0.04, 0.09, 0.091], atol=1e-4)
    assert any(f"Grey of {bits} bits" in note for note in episode.notes)


def test_one_frame_alone_has_a_rate(tmp_path: Path) -> None:
    path = write_coded(tmp_path / "one.mp4", "libx264", TWELVE[:1])
    assert probe(path).fps > 0
    assert [f.index for f in frames(open_recording(path)[0].videos["camera"])] == [0]


@pytest.mark.parametrize("box", [b"mvhd", b"tkhd", b"mdhd"])
@pytest.mark.parametrize("lie", [0, 0xFFFFFFFF])
def test_lying_durations_change_nothing(tmp_path: Path, box: bytes, lie: int) -> None:
    path = write_coded(tmp_path / "clip.mp4", "libx264", TWELVE)
    whole = [f.pts_s for f in frames(open_recording(path)[0].videos["camera"])]
    raw = bytearray(path.read_bytes())
    place = raw.index(box) + 4 + {b"mvhd": 16, b"tkhd": 20, b"mdhd": 16}[box]
    assert raw[raw.index(box) + 4] == 0  # version 0: 32 bits
    struct.pack_into(">I", raw, place, lie)
    path.write_bytes(raw)
    episode = open_recording(path)[0]
    assert episode.length == 12
    assert [f.pts_s for f in frames(episode.videos["camera"])] == whole


def test_a_folder_of_videos_is_a_recording_and_one_with_a_stray_sheet_is_not(tmp_path: Path) -> None:
    for name in ("b", "a"):
        write_coded(tmp_path / f"set/{name}.mp4", "libx264", TWELVE[:2])
    assert [e.name for e in open_recording(tmp_path / "set")] == ["a", "b"]


# --- two devices of one GoPro file


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
def test_camera_and_drone_stay_apart() -> None:
    (episode,) = open_recording(SHARED / "gopro/karma.mp4")
    assert episode.meta["devices"] == ["Camera", "GoPro Karma v1.0"]
    camera = [name for name in episode.streams if "@" not in name]
    drone = [name for name in episode.streams if name.endswith("@GoPro Karma v1.0")]
    assert camera == ["ACCL", "GYRO", "ISOG", "SHUT"]
    assert len(drone) == 14
    assert len(camera) + len(drone) == len(episode.streams)
    attitude = episode.streams["ATTD@GoPro Karma v1.0"]
    assert attitude.unit == "s,rad,rad,rad,rad/s,rad/s,rad/s,"
    assert attitude.values.shape == (47, 8)
    position = episode.streams["GLPI@GoPro Karma v1.0"]
    assert 33.12 < position.values[0, 1] < 33.13
    assert -117.34 < position.values[0, 2] < -117.33
    assert len(episode.of_kind(Kind.GYRO)) == 1
    assert [a.codec for a in episode.audio.values()] == ["aac"]


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
@pytest.mark.parametrize(("name", "payloads", "gyro"), [("hero5", 1, 399), ("hero7", 17, 3369)])
def test_bare_payloads_open(name: str, payloads: int, gyro: int) -> None:
    (episode,) = recording = open_recording(SHARED / f"gopro/{name}.raw")
    assert recording.format == "gpmf"
    stream = episode.streams["GYRO"]
    assert (len(stream.times_ns), stream.unit) == (gyro, "rad/s")
    assert stream.times_ns[-1] < payloads * 10**9
    assert any("no times" in note for note in episode.notes)
