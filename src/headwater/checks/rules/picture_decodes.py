"""The video decodes to its end. Threshold: any error of the decoder; a picture less is counted by time/video-frames."""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule


@rule("picture/decodes", version=1, needs=(Need.VIDEO,))
def check(seen: Observed) -> Iterator[Draft]:
    for key, camera in seen.cameras.items():
        if camera.damage or not len(camera):
            yield Draft(
                Severity.DEFECT,
                "The video does not decode to its end.",
                f"{camera.damage or 'no frame'} after frame {len(camera)}",
                f"expected {seen.episode.length} frames",
                (seen.span(len(camera), max(len(camera), seen.episode.length)),),
                key,
                "Training stops at this file.",
                "Copy the file again from where it was recorded.",
            )
