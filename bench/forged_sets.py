"""The episodes the checks are tried on: of each robot, as they are, re-encoded, and with each of the nine forgeries.

Made once below a folder and found there again, so that a long run can be split and tools judge the same bytes.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from headwater.formats import Recording, RecordingError, open_recording
from headwater.testing.forgeries import forge

CODECS = ("h264", "av1")
CLEAN = "reencoded"
NINE = (
    "frozen_video",
    "black_span",
    "shifted_actions",
    "mirrored_noised_copy",
    "video_of_another",
    "timestamp_jitter",
    "three_nan",
    "reversed_video",
    "cut_video",
)
PEOPLE = "ego_privacy"  # recordings of people who may only be looked for, not judged
MEDIA = (".mp4", ".mcap", ".vrs", ".hdf5", ".dcm", ".png", ".jpg")


@dataclass(frozen=True)
class Pool:
    """Episodes of one robot: where they are (recording, number)."""

    name: str
    episodes: tuple[tuple[Path, int], ...]

    def __len__(self) -> int:
        return len(self.episodes)

    def next_to(self, place: int) -> int:
        """Whose video is put into the episode at ``place`` where one other is enough."""
        return (place + 1) % len(self)


def pools(data: Path) -> list[Pool]:
    """The real G1 episodes of both sets as one, and the simulated first-person ones."""
    g1 = [(data / name, i) for name, count in (("lerobot_v21_g1", 3), ("lerobot_v30_g1", 2)) for i in range(count)]
    sim = [(data / "lerobot_v20_groot_sim", i) for i in range(3)]
    return [Pool("G1", tuple(g1)), Pool("simulated GR1", tuple(sim))]


def made(name: str, pool: Pool, place: int, codec: str, work: Path, donor: int | None = None) -> Path:
    """The forgery of one episode below ``work``, new if it is not there; ``donor`` is a place of the pool."""
    of = "" if donor is None else f"-{donor}"
    out = work / f"{pool.name.replace(' ', '-')}-{codec}-{name}-{place}{of}"
    if not out.exists():
        path, number = pool.episodes[place]
        root, other = (None, 0) if donor is None else pool.episodes[donor]
        half = out.with_name(f"{out.name}.{os.getpid()}.part")
        forge(name, path, half, episode=number, donor=root, donor_episode=other, codec=codec)
        with suppress(OSError):  # another process was faster; both made the same
            half.rename(out)
        shutil.rmtree(half, ignore_errors=True)
    return out


def recordings(data: Path) -> Iterator[Recording]:
    """Everything clean under ``data`` that opens; a file in a folder only if it reads otherwise by itself."""
    for path in sorted(data.iterdir()):
        inside = sorted(file for file in path.glob("*") if file.suffix in MEDIA) if path.is_dir() else []
        formats: set[str] = set()
        for candidate in [path, *inside] if path.name != PEOPLE else []:
            try:
                recording = open_recording(candidate)
            except RecordingError:
                continue
            if candidate == path:
                formats.add(recording.format)
            elif recording.format in formats:
                continue
            yield recording
