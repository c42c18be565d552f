"""Proofs for key requests, from what settlements published."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.client.network import Network
from headwater.market.versions import Rebuilt
from headwater.primitives.merkle import build
from headwater.records.anchor import AnchorLeaves
from headwater.records.contribution import Contribution
from headwater.records.evidence import Evidence
from headwater.records.proof import ReleaseProof


def proof_of(network: Network, made: Rebuilt, position: int, episode_path: Sequence[bytes]) -> ReleaseProof:
    """A buyer's proof for the episode at a position of a version's manifest.

    Args:
        episode_path: of the episode leaf in the version's tree.
    """
    row = made.manifest.episodes[position]
    campaign = network.ledger().campaign(made.manifest.campaign)
    anchor = campaign.anchor_of(row.item)
    settlement = network.ledger().settlement(row.settlement)
    evidence = network.record(Evidence, network.cid_of(settlement.posted.evidence))
    opened = evidence.openings[row.item - settlement.posted.first_item]
    leaves = network.record(AnchorLeaves, network.cid_of(anchor.cid)).leaves
    given = Contribution(
        campaign=opened.campaign,
        contributor=opened.contributor,
        manifest=opened.manifest,
        content_root=opened.content_root,
        consent=opened.consent,
        nonce=opened.nonce,
    )
    at = row.item - anchor.first_item
    return ReleaseProof(
        contribution=given,
        signature=opened.signature,
        salt=opened.salt,
        anchor=anchor.encode(),
        index=at,
        path=build(leaves).proof(at),
        envelope=row.envelope,
        version=made.version.encode(),
        episode=position,
        episode_path=tuple(episode_path),
        posted=b"",
        item=b"",
        item_path=(),
    )
