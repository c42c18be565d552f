"""Speech by Silero VAD (weights of silero-vad, MIT): 32 ms at a time of 16 kHz mono.

It tells speech from noise, not who speaks. Threshold .5 is its own; .25 s in a row is its shortest speech.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from headwater.formats.video import open_container
from headwater.privacy.models import Heard
from headwater.privacy.networks import file_of, session

RATE, WINDOW, CONTEXT = 16_000, 512, 64
SPEECH, SHORTEST_S, GAP_S = 0.5, 0.25, 0.1
SILENCE = 10 ** (-70 / 20)


class Voices:
    """The detector; loads its weights when it first listens."""

    def hear(self, path: Path) -> tuple[Heard, ...]:
        """Every audio track of an MP4 or MOV. Raises RecordingError."""
        with open_container(path) as container:
            count = len(container.streams.audio)
        return tuple(self._track(path, track) for track in range(count))

    def _track(self, path: Path, track: int) -> Heard:
        sound = samples(path, track)
        silent = not sound.size or float(np.abs(sound).max()) < SILENCE
        spans = () if silent else _spans(self._chances(sound))
        return Heard(track, len(sound) / RATE, spans, silent)

    def _chances(self, sound: NDArray[np.float32]) -> NDArray[np.float64]:
        """Chance of speech in each window, (n,)."""
        state, before = np.zeros((2, 1, 128), np.float32), np.zeros((1, CONTEXT), np.float32)
        rate, chances = np.array(RATE, np.int64), []
        for start in range(0, len(sound) - WINDOW + 1, WINDOW):
            window = np.concatenate([before, sound[None, start : start + WINDOW]], axis=1)
            chance, state = self._network.run(None, {"input": window, "state": state, "sr": rate})
            before = window[:, -CONTEXT:]
            chances.append(float(chance[0, 0]))
        return np.array(chances)

    @cached_property
    def _network(self) -> Any:
        return session(file_of("silero_vad", "data/silero_vad.onnx"))


def samples(path: Path, track: int) -> NDArray[np.float32]:
    """A track as 16 kHz mono, full scale 1.0. Raises RecordingError."""
    parts = []
    with open_container(path) as container:
        turn = av.AudioResampler("flt", "mono", RATE)
        for frame in container.decode(audio=track):
            parts += [piece.to_ndarray()[0] for piece in turn.resample(frame)]
    return np.concatenate(parts).astype(np.float32) if parts else np.zeros(0, np.float32)


def _spans(chances: NDArray[np.float64]) -> tuple[tuple[int, int], ...]:
    """[start, end) in ms of speech, short gaps closed, short bursts left out."""
    step = WINDOW / RATE
    found: list[list[float]] = []
    for place in np.flatnonzero(chances > SPEECH):
        if found and place * step - found[-1][1] <= GAP_S:
            found[-1][1] = (place + 1) * step
        else:
            found.append([place * step, (place + 1) * step])
    return tuple((round(a * 1000), round(b * 1000)) for a, b in found if b - a >= SHORTEST_S)
