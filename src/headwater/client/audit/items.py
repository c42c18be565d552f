"""Section 3, single items: who signed what, and what the verdict rule makes of it."""

from __future__ import annotations

from headwater.chain.events import Approved
from headwater.chain.structs import ACCEPTED, MISSING, Terms, opening_hash, price_of
from headwater.client.audit.book import Book
from headwater.client.audit.checked import audit_report
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import Opened, OpenItem, OpenSettlement
from headwater.market import consent_gaps, value
from headwater.market.reward import FULL_GRADE, FULL_NOVELTY
from headwater.primitives import eip712
from headwater.primitives.cid import dag_cbor_cid
from headwater.records.anchor import AnchorLeaves
from headwater.records.consent import ConsentReceipt
from headwater.records.contribution import anchor_leaf
from headwater.records.manifest import Manifest, content_root
from headwater.records.verdict import Verdict
from headwater.records.vote import ACCEPT, REJECT
from headwater.review import prior
from headwater.review.rule import MAX_VOTES, MAX_WEIGHT, MIN_WEIGHT, PRIOR_LIMIT


def audit_item(facts: Facts, opened: Opened, book: Book, whole: OpenSettlement, item: OpenItem) -> None:
    """Claims about one item of a standing settlement."""
    if item.missing:
        title = "the settler says its data never came, at the anchorer's cost"
        book.skip(f"{item.id}/opening", title, "nothing was opened", leaf=item.leaf)
    else:
        _opening(facts, book, item)
        _manifest(facts, book, item)
        _consent(facts, book, item)
    title = "its verdict record is the item's own"
    if item.fault is not None:
        book.broken(f"{item.id}/verdict-record", title, item.fault, item.leaf)
    if item.verdict is None:
        return
    contribution = item.verdict.contribution if item.missing else item.contribution
    expected = (item.item, item.opening.contributor, contribution)
    found = (item.verdict.item, item.verdict.contributor, item.verdict.contribution)
    book.same(f"{item.id}/verdict-record", title, expected, found, leaf=item.leaf)
    if not item.missing:
        made = opening_hash(item.opening.salt, item.opening.signature)
        title = "its leaf binds the very salt and signature that were published"
        book.same(f"{item.id}/opening", title, made, item.verdict.opening, leaf=item.leaf)
    _verdict(facts, book, whole, item, item.verdict)
    _prior(opened, book, item, item.verdict)
    if not item.missing:
        audit_report(facts, opened, book, item, item.verdict)


def _opening(facts: Facts, book: Book, item: OpenItem) -> None:
    given, domain = item.opening.contribution(), facts.campaigns_domain
    title = f"{given.contributor} signed this contribution for campaign {item.campaign}"
    signed = eip712.recover(item.contribution, item.opening.signature) == given.contributor
    signed = signed or _approved(facts, item, given.contributor)
    ours = given.campaign == item.campaign
    book.holds(f"{item.id}/signature", title, signed and ours, leaf=item.leaf)
    title = "the contribution was anchored at this place before anyone saw it"
    with book.reading(f"{item.id}/anchored", title, item.leaf):
        at, anchor = item.item - item.anchor.first_item, item.anchor
        listed = (anchor.root,) if anchor.direct else facts.named(AnchorLeaves, anchor.cid).leaves
        made = anchor_leaf(domain, item.campaign, item.opening.salt, given.contributor, item.contribution)
        book.same(f"{item.id}/anchored", title, made, listed[at], leaf=item.leaf)


def _approved(facts: Facts, item: OpenItem, wallet: str) -> bool:
    """Whether a contract wallet's approval was on chain when the item was anchored; what it says now is nothing."""
    approvals = (e for e in facts.events(Approved) if (e.wallet, e.digest) == (wallet, item.contribution))
    return any(facts.reads.block_time(e.at.block) <= item.anchor.time for e in approvals)


def _manifest(facts: Facts, book: Book, item: OpenItem) -> None:
    title = "the signed manifest is in storage and lists the signed content"
    with book.reading(f"{item.id}/manifest", title, item.leaf):
        manifest = facts.named(Manifest, item.opening.manifest)
        expected = (item.campaign, item.opening.content_root, item.opening.consent)
        root = content_root(tuple(file.sha256 for file in manifest.files))
        book.same(f"{item.id}/manifest", title, expected, (manifest.campaign, root, manifest.consent), leaf=item.leaf)


def _consent(facts: Facts, book: Book, item: OpenItem) -> None:
    title = "a consent receipt was given for this clip and this campaign"
    with book.reading(f"{item.id}/consent", title, item.leaf):
        receipt = facts.named(ConsentReceipt, item.opening.consent)
        found = (receipt.campaign, receipt.content_root)
        book.same(f"{item.id}/consent", title, (item.campaign, item.opening.content_root), found, leaf=item.leaf)
        if item.verdict is not None and item.verdict.byte == ACCEPTED:
            title = "its consent covers the purposes, regions and age of the campaign's terms"
            gaps = consent_gaps(facts.ledger.campaign(item.campaign).terms, receipt)
            leaf = f"{item.leaf}, consent {dag_cbor_cid(item.opening.consent)}"
            found_gaps = [gap.line() for gap in gaps]
            book.holds(f"{item.id}/covered", title, not gaps, leaf=leaf, expected="no gap", actual=found_gaps)


def _verdict(facts: Facts, book: Book, whole: OpenSettlement, item: OpenItem, verdict: Verdict) -> None:
    title = "verdict byte, score and reward are what the rule says of checks, record and votes"
    with book.reading(f"{item.id}/verdict", title, item.leaf):
        expected = _worth(verdict, facts.ledger.campaign(item.campaign).terms)
        found = (verdict.byte, verdict.score, int(verdict.reward))
        book.same(f"{item.id}/verdict", title, expected, found, leaf=item.leaf, detail="byte, score, reward")
    title = "every number is within the limits of the rule, and nobody voted twice"
    book.same(f"{item.id}/limits", title, [], _beyond(verdict), leaf=item.leaf)
    title = "the two bytes on chain are the record's verdict and score"
    posted = tuple(whole.facts.verdicts[2 * item.position : 2 * item.position + 2])
    book.same(f"{item.id}/bytes", title, (verdict.byte, verdict.score), posted, leaf=item.leaf)
    title = "a rejection says why"
    told = verdict.byte == ACCEPTED or bool(verdict.reason.strip())
    book.holds(f"{item.id}/reason", title, told, leaf=item.leaf, detail=verdict.reason)


def _beyond(verdict: Verdict) -> list[str]:
    """What lies outside spec/settlement.md section 5."""
    voters = [vote.reviewer.lower() for vote in verdict.votes]
    limits = {
        f"grade {verdict.grade}": 0 <= verdict.grade <= FULL_GRADE,
        f"novelty {verdict.novelty}": 0 <= verdict.novelty <= FULL_NOVELTY,
        f"prior {verdict.prior}": abs(verdict.prior) <= PRIOR_LIMIT,
        f"{len(voters)} votes": len(voters) <= MAX_VOTES and len(set(voters)) == len(voters),
        "a weight": all(MIN_WEIGHT <= vote.weight <= MAX_WEIGHT for vote in verdict.votes),
        "a vote": all(vote.verdict in (ACCEPT, REJECT) for vote in verdict.votes),
    }
    return [what for what, kept in limits.items() if not kept]


def _worth(verdict: Verdict, terms: Terms) -> tuple[int, int, int]:
    if verdict.byte == MISSING and not verdict.votes:
        return MISSING, 0, 0
    worth = value(
        verdict.llr,
        verdict.prior,
        verdict.votes,
        threshold=terms.threshold_milli,
        unit_reward=price_of(terms),
        grade=verdict.grade,
        novelty=verdict.novelty,
    )
    return worth.byte, worth.score, worth.reward


def _prior(opened: Opened, book: Book, item: OpenItem, verdict: Verdict) -> None:
    title = "prior log-odds follow from the contributor's items that were final when this one was anchored"
    try:
        outcomes = opened.outcomes_before(item.anchor.time).get(item.opening.contributor, ())
    except EvidenceError as error:
        book.skip(f"{item.id}/prior", title, f"an earlier settlement cannot be read: {error.reason}", leaf=error.leaf)
        return
    book.same(f"{item.id}/prior", title, prior(outcomes), verdict.prior, leaf=item.leaf)
