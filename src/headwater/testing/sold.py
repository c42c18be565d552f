"""A sold version of many small contributions on a real local chain: what release is tried and measured with.

Contracts, signatures, trees, seals and ciphertext are real; only judging is skipped, by a log-likelihood that needs no
votes. Everything is drawn from names, so holders started in other processes have the keys expected of them.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from headwater.chain import LOCAL, Chain, Contracts, KeySigner, anvil, deploy
from headwater.chain import events as ev
from headwater.chain.stakes import HOLDER_ROLE, OPERATOR_ROLE
from headwater.chain.structs import Anchor, Offer, Posted, Terms, Use, Version, opening_hash, settlement_key
from headwater.client.network import Network
from headwater.market import draft, draft_version, share_weight_of, value
from headwater.market.versions import Rebuilt, rebuild
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import DAG_CBOR, cid_digest, dag_cbor_cid
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.records import codec
from headwater.records.anchor import AnchorLeaves
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.contribution import Contribution, anchor_leaf
from headwater.records.dataset import DatasetEpisode, DatasetManifest
from headwater.records.evidence import Evidence, Opening, PayRow, ReputationSnapshot
from headwater.records.licence import PRESETS
from headwater.records.manifest import Manifest, ManifestFile, content_root
from headwater.records.verdict import Verdict
from headwater.storage import LEAF_BYTES, BlobStore, MemoryBlobStore
from headwater.testing.sealed import person
from headwater.vault import (
    ContentKey,
    FileCipher,
    FileRef,
    HolderKey,
    HolderSecret,
    contribution_label,
    encrypt_stream,
    key_from_seed,
    seal,
)

DOLLAR = 10**6
R, PRICE, LLR = 10_000, DOLLAR, 4_000
AN_ANCHOR, WINDOW_S = 1_024, 3


def holder_secret(number: int) -> HolderSecret:
    """Keys of holder ``number``, from 1: known to everybody, for local chains only."""
    return person(f"sold holder {number}")


@dataclass(frozen=True)
class Sold:
    """A version, who bought it, and what only the contributor should know."""

    contracts: Contracts
    blobs: BlobStore
    deployer: KeySigner
    operator: KeySigner
    contributor: HolderSecret
    buyer: KeySigner
    holders: tuple[HolderSecret, ...]
    licence: int
    made: Rebuilt
    keys: tuple[ContentKey, ...]
    posted: tuple[Posted, ...]

    def network(self) -> Network:
        """As any client sees it."""
        return Network(self.contracts, self.blobs)


@dataclass(frozen=True)
class _Clip:
    given: Contribution
    digest: bytes
    opening: Opening
    envelope: bytes
    key: ContentKey


def sold_version(chain: Chain, count: int, endpoints: Sequence[str], t: int, *, content_bytes: int = 64) -> Sold:
    """A fresh network on ``chain``, ``count`` contributions sealed t of ``len(endpoints)``, published, sold, final."""
    return _Town(chain, count, t).build(endpoints, content_bytes)


class _Town:
    def __init__(self, chain: Chain, count: int, t: int) -> None:
        self.count, self.t, self.blobs = count, t, MemoryBlobStore()
        self.deployer = KeySigner.create()
        anvil.fund(chain, self.deployer.address)
        self.c = Contracts(chain, deploy(chain, self.deployer, LOCAL))
        self.operator, self.requester, self.buyer = (self._account() for _ in range(3))
        self.contributor = person("sold contributor")

    def build(self, endpoints: Sequence[str], content_bytes: int) -> Sold:
        self._operator()
        holders = tuple(self._holder(n, where) for n, where in enumerate(endpoints, 1))
        terms, campaign = self._fund()
        clips = [self._clip(campaign, n, holders, content_bytes) for n in range(self.count)]
        posted, rows = [], list[DatasetEpisode]()
        for start in range(0, self.count, AN_ANCHOR):
            made, episodes = self._settle(campaign, terms, clips[start : start + AN_ANCHOR], start)
            posted.append(made)
            rows += episodes
        self._skip(terms.challenge_window + 1)
        manifest = self._manifest(campaign, terms, rows)
        version, licence = self._sell(campaign, terms, manifest, posted)
        self.c.chain.request("anvil_mine", "0x4")
        keys = tuple(clip.key for clip in clips)
        people = (self.deployer, self.operator, self.contributor, self.buyer)
        return Sold(self.c, self.blobs, *people, holders, licence, rebuild(manifest, version), keys, tuple(posted))

    def put(self, record: object) -> str:
        return self.blobs.put_block(codec.encode(record), DAG_CBOR)

    def _account(self) -> KeySigner:
        signer = KeySigner.create()
        anvil.fund(self.c.chain, signer.address)
        self.c.local_dollar.mint(self.deployer, signer.address, 10**6 * DOLLAR)
        return signer

    def _join(self, signer: KeySigner | HolderSecret, role: int) -> None:
        stakes, token = self.c.stakes, self.c.network_token
        least = stakes.minimum(role)
        token.transfer(self.deployer, signer.address, least)
        token.approve(signer, stakes.address, least)
        stakes.join(signer, role, least)

    def _operator(self) -> None:
        self._join(self.operator, OPERATOR_ROLE)
        bond, half = LOCAL.publish_bond, 10**6 * DOLLAR // 2
        self.c.network_token.transfer(self.deployer, self.operator.address, bond)
        for token, amount in ((self.c.network_token, bond), (self.c.local_dollar, half)):
            token.approve(self.operator, self.c.stakes.address, amount)
            self.c.stakes.deposit(self.operator, token.address, amount)

    def _holder(self, number: int, endpoint: str) -> HolderSecret:
        holder = holder_secret(number)
        anvil.fund(self.c.chain, holder.address)
        self._join(holder, HOLDER_ROLE)
        self.c.stakes.register_holder(holder, endpoint, holder.public_key)
        return holder

    def _fund(self) -> tuple[Terms, int]:
        spec = CampaignSpec("Pick", "pick", "robot_episode", (), (), (), 0, 0, 0, (), "It was picked.", (), (), ())
        budget = 2 * R * self.count
        terms = Terms(
            requester=self.requester.address,
            token=self.c.local_dollar.address,
            spec_digest=cid_digest(self.put(spec)),
            unit_reward=R,
            threshold_milli=0,
            review_fee_bps=300,
            operator_fee_bps=500,
            deposit_bps=5_000,
            owner_bps=1_000,
            fee_bps=250,
            deadline=self.c.chain.now() + 3_600,
            settle_window=2,
            challenge_window=WINDOW_S,
            lapse_window=600,
            mode=0,
            licence=PRESETS[1].digest(),
            purposes=7,
            regions=0,
            minimum_age=0,
            pool=0,
            pool_floor=0,
        )
        permit = self.c.local_dollar.permit(self.requester, self.c.campaigns.address, budget)
        number = self.c.campaigns.fund_with_permit(self.requester, terms, permit).only(ev.Funded).campaign
        return terms, number

    def _clip(self, campaign: int, number: int, holders: Sequence[HolderSecret], content_bytes: int) -> _Clip:
        domain, who = self.c.campaigns_domain, self.contributor.address
        content = sha256(number.to_bytes(4, "big")).digest() * (content_bytes // 32 + 1)
        digest = sha256(content).digest()
        root = content_root((digest,))
        label = contribution_label(domain, campaign, who, root)
        key = key_from_seed(b"sold" + number.to_bytes(60, "big"))
        keys = [HolderKey(n, h.address, h.public_key) for n, h in enumerate(holders, 1)]
        envelope = seal(key, keys, self.t, label)
        cipher = FileCipher(key, label, FileRef(0, "clip.bin", digest))
        cid = self.blobs.put(bytes(frame) for frame in encrypt_stream(io.BytesIO(content), cipher))
        files = (ManifestFile("clip.bin", len(content), "application/octet-stream", digest, cid),)
        manifest = Manifest(
            *(campaign, "robot_episode", "lerobot-v3.0", 0, "pick", "so100", "so100", 10, 30_000, files, ()),
            *("", ZERO_WORD, self.put(envelope), (), ()),
        )
        given = Contribution(campaign, who, cid_digest(self.put(manifest)), root, ZERO_WORD, number)
        name = given.digest(domain)
        salt = sha256(b"salt" + number.to_bytes(4, "big")).digest()
        opening = Opening(
            campaign, who, given.manifest, root, ZERO_WORD, number, self.contributor.sign_digest(name), salt
        )
        return _Clip(given, name, opening, codec.digest(envelope), key)

    def _settle(
        self, campaign: int, terms: Terms, clips: Sequence[_Clip], first: int
    ) -> tuple[Posted, list[DatasetEpisode]]:
        anchor = self._anchor(campaign, terms, clips)
        verdicts = [self._verdict(clip, first + n) for n, clip in enumerate(clips)]
        key = settlement_key(campaign, first, 0)
        where = (self.c.chain.chain_id, self.c.settlement.address)
        made = draft(*where, key, terms, self.operator.address, verdicts)
        evidence = Evidence(
            key=Amount(key),
            campaign=campaign,
            openings=tuple(clip.opening for clip in clips),
            verdicts=tuple(self.put(v) for v in verdicts),
            pay=tuple(PayRow(b.pay.account, Amount(b.pay.amount), b.pay.kind, b.items) for b in made.books),
            reputation=self.put(ReputationSnapshot(())),
            suite="",
        )
        given = made.input(campaign, cid_digest(self.put(evidence)), ZERO_WORD)
        sent = self.c.settlement.settle(self.operator, terms, [anchor], given).only(ev.Settled)
        rows = [self._row(clip, verdict, key) for clip, verdict in zip(clips, verdicts, strict=True)]
        return sent.posted, rows

    def _anchor(self, campaign: int, terms: Terms, clips: Sequence[_Clip]) -> Anchor:
        domain, who = self.c.campaigns_domain, self.contributor.address
        leaves = tuple(anchor_leaf(domain, campaign, x.opening.salt, who, x.digest) for x in clips)
        cid, root = self.put(AnchorLeaves(campaign, leaves)), build(leaves).root
        sent = self.c.campaigns.anchor(self.operator, campaign, terms, root, len(clips), cid_digest(cid))
        anchor = sent.only(ev.Anchored).anchor
        self.c.chain.request("anvil_mine", "0x3")
        self.c.campaigns.record_seed(self.operator, campaign, anchor)
        return anchor

    def _verdict(self, clip: _Clip, item: int) -> Verdict:
        worth = value(LLR, 0, (), threshold=0, unit_reward=R)
        return Verdict(
            item=item,
            contributor=clip.given.contributor,
            contribution=clip.digest,
            llr=LLR,
            prior=0,
            votes=(),
            grade=100,
            novelty=10_000,
            byte=worth.byte,
            reward=Amount(worth.reward),
            score=worth.score,
            opening=opening_hash(clip.opening.salt, clip.opening.signature),
            report="",
            index="",
            ballots=(),
            reason="",
        )

    def _row(self, clip: _Clip, verdict: Verdict, key: int) -> DatasetEpisode:
        return DatasetEpisode(
            contribution=clip.digest,
            contributor=clip.given.contributor,
            content_root=clip.given.content_root,
            envelope=clip.envelope,
            manifest=dag_cbor_cid(clip.given.manifest),
            weight=share_weight_of(verdict),
            item=verdict.item,
            settlement=Amount(key),
        )

    def _manifest(self, campaign: int, terms: Terms, rows: Sequence[DatasetEpisode]) -> DatasetManifest:
        spec, licence = dag_cbor_cid(terms.spec_digest), dag_cbor_cid(terms.licence)
        manifest = DatasetManifest("Pick", "", campaign, spec, "robot_episode", (licence,), tuple(rows))
        if len(codec.encode(manifest)) <= LEAF_BYTES:  # a longer one is no single block; nobody here reads it
            self.put(manifest)
        return manifest

    def _sell(
        self, campaign: int, terms: Terms, manifest: DatasetManifest, posted: Sequence[Posted]
    ) -> tuple[Version, int]:
        dataset = self.c.datasets.create(self.operator, campaign, terms).only(ev.DatasetCreated).dataset
        keys = [one.key for one in posted]
        offers = (Offer(terms.licence, PRICE, 0, 7, 0),)
        where = (self.c.chain.chain_id, self.c.datasets.address)
        made = draft_version(*where, dataset, 1, campaign, terms, manifest, keys, offers)
        version = self.c.datasets.publish(self.operator, made.version, keys, terms).only(ev.Published).version
        self.c.local_dollar.approve(self.buyer, self.c.datasets.address, PRICE)
        sent = self.c.datasets.buy(self.buyer, version, 0, self.buyer.address, Use(1, 0))
        return version, sent.only(ev.Sold).licence

    def _skip(self, seconds: int) -> None:
        self.c.chain.request("evm_increaseTime", hex(seconds))
        self.c.chain.request("evm_mine")
