"""The page: one HTML file with its pictures, numbers, style and script inside, and nothing from elsewhere.

Everything a recording says passes through ElementTree, which escapes it, or through JSON without a single ``<``; the
script writes text, never markup. The content security policy admits exactly our style and script, by hash, and no
connection at all. Nothing tells where or when the page was made: the same report gives the same bytes.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from headwater.checks import CheckReport, Observed
from headwater.report.film import Film, Sheet, sheet
from headwater.report.findings import findings, not_run, verdict
from headwater.report.markup import add
from headwater.report.plots import Plot, plots

SPRITES_BYTES = 1_600_000
SPRITES_BYTES_ALL = 6_400_000
STRAY = 4  # a clock that claims this many times the declared length does not stretch the time line


@dataclass(frozen=True, eq=False)
class Shown:
    """One episode of a page: what was observed, the pictures kept meanwhile, and what the suite said."""

    seen: Observed
    film: Film
    report: CheckReport


def page(episodes: Sequence[Shown]) -> bytes:
    """The page of one episode, or of several with a list of them; UTF-8."""
    style, script = _resource("page.css"), _resource("page.js")
    root = Element("html", lang="en")
    _head(SubElement(root, "head"), style, script, len(episodes))
    body = SubElement(root, "body")
    add(body, "a", "Skip to the findings", class_="skip", href="#findings-0")
    if len(episodes) > 1:
        _list(body, episodes)
    main = SubElement(body, "main")
    budget = min(SPRITES_BYTES, SPRITES_BYTES_ALL // max(1, len(episodes)))
    for number, shown in enumerate(episodes):
        _episode(main, number, shown, budget)
    add(add(body, "noscript"), "p", "Without scripts there are no pictures and plots; the findings are all here.")
    add(body, "script").text = script
    return b"<!doctype html>\n" + tostring(root, encoding="unicode", method="html").encode("utf-8", "xmlcharrefreplace")


def _resource(name: str) -> str:
    return files("headwater.report").joinpath(name).read_text(encoding="utf-8")


def _head(head: Element, style: str, script: str, count: int) -> None:
    add(head, "meta", charset="utf-8")
    policy = f"default-src 'none'; img-src data:; style-src {_hash(style)}; script-src {_hash(script)}; base-uri 'none'"
    add(head, "meta", content=policy, http_equiv="Content-Security-Policy")
    add(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    add(head, "meta", name="color-scheme", content="light dark")
    add(head, "title", "Headwater check" if count == 1 else f"Headwater check of {count} episodes")
    add(head, "style").text = style


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _list(body: Element, episodes: Sequence[Shown]) -> None:
    nav = add(body, "nav", aria_label="Episodes")
    rows = add(nav, "ol")
    for number, shown in enumerate(episodes):
        report = shown.report
        link = add(add(rows, "li"), "a", href=f"#episode-{number}", class_=f"entry {report.quality}")
        add(link, "span", report.episode, class_="name")
        add(link, "span", f"{report.quality} · {report.score}", class_="mark")
        defects, others = len(report.defects), len(report.findings) - len(report.defects)
        add(link, "span", f"{defects} defect{'s' if defects != 1 else ''}, {others} lighter", class_="count")


def _episode(main: Element, number: int, shown: Shown, budget: int) -> None:
    report, seen = shown.report, shown.seen
    section = add(main, "section", class_="episode", id=f"episode-{number}", aria_labelledby=f"name-{number}")
    verdict(section, number, seen.episode, report)
    body = add(section, "div", class_="body")
    sheets = {key: sheet(shown.film.reel(key), budget // len(seen.cameras)) for key in seen.cameras}
    panels = list(plots(seen))
    _stage(body, number, seen, panels)
    side = add(body, "aside", id=f"findings-{number}", aria_label="Findings", tabindex="-1")
    findings(side, report)
    not_run(side, report)
    text = json.dumps(_data(seen, sheets, panels), separators=(",", ":"), sort_keys=True, allow_nan=False)
    add(section, "script", type="application/json").text = text.replace("<", "\\u003c")


def _stage(body: Element, number: int, seen: Observed, panels: Sequence[Plot]) -> None:
    stage = add(body, "div", class_="stage")
    cameras = add(stage, "div", class_="cameras")
    for key in seen.cameras:
        figure = add(cameras, "figure")
        pictures = add(figure, "div", class_="pictures")
        _aside(pictures, "earlier", "½ s before")
        add(pictures, "canvas", class_="view", role="img", aria_label=f"Picture of {key} at the cursor")
        _aside(pictures, "later", "½ s after")
        caption = add(figure, "figcaption")
        add(caption, "span", key, class_="name")
        add(caption, "span", class_="where")
    bar = add(stage, "div", class_="controls")
    add(bar, "button", "Play", type="button", class_="play", aria_pressed="false")
    slider = {"type": "range", "min": "0", "max": "1", "value": "0", "step": "1"}
    add(bar, "input", class_="scrub", aria_label="Time in the episode", **slider)
    add(bar, "output", class_="now")
    tracks = add(stage, "div", class_="tracks")
    add(tracks, "canvas", class_="ruler", aria_hidden="true")
    lane = _track(tracks, "findings", "", "lanes")
    add(lane, "div", class_="bars", role="group", aria_label="Findings on the time line")
    for key in seen.cameras:
        add(_track(tracks, key, "", "strip"), "canvas", class_="film", aria_hidden="true")
    for place, panel in enumerate(panels):
        _panel(tracks, f"{number}-{place}", panel)
    add(tracks, "div", class_="cursor", aria_hidden="true")
    add(stage, "p", "Space plays, arrow keys step, n and p go to the next and the previous finding.", class_="keys")


def _aside(pictures: Element, name: str, label: str) -> None:
    aside = add(pictures, "div", class_=name, aria_hidden="true")
    add(aside, "canvas")
    add(aside, "small", label)


def _track(tracks: Element, title: str, unit: str, kind: str) -> Element:
    track = add(tracks, "div", class_=f"track {kind}")
    head = add(track, "div", class_="track-head")
    add(head, "span", title, class_="name")
    if unit:
        add(head, "span", unit, class_="unit")
    add(head, "span", class_="readout")
    return track


def _panel(tracks: Element, name: str, panel: Plot) -> None:
    track = _track(tracks, panel.title, panel.unit, "signal")
    low = min((low for low, _ in panel.ranges()), default=0.0)
    high = max((high for _, high in panel.ranges()), default=0.0)
    lines = (
        f"{len(panel.axes)} line{'s' if len(panel.axes) != 1 else ''}{' about their middles' if panel.centred else ''}"
    )
    more = f", {panel.hidden} more not drawn" if panel.hidden else ""
    label = f"{panel.title}: {lines} from {low:.4g} to {high:.4g} {panel.unit}{more}"
    add(track, "canvas", class_="plot", role="img", aria_label=label, aria_details=f"ranges-{name}")
    details = add(track, "details", id=f"ranges-{name}")
    add(details, "summary", f"{lines}, ranges{more}")
    rows = add(details, "table")
    head = add(add(rows, "thead"), "tr")
    for title in ("line", "lowest", "highest"):
        add(head, "th", title, scope="col")
    body = add(rows, "tbody")
    for axis, (low, high) in zip(panel.axes, panel.ranges(), strict=True):
        row = add(body, "tr")
        add(row, "th", axis, scope="row")
        add(row, "td", f"{low:.4g}")
        add(row, "td", f"{high:.4g}")


def _data(seen: Observed, sheets: dict[str, Sheet | None], panels: Sequence[Plot]) -> dict[str, Any]:
    cameras = []
    for key, made in sheets.items():
        known = seen.cameras[key]
        times = dict(zip(known.index.tolist(), (known.pts_us // 1000).tolist(), strict=True))
        pictures = made.frames if made else ()
        cameras.append(
            {
                "times": [times[frame] for frame in pictures],
                "frames": list(pictures),
                "width": made.width if made else 0,
                "height": made.height if made else 0,
                "columns": made.columns if made else 1,
                "jpeg": base64.b64encode(made.jpeg).decode() if made else "",
            }
        )
    return {
        "end": _end_ms(seen, panels),
        "fps": seen.fps,
        "cameras": cameras,
        "plots": [panel.to_data() for panel in panels],
    }


def _end_ms(seen: Observed, panels: Sequence[Plot]) -> int:
    """Where the time line ends: the last thing that happened, unless its clock is absurd."""
    declared = round(seen.episode.duration_s * 1000)
    ends = [int(camera.pts_us[-1]) // 1000 for camera in seen.cameras.values() if len(camera)]
    ends += [int(panel.times_ms.max()) for panel in panels]
    sane = [end for end in ends if not declared or end <= STRAY * declared]
    return max([declared, *sane, 1])
