"""Render clips of a moving camera with the gyro it felt: what ``bench_gyro.py`` judges true and false pairs on.

    MUJOCO_GL=osmesa python bench/gyro_clips.py OUT [--count 200] [--first 0]

Needs mujoco and PyAV, in an environment of its own (``bench/README.md``), and Debian's libosmesa6. Every clip is a
folder as the video-csv reader takes it: ``video.mp4`` (160x120, h264) and ``imu.csv`` (gyro at 200 Hz). Clip N is the
same on every run of the same mujoco: its number is the only seed.

A camera with a gyro flies through a room of textured boxes; its path is one of ``MOTIONS``. The picture moves by
turning and by translation past near things, as for a head or a hand. The gyro is MuJoCo's own sensor of the body's
angular velocity, then spoilt as a consumer part's: constant bias and slow drift, scale error, axes not quite square,
white noise, 16-bit steps of 1/16.4 degree/s. No sample of it is computed from the pictures or the other way round.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import mujoco
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 160, 120
IMU_HZ = 200
RATES = (20, 24, 30)
SECONDS = (10.5, 12.0, 14.0)
STEP_RAD_S = np.pi / 180 / 16.4  # +-2000 degree/s in 16 bits
SEED = 20261121
BOXES = 26

Floats = NDArray[np.float64]
Angles = Callable[[np.random.Generator, Floats], Floats]


def band(rng: np.random.Generator, times: Floats, low_hz: float, high_hz: float, amplitude: Floats) -> Floats:
    """(n, 3) random sums of twelve sines between two frequencies; ``amplitude`` (3,) is their standard deviation."""
    rates = rng.uniform(low_hz, high_hz, (12, 3))
    phases = rng.uniform(0, 2 * np.pi, (12, 3))
    waves = np.sin(2 * np.pi * rates * times[:, None, None] + phases) * np.sqrt(2 / 12)
    summed: Floats = waves.sum(axis=1) * amplitude
    return summed


def handheld(rng: np.random.Generator, times: Floats) -> Floats:
    """A hand that holds still badly: slow wander and tremor."""
    slow = band(rng, times, 0.05, 0.6, rng.uniform(0.05, 0.25, 3))
    return slow + band(rng, times, 3, 8, rng.uniform(0.002, 0.006, 3))


def head(rng: np.random.Generator, times: Floats) -> Floats:
    """A head that looks from place to place: holds and quick turns of .2 to .5 s."""
    angles = band(rng, times, 0.2, 1.0, np.full(3, 0.02))
    at = rng.uniform(0.3, 1.5)
    while at < times[-1]:
        took, by = rng.uniform(0.2, 0.5), rng.normal(0, 1, 3) * [0.35, 0.2, 0.05]
        part = np.clip((times - at) / took, 0, 1)
        angles += (part * part * (3 - 2 * part))[:, None] * (by - 0.3 * angles[np.searchsorted(times, at)])
        at += took + rng.uniform(0.3, 1.6)
    return angles


def walking(rng: np.random.Generator, times: Floats) -> Floats:
    """Steps at about 1.8 Hz over a wandering heading."""
    pace, phase = rng.uniform(1.5, 2.2), rng.uniform(0, 2 * np.pi, 3)
    turns = np.array([1.0, 2.0, 1.0]) * pace
    steps = np.sin(2 * np.pi * turns * times[:, None] + phase) * rng.uniform(0.01, 0.05, 3)
    return steps + band(rng, times, 0.05, 0.4, np.array([0.3, 0.08, 0.05]))


def drone(rng: np.random.Generator, times: Floats) -> Floats:
    """Smooth banked turns."""
    return band(rng, times, 0.03, 0.25, np.array([0.5, 0.12, 0.15]))


def shaken(rng: np.random.Generator, times: Floats) -> Floats:
    """A tool in work: fast shakes that come and go."""
    gate = np.clip(band(rng, times, 0.1, 0.4, np.ones(3))[:, :1], 0, 1)
    return gate * band(rng, times, 1.5, 6, rng.uniform(0.01, 0.05, 3)) + band(rng, times, 0.1, 0.5, np.full(3, 0.08))


MOTIONS: tuple[Angles, ...] = (handheld, head, walking, drone, shaken)


def room(rng: np.random.Generator) -> Any:
    """A room of 8 x 8 x 4 m with boxes; shadows and reflections off, as software rendering is slow enough."""
    textures = "".join(
        f'<texture name="t{i}" type="cube" builtin="flat" mark="random" random="{rng.uniform(0.05, 0.4):.3f}" '
        f'width="128" height="768" rgb1="{_rgb(rng)}" markrgb="{_rgb(rng)}"/>'
        f'<material name="m{i}" texture="t{i}" reflectance="0"/>'
        for i in range(6)
    )
    boxes = "".join(
        f'<geom type="box" material="m{rng.integers(6)}" pos="{_at(rng)}" euler="{rng.uniform(0, 360):.1f} 0 0" '
        f'size="{rng.uniform(0.1, 0.5):.3f} {rng.uniform(0.1, 0.5):.3f} {rng.uniform(0.1, 0.8):.3f}"/>'
        for _ in range(BOXES)
    )
    walls = "".join(
        f'<geom type="box" material="m{i}" pos="{x} {y} 2" size="{max(0.05, 4 * abs(y) / 4)} '
        f'{max(0.05, 4 * abs(x) / 4)} 2"/>'
        for i, (x, y) in enumerate(((4, 0), (-4, 0), (0, 4), (0, -4)))
    )
    model = mujoco.MjModel.from_xml_string(
        f"""<mujoco><option gravity="0 0 0"/><visual><quality shadowsize="0" offsamples="0"/></visual>
        <asset>{textures}<texture name="floor" type="2d" builtin="checker" width="256" height="256"
        rgb1="{_rgb(rng)}" rgb2="{_rgb(rng)}" mark="random" random=".1" markrgb="{_rgb(rng)}"/>
        <material name="floor" texture="floor" texrepeat="6 6" reflectance="0"/></asset>
        <worldbody><light pos="0 0 4" dir="0 0 -1" castshadow="false" diffuse=".8 .8 .8" ambient=".4 .4 .4"/>
        <geom type="plane" size="4 4 .1" material="floor"/><geom type="plane" pos="0 0 4" size="4 4 .1"
        euler="180 0 0" material="m5"/>{walls}{boxes}
        <body name="rig"><freejoint/><geom type="sphere" size=".01" mass="1" contype="0" conaffinity="0" group="4"/>
        <site name="imu"/><camera name="eye" fovy="{rng.uniform(50, 85):.1f}"/></body></worldbody>
        <sensor><gyro name="gyro" site="imu"/></sensor></mujoco>"""
    )
    return model


def _rgb(rng: np.random.Generator) -> str:
    return " ".join(f"{part:.3f}" for part in rng.uniform(0.1, 1, 3))


def _at(rng: np.random.Generator) -> str:
    far, around = rng.uniform(1.8, 3.7), rng.uniform(0, 2 * np.pi)
    return f"{far * np.cos(around):.3f} {far * np.sin(around):.3f} {rng.uniform(0.1, 3):.3f}"


def poses(rng: np.random.Generator, times: Floats, motion: Angles) -> tuple[Floats, Floats, Floats]:
    """Position (n, 3) m, orientation (n, 4) and body angular velocity (n, 3) rad/s of the camera."""
    angles = motion(rng, times) + np.array([rng.uniform(0, 2 * np.pi), 0, 0])
    place = np.clip(band(rng, times, 0.05, 0.5, rng.uniform(0.05, 0.3, 3)), -1.2, 1.2) + np.array([0, 0, 1.6])
    quats = np.array([_quaternion(*row) for row in angles])
    turning = np.zeros((len(times), 3))
    for i in range(len(times) - 1):
        mujoco.mju_subQuat(turning[i], quats[i + 1], quats[i])
    turning[-1] = turning[-2]
    return place, quats, turning * IMU_HZ


def _quaternion(yaw: float, pitch: float, roll: float) -> Floats:
    """MuJoCo's camera looks along -z with y up: lay it level first, then yaw, pitch and roll."""
    total = np.array([1.0, 0, 0, 0])
    for axis, angle in (((0, 0, 1), yaw), ((1, 0, 0), np.pi / 2 + pitch), ((0, 0, 1), roll)):
        turn, before = np.zeros(4), total.copy()
        mujoco.mju_axisAngle2Quat(turn, np.array(axis, np.float64), angle)
        mujoco.mju_mulQuat(total, before, turn)
    return total


def spoilt(rng: np.random.Generator, gyro: Floats) -> Floats:
    """What a consumer gyro would report of the true turning rate."""
    skew = np.eye(3) * (1 + rng.normal(0, 0.01, 3)) + rng.normal(0, 0.01, (3, 3)) * (1 - np.eye(3))
    drift = rng.normal(0, 2e-5, gyro.shape).cumsum(axis=0)
    noise = rng.normal(0, rng.uniform(0.001, 0.006), gyro.shape)
    felt = gyro @ skew.T + rng.normal(0, 0.01, 3) + drift + noise
    return np.asarray(np.rint(felt / STEP_RAD_S) * STEP_RAD_S)


def render(number: int, out: Path) -> None:
    """Write clip ``number`` into the folder ``out``."""
    rng = np.random.default_rng([SEED, number])
    motion = MOTIONS[number % len(MOTIONS)]
    fps, seconds = int(rng.choice(RATES)), float(rng.choice(SECONDS))
    times = np.arange(int(seconds * IMU_HZ) + 1) / IMU_HZ
    model = room(rng)
    data = mujoco.MjData(model)
    place, quats, turning = poses(rng, times, motion)
    gyro = np.zeros((len(times), 3))
    for i in range(len(times)):
        _put(model, data, place[i], quats[i], turning[i])
        gyro[i] = data.sensor("gyro").data
    grain = float(rng.uniform(0, 3))
    pictures = []
    with mujoco.Renderer(model, HEIGHT, WIDTH) as renderer:
        renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = 0
        renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = 0
        for frame in range(int(seconds * fps)):
            at = frame * IMU_HZ / fps
            i, part = int(at), at - int(at)
            quat = quats[i].copy()
            mujoco.mju_quatIntegrate(quat, turning[i], part / IMU_HZ)
            _put(model, data, place[i] + part * (place[i + 1] - place[i]), quat, turning[i])
            renderer.update_scene(data, camera="eye")
            noisy = renderer.render() + rng.normal(0, grain, (HEIGHT, WIDTH, 1))
            pictures.append(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))
    out.mkdir(parents=True, exist_ok=True)
    _write(out, pictures, fps, times, spoilt(rng, gyro))


def _put(model: Any, data: Any, place: Floats, quat: Floats, turning: Floats) -> None:
    data.qpos[:3], data.qpos[3:7], data.qvel[3:6] = place, quat, turning
    mujoco.mj_forward(model, data)


def _write(out: Path, pictures: list[NDArray[np.uint8]], fps: int, times: Floats, gyro: Floats) -> None:
    with av.open(str(out / "video.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(fps))
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.options = {"crf": "25", "preset": "veryfast", "threads": "1"}
        for picture in pictures:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode())
    rows = [f"{t:.6f},gyro,{x:.6f},{y:.6f},{z:.6f},rad/s" for t, (x, y, z) in zip(times, gyro, strict=True)]
    (out / "imu.csv").write_text("\n".join(["t_s,sensor,x,y,z,unit", *rows]) + "\n")


def main() -> None:
    """Render what is not there yet."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--count", type=int, default=200)
    parser.add_argument("--first", type=int, default=0)
    options = parser.parse_args()
    for number in range(options.first, options.first + options.count):
        folder = options.out / f"clip-{number:03d}"
        if not (folder / "imu.csv").is_file():
            render(number, folder)
            print(f"clip {number}: {MOTIONS[number % len(MOTIONS)].__name__}", flush=True)


if __name__ == "__main__":
    main()
