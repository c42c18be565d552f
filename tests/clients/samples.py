"""Sample datasets for the clients, and the truth about them: what our readers found in the source."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from headwater.export import OUTPUTS, ExportReport, Provenance, export_as
from headwater.export.media.stills import frame_times_ns
from headwater.formats import Episode, Video, frames, open_recording
from headwater.testing.picture_digests import decoded, of_pixels
from headwater.testing.recordings import write_lerobot_v21, write_lerobot_v30
from headwater.testing.rich_episodes import rich_episode

EXAMPLES = Path(__file__).parents[2] / "examples/recordings"
SHARED = Path(__file__).parents[3] / "shared/data"
# LeRobot's rows have one picture of every camera each
LEROBOT = frozenset({"table", "shared_file", "g1"})


def write_samples(folder: Path) -> Iterator[tuple[str, str, ExportReport]]:
    """Write every set in every form it has; yields set, form and report."""
    for name, episodes in _sets(folder / "sources"):
        truth = folder / f"{name}.truth"
        truth.mkdir()
        for number, episode in enumerate(episodes):
            _tell(episode, truth / f"episode-{number:06d}")
        for form in OUTPUTS:
            if form.startswith("lerobot") and name not in LEROBOT:
                continue
            about = Provenance(title=name, licence="cc-by-4.0", campaign="A sample for clients.")
            report = export_as(form, episodes, folder / f"{name}.{form}", provenance=about)
            again = [[one.episode_index, one.camera, one.spans] for one in report.reencoded]
            (truth / f"{form}.json").write_text(json.dumps(again), encoding="utf-8")
            yield name, form, report


def spoil(folder: Path, target: Path, name: str = "table") -> Path:
    """Copies of one set beside a truth that says one number in its last digit otherwise: a check must see it."""
    target.mkdir()
    for path in folder.glob(f"{name}.*"):
        shutil.copytree(path, target / path.name)
    path = target / f"{name}.truth/episode-000001.npz"
    arrays = dict(np.load(path, allow_pickle=False))
    arrays["values:action"][7, 1] = np.nextafter(arrays["values:action"][7, 1], np.inf)
    np.savez(path, **arrays)
    return target


def _sets(folder: Path) -> Iterator[tuple[str, Sequence[Episode]]]:
    yield "table", open_recording(write_lerobot_v21(folder / "table", [20, 33])).episodes
    yield "shared_file", open_recording(write_lerobot_v30(folder / "shared_file", [15, 12, 9])).episodes
    yield "rich", [rich_episode(folder / f"rich{n}", start=4 * n, seed=n) for n in range(2)]
    yield "g1", open_recording(EXAMPLES / "lerobot_v30_g1").episodes
    yield "gopro", open_recording(EXAMPLES / "gopro_karma.mp4").episodes
    if SHARED.is_dir():
        yield "bridge", open_recording(SHARED / "rlds_bridge").episodes
        yield "aloha", open_recording(SHARED / "hdf5/g1_aloha_episode_0.hdf5").episodes
        yield "karma_mcap", open_recording(SHARED / "mcap/gopro_karma_ros2.mcap").episodes
        yield "aria", open_recording(SHARED / "vrs/aria_gen1_unit_test_timecode.vrs").episodes


def _tell(episode: Episode, path: Path) -> None:
    arrays: dict[str, Any] = {}
    for name, stream in episode.streams.items():
        arrays[f"values:{name}"], arrays[f"times:{name}"] = stream.values, stream.times_ns
    for key, video in episode.videos.items():
        arrays[f"frames:{key}"] = frame_times_ns(video)
    np.savez(path.with_suffix(".npz"), **arrays)
    about = {
        "length": episode.length,
        "tasks": list(episode.tasks),
        "streams": {s.name: {"axes": list(s.axes), "unit": s.unit, "clock": s.clock, "kind": s.kind.value}
                    for s in episode.streams.values()},
        "cameras": {key: {"pictures": _pictures(video), "width": video.width, "height": video.height}
                    for key, video in episode.videos.items()},
        "texts": {name: [text.times_ns.tolist(), list(text.texts)] for name, text in episode.texts.items()},
        "annotations": len(episode.annotations),
    }  # fmt: skip
    path.with_suffix(".json").write_text(json.dumps(about), encoding="utf-8")


def _pictures(video: Video) -> list[str]:
    if video.stills is None:
        return [of_pixels(frame.image) for frame in frames(video, gray=False)]
    return decoded(video)
