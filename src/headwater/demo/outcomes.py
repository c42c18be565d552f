"""What became of each contribution, read back from what was published; and whether it is what must be."""

from __future__ import annotations

from headwater.chain.structs import ACCEPTED
from headwater.checks import CheckReport, read_report
from headwater.client.settled import settled
from headwater.demo.cast import Part
from headwater.demo.result import Outcome
from headwater.demo.stage import Stage
from headwater.primitives.amounts import from_units
from headwater.primitives.cid import Cid
from headwater.records.verdict import Verdict


def outcomes_of(stage: Stage, digests: dict[bytes, Part]) -> list[Outcome]:
    """One row a contribution, in queue order."""
    rows = []
    for campaign in stage.network.ledger().campaigns:
        for facts in stage.network.ledger().standing(campaign):
            whole = settled(stage.network, facts)
            for verdict in whole.verdicts:
                rows.append(_row(stage, digests[verdict.contribution], campaign, verdict))
    return rows


def _row(stage: Stage, part: Part, campaign: int, verdict: Verdict) -> Outcome:
    report = read_report(stage.blobs.get(Cid(verdict.report)))
    why, _, appeal = verdict.reason.partition(" Appeal:")
    return Outcome(
        who=part.who,
        title=part.title,
        expected="accepted" if part.good else f"rejected for {' or '.join(part.rules)}",
        item=f"{campaign}/{verdict.item}",
        verdict="accepted" if verdict.byte == ACCEPTED else "rejected",
        votes=len(verdict.votes),
        llr=verdict.llr,
        reason=why,
        appeal=f"Appeal:{appeal}" if appeal else "",
        paid=from_units(verdict.reward, 6),
        as_expected=_as_expected(part, verdict, report),
    )


def _as_expected(part: Part, verdict: Verdict, report: CheckReport) -> bool:
    """Good ones accepted; bad ones rejected, with a reason, and by the right rule (or by people where people must)."""
    if part.good:
        return verdict.byte == ACCEPTED
    if verdict.byte == ACCEPTED or not verdict.reason:
        return False
    found = {f.rule for f in report.defects}
    return bool(found & set(part.rules)) if part.rules != ("people",) else not found and len(verdict.votes) >= 2
