"""Orphans: files of the set that no episode names, and rows of episodes that no metadata lists.

Source: robovet, rdq. They cost nobody money: they do not belong to the episode. Files are a NOTE; rows in the episode's
own file a RISK, since a loader that counts rows by position reads them.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.models import Severity
from headwater.checks.observed import Observed
from headwater.checks.registry import CannotJudge, Draft, rule


@rule("ledger/files", version=1)
def check(seen: Observed) -> Iterator[Draft]:
    ledger = seen.episode.ledger
    if "unreferenced" not in ledger:
        raise CannotJudge("the format has no list of files")
    lost, unlisted = ledger["unreferenced"], ledger.get("unlisted_episodes", ())
    if lost:
        yield Draft(
            Severity.NOTE,
            "The set has files that no episode names.",
            f"{len(lost)} ({', '.join(lost[:3])})",
            "expected none",
            impact="They are not part of what is sent.",
            fix="Delete them, or restore the metadata that names them.",
        )
    if unlisted:
        yield Draft(
            Severity.RISK,
            "The table holds rows of episodes that the metadata does not list.",
            f"episode {', '.join(map(str, unlisted[:3]))}",
            "expected listed episodes",
            impact="A loader that counts rows by position takes them for another episode's.",
            fix="Convert the set again so that every row belongs to a listed episode.",
        )
