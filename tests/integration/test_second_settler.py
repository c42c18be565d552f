"""spec/settlement.md is enough: a settler in another language, written from it alone, posts what ours would have."""

from __future__ import annotations

import json
import random
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.integration.test_anvil_chain import opened

from headwater.chain import KeySigner
from headwater.chain import events as ev
from headwater.chain.settlement import Settlement
from headwater.chain.stakes import OPERATOR_ROLE
from headwater.chain.structs import Terms, opening_hash, settlement_key
from headwater.market import Draft, assemble, value
from headwater.primitives.amounts import Amount
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.primitives.ids import checksum_address
from headwater.records.verdict import CountedVote, Verdict

if TYPE_CHECKING:
    from tests.integration.conftest import Town

pytestmark = pytest.mark.chain
SETTLER = Path(__file__).parents[1] / "conformance" / "settler" / "settle.mjs"
REVIEWERS = [checksum_address(f"{n + 0x9000:040x}") for n in range(6)]


def some_verdicts(rng: random.Random, terms: Terms, first: int, count: int) -> list[Verdict]:
    """Items of every kind: accepted, rejected, forfeited, copies, missing, with and without votes."""
    made = []
    for number in range(first, first + count):
        missing = rng.random() < 0.1
        voters = [] if missing else rng.sample(REVIEWERS, rng.choice([0, 0, 2, 3, 5]))
        votes = tuple(
            CountedVote(who, n, rng.randint(0, 1), rng.randint(200, 2944), rng.randbytes(32))
            for n, who in enumerate(voters)
        )
        llr, prior = rng.randint(-5000, 9000), rng.randint(-2200, 2200)
        novelty = rng.choice([10_000, 10_000, 10_000, 0, 3_333])
        worth = value(
            llr, prior, votes, threshold=terms.threshold_milli, unit_reward=terms.unit_reward, novelty=novelty
        )
        made.append(
            Verdict(
                item=number,
                contributor=checksum_address(f"{rng.randint(1, max(2, count // 2)):040x}"),
                contribution=keccak256(b"clip %d" % number),
                llr=llr,
                prior=prior,
                votes=votes,
                grade=100,
                novelty=novelty,
                byte=3 if missing else worth.byte,
                reward=Amount(0 if missing else worth.reward),
                score=0 if missing else worth.score,
                opening=opening_hash(rng.randbytes(32), rng.randbytes(65)),
                report="",
                index="",
                ballots=(),
                reason="",
            )
        )
    return made


def run_settler(town: Town, secret: bytes, campaign: int, verdicts: Sequence[Verdict]) -> dict[str, Any]:
    c = town.contracts
    job = {
        "rpc": c.chain.url,
        "privateKey": "0x" + secret.hex(),
        "contracts": {"campaigns": c.campaigns.address, "settlement": c.settlement.address},
        "campaign": campaign,
        "evidence": "0x" + b"e".hex() * 32,
        "reputation": "0x" + ZERO_WORD.hex(),
        "items": [
            {
                "contributor": v.contributor,
                "contribution": "0x" + v.contribution.hex(),
                "opening": "0x" + v.opening.hex(),
                "llr": str(v.llr),
                "prior": str(v.prior),
                "grade": str(v.grade),
                "novelty": str(v.novelty),
                "missing": v.byte == 3,
                "votes": [
                    {
                        "reviewer": one.reviewer,
                        "round": one.round,
                        "verdict": one.verdict,
                        "weight": one.weight,
                        "commit": "0x" + one.commit.hex(),
                    }
                    for one in v.votes
                ],
            }
            for v in verdicts
        ],
    }
    done = subprocess.run(
        ["node", str(SETTLER)], input=json.dumps(job), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


@pytest.mark.parametrize(("sizes", "seed"), [((1,), 1), ((5, 3), 2), ((300,), 3)], ids=["one", "two anchors", "300"])
def test_a_stranger_settles_from_the_spec_alone(town: Town, sizes: tuple[int, ...], seed: int) -> None:
    c, rng = town.contracts, random.Random(seed)
    secret = rng.randbytes(32)
    operator = town.member(OPERATOR_ROLE, 10_000, KeySigner(secret))
    _, terms, campaign = opened(town, budget=10_000 * 10**6)
    for size in sizes:
        c.campaigns.anchor(operator, campaign, terms, rng.randbytes(32), size, rng.randbytes(32))
    verdicts = some_verdicts(rng, terms, 0, sum(sizes))
    shown = run_settler(town, secret, campaign, verdicts)
    assert shown["status"] == "success"

    key = settlement_key(campaign, 0, 0)
    ours: Draft = assemble(c.chain.chain_id, c.settlement.address, key, terms, operator.address, verdicts)
    posted = _settled(c.settlement, key).posted
    assert int(shown["key"]) == posted.key == key
    assert (posted.item_root, posted.pay_root) == (ours.item_tree.root, ours.pay_tree.root)
    assert (posted.total, posted.pay_count) == (ours.total, len(ours.books))
    assert _settled(c.settlement, key).verdicts == ours.bytes_
    town.skip(terms.challenge_window + 1)
    for book in ours.books[:2]:
        before = c.local_dollar.balance(book.pay.account)
        c.settlement.claim(operator, posted, book.pay, ours.pay_tree.proof(book.pay.index))
        assert c.local_dollar.balance(book.pay.account) == before + book.pay.amount


def _settled(contract: Settlement, key: int) -> ev.Settled:
    chain, deployment = contract.chain, contract.deployment
    found = ev.read_events(chain, deployment, deployment.block, chain.latest().number, [ev.Settled])
    return next(event for event in found if isinstance(event, ev.Settled) and event.key == key)
