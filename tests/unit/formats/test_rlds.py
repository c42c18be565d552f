"""RLDS: frames and their checksums, Examples, features, and the Bridge episodes of the shared data."""

from __future__ import annotations

import json
import os
import struct
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.formats import DamagedFileError, Kind, MetadataError, UnsafePathError, frames, open_recording
from headwater.formats.crc32c import crc32c, masked_crc32c
from headwater.formats.tf_example import ExampleError, parse_example
from headwater.testing.rlds import example, frame, write_rlds

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
FIRST = "toy-train.tfrecord-00000-of-00002"


@pytest.mark.parametrize(
    ("data", "crc"),
    [
        (b"", 0),
        (b"123456789", 0xE3069283),
        (bytes(32), 0x8A9136AA),  # RFC 3720, B.4
        (b"\xff" * 32, 0x62A8AB43),
        (bytes(range(32)), 0x46DD794E),
    ],
)
def test_crc32c_of_the_standard(data: bytes, crc: int) -> None:
    assert crc32c(data) == crc


@settings(max_examples=80, deadline=None, derandomize=True)
@given(st.binary(min_size=0, max_size=5000), st.integers(1, 40))
def test_crc32c_of_many_lanes_is_that_of_one(seed: bytes, times: int) -> None:
    data = seed * times
    table = [0] * 256
    for n in range(256):
        crc = n
        for _ in range(8):
            crc = crc >> 1 ^ (0x82F63B78 if crc & 1 else 0)
        table[n] = crc
    crc = 0xFFFFFFFF
    for byte in data[:20_000]:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    assert crc32c(data[:20_000]) == crc ^ 0xFFFFFFFF


def test_every_record_of_every_shard_is_an_episode(tmp_path: Path) -> None:
    home = write_rlds(tmp_path, episodes=(4, 5, 6), shards=2)
    for path in (home, tmp_path):
        recording = open_recording(path)
        assert recording.format == "rlds"
        assert [e.length for e in recording] == [4, 6, 5]  # shard by shard
        assert [e.source.index for e in recording] == [0, 1, 2]
    assert [e.length for e in open_recording(home / FIRST)] == [4, 6]
    episode = open_recording(home)[1]
    np.testing.assert_array_equal(episode.streams["action"].values, [[2, i] for i in range(6)])
    assert {n: s.kind for n, s in episode.streams.items()} == {
        "action": Kind.ACTION, "observation/state": Kind.STATE, "reward": Kind.REWARD,
        "is_first": Kind.LABEL, "is_last": Kind.DONE, "is_terminal": Kind.DONE}  # fmt: skip
    assert episode.tasks == ("stack the blocks",)
    assert episode.meta["episode_metadata"] == {"episode_id": 1}
    assert [int(f.image[0, 0, 0]) for f in frames(episode.videos["image"], gray=False)] == [0, 20, 40, 60, 80, 100]


def test_a_flipped_bit_is_told_by_the_checksum(tmp_path: Path) -> None:
    home = write_rlds(tmp_path)
    raw = bytearray((home / FIRST).read_bytes())
    raw[200] ^= 1
    (home / FIRST).write_bytes(raw)
    with pytest.raises(DamagedFileError, match="record 0: checksum does not hold"):
        open_recording(home)[0]
    raw[3] ^= 1
    (home / FIRST).write_bytes(raw)
    with pytest.raises(DamagedFileError, match="length is damaged"):
        open_recording(home)


def test_a_shard_with_a_record_less_is_told_by_dataset_info(tmp_path: Path) -> None:
    home = write_rlds(tmp_path, episodes=(4, 5, 6), shards=2)
    raw = (home / FIRST).read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    (home / FIRST).write_bytes(raw[: length + 16])
    with pytest.raises(DamagedFileError, match="record count is a lie"):
        open_recording(home)


def test_what_is_not_rlds_is_said(tmp_path: Path) -> None:
    home = write_rlds(tmp_path)
    sheet = home / "features.json"
    features = json.loads(sheet.read_text())
    sheet.write_text(json.dumps({"featuresDict": {"features": {"image": features}}}))
    with pytest.raises(MetadataError, match="not RLDS"):
        open_recording(home)
    sheet.write_text(json.dumps(features).replace('"3"', '"x"'))
    with pytest.raises(MetadataError, match="shape"):
        open_recording(home)
    sheet.write_text(json.dumps(features).replace('"dimensions": ["3"]', '"dimensions": ["4"]'))
    with pytest.raises(DamagedFileError, match="steps/observation/state: values do not fill"):
        open_recording(home)[0]
    sheet.write_text(json.dumps(features))
    (home / "toy-train.tfrecord-00009-of-00010").symlink_to(Path(__file__))
    with pytest.raises(UnsafePathError):
        open_recording(home)


def test_steps_that_differ_in_number(tmp_path: Path) -> None:
    home = write_rlds(tmp_path)
    record = example({"steps/is_first": [1, 0], "steps/reward": [0.0, 0.0, 0.0]})
    (home / FIRST).write_bytes(frame(record))
    with pytest.raises(DamagedFileError, match="steps differ in number"):
        open_recording(home)[0]


def test_tensors_stored_as_bytes(tmp_path: Path) -> None:
    import zlib

    home = write_rlds(tmp_path)
    sheet = home / "features.json"
    features = json.loads(sheet.read_text())
    action = features["featuresDict"]["features"]["steps"]["sequence"]["feature"]["featuresDict"]["features"]["action"]
    action["tensor"]["encoding"] = "zlib"
    sheet.write_text(json.dumps(features))
    rows = [np.array([i, 0.5], "<f4").tobytes() for i in range(2)]
    (home / FIRST).write_bytes(
        frame(example({"steps/is_first": [1, 0], "steps/action": [zlib.compress(r) for r in rows]}))
    )
    np.testing.assert_array_equal(open_recording(home)[0].streams["action"].values, [[0, 0.5], [1, 0.5]])
    (home / FIRST).write_bytes(frame(example({"steps/is_first": [1], "steps/action": [zlib.compress(bytes(1 << 26))]})))
    with pytest.raises(DamagedFileError, match="9 of 8 bytes"):
        open_recording(home)[0]


def test_negative_and_large_integers() -> None:
    values = [0, 1, 127, 128, -1, 2**62, -(2**63)]
    assert parse_example(example({"n": values}))["n"].numbers is not None
    np.testing.assert_array_equal(parse_example(example({"n": values}))["n"].numbers, np.array(values))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=120), st.integers(0, 80))
def test_any_bytes_are_an_example_or_an_error(data: bytes, place: int) -> None:
    whole = example({"a": [1.0, 2.0], "b": [3, 400], "c": [b"xy", b""]})
    for raw in (data, whole[:place] + data[:3] + whole[place + 2 :]):
        try:
            parse_example(raw)
        except ExampleError:
            continue


def test_masked_crc_as_tensorflow_writes_it() -> None:
    # the frame of an empty record: length 0, its masked checksum, no data, the checksum of nothing
    assert masked_crc32c(bytes(8)) == 0x07980329
    assert frame(b"")[-4:] == struct.pack("<I", 0xA282EAD8)


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
def test_the_shared_bridge_episodes() -> None:
    recording = open_recording(SHARED / "rlds_bridge")
    assert len(recording) == 12
    episode = recording[0]
    assert (episode.length, episode.fps) == (10, Fraction(5))
    assert episode.tasks == ("put cup from counter or drying rack into sink",)
    assert episode.streams["action"].values.shape == (10, 7)
    assert episode.streams["observation/state"].kind is Kind.STATE
    assert sorted(episode.videos) == ["image_0", "image_1", "image_2"]
    assert any(note.startswith("observation/image_3: one and the same picture") for note in episode.notes)
    assert all(len(list(frames(v))) == e.length for e in recording for v in e.videos.values())
