"""Load an exported dataset back, frame by frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.export.errors import ShortVideoError
from headwater.formats import Episode, Kind, Recording, frames, open_recording


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
        yield Sample(
            episode_index=episode.source.index,
            frame_index=row,
            timestamp_s=float(row / episode.fps),
            task=tasks[row],
            values={name: stream.values[row] for name, stream in episode.streams.items() if stream.clock == "row"},
            images=images,
        )


def _tasks(episode: Episode) -> list[str]:
    texts = episode.ledger.get("task_texts", {})
    streams = episode.of_kind(Kind.TASK_INDEX)
    if not streams:
        return [episode.tasks[0] if episode.tasks else ""] * episode.length
    return [texts.get(int(number), "") for number in streams[0].values[:, 0]]
