"""Episodes of every reader go out and come back: numbers, times, words, sound, depth, turned pictures."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.export import (
    ExportReport,
    UnlikeEpisodesError,
    export_lerobot_v2,
    export_lerobot_v3,
    read_times,
    restored,
)
from headwater.export.media.stills import frame_times_ns, grid_ns, png
from headwater.formats import (
    NS,
    Annotation,
    Audio,
    Calibration,
    Episode,
    Kind,
    MetadataError,
    Stream,
    Text,
    Video,
    episode_span,
    frames,
    open_recording,
)
from headwater.testing.recordings import CAMERA, frame_number, numbered_frame, write_lerobot_v21

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"
SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
Export = Callable[..., ExportReport]
both = pytest.mark.parametrize("export", [export_lerobot_v3, export_lerobot_v2])


class Pictures:
    """Stills made on the spot."""

    def __init__(self, times_ns: NDArray[np.int64], draw: Callable[[int], NDArray[Any]], packed: bool = True) -> None:
        self.times_ns, self._draw, self._packed = times_ns, draw, packed

    def size_bytes(self, index: int) -> int:
        return self._draw(index).nbytes

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        return ("image/png", png(self._draw(index))) if self._packed else None

    def image(self, index: int) -> NDArray[Any]:
        return self._draw(index)


def grey(number: int) -> NDArray[np.uint8]:
    return numbered_frame(number % 144)


def colour(number: int) -> NDArray[np.uint8]:
    return np.repeat(grey(number)[..., None], 3, axis=2)


def depth(number: int) -> NDArray[np.uint16]:
    rows, columns = np.indices((48, 64), dtype=np.uint16)
    return np.asarray(rows * 1300 + columns * 3 + np.uint16(number), dtype=np.uint16)


def still_camera(key: str, pictures: Pictures, **more: Any) -> Video:
    height, width = pictures.image(0).shape[:2]
    count = len(pictures.times_ns)
    return Video(key, Path("made.h5"), 0.0, count, Fraction(30), width, height, "png", stills=pictures, **more)


@pytest.fixture
def episode(tmp_path: Path) -> Episode:
    """Twelve rows with one MP4 camera."""
    return open_recording(write_lerobot_v21(tmp_path / "source", [12]))[0]


def demand_same_streams(old: Episode, new: Episode) -> None:
    for name, stream in old.streams.items():
        if stream.kind is Kind.TASK_INDEX:
            continue
        found = new.streams[name]
        np.testing.assert_array_equal(found.values, stream.values)
        assert np.abs(found.times_ns - stream.times_ns).max(initial=0) <= 1000
        for about in ("axes", "unit", "kind", "clock", "dtype"):
            assert getattr(found, about) == getattr(stream, about), (name, about)
    assert set(new.streams) - {"task_index"} == set(old.streams) - {"task_index"}


@both
@pytest.mark.media
@pytest.mark.parametrize(
    "name",
    [
        pytest.param("lerobot_v20_groot_sim", marks=pytest.mark.slow),
        pytest.param("lerobot_v21_g1", marks=pytest.mark.slow),
        "lerobot_v30_g1",
        "hdf5/g1_aloha_episode_0.hdf5",
        "rlds_bridge",
        "mcap/gopro_karma_ros2.mcap",
        "vrs/aria_gen1_unit_test_timecode.vrs",
        "ego_trajectory",
        "gopro/karma.mp4",
    ],
)
def test_real_recordings_come_back(tmp_path: Path, name: str, export: Export) -> None:
    if not (SHARED / name).exists():
        pytest.skip("shared recordings are not here")
    source = open_recording(SHARED / name)
    report = export(source, tmp_path / "out")
    again = {(one.episode_index, one.camera) for one in report.reencoded}
    for number, (old, exported) in enumerate(zip(source, open_recording(tmp_path / "out"), strict=True)):
        new = restored(exported)
        demand_same_streams(old, new)
        assert old.calibration.keys() == new.calibration.keys()
        assert {n: t.texts for n, t in old.texts.items()} == {n: t.texts for n, t in new.texts.items()}
        assert list(old.videos) == list(new.videos)
        times = read_times(tmp_path / "out", number)
        for key, feature in zip(new.videos, exported.videos, strict=True):
            first, stop = episode_span(new.videos[key])
            assert stop - first == old.length == exported.length
            kept = times.get(feature, frame_times_ns(new.videos[key]))
            assert np.abs(kept - frame_times_ns(old.videos[key])).max() <= 1000
            if (number, feature) not in again:
                for a, b in zip(frames(old.videos[key], width=None), frames(new.videos[key], width=None), strict=True):
                    assert a.image.tobytes() == b.image.tobytes()


@both
def test_depth_and_chosen_stills_come_back_bit_for_bit(tmp_path: Path, episode: Episode, export: Export) -> None:
    times = grid_ns(12, Fraction(30))
    cameras = {
        "depth": still_camera("depth", Pictures(times, depth), depth_unit_m=0.001, pix_fmt="gray16le"),
        "xray": still_camera("xray", Pictures(times, depth, packed=False), pix_fmt="gray16le"),
        "wrist": still_camera("wrist", Pictures(times, colour)),
        "grey": still_camera("grey", Pictures(times, grey, packed=False)),
    }
    made = replace(episode, videos={**episode.videos, **cameras})
    report = export([made], tmp_path / "out", stills="image")
    assert (report.copied, report.reencoded) == (1, ())
    new = restored(open_recording(tmp_path / "out")[0])
    for key, drawn in (("depth", depth), ("xray", depth), ("wrist", colour), ("grey", grey)):
        stills = new.videos[key].stills
        assert stills is not None
        for number in range(12):
            np.testing.assert_array_equal(stills.image(number), drawn(number))
    assert new.videos["depth"].depth_unit_m == 0.001


@both
def test_stills_become_video_and_the_report_says_so(tmp_path: Path, episode: Episode, export: Export) -> None:
    times = grid_ns(12, Fraction(30))
    odd = Pictures(times, lambda number: np.ascontiguousarray(colour(number)[:47, :63]), packed=False)
    cameras = {"wrist": still_camera("wrist", Pictures(times, grey)), "odd": still_camera("odd", odd),
               "depth": still_camera("depth", Pictures(times, depth))}  # fmt: skip
    report = export([replace(episode, videos=cameras)], tmp_path / "out")
    assert {(one.camera, one.spans) for one in report.reencoded} == {
        ("observation.images.wrist", ((0, 12),)),
        ("observation.images.odd", ((0, 12),)),
    }
    assert all("stored one by one" in one.reason for one in report.reencoded)
    back = open_recording(tmp_path / "out")[0]
    for name in ("wrist", "odd"):
        shown = [frame_number(f.image[..., 1]) for f in frames(back.videos[f"observation.images.{name}"], gray=False)]
        assert shown == list(range(12))
    assert back.videos["observation.images.depth"].stills is not None
    assert restored(back).videos.keys() == cameras.keys()


@both
def test_a_camera_of_another_rate_shows_the_nearest_picture(tmp_path: Path, episode: Episode, export: Export) -> None:
    slow = Pictures(grid_ns(6, Fraction(10)) + 3_000_000, colour)
    report = export([replace(episode, videos={"slow": still_camera("slow", slow)})], tmp_path / "out")
    assert report.notes == (
        "episode 0: camera slow has 6 pictures for 12 rows: each row shows the nearest in time, "
        "7 are shown again and 1 not at all",
    )
    ((feature, video),) = open_recording(tmp_path / "out")[0].videos.items()
    shown = [frame_number(frame.image[..., 1]) for frame in frames(video, gray=False)]
    assert shown == [0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4]  # rows every 33 ms, pictures at 3, 103, 203 ...
    np.testing.assert_array_equal(read_times(tmp_path / "out", 0)[feature], slow.times_ns)


@both
def test_turned_pictures_stand_upright(tmp_path: Path, episode: Episode, export: Export) -> None:
    turned = {key: replace(video, rotation=90) for key, video in episode.videos.items()}
    report = export([replace(episode, videos=turned)], tmp_path / "out")
    assert "turned by 90 degrees" in report.reencoded[0].reason
    video = open_recording(tmp_path / "out")[0].videos[CAMERA]
    assert (video.width, video.height, video.rotation) == (48, 64, 0)
    for old, new in zip(frames(turned[CAMERA], width=None), frames(video, width=None), strict=True):
        assert np.abs(old.image.astype(int) - new.image).max() <= 8


@both
def test_times_off_the_grid_are_kept_to_the_nanosecond(tmp_path: Path, episode: Episode, export: Export) -> None:
    jitter = np.arange(12, dtype=np.int64) * 33_333_333 + np.random.default_rng(1).integers(0, 9_000_000, 12)
    streams = {name: replace(stream, times_ns=jitter) for name, stream in episode.streams.items()}
    late = Pictures(jitter + 17, colour)
    export([replace(episode, streams=streams, videos={"c": still_camera("c", late)})], tmp_path / "out")
    exported = open_recording(tmp_path / "out")[0]
    np.testing.assert_array_equal(exported.ledger["timestamp"], (np.arange(12) / 30).astype(np.float32))
    for stream in restored(exported).streams.values():
        np.testing.assert_array_equal(stream.times_ns, jitter)
    np.testing.assert_array_equal(read_times(tmp_path / "out", 0)["observation.images.c"], jitter + 17)


@both
def test_words_labels_calibration_and_sound_lie_beside(tmp_path: Path, episode: Episode, export: Export) -> None:
    sound = tmp_path / "sound.mp4"
    with av.open(str(sound), "w", format="mp4") as out:
        track: Any = out.add_stream("aac", rate=48000)
        tone = (np.sin(np.arange(96000) / 20) * 0.5).astype(np.float32)
        frame = av.AudioFrame.from_ndarray(np.stack([tone, tone]), format="fltp", layout="stereo")
        frame.sample_rate = 48000
        out.mux(track.encode(frame))
        out.mux(track.encode())
    times = np.array([0, 5, 2**40], dtype=np.int64)
    made = replace(
        episode,
        texts={"said": Text("said", times, ("left", "\u00e4", ""), "audio")},
        annotations=(Annotation("bolt", (1.5, 2.0, 3.0, 4.0), (1.0, 2.0, 3.0), CAMERA, 3), Annotation("whole")),
        calibration={CAMERA: Calibration((500.0, 501.0, 32.0, 24.0), "pinhole", (0.1,), (0.0,) * 6 + (1.0,), "base")},
        audio={"mic": Audio("mic", sound, 0, 48000, 2, "aac", start_s=0.5)},
        meta={"serial": np.int64(7), "folder": Path("/private/x"), "gain": float("nan")},
        notes=("A guess.",),
    )
    report = export([made], tmp_path / "out")
    assert "beside/episode-000000-mic.mp4" in report.files
    assert any("sound of mic" in note for note in report.notes)
    new = restored(open_recording(tmp_path / "out")[0])
    assert (new.annotations, new.calibration) == (made.annotations, made.calibration)
    assert new.texts["said"].texts == ("left", "\u00e4", "")
    np.testing.assert_array_equal(new.texts["said"].times_ns, times)
    assert new.meta == {"serial": 7, "folder": "x", "gain": None}
    assert "A guess." in new.notes
    kept = new.audio["mic"]
    with av.open(str(kept.path)) as copy, av.open(str(sound)) as original:
        copied = [bytes(p) for p in copy.demux(audio=0) if p.size]
        whole = [bytes(p) for p in original.demux(audio=0) if p.size]
    place = whole.index(copied[0])
    assert whole[place : place + len(copied)] == copied
    assert 0 <= kept.start_s < 0.022
    assert len(copied) * 1024 / 48000 >= episode.duration_s + kept.start_s - 1024 / 48000


@both
def test_names_lerobot_refuses_are_changed_and_had_back(tmp_path: Path, episode: Episode, export: Export) -> None:
    state = episode.streams["observation.state"]
    streams = {
        "observations/qpos": replace(state, name="observations/qpos", kind=Kind.STATE, unit="rad"),
        "obs/wrist/force": replace(state, name="obs/wrist/force", kind=Kind.FORCE),
        "timestamp": replace(state, name="timestamp", kind=Kind.OTHER),
        "big": Stream("big", Kind.OTHER, state.times_ns, np.full((12, 1), 2**60 + 1), ("0",), clock="device",
                      dtype="uint64"),
    }  # fmt: skip
    made = replace(episode, streams=streams)
    export([made], tmp_path / "out")
    exported = open_recording(tmp_path / "out")[0]
    assert set(exported.streams) == {"observation.state", "obs.wrist.force", "task_index"}
    demand_same_streams(made, restored(exported))


def test_a_type_too_narrow_for_its_numbers_is_widened(tmp_path: Path, episode: Episode) -> None:
    times = episode.streams["action"].times_ns
    streams = {
        "fine": Stream("fine", Kind.OTHER, times, np.full((12, 2), 0.1), ("a", "b"), dtype="float32"),
        "flag": Stream("flag", Kind.LABEL, times, np.arange(12)[:, None] % 2, ("0",), dtype="bool"),
    }
    export_lerobot_v3([replace(episode, streams=streams)], tmp_path / "out")
    back = open_recording(tmp_path / "out")[0]
    assert (back.streams["fine"].dtype, back.streams["flag"].dtype) == ("float64", "bool")
    np.testing.assert_array_equal(back.streams["fine"].values, streams["fine"].values)


def test_pictures_of_several_sizes_are_refused_by_name(tmp_path: Path, episode: Episode) -> None:
    sizes = Pictures(grid_ns(12, Fraction(30)), lambda number: colour(number)[: 48 - 2 * number])
    with pytest.raises(UnlikeEpisodesError, match="picture 1 of camera c") as caught:
        export_lerobot_v3([replace(episode, videos={"c": still_camera("c", sizes)})], tmp_path / "out")
    assert (caught.value.actual, caught.value.allowed) == ("64x46", "64x48")


def test_a_damaged_file_beside_the_table_is_named(tmp_path: Path, episode: Episode) -> None:
    export_lerobot_v3([replace(episode, notes=("x",), annotations=(Annotation("bolt"),))], tmp_path / "out")
    path = tmp_path / "out/beside/episode-000000.json"
    path.write_text(path.read_text().replace('"category"', '"kategory"'))
    with pytest.raises(MetadataError, match=r"episode-000000\.json"):
        restored(open_recording(tmp_path / "out")[0])
    assert NS == 10**9
