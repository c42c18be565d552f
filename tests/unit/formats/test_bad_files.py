"""Any byte of any format's file may be wrong: it opens or is refused by a typed error, soon, and within memory.

Every reader has one row: a small valid recording, and the file in it that is damaged.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.formats import RecordingError, frames, ledger_of, open_recording
from headwater.testing.gopro import write_gopro, write_gpmf
from headwater.testing.labels import write_labels
from headwater.testing.logs import write_bag1_run, write_bag2_run, write_mcap_run
from headwater.testing.media import (
    write_capture,
    write_coco,
    write_coded,
    write_dicom,
    write_pairs,
    write_picture,
    write_yolo,
)
from headwater.testing.parquet import BOOLEAN, BYTE_ARRAY, DOUBLE, FLOAT, INT64, ZSTD, Column, text, write_parquet
from headwater.testing.recordings import CAMERA, add_pictures, write_lerobot_v21, write_lerobot_v30
from headwater.testing.rlds import write_rlds
from headwater.testing.vrs import write_vrs

V30_EPISODES = "meta/episodes/chunk-000/file-000.parquet"
V21_VIDEO = f"videos/chunk-000/{CAMERA}/episode_000000.mp4"
GREY = [np.full((48, 64), 20 * n, np.uint8) for n in range(4)]
DEEP = [np.full((48, 64), 5000 * n, np.uint16) for n in range(4)]
TINY = np.zeros((1, 8, 8), np.uint16)
WORDS = (".json", ".yaml", ".csv", ".jsonl", ".txt")  # cut at a line's end they are whole
Make = Callable[[Path], Path]
SUFFIXES = (
    ".mp4",
    ".mcap",
    ".bag",
    ".db3",
    ".hdf5",
    ".vrs",
    ".tfrecord",
    ".png",
    ".tif",
    ".dcm",
    ".json",
    ".raw",
    ".csv",
)
LIMIT_S = 10.0
LIMIT_MB = 1000


def _aloha(folder: Path) -> Path:
    import h5py

    path = folder / "episode_0.hdf5"
    with h5py.File(path, "w") as file:
        file.attrs["sim"] = True
        file["action"] = np.arange(24.0).reshape(12, 2)
        file["observations/qpos"] = np.arange(24.0).reshape(12, 2)
        file["observations/images/top"] = np.zeros((12, 6, 8, 3), np.uint8)
    return path


def _trajectory(folder: Path) -> Path:
    head = "graph_uid,tracking_timestamp_us,tx_world_device,ty_world_device,tz_world_device,"
    head += "qx_world_device,qy_world_device,qz_world_device,qw_world_device"
    rows = [f"u,{1000 * i},{0.1 * i},0.5,1.25,0.0,0.0,0.0,1.0" for i in range(20)]
    (folder / "mps").mkdir()
    (folder / "mps/closed_loop_trajectory.csv").write_text("\n".join([head, *rows]) + "\n")
    return folder / "mps"


def _robomimic(folder: Path) -> Path:
    import h5py

    path = folder / "demo.hdf5"
    with h5py.File(path, "w") as file:
        for demo in range(2):
            file[f"data/demo_{demo}/actions"] = np.arange(24.0).reshape(12, 2)
            file[f"data/demo_{demo}/obs/eef"] = np.arange(36.0).reshape(12, 3)
            file[f"data/demo_{demo}/obs/view"] = np.zeros((12, 6, 8, 3), np.uint8)
        file["data"].attrs["env_args"] = '{"env_name": "Lift", "env_kwargs": {"control_freq": 20}}'
    return path


def _sheet(folder: Path) -> Path:
    rows = [f"{0.01 * i},gyro,{i},0,0,rad/s" for i in range(20)]
    (folder / "set").mkdir()
    write_coded(folder / "set/clip.mp4", "libx264", [np.full((48, 64), 90, np.uint8)] * 4)
    (folder / "set/imu.csv").write_text("\n".join(["t_s,sensor,x,y,z,unit", *rows]) + "\n")
    return folder / "set"


def _xray(folder: Path, syntax: str) -> Path:
    return write_dicom(
        folder / "hand.dcm", (np.arange(2 * 48 * 40).reshape(2, 48, 40) * 3).astype(np.uint16), syntax=syntax
    )


# name, how to make it in an empty folder, the file to damage: "" if the recording is that file
ROWS: list[tuple[str, Make, str]] = [
    ("lerobot-v21", lambda d: write_lerobot_v21(d / "set", [6]) or d / "set", "meta/info.json"),
    (
        "lerobot pictures",
        lambda d: add_pictures(write_lerobot_v21(d / "set", [6])),
        "data/chunk-000/episode_000000.parquet",
    ),
    ("lerobot-v30", lambda d: write_lerobot_v30(d / "set", [6]) or d / "set", "data/chunk-000/file-000.parquet"),
    ("hdf5", _aloha, ""),
    ("mcap", lambda d: write_mcap_run(d / "run.mcap", 8), ""),
    ("rosbag-v1", lambda d: write_bag1_run(d / "run.bag", 8, "bz2"), ""),
    ("rosbag-v2", lambda d: write_bag2_run(d / "run", 8), "run.db3"),
    ("rosbag-v2 metadata", lambda d: write_bag2_run(d / "run", 8), "metadata.yaml"),
    ("vrs", lambda d: write_vrs(d / "run.vrs"), ""),
    ("aria-mps", _trajectory, "closed_loop_trajectory.csv"),
    ("rlds", lambda d: write_rlds(d), "toy-train.tfrecord-00000-of-00002"),
    ("rlds features", lambda d: write_rlds(d), "features.json"),
    ("lerobot-v30 episodes", lambda d: write_lerobot_v30(d / "set", [6]) or d / "set", V30_EPISODES),
    ("lerobot-v21 video", lambda d: write_lerobot_v21(d / "set", [6]) or d / "set", V21_VIDEO),
    ("robomimic", _robomimic, ""),
    ("video h264", lambda d: write_coded(d / "a.mp4", "libx264", GREY, sound=True), ""),
    ("video png", lambda d: write_coded(d / "a.mov", "png", DEEP, pix_fmt="gray16be"), ""),
    ("video-csv", _sheet, "imu.csv"),
    ("video-jsonl", lambda d: write_capture(d / "set"), "clip.jsonl"),
    ("gopro", lambda d: write_gopro(d / "a.mp4"), ""),
    ("gpmf", lambda d: write_gpmf(d / "run.raw"), ""),
    ("numpy-pairs times", lambda d: write_pairs(d / "set"), "IMU_gyro_t.npy"),
    ("numpy-pairs values", lambda d: write_pairs(d / "set"), "IMU_gyro_value.npy"),
    ("image png", lambda d: write_picture(d / "a.png"), ""),
    ("image jpeg", lambda d: write_picture(d / "a.jpg"), ""),
    ("image tiff", lambda d: write_picture(d / "a.tif", compression="tiff_lzw"), ""),
    ("coco", lambda d: write_coco(d / "set"), "annotations/instances_train.json"),
    ("coco picture", lambda d: write_coco(d / "set"), "images/001.jpg"),
    ("yolo", lambda d: write_yolo(d / "set"), "labels/train/1.txt"),
    ("yolo names", lambda d: write_yolo(d / "set"), "data.yaml"),
    ("labels", lambda d: write_labels(d / "set"), "labels.json"),
    ("dicom", lambda d: _xray(d, "1.2.840.10008.1.2.1"), ""),
    ("dicom jpeg2000", lambda d: _xray(d, "1.2.840.10008.1.2.4.90"), ""),
    ("dicom rle", lambda d: _xray(d, "1.2.840.10008.1.2.5"), ""),
]
IDS = [row[0] for row in ROWS]
TARGETS = {name: target for name, _, target in ROWS}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: make(tmp_path_factory.mktemp("whole")) for name, make, _ in ROWS}


def use(path: Path) -> None:
    """What a check would ask of a recording: every episode, every picture."""
    for episode in open_recording(path):
        for video in episode.videos.values():
            ledger_of(video)
            list(frames(video))


def tried(path: Path) -> bool:
    """True if it opens. No other error than ours, no long wait."""
    start = time.monotonic()
    opens = False
    with contextlib.suppress(RecordingError):
        use(path)
        opens = True
    assert time.monotonic() - start < LIMIT_S
    return opens


def cut_between_payloads(name: str) -> bool:
    """GPMF has no end: what is cut between two payloads is a shorter recording."""
    return name == "gpmf"


def copied(whole: Path, folder: Path, target: str) -> tuple[Path, Path]:
    """A copy of the recording, and its file to damage."""
    path = folder / whole.name
    shutil.copytree(whole, path) if whole.is_dir() else shutil.copy(whole, path)
    return path, path / target if target else path


@pytest.mark.parametrize(("name", "target"), [(n, t) for n, _, t in ROWS], ids=IDS)
def test_whole_file_opens(made: dict[str, Path], name: str, target: str) -> None:
    assert tried(made[name])


@pytest.mark.parametrize(("name", "target"), [(n, t) for n, _, t in ROWS], ids=IDS)
def test_cut_at_every_twentieth(made: dict[str, Path], tmp_path: Path, name: str, target: str) -> None:
    path, file = copied(made[name], tmp_path, target)
    raw = file.read_bytes()
    for twentieth in range(20):
        file.write_bytes(raw[: len(raw) * twentieth // 20])
        opens = tried(path)
        assert not opens or file.suffix in WORDS or cut_between_payloads(name), f"opened with {twentieth} twentieths"


@pytest.mark.parametrize(("name", "target"), [(n, t) for n, _, t in ROWS], ids=IDS)
def test_one_flipped_byte_at_200_places(made: dict[str, Path], tmp_path: Path, name: str, target: str) -> None:
    path, file = copied(made[name], tmp_path, target)
    raw = file.read_bytes()
    before = memory_mb("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew: other tests of this process had theirs
    for place in np.linspace(0, len(raw) - 1, 200).astype(int):
        file.write_bytes(raw[:place] + bytes([raw[place] ^ 0x5A]) + raw[place + 1 :])
        tried(path)
    assert memory_mb("VmHWM") - before < LIMIT_MB


def memory_mb(line: str) -> int:
    """A figure of this process: VmRSS what it holds, VmHWM the most it held."""
    found = re.search(rf"{line}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found
    return int(found[1]) // 1024


@pytest.mark.parametrize("name", IDS)
def test_wrong_extension(made: dict[str, Path], tmp_path: Path, name: str) -> None:
    whole = made[name]
    for suffix in SUFFIXES:
        if not whole.is_dir() and suffix != whole.suffix:
            shutil.copy(whole, tmp_path / f"wrong{suffix}")
            tried(tmp_path / f"wrong{suffix}")
            (tmp_path / f"wrong{suffix}").unlink()


@pytest.mark.parametrize("name", IDS)
def test_any_bytes_under_the_right_name(
    made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    fuzz(made[name], tmp_path_factory.mktemp("fuzz"), name, 25)


@pytest.mark.slow
@pytest.mark.parametrize("name", IDS)
def test_any_bytes_under_the_right_name_for_long(
    made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    fuzz(made[name], tmp_path_factory.mktemp("fuzz"), name, 1500)


def fuzz(whole: Path, folder: Path, name: str, examples: int) -> None:
    """Damage the recording's file at random places and use it."""
    path, file = copied(whole, folder, TARGETS[name])
    raw = file.read_bytes()

    @settings(max_examples=examples, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def damaged(data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(raw) - 1))
        length = data.draw(st.integers(0, 40))
        put = data.draw(st.binary(max_size=40) | st.sampled_from([b"\xff" * 4, b"\xff" * 8, b"\0" * 16, b"\x7f" * 8]))
        file.write_bytes(raw[:place] + put + raw[place + length :])
        tried(path)

    damaged()


@pytest.mark.parametrize("name", IDS)
def test_links_do_not_lead_out_of_a_folder(made: dict[str, Path], tmp_path: Path, name: str) -> None:
    target = TARGETS[name]
    if not target:
        pytest.skip("one file, given by name")
    path, file = copied(made[name], tmp_path, target)
    shutil.move(file, tmp_path / "secret")
    file.symlink_to(tmp_path / "secret")
    assert not tried(path)


# --- what asks for memory: opened in a process of its own, whose peak is measured


def _parquet(root: Path, table: Any) -> Path:
    write_lerobot_v30(root, [6])
    pq.write_table(table, root / "data/chunk-000/file-000.parquet")
    return root


def _zeros(folder: Path) -> Path:
    nothing = pa.array(np.zeros(1_000_000, np.int64))
    return _parquet(folder / "set", pa.table({f"c{n}": nothing for n in range(40)} | {"episode_index": nothing}))


def _one_long_text(folder: Path) -> Path:
    text = pa.DictionaryArray.from_arrays(pa.array(np.zeros(1_000_000, np.int32)), pa.array(["x" * 900_000]))
    return _parquet(folder / "set", pa.table({"episode_index": np.zeros(1_000_000, int), "task": text}))


_PLAIN = [Column(name, INT64, 1) for name in ("episode_index", "frame_index", "index", "task_index")]


def _written(folder: Path, *columns: Column, rows: int = 1) -> Path:
    """A v3.0 set whose data file has these columns."""
    root = write_lerobot_v30(folder / "set", [6])
    kept = [replace(column, values=rows) for column in _PLAIN if column.name not in {c.name for c in columns}]
    write_parquet(root / "data/chunk-000/file-000.parquet", [*kept, *columns], rows)
    return root


def _zipped_zeros(size: int) -> tuple[int, bytes, int]:
    """A codec's number, and the page that becomes ``size`` zeros."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as out:
        for _ in range(size >> 24):
            out.write(bytes(1 << 24))
    return ZSTD, sink.getvalue().to_pybytes(), size


def _rows_of_nothing(folder: Path) -> Path:
    """Each row is an empty text; the dictionary also has one of 32 MB, which no row says."""
    rows = 20_000_000
    words = Column("words", BYTE_ARRAY, rows, text(b""), more=(text(bytes(32 << 20)),))
    return _written(folder, words, rows=rows)


def _one_picture(folder: Path) -> Path:
    """Three hundred rows that are one PNG of 3.5 MB."""
    root = add_pictures(write_lerobot_v21(folder / "set", [6]))
    path = root / "data/chunk-000/episode_000000.parquet"
    table = pq.read_table(path)
    name = table.column_names[-1]
    picture = table[name][0].as_py()["bytes"] + bytes(3_500_000)
    data = pa.DictionaryArray.from_arrays(pa.array(np.zeros(PICTURES, np.int32)), pa.array([picture]))
    pictures = pa.StructArray.from_arrays([data, pa.nulls(PICTURES, pa.string())], ["bytes", "path"])
    columns = {field: pa.array(np.zeros(PICTURES), table.schema.field(field).type) for field in _SCALARS}
    pq.write_table(pa.table({**columns, name: pictures}), path, dictionary_pagesize_limit=8 << 20)
    return root


PICTURES = 300
_SCALARS = ("timestamp", "frame_index", "episode_index", "index", "task_index")


def _tasks_and(folder: Path, rows: int) -> Path:
    root = write_lerobot_v30(folder / "set", [6])
    columns = [Column("task_index", INT64, rows), Column("task", BYTE_ARRAY, rows, text(b""))]
    write_parquet(root / "meta/tasks.parquet", columns, rows)
    return root


def _statistics(folder: Path, *, rows: int, values: int) -> Path:
    """A table of episodes with a list of numbers in its one row, or with many rows of them."""
    root = write_lerobot_v30(folder / "set", [6])
    table = pq.read_table(root / V30_EPISODES).slice(0, 1)
    plain = [Column(name, INT64, rows) for name in table.column_names if table[name].type == pa.int64()]
    plain += [Column(name, DOUBLE, rows) for name in table.column_names if name.endswith("_timestamp")]
    wide = Column("stats/action/mean", DOUBLE, values, listed=rows == 1)
    write_parquet(root / V30_EPISODES, [*(c for c in plain if c.name != "length"), Column("length", INT64, rows), wide],
                  rows)  # fmt: skip
    return root


def _index(folder: Path, box: bytes, body: bytes) -> Path:
    """An MP4 with another sample table box."""
    path = write_coded(folder / "a.mp4", "libx264", GREY)
    raw = path.read_bytes()
    at = raw.index(box) - 4
    size = struct.unpack_from(">I", raw, at)[0]
    path.write_bytes(raw[: at + 8] + body.ljust(size - 8, b"\0")[: size - 8] + raw[at + size :])
    return path


def _hdf5(folder: Path, shape: tuple[int, ...], chunks: tuple[int, ...] | None) -> Path:
    import h5py

    path = _aloha(folder)
    with h5py.File(path, "a") as file:
        file.create_dataset(
            "observations/images/wrist",
            shape=shape,
            dtype=np.uint8,
            chunks=chunks,
            compression="gzip" if chunks else None,
        )
    return path


def _npy(folder: Path) -> Path:
    root = write_pairs(folder / "set")
    head = b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 3), }\n"
    (root / "IMU_gyro_value.npy").write_bytes(b"\x93NUMPY\x01\x00" + len(head).to_bytes(2, "little") + head)
    return root


def _sparse(path: Path, size: int, head: bytes = b"") -> Path:
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def _jsonl(folder: Path) -> Path:
    root = write_capture(folder / "set")
    line = '{"t_ns": 1, "sensor": "s", "values": [' + ",".join(["1"] * 4000) + "]}\n"
    with (root / "clip.jsonl").open("a") as file:
        for _ in range(10_000):
            file.write(line)
    return root


def _bomb_png(folder: Path) -> Path:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 0, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(1 << 20))), chunk(b"IEND", b""))
    (folder / "a.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return folder / "a.png"


def _deep_json(folder: Path) -> Path:
    root = write_coco(folder / "set")
    (root / "annotations/instances_train.json").write_text('{"images": [], "annotations": ' + "[" * 3_000_000)
    return root


def _many_annotations(folder: Path) -> Path:
    root = write_coco(folder / "set")
    sheet = root / "annotations/instances_train.json"
    rows = '{"image_id":10,"category_id":3},' * 1_500_000
    sheet.write_text(sheet.read_text().replace('"annotations": [', '"annotations": [' + rows))
    return root


GREEDY: list[tuple[str, Make, bool]] = [
    ("parquet of zeros, 320 MB unpacked", _zeros, False),
    ("parquet that says one text a million times", _one_long_text, False),
    ("parquet page of 10^9 values a row, 12 in the footer",
     lambda d: _written(d, Column("action", FLOAT, 10**9, bytes(4), listed=True, declared=12)), False),
    ("parquet page v2 of 10^9 values a row",
     lambda d: _written(d, Column("action", FLOAT, 10**9, bytes(4), listed=True, declared=12, second=True)), False),
    ("parquet page behind the footer's count",
     lambda d: _written(d, Column("action", FLOAT, 60_000_000, bytes(4), listed=True, again=True)), False),
    ("parquet row of 64 million numbers, as its footer says",
     lambda d: _written(d, Column("action", FLOAT, 64_000_000, bytes(4), listed=True)), False),
    ("parquet row of 250 million bits",
     lambda d: _written(d, Column("action", BOOLEAN, 250_000_000, listed=True)), False),
    ("parquet row of a million texts of 900 KB",
     lambda d: _written(d, Column("words", BYTE_ARRAY, 10**6, text(b"x" * 900_000), listed=True)), False),
    ("parquet page of 4 GB of zeros",
     lambda d: _written(d, Column("action", FLOAT, 12, bytes(4), listed=True, packed=_zipped_zeros(4 << 30))), False),
    ("parquet of 20 million empty texts", _rows_of_nothing, False),
    ("parquet that says one picture 300 times, 1 GB", _one_picture, True),
    ("LeRobot of 20 million tasks", lambda d: _tasks_and(d, 20_000_000), False),
    ("LeRobot of 30 million statistics", lambda d: _statistics(d, rows=1, values=30_000_000), False),
    ("LeRobot of 900,000 episodes", lambda d: _statistics(d, rows=900_000, values=900_000), False),
    ("MP4 of 170 million samples", lambda d: _index(d, b"stsz", struct.pack(">III", 0, 1, 170_000_000)), False),
    ("MP4 of 10^9 samples a chunk", lambda d: _index(d, b"stsc", struct.pack(">IIIII", 0, 1, 1, 10**9, 1)), True),
    ("MP4 of frames days long", lambda d: _index(d, b"stts", struct.pack(">IIII", 0, 1, 4, 2**31 - 1)), True),
    ("MP4 of 8 GB of nothing", lambda d: _sparse(d / "a.mp4", 8 << 30, b"\0\0\0\x10ftypisom\0\0\0\0"), False),
    ("HDF5 of 10^9 pictures", lambda d: _hdf5(d, (10**9, 6, 8, 3), None), False),
    ("HDF5 of one chunk of 3 GB", lambda d: _hdf5(d, (1000, 1000, 1000, 3), (1000, 1000, 1000, 3)), False),
    ("npy of 10^9 rows", _npy, False),
    ("JSONL of 40 million values", _jsonl, False),
    ("GPMF of 1 GB", lambda d: _sparse(d / "a.raw", 1 << 30, b"DEVC\0\1\xff\xff"), False),
    ("PNG of 3.6 gigapixels", _bomb_png, False),
    ("JSON three million deep", _deep_json, False),
    ("COCO of 1.5 million labels", _many_annotations, False),
    ("DICOM of 60000 x 60000", lambda d: write_dicom(d / "a.dcm", TINY, Rows=60000, Columns=60000), False),
    ("picture of 300 MB", lambda d: _sparse(d / "a.jpg", 300 << 20, b"\xff\xd8\xff"), False),
]  # fmt: skip
_PROBE = """
import re, sys, time
from pathlib import Path
from headwater.formats import RecordingError, frames, ledger_of, open_recording
start, said = time.process_time(), "opened"
try:
    for episode in open_recording(Path(sys.argv[1])):
        for video in episode.videos.values():
            ledger_of(video)
            list(frames(video))
except RecordingError as error:
    said = type(error).__name__
peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]  # maxrss is the parent's too
print(said, round(time.process_time() - start, 2), int(peak) // 1024)
"""


@pytest.mark.parametrize(("make", "opens"), [pytest.param(make, opens, id=name) for name, make, opens in GREEDY])
def test_what_asks_for_memory_does_not_get_it(tmp_path: Path, make: Make, *, opens: bool) -> None:
    path = make(tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", _PROBE, str(path)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr[-800:]
    said, seconds, megabytes = done.stdout.split()
    assert (said == "opened") == opens, said
    assert float(seconds) < LIMIT_S
    assert int(megabytes) < LIMIT_MB
