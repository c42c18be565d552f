"""WebDataset shards, read back with tarfile and NumPy alone; ``tests/clients`` reads them with webdataset itself."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from headwater.export import ExportError, export_webdataset
from headwater.export.media.stills import frame_times_ns
from headwater.formats import Episode, Video, open_recording, packet_times
from headwater.testing.picture_digests import decoded, of_file
from headwater.testing.recordings import write_lerobot_v30
from headwater.testing.rich_episodes import DEPTH, GREY, PHOTOS, VIDEO, rich_episode

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"


def members(root: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    found = []
    for shard in json.loads((root / "index.json").read_text())["shardlist"]:
        with tarfile.open(root / shard["url"]) as tar:
            for member in tar:
                file = tar.extractfile(member)
                assert file is not None
                found.append((member, file.read()))
    return found


def sample(root: Path, key: str) -> dict[str, bytes]:
    return {m.name.removeprefix(f"{key}."): data for m, data in members(root) if m.name.startswith(f"{key}.")}


def array(data: bytes) -> Any:
    return np.load(io.BytesIO(data), allow_pickle=False)


def demand_same(source: Episode, found: dict[str, bytes], folder: Path) -> None:
    """Every number, time and picture of an episode."""
    about = json.loads(found["json"])
    for name, stream in source.streams.items():
        place = about["streams"][name]
        assert (place["unit"], place["kind"], place["axes"]) == (stream.unit, stream.kind, list(stream.axes))
        values = array(found[place["file"]])
        assert values.astype(stream.values.dtype).tobytes() == np.ascontiguousarray(stream.values).tobytes()
        np.testing.assert_array_equal(array(found[place["times"]]), stream.times_ns)
    for key, video in source.videos.items():
        place = about["cameras"][key]
        np.testing.assert_array_equal(array(found[place["times"]]), frame_times_ns(video))
        if video.stills is None:
            path = folder / "clip.mp4"
            path.write_bytes(found[place["files"][0]])
            assert decoded(replace(video, path=path, start_s=0.0, frames=None, shared=False)) == decoded(video)
        else:
            assert [of_file(found[name]) for name in place["files"]] == decoded(video)


@pytest.fixture(scope="module")
def written(rich: Episode, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("wds") / "set"
    report = export_webdataset([rich, rich], root)
    assert report.files == ("index.json", "train-000000.tar")
    assert (report.episodes, report.frames, report.copied, report.reencoded) == (2, 48, 4, ())
    return root


def test_every_number_time_and_picture_comes_back(rich: Episode, written: Path, tmp_path: Path) -> None:
    demand_same(rich, sample(written, "episode-000001"), tmp_path)


def test_everything_else_is_in_the_sample(rich: Episode, written: Path) -> None:
    found = sample(written, "episode-000000")
    about = json.loads(found["json"])
    assert (about["tasks"], about["fps"], about["task_texts"]) == (list(rich.tasks), "30", {"3": rich.tasks[0]})
    assert [a["category"] for a in about["annotations"]] == ["bug", "leaf", "blurred"]
    assert about["annotations"][0]["box"] == [1.5, 2.0, 3.25, 4.0]
    assert about["calibration"][VIDEO]["intrinsics"] == [50.0, 51.0, 32.0, 24.0]
    assert about["meta"] == {"firmware": "1.2", "shape": [1, 2], "odd": None}
    words = json.loads(found[about["texts"]["events"]["file"]])
    assert words == {"times_ns": [0, 5, 700_000_001], "texts": ["start", "", "grün"], "clock": "imu"}
    source = sounds(rich.audio["microphone"].path)
    kept = sounds(io.BytesIO(found[about["audio"]["microphone"]["file"]]))
    assert 0 < len(kept) < len(source)
    begins = next(n for n, one in enumerate(source) if one == kept[0])
    assert source[begins : begins + len(kept)] == kept


def sounds(file: Any) -> list[bytes]:
    with av.open(file) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


def test_names_survive_a_reader_that_lowers_them(rich: Episode, written: Path) -> None:
    names = list(sample(written, "episode-000000"))
    assert len({name.lower() for name in names}) == len(names)
    assert all(name == name.lower() and "/" not in name for name in names)
    assert {"count.npy", "count-2.npy", "imu.gyro.npy", "times.npy"} <= set(names)


def test_stored_pictures_keep_their_bytes(rich: Episode, written: Path) -> None:
    stills = rich.videos[PHOTOS].stills
    assert stills is not None
    found = sample(written, "episode-000000")
    for index in range(7):
        assert stills.encoded(index) == ("image/jpeg", found[f"photos.{index:06d}.jpg"])
    assert {f"{DEPTH}.000004.png", f"{GREY}.000002.png"} <= set(found)


def test_members_are_sorted_and_of_no_time_or_owner(written: Path) -> None:
    found = [m for m, _ in members(written)]
    assert [m.name for m in found] == sorted(m.name for m in found)
    assert {(m.mtime, m.uid, m.gid, m.uname, m.gname, m.mode) for m in found} == {(0, 0, 0, "", "", 0o644)}


def test_two_runs_give_the_same_bytes(rich: Episode, written: Path, tmp_path: Path) -> None:
    export_webdataset(iter([rich, rich]), tmp_path / "again")
    for name in ("index.json", "train-000000.tar"):
        assert (tmp_path / "again" / name).read_bytes() == (written / name).read_bytes()


def test_shards_are_bounded_and_listed(rich: Episode, tmp_path: Path) -> None:
    one = export_webdataset([rich], tmp_path / "one")
    size = (one.root / "train-000000.tar").stat().st_size
    limit = 3 * size
    report = export_webdataset([rich] * 7, tmp_path / "many", shard_bytes=limit)
    rows = json.loads((tmp_path / "many/index.json").read_text())["shardlist"]
    assert [row["url"] for row in rows] == [f"train-{n:06d}.tar" for n in range(len(rows))]
    assert len(rows) > 1
    assert [key for row in rows for key in row["keys"]] == [f"episode-{n:06d}" for n in range(7)]
    for row in rows:
        path = report.root / row["url"]
        assert path.stat().st_size == row["filesize"] <= limit
        assert hashlib.sha256(path.read_bytes()).hexdigest() == row["sha256"]
        with tarfile.open(path) as tar:
            assert len({name.split(".")[0] for name in tar.getnames()}) == row["nsamples"] == len(row["keys"])


def test_an_episode_larger_than_a_shard_stands_alone(rich: Episode, tmp_path: Path) -> None:
    report = export_webdataset([rich, rich], tmp_path / "out", shard_bytes=1000)
    assert report.files == ("index.json", "train-000000.tar", "train-000001.tar")
    assert sum("larger than a shard" in note for note in report.notes) == 2


@pytest.mark.parametrize("name", ["lerobot_v30_g1", "lerobot_v30_so100", "gopro_karma.mp4"])
def test_real_recordings_come_back(name: str, tmp_path: Path) -> None:
    source = open_recording(EXAMPLES / name)
    report = export_webdataset(source, tmp_path / "out")
    assert report.reencoded == ()
    for number, episode in enumerate(source):
        demand_same(episode, sample(tmp_path / "out", f"episode-{number:06d}"), tmp_path)


def compressed(video: Video, stop: int) -> list[bytes]:
    with av.open(str(video.path)) as container:
        return [bytes(packet) for packet in container.demux(video=0) if packet.size][:stop]


def test_clips_keep_uneven_times_and_their_packets(rich: Episode, written: Path, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(sample(written, "episode-000000")[f"{VIDEO}.mp4"])
    ledger, wanted = packet_times(path), packet_times(rich.videos[VIDEO].path)
    assert [p * ledger.time_base for p in ledger.pts.tolist()] == [p * wanted.time_base for p in wanted.pts.tolist()]
    assert compressed(replace(rich.videos[VIDEO], path=path), 99) == compressed(rich.videos[VIDEO], 99)


@pytest.mark.parametrize(("start", "bframes", "again"), [(4, 0, False), (4, 2, False), (1, 0, True), (1, 2, True)])
def test_only_a_cut_between_key_frames_is_encoded_again(tmp_path: Path, start: int, bframes: int, again: bool) -> None:
    """B-frames do not matter here: MP4 holds them."""
    source = rich_episode(tmp_path / "in", start=start, bframes=bframes)
    report = export_webdataset([source], tmp_path / "out")
    path = tmp_path / "clip.mp4"
    path.write_bytes(sample(tmp_path / "out", "episode-000000")[f"{VIDEO}.mp4"])
    clip = replace(source.videos[VIDEO], path=path, start_s=0.0, shared=False)
    encoded = {n for one in report.reencoded for first, stop in one.spans for n in range(first, stop)}
    assert encoded == ({0, 1, 2} if again else set())  # up to the next key frame
    pairs = zip(decoded(clip), decoded(source.videos[VIDEO]), strict=True)
    assert all(found == wanted for n, (found, wanted) in enumerate(pairs) if n not in encoded)
    times = frame_times_ns(source.videos[VIDEO])
    assert np.abs(frame_times_ns(clip) - (times - times[0])).max() <= 1


def test_shared_files_are_cut_at_their_episodes(tmp_path: Path) -> None:
    source = open_recording(write_lerobot_v30(tmp_path / "in", [8, 6, 4]))
    report = export_webdataset(source, tmp_path / "out")
    assert (report.copied, report.reencoded) == (3, ())
    for number, episode in enumerate(source):
        demand_same(episode, sample(tmp_path / "out", f"episode-{number:06d}"), tmp_path)


def test_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no episode"):
        export_webdataset([], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
