"""What meta/info.json declares of a feature against what the table and the video hold: type, width, names, size.

Exact, as in lerobot-doctor, robovet and trajlens. Another width stops LeRobot's loader: DEFECT. Another type or picture
size and a declared column that is not there are RISKs, since real sets bend them and still load elsewhere (GR00T's
sample declares a camera it does not have: a NOTE). Names that are not as many as the columns are a NOTE: numbers stand
in.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule
from headwater.formats import Stream, Video

PICTURES = ("video", "image")
ROW = ("timestamp", "frame_index", "episode_index", "index")
IMPACT = "A loader that trusts the declaration stops, or reads other numbers."
FIX = "Write meta/info.json with the recorder that wrote the table."


@rule("ledger/schema", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    features = (seen.episode.ledger.get("info") or {}).get("features")
    if not isinstance(features, dict):
        raise CannotJudge("the recording declares no features")
    for name, feature in features.items():
        if not isinstance(feature, dict):
            continue
        stream, video = seen.episode.streams.get(name), seen.episode.videos.get(name)
        if video is not None:
            yield from _picture(name, feature, video)
        elif stream is not None:
            yield from _column(name, feature, stream)
        elif feature.get("dtype") in PICTURES:
            yield _draft(Severity.NOTE, "A declared camera was not recorded.", "no pictures", "some", name)
        elif feature.get("dtype") != "string" and name not in ROW:
            yield _draft(Severity.RISK, "A declared column is not in the table.", "no column", "one", name)
    for name in seen.episode.streams:
        if name not in features:
            yield _draft(Severity.NOTE, "A column is not declared.", name, "a declaration", name)


def _column(name: str, feature: Mapping[str, Any], stream: Stream) -> Iterator[Draft]:
    shape, dtype = _shape(feature), feature.get("dtype")
    width = stream.values.shape[1] if stream.values.ndim > 1 else 1
    if shape and math.prod(shape) != width:
        asked = "x".join(map(str, shape))
        yield _draft(Severity.DEFECT, "A column has another width than declared.", f"{width}", asked, name)
    if isinstance(dtype, str) and dtype != stream.dtype:
        yield _draft(Severity.RISK, "A column has another type than declared.", stream.dtype, dtype, name)
    if feature.get("names") and width > 1 and stream.axes == tuple(map(str, range(width))):
        yield _draft(
            Severity.NOTE, "The declared names do not fit the columns.", f"{width} columns", "a name each", name
        )


def _picture(name: str, feature: Mapping[str, Any], video: Video) -> Iterator[Draft]:
    shape = _shape(feature)
    sizes = {(video.height, video.width), (video.width, video.height)} if video.rotation % 180 else set()
    sizes |= {(video.height, video.width)}
    near = {(shape[i], shape[i + 1]) for i in range(len(shape) - 1)}
    if len(shape) == 3 and not sizes & near:
        asked = "x".join(map(str, shape))
        found = f"{video.height}x{video.width}"
        yield _draft(Severity.RISK, "The picture has another size than declared.", found, asked, name)


def _shape(feature: Mapping[str, Any]) -> tuple[int, ...]:
    shape = feature.get("shape")
    whole = isinstance(shape, list | tuple) and all(isinstance(size, int) for size in shape)
    return tuple(shape) if whole and shape is not None else ()


def _draft(severity: Severity, message: str, observed: str, expected: str, stream: str) -> Draft:
    return Draft(severity, message, observed[:60], f"declared {expected}"[:60], (), stream, IMPACT, FIX)
