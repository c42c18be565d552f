"""Any byte of any format's file may be wrong: it opens or is refused by a typed error, soon, and within memory.

Every reader has one row: a small valid recording, and the file in it that is damaged.
"""

from __future__ import annotations

import contextlib
import resource
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from headwater.formats import RecordingError, frames, ledger_of, open_recording
from headwater.testing.logs import write_bag1_run, write_bag2_run, write_mcap_run
from headwater.testing.recordings import add_pictures, write_lerobot_v21, write_lerobot_v30
from headwater.testing.rlds import write_rlds
from headwater.testing.vrs import write_vrs

Make = Callable[[Path], Path]
LIMIT_S = 10.0
LIMIT_MB = 1000


def _aloha(folder: Path) -> Path:
    import h5py

    path = folder / "episode_0.hdf5"
    with h5py.File(path, "w") as file:
        file.attrs["sim"] = True
        file["action"] = np.arange(24.0).reshape(12, 2)
        file["observations/qpos"] = np.arange(24.0).reshape(12, 2)
        file["observations/images/top"] = np.zeros((12, 6, 8, 3), np.uint8)
    return path


def _trajectory(folder: Path) -> Path:
    head = "graph_uid,tracking_timestamp_us,tx_world_device,ty_world_device,tz_world_device,"
    head += "qx_world_device,qy_world_device,qz_world_device,qw_world_device"
    rows = [f"u,{1000 * i},{0.1 * i},0.5,1.25,0.0,0.0,0.0,1.0" for i in range(20)]
    (folder / "mps").mkdir()
    (folder / "mps/closed_loop_trajectory.csv").write_text("\n".join([head, *rows]) + "\n")
    return folder / "mps"


# name, how to make it in an empty folder, the file to damage: "" if the recording is that file
ROWS: list[tuple[str, Make, str]] = [
    ("lerobot-v21", lambda d: write_lerobot_v21(d / "set", [6]) or d / "set", "meta/info.json"),
    (
        "lerobot pictures",
        lambda d: add_pictures(write_lerobot_v21(d / "set", [6])),
        "data/chunk-000/episode_000000.parquet",
    ),
    ("lerobot-v30", lambda d: write_lerobot_v30(d / "set", [6]) or d / "set", "data/chunk-000/file-000.parquet"),
    ("hdf5", _aloha, ""),
    ("mcap", lambda d: write_mcap_run(d / "run.mcap", 8), ""),
    ("rosbag-v1", lambda d: write_bag1_run(d / "run.bag", 8, "bz2"), ""),
    ("rosbag-v2", lambda d: write_bag2_run(d / "run", 8), "run.db3"),
    ("rosbag-v2 metadata", lambda d: write_bag2_run(d / "run", 8), "metadata.yaml"),
    ("vrs", lambda d: write_vrs(d / "run.vrs"), ""),
    ("aria-mps", _trajectory, "closed_loop_trajectory.csv"),
    ("rlds", lambda d: write_rlds(d), "toy-train.tfrecord-00000-of-00002"),
    ("rlds features", lambda d: write_rlds(d), "features.json"),
]
IDS = [row[0] for row in ROWS]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return {name: make(tmp_path_factory.mktemp("whole")) for name, make, _ in ROWS}


def use(path: Path) -> None:
    """What a check would ask of a recording: every episode, every picture."""
    for episode in open_recording(path):
        for video in episode.videos.values():
            ledger_of(video)
            list(frames(video))


def tried(path: Path) -> bool:
    """True if it opens. No other error than ours, no long wait."""
    start = time.monotonic()
    opens = False
    with contextlib.suppress(RecordingError):
        use(path)
        opens = True
    assert time.monotonic() - start < LIMIT_S
    return opens


def copied(whole: Path, folder: Path, target: str) -> tuple[Path, Path]:
    """A copy of the recording, and its file to damage."""
    path = folder / whole.name
    shutil.copytree(whole, path) if whole.is_dir() else shutil.copy(whole, path)
    return path, path / target if target else path


@pytest.mark.parametrize(("name", "target"), [(n, t) for n, _, t in ROWS], ids=IDS)
def test_whole_file_opens(made: dict[str, Path], name: str, target: str) -> None:
    assert tried(made[name])


@pytest.mark.parametrize(("name", "target"), [(n, t) for n, _, t in ROWS], ids=IDS)
def test_cut_at_every_twentieth(made: dict[str, Path], tmp_path: Path, name: str, target: str) -> None:
    path, file = copied(made[name], tmp_path, target)
    raw = file.read_bytes()
    for twentieth in range(20):
        file.write_bytes(raw[: len(raw) * twentieth // 20])
        opens = tried(path)
        assert not opens or file.suffix in (".json", ".yaml", ".csv"), f"opened with {twentieth} twentieths"


@pytest.mark.parametrize(("name", "target"), [(n, t) for n, _, t in ROWS], ids=IDS)
def test_one_flipped_byte_at_200_places(made: dict[str, Path], tmp_path: Path, name: str, target: str) -> None:
    path, file = copied(made[name], tmp_path, target)
    raw = file.read_bytes()
    for place in np.linspace(0, len(raw) - 1, 200).astype(int):
        file.write_bytes(raw[:place] + bytes([raw[place] ^ 0x5A]) + raw[place + 1 :])
        tried(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < LIMIT_MB * 1024


@pytest.mark.parametrize("name", IDS)
def test_wrong_extension(made: dict[str, Path], tmp_path: Path, name: str) -> None:
    whole = made[name]
    for suffix in (".mp4", ".mcap", ".bag", ".db3", ".hdf5", ".vrs", ".tfrecord"):
        if not whole.is_dir() and suffix != whole.suffix:
            shutil.copy(whole, tmp_path / f"wrong{suffix}")
            tried(tmp_path / f"wrong{suffix}")
            (tmp_path / f"wrong{suffix}").unlink()


@pytest.mark.parametrize("name", IDS)
def test_any_bytes_under_the_right_name(
    made: dict[str, Path], tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    target = {n: t for n, _, t in ROWS}[name]
    path, file = copied(made[name], tmp_path_factory.mktemp("fuzz"), target)
    raw = file.read_bytes()

    @settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
    @given(st.data())
    def damaged(data: st.DataObject) -> None:
        place = data.draw(st.integers(0, len(raw) - 1))
        length = data.draw(st.integers(0, 40))
        put = data.draw(st.binary(max_size=40) | st.sampled_from([b"\xff" * 4, b"\xff" * 8, b"\0" * 16, b"\x7f" * 8]))
        file.write_bytes(raw[:place] + put + raw[place + length :])
        tried(path)

    damaged()


@pytest.mark.parametrize("name", IDS)
def test_links_do_not_lead_out_of_a_folder(made: dict[str, Path], tmp_path: Path, name: str) -> None:
    target = {n: t for n, _, t in ROWS}[name]
    if not target or target.endswith((".yaml", ".json")):
        pytest.skip("one file, or read by name")
    path, file = copied(made[name], tmp_path, target)
    shutil.move(file, tmp_path / "secret")
    file.symlink_to(tmp_path / "secret")
    assert not tried(path)
