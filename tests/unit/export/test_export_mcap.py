"""MCAP out and back in: every stream, picture, word and label; and what mcap's own reader says of the file."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from mcap.reader import make_reader

from headwater.export import ExportError, OutputError, export_mcap
from headwater.export.mcap.foxglove_types import identifiers
from headwater.export.media.stills import frame_times_ns
from headwater.formats import Episode, Kind, RecordingError, Stream, Text, frames, open_recording
from headwater.formats.own_channels import parse_channel, parse_episode
from headwater.testing.episodes import episode as plain_episode
from headwater.testing.picture_digests import decoded as pictures
from headwater.testing.picture_digests import of_pixels
from headwater.testing.recordings import write_lerobot_v30
from headwater.testing.rich_episodes import DEPTH, GREY, PHOTOS, VIDEO, rich_episode

SHOWN = {
    "CompressedVideo", "CompressedImage", "RawImage", "CameraCalibration", "PoseInFrame", "LocationFix", "Log",
    "ImageAnnotations", "FrameTransform",
}  # fmt: skip
EXAMPLES = Path(__file__).parents[3] / "examples/recordings"


def back(root: Path, number: int = 0) -> Episode:
    return open_recording(root / f"episode-{number:06d}.mcap")[0]


def demand_same_streams(source: Episode, found: Episode) -> None:
    assert list(found.streams) == list(source.streams)
    for name, wanted in source.streams.items():
        got = found.streams[name]
        facts = [(s.name, s.kind, s.axes, s.unit, s.clock, s.dtype) for s in (wanted, got)]
        assert facts[0] == facts[1]
        np.testing.assert_array_equal(got.times_ns, wanted.times_ns)
        assert got.values.dtype == wanted.values.dtype
        assert got.values.tobytes() == wanted.values.tobytes()


@pytest.fixture(scope="module")
def written(rich: Episode, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mcap") / "set"
    report = export_mcap([rich, rich], root)
    assert report.files == ("episode-000000.mcap", "episode-000001.mcap")
    assert (report.episodes, report.frames, report.copied, report.reencoded) == (2, 48, 4, ())
    assert len(report.notes) == 2
    return root


def test_every_number_comes_back(rich: Episode, written: Path) -> None:
    demand_same_streams(rich, back(written, 1))


def test_everything_else_comes_back(rich: Episode, written: Path) -> None:
    found = back(written)
    assert (found.name, found.length, found.fps) == (rich.name, rich.length, rich.fps)
    assert (found.embodiment, found.tasks, found.notes) == (rich.embodiment, rich.tasks, rich.notes)
    assert (found.calibration, found.annotations) == (rich.calibration, rich.annotations)
    assert found.ledger["task_texts"] == rich.ledger["task_texts"]
    assert found.meta["firmware"] == "1.2"
    (events,) = found.texts.values()
    assert (events.name, events.texts, events.clock) == ("events", ("start", "", "grün"), "imu")
    np.testing.assert_array_equal(events.times_ns, rich.texts["events"].times_ns)


def test_every_picture_comes_back_at_its_time(rich: Episode, written: Path) -> None:
    found = back(written)
    assert set(found.videos) == {VIDEO, PHOTOS, DEPTH, GREY}
    for key, video in rich.videos.items():
        got = found.videos[key]
        np.testing.assert_array_equal(frame_times_ns(got), frame_times_ns(video))
        assert pictures(got) == pictures(video)
        assert (got.fps, got.rotation, got.depth_unit_m) == (video.fps, video.rotation, video.depth_unit_m)
    photos = rich.videos[PHOTOS].stills
    kept = found.videos[PHOTOS].stills
    assert photos is not None
    assert kept is not None
    assert [kept.encoded(i) for i in range(7)] == [photos.encoded(i) for i in range(7)]


def test_pictures_can_be_asked_for_in_any_order(rich: Episode, written: Path) -> None:
    video = back(written).videos[VIDEO]
    in_order = pictures(video)
    for place in (17, 3, 4, 23, 0):
        (frame,) = frames(video, gray=False, start=place, stop=place + 1)
        assert of_pixels(frame.image) == in_order[place]


def test_what_has_no_sample_and_no_word_comes_back(rich: Episode, tmp_path: Path) -> None:
    nothing = np.empty(0, np.int64)
    empty = [
        Stream("never", Kind.FORCE, nothing, np.empty((0, 3)), ("x", "y", "z"), "N", "wrist", "float32"),
        Stream("count", Kind.LABEL, nothing, np.empty((0, 1), np.int64), ("n",), dtype="int64"),
    ]
    streams = {"never": empty[0], **rich.streams, "count": empty[1]}
    texts = {**rich.texts, "said": Text("said", nothing, (), "imu")}
    given = replace(rich, streams=streams, texts=texts)
    export_mcap([given], tmp_path / "set")
    found = back(tmp_path / "set")
    demand_same_streams(given, found)
    assert [s.values.shape for s in found.streams.values()] == [s.values.shape for s in streams.values()]
    assert (found.texts["said"].texts, found.texts["said"].clock) == ((), "imu")
    assert set(found.texts) == set(texts)


def test_two_runs_give_the_same_bytes(rich: Episode, written: Path, tmp_path: Path) -> None:
    export_mcap([rich], tmp_path / "again")
    assert (tmp_path / "again/episode-000000.mcap").read_bytes() == (written / "episode-000000.mcap").read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["again"]


def test_the_file_is_chunked_indexed_and_counted(written: Path) -> None:
    with (written / "episode-000000.mcap").open("rb") as file:
        reader = make_reader(file)
        summary = reader.get_summary()
        assert summary is not None
        assert summary.statistics is not None
        assert {chunk.compression for chunk in summary.chunk_indexes} == {"zstd"}
        kinds = {summary.schemas[c.schema_id].name for c in summary.channels.values()}
        assert {kind.removeprefix("foxglove.") for kind in kinds} >= SHOWN
        count = 0
        for _, _, message in reader.iter_messages(log_time_order=False):
            assert message.log_time == message.publish_time >= 0
            count += 1
        assert count == summary.statistics.message_count
        (sound,) = reader.iter_attachments()
        assert (sound.name, sound.media_type) == ("microphone.mka", "audio/x-matroska")


def test_video_is_annex_b_with_parameter_sets_at_key_frames(written: Path) -> None:
    with (written / "episode-000000.mcap").open("rb") as file:
        packets = [m.data for _, _, m in make_reader(file).iter_messages(topics=[f"/{VIDEO}/image"])]
    assert len(packets) == 24
    keys = [place for place, data in enumerate(packets) if b"\0\0\1\x67" in data]
    assert keys == list(range(0, 24, 4))


@pytest.mark.parametrize(
    ("start", "bframes", "reason", "frames_again"),
    [(1, 0, "between keyframes", 3), (4, 0, "", 0), (0, 2, "B-frames", 24), (1, 2, "B-frames", 24)],
)
def test_video_is_encoded_again_only_where_it_must_be(
    tmp_path: Path, start: int, bframes: int, reason: str, frames_again: int
) -> None:
    source = rich_episode(tmp_path / "in", start=start, bframes=bframes)
    report = export_mcap([source], tmp_path / "out")
    found = back(tmp_path / "out").videos[VIDEO]
    np.testing.assert_array_equal(frame_times_ns(found), frame_times_ns(source.videos[VIDEO]))
    assert [one.frames for one in report.reencoded] == ([frames_again] if frames_again else [])
    assert all(reason in one.reason for one in report.reencoded)
    encoded = {n for one in report.reencoded for first, stop in one.spans for n in range(first, stop)}
    pairs = zip(pictures(found), pictures(source.videos[VIDEO]), strict=True)
    assert all(got == wanted for n, (got, wanted) in enumerate(pairs) if n not in encoded)


@pytest.mark.parametrize("name", ["lerobot_v30_g1", "gopro_karma.mp4"])
def test_real_recordings_come_back(name: str, tmp_path: Path) -> None:
    source = open_recording(EXAMPLES / name)
    report = export_mcap(source, tmp_path / "out")
    assert report.reencoded == ()
    for number, wanted in enumerate(source):
        found = back(tmp_path / "out", number)
        demand_same_streams(wanted, found)
        for key, video in wanted.videos.items():
            np.testing.assert_array_equal(frame_times_ns(found.videos[key]), frame_times_ns(video))
            assert pictures(found.videos[key]) == pictures(video)


def test_what_was_read_from_mcap_is_written_the_same_again(rich: Episode, written: Path, tmp_path: Path) -> None:
    """Video packets and pictures of an MCAP file are copied as they are, not decoded."""
    report = export_mcap([back(written)], tmp_path / "again")
    assert report.reencoded == ()
    again = back(tmp_path / "again")
    demand_same_streams(rich, again)
    assert pictures(again.videos[VIDEO]) == pictures(rich.videos[VIDEO])


finite = st.integers(-(2**40), 2**40)


@settings(max_examples=25, deadline=None)
@given(data=st.data(), width=st.integers(1, 5), count=st.integers(1, 6))
def test_any_stream_comes_back(tmp_path_factory: pytest.TempPathFactory, data: Any, width: int, count: int) -> None:
    kind = data.draw(st.sampled_from([np.float64, np.int64]))
    values = data.draw(hnp.arrays(kind, (count, width)))
    times = np.array(data.draw(st.lists(finite, min_size=count, max_size=count)), np.int64)
    axes = tuple(data.draw(st.lists(st.text(max_size=8), min_size=width, max_size=width)))
    base = plain_episode()
    made = next(iter(base.streams.values()))
    stream = type(made)("någon/thing", made.kind, times, values, axes, unit="m", clock="own", dtype=str(values.dtype))
    source = type(base)(**{**base.__dict__, "streams": {stream.name: stream}})
    root = tmp_path_factory.mktemp("any") / "out"
    export_mcap([source], root)
    demand_same_streams(source, back(root))


def test_identifiers_are_protobufs_and_all_different() -> None:
    names = identifiers(["joint_0.pos", "joint 0 pos", "0", "", "timestamp", "Timestamp", "ü"])
    assert names == ["joint_0_pos", "joint_0_pos_2", "v_0", "value", "timestamp_2", "Timestamp_3", "value_2"]


def test_nothing_and_a_full_folder_are_refused(rich: Episode, tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no episode"):
        export_mcap([], tmp_path / "out")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    with pytest.raises(OutputError, match="in the way"):
        export_mcap([rich], tmp_path / "full")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["full"]


BAD = [
    ('"role":"stream"', '"role":"stre\\u0000m"', "role"),
    ('"rotation":0', '"rotation":1', "rotation"),
    ('"fps":"10"', '"fps":"0x"', "rate"),
    ('"kind":"gyro"', '"kind":"gyrx"', "gyrx"),
    ('"start_ns":2000000000', '"start_ns":-200000000', "start_ns"),
]


@pytest.mark.parametrize(("wanted", "lie", "says"), BAD)
def test_lies_in_our_own_metadata_are_refused(written: Path, tmp_path: Path, wanted: str, lie: str, says: str) -> None:
    """Written without chunks and checksums, so that a lie is all that is wrong."""
    from mcap.writer import Writer

    path = tmp_path / "lie.mcap"
    with (written / "episode-000000.mcap").open("rb") as file, path.open("wb") as out:
        reader = make_reader(file)
        writer = Writer(out, use_chunking=False, enable_crcs=False)
        writer.start()
        schemas: dict[int, int] = {}
        channels: dict[int, int] = {}
        for metadata in reader.iter_metadata():
            pairs = {k: v.replace(wanted, lie) for k, v in metadata.metadata.items()}
            writer.add_metadata(metadata.name, pairs)
        for schema, channel, message in reader.iter_messages():
            assert schema is not None
            if channel.id not in channels:
                schemas.setdefault(schema.id, writer.register_schema(schema.name, schema.encoding, schema.data))
                about = {k: v.replace(wanted, lie) for k, v in channel.metadata.items()}
                channels[channel.id] = writer.register_channel(channel.topic, "protobuf", schemas[schema.id], about)
            writer.add_message(channels[channel.id], message.log_time, message.data, message.publish_time)
        writer.finish()  # type: ignore[no-untyped-call]
    with pytest.raises(RecordingError, match=says):
        open_recording(path)[0]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=4) | st.just("1e999999999"),
    lambda inside: st.lists(inside, max_size=5) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=6,
)
STREAM: dict[str, Any] = {
    "role": "stream", "name": "a", "kind": "gyro", "unit": "", "axes": ["x"], "clock": "c", "dtype": "float64",
    "whole": False,
}  # fmt: skip
CAMERA: dict[str, Any] = {
    "role": "camera", "key": "a", "width": 2, "height": 2, "fps": "30", "codec": "h264", "pix_fmt": "", "info": {},
    "rotation": 0, "depth_unit_m": None,
}  # fmt: skip
EPISODE: dict[str, Any] = {
    "start_ns": 0, "name": "a", "length": 1, "fps": "30", "embodiment": "", "tasks": [], "task_texts": {"1": "a"},
    "calibration": {"a": {"intrinsics": [], "model": "", "distortion": [], "pose": [], "frame": ""}},
    "annotations": [{"category": "a", "box": [1, 2, 3, 4], "outline": [], "camera": "a", "frame": 0}],
    "meta": {}, "notes": [], "streams": {},
}  # fmt: skip


@settings(max_examples=300, deadline=1000)
@given(data=st.data(), facts=st.sampled_from([STREAM, CAMERA, EPISODE]))
def test_any_metadata_under_our_name_is_read_or_refused(data: Any, facts: dict[str, Any]) -> None:
    parse = parse_episode if facts is EPISODE else parse_channel
    assert parse(json.dumps(facts))
    lie = data.draw(st.sampled_from(sorted(facts)))
    with suppress(ValueError):
        parse(json.dumps({**facts, lie: data.draw(anything)}))
    for part in ("calibration", "annotations"):
        if lie == part:
            inside = json.loads(json.dumps(facts[part]))
            one = inside["a"] if part == "calibration" else inside[0]
            one[data.draw(st.sampled_from(sorted(one)))] = data.draw(anything)
            with suppress(ValueError):
                parse_episode(json.dumps({**facts, part: inside}))


def test_shared_files_are_cut_at_their_episodes(tmp_path: Path) -> None:
    source = open_recording(write_lerobot_v30(tmp_path / "in", [7, 8, 6]))
    report = export_mcap(source, tmp_path / "out")
    assert [one.reason for one in report.reencoded] == ["the episode's ends lie between keyframes"] * 2
    assert (report.copied, report.frames) == (1, 21)
