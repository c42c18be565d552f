"""A key holder's view of who may read, from its own RPC at a final block (implements ``vault.Entitlements``).

The chain keeps hashes; the asker brings preimages and paths in a ``ReleaseProof``. Each question checks its part of the
proof against a stored hash before it believes a word of it. A proof that does not hold answers no, never an exception;
a chain that cannot be read raises.
"""

from __future__ import annotations

from headwater.chain.contracts import Contracts
from headwater.chain.events import Funded, read_events
from headwater.chain.rpc import FINAL
from headwater.chain.structs import ACCEPTED, Anchor, EpisodeLeaf, Item, Posted, Struct, Version
from headwater.primitives import eip712, merkle
from headwater.primitives.canonical import CanonicalError
from headwater.primitives.eip712 import WalletCheck
from headwater.primitives.ids import checksum_address
from headwater.records import codec
from headwater.records.contribution import anchor_leaf
from headwater.records.errors import RecordError
from headwater.records.proof import ReleaseProof
from headwater.vault.envelope import contribution_label


class ChainEntitlements:
    """Answers from final blocks of one chain."""

    def __init__(self, contracts: Contracts, wallets: WalletCheck | None = None) -> None:
        self._c = contracts
        self._wallets = wallets
        self._datasets = contracts.datasets.at(FINAL)
        self._requesters: dict[int, str] = {}

    def chain_time(self) -> int:
        return self._c.chain.now(FINAL)

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
        dataset = self._datasets.dataset_of(campaign)
        return dataset != 0 and self._datasets.is_withdrawn(dataset, contribution)

    def entitled(self, licence: bytes, dataset: int, version: int, contribution: bytes, who: str) -> bool:
        number = int.from_bytes(licence, "big")
        return self._datasets.entitled(number, dataset, version, contribution, who)

    def in_version(self, dataset: int, version: int, contribution: bytes, proof: bytes) -> bool:
        known = _read(proof)
        published = self._version(known, dataset, version) if known else None
        if known is None or published is None:
            return False
        leaf = EpisodeLeaf(known.episode, contribution, known.contribution.content_root, known.envelope)
        word = leaf.leaf(self._c.chain.chain_id, self._c.datasets.address, published.key)
        return merkle.verify(published.episode_root, word, known.episode, published.episodes, known.episode_path)

    def sold_under(self, dataset: int, campaign: int, contribution: bytes, proof: bytes) -> bool:
        return campaign != 0 and self._datasets.campaign_of(dataset) == campaign

    def anchored_by(self, campaign: int, contribution: bytes, proof: bytes, who: str) -> bool:
        known = self._opened(campaign, contribution, proof)
        return known is not None and Anchor.decode(known.anchor).anchorer == checksum_address(who)

    def accepted(self, campaign: int, contribution: bytes, proof: bytes) -> bool:
        known = self._opened(campaign, contribution, proof)
        if known is None or not known.posted:
            return False
        posted, item = Posted.decode(known.posted), Item.decode(known.item)
        settlement = self._c.settlement.at(FINAL)
        if posted.campaign != campaign or settlement.slot(posted.key).digest != posted.hash()[:26]:
            return False
        if not settlement.is_final(posted.key):
            return False
        word = item.leaf(self._c.chain.chain_id, settlement.address, posted.key)
        index = item.item - posted.first_item
        proven = merkle.verify(posted.item_root, word, index, posted.count, known.item_path)
        return proven and item.contribution == contribution and item.verdict == ACCEPTED

    def requester_of(self, campaign: int) -> str:
        if campaign not in self._requesters:
            chain, start = self._c.chain, self._c.deployment.block
            funded = read_events(chain, self._c.deployment, start, chain.final_block().number, [Funded])
            self._requesters.update({e.campaign: e.requester for e in funded if isinstance(e, Funded)})
        return self._requesters.get(campaign, "")

    def _opened(self, campaign: int, contribution: bytes, proof: bytes) -> ReleaseProof | None:
        """The proof, if it opens an anchored leaf to a contribution its contributor signed for this campaign."""
        known = _read(proof)
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
        if self._c.campaigns.at(FINAL).anchor_hash(campaign, anchor.first_item) != anchor.hash():
            return False
        who = known.contribution.contributor
        word = anchor_leaf(self._c.campaigns_domain, campaign, known.salt, who, contribution)
        return merkle.verify(anchor.root, word, known.index, anchor.count, known.path)

    def _version(self, known: ReleaseProof, dataset: int, number: int) -> Version | None:
        if not known.version:
            return None
        version = Version.decode(known.version)
        if (version.dataset, version.number) != (dataset, number):
            return None
        return version if self._datasets.version_hash(version.key) == version.hash() else None


def _read(proof: bytes) -> ReleaseProof | None:
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
