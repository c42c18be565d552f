"""Proofs for key requests, from what settlements published."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from headwater.client.network import Network
from headwater.market.versions import Rebuilt
from headwater.primitives.merkle import Tree, build
from headwater.records.anchor import AnchorLeaves
from headwater.records.contribution import Contribution
from headwater.records.evidence import Evidence
from headwater.records.proof import ReleaseProof


class Proofs:
    """A buyer's proofs for the episodes of one version; what several share is fetched and built once."""

    def __init__(self, network: Network, made: Rebuilt) -> None:
        self._network = network
        self._made = made
        self._ledger = network.ledger()
        self._version = made.version.encode()
        self._evidence = lru_cache(8)(self._read_evidence)
        self._tree = lru_cache(8)(self._build_tree)

    def of(self, position: int, episode_path: Sequence[bytes]) -> ReleaseProof:
        """The proof for the episode at a position of the version's manifest.

        Args:
            episode_path: of the episode leaf in the version's tree.
        """
        row = self._made.manifest.episodes[position]
        campaign = self._ledger.campaign(self._made.manifest.campaign)
        anchor = campaign.anchor_of(row.item)
        settlement = self._ledger.settlement(row.settlement)
        opened = self._evidence(settlement.posted.evidence).openings[row.item - settlement.posted.first_item]
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
            path=self._tree(anchor.cid).proof(at),
            envelope=row.envelope,
            version=self._version,
            episode=position,
            episode_path=tuple(episode_path),
            posted=b"",
            item=b"",
            item_path=(),
        )

    def _read_evidence(self, digest: bytes) -> Evidence:
        return self._network.record(Evidence, self._network.cid_of(digest))

    def _build_tree(self, leaves: bytes) -> Tree:
        return build(self._network.record(AnchorLeaves, self._network.cid_of(leaves)).leaves)
