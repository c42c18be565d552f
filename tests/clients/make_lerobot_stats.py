"""Numbers of LeRobot's own compute_stats, for a test that runs without it: ``make_lerobot_stats.py FILE.json``.

Runs in the environment of ``lerobot.txt`` (lerobot-dataset 0.4.4, Apache-2.0). Inputs are multiples of 1/256, so that
JSON keeps them exactly. Pictures are given in float64, because 0.4.4 squares uint8 pixels in uint8.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np


def plain(stats: dict[str, Any]) -> dict[str, Any]:
    return {name: np.asarray(value).tolist() for name, value in stats.items()}


def main(target: Path) -> None:
    importlib.import_module("check_lerobot").torch_on_cpu()
    compute = importlib.import_module("ledataset.datasets.compute_stats")
    rng = np.random.default_rng(7)
    joints = np.round(np.cumsum(rng.normal(0, 0.05, (90, 3)), axis=0) * 256 + 400) / 256
    parts = [joints[:60].astype(np.float32), joints[60:].astype(np.float32)]
    counts = rng.integers(-40, 5000, (40, 2))
    pictures = rng.integers(2, 250, (6, 3, 5, 4))
    stats = [compute.get_feature_stats(part, axis=0, keepdims=False) for part in parts]
    seen = compute.get_feature_stats(pictures.astype(np.float64), axis=(0, 2, 3), keepdims=True)
    about = {
        "source": "lerobot-dataset 0.4.4, ledataset/datasets/compute_stats.py (Apache-2.0), by tests/clients/"
        "make_lerobot_stats.py",
        "float32": [{"values": part.tolist(), "stats": plain(own)} for part, own in zip(parts, stats, strict=True)],
        "aggregate": plain(compute.aggregate_feature_stats(stats)),
        "one_row": {"values": joints[:1].tolist(),
                    "stats": plain(compute.get_feature_stats(joints[:1].astype(np.float32), axis=0, keepdims=False))},
        "int64": {"values": counts.tolist(),
                  "stats": plain(compute.get_feature_stats(counts, axis=0, keepdims=False))},
        "pictures": {"values": pictures.tolist(),
                     "stats": plain({k: v if k == "count" else np.squeeze(v / 255.0, 0) for k, v in seen.items()})},
    }  # fmt: skip
    target.write_text(json.dumps(about) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
