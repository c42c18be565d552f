"""Approvals: what a contract wallet said yes to, once and for ever, and until when that had to be."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contract.model.cast import PEOPLE, WALLY
from tests.contract.model.clips import clip, domain_of
from tests.contract.model.node import View
from tests.contract.model.state import Clip, State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.primitives.hashing import keccak256


def approve(s: State, who: str, one: Clip) -> None:
    need((who, one.digest) not in s.approvals, "Approvals_AlreadyApproved")
    s.approvals[who, one.digest] = s.time
    if who == WALLY.address and one not in s.clips.values():
        s.agreed.append(one)


def is_signed(s: State, one: Clip, anchored: int) -> bool:
    """By the contributor's key; of a contract wallet only what was approved when it was anchored counts."""
    who = one.contribution.contributor
    if one.kind != "unsigned" and who != WALLY.address:
        return True
    return s.approvals.get((who, one.digest), anchored + 1) <= anchored


@step(weight=3, when=lambda world: world.s.campaigns)
def approve_a_clip(world: World, draw: Draw) -> None:
    """By the wallet itself or by anybody who asks it, before it is anchored or too late; no code, no answer."""
    campaign = draw.pick("campaign", list(world.s.campaigns))
    nonce = 500_000 + len(world.s.approvals)
    one = clip(domain_of(world), campaign, WALLY.address, keccak256(b"content %d" % nonce), nonce, "wallet")
    late = [c for c in world.s.clips.values() if c.kind in ("wallet", "unsigned")]
    if late and draw.rarely("anchored already", 3):
        one = draw.pick("clip", late)
    if world.s.agreed and draw.rarely("again", 6):
        one = world.s.agreed[0]
    wallet = one.contribution.contributor
    if draw.rarely("himself", 3):
        world.take(wallet, "Approvals", "approve", one.digest, effect=lambda s: approve(s, wallet, one))
        return
    who = draw.pick("who", PEOPLE).address
    asked = wallet if not draw.rarely("no wallet", 6) else who

    def effect(s: State) -> None:
        need(asked == WALLY.address, "Approvals_NotApproved")
        approve(s, asked, one)

    world.take(who, "Approvals", "approveFor", asked, one.digest, b"whatever", effect=effect)


@views
def approvals(s: State) -> Iterator[View]:
    for (who, digest), time in s.approvals.items():
        yield View(f"approved by {who}", "Approvals", "approvedAt", (who, digest), time)
