"""Draws ``docs/journey.svg``, the picture in the README: ``python docs/make_journey.py``.

No background, so it stands on a light or a dark page; cards bring their own colours, lines are a grey that reads on
both. Text sizes are for a page 900 pixels wide.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from html import escape
from pathlib import Path

WIDTH, HEIGHT = 920, 624
CARD_W, CARD_H, GAP, LEFT = 196, 118, 24, 52
PANEL_H, PANEL_GAP, TOP, PAD = 146, 34, 4, 14
INK, SOFT, LINE, CARD, EDGE = "#16213a", "#4a5670", "#8592a8", "#ffffff", "#ccd5e3"
CHAIN, STORAGE, OWN = "#6d4fd8", "#0f7f86", "#b4631a"
PLACES = {"chain": CHAIN, "storage": STORAGE, "own machine": OWN, "key holders": "#2a7d46"}
FONT = "-apple-system, 'Segoe UI', Helvetica, Arial, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Step:
    """One card: title, two lines, and where it happens."""

    title: str
    lines: tuple[str, str]
    place: str
    icon: str


ROWS = (
    (
        "COLLECT",
        "#2457b3",
        (
            Step("Requester", ("data spec and budget,", "one transaction"), "own machine", "spec"),
            Step("Campaign", ("budget in escrow,", "terms fixed for good"), "chain", "coins"),
            Step("Contributors", ("record, check, sign;", "they need no gas"), "own machine", "arm"),
            Step("Seal", ("encrypt, then split the", "key among 3 holders"), "storage", "lock"),
        ),
    ),
    (
        "VERIFY",
        "#8a3fa0",
        (
            Step("Anchor", ("blinded commitments,", "one global order"), "chain", "anchor"),
            Step("Check", ("copies, forgeries, gaps:", "same bytes every run"), "own machine", "lens"),
            Step("Review", ("drawn by stake, commit", "then reveal, if unsure"), "chain", "votes"),
            Step("Settle", ("verdict is a sum; one", "wrong item voids it"), "chain", "scales"),
        ),
    ),
    (
        "USE",
        "#1f7a4d",
        (
            Step("Pay", ("per accepted episode,", "claimed by proof"), "chain", "pay"),
            Step("Dataset", ("a version: episode root,", "share tree, prices"), "chain", "cube"),
            Step("Buyer", ("one licence; keys from", "any 2 of 3 holders"), "key holders", "holders"),
            Step("Train", ("LeRobot v3.0, PyTorch;", "video not re-encoded"), "own machine", "net"),
        ),
    ),
)


def picture() -> str:
    """The whole SVG."""
    parts = [_head()]
    for row, (name, colour, steps) in enumerate(ROWS):
        parts.append(_panel(row, name, colour))
        for column, step in enumerate(steps):
            parts.append(_card(row, column, row * 4 + column + 1, colour, step))
            if column:
                x = _x(column)
                parts.append(_arrow(f"M{x - GAP + 2} {_middle(row)} H{x - 3}"))
        if row:
            parts.append(_turn(row))
    return "\n".join([*parts, _challenge(), _share_of_sales(), _audit(), "</svg>"]) + "\n"


def _x(column: int) -> int:
    return LEFT + column * (CARD_W + GAP)


def _top(row: int) -> int:
    return TOP + row * (PANEL_H + PANEL_GAP)


def _middle(row: int) -> int:
    return _top(row) + PANEL_H // 2


def _head() -> str:
    title = "The journey of a contribution, from a funded campaign to a trained model"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="{title}" font-family="{FONT}">\n<title>{title}</title>\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="6.5" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0.5 L7.5 4 L0 7.5 Z" fill="{LINE}"/></marker></defs>'
    )


def _panel(row: int, name: str, colour: str) -> str:
    y = _top(row)
    return (
        f'<rect x="1" y="{y}" width="{WIDTH - 2}" height="{PANEL_H}" rx="14" fill="{colour}" fill-opacity="0.10" '
        f'stroke="{colour}" stroke-opacity="0.35"/>\n'
        f'<rect x="9" y="{y + PAD}" width="28" height="{CARD_H}" rx="8" fill="{colour}"/>\n'
        f'<text transform="translate(23 {_middle(row)}) rotate(-90)" y="4.5" text-anchor="middle" font-size="13" '
        f'font-weight="700" letter-spacing="2" fill="#ffffff">{name}</text>'
    )


def _card(row: int, column: int, number: int, colour: str, step: Step) -> str:
    x, y = _x(column), _top(row) + PAD
    place = PLACES[step.place]
    width = 16 + round(len(step.place) * 7.1)
    words = [
        f'<rect x="{x}" y="{y}" width="{CARD_W}" height="{CARD_H}" rx="10" fill="{CARD}" stroke="{EDGE}"/>',
        _text(x + 14, y + 27, 12, colour, str(number), "700"),
        _text(x + 14 + (13 if number < 10 else 22), y + 27, 15.5, INK, step.title, "700"),
        *(_text(x + 14, y + 54 + 17 * i, 12.5, SOFT, line) for i, line in enumerate(step.lines)),
        f'<rect x="{x + 13}" y="{y + 87}" width="{width}" height="18" rx="9" fill="{place}" fill-opacity="0.13"/>',
        _text(x + 13 + width / 2, y + 99.7, 11, place, step.place, "600", "middle"),
        f'<g transform="translate({x + CARD_W - 42} {y + 11})" fill="none" stroke="{colour}" stroke-width="1.8" '
        f'stroke-linecap="round" stroke-linejoin="round">{ICONS[step.icon]}</g>',
    ]
    return "\n".join(words)


def _text(x: float, y: float, size: float, colour: str, words: str, weight: str = "400", anchor: str = "start") -> str:
    return (
        f'<text x="{x}" y="{y}" font-size="{size}" font-weight="{weight}" fill="{colour}" '
        f'text-anchor="{anchor}">{escape(words)}</text>'
    )


def _arrow(path: str, dashed: bool = False, colour: str = LINE) -> str:
    dash = ' stroke-dasharray="5 4"' if dashed else ""
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash} marker-end="url(#tip)"/>'


def _turn(row: int) -> str:
    """From the last card of the row above, through the gap between the panels, to the first card of this one."""
    right, left = _x(3) + CARD_W // 2, _x(0) + CARD_W // 2
    start, gap, end = _top(row) - PANEL_GAP - PAD, _top(row) - PANEL_GAP // 2, _top(row) + PAD - 3
    return _arrow(f"M{right} {start} V{gap - 8} q0 8 -8 8 H{left + 8} q-8 0 -8 8 V{end}")


def _challenge() -> str:
    x, y = _x(3) + CARD_W - 83, _top(1) + PAD + 87
    return (
        f'<rect x="{x}" y="{y}" width="72" height="18" rx="9" fill="#c22f3d"/>\n'
        f"{_text(x + 36, y + 12.7, 11, '#ffffff', 'challenge', '600', 'middle')}"
    )


def _share_of_sales() -> str:
    """The dashed way back: part of what a buyer pays goes to those who recorded."""
    start, end, base = _x(2) + CARD_W // 2, _x(0) + CARD_W // 2, _top(2) + PANEL_H - PAD
    gap, label = base + PAD + 18, 196
    x = (start + end) / 2 - label / 2
    return (
        f"{_arrow(f'M{start} {base} V{gap - 8} q0 8 -8 8 H{end + 8} q-8 0 -8 -8 V{base + 3}', dashed=True)}\n"
        f'<rect x="{x}" y="{gap - 11}" width="{label}" height="22" rx="11" fill="{CARD}" stroke="{EDGE}"/>\n'
        f"{_text(x + label / 2, gap + 4, 12, SOFT, 'a share of every later sale', '600', 'middle')}"
    )


def _audit() -> str:
    y, height = HEIGHT - 72, 68
    words = "every signature, anchor, vote, verdict, reward, payout, sale split and grant,"
    return "\n".join(
        [
            f'<rect x="1" y="{y}" width="{WIDTH - 2}" height="{height}" rx="14" fill="#16213a" stroke="#33456b"/>',
            f'<g transform="translate(22 {y + 20})" fill="none" stroke="#8fb8ff" stroke-width="2" '
            f'stroke-linecap="round" stroke-linejoin="round">{ICONS["shield"]}</g>',
            _text(66, y + 30, 15.5, "#ffffff", "Audit", "700"),
            _text(66, y + 51, 12.5, "#b9c6dd", "by any stranger"),
            _text(190, y + 30, 12.5, "#e6ecf7", words),
            _text(190, y + 51, 12.5, "#e6ecf7", "recomputed from chain and storage alone"),
            f'<rect x="{WIDTH - 192}" y="{y + 17}" width="84" height="34" rx="17" fill="#2fa866"/>',
            _text(WIDTH - 150, y + 39, 14, "#ffffff", "PASS", "700", "middle"),
            f'<rect x="{WIDTH - 98}" y="{y + 17}" width="78" height="34" rx="17" fill="none" stroke="#e08a93"/>',
            _text(WIDTH - 59, y + 39, 14, "#f0a5ad", "FAIL", "700", "middle"),
        ]
    )


ICONS = {
    "spec": '<path d="M5 2h13l6 6v20H5z M18 2v6h6 M10 14h10 M10 19h10 M10 24h6"/>',
    "coins": '<ellipse cx="15" cy="7" rx="10" ry="4"/>'
    '<path d="M5 7v7c0 5.3 20 5.3 20 0V7 M5 14v8c0 5.3 20 5.3 20 0v-8"/>',
    "arm": '<path d="M3 28h12 M9 28v-7 M9 18l6-11 8 7 M23 14l5-1 M23 14l1 6"/>'
    '<circle cx="9" cy="19.5" r="2.2"/><circle cx="15" cy="6" r="2.2"/><circle cx="23" cy="14" r="2"/>',
    "lock": '<rect x="5" y="13" width="20" height="15" rx="3"/><path d="M9 13V9a6 6 0 0 1 12 0v4 M15 19v4"/>',
    "anchor": '<circle cx="15" cy="5" r="3"/>'
    '<path d="M15 8v20 M9 13h12 M4 19c0 6 5 9 11 9s11-3 11-9 M4 19l-2 3 M26 19l2 3"/>',
    "lens": '<circle cx="13" cy="13" r="9"/><path d="M20 20l8 8 M9 13l3 3 5-6"/>',
    "votes": '<rect x="4" y="13" width="22" height="15" rx="3"/><path d="M10 13V3h10v10 M12.5 8l2 2 3.5-4 M10 18h10"/>',
    "scales": '<path d="M15 3v24 M9 28h12 M4 8h22 M4 8l-3 10h8z M26 8l-5 10h8z"/>',
    "pay": '<rect x="3" y="8" width="24" height="18" rx="3"/><path d="M3 13h24 M20 19h3 M7 8l12-5 3 5"/>',
    "cube": '<path d="M15 2l12 6.5v13L15 28 3 21.5v-13z M3 8.5L15 15l12-6.5 M15 15v13"/>',
    "holders": '<circle cx="4" cy="8" r="4"/><path d="M4 12v12 M4 18h4 M4 23h4"/>'
    '<circle cx="16" cy="8" r="4"/><path d="M16 12v12 M16 18h4 M16 23h4"/>'
    '<g stroke="#aab4c4" stroke-dasharray="2 2.5"><circle cx="28" cy="8" r="4"/><path d="M28 12v12"/></g>',
    "net": '<path d="M6 7l9 4 M6 7l9 12 M6 23l9-12 M6 23l9-4 M15 11l9 4 M15 19l9-4"/><circle cx="5" cy="7" r="2.6"/>'
    '<circle cx="5" cy="23" r="2.6"/><circle cx="15" cy="11" r="2.6"/><circle cx="15" cy="19" r="2.6"/>'
    '<circle cx="25" cy="15" r="2.6"/>',
    "shield": '<path d="M15 1l12 4v9c0 8-5 13-12 15C8 27 3 22 3 14V5z M9.5 14l4 4 7.5-8"/>',
}


if __name__ == "__main__":
    target = Path(__file__).with_name("journey.svg")
    target.write_text(picture(), encoding="utf-8")
    sys.stdout.write(f"{target.name}: {target.stat().st_size} bytes\n")
