"""A key holder's view of who may read, from its own RPC at one final block (implements ``vault.Entitlements``).

The chain keeps hashes; the asker brings preimages and paths in a ``ReleaseProof``. Each question checks its part of the
proof against a stored hash before it believes a word of it. A proof that does not hold answers no, never an exception;
a chain that cannot be read raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from headwater.chain.contracts import Contracts
from headwater.chain.events import ConsentWithdrawn, Funded, read_events
from headwater.chain.structs import ACCEPTED, Anchor, EpisodeLeaf, Item, Posted, Struct, Version
from headwater.primitives import eip712, merkle
from headwater.primitives.canonical import CanonicalError
from headwater.primitives.eip712 import WalletCheck
from headwater.primitives.ids import checksum_address
from headwater.records import codec
from headwater.records.contribution import anchor_leaf
from headwater.records.errors import RecordError
from headwater.records.proof import ReleaseProof
from headwater.records.release import ReleaseRequest, Role
from headwater.vault import contribution_label


@dataclass
class Remembered:
    """What never changes once it is final, kept from batch to batch.

    Attributes:
        requesters: by campaign.
        withdrawn: (campaign, contribution) of every withdrawal up to ``block``.
    """

    requesters: dict[int, str] = field(default_factory=dict)
    withdrawn: set[tuple[int, bytes]] = field(default_factory=set)
    block: int = -1


class ChainEntitlements:
    """Answers for one batch, all from the block that was final when it was made; every fact is read once."""

    def __init__(
        self, contracts: Contracts, wallets: WalletCheck | None = None, remembered: Remembered | None = None
    ) -> None:
        """
        Args:
            contracts: through the holder's own RPC.
            remembered: from batches before.
        """
        self._c = contracts
        self._wallets = wallets
        self._block = contracts.chain.final_block()
        self._datasets = contracts.datasets.at(self._block.number)
        self._remembered = remembered or Remembered()
        self._known: dict[tuple[Any, ...], Any] = {}

    def prepare(self, requests: Iterable[ReleaseRequest]) -> None:
        """Reads what a batch will ask in a few requests instead of one a contribution."""
        asked: dict[tuple[int, int, int, bytes, str], list[bytes]] = {}
        campaigns: dict[int, list[bytes]] = {}
        for one in requests:
            campaigns.setdefault(one.campaign, []).append(one.contribution)
            if one.role == Role.BUYER:
                key = (one.campaign, one.dataset, one.version, one.licence, one.requester)
                asked.setdefault(key, []).append(one.contribution)
        for campaign, contributions in campaigns.items():
            if dataset := self._dataset_of(campaign):
                for clip, found in zip(
                    contributions, self._datasets.withdrawn_all(dataset, contributions), strict=True
                ):
                    self._known["withdrawn", campaign, clip] = found
        for (_, dataset, version, licence, who), contributions in asked.items():
            answers = self._datasets.entitled_all(int.from_bytes(licence, "big"), dataset, version, contributions, who)
            for clip, found in zip(contributions, answers, strict=True):
                self._known["entitled", licence, dataset, version, clip, who] = found

    def chain_time(self) -> int:
        return self._block.time

    def label_of(self, campaign: int, contribution: bytes, proof: bytes) -> bytes | None:
        known = self._opened(campaign, contribution, proof)
        if known is None:
            return None
        signed = known.contribution
        return contribution_label(self._c.campaigns_domain, campaign, signed.contributor, signed.content_root)

    def contributor_of(self, campaign: int, contribution: bytes, proof: bytes) -> str | None:
        known = self._opened(campaign, contribution, proof)
        return known.contribution.contributor if known else None

    def withdrawn(self, campaign: int, contribution: bytes) -> bool:
        key = ("withdrawn", campaign, contribution)
        if key not in self._known:
            dataset = self._dataset_of(campaign)
            self._known[key] = dataset != 0 and self._datasets.is_withdrawn(dataset, contribution)
        return bool(self._known[key])

    def entitled(self, licence: bytes, dataset: int, version: int, contribution: bytes, who: str) -> bool:
        key = ("entitled", licence, dataset, version, contribution, who)
        if key not in self._known:
            number = int.from_bytes(licence, "big")
            self._known[key] = self._datasets.entitled(number, dataset, version, contribution, who)
        return bool(self._known[key])

    def in_version(self, dataset: int, version: int, contribution: bytes, envelope: bytes, proof: bytes) -> bool:
        known = self._read(proof)
        published = self._version(known, dataset, version) if known else None
        if known is None or published is None:
            return False
        leaf = EpisodeLeaf(known.episode, contribution, known.contribution.content_root, envelope)
        word = leaf.leaf(self._c.chain.chain_id, self._c.datasets.address, published.key)
        return merkle.verify(published.episode_root, word, known.episode, published.episodes, known.episode_path)

    def sold_under(self, dataset: int, campaign: int, contribution: bytes, proof: bytes) -> bool:
        return campaign != 0 and self.campaign_of(dataset) == campaign

    def campaign_of(self, dataset: int) -> int:
        """0 for an owner's own data."""
        key = ("campaign", dataset)
        if key not in self._known:
            self._known[key] = self._datasets.campaign_of(dataset)
        return int(self._known[key])

    def anchored_by(self, campaign: int, contribution: bytes, proof: bytes, who: str) -> bool:
        known = self._opened(campaign, contribution, proof)
        return known is not None and Anchor.decode(known.anchor).anchorer == checksum_address(who)

    def accepted(self, campaign: int, contribution: bytes, proof: bytes) -> bool:
        known = self._opened(campaign, contribution, proof)
        if known is None or not known.posted:
            return False
        posted, item = Posted.decode(known.posted), Item.decode(known.item)
        settlement = self._c.settlement.at(self._block.number)
        if posted.campaign != campaign or settlement.slot(posted.key).digest != posted.hash()[:26]:
            return False
        if not settlement.is_final(posted.key):
            return False
        word = item.leaf(self._c.chain.chain_id, settlement.address, posted.key)
        index = item.item - posted.first_item
        proven = merkle.verify(posted.item_root, word, index, posted.count, known.item_path)
        return proven and item.contribution == contribution and item.verdict == ACCEPTED

    def requester_of(self, campaign: int) -> str:
        known = self._remembered.requesters
        if campaign not in known:
            chain, start = self._c.chain, self._c.deployment.block
            funded = read_events(chain, self._c.deployment, start, self._block.number, [Funded])
            known.update({e.campaign: e.requester for e in funded if isinstance(e, Funded)})
        return known.get(campaign, "")

    def withdrawals(self) -> set[tuple[int, bytes]]:
        """(campaign, contribution) of every withdrawal up to this block, from the events; read once a block."""
        known = self._remembered
        start = max(known.block + 1, self._c.deployment.block)
        if start <= self._block.number:
            found = read_events(self._c.chain, self._c.deployment, start, self._block.number, [ConsentWithdrawn])
            known.withdrawn |= {(e.campaign, e.contribution) for e in found if isinstance(e, ConsentWithdrawn)}
            known.block = self._block.number
        return known.withdrawn

    def _opened(self, campaign: int, contribution: bytes, proof: bytes) -> ReleaseProof | None:
        """The proof, if it opens an anchored leaf to a contribution its contributor signed for this campaign."""
        key = ("opened", campaign, contribution, proof)
        if key not in self._known:
            self._known[key] = self._open(campaign, contribution, proof)
        found: ReleaseProof | None = self._known[key]
        return found

    def _open(self, campaign: int, contribution: bytes, proof: bytes) -> ReleaseProof | None:
        known = self._read(proof)
        if known is None or known.contribution.campaign != campaign:
            return None
        domain = self._c.campaigns_domain
        if known.contribution.digest(domain) != contribution:
            return None
        if not eip712.check(known.contribution.contributor, contribution, known.signature, self._wallets):
            return None
        return known if self._anchored(known, campaign, contribution) else None

    def _anchored(self, known: ReleaseProof, campaign: int, contribution: bytes) -> bool:
        anchor = Anchor.decode(known.anchor)
        key = ("anchor", campaign, anchor.first_item)
        if key not in self._known:
            self._known[key] = self._c.campaigns.at(self._block.number).anchor_hash(campaign, anchor.first_item)
        if self._known[key] != anchor.hash():
            return False
        who = known.contribution.contributor
        word = anchor_leaf(self._c.campaigns_domain, campaign, known.salt, who, contribution)
        return merkle.verify(anchor.root, word, known.index, anchor.count, known.path)

    def _version(self, known: ReleaseProof, dataset: int, number: int) -> Version | None:
        return self.version_in(known.version, dataset, number)

    def version_in(self, published: bytes, dataset: int, number: int) -> Version | None:
        """The Version struct in these bytes, if it is what the chain has under that dataset and number."""
        memo = ("struct", published)
        if memo not in self._known:
            self._known[memo] = _version_in(published)
        version: Version | None = self._known[memo]
        if version is None:
            return None
        if (version.dataset, version.number) != (dataset, number):
            return None
        key = ("version", version.key)
        if key not in self._known:
            self._known[key] = self._datasets.version_hash(version.key)
        return version if self._known[key] == version.hash() else None

    def _dataset_of(self, campaign: int) -> int:
        key = ("dataset", campaign)
        if key not in self._known:
            self._known[key] = self._datasets.dataset_of(campaign)
        return int(self._known[key])

    def _read(self, proof: bytes) -> ReleaseProof | None:
        key = ("proof", proof)
        if key not in self._known:
            self._known[key] = _decoded(proof)
        found: ReleaseProof | None = self._known[key]
        return found


def _version_in(data: bytes) -> Version | None:
    try:
        return Version.decode(data)
    except ValueError:
        return None


def _decoded(proof: bytes) -> ReleaseProof | None:
    try:
        known = codec.decode(ReleaseProof, proof)
        Anchor.decode(known.anchor)
        optional: tuple[tuple[type[Struct], bytes], ...] = (
            (Version, known.version),
            (Posted, known.posted),
            (Item, known.item),
        )
        for kind, data in optional:
            if data:
                kind.decode(data)
    except (CanonicalError, RecordError, ValueError):
        return None
    return known
