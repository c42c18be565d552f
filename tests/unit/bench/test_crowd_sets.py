"""Sets of real votes of any kind go through the bench: few votes, names for classes, truths missing, repeats."""

from __future__ import annotations

import importlib
import random
from pathlib import Path
from typing import Any

import pytest

from headwater.review.inference import majority

ROOT = Path(__file__).parents[3]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(ROOT / "bench")
    return importlib.import_module


def write(folder: Path, labels: list[tuple[str, str, str]], gold: dict[str, str]) -> None:
    folder.mkdir()
    (folder / "labels.csv").write_text("task,worker,label\n" + "".join(",".join(row) + "\n" for row in labels))
    (folder / "gold.csv").write_text("task,label\n" + "".join(f"{item},{name}\n" for item, name in gold.items()))


def test_a_set_as_it_is_read(bench: Any, tmp_path: Path) -> None:
    labels = [("1", "a", "10"), ("1", "a", "9"), ("2", "a", "9"), ("2", "b", "10")]
    write(tmp_path / "one", labels, {"1": "2", "3": "9"})
    (set_,) = bench("crowd_sets").sets(tmp_path)
    assert (set_.name, set_.items, set_.repeats) == ("one", 2, 1)
    assert set_.classes == ("2", "9", "10")  # numbers in their order; the truth's class too
    assert set_.truth == {"1": "2"}  # nobody answered item 3
    assert [answer.value for answer in set_.given] == ["10", "9", "10"]  # of a repeat the first
    assert [one.name for one in bench("crowd_sets").sets(tmp_path / "one")] == ["one"]


def test_any_set_runs(bench: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three names, one to six votes an item, half the truths unknown; nobody is asked twice, no budget is exceeded."""
    votes = bench("review_votes")
    monkeypatch.setattr(votes, "PYTHON", tmp_path / "none")
    dice, names = random.Random(3), ("cat", "dog", "eel")
    truth = {str(item): dice.choice(names) for item in range(60)}
    labels = [
        (item, f"w{who}", name if dice.random() < 0.7 else dice.choice(names))
        for item, name in truth.items()
        for who in dice.sample(range(12), dice.randint(1, 6))
    ]
    write(tmp_path / "odd", labels, {item: name for item, name in truth.items() if int(item) % 2})
    rows = {row.row: row for row in votes.rows(tmp_path)}
    assert rows["odd: rule"].value > 60
    assert rows["odd: greatest doubt, votes"].value <= 3
    assert rows["odd: adaptive stop, votes"].value <= 3.5  # few items, and the first are asked before it knows
    assert rows["odd: stop at .95, votes"].value <= 9
    assert all(row.met is not None for name, row in rows.items() if name.endswith("less majority of all votes"))


def test_a_tie_counts_half_on_every_side(bench: Any, tmp_path: Path) -> None:
    write(
        tmp_path / "tie",
        [(str(i), w, c) for i in range(10) for w, c in (("a", "0"), ("b", "1"))],
        dict.fromkeys("0123456789", "1"),
    )
    asking, votes = bench("crowd_asking"), bench("review_votes")
    (set_,) = bench("crowd_sets").sets(tmp_path)
    one = asking.drawn(set_, 0)
    found = majority(one.answers)
    assert votes.scored(one, found) == asking.fixed(one, 5) == 0.5
