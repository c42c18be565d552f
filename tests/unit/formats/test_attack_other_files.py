"""A recording is a stranger's: opened on an operator's machine it must not make any library open another file.

Each attack is a valid file of its format whose own rules lead elsewhere. What the kernel saw opened is asserted, not
only what came back.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import sqlite3
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest

from headwater.formats import (
    DamagedFileError,
    MissingFileError,
    RecordingError,
    TooLargeError,
    UnknownFormatError,
    UnsafePathError,
    frames,
    open_recording,
)
from headwater.testing.logs import write_bag2_run
from headwater.testing.opened_files import opens_of
from headwater.testing.recordings import CAMERA, write_lerobot_v21, write_lerobot_v30, write_video
from headwater.testing.rlds import write_rlds

ROWS = 12


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    """A file of the operator: HDF5, so that following a link to it would give values."""
    path = tmp_path / "operator" / "secret"
    path.parent.mkdir()
    with h5py.File(path, "w") as file:
        file["x"] = np.arange(2.0 * ROWS).reshape(ROWS, 2)
        file["pictures"] = np.zeros((ROWS, 6, 8, 3), np.uint8)
        file["group/qpos"] = np.zeros((ROWS, 2))
    return path


def use(path: Path) -> None:
    for episode in open_recording(path):
        for video in episode.videos.values():
            list(frames(video))


def test_the_watch_sees_what_a_library_opens(secret: Path) -> None:
    with opens_of(secret) as opened:
        pass
    assert opened == []
    with opens_of(secret) as opened, h5py.File(secret):
        pass
    assert opened


# --- HDF5

Plant = Callable[[Any, str, Path], None]


def external_link(file: Any, name: str, secret: Path) -> None:
    file[name] = h5py.ExternalLink(str(secret), "/pictures" if "image" in name else "/x")


def external_group(file: Any, name: str, secret: Path) -> None:
    file[name.rsplit("/", 1)[0] + "/more"] = h5py.ExternalLink(str(secret), "/group")


def soft_link_over_external(file: Any, name: str, secret: Path) -> None:
    file["elsewhere"] = h5py.ExternalLink(str(secret), "/")
    file[name] = h5py.SoftLink("/elsewhere/x")


def soft_link(file: Any, name: str, secret: Path) -> None:
    file[name] = h5py.SoftLink("/nowhere")


def external_storage(file: Any, name: str, secret: Path) -> None:
    file.create_dataset(name, shape=(ROWS, 2), dtype="f8", external=[(str(secret), 0, 16 * ROWS)])


def virtual_dataset(file: Any, name: str, secret: Path) -> None:
    layout = h5py.VirtualLayout((ROWS, 2), "f8")
    layout[:] = h5py.VirtualSource(str(secret), "x", (ROWS, 2))
    file.create_virtual_dataset(name, layout)


def virtual_over_its_own_link(file: Any, name: str, secret: Path) -> None:
    file["elsewhere"] = h5py.ExternalLink(str(secret), "/")
    layout = h5py.VirtualLayout((ROWS, 2), "f8")
    layout[:] = h5py.VirtualSource(".", "elsewhere/x", (ROWS, 2))
    file.create_virtual_dataset(name, layout)


PLANTS = [
    external_link, external_group, soft_link_over_external, soft_link, external_storage, virtual_dataset,
    virtual_over_its_own_link,
]  # fmt: skip
ALOHA_PLACES = ["action", "observations/qpos", "observations/images/top", "compress_len", "never/looked/at"]
DEMO_PLACES = ["data/demo_0/actions", "data/demo_0/obs/agentview_image", "data/demo_0/obs/eef", "mask/train"]


def aloha(path: Path, plant: Plant | None, place: str, secret: Path) -> Path:
    with h5py.File(path, "w") as file:
        for name in ("action", "observations/qvel"):
            if name != place:
                file[name] = np.zeros((ROWS, 2))
        file["observations"].require_group("images")
        if plant is not None:
            plant(file, place, secret)
    return path


def robomimic(path: Path, plant: Plant, place: str, secret: Path) -> Path:
    with h5py.File(path, "w") as file:
        for name in ("data/demo_0/actions", "data/demo_0/obs/joint"):
            if name != place:
                file[name] = np.zeros((ROWS, 2))
        plant(file, place, secret)
    return path


@pytest.mark.parametrize("plant", PLANTS, ids=lambda p: p.__name__)
@pytest.mark.parametrize("place", ALOHA_PLACES + DEMO_PLACES)
def test_attack_hdf5_that_reads_another_file(tmp_path: Path, secret: Path, plant: Plant, place: str) -> None:
    make = robomimic if place in DEMO_PLACES else aloha
    path = make(tmp_path / "episode.hdf5", plant, place, secret)
    with opens_of(secret) as opened, pytest.raises(UnsafePathError) as caught:
        use(path)
    assert opened == []
    assert caught.value.file == path
    assert caught.value.field
    assert caught.value.fix


def test_attack_hdf5_would_have_worked(tmp_path: Path, secret: Path) -> None:
    """The plants are real: h5py by itself opens the secret for them."""
    for plant in (external_link, soft_link_over_external, external_storage, virtual_dataset):
        path = aloha(tmp_path / f"{plant.__name__}.hdf5", plant, "observations/qpos", secret)
        with opens_of(secret) as opened, h5py.File(path) as file:
            np.asarray(file["observations/qpos"])
        assert opened, plant.__name__


def test_attack_hdf5_reference_in_an_attribute_is_not_followed(tmp_path: Path, secret: Path) -> None:
    path = aloha(tmp_path / "episode.hdf5", None, "", secret)
    with h5py.File(path, "a") as file:
        file.attrs["sim"] = file["action"].ref
        file.attrs["region"] = file["action"].regionref[:3]
    with opens_of(secret) as opened:
        use(path)
    assert opened == []


def test_hard_links_in_a_circle_end(tmp_path: Path, secret: Path) -> None:
    path = aloha(tmp_path / "episode.hdf5", None, "", secret)
    with h5py.File(path, "a") as file:
        file["observations/again"] = file["/"]
    assert open_recording(path)[0].length == ROWS


@pytest.mark.parametrize(
    ("name", "shape", "chunks"), [("action", (10**9, 2), None), ("observations/qpos", (3, 10**9), (1, 10**9))]
)
def test_attack_hdf5_that_declares_more_than_it_holds(
    tmp_path: Path, secret: Path, name: str, shape: tuple[int, int], chunks: tuple[int, int] | None
) -> None:
    path = aloha(tmp_path / "episode.hdf5", None, name, secret)
    with h5py.File(path, "a") as file:
        file.create_dataset(name, shape=shape, dtype="f8", chunks=chunks)
    with pytest.raises(TooLargeError, match=name):
        use(path)


# --- ROS 2 bags


def bag(folder: Path) -> tuple[Path, Path]:
    root = write_bag2_run(folder / "run", 8)
    return root, root / "run.db3"


@pytest.mark.parametrize("name", ["../operator/secret", "{secret}", "sub/../../operator/secret", "..\\\\secret"])
def test_attack_bag_metadata_names_another_file(tmp_path: Path, secret: Path, name: str) -> None:
    root, base = bag(tmp_path)
    sheet = root / "metadata.yaml"
    sheet.write_text(sheet.read_text().replace(base.name, name.format(secret=secret)))
    with opens_of(secret) as opened, pytest.raises((UnsafePathError, MissingFileError)):
        use(root)
    assert opened == []


@pytest.mark.parametrize(
    "sql",
    [
        "ALTER TABLE messages RENAME TO m; CREATE VIRTUAL TABLE messages USING fts5(topic_id, timestamp, data)",
        "ALTER TABLE messages RENAME TO m; CREATE VIEW messages AS SELECT * FROM m",
        "DROP TABLE topics; CREATE TABLE topics(id, name, type, serialization_format AS(hex(zeroblob(100000000))))",
        "CREATE VIEW message_definitions AS SELECT 1",
    ],
)
def test_attack_bag_whose_tables_are_programs(tmp_path: Path, sql: str) -> None:
    root, base = bag(tmp_path)
    with contextlib.closing(sqlite3.connect(base)) as file:
        if "message_definitions" in sql:
            file.execute("DROP TABLE IF EXISTS message_definitions")
        file.executescript(sql)
        file.commit()
    with pytest.raises(DamagedFileError, match="plain table"):
        use(root)


def test_attack_bag_with_a_journal_that_names_another_file(tmp_path: Path, secret: Path) -> None:
    """A hot journal may name a super-journal, which SQLite opens; and SQLite would roll it back into the recording."""
    root, base = bag(tmp_path)
    name = str(secret).encode()
    tail = name + struct.pack(">II", len(name), sum(name)) + bytes.fromhex("d9d505f920a163d7")
    header = bytes.fromhex("d9d505f920a163d7") + struct.pack(">5I", 0, 0, 2, 512, 4096)
    base.with_name(base.name + "-journal").write_bytes(header.ljust(512, b"\0") + tail)
    before = base.read_bytes()
    with opens_of(secret) as opened:
        use(root)
    assert opened == []
    assert base.read_bytes() == before


# --- MP4


def boxed(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), kind) + body


def replaced(raw: bytes, path: tuple[bytes, ...], change: Callable[[bytes], bytes]) -> bytes:
    """The boxes with the first one at ``path`` changed; sizes above it follow. ``moov`` must be last."""
    out, place, done = b"", 0, False
    while place < len(raw):
        size, kind = struct.unpack_from(">I4s", raw, place)
        body = raw[place + 8 : place + size]
        if kind == path[0] and not done:
            body, done = (change(body) if len(path) == 1 else replaced(body, path[1:], change)), True
        out += boxed(kind, body)
        place += size
    return out


TABLE = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
DREF = (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref")


def spoiled(folder: Path, path: tuple[bytes, ...], change: Callable[[bytes], bytes]) -> Path:
    """A folder with a video, its sensors and a changed box."""
    clip = folder / "set" / "clip.mp4"
    write_video(clip, range(6))
    clip.write_bytes(replaced(clip.read_bytes(), path, change))
    (folder / "set" / "imu.csv").write_text("t_s,sensor,x,y,z,unit\n0.0,gyro,1,2,3,rad/s\n")
    return folder / "set"


@pytest.mark.parametrize("kind", [b"url ", b"urn ", b"alis", b"rsrc"])
def test_attack_video_with_its_data_in_another_file(tmp_path: Path, secret: Path, kind: bytes) -> None:
    entry = boxed(kind, struct.pack(">I", 0) + b"file://" + str(secret).encode() + b"\0")
    root = spoiled(tmp_path, DREF, lambda _: struct.pack(">II", 0, 1) + entry)
    with opens_of(secret) as opened, pytest.raises(UnsafePathError, match="dref") as caught:
        use(root)
    assert opened == []
    assert caught.value.file == root / "clip.mp4"


PLAYLISTS = {
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{secret}\n#EXT-X-ENDLIST\n",
    "concat": "ffconcat version 1.0\nfile '{secret}'\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
    "dash": '<?xml version="1.0"?><MPD><Period><BaseURL>file://{secret}</BaseURL></Period></MPD>',
    "image list": "{secret}\n",
}


@pytest.mark.parametrize("name", PLAYLISTS)
@pytest.mark.parametrize("mask", [b"", struct.pack(">I4s", 8, b"ftyp"), struct.pack(">I4s", 8, b"free")])
def test_attack_playlist_under_the_name_of_a_video(tmp_path: Path, secret: Path, name: str, mask: bytes) -> None:
    root = tmp_path / "set"
    root.mkdir()
    (root / "clip.mp4").write_bytes(mask + PLAYLISTS[name].format(secret=secret).encode())
    (root / "imu.csv").write_text("t_s,sensor,x,y,z,unit\n0.0,gyro,1,2,3,rad/s\n")
    for path in (root, root / "clip.mp4"):
        with opens_of(secret) as opened, pytest.raises(RecordingError):
            use(path)
        assert opened == []


def test_attack_video_whose_index_declares_samples_it_cannot_hold(tmp_path: Path) -> None:
    sizes = struct.pack(">III", 0, 1, 170_000_000)
    with pytest.raises(TooLargeError, match="stsz"):
        use(spoiled(tmp_path, (*TABLE, b"stsz"), lambda _: sizes))


def test_attack_sound_whose_chunks_declare_samples_it_cannot_hold(tmp_path: Path) -> None:
    """PCM is indexed by chunk: no number of samples bounds it."""
    chunks = 400_000
    table = boxed(b"stts", struct.pack(">IIII", 0, 1, 1, 1)) + boxed(b"stsc", struct.pack(">IIIII", 0, 1, 1, 10**6, 1))
    table += boxed(b"stco", struct.pack(">II", 0, chunks))
    media = boxed(b"hdlr", bytes(8) + b"soun" + bytes(13)) + boxed(b"minf", boxed(b"stbl", table))
    with pytest.raises(TooLargeError, match="400000 chunks"):
        use(spoiled(tmp_path, (b"moov",), lambda body: body + boxed(b"trak", boxed(b"mdia", media))))


def test_attack_video_with_a_thousand_edits(tmp_path: Path) -> None:
    edits = struct.pack(">II", 0, 2_000_000) + struct.pack(">iii", 1000, 0, 65536)
    with pytest.raises(TooLargeError, match="elst"):
        use(spoiled(tmp_path, (b"moov", b"trak", b"edts", b"elst"), lambda _: edits))


def test_attack_video_in_fragments_that_declare_a_billion_samples(tmp_path: Path) -> None:
    run = boxed(b"trun", struct.pack(">II", 0, 10**9))
    root = spoiled(tmp_path, (b"moov",), lambda body: body)
    with (root / "clip.mp4").open("ab") as file:
        file.write(boxed(b"moof", boxed(b"traf", run)))
    with pytest.raises(TooLargeError, match="trun"):
        use(root)


def test_attack_video_with_a_compressed_index(tmp_path: Path) -> None:
    with pytest.raises(DamagedFileError, match="compressed"):
        use(spoiled(tmp_path, (b"moov",), lambda body: boxed(b"cmov", boxed(b"dcom", b"zlib"))))


# --- folders


@pytest.mark.parametrize("whole", [False, True], ids=["a file", "a folder"])
@pytest.mark.parametrize(
    ("make", "link"),
    [
        (lambda d: write_lerobot_v21(d / "set", [6]), "data/chunk-000/episode_000000.parquet"),
        (lambda d: write_lerobot_v21(d / "set", [6]), "meta/info.json"),
        (lambda d: write_lerobot_v21(d / "set", [6]), "meta/tasks.jsonl"),
        (lambda d: write_lerobot_v30(d / "set", [6]), f"videos/{CAMERA}/chunk-000/file-000.mp4"),
        (lambda d: write_lerobot_v30(d / "set", [6]), "meta/tasks.parquet"),
        (lambda d: write_bag2_run(d / "set", 8), "metadata.yaml"),
        (lambda d: write_bag2_run(d / "set", 8), "set.db3"),
        (write_rlds, "features.json"),
        (write_rlds, "dataset_info.json"),
        (lambda d: spoiled(d, (b"moov",), lambda body: body), "imu.csv"),
        (lambda d: spoiled(d, (b"moov",), lambda body: body), "clip.mp4"),
    ],
)
def test_attack_link_out_of_a_folder(tmp_path: Path, make: Callable[[Path], Path], link: str, *, whole: bool) -> None:
    root = make(tmp_path)
    spot = (root / link).parent if whole and "/" in link else root / link
    outside = tmp_path / "operator"
    shutil.move(spot, outside)
    spot.symlink_to(outside)
    watched = outside if outside.is_file() else next(p for p in sorted(outside.rglob("*")) if p.is_file())
    with opens_of(watched) as opened, pytest.raises(UnsafePathError, match="symbolic link"):
        use(root)
    assert opened == []


def test_attack_sidecar_that_is_a_link(tmp_path: Path) -> None:
    """Given the video alone, its folder is not searched for links, but what is read beside it is looked at."""
    root = spoiled(tmp_path, (b"moov",), lambda body: body)
    outside = tmp_path / "imu.csv"
    shutil.move(root / "imu.csv", outside)
    (root / "imu.csv").symlink_to(outside)
    with opens_of(outside) as opened, pytest.raises(UnsafePathError):
        use(root / "clip.mp4")
    assert opened == []


def test_attack_shard_beside_a_linked_description(tmp_path: Path) -> None:
    home = write_rlds(tmp_path)
    outside = tmp_path / "secret.json"
    shutil.move(home / "features.json", outside)
    (home / "features.json").symlink_to(outside)
    shard = next(home.glob("*.tfrecord*"))
    with opens_of(outside) as opened, pytest.raises(UnsafePathError):
        use(shard)
    assert opened == []


def test_links_that_stay_inside_are_followed(tmp_path: Path) -> None:
    root = write_lerobot_v21(tmp_path / "set", [6])
    data = root / "data/chunk-000/episode_000000.parquet"
    shutil.move(data, root / "data/real.parquet")
    data.symlink_to("../real.parquet")
    assert open_recording(root)[0].length == 6
    assert json.loads((root / "meta/info.json").read_text())["total_episodes"] == 1


def test_nothing_is_read_of_a_folder_no_reader_knows(tmp_path: Path, secret: Path) -> None:
    (tmp_path / "set").mkdir()
    shutil.copy(secret, tmp_path / "set/notes.txt")
    with opens_of(tmp_path / "set/notes.txt") as opened, pytest.raises(UnknownFormatError):
        open_recording(tmp_path / "set")
    assert opened == []
