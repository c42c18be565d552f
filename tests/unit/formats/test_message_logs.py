"""MCAP and ROS bags: what messages become, and that one run in four containers is one episode."""

from __future__ import annotations

import base64
import contextlib
import io
import json
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from headwater.formats import (
    DamagedFileError,
    EmptyRecordingError,
    Episode,
    Kind,
    MetadataError,
    RecordingError,
    TooLargeError,
    UnfinishedRecordingError,
    UnknownFormatError,
    UnsafePathError,
    frames,
    open_recording,
)
from headwater.formats.log_bytes import ChunkError, unpacked
from headwater.formats.message_types import SchemaError, decoder
from headwater.formats.ros_types import RosDecoder, RosError, parse_idl, parse_msg
from headwater.testing.logs import write_bag1_run, write_bag2_run, write_mcap_run

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
START_NS = 1_700_000_000_000_000_000


def same(one: Episode, other: Episode) -> None:
    """Every stream, text, picture, calibration and note alike."""
    assert list(one.streams) == list(other.streams)
    for name, stream in one.streams.items():
        twin = other.streams[name]
        assert (stream.kind, stream.axes, stream.unit, stream.clock, stream.dtype) == (
            twin.kind, twin.axes, twin.unit, twin.clock, twin.dtype)  # fmt: skip
        np.testing.assert_array_equal(stream.times_ns, twin.times_ns)
        np.testing.assert_array_equal(stream.values, twin.values)
    assert list(one.videos) == list(other.videos)
    for key, video in one.videos.items():
        for a, b in zip(frames(video, gray=False), frames(other.videos[key], gray=False), strict=True):
            assert a.pts_s == b.pts_s
            np.testing.assert_array_equal(a.image, b.image)
    for name, text in one.texts.items():
        assert text.texts == other.texts[name].texts
        np.testing.assert_array_equal(text.times_ns, other.texts[name].times_ns)
    assert one.calibration == other.calibration
    assert (one.length, one.fps, one.tasks, one.notes) == (other.length, other.fps, other.tasks, other.notes)


@pytest.mark.parametrize(
    "write",
    [
        lambda d: write_bag2_run(d / "sqlite"),
        lambda d: write_bag2_run(d / "alone") / "alone.db3",
        lambda d: write_bag2_run(d / "mcap", mcap=True),
        lambda d: write_bag1_run(d / "plain.bag"),
        lambda d: write_bag1_run(d / "packed.bag", compression="bz2"),
        lambda d: write_bag1_run(d / "packed.bag", compression="lz4"),
    ],
    ids=["db3 folder", "db3", "bag2 of mcap", "bag1", "bag1 bz2", "bag1 lz4"],
)
def test_one_run_in_any_container_is_one_episode(tmp_path: Path, write: Callable[[Path], Path]) -> None:
    (mcap,) = open_recording(write_mcap_run(tmp_path / "run.mcap"))
    (other,) = open_recording(write(tmp_path))
    same(mcap, other)


def test_streams_have_kinds_units_axes_and_the_header_clock(tmp_path: Path) -> None:
    (episode,) = open_recording(write_mcap_run(tmp_path / "run.mcap"))
    gyro, position = episode.streams["/imu/angular_velocity"], episode.streams["/joint_states/position"]
    assert (gyro.kind, gyro.unit, gyro.axes, gyro.clock) == (Kind.GYRO, "rad/s", ("x", "y", "z"), "header")
    assert (position.kind, position.axes) == (Kind.STATE, ("shoulder", "elbow"))
    np.testing.assert_array_equal(gyro.times_ns, np.arange(20) * 10_000_000)
    np.testing.assert_allclose(gyro.values[:, 0], np.arange(20) * 0.1)
    assert [s.kind for s in episode.streams.values()] == [
        Kind.GYRO, Kind.ACCEL, Kind.POSE, Kind.STATE, Kind.VELOCITY, Kind.EFFORT, Kind.POSE, Kind.GPS]  # fmt: skip
    assert episode.tasks == ("pick the cube",)
    assert (episode.texts["/events"].texts, episode.texts["/events"].clock) == (("event 0", "event 10"), "log")
    np.testing.assert_array_equal(episode.texts["/events"].times_ns, [2_000_000, 102_000_000])  # the recorder's delay
    assert (episode.length, episode.fps) == (5, Fraction(25))


def test_depth_is_16_bit_and_jpeg_comes_as_it_lies(tmp_path: Path) -> None:
    (episode,) = open_recording(write_mcap_run(tmp_path / "run.mcap"))
    depth, colour = episode.videos["cam.depth"], episode.videos["cam.image.compressed"]
    assert depth.stills is not None
    assert colour.stills is not None
    last = depth.stills.image(4)
    assert (depth.depth_unit_m, str(last.dtype), int(last[0, 0])) == (0.001, "uint16", 1016)
    packed = colour.stills.encoded(2)
    assert packed is not None
    assert (packed[0], packed[1][:2], len(packed[1])) == ("image/jpeg", b"\xff\xd8", colour.stills.size_bytes(2))
    assert episode.calibration["cam.depth"].intrinsics == (30.0, 31.0, 16.0, 12.0)


@pytest.mark.parametrize("compression", ["NONE", "LZ4", "ZSTD"])
def test_mcap_of_any_compression(tmp_path: Path, compression: str) -> None:
    from mcap.writer import CompressionType

    plain = open_recording(write_mcap_run(tmp_path / "a.mcap"))[0]
    path = write_mcap_run(tmp_path / "b.mcap", compression=CompressionType[compression])
    same(plain, open_recording(path)[0])


def test_mcap_without_chunks_reads_and_without_index_does_not(tmp_path: Path) -> None:
    plain = open_recording(write_mcap_run(tmp_path / "a.mcap"))[0]
    same(plain, open_recording(write_mcap_run(tmp_path / "b.mcap", use_chunking=False))[0])
    raw = bytearray((tmp_path / "a.mcap").read_bytes())
    raw[-28:-12] = bytes(16)
    (tmp_path / "c.mcap").write_bytes(raw)
    with pytest.raises(UnfinishedRecordingError, match=r"has no index.*mcap recover"):
        open_recording(tmp_path / "c.mcap")


def test_a_flipped_bit_in_a_chunk_is_told_by_its_checksum(tmp_path: Path) -> None:
    from mcap.writer import CompressionType

    path = write_mcap_run(tmp_path / "a.mcap", compression=CompressionType.NONE, enable_data_crcs=False)
    raw = bytearray(path.read_bytes())
    raw[raw.find(b"shoulder", 4000) + 60] ^= 1
    path.write_bytes(raw)
    with pytest.raises(DamagedFileError, match="checksum of a chunk"):
        open_recording(path)[0]


def write_topics(path: Path, topics: list[tuple[str, str, str, str, bytes, list[bytes]]]) -> Path:
    """(topic, message encoding, schema name, schema encoding, schema, messages), a message every 10 ms."""
    from mcap.writer import Writer

    with path.open("wb") as file:
        writer = Writer(file)
        writer.start()
        for topic, encoding, name, schema_encoding, schema, messages in topics:
            number = writer.register_schema(name, schema_encoding, schema) if name else 0
            channel = writer.register_channel(topic, encoding, number)
            for i, data in enumerate(messages):
                writer.add_message(channel, START_NS + i * 10_000_000, data, 0)
        writer.finish()  # type: ignore[no-untyped-call]
    return path


def jpeg(value: int) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (16, 12), (value, 0, 0)).save(data, "JPEG")
    return data.getvalue()


def test_json_with_and_without_schema(tmp_path: Path) -> None:
    def stamp(i: int) -> dict[str, int]:
        return {"sec": 1_700_000_000, "nsec": i * 10_000_000}

    rows: list[Any] = [
        {"timestamp": stamp(i), "q": [0.5 * i, 1], "grip": i % 2 == 0, "note": f"n{i}"} for i in range(4)
    ]
    pictures = [
        {"timestamp": stamp(i), "frame_id": "", "format": "jpeg", "data": base64.b64encode(jpeg(i)).decode()}
        for i in range(4)
    ]
    path = write_topics(
        tmp_path / "a.mcap",
        [
            ("/arm/command", "json", "Arm", "jsonschema", b"{}", [json.dumps(r).encode() for r in rows]),
            (
                "/cam",
                "json",
                "foxglove.CompressedImage",
                "jsonschema",
                b"{}",
                [json.dumps(p).encode() for p in pictures],
            ),
            ("/counts", "json", "", "", b"", [b'{"n": 9007199254740993}', b'{"n": 2}']),
        ],
    )
    (episode,) = open_recording(path)
    command = episode.streams["/arm/command"]
    assert (command.kind, command.axes, command.clock) == (Kind.ACTION, ("q[0]", "q[1]", "grip"), "header")
    np.testing.assert_array_equal(command.values[3], [1.5, 1, 0])
    assert episode.streams["/counts"].clock == "log"
    assert any("/counts: whole numbers beyond 2^53 are rounded" in note for note in episode.notes)
    assert episode.texts["/arm/command.note"].texts == ("n0", "n1", "n2", "n3")
    assert len(list(frames(episode.videos["cam"]))) == 4


@pytest.mark.parametrize("field", ["data", "format", "width", "height", "step", "encoding"])
@pytest.mark.parametrize("wrong", [None, "%%", 3, -1, 1e300, [1], {"a": 1}, "", True])
def test_pictures_with_fields_of_another_type(tmp_path: Path, field: str, wrong: object) -> None:
    packed = {"format": "jpeg", "data": base64.b64encode(jpeg(3)).decode()}
    raw = {"width": 2, "height": 2, "step": 2, "encoding": "mono8", "data": base64.b64encode(b"abcd").decode()}
    for kind, good in (
        ("foxglove.CompressedImage", packed),
        ("foxglove.RawImage", raw),
        ("foxglove.CompressedVideo", packed),
    ):
        rows = [json.dumps(m).encode() for m in (good | {field: wrong}, good, good | {field: wrong})]
        path = write_topics(tmp_path / "a.mcap", [("/c", "json", kind, "jsonschema", b"{}", rows)])
        with contextlib.suppress(RecordingError):
            for video in open_recording(path)[0].videos.values():
                list(frames(video))
                assert video.stills is not None
                video.stills.encoded(0)


def test_foxglove_poses_places_and_transforms(tmp_path: Path) -> None:
    def stamp(i: int) -> dict[str, int]:
        return {"sec": 1_700_000_000, "nsec": i}

    at, turn = {"x": 1.0, "y": 2.0, "z": 3.0}, {"x": 0.0, "y": 0.0, "z": 0.0, "w": 1.0}
    poses = [{"timestamp": stamp(i), "frame_id": "w", "pose": {"position": at, "orientation": turn}} for i in range(2)]
    fixes = [{"timestamp": stamp(i), "latitude": 1.0, "longitude": 2.0, "altitude": 3.0} for i in range(2)]
    part = {"parent_frame_id": "w", "child_frame_id": "hand", "translation": at, "rotation": turn}
    moves = [{"transforms": [part | {"timestamp": stamp(i)}]} for i in range(2)]
    rows = (("/pose", "foxglove.PoseInFrame", poses), ("/gps", "foxglove.LocationFix", fixes))
    path = write_topics(
        tmp_path / "a.mcap",
        [
            (topic, "json", name, "jsonschema", b"{}", [json.dumps(m).encode() for m in messages])
            for topic, name, messages in (*rows, ("/tf", "foxglove.FrameTransforms", moves))
        ],
    )
    (episode,) = open_recording(path)
    found = {name: (s.kind, s.clock, s.values[0].tolist()) for name, s in episode.streams.items()}
    assert found == {
        "/pose": (Kind.POSE, "header", [1, 2, 3, 0, 0, 0, 1]),
        "/gps": (Kind.GPS, "header", [1, 2, 3]),
        "/tf/hand": (Kind.POSE, "header", [1, 2, 3, 0, 0, 0, 1]),
    }


def test_what_is_said_once_does_not_move_the_start(tmp_path: Path) -> None:
    early = json.dumps({"timestamp": {"sec": 1_699_999_000, "nsec": 0}, "a": 1}).encode()
    rows = [json.dumps({"timestamp": {"sec": 1_700_000_000, "nsec": i}, "b": i}).encode() for i in range(3)]
    path = write_topics(
        tmp_path / "a.mcap", [("/once", "json", "", "", b"", [early]), ("/x", "json", "", "", b"", rows)]
    )
    streams = open_recording(path)[0].streams
    assert {n: (s.clock, int(s.times_ns[0])) for n, s in streams.items()} == {"/once": ("log", 0), "/x": ("header", 0)}


def descriptors() -> tuple[bytes, Any, Any]:
    """A file set with foxglove.CompressedVideo's fields and a message of a lab's own, and their classes."""
    from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, timestamp_pb2

    kinds = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="lab.proto", package="lab", syntax="proto3")
    file.dependency.append("google/protobuf/timestamp.proto")
    arm = file.message_type.add(name="Arm")
    part = file.message_type.add(name="Part")
    part.field.add(name="x", number=1, type=kinds.TYPE_FLOAT, label=1)
    part.field.add(name="deeper", number=2, type=kinds.TYPE_MESSAGE, type_name=".lab.Part", label=1)
    stamp = ".google.protobuf.Timestamp"
    arm.field.add(name="timestamp", number=1, type=kinds.TYPE_MESSAGE, type_name=stamp, label=1)
    arm.field.add(name="joints", number=2, type=kinds.TYPE_DOUBLE, label=3)
    arm.field.add(name="part", number=3, type=kinds.TYPE_MESSAGE, type_name=".lab.Part", label=1)
    movie = descriptor_pb2.FileDescriptorProto(name="movie.proto", package="foxglove", syntax="proto3")
    movie.dependency.append("google/protobuf/timestamp.proto")
    video = movie.message_type.add(name="CompressedVideo")
    video.field.add(name="timestamp", number=1, type=kinds.TYPE_MESSAGE, type_name=stamp, label=1)
    video.field.add(name="frame_id", number=2, type=kinds.TYPE_STRING, label=1)
    video.field.add(name="data", number=3, type=kinds.TYPE_BYTES, label=1)
    video.field.add(name="format", number=4, type=kinds.TYPE_STRING, label=1)
    time_file = descriptor_pb2.FileDescriptorProto()
    timestamp_pb2.DESCRIPTOR.CopyToProto(time_file)
    files = descriptor_pb2.FileDescriptorSet(file=[time_file, file, movie])
    pool = descriptor_pool.DescriptorPool()
    for one in files.file:
        pool.Add(one)
    arm_class, video_class = (
        message_factory.GetMessageClass(pool.FindMessageTypeByName(name))
        for name in ("lab.Arm", "foxglove.CompressedVideo")
    )
    return files.SerializeToString(), arm_class, video_class


def test_protobuf_by_its_descriptor(tmp_path: Path) -> None:
    schema, arm, _ = descriptors()
    messages = []
    for i in range(3):
        message = arm(joints=[0.1 * i, 2.0])
        message.timestamp.seconds, message.timestamp.nanos = 1_700_000_000, 5_000_000 * i
        if i:
            message.part.x = 1.5
        messages.append(message.SerializeToString())
    path = write_topics(tmp_path / "a.mcap", [("/state", "protobuf", "lab.Arm", "protobuf", schema, messages)])
    stream = open_recording(path)[0].streams["/state"]
    assert stream.axes == ("joints[0]", "joints[1]", "part.x")
    np.testing.assert_array_equal(stream.times_ns, [0, 5_000_000, 10_000_000])
    np.testing.assert_allclose(stream.values[2], [0.2, 2.0, 1.5])


def test_compressed_video_decodes_from_the_key_frame_before(tmp_path: Path) -> None:
    schema, _, kind = descriptors()
    packets = h264(12, keys=5)
    messages = []
    for i, data in enumerate(packets):
        message = kind(data=data, format="h264")
        message.timestamp.seconds, message.timestamp.nanos = 1_700_000_000, 100_000_000 * i
        messages.append(message.SerializeToString())
    topic = ("/cam", "protobuf", "foxglove.CompressedVideo", "protobuf", schema, messages)
    (episode,) = open_recording(write_topics(tmp_path / "a.mcap", [topic]))
    video = episode.videos["cam"]
    assert (video.codec, video.width, video.height, video.frames, video.fps) == ("h264", 64, 48, 12, Fraction(10))
    assert video.stills is not None
    played = [frame.image.copy() for frame in frames(video, width=None)]
    assert [abs(float(image.mean()) - 20 - 15 * i) < 12 for i, image in enumerate(played)] == [True] * 12
    for place in (11, 3, 7, 0):
        np.testing.assert_array_equal(video.stills.image(place)[..., 0].astype(int) > 0, True)
        alone = next(frames(video, width=None, start=place, stop=place + 1))
        np.testing.assert_array_equal(alone.image, played[place])


def h264(count: int, keys: int) -> list[bytes]:
    """Annex B access units of grey pictures that grow brighter, no B-frames, a key frame every ``keys``."""
    context = av.CodecContext.create("libx264", "w")
    context.width, context.height, context.pix_fmt = 64, 48, "yuv420p"
    context.time_base = Fraction(1, 10)
    context.gop_size, context.max_b_frames = keys, 0
    context.options = {"tune": "zerolatency", "x264-params": f"keyint={keys}:scenecut=0:annexb=1:repeat-headers=1"}
    out = []
    for i in range(count):
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 20 + 15 * i, np.uint8), format="rgb24")
        frame.pts = i
        out += [bytes(packet) for packet in context.encode(frame)]
    return out + [bytes(packet) for packet in context.encode(None)]


def test_sound_and_unknown_messages_are_noted(tmp_path: Path) -> None:
    path = write_topics(
        tmp_path / "a.mcap",
        [
            ("/mic", "ros1", "audio_common_msgs/AudioData", "ros1msg", b"uint8[] data", [b"\1\0\0\0a"]),
            ("/odd", "flatbuffer", "X", "flatbuffer", b"", [b"x"]),
            ("/n", "json", "", "", b"", [b'{"a": 1}']),
        ],
    )
    (episode,) = open_recording(path)
    assert any("/mic: 1 of 1 messages were not read: sound" in note for note in episode.notes)
    assert any("/odd" in note and "flatbuffer" in note for note in episode.notes)


def test_times_of_two_clocks_far_apart_start_each_at_their_own(tmp_path: Path) -> None:
    booted = [json.dumps({"timestamp": {"sec": 5 + i, "nsec": 0}, "a": i}).encode() for i in range(3)]
    path = write_topics(
        tmp_path / "a.mcap",
        [("/boot", "json", "", "", b"", booted), ("/log", "json", "", "", b"", [b'{"a": 1}', b'{"a": 2}'])],
    )
    (episode,) = open_recording(path)
    assert [int(s.times_ns[0]) for s in episode.streams.values()] == [0, 0]
    assert any("each clock starts at its own" in note for note in episode.notes)


def test_another_layout_is_another_stream_and_a_lie_is_no_message(tmp_path: Path) -> None:
    rows = [b'{"a": 1, "b": 2}', b'{"a": 3}', b'{"a": 4, "b": 5}']
    path = write_topics(tmp_path / "a.mcap", [("/x", "json", "", "", b"", rows)])
    streams = open_recording(path)[0].streams
    assert {name: s.values.tolist() for name, s in streams.items()} == {"/x": [[1, 2], [4, 5]], "/x@2": [[3]]}
    path = write_topics(tmp_path / "b.mcap", [("/x", "json", "", "", b"", [b"{"])])
    with pytest.raises(DamagedFileError, match=r"/x\[0\].*not JSON"):
        open_recording(path)[0]


def test_a_wide_message_and_a_huge_picture_are_refused(tmp_path: Path) -> None:
    path = write_topics(
        tmp_path / "a.mcap", [("/x", "json", "", "", b"", [json.dumps({"a": [1] * 5000}).encode()] * 2)]
    )
    with pytest.raises(EmptyRecordingError, match="no topic with numbers"):
        open_recording(path)[0]
    big = json.dumps({"width": 100_000, "height": 100_000, "encoding": "mono8", "step": 100_000, "data": ""}).encode()
    path = write_topics(tmp_path / "b.mcap", [("/c", "json", "foxglove.RawImage", "jsonschema", b"{}", [big])])
    with pytest.raises(TooLargeError, match="100000x100000"):
        open_recording(path)[0]


@pytest.mark.parametrize("method", ["zstd", "lz4", "bz2"])
def test_a_chunk_that_unpacks_to_more_than_it_says_stops_there(method: str) -> None:
    import bz2

    import lz4.frame
    import zstandard

    pack = {"zstd": zstandard.compress, "lz4": lz4.frame.compress, "bz2": bz2.compress}[method]
    bomb = pack(bytes(64 << 20))
    with pytest.raises(ChunkError, match="1001 bytes unpacked, 1000 declared"):
        unpacked(bomb, method, 1000)
    with pytest.raises(ChunkError, match="allowed"):
        unpacked(bomb, method, 1 << 40)


def test_a_small_file_of_much_is_refused_before_it_takes_minutes(tmp_path: Path) -> None:
    path = write_topics(tmp_path / "a.mcap", [("/x", "json", "", "", b"", [b'{"a": "' + b"x" * 60_000_000 + b'"}'])])
    with pytest.raises(DamagedFileError, match="in all"):
        open_recording(path)[0]


def test_parts_without_end_are_refused(tmp_path: Path) -> None:
    decode = RosDecoder("a/B", parse_msg("a/B", "P[] p\n===\nMSG: a/P\nint8 x"), "ros1")
    with pytest.raises(RosError, match="more than 500000 parts"):
        decode((600_000).to_bytes(4, "little") + bytes(600_000))


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("a/B b", "contains itself"),
        ("Nowhere x", "no definition"),
        ("int32 2x", "not a field"),
        ("float64[999999999999] x", "array of"),
        ("C[40000] c\n===\nMSG: a/C\nD[40000] d\n===\nMSG: a/D\nint8 x", "more than"),
        ("x" * 300_000, "definition of"),
    ],
)
def test_definitions_that_cannot_be_meant(definition: str, message: str) -> None:
    with pytest.raises(RosError, match=message):
        RosDecoder("a/B", parse_msg("a/B", definition), "cdr")


def test_a_sequence_of_nothing_does_not_loop() -> None:
    decode = RosDecoder("a/B", parse_msg("a/B", "Empty[] many\n===\nMSG: a/Empty\n"), "ros1")
    with pytest.raises(RosError, match="4294967295 entries"):
        decode(b"\xff\xff\xff\xff")


def test_idl_says_the_same_as_msg() -> None:
    idl = """
    module std_msgs { module msg { struct Pair { double a; sequence<int32> b; float c[3]; string d; }; }; };
    """
    msg = parse_msg("std_msgs/msg/Pair", "float64 a\nint32[] b\nfloat32[3] c\nstring d")
    assert parse_idl("std_msgs/msg/Pair", idl) == msg
    assert msg["std_msgs/Pair"][2].count == 3


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_a_schema_error(data: bytes) -> None:
    text = b"Header h\nstring[] n\nfloat64[] v\nuint8[] raw\nbool b\nP[] p\n===\nMSG: a/P\nint16 x\nwstring w\n"
    text += b"===\nMSG: std_msgs/Header\nuint32 seq\ntime stamp\nstring frame_id"
    for encoding in ("cdr", "ros1", "json"):
        _, decode = decoder(encoding, "ros2msg", "a/B", text)
        for raw in (data, b"\0\1\0\0" + data):
            try:
                decode(raw)
            except SchemaError:
                continue


@settings(max_examples=100, deadline=None, derandomize=True)
@given(st.text(max_size=200))
def test_any_text_is_a_definition_or_an_error(text: str) -> None:
    for encoding in ("ros2msg", "ros2idl"):
        try:
            decoder("cdr", encoding, "a/B", text.encode())
        except SchemaError:
            continue


def test_bag_folders_do_not_lead_out_and_say_what_they_cannot(tmp_path: Path) -> None:
    bag = write_bag2_run(tmp_path / "run")
    sheet = bag / "metadata.yaml"
    text = sheet.read_text()
    (tmp_path / "run.db3").write_bytes((bag / "run.db3").read_bytes())
    sheet.write_text(text.replace("- run.db3", "- ../run.db3"))
    with pytest.raises(UnsafePathError):
        open_recording(bag)
    sheet.write_text(text.replace("compression_mode: ''", "compression_mode: FILE"))
    with pytest.raises(UnknownFormatError, match="compression_mode"):
        open_recording(bag)
    sheet.write_text("rosbag2_bagfile_information: [")
    with pytest.raises(MetadataError, match="relative_file_paths"):
        open_recording(bag)


def test_a_database_with_views_or_a_journal_is_refused(tmp_path: Path) -> None:
    import sqlite3

    path = write_bag2_run(tmp_path / "run") / "run.db3"
    (path.parent / "run.db3-wal").write_bytes(b"x")
    with pytest.raises(UnfinishedRecordingError, match="wal"):
        open_recording(path)
    (path.parent / "run.db3-wal").unlink()
    base = sqlite3.connect(path)
    base.execute("ALTER TABLE messages RENAME TO hidden")
    base.execute(
        "CREATE VIEW messages AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) "
        "SELECT x AS id, 1 AS topic_id, 1 AS timestamp, zeroblob(10) AS data FROM c"
    )
    base.commit()
    base.close()
    with pytest.raises(DamagedFileError, match="no plain table"):
        open_recording(path)[0]


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
def test_the_shared_mcap_is_the_gopro_it_was_made_of() -> None:
    (episode,) = open_recording(SHARED / "mcap/gopro_karma_ros2.mcap")
    (camera,) = open_recording(SHARED / "gopro/karma.mp4")
    assert (episode.length, episode.fps) == (181, Fraction(15000, 1001))
    gyro, original = episode.streams["/imu/angular_velocity"], camera.streams["GYRO"]
    assert gyro.values.shape == (2398, 3)
    np.testing.assert_allclose(gyro.values[0], original.values[0])
    assert len(list(frames(episode.videos["camera.image.compressed"]))) == 181
