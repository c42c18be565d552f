"""Two small pictures: bars with their spread, and lines over a parameter. SVG, readable without colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from headwater.report.markup import add
from headwater.simulate.figures import Spread

WIDTH, LABEL, KEY, ROW, PAD = 760, 250, 270, 26, 40
_INK, _PALE = "#1d3b53", "#d7e3ec"
_LINES = (("#1d3b53", ""), ("#b4552d", "6 3"), ("#3f7d3a", "2 3"), ("#7a4f9a", "8 3 2 3"), ("#8a6d00", "12 4"))


@dataclass(frozen=True)
class Scale:
    """From values to pixels."""

    low: float
    high: float
    start: float
    stop: float

    def __call__(self, value: float) -> float:
        span = self.high - self.low or 1.0
        return self.start + (min(max(value, self.low), self.high) - self.low) / span * (self.stop - self.start)


def bars(rows: Mapping[str, Spread], bounds: Mapping[str, float] | None = None) -> Element:
    """One bar a row from zero to its mean, a line over one deviation either way, a mark at a bound."""
    marks = dict(bounds or {})
    ends = [end for s in rows.values() for end in (s.mean - s.sd, s.mean + s.sd)] + list(marks.values())
    x = Scale(min(0.0, *ends), max(0.0, *ends), LABEL, WIDTH - 110)
    svg = _svg(ROW * len(rows) + 8)
    for number, (name, spread) in enumerate(rows.items()):
        y = ROW * number + 4.0
        _text(svg, LABEL - 8, y + 15, name, "end")
        left, right = sorted((x(0), x(spread.mean)))
        add(svg, "rect", x=_n(left), y=_n(y + 4), width=_n(max(1, right - left)), height="14", fill=_PALE, stroke=_INK)
        _line(svg, x(spread.mean - spread.sd), y + 11, x(spread.mean + spread.sd), y + 11)
        if name in marks:
            _line(svg, x(marks[name]), y, x(marks[name]), y + 22, "#b4552d", "3 2")
        _text(svg, WIDTH - 4, y + 15, f"{spread.mean:.3f} ± {spread.sd:.3f}", "end")
    return svg


def lines(series: Mapping[str, Sequence[tuple[float, Spread]]], across: str, up: str) -> Element:
    """One line a series with its spread at every point, zero drawn in."""
    points = [point for line in series.values() for point in line]
    ends = [end for _, s in points for end in (s.mean - s.sd, s.mean + s.sd)]
    height = 320
    x = Scale(min(p[0] for p in points), max(p[0] for p in points), 60, WIDTH - KEY)
    y = Scale(min(0.0, *ends), max(0.0, *ends), height - PAD, 32)
    svg = _svg(height)
    _line(svg, 60, y(0), WIDTH - KEY, y(0), "#888888")
    for value in sorted({p[0] for p in points}):
        _text(svg, x(value), height - PAD + 18, f"{value:g}", "middle")
    for value in (y.low, 0.0, y.high):
        _text(svg, 54, y(value) + 4, f"{value:.2f}", "end")
    _text(svg, (60 + WIDTH - KEY) / 2, height - 4, across, "middle")
    _text(svg, 4, 12, up, "start")
    for number, (name, line) in enumerate(series.items()):
        ink, dash = _LINES[number % len(_LINES)]
        path = " ".join(f"{_n(x(at))},{_n(y(s.mean))}" for at, s in line)
        add(svg, "polyline", points=path, fill="none", stroke=ink, stroke_width="2", stroke_dasharray=dash or "none")
        for at, s in line:
            _line(svg, x(at), y(s.mean - s.sd), x(at), y(s.mean + s.sd), ink)
        _line(svg, WIDTH - KEY + 14, 24 + 20 * number, WIDTH - KEY + 44, 24 + 20 * number, ink, dash)
        _text(svg, WIDTH - KEY + 50, 28 + 20 * number, name, "start")
    return svg


def _svg(height: int) -> Element:
    return Element(
        "svg", xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {WIDTH} {height}", width=str(WIDTH), height=str(height)
    )


def _text(svg: Element, x: float, y: float, said: str, anchor: str) -> None:
    place = {"x": _n(x), "y": _n(y), "text_anchor": anchor, "font_size": "12", "font_family": "sans-serif"}
    add(svg, "text", said, **place)


def _line(svg: Element, x1: float, y1: float, x2: float, y2: float, ink: str = _INK, dash: str = "") -> None:
    ends = {"x1": _n(x1), "y1": _n(y1), "x2": _n(x2), "y2": _n(y2)}
    add(svg, "line", **ends, stroke=ink, stroke_width="1.5", stroke_dasharray=dash or "none")


def _n(value: float) -> str:
    return f"{value:.1f}"
