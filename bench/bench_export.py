"""A training set in and out, over ``ffmpeg -c copy`` of the same video, and rows by number beside LeRobotDataset.

The set is made here: 20 episodes of 300 rows, two H.264 cameras of 640x480, LeRobot's keyframe spacing. Every
measurement is a process of its own, so that its memory is its own; LeRobot runs in ``.venv-client-lerobot``
(tests/clients/lerobot.txt), or in the environment named by HEADWATER_CLIENT_LEROBOT.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import av
import numpy as np

from headwater.export import export_as, export_lerobot_v2, export_lerobot_v3, load
from headwater.formats import Episode, Kind, Source, Stream, Video, frames, ledger_of, open_recording
from report import ROOT, Goal, Row, publish, versions

EPISODES, ROWS, FPS = 20, 300, Fraction(30)
WIDTH, HEIGHT, CAMERAS = 640, 480, ("front", "wrist")
FORMS = {"mcap": "MCAP", "webdataset": "WebDataset", "huggingface": "Hugging Face", "rerun": "Rerun"}
ROUNDS, SEEN = 3, 150
LIMIT_MB, FASTER = Goal("<=", 400), Goal(">=", 2)
CLIENT = Path(os.environ.get("HEADWATER_CLIENT_LEROBOT", ROOT / ".venv-client-lerobot"))
LEROBOT = """
import json, os, sys, time
os.environ["HF_HUB_OFFLINE"] = "1"
sys.path.insert(0, sys.argv[1])
from check_lerobot import open_lerobot
from pathlib import Path
from importlib.metadata import version
dataset = open_lerobot(Path(sys.argv[2]), "v3.0")
rows = json.loads(sys.argv[3])
dataset[0]
start = time.process_time()
for row in rows: dataset[row]
used = {name: version(name) for name in ("lerobot-dataset", "torch", "torchcodec")}
print(json.dumps({"cpu_s": time.process_time() - start, "versions": used}))
"""


def write_camera(path: Path, seed: int, gop: int) -> None:
    """Blocks that drift over noise: enough detail to cost what real video costs."""
    rng = np.random.default_rng(seed)
    blocks = np.kron(rng.integers(0, 200, (HEIGHT // 16, WIDTH // 16, 3), np.uint8), np.ones((16, 16, 1), np.uint8))
    picture = blocks + rng.integers(0, 40, blocks.shape, np.uint8)
    options = {"crf": "26", "g": str(gop), "bf": "0", "preset": "ultrafast", "threads": "1"}
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(path), "w", format="mp4") as out:
        track: Any = out.add_stream("libx264", rate=FPS, options=options)
        track.width, track.height, track.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(ROWS):
            frame = av.VideoFrame.from_ndarray(np.roll(picture, 3 * number, axis=1), format="rgb24")
            frame.pts, frame.time_base = number, 1 / FPS
            out.mux(track.encode(frame))
        out.mux(track.encode())


def made(folder: Path, episodes: int, gop: int) -> Iterator[Episode]:
    """Episodes with 14 joints and the cameras."""
    times = np.arange(ROWS, dtype=np.int64) * 10**9 // 30
    axes = tuple(f"joint_{n}" for n in range(14))
    for number in range(episodes):
        rng = np.random.default_rng(number)
        joints = np.cumsum(rng.normal(0, 0.02, (ROWS, 14)), axis=0).astype(np.float32).astype(np.float64)
        videos = {}
        for place, key in enumerate(CAMERAS):
            path = folder / f"{key}-{number}.mp4"
            write_camera(path, 2 * number + place, gop)
            name = f"observation.images.{key}"
            videos[name] = Video(name, path, 0.0, ROWS, FPS, WIDTH, HEIGHT, "h264")
        yield Episode(
            name=f"take {number}",
            source=Source("made", folder, number, ()),
            length=ROWS,
            fps=FPS,
            embodiment="bench",
            tasks=("Push the block.",),
            streams={
                "observation.state": Stream("observation.state", Kind.STATE, times, joints, axes),
                "action": Stream("action", Kind.ACTION, times, np.roll(joints, -1, axis=0), axes),
            },
            videos=videos,
        )


def read_rows(root: Path, _: Path) -> None:
    """Every number of every episode and every packet's place; no picture."""
    for episode in open_recording(root):
        for video in episode.videos.values():
            ledger_of(video)


def read_frames(root: Path, _: Path) -> None:
    """The same with every frame as RGB."""
    for episode in open_recording(root):
        for video in episode.videos.values():
            for _frame in frames(video, gray=False):
                pass


def rows_by_number(root: Path, order: Path) -> float:
    """CPU seconds for the rows listed in ``order``, pictures as float32 (3, h, w) in 0..1 like LeRobot's."""
    with load(root).rows() as rows:
        listed = json.loads(order.read_text())
        _ = rows[0]
        start = time.process_time()
        for row in listed:
            for image in rows[row].images.values():
                np.divide(image.transpose(2, 0, 1), np.float32(255), dtype=np.float32)
        return time.process_time() - start


def write_form(form: str, root: Path, out: Path) -> None:
    """The set as another form; packets are copied and no statistics taken."""
    export_as(form, open_recording(root), out)


WORKS: dict[str, Callable[[Path, Path], object]] = {
    "import": read_rows,
    "decode": read_frames,
    "v3.0": lambda root, out: export_lerobot_v3(open_recording(root), out),
    "v2.1": lambda root, out: export_lerobot_v2(open_recording(root), out),
    **{form: partial(write_form, form) for form in FORMS},
    "rows": rows_by_number,
}


def work(name: str, root: Path, out: Path) -> dict[str, float]:
    """One work in a process of its own: CPU seconds and peak memory, libraries included in memory only."""
    done = subprocess.run(
        [sys.executable, __file__, name, str(root), str(out)], check=True, capture_output=True, text=True
    )
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def ffmpeg_copy(videos: list[Path], target: Path) -> float:
    """CPU seconds of one ffmpeg that copies every file."""
    target.mkdir()
    command = ["ffmpeg", "-v", "error"]
    for video in videos:
        command += ["-i", str(video)]
    for place, video in enumerate(videos):
        command += ["-map", str(place), "-c", "copy", str(target / f"{place}-{video.name}")]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def lerobot(root: Path, order: list[int]) -> dict[str, Any]:
    """The same rows by LeRobotDataset in its own environment."""
    python = CLIENT / "bin/python"
    if not python.exists():
        raise SystemExit("no LeRobot here: make the environment of tests/clients/lerobot.txt first (make clients)")
    command = [str(python), "-c", LEROBOT, str(ROOT / "tests/clients"), str(root), json.dumps(order)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def speed(folder: Path, source: Path) -> Iterator[Row]:
    videos = sorted(source.rglob("*.mp4"))
    size_mb = round(sum(video.stat().st_size for video in videos) / 1e6)
    titles = {"import": "read all rows and packet times", "decode": "read, every frame as RGB",
              "v3.0": "export to v3.0, statistics of pictures included",
              "v2.1": "export to v2.1, statistics of pictures included"}  # fmt: skip
    titles |= {form: f"export to {title}" for form, title in FORMS.items()}
    spent: dict[str, list[float]] = {}
    peaks: dict[str, float] = {}
    for turn in range(ROUNDS):
        spent.setdefault("copy", []).append(ffmpeg_copy(videos, folder / f"copy{turn}"))
        for name in titles:
            found = work(name, source, folder / f"{name}-{turn}")
            if name in FORMS:
                shutil.rmtree(folder / f"{name}-{turn}")
            spent.setdefault(name, []).append(found["cpu_s"])
            peaks[name] = max(peaks.get(name, 0.0), found["peak_mb"])
    copy = median(spent["copy"])
    peer = "ffmpeg -c copy, same video"
    for name, title in titles.items():
        cpu = median(spent[name])
        yield Row(f"{title}, {size_mb} MB", round(cpu, 2), "s of CPU", None, peer, round(copy, 2))
        yield Row(f"{title}: over copying", round(cpu / copy, 1), "x", None, peer, 1.0)
        yield Row(f"{title}: peak memory", round(peaks[name]), "MB", LIMIT_MB)


def access(folder: Path, root: Path, title: str, used: dict[str, str]) -> Iterator[Row]:
    total = json.loads((root / "meta/info.json").read_text())["total_frames"]
    order = [int(row) for row in np.random.default_rng(11).integers(0, total, SEEN)]
    listed = folder / "order.json"
    listed.write_text(json.dumps(order))
    ours, theirs = [], []
    for _ in range(ROUNDS):
        ours.append(work("rows", root, listed)["cpu_s"])
        found = lerobot(root, order)
        theirs.append(found["cpu_s"])
        used |= found["versions"]
    mine, other = SEEN / median(ours), SEEN / median(theirs)
    yield Row(f"rows by number, {title}", round(mine, 1), "rows/s of CPU", None, "LeRobotDataset", round(other, 1))
    yield Row(f"rows by number, {title}: faster", round(mine / other, 1), "x", FASTER, "LeRobotDataset", 1.0)


def main() -> None:
    rows: list[Row] = []
    used: dict[str, str] = {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        export_lerobot_v2(made(folder / "drawn", EPISODES, 2), folder / "source")
        rows += speed(folder, folder / "source")
        rows += access(folder, folder / "v3.0-0", "2 cameras H.264, keyframe every 2", used)
        export_lerobot_v3(made(folder / "long", 4, 30), folder / "sparse")
        rows += access(folder, folder / "sparse", "2 cameras H.264, keyframe every 30", used)
        real = ROOT / "examples/recordings/lerobot_v30_g1"
        rows += access(folder, real, "Unitree G1, 1 camera AV1", used)
    publish("export", rows, versions(("av", "numpy", "pyarrow")) | used)


def peak_mb() -> float:
    """Largest resident size of this process. Not ru_maxrss, which starts at the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / 1e6


def child() -> None:
    name, root, out = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    start = time.process_time()
    told = WORKS[name](root, out)
    cpu = told if isinstance(told, float) else time.process_time() - start
    print(json.dumps({"cpu_s": cpu, "peak_mb": peak_mb()}))


if __name__ == "__main__":
    child() if len(sys.argv) > 1 else main()
