"""A sheet as reviewers see it: the labels on the origin's own preview, which is already without what is private.

Nothing finer than that preview is shown, of the picture or of the labels: boxes are drawn on its 96 columns. A licensed
picture leaks no more by being labelled, and what a passer-by can copy from here is coarse.
"""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageDraw

from headwater.client.preview import COLUMNS, ROWS, WIDTH
from headwater.formats import Label, LabelSheet

SCALE = 4
LINE, MOST_LINES = 14, 20
_COLOURS = ("#ff4040", "#40c0ff", "#ffd040", "#60e060", "#e060e0", "#ffffff")
_QUALITY = 80


def label_sheet_preview(sheet: LabelSheet, origin_preview: bytes | None) -> bytes:
    """JPEG: the first tile of the origin's contact sheet four times as large, the labels on it, words below."""
    tile = _tile(origin_preview, sheet)
    lines = [_words(label) for label in sheet.labels[:MOST_LINES]] or ["no label"]
    picture = tile.resize((tile.width * SCALE, tile.height * SCALE), Image.Resampling.NEAREST)
    canvas = Image.new("RGB", (picture.width, picture.height + LINE * (len(lines) + 1)), "#202020")
    canvas.paste(picture, (0, 0))
    draw = ImageDraw.Draw(canvas)
    for number, label in enumerate(sheet.labels):
        _draw(draw, label, sheet, tile.size, _COLOURS[number % len(_COLOURS)])
    for number, line in enumerate(lines):
        colour = _COLOURS[number % len(_COLOURS)]
        draw.text((4, picture.height + LINE * number + 2), line.encode("ascii", "replace").decode(), fill=colour)
    out = io.BytesIO()
    canvas.save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()


def _tile(preview: bytes | None, sheet: LabelSheet) -> Image.Image:
    if preview is None:
        origin = sheet.origin
        height = round(WIDTH * origin.height / origin.width) if origin.width and origin.height else WIDTH
        return Image.fromarray(np.full((min(max(height, 8), 4 * WIDTH), WIDTH, 3), 96, np.uint8))
    with Image.open(io.BytesIO(preview)) as whole:
        return whole.convert("RGB").crop((0, 0, whole.width // COLUMNS, whole.height // ROWS))


def _draw(draw: ImageDraw.ImageDraw, label: Label, sheet: LabelSheet, size: tuple[int, int], colour: str) -> None:
    """A box to the preview's own pixel."""
    if label.box is None or not sheet.origin.width or not sheet.origin.height:
        return
    across, down = size[0] / sheet.origin.width, size[1] / sheet.origin.height
    x, y, width, height = label.box
    ends = (x * across, y * down, (x + width) * across, (y + height) * down)
    left, top, right, bottom = (SCALE * round(min(max(end, -1), 4 * WIDTH)) for end in ends)
    draw.rectangle((left, top, max(left, right), max(top, bottom)), outline=colour, width=2)


def _words(label: Label) -> str:
    span = f"{label.start_ms / 1000:.3f}-{label.end_ms / 1000:.3f} s " if label.end_ms else ""
    return f"{span}{label.category}{': ' if label.category and label.text else ''}{label.text}"[:60]
