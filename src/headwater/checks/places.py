"""Sightings as spans and boxes of a finding, and what could not be looked through."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.checks.models import Box, Span
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge
from headwater.privacy import Sighting

MOST_FRAMES = 8
Showing = Sequence[tuple[int, Sequence[Sighting]]]


def spans_of(seen: Observed, frames: Sequence[int], step: int) -> tuple[Span, ...]:
    """Sampled frames as spans; samples no more than ``step`` apart are one span."""
    joined: list[list[int]] = []
    for frame in frames:
        if joined and frame - joined[-1][1] <= step:
            joined[-1][1] = frame
        else:
            joined.append([frame, frame])
    return tuple(seen.span(first, last + 1) for first, last in joined)


def boxes_of(showing: Showing) -> tuple[Box, ...]:
    """Boxes of the eight frames that show most, in frame order."""
    chosen = sorted(sorted(showing, key=lambda row: (-len(row[1]), row[0]))[:MOST_FRAMES], key=lambda row: row[0])
    return tuple(
        Box(frame, s.area.x, s.area.y, s.area.width, s.area.height) for frame, sightings in chosen for s in sightings
    )


def demand_read(seen: Observed, rule: str) -> None:
    """Raises CannotJudge if files of the episode could not be read: what was not looked through is not clear."""
    names = seen.exposed.unread.get(rule, ())
    if names:
        more = f" and {len(names) - 1} more" if len(names) > 1 else ""
        raise CannotJudge(f"cannot read {names[0]}{more}")


def demand_seen(seen: Observed) -> None:
    """Raises CannotJudge if a camera's video breaks off before its end."""
    for key, camera in seen.cameras.items():
        if camera.damage:
            raise CannotJudge(f"{key} does not decode to its end")
