"""All of an episode that is not samples or pictures, as one JSON object; and its samples in the type they came in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.formats import Annotation, Audio, Calibration, Episode, Stream, Video


def describe(episode: Episode) -> dict[str, Any]:
    """The episode without samples, pictures and words: JSON values only, names in the recording's order.

    Rates are fractions as text (``30000/1001``), so that they stay exact.
    """
    return {
        "name": episode.name,
        "source": {"format": episode.source.format, "index": episode.source.index},
        "length": episode.length,
        "fps": str(episode.fps),
        "embodiment": episode.embodiment,
        "tasks": list(episode.tasks),
        "task_texts": {str(k): str(v) for k, v in episode.ledger.get("task_texts", {}).items()},
        "streams": {name: stream_facts(stream) for name, stream in episode.streams.items()},
        "cameras": {key: camera_facts(video) for key, video in episode.videos.items()},
        "audio": {key: audio_facts(sound) for key, sound in episode.audio.items()},
        "calibration": {name: calibration_facts(one) for name, one in episode.calibration.items()},
        "annotations": [annotation_facts(one) for one in episode.annotations],
        "meta": plain(episode.meta),
        "notes": list(episode.notes),
    }


def stream_facts(stream: Stream) -> dict[str, Any]:
    """What a stream's numbers mean."""
    return {
        "name": stream.name,
        "kind": stream.kind.value,
        "unit": stream.unit,
        "axes": list(stream.axes),
        "clock": stream.clock,
        "dtype": stream.dtype,
    }


def camera_facts(video: Video) -> dict[str, Any]:
    """A camera: size, rate and encoding as recorded."""
    return {
        "key": video.key,
        "width": video.width,
        "height": video.height,
        "fps": str(video.fps),
        "codec": video.codec,
        "pix_fmt": video.pix_fmt,
        "rotation": video.rotation,
        "depth_unit_m": video.depth_unit_m,
        "info": plain(video.info),
    }


def audio_facts(audio: Audio) -> dict[str, Any]:
    """A microphone."""
    return {"rate_hz": audio.rate_hz, "channels": audio.channels, "codec": audio.codec}


def calibration_facts(one: Calibration) -> dict[str, Any]:
    """A sensor's calibration."""
    facts: dict[str, Any] = plain(asdict(one))
    return facts


def annotation_facts(one: Annotation) -> dict[str, Any]:
    """A labelled thing."""
    facts: dict[str, Any] = plain(asdict(one))
    return facts


def json_bytes(value: object) -> bytes:
    """UTF-8 JSON, one form for one value; NaN becomes null, as JSON has none."""
    return json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


def plain(value: object) -> Any:
    """Metadata of any reader as JSON values: keys as text, arrays as lists, bytes as hex, NaN and infinity as null."""
    if isinstance(value, Enum):
        return plain(value.value)
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if np.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain(v) for v in value]
    if isinstance(value, np.ndarray | np.generic):
        return plain(value.tolist())
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Path):
        return value.name  # a machine's folders are nobody's business
    return str(value)


def exact_values(stream: Stream) -> NDArray[Any]:
    """The values in the type of the source if it holds every one of them exactly, else as they are."""
    try:
        kind = np.dtype(stream.dtype)
    except TypeError:
        return stream.values
    if kind.kind not in "biuf":
        return stream.values
    with np.errstate(all="ignore"):
        cast = stream.values.astype(kind)
        back = cast.astype(stream.values.dtype)
    same = np.array_equal(back, stream.values, equal_nan=stream.values.dtype.kind == "f")
    return cast if same else stream.values
