"""Writes the datasets that ``check_lerobot.py`` opens: ``python make_lerobot.py FOLDER``, in Headwater's environment.

Numbered frames, so that a frame off by one is far off in colour: several episodes a file, several files, seams between
keyframes, stills, 16-bit depth, and the real G1 recordings carried in examples/.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.export import export_lerobot_v2, export_lerobot_v3
from headwater.export.media.stills import grid_ns, png
from headwater.formats import Episode, Video, open_recording
from headwater.testing.recordings import CAMERA, numbered_frame, write_lerobot_v21, write_lerobot_v30

EXAMPLES = Path(__file__).parents[2] / "examples/recordings"


class NumberedStills:
    """PNGs made on the spot: numbered grey, or depth whose every pixel tells row, column and number."""

    def __init__(self, count: int, depth: bool, fps: Fraction = Fraction(30)) -> None:
        self.times_ns = grid_ns(count, fps)
        self._depth = depth

    def size_bytes(self, index: int) -> int:
        return len(self.encoded(index)[1])

    def encoded(self, index: int) -> tuple[str, bytes]:
        return "image/png", png(self.image(index))

    def image(self, index: int) -> NDArray[Any]:
        if not self._depth:
            return np.repeat(numbered_frame(index % 144)[..., None], 3, axis=2)
        rows, columns = np.indices((48, 64), dtype=np.uint16)
        return (rows * 600 + columns * 7 + np.uint16(index)).astype(np.uint16)


def with_stills(episode: Episode) -> Episode:
    """The episode with two more cameras: numbered pictures, and depth in millimetres."""
    made = {}
    for key, depth in (("wrist", False), ("depth", True)):
        stills = NumberedStills(episode.length, depth)
        pixels = "gray16le" if depth else "rgb24"
        made[key] = Video(key, Path("made.png"), 0.0, episode.length, episode.fps, 64, 48, "png", pixels, stills=stills,
                          depth_unit_m=0.001 if depth else None)  # fmt: skip
    return replace(episode, videos={**episode.videos, **made})


def main(folder: Path) -> None:
    source = open_recording(write_lerobot_v21(folder / "sources/v21", [30, 7, 45, 22]))
    cut = open_recording(write_lerobot_v30(folder / "sources/v30", [13, 20, 27, 40], gop=20, bframes=2))
    pictured = [with_stills(episode) for episode in source]
    assert source[0].videos.keys() == {CAMERA}
    export_lerobot_v3(source, folder / "v30-small-files", data_mb=0.001, video_mb=0.002)
    export_lerobot_v3(cut, folder / "v30-seams")
    export_lerobot_v2(cut, folder / "v21-seams")
    export_lerobot_v3(pictured, folder / "v30-stills")
    export_lerobot_v2(pictured, folder / "v21-stills")
    export_lerobot_v3(pictured, folder / "v30-images", stills="image")
    g1 = [*open_recording(EXAMPLES / "lerobot_v21_g1"), *open_recording(EXAMPLES / "lerobot_v30_g1")]
    export_lerobot_v3(g1, folder / "v30-g1")
    export_lerobot_v2(g1, folder / "v21-g1")


if __name__ == "__main__":
    main(Path(sys.argv[1]).absolute())
