"""Opens LeRobot datasets with LeRobot itself and compares what it hands out with what lies in the files.

    python check_lerobot.py FOLDER

FOLDER is a dataset or holds datasets, v3.0 (opened with lerobot-dataset 0.4.4) or v2.1 (lerobot 0.3.3, the last that
reads it). Runs in the environment of ``lerobot.txt``; nothing of Headwater is imported. Ends with 1 on any difference.
"""

from __future__ import annotations

import importlib
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

os.environ["HF_HUB_OFFLINE"] = "1"
STATS = ("min", "max", "mean", "std", "count", "q01", "q10", "q50", "q90", "q99")
TOLERANCE_S = 1e-4
STATS_TOLERANCE = 1e-6
# Colours of one and the same coded frame, by torchcodec and by PyAV: rounding, and chroma placed half a pixel apart.
MEAN_COLOUR_ERROR = 3.0
MAX_FRAMES = 150


def open_lerobot(root: Path, version: str) -> Any:
    """The dataset, by the client that reads its version."""
    torch_on_cpu()
    package = "ledataset" if version == "v3.0" else "lerobot"
    if package == "lerobot":
        whole_columns()
    module = importlib.import_module(f"{package}.datasets.lerobot_dataset")
    return module.LeRobotDataset("local/x", root=root, tolerance_s=TOLERANCE_S, video_backend="torchcodec")


def torch_on_cpu() -> None:
    """torchvision's wheel is built for CUDA; on a CPU its import dies while it registers fakes of operators."""
    torch = importlib.import_module("torch")
    register = torch.library.register_fake

    def skip(op: Any, *args: Any, **named: Any) -> Any:
        if isinstance(op, str) and op.startswith("torchvision::"):
            return lambda function: function
        return register(op, *args, **named)

    torch.library.register_fake = skip
    try:
        importlib.import_module("torchvision")
    finally:
        torch.library.register_fake = register


def whole_columns() -> None:
    """lerobot 0.3.3 was written for datasets 3, where a column is a list; 4 hands out a view."""
    dataset = importlib.import_module("datasets").Dataset
    get = dataset.__getitem__
    dataset.__getitem__ = lambda self, key: list(get(self, key)) if isinstance(key, str) else get(self, key)


class Checker:
    """One dataset."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.info = json.loads((root / "meta/info.json").read_text(encoding="utf-8"))
        self.version = str(self.info["codebase_version"])
        self.dataset = open_lerobot(root, self.version)
        self.faults: list[str] = []
        pq = importlib.import_module("pyarrow.parquet")
        pa = importlib.import_module("pyarrow")
        files = sorted((root / "data").rglob("*.parquet"))
        self.table = pa.concat_tables([pq.read_table(file) for file in files]).sort_by("index")

    def run(self) -> list[str]:
        """Everything that differs."""
        self.counts()
        self.columns()
        self.items()
        self.statistics()
        return self.faults

    def differ(self, what: str) -> None:
        if len(self.faults) < 20:
            self.faults.append(what)

    def counts(self) -> None:
        found = (self.dataset.num_episodes, self.dataset.num_frames, len(self.dataset))
        rows = self.table.num_rows
        if found != (self.info["total_episodes"], self.info["total_frames"], rows) or rows != found[1]:
            self.differ(f"counts: {found}, declared {self.info['total_episodes']}, {self.info['total_frames']}")
        if self.table["index"].to_pylist() != list(range(rows)):
            self.differ("index is not 0, 1, 2 ...")

    def columns(self) -> None:
        """Every number LeRobot hands out, against the parquet file; timestamps against frame number over rate."""
        held = self.dataset.hf_dataset.with_format("numpy")
        for name, feature in self.info["features"].items():
            if feature["dtype"] in ("video", "image"):
                continue
            theirs = np.asarray(held[name][:]).reshape(len(self.dataset), -1)
            ours = np.array(self.table[name].to_pylist()).reshape(self.table.num_rows, -1)
            if not np.array_equal(theirs.astype(ours.dtype), ours, equal_nan=ours.dtype.kind == "f"):
                self.differ(f"column {name}")
        stamps = np.array(self.table["timestamp"].to_pylist())
        grid = np.array(self.table["frame_index"].to_pylist()) / self.info["fps"]
        if np.abs(stamps - grid).max(initial=0) > TOLERANCE_S:
            self.differ("timestamps are off frame_index / fps")

    def items(self) -> None:
        """Rows as a training loop gets them: numbers, task and every camera's frame."""
        tasks = self.tasks()
        expected = {name: self.frames(name) for name in self.cameras("video")}
        for row in self.sample():
            item = self.dataset[row]
            number = int(self.table["task_index"][row].as_py())
            if item["task"] != tasks[number]:
                self.differ(f"row {row}: task {item['task']!r}")
            for name, frame_at in expected.items():
                self.compare(row, name, item[name], frame_at(row))
            for name in self.cameras("image"):
                self.compare_picture(row, name, item[name])

    def compare(self, row: int, name: str, theirs: Any, ours: NDArray[np.uint8]) -> None:
        found = np.asarray(theirs.numpy()).transpose(1, 2, 0) * 255.0
        if list(found.shape) != self.info["features"][name]["shape"] or found.shape != ours.shape:
            self.differ(f"row {row}: {name} is {found.shape}, file {ours.shape}")
        elif np.abs(found - ours).mean() > MEAN_COLOUR_ERROR:
            self.differ(f"row {row}: {name} shows another frame ({np.abs(found - ours).mean():.1f})")

    def compare_picture(self, row: int, name: str, theirs: Any) -> None:
        """A picture of the table, exactly; LeRobot hands 16 bits out as int16 and 8 bits over 255."""
        image = importlib.import_module("PIL.Image")
        ours = np.asarray(image.open(io.BytesIO(self.table[name][row].as_py()["bytes"])))
        ours = ours[..., None] if ours.ndim == 2 else ours
        found = theirs.numpy().transpose(1, 2, 0)
        same = (found.astype(np.uint16) == ours) if ours.dtype == np.uint16 else np.rint(found * 255) == ours
        if found.shape != ours.shape or not np.all(same):
            self.differ(f"row {row}: picture of {name}")

    def statistics(self) -> None:
        """Per episode and whole, against LeRobot's own compute_stats over the columns as they are stored."""
        compute = importlib.import_module("ledataset.datasets.compute_stats")
        episodes = np.array(self.table["episode_index"].to_pylist())
        parts: list[dict[str, Any]] = []
        for number in range(self.info["total_episodes"]):
            declared = self.episode_stats(number)
            rows = self.table.filter(importlib.import_module("pyarrow").array(episodes == number))
            for name, feature in self.info["features"].items():
                if feature["dtype"] in ("video", "image"):
                    continue
                kind = "bool" if feature["dtype"] == "bool" else feature["dtype"]
                values = np.array(rows[name].to_pylist(), dtype=kind)
                wide = values.astype(np.result_type(values.dtype, np.float32))
                self.same_stats(f"episode {number} {name}", declared[name],
                                compute.get_feature_stats(wide, axis=0, keepdims=wide.ndim == 1))  # fmt: skip
            parts.append({n: {s: np.array(v, float) for s, v in own.items()} for n, own in declared.items()})
        whole = compute.aggregate_stats(parts)
        for name, stats in self.dataset.meta.stats.items():
            self.same_stats(f"whole {name}", stats, whole[name])

    def same_stats(self, what: str, ours: Any, theirs: Any) -> None:
        for stat in STATS:
            if stat not in ours:
                continue
            mine, other = np.asarray(ours[stat], float), np.asarray(theirs[stat], float)
            if mine.shape != other.shape or not np.allclose(
                mine, other, rtol=STATS_TOLERANCE, atol=STATS_TOLERANCE, equal_nan=True
            ):
                self.differ(f"stats of {what}: {stat} {mine.ravel()[:3]} not {other.ravel()[:3]}")

    def episode_stats(self, number: int) -> dict[str, dict[str, Any]]:
        if self.version != "v3.0":
            return dict(self.dataset.meta.episodes_stats[number])
        row = self.episode(number)
        found: dict[str, dict[str, Any]] = {}
        for key, value in row.items():
            if key.startswith("stats/"):
                name, _, stat = key.removeprefix("stats/").rpartition("/")
                found.setdefault(name, {})[stat] = value
        return found

    def episode(self, number: int) -> dict[str, Any]:
        """The episode's row of v3.0's ``meta/episodes``, straight from the file."""
        if not hasattr(self, "_episodes"):
            pq = importlib.import_module("pyarrow.parquet")
            self._episodes = pq.read_table(self.root / "meta/episodes/chunk-000/file-000.parquet").to_pylist()
        row: dict[str, Any] = self._episodes[number]
        return row

    def tasks(self) -> dict[int, str]:
        if self.version == "v3.0":
            pq = importlib.import_module("pyarrow.parquet")
            rows = pq.read_table(self.root / "meta/tasks.parquet").to_pylist()
        else:
            lines = (self.root / "meta/tasks.jsonl").read_text(encoding="utf-8").splitlines()
            rows = [json.loads(line) for line in lines]
        return {row["task_index"]: row["task"] for row in rows}

    def cameras(self, dtype: str) -> list[str]:
        return [name for name, feature in self.info["features"].items() if feature["dtype"] == dtype]

    def sample(self) -> list[int]:
        """All rows of a small dataset; of a large one the ends of every episode and rows evenly between."""
        rows = self.table.num_rows
        if rows <= MAX_FRAMES:
            return list(range(rows))
        episodes = np.array(self.table["episode_index"].to_pylist())
        turns = np.flatnonzero(np.diff(episodes))
        some = {0, rows - 1, *np.linspace(0, rows - 1, MAX_FRAMES // 2).astype(int).tolist()}
        edges = [*turns[: MAX_FRAMES // 4].tolist(), *(turns[: MAX_FRAMES // 4] + 1).tolist()]
        return sorted({*some, *edges})

    def frames(self, name: str) -> Callable[[int], NDArray[np.uint8]]:
        """Row to frame by counting: the k-th frame of the episode, in its file's order of presentation."""
        decoded = _Decoded()

        def at(row: int) -> NDArray[np.uint8]:
            number = int(self.table["episode_index"][row].as_py())
            place = int(self.table["frame_index"][row].as_py())
            if self.version == "v3.0":
                about = self.episode(number)
                values = {"chunk_index": about[f"videos/{name}/chunk_index"],
                          "file_index": about[f"videos/{name}/file_index"]}  # fmt: skip
                path = self.root / self.info["video_path"].format(video_key=name, **values)
                place += self.before(name, number, values)
            else:
                chunk = number // self.info["chunks_size"]
                path = self.root / self.info["video_path"].format(
                    video_key=name, episode_chunk=chunk, episode_index=number
                )
            return decoded.frame(path, place)

        return at

    def before(self, name: str, number: int, values: dict[str, int]) -> int:
        """Frames of earlier episodes in the same file."""
        total = 0
        for earlier in range(number - 1, -1, -1):
            about = self.episode(earlier)
            if any(about[f"videos/{name}/{key}"] != value for key, value in values.items()):
                break
            total += about["length"]
        return total


class _Decoded:
    """Frames of one file at a time, counted from its start; rows are asked for in ascending order."""

    def __init__(self) -> None:
        self._path: Path | None = None
        self._frames: Iterator[Any] = iter(())
        self._last = -1
        self._image: NDArray[np.uint8] = np.zeros((0, 0, 3), np.uint8)

    def frame(self, path: Path, place: int) -> NDArray[np.uint8]:
        if path != self._path or place < self._last:
            container = importlib.import_module("av").open(str(path))
            self._path, self._frames, self._last = path, container.decode(video=0), -1
        while self._last < place:
            picture = next(self._frames)
            self._last += 1
            if self._last == place:
                self._image = picture.to_ndarray(format="rgb24")
        return self._image


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def main(folder: Path) -> int:
    roots = (
        [folder]
        if (folder / "meta/info.json").is_file()
        else sorted(p.parent.parent for p in folder.glob("*/meta/info.json"))
    )
    if not roots:
        say(f"no dataset in {folder.name}")
        return 1
    failed = False
    for root in roots:
        faults = Checker(root).run()
        failed = failed or bool(faults)
        say(f"{root.name}: {'ok' if not faults else 'DIFFERS'}")
        for fault in faults:
            say(f"  {fault}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]).absolute()))
