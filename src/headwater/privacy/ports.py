"""What the checks ask of detectors."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from headwater.privacy.models import Heard, Sighting


class Detectors(Protocol):
    """Looks at single pictures and listens to whole tracks; keeps nothing."""

    @property
    def versions(self) -> dict[str, str]:
        """Packages that decide, with versions."""

    def see(self, image: NDArray[np.uint8], *, careful: bool = False, texts: bool = True) -> tuple[Sighting, ...]:
        """Faces and readable text of a luma picture (h, w).

        Args:
            careful: look for smaller and less certain ones too, at several times the cost; for redaction.
            texts: look for text as well, at twice the cost.
        """

    def hear(self, path: Path) -> tuple[Heard, ...]:
        """Every audio track of a file. Raises RecordingError if it cannot be decoded."""
