"""Robot episodes drawn by rule, as many as wanted and the same every time: an arm of three links over a table.

For measuring copies: eight episodes share one scene (the hard case for whoever looks for copies), every second scene
has a camera that moves. Nothing here looks real; states and pictures belong together, and no two paths are alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.testing.lerobot_v21 import Table, video_path, write_episode, write_video

FPS = 10
WIDTH, HEIGHT = 160, 120
SCENE = 8  # episodes that share one
CAMERA = "observation.images.front"
AXES = ("shoulder", "elbow", "wrist", "gripper")
LINKS = (39, 31, 17)  # pixels


@dataclass(frozen=True)
class Made:
    """One episode: I420 pictures as ``write_video`` takes them, and its rows."""

    images: list[NDArray[np.uint8]]
    table: Table
    fps: Fraction = Fraction(FPS)


def procedural(seed: int, seconds: float = 12.0) -> Made:
    """Episode number ``seed``; the state follows the action two frames later."""
    path = _path(np.random.default_rng([seed, 1]), round(seconds * FPS) + 2)
    scene = seed // SCENE
    background, moves = _background(np.random.default_rng([scene, 2])), scene % 2 == 1
    camera = _camera(np.random.default_rng([seed, 3]), len(path)) * moves
    noise = np.random.default_rng([seed, 4])
    colour = [int(x) for x in np.random.default_rng([scene, 5]).integers(40, 250, 3)]
    images = [_picture(background, path[t], camera[t], colour, noise) for t in range(len(path) - 2)]
    columns = {"observation.state": path[:-2], "action": path[2:]}
    times = np.arange(len(images)) / FPS
    return Made(images, Table(columns, dict.fromkeys(columns, AXES), times))


def _path(rng: np.random.Generator, rows: int) -> NDArray[np.float64]:
    """(rows, 4) rad: from waypoint to waypoint, each as smooth as a person's reach (minimum jerk)."""
    stops = int(rng.integers(5, 9))
    low, high = np.array([0.5, -2.0, -1.2, 0.0]), np.array([2.6, 0.6, 1.2, 0.8])
    points = rng.uniform(low, high, (stops, 4))
    at = np.sort(rng.choice(np.arange(6, rows - 4, 3), stops - 2, replace=False))
    times = np.concatenate([[0], at, [rows - 1]])
    part = np.clip(np.searchsorted(times, np.arange(rows), side="right") - 1, 0, stops - 2)
    x = ((np.arange(rows) - times[part]) / (times[part + 1] - times[part]))[:, None]
    smooth = x**3 * (10 - 15 * x + 6 * x * x)
    return np.asarray(points[part] * (1 - smooth) + points[part + 1] * smooth + rng.normal(0, 4e-4, (rows, 4)))


def _camera(rng: np.random.Generator, rows: int) -> NDArray[np.float64]:
    """(rows, 2) pixels by which a head camera wanders."""
    knots = rng.normal(0, 5, (rows // 6 + 3, 2)).cumsum(axis=0)
    where = np.linspace(0, len(knots) - 1, rows)
    return np.stack([np.interp(where, np.arange(len(knots)), knot) for knot in knots.T], axis=1)


def _background(rng: np.random.Generator) -> NDArray[np.uint8]:
    """A table with a few boxes on a mottled wall, larger than the picture so that a camera can wander."""
    wall = cv2.resize(rng.integers(60, 200, (24, 32, 3), dtype=np.uint8), (2 * WIDTH, 2 * HEIGHT))
    cv2.rectangle(wall, (0, HEIGHT + 30), (2 * WIDTH, 2 * HEIGHT), [int(x) for x in rng.integers(60, 200, 3)], -1)
    for _ in range(14):
        x, y = int(rng.integers(0, 2 * WIDTH)), int(rng.integers(HEIGHT // 2, 2 * HEIGHT - 20))
        w, h = (int(side) for side in rng.integers(7, 30, 2))
        cv2.rectangle(wall, (x, y), (x + w, y + h), [int(c) for c in rng.integers(0, 255, 3)], -1)
    return np.asarray(wall, np.uint8)


def _picture(
    background: NDArray[np.uint8],
    pose: NDArray[np.float64],
    camera: NDArray[np.float64],
    colour: list[int],
    noise: np.random.Generator,
) -> NDArray[np.uint8]:
    move = np.array([[1, 0, camera[0] - WIDTH / 2], [0, 1, camera[1] - HEIGHT / 2]])
    image = cv2.warpAffine(background, move, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
    joint, angle = np.array([WIDTH * 0.5, HEIGHT * 0.92]) + camera, 0.0
    for number, (length, turn) in enumerate(zip(LINKS, pose, strict=False)):
        angle += float(turn)
        end = joint + length * np.array([np.cos(angle), -np.sin(angle)])
        cv2.line(image, _pixel(joint), _pixel(end), [min(255, c + 25 * number) for c in colour], 7 - number)
        joint = end
    for side in (-1, 1):
        tip = joint + 8 * np.array([np.cos(angle + side * pose[3]), -np.sin(angle + side * pose[3])])
        cv2.line(image, _pixel(joint), _pixel(tip), (20, 20, 20), 2)
    grain = noise.integers(-3, 4, (HEIGHT, WIDTH, 1), dtype=np.int16)
    grainy = np.clip(image.astype(np.int16) + grain, 0, 255).astype(np.uint8)
    return np.asarray(cv2.cvtColor(grainy, cv2.COLOR_RGB2YUV_I420), np.uint8)


def _pixel(point: NDArray[np.float64]) -> tuple[int, int]:
    return round(float(point[0])), round(float(point[1]))


def write_procedural(root: Path, seed: int) -> Path:
    """Episode number ``seed`` as a LeRobot v2.1 folder."""
    made = procedural(seed)
    cameras = {CAMERA: (WIDTH, HEIGHT, "h264")}
    write_episode(root, made.table, cameras, fps=made.fps, robot="drawn_arm", task="Follow the drawn path.")
    write_video(video_path(root, CAMERA), made.images, fps=made.fps)
    return root
