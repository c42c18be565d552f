"""The shipped detectors together, behind one port; loading them costs half a second, so it is done once and late."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from headwater.privacy.errors import ExtraMissingError
from headwater.privacy.faces import Faces
from headwater.privacy.models import Heard, Sighting
from headwater.privacy.networks import versions
from headwater.privacy.texts import Texts
from headwater.privacy.voices import Voices


class ShippedDetectors:
    """CenterFace with hints by MTCNN, PP-OCRv4 and Silero VAD."""

    def __init__(self) -> None:
        self.versions = versions()
        self._faces, self._texts, self._voices = Faces(), Texts(), Voices()

    def see(self, image: NDArray[np.uint8], *, careful: bool = False, texts: bool = True) -> tuple[Sighting, ...]:
        faces = self._faces.see(image, careful=careful)
        return faces + self._texts.see(image, careful=careful) if texts else faces

    def hear(self, path: Path) -> tuple[Heard, ...]:
        return self._voices.hear(path)


@cache
def detectors() -> ShippedDetectors:
    """The detectors of the privacy extra. Raises ExtraMissingError."""
    return ShippedDetectors()


def detectors_if_there() -> ShippedDetectors | None:
    """The same, or ``None`` without the extra."""
    try:
        return detectors()
    except ExtraMissingError:
        return None


def versions_if_there() -> dict[str, str]:
    """Versions of the packages that decide, without loading them; empty without the extra."""
    try:
        return versions()
    except ExtraMissingError:
        return {}
