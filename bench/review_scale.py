"""A million contributions from the draw to the settlement trees, through the code an operator runs, on two processes.

Set-up. 977 anchors of 1,024 items (the last has fewer). Reviewers' weights are 300 stakes of 10 to 1,000; each of 2,000
contributors has a record; the checks' llr is drawn from N(+-1.08, 1.47), an AUC of .85, and 70 % of the items are good.
A reviewer is right with a skill of .70 to .95 and has the weight of that skill over 40 gold items. All is drawn from
the anchor's number. Of each item: whether people are asked, places drawn one by one until the rule is sure, verdict,
quality, reward; of each anchor one settlement: reviewers' pay, books, item tree, pay tree. Votes are given, not signed.
Not in it: commits, signatures, records written, chain.

*CPU* is both processes', *time* the clock's, *memory* no less than all processes held. Merkle trees: the same 200,000
leaves by ``primitives.merkle`` and by OpenZeppelin's package in Node, CPU seconds; its *standard* tree hashes leaves
twice, as ours are before they come, so ours is given the same work there.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import cache

from headwater.chain.structs import ACCEPTED, Terms, settlement_key
from headwater.market.reward import value
from headwater.market.settlement import draft
from headwater.primitives.amounts import Amount
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address
from headwater.primitives.merkle import build
from headwater.records.verdict import CountedVote, Verdict
from headwater.review import Candidate, Lot, Step, next_step, weight
from headwater.review.urn import Urn
from report import ROOT, Goal, Row

ITEMS, BATCH, LEAVES = 1_000_000, 1_024, 200_000
CHAIN, REWARD = 31337, 25 * 10**6
ZERO = bytes(32)


def rows(items: int = ITEMS) -> Iterator[Row]:
    """The pipeline, then the trees."""
    start, used = time.perf_counter(), _cpu()
    with ProcessPoolExecutor(2) as pool:
        firsts = range(0, items, BATCH)
        done = list(pool.map(settled, firsts, [min(BATCH, items - first) for first in firsts], chunksize=4))
    clock, spent = time.perf_counter() - start, _cpu() - used
    assert len({root for root, _, _ in done}) == len(done)
    votes, accepted = sum(votes for _, votes, _ in done), sum(accepted for _, _, accepted in done)
    title = f"{items:,} contributions"
    yield Row(f"{title}: time on two processes", round(clock, 1), "s", Goal("<=", 60))
    yield Row(f"{title}: CPU", round(spent, 1), "s")
    yield Row(f"{title}: memory", round(_memory_gb(), 2), "GB", Goal("<=", 4))
    yield Row(f"{title}: votes an item", round(votes / items, 2), "votes")
    yield Row(f"{title}: accepted", round(100 * accepted / items, 1), "%")
    yield from trees()


def settled(first: int, count: int) -> tuple[bytes, int, int]:
    """One anchor: its item root, how many votes were cast, how many items accepted."""
    dice, seed = random.Random(first), keccak256(first.to_bytes(32, "big"))
    verdicts = [decided(dice, seed, item) for item in range(first, first + count)]
    who, contract = accounts(2)
    made = draft(CHAIN, contract, settlement_key(1, first, 0), terms(), who, verdicts)
    return made.item_tree.root, sum(len(v.votes) for v in verdicts), sum(v.byte == ACCEPTED for v in verdicts)


def decided(dice: random.Random, seed: bytes, item: int) -> Verdict:
    """One item: asked as the rule says, then judged and valued."""
    good = dice.random() < 0.7
    llr, prior = round(dice.gauss(1080 if good else -1080, 1470)), int(dice.uniform(-1000, 1500))
    who = accounts(3_000)
    contributor = who[int(dice.uniform(1_000, 3_000))]
    places = urn().places(Lot(CHAIN, who[0], 1, item, seed), (contributor, who[0]))
    votes: list[CountedVote] = []
    while next_step(llr, prior, 20, votes, seed, item, 300) is Step.ASK:
        reviewer = next(places)
        skill, heavy = reviewers()[reviewer]
        votes.append(CountedVote(reviewer, len(votes), int(good == (dice.random() < skill)), heavy, ZERO))
    given = tuple(votes)
    worth = value(llr, prior, given, threshold=terms().threshold_milli, unit_reward=REWARD)
    money = (100, 10_000, worth.byte, Amount(worth.reward), worth.score)
    return Verdict(item, contributor, item.to_bytes(32, "big"), llr, prior, given, *money, ZERO, "", "", (), "")


def trees() -> Iterator[Row]:
    """Ours beside OpenZeppelin's; theirs are left out, and that is said, where the package is not installed."""
    leaves = [number.to_bytes(32, "big") for number in range(LEAVES)]
    simple = _timed(lambda: build(leaves))
    standard = _timed(lambda: build([keccak256(keccak256(leaf)) for leaf in leaves]))
    if not (ROOT / "node_modules" / "@openzeppelin" / "merkle-tree").exists():
        print("no @openzeppelin/merkle-tree: npm install")
        return
    done = subprocess.run(["node", ROOT / "bench" / "merkle_peer.js", str(LEAVES)], capture_output=True, check=True)
    theirs = json.loads(done.stdout)
    for name, own in (("simple", simple), ("standard", standard)):
        title = f"tree of {LEAVES:,} leaves, {name}"
        yield Row(f"{title}: CPU", round(own, 2), "s", None, "@openzeppelin/merkle-tree", round(theirs[name], 2))
        yield Row(f"{title}: times as fast", round(theirs[name] / own, 1), "x", Goal(">=", 5))


@cache
def accounts(count: int) -> tuple[str, ...]:
    """So many accounts, always the same."""
    return tuple(checksum_address("0x" + keccak256(number.to_bytes(32, "big"))[:20].hex()) for number in range(count))


@cache
def urn() -> Urn:
    dice = random.Random(1)
    return Urn([Candidate(who, dice.randint(10, 1_000) * 10**18) for who in accounts(302)[2:]])


@cache
def reviewers() -> dict[str, tuple[float, int]]:
    """Skill and weight of each."""
    dice = random.Random(2)
    skills = {who: dice.uniform(0.70, 0.95) for who in accounts(302)[2:]}
    return {
        who: (skill, weight(28 + round(400 * skill), 12 + round(400 * (1 - skill)))) for who, skill in skills.items()
    }


@cache
def terms() -> Terms:
    who = accounts(1)[0]
    return Terms(
        requester=who,
        token=who,
        spec_digest=ZERO,
        unit_reward=REWARD,
        threshold_milli=1_500,
        review_fee_bps=300,
        operator_fee_bps=500,
        deposit_bps=5_000,
        owner_bps=2_000,
        fee_bps=250,
        deadline=0,
        settle_window=0,
        challenge_window=0,
        lapse_window=0,
        mode=0,
        licence=ZERO,
        purposes=0,
        regions=0,
        minimum_age=0,
        pool=0,
        pool_floor=0,
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def _cpu() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _memory_gb() -> float:
    """This process and twice the largest child: no less than what was held."""
    own, child = (resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return (own + 2 * child) * 1024 / 1e9
