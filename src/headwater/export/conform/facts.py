"""What a plan needs to know of an episode: names, types, ranges and rates, without its rows."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from headwater.export.errors import Problem
from headwater.export.lerobot.layout import camera_key
from headwater.formats import Episode, Kind, Stream
from headwater.formats.conventions import Conventions, stated_beside


@dataclass(frozen=True)
class StreamFacts:
    """A stream: see ``formats.Stream``. ``low`` and ``high`` are of each axis, NaN where it has no number."""

    name: str
    kind: Kind
    dtype: str
    axes: tuple[str, ...]
    unit: str
    clock: str
    low: tuple[float, ...]
    high: tuple[float, ...]
    first_ns: int


@dataclass(frozen=True)
class Facts:
    """An episode.

    Attributes:
        label: folder and episode, for people.
        cameras: feature name (with ``observation.images.``) to own key and (width, height) as people see it.
    """

    label: str
    fps: Fraction
    streams: dict[str, StreamFacts]
    cameras: dict[str, tuple[str, tuple[int, int]]]
    conventions: Conventions

    def problem(self, field: str, problem: str, actual: object, allowed: object, fix: str) -> Problem:
        """A problem of this episode."""
        return Problem(self.label, field, problem, str(actual), str(allowed), fix)


def facts_of(episode: Episode, given: Conventions | None = None) -> Facts:
    """Facts of one episode; ``given`` counts before what is stated beside it. Raises ConventionsError."""
    stated = stated_beside(episode)
    return Facts(
        label=label_of(episode),
        fps=episode.fps,
        streams={s.name: _stream(s) for s in episode.streams.values() if s.kind is not Kind.TASK_INDEX},
        cameras={camera_key(key): (key, v.shown_size) for key, v in episode.videos.items()},
        conventions=given.over(stated) if given else stated,
    )


def label_of(episode: Episode) -> str:
    """Folder and episode: no path of this machine."""
    return f"{episode.source.root.name} {episode.name}"


def _stream(stream: Stream) -> StreamFacts:
    low, high = _ends(stream.values)
    first = int(stream.times_ns[0]) if len(stream.times_ns) else 0
    facts = (stream.name, stream.kind, stream.dtype, stream.axes, stream.unit, stream.clock)
    return StreamFacts(*facts, low=low, high=high, first_ns=first)


def _ends(values: NDArray[np.float64]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    numbers = values.astype(np.float64)
    usable = np.isfinite(numbers)
    low = np.where(usable, numbers, np.inf).min(axis=0, initial=np.inf)
    high = np.where(usable, numbers, -np.inf).max(axis=0, initial=-np.inf)
    empty = ~usable.any(axis=0)
    low[empty] = high[empty] = np.nan
    return tuple(low.tolist()), tuple(high.tolist())
