"""Opens WebDataset shards with webdataset itself: python check_webdataset.py FOLDER."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Any

from truth import DifferenceError, Truth, clip_digests, demand_all, run, still_digest


def check(root: Path, truths: list[Truth]) -> str:
    """Streams the shards in order, decoded by webdataset's own decoders."""
    wds = importlib.import_module("webdataset")
    shards = [str(root / row["url"]) for row in json.loads((root / "index.json").read_text())["shardlist"]]
    # Pictures and clips are asked for as bytes, to compare what is stored; everything else is decoded
    samples = wds.WebDataset(shards, shardshuffle=False).decode()
    count = 0
    for number, sample in enumerate(samples):
        if sample["__key__"] != f"episode-{number:06d}":
            raise DifferenceError(f"sample {number} is {sample['__key__']}")
        _episode(sample, truths[number])
        count += 1
    if count != len(truths):
        raise DifferenceError(f"{count} of {len(truths)} samples")
    return f"{count} samples in {len(shards)} shards"


def _episode(sample: dict[str, Any], truth: Truth) -> None:
    about = sample["json"]
    demand_all("streams", truth.about["streams"], about["streams"])
    demand_all("cameras", truth.about["cameras"], about["cameras"])
    for name, place in about["streams"].items():
        truth.demand_stream(name, sample[place["times"]], sample[place["file"]])
    for key, place in about["cameras"].items():
        files = place["files"]
        clip = files[0].endswith(".mp4")
        digests = clip_digests(sample[files[0]]) if clip else [still_digest(sample[name]) for name in files]
        truth.demand_camera(key, sample[place["times"]], digests)
    for name, place in about["texts"].items():
        words = sample[place["file"]]
        truth.demand_texts(name, words["times_ns"], words["texts"])
    if about["tasks"] != truth.about["tasks"] or len(about["annotations"]) != truth.about["annotations"]:
        raise DifferenceError("tasks or annotations differ")


if __name__ == "__main__":
    run("webdataset", check)
