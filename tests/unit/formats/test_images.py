"""Pictures: plain, with COCO and with YOLO labels."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import ExifTags, Image

from headwater.formats import (
    Annotation,
    DamagedFileError,
    EmptyRecordingError,
    MetadataError,
    MissingFileError,
    RecordingError,
    TooLargeError,
    UnsafePathError,
    frames,
    open_recording,
    stored_frames,
)
from headwater.testing.media import write_coco, write_picture, write_yolo
from headwater.testing.opened_files import opens_of


def pixels(path: Path) -> np.ndarray[Any, Any]:
    return np.asarray(Image.open(path))


@pytest.mark.parametrize("suffix", [".png", ".bmp", ".tif", ".webp", ".jpg"])
def test_one_picture_is_an_episode_of_one_frame(tmp_path: Path, suffix: str) -> None:
    path = write_picture(tmp_path / f"leaf{suffix}", lossless=True)
    (episode,) = recording = open_recording(path)
    assert (recording.format, episode.name, episode.length) == ("images", "leaf", 1)
    video = episode.videos["image"]
    assert (video.width, video.height, video.frames) == (40, 30, 1)
    (frame,) = frames(video, gray=False)
    np.testing.assert_array_equal(frame.image, pixels(path).astype(np.uint8))
    assert video.stills is not None
    packed = video.stills.encoded(0)
    assert packed is not None
    assert packed[1] == path.read_bytes()
    assert video.stills.size_bytes(0) == path.stat().st_size


def test_a_folder_is_read_by_name_and_hidden_files_are_not(tmp_path: Path) -> None:
    for name in ("b.png", "a.jpg", "images/z/c.png", ".thumb.png", "notes.txt"):
        write_picture(tmp_path / "set" / name) if name != "notes.txt" else (tmp_path / "set/notes.txt").write_text("x")
    recording = open_recording(tmp_path / "set")
    assert [e.name for e in recording] == ["a", "b", "images/z/c"]
    assert [e.source.index for e in recording] == [0, 1, 2]


def test_depth_of_sixteen_bits_is_kept(tmp_path: Path) -> None:
    depth = (np.arange(48 * 64).reshape(48, 64) * 21).astype(np.uint16)
    Image.fromarray(depth).save(tmp_path / "depth.png")
    video = open_recording(tmp_path / "depth.png")[0].videos["image"]
    assert video.pix_fmt == "gray16le"
    (stored,), (shown,) = stored_frames(video), frames(video, width=None)
    np.testing.assert_array_equal(stored.image, depth)
    np.testing.assert_array_equal(shown.image, depth >> 8)


@pytest.mark.parametrize(("turn", "rotation"), [(1, 0), (3, 180), (6, 90), (8, 270)])
def test_a_turned_phone_is_turned_back_and_its_place_is_not_read(tmp_path: Path, turn: int, rotation: int) -> None:
    image = Image.fromarray(np.random.default_rng(0).integers(0, 256, (30, 40, 3), dtype=np.uint8))
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turn
    exif[ExifTags.Base.Model] = "Pixel 9"
    exif[ExifTags.Base.Artist] = "Jane Doe"
    exif[ExifTags.Base.GPSInfo] = {ExifTags.GPS.GPSLatitude: (52.0, 31.0, 12.0)}
    image.save(tmp_path / "leaf.png", exif=exif)
    episode = open_recording(tmp_path / "leaf.png")[0]
    assert episode.videos["image"].rotation == rotation
    (frame,) = frames(episode.videos["image"], gray=False)
    np.testing.assert_array_equal(frame.image, np.rot90(pixels(tmp_path / "leaf.png"), -rotation // 90))
    assert episode.embodiment == "Pixel 9"
    notes = " ".join(episode.notes)
    assert "a place (GPS), a name; it was not read" in notes
    assert "Jane" not in repr(episode)
    assert "52.0" not in repr(episode)


# --- COCO


def test_coco_boxes_and_outlines_are_in_pixels(tmp_path: Path) -> None:
    recording = open_recording(write_coco(tmp_path / "set"))
    assert recording.format == "coco-images"
    assert [e.name for e in recording] == ["images/000", "images/001"]
    box, outline = recording[1].annotations
    assert box == Annotation("aphid", (2.0, 2.0, 10.0, 5.5))
    assert outline == Annotation("thrips", (5.0, 5.0, 4.0, 4.0), (5.0, 5.0, 9.0, 5.0, 9.0, 9.0, 5.0, 9.0))
    assert {f.name for f in recording[1].source.files} == {"001.jpg", "instances_train.json"}


def test_coco_json_by_itself_and_as_roboflow_writes_it(tmp_path: Path) -> None:
    root = write_coco(tmp_path / "set")
    assert len(open_recording(root / "annotations/instances_train.json")) == 2
    (tmp_path / "other/train").mkdir(parents=True)
    for path in (root / "images").iterdir():
        path.rename(tmp_path / "other/train" / path.name)
    (root / "annotations/instances_train.json").rename(tmp_path / "other/train/_annotations.coco.json")
    (first, _) = open_recording(tmp_path / "other")
    assert (first.name, len(first.annotations)) == ("train/000", 2)


def changed(root: Path, change: Any) -> Path:
    sheet = root / "annotations/instances_train.json"
    whole = json.loads(sheet.read_text())
    change(whole)
    sheet.write_text(json.dumps(whole))
    return root


COCO_DAMAGE: list[tuple[str, Any, type[RecordingError], str]] = [
    ("images a number", lambda w: w.update(images=3), MetadataError, "images"),
    ("no images", lambda w: w.update(images=[], annotations=[]), EmptyRecordingError, "images"),
    ("no category", lambda w: w["annotations"][0].update(category_id=99), MetadataError, "annotations[0].category_id"),
    ("no such image", lambda w: w["annotations"][0].update(image_id=99), MetadataError, "annotations[0].image_id"),
    ("same id twice", lambda w: w["images"][1].update(id=10), MetadataError, "images[1].id"),
    ("id a word", lambda w: w["images"][1].update(id="x"), MetadataError, "images[1].id"),
    ("name a number", lambda w: w["images"][0].update(file_name=5), MetadataError, "images[0].file_name"),
    ("box of three", lambda w: w["annotations"][0].update(bbox=[1, 2, 3]), MetadataError, "annotations[0].bbox"),
    ("box of NaN", lambda w: w["annotations"][0].update(bbox=[1, 2, 3, float("nan")]), MetadataError, "bbox"),
    ("box negative", lambda w: w["annotations"][0].update(bbox=[1, 2, -3, 4]), MetadataError, "bbox"),
    ("outline of a point", lambda w: w["annotations"][0].update(segmentation=[[1, 2]]), MetadataError, "segmentation"),
    ("no such file", lambda w: w["images"][0].update(file_name="x.jpg"), MissingFileError, "x.jpg"),
    ("path climbs out", lambda w: w["images"][0].update(file_name="../../secret.jpg"), UnsafePathError, ".."),
    ("path absolute", lambda w: w["images"][0].update(file_name="/etc/hostname"), UnsafePathError, "/etc/hostname"),
    ("width huge", lambda w: w["images"][0].update(width=10**12), MetadataError, "images[0].width"),
]


@pytest.mark.parametrize(("change", "error", "names"), [pytest.param(*rest, id=name) for name, *rest in COCO_DAMAGE])
def test_bad_coco_is_named(tmp_path: Path, change: Any, error: type[RecordingError], names: str) -> None:
    root = changed(write_coco(tmp_path / "set"), change)
    secret = write_picture(tmp_path / "secret.jpg")
    with opens_of(secret) as opened, pytest.raises(error) as caught:
        list(open_recording(root))
    assert opened == []
    assert names in str(caught.value)


def test_what_coco_says_and_is_not_read_is_noted(tmp_path: Path) -> None:
    def change(whole: Any) -> None:
        whole["annotations"][0]["segmentation"] = {"counts": [1, 2], "size": [30, 40]}
        whole["annotations"][2]["segmentation"] = [[0, 0, 1, 0, 1, 1], [0, 0, 9, 0, 9, 9]]
        whole["annotations"][2]["keypoints"] = [1, 2, 2]
        whole["images"][0].update(width=80, height=60)

    episode = open_recording(changed(write_coco(tmp_path / "set"), change))[0]
    notes = " ".join(episode.notes)
    for words in ("run lengths", "largest was kept", "Key points", "of 80x60; the file's is 40x30"):
        assert words in notes
    assert episode.annotations[1].outline == (0, 0, 9, 0, 9, 9)


# --- YOLO


def test_yolo_shares_become_pixels(tmp_path: Path) -> None:
    recording = open_recording(write_yolo(tmp_path / "set"))
    assert recording.format == "yolo-images"
    box, outline, empty = (e.annotations for e in recording)
    assert box == (Annotation("thrips", (15.0, 12.0, 10.0, 6.0)),)
    assert outline == (Annotation("aphid", (4.0, 3.0, 16.0, 9.0), (4.0, 3.0, 20.0, 3.0, 20.0, 12.0)),)
    assert empty == ()
    assert any("no label file" in note for note in recording[2].notes)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("classes.txt", "aphid\nthrips\n"),
        ("data.yaml", "names: [aphid, 'thrips']  # two\n"),
        ("data.yaml", 'names:\n- aphid\n- "thrips"\nnc: 2\n'),
        ("data.yaml", "nc: 2\nnames:\n  1: thrips\n  0: aphid\ntrain: x\n"),
        ("data.yaml", "names: [\n  aphid,\n  thrips\n]\n"),
        ("obj.names", "aphid\r\nthrips\r\n"),
    ],
)
def test_class_names_as_tools_write_them(tmp_path: Path, name: str, text: str) -> None:
    root = write_yolo(tmp_path / "set")
    (root / "data.yaml").unlink()
    (root / name).write_text(text)
    assert [a.category for e in open_recording(root) for a in e.annotations] == ["thrips", "aphid"]


def test_labels_beside_pictures_without_names(tmp_path: Path) -> None:
    write_picture(tmp_path / "set/a.png")
    (tmp_path / "set/a.txt").write_text("4 0.5 0.5 1 1 0.9\n")  # a detector's confidence at the end
    episode = open_recording(tmp_path / "set")[0]
    assert episode.annotations == (Annotation("4", (0.0, 0.0, 40.0, 30.0)),)
    assert any("numbers stand in" in note for note in episode.notes)


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("1 0.5 0.5 0.25", "line 2"),
        ("1 0.5 0.5 nan 0.2", "line 2"),
        ("1 50 50 25 20", "shares from 0 to 1"),
        ("2 0.5 0.5 0.25 0.2", "class"),
        ("-1 0.5 0.5 0.25 0.2", "class"),
        ("aphid 0.5 0.5 0.25 0.2", "numbers"),
        ("1 0.1 0.1 0.2 0.2 0.3 0.3 0.4", "columns"),
    ],
)
def test_bad_yolo_line_is_named(tmp_path: Path, line: str, names: str) -> None:
    root = write_yolo(tmp_path / "set")
    (root / "labels/train/0.txt").write_text(f"\n{line}\n")
    with pytest.raises(MetadataError, match=names) as caught:
        open_recording(root)[0]
    assert caught.value.file == root / "labels/train/0.txt"


def test_attack_label_file_that_is_a_link(tmp_path: Path) -> None:
    root = write_yolo(tmp_path / "set")
    (root / "labels/train/0.txt").rename(tmp_path / "secret")
    (root / "labels/train/0.txt").symlink_to(tmp_path / "secret")
    with opens_of(tmp_path / "secret") as opened, pytest.raises(UnsafePathError):
        list(open_recording(root))
    assert opened == []


# --- damage


def test_a_bomb_is_refused_by_what_its_header_declares(tmp_path: Path) -> None:
    Image.new("1", (9000, 9000)).save(tmp_path / "bomb.png")
    with pytest.raises(TooLargeError, match="9000x9000"):
        open_recording(tmp_path / "bomb.png")[0]


def test_another_format_under_the_name_of_a_picture(tmp_path: Path) -> None:
    for name, raw in (("a.png", b"<svg/>"), ("b.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n(secret) run\n"), ("c.tif", b"")):
        (tmp_path / name).write_bytes(raw)
        with pytest.raises((DamagedFileError, EmptyRecordingError)):
            open_recording(tmp_path / name)[0]
