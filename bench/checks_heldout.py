"""Left out one forgery family, then one source at a time: how far the suite's evidence carries, from kept counts.

The rows are those of ``calibrate_checks.py``, which makes every forgery of every recording; they are only read here, so
that a table of another suite is never taken for this one's.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from headwater.checks import all_rules
from headwater.checks.llr import weights
from held_out import held_out
from report import ROOT, Goal, Row

STORE = ROOT / "bench" / "checks_calibration" / "results.json"
FIGURES = {
    "auc_counted_elsewhere": "AUC, counted on the others",
    "cllr_counted_elsewhere": "Cllr, counted on the others",
    "auc_shipped_table": "AUC, shipped table",
    "cllr_shipped_table": "Cllr, shipped table",
}


def rows() -> Iterator[Row]:
    """Four figures a fold; nothing, and a word why, if the counts are of other rules than the suite has."""
    stored = json.loads(STORE.read_text(encoding="utf-8"))
    if stored.get("rules") != rule_versions():
        print("heldout: the kept counts are of other rules; run bench/calibrate_checks.py first")
        return
    for kind, folds in held_out(stored["rows"]).items():
        for fold, line in folds.items():
            title = f"{kind.replace('_', ' ')}: {fold}, {line['forged']} forged, {line['clean']} clean"
            for name, what in FIGURES.items():
                yield Row(f"{title}: {what}", line[name], "bits" if name.startswith("cllr") else "area")
            yield Row(f"{title}: forged rejected", line["rejected_by_shipped_table"], "episodes")
            yield Row(f"{title}: clean rejected", line["clean_rejected_by_shipped_table"], "episodes", Goal("<=", 0))


def rule_versions() -> list[str]:
    """What the suite is made of."""
    return [weights().suite, *(f"{rule.id}@{rule.version}" for rule in all_rules())]
