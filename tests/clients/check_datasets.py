"""Opens the Hub's layout with ``datasets``, streaming and whole: python check_datasets.py FOLDER."""

from __future__ import annotations

import importlib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["HF_HOME"] = tempfile.mkdtemp()

import numpy as np

from truth import DifferenceError, Truth, clip_digests, demand_all, run, still_digest


def check(root: Path, truths: list[Truth]) -> str:
    """Every configuration of the card, the clips as a VideoFolder, and the rows once more as a map-style dataset."""
    datasets = importlib.import_module("datasets")
    names = datasets.get_dataset_config_names(str(root))
    tables = {name: _rows(datasets, root, name) for name in names}
    pictures = {key: list(value) for key, value in _pictures(datasets, root, tables).items()}
    for number, truth in enumerate(truths):
        own = {name: [row for row in rows if row["episode_index"] == number] for name, rows in tables.items()}
        _episode(truth, own, {key: value for (episode, key), value in pictures.items() if episode == number})
    whole = datasets.load_dataset(str(root), split="train")
    if len(whole) != len(tables["rows"]) or whole[-1]["t_ns"] != tables["rows"][-1]["t_ns"]:
        raise DifferenceError(f"{len(whole)} rows, {len(tables['rows'])} streamed")
    return f"{len(whole)} rows; " + ", ".join(f"{len(rows)} {name}" for name, rows in tables.items())


def _rows(datasets: Any, root: Path, name: str) -> list[dict[str, Any]]:
    stream = datasets.load_dataset(str(root), name, split="train", streaming=True)
    for column, feature in list(stream.features.items()):
        if isinstance(feature, datasets.Image):  # bytes, to compare what is stored; decoding is PIL's affair
            stream = stream.cast_column(column, datasets.Image(decode=False))
    return list(stream)


def _pictures(datasets: Any, root: Path, tables: dict[str, Any]) -> dict[tuple[int, str], tuple[list[int], list[str]]]:
    """Times and digests by episode and camera: clips, pictures of their own table, pictures in the rows."""
    found: dict[tuple[int, str], tuple[list[int], list[str]]] = {}
    if (root / "videos").is_dir():
        folder = datasets.load_dataset("videofolder", data_dir=str(root / "videos"), split="train", streaming=True)
        for clip in folder.cast_column("video", datasets.Video(decode=False)):
            path = clip["video"]["path"]
            found[clip["episode_index"], clip["camera"]] = (clip["t_ns"], clip_digests(path))
    for row in tables.get("images", ()):
        _add(found, row["episode_index"], row["camera"], row["t_ns"], row["image"])
    for row in tables["rows"]:
        for column, value in row.items():
            if isinstance(value, dict):
                _add(found, row["episode_index"], column, row["t_ns"], value)
    return found


def _add(found: dict[tuple[int, str], Any], episode: int, camera: str, t_ns: int, cell: dict[str, Any]) -> None:
    times, digests = found.setdefault((episode, camera), ([], []))
    times.append(t_ns)
    digests.append(still_digest(cell["bytes"]))


def _episode(truth: Truth, own: dict[str, list[dict[str, Any]]], pictures: dict[str, Any]) -> None:
    rows, seen = own["rows"], set()
    for name, facts in json.loads(own["episodes"][0]["about"])["streams"].items():
        if "column" in facts:
            seen.add(name)
            truth.demand_stream(name, [r["t_ns"] for r in rows], [r[facts["column"]] for r in rows])
        elif facts["kind"] == "task_index":  # numbered anew; the words are compared
            seen.add(name)
    sensors: dict[str, list[dict[str, Any]]] = {}
    for row in own.get("sensors", ()):
        sensors.setdefault(row["stream"], []).append(row)
    for name, samples in sensors.items():
        values = [s["values"] if s["values"] is not None else s["integers"] for s in samples]
        truth.demand_stream(name, [s["t_ns"] for s in samples], values)
    demand_all("streams", truth.about["streams"], seen | set(sensors))
    keys = {key if key in pictures else f"observation.images.{key}": key for key in truth.about["cameras"]}
    demand_all("cameras", keys, pictures)
    for key, (times, digests) in pictures.items():
        truth.demand_camera(keys[key], times, digests)
    for name in truth.about["texts"]:
        words = [row for row in own["texts"] if row["text_name"] == name]
        truth.demand_texts(name, [row["t_ns"] for row in words], [row["text"] for row in words])
    if len(rows) != truth.about["length"] or not np.array_equal([r["frame_index"] for r in rows], np.arange(len(rows))):
        raise DifferenceError(f"{len(rows)} rows")
    if truth.about["tasks"] and {row["task"] for row in rows} - set(truth.about["tasks"]):
        raise DifferenceError("tasks differ")


if __name__ == "__main__":
    run("huggingface", check)
