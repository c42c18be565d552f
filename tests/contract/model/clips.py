"""What contributors sign and operators anchor: real commitments, most of them in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from tests.contract.model.cast import CONTRIBUTORS, WALLY, signer_of
from tests.contract.model.state import Clip
from tests.contract.model.world import Draw, World

from headwater.chain.structs import Contribution
from headwater.primitives.eip712 import Domain
from headwater.primitives.hashing import keccak256
from headwater.primitives.merkle import Tree, build
from headwater.records import contribution as signed


@dataclass(frozen=True)
class Batch:
    """What an anchor commits to."""

    clips: tuple[Clip, ...]
    tree: Tree


def some_clips(world: World, draw: Draw, campaign: int, count: int, by: str = "") -> Batch:
    """Mostly new and rightly signed; some for another campaign, some unsigned, some of content seen before."""
    domain = domain_of(world)
    known = sorted({clip.contribution.content_root for clip in world.s.clips.values()})
    made = []
    agreed = [one for one in world.s.agreed if one.contribution.campaign == campaign and not by]
    for place in range(min(count, 20)):
        if agreed and place == 0 and not draw.rarely("another time", 4):
            made.append(agreed[0])
            continue
        kind = draw.pick("flaw", ("unsigned", "foreign", "wallet")) if draw.rarely("flawed", 20) else "good"
        kind = "copied" if kind == "good" and draw.rarely("copied", 8) else kind
        nonce = len(world.s.clips) + place
        content = keccak256(b"content %d" % nonce)
        if kind == "copied" and known:
            content = draw.pick("content", known)
        who = by or (WALLY if kind == "wallet" else draw.pick("contributor", CONTRIBUTORS)).address
        made.append(clip(domain, campaign, who, content, nonce, kind))
    return Batch(tuple(made), build([one.leaf for one in made]))


@cache
def clip(domain: Domain, campaign: int, who: str, content: bytes, nonce: int, kind: str) -> Clip:
    """One signed contribution and the leaf that blinds it."""
    named = campaign + 1 if kind == "foreign" else campaign
    words = keccak256(b"manifest"), content, keccak256(b"consent")
    digest = signed.Contribution(named, who, *words, nonce).digest(domain)
    message = keccak256(b"another") if kind in ("unsigned", "wallet") else digest  # a wallet has no key of its own
    signature = signer_of(who).sign_digest(message)
    salt = keccak256(b"salt %d" % nonce)
    leaf = signed.anchor_leaf(domain, campaign, salt, who, digest)
    return Clip(Contribution(named, who, *words, nonce), digest, salt, signature, leaf, kind)


def invented(world: World, clip: Clip) -> Clip:
    """Made up by a settler: the same fields with another nonce, and nobody signed it."""
    other = replace(clip.contribution, nonce=clip.contribution.nonce + 1_000_000)
    digest = signed.Contribution(*other.tuple()).digest(domain_of(world))
    return replace(clip, contribution=other, digest=digest, signature=keccak256(b"nobody") * 2 + b"\x1b")


def domain_of(world: World) -> Domain:
    return Domain(world.node.chain_id, world.name("Campaigns"))
