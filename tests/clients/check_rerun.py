"""Opens Rerun recordings with the SDK's own reader: python check_rerun.py FOLDER."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np

from truth import DifferenceError, Truth, clip_digests, demand_all, run, still_digest


def check(root: Path, truths: list[Truth]) -> str:
    """Every chunk of every recording, after Rerun's own verification of the file."""
    total = 0
    for number, truth in enumerate(truths):
        path = root / f"episode-{number:06d}.rrd"
        tool = Path(sys.executable).with_name("rerun")
        verified = subprocess.run([tool, "rrd", "verify", path], check=False, capture_output=True, text=True)
        if verified.returncode:
            raise DifferenceError(f"rerun rrd verify: {verified.stderr[-500:]}")
        reader = importlib.import_module("rerun.chunk").RrdReader(path)
        (recording,) = reader.recordings()
        if recording.recording_id != f"episode-{number:06d}":
            raise DifferenceError(f"recording {recording.recording_id}")
        batches: dict[str, list[Any]] = {}
        for chunk in reader.stream():
            batches.setdefault(chunk.entity_path, []).append(chunk.to_record_batch())
            total += 1
        _episode(batches, truth)
    return f"{len(truths)} recordings, {total} chunks"


def _episode(batches: dict[str, list[Any]], truth: Truth) -> None:
    path = importlib.import_module("rerun").new_entity_path
    entity = {name: str(path([p for p in name.split("/") if p])) for kind in ("streams", "cameras", "texts")
              for name in truth.about[kind]}  # fmt: skip
    demand_all("entities", entity.values(), set(entity.values()) & set(batches))
    for name in truth.about["streams"]:
        own = batches[entity[name]]
        times, cells = _column(own, "scalars" if _has(own, "scalars") else "values")
        order = np.argsort(np.argsort(truth.times(name), kind="stable"), kind="stable")
        truth.demand_stream(name, times[order], [cells[i] for i in order])
    for key in truth.about["cameras"]:
        _camera(key, batches[entity[key]], truth)
    for name in truth.about["texts"]:
        times, cells = _column(batches[entity[name]], "text")
        truth.demand_texts(name, times.tolist(), [cell[0] for cell in cells])


def _camera(key: str, own: list[Any], truth: Truth) -> None:
    times, blobs = _column(own, "blob")
    if _has(own, "timestamp"):  # frames of a clip, which is said once
        times, references = _column(own, "timestamp")
        truth.demand_times(key, [cell[0] for cell in references], times - times[0])
        truth.demand_camera(key, times, clip_digests(bytes(blobs[0][0])))
    else:
        truth.demand_camera(key, times, [still_digest(bytes(cell[0])) for cell in blobs])


def _has(batches: list[Any], name: str) -> bool:
    return any(field.split(":")[-1] == name for batch in batches for field in batch.schema.names)


def _column(batches: list[Any], name: str) -> tuple[Any, list[Any]]:
    """Times and cells of all columns whose names end so, in the order of time."""
    times: list[int] = []
    cells: list[Any] = []
    for batch in batches:
        for field in batch.schema.names:
            if field.split(":")[-1] == name:
                cells += batch.column(field).to_pylist()
                timed = "t" in batch.schema.names
                times += batch.column("t").cast("int64").to_pylist() if timed else [0] * batch.num_rows
    order = np.argsort(times, kind="stable")
    return np.array(times, np.int64)[order], [cells[i] for i in order]


if __name__ == "__main__":
    run("rerun", check)
