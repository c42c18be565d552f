"""The recordings of the cast: real ones from ``examples/recordings``, bad ones made from them on the spot."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from headwater.demo.errors import DemoError
from headwater.privacy import strip_film
from headwater.testing.forgeries import forge, half_done

_NAMES = ("lerobot_v30_g1", "lerobot_v21_g1", "gopro_karma.mp4")


def source_folder() -> Path:
    """``examples/recordings`` of this checkout, or HEADWATER_RECORDINGS.

    Raises:
        DemoError: it is not there.
    """
    named = os.environ.get("HEADWATER_RECORDINGS")
    roots = [Path(named)] if named else [p / "examples" / "recordings" for p in Path(__file__).resolve().parents]
    for root in roots:
        if all((root / name).exists() for name in _NAMES):
            return root
    fix = "run the demo from a checkout, or set HEADWATER_RECORDINGS to its examples/recordings"
    raise DemoError("example recordings", actual="not found", allowed=", ".join(_NAMES), fix=fix)


def make_all(source: Path, out: Path, pool: ProcessPoolExecutor) -> Mapping[str, Future[Path]]:
    """Starts making every recording of the cast; key to the path it will be at."""
    return {name: pool.submit(maker, source, out / name) for name, maker in MAKERS.items()}


def _plain(name: str) -> Callable[[Path, Path], Path]:
    return _Plain(name)


class _Plain:
    """A recording used as it is (a class, so that a worker process can be sent it)."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __call__(self, source: Path, out: Path) -> Path:
        return source / self._name


class _Forged:
    def __init__(self, kind: str, name: str, episode: int = 0, donor: str = "", donor_episode: int = 0) -> None:
        self._kind, self._name, self._episode = kind, name, episode
        self._donor, self._donor_episode = donor, donor_episode

    def __call__(self, source: Path, out: Path) -> Path:
        donor = source / self._donor if self._donor else None
        return forge(
            self._kind,
            source / self._name,
            out,
            episode=self._episode,
            donor=donor,
            donor_episode=self._donor_episode,
        )


def _clip(source: Path, out: Path) -> Path:
    """The GoPro clip without where its drone flew, and without sound. Nobody is in the picture, so that is all."""
    made = out.with_name(f"{out.name}_clip.mp4")
    made.parent.mkdir(parents=True, exist_ok=True)
    strip_film(source / "gopro_karma.mp4", made)
    return made


class _ForgedClip:
    def __init__(self, kind: str) -> None:
        self._kind = kind

    def __call__(self, source: Path, out: Path) -> Path:
        return forge(self._kind, _clip(source, out), out)


def _half_done(source: Path, out: Path) -> Path:
    return half_done(source / "lerobot_v30_g1", out, episode=1)


MAKERS: Mapping[str, Callable[[Path, Path], Path]] = {
    "g1_v30": _plain("lerobot_v30_g1"),
    "g1_v21": _plain("lerobot_v21_g1"),
    "gopro": _clip,
    "exact_copy": _Forged("exact_copy", "lerobot_v21_g1"),
    "mirrored": _Forged("mirrored_noised_copy", "lerobot_v30_g1", 0),
    "frozen": _Forged("frozen_video", "lerobot_v21_g1", 1),
    "black": _Forged("black_span", "lerobot_v21_g1", 1),
    "swapped": _Forged("video_of_another", "lerobot_v21_g1", 1, "lerobot_v21_g1", 0),
    "shifted": _Forged("shifted_actions", "lerobot_v21_g1", 1),
    "half_done": _half_done,
    "gyro_csv": _ForgedClip("gyro_csv"),
    "gyro_gpmf": _ForgedClip("gyro_gpmf"),
}
