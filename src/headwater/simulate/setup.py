"""What a simulated world consists of, every number that is assumed and none that is a rule."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Self

R = 1_000_000  # unit reward, smallest units
HONEST, ALWAYS, COIN, FOLLOWER, RING = "honest", "always", "coin", "follower", "ring"
STRATEGIES = (HONEST, ALWAYS, COIN, FOLLOWER, RING)


@dataclass(frozen=True)
class Setup:
    """A world. Counts are those of the full size (20,000 items); ``scaled`` shrinks all of them alike.

    Attributes:
        items: real items of the campaign; planted gold comes on top.
        contributors: how many, by the share of good items each delivers.
        reviewers, jurors: accounts of equal stake.
        crew: share of the reviewers that follow another strategy than honest.
        skill: bounds of an honest reviewer's accuracy; ``hard`` items (a share) are answered right at ``hard_skill``.
        separation: d' of the automatic check: its score is N(±d/2, 1), so its AUC is Phi(d / sqrt 2).
        planted: gold items for each real one.
        ring_flow: share of items that are the ring's, all bad; from ``ring_names`` accounts in turn, 0: a new one each.
        evade: how far the ring shifts its items' scores toward good ones, 0 to 1.
        spam_flow: share of items that are plain rubbish, a new account each, sponsored by one operator.
        jury: whether anybody takes verdicts to a jury.
        watch: chance that somebody takes a wrong acceptance to the jury.
        looks: how often in a campaign somebody tests who sides with whom; 0: never.
        pointed: chance that a wrong acceptance goes to the jury where such a test gave an alarm.
        apart: whether reviewers are no longer drawn for whom they are seen to side with.
        jury_ring: the ring's share of the jurors; ``None``: as among reviewers.
        ring_age: draw weight of the ring's stake over that of old stake, where weight grows with age.
        linked: share of the ring's reviewers whose funding account is that of its contributors.
        deposit_bps: of R. anchor: items an anchor and settlement. lag: anchors until a settlement's facts are final.
        effort: what an honest vote costs, in fees.
        suspend: whether gold puts reviewers out; only to see what they would have earned.
    """

    items: int = 20_000
    contributors: dict[float, int] = field(default_factory=lambda: {0.92: 280, 0.65: 80, 0.05: 40})
    reviewers: int = 300
    jurors: int = 300
    crew: dict[str, float] = field(default_factory=dict)
    skill: tuple[float, float] = (0.70, 0.95)
    hard: float = 0.10
    hard_skill: float = 0.55
    separation: float = 1.47
    planted: float = 0.0665
    ring_flow: float = 0.0
    ring_names: int = 20
    evade: float = 0.5
    spam_flow: float = 0.0
    jury: bool = False
    watch: float = 0.5
    looks: int = 0
    pointed: float = 0.95
    apart: bool = False
    jury_ring: float | None = None
    ring_age: float = 1.0
    linked: float = 0.0
    juror_skill: float = 0.88
    juror_hard_skill: float = 0.65
    deposit_bps: int = 5_000
    review_fee_bps: int = 300
    operator_fee_bps: int = 500
    threshold: int = 0
    anchor: int = 100
    lag: int = 1
    effort: float = 0.3
    suspend: bool = True

    def scaled(self, items: int) -> Self:
        """The same world with fewer items, and as many fewer people: all that counts per head stays."""
        part = items / self.items
        few = {good: max(1, round(count * part)) for good, count in self.contributors.items()}
        return replace(
            self,
            items=items,
            anchor=max(20, round(self.anchor * part)),
            contributors=few,
            reviewers=max(20, round(self.reviewers * part)),
            jurors=max(70, round(self.jurors * part)),
            ring_names=max(1, round(self.ring_names * part)) if self.ring_names else 0,
        )
