"""Small versions of what ``bench/review_simulation.py`` measures: seconds each, and every bound can fail."""

from __future__ import annotations

from dataclasses import replace
from statistics import fmean

import pytest

from headwater.review import judge
from headwater.simulate import scenarios
from headwater.simulate.figures import Figures
from headwater.simulate.play import CHAIN, SETTLEMENT, play, terms_of
from headwater.simulate.run import many
from headwater.simulate.setup import HONEST, RING, Setup
from headwater.simulate.world import PLANTED, make

ITEMS = 800


def means(setup: Setup, seeds: int = 2) -> Figures:
    rows = many(setup.scaled(ITEMS), range(1, seeds + 1), processes=1)
    return {name: fmean(row[name] for row in rows) for name in rows[0]}


def test_benign_beats_five_votes_with_little_more_than_half_of_them() -> None:
    found = means(scenarios.SETUPS["benign"])
    assert found["accuracy"] >= found["majority of five"] + 0.02
    assert found["votes an item"] < 3.3
    assert 0.07 < found["gold share"] < 0.13


def test_attack_always_accept() -> None:
    found = means(scenarios.SETUPS["always"])
    assert found["accuracy"] > 0.92
    assert found["majority of five"] < 0.90
    assert found["pay: always"] == 0 < found["pay: honest"]


def test_attack_ring_that_behaves_on_gold() -> None:
    found = means(scenarios.SETUPS["ring"], seeds=3)
    assert found["ring accepted"] < 0.40
    assert found["ring return"] < 0.05
    free = means(replace(scenarios.SETUPS["ring"], crew={RING: 0.8}), seeds=1)
    assert free["ring accepted"] > 0.5  # what the simulator would say if the mechanism did not hold


def test_attack_spam_under_fresh_names() -> None:
    found = means(scenarios.SETUPS["spam"])
    assert found["spam return"] < -0.3
    cheap = means(replace(scenarios.SETUPS["spam"], deposit_bps=0), seeds=1)
    assert cheap["spam return"] >= 0


def test_gold_puts_lazy_reviewers_out_and_honest_ones_seldom() -> None:
    setup = replace(scenarios.seasoned(3_000), suspend=True, reviewers=20, skill=(0.8, 0.95))
    crew = dict.fromkeys(("always", "coin", "follower"), 0.05)
    played = play(make(replace(setup, crew=crew), 1))
    out = [
        does
        for who, does in zip(played.world.reviewers, played.world.strategy, strict=True)
        if who in played.facts.out()
    ]
    assert len([does for does in out if does != HONEST]) >= 2
    assert out.count(HONEST) == 0


@pytest.fixture(scope="module")
def small() -> Setup:
    return scenarios.SETUPS["jury"].scaled(300)


def test_a_seed_is_a_world(small: Setup) -> None:
    one, again, other = (play(make(small, seed)) for seed in (3, 3, 4))
    roots = [[batch.draft.item_tree.root for batch in played.batches] for played in (one, again, other)]
    assert roots[0] == roots[1] != roots[2]


def test_what_it_plays_is_what_the_rules_say(small: Setup) -> None:
    """A settlement of the simulator is one the network would take: its parts recomputed from its verdicts."""
    played = play(make(small, 5))
    terms = terms_of(small)
    for batch in played.batches:
        made = batch.draft
        for item, verdict in zip(made.items, made.verdicts, strict=True):
            assert (verdict.byte == 1) == judge(
                verdict.llr, verdict.prior, verdict.votes, terms.threshold_milli
            ).accepted
            assert made.item_tree.proof(item.item - batch.first) is not None
        leaves = [item.leaf(CHAIN, SETTLEMENT, made.key) for item in made.items]
        assert tuple(leaves) == made.item_tree.levels[0]


def test_planted_gold_is_balanced_and_half_of_it_errs_with_the_check() -> None:
    world = make(scenarios.SETUPS["benign"].scaled(2_000), 1)
    gold = world.kind == PLANTED
    errs = (world.llr > 0) != world.good
    assert world.good[gold].mean() == pytest.approx(0.5, abs=0.01)
    assert errs[gold].mean() == pytest.approx(0.5, abs=0.02)
    assert errs[~gold].mean() < 0.3
