"""What is wrong with the votes a settlement counts, as far as the chain and the published evidence show it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import pairwise

from headwater.catalog.ledger import CampaignFacts, SettlementFacts
from headwater.catalog.reputation import Cited, cited
from headwater.chain.events import VotesCommitted
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import MISSING, Absence, Anchor, CommitRoot, Counted, RootAt, Turn, Vote, VoteOpening
from headwater.client.network import Network
from headwater.client.settled import Settled, round_leaves
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import Tree, build
from headwater.records import codec
from headwater.records.errors import RecordError
from headwater.records.verdict import CountedVote, Verdict
from headwater.records.vote import Ballot, VoteCommit
from headwater.review import (
    MAX_PLACES,
    MAX_VOTES,
    Lot,
    audited,
    draw,
    ends_at,
    had_his_turn,
    leaves_under,
    rounds_of,
    total,
)
from headwater.review.sampling import MIN_VOTES, SKIP_SUM, STOP_SUM
from headwater.storage import BlobNotFoundError, CorruptBlockError

Prove = Callable[[TransactionSigner], Receipt]


@dataclass(frozen=True)
class VoteFault:
    """A fault of ``VoteFaults`` that holds; ``index`` is the vote's, where it is about one."""

    item: int
    function: str
    index: int
    found: str
    right: str
    prove: Prove


class VoteWatch:
    """One settlement's votes against the chain."""

    def __init__(self, network: Network, facts: SettlementFacts, whole: Settled) -> None:
        self._network, self._facts, self._whole = network, facts, whole
        self._campaign: CampaignFacts = network.ledger().campaign(facts.posted.campaign)
        self._settled_at = facts.posted.final_at - self._campaign.terms.challenge_window

    def faults(self) -> Iterator[VoteFault]:
        """All that can be proven, in queue order; the citation first."""
        yield from self._citation()
        weights = self._cited()
        for number, verdict in enumerate(self._whole.verdicts, self._facts.posted.first_item):
            if verdict.item != number:
                continue  # a fault of its own
            yield from self._drawn(verdict)
            yield from self._passed_over(verdict)
            for index, vote in enumerate(verdict.votes):
                yield from self._commit(verdict, index, vote)
                yield from self._opened(verdict, index, vote)
                if weights is not None:
                    yield from self._weight(verdict, index, vote, weights)
            yield from self._omitted(verdict)

    def _citation(self) -> Iterator[VoteFault]:
        posted = self._facts.posted
        anchor = self._campaign.anchors[posted.first_item]
        right = self._network.cited_at(anchor.time)
        if right.hash != posted.reputation:
            contract = self._network.contracts.vote_faults
            yield VoteFault(
                posted.first_item,
                "proveCitation",
                0,
                posted.reputation.hex(),
                right.hash.hex(),
                lambda signer: contract.prove_citation(signer, posted, anchor, right.number),
            )

    def _cited(self) -> Cited | None:
        """The epoch the settlement cites; ``None`` if there is no such epoch."""
        cites = self._facts.posted.reputation
        if cites == ZERO_WORD:
            return Cited(0, ZERO_WORD, ())
        ledger = self._network.ledger()
        number = next((n for n, e in ledger.institutions.epochs.items() if e.epoch.hash() == cites), None)
        return None if number is None else cited(ledger, number)

    def sound(self, verdict: Verdict, weights: Cited) -> Verdict:
        """The verdict with the votes that count, up to the first that does not, saying what opens them."""
        expected, kept, reached = self.reviewers(verdict, MAX_PLACES), list[CountedVote](), 0
        for number, vote in enumerate(verdict.votes):
            who = expected[vote.round] if reached <= vote.round < len(expected) else None
            if vote.reviewer != who or self.absence(verdict, vote) is not None:
                break
            if not all(self._had_his_turn(verdict, passed) for passed in range(reached, vote.round)):
                break
            reached = vote.round + 1
            said = next(self._openings(verdict, number, vote), None)
            place = self._campaign.id, verdict.item, vote.round, who
            if said is not None and (said.campaign, said.item, said.round, said.reviewer) != place:
                break
            right = vote.verdict if said is None else said.verdict
            kept.append(replace(vote, verdict=right, weight=weights.weight(who)))
        return replace(verdict, votes=tuple(kept), ballots=verdict.ballots[: len(kept)])

    def _drawn(self, verdict: Verdict) -> Iterator[VoteFault]:
        reached = rounds_of(vote.round for vote in verdict.votes)
        expected = self.reviewers(verdict, min(reached, MAX_PLACES))
        found = tuple((v.round, v.reviewer) for v in verdict.votes)
        places = dict(enumerate(expected))
        ascending = all(one.round < other.round for one, other in pairwise(verdict.votes))
        if not ascending or any(places.get(number) != who for number, who in found):
            contract, posted = self._network.contracts.vote_faults, self._facts.posted
            anchor, at = self._anchor(verdict), self._counted(verdict)
            yield VoteFault(
                verdict.item,
                "proveDraw",
                0,
                ", ".join(v.reviewer for v in verdict.votes),
                ", ".join(expected) or "nobody",
                lambda signer: contract.prove_draw(signer, posted, at, anchor),
            )

    def _passed_over(self, verdict: Verdict) -> Iterator[VoteFault]:
        rounds = {vote.round for vote in verdict.votes}
        for number in range(rounds_of(rounds)):
            if number not in rounds and not self._had_his_turn(verdict, number):
                who = (*self.reviewers(verdict, number + 1)[number:], "nobody")[0]
                yield VoteFault(
                    verdict.item,
                    "proveReplaced",
                    number,
                    f"no vote of {who}",
                    "his vote, or a round closed once his turn was over",
                    self._replacement(verdict, number),
                )

    def _had_his_turn(self, verdict: Verdict, number: int) -> bool:
        anchor = self._anchor(verdict)
        earlier = [root.time for root in self._closings(anchor, number - 1)]
        ends = ends_at(number, anchor.time, earlier, self._campaign.terms.settle_window)
        own = [root.time for root in self._closings(anchor, number)]
        who = self.reviewers(verdict, number + 1)[number:]
        said = self._campaign.reveals.get((verdict.item, number, who[0])) if who else None
        return had_his_turn(ends, own, self._settled_at, said.time if said else None)

    def _closings(self, anchor: Anchor, number: int) -> list[VotesCommitted]:
        """Roots of a round by whoever may close it, over as many leaves as the anchor has items."""
        found = [self._campaign.commit_roots.get((anchor.first_item, number, who)) for who in self._closers(anchor)]
        return [root for root in found if root is not None and root.count == anchor.count]

    def _closers(self, anchor: Anchor) -> list[str]:
        return list(dict.fromkeys((anchor.anchorer, self._facts.posted.settler)))

    def _replacement(self, verdict: Verdict, number: int) -> Prove:
        contract, posted, terms = self._network.contracts.vote_faults, self._facts.posted, self._campaign.terms
        anchor, at = self._anchor(verdict), self._counted(verdict)

        def stored(round_: int, who: str) -> RootAt:
            root = self._campaign.commit_roots.get((anchor.first_item, round_, who))
            return RootAt(root.root, root.count, root.time) if root else RootAt.none()

        turns = tuple(Turn(stored(number - 1, who), stored(number, who)) for who in self._closers(anchor))
        return lambda signer: contract.prove_replaced(signer, posted, terms, at, anchor, number, turns)

    def reviewers(self, verdict: Verdict, count: int) -> tuple[str, ...]:
        """Who was to be asked about an item; nobody while its anchor has no seed."""
        seed = self._campaign.seeds.get(self._anchor(verdict).first_item)
        if seed is None:
            return ()
        contracts = self._network.contracts
        lot = Lot(contracts.chain.chain_id, contracts.reviewers.address, self._campaign.id, verdict.item, seed)
        return draw(lot, count, self._campaign.pool_of(verdict.item, verdict.contributor))

    def _commit(self, verdict: Verdict, index: int, vote: CountedVote) -> Iterator[VoteFault]:
        absence = self.absence(verdict, vote)
        if absence is not None:
            contract, posted, terms = self._network.contracts.vote_faults, self._facts.posted, self._campaign.terms
            anchor, at = self._anchor(verdict), self._counted(verdict)
            yield VoteFault(
                verdict.item,
                "proveCommit",
                index,
                vote.commit.hex(),
                "a commit on chain",
                lambda signer: contract.prove_commit(signer, posted, terms, at, anchor, index, absence),
            )

    def absence(self, verdict: Verdict, vote: CountedVote) -> Absence | None:
        """What shows that a vote's commit stands nowhere; ``None`` if it stands, or a root's leaves are not known."""
        own = self._campaign.own_commits.get((verdict.item, vote.round, vote.reviewer))
        if own is not None and own.commit == vote.commit and own.time <= self._settled_at:
            return None
        anchor, roots = self._anchor(verdict), []
        for operator in self._closers(anchor):
            root = self._root(anchor, verdict, vote, operator)
            if root is None:
                return None
            roots.append(root)
        return Absence(own.commit if own else ZERO_WORD, own.time if own else 0, tuple(roots))

    def _root(self, anchor: Anchor, verdict: Verdict, vote: CountedVote, operator: str) -> CommitRoot | None:
        """An operator's root, shown not to hold a vote's commit; ``None`` if that cannot be shown."""
        stored = self._campaign.commit_roots.get((anchor.first_item, vote.round, operator))
        if stored is None:
            return CommitRoot.none()
        if stored.count != anchor.count or stored.time > self._settled_at:
            return CommitRoot(stored.root, stored.count, stored.time, ZERO_WORD, ())
        tree, at = self._tree(anchor, verdict, vote, stored.root), verdict.item - anchor.first_item
        if tree is None or tree.levels[0][at] == self._leaf(verdict, vote):
            return None
        return CommitRoot(stored.root, stored.count, stored.time, tree.levels[0][at], tree.proof(at))

    def _tree(self, anchor: Anchor, verdict: Verdict, vote: CountedVote, root: bytes) -> Tree | None:
        """The tree under a stored root, if what is published gives it: the counted commits, with the counted one, none,
        or an opened one at this item's place."""
        leaves, alone = round_leaves(self._network, self._whole, anchor, vote.round)
        at = verdict.item - anchor.first_item
        domain = self._network.contracts.campaigns_domain
        opened = [
            VoteCommit(self._campaign.id, item, number, who, e.ballot.commit(domain), b"").leaf(domain)
            for (item, number, who), e in self._campaign.reveals.items()
            if (item, number) == (verdict.item, vote.round)
        ]
        for leaf in (leaves[at], ZERO_WORD, *opened):
            found = leaves_under(root, [*leaves[:at], leaf, *leaves[at + 1 :]], [one for one in alone if one != at])
            if found is not None:
                return build(found)
        return None

    def _leaf(self, verdict: Verdict, vote: CountedVote) -> bytes:
        domain = self._network.contracts.campaigns_domain
        commit = VoteCommit(self._campaign.id, verdict.item, vote.round, vote.reviewer, vote.commit, b"")
        return commit.leaf(domain)

    def _opened(self, verdict: Verdict, index: int, vote: CountedVote) -> Iterator[VoteFault]:
        expected = (self._campaign.id, verdict.item, vote.round, vote.reviewer, vote.verdict)
        for ballot in self._openings(verdict, index, vote):
            said = (ballot.campaign, ballot.item, ballot.round, ballot.reviewer, ballot.verdict)
            if said != expected:
                yield VoteFault(
                    verdict.item,
                    "proveReveal",
                    index,
                    f"{vote.reviewer} says {vote.verdict}",
                    f"{ballot.reviewer} says {ballot.verdict}",
                    self._reveal(verdict, index, ballot),
                )
                return

    def _reveal(self, verdict: Verdict, index: int, ballot: VoteOpening) -> Prove:
        contract, posted, at = self._network.contracts.vote_faults, self._facts.posted, self._counted(verdict)
        return lambda signer: contract.prove_reveal(signer, posted, at, index, ballot)

    def _openings(self, verdict: Verdict, index: int, vote: CountedVote) -> Iterator[VoteOpening]:
        """What opens a vote's commit: shown on chain, or published with the settlement."""
        domain = self._network.contracts.campaigns_domain
        for (item, _, _), event in self._campaign.reveals.items():
            if item == verdict.item and event.ballot.commit(domain) == vote.commit:
                yield event.ballot
        if index < len(verdict.ballots) and verdict.ballots[index]:
            with suppress(BlobNotFoundError, CorruptBlockError, RecordError):
                ballot = opening_of(self._network.record(Ballot, verdict.ballots[index]))
                if ballot.commit(domain) == vote.commit:
                    yield ballot

    def _weight(self, verdict: Verdict, index: int, vote: CountedVote, weights: Cited) -> Iterator[VoteFault]:
        right = weights.weight(vote.reviewer)
        if vote.weight != right:
            contracts, posted = self._network.contracts, self._facts.posted
            at, address = self._counted(verdict), contracts.reputation.address
            lookup = weights.lookup(contracts.chain.chain_id, address, vote.reviewer)
            yield VoteFault(
                verdict.item,
                "proveWeight",
                index,
                str(vote.weight),
                str(right),
                lambda signer: contracts.vote_faults.prove_weight(signer, posted, at, index, lookup),
            )

    def _omitted(self, verdict: Verdict) -> Iterator[VoteFault]:
        for (item, number, who), event in self._campaign.reveals.items():
            if item != verdict.item or event.time >= self._settled_at:
                continue
            wanted = rounds_of(v.round for v in verdict.votes) <= number < MAX_PLACES and self.undecided(verdict)
            if wanted and self.reviewers(verdict, number + 1)[number:] == (who,):
                yield VoteFault(
                    verdict.item,
                    "proveOmitted",
                    number,
                    f"{len(verdict.votes)} votes",
                    f"the vote of {who} as well",
                    self._omission(verdict, number, who),
                )

    def _omission(self, verdict: Verdict, number: int, who: str) -> Prove:
        contract, posted, terms = self._network.contracts.vote_faults, self._facts.posted, self._campaign.terms
        anchor, at = self._anchor(verdict), self._counted(verdict)
        return lambda signer: contract.prove_omitted(signer, posted, terms, at, anchor, number, who)

    def undecided(self, verdict: Verdict) -> bool:
        """Whether the rule asks for one more vote, as the contract can tell: of clear items only the audited."""
        count, value = len(verdict.votes), total(verdict.llr, verdict.prior, verdict.votes)
        seed = self._campaign.seeds.get(self._anchor(verdict).first_item)
        if seed is None or verdict.byte == MISSING or count >= MAX_VOTES:
            return False
        if count == 0:
            return abs(value) < SKIP_SUM or audited(seed, verdict.item)
        return count < MIN_VOTES or abs(value) < STOP_SUM

    def _anchor(self, verdict: Verdict) -> Anchor:
        return self._campaign.anchor_of(verdict.item)

    def _counted(self, verdict: Verdict) -> Counted:
        at = verdict.item - self._facts.posted.first_item
        votes = Vote.all_of(verdict.votes)
        return Counted(self._whole.items[at], self._whole.item_tree.proof(at), votes)


def opening_of(ballot: Ballot) -> VoteOpening:
    """A ballot as the contracts take it."""
    return VoteOpening(
        ballot.campaign,
        ballot.item,
        ballot.round,
        ballot.reviewer,
        ballot.verdict,
        codec.digest(ballot.reasons),
        ballot.salt,
    )
