"""What the privacy rules and ``headwater redact`` find, miss and cost, on the real recordings of ``--data``.

Faces were counted by eye; plates are drawn: no recording with a legible one is at hand. Faces of known width are one
real face put into real robot and drone frames. What is left in metadata is
read with programs that are not ours: ExifTool where it is installed, and pydicom walked here, against the table alone.
"""

from __future__ import annotations

# isort: off
import headwater.cli  # noqa: F401 - before NumPy: one BLAS thread, as in the program

# isort: on
import argparse
import io
import json
import runpy
import shutil
import subprocess
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import av
import cv2
import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image

from headwater.checks import check_episode, is_private
from headwater.checks.exposed import sample_step
from headwater.formats import Video, frames, open_recording, probe
from headwater.privacy import Area, Detectors, Heard, Sight, Sighting, detectors
from headwater.privacy.canvas import Canvas
from headwater.privacy.dicom import TABLE, deidentified, write
from headwater.privacy.faces import CHECK, Faces
from headwater.privacy.networks import PACKAGES, file_of
from headwater.privacy.redact import redact
from report import ROOT, Goal, Row, publish, versions

ALL, NONE, FALSE_FACES, HINTED = Goal(">=", 100), Goal("<=", 0), Goal("<=", 2), Goal(">=", 98)
SUITE = Goal("<=", 2.2)
FACES = {"ego_privacy/egoblur_face_video.mp4": 2, "images/astronaut.png": 1}  # at once, counted by eye
PLATES_PX = (120, 80, 60, 40)
FACES_PX = (56, 40, 32, 28, 24, 20)
BACKGROUNDS = ("lerobot_v21_g1", "gopro/karma.mp4")
UNSEEN = ("rlds_bridge/1.0.0",)  # no threshold was chosen on these
POSITION = ("gps", "latitude", "longitude", "location", "creator", "artist", "serial")


def every(step: int) -> frozenset[int]:
    """Every so many frames; no recording here has more than ten thousand."""
    return frozenset(range(0, 10_000, step))


def film(path: Path) -> Video:
    found = probe(path)
    return Video("film", path, 0.0, None, found.fps, found.width, found.height, found.codec, found.pix_fmt)


def sampled(path: Path) -> Iterator[NDArray[np.uint8]]:
    """Luma of the frames the suite would look at."""
    if path.suffix == ".png":
        yield np.array(Image.open(path).convert("L"))
        return
    video = film(path)
    for frame in frames(video, width=160, whole=every(sample_step(float(video.fps)))):
        if frame.whole is not None:
            yield frame.whole


def faces(data: Path) -> Iterator[Row]:
    looker = Faces()
    for name, there in FACES.items():
        seen = [len(looker.see(image, careful=False)) for image in sampled(data / name)]
        share = round(100 * sum(min(count, there) for count in seen) / (there * len(seen)), 1)
        yield Row(f"faces found, {Path(name).name}, {len(seen)} pictures, {there} at once", share, "%", ALL)
    films = sorted(p for p in data.rglob("*.mp4") if "ego_privacy" not in p.parts)
    seen = [bool(looker.see(image, careful=False)) for path in films for image in sampled(path)]
    rate = round(100 * sum(seen) / len(seen), 2)
    yield Row(f"false faces, {len(seen)} robot, drone and driving pictures", rate, "%", FALSE_FACES)


def unseen(data: Path) -> Iterator[Row]:
    """The same on a robot, kitchens and a camera that no threshold was chosen on."""
    looker, seen = Faces(), list[bool]()
    for name in UNSEEN:
        for episode in open_recording(data / name):
            for video in episode.videos.values():
                whole = (f.whole for f in frames(video, whole=every(sample_step(float(video.fps)))))
                seen += [bool(looker.see(image, careful=False)) for image in whole if image is not None]
    rate = round(100 * sum(seen) / len(seen), 2)
    yield Row(f"false faces, {len(seen)} pictures of Bridge, held out", rate, "%", FALSE_FACES)


def cut(area: Area) -> tuple[slice, slice]:
    """Rows and columns of an area, as far as it lies in a picture."""
    return slice(max(0, area.y), area.y + area.height), slice(max(0, area.x), area.x + area.width)


def robots(data: Path) -> Iterator[NDArray[np.uint8]]:
    """Real frames of a robot and a drone, without people."""
    for name in BACKGROUNDS:
        for frame in frames(next(iter(open_recording(data / name)[0].videos.values())), whole=every(60)):
            if frame.whole is not None:
                yield frame.whole


def widths(data: Path) -> Iterator[Row]:
    looker = Faces()
    image = next(sampled(data / "images/astronaut.png"))
    (there,) = looker.see(image, careful=False)
    head = image[cut(there.area.grown(140))]
    backgrounds = list(robots(data))
    for width in FACES_PX:
        rng, found, scale = np.random.default_rng(1), 0, width / there.area.width
        small = cv2.resize(head, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        for background in backgrounds:
            put = background.copy()
            y, x = (int(rng.integers(0, put.shape[axis] - small.shape[axis])) for axis in (0, 1))
            put[y : y + small.shape[0], x : x + small.shape[1]] = small
            middle = Area(x + small.shape[1] // 2, y + small.shape[0] // 2, 1, 1)
            found += any(s.area.holds(middle) for s in looker.see(put, careful=False))
        share = round(100 * found / len(backgrounds))
        yield Row(f"face of {width} px found, in {len(backgrounds)} robot and drone frames", share, "%")


class Whole(Faces):
    """Looks at the whole picture, as redaction does, at the limit of the check."""

    def _seen(self, canvas: Canvas, careful: bool) -> Iterator[Sighting]:
        yield from self._all(canvas, CHECK)


def hinted(data: Path) -> Iterator[Row]:
    """What is lost by looking closely only where hints lead: real heads, at many sizes, in bright and dark pictures."""
    quick, whole, rng = Faces(), Whole(), np.random.default_rng(2)
    heads = [
        (head, face.area.width)
        for name in FACES
        for image in sampled(data / name)
        for face in whole.see(image, careful=False)
        if (head := image[cut(face.area.grown(140))]).size
    ]
    backgrounds = list(robots(data))
    there = found = 0
    for width, light, turn in product((240, 120, *FACES_PX[:4]), (1, 0.6, 0.35), (1, -1)):
        for head, face_px in heads:
            part = cv2.resize(head[:, ::turn], None, fx=width / face_px, fy=width / face_px)
            picture = backgrounds[there % len(backgrounds)].copy()
            if min(np.subtract(picture.shape, part.shape)) < 1:
                continue
            y, x = (int(rng.integers(0, picture.shape[axis] - part.shape[axis])) for axis in (0, 1))
            picture[y : y + part.shape[0], x : x + part.shape[1]] = part * light
            seen = quick.see(picture, careful=False)
            for face in whole.see(picture, careful=False):
                there += 1
                found += any(face.area.overlap_milli(other.area) > 300 for other in seen)
    share = round(100 * found / there, 1)
    yield Row(f"faces a look at everything finds, found where hints lead, of {there}", share, "%", HINTED)


def plates() -> Iterator[Row]:
    rng = np.random.default_rng(1)
    read = 0
    for width in PLATES_PX:
        road = cv2.GaussianBlur(rng.integers(60, 160, (480, 640), dtype=np.uint8), (0, 0), 9)
        plate = np.full((110, 520), 240, np.uint8)
        cv2.putText(plate, "B KX 4711", (15, 85), cv2.FONT_HERSHEY_DUPLEX, 2.9, 20, 7)
        small = cv2.resize(plate, (width, width * 110 // 520), interpolation=cv2.INTER_AREA)
        road[200 : 200 + small.shape[0], 300 : 300 + width] = small
        tilted = cv2.warpAffine(road, cv2.getRotationMatrix2D((320, 240), 6, 1), (640, 480))
        seen = detectors().see(np.asarray(tilted, np.uint8))
        read += any(s.sight is Sight.TEXT and s.letters >= 5 and s.digits >= 2 for s in seen)
    sizes = ", ".join(map(str, PLATES_PX))
    yield Row(f"drawn plates found, {sizes} px wide", round(100 * read / len(PLATES_PX)), "%", ALL)


class Blind:
    """Sees and hears nothing: what is taken out is then metadata alone."""

    versions: dict[str, str] = {}  # noqa: RUF012 - a property of the port

    def see(self, image: NDArray[np.uint8], *, careful: bool = False, texts: bool = True) -> tuple[Sighting, ...]:
        return ()

    def hear(self, path: Path) -> tuple[Heard, ...]:
        return ()


class OnlyFaces(Blind):
    """The shipped detectors without text and voices."""

    def see(self, image: NDArray[np.uint8], *, careful: bool = False, texts: bool = True) -> tuple[Sighting, ...]:
        return detectors().see(image, careful=careful, texts=False)


def exiftool(path: Path) -> dict[str, Any]:
    told = subprocess.run(["exiftool", "-ee", "-G", "-a", "-j", str(path)], check=True, capture_output=True, text=True)
    tags: dict[str, Any] = json.loads(told.stdout)[0]
    return {name: value for name, value in tags.items() if any(word in name.lower() for word in POSITION)}


def tagged_jpeg(path: Path) -> Path:
    """A picture with a position, an author, a comment, and both again as XMP."""
    exif = Image.Exif()
    exif[0x013B] = "Ann Author"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 0.0), 3: "E", 4: (13.0, 24.0, 0.0)})
    xmp = (
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>"
        b"<rdf:Description xmlns:exif='http://ns.adobe.com/exif/1.0/' exif:GPSLatitude='52,30N'/></rdf:RDF></x:xmpmeta>"
    )
    out = io.BytesIO()
    Image.fromarray(np.full((64, 64, 3), 90, np.uint8)).save(out, "JPEG", exif=exif, comment=b"Ann", xmp=xmp)
    path.write_bytes(out.getvalue())
    return path


def metadata(data: Path, work: Path) -> Iterator[Row]:
    for source in (data / "gopro/karma.mp4", tagged_jpeg(work / "tagged.jpg")):
        target = work / f"clean_{source.name}"
        redact(source, target, Blind())
        if shutil.which("exiftool") is None:
            continue
        before, after = exiftool(source), exiftool(target)
        title = f"positions, names and serial numbers left in {source.name}, of {len(before)} kinds (ExifTool)"
        yield Row(title, len(after), "tags", NONE)


def profile() -> tuple[set[int], list[tuple[int, int]]]:
    """Tags of PS3.15 table E.1-1 whose action takes the value away or replaces it, and masked ones."""
    rows = [row for name, rows in runpy.run_path(str(file_of("dicomanonymizer", str(TABLE)))).items()
            if name.endswith("_TAGS") for row in rows]  # fmt: skip
    exact = {row[0] << 16 | row[1] for row in rows if len(row) == 2}
    return exact, [(row[0] << 16 | row[1], row[2] << 16 | row[3]) for row in rows if len(row) == 4]


def values(path: Path) -> dict[str, set[str]]:
    """Values by tag of everything the profile names, at every depth; private ones too."""
    exact, masked = profile()
    found: dict[str, set[str]] = {}
    for element in pydicom.dcmread(path).iterall():
        tag = int(element.tag)
        named = tag in exact or any(tag & mask == value for value, mask in masked) or element.tag.is_private
        if named and element.VR != "SQ" and not element.is_empty:
            found.setdefault(str(element.tag), set()).add(str(element.value))
    return found


def dicom(data: Path, work: Path) -> Iterator[Row]:
    bundled = Path(str(pydicom.data.__file__)).parent
    there = left = done = refused = 0
    for source in [*sorted((data / "dicom").glob("*.dcm")), *sorted(bundled.rglob("*.dcm"))]:
        target = work / f"{done + refused}.dcm"
        try:
            before = values(source)
            write(deidentified(source, b"k" * 32)[0], target)
        except Exception:
            refused += 1
            continue
        done += 1
        after = values(target)
        there += sum(map(len, before.values()))
        left += sum(len(old & after.get(tag, set())) for tag, old in before.items())
    title = f"DICOM values of the profile left, of {there} in {done} files; {refused} files refused (pydicom)"
    yield Row(title, left, "values", NONE)


def cost(data: Path, work: Path) -> Iterator[Row]:
    eyes: dict[str, Detectors | None] = {"nothing": None, "faces": OnlyFaces(), "faces, text and voices": detectors()}
    detectors().see(np.zeros((64, 64), np.uint8))  # weights are loaded once, not in every episode
    for name in BACKGROUNDS:
        episode = open_recording(data / name)[0]
        path = next(iter(episode.videos.values())).path
        decoding = min(decoded(path) for _ in range(3))
        for what, who in eyes.items():
            start = time.process_time()
            report = check_episode(episode, detectors=who)
            spent = time.process_time() - start
            found = sum(is_private(f.rule) for f in report.findings)
            title = f"{name}: suite that looks for {what}, over decoding; {found} private findings"
            yield Row(title, round(spent / decoding, 2), "x", SUITE if who else None)
    source = data / "ego_privacy/egoblur_face_video.mp4"
    start = time.process_time()
    made = redact(source, work / "ego.mp4", detectors()).files[0]
    spent_s = time.process_time() - start
    yield Row("redact, 2560x1920, a frame, looked at before and after", round(spent_s / made.frames, 2), "s of CPU")
    yield Row(
        f"faces and texts the detectors still have outside what was filled, {made.frames} frames",
        made.left,
        "sightings",
        NONE,
    )


def decoded(path: Path) -> float:
    """Seconds of CPU to decode a video in one thread."""
    start = time.process_time()
    with av.open(str(path)) as container:
        container.streams.video[0].codec_context.thread_count = 1
        for _ in container.decode(video=0):
            pass
    return time.process_time() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    data = parser.parse_args().data
    with TemporaryDirectory() as folder:
        work = Path(folder)
        rows = [
            *dicom(data, work),
            *plates(),
            *faces(data),
            *unseen(data),
            *widths(data),
            *hinted(data),
            *metadata(data, work),
            *cost(data, work),
        ]
    publish("privacy", rows, versions((*PACKAGES, "dicom-anonymizer", "pydicom", "av")))


if __name__ == "__main__":
    main()
