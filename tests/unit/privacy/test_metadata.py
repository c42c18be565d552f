"""Metadata is found and taken out, and the rest keeps its bytes."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image, PngImagePlugin, TiffImagePlugin

from headwater.formats import frames, open_recording
from headwater.privacy import Area, RedactionError, traces_of
from headwater.privacy.gpmf_places import gps_keys, without_gps
from headwater.privacy.movie import Track, write_movie
from headwater.privacy.pictures import covered, stripped
from headwater.privacy.tables import copy_table

KARMA = Path(__file__).parents[3] / "examples/recordings/gopro_karma.mp4"


def item(key: bytes, kind: bytes, size: int, repeat: int, data: bytes) -> bytes:
    return struct.pack(">4scBH", key, kind, size, repeat) + data + bytes(-len(data) % 4)


def nested(key: bytes, *inside: bytes) -> bytes:
    body = b"".join(inside)
    return item(key, b"\0", 1, len(body), body)


def jpeg() -> bytes:
    exif = Image.Exif()
    exif[0x0112], exif[0x013B] = 6, "Ann Author"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    out = io.BytesIO()
    picture = Image.fromarray(np.arange(64 * 48 * 3, dtype=np.uint32).reshape(48, 64, 3).astype(np.uint8))
    xmp = b"<x exif:GPSLatitude='52,30N'><dc:creator>Ann</dc:creator></x>"
    picture.save(out, "JPEG", exif=exif, comment=b"Ann's garden", xmp=xmp)
    return out.getvalue()


def keep(track: Track) -> Track | None:
    return track if track.handler == b"vide" or track.coding == b"gpmd" else None


def test_gps_streams_become_free_space_and_the_gyro_keeps_its_bytes() -> None:
    gyro = nested(b"STRM", item(b"GYRO", b"s", 6, 2, bytes(range(12))))
    gps = nested(b"STRM", item(b"GPSU", b"U", 16, 1, b"260101120000.000"), item(b"GPS5", b"l", 20, 1, bytes(range(20))))
    payload = nested(b"DEVC", item(b"DVNM", b"c", 1, 4, b"Hero"), gps, gyro)
    clean = without_gps(payload)
    assert gps_keys(payload) == ("GPS5", "GPSU")
    assert gps_keys(clean) == ()
    assert len(clean) == len(payload)
    assert clean.endswith(gyro)
    assert bytes(range(20)) not in clean


def test_the_karma_clip_has_real_positions_and_loses_them_alone(tmp_path: Path) -> None:
    made = tmp_path / "karma.mp4"
    assert {trace.place for trace in traces_of(KARMA)} == {"GPMF GLPI", "GPMF GPRI"}
    gone = write_movie(KARMA, made, keep)
    assert "track mp4a" in gone
    assert traces_of(made) == ()
    before, after = open_recording(KARMA)[0], open_recording(made)[0]
    kept = {name: stream for name, stream in before.streams.items() if name[:4] not in ("GLPI", "GPRI")}
    assert len(kept) >= 4
    assert list(kept) == list(after.streams)
    for name, stream in kept.items():
        assert (after.streams[name].values == stream.values).all()
        assert (after.streams[name].times_ns == stream.times_ns).all()
    pictures = zip(frames(before.videos["camera"]), frames(after.videos["camera"]), strict=True)
    assert all((a.image == b.image).all() and a.pts_s == b.pts_s for a, b in pictures)
    with av.open(str(made)) as container:
        assert not container.streams.audio
        assert b"LAE6101112400243" not in made.read_bytes(), "the lens's serial number"


def test_a_jpeg_keeps_its_pixels_and_its_way_up_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    assert {(t.kind, t.place) for t in traces_of(tmp_path / "a.jpg")} >= {
        ("position", "EXIF GPSInfo"),
        ("person", "EXIF Artist"),
        ("person", "comment"),
    }
    clean = stripped(jpeg(), "a.jpg")
    (tmp_path / "b.jpg").write_bytes(clean)
    assert traces_of(tmp_path / "b.jpg") == ()
    assert not any(word in clean for word in (b"Ann", b"GPS", b"garden", b"http"))
    before, after = (Image.open(io.BytesIO(data)) for data in (jpeg(), clean))
    assert (np.array(before) == np.array(after)).all()
    assert after.getexif() == {0x0112: 6}


@pytest.mark.parametrize("kind", ["jpg", "png", "webp", "tiff", "jp2"])
def test_positions_and_names_are_seen_in_every_kind_of_picture_that_is_read(tmp_path: Path, kind: str) -> None:
    exif = Image.Exif()
    exif[0x013B] = "Ann Author"
    exif.get_ifd(0x8825)[2] = (52.0, 30.0, 0.0)
    path = tmp_path / f"a.{kind}"
    picture = Image.fromarray(np.full((16, 16, 3), 90, np.uint8))
    if kind == "jp2":
        picture.save(path)
        box = b"JpgTiffExif->JP2" + exif.tobytes().removeprefix(b"Exif\0\0")
        path.write_bytes(path.read_bytes() + struct.pack(">I4s", len(box) + 8, b"uuid") + box)
    elif kind == "tiff":
        tags = TiffImagePlugin.ImageFileDirectory_v2()
        tags[0x013B], tags[0x8825] = "Ann Author", {2: (52.0, 30.0, 0.0)}
        picture.save(path, tiffinfo=tags)
    else:
        picture.save(path, exif=exif)
    assert {t.place for t in traces_of(path)} >= {"EXIF GPSInfo", "EXIF Artist"}
    plain = tmp_path / f"b.{kind}"
    picture.save(plain)
    assert traces_of(plain) == ()


def test_a_png_keeps_its_pixels_and_no_words() -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Author", "Ann")
    info.add_itxt("XML:com.adobe.xmp", "exif:GPSLatitude 52")
    out = io.BytesIO()
    Image.fromarray(np.full((9, 9), 7, np.uint8)).save(out, "PNG", pnginfo=info)
    clean = stripped(out.getvalue(), "a.png")
    assert b"Ann" not in clean
    assert b"GPS" not in clean
    assert (np.array(Image.open(io.BytesIO(clean))) == 7).all()


def test_areas_are_filled_the_way_people_see_the_picture() -> None:
    clean = np.array(Image.open(io.BytesIO(covered(jpeg(), [Area(0, 0, 16, 16)], "a.jpg"))))
    assert clean.shape[:2] == (64, 48), "turned upright"
    assert np.abs(clean[2:14, 2:14].astype(int) - 128).max() <= 2
    assert np.abs(clean[40:].astype(int) - 128).max() > 50


@pytest.mark.parametrize("data", [b"", b"GIF89a", jpeg()[:40], b"\x89PNG\r\n\x1a\n" + bytes(30)])
def test_attack_what_is_no_whole_picture_is_refused(data: bytes) -> None:
    with pytest.raises(RedactionError):
        stripped(data, "a.jpg")


def test_a_table_loses_positions_and_keeps_the_rest(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("t_s,gps_lat,longitude,x,sensor\n0,52,13,1,GYRO\n1,52,13,2,GPS5\n")
    gone = copy_table(tmp_path / "a.csv", tmp_path / "b.csv")
    assert (tmp_path / "b.csv").read_text() == "t_s,x,sensor\n0,1,GYRO\n"
    assert gone == ("column gps_lat", "column longitude", "1 rows of a GPS")
    plain = "t_s,plate,slate,x\n0,1,2,3\r\n"  # names that only look alike
    (tmp_path / "c.csv").write_bytes(plain.encode())
    assert copy_table(tmp_path / "c.csv", tmp_path / "d.csv") == ()
    assert (tmp_path / "d.csv").read_bytes() == plain.encode()


def test_attack_positions_where_they_cannot_be_taken_out(tmp_path: Path) -> None:
    (tmp_path / "info.json").write_text('{"place": {"latitude": 52.5}}')
    with pytest.raises(RedactionError, match="latitude"):
        copy_table(tmp_path / "info.json", tmp_path / "out.json")
