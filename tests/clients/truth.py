"""What a sample must hold, for checks that run without Headwater. Written by ``samples``."""

from __future__ import annotations

import hashlib
import io
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image


class DifferenceError(AssertionError):
    """A sample does not hold what the source held."""


class Truth:
    """One episode of a source.

    Attributes:
        about: length, tasks, streams, cameras, texts; again: frames of cameras that the form's export encoded again.
    """

    def __init__(self, folder: Path, number: int, form: str) -> None:
        path = folder / f"episode-{number:06d}"
        self.about: dict[str, Any] = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
        self._arrays = np.load(path.with_suffix(".npz"), allow_pickle=False)
        again = json.loads((folder / f"{form}.json").read_text(encoding="utf-8"))
        self.again = {
            camera: {frame for span in spans for frame in range(*span)}
            for episode, camera, spans in again
            if episode == number
        }

    def demand_stream(self, name: str, times_ns: Any, values: Any) -> None:
        """Times and values are the source's, bit for bit."""
        wanted: NDArray[Any] = self._arrays[f"values:{name}"]
        found = np.asarray(values, dtype=wanted.dtype).reshape(len(wanted), -1)
        if found.shape != wanted.shape or found.tobytes() != np.ascontiguousarray(wanted).tobytes():
            raise DifferenceError(f"stream {name}: values differ")
        self.demand_times(name, times_ns, self._arrays[f"times:{name}"])

    def demand_times(self, name: str, found: Any, wanted: Any) -> None:
        """Times are equal to the nanosecond."""
        if not np.array_equal(np.asarray(found, np.int64), np.asarray(wanted, np.int64)):
            raise DifferenceError(f"{name}: times differ")

    def demand_camera(self, key: str, times_ns: Any, digests: Sequence[str]) -> None:
        """Pictures come at the source's times; each is the source's if it was not encoded again."""
        self.demand_times(key, times_ns, self._arrays[f"frames:{key}"])
        wanted = self.about["cameras"][key]["pictures"]
        again = self.again.get(key, set())
        equal = sum(n in again or a == b for n, (a, b) in enumerate(zip(digests, wanted, strict=False)))
        if not len(digests) == len(wanted) == equal:
            raise DifferenceError(
                f"camera {key}: {equal} of {len(wanted)} pictures are the source's, {len(digests)} found"
            )

    def times(self, name: str) -> NDArray[np.int64]:
        """Of a stream."""
        found: NDArray[np.int64] = self._arrays[f"times:{name}"]
        return found

    def demand_texts(self, name: str, times_ns: Any, texts: Sequence[str]) -> None:
        """Words and their times."""
        if [list(times_ns), list(texts)] != self.about["texts"][name]:
            raise DifferenceError(f"words {name} differ")


def demand_all(kind: str, wanted: Any, found: Any) -> None:
    """Nothing is missing and nothing is more."""
    if set(wanted) != set(found):
        raise DifferenceError(
            f"{kind}: missing {sorted(set(wanted) - set(found))}, more {sorted(set(found) - set(wanted))}"
        )


def pixels_digest(image: Any) -> str:
    """Of an array."""
    return hashlib.sha256(np.ascontiguousarray(image).tobytes()).hexdigest()


def still_digest(data: bytes) -> str:
    """Of an encoded picture; 16 bits stay 16."""
    picture = Image.open(io.BytesIO(data))
    image = np.asarray(picture)
    return pixels_digest(image.astype(np.uint16) if picture.mode.startswith("I") else image)


def clip_digests(source: Any) -> list[str]:
    """Of every frame of an MP4, path or bytes, in RGB."""
    with av.open(io.BytesIO(source) if isinstance(source, bytes) else str(source)) as container:
        return [pixels_digest(frame.to_ndarray(format="rgb24")) for frame in container.decode(video=0)]


def datasets_of(folder: Path, form: str) -> Iterator[tuple[Path, list[Truth]]]:
    """Every sample of a form, with the truth of its episodes."""
    for root in sorted(folder.glob(f"*.{form}")):
        truth = folder / f"{root.name.removesuffix(form)}truth"
        yield root, [Truth(truth, n, form) for n in range(len(list(truth.glob("episode-*.json"))))]


def run(form: str, check: Callable[[Path, list[Truth]], str]) -> None:
    """Check every sample of ``form`` in the folder of the command line; ends with 1 if one differs or there is none."""
    failed = found = 0
    for root, truths in datasets_of(Path(sys.argv[1]).absolute(), form):
        found += 1
        try:
            sys.stdout.write(f"ok    {root.name}: {check(root, truths)}\n")
        except Exception as error:
            failed += 1
            sys.stdout.write(f"WRONG {root.name}: {type(error).__name__}: {error}\n")
    sys.exit(1 if failed or not found else 0)
