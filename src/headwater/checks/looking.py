"""Shows detectors the sampled frames of one camera, the way up people see them."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from headwater.checks.exposed import sample_step, texts_step
from headwater.formats import Frame, Video
from headwater.formats.pixels import turned
from headwater.privacy import Detectors, Seen


@dataclass
class Looker:
    """Collects what was seen; asks for nothing without detectors."""

    video: Video
    detectors: Detectors | None
    seen: list[Seen] = field(default_factory=list)

    def frames(self, count: int) -> frozenset[int]:
        """The frames it wants at full size, of ``count``."""
        step = sample_step(float(self.video.fps))
        return frozenset(range(0, count, step)) if self.detectors is not None else frozenset()

    def add(self, frame: Frame) -> None:
        """Looks at a frame if it is one of the sampled."""
        rate = float(self.video.fps)
        if self.detectors is None or frame.whole is None or frame.index % sample_step(rate):
            return
        texts = not frame.index % texts_step(rate)
        shown = np.ascontiguousarray(turned(frame.whole, self.video.rotation))
        self.seen.append(Seen(frame.index, self.detectors.see(shown, texts=texts), texts))
