"""What a camera shows, as digests."""

from __future__ import annotations

import hashlib
import io

import numpy as np
from PIL import Image

from headwater.formats import Video, frames


def decoded(video: Video) -> list[str]:
    """Of every frame in RGB; of stills in their own depth."""
    if video.stills is not None and video.codec != "h264":
        return [of_pixels(video.stills.image(index)) for index in range(video.frames or 0)]
    return [of_pixels(frame.image) for frame in frames(video, gray=False)]


def of_file(data: bytes) -> str:
    """Of an encoded picture."""
    image = np.asarray(Image.open(io.BytesIO(data)))
    return of_pixels(image.astype(np.uint16) if image.dtype == np.int32 else image)


def of_pixels(image: object) -> str:
    """Of an array."""
    return hashlib.sha256(np.ascontiguousarray(np.asarray(image)).tobytes()).hexdigest()
