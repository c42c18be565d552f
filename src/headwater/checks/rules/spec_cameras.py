"""Cameras against the campaign: role, size, rate. Source: the CampaignSpec itself; rates may be 1 % lower.

A camera is found by its own key or by the one a statement beside the recording gives it, with or without LeRobot's
``observation.images.``; where the campaign names no key, the largest picture counts.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import Draft, Need, rule
from headwater.checks.signals import fixed


@rule("spec/cameras", version=2, needs=(Need.SPEC,))
def check(seen: Observed) -> Iterator[Draft]:
    assert seen.spec is not None
    videos = seen.episode.videos
    for camera in seen.spec.cameras:
        asked_keys = {_bare(key) for key in camera.keys}
        keys = [key for key in videos if not camera.keys or _names(seen, key) & asked_keys]
        if not keys:
            yield _defect(
                "A camera is missing.", ", ".join(videos) or "no camera", " or ".join(camera.keys), camera.role
            )
            continue
        key = max(keys, key=lambda one: (videos[one].width * videos[one].height, videos[one].fps))
        video = videos[key]
        if video.width < camera.min_width or video.height < camera.min_height:
            asked = f"{camera.min_width}x{camera.min_height}"
            yield _defect("The picture is too small.", f"{video.width}x{video.height}", asked, key)
        rate = round(video.fps * 1000)
        if rate * 100 < camera.min_fps_milli * 99:
            asked = f"{fixed(camera.min_fps_milli / 1000)} /s"
            yield _defect("The frame rate is too low.", f"{fixed(rate / 1000)} /s", asked, key)


def _names(seen: Observed, key: str) -> set[str]:
    """A camera's own name and the stated one."""
    stated = seen.conventions.cameras
    return {_bare(key), *(_bare(name) for own, name in stated.items() if _bare(own) == _bare(key))}


def _bare(key: str) -> str:
    return key.removeprefix("observation.images.")


def _defect(message: str, observed: str, expected: str, camera: str) -> Draft:
    return Draft(
        Severity.DEFECT,
        message,
        observed,
        f"asked for at least {expected}" if expected else "asked for one",
        stream=camera,
        impact="The requester's policy has no input for it.",
        fix="Set the camera up as the campaign's spec says.",
    )
