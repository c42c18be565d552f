"""scikit-learn's data and pyDVL's values; a program of ``.venv-crowd``, where nothing of ours is installed.

``value_peers.py sets FILE``: digits and breast cancer as NAME_x, NAME_y in an npz. ``value_peers.py values FILE OUT``:
FILE holds trials one upon the other, as train_x, train_y, held_x, held_y, and neighbours; OUT gets each trial's values
and the CPU seconds they took.
"""

from __future__ import annotations

import sys
import time
import warnings
from typing import Any

import numpy as np


def sets(out: str) -> None:
    from sklearn.datasets import load_breast_cancer, load_digits

    digits, cancer = load_digits(), load_breast_cancer()
    np.savez(out, digits_x=digits.data, digits_y=digits.target, cancer_x=cancer.data, cancer_y=cancer.target)


def values(given: str, out: str) -> None:
    with np.load(given) as data:
        arrays = [data[name] for name in ("train_x", "train_y", "held_x", "held_y")]
        told = [_values(*trial) for trial in zip(*arrays, [int(data["neighbours"])] * len(arrays[0]), strict=True)]
    np.savez(out, values=np.stack([found for found, _ in told]), spent=np.array([spent for _, spent in told]))


def _values(train_x: Any, train_y: Any, held_x: Any, held_y: Any, neighbours: int) -> tuple[Any, float]:
    from pydvl.valuation import Dataset, KNNShapleyValuation
    from sklearn.neighbors import KNeighborsClassifier

    start = time.process_time()
    model, held = KNeighborsClassifier(n_neighbors=neighbours), Dataset(held_x, held_y)
    result = KNNShapleyValuation(model, held, progress=False).fit(Dataset(train_x, train_y)).result
    spent = time.process_time() - start
    found = np.empty(len(train_x))
    found[result.indices] = result.values
    return found, spent


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    if sys.argv[1] == "sets":
        sets(sys.argv[2])
    else:
        values(*sys.argv[2:])
