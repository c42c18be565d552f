"""Settling decided anchors: verdict records, trees, evidence, one transaction; then release and push.

Everything is rebuilt from the database and the chain each time, and the chain is asked first, so a crash between any
two lines costs nothing but doing it again.
"""

from __future__ import annotations

from collections.abc import Sequence

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.events import Settled
from headwater.chain.structs import ACCEPTED, MISSING, Anchor, Posted, opening_hash, price_of, settlement_key
from headwater.checks import read_report
from headwater.client.watch_origins import REACH
from headwater.market import Draft, draft, value
from headwater.node.errors import NotReadyError
from headwater.node.operator.checking import COPY_RULES
from headwater.node.operator.desk import Desk
from headwater.node.operator.entry import answers_in, close_entry
from headwater.node.operator.grading import NO_GRADES, Grades, grade_in, grades
from headwater.node.operator.planting import opened
from headwater.node.operator.reviewing import OpenItem, checked_anchors, items_of
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import Cid, cid_digest
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.ids import ZERO_ADDRESS
from headwater.records.evidence import Evidence, Opening, PayRow, PlannedEvidence, snapshot_of
from headwater.records.verdict import Verdict
from headwater.records.vote import REJECT, Ballot
from headwater.review import Step

APPEAL = (
    "Appeal: until the settlement is final anyone can take what the checks or reviewers saw before a jury with "
    "'headwater dispute open', and prove wrong arithmetic with 'headwater challenge'."
)


def settle(desk: Desk, campaign: int) -> Posted | None:
    """Posts a settlement of every consecutive decided anchor of ours; ``None`` if there is nothing to settle.

    Raises:
        NotReadyError: the first open anchor still waits for votes, or for newcomers' answers.
    """
    decided = _decided(desk, campaign)
    if not decided:
        return None
    left = left_over(desk, campaign, decided[0].item, decided[-1].item + 1)
    close_entry(desk, campaign, decided)
    due = grades(desk, campaign)
    return post(desk, campaign, [verdict_of(desk, campaign, item, due) for item in decided], decided, left)


def left_over(desk: Desk, campaign: int, start: int, end: int) -> list[Anchor]:
    """Old direct anchors that a settlement of items ``[start, end)`` must cover as well; nobody brought us their data.

    Raises:
        NotReadyError: somebody else's anchor, or one of ours that waits, lies before one.
    """
    facts, now = desk.ledger().campaign(campaign), desk.contracts.chain.now()
    window = facts.terms.settle_window
    behind = [a for first, a in sorted(facts.anchors.items()) if end <= first < start + REACH]
    # Each turn takes time: what will be old when the transaction is mined counts as old now.
    old = [number for number, a in enumerate(behind, 1) if a.direct and a.time + window // 2 < now]
    left = behind[: old[-1]] if old else []
    for anchor in left:
        if not anchor.direct:
            raise NotReadyError(
                f"items {start} to {end - 1} of campaign {campaign}",
                actual=f"the anchor at item {anchor.first_item} is open, and an old direct one behind it is due",
                fix="wait for its votes, or for its operator to settle it",
            )
    return left


def post(
    desk: Desk, campaign: int, verdicts: Sequence[Verdict], items: Sequence[OpenItem], left: Sequence[Anchor] = ()
) -> Posted:
    """Posts these verdicts for whole anchors, in place of voided attempts if there were any.

    Args:
        left: direct anchors behind them whose data never came.
    """
    facts = desk.ledger().campaign(campaign)
    anchors = [*{i.anchor.first_item: i.anchor for i in items}.values(), *left]
    absent = [missing(anchor.first_item, verdicts[0]) for anchor in left]
    earlier = desk.ledger().attempts(campaign, anchors[0].first_item)
    key = settlement_key(campaign, anchors[0].first_item, len(earlier))
    made = draft(
        desk.contracts.chain.chain_id,
        desk.contracts.settlement.address,
        key,
        facts.terms,
        desk.signer.address,
        [*verdicts, *absent],
        desk.finals().known(anchors[0].time),
    )
    openings = [*(opening(i) for i in items), *(nothing(campaign) for _ in left)]
    return send(desk, campaign, made, openings, anchors, earlier)


def send(
    desk: Desk,
    campaign: int,
    made: Draft,
    openings: Sequence[Opening],
    anchors: Sequence[Anchor],
    earlier: Sequence[SettlementFacts],
    told: Evidence | None = None,
) -> Posted:
    """Stores the evidence of a draft and posts it.

    Args:
        told: of the attempt it replaces: other operators' plans and newcomers' answers stand there.
    """
    plans, entries = opened(desk, campaign, anchors), answers_in(desk, campaign, anchors)
    if isinstance(told, PlannedEvidence):
        mine = {plan.first_item for plan in plans}
        theirs = (plan for plan in told.plans if plan.first_item not in mine)
        plans = tuple(sorted((*plans, *theirs), key=lambda plan: plan.first_item))
        entries = tuple(dict.fromkeys((*entries, *told.entries)))
    cited = desk.cited_at(anchors[0].time)
    evidence = PlannedEvidence(
        key=Amount(made.key),
        campaign=campaign,
        openings=tuple(openings),
        verdicts=tuple(desk.put(v) for v in made.verdicts),
        pay=tuple(PayRow(b.pay.account, Amount(b.pay.amount), b.pay.kind, b.items) for b in made.books),
        reputation=desk.put(snapshot_of((row.reviewer, row.right, row.wrong) for row in cited.rows)),
        suite=read_report(desk.blobs.get(Cid(made.verdicts[0].report))).suite,
        plans=plans,
        entries=entries,
    )
    given = made.input(campaign, cid_digest(desk.put(evidence)), cited.hash)
    terms, contract = desk.terms(campaign), desk.contracts.settlement
    if earlier:
        receipt = contract.resettle(desk.signer, terms, anchors, given, [(e.posted, str(e.voided_by)) for e in earlier])
    else:
        receipt = contract.settle(desk.signer, terms, anchors, given)
    return receipt.only(Settled).posted


def verdict_of(desk: Desk, campaign: int, item: OpenItem, due: Grades = NO_GRADES) -> Verdict:
    """The verdict record of a decided item; ``due`` is what its requester states about values."""
    terms = desk.terms(campaign)
    given = item.signed.contribution
    digest = given.digest(desk.contracts.campaigns_domain)
    made = grade_in(due, item.item, digest)
    worth = value(
        item.llr,
        item.record.prior,
        item.votes,
        threshold=terms.threshold_milli,
        unit_reward=price_of(terms),
        grade=made,
        novelty=item.novelty,
    )
    return Verdict(
        item=item.item,
        contributor=given.contributor,
        contribution=digest,
        llr=item.llr,
        prior=item.record.prior,
        votes=item.votes,
        grade=made,
        novelty=item.novelty,
        byte=worth.byte,
        reward=Amount(worth.reward),
        score=worth.score,
        opening=opening_hash(item.signed.salt, item.signed.signature),
        report=item.report,
        index=item.index,
        ballots=tuple(desk.put(ballot) if ballot else "" for ballot in item.ballots),
        reason="" if worth.byte == ACCEPTED else reason_for(desk, item.report, item.ballots, item.llr),
    )


def missing(item: int, beside: Verdict) -> Verdict:
    """The verdict record of an item whose data never came; report and index are those of an item ``beside`` it."""
    return Verdict(
        item=item,
        contributor=ZERO_ADDRESS,
        contribution=ZERO_WORD,
        llr=0,
        prior=0,
        votes=(),
        grade=100,
        novelty=10_000,
        byte=MISSING,
        reward=Amount(0),
        score=0,
        opening=ZERO_WORD,
        report=beside.report,
        index=beside.index,
        ballots=(),
        reason=f"its data never came. {APPEAL}",
    )


def nothing(campaign: int) -> Opening:
    """The opening of an item whose data never came."""
    words = dict.fromkeys(("manifest", "content_root", "consent", "salt"), ZERO_WORD)
    return Opening(campaign=campaign, contributor=ZERO_ADDRESS, nonce=0, signature=b"", **words)


def opening(item: OpenItem) -> Opening:
    """An item's anchor leaf, opened for everybody."""
    given = item.signed.contribution
    return Opening(
        campaign=given.campaign,
        contributor=given.contributor,
        manifest=given.manifest,
        content_root=given.content_root,
        consent=given.consent,
        nonce=given.nonce,
        signature=item.signed.signature,
        salt=item.signed.salt,
    )


def release_final(desk: Desk, campaign: int) -> int:
    """Unlocks bond and deposits of our settlements that are final and undisputed; how many."""
    released = 0
    for facts in desk.ledger().standing(campaign):
        mine = facts.posted.settler == desk.signer.address and not facts.released
        key = facts.posted.key
        if mine and desk.contracts.settlement.is_final(key) and not desk.contracts.doubts.of(key).holds:
            anchors = anchors_in(desk, facts.posted)
            terms = desk.terms(campaign)
            desk.contracts.settlement.release(desk.signer, facts.posted, terms, anchors, facts.verdicts)
            released += 1
    return released


def anchors_in(desk: Desk, posted: Posted) -> list[Anchor]:
    """Anchors a settlement covers, in order."""
    anchors = desk.ledger().campaign(posted.campaign).anchors
    stop = posted.first_item + posted.count
    return [anchors[first] for first in sorted(anchors) if posted.first_item <= first < stop]


def _decided(desk: Desk, campaign: int) -> list[OpenItem]:
    """Items of the leading anchors in which nobody is asked any more."""
    decided: list[OpenItem] = []
    for anchor_id in checked_anchors(desk, campaign):
        items = items_of(desk, campaign, anchor_id)
        waiting = [i.item for i in items if i.step is Step.ASK]
        follows = not decided or items[0].item == decided[-1].item + 1
        if waiting and not decided:
            raise NotReadyError(
                f"campaign {campaign}", actual=f"votes open on items {waiting}", fix="see 'headwater review list'"
            )
        if waiting or not follows:
            break
        decided += items
    return decided


def reason_for(desk: Desk, report_cid: str, ballots: Sequence[Ballot | None], llr: int) -> str:
    """Why an item was rejected, with evidence: the checks' defects (what is wrong before whose copy it is), else what
    a rejecting reviewer marked, else the sum itself."""
    report = read_report(desk.blobs.get(Cid(report_cid)))
    against = [b for b in ballots if b and b.verdict == REJECT]
    if report.defects:
        ordered = sorted(report.defects, key=lambda f: f.rule.startswith(COPY_RULES))
        why = " Also: ".join(f.headline() for f in ordered)
    elif against:
        why = _voted(against)
    else:
        why = f"the sum of checks, record and votes is not above the campaign's threshold (llr {llr})"
    return f"{why} {APPEAL}"


def _voted(against: Sequence[Ballot]) -> str:
    mark = against[0].reasons.evidence[0]
    said = f": {against[0].reasons.comment}" if against[0].reasons.comment else ""
    when = f"{mark.start_ms / 1000:.3f}-{mark.end_ms / 1000:.3f} s"
    return f"{len(against)} reviewers rejected it, {mark.code} at {when}{said}."
