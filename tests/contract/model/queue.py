"""The queue: anchors, seeds, vote commits, deposits of what was never settled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.contract.model.cast import CONTRIBUTORS, OPERATORS, PEOPLE, REVIEWERS
from tests.contract.model.clips import Batch, some_clips
from tests.contract.model.funding import changed, some_campaign
from tests.contract.model.node import View
from tests.contract.model.staking import OPERATOR, REVIEWER
from tests.contract.model.state import State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import Anchor, Terms, deposit_of, reserve_of
from headwater.primitives.abi import abi_hash
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.primitives.merkle import build

MOST_ITEMS = 1024
CID = keccak256(b"cid")


def anchor(
    s: State, who: str, campaign: int, terms: Terms, batch: Batch, root: bytes, count: int, *, direct: bool
) -> None:
    own = s.match(campaign, terms, "Campaigns_WrongTerms")
    need(s.time <= terms.deadline, "Campaigns_DeadlinePassed")
    need(1 <= count <= MOST_ITEMS, "Campaigns_CountOutOfRange")
    need(root != ZERO_WORD, "Campaigns_EmptyRoot")
    need(count * reserve_of(terms) <= own.unreserved, "Campaigns_NotUnreserved")
    s.anchor_count += 1
    own.anchors[own.anchored] = Anchor(
        s.anchor_count, own.anchored, count, who, s.time, s.block, direct, root, CID, s.weights.seal()
    )
    for place, one in enumerate(batch.clips):
        s.clips[campaign, own.anchored + place] = one
    s.agreed = [one for one in s.agreed if one not in batch.clips]
    own.anchored += count
    own.reserved += count * reserve_of(terms)
    s.lock(who, terms.token, count * deposit_of(terms), 0 if direct else OPERATOR)


def known(s: State, campaign: int, one: Anchor) -> None:
    own = s.campaigns.get(campaign)
    need(own and own.anchors.get(one.first_item) == one, "Campaigns_UnknownAnchor")


def record_seed(s: State, campaign: int, one: Anchor, seed: bytes) -> None:
    known(s, campaign, one)
    need(s.block >= one.block + 2, "Campaigns_SeedTooEarly")
    seeds = s.campaigns[campaign].seeds
    need(one.first_item not in seeds, "Campaigns_SeedExists")
    seeds[one.first_item] = seed


def commit_votes(s: State, who: str, key: tuple[int, int, int], root: bytes, count: int) -> None:
    need(who in s.members[OPERATOR], "Stakes_LacksRole")
    need(root != ZERO_WORD, "Campaigns_EmptyRoot")
    need(count, "Campaigns_CountOutOfRange")
    campaign, first, _ = key
    need(campaign in s.campaigns and first in s.campaigns[campaign].anchors, "Campaigns_UnknownAnchor")
    need((*key, who) not in s.commit_roots, "Campaigns_CommitExists")
    s.commit_roots[*key, who] = abi_hash(("bytes32", "uint32", "uint40"), (root, count, s.time))


def commit_vote(s: State, who: str, key: tuple[int, int, int], commit: bytes) -> None:
    need(who in s.members[REVIEWER], "Stakes_LacksRole")
    need(commit != ZERO_WORD, "Campaigns_EmptyRoot")
    campaign, item, _ = key
    need(campaign in s.campaigns and item < s.campaigns[campaign].anchored, "Campaigns_UnknownAnchor")
    need((*key, who) not in s.commits, "Campaigns_CommitExists")
    s.commits[*key, who] = abi_hash(("bytes32", "uint40"), (commit, s.time))


def reclaim(s: State, campaign: int, terms: Terms, one: Anchor) -> None:
    own = s.match(campaign, terms, "Campaigns_WrongTerms")
    known(s, campaign, one)
    need(own.lapsed_from is not None and one.first_item >= own.lapsed_from, "Campaigns_NotLapsed")
    del own.anchors[one.first_item]
    s.unlock(one.anchorer, terms.token, one.count * deposit_of(terms))


@step(weight=12, when=lambda world: roomy(world))
def anchor_a_batch(world: World, draw: Draw) -> None:
    """By an operator, in a campaign that has time and money for it."""
    campaign = draw.pick("open", roomy(world))
    room = room_in(world, campaign)
    anchor_some(world, draw, campaign, draw.pick("count", (min(room, 3), min(room, 1), min(room, 6))))


@step(weight=1, when=lambda world: world.s.campaigns)
def anchor_too_much(world: World, draw: Draw) -> None:
    """More than the escrow covers, nothing, more than an anchor holds, or too late."""
    campaign, _ = some_campaign(world, draw)
    anchor_some(world, draw, campaign, draw.pick("count", (room_in(world, campaign) + 1, 1, 0, MOST_ITEMS + 1)))


def anchor_some(world: World, draw: Draw, campaign: int, count: int) -> None:
    who = draw.who(draw.pick("operator", OPERATORS).address)
    batch = some_clips(world, draw, campaign, count)
    root = ZERO_WORD if draw.rarely("no root", 20) else batch.tree.root if count else keccak256(b"nothing")
    terms = changed(draw, world.s.campaigns[campaign].terms)
    effect = lambda s: anchor(s, who, campaign, terms, batch, root, count, direct=False)  # noqa: E731
    world.take(who, "Campaigns", "anchor", campaign, terms, root, count, CID, effect=effect)


def room_in(world: World, campaign: int) -> int:
    """Items its unreserved escrow still covers."""
    own = world.s.campaigns[campaign]
    return own.unreserved // (reserve_of(own.terms) or 1)  # a pool without fees reserves nothing


def roomy(world: World) -> list[int]:
    alive = [number for number, one in world.s.campaigns.items() if world.s.time < one.terms.deadline]
    return [number for number in alive if room_in(world, number)]


@step(weight=3, when=lambda world: world.s.campaigns, ready=lambda world: roomy(world))
def anchor_directly(world: World, draw: Draw) -> None:
    """A contributor for himself, if he has collateral."""
    campaign, terms = some_campaign(world, draw)
    if roomy(world) and not draw.rarely("any", 6):
        campaign = draw.pick("open", roomy(world))
        terms = world.s.campaigns[campaign].terms
    who = draw.who(draw.pick("contributor", CONTRIBUTORS).address)
    batch, given = some_clips(world, draw, campaign, 1, who), changed(draw, terms)
    root = batch.tree.root
    effect = lambda s: anchor(s, who, campaign, given, batch, root, 1, direct=True)  # noqa: E731
    world.take(who, "Campaigns", "anchorDirect", campaign, given, root, CID, effect=effect)


@step(weight=5, when=lambda world: anchors(world), ready=lambda world: seedless(world))
def record_a_seed(world: World, draw: Draw) -> None:
    """By anybody, from the second block on; of no anchor but a real one."""
    campaign, one = draw.pick("anchor", seedless(world) or anchors(world))
    if draw.rarely("forged"):
        one = replace(one, count=one.count + 1)
    block = one.block + 1 + max(0, (world.s.block + 1 - one.block - 2) // 256) * 256
    seed = world.node.block_hash(block) if block <= world.s.block else ZERO_WORD
    who = draw.pick("who", PEOPLE).address
    effect = lambda s: record_seed(s, campaign, one, seed)  # noqa: E731
    world.take(who, "Campaigns", "recordSeed", campaign, one, effect=effect)


@step(weight=1, when=lambda world: anchors(world))
def commit_a_root(world: World, draw: Draw) -> None:
    campaign, one = draw.pick("anchor", anchors(world))
    who = draw.who(draw.pick("operator", OPERATORS).address, 6)
    first = one.first_item + (1 if draw.rarely("between") else 0)
    key = (campaign, first, draw.number("round", 0, 1))
    most = one.count if not draw.rarely("a leaf too many", 4) else one.count + 1
    leaves = tuple(keccak256(b"vote %d" % n) for n in range(most))
    root, count = build(leaves).root, most
    if draw.rarely("empty", 8):
        root, count = draw.pick("what", ((ZERO_WORD, most), (root, 0)))

    def effect(s: State) -> None:
        commit_votes(s, who, key, root, count)
        s.root_leaves[*key, who] = (leaves, s.time)

    world.take(who, "Campaigns", "commitVotes", *key, root, count, effect=effect)


@step(weight=1, when=lambda world: anchors(world))
def commit_a_vote(world: World, draw: Draw) -> None:
    campaign, one = draw.pick("anchor", anchors(world))
    who = draw.who(draw.pick("reviewer", REVIEWERS).address, 6)
    item = one.first_item if not draw.rarely("not there") else world.s.campaigns[campaign].anchored
    key = (campaign, item, draw.number("round", 2, 3))
    commit = draw.pick("commit", (keccak256(b"aye"), ZERO_WORD))
    world.take(who, "Campaigns", "commitVote", *key, commit, effect=lambda s: commit_vote(s, who, key, commit))


@step(weight=2, when=lambda world: lapsed(world))
def reclaim_a_deposit(world: World, draw: Draw) -> None:
    """Of an anchor nobody settled in time; settled ones are refused."""
    campaign, one = draw.pick("anchor", lapsed(world) if not draw.rarely("any", 6) else anchors(world))
    call = (campaign, changed(draw, world.s.campaigns[campaign].terms), one)
    who = draw.pick("who", PEOPLE).address
    world.take(who, "Campaigns", "reclaim", *call, effect=lambda s: reclaim(s, *call))


def anchors(world: World) -> list[tuple[int, Anchor]]:
    return [(number, one) for number, own in world.s.campaigns.items() for one in own.anchors.values()]


def seedless(world: World) -> list[tuple[int, Anchor]]:
    """Unsettled anchors whose seed is there to be recorded."""
    return [
        (number, one)
        for number, one in anchors(world)
        if one.first_item not in world.s.campaigns[number].seeds and one.first_item >= world.s.campaigns[number].settled
    ]


def lapsed(world: World) -> list[tuple[int, Anchor]]:
    return [(number, one) for number, one in anchors(world) if world.s.campaigns[number].lapsed_from is not None]


@views
def queues(s: State) -> Iterator[View]:
    yield View("anchors", "Campaigns", "anchorCount", (), s.anchor_count)
    for campaign, own in s.campaigns.items():
        for first in [*own.anchors, own.anchored]:
            one, label, args = own.anchors.get(first), f"campaign {campaign}, item {first}", (campaign, first)
            yield View(f"{label}: anchor", "Campaigns", "anchorHash", args, one.hash() if one else ZERO_WORD)
            yield View(f"{label}: seed", "Campaigns", "seedOf", args, own.seeds.get(first, ZERO_WORD))


@views
def committed(s: State) -> Iterator[View]:
    for name, kept in (("commitRoots", s.commit_roots), ("commits", s.commits)):
        for key, digest in kept.items():
            place = abi_hash(("uint256", "uint32", "uint8", "address"), key)
            yield View(f"{name} {key}", "Campaigns", name, (place,), digest)
