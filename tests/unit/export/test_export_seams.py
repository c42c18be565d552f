"""A cut between keyframes: only the frames up to the next keyframe are encoded again, in every codec that allows it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from headwater.export import ExportReport, export_lerobot_v2, export_lerobot_v3
from headwater.export.media.parameter_sets import with_parameter_sets
from headwater.formats import Episode, frames, open_recording, packet_times
from headwater.testing.recordings import CAMERA, frame_number, numbered_frame, write_lerobot_v30

LENGTHS = (13, 20, 27, 40)
GOP = 20
STEADY = {"g": str(GOP), "keyint_min": str(GOP), "sc_threshold": "0", "threads": "1"}
X265 = f"keyint={GOP}:min-keyint={GOP}:open-gop=0:log-level=none:pools=none:frame-threads=1"
Export = Callable[..., ExportReport]

CASES = {
    "h264": ("libx264", {**STEADY, "bf": "0"}, "yuv420p"),
    "h264 with B-frames": ("libx264", {**STEADY, "bf": "2"}, "yuv420p"),
    "h264 main": ("libx264", {**STEADY, "bf": "3", "profile": "main"}, "yuv420p"),
    "h264 10 bit": ("libx264", {**STEADY, "bf": "2"}, "yuv420p10le"),
    "hevc": ("libx265", {"x265-params": X265, "threads": "1"}, "yuv420p"),
    "av1": ("libsvtav1", {"g": str(GOP), "crf": "30", "preset": "10", "svtav1-params": "lp=1"}, "yuv420p"),
}


def write_coded(path: Path, codec: str, options: dict[str, str], pix_fmt: str, count: int) -> None:
    """Numbered frames by any encoder."""
    with av.open(str(path), "w", format="mp4") as out:
        track: Any = out.add_stream(codec, rate=30, options=options)
        track.width, track.height, track.pix_fmt = 64, 48, pix_fmt
        for number in range(count):
            grey = np.repeat(numbered_frame(number)[..., None], 3, axis=2)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 30)
            out.mux(track.encode(frame))
        out.mux(track.encode())


def lumas(episode: Episode) -> list[str]:
    video = episode.videos[CAMERA]
    return [hashlib.sha256(frame.image.tobytes()).hexdigest() for frame in frames(video, width=None)]


def source_of(root: Path, codec: str, options: dict[str, str], pix_fmt: str = "yuv420p") -> list[Episode]:
    made = write_lerobot_v30(root, list(LENGTHS))
    write_coded(made / f"videos/{CAMERA}/chunk-000/file-000.mp4", codec, options, pix_fmt, sum(LENGTHS))
    return list(open_recording(made))


@pytest.mark.media
@pytest.mark.parametrize("export", [export_lerobot_v3, export_lerobot_v2])
@pytest.mark.parametrize("case", CASES)
def test_only_frames_outside_whole_groups_are_encoded_again(tmp_path: Path, case: str, export: Export) -> None:
    codec, options, pix_fmt = CASES[case]
    source = source_of(tmp_path / "in", codec, options, pix_fmt)
    report = export(source, tmp_path / "out")
    again = {one.episode_index: one for one in report.reencoded}
    assert report.copied + len(again) == len(LENGTHS)
    first = 0
    for episode, back in zip(source, open_recording(tmp_path / "out"), strict=True):
        number = episode.source.index
        spans = again[number].spans if number in again else ()
        encoded = {frame for begin, stop in spans for frame in range(begin, stop)}
        old, new = lumas(episode), lumas(back)
        assert len(old) == len(new) == episode.length
        assert [i for i in range(len(old)) if i not in encoded and old[i] != new[i]] == []
        # before the first keyframe of the episode, and after the last group that ends in it: no whole group
        head = -first % GOP
        assert all(begin in (0, head) or begin >= head for begin, _ in spans)
        assert len(encoded) < GOP + head
        seen = [frame_number(frame.image[..., 1]) for frame in frames(back.videos[CAMERA], gray=False)]
        assert seen == list(range(first, first + episode.length))
        first += episode.length


@pytest.mark.media
def test_two_runs_give_the_same_bytes_at_seams_too(tmp_path: Path) -> None:
    for codec in ("libx264", "libx265", "libsvtav1"):
        case = next(case for case in CASES.values() if case[0] == codec)
        source = source_of(tmp_path / codec / "in", *case)
        for run in ("one", "two"):
            export_lerobot_v3(source, tmp_path / codec / run)
        one, two = (
            {
                str(path.relative_to(tmp_path / codec / run)): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in (tmp_path / codec / run).rglob("*")
                if path.is_file()
            }
            for run in ("one", "two")
        )
        assert one == two


@pytest.mark.parametrize(
    ("codec", "options", "words"),
    [
        ("mpeg4", {"g": str(GOP)}, "pieces of mpeg4 cannot be joined"),
        ("libx264", {**STEADY, "bf": "2", "x264-params": "open-gop=1"}, "no keyframe in it starts afresh"),
    ],
)
def test_where_joining_is_impossible_the_report_says_why(
    tmp_path: Path, codec: str, options: dict[str, str], words: str
) -> None:
    source = source_of(tmp_path / "in", codec, options)
    report = export_lerobot_v3(source, tmp_path / "out")
    whole = [one for one in report.reencoded if words in one.reason]
    assert whole
    for one in whole:
        assert one.spans == ((0, LENGTHS[one.episode_index]),)
        assert one.frames == LENGTHS[one.episode_index]
    for episode, back in zip(source, open_recording(tmp_path / "out"), strict=True):
        assert len(lumas(back)) == episode.length


def test_a_file_with_seams_plays_on_one_grid_from_any_keyframe(tmp_path: Path) -> None:
    source = source_of(tmp_path / "in", *CASES["h264 with B-frames"])
    export_lerobot_v3(source, tmp_path / "out")
    for path in (tmp_path / "out").rglob("*.mp4"):
        ledger = packet_times(path)
        assert set(np.diff(ledger.pts)) <= {ledger.pts[1]}
        with av.open(str(path)) as container:
            track = container.streams.video[0]
            every = {frame.pts: frame.to_ndarray(format="gray").tobytes() for frame in container.decode(track)}
            for stamp in ledger.pts[ledger.key]:
                container.seek(int(stamp), stream=track)
                after = next(frame for frame in container.decode(track) if frame.pts == stamp)
                assert after.to_ndarray(format="gray").tobytes() == every[int(stamp)]


def test_parameter_sets_stand_once_before_a_keyframe(tmp_path: Path) -> None:
    source_of(tmp_path / "in", *CASES["h264"])
    with av.open(str(tmp_path / f"in/videos/{CAMERA}/chunk-000/file-000.mp4")) as container:
        track = container.streams.video[0]
        extradata = bytes(track.codec_context.extradata or b"")
        packet = next(container.demux(track))
        grown = with_parameter_sets("h264", bytes(packet), extradata)
    added = grown[: len(grown) - packet.size]
    kinds, place = [], 0
    while place < len(added):
        kinds.append(added[place + 4] & 31)
        place += 4 + int.from_bytes(added[place : place + 4], "big")
    assert kinds == [7, 8]
    assert grown.endswith(bytes(packet))
