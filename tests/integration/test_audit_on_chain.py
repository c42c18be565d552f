"""The audit against the compiled contracts: it passes after every step of a campaign, and a changed byte shows."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from headwater.chain import LOCAL, KeySigner, anvil
from headwater.chain import events as ev
from headwater.chain.ports import TransactionSigner
from headwater.chain.stakes import HOLDER_ROLE, OPERATOR_ROLE, REVIEWER_ROLE
from headwater.chain.structs import (
    ACCEPTED,
    REJECTED,
    Anchor,
    Offer,
    Posted,
    Terms,
    Use,
    Vote,
    opening_hash,
    settlement_key,
)
from headwater.checks import CheckReport, CopyIndex, Finding, Fingerprints, Quality, Severity
from headwater.checks.llr import llr_milli, weights
from headwater.client.audit import AuditReport, run_audit
from headwater.market import Draft, draft, draft_version, share_weight_of, value
from headwater.market.settlement import assemble
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import DAG_CBOR, Cid, cid_digest, dag_cbor_cid, raw_cid
from headwater.primitives.hashing import ZERO_WORD
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
from headwater.records.purposes import PURPOSES
from headwater.records.release import ReleaseRequest, Role
from headwater.records.verdict import CountedVote, Verdict
from headwater.records.vote import ACCEPT, REJECT, Ballot, Reasons, VoteCommit
from headwater.records.vote import Evidence as Seen
from headwater.review import START_WEIGHT, Candidate, Lot, Step, draw, eligible, next_step
from headwater.storage import MemoryBlobStore
from headwater.testing.sealed import person
from headwater.vault import (
    FileCipher,
    FileRef,
    HolderKey,
    HolderSecret,
    answer,
    contribution_label,
    encrypt_stream,
    key_from_seed,
    seal,
)

if TYPE_CHECKING:
    from tests.integration.conftest import Town

pytestmark = pytest.mark.chain
DOLLAR = 10**6
R, BUDGET, PRICE = 10 * DOLLAR, 1_000 * DOLLAR, 33_333_337  # a price no part divides


@dataclass(frozen=True)
class Clip:
    """A signed contribution with its envelope."""

    item: int
    given: Contribution
    digest: bytes
    opening: Opening
    envelope: KeyEnvelope


class Campaign:
    """One campaign on the real contracts, driven by hand."""

    def __init__(self, town: Town) -> None:
        self.c, self.town, self.blobs = town.contracts, town, MemoryBlobStore()
        self.op, self.op2 = (town.member(OPERATOR_ROLE, collateral=1_000) for _ in range(2))
        self._publisher(self.op2)
        self.reviewers = [town.member(REVIEWER_ROLE) for _ in range(2)]
        self.holders = [self._holder(n) for n in (1, 2)]
        self.requester = town.account(BUDGET // DOLLAR)
        self.people = [KeySigner.create(), KeySigner.create()]
        self.terms, self.id = self._fund()

    def audit(self) -> AuditReport:
        report = run_audit(self.c, self.blobs)
        assert not report.failures, "\n".join(claim.line() for claim in report.failures)
        return report

    def put(self, record: Any) -> Cid:
        return self.blobs.put_block(codec.encode(record), DAG_CBOR)

    def _publisher(self, operator: KeySigner) -> None:
        token, stakes, bond = self.c.network_token, self.c.stakes, LOCAL.publish_bond
        token.transfer(self.town.deployer, operator.address, bond)
        token.approve(operator, stakes.address, bond)
        stakes.deposit(operator, token.address, bond)

    def _holder(self, number: int) -> HolderSecret:
        holder, stakes, token = person(f"audit holder {number}"), self.c.stakes, self.c.network_token
        anvil.fund(self.c.chain, holder.address)
        least = stakes.minimum(HOLDER_ROLE)
        token.transfer(self.town.deployer, holder.address, least)
        token.approve(holder, stakes.address, least)
        stakes.join(holder, HOLDER_ROLE, least)
        stakes.register_holder(holder, f"http://127.0.0.1:{number}", holder.public_key)
        return holder

    def _fund(self) -> tuple[Terms, int]:
        spec = CampaignSpec("Pick", "pick", "robot_episode", (), (), (), 0, 0, 0, (), "It was picked.", (), (), ())
        terms = Terms(
            requester=self.requester.address,
            token=self.c.local_dollar.address,
            spec_digest=cid_digest(self.put(spec)),
            unit_reward=R,
            threshold_milli=0,
            review_fee_bps=300,
            operator_fee_bps=500,
            deposit_bps=5_000,
            owner_bps=1_111,
            fee_bps=250,
            deadline=self.c.chain.now() + 600,
            settle_window=2,
            challenge_window=30,
            lapse_window=120,
            mode=0,
            licence=PRESETS[1].digest(),
            purposes=7,
            regions=0,
            minimum_age=0,
            pool=0,
            pool_floor=0,
        )
        dollar, campaigns = self.c.local_dollar, self.c.campaigns
        permit = dollar.permit(self.requester, campaigns.address, BUDGET - 7)
        number = campaigns.fund_with_permit(self.requester, terms, permit).only(ev.Funded).campaign
        dollar.approve(self.requester, campaigns.address, 7)
        campaigns.top_up(self.requester, number, terms, 7)
        return terms, number

    def clip(self, item: int, content: bytes) -> Clip:
        domain, owner = self.c.campaigns_domain, self.people[item]
        digest = sha256(content).digest()
        root = content_root((digest,))
        label = contribution_label(domain, self.id, owner.address, root)
        keys = [HolderKey(n, h.address, h.public_key) for n, h in enumerate(self.holders, 1)]
        key = key_from_seed(bytes([item]) * 64)
        envelope = seal(key, keys, 2, label)
        cipher = FileCipher(key, label, FileRef(0, "clip.mp4", digest))
        cid = self.blobs.put(bytes(frame) for frame in encrypt_stream(io.BytesIO(content), cipher))
        who = owner.address
        consent = ConsentReceipt(self.id, who, root, 0, "lab", PURPOSES, (), 0, who, 1, ())
        manifest = Manifest(
            campaign=self.id,
            modality="robot_episode",
            format="lerobot-v3.0",
            episode=0,
            task="pick",
            embodiment="so100",
            device="so100",
            length=10,
            fps_milli=30_000,
            files=(ManifestFile("clip.mp4", len(content), "video/mp4", digest, cid),),
            sensors=(),
            check_suite="",
            consent=cid_digest(self.put(consent)),
            envelope=self.put(envelope),
            previews=(),
            derived_from=(),
        )
        given = Contribution(self.id, who, cid_digest(self.put(manifest)), root, manifest.consent, item)
        signature = owner.sign_digest(given.digest(domain))
        opening = Opening(self.id, who, given.manifest, root, given.consent, item, signature, bytes([item]) * 32)
        return Clip(item, given, given.digest(domain), opening, envelope)

    def anchor(self, clips: list[Clip]) -> tuple[Anchor, bytes]:
        domain = self.c.campaigns_domain
        leaves = tuple(anchor_leaf(domain, self.id, x.opening.salt, x.opening.contributor, x.digest) for x in clips)
        cid, root = self.put(AnchorLeaves(self.id, leaves)), build(leaves).root
        sent = self.c.campaigns.anchor(self.op, self.id, self.terms, root, len(clips), cid_digest(cid))
        anchor = sent.only(ev.Anchored).anchor
        self.c.chain.request("anvil_mine", "0x3")
        seed = self.c.campaigns.record_seed(self.op, self.id, anchor).only(ev.SeedRecorded).seed
        return anchor, seed

    def reports(self, clips: list[Clip], anchor: Anchor) -> list[tuple[CheckReport, Cid, Cid]]:
        index, made = CopyIndex(), []
        for clip in clips:
            told = Finding("copy/exact-content", 1, Severity.DEFECT, "Already submitted.", "the same", "other content")
            found = (told,) if index.same_content(clip.given.content_root) else ()
            llr, root = llr_milli(found, ()), clip.given.content_root
            report = CheckReport(
                *(weights().suite, root, "e", len(index), found, (), (), 1000, llr, Quality.REVIEW, Fingerprints.none())
            )
            snapshot = self.blobs.put_block(index.to_bytes(), DAG_CBOR)
            made.append((report, self.blobs.put_block(report.to_bytes(), DAG_CBOR), snapshot))
            index.add(clip.digest.hex(), anchor.sequence << 10 | clip.item, root, Fingerprints.none())
        return made

    def verdicts(self, clips: list[Clip], anchor: Anchor, seed: bytes) -> list[Verdict]:
        reports = self.reports(clips, anchor)
        votes = [self.votes(x, r.llr_milli, seed, anchor) for x, (r, _, _) in zip(clips, reports, strict=True)]
        self.commit_rounds(anchor, clips, votes)
        rows = zip(clips, reports, votes, strict=True)
        return [self.verdict(clip, *report, cast) for clip, report, cast in rows]

    def votes(self, clip: Clip, llr: int, seed: bytes, anchor: Anchor) -> list[tuple[CountedVote, Cid]]:
        stake = self.c.stakes.minimum(REVIEWER_ROLE)
        linked = (clip.given.contributor, anchor.anchorer)
        pool = eligible([Candidate(r.address, stake) for r in self.reviewers], linked)
        lot = Lot(self.c.chain.chain_id, self.c.reviewers.address, self.id, clip.item, seed)
        cast: list[tuple[CountedVote, Cid]] = []
        while next_step(llr, 0, 0, [v for v, _ in cast], seed, clip.item, len(pool)) is Step.ASK:
            number, verdict = len(cast), REJECT if llr < 0 else ACCEPT
            who = draw(lot, number + 1, pool)[number]
            seen = () if verdict == ACCEPT else (Seen("copy", 0, 100),)
            ballot = Ballot(self.id, clip.item, number, who, verdict, Reasons(seen, ""), bytes([number]) * 32)
            commit = ballot.commit(self.c.campaigns_domain)
            cast.append((CountedVote(who, number, verdict, START_WEIGHT, commit), self.put(ballot)))
        return cast

    def commit_rounds(self, anchor: Anchor, clips: list[Clip], votes: list[list[tuple[CountedVote, Cid]]]) -> None:
        for number in range(max(len(row) for row in votes)):
            mine = [(x.item, row[number][0]) for x, row in zip(clips, votes, strict=True) if number < len(row)]
            leaves = [ZERO_WORD] * anchor.count
            for item, v in mine:
                commit = VoteCommit(self.id, item, number, v.reviewer, v.commit, b"")
                leaves[item - anchor.first_item] = commit.leaf(self.c.campaigns_domain)
            root = build(leaves).root
            self.c.campaigns.commit_votes(self.op, self.id, anchor.first_item, number, root, anchor.count)

    def verdict(
        self, clip: Clip, report: CheckReport, cid: Cid, index: Cid, cast: list[tuple[CountedVote, Cid]]
    ) -> Verdict:
        votes, novelty = tuple(v for v, _ in cast), 0 if report.is_copy else 10_000
        worth = value(report.llr_milli, 0, votes, threshold=0, unit_reward=R, novelty=novelty)
        return Verdict(
            item=clip.item,
            contributor=clip.given.contributor,
            contribution=clip.digest,
            llr=report.llr_milli,
            prior=0,
            votes=votes,
            grade=100,
            novelty=novelty,
            byte=worth.byte,
            reward=Amount(worth.reward),
            score=worth.score,
            opening=opening_hash(clip.opening.salt, clip.opening.signature),
            report=cid,
            index=index,
            ballots=tuple(ballot for _, ballot in cast),
            reason="" if worth.byte == ACCEPTED else "a copy of item 0; appeal: see the report",
        )

    def settle(
        self, by: KeySigner, made: Draft, clips: list[Clip], anchor: Anchor, voided: list[tuple[Posted, str]]
    ) -> ev.Settled:
        snapshot = ReputationSnapshot(())
        evidence = Evidence(
            key=Amount(made.key),
            campaign=self.id,
            openings=tuple(clip.opening for clip in clips),
            verdicts=tuple(self.put(v) for v in made.verdicts),
            pay=tuple(PayRow(b.pay.account, Amount(b.pay.amount), b.pay.kind, b.items) for b in made.books),
            reputation=self.put(snapshot),
            suite=weights().suite,
        )
        given = made.input(self.id, cid_digest(self.put(evidence)), ZERO_WORD)
        if voided:
            return self.c.settlement.resettle(by, self.terms, [anchor], given, voided).only(ev.Settled)
        return self.c.settlement.settle(by, self.terms, [anchor], given).only(ev.Settled)

    def publish(self, key: int, clips: list[Clip], verdicts: list[Verdict]) -> ev.Published:
        dataset = self.c.datasets.create(self.op2, self.id, self.terms).only(ev.DatasetCreated).dataset
        rows = tuple(
            DatasetEpisode(
                contribution=clips[v.item].digest,
                contributor=v.contributor,
                content_root=clips[v.item].given.content_root,
                envelope=codec.digest(clips[v.item].envelope),
                manifest=dag_cbor_cid(clips[v.item].given.manifest),
                weight=share_weight_of(v),
                item=v.item,
                settlement=Amount(key),
            )
            for v in verdicts
            if v.byte == ACCEPTED
        )
        spec, licence = dag_cbor_cid(self.terms.spec_digest), dag_cbor_cid(self.terms.licence)
        manifest = DatasetManifest("Pick", "", self.id, spec, "robot_episode", (licence,), rows)
        self.put(manifest)
        chain_id, contract = self.c.chain.chain_id, self.c.datasets.address
        offers = (Offer(self.terms.licence, PRICE, 3_600, 7, 0),)
        made = draft_version(chain_id, contract, dataset, 1, self.id, self.terms, manifest, [key], offers)
        self.drafted = made
        return self.c.datasets.publish(self.op2, made.version, [key], self.terms).only(ev.Published)

    def give_key(self, clip: Clip, licence: int, requester: str) -> Cid:
        """What the first holder answers, stored as buyers store it."""
        version = self.drafted.version
        request = ReleaseRequest(
            role=Role.BUYER,
            campaign=self.id,
            dataset=version.dataset,
            version=version.number,
            licence=licence.to_bytes(32, "big"),
            contribution=clip.digest,
            holder=self.holders[0].address,
            requester=requester,
            recipient_key=self.holders[1].public_key,
            expiry=self.c.chain.now() + 60,
            nonce=sha256(requester.encode()).digest(),
        )
        release = answer(request, clip.envelope, self.holders[0], self.c.campaigns_domain, self.c.chain.now())
        return self.put(release)


def void(campaign: Campaign, settled: ev.Settled, made: Draft, watcher: TransactionSigner) -> None:
    votes = [Vote(v.reviewer, v.round, v.verdict, v.weight, v.commit) for v in made.verdicts[0].votes]
    proof = made.item_tree.proof(0)
    campaign.c.faults.prove_verdict(watcher, settled.posted, campaign.terms, made.items[0], proof, votes)


def test_the_audit_passes_after_every_step_and_a_changed_byte_is_named(town: Town) -> None:
    campaign = Campaign(town)
    c, terms = campaign.c, campaign.terms
    campaign.audit()

    clips = [campaign.clip(0, b"picked" * 1000), campaign.clip(1, b"picked" * 1000)]
    anchor, seed = campaign.anchor(clips)
    campaign.audit()

    verdicts = campaign.verdicts(clips, anchor, seed)
    assert [v.byte for v in verdicts] == [ACCEPTED, 2]
    where = (c.chain.chain_id, c.settlement.address)
    wrong = [replace(verdicts[0], byte=REJECTED, reward=Amount(0), score=0, reason="no"), verdicts[1]]
    lied = assemble(*where, settlement_key(campaign.id, 0, 0), terms, campaign.op.address, wrong)
    first = campaign.settle(campaign.op, lied, clips, anchor, [])
    failures = run_audit(c, campaign.blobs).failures
    assert {claim.id for claim in failures} == {f"campaign/{campaign.id}/item/0/verdict"}

    watcher = town.account()
    void(campaign, first, lied, watcher)
    campaign.audit()
    c.settlement.collect(watcher, first.posted, watcher.address)
    assert any(watcher.address in claim.detail for claim in campaign.audit().claims)

    made = draft(*where, settlement_key(campaign.id, 0, 1), terms, campaign.op2.address, verdicts)
    settled = campaign.settle(campaign.op2, made, clips, anchor, [(first.posted, watcher.address)])
    assert any(claim.detail.startswith("pending") for claim in campaign.audit().claims)

    town.skip(terms.challenge_window + 1)
    pays = [book.pay for book in made.books]
    c.settlement.claim(watcher, settled.posted, pays[0], made.pay_tree.proof(0))
    campaign.audit()
    c.settlement.push(watcher, settled.posted, pays, made.pay_tree.range_proof(0, len(pays)), made.pay_tree.path(0))
    released = c.settlement.release(watcher, settled.posted, terms, [anchor], settled.verdicts)
    assert released.only(ev.Released).forfeited == R // 2
    campaign.audit()

    published = campaign.publish(settled.key, clips, verdicts)
    buyer = town.account(PRICE // DOLLAR + 1)
    permit = c.local_dollar.permit(buyer, c.datasets.address, PRICE)
    sold = c.datasets.buy_with_permit(buyer, published.version, 0, buyer.address, Use(2, 56), permit).only(ev.Sold)
    campaign.give_key(clips[0], sold.licence, buyer.address)
    campaign.audit()

    town.skip(5)
    share, tree = campaign.drafted.shares[0], campaign.drafted.share_tree
    c.datasets.claim_share(watcher, published.version, share, tree.proof(0))
    c.datasets.claim_owner(watcher, published.version)
    c.datasets.claim_fee(watcher, published.version)
    assert campaign.audit().verdict() == "AUDIT PASS"

    stranger = campaign.give_key(clips[0], sold.licence, watcher.address)
    (claim,) = run_audit(c, campaign.blobs).failures
    assert claim.id == f"grant/{stranger}/entitled"
    assert watcher.address in claim.leaf

    del campaign.blobs.blocks[stranger]
    raw = next(cid for cid in campaign.blobs.blocks if cid == raw_cid(cid_digest(cid)))
    campaign.blobs.blocks[raw] = b"\0" + campaign.blobs.blocks[raw][1:]
    (claim,) = run_audit(c, campaign.blobs).failures
    assert raw in claim.leaf
