"""Load an exported dataset back, frame by frame, in order or by row number."""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.export.errors import ShortVideoError
from headwater.formats import Episode, FrameReader, Kind, Recording, frames, open_recording


@dataclass(frozen=True, eq=False)
class Sample:
    """One row with its pictures.

    Attributes:
        episode_index, frame_index: where it stands.
        timestamp_s: from the episode's start.
        task: text.
        values: feature name to a (d,) array.
        images: camera key to uint8 (h, w, 3) RGB.
    """

    episode_index: int
    frame_index: int
    timestamp_s: float
    task: str
    values: dict[str, NDArray[Any]]
    images: dict[str, NDArray[np.uint8]]


@dataclass(frozen=True)
class Dataset:
    """An opened dataset; iterating holds one episode's rows and one frame a camera in memory."""

    recording: Recording

    def __len__(self) -> int:
        """Number of episodes."""
        return len(self.recording)

    def __iter__(self) -> Iterator[Sample]:
        for episode in self.recording:
            yield from samples(episode)

    def rows(self) -> Rows:
        """The same rows in any order. Close it, or use it in a ``with``."""
        return Rows(self.recording)


class Rows:
    """Rows of a dataset by number, in any order; a sequence for one thread.

    Holds the numbers of at most ``max_episodes`` episodes, and files open, but no picture.
    """

    def __init__(self, recording: Recording, max_episodes: int = 64) -> None:
        self._recording = recording
        self._frames = FrameReader()
        self._held: OrderedDict[int, tuple[Episode, list[str]]] = OrderedDict()
        self._max = max_episodes
        self._ends = list(accumulate(episode.length for episode in recording))

    def __len__(self) -> int:
        """Number of rows."""
        return self._ends[-1] if self._ends else 0

    def __getitem__(self, row: int) -> Sample:
        """Row ``row`` with the frame of every camera. Raises IndexError, RecordingError."""
        if not 0 <= row < len(self):
            raise IndexError(f"row {row} of {len(self)}")
        number = bisect_right(self._ends, row)
        episode, tasks = self._episode(number)
        place = row - (self._ends[number - 1] if number else 0)
        images = {key: self._frames.frame(video, place).image for key, video in episode.videos.items()}
        return _sample(episode, place, tasks[place], images)

    def close(self) -> None:
        """Close the video files."""
        self._frames.close()

    def __enter__(self) -> Rows:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _episode(self, number: int) -> tuple[Episode, list[str]]:
        held = self._held.pop(number, None)
        if held is None:
            episode = self._recording[number]
            held = episode, _tasks(episode)
        self._held[number] = held
        if len(self._held) > self._max:
            self._held.popitem(last=False)
        return held


def load(root: Path) -> Dataset:
    """Open a dataset, of any format ``formats`` reads. Raises RecordingError."""
    return Dataset(open_recording(root))


def samples(episode: Episode) -> Iterator[Sample]:
    """An episode's rows in order, each with the frame of every camera. Raises ShortVideoError."""
    cameras = {key: frames(video, gray=False) for key, video in episode.videos.items()}
    tasks = _tasks(episode)
    for row in range(episode.length):
        images = {}
        for key, pictures in cameras.items():
            frame = next(pictures, None)
            if frame is None:
                raise ShortVideoError(f"{episode.name}: camera {key} ended early", actual=row, allowed=episode.length)
            images[key] = frame.image
        yield _sample(episode, row, tasks[row], images)


def _sample(episode: Episode, row: int, task: str, images: dict[str, NDArray[np.uint8]]) -> Sample:
    return Sample(
        episode_index=episode.source.index,
        frame_index=row,
        timestamp_s=float(row / episode.fps),
        task=task,
        values={name: stream.values[row] for name, stream in episode.streams.items() if stream.clock == "row"},
        images=images,
    )


def _tasks(episode: Episode) -> list[str]:
    texts = episode.ledger.get("task_texts", {})
    streams = episode.of_kind(Kind.TASK_INDEX)
    if not streams:
        return [episode.tasks[0] if episode.tasks else ""] * episode.length
    return [texts.get(int(number), "") for number in streams[0].values[:, 0]]
