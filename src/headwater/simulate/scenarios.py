"""Named set-ups, each with what attacks it."""

from __future__ import annotations

from dataclasses import replace

from headwater.simulate.setup import ALWAYS, COIN, FOLLOWER, RING, Setup

BENIGN = Setup()
_LAZY = {ALWAYS: 1 / 30, COIN: 1 / 30, FOLLOWER: 1 / 30}
_RING = replace(BENIGN, crew={RING: 0.3}, ring_flow=0.05, jury=True)

SETUPS: dict[str, Setup] = {
    "benign": BENIGN,
    "jury": replace(BENIGN, jury=True),
    "always": replace(BENIGN, crew={ALWAYS: 0.3}),
    "coins": replace(BENIGN, crew={COIN: 0.3}),
    "followers": replace(BENIGN, crew={FOLLOWER: 0.3}),
    "lazy": replace(BENIGN, crew=_LAZY),
    "ring": _RING,
    "ring-fresh": replace(_RING, ring_names=0),
    "ring-evading": replace(_RING, evade=1.0),
    "spam": replace(BENIGN, spam_flow=0.05),
}
MEASURES: dict[str, Setup] = {
    "as it is": _RING,
    "fresh names": replace(_RING, ring_names=0),
    "other jurors, 10 % the ring's": replace(_RING, jury_ring=0.1),
    "young stake weighs a quarter": replace(_RING, ring_age=0.25),
    "half the ring linked": replace(_RING, linked=0.5),
    "siding: to the jury": replace(_RING, looks=5),
    "siding: to the jury, kept apart": replace(_RING, looks=5, apart=True),
    "fresh names, siding: kept apart": replace(_RING, looks=5, apart=True, ring_names=0),
    "deposit R": replace(_RING, deposit_bps=10_000),
}
"""The ring against what might stop it, at any share of the stake."""
ABOUT = {
    "benign": "Honest reviewers, contributors of three sorts, no jury.",
    "jury": "The same with verdicts taken to juries.",
    "always": "30 % of the reviewers accept everything.",
    "coins": "30 % toss a coin.",
    "followers": "30 % repeat the automatic check.",
    "lazy": "A tenth of the reviewers is lazy, a third of them in each way: what does it earn?",
    "ring": "30 % of reviewers and jurors lie for the ring's bad items alone, 5 % of the flow, from 20 names.",
    "ring-fresh": "The same, each of its items under a new name: Sybils.",
    "ring-evading": "The same, from 20 names, its items looking good to the automatic check.",
    "spam": "5 % of the flow is rubbish, each item under a new name that an operator sponsors.",
}


def seasoned(items: int) -> Setup:
    """Few reviewers and many items, nobody suspended: what votes earn once 40 gold answers are known."""
    part = replace(BENIGN.scaled(items), reviewers=30, suspend=False)
    return replace(part, crew=_LAZY)
