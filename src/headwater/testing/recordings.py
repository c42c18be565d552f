"""Small recordings made on the spot, for tests of anything that reads one.

Every video frame carries its own number in its brightness, so a test can ask which frame it really got
(``frame_number``). Nothing here uses Headwater's own exporter.
"""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray
from PIL import Image

CAMERA = "observation.images.front"
WIDTH, HEIGHT = 64, 48


def numbered_frame(number: int) -> NDArray[np.uint8]:
    """A grey picture (48, 64) whose left half shows ``number % 12`` and whose right half ``number // 12 % 12``."""
    image = np.empty((HEIGHT, WIDTH), dtype=np.uint8)
    image[:, : WIDTH // 2] = 20 + 18 * (number % 12)
    image[:, WIDTH // 2 :] = 20 + 18 * (number // 12 % 12)
    return image


def frame_number(image: NDArray[np.uint8]) -> int:
    """The number (0 to 143) shown by a decoded luma or RGB frame."""
    luma = image if image.ndim == 2 else image[..., 1] * (219 / 255) + 16  # limited range, BT.601
    half = luma.shape[1] // 2
    low, high = (round((float(part.mean()) - 20) / 18) for part in (luma[:, :half], luma[:, half:]))
    return int(low + 12 * high)


def write_video(path: Path, numbers: Sequence[int], *, fps: int = 30, gop: int = 2, bframes: int = 0) -> None:
    """An H.264 MP4 of numbered frames, luma kept exactly in range so that numbers survive."""
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"crf": "10", "g": str(gop), "keyint_min": str(gop), "bf": str(bframes), "sc_threshold": "0"}
    with av.open(str(path), "w", format="mp4") as out:
        track: Any = out.add_stream("libx264", rate=fps, options={**options, "threads": "1"})
        track.width, track.height, track.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for place, number in enumerate(numbers):
            frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
            frame.planes[0].update(numbered_frame(number).tobytes())
            for plane in frame.planes[1:]:
                plane.update(b"\x80" * plane.buffer_size)
            frame.pts, frame.time_base = place, Fraction(1, fps)
            out.mux(track.encode(frame))
        out.mux(track.encode())


def write_lerobot_v21(
    root: Path, lengths: Sequence[int], *, fps: int = 30, joints: int = 3, task: str = "Push the block.", seed: int = 0
) -> Path:
    """A LeRobotDataset v2.1 with one camera; episode e's frames are numbered from 0. Returns ``root``."""
    (root / "meta").mkdir(parents=True)
    first = 0
    for episode, length in enumerate(lengths):
        table = rows(episode, first, length, fps=fps, joints=joints, seed=seed)
        path = root / f"data/chunk-000/episode_{episode:06d}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, path)
        write_video(root / f"videos/chunk-000/{CAMERA}/episode_{episode:06d}.mp4", range(length), fps=fps)
        first += length
    _lines(
        root / "meta/episodes.jsonl",
        [{"episode_index": e, "tasks": [task], "length": n} for e, n in enumerate(lengths)],
    )
    _lines(root / "meta/tasks.jsonl", [{"task_index": 0, "task": task}])
    _info(
        root,
        "v2.1",
        fps,
        joints,
        lengths,
        data_path="data/chunk-{episode_chunk:03d}/episode_{episode_index:06d}.parquet",
        video_path="videos/chunk-{episode_chunk:03d}/{video_key}/episode_{episode_index:06d}.mp4",
    )
    return root


def write_lerobot_v30(
    root: Path,
    lengths: Sequence[int],
    *,
    fps: int = 30,
    joints: int = 3,
    task: str = "Push the block.",
    seed: int = 0,
    gop: int = 2,
    bframes: int = 0,
) -> Path:
    """A LeRobotDataset v3.0 whose episodes share one data file and one MP4; frames are numbered through."""
    tables, places, first = [], [], 0
    for episode, length in enumerate(lengths):
        tables.append(rows(episode, first, length, fps=fps, joints=joints, seed=seed))
        places.append(_place(episode, first, length, fps, task))
        first += length
    for folder in ("data/chunk-000", "meta/episodes/chunk-000"):
        (root / folder).mkdir(parents=True)
    pq.write_table(pa.concat_tables(tables), root / "data/chunk-000/file-000.parquet")
    pq.write_table(pa.Table.from_pylist(places), root / "meta/episodes/chunk-000/file-000.parquet")
    pq.write_table(pa.table({"task_index": [0], "task": [task]}), root / "meta/tasks.parquet")
    video = root / f"videos/{CAMERA}/chunk-000/file-000.mp4"
    write_video(video, range(first), fps=fps, gop=gop, bframes=bframes)
    _info(
        root,
        "v3.0",
        fps,
        joints,
        lengths,
        data_path="data/chunk-{chunk_index:03d}/file-{file_index:03d}.parquet",
        video_path="videos/{video_key}/chunk-{chunk_index:03d}/file-{file_index:03d}.mp4",
    )
    return root


def add_pictures(root: Path, name: str = "observation.images.still") -> Path:
    """Give a v2.1 dataset a camera of dtype ``image``: numbered PNGs in the table. Returns ``root``."""
    for path in sorted((root / "data").rglob("*.parquet")):
        table = pq.read_table(path)
        pictures = []
        for number in range(table.num_rows):
            out = io.BytesIO()
            Image.fromarray(numbered_frame(number)).save(out, "PNG")
            pictures.append({"bytes": out.getvalue(), "path": None})
        kind = pa.struct([("bytes", pa.binary()), ("path", pa.string())])
        pq.write_table(table.append_column(name, pa.array(pictures, kind)), path, row_group_size=4)
    info = json.loads((root / "meta/info.json").read_text(encoding="utf-8"))
    info["features"][name] = {"dtype": "image", "shape": [HEIGHT, WIDTH, 1], "names": ["height", "width", "channels"]}
    (root / "meta/info.json").write_text(json.dumps(info), encoding="utf-8")
    return root


def rows(episode: int, first: int, length: int, *, fps: int, joints: int, seed: int) -> Any:
    """An episode's table: smooth random joint paths, action one step ahead of state."""
    rng = np.random.default_rng((seed, episode))
    path = np.cumsum(rng.normal(scale=0.02, size=(length + 1, joints)), axis=0).astype(np.float32)
    frame = np.arange(length)
    return pa.table(
        {
            "observation.state": pa.array(path[:-1].tolist(), pa.list_(pa.float32())),
            "action": pa.array(path[1:].tolist(), pa.list_(pa.float32())),
            "timestamp": pa.array((frame / fps).astype(np.float32)),
            "frame_index": pa.array(frame, pa.int64()),
            "episode_index": pa.array(np.full(length, episode), pa.int64()),
            "index": pa.array(frame + first, pa.int64()),
            "task_index": pa.array(np.zeros(length, dtype=np.int64)),
        }
    )


def _place(episode: int, first: int, length: int, fps: int, task: str) -> dict[str, Any]:
    return {
        "episode_index": episode,
        "tasks": [task],
        "length": length,
        "data/chunk_index": 0,
        "data/file_index": 0,
        "dataset_from_index": first,
        "dataset_to_index": first + length,
        f"videos/{CAMERA}/chunk_index": 0,
        f"videos/{CAMERA}/file_index": 0,
        f"videos/{CAMERA}/from_timestamp": first / fps,
        f"videos/{CAMERA}/to_timestamp": (first + length) / fps,
    }


def _info(root: Path, version: str, fps: int, joints: int, lengths: Sequence[int], **paths: str) -> None:
    names = [f"joint_{i}.pos" for i in range(joints)]
    vector = {"dtype": "float32", "shape": [joints], "names": names}
    features: dict[str, Any] = {"observation.state": vector, "action": vector}
    features[CAMERA] = {"dtype": "video", "shape": [HEIGHT, WIDTH, 3], "names": ["height", "width", "channels"]}
    features["timestamp"] = {"dtype": "float32", "shape": [1], "names": None}
    for name in ("frame_index", "episode_index", "index", "task_index"):
        features[name] = {"dtype": "int64", "shape": [1], "names": None}
    info = {
        "codebase_version": version,
        "robot_type": "test_arm",
        "total_episodes": len(lengths),
        "total_frames": sum(lengths),
        "total_tasks": 1,
        "chunks_size": 1000,
        "fps": fps,
        **paths,
        "features": features,
    }
    (root / "meta/info.json").write_text(json.dumps(info), encoding="utf-8")


def _lines(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
