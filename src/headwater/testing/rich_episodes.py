"""An episode with everything the model knows, small, for tests of what must carry it on."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headwater.formats import Annotation, Audio, Calibration, Episode, Kind, Source, Stream, Text, Video
from headwater.testing.recordings import HEIGHT, WIDTH, numbered_frame

ROWS, FPS = 24, 30
VIDEO, PHOTOS, DEPTH, GREY = "observation.images.front", "photos", "depth", "grey"
_POSE = ("x", "y", "z", "qx", "qy", "qz", "qw")


class MadeStills:
    """Pictures in memory: encoded ones with their bytes, bare ones as pixels."""

    def __init__(self, times_ns: NDArray[np.int64], images: list[NDArray[Any]], suffix: str = "") -> None:
        self.times_ns, self._images, self._suffix = times_ns, images, suffix

    def size_bytes(self, index: int) -> int:
        """Of the encoded picture, or of the pixels."""
        found = self.encoded(index)
        return len(found[1]) if found else int(self._images[index].nbytes)

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        """JPEG if made so."""
        if not self._suffix:
            return None
        data = io.BytesIO()
        Image.fromarray(self._images[index]).save(data, "JPEG", quality=80)
        return "image/jpeg", data.getvalue()

    def image(self, index: int) -> NDArray[Any]:
        """The pixels, or what JPEG leaves of them."""
        found = self.encoded(index)
        return np.asarray(Image.open(io.BytesIO(found[1]))) if found else self._images[index]


def rich_episode(folder: Path, *, start: int = 0, bframes: int = 0, seed: int = 0) -> Episode:
    """Table, sensors of odd values and clocks, a video of uneven frame times, stills, words, labels, lens and sound.

    Args:
        folder: gets the video and the sound.
        start: frames of the video before the episode; its key frames are 4 apart, so 1 must be encoded again.
        bframes: of the video.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    streams = {s.name: s for s in (*_table(rng), *_sensors(rng))}
    video = _video(folder / "front.mp4", start, bframes)
    photos = _stills(PHOTOS, folder, [rng.integers(0, 255, (24, 32, 3), np.uint8) for _ in range(7)], "jpg")
    deep = [rng.integers(0, 65535, (12, 16), np.uint16) for _ in range(5)]
    depth = _stills(DEPTH, folder, deep, "", depth_unit_m=0.001, pix_fmt="gray16le")
    grey = _stills(GREY, folder, [rng.integers(0, 255, (12, 16), np.uint8) for _ in range(3)], "", pix_fmt="gray")
    return Episode(
        name="made",
        source=Source("made", folder, 0, (video.path,)),
        length=ROWS,
        fps=Fraction(FPS),
        embodiment="made_arm",
        tasks=("Put the köttbulle away.",),
        streams=streams,
        videos={video.key: video, PHOTOS: photos, DEPTH: depth, GREY: grey},
        ledger={"length": ROWS, "task_texts": {3: "Put the köttbulle away."}},
        meta={"firmware": "1.2", "shape": (1, 2), "odd": float("nan")},
        notes=("Made for a test.",),
        audio={"microphone": _audio(folder / "sound.m4a")},
        texts={"events": Text("events", np.array([0, 5, 700_000_001]), ("start", "", "grün"), clock="imu")},
        annotations=(
            Annotation("bug", (1.5, 2.0, 3.25, 4.0), (), PHOTOS, 2),
            Annotation("leaf", None, (1.0, 1.0, 5.0, 1.0, 5.0, 5.0), PHOTOS, 2),
            Annotation("blurred", camera=PHOTOS, frame=4),
        ),
        calibration={
            video.key: Calibration((50.0, 51.0, 32.0, 24.0), "plumb_bob", (0.1, 0.0, 0.0, 0.0, 0.2)),
            PHOTOS: Calibration(pose=(0.1, 0.2, 0.3, 0.0, 0.0, 0.0, 1.0), frame="base"),
        },
    )


def _table(rng: np.random.Generator) -> list[Stream]:
    times = np.round(np.arange(ROWS) * 1e9 / FPS).astype(np.int64)
    joints = ("shoulder.pos", "elbow.pos", "0 wrist")
    state = rng.normal(size=(ROWS, 3)).astype(np.float32).astype(np.float64)
    done = np.zeros((ROWS, 1), np.int64)
    done[-1] = 1
    return [
        Stream("observation.state", Kind.STATE, times, state, joints, unit="rad"),
        Stream("action", Kind.ACTION, times, state + 0.5, joints, unit="rad", dtype="float64"),
        Stream("done", Kind.DONE, times, done, ("done",), dtype="bool"),
        Stream("task_index", Kind.TASK_INDEX, times, np.full((ROWS, 1), 3), ("task_index",), dtype="int64"),
    ]


def _sensors(rng: np.random.Generator) -> list[Stream]:
    odd = np.array([[np.nan, -0.0, 1e308], [np.inf, 5e-324, 0.1], [0.0, -np.inf, 1 / 3]])
    late = np.array([-1_500_000_000, 3, 900_000_007])
    back = np.array([20, 10, 30, 30])
    wide = tuple(f"taxel {i}" for i in range(200))
    counts = np.array([[2**62 + 1], [-(2**53) - 1], [7]])
    pose, place = rng.normal(size=(3, 7)), np.array([[48.1, 11.5, 520.0]] * 3)
    return [
        Stream("imu/gyro", Kind.GYRO, late, odd, ("x", "y", "z"), unit="rad/s", clock="imu", dtype="float64"),
        Stream("imu@back", Kind.OTHER, back, rng.normal(size=(4, 1)), ("x",), clock="imu", dtype="float64"),
        Stream("COUNT", Kind.LABEL, late, counts, ("timestamp",), clock="imu", dtype="int64"),
        Stream("count", Kind.OTHER, late, counts % 5, ("n",), clock="imu", dtype="int64"),
        Stream("skin", Kind.TACTILE, late, rng.normal(size=(3, 200)), wide, clock="skin", dtype="float64"),
        Stream("head", Kind.POSE, late, pose, _POSE, unit="m", clock="imu", dtype="float64"),
        Stream("fix", Kind.GPS, late, place, ("latitude", "longitude", "altitude"), "deg,deg,m", "gps", "float64"),
    ]


def _video(path: Path, start: int, bframes: int) -> Video:
    """H.264 with frames 1/30 s apart but for a pause in the middle, in ticks of 1/90000 s."""
    options = {"crf": "10", "g": "4", "keyint_min": "4", "bf": str(bframes), "sc_threshold": "0", "threads": "1"}
    with av.open(str(path), "w", format="mp4") as out:
        track: Any = out.add_stream("libx264", rate=FPS, options=options)
        track.width, track.height, track.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        track.time_base = track.codec_context.time_base = Fraction(1, 90_000)
        for number in range(start + ROWS):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            frame.planes[0].update(numbered_frame(number).tobytes())
            for plane in frame.planes[1:]:
                plane.update(b"\x80" * plane.buffer_size)
            frame.pts = number * 3000 + (1234 if number > start + ROWS // 2 else 0)
            frame.time_base = Fraction(1, 90_000)
            out.mux(track.encode(frame))
        out.mux(track.encode())
    return Video(VIDEO, path, start / FPS, None, Fraction(FPS), WIDTH, HEIGHT, "h264", shared=start > 0)


def _stills(key: str, folder: Path, images: list[NDArray[Any]], suffix: str, **more: Any) -> Video:
    times = 11 + np.arange(len(images), dtype=np.int64) ** 2 * 1_000_003
    height, width = images[0].shape[:2]
    codec = "mjpeg" if suffix else "raw"
    stills = MadeStills(times, images, suffix)
    fps = Fraction(10)
    return Video(key, folder / "stills", 0.0, len(images), fps, width, height, codec, stills=stills, **more)


def _audio(path: Path) -> Audio:
    tone = (1000 * np.sin(np.arange(8192) / 10)).astype(np.float32) / 32768
    with av.open(str(path), "w", format="mp4") as out:
        track: Any = out.add_stream("aac", rate=8000, options={"flags": "+bitexact"})
        track.layout = "mono"
        frame = av.AudioFrame.from_ndarray(tone[np.newaxis], format="fltp", layout="mono")
        frame.rate, frame.pts = 8000, 0
        out.mux(track.encode(frame))
        out.mux(track.encode())
    return Audio("microphone", path, 0, 8000, 1, "aac")
