"""Episodes and camera features made in memory, for testing rules without a file."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.checks import CameraPrint, CheckReport, Observed, judge
from headwater.checks.observed import CameraFeatures
from headwater.formats import Episode, Kind, Source, Stream

FPS = 30


def moving(rows: int = 240, joints: int = 4, seed: int = 0) -> NDArray[np.float64]:
    """Smooth joint angles in rad, no two joints alike."""
    rng = np.random.default_rng(seed)
    knots = rng.normal(0, 1, (rows // 15 + 3, joints)).cumsum(axis=0)
    where = np.linspace(0, len(knots) - 1, rows)
    return np.stack([np.interp(where, np.arange(len(knots)), k) for k in knots.T], axis=1) * 0.2


def episode(state: NDArray[Any] | None = None, *, delay: int = 5, **changes: Any) -> Episode:
    """A robot episode whose state follows its action after ``delay`` rows; ``changes`` replace fields."""
    path = moving() if state is None else state
    rows = len(path)
    action = path[np.minimum(np.arange(rows) + delay, rows - 1)] + 0.02 * np.sin(np.arange(rows))[:, None]
    times = np.arange(rows, dtype=np.int64) * 10**9 // FPS
    axes = tuple(f"joint_{i}" for i in range(path.shape[1]))
    streams = {
        "observation.state": Stream("observation.state", Kind.STATE, times, path, axes, unit="rad"),
        "action": Stream("action", Kind.ACTION, times, action, axes, unit="rad"),
    }
    made = Episode(
        name="made",
        source=Source("lerobot-v2.1", Path("made"), 0, ()),
        length=rows,
        fps=Fraction(FPS),
        embodiment="arm",
        tasks=("Put the red cube into the blue box.",),
        streams=streams,
        videos={},
        ledger={
            "length": rows,
            "frame_index": np.arange(rows),
            "index": np.arange(rows) + 100,
            "timestamp": np.arange(rows) / FPS,
        },
    )
    return replace(made, **changes)


def camera(count: int = 240, **changes: Any) -> CameraFeatures:
    """A lively camera's features; ``changes`` replace arrays."""
    rng = np.random.default_rng(1)
    plain = np.full(count, 100_000, np.int64)
    made = CameraFeatures(
        index=np.arange(count),
        pts_us=np.arange(count) * 1_000_000 // FPS,
        mean_milli=plain,
        std_milli=plain // 3,
        black_milli=plain * 0,
        diff_milli=np.full(count, 600, np.int64),
        thumbs=rng.integers(0, 255, (count, 30, 40), dtype=np.uint8),
        ego_micro=np.zeros((0, 3), np.int64),
        prints=CameraPrint(b"", b"", b"", 0, 0),
    )
    return replace(made, **changes)


def defects(seen: Observed | Episode) -> set[str]:
    """Rules that found a DEFECT."""
    report = judge(seen if isinstance(seen, Observed) else Observed(seen, {}))
    return rules_of(report)


def rules_of(report: CheckReport) -> set[str]:
    """The same, of a report."""
    return {finding.rule for finding in report.defects}
