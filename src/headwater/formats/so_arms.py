"""The three conventions of SO-100 and SO-101 recordings, as LeRobot wrote them over time.

Sources: LeRobot 0.6.1 ``motors/motors_bus.py`` (``_normalize``), ``robots/so_follower`` (body degrees or -100..100,
gripper always 0..100), ``motors/feetech`` (``apply_drive_mode``, 4,096 counts a turn of an STS3215), and
``examples/backward_compatibility/replay.py`` (names, zeros and direction before pull request 777 of 2025-06).
Degrees became the default again with pull request 2968 of 2026-02.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from headwater.formats.units import Range

GRIPPER = "gripper"
JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", GRIPPER)
_LAST_COUNT = 4095


@dataclass(frozen=True)
class ArmConvention:
    """Unit of the five body joints; sign and zero of those that differ from today's. The gripper is 0 to 100."""

    body: str
    turns: Mapping[str, tuple[int, Fraction]] = field(default_factory=dict)

    def unit(self, joint: str) -> str:
        """Unit of a joint; empty if it is none of an SO arm."""
        if joint not in JOINTS:
            return ""
        return "range_0_100" if joint == GRIPPER else self.body

    def turn(self, joint: str) -> tuple[int, Fraction]:
        """(sign, zero) that make it today's: ``sign * (value - zero)``."""
        return self.turns.get(joint, (1, Fraction(0)))


CONVENTIONS = {
    "lerobot-so-degrees": ArmConvention("deg"),
    "lerobot-so-range": ArmConvention("range_m100_100"),
    "lerobot-so-before-777": ArmConvention(
        "deg", {"shoulder_lift": (-1, Fraction(90)), "elbow_flex": (1, Fraction(90))}
    ),
}
CALIBRATED = ("lerobot-so-degrees", "lerobot-so-range")


def joint_of(axis: str) -> str:
    """The joint an axis name stands for: ``main_shoulder_pan`` and ``shoulder_pan.pos`` are both ``shoulder_pan``."""
    return axis.removeprefix("main_").removesuffix(".pos")


def calibrated_range(low: int, high: int, *, mirrored: bool) -> Range:
    """A joint's range in LeRobot's degrees, whose zero is its middle, from the encoder counts of a calibration.

    Args:
        mirrored: ``drive_mode`` is set; it turns normalised values, not degrees.
    """
    half = Fraction((high - low) * 180, _LAST_COUNT)
    ends = (half, -half) if mirrored else (-half, half)
    return Range(*ends, "deg", "calibration")
