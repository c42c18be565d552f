"""A small picture of an episode that may be shown before anything is bought: twelve thumbnails of the first camera."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headwater.formats import Episode, frames
from headwater.formats.thumbnail import area_thumbnail, thumbnail_size
from headwater.privacy import Detectors
from headwater.privacy.redact import without_private

COLUMNS, ROWS, WIDTH = 4, 3, 96
COARSE = 40
_QUALITY = 70


def contact_sheet(episode: Episode, detectors: Detectors | None = None) -> bytes | None:
    """JPEG of 4 x 3 luma thumbnails, 96 pixels wide each, evenly spaced; ``None`` without video.

    Always redacted: with detectors, faces and text that may name somebody are filled; without, the thumbnails are
    coarsened to 40 columns, in which nobody is recognised.
    """
    if not episode.videos:
        return None
    video = next(iter(episode.videos.values()))
    wanted = set(np.linspace(0, max(episode.length - 1, 0), COLUMNS * ROWS).astype(int).tolist())
    tiles = [_tile(frame.image, detectors) for frame in frames(video, width=None, only=wanted)]
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


def _tile(image: NDArray[np.uint8], detectors: Detectors | None) -> NDArray[np.uint8]:
    if detectors is None:
        wide, high = thumbnail_size(image.shape[1], image.shape[0], WIDTH)
        coarse = Image.fromarray(area_thumbnail(image, COARSE))
        return np.asarray(coarse.resize((wide, high), Image.Resampling.NEAREST), dtype=np.uint8)
    return area_thumbnail(without_private(image, detectors), WIDTH)
