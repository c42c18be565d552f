"""Section 4: that every counted vote was drawn, committed and opened, and that none was left out or added."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.catalog.reputation import Cited, cited_at
from headwater.chain.events import VotesCommitted
from headwater.chain.structs import Anchor
from headwater.client.audit.book import Book
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.facts import Facts
from headwater.client.audit.opened import Opened, OpenItem, OpenSettlement
from headwater.primitives.abi import abi_hash
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.records.evidence import ReputationSnapshot, snapshot_of
from headwater.records.verdict import CountedVote, Verdict
from headwater.records.vote import REJECT, Ballot, VoteCommit
from headwater.review import (
    MAX_PLACES,
    Lot,
    Step,
    draw,
    ends_at,
    had_his_turn,
    leaves_under,
    next_step,
    rounds_of,
)

SECTION = "votes"


def audit_votes(facts: Facts, opened: Opened, book: Book, whole: OpenSettlement) -> None:
    """Claims about the votes of one settlement."""
    book.open(SECTION, whole.id)
    weighed = _reputation(facts, book, whole)
    for item in whole.items:
        if item.verdict is None or item.missing:
            continue
        _ballots(facts, book, item, item.verdict)
        _weights(book, item, item.verdict, weighed)
        _drawn(facts, opened, book, whole, item)
    for anchor in facts.anchors_in(whole.facts):
        _rounds(facts, book, whole, anchor)


def _reputation(facts: Facts, book: Book, whole: OpenSettlement) -> Cited:
    """The epoch the settlement must cite."""
    posted = whole.facts.posted
    first = facts.ledger.campaign(posted.campaign).anchors[posted.first_item]
    right = cited_at(facts.ledger, facts.reads, first.time, facts.time)
    title = "it cites the newest reputation epoch that was final when its first anchor was made"
    book.same(f"{whole.id}/cited", title, right.hash, posted.reputation, leaf=whole.id)
    title = "the published snapshot has that epoch's rows"
    with book.reading(f"{whole.id}/reputation", title, whole.id):
        snapshot = facts.record(ReputationSnapshot, whole.evidence.reputation)
        rows = snapshot_of((row.reviewer, row.right, row.wrong) for row in right.rows)
        book.same(f"{whole.id}/reputation", title, rows, snapshot)
    return right


def _ballots(facts: Facts, book: Book, item: OpenItem, verdict: Verdict) -> None:
    title = "as many ballots were published as votes counted"
    book.same(f"{item.id}/ballots", title, len(verdict.votes), len(verdict.ballots), leaf=item.leaf)
    for vote, cid in zip(verdict.votes, verdict.ballots, strict=False):
        title = f"the ballot of {vote.reviewer} opens his commit and says what was counted"
        name = f"{item.id}/vote/{vote.round}"
        if not cid:
            _opened_on_chain(facts, book, item, name, vote)
            continue
        with book.reading(name, title, item.leaf):
            ballot = facts.record(Ballot, cid)
            expected = (ballot.campaign, ballot.item, ballot.round, ballot.reviewer, ballot.verdict)
            found = (item.campaign, item.item, vote.round, vote.reviewer, vote.verdict)
            truth = expected == found and ballot.commit(facts.campaigns_domain) == vote.commit
            truth = truth and (ballot.verdict != REJECT or bool(ballot.reasons.evidence))
            book.holds(name, title, truth, leaf=f"{item.leaf}, ballot {cid}", expected=expected, actual=found)


def _opened_on_chain(facts: Facts, book: Book, item: OpenItem, name: str, vote: CountedVote) -> None:
    event = facts.ledger.campaign(item.campaign).reveals.get((item.item, vote.round, vote.reviewer))
    title = f"{vote.reviewer} opened his commit on chain and said what was counted"
    found = (event.ballot.verdict, event.ballot.commit(facts.campaigns_domain)) if event else None
    book.same(name, title, (vote.verdict, vote.commit), found, leaf=item.leaf)


def _weights(book: Book, item: OpenItem, verdict: Verdict, weighed: Cited) -> None:
    title = "each vote weighs what the reviewer's record says"
    expected = [weighed.weight(v.reviewer) for v in verdict.votes]
    book.same(f"{item.id}/weights", title, expected, [v.weight for v in verdict.votes], leaf=item.leaf)


def _drawn(facts: Facts, opened: Opened, book: Book, whole: OpenSettlement, item: OpenItem) -> None:
    verdict = item.verdict
    assert verdict is not None
    campaign = facts.ledger.campaign(item.campaign)
    seed = campaign.seeds.get(item.anchor.first_item)
    title = "the reviewers are those the seed on chain draws from the weights the anchor sealed, in order"
    if seed is None:
        book.holds(f"{item.id}/drawn", title, False, leaf=item.leaf, expected="a recorded seed", actual="none")
        return
    pool = campaign.pool_of(item.item, item.opening.contributor)
    found = tuple((v.round, v.reviewer) for v in verdict.votes)
    with book.reading(f"{item.id}/drawn", title, item.leaf):
        lot = Lot(facts.chain_id, facts.addresses.reviewers, item.campaign, item.item, seed)
        reached = rounds_of(vote.round for vote in verdict.votes)
        places = enumerate(draw(lot, min(reached, MAX_PLACES), pool))
        voted = {vote.round for vote in verdict.votes}
        expected = tuple(place for place in places if place[0] in voted)
        book.same(f"{item.id}/drawn", title, expected, found, leaf=item.leaf)
        for number, who in enumerate(draw(lot, reached, pool)):
            if number not in voted:
                _passed_over(facts, book, item, whole, number, who)
    everybody = draw(Lot(facts.chain_id, facts.addresses.reviewers, item.campaign, item.item, seed), MAX_PLACES, pool)
    closed = rounds_of(vote.round for vote in verdict.votes)
    while closed < len(everybody) and _turn(facts, item, whole, closed, everybody[closed]).had:
        closed += 1  # after the last vote, too, people may have stayed silent
    _complete(opened, book, item, verdict, seed, len(pool), closed)
    _revealed(facts, book, item, verdict, whole)


@dataclass(frozen=True)
class _Turn:
    """A round of an item: when it was over, when roots of it were stored, and whether its reviewer had his turn."""

    ends: int | None
    own: list[int]
    had: bool


def _turn(facts: Facts, item: OpenItem, whole: OpenSettlement, number: int, who: str) -> _Turn:
    campaign = facts.ledger.campaign(item.campaign)
    roots = [e for e in _roots(facts, whole, item.anchor) if e.count == item.anchor.count]
    earlier = [e.time for e in roots if e.round == number - 1]
    ends = ends_at(number, item.anchor.time, earlier, campaign.terms.settle_window)
    own = [e.time for e in roots if e.round == number]
    said = campaign.reveals.get((item.item, number, who))
    settled_at = whole.facts.posted.final_at - campaign.terms.challenge_window
    return _Turn(ends, own, had_his_turn(ends, own, settled_at, said.time if said else None))


def _passed_over(facts: Facts, book: Book, item: OpenItem, whole: OpenSettlement, number: int, who: str) -> None:
    turn = _turn(facts, item, whole, number, who)
    title = f"{who} was passed over only when his turn was over, and opened no vote on chain within it"
    expected = f"a root of the round from {turn.ends} on" if turn.ends is not None else "a root of the round before"
    name, leaf = f"{item.id}/passed/{number}", f"{item.leaf}, round {number}"
    book.holds(name, title, turn.had, leaf=leaf, expected=expected, actual=turn.own)


def _revealed(facts: Facts, book: Book, item: OpenItem, verdict: Verdict, whole: OpenSettlement) -> None:
    """Votes opened on chain before the settlement in a round that was reached."""
    title = "every vote opened on chain in a round that was reached is counted, as it was opened"
    reveals = facts.ledger.campaign(item.campaign).reveals.items()
    mine = [(number, who, e) for (of, number, who), e in reveals if of == item.item and e.at < whole.facts.at]
    if not mine:
        return
    said = {(v.round, v.reviewer): (v.verdict, v.commit) for v in verdict.votes}
    by_round = {v.round: v.reviewer for v in verdict.votes}
    for number, who, event in mine:
        if by_round.get(number) != who:
            continue  # not the one drawn, or a round nobody reached: the claims above say which
        expected = event.ballot.verdict, event.ballot.commit(facts.campaigns_domain)
        name = f"{item.id}/revealed/{number}"
        book.same(name, title, expected, said[(number, who)], leaf=item.leaf)


def _complete(
    opened: Opened, book: Book, item: OpenItem, verdict: Verdict, seed: bytes, pool: int, closed: int
) -> None:
    """The rule asks after every vote but the last: one left out or one too many would show.

    Args:
        closed: rounds up to which everybody voted or had his turn.
    """
    title = "people were asked exactly until the rule said enough"
    try:
        settled = len(opened.outcomes_before(item.anchor.time).get(item.opening.contributor, ()))
    except EvidenceError as error:
        book.skip(f"{item.id}/asked", title, f"an earlier settlement cannot be read: {error.reason}", leaf=error.leaf)
        return

    def step(votes: tuple[CountedVote, ...], reached: int) -> Step:
        passed = reached - len(votes)
        return next_step(verdict.llr, verdict.prior, settled, votes, seed, item.item, pool, passed)

    steps = [step(verdict.votes[:count], vote.round) for count, vote in enumerate(verdict.votes)]
    steps.append(step(verdict.votes, closed))
    truth = steps[-1] is not Step.ASK and all(one is Step.ASK for one in steps[:-1])
    book.holds(f"{item.id}/asked", title, truth, leaf=item.leaf, expected="ask ... decide", actual=steps)


def _rounds(facts: Facts, book: Book, whole: OpenSettlement, anchor: Anchor) -> None:
    """Commit roots stood on chain before the settlement, one for each round, over the votes that were counted."""
    name = f"campaign/{whole.facts.posted.campaign}/anchor/{anchor.first_item}"
    if any(item.verdict is None for item in whole.items):
        book.skip(f"{name}/rounds", "vote commits stand on chain", "a verdict record cannot be read")
        return
    posted, rounds = _roots(facts, whole, anchor), dict[int, list[bytes]]()
    alone: dict[int, list[int]] = {}
    with book.reading(f"{name}/rounds", "the counted votes have commits", name):
        rounds, alone = _leaves_by_round(facts, whole, anchor)
    for number in sorted(rounds.keys() | {e.round for e in posted}):
        leaves = rounds.get(number, [ZERO_WORD] * anchor.count)
        mine = [e for e in posted if e.round == number]
        title = f"the commits of round {number} stood on chain before the settlement, and each of them counted"
        own = alone.get(number, [])
        expected, found = (build(leaves).root, len(leaves)), [(e.root, e.count) for e in mine]
        sized = [e.root for e in mine if e.count == len(leaves)]
        stands = any(leaves_under(root, leaves, own) for root in sized) or (not mine and _all_alone(leaves, own))
        truth = stands and all(_stored(facts, e) for e in mine)
        count = sum(leaf != ZERO_WORD for leaf in leaves)
        leaf = f"anchor {anchor.first_item}, round {number}, {count} votes counted"
        book.holds(f"{name}/round/{number}", title, truth, leaf=leaf, expected=expected, actual=found)


def _all_alone(leaves: list[bytes], alone: list[int]) -> bool:
    """Whether everybody counted committed on chain himself, so that no root is needed."""
    return all(place in alone for place, leaf in enumerate(leaves) if leaf != ZERO_WORD)


def _leaves_by_round(
    facts: Facts, whole: OpenSettlement, anchor: Anchor
) -> tuple[dict[int, list[bytes]], dict[int, list[int]]]:
    """One leaf for each item of the anchor, the zero word where there is no vote; and the places of those who committed
    on chain themselves, before the settlement, to what was counted."""
    own = facts.ledger.campaign(whole.facts.posted.campaign).own_commits
    rounds: dict[int, list[bytes]] = {}
    lone: dict[int, list[int]] = {}
    for item in whole.items:
        if item.verdict is None or item.anchor.first_item != anchor.first_item:
            continue
        place = item.item - anchor.first_item
        for vote in item.verdict.votes:
            alone = own.get((item.item, vote.round, vote.reviewer))
            if alone is not None and alone.commit == vote.commit and alone.at < whole.facts.at:
                lone.setdefault(vote.round, []).append(place)
            commit = VoteCommit(item.campaign, item.item, vote.round, vote.reviewer, vote.commit, b"")
            rounds.setdefault(vote.round, [ZERO_WORD] * anchor.count)[place] = commit.leaf(facts.campaigns_domain)
    return rounds, lone


def _roots(facts: Facts, whole: OpenSettlement, anchor: Anchor) -> list[VotesCommitted]:
    """Commit roots of the anchor's draw by its anchorer or the settler, sent before the settlement."""
    campaign, operators = whole.facts.posted.campaign, (anchor.anchorer, whole.facts.posted.settler)
    return [
        event
        for event in facts.events(VotesCommitted)
        if (event.campaign, event.first_item) == (campaign, anchor.first_item)
        and event.operator in operators
        and event.at < whole.facts.at
        and event.round < MAX_PLACES
    ]


def _stored(facts: Facts, event: VotesCommitted) -> bool:
    word = abi_hash(("bytes32", "uint32", "uint40"), (event.root, event.count, event.time))
    return facts.reads.commit_root_hash(event.campaign, event.first_item, event.round, event.operator) == word
