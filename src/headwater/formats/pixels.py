"""A decoded picture as luma, as RGB, or as it is stored, whether it comes from a video or is a still.

Luma is integer arithmetic on what the decoder gives, so it is the same bytes on every machine.
"""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from av.video.frame import VideoFrame
from numpy.typing import NDArray

from headwater.formats.thumbnail import area_thumbnail

Picture = VideoFrame | NDArray[Any]
_LUMA_FIRST = {"gray", "nv12", "nv21", "yuv420p", "yuv422p", "yuv444p", "yuvj420p", "yuvj422p", "yuvj444p"}
_DEEP_GREY = re.compile(r"gray(9|10|12|14|16)([lb])e")


def grey_bits(pix_fmt: str) -> int:
    """Bits of a grey pixel format deeper than 8 (``gray16le``); 0 for any other."""
    found = _DEEP_GREY.fullmatch(pix_fmt)
    return int(found[1]) if found else 0


def luma(picture: Picture, pix_fmt: str, width: int | None) -> NDArray[np.uint8]:
    """uint8 (h, w), reduced to ``width`` columns unless it is ``None``.

    Deep grey gives its upper eight bits, RGB stills ITU-R BT.601 luma.
    """
    if isinstance(picture, VideoFrame):
        image = _plane_luma(picture)
    elif picture.dtype == np.uint16:
        image = (picture >> ((grey_bits(pix_fmt) or 16) - 8)).astype(np.uint8)
    elif picture.ndim == 3:
        wide = picture.astype(np.uint32)
        image = ((wide[..., 0] * 77 + wide[..., 1] * 150 + wide[..., 2] * 29 + 128) >> 8).astype(np.uint8)
    else:
        image = picture
    return np.array(image) if width is None else area_thumbnail(image, width)


def rgb(picture: Picture, pix_fmt: str) -> NDArray[np.uint8]:
    """uint8 (h, w, 3)."""
    if isinstance(picture, VideoFrame):
        return np.asarray(picture.to_ndarray(format="rgb24"), dtype=np.uint8)
    if picture.ndim == 3:
        return picture.astype(np.uint8, copy=False)
    return np.repeat(luma(picture, pix_fmt, None)[..., None], 3, axis=2)


def stored(picture: Picture) -> NDArray[Any]:
    """uint16 (h, w) for grey deeper than 8 bits, uint8 (h, w) for grey, else uint8 RGB (h, w, 3)."""
    if not isinstance(picture, VideoFrame):
        return picture
    if grey_bits(picture.format.name):
        return _deep(picture)
    return _plane(picture, "u1") if picture.format.name == "gray" else rgb(picture, picture.format.name)


def turned(image: NDArray[Any], rotation: int) -> NDArray[Any]:
    """The picture turned clockwise by a multiple of 90 degrees."""
    return np.ascontiguousarray(np.rot90(image, -(rotation // 90 % 4)))


def _plane_luma(frame: VideoFrame) -> NDArray[np.uint8]:
    name = frame.format.name
    if name in _LUMA_FIRST:
        return _plane(frame, "u1")
    if bits := grey_bits(name):
        return (_deep(frame) >> (bits - 8)).astype(np.uint8)
    # 10-bit and RGB sources; swscale's grey conversion does not scale, so it is exact enough to repeat
    return np.asarray(frame.to_ndarray(format="gray"), dtype=np.uint8)


def _deep(frame: VideoFrame) -> NDArray[np.uint16]:
    return _plane(frame, ">u2" if frame.format.name.endswith("be") else "<u2").astype(np.uint16)


def _plane(frame: VideoFrame, dtype: str) -> NDArray[Any]:
    plane = frame.planes[0]
    each = np.dtype(dtype).itemsize
    rows = np.frombuffer(memoryview(plane), dtype=dtype).reshape(-1, plane.line_size // each)
    return rows[: frame.height, : frame.width]
