"""Where the ring begins to gain, and what moves that: its return over its share of reviewers and jurors.

Writes ``docs/security/review-limits.svg`` and ``docs/security/review-limits.json``. Run: python bench/review_limits.py
[--items N] [--seeds N]; the stored result needs some half an hour of CPU.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from xml.etree.ElementTree import tostring

from headwater.simulate import scenarios
from headwater.simulate.figures import Spread
from headwater.simulate.plots import lines
from headwater.simulate.run import many, spreads
from headwater.simulate.setup import RING
from report import ROOT

SHARES = (0.2, 0.3, 0.4, 0.5)
FIGURES = ("ring return", "ring accepted", "accuracy", "juror votes an item")
DRAWN = ("as it is", "fresh names", "other jurors, 10 % the ring's", "siding: to the jury, kept apart", "deposit R")
Series = dict[str, list[tuple[float, dict[str, Spread]]]]


def sweep(items: int, seeds: int, processes: int) -> Series:
    """Figures by measure and share."""
    found: Series = {}
    for name, setup in scenarios.MEASURES.items():
        for share in SHARES:
            here = replace(setup, crew={RING: share}).scaled(items)
            shown = spreads(many(here, range(1, seeds + 1), processes))
            found.setdefault(name, []).append((share, {figure: shown[figure] for figure in FIGURES}))
            mean = {figure: round(shown[figure].mean, 3) for figure in FIGURES}
            print(f"{name}, {share:.0%}: {mean}", flush=True)
    return found


def even(line: Sequence[tuple[float, Spread]]) -> float | None:
    """The share from which the return is above zero, between the two points where it crosses; ``None`` if nowhere."""
    for (a, low), (b, high) in itertools.pairwise(line):
        if low.mean <= 0 < high.mean:
            return a + (b - a) * -low.mean / (high.mean - low.mean)
    return None if line[0][1].mean <= 0 else line[0][0]


def of(found: Series, figure: str) -> Mapping[str, Sequence[tuple[float, Spread]]]:
    return {name: [(share, shown[figure]) for share, shown in line] for name, line in found.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--items", type=int, default=3_000)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    found = sweep(given.items, given.seeds, given.processes)
    returns = of(found, "ring return")
    told = {
        "items": given.items,
        "seeds": given.seeds,
        "even": {name: even(line) for name, line in returns.items()},
        "series": {
            name: [{"share": share, **{figure: asdict(s) for figure, s in shown.items()}} for share, shown in line]
            for name, line in found.items()
        },
    }
    (ROOT / "docs/security/review-limits.json").write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    drawn = {name: returns[name] for name in DRAWN}
    svg = lines(drawn, "the ring's share of reviewers and jurors", "its return, R an item")
    (ROOT / "docs/security/review-limits.svg").write_text(tostring(svg, encoding="unicode") + "\n", encoding="utf-8")
    print(told["even"])


if __name__ == "__main__":
    main()
