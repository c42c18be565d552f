"""The whole suite on each recording we carry, over decoding the same frames once: decoding is the floor.

A fresh check is timed, from opening the recording to its reports. The readers remember files by size and time, so the
files of a copy are touched before each round.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile, copytree
from tempfile import TemporaryDirectory

import av

from headwater.checks import CopyIndex, check_episode
from headwater.client.spec_file import read_spec
from headwater.formats import Kind, Recording, episode_span, open_recording
from report import ROOT, Goal, Row, publish, versions
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


def main() -> None:
    rows: list[Row] = []
    with TemporaryDirectory() as folder:
        for name in SPECS:
            source, path = EXAMPLES / "recordings" / name, Path(folder) / name
            (copytree if source.is_dir() else copyfile)(source, path)
            rows += measure(name, path)
    publish("checks", rows, versions(("av", "numpy", "opencv-python-headless", "pdqhash", "pyarrow")))


if __name__ == "__main__":
    main()
