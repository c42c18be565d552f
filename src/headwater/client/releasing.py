"""What may leave its owner: nothing that shows people, places or papers nobody agreed to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from headwater.checks import CheckReport, Release, half_read, look_for_private, reasons, release, remedy
from headwater.checks.release import COVERABLE
from headwater.client.errors import ClientError, NotReleasableError
from headwater.formats import Episode
from headwater.privacy import Detectors

if TYPE_CHECKING:
    from headwater.client.submit import Consent


def demand_kinds(shows: tuple[str, ...]) -> None:
    """Raises ClientError for a kind that does not exist."""
    for kind in shows:
        if kind not in COVERABLE:
            raise ClientError("consent: shows", actual=kind, allowed=", ".join(COVERABLE), fix="name one of these")


def demand_releasable(
    episode: Episode, consent: Consent, detectors: Detectors | None, report: CheckReport | None = None
) -> Release:
    """Refuses what consent does not cover; ``CLEAR``, or ``UNKNOWN`` without the privacy extra.

    Args:
        report: what the suite said with the same detectors; without, the episode is looked through here.

    Raises:
        NotReleasableError: naming what was found where, and what would help.
    """
    findings, not_run = (report.findings, report.not_run) if report else look_for_private(episode, detectors=detectors)
    people, shows = consent.people_visible, consent.shows
    decided = release(findings, not_run, people=people, shows=shows)
    if decided is Release.CLEAR or (decided is Release.UNKNOWN and not half_read(not_run)):
        return decided
    raise NotReleasableError(
        f"episode {episode.name} {decided}",
        actual="; ".join(reasons(findings, not_run, people=people, shows=shows)),
        allowed="what people agreed to show",
        fix=remedy(findings, not_run, people=people, shows=shows),
    )
