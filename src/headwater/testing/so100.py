"""One SO-100 motion as three people would record it: old LeRobot degrees, ROS radians, LeRobot's -100 to 100.

Joint names of the second are those of the SO-ARM100 URDF. Conventions are those of LeRobot 0.6.1; the numbers are
computed here from the physical motion, with nothing of Headwater's.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from headwater.testing.recordings import CAMERA, write_lerobot_v21

JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")
URDF_ORDER = (5, 0, 1, 2, 3, 4)
URDF_NAMES = ("Jaw", "Rotation", "Pitch", "Elbow", "Wrist_Pitch", "Wrist_Roll")
JAW_OPEN_RAD = 1.75
COUNTS = {name: (1000 + 7 * i, 3300 - 11 * i) for i, name in enumerate(JOINTS)}
TOP, WRIST = "observation.images.top", "observation.images.wrist"

Values = NDArray[np.float64]


def motion(seconds: NDArray[np.float64], seed: int = 0) -> Values:
    """The physical truth at given times: five joints in radians from the middle of their range, gripper 0 to 100."""
    phase = np.arange(6) + seed
    wave = np.sin(seconds[:, np.newaxis] * (0.7 + 0.1 * phase) + phase)
    return np.asarray(np.where(np.arange(6) < 5, 0.9 * wave, 50 + 45 * wave), dtype=np.float64)


def old_degrees(truth: Values) -> Values:
    """Before pull request 777: degrees, the shoulder's lift reversed, lift and elbow with their zero 90 degrees off."""
    own = truth.copy()
    own[:, :5] = np.rad2deg(truth[:, :5])
    own[:, 1] = 90 - own[:, 1]
    own[:, 2] += 90
    return own


def ros_radians(truth: Values) -> Values:
    """Radians in the URDF's order; the jaw is an angle too."""
    own = truth.copy()
    own[:, 5] = truth[:, 5] / 100 * JAW_OPEN_RAD
    return own[:, URDF_ORDER]


def normalised(truth: Values) -> Values:
    """-100 to 100 of the calibrated range, counts of a 12-bit encoder."""
    own = truth.copy()
    for joint, (low, high) in enumerate(COUNTS.values()):
        if joint < 5:
            counts = np.rad2deg(truth[:, joint]) * 4095 / 360 + (low + high) / 2
            own[:, joint] = (counts - low) / (high - low) * 200 - 100
    return own


def old_degrees_set(root: Path, lengths: Sequence[int]) -> Path:
    """30 rows a second, LeRobot's names before 777, its convention stated."""
    write_set(root, lengths, old_degrees, [f"main_{name}" for name in JOINTS], seed=1)
    return state(root, {"convention": "lerobot-so-before-777"})


def ros_set(root: Path, lengths: Sequence[int]) -> Path:
    """30 rows a second, URDF names and order, units stated."""
    write_set(root, lengths, ros_radians, URDF_NAMES, seed=2, dtype="float64")
    asked = dict(zip(URDF_NAMES, (f"{JOINTS[i]}.pos" for i in URDF_ORDER), strict=True))
    jaw = {"Jaw": {"low": 0, "high": str(JAW_OPEN_RAD), "unit": "rad"}}
    features = {name: {"unit": "rad", "axes": asked, "ranges": jaw} for name in ("observation.state", "action")}
    return state(root, {"features": features})


def normalised_set(root: Path, lengths: Sequence[int], *, fps: int = 60) -> Path:
    """Another rate, another camera, -100 to 100 with the arm's calibration beside it."""
    write_set(root, lengths, normalised, [f"{name}.pos" for name in JOINTS], seed=3, fps=fps, camera=TOP)
    calibration = {
        name: {"id": i + 1, "drive_mode": 0, "homing_offset": 5, "range_min": low, "range_max": high}
        for i, (name, (low, high)) in enumerate(COUNTS.items())
    }
    convention = {"convention": "lerobot-so-range", "calibration": calibration, "cameras": {TOP: CAMERA}}
    return state(root, convention)


def write_set(
    root: Path,
    lengths: Sequence[int],
    own: Callable[[Values], Values],
    names: Sequence[str],
    *,
    seed: int = 0,
    fps: int = 30,
    camera: str = CAMERA,
    dtype: str = "float32",
) -> None:
    """A LeRobot v2.1 set of ``motion``: episode e starts at second e; actions are the states a row later."""
    write_lerobot_v21(root, lengths, fps=fps, joints=6)
    kind = pa.list_(pa.type_for_alias(dtype))
    for episode, length in enumerate(lengths):
        path = root / f"data/chunk-000/episode_{episode:06d}.parquet"
        values = own(motion(episode + np.arange(length + 1) / fps, seed))
        table = pq.read_table(path)
        for name, rows in (("observation.state", values[:-1]), ("action", values[1:])):
            table = table.set_column(table.column_names.index(name), name, pa.array(rows.tolist(), kind))
        pq.write_table(table, path)
    info = json.loads((root / "meta/info.json").read_text())
    for name in ("observation.state", "action"):
        info["features"][name] = {"dtype": dtype, "shape": [6], "names": list(names)}
    info["features"][camera] = info["features"].pop(CAMERA)
    info["robot_type"] = "so100_follower"
    (root / "meta/info.json").write_text(json.dumps(info), encoding="utf-8")
    if camera != CAMERA:
        (root / "videos/chunk-000" / CAMERA).rename(root / "videos/chunk-000" / camera)


def state(root: Path, conventions: Mapping[str, Any]) -> Path:
    """Put ``conventions.json`` beside a recording. Returns ``root``."""
    (root / "conventions.json").write_text(json.dumps(conventions), encoding="utf-8")
    return root
