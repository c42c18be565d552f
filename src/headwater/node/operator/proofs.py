"""Release proofs for items an operator anchored, from its own database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.chain.structs import Anchor
from headwater.node.operator.anchoring import leaves_of
from headwater.node.operator.desk import Desk
from headwater.primitives.cid import cid_digest
from headwater.primitives.merkle import build
from headwater.records.contribution import SignedContribution
from headwater.records.manifest import Manifest
from headwater.records.proof import ReleaseProof


@dataclass(frozen=True)
class AnchoredItem:
    """One item of an anchor: its number in the campaign's queue, what was signed, what it describes, and its proof."""

    item: int
    order: int
    signed: SignedContribution
    digest: bytes
    manifest: Manifest
    proof: ReleaseProof


def anchored_items(
    desk: Desk, campaign: int, anchor: Anchor, signed: Sequence[SignedContribution]
) -> list[AnchoredItem]:
    """Items of an anchor in order; ``order`` is their place among all anchored items of the network."""
    tree = build(leaves_of(desk, list(signed), campaign))
    items = []
    for position, one in enumerate(signed):
        manifest = desk.record(Manifest, desk.cid_of(one.contribution.manifest))
        proof = release_proof(anchor, one, position, tree.proof(position), cid_digest(manifest.envelope))
        order = anchor.sequence << 10 | position
        digest = one.contribution.digest(desk.contracts.campaigns_domain)
        items.append(AnchoredItem(anchor.first_item + position, order, one, digest, manifest, proof))
    return items


def release_proof(
    anchor: Anchor, signed: SignedContribution, position: int, path: Sequence[bytes], envelope: bytes
) -> ReleaseProof:
    """The part of a proof that every role needs: the opened anchor leaf."""
    return ReleaseProof(
        contribution=signed.contribution,
        signature=signed.signature,
        salt=signed.salt,
        anchor=anchor.encode(),
        index=position,
        path=tuple(path),
        envelope=envelope,
        version=b"",
        episode=0,
        episode_path=(),
        posted=b"",
        item=b"",
        item_path=(),
    )
