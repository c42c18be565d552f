"""A small picture of an episode that may be shown before anything is bought: twelve thumbnails of the first camera."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from headwater.formats import Episode, frames

COLUMNS, ROWS, WIDTH = 4, 3, 96
_QUALITY = 70


def contact_sheet(episode: Episode) -> bytes | None:
    """JPEG of 4 x 3 luma thumbnails, 96 pixels wide each, evenly spaced; ``None`` without video.

    Luma at this size is also the privacy filter of this version: a face is a few pixels. ``checks`` will redact
    properly before previews grow.
    """
    if not episode.videos:
        return None
    video = next(iter(episode.videos.values()))
    wanted = set(np.linspace(0, max(episode.length - 1, 0), COLUMNS * ROWS).astype(int).tolist())
    tiles = [f.image for f in frames(video, width=WIDTH) if f.index in wanted]
    if not tiles:
        return None
    height, width = tiles[0].shape
    sheet = np.zeros((ROWS * height, COLUMNS * width), np.uint8)
    for n, tile in enumerate(tiles[: COLUMNS * ROWS]):
        y, x = divmod(n, COLUMNS)
        sheet[y * height : (y + 1) * height, x * width : (x + 1) * width] = tile
    out = io.BytesIO()
    Image.fromarray(sheet).save(out, "JPEG", quality=_QUALITY)
    return out.getvalue()
