"""A campaign played through: every draw, stop, verdict, payment and record by the code of ``review`` and ``market``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from headwater.chain.structs import PRICE_MODE, Terms, settlement_key
from headwater.market import draft
from headwater.market.reward import value
from headwater.primitives.amounts import Amount
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.primitives.ids import ZERO_ADDRESS
from headwater.records.verdict import CountedVote, Verdict
from headwater.records.vote import ACCEPT, REJECT
from headwater.review import (
    MAX_VOTES,
    START_WEIGHT,
    Candidate,
    Lot,
    Step,
    draw,
    eligible,
    next_step,
    prior,
)
from headwater.simulate.alarms import Alarms, look
from headwater.simulate.facts import CAMPAIGN, Batch, Facts, group_of, learn
from headwater.simulate.jury import Case, Rulings, hear
from headwater.simulate.setup import RING, R, Setup
from headwater.simulate.world import PLANTED, RINGS, Bools, World

CHAIN = 31337
REVIEWERS, SETTLEMENT, OPERATOR = ("0x" + text * 20 for text in ("4e", "5e", "0b"))
STAKE = 10**20
_FIRST_PLACES = 3


def terms_of(setup: Setup) -> Terms:
    """The campaign's terms, as far as arithmetic asks."""
    return Terms(
        requester=ZERO_ADDRESS,
        token=ZERO_ADDRESS,
        spec_digest=ZERO_WORD,
        unit_reward=R,
        threshold_milli=setup.threshold,
        review_fee_bps=setup.review_fee_bps,
        operator_fee_bps=setup.operator_fee_bps,
        deposit_bps=setup.deposit_bps,
        owner_bps=0,
        fee_bps=0,
        deadline=0,
        settle_window=0,
        challenge_window=0,
        lapse_window=0,
        mode=PRICE_MODE,
        licence=ZERO_WORD,
        purposes=0,
        regions=0,
        minimum_age=0,
        pool=0,
        pool_floor=0,
    )


@dataclass(frozen=True)
class Played:
    """A campaign from its first anchor to its last settlement."""

    world: World
    batches: tuple[Batch, ...]
    facts: Facts

    @property
    def verdicts(self) -> list[Verdict]:
        return [verdict for batch in self.batches for verdict in batch.draft.verdicts]

    def facts_before(self, number: int) -> Facts:
        """What was known when batch ``number`` was anchored."""
        facts = Facts()
        for batch in self.batches[: max(0, number - self.world.setup.lag)]:
            learn(facts, self.world, batch)
        return facts


def play(world: World, progress: Callable[[int, int], None] | None = None) -> Played:
    """Plays a world through.

    Args:
        progress: told how many items are settled, of how many.
    """
    setup, facts, batches = world.setup, Facts(), list[Batch]()
    count = len(world.kind)
    pause = max(1, count // setup.anchor // (setup.looks + 1))
    for first in range(0, count, setup.anchor):
        settled = len(batches) - 1 - setup.lag
        if settled >= 0:
            learn(facts, world, batches[settled])
        if setup.looks and batches and len(batches) % pause == 0:
            facts.alarms = look(facts.split, facts.records, len(batches))
        batches.append(_anchor(world, facts, first, min(first + setup.anchor, count), batches))
        if progress:
            progress(min(first + setup.anchor, count), count)
    for batch in batches[max(0, len(batches) - 1 - setup.lag) :]:
        learn(facts, world, batch)
    return Played(world, tuple(batches), facts)


def _anchor(world: World, facts: Facts, first: int, stop: int, before: Sequence[Batch]) -> Batch:
    setup = world.setup
    seed = seed_of(world, first)
    out = facts.out() if setup.suspend else frozenset()
    weights, opinions = facts.weights(), world.votes(first, stop)
    place = {who: n for n, who in enumerate(world.reviewers)}
    panel = _Panel(world, seed, candidates(world, out), weights, place)
    verdicts = [panel.judge(facts, item, opinions[item - first]) for item in range(first, stop)]
    key = settlement_key(CAMPAIGN, first, 0)
    made = draft(CHAIN, SETTLEMENT, key, terms_of(setup), OPERATOR, verdicts, facts.known())
    return Batch(first, made, _rulings(world, verdicts, facts.alarms), facts.seasoned())


def seed_of(world: World, first: int) -> bytes:
    """The seed of the anchor that starts with item ``first``."""
    return keccak256(b"simulated block" + world.seed.to_bytes(8, "big") + first.to_bytes(8, "big"))


def candidates(world: World, out: frozenset[str]) -> tuple[Candidate, ...]:
    """Reviewers with their draw weights; the ring's stake may weigh less for its age."""
    ring = round(STAKE * world.setup.ring_age)
    pairs = zip(world.reviewers, world.strategy, strict=True)
    return tuple(Candidate(who, ring if does == RING else STAKE) for who, does in pairs if who not in out)


@dataclass(frozen=True)
class _Panel:
    """Who can be asked about the items of one anchor."""

    world: World
    seed: bytes
    pool: tuple[Candidate, ...]
    weights: Mapping[str, int]
    place: Mapping[str, int]

    def judge(self, facts: Facts, item: int, opinions: Bools) -> Verdict:
        """Asks until the rule has heard enough, and values the item."""
        world = self.world
        who, llr = world.contributors[item], int(world.llr[item])
        outcomes = facts.outcomes.get(who, ())
        record, votes = prior(outcomes), tuple[CountedVote, ...]()
        pool, drawn = eligible(self.pool, (*self._linked(item), *self._siding(facts, item))), tuple[str, ...]()
        lot = Lot(CHAIN, REVIEWERS, CAMPAIGN, item, self.seed)
        while next_step(llr, record, len(outcomes), votes, self.seed, item, len(pool)) is Step.ASK:
            if len(votes) == len(drawn):
                drawn = draw(lot, min(MAX_VOTES, len(drawn) + _FIRST_PLACES), pool)
            reviewer = drawn[len(votes)]
            said = ACCEPT if opinions[self.place[reviewer]] else REJECT
            commit = item.to_bytes(31, "big") + bytes([len(votes)])
            votes += (CountedVote(reviewer, len(votes), said, self.weights.get(reviewer, START_WEIGHT), commit),)
        return verdict_of(world, item, record, votes)

    def _siding(self, facts: Facts, item: int) -> frozenset[str]:
        """Reviewers who are kept apart from the item's contributor."""
        if not self.world.setup.apart:
            return frozenset()
        return facts.alarms.get(group_of(self.world, item), frozenset())

    def _linked(self, item: int) -> tuple[str, ...]:
        """Contributor, anchorer, and the ring's reviewers whose money comes from where its contributors' does."""
        world = self.world
        if world.kind[item] != RINGS or not world.setup.linked:
            return world.contributors[item], OPERATOR
        ring = [who for who, does in zip(world.reviewers, world.strategy, strict=True) if does == RING]
        return world.contributors[item], OPERATOR, *ring[: round(world.setup.linked * len(ring))]


def verdict_of(world: World, item: int, record: int, votes: tuple[CountedVote, ...], novelty: int = 10_000) -> Verdict:
    """The verdict record of an item."""
    llr, setup = int(world.llr[item]), world.setup
    worth = value(llr, record, votes, threshold=setup.threshold, unit_reward=R, novelty=novelty)
    return Verdict(
        item=item,
        contributor=world.contributors[item],
        contribution=keccak256(b"contribution" + item.to_bytes(8, "big")),
        llr=llr,
        prior=record,
        votes=votes,
        grade=100,
        novelty=novelty,
        byte=worth.byte,
        reward=Amount(worth.reward),
        score=worth.score,
        opening=ZERO_WORD,
        report="",
        index="",
        ballots=(),
        reason="",
    )


def _rulings(world: World, verdicts: Sequence[Verdict], alarms: Alarms) -> Rulings:
    if not world.setup.jury:
        return {}
    ours = [verdict for verdict in verdicts if world.kind[verdict.item] != PLANTED]
    return hear(world, [Case(v.item, v.byte, bool(v.votes), group_of(world, v.item) in alarms) for v in ours])
