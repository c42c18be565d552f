"""What must not open, one damage a line. Each must name the file at fault and how to fix it; none may surface
as an error of pyarrow, FFmpeg or Python, and none may read outside the recording."""

from __future__ import annotations

import contextlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.formats import (
    DamagedFileError,
    EmptyRecordingError,
    MetadataError,
    MissingFileError,
    RecordingError,
    TooLargeError,
    UnfinishedRecordingError,
    UnknownFormatError,
    UnsafePathError,
    frames,
    open_recording,
)
from headwater.testing.recordings import CAMERA, write_lerobot_v21, write_lerobot_v30

Damage = Callable[[Path], None]
V21_DATA = "data/chunk-000/episode_000000.parquet"
V21_VIDEO = f"videos/chunk-000/{CAMERA}/episode_000000.mp4"
V30_DATA = "data/chunk-000/file-000.parquet"
V30_VIDEO = f"videos/{CAMERA}/chunk-000/file-000.mp4"
FROM = f"videos/{CAMERA}/from_timestamp"
V30_EPISODES = "meta/episodes/chunk-000/file-000.parquet"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    write_lerobot_v21(folder / "v21", [12, 14])
    write_lerobot_v30(folder / "v30", [12, 14])
    return folder


def remove(relative: str) -> Damage:
    def damage(root: Path) -> None:
        path = root / relative
        shutil.rmtree(path) if path.is_dir() else path.unlink()

    return damage


def cut(relative: str, keep: float) -> Damage:
    def damage(root: Path) -> None:
        raw = (root / relative).read_bytes()
        (root / relative).write_bytes(raw[: int(len(raw) * keep)])

    return damage


def write(relative: str, raw: bytes) -> Damage:
    def damage(root: Path) -> None:
        (root / relative).write_bytes(raw)

    return damage


def episodes(line: bytes) -> Damage:
    return write("meta/episodes.jsonl", line)


def info(**changes: Any) -> Damage:
    def damage(root: Path) -> None:
        path = root / "meta/info.json"
        value = json.loads(path.read_text()) | changes
        path.write_text(json.dumps({k: v for k, v in value.items() if v is not None}))

    return damage


def column(relative: str, name: str, values: list[Any]) -> Damage:
    def damage(root: Path) -> None:
        table = pq.read_table(root / relative)
        padded = (values + [values[-1]] * table.num_rows)[: table.num_rows]
        pq.write_table(table.set_column(table.column_names.index(name), name, pa.array(padded)), root / relative)

    return damage


def drop(relative: str, name: str) -> Damage:
    return lambda root: pq.write_table(pq.read_table(root / relative).drop_columns([name]), root / relative)


def lying_rows(relative: str, declared: int) -> Damage:
    """Rewrite the footer's row counts (zigzag varints in thrift compact) to claim more rows than there are."""

    def varint(value: int) -> bytes:
        out = bytearray()
        value <<= 1
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        return bytes([*out, value])

    def damage(root: Path) -> None:
        path = root / relative
        raw = path.read_bytes()
        rows = pq.ParquetFile(path).metadata.num_rows
        length = int.from_bytes(raw[-8:-4], "little")
        body, footer = raw[: -8 - length], raw[-8 - length : -8]
        # FileMetaData.num_rows follows the schema list; field header 0x16 is "next field, i64"
        assert b"\x16" + varint(rows) in footer
        footer = footer.replace(b"\x16" + varint(rows), b"\x16" + varint(declared))
        path.write_bytes(body + footer + len(footer).to_bytes(4, "little") + b"PAR1")

    return damage


def link_outside(relative: str) -> Damage:
    def damage(root: Path) -> None:
        secret = root.parent / f"{root.name}-secret"
        shutil.move(root / relative, secret)
        (root / relative).symlink_to(secret)

    return damage


def playlist(relative: str) -> Damage:
    """FFmpeg guesses formats by content: a playlist would make it open files and hosts of the attacker's choice."""
    text = b"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile:///etc/hostname\n#EXT-X-ENDLIST\n"
    return write(relative, text)


# set, damage, error, the file or field the message must name
TABLE: list[tuple[str, str, Damage, type[RecordingError], str]] = [
    ("v21", "info.json missing", remove("meta/info.json"), MissingFileError, "info.json"),
    ("v21", "info.json cut", cut("meta/info.json", 0.5), MetadataError, "info.json"),
    ("v21", "info.json a list", write("meta/info.json", b"[]"), MetadataError, "JSON object"),
    ("v21", "info.json empty", write("meta/info.json", b""), EmptyRecordingError, "info.json"),
    ("v21", "info.json nested too deep", write("meta/info.json", b"[" * 100_000), MetadataError, "info.json"),
    ("v21", "no version", info(codebase_version=None), MetadataError, "codebase_version"),
    ("v21", "version of the future", info(codebase_version="v9.9"), UnknownFormatError, "v9.9"),
    ("v21", "fps zero", info(fps=0), MetadataError, "fps"),
    ("v21", "fps infinite", info(fps=float("inf")), MetadataError, "fps"),
    ("v21", "fps a word", info(fps="fast"), MetadataError, "fps"),
    ("v21", "features a list", info(features=[]), MetadataError, "features"),
    ("v21", "feature without dtype", info(features={"action": {}}), MetadataError, "features.action.dtype"),
    ("v21", "chunks of zero", info(chunks_size=0), MetadataError, "chunks_size"),
    ("v21", "no data_path", info(data_path=None), MetadataError, "data_path"),
    ("v21", "episodes.jsonl missing", remove("meta/episodes.jsonl"), MissingFileError, "episodes.jsonl"),
    ("v21", "episodes.jsonl blank", write("meta/episodes.jsonl", b"\n"), EmptyRecordingError, "episodes.jsonl"),
    ("v21", "length a word", episodes(b'{"episode_index":0,"length":"x"}'), MetadataError, "1.length"),
    ("v21", "index huge", episodes(b'{"episode_index":1e300,"length":1}'), MetadataError, "episode_index"),
    ("v21", "data missing", remove(V21_DATA), MissingFileError, "episode_000000.parquet"),
    ("v21", "data cut: no footer", cut(V21_DATA, 0.6), UnfinishedRecordingError, "footer"),
    ("v21", "data not parquet", write(V21_DATA, b"hello" * 9), DamagedFileError, "not parquet"),
    ("v21", "data empty", write(V21_DATA, b""), EmptyRecordingError, "episode_000000.parquet"),
    ("v21", "ragged action", column(V21_DATA, "action", [[1.0], [1.0, 2.0]]), DamagedFileError, "action"),
    ("v21", "null action", column(V21_DATA, "action", [None, [1.0]]), DamagedFileError, "action"),
    ("v21", "null frame_index", column(V21_DATA, "frame_index", [None, 1]), DamagedFileError, "frame_index"),
    ("v21", "rows lie by one", lying_rows(V21_DATA, 13), RecordingError, "episode_000000.parquet"),
    ("v21", "10^9 rows declared", lying_rows(V21_DATA, 10**9), RecordingError, "episode_000000.parquet"),
    ("v21", "video missing", remove(V21_VIDEO), MissingFileError, "episode_000000.mp4"),
    ("v21", "video cut", cut(V21_VIDEO, 0.5), DamagedFileError, "episode_000000.mp4"),
    ("v21", "video cut by a byte", cut(V21_VIDEO, 0.9999), DamagedFileError, "episode_000000.mp4"),
    ("v21", "video empty", write(V21_VIDEO, b""), EmptyRecordingError, "episode_000000.mp4"),
    ("v21", "video is a playlist", playlist(V21_VIDEO), DamagedFileError, "not MP4"),
    ("v21", "video is text", write(V21_VIDEO, b"x" * 999), DamagedFileError, "not MP4"),
    ("v21", "path climbs out", info(data_path="../../{episode_index}.parquet"), UnsafePathError, ".."),
    ("v21", "path absolute", info(data_path="/etc/passwd"), UnsafePathError, "/etc/passwd"),
    ("v21", "template reads attributes", info(data_path="{episode_index.__class__}"), MetadataError, "data_path"),
    ("v21", "template allocates", info(data_path="{episode_index:0999999999d}"), MetadataError, "data_path"),
    ("v21", "template of another name", info(data_path="{secret}"), MetadataError, "{secret}"),
    ("v21", "camera climbs out", info(features={"../../../x": {"dtype": "video"}}), UnsafePathError, "../../../x"),
    ("v21", "feature is a hidden file", info(features={".x": {"dtype": "float32"}}), UnsafePathError, "'.x'"),
    ("v21", "path too long", info(data_path="x" * 300), MissingFileError, "File name too long"),
    ("v21", "fps next to nothing", info(fps=1e-9), MetadataError, "fps"),
    ("v21", "data linked outside", link_outside(V21_DATA), UnsafePathError, "symbolic link"),
    ("v21", "video linked outside", link_outside(V21_VIDEO), UnsafePathError, "symbolic link"),
    ("v30", "unfinalised: no episodes", remove("meta/episodes"), UnfinishedRecordingError, "meta/episodes"),
    ("v30", "unfinalised: no tasks", remove("meta/tasks.parquet"), UnfinishedRecordingError, "tasks.parquet"),
    ("v30", "unfinalised: data open", cut(V30_DATA, 0.6), UnfinishedRecordingError, "footer"),
    ("v30", "unfinalised: episodes open", cut(V30_EPISODES, 0.6), UnfinishedRecordingError, "footer"),
    ("v30", "no tasks column", drop("meta/tasks.parquet", "task"), MetadataError, "task"),
    ("v30", "no length column", drop(V30_EPISODES, "length"), MetadataError, "length"),
    ("v30", "no place for the camera", drop(V30_EPISODES, f"videos/{CAMERA}/file_index"), MetadataError, CAMERA),
    ("v30", "start not a number", column(V30_EPISODES, FROM, [float("nan")]), MetadataError, FROM),
    ("v30", "file index negative", column(V30_EPISODES, "data/file_index", [-1]), MetadataError, "file_index"),
    ("v30", "file index of no file", column(V30_EPISODES, "data/file_index", [7]), MissingFileError, "file-007"),
    ("v30", "rows of another episode", column(V30_DATA, "episode_index", [5]), EmptyRecordingError, "episode_index 0"),
    ("v30", "data missing", remove("data"), MissingFileError, "file-000.parquet"),
    ("v30", "video missing", remove("videos"), MissingFileError, "file-000.mp4"),
    ("v30", "video cut", cut(V30_VIDEO, 0.7), DamagedFileError, "file-000.mp4"),
    ("v30", "episodes linked outside", link_outside(V30_EPISODES), UnsafePathError, "symbolic link"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "damage", "error", "names"),
    [pytest.param(source, *rest, id=f"{source}: {name}") for source, name, *rest in TABLE],
)
def test_damage_is_named(
    whole: Path, tmp_path: Path, source: str, damage: Damage, error: type[RecordingError], names: str
) -> None:
    root = tmp_path / "set"
    shutil.copytree(whole / source, root)
    damage(root)
    with pytest.raises(error) as caught:
        use_first_episode(root)
    assert names in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.file.is_relative_to(root)


def use_first_episode(root: Path) -> None:
    for video in open_recording(root)[0].videos.values():
        list(frames(video))


def test_a_killed_recorder_is_told_everything_that_is_missing(whole: Path, tmp_path: Path) -> None:
    root = tmp_path / "set"
    shutil.copytree(whole / "v30", root)
    remove("meta/episodes")(root)
    cut(V30_DATA, 0.5)(root)
    with pytest.raises(UnfinishedRecordingError) as caught:
        open_recording(root)
    assert all(word in str(caught.value) for word in ("meta/episodes", f"without a footer: {V30_DATA}", "finalize"))


def test_random_damage_is_read_or_refused_but_never_a_foreign_error(whole: Path, tmp_path: Path) -> None:
    rng = random.Random(5)
    for relative in ("meta/info.json", V30_EPISODES, V30_DATA, V30_VIDEO):
        root = tmp_path / relative.replace("/", "-")
        shutil.copytree(whole / "v30", root)
        raw = (root / relative).read_bytes()
        for _ in range(60):
            damaged = bytearray(raw)
            for _ in range(rng.choice((1, 1, 2, 8))):
                damaged[rng.randrange(len(raw))] = rng.randrange(256)
            (root / relative).write_bytes(damaged)
            with contextlib.suppress(RecordingError):
                use_first_episode(root)


def test_every_truncation_of_a_video_is_a_damaged_file(whole: Path, tmp_path: Path) -> None:
    raw = (whole / "v21" / V21_VIDEO).read_bytes()
    root = tmp_path / "set"
    shutil.copytree(whole / "v21", root)
    for size in range(1, len(raw), max(1, len(raw) // 60)):
        (root / V21_VIDEO).write_bytes(raw[:size])
        with pytest.raises(DamagedFileError):
            open_recording(root)[0]


def test_flipped_bytes_never_surface_as_foreign_errors(whole: Path, tmp_path: Path) -> None:
    raw = (whole / "v21" / V21_DATA).read_bytes()
    root = tmp_path / "set"
    shutil.copytree(whole / "v21", root)
    for place in range(0, len(raw), max(1, len(raw) // 150)):
        (root / V21_DATA).write_bytes(raw[:place] + bytes([raw[place] ^ 0x5A]) + raw[place + 1 :])
        try:
            open_recording(root)[0]
        except RecordingError:
            continue


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="no such path"):
        open_recording(tmp_path / "nowhere")
    with pytest.raises(UnknownFormatError):
        open_recording(tmp_path)


def test_huge_declared_frame_is_refused_before_decoding(monkeypatch: pytest.MonkeyPatch, whole: Path) -> None:
    import headwater.formats.video as video_module

    monkeypatch.setattr(video_module, "MAX_PIXELS", 64 * 48 - 1)
    video_module._probe.cache_clear()
    with pytest.raises(TooLargeError, match="64x48"):
        video_module.probe(whole / "v21" / V21_VIDEO)
