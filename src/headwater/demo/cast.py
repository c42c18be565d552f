"""Who takes part, what each hands in, and what the network must make of it."""

from __future__ import annotations

from dataclasses import dataclass

ROBOT, FIRST_PERSON = 1, 2


@dataclass(frozen=True)
class Part:
    """One episode somebody hands in.

    Attributes:
        who: contributor's wallet.
        campaign: ``ROBOT`` or ``FIRST_PERSON``.
        recording: key of ``recordings.MAKERS``; episode: index in it.
        title: what a viewer should know.
        rules: a defect of one of these is the right reason to reject it; ``("people",)`` if reviewers must; () if good.
        operator: whose door it goes through.
    """

    who: str
    campaign: int
    recording: str
    episode: int
    title: str
    rules: tuple[str, ...] = ()
    operator: str = "operator"

    @property
    def good(self) -> bool:
        """Whether it must be accepted."""
        return not self.rules


PARTS = (
    Part("ada", ROBOT, "g1_v30", 0, "G1 humanoid, LeRobot v3.0"),
    Part("ben", ROBOT, "g1_v21", 0, "G1 humanoid, LeRobot v2.1"),
    Part("ben", ROBOT, "g1_v21", 1, "G1 humanoid, LeRobot v2.1"),
    Part("cleo", ROBOT, "exact_copy", 0, "exact copy of Ben's first", ("copy/exact-content",)),
    Part("dov", ROBOT, "mirrored", 0, "mirrored and noised copy of Ada's", ("copy/near-video", "copy/near-trajectory")),
    Part("eve", ROBOT, "frozen", 0, "picture frozen for 2 s", ("motion/frozen-video",)),
    Part("finn", ROBOT, "black", 0, "black for 40 frames", ("picture/black-span",)),
    Part("gus", ROBOT, "swapped", 0, "video of another episode", ("authenticity/video-motion",)),
    Part("hana", ROBOT, "shifted", 0, "actions shifted by 8 frames", ("motion/action-lag",)),
    Part("ivo", ROBOT, "half_done", 0, "starts when the task is half done", ("people",)),
    Part("lena", FIRST_PERSON, "gopro", 0, "GoPro MP4 with its own gyro"),
    Part("kim", FIRST_PERSON, "gyro_csv", 0, "GoPro video, someone else's gyro", ("authenticity/gyro-flow",)),
    Part("max", FIRST_PERSON, "gyro_gpmf", 0, "gyro rewritten inside the MP4", ("authenticity/gyro-flow",), "mallory"),
)

REVIEWERS = tuple(f"reviewer-{n}" for n in range(1, 11))
LAZY = REVIEWERS[-1]
REQUESTER, BUYER, STRANGER, LATECOMER, WATCHER, LIAR = "rosa", "bea", "sam", "ed", "wanda", "mallory"
