"""What a run of scenarios is written to: JSON with every figure of every seed, and a page with tables and plots."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from headwater.report.markup import add
from headwater.simulate.figures import Figures, Spread
from headwater.simulate.plots import bars
from headwater.simulate.run import spreads
from headwater.simulate.scenarios import ABOUT as WORLDS
from headwater.simulate.setup import Setup
from headwater.simulate.tricks import ABOUT as TRICKS

Runs = Mapping[str, tuple[Setup | None, Sequence[Figures]]]
ABOUT = WORLDS | TRICKS
_STYLE = (
    "body{font:16px/1.5 sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b}"
    "table{border-collapse:collapse}td,th{padding:.15rem .8rem .15rem 0;text-align:left}td+td{text-align:right}"
    "svg{max-width:100%;height:auto}"
)
_SHARES = ("accuracy", "majority of five", "false accepts", "false rejects", "ring accepted", "spam accepted")


def to_plain(runs: Runs, seeds: Sequence[int]) -> dict[str, Any]:
    """Everything, for JSON."""
    told = {}
    for name, (setup, rows) in runs.items():
        shown = {figure: asdict(spread) for figure, spread in spreads(list(rows)).items()}
        told[name] = {
            "about": ABOUT.get(name, ""),
            "setup": setup and asdict(setup),
            "figures": shown,
            "by_seed": list(rows),
        }
    return {"seeds": list(seeds), "scenarios": told}


def write(runs: Runs, seeds: Sequence[int], folder: Path) -> tuple[Path, Path]:
    """``simulation.json`` and ``simulation.html`` in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    data, page_ = folder / "simulation.json", folder / "simulation.html"
    data.write_text(json.dumps(to_plain(runs, seeds), indent=1) + "\n", encoding="utf-8")
    page_.write_bytes(page(runs, seeds))
    return data, page_


def page(runs: Runs, seeds: Sequence[int]) -> bytes:
    """The page; UTF-8, nothing from elsewhere."""
    root = Element("html", lang="en")
    head = SubElement(root, "head")
    add(head, "meta", charset="utf-8")
    add(head, "title", "Review under attack")
    add(head, "style", _STYLE)
    body = SubElement(root, "body")
    add(body, "h1", "Review under attack")
    said = (
        f"Means over {len(seeds)} seeds, lines and ± one standard deviation. Every draw, verdict, payment and record "
    )
    add(body, "p", said + "is made by the rules of the network; people, items and scores are drawn.")
    for name, (setup, rows) in runs.items():
        _scenario(body, name, setup, spreads(list(rows)))
    return b"<!doctype html>\n" + tostring(root, encoding="unicode", method="html").encode("utf-8")


def _scenario(body: Element, name: str, setup: Setup | None, found: Mapping[str, Spread]) -> None:
    add(body, "h2", name)
    add(body, "p", ABOUT.get(name, ""))
    if setup is None:
        body.append(bars(found))
        return
    people = f"{setup.items} items, {sum(setup.contributors.values())} contributors, {setup.reviewers} reviewers"
    add(body, "p", f"{people}, anchors of {setup.anchor}.")
    body.append(bars({figure: found[figure] for figure in _SHARES if figure in found}))
    body.append(bars({figure: s for figure, s in found.items() if figure.startswith("pay") or "return" in figure}))
    table = SubElement(body, "table")
    for figure, spread in found.items():
        row = SubElement(table, "tr")
        add(row, "td", figure)
        add(row, "td", f"{spread.mean:.4f}")
        add(row, "td", f"± {spread.sd:.4f}")
