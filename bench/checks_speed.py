"""The whole suite on each recording we carry, over decoding the same frames once: decoding is the floor.

A fresh check is timed, from opening the recording to its reports. The readers remember files by size and time, so the
files of a copy are touched before each round.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile, copytree
from tempfile import TemporaryDirectory

import av

from headwater.checks import CopyIndex, check_episode
from headwater.client import checked
from headwater.client.offline import check_offline
from headwater.client.spec_file import read_spec
from headwater.client.trail import Trail
from headwater.formats import Kind, Recording, episode_span, open_recording
from report import ROOT, Goal, Row
from spent import run
from timing import cpu_medians

ROUNDS = 15
THREADS = 1
PEER = "PyAV decode, same threads"
GOAL, GOAL_WITH_FLOW = Goal("<=", 1.5), Goal("<=", 2.2)
EXAMPLES = ROOT / "examples"
SPECS = {
    "gopro_karma.mp4": "first_person_imu",
    "lerobot_v21_g1": "humanoid_pick",
    "lerobot_v30_g1": "humanoid_pick",
    "lerobot_v30_so100": "so100_pick",
}


def rows() -> Iterator[Row]:
    """Every recording: time, an unchanged episode again, memory."""
    with TemporaryDirectory() as folder:
        for name in SPECS:
            source, path = EXAMPLES / "recordings" / name, Path(folder) / name
            (copytree if source.is_dir() else copyfile)(source, path)
            yield from measure(name, path)
            yield again(name, path, Path(folder))
            yield as_program(name, path, Path(folder))
            yield memory(name, path, Path(folder))


def others(name: str) -> CopyIndex:
    """An index that has seen every episode but those of ``name``."""
    index = CopyIndex()
    for recording in SPECS:
        if recording != name:
            for episode in open_recording(EXAMPLES / "recordings" / recording):
                prints = check_episode(episode).fingerprints
                index.add(f"{recording}/{episode.name}", len(index) + 1, bytes([len(index)]) * 32, prints)
    return index


def videos(recording: Recording) -> set[Path]:
    return {video.path for episode in recording for video in episode.videos.values()}


def decode(path: Path) -> int:
    """Frames of the first video track; nothing is done with them."""
    with av.open(str(path)) as container:
        track = container.streams.video[0]
        track.codec_context.thread_count = THREADS
        track.thread_type = "SLICE"
        return sum(1 for _ in container.decode(track))


def measure(name: str, path: Path) -> Iterator[Row]:
    """The rows of the recording at ``path``, a copy nobody else reads."""
    spec, index = read_spec(EXAMPLES / "specs" / f"{SPECS[name]}.json"), others(name)
    recording = open_recording(path)
    files = videos(recording)
    seen = [episode_span(video) for episode in recording for video in episode.videos.values()]
    frames = sum(stop - first for first, stop in seen)
    assert frames == sum(decode(file) for file in files), "both sides must decode the same frames"

    def check() -> None:
        for file in [path, *path.rglob("*")]:
            os.utime(file)
        for episode in open_recording(path):
            check_episode(episode, spec=spec, index=index, content_root=b"\xff" * 32, threads=THREADS)

    spent = cpu_medians({"check": check, "decode": lambda: [decode(file) for file in files]}, ROUNDS)
    flow = bool(recording[0].of_kind(Kind.GYRO))
    title = f"{name}, {frames} frames" + (", with flow" if flow else "")
    yield Row(title, round(spent["check"], 3), "s of CPU", None, PEER, round(spent["decode"], 3))
    ratio = round(spent["check"] / spent["decode"], 2)
    yield Row(f"{title}: CPU over decoding", ratio, "x", GOAL_WITH_FLOW if flow else GOAL, PEER, 1.0)


def again(name: str, path: Path, work: Path) -> Row:
    """An unchanged episode again over a fresh check, without detectors: both from the path to the report.

    What a process remembers of files and code is forgotten before each round, so bytes are hashed as in a new process;
    its imports are not in it (``as_program``).
    """
    kept = checked.Checked(work / f"checked {name}")
    spec = read_spec(EXAMPLES / "specs" / f"{SPECS[name]}.json")
    trail = Trail(kept, path, spec, None)

    def fresh() -> None:
        recording = open_recording(path)
        found = checked.name_of(recording[0], spec, None)
        kept.put(found, check_offline(recording[0], work / "cut", spec, None))
        trail.put(len(recording), {0: (recording[0], found)})

    def known() -> None:
        checked._hash.cache_clear()
        checked._code.cache_clear()
        assert trail.known([0])

    fresh()
    spent = cpu_medians({"fresh": fresh, "known": known}, 7)
    share = round(100 * spent["known"] / spent["fresh"], 2)
    return Row(f"{name}, an unchanged episode again over a fresh check", share, "%", Goal("<=", 1))


def as_program(name: str, path: Path, work: Path) -> Row:
    """The same as whole programs, imports and detectors and all episodes included."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "headwater",
        "check",
        path,
        "--json",
        "--home",
        work / f"home {name}",
    ]
    fresh, known = run(command, work), run(command, work)
    assert json.loads(fresh.output) == json.loads(known.output), "both must say the same"
    share = round(100 * known.cpu_s / fresh.cpu_s, 1)
    return Row(f"{name}, headwater check again as a program, {known.cpu_s:.2f} s of CPU, over the first", share, "%")


def memory(name: str, path: Path, work: Path) -> Row:
    """Most memory of ``headwater check`` on the whole recording, as a program."""
    ended = run([sys.executable, "-m", "headwater", "check", path, "--fresh", "--json"], work)
    assert ended.code in (0, 1), ended.output[-500:]
    return Row(f"{name}, memory of headwater check", round(ended.memory_mb), "MB", Goal("<=", 400))
