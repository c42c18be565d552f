"""What Headwater's own MCAP files say beside their messages, so that an episode comes back as it was written.

Foxglove's types have no place for units, kinds and clocks. A channel's metadata has them under ``headwater``, and the
metadata record of that name has the rest of the episode. Other tools ignore both. What is said there is a stranger's
word like any other: shapes are checked, and samples come from the messages alone.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from headwater.formats.models import Annotation, Calibration, Episode, Kind, Video
from headwater.primitives import json_text

NAME = "headwater"
TIME_FIELD = "timestamp"
_RATE = re.compile(r"[1-9]\d{0,11}(/[1-9]\d{0,11})?")


@dataclass(frozen=True)
class OwnStream:
    """A channel whose messages are samples of one stream; attributes as of ``Stream``.

    ``whole``: the values are 64-bit integers.
    """

    name: str
    kind: Kind
    unit: str
    axes: tuple[str, ...]
    clock: str
    dtype: str
    whole: bool

    def values(self, message: Mapping[str, Any]) -> tuple[float, ...]:
        """The numbers of a message in the order of the axes. Raises ValueError if there are more or fewer."""
        found = tuple(_leaves({k: v for k, v in message.items() if k not in (TIME_FIELD, "frame_id")}))
        if len(found) != len(self.axes):
            raise ValueError(f"{len(found)} values for {len(self.axes)} axes")
        return found


@dataclass(frozen=True)
class OwnText:
    """A channel of words."""

    name: str
    clock: str


@dataclass(frozen=True)
class OwnCamera:
    """A channel of pictures; attributes as of ``Video``.

    The size is the container's, which may cut what the coded picture has more.
    """

    key: str
    width: int
    height: int
    fps: Fraction
    pix_fmt: str
    rotation: int
    depth_unit_m: float | None
    info: Mapping[str, Any]

    def restore(self, video: Video) -> Video:
        """The camera with what its channel says."""
        return replace(
            video,
            fps=self.fps,
            pix_fmt=self.pix_fmt or video.pix_fmt,
            rotation=self.rotation,
            depth_unit_m=self.depth_unit_m,
            info=self.info,
        )


@dataclass(frozen=True)
class OwnShown:
    """A channel made for people to look at; what it says stands elsewhere in the file too."""


OwnChannel = OwnStream | OwnText | OwnCamera | OwnShown


@dataclass(frozen=True)
class OwnEpisode:
    """The metadata record: attributes as of ``Episode``; ``start_ns`` is the log time of the episode's start."""

    start_ns: int
    name: str
    length: int
    fps: Fraction
    embodiment: str
    tasks: tuple[str, ...]
    task_texts: Mapping[int, str]
    calibration: Mapping[str, Calibration]
    annotations: tuple[Annotation, ...]
    meta: Mapping[str, Any]
    notes: tuple[str, ...] = ()
    order: tuple[str, ...] = field(default=())

    def restore(self, episode: Episode) -> Episode:
        """The episode with what the record says."""
        places = {name: place for place, name in enumerate(self.order)}
        streams = sorted(episode.streams.items(), key=lambda item: places.get(item[0], len(places)))
        ledger = {**episode.ledger, "length": self.length, "declared_rows": self.length}
        return replace(
            episode,
            name=self.name or episode.name,
            length=self.length,
            fps=self.fps,
            embodiment=self.embodiment,
            tasks=self.tasks,
            streams=dict(streams),
            ledger={**ledger, "task_texts": dict(self.task_texts)} if self.task_texts else ledger,
            calibration=self.calibration,
            annotations=self.annotations,
            meta={**self.meta, "topics": episode.meta.get("topics", {})},
            notes=(*self.notes, *episode.notes),
        )


def parse_channel(text: str) -> OwnChannel:
    """Of a channel's metadata. Raises ValueError, naming what is wrong."""
    facts = _object(text)
    role = facts.get("role")
    try:
        if role == "stream":
            axes = _texts(facts["axes"])
            whole = facts["whole"] is True
            clock, dtype = str(facts["clock"]), str(facts["dtype"])
            return OwnStream(str(facts["name"]), Kind(facts["kind"]), str(facts["unit"]), axes, clock, dtype, whole)
        if role == "text":
            return OwnText(str(facts["name"]), str(facts["clock"]))
        if role == "camera":
            unit = facts["depth_unit_m"]
            rotation = facts["rotation"]
            if rotation not in (0, 90, 180, 270):
                raise ValueError(f"rotation of {rotation!r}"[:60])
            depth = None if unit is None else _finite(unit)
            width, height = facts["width"], facts["height"]
            if type(width) is not int or type(height) is not int or width < 1 or height < 1:
                raise ValueError(f"pictures of {width!r}x{height!r}"[:60])
            rate, pixels, info = _rate(facts["fps"]), str(facts["pix_fmt"]), dict(facts["info"])
            return OwnCamera(str(facts["key"]), width, height, rate, pixels, rotation, depth, info)
    except (KeyError, TypeError, OverflowError) as error:
        raise ValueError(f"headwater metadata of a {role}: {error}"[:120]) from None
    if role == "shown":
        return OwnShown()
    raise ValueError(f"headwater metadata with role {role!r}"[:80])


def parse_episode(text: str) -> OwnEpisode:
    """Of the metadata record. Raises ValueError, naming what is wrong."""
    facts = _object(text)
    try:
        start_ns, length = facts["start_ns"], facts["length"]
        if type(start_ns) is not int or type(length) is not int or not (0 <= start_ns < 1 << 62 and length >= 0):
            raise ValueError(f"start_ns {start_ns!r}, length {length!r}"[:80])
        return OwnEpisode(
            start_ns=start_ns,
            name=str(facts["name"]),
            length=length,
            fps=_rate(facts["fps"]),
            embodiment=str(facts["embodiment"]),
            tasks=_texts(facts["tasks"]),
            task_texts={int(number): str(said) for number, said in facts["task_texts"].items()},
            calibration={str(name): _calibration(one) for name, one in facts["calibration"].items()},
            annotations=tuple(_annotation(one) for one in facts["annotations"]),
            meta=dict(facts["meta"]),
            notes=_texts(facts["notes"]),
            order=tuple(facts["streams"]),
        )
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError(f"headwater metadata of the episode: {error}"[:120]) from None


def _leaves(value: Any) -> list[float]:
    if isinstance(value, Mapping):
        return [leaf for inside in value.values() for leaf in _leaves(inside)]
    if hasattr(value, "tolist"):
        return list(value.tolist())
    return [value]


def _object(text: str) -> dict[str, Any]:
    facts = json_text.parse(text)
    if not isinstance(facts, dict):
        raise ValueError("headwater metadata is not an object")
    return facts


def _rate(text: Any) -> Fraction:
    if not isinstance(text, str) or not _RATE.fullmatch(text):
        raise ValueError(f"rate {text!r}"[:60])
    return Fraction(text)


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError(f"{number} is no measure")
    return number


def _numbers(values: Any) -> tuple[float, ...]:
    return tuple(_finite(v) for v in values)


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise TypeError(f"{values!r} is no list"[:80])
    return tuple(str(v) for v in values)


def _calibration(facts: Mapping[str, Any]) -> Calibration:
    return Calibration(
        _numbers(facts["intrinsics"]), str(facts["model"]), _numbers(facts["distortion"]), _numbers(facts["pose"]),
        str(facts["frame"]),
    )  # fmt: skip


def _annotation(facts: Mapping[str, Any]) -> Annotation:
    box = facts["box"]
    if box is not None and len(box) != 4:
        raise ValueError(f"box of {len(box)} numbers")
    corners = None if box is None else _numbers(box)
    return Annotation(
        str(facts["category"]),
        None if corners is None else (corners[0], corners[1], corners[2], corners[3]),
        _numbers(facts["outline"]),
        str(facts["camera"]),
        int(facts["frame"]),
    )
