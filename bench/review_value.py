"""KNN-Shapley: how well it finds wrong labels, how long it takes, and whether it is pyDVL's.

Set-up (reference: mechanism 3.2). scikit-learn's digits, 1,000 items and 200 held out, and breast cancer, 300 and 69,
drawn without repeats by ``numpy.random.default_rng(seed)``, seeds 0 to 39. Then a fifth of the items get another label,
each other one as likely. Features are standardised by the items' own mean and deviation (a constant one is left 0).
K = 5. The fifth with the lowest value is called wrong, so precision, recall and F1 are one figure. Nothing was chosen
on these seeds: K and the rule are the reference's. Seconds are CPU, of one valuation, the slowest seed.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, stdev
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from headwater.market.shapley import knn_shapley
from report import ROOT, Goal, Row

SEEDS = range(40)
NEIGHBOURS, NOISE = 5, 0.2
SIZES = {"digits": (1000, 200, 0.87), "cancer": (300, 69, 0.80)}
PYTHON = ROOT / ".venv-crowd" / "bin" / "python"


@dataclass(frozen=True)
class Trial:
    """One seed's items, which of them got a wrong label, and the held-out set."""

    features: Any
    labels: Any
    wrong: Any
    held: Any
    held_labels: Any


def rows() -> Iterator[Row]:
    """Both sets; nothing, and a word why, without scikit-learn's."""
    if not PYTHON.exists():
        print("no scikit-learn: make .venv-crowd/.installed")
        return
    with TemporaryDirectory() as folder:
        work = Path(folder)
        _ask("sets", work / "sets.npz")
        with np.load(work / "sets.npz") as data:
            for name, (items, held, goal) in SIZES.items():
                trials = [trial(data[f"{name}_x"], data[f"{name}_y"], items, held, seed) for seed in SEEDS]
                yield from of_set(name, trials, goal, work)


def of_set(name: str, trials: list[Trial], goal: float, work: Path) -> Iterator[Row]:
    theirs, their_spent = pydvl(trials, work)
    found, spent, apart = [], [], []
    for one, other in zip(trials, theirs, strict=True):
        start = time.process_time()
        values = knn_shapley(one.features, one.labels, one.held, one.held_labels, NEIGHBOURS)
        spent.append(time.process_time() - start)
        found.append(f1(values, one.wrong))
        apart.append(float(np.abs(values - other).max()))
    yield Row(f"{name}: wrong labels found, F1", round(fmean(found), 3), "F1", Goal(">=", goal))
    yield Row(f"{name}: wrong labels found, F1, sd", round(stdev(found), 3), "F1")
    yield Row(f"{name}: wrong labels found, F1, worst seed", round(min(found), 3), "F1")
    yield Row(f"{name}: CPU, slowest", round(max(spent), 2), "s", Goal("<=", 2), "pyDVL", round(max(their_spent), 2))
    yield Row(f"{name}: furthest from pyDVL's value", float(f"{max(apart):.1e}"), "", Goal("<=", 1e-9))


def trial(features: Any, labels: Any, items: int, held: int, seed: int) -> Trial:
    """What a seed draws."""
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(labels))[: items + held]
    own, kept = chosen[:items], chosen[items:]
    wrong = np.zeros(items, dtype=bool)
    wrong[rng.permutation(items)[: round(NOISE * items)]] = True
    classes = int(labels.max()) + 1
    given = np.where(wrong, (labels[own] + rng.integers(1, classes, items)) % classes, labels[own])
    mean, deviation = features[own].mean(axis=0), features[own].std(axis=0)
    scaled = (features - mean) / np.where(deviation > 0, deviation, np.inf)
    return Trial(scaled[own], given, wrong, scaled[kept], labels[kept])


def f1(values: Any, wrong: Any) -> float:
    """Of as many lowest values as there are wrong labels, the share that is wrong; ties by index."""
    lowest = np.argsort(values, kind="stable")[: int(wrong.sum())]
    return float(wrong[lowest].mean())


def pydvl(trials: list[Trial], work: Path) -> tuple[Any, list[float]]:
    """pyDVL's values of each trial, and its CPU seconds."""
    given, out = work / "given.npz", work / "out.npz"
    names = {"train_x": "features", "train_y": "labels", "held_x": "held", "held_y": "held_labels"}
    stacked: dict[str, Any] = {name: np.stack([getattr(one, own) for one in trials]) for name, own in names.items()}
    np.savez(given, **stacked, neighbours=np.array(NEIGHBOURS))
    _ask("values", given, out)
    with np.load(out) as found:
        return found["values"], found["spent"].tolist()


def _ask(*arguments: str | Path) -> None:
    subprocess.run([PYTHON, ROOT / "bench" / "value_peers.py", *arguments], check=True, capture_output=True)
