"""A small, complete network history: events, contract views and blobs that agree, without a node.

One campaign of three items (accepted, rejected by reviewers, exact copy), a settlement that was voided and the one that
replaced it, claims, a dataset version, one sale, one key released. Signatures, trees, seals and ciphertext are real.

A *lie* changes one value on its way in, and everything after it is built to agree with the lie, as a cheat would:
``SmallHistory({"verdict/0": lambda v: replace(v, prior=1)})``. Tests of the audit start here.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any, TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.chain import events as ev
from headwater.chain.stakes import HOLDER_ROLE, REVIEWER_ROLE
from headwater.chain.structs import (
    ACCEPTED,
    CONTRIBUTOR,
    NO_PAY_INDEX,
    Anchor,
    Offer,
    Pay,
    Posted,
    Terms,
    Use,
    anchors_hash,
    items_hash,
    licence_id,
    opening_hash,
    reserve_of,
    settlement_key,
)
from headwater.chain.views import COLLECTED, POSTED, VOID, CampaignState, EpochSlot, Sales, SalesPaid, Slot
from headwater.checks import CheckReport, CopyIndex, Finding, Fingerprints, Quality, Severity
from headwater.checks.llr import llr_milli, weights
from headwater.client.audit import Addresses, Facts
from headwater.market import build_pays, draft, draft_version, item_of, share_weight_of, split_of, value
from headwater.market.errors import MarketError
from headwater.primitives.abi import abi_hash
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import DAG_CBOR, Cid, cid_digest, dag_cbor_cid, raw_cid
from headwater.primitives.eip712 import Domain
from headwater.primitives.hashing import keccak256
from headwater.primitives.merkle import build
from headwater.records import codec
from headwater.records.anchor import AnchorLeaves
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.consent import ConsentReceipt
from headwater.records.contribution import Contribution, anchor_leaf
from headwater.records.dataset import DatasetEpisode, DatasetManifest
from headwater.records.envelope import KeyEnvelope
from headwater.records.evidence import Evidence, Opening, PayRow, ReputationSnapshot
from headwater.records.licence import PRESETS
from headwater.records.manifest import Manifest, ManifestFile, content_root
from headwater.records.purposes import PURPOSE_BITS, PURPOSES
from headwater.records.regions import REGION_BITS
from headwater.records.release import Release, ReleaseRequest, Role
from headwater.records.verdict import CountedVote, Verdict
from headwater.records.vote import ACCEPT, REJECT, Ballot, Reasons, VoteCommit
from headwater.records.vote import Evidence as Seen
from headwater.review import START_WEIGHT, Candidate, Lot, draw, eligible
from headwater.storage import MemoryBlobStore
from headwater.testing.sealed import person
from headwater.vault import (
    FileCipher,
    FileRef,
    HolderKey,
    answer,
    contribution_label,
    encrypt_stream,
    key_from_seed,
    seal,
)

T = TypeVar("T")
Lie = Callable[[Any], Any]

CHAIN_ID = 31337
TOKEN = "0x" + "70" * 20
ADDRESSES = Addresses("0x" + "C1" * 20, "0x" + "5E" * 20, "0x" + "Da" * 20, "0x" + "4E" * 20)
DOMAIN = Domain(CHAIN_ID, ADDRESSES.campaigns)
R, BUDGET, PRICE, LICENCE_S = 10_000_000, 1_000_000_000, 50_000_000, 500
ANCHOR_BLOCK, SETTLE_BLOCK, FINAL_TIME, SALE_BLOCK, HEAD = 10, 20, 1_050, 70, 99


def block_time(number: int) -> int:
    """A second a block."""
    return 1_000 + number


def block_hash(number: int) -> bytes:
    """Anything fixed."""
    return keccak256(b"block" + number.to_bytes(4, "big"))


@dataclass
class FakeReads:
    """Implements ``client.audit.Reads`` from what a history wrote down."""

    states: dict[int, CampaignState] = field(default_factory=dict)
    terms: dict[int, bytes] = field(default_factory=dict)
    anchors: dict[tuple[int, int], bytes] = field(default_factory=dict)
    seeds: dict[tuple[int, int], bytes] = field(default_factory=dict)
    commit_roots: dict[tuple[int, int, int, str], bytes] = field(default_factory=dict)
    slots: dict[int, Slot] = field(default_factory=dict)
    paid_sums: dict[int, int] = field(default_factory=dict)
    paid_leaves: set[tuple[int, int]] = field(default_factory=set)
    versions: dict[int, bytes] = field(default_factory=dict)
    sold: dict[int, Sales] = field(default_factory=dict)
    sold_paid: dict[int, SalesPaid] = field(default_factory=dict)
    fees: dict[int, int] = field(default_factory=dict)
    shares: dict[tuple[int, int], int] = field(default_factory=dict)
    balances: dict[tuple[str, str], int] = field(default_factory=dict)

    def block_hash(self, number: int) -> bytes | None:
        return block_hash(number)

    def block_time(self, number: int) -> int:
        return block_time(number)

    def token_balance(self, token: str, account: str) -> int:
        return self.balances.get((token, account), 0)

    def terms_hash(self, campaign: int) -> bytes:
        return self.terms[campaign]

    def campaign_state(self, campaign: int) -> CampaignState:
        return self.states[campaign]

    def anchor_hash(self, campaign: int, first_item: int) -> bytes:
        return self.anchors[(campaign, first_item)]

    def seed(self, campaign: int, first_item: int) -> bytes:
        return self.seeds[(campaign, first_item)]

    def epoch_slot(self, number: int) -> EpochSlot:
        raise AssertionError(f"no epoch {number} here")

    def commit_root_hash(self, campaign: int, first_item: int, round_: int, operator: str) -> bytes:
        return self.commit_roots.get((campaign, first_item, round_, operator), bytes(32))

    def slot(self, key: int) -> Slot:
        return self.slots[key]

    def paid(self, key: int, pay_count: int) -> int:
        return self.paid_sums.get(key, 0)

    def is_paid(self, key: int, index: int) -> bool:
        return (key, index) in self.paid_leaves

    def version_hash(self, key: int) -> bytes:
        return self.versions[key]

    def sales(self, key: int) -> Sales:
        return self.sold[key]

    def sales_paid(self, key: int) -> SalesPaid:
        return self.sold_paid[key]

    def fee_paid(self, key: int) -> int:
        return self.fees.get(key, 0)

    def closing_hash(self, campaign: int) -> bytes:
        return bytes(32)

    def share_claimed(self, key: int, index: int) -> int:
        return self.shares.get((key, index), 0)


@dataclass(frozen=True)
class Clip:
    """One item on its way in."""

    item: int
    manifest: Manifest
    envelope: KeyEnvelope
    given: Contribution
    digest: bytes
    opening: Opening


class SmallHistory:
    """Builds the history; ``facts`` is what an audit reads, ``names`` has the CID of each blob by its part in it."""

    def __init__(self, lies: Mapping[str, Lie] | None = None) -> None:
        self._lies = dict(lies or {})
        self.told: set[str] = set()
        self.blobs = MemoryBlobStore()
        self.reads = FakeReads()
        self.events: list[ev.Event] = []
        self.names: dict[str, Cid] = {}
        self.people = {n: person(n) for n in ("requester", "op", "op2", "ann", "bob", "buyer", "watcher", "stranger")}
        self.reviewers = [person("reviewer 1"), person("reviewer 2")]
        self.holders = [person(f"holder {n}") for n in range(3)]
        self.terms = self._fund()
        self._join()
        self.clips = [self._clip(0, "ann", b"first"), self._clip(1, "bob", b"second"), self._clip(2, "bob", b"first")]
        self.anchor = self._anchor()
        self.seed = self._seed()
        self.verdicts = self._review()
        self.voided_key, self.key = settlement_key(1, 0, 0), settlement_key(1, 0, 1)
        self._settle_wrongly()
        self.posted, self.pays = self._settle()
        self._pay()
        self.version_key = self._publish()
        self._sell()
        self.release = self._release()
        self._balances()
        missed = set(self._lies) - self.told
        assert not missed, f"lies nobody heard: {missed}"

    @property
    def facts(self) -> Facts:
        """What an audit of the head reads."""
        return Facts(CHAIN_ID, HEAD, block_time(HEAD), ADDRESSES, tuple(self.events), self.reads, self.blobs)

    def address(self, who: str) -> str:
        """An account by name."""
        return self.people[who].address

    def _lie(self, place: str, value: T) -> T:
        if place not in self._lies:
            return value
        self.told.add(place)
        changed: T = self._lies[place](value)
        return changed

    def _at(self, block: int) -> ev.Position:
        return ev.Position(block, len(self.events), block_hash(block), f"0x{len(self.events):064x}")

    def _put(self, name: str, record: Any) -> Cid:
        self.names[name] = self.blobs.put_block(codec.encode(record), DAG_CBOR)
        return self.names[name]

    # Campaign and people

    def _fund(self) -> Terms:
        spec = CampaignSpec("Pick", "pick", "robot_episode", (), (), (), 0, 0, 0, (), "It was picked.", (), (), ())
        terms = Terms(
            requester=self.address("requester"),
            token=TOKEN,
            spec_digest=cid_digest(self._put("spec", spec)),
            unit_reward=R,
            threshold_milli=0,
            review_fee_bps=300,
            operator_fee_bps=500,
            deposit_bps=5_000,
            owner_bps=1_000,
            fee_bps=250,
            deadline=5_000,
            settle_window=60,
            challenge_window=FINAL_TIME - block_time(SETTLE_BLOCK),
            lapse_window=500,
            mode=0,
            licence=PRESETS[1].digest(),
            purposes=PURPOSE_BITS.mask(PURPOSES),
            regions=REGION_BITS.mask(("DE", "FR")),
            minimum_age=18,
            pool=0,
            pool_floor=0,
        )
        terms = self._lie("terms", terms)
        self.events.append(ev.Funded(self._at(1), 1, terms.requester, BUDGET, terms))
        self.reads.terms[1] = self._lie("terms-hash", terms.hash())
        return terms

    def _join(self) -> None:
        for number, holder in enumerate(self.holders, 1):
            self.events.append(ev.Joined(self._at(2), holder.address, HOLDER_ROLE, 100, 100))
            url = f"http://holder-{number}"
            self.events.append(ev.HolderRegistered(self._at(2), number, holder.address, holder.public_key, url))
        for reviewer in self.reviewers:
            self.events.append(ev.Joined(self._at(3), reviewer.address, REVIEWER_ROLE, 100, 100))
        for number, reviewer in enumerate(self.reviewers):
            self.events.append(ev.Synced(self._at(3), reviewer.address, number, 100))

    # Contributions

    def _clip(self, item: int, who: str, content: bytes) -> Clip:
        plain = content * 300_000  # two frames
        digest = sha256(plain).digest()
        root, owner = content_root((digest,)), self.people[who]
        label = self._lie(f"label/{item}", contribution_label(DOMAIN, 1, owner.address, root))
        key = key_from_seed(sha256(b"key" + bytes([item])).digest() * 2)
        keys = [HolderKey(n, h.address, h.public_key) for n, h in enumerate(self.holders, 1)]
        envelope = seal(key, keys, 2, label)
        cipher = FileCipher(key, label, FileRef(0, "clip.mp4", digest))
        frames = [bytes(frame) for frame in encrypt_stream(io.BytesIO(plain), cipher)]
        cid = self.blobs.put(frames)
        self.names[f"frame/{item}"] = raw_cid(sha256(frames[0]).digest())
        self.names[f"preview/{item}"] = self.blobs.put(b"jpeg" + bytes([item]))
        consent = self._lie(
            f"consent/{item}",
            ConsentReceipt(1, owner.address, root, 1, "lab", PURPOSES, ("DE", "FR"), 18, owner.address, 1_000, ()),
        )
        manifest = self._lie(
            f"manifest/{item}",
            Manifest(
                campaign=1,
                modality="robot_episode",
                format="lerobot-v3.0",
                episode=0,
                task="pick",
                embodiment="so100",
                device="so100",
                length=10,
                fps_milli=30_000,
                files=(ManifestFile("clip.mp4", len(plain), "video/mp4", digest, cid),),
                sensors=(),
                check_suite="1",
                consent=cid_digest(self._put(f"consent/{item}", consent)),
                envelope=self._put(f"envelope/{item}", envelope),
                previews=(self.names[f"preview/{item}"],),
                derived_from=(),
            ),
        )
        given = Contribution(
            1, owner.address, cid_digest(self._put(f"manifest/{item}", manifest)), root, manifest.consent, item
        )
        opening = self._lie(
            f"opening/{item}",
            Opening(
                1,
                owner.address,
                given.manifest,
                root,
                given.consent,
                item,
                owner.sign_digest(given.digest(DOMAIN)),
                sha256(b"salt" + bytes([item])).digest(),
            ),
        )
        return Clip(item, manifest, envelope, given, given.digest(DOMAIN), opening)

    def _anchor(self) -> Anchor:
        leaves = tuple(
            anchor_leaf(DOMAIN, 1, sha256(b"salt" + bytes([c.item])).digest(), c.given.contributor, c.digest)
            for c in self.clips
        )
        cid = self._put("leaves", self._lie("leaves", AnchorLeaves(1, leaves)))
        anchor = self._lie(
            "anchor",
            Anchor(
                sequence=1,
                first_item=0,
                count=3,
                anchorer=self.address("op"),
                time=block_time(ANCHOR_BLOCK),
                block=ANCHOR_BLOCK,
                direct=False,
                root=build(leaves).root,
                cid=cid_digest(cid),
                weights=0,
            ),
        )
        self.events.append(ev.Anchored(self._at(ANCHOR_BLOCK), 1, anchor.anchorer, anchor))
        self.reads.anchors[(1, 0)] = self._lie("anchor-hash", anchor.hash())
        return anchor

    def _seed(self) -> bytes:
        seed = self._lie("seed", block_hash(ANCHOR_BLOCK + 1))
        self.events.append(ev.SeedRecorded(self._at(ANCHOR_BLOCK + 2), 1, 0, seed, False))
        self.reads.seeds[(1, 0)] = seed
        return seed

    # Checks and votes

    def _review(self) -> list[Verdict]:
        asked = [self._votes(0, ACCEPT), self._votes(1, REJECT), []]
        self._commit_rounds([[v for v, _ in votes] for votes in asked])
        index, verdicts = CopyIndex(), []
        for clip, votes in zip(self.clips, asked, strict=True):
            report = self._lie(f"report/{clip.item}", self._report(clip, index))
            self.names[f"report/{clip.item}"] = self.blobs.put_block(report.to_bytes(), DAG_CBOR)
            snapshot = self._lie(f"index/{clip.item}", index)
            self.names[f"index/{clip.item}"] = self.blobs.put_block(snapshot.to_bytes(), DAG_CBOR)
            verdicts.append(self._lie(f"verdict/{clip.item}", self._verdict(clip, report, votes)))
            order = self.anchor.sequence << 10 | clip.item
            index.add(clip.digest.hex(), order, clip.given.content_root, Fingerprints.none())
        return verdicts

    def _report(self, clip: Clip, index: CopyIndex) -> CheckReport:
        findings: tuple[Finding, ...] = ()
        if index.same_content(clip.given.content_root):
            told = Finding("copy/exact-content", 1, Severity.DEFECT, "Already submitted.", "the same content", "none")
            findings = (told,)
        llr = llr_milli(findings, ())
        suite, root = weights().suite, clip.given.content_root
        return CheckReport(
            suite, root, "e", len(index), findings, (), (), 1000, llr, Quality.REVIEW, Fingerprints.none()
        )

    def _votes(self, item: int, verdict: int) -> list[tuple[CountedVote, Cid]]:
        linked = (self.clips[item].given.contributor, self.address("op"))
        pool = eligible([Candidate(r.address, 100) for r in self.reviewers], linked)
        lot = Lot(CHAIN_ID, ADDRESSES.reviewers, 1, item, self.seed)
        cast = []
        for number, who in enumerate(self._lie(f"reviewers/{item}", draw(lot, 2, pool))):
            seen = () if verdict == ACCEPT else (Seen("dropped", 100, 200),)
            salt = sha256(b"vote" + bytes([item, number])).digest()
            ballot = Ballot(1, item, number, who, verdict, Reasons(seen, ""), salt)
            vote = CountedVote(who, number, verdict, START_WEIGHT, ballot.commit(DOMAIN))
            told = self._lie(f"ballot/{item}/{number}", ballot)
            cast.append((vote, self._put(f"ballot/{item}/{number}", told)))
        return cast

    def _commit_rounds(self, votes: list[list[CountedVote]]) -> None:
        for number in range(self._lie("rounds", 2)):
            leaves = [bytes(32)] * len(votes)
            for item, v in ((item, v) for item, row in enumerate(votes) for v in row if v.round == number):
                leaves[item] = VoteCommit(1, item, number, v.reviewer, v.commit, b"").leaf(DOMAIN)
            root = self._lie(f"commit-root/{number}", build(leaves).root if any(map(any, leaves)) else b"\x01" * 32)
            count, time, block, operator = len(leaves), 1_015, 15, self.address("op")
            self.events.append(ev.VotesCommitted(self._at(block), 1, 0, operator, number, root, count, time))
            word = abi_hash(("bytes32", "uint32", "uint40"), (root, count, time))
            self.reads.commit_roots[(1, 0, number, operator)] = self._lie(f"commit-word/{number}", word)

    def _verdict(self, clip: Clip, report: CheckReport, votes: list[tuple[CountedVote, Cid]]) -> Verdict:
        counted, novelty = tuple(v for v, _ in votes), 0 if report.is_copy else 10_000
        worth = value(report.llr_milli, 0, counted, threshold=0, unit_reward=R, novelty=novelty)
        return Verdict(
            item=clip.item,
            contributor=clip.given.contributor,
            contribution=clip.digest,
            llr=report.llr_milli,
            prior=0,
            votes=counted,
            grade=100,
            novelty=novelty,
            byte=worth.byte,
            reward=Amount(worth.reward),
            score=worth.score,
            opening=opening_hash(clip.opening.salt, clip.opening.signature),
            report=self.names[f"report/{clip.item}"],
            index=self.names[f"index/{clip.item}"],
            ballots=tuple(cid for _, cid in votes),
            reason="" if worth.byte == ACCEPTED else "dropped at 0.100-0.200 s; appeal: see the report",
        )

    # Settlement and pay

    def _settle_wrongly(self) -> None:
        """Attempt 0 pays the operator alone; a watcher has it voided."""
        posted = self._post(self.voided_key, "op", bytes(32), bytes(32), 0, 0, b"\x00\x00" * 3, bytes(32), bytes(32))
        watcher, half = self.address("watcher"), posted.bond // 2
        self.events.append(ev.Voided(self._at(SETTLE_BLOCK), posted.key, watcher, b"\x00" * 4, 0))
        self.events.append(ev.Collected(self._at(SETTLE_BLOCK), posted.key, watcher, half, posted.bond - half))
        self.events.append(ev.Credited(self._at(SETTLE_BLOCK), 1, posted.bond - half))
        posted_slot = self.reads.slots[posted.key]
        stored = posted_slot.digest if posted_slot.digest != posted.hash()[:26] else posted.void_hash(watcher)[:26]
        void = replace(posted_slot, digest=stored, flags=POSTED | VOID | COLLECTED)
        self.reads.slots[posted.key] = self._lie("voided-slot", void)

    def _settle(self) -> tuple[Posted, list[Pay]]:
        rows = self._pay_rows()
        index = {item: n for n, row in enumerate(rows) if row.kind == CONTRIBUTOR for item in row.items}
        leaves = [
            item_of(v, index.get(v.item, NO_PAY_INDEX), share_weight_of(v)).leaf(
                CHAIN_ID, ADDRESSES.settlement, self.key
            )
            for v in self.verdicts
        ]
        pays, sum_ = [], 0
        for number, row in enumerate(rows):
            sum_ += row.amount
            pays.append(Pay(number, row.account, row.amount, sum_, row.kind, items_hash(row.items)))
        pay_root = build_pays(pays, CHAIN_ID, ADDRESSES.settlement, self.key).root
        snapshot = ReputationSnapshot(())
        evidence = Evidence(
            key=Amount(self.key),
            campaign=1,
            openings=tuple(c.opening for c in self.clips),
            verdicts=tuple(self._put(f"verdict/{v.item}", v) for v in self.verdicts),
            pay=tuple(rows),
            reputation=self._put("reputation", snapshot),
            suite="1",
        )
        told = self._lie("bytes", b"".join(bytes((v.byte, v.score)) for v in self.verdicts))
        item_root = self._lie("item-root", build(leaves).root)
        digest = cid_digest(self._put("evidence", evidence))
        reputation = self._lie("reputation", bytes(32))
        posted = self._post(self.key, "op2", item_root, pay_root, len(pays), sum_, told, digest, reputation)
        return posted, pays

    def _pay_rows(self) -> list[PayRow]:
        """What the rule pays for these verdicts; a cheat whose verdicts break the rule pays by those before the lie."""
        args = (CHAIN_ID, ADDRESSES.settlement, self.key, self.terms, self.address("op2"))
        try:
            made = draft(*args, self.verdicts)
        except MarketError:
            made = draft(*args, [self._ruled(v) for v in self.verdicts])
        rows = [PayRow(b.pay.account, Amount(b.pay.amount), b.pay.kind, b.items) for b in made.books]
        return [self._lie(f"pay/{number}", row) for number, row in enumerate(rows)]

    def _ruled(self, v: Verdict) -> Verdict:
        """The verdict with the byte, reward and score its own numbers give."""
        worth = value(v.llr, v.prior, v.votes, threshold=0, unit_reward=R, grade=v.grade, novelty=v.novelty)
        return replace(v, byte=worth.byte, reward=Amount(worth.reward), score=worth.score)

    def _post(
        self,
        key: int,
        settler: str,
        item_root: bytes,
        pay_root: bytes,
        pays: int,
        total: int,
        verdicts: bytes,
        evidence: bytes,
        reputation: bytes,
    ) -> Posted:
        posted = Posted(
            key=key,
            campaign=1,
            terms=self.terms.hash(),
            token=TOKEN,
            first_item=0,
            count=3,
            settler=self.address(settler),
            item_root=item_root,
            pay_root=pay_root,
            pay_count=pays,
            total=total,
            reserve=3 * reserve_of(self.terms),
            verdicts_hash=keccak256(verdicts),
            evidence=evidence,
            reputation=reputation,
            anchors_hash=anchors_hash([self.anchor]),
            final_at=FINAL_TIME,
            bond=max(total // 4, 10 * R),
        )
        posted = self._lie(f"posted/{key & 1}", posted)
        self.events.append(ev.Settled(self._at(SETTLE_BLOCK), key, 1, posted, verdicts))
        stored = self._lie(f"posted-hash/{key & 1}", posted.hash())[:26]
        self.reads.slots[key] = Slot(stored, posted.final_at, POSTED)
        return posted

    def _pay(self) -> None:
        """The first leaf is claimed, the others are pushed."""
        first, rest = self.pays[0], self.pays[1:]
        self.events.append(ev.Claimed(self._at(60), self.key, self._lie("claim", first.index)))
        pushed = sum(p.amount for p in rest)
        self.events.append(ev.Pushed(self._at(61), self.key, 1, len(rest), pushed))
        self.reads.paid_leaves |= {(self.key, p.index) for p in self.pays}
        self.reads.paid_sums[self.key] = self._lie("paid", first.amount + pushed)
        total = self.posted.total
        self.reads.slots[self.key] = self._lie("slot", self.reads.slots[self.key])
        escrow = BUDGET + 5 * R - total  # 5 R: half of the voided settlement's bond
        self.reads.states[1] = self._lie("state", CampaignState(escrow, self.posted.reserve - total, 3, 3))

    # Dataset and sale

    def _publish(self) -> int:
        self.events.append(ev.DatasetCreated(self._at(62), 1, 1, self.address("requester")))
        rows = tuple(self._episode(v) for v in self.verdicts if v.byte == ACCEPTED)
        licence = dag_cbor_cid(self.terms.licence)
        manifest = DatasetManifest("Pick", "", 1, self.names["spec"], "robot_episode", (licence,), rows)
        manifest = self._lie("manifest", manifest)
        self._put("dataset", manifest)
        offer = Offer(self.terms.licence, PRICE, LICENCE_S, self.terms.purposes, REGION_BITS.mask(("DE",)))
        offers = (self._lie("offer", offer),)
        contract, keys = ADDRESSES.datasets, (self.key,)
        made = draft_version(CHAIN_ID, contract, 1, 1, 1, self.terms, manifest, keys, offers)
        version = self._lie("version", made.version)
        self.shares = made.shares
        publisher = self.address("op2")
        self.events.append(ev.Published(self._at(63), version.key, 1, publisher, version, keys))
        self.reads.versions[version.key] = self._lie("version-hash", version.hash())
        self.version = version
        return version.key

    def _episode(self, verdict: Verdict) -> DatasetEpisode:
        clip = self.clips[verdict.item]
        row = DatasetEpisode(
            contribution=clip.digest,
            contributor=clip.given.contributor,
            content_root=clip.given.content_root,
            envelope=cid_digest(clip.manifest.envelope),
            manifest=dag_cbor_cid(clip.given.manifest),
            weight=share_weight_of(verdict),
            item=clip.item,
            settlement=Amount(self.key),
        )
        return self._lie(f"episode/{clip.item}", row)

    def _sell(self) -> None:
        key, buyer = self.version_key, self.address("buyer")
        self.licence = licence_id(key, 0, self.terms.licence)
        price = self._lie("price", PRICE)
        use = self._lie("use", Use(PURPOSE_BITS.bit("commercial-training"), REGION_BITS.bit("DE")))
        at = self._at(SALE_BLOCK)
        self.events.append(ev.Sold(at, key, buyer, buyer, 0, self.licence, price, use.purpose, use.region))
        self.reads.sold[key] = self._lie("sales", Sales(price, block_time(63), block_time(64), 1))
        split = split_of(price, self.terms.owner_bps, self.terms.fee_bps)
        share = self._lie("share-claim", split.pool)
        account = self.shares[0].account
        self.events.append(ev.ShareClaimed(self._at(72), key, account, 0, share))
        owner = self._lie("owner-claim", split.owner)
        self.events.append(ev.OwnerClaimed(self._at(73), key, self.address("requester"), owner))
        self.reads.shares[(key, 0)] = share
        self.reads.sold_paid[key] = self._lie("sales-paid", SalesPaid(share, owner))

    def _release(self) -> Release:
        clip, holder = self.clips[0], self.holders[0]
        request = ReleaseRequest(
            role=Role.BUYER,
            campaign=1,
            dataset=1,
            version=1,
            licence=self.licence.to_bytes(32, "big"),
            contribution=clip.digest,
            holder=holder.address,
            requester=self.address("buyer"),
            recipient_key=X25519PrivateKey.from_private_bytes(b"\x07" * 32).public_key().public_bytes_raw(),
            expiry=2_000,
            nonce=b"n" * 32,
        )
        when = self._lie("release-time", block_time(SALE_BLOCK + 5))
        made = answer(self._lie("request", request), clip.envelope, holder, DOMAIN, when)
        release = self._lie("release", made)
        self._put("release", release)
        return release

    def _balances(self) -> None:
        bonds = 5 * R  # half of the voided settlement's
        self.reads.balances[(TOKEN, ADDRESSES.settlement)] = BUDGET + bonds - sum(p.amount for p in self.pays)
        paid = self.reads.sold_paid[self.version_key]
        self.reads.balances[(TOKEN, ADDRESSES.datasets)] = PRICE - paid.pool - paid.owner
