"""How many copies are found, how many distinct episodes are taken for one, and what a query costs at scale.

    python bench/bench_copies.py [--part real drawn 100k 10m memory] [--data DIR] [--drawn 208] [--work DIR]

Parts can run apart; each keeps its rows in ``results/copies.json``. Copies are made by decoding, changing and
encoding, and are read like any recording; their fingerprints stay in ``--work`` for the next part.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from copies_found import found_rows
from copies_scale import memory_rows, scale_rows
from copies_sets import Family, families
from report import ROOT, Row, publish, versions

PARTS = ("real", "drawn", "100k", "10m", "memory")


def rows_of(part: str, made: list[Family]) -> Iterator[Row]:
    if part == "100k":
        return scale_rows(made, 100_000, 50.0)
    if part == "10m":
        return scale_rows(made, 10_000_000, 1000.0)
    if part == "memory":
        return memory_rows(made)
    return found_rows(part, [own for own in made if own.is_drawn == (part == "drawn")], made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="recordings to copy")
    parser.add_argument("--drawn", type=int, default=208, help="how many episodes are drawn")
    parser.add_argument("--work", type=Path, help="keep fingerprints here; otherwise they are thrown away")
    asked = parser.parse_args()
    used = versions(("av", "numpy", "opencv-python-headless", "pdqhash"))
    with ExitStack() as stack:
        work = asked.work or Path(stack.enter_context(TemporaryDirectory()))
        work.mkdir(parents=True, exist_ok=True)
        made = families(asked.data, asked.drawn, work)
        for part in asked.part:
            publish("copies", list(rows_of(part, made)), used, part=part)


if __name__ == "__main__":
    main()
