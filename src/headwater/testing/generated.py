"""Clean robot episodes by the hundred, made from a seed: what a check must leave alone.

A seed picks an embodiment and a motion: minimum-jerk moves between random postures with rests, the way people
teleoperate. Commands come first; the robot follows late, through a first-order lag, read by encoders with noise and
steps. Pictures show what moves before a still, textured background. Nothing of the checks is used to make them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.formats import Episode, Kind, Source, Stream
from headwater.testing.lerobot_v21 import Table, video_path, write_episode, write_video

Values = NDArray[np.float64]
WIDTH, HEIGHT = 160, 120


@dataclass(frozen=True)
class Embodiment:
    """A kind of robot.

    Attributes:
        joints: how many move like arms; still: how many more never do.
        grippers: how many more open and close, between 0 and ``grip``; binary ones jump.
        span: size of a usual movement, in ``unit``; step: the encoder's; noise: its standard deviation.
        action: ``position`` (the command the robot follows), ``next`` (the next state) or ``delta`` (command's step).
        delay_s: of the robot's answer.
    """

    name: str
    joints: int
    still: int
    grippers: int
    fps: Fraction
    unit: str
    span: float
    step: float
    noise: float
    grip: float = 1.0
    binary: bool = False
    action: str = "position"
    delay_s: float = 0.15

    @property
    def axes(self) -> tuple[str, ...]:
        moving = [f"joint_{i}" for i in range(self.joints)]
        return (*moving, *(f"still_{i}" for i in range(self.still)), *(f"gripper_{i}" for i in range(self.grippers)))


EMBODIMENTS = (
    Embodiment("so101", 5, 0, 1, Fraction(30), "deg", 50, 0.088, 0.02, grip=100, delay_s=0.1),
    Embodiment("so100_kinesthetic", 5, 0, 1, Fraction(30), "deg", 50, 0.088, 0.0, grip=100, action="next"),
    Embodiment("aloha", 12, 0, 2, Fraction(50), "rad", 0.7, 0.0015, 0.0003, delay_s=0.08),
    Embodiment("droid_franka", 7, 0, 1, Fraction(15), "rad", 0.8, 0.0, 0.0005, binary=True, delay_s=0.2),
    Embodiment("widowx_delta", 6, 0, 1, Fraction(5), "m", 0.15, 0.0, 0.0002, binary=True, action="delta", delay_s=0.2),
    Embodiment("humanoid_26", 7, 13, 6, Fraction(30), "rad", 0.5, 0.0, 0.0004, delay_s=0.28),
    Embodiment("humanoid_44", 10, 28, 6, Fraction(20), "rad", 0.6, 0.0, 0.0, delay_s=0.15),
    Embodiment("dexterous_hand", 16, 0, 0, Fraction(60), "rad", 0.9, 0.001, 0.0005, delay_s=0.06),
    Embodiment("mobile_arm", 6, 2, 1, Fraction(10), "rad", 0.9, 0.0, 0.001, delay_s=0.2),
    Embodiment("ntsc_arm", 6, 0, 1, Fraction(30000, 1001), "rad", 0.7, 0.001, 0.0003, delay_s=0.12),
)


@dataclass(frozen=True)
class Made:
    """An episode without its pictures, and what they would show.

    Attributes:
        truth: where the robot really was, (n, joints + grippers), in units of a usual movement.
    """

    episode: Episode
    truth: Values
    seed: int

    def pictures(self) -> Iterator[NDArray[np.uint8]]:
        """Luma of a camera that looks at the robot, uint8 (120, 160) a row."""
        rng = np.random.default_rng([self.seed, 2])
        coarse = rng.integers(60, 190, (12, 16)).astype(np.float32)
        room = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
        look = rng.normal(0, 1, (3, 2, self.truth.shape[1])) * 18 / np.sqrt(self.truth.shape[1])
        start = rng.uniform((40, 30), (120, 90), (3, 2))
        shade = rng.integers(20, 235, 3)
        for posture in self.truth:
            image = room.copy()
            places = start + np.einsum("kcd,d->kc", look, posture)
            hand = np.vstack([[WIDTH / 2, HEIGHT - 1], places])
            for i in range(3):
                a, b = (tuple(round(16 * float(x)) for x in hand[i + k]) for k in (0, 1))
                cv2.line(image, a, b, float(shade[i]), 9, cv2.LINE_AA, 4)
                cv2.circle(image, b, 16 * 8, float(255 - shade[i]), -1, cv2.LINE_AA, 4)
            yield np.asarray(np.clip(image + rng.normal(0, 1.5, image.shape), 0, 255), np.uint8)


def made(seed: int, *, seconds: tuple[float, float] = (6.0, 14.0)) -> Made:
    """The clean episode of ``seed``; seeds go through the embodiments in turn."""
    robot = EMBODIMENTS[seed % len(EMBODIMENTS)]
    rng = np.random.default_rng([seed, 1])
    rows = round(rng.uniform(*seconds) * float(robot.fps))
    fine = 4  # the motion is made four times as fine as the rows, so that delays need not be whole rows
    count, rate = rows * fine, float(robot.fps) * fine
    arm = _moves(rng, count, rate, robot.joints)
    grip = _grips(rng, count, rate, robot)
    command = np.concatenate([arm, grip], axis=1)
    truth = _followed(command, rate, robot.delay_s)
    asked, shown = command[::fine], truth[::fine]
    state = _read(rng, _placed(rng, shown, robot), robot)
    return Made(_episode(robot, seed, state, _action(rng, asked, state, robot)), shown, seed)


def _moves(rng: np.random.Generator, count: int, rate: float, joints: int) -> Values:
    """Minimum-jerk moves between postures, (count, joints), a usual one being 1."""
    out = np.zeros((count, joints))
    place, at = np.zeros(joints), int(rate * rng.uniform(0.2, 0.6))
    out[:at] = place
    while at < count:
        goal = np.clip(place + rng.normal(0, 1, joints) * (rng.random(joints) < 0.8), -1.5, 1.5)
        size = int(rate * rng.uniform(0.6, 2.0))
        share = np.arange(1, size + 1) / size
        curve = share**3 * (10 - 15 * share + 6 * share**2)
        stop = min(at + size, count)
        out[at:stop] = (place + np.outer(curve, goal - place))[: stop - at]
        rest = min(stop + int(rate * rng.choice([0.0, 0.0, 0.15, 0.4])), count)
        out[stop:rest] = goal
        place, at = goal, max(rest, stop)
    return out


def _grips(rng: np.random.Generator, count: int, rate: float, robot: Embodiment) -> Values:
    """Open, close for some seconds, open again: 1 to 0 and back, (count, grippers)."""
    out = np.ones((count, robot.grippers))
    close = int(count * rng.uniform(0.2, 0.45))
    open_again = int(count * rng.uniform(0.6, 0.85))
    ramp = max(1, int(rate * (0.0 if robot.binary else 0.4)))
    held = rng.uniform(0.05, 0.4)
    shape = np.interp(np.arange(count), [close, close + ramp, open_again, open_again + ramp], [1, held, held, 1])
    for finger in range(robot.grippers):
        out[:, finger] = shape * rng.uniform(0.8, 1.0)
    return out


def _followed(command: Values, rate: float, delay_s: float) -> Values:
    """Two thirds of the delay dead time, one third a first-order lag."""
    late = max(1, round(delay_s * rate * 2 / 3))
    held = np.concatenate([np.repeat(command[:1], late, axis=0), command[:-late]])
    share = 1 - np.exp(-1 / (rate * delay_s / 3))
    out = np.empty_like(held)
    place = held[0]
    for row, goal in enumerate(held):
        place = place + share * (goal - place)
        out[row] = place
    return out


def _placed(rng: np.random.Generator, posture: Values, robot: Embodiment) -> Values:
    """Postures as numbers in the robot's unit, with its still joints, (n, d)."""
    arm = posture[:, : robot.joints] * robot.span
    grip = posture[:, robot.joints :] * robot.grip
    still = np.tile(rng.normal(0, 0.2, robot.still), (len(posture), 1))
    return np.concatenate([arm, still, grip], axis=1)


def _read(rng: np.random.Generator, values: Values, robot: Embodiment) -> Values:
    noisy = values + rng.normal(0, 1, values.shape) * robot.noise
    return np.round(noisy / robot.step) * robot.step if robot.step else noisy


def _action(rng: np.random.Generator, asked: Values, state: Values, robot: Embodiment) -> Values:
    if robot.action == "next":
        return np.concatenate([state[1:], state[-1:]])
    values = _placed(np.random.default_rng(0), asked, robot)
    still = slice(robot.joints, robot.joints + robot.still)
    values[:, still] = state[0, still]
    if robot.action == "delta":
        step = np.diff(values, axis=0, append=values[-1:])
        step[:, -robot.grippers :] = values[:, -robot.grippers :]
        return step
    return values


def _episode(robot: Embodiment, seed: int, state: Values, action: Values) -> Episode:
    rows = len(state)
    stamps = np.array([float(i / robot.fps) for i in range(rows)]).astype(np.float32)
    times = np.array([round(i * 10**9 / robot.fps) for i in range(rows)], np.int64)
    streams = {
        name: Stream(name, kind, times, values.astype(np.float32).astype(np.float64), robot.axes, robot.unit)
        for name, kind, values in (
            ("observation.state", Kind.STATE, state),
            ("action", Kind.ACTION, action),
        )
    }
    if robot.action == "delta":
        streams["action"] = Stream("action", Kind.ACTION, times, action, tuple(f"delta_{a}" for a in robot.axes))
    count = np.arange(rows, dtype=np.int64)
    return Episode(
        name=f"episode_{seed:06d}",
        source=Source("lerobot-v2.1", Path("generated"), seed, ()),
        length=rows,
        fps=robot.fps,
        embodiment=robot.name,
        tasks=("Pick up the red block and put it into the box.",),
        streams=streams,
        videos={},
        ledger={
            "length": rows,
            "frame_index": count,
            "index": count + 1000 * seed,
            "timestamp": stamps.astype(np.float64),
        },
    )


def write_made(root: Path, one: Made, *, codec: str = "h264") -> Path:
    """The episode with its pictures as a LeRobot v2.1 recording; returns ``root``."""
    episode, key = one.episode, "observation.images.front"
    columns = {name: stream.values for name, stream in episode.streams.items()}
    axes = {name: stream.axes for name, stream in episode.streams.items()}
    table = Table(columns, axes, episode.ledger["timestamp"])
    size = {key: (WIDTH, HEIGHT, codec)}
    write_episode(root, table, size, fps=episode.fps, robot=episode.embodiment, task=episode.tasks[0])
    grey = np.full((HEIGHT // 2, WIDTH), 128, np.uint8)
    images = (np.concatenate([luma, grey]) for luma in one.pictures())
    write_video(video_path(root, key), images, fps=episode.fps, codec=codec)
    return root
