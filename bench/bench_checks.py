"""The check suite against its goals, in parts that can run apart; each keeps its rows in ``results/checks.json``.

    python bench/bench_checks.py [--part speed forgeries clean peers heldout] [--codecs h264 av1] [--work DIR]

``speed`` wants idle cores. ``forgeries`` and ``peers`` take longest: ``--pool`` and ``--codecs`` split them, and what
was forged stays in ``--work`` for the next.
"""

from __future__ import annotations

# isort: off
import headwater.cli  # noqa: F401 - before NumPy: one BLAS thread, as in the program

# isort: on
import argparse
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import checks_forgeries
import checks_heldout
import checks_peers
import checks_speed
from forged_sets import CODECS, pools
from peer_tools import PEERS, installed
from report import ROOT, Row, publish, versions

PARTS = ("speed", "forgeries", "clean", "peers", "heldout")
Part = tuple[str, Iterator[Row]]


def parts(options: argparse.Namespace, work: Path) -> Iterator[Part]:
    """Name and rows of everything asked for; what needs recordings that are not here is left out and said."""
    if "speed" in options.part:
        yield "speed", checks_speed.rows()
    if "heldout" in options.part:
        yield "heldout", checks_heldout.rows()
    if not options.data.is_dir():
        print("no recordings to forge: give --data")
        return
    if "clean" in options.part:
        yield "clean", checks_forgeries.clean(options.data)
        yield from ((f"clean, {codec}", checks_forgeries.made_clean(codec)) for codec in options.codecs)
    for pool in [pool for pool in pools(options.data) if options.pool in ("", pool.name)]:
        for codec in options.codecs:
            if "forgeries" in options.part:
                yield f"forgeries, {pool.name} {codec}", checks_forgeries.forged(pool, codec, work)
            if "peers" in options.part:
                scores = checks_peers.compare(pool, installed(), work, codec, options.episodes)
                yield f"peers, {pool.name} {codec}", checks_peers.rows(pool, scores, codec)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="recordings to forge")
    parser.add_argument("--pool", default="", help="one robot: 'G1' or 'simulated GR1'")
    parser.add_argument("--codecs", nargs="*", default=CODECS, choices=CODECS)
    parser.add_argument("--episodes", type=int, default=0, help="peers: forge so many of each robot; 0 for all")
    parser.add_argument("--work", type=Path, help="keep forged episodes here; otherwise they are thrown away")
    options = parser.parse_args()
    missing = sorted({peer.name for peer in PEERS} - {peer.name for peer in installed()})
    if missing and "peers" in options.part:
        print(f"not installed: {', '.join(missing)}")
    used = versions(("av", "numpy", "opencv-python-headless", "pdqhash", "pyarrow"))
    with ExitStack() as stack:
        work = options.work or Path(stack.enter_context(TemporaryDirectory()))
        work.mkdir(parents=True, exist_ok=True)
        for name, rows in parts(options, work):
            publish("checks", list(rows), used, part=name)


if __name__ == "__main__":
    main()
