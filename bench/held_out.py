"""How well the suite's evidence carries over to what it was not counted on: leave one forgery family or source out.

For each fold the log-likelihood ratio of every rule (silent, RISK, DEFECT) is counted anew on the other rows only, one
half added to every count, and the rows left out are scored with the sums. What the suite is shipped with is a policy
table; this says what counting alone would give on unseen recordings and unseen kinds of forgery. Rows of one source
(a robot and its camera) stand or fall together, and so do variants of one idea.

Two figures: the area under the ROC curve says whether forged rows score below clean ones; the cost of the ratios (Cllr,
Bruemmer and du Preez 2006, doi 10.1016/j.csl.2005.08.001) whether their size can be believed: 0 is perfect, 1 is a
ratio that says nothing, more than 1 is worse than saying nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

Rows = Sequence[dict[str, Any]]

FAMILIES = {
    "video replaced": ("video_of_another", "video_of_another_indexed"),
    "actions replaced": ("actions_of_another", "no_actions"),
    "copy": ("mirrored_noised_copy", "exact_copy"),
    "video frozen or looped": ("frozen_video", "looped_video"),
    "nothing to see": ("black_span", "white_span", "covered_span"),
    "actions shifted": ("shifted_actions", "early_actions"),
    "time stamps": ("timestamp_jitter", "dropped_rows", "drifting_clock", "wrong_rate"),
    "numbers": ("three_nan",),
    "video reversed": ("reversed_video",),
    "video cut": ("cut_video", "cut_padded_video", "cut_slowed_video"),
    "gyro": ("gyro_csv", "gyro_gpmf", "gyro_gap"),
}
SOURCES = {
    "lerobot_v21_g1": "G1",
    "lerobot_v30_g1": "G1",
    "g1_aloha_episode_0.hdf5": "G1",
    "lerobot_v20_groot_sim": "simulated GR1",
    "gopro": "GoPro",
    "karma.mp4": "GoPro",
    "gopro_karma_ros2.mcap": "GoPro",
}
CLEAN = ("clean", "reencoded")
STATES = ("silent", "risk", "defect")


def held_out(rows: Rows) -> dict[str, Any]:
    """For each family and each source left out: AUC of forged against clean rows, and how the shipped table did."""
    known = {*CLEAN, *(kind for kinds in FAMILIES.values() for kind in kinds)}
    strays = {row["forgery"] for row in rows} - known
    if strays:  # left in every fold, they would teach it about their own family
        raise ValueError(f"no family: {', '.join(sorted(strays))}")
    clean = [row for row in rows if row["forgery"] in CLEAN]
    families = {}
    for family, kinds in FAMILIES.items():
        out = [row for row in rows if row["forgery"] in kinds]
        if out:
            kept = [row for row in rows if row["forgery"] not in kinds]
            # Clean rows are few: each fold sees them all but one recording, so no row is scored by its own counts.
            good = [score for one in clean for score in _scores([one], _without(kept, one))]
            families[family] = _line(_scores(out, counted(kept)), good, out, clean)
    sources = {}
    for source in sorted({source_of(row) for row in rows}):
        out = [row for row in rows if source_of(row) == source]
        table = counted([row for row in rows if source_of(row) != source])
        bad = [row for row in out if row["forgery"] not in CLEAN]
        good_rows = [row for row in out if row["forgery"] in CLEAN]
        if bad and good_rows:
            sources[source] = _line(_scores(bad, table), _scores(good_rows, table), bad, good_rows)
    return {"family_left_out": families, "source_left_out": sources}


def source_of(row: dict[str, Any]) -> str:
    """Robot and camera a row's recording came from."""
    return SOURCES.get(row["recording"], str(row["recording"]))


def counted(rows: Rows) -> dict[str, dict[str, float]]:
    """Log-likelihood ratio of good against bad for each rule and state, from counts with one half added."""
    names = sorted({name for row in rows for name in (*row["defects"], *row["risks"])})
    good = [row for row in rows if row["forgery"] in CLEAN]
    bad = [row for row in rows if row["forgery"] not in CLEAN]
    return {name: {state: _ratio(good, bad, name, state) for state in STATES} for name in names}


def auc(bad: Sequence[float], good: Sequence[float]) -> float:
    """Chance that a forged row scores below a clean one, ties half; 0.5 tells nothing apart."""
    wins = sum((b < g) + (b == g) / 2 for b in bad for g in good)
    return wins / (len(bad) * len(good))


def cost(bad: Sequence[float], good: Sequence[float]) -> float:
    """Cllr of log-likelihood ratios of good against bad, in nats: mean information lost, in bits, both sides alike."""
    for_good = sum(float(np.logaddexp(0, -nats)) for nats in good) / len(good)
    for_bad = sum(float(np.logaddexp(0, nats)) for nats in bad) / len(bad)
    return (for_good + for_bad) / (2 * math.log(2))


def _ratio(good: Rows, bad: Rows, name: str, state: str) -> float:
    shares = [(sum(_state(row, name) == state for row in part) + 0.5) / (len(part) + 1.5) for part in (good, bad)]
    return math.log(shares[0] / shares[1])


def _state(row: dict[str, Any], name: str) -> str:
    return "defect" if name in row["defects"] else "risk" if name in row["risks"] else "silent"


def _scores(rows: Iterable[dict[str, Any]], table: dict[str, dict[str, float]]) -> list[float]:
    return [round(sum(states[_state(row, name)] for name, states in table.items()), 6) for row in rows]


def _without(rows: Rows, one: dict[str, Any]) -> dict[str, dict[str, float]]:
    place = (one["recording"], one["episode"])
    return counted([row for row in rows if (row["recording"], row["episode"]) != place])


def _line(bad: Sequence[float], good: Sequence[float], bad_rows: Rows, good_rows: Rows) -> dict[str, Any]:
    shipped = [[row["llr_milli"] / 1000 for row in rows] for rows in (bad_rows, good_rows)]
    return {
        "forged": len(bad),
        "clean": len(good),
        "auc_counted_elsewhere": round(auc(bad, good), 3),
        "auc_shipped_table": round(auc(*shipped), 3),
        "cllr_counted_elsewhere": round(cost(bad, good), 3),
        "cllr_shipped_table": round(cost(*shipped), 3),
        "rejected_by_shipped_table": sum(row["quality"] == "reject" for row in bad_rows),
        "clean_rejected_by_shipped_table": sum(row["quality"] == "reject" for row in good_rows),
    }
