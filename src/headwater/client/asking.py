"""A buyer's questions to holders: the rows of a version with their range proof, or one row with all it takes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from hashlib import sha256

from headwater.client.network import Network
from headwater.client.openings import Proofs
from headwater.market.versions import Rebuilt
from headwater.primitives.cid import dag_cbor_cid
from headwater.primitives.merkle import Tree
from headwater.records.batch import BatchRow, SignedBatch, packed
from headwater.records.dataset import DatasetEpisode
from headwater.records.envelope import KeyEnvelope
from headwater.records.release import Role, SignedReleaseRequest
from headwater.vault.asking import Asker, Right
from headwater.vault.version import WantedVersion


class VersionAsking:
    """Requests of one buyer for one version."""

    def __init__(self, network: Network, asker: Asker, made: Rebuilt, licence: int) -> None:
        self._network = network
        self._asker = asker
        self._made = made
        self._licence = licence.to_bytes(32, "big")

    def wanted(self, run: Sequence[tuple[int, DatasetEpisode]]) -> WantedVersion:
        """What to ask for consecutive episodes, (place, row) each."""
        rows = [BatchRow(row.contribution, row.content_root, row.envelope) for _, row in run]
        envelopes = [self._network.record(KeyEnvelope, dag_cbor_cid(row.envelope)) for _, row in run]
        first, count, joined = run[0][0], len(run), packed(rows)
        path, version = self._tree.range_proof(first, first + count), self._made.version
        published, hashed = version.encode(), sha256(joined).digest()

        def sign(holder: str) -> SignedBatch:
            request = self._asker.batch(version.dataset, version.number, self._licence, hashed, count, holder)
            signature = self._asker.signer.sign_digest(request.digest(self._asker.domain))
            return SignedBatch(request, signature, published, first, joined, path)

        return WantedVersion(rows, envelopes, sign, lambda at, holder: self.one(*run[at], holder))

    def one(self, place: int, row: DatasetEpisode, holder: str) -> SignedReleaseRequest:
        """The request for a single episode, with the proof that lets a holder take its share in."""
        version = self._made.version
        right = Right(Role.BUYER, version.dataset, version.number, self._licence)
        proof = self._proofs.of(place, self._tree.proof(place))
        return self._asker.request(right, proof, row.contribution, holder)

    @cached_property
    def _tree(self) -> Tree:
        return self._made.episode_tree(self._network.contracts.chain.chain_id, self._network.contracts.datasets.address)

    @cached_property
    def _proofs(self) -> Proofs:
        return Proofs(self._network, self._made)
