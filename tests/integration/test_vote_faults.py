"""Lies about votes on the real contracts: the watcher finds each, proves it, and the settlement is void."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.integration.test_audit_on_chain import Campaign, R

from headwater.chain.structs import Draw, settlement_key
from headwater.client.network import Network
from headwater.client.watch import patrol
from headwater.client.watch_votes import opening_of
from headwater.market import assemble, value
from headwater.primitives.amounts import Amount
from headwater.primitives.hashing import keccak256
from headwater.records.verdict import CountedVote, Verdict
from headwater.records.vote import ACCEPT, REJECT, Ballot, Evidence, Reasons

if TYPE_CHECKING:
    from tests.integration.conftest import Town

pytestmark = pytest.mark.chain
Lie = Callable[["Story"], list[Verdict]]


class Story(Campaign):
    """One campaign, anchored, its two items reviewed honestly."""

    def __init__(self, town: Town) -> None:
        super().__init__(town)
        self.clips = [self.clip(0, b"picked" * 1000), self.clip(1, b"other" * 1000)]
        self.made, self.seed = self.anchor(self.clips)
        self.reputation = bytes(32)

    def network(self) -> Network:
        return Network(self.c, self.blobs)

    def honest(self) -> list[Verdict]:
        return self.verdicts(self.clips, self.made, self.seed)

    def with_votes(self, verdict: Verdict, votes: tuple[CountedVote, ...], ballots: int) -> Verdict:
        """The verdict the rule makes of these votes."""
        worth = value(verdict.llr, 0, votes, threshold=0, unit_reward=R, novelty=verdict.novelty)
        return replace(
            verdict,
            votes=votes,
            ballots=verdict.ballots[:ballots],
            byte=worth.byte,
            reward=Amount(worth.reward),
            score=worth.score,
        )

    def settled(self, verdicts: list[Verdict]) -> None:
        where = (self.c.chain.chain_id, self.c.settlement.address)
        made = assemble(*where, settlement_key(self.id, 0, 0), self.terms, self.op.address, verdicts)
        self.settle(self.op, made, self.clips, self.made, [])


def flipped(story: Story) -> list[Verdict]:
    first, second = story.honest()
    votes = (replace(first.votes[0], verdict=REJECT), *first.votes[1:])
    return [story.with_votes(first, votes, 2), second]


def not_drawn(story: Story) -> list[Verdict]:
    first, second = story.honest()
    a, b = first.votes
    votes = (replace(a, reviewer=b.reviewer), replace(b, reviewer=a.reviewer))
    return [story.with_votes(first, votes, 2), second]


def heavy(story: Story) -> list[Verdict]:
    first, second = story.honest()
    return [story.with_votes(first, (replace(first.votes[0], weight=2944), *first.votes[1:]), 2), second]


def uncommitted(story: Story) -> list[Verdict]:
    story.commit_rounds = lambda anchor, clips, votes: None  # type: ignore[method-assign]
    return story.honest()


def made_up(story: Story) -> list[Verdict]:
    """One more vote of a reviewer who had his, in a round nobody was asked in."""
    first, second = story.honest()
    votes = (*first.votes, CountedVote(first.votes[0].reviewer, 2, ACCEPT, 847, keccak256(b"made up")))
    return [story.with_votes(first, votes, 2), second]


def left_out(story: Story) -> list[Verdict]:
    """The first drawn rejected and opened it on chain; the settler would rather not have heard."""
    first, second = story.honest()
    who = next(r for r in story.reviewers if r.address == first.votes[0].reviewer)
    reasons = Reasons((Evidence("dropped", 0, 100),), "")
    ballot = Ballot(story.id, 0, 0, who.address, REJECT, reasons, b"s" * 32)
    commit = ballot.commit(story.c.campaigns_domain)
    own = story.c.campaigns.commit_vote(who, story.id, 0, 0, commit)
    story.town.skip(2)
    time = story.c.chain.now(own.block)
    story.c.campaigns.reveal_vote(who, opening_of(ballot), time)
    story.town.skip(2)
    return [story.with_votes(first, (), 0), second]


LIES: list[tuple[str, Lie]] = [
    ("proveReveal", flipped),
    ("proveDraw", not_drawn),
    ("proveWeight", heavy),
    ("proveCommit", uncommitted),
    ("proveVerdict", made_up),  # proveDraw holds, too; the sum is looked at first
    ("proveOmitted", left_out),
]


@pytest.fixture(scope="module")
def story(town: Town) -> Story:
    return Story(town)


@pytest.mark.parametrize(("function", "lie"), LIES, ids=lambda one: getattr(one, "__name__", one))
def test_attack_lies_about_votes_are_proven_by_the_watcher(story: Story, function: str, lie: Lie) -> None:
    before = story.c.chain.request("evm_snapshot")
    try:
        story.settled(lie(story))
        (proven,) = patrol(story.network(), story.town.account())
        assert proven.fault.function == function
        (facts,) = story.network().ledger().settlements.values()
        assert not facts.standing
    finally:
        story.__dict__.pop("commit_rounds", None)
        story.c.chain.request("evm_revert", before)


def test_honest_votes_are_left_alone(story: Story) -> None:
    before = story.c.chain.request("evm_snapshot")
    story.settled(story.honest())
    assert patrol(story.network(), story.town.account()) == []
    story.c.chain.request("evm_revert", before)


def test_the_chain_draws_as_python_does(story: Story) -> None:
    facts = story.network().ledger().campaign(story.id)
    anchor, clip = facts.anchors[0], story.clips[0]
    draw = Draw(story.id, 0, story.seed, anchor.weights, clip.given.contributor, anchor.anchorer)
    drawn = story.c.reviewers.drawn(draw, 9)
    assert sorted(drawn) == sorted(c.address for c in facts.pool_of(0, clip.given.contributor))
    assert anchor.weights == story.c.reviewers.state()
