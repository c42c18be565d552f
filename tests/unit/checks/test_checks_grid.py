"""Every clean recording and every forgery of ../shared/data, where that folder is at hand; minutes, so ``slow``."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

REPOSITORY = Path(__file__).parents[3]
DATA = REPOSITORY.parent / "shared" / "data"

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not DATA.is_dir(), reason="shared recordings are not here")]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A script of bench/, imported the way it imports its neighbours."""
    monkeypatch.syspath_prepend(REPOSITORY / "bench")
    return importlib.import_module("calibrate_checks")


def test_whole_grid(bench: ModuleType) -> None:
    """All blocked for the right reason; in at least half of the cases foreign videos whose source nobody anchored and
    foreign actions (two demonstrations of one task move alike), and seconds cut out or shown twice in a moment of rest.
    """
    summary = bench.summary(bench.everything(DATA, []))
    assert summary["false_blocks"] == 0
    counts = {name: tuple(map(int, text.split("/"))) for name, text in summary["rejected_for_the_right_reason"].items()}
    halves = {"video_of_another", "actions_of_another", "looped_video", "cut_slowed_video"}
    partly = {"reencoded", "cut_padded_video", *halves}
    assert {name: done for name, (done, all_) in counts.items() if done < all_ and name not in partly} == {}
    assert {name: counts[name] for name in halves if 2 * counts[name][0] < counts[name][1]} == {}
