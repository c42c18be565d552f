"""The Hub's layout, read back with pyarrow alone; ``tests/clients`` opens it with ``datasets``."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ruamel.yaml import YAML

from headwater.export import ExportError, Provenance, UnlikeEpisodesError, export_huggingface
from headwater.export.media.stills import frame_times_ns
from headwater.formats import Episode, open_recording
from headwater.testing.picture_digests import decoded, of_file
from headwater.testing.recordings import write_lerobot_v30
from headwater.testing.rich_episodes import DEPTH, GREY, PHOTOS, VIDEO

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"
ABOUT = Provenance(
    title='Made: "bottles" & more', licence="hw-research-1", licence_text="Use for research.",
    campaign="Campaign 7, dataset 1, version 2", authors=("Ada", "Bea"), year="2026", locator="bafy...",
)  # fmt: skip


def table(root: Path, name: str) -> Any:
    parts = sorted((root / name).glob("train-*.parquet"))
    return pa.concat_tables([pq.read_table(path) for path in parts])


def contents(root: Path) -> dict[str, str]:
    files = [p for p in root.rglob("*") if p.is_file()]
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def front_matter(root: Path) -> Any:
    text = (root / "README.md").read_text(encoding="utf-8")
    assert text.startswith("---\n")
    return YAML(typ="safe").load(text.split("---\n")[1])


@pytest.fixture(scope="module")
def written(rich: Episode, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hf") / "set"
    report = export_huggingface([rich, rich], root, provenance=ABOUT)
    assert (report.episodes, report.frames, report.copied, report.reencoded) == (2, 48, 4, ())
    assert len(report.notes) == 2
    return root


def test_rows_hold_the_table_exactly(rich: Episode, written: Path) -> None:
    rows = table(written, "data")
    assert rows.num_rows == 48
    assert [str(rows.schema.field(n).type) for n in ("observation.state", "action", "done")] == [
        "list<element: float>",
        "list<element: double>",
        "bool",
    ]
    for name in ("observation.state", "action"):
        found = np.array(rows[name].to_pylist()[24:])
        np.testing.assert_array_equal(found, rich.streams[name].values)
    assert rows["done"].to_pylist()[:24] == [False] * 23 + [True]
    np.testing.assert_array_equal(rows["t_ns"].to_numpy()[24:], rich.streams["action"].times_ns)
    np.testing.assert_allclose(rows["timestamp"].to_numpy()[24:], np.arange(24) / 30, atol=1e-9)
    assert rows["index"].to_pylist() == list(range(48))
    assert rows["episode_index"].to_pylist() == [0] * 24 + [1] * 24
    assert set(rows["task"].to_pylist()) == {"Put the köttbulle away."}
    assert rows[VIDEO].to_pylist()[30] == f"videos/{VIDEO}/chunk-000/episode-000001.mp4"
    assert (written / rows[VIDEO].to_pylist()[30]).is_file()


def test_sensors_hold_every_sample_exactly(rich: Episode, written: Path) -> None:
    sensors = table(written, "sensors")
    assert set(sensors["stream"].to_pylist()) == set(rich.streams) - {
        "observation.state",
        "action",
        "done",
        "task_index",
    }
    for name in set(sensors["stream"].to_pylist()):
        own = sensors.filter((pa.compute.field("stream") == name) & (pa.compute.field("episode_index") == 1))
        stream = rich.streams[name]
        whole = stream.values.dtype == np.int64
        found = np.array(own["integers" if whole else "values"].to_pylist(), stream.values.dtype)
        assert found.tobytes() == np.ascontiguousarray(stream.values).tobytes()
        assert own["values" if whole else "integers"].null_count == own.num_rows
        np.testing.assert_array_equal(own["t_ns"].to_numpy(), stream.times_ns)


def test_pictures_words_and_labels_are_there(rich: Episode, written: Path) -> None:
    images = table(written, "images")
    for key in (PHOTOS, DEPTH, GREY):
        own = images.filter((pa.compute.field("camera") == key) & (pa.compute.field("episode_index") == 0))
        assert [of_file(cell["bytes"]) for cell in own["image"].to_pylist()] == decoded(rich.videos[key])
        np.testing.assert_array_equal(own["t_ns"].to_numpy(), frame_times_ns(rich.videos[key]))
    stills = rich.videos[PHOTOS].stills
    assert stills is not None
    first = images.filter(pa.compute.field("camera") == PHOTOS)["image"][0].as_py()
    assert stills.encoded(0) == ("image/jpeg", first["bytes"])
    texts = table(written, "texts").slice(0, 3)
    assert texts["text"].to_pylist() == ["start", "", "grün"]
    assert texts["t_ns"].to_pylist() == [0, 5, 700_000_001]
    labels = table(written, "annotations").slice(0, 3).to_pylist()
    assert [(one["category"], one["box"], one["frame_index"]) for one in labels] == [
        ("bug", [1.5, 2.0, 3.25, 4.0], 2),
        ("leaf", None, 2),
        ("blurred", None, 4),
    ]


def test_clips_are_a_video_folder_with_frame_times(rich: Episode, written: Path) -> None:
    clips = pq.read_table(written / "videos/metadata.parquet").to_pylist()
    assert [clip["episode_index"] for clip in clips] == [0, 1]
    clip = replace(rich.videos[VIDEO], path=written / "videos" / clips[1]["file_name"])
    assert clips[1]["t_ns"] == frame_times_ns(rich.videos[VIDEO]).tolist()
    assert decoded(clip) == decoded(rich.videos[VIDEO])


def test_episodes_say_the_rest(rich: Episode, written: Path) -> None:
    (one, _) = table(written, "episodes").to_pylist()
    about = json.loads(one["about"])
    assert (one["name"], one["length"], one["robot"], one["tasks"]) == ("made", 24, "made_arm", list(rich.tasks))
    assert about["calibration"][VIDEO]["model"] == "plumb_bob"
    assert about["streams"]["imu/gyro"]["unit"] == "rad/s"
    assert (written / one["audio"][0]).stat().st_size > 1000


def test_card_names_licence_configs_and_sizes(written: Path) -> None:
    matter = front_matter(written)
    assert (matter["license"], matter["license_name"], matter["license_link"]) == ("other", "hw-research-1", "LICENSE")
    assert matter["pretty_name"] == 'Made: "bottles" & more'
    assert (matter["task_categories"], matter["size_categories"]) == (["robotics"], ["n<1K"])
    names = [c["config_name"] for c in matter["configs"]]
    assert names == ["rows", "episodes", "sensors", "texts", "images", "annotations"]
    assert [c.get("default", False) for c in matter["configs"]] == [True, *[False] * 5]
    for config, info in zip(matter["configs"], matter["dataset_info"], strict=True):
        files = sorted(written.glob(config["data_files"][0]["path"]))
        assert sum(pq.read_metadata(f).num_rows for f in files) == info["splits"][0]["num_examples"]
        assert sum(f.stat().st_size for f in files) == info["download_size"]
        assert [f["name"] for f in info["features"]] == pq.read_schema(files[0]).names
    text = (written / "README.md").read_text(encoding="utf-8")
    assert "Campaign 7, dataset 1, version 2" in text
    assert "author = {Ada and Bea}" in text
    assert (written / "LICENSE").read_text() == "Use for research.\n"


def test_a_licence_the_hub_knows_is_named_so(rich: Episode, tmp_path: Path) -> None:
    export_huggingface([rich], tmp_path / "out", provenance=Provenance(licence="CC-BY-4.0"))
    matter = front_matter(tmp_path / "out")
    assert matter["license"] == "cc-by-4.0"
    assert "license_name" not in matter
    assert not (tmp_path / "out/LICENSE").exists()


def test_two_runs_give_the_same_bytes(rich: Episode, written: Path, tmp_path: Path) -> None:
    export_huggingface(iter([rich, rich]), tmp_path / "again", provenance=ABOUT)
    assert contents(tmp_path / "again") == contents(written)


def test_parts_are_bounded_numbered_and_together_all(rich: Episode, tmp_path: Path) -> None:
    export_huggingface([rich] * 5, tmp_path / "out", part_bytes=6000)
    parts = sorted(p.name for p in (tmp_path / "out/data").iterdir())
    assert len(parts) > 1
    assert parts == [f"train-{n:05d}-of-{len(parts):05d}.parquet" for n in range(len(parts))]
    assert table(tmp_path / "out", "data")["index"].to_pylist() == list(range(120))


def test_pictures_taken_with_the_rows_stand_in_the_rows(rich: Episode, tmp_path: Path) -> None:
    times = rich.streams["action"].times_ns
    photos = rich.videos[PHOTOS]
    stills: Any = photos.stills
    with_rows = type(stills)(times, [stills._images[i % 7] for i in range(24)], "jpg")
    camera = replace(photos, stills=with_rows, frames=24)
    export_huggingface([replace(rich, videos={PHOTOS: camera})], tmp_path / "out")
    rows = table(tmp_path / "out", "data")
    cells = rows[f"observation.images.{PHOTOS}"].to_pylist()
    assert [cell["bytes"] for cell in cells] == [with_rows.encoded(i)[1] for i in range(24)]
    about = json.loads(rows.schema.metadata[b"huggingface"])
    assert about["info"]["features"][f"observation.images.{PHOTOS}"] == {"_type": "Image"}
    assert not (tmp_path / "out/images").exists()
    assert not (tmp_path / "out/videos").exists()


@pytest.mark.parametrize("name", ["lerobot_v30_g1", "lerobot_v30_so100", "gopro_karma.mp4"])
def test_real_recordings_come_back(name: str, tmp_path: Path) -> None:
    source = open_recording(EXAMPLES / name)
    report = export_huggingface(source, tmp_path / "out")
    assert report.reencoded == ()
    rows = table(tmp_path / "out", "data")
    first = 0
    for episode in source:
        for stream in episode.streams.values():
            if stream.clock == "row" and stream.name in rows.column_names and stream.name != "task_index":
                found = np.array(rows[stream.name].slice(first, episode.length).to_pylist()).reshape(episode.length, -1)
                np.testing.assert_array_equal(found, stream.values)
        first += episode.length
    assert rows.num_rows == first


def test_episodes_of_other_columns_are_refused(rich: Episode, tmp_path: Path) -> None:
    (other,) = open_recording(write_lerobot_v30(tmp_path / "in", [6]))
    with pytest.raises(UnlikeEpisodesError, match="columns differ"):
        export_huggingface([rich, other], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="no episode"):
        export_huggingface([], tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
