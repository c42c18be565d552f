"""Review and reward against their goals, in parts that can run apart; each keeps its rows in ``results/review.json``.

    python bench/bench_review.py [--part votes value scale simulation] [--data DIR]

``votes`` runs over every set of real votes in ``--data``, a folder of folders or one set; rows of a folder that is not
the usual one are printed and not kept. ``value`` and the comparisons of ``votes`` need ``.venv-crowd``.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import review_scale
import review_simulation
import review_value
import review_votes
from report import ROOT, Row, publish, show, versions

CROWD = ROOT.parent / "shared" / "data" / "crowd"


def main() -> None:
    parts: dict[str, Callable[[], Iterator[Row]]] = {
        "votes": lambda: review_votes.rows(asked.data),
        "value": review_value.rows,
        "scale": review_scale.rows,
        "simulation": review_simulation.rows,
    }
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="*", default=list(parts), choices=list(parts))
    parser.add_argument("--data", type=Path, default=CROWD, help="sets of real votes")
    asked = parser.parse_args()
    for part in asked.part:
        rows = list(parts[part]())
        if not rows:
            print(f"{part}: nothing to measure")
        elif part == "votes" and asked.data != CROWD:
            show(part, rows)
        else:
            publish("review", rows, versions(("numpy",)), part=part)


if __name__ == "__main__":
    main()
