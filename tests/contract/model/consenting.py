"""Consent withdrawn, and who may open which clip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.contract.model.cast import SAM
from tests.contract.model.node import View
from tests.contract.model.paying import anyone
from tests.contract.model.proving import at_item
from tests.contract.model.state import Filing, State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import ACCEPTED, Item
from headwater.primitives.hashing import keccak256


def withdraw_consent(s: State, who: str, filing: Filing, shown: Item, i: int) -> None:
    """``shown`` is what the caller says item ``i`` is."""
    known, posted = s.filed[filing.posted.key], filing.posted
    need(not known.void, "Settlement_WrongPreimage")
    need(known.final(s.time), "Datasets_SettlementNotFinal")
    need(who == shown.contributor, "Datasets_NotContributor")
    need(shown.verdict == ACCEPTED, "Datasets_NotAccepted")
    index = shown.item - posted.first_item
    need(index < posted.count, "Merkle_IndexOutOfRange")
    need(index == i and shown == filing.draft.items[i], "Datasets_WrongProof")
    flag(s, (posted.campaign, 0, shown.contribution))


def withdraw_own(s: State, who: str, dataset: int, contribution: bytes) -> None:
    line = s.lines.get(dataset)
    need(line, "ERC721NonexistentToken")
    assert line
    need(who == line.owner, "Datasets_NotOwner")
    need(line.campaign == 0, "Datasets_NotOfCampaign")
    flag(s, (0, dataset, contribution))


def flag(s: State, clip: tuple[int, int, bytes]) -> None:
    need(clip not in s.withdrawn, "Datasets_AlreadyWithdrawn")
    s.withdrawn.add(clip)


@step(weight=2, when=lambda world: world.s.filed)
def withdraw_a_clip(world: World, draw: Draw) -> None:
    """By its contributor, of a final settlement; a thief who writes himself into the leaf proves nothing."""
    known = draw.pick("final", world.final()) if world.final() and not draw.rarely("any", 6) else anyone(world, draw)
    filing, i = known.filing, at_item(draw, known.filing)
    item = filing.draft.items[i]
    who = draw.who(item.contributor, 6)
    shown = replace(item, contributor=who) if draw.rarely("forged", 8) else item
    call = (filing.posted, shown, list(filing.draft.item_tree.proof(i)))
    effect = lambda s: withdraw_consent(s, who, filing, shown, i)  # noqa: E731
    world.take(who, "Datasets", "withdrawConsent", *call, effect=effect)


@step(weight=1, when=lambda world: world.s.lines)
def withdraw_an_own_clip(world: World, draw: Draw) -> None:
    dataset = draw.pick("dataset", [*world.s.lines, 99]) if draw.rarely("none", 8) else max(world.s.lines)
    who = draw.who(world.s.lines[dataset].owner if dataset in world.s.lines else SAM.address, 4)
    clip = keccak256(b"own clip")
    effect = lambda s: withdraw_own(s, who, dataset, clip)  # noqa: E731
    world.take(who, "Datasets", "withdrawOwn", dataset, clip, effect=effect)


@views
def entitled(s: State) -> Iterator[View]:
    """For every licence and every clip, in its own version, the one before and the next."""
    for (holder, licence), (_, expiry) in s.licences.items():
        key = licence >> 160
        dataset, number = key >> 32, key & 0xFFFFFFFF
        valid = expiry == 0 or s.time < expiry
        for clip in s.sales[key].listing.contributions[:4]:
            campaign = s.lines[dataset].campaign
            withdrawn = (campaign, 0 if campaign else dataset, clip) in s.withdrawn
            yield View("withdrawn", "Datasets", "isWithdrawn", (dataset, clip), withdrawn)
            args = (licence, dataset, number, clip, holder)
            yield View(f"entitled {args}", "Datasets", "entitled", args, valid and not withdrawn)
            yield View(
                "entitled to the next", "Datasets", "entitled", (licence, dataset, number + 1, clip, holder), False
            )
            yield View("a stranger", "Datasets", "entitled", (licence, dataset, number, clip, s.treasury), False)
