"""Redaction with the real detectors, on pictures that are made here or carried."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from headwater.formats import Video, frames, open_recording, packet_times, probe
from headwater.privacy import Area, ExtraMissingError, Heard, RedactionError, Seen, Sight, Sighting, detectors
from headwater.privacy.covering import covers
from headwater.privacy.film import _turned_back
from headwater.privacy.placing import RECORD
from headwater.privacy.redact import redact

EXAMPLES = Path(__file__).parents[3] / "examples/recordings"
ASTRONAUT = Path(__file__).parents[4] / "shared/data/images/astronaut.png"
EGO = Path(__file__).parents[4] / "shared/data/ego_privacy/egoblur_face_video.mp4"
AREA = Area(20, 10, 16, 12)


class Eyes:
    """Sees a face wherever the picture is brighter than 200 in ``AREA``."""

    versions: dict[str, str] = {"fake": "1"}  # noqa: RUF012 - a property of the port

    def see(self, image: NDArray[np.uint8], *, careful: bool = False, texts: bool = True) -> tuple[Sighting, ...]:
        spot = image[AREA.y : AREA.y + AREA.height, AREA.x : AREA.x + AREA.width]
        return (Sighting(Sight.FACE, AREA, 900),) if spot.size and spot.mean() > 200 else ()

    def hear(self, path: Path) -> tuple[Heard, ...]:
        return ()


def movie(path: Path, bright: Callable[[int], bool], count: int = 40) -> Path:
    with av.open(str(path), "w") as out:
        track = out.add_stream("libx264", rate=20)
        track.width, track.height, track.pix_fmt = 96, 64, "yuv420p"
        track.time_base = Fraction(1, 20)
        for number in range(count):
            pixels = np.full((64, 96, 3), 60, np.uint8)
            if bright(number):
                pixels[AREA.y : AREA.y + AREA.height, AREA.x : AREA.x + AREA.width] = 250
            out.mux(track.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        out.mux(track.encode(None))
    return path


def luma(path: Path) -> list[NDArray[np.uint8]]:
    found = probe(path)
    video = Video("x", path, 0.0, None, found.fps, found.width, found.height, found.codec, found.pix_fmt)
    return [frame.image for frame in frames(video, width=None)]


@pytest.mark.media
def test_a_face_is_filled_between_detections_too_and_the_rest_stays(tmp_path: Path) -> None:
    source = movie(tmp_path / "a.mp4", lambda n: 12 <= n < 28 and n % 3 == 0)
    made = redact(source, tmp_path / "b.mp4", Eyes()).files[0]
    before, after = luma(source), luma(tmp_path / "b.mp4")
    assert (len(before), made.frames, made.left, made.encoded) == (40, 40, 0, "h264")
    assert (packet_times(source).times_s == packet_times(tmp_path / "b.mp4").times_s).all()
    inside = [image[AREA.y : AREA.y + AREA.height, AREA.x : AREA.x + AREA.width].astype(int) for image in after]
    assert all(abs(inside[n] - 125).max() < 12 for n in range(12, 28)), "held between every third frame"
    assert abs(after[0].astype(int) - before[0]).max() < 6
    assert abs(after[20][40:].astype(int) - before[20][40:]).max() < 6
    record = json.loads((tmp_path / "b.mp4.redaction.json").read_text())
    assert record["schema"] == "headwater/redaction/1"
    assert record["files"][0]["covered"] == {"face": len(made.boxes)}
    assert str(tmp_path) not in json.dumps(record)


@pytest.mark.media
def test_where_nothing_is_found_the_picture_keeps_its_bytes(tmp_path: Path) -> None:
    source = movie(tmp_path / "a.mp4", lambda n: False)
    made = redact(source, tmp_path / "b.mp4", Eyes()).files[0]
    assert (made.boxes, made.encoded) == ((), "")
    assert all((a == b).all() for a, b in zip(luma(source), luma(tmp_path / "b.mp4"), strict=True))


@pytest.mark.media
def test_a_robot_set_keeps_its_sensors_bit_for_bit(tmp_path: Path) -> None:
    source, target = EXAMPLES / "lerobot_v30_so100", tmp_path / "set"
    made = redact(source, target, Eyes())
    for file in made.files:
        if file.path.endswith(".parquet"):
            assert file.same
            assert (target / file.path).read_bytes() == (source / file.path).read_bytes()
    assert (target / RECORD).is_file()
    before, after = open_recording(source)[0], open_recording(target)[0]
    assert list(after.streams) == list(before.streams)
    assert after.length == before.length


def test_attack_what_cannot_be_redacted_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    source = tmp_path / "set"
    source.mkdir()
    (source / "a.txt").write_text("fine")
    (source / "z.bag").write_bytes(b"?")
    with pytest.raises(RedactionError, match=r"z\.bag"):
        redact(source, tmp_path / "out", Eyes())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["set"]
    (source / "z.bag").unlink()
    (source / "link").symlink_to("/etc/passwd")
    with pytest.raises(RedactionError, match="link"):
        redact(source, tmp_path / "out", Eyes())


def test_the_target_is_never_written_over(tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text(name)
    with pytest.raises(RedactionError, match="there already"):
        redact(tmp_path / "a.txt", tmp_path / "b.txt", Eyes())
    assert (tmp_path / "b.txt").read_text() == "b.txt"


def test_boxes_follow_what_moves_and_are_held_at_both_ends() -> None:
    looked = [Seen(n, (Sighting(Sight.FACE, Area(10 * n, 0, 40, 40), 900),)) for n in (10, 12, 14)]
    made = covers(looked, 100, 10.0)
    assert sorted(made) == list(range(5, 20))
    assert made[13][0].area == Area(130, 0, 40, 40).grown(130)
    assert made[19][0].area.width > made[14][0].area.width


@pytest.mark.parametrize(("rotation", "there"), [(0, (2, 3)), (90, (3, 5)), (180, (5, 4)), (270, (4, 2))])
def test_areas_go_back_to_the_coded_picture(rotation: int, there: tuple[int, int]) -> None:
    """A spot is put into a coded picture 8 x 8, turned as players do, found, and led back."""
    coded = np.zeros((8, 8), np.uint8)
    coded[there[1], there[0]] = 1
    ((y, x),) = np.argwhere(np.rot90(coded, -(rotation // 90)))
    back = _turned_back(Area(int(x), int(y), 1, 1), rotation, 8, 8)
    assert (back.x, back.y) == there


@pytest.fixture
def real() -> None:
    try:
        detectors()
    except ExtraMissingError:
        pytest.skip("needs the privacy extra")


@pytest.mark.media
@pytest.mark.skipif(not ASTRONAUT.exists(), reason="needs shared data")
def test_a_real_face_is_found_and_gone(real: None, tmp_path: Path) -> None:
    grey = np.array(Image.open(ASTRONAUT).convert("L"))
    (face,) = (s for s in detectors().see(grey) if s.sight is Sight.FACE)
    assert face.area.overlap_milli(Area(175, 50, 98, 130)) > 600
    redact(ASTRONAUT, tmp_path / "a.png", detectors())
    after = np.array(Image.open(tmp_path / "a.png").convert("L"))
    assert (after[60:170, 185:265] == 128).all()
    assert not [s for s in detectors().see(after) if s.sight is Sight.FACE]


@pytest.mark.media
@pytest.mark.skipif(not EGO.exists(), reason="needs shared data")
def test_both_people_at_the_table_are_found(real: None) -> None:
    for image in luma(EGO)[::7]:
        assert len([s for s in detectors().see(image) if s.sight is Sight.FACE]) == 2


def test_a_plate_is_read_and_forgotten(real: None) -> None:
    road = np.full((480, 640), 90, np.uint8)
    road[200:240, 200:380] = 240
    cv2.putText(road, "B KX 4711", (206, 230), cv2.FONT_HERSHEY_DUPLEX, 1.0, 20, 2)
    (plate,) = (s for s in detectors().see(road) if s.sight is Sight.TEXT)
    assert (plate.letters, plate.digits) == (7, 4)
    assert "4711" not in repr(plate)
    assert detectors().see(np.full((480, 640), 90, np.uint8)) == ()
