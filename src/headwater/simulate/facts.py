"""What final settlements and epochs say: the state of the mechanism, and how a settlement adds to it."""

from __future__ import annotations

from dataclasses import dataclass, field

from headwater.catalog.reputation import rows_of
from headwater.market import Draft, Known
from headwater.records.verdict import Verdict
from headwater.records.vote import ACCEPT, REJECT
from headwater.review import (
    Agreement,
    Answer,
    GoldTally,
    Reviewed,
    agreements,
    changes_of,
    decode_changes,
    encode_changes,
    records_after,
    suspended,
)
from headwater.review.gold import WINDOW_ASKED
from headwater.review.siding import Split, splits
from headwater.simulate.alarms import Alarms
from headwater.simulate.jury import Rulings
from headwater.simulate.world import PLANTED, RINGS, SPAM, World

CAMPAIGN = 1


@dataclass
class Facts:
    """What final settlements and epochs say: the state of the mechanism, and all of it."""

    outcomes: dict[str, list[bool]] = field(default_factory=dict)
    records: dict[str, tuple[int, int]] = field(default_factory=dict)
    gold: dict[str, GoldTally] = field(default_factory=dict)
    answers: dict[str, list[bool]] = field(default_factory=dict)
    agreement: dict[str, Agreement] = field(default_factory=dict)
    split: dict[str, list[Split]] = field(default_factory=dict)
    alarms: Alarms = field(default_factory=dict)

    def weights(self) -> dict[str, int]:
        """What votes weigh; who is not in it weighs the start weight."""
        return {row.reviewer: row.weight for row in rows_of(self.records)}

    def known(self) -> Known:
        """What pay needs."""
        gold = {who: tally.balanced for who, tally in self.gold.items()}
        return Known({who: part for who, part in gold.items() if part is not None}, dict(self.agreement))

    def seasoned(self) -> frozenset[str]:
        """Reviewers with a whole window of gold answers."""
        return frozenset(who for who, right in self.answers.items() if len(right) >= WINDOW_ASKED)

    def out(self) -> frozenset[str]:
        """Suspended reviewers."""
        return frozenset(who for who, right in self.answers.items() if suspended(right))


@dataclass(frozen=True)
class Batch:
    """One anchor, settled; ``seasoned`` are the reviewers of whom 40 gold answers or more were known by then."""

    first: int
    draft: Draft
    rulings: Rulings
    seasoned: frozenset[str]


def group_of(world: World, item: int) -> str:
    """Whose items are looked at together: a contributor's, or those of the newcomers one operator sponsors."""
    fresh = world.kind[item] in (RINGS, SPAM) and not world.setup.ring_names
    return "newcomers" if fresh or world.kind[item] == PLANTED else world.contributors[item]


def _split(facts: Facts, world: World, verdict: Verdict) -> None:
    """Who disagreed about an item, for those who look for siding."""
    if world.setup.looks:
        votes = [(vote.reviewer, vote.verdict == ACCEPT) for vote in verdict.votes]
        found = splits([(verdict.byte == ACCEPT, votes)])
        facts.split.setdefault(group_of(world, verdict.item), []).extend(found)


def learn(facts: Facts, world: World, batch: Batch) -> None:
    """What a final settlement adds to what is known; the secret of its gold is out by then."""
    answers = list[Answer]()
    for verdict in batch.draft.verdicts:
        _split(facts, world, verdict)
        facts.outcomes.setdefault(verdict.contributor, []).append(verdict.byte == ACCEPT)
        truth = batch.rulings[verdict.item].finding if verdict.item in batch.rulings else None
        if world.kind[verdict.item] == PLANTED:
            truth = bool(world.good[verdict.item])
        if truth is None:
            continue
        for vote in verdict.votes:
            right, gold = (vote.verdict == ACCEPT) == truth, world.kind[verdict.item] == PLANTED
            answers.append(Answer(CAMPAIGN, verdict.item, vote.round, vote.reviewer, right, not gold))
            if gold:
                tally = facts.gold.get(vote.reviewer, GoldTally())
                facts.gold[vote.reviewer] = tally.plus(ACCEPT if truth else REJECT, right)
                facts.answers.setdefault(vote.reviewer, []).append(right)
    if answers:
        posted = encode_changes(changes_of(answers))
        facts.records = records_after(facts.records, decode_changes(posted))
    seen = (Reviewed(v.llr, v.prior, world.setup.threshold, v.votes) for v in batch.draft.verdicts)
    for who, now in agreements(seen).items():
        facts.agreement[who] = facts.agreement.get(who, Agreement()) + now
