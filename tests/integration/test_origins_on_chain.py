"""Where items come from, on the real contracts: a watcher proves each lie, calls for what is hidden, and an operator's
node answers calls from its own records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest
from sqlalchemy import create_engine, insert, update

from headwater.chain import KeySigner
from headwater.chain import events as ev
from headwater.chain.calls import PAY_PLACES
from headwater.chain.stakes import OPERATOR_ROLE, REVIEWER_ROLE
from headwater.chain.structs import Anchor, Draw, Posted, Terms, opening_hash, settlement_key
from headwater.checks import CopyIndex
from headwater.client.network import Network
from headwater.client.origins import origin_of
from headwater.client.settled import settled
from headwater.client.watch import patrol
from headwater.client.watch_origins import Round, patrol_origins
from headwater.market import value
from headwater.market.settlement import assemble
from headwater.node.database import contributions, open_database
from headwater.node.errors import IntakeError, NotReadyError
from headwater.node.operator.answering import answer_calls
from headwater.node.operator.checking import index_before, unjudged
from headwater.node.operator.desk import Desk
from headwater.node.operator.intake import _signature_stands
from headwater.node.operator.proofs import AnchoredItem
from headwater.node.operator.settling import left_over, missing, nothing
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import DAG_CBOR, Cid, cid_digest, raw_cid
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import build
from headwater.records.anchor import AnchorLeaves
from headwater.records.contribution import Contribution, SignedContribution, anchor_leaf
from headwater.records.evidence import Evidence, Opening, PayRow, ReputationSnapshot
from headwater.records.verdict import CountedVote, Verdict
from headwater.records.vote import ACCEPT, Ballot, Reasons, VoteCommit
from headwater.review import START_WEIGHT
from headwater.storage import MemoryBlobStore

if TYPE_CHECKING:
    from tests.integration.conftest import Town

pytestmark = pytest.mark.chain
R, BUDGET, WINDOW = 10_000_000, 1_000, 30
YES_WALLET = "0x7f1626ba7e" + "00" * 28 + "60005260206000f3"  # answers every question with ERC-1271's yes
BLOBS = MemoryBlobStore()  # one for all: a watcher looks at every campaign of the network
NOTHING = raw_cid(sha256(b"").digest())


@dataclass(frozen=True)
class Clip:
    """What a contributor hands in."""

    given: Contribution
    signature: bytes
    salt: bytes


Lie = Callable[["Stage", list[Clip]], list[Clip]]


REVIEWERS: dict[str, KeySigner] = {}  # of the module's one network


class Stage:
    """One campaign, two clips with one vote each, settled from records of whoever settles."""

    def __init__(self, town: Town) -> None:
        self.town, self.c, self.blobs = town, town.contracts, BLOBS
        self.network = Network(self.c, self.blobs)
        self.operator = town.member(OPERATOR_ROLE, collateral=1_000)
        self.people = [KeySigner.create(), KeySigner.create()]
        for _ in range(2):
            who = town.member(REVIEWER_ROLE)
            REVIEWERS[who.address] = who
            self.c.reviewers.sync(who, who.address)
        self.terms, self.id = self._fund()
        self.watcher = self._watcher()

    def _fund(self) -> tuple[Terms, int]:
        requester = self.town.account(BUDGET)
        base = (requester.address, self.c.local_dollar.address, b"s" * 32, R, 0, 300, 500, 5_000, 0, 250)
        times = (self.c.chain.now() + 600, 2, WINDOW, 120)
        terms = Terms(*base, *times, 0, b"l" * 32, 7, 0, 0, 0, 0)
        self.c.local_dollar.approve(requester, self.c.campaigns.address, BUDGET * 10**6)
        funded = self.c.campaigns.fund(requester, terms, BUDGET * 10**6).only(ev.Funded)
        return terms, funded.campaign

    def _watcher(self) -> KeySigner:
        watcher, token, stakes = self.town.account(), self.c.network_token, self.c.stakes
        token.transfer(self.town.deployer, watcher.address, 20 * self.c.calls.bond())
        token.approve(watcher, stakes.address, 20 * self.c.calls.bond())
        stakes.deposit(watcher, token.address, 20 * self.c.calls.bond())
        return watcher

    def clip(self, n: int, content: bytes, campaign: int | None = None) -> Clip:
        who = self.people[n]
        words = (sha256(b"manifest" + content).digest(), sha256(content).digest(), sha256(b"consent").digest())
        given = Contribution(campaign or self.id, who.address, *words, n)
        return Clip(given, who.sign_digest(given.digest(self.c.campaigns_domain)), sha256(b"salt" + content).digest())

    def leaf(self, clip: Clip) -> bytes:
        domain = self.c.campaigns_domain
        return anchor_leaf(domain, self.id, clip.salt, clip.given.contributor, clip.given.digest(domain))

    def anchor(self, clips: Sequence[Clip]) -> Anchor:
        leaves = tuple(self.leaf(clip) for clip in clips)
        cid = cid_digest(self.network.put(AnchorLeaves(self.id, leaves)))
        given = (self.id, self.terms, build(leaves).root, len(leaves), cid)
        return self.c.campaigns.anchor(self.operator, *given).only(ev.Anchored).anchor

    def vote(self, anchor: Anchor) -> list[tuple[CountedVote, str]]:
        """One vote an item, of who is drawn for round 0, in a root of the operator's; the last item's reviewer commits
        himself too.
        """
        domain, cast, leaves = self.c.campaigns_domain, [], []
        self.c.chain.request("anvil_mine", "0x3")
        seed = self.c.campaigns.record_seed(self.operator, self.id, anchor).only(ev.SeedRecorded).seed
        for n in range(anchor.count):
            lot = Draw(self.id, anchor.first_item + n, seed, anchor.weights, "0x" + "0" * 40, anchor.anchorer)
            who = REVIEWERS[self.c.reviewers.drawn(lot, 1)[0]]
            ballot = Ballot(
                self.id, anchor.first_item + n, 0, who.address, ACCEPT, Reasons((), ""), bytes([n + 1]) * 32
            )
            commit = ballot.commit(domain)
            cast.append((CountedVote(who.address, 0, ACCEPT, START_WEIGHT, commit), str(self.network.put(ballot))))
            leaves.append(VoteCommit(self.id, ballot.item, 0, who.address, commit, b"").leaf(domain))
            if n == anchor.count - 1:
                self.c.campaigns.commit_vote(who, self.id, ballot.item, 0, commit)
        root = build(leaves).root
        self.c.campaigns.commit_votes(self.operator, self.id, anchor.first_item, 0, root, anchor.count)
        return cast

    def direct(self) -> Anchor:
        """Somebody anchors for himself, and hands nothing in."""
        dollar, bold = self.c.local_dollar, self.town.account(100, self.people[0])
        dollar.approve(bold, self.c.stakes.address, 100 * 10**6)
        self.c.stakes.deposit(bold, dollar.address, 100 * 10**6)
        made = self.c.campaigns.anchor_direct(bold, self.id, self.terms, b"d" * 32, b"c" * 32)
        return made.only(ev.Anchored).anchor

    def settle(
        self,
        anchor: Anchor,
        clips: Sequence[Clip],
        votes: Sequence[tuple[CountedVote, str]],
        *,
        blank: int = -1,
        left: Sequence[Anchor] = (),
    ) -> Posted:
        """Posts these clips as the anchor's items; ``blank`` is one without an opening, ``left`` never came."""
        verdicts = [self._verdict(anchor, n, clip, votes[n], blank) for n, clip in enumerate(clips)]
        verdicts += [missing(one.first_item, verdicts[0]) for one in left]
        key = settlement_key(self.id, anchor.first_item, 0)
        where = (self.c.chain.chain_id, self.c.settlement.address, key)
        made = assemble(*where, self.terms, self.operator.address, verdicts)
        evidence = Evidence(
            key=Amount(key),
            campaign=self.id,
            openings=(*(_opening(clip) for clip in clips), *(nothing(self.id) for _ in left)),
            verdicts=tuple(self.network.put(v) for v in verdicts),
            pay=tuple(PayRow(b.pay.account, Amount(b.pay.amount), b.pay.kind, b.items) for b in made.books),
            reputation=self.network.put(ReputationSnapshot(())),
            suite="1",
        )
        given = made.input(self.id, cid_digest(self.network.put(evidence)), ZERO_WORD)  # no epoch is final
        return self.c.settlement.settle(self.operator, self.terms, [anchor, *left], given).only(ev.Settled).posted

    def _verdict(self, anchor: Anchor, n: int, clip: Clip, vote: tuple[CountedVote, str], blank: int) -> Verdict:
        worth = value(5_000, 0, (vote[0],), threshold=self.terms.threshold_milli, unit_reward=R)
        return Verdict(
            item=anchor.first_item + n,
            contributor=clip.given.contributor,
            contribution=clip.given.digest(self.c.campaigns_domain),
            llr=5_000,
            prior=0,
            votes=(vote[0],),
            grade=100,
            novelty=10_000,
            byte=worth.byte,
            reward=Amount(worth.reward),
            score=worth.score,
            opening=ZERO_WORD if n == blank else opening_hash(clip.salt, clip.signature),
            report=NOTHING,
            index=NOTHING,
            ballots=(vote[1],),
            reason="",
        )

    def patrol(self) -> Round:
        assert patrol(self.network, self.watcher) == []
        return patrol_origins(self.network, self.watcher)

    def free(self, who: KeySigner) -> int:
        return self.c.stakes.collateral(who.address, self.c.network_token.address).free


def _opening(clip: Clip) -> Opening:
    given = clip.given
    words = (given.manifest, given.content_root, given.consent, given.nonce)
    return Opening(given.campaign, given.contributor, *words, clip.signature, clip.salt)


def _invented(stage: Stage, clips: list[Clip]) -> list[Clip]:
    return [clips[0], stage.clip(1, b"never anchored" + bytes([stage.id]))]


def _swapped_signature(stage: Stage, clips: list[Clip]) -> list[Clip]:
    return [clips[0], replace(clips[1], signature=clips[0].signature)]


def _stolen(stage: Stage, clips: list[Clip]) -> list[Clip]:
    return [clips[0], stage.clip(1, b"of another campaign", stage.id + 1)]


@pytest.mark.parametrize(
    ("anchored", "settled_as", "function"),
    [
        (None, _invented, "proveOpening"),
        (_swapped_signature, _swapped_signature, "proveSignature"),
        (_stolen, _stolen, "proveContribution"),
    ],
)
def test_attack_each_lie_about_an_origin_is_proven(
    town: Town, anchored: Lie | None, settled_as: Lie, function: str
) -> None:
    stage = Stage(town)
    clips = [stage.clip(n, bytes([n, stage.id]) + function.encode()) for n in range(2)]
    anchor = stage.anchor(anchored(stage, clips) if anchored else clips)
    posted = stage.settle(anchor, settled_as(stage, clips), stage.vote(anchor))
    (proven,) = stage.patrol().proven
    assert (proven.fault.key, proven.fault.item, proven.fault.function) == (posted.key, 1, function)
    assert not stage.network.ledger().settlement(posted.key).standing
    assert stage.patrol() == Round((), (), (), ())


def test_attack_an_item_nothing_opens_and_a_copy_of_ones_own(town: Town) -> None:
    stage = Stage(town)
    clips = [stage.clip(n, bytes([n, stage.id]) + b"blank") for n in range(2)]
    anchor = stage.anchor(clips)
    stage.settle(anchor, clips, stage.vote(anchor), blank=1)
    (proven,) = stage.patrol().proven
    assert proven.fault.function == "proveUnopened"
    stage = Stage(town)
    clips = [stage.clip(n, b"the same") for n in range(2)]
    anchor = stage.anchor(clips)
    posted = stage.settle(anchor, clips, stage.vote(anchor))
    (proven,) = stage.patrol().proven
    assert (proven.fault.function, proven.fault.first) == ("proveDuplicate", (posted.key, 0))
    assert not stage.network.ledger().settlement(posted.key).standing


def test_a_copy_its_settler_could_not_know_voids_the_item_alone(town: Town) -> None:
    first = Stage(town)
    second = Stage(town)
    shared, posted = b"one clip, two campaigns", []
    cases = []
    for n, stage in enumerate((first, second)):
        clips = [stage.clip(0, shared), stage.clip(1, b"own" + bytes([n]))]
        cases.append((stage, clips, stage.anchor(clips)))
    for stage, clips, anchor in cases:
        posted.append(stage.settle(anchor, clips, stage.vote(anchor)))
    (proven,) = second.patrol().proven
    assert proven.fault.first == (posted[0].key, 0)
    facts = second.network.ledger().settlement(posted[1].key)
    assert facts.standing
    assert facts.void_items == {0}
    assert second.c.content_faults.is_item_void(posted[1].key, 0)
    assert second.patrol().proven == ()
    origin = origin_of(first.network, settled(first.network, first.network.ledger().settlement(posted[0].key)), 0)
    root = sha256(shared).digest()
    assert first.c.content_faults.shown_at(root) is None
    first.c.content_faults.show(first.watcher, origin)
    assert first.c.content_faults.shown_at(root) is not None
    assert first.network.ledger().shown == {root: (posted[0].key, 0)}


def test_attack_a_copy_of_shown_content_is_known_to_every_operator(town: Town, tmp_path: Path) -> None:
    """Accepting it would cost the whole settlement, even if he has never seen the original."""
    first, second = Stage(town), Stage(town)
    shared, root = b"shown, then handed in elsewhere", sha256(b"shown, then handed in elsewhere").digest()
    clips = [[stage.clip(0, shared), stage.clip(1, b"own" + bytes([stage.id]))] for stage in (first, second)]
    before, after = first.anchor(clips[0]), second.anchor(clips[1])
    posted = first.settle(before, clips[0], first.vote(before))
    desk = Desk(second.c, second.blobs, second.operator, open_database(tmp_path / "db"), tmp_path)
    items, nothing_known = [], desk.blobs.put_block(CopyIndex().to_bytes(), DAG_CBOR)
    with desk.engine.begin() as db:
        for n, clip in enumerate(clips[1]):
            signed = SignedContribution(clip.given, clip.signature, clip.salt)
            digest, unread = clip.given.digest(second.c.campaigns_domain), cast(Any, None)
            items.append(AnchoredItem(n, after.sequence << 10 | n, signed, digest, unread, unread))
            row = {"digest": digest, "campaign": second.id, "contributor": clip.given.contributor, "signed": b""}
            row |= {"received_at": 0, "report": NOTHING, "copy_index": nothing_known}
            db.execute(insert(contributions).values(**row))
    assert unjudged(desk, second.id, items) == []
    origin = origin_of(first.network, settled(first.network, first.network.ledger().settlement(posted.key)), 0)
    first.c.content_faults.show(first.watcher, origin)
    assert unjudged(desk, second.id, items) == items[:1], "judged again before it is settled"
    with desk.engine.begin() as db:
        db.execute(update(contributions).values(report=None))
    known = index_before(desk, items[0].order)
    assert known.same_content(root) == clips[0][0].given.digest(first.c.campaigns_domain).hex()
    assert index_before(desk, before.sequence << 10).same_content(root) is None, "the original is no copy of itself"
    town.skip(WINDOW // 2 + 1)
    lost = second.settle(after, clips[1], second.vote(after))
    with desk.engine.begin() as db:
        db.execute(update(contributions).values(report=NOTHING))
    assert unjudged(desk, second.id, items) == [], "settled: too late"
    (proven,) = second.patrol().proven
    assert (proven.fault.function, second.network.ledger().settlement(lost.key).standing) == ("proveDuplicate", False)


def test_attack_direct_anchor_left_out_is_proven(town: Town) -> None:
    stage = Stage(town)
    clips = [stage.clip(n, bytes([n, stage.id]) + b"direct") for n in range(2)]
    anchor = stage.anchor(clips)
    stage.direct()
    town.skip(5)
    stage.settle(anchor, clips, stage.vote(anchor))
    (proven,) = stage.patrol().proven
    assert (proven.fault.item, proven.fault.function) == (2, "proveSkippedAnchor")


def test_a_direct_anchor_whose_data_never_came_is_settled_with_its_neighbours(town: Town, tmp_path: Path) -> None:
    stage = Stage(town)
    clips = [stage.clip(n, bytes([n, stage.id]) + b"beside") for n in range(2)]
    anchor, direct = stage.anchor(clips), stage.direct()
    desk = Desk(stage.c, stage.blobs, stage.operator, create_engine("sqlite://"), tmp_path)
    assert left_over(desk, stage.id, 0, 2) == []
    town.skip(5)
    assert left_over(desk, stage.id, 0, 2) == [direct]
    stage.anchor([stage.clip(0, bytes([stage.id]) + b"third")])
    stage.direct()
    town.skip(5)
    with pytest.raises(NotReadyError, match="an old direct one behind it is due"):
        left_over(desk, stage.id, 0, 2)
    last = stage.network.ledger().campaign(stage.id).anchors[4]
    assert left_over(desk, stage.id, 3, 4) == [last]
    posted = stage.settle(anchor, clips, stage.vote(anchor), left=[direct])
    stage.c.calls.call(stage.watcher, posted, stage.terms, 2)
    assert answer_calls(desk, stage.id) == 1
    (proven,) = stage.patrol().proven
    assert (proven.fault.item, proven.fault.function) == (4, "proveSkippedAnchor")


def test_calls_are_answered_from_the_operators_own_records(town: Town, tmp_path: Path) -> None:
    stage = Stage(town)
    clips = [stage.clip(n, bytes([n, stage.id]) + b"honest") for n in range(2)]
    anchor = stage.anchor(clips)
    posted = stage.settle(anchor, clips, stage.vote(anchor))
    assert stage.patrol() == Round((), (), (), ())
    places = (0, 1, PAY_PLACES, PAY_PLACES + posted.pay_count - 1)
    for place in places:
        stage.c.calls.call(stage.watcher, posted, stage.terms, place)
    desk = Desk(stage.c, stage.blobs, stage.operator, create_engine("sqlite://"), tmp_path)
    before = stage.free(stage.operator)
    assert (answer_calls(desk, stage.id), answer_calls(desk, stage.id)) == (4, 0)
    answer = stage.network.ledger().settlement(posted.key).calls[0].answer
    assert isinstance(answer, ev.Answered)
    assert (answer.item.item, answer.record.signature) == (0, clips[0].signature)
    assert [len(one.proof) for one in answer.record.reveals] == [1]
    town.skip(2 * WINDOW)
    stage.patrol()
    calls = stage.network.ledger().settlement(posted.key).calls
    assert all(calls[place].closed for place in places)
    assert stage.free(stage.operator) - before == 4 * stage.c.calls.bond()


def test_attack_hidden_record_is_called_for_and_voids(town: Town) -> None:
    stage = Stage(town)
    clips = [stage.clip(n, bytes([n, stage.id]) + b"hidden") for n in range(2)]
    anchor = stage.anchor(clips)
    posted = stage.settle(anchor, clips, stage.vote(anchor))
    evidence = stage.network.record(Evidence, stage.network.cid_of(posted.evidence))
    del stage.blobs.blocks[Cid(evidence.verdicts[1])]
    assert stage.patrol().called == ((posted.key, 1),)
    assert stage.patrol().called == ()
    assert stage.c.calls.of(posted.key, 1) is not None
    town.skip(2 * WINDOW)
    assert not stage.c.settlement.is_final(posted.key)
    assert stage.patrol().expired == (posted.key,)
    assert stage.network.ledger().settlement(posted.key).voided_by == stage.watcher.address
    assert stage.free(stage.watcher) == 20 * stage.c.calls.bond()


def test_a_contract_wallet_approves_on_chain_before_it_is_anchored(town: Town, tmp_path: Path) -> None:
    stage = Stage(town)
    wallet = KeySigner.create().address
    stage.c.chain.request("anvil_setCode", wallet, YES_WALLET)
    clip = stage.clip(1, b"wallet")
    given = replace(clip.given, contributor=wallet)
    digest = given.digest(stage.c.campaigns_domain)
    desk = Desk(stage.c, stage.blobs, stage.operator, create_engine("sqlite://"), tmp_path)
    with pytest.raises(IntakeError, match="has not approved it on chain"):
        _signature_stands(desk, wallet, digest, b"")
    stage.c.approvals.approve_for(stage.watcher, wallet, digest, b"")
    _signature_stands(desk, wallet, digest, b"")
    with pytest.raises(IntakeError, match="1025 bytes"):
        _signature_stands(desk, wallet, digest, bytes(1_025))
    clips = [stage.clip(0, b"beside a wallet"), Clip(given, b"", clip.salt)]
    anchor = stage.anchor(clips)
    posted = stage.settle(anchor, clips, stage.vote(anchor))
    stage.c.chain.request("anvil_setCode", wallet, "0x60006000fd")  # the wallet changes its mind
    assert stage.patrol() == Round((), (), (), ())
    stage.c.calls.call(stage.watcher, posted, stage.terms, 1)
    assert answer_calls(desk, stage.id) == 1
