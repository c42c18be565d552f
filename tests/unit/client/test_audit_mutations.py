"""The heart of the audit: each lie, told consistently, fails exactly the claims it should, and the leaf is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from headwater.chain.views import POSTED, VOID, Slot
from headwater.checks import CopyIndex, Entry, Fingerprints
from headwater.client.audit import AuditReport, Status, audit
from headwater.primitives.amounts import Amount
from headwater.records.vote import REJECT
from headwater.testing.sealed import person
from headwater.testing.small_history import SmallHistory, block_time

Lie = Callable[[Any], Any]
PRINTS = Fingerprints({}, b"\1\0\0\0", 1)
STRANGER = person("stranger").address


def but(**changes: Any) -> Lie:
    """A lie that changes fields."""
    return lambda value: replace(value, **changes)


def more(name: str, by: int = 1) -> Lie:
    """A lie that adds to a number, keeping its kind."""
    return lambda value: replace(value, **{name: type(getattr(value, name))(getattr(value, name) + by)})


def plus(by: int) -> Lie:
    """A lie about a bare number."""
    return lambda value: value + by


def flipped(at: int) -> Lie:
    """One bit of bytes."""
    return lambda data: data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def flip(name: str, at: int = 0) -> Lie:
    """One bit of a bytes field."""
    return lambda value: replace(value, **{name: flipped(at)(getattr(value, name))})


def vote(number: int, **changes: Any) -> Lie:
    """A lie about one counted vote of a verdict record."""

    def tell(verdict: Any) -> Any:
        votes = list(verdict.votes)
        votes[number] = replace(votes[number], **changes)
        return replace(verdict, votes=tuple(votes))

    return tell


def file(**changes: Any) -> Lie:
    """A lie about the one file of a manifest."""
    return lambda manifest: replace(manifest, files=(replace(manifest.files[0], **changes),))


def entry(index: CopyIndex, at: int, **changes: Any) -> Entry:
    """An entry of a copy index with fields changed."""
    return replace(index.entries[at], **changes)


# place, lie, claims that fail (C campaign/1, S the settlement, V the voided one, D the version, G the grant), leaf
LIES: list[tuple[str, Lie, set[str], str]] = [
    # campaigns
    ("terms-hash", flipped(0), {"C/terms"}, ""),
    ("state", more("escrow"), {"C/escrow", "money/TOKEN"}, ""),
    ("state", more("escrow", -1), {"C/escrow"}, ""),
    ("state", more("reserved"), {"C/reserved"}, ""),
    ("state", more("settled", -1), {"C/queue"}, ""),
    # anchors
    ("anchor-hash", flipped(0), {"C/anchor/0/stored"}, ""),
    (
        "leaves",
        lambda r: replace(r, leaves=(*r.leaves[:2], b"\0" * 32)),
        {"C/anchor/0/leaves", "C/item/2/anchored"},
        "LEAVES",
    ),
    ("seed", flipped(0), {"C/anchor/0/seed-block"}, ""),
    ("anchor", more("sequence"), {"anchors/order"}, ""),
    # settlements
    ("posted-hash/1", flipped(0), {"S/posted"}, ""),
    ("posted-hash/0", flipped(0), {"V/posted"}, ""),
    ("posted/1", more("bond", -1), {"S/bound"}, ""),
    ("posted/1", more("final_at"), {"S/bound"}, ""),
    ("posted/1", flip("terms"), {"S/bound"}, ""),
    ("posted/1", flip("anchors_hash"), {"S/bound"}, ""),
    ("posted/1", flip("verdicts_hash"), {"S/bound"}, ""),
    ("posted/1", flip("pay_root"), {"S/pay-root"}, "pay list"),
    ("posted/1", but(settler=STRANGER), {"S/pay-root", "S/pay/3"}, "pay leaf 3"),
    ("voided-slot", but(flags=POSTED), {"V/voided"}, ""),
    ("slot", but(flags=POSTED | VOID), {"S/status"}, ""),
    ("slot", more("final_at"), {"S/status"}, ""),
    ("paid", plus(1), {"S/paid"}, ""),
    ("item-root", flipped(0), {"S/item-root"}, "items 0 to 2 of campaign 1"),
    ("reputation", flipped(0), {"S/cited"}, ""),
    # items
    ("opening/0", flip("signature", 5), {"C/item/0/signature"}, "item 0, contribution"),
    ("opening/1", flip("salt"), {"C/item/1/anchored"}, "item 1, contribution"),
    ("consent/1", but(campaign=2), {"C/item/1/consent"}, "item 1, contribution"),
    ("consent/0", but(campaign=2), {"C/item/0/consent"}, "item 0, contribution"),  # a receipt for another campaign
    ("consent/0", but(purposes=("research", "evaluation")), {"C/item/0/covered"}, "CONSENT/0"),
    ("consent/0", but(purposes=("research", "evaluation", "anything")), {"C/item/0/covered"}, "CONSENT/0"),
    ("consent/0", but(regions=("DE",)), {"C/item/0/covered"}, "CONSENT/0"),
    ("consent/0", but(minimum_age=17), {"C/item/0/covered"}, "CONSENT/0"),
    ("consent/0", but(minimum_age=0), {"C/item/0/covered"}, "CONSENT/0"),
    ("consent/0", but(minimum_age=1_000), {"C/item/0/covered"}, "CONSENT/0"),
    ("manifest/1", file(sha256=b"\1" * 32), {"C/item/1/manifest"}, "item 1, contribution"),
    ("verdict/0", more("reward"), {"C/item/0/verdict"}, "item 0, contribution"),
    ("verdict/0", more("score"), {"C/item/0/verdict"}, "item 0, contribution"),
    ("verdict/0", but(grade=101), {"C/item/0/verdict", "C/item/0/limits"}, "item 0, contribution"),
    ("verdict/1", but(byte=2), {"C/item/1/verdict"}, "item 1, contribution"),
    ("verdict/1", but(reason=" "), {"C/item/1/reason"}, "item 1, contribution"),
    ("verdict/0", more("prior"), {"C/item/0/prior"}, "item 0, contribution"),
    ("verdict/2", but(novelty=10_000), {"C/item/2/novelty", "C/item/2/index"}, "item 2, contribution"),
    ("verdict/0", flip("opening"), {"C/item/0/opening"}, "item 0, contribution"),
    ("verdict/1", flip("contribution"), {"C/item/1/verdict-record"}, "item 1, contribution"),
    ("bytes", flipped(1), {"C/item/0/bytes"}, "item 0, contribution"),
    ("bytes", lambda b: b[:2] + b"\1\0" + b[4:], {"C/item/1/bytes", "D/episodes"}, "item 1, contribution"),
    ("report/0", more("llr_milli"), {"C/item/0/ratio"}, "item 0, contribution"),
    ("report/0", but(content_root=b"\1" * 32), {"C/item/0/report"}, "item 0, contribution"),
    ("index/2", lambda index: CopyIndex(index.entries[1:]), {"C/item/2/index"}, "item 2, contribution"),
    (
        "index/2",
        lambda index: CopyIndex((entry(index, 0, content_root=b"\1" * 32), *index.entries[1:])),
        {"C/item/2/index"},
        "INDEX/2",
    ),
    ("index/1", lambda index: CopyIndex((entry(index, 0, prints=PRINTS),)), {"C/item/1/index"}, "INDEX/1"),
    ("index/0", lambda _: CopyIndex((Entry("later", 1 << 40, b"\1" * 32, PRINTS),)), {"C/item/0/index"}, "INDEX/0"),
    # votes
    ("verdict/0", vote(0, weight=848), {"C/item/0/weights"}, "item 0, contribution"),
    ("verdict/1", vote(1, verdict=1), {"C/item/1/vote/1"}, "BALLOT/1/1"),
    ("ballot/1/0", but(verdict=1), {"C/item/1/vote/0"}, "BALLOT/1/0"),
    ("ballot/0/1", flip("salt"), {"C/item/0/vote/1"}, "BALLOT/0/1"),
    ("ballot/0/1", but(verdict=REJECT), {"C/item/0/vote/1"}, "BALLOT/0/1"),
    ("ballot/0/0", but(item=1), {"C/item/0/vote/0"}, "BALLOT/0/0"),
    ("reviewers/0", lambda drawn: drawn[::-1], {"C/item/0/drawn"}, "item 0, contribution"),
    ("reviewers/0", lambda drawn: drawn[:1], {"C/item/0/asked"}, "item 0, contribution"),
    ("verdict/1", lambda v: replace(v, ballots=v.ballots[:1]), {"C/item/1/ballots"}, "item 1, contribution"),
    ("commit-root/0", flipped(0), {"C/anchor/0/round/0"}, "round 0"),
    ("commit-word/1", flipped(0), {"C/anchor/0/round/1"}, "round 1"),
    ("rounds", plus(1), {"C/anchor/0/round/2"}, "round 2"),
    ("rounds", plus(-1), {"C/anchor/0/round/1"}, "round 1"),
    # pay
    ("pay/0", more("amount"), {"S/pay/0", "S/pay-root", "S/paid"}, "pay leaf 0"),
    ("pay/1", but(account=STRANGER), {"S/pay/1", "S/pay-root"}, "pay leaf 1"),
    ("pay/1", but(items=(0, 1, 2)), {"S/pay/1", "S/pay-root"}, "pay leaf 1"),
    ("claim", plus(1), {"S/paid"}, ""),
    ("claim", plus(9), {"S/claims", "S/paid", "S/marked"}, "settlement"),
    # versions
    ("version-hash", flipped(0), {"D/stored"}, ""),
    ("version", flip("episode_root"), {"D/episode-root"}, ""),
    ("version", flip("share_root"), {"D/share-root"}, ""),
    ("version", more("total_weight"), {"D/share-root", "D/share/0"}, ""),
    ("version", more("owner_bps"), {"D/terms", "D/share/0", "D/pool"}, ""),
    ("version", flip("settlements"), {"D/settlements"}, ""),
    ("episode/0", more("weight"), {"D/item/0"}, "item 0, contribution"),
    ("episode/0", but(contributor=STRANGER), {"D/item/0"}, "item 0, contribution"),
    ("episode/0", but(item=1), {"D/episodes"}, "item 0"),
    ("terms", but(regions=0), {"C/item/0/covered"}, "CONSENT/0"),  # anywhere
    ("terms", but(regions=1 << 74), {"D/offer/0"}, "offer 0"),
    ("terms", but(purposes=3), {"C/licence-purposes", "D/sale/0/use"}, ""),
    ("terms", but(purposes=15), {"C/item/0/covered"}, "CONSENT/0"),
    ("offer", but(purposes=15), {"D/offer/0"}, "offer 0"),
    ("offer", but(purposes=0), {"D/offer/0", "D/sale/0/use"}, "offer 0"),
    ("offer", but(regions=0), {"D/offer/0"}, "offer 0"),
    ("offer", but(regions=(1 << 56) + 1), {"D/offer/0"}, "offer 0"),
    # sales
    ("use", but(purpose=3), {"D/sale/0/use"}, "0x"),
    ("use", but(region=74), {"D/sale/0/use"}, "0x"),
    ("price", plus(-1), {"D/sale/0"}, "0x"),
    ("sales", more("gross"), {"D/gross"}, ""),
    ("share-claim", plus(1), {"D/share/0", "D/pool"}, "share 0"),
    ("owner-claim", plus(1), {"D/owner"}, ""),
    ("sales-paid", more("pool"), {"D/pool"}, ""),
    # grants
    ("request", but(requester=STRANGER), {"G/entitled"}, STRANGER),
    ("request", but(licence=b"\0" * 32), {"G/entitled"}, "RELEASE"),
    ("request", but(version=2), {"G/entitled"}, "RELEASE"),
    ("request", but(role="checker"), {"G/entitled"}, "RELEASE"),
    ("request", but(role="contributor"), {"G/entitled"}, "RELEASE"),
    ("request", but(role="requester"), {"G/entitled"}, "RELEASE"),
    ("release-time", lambda _: block_time(69), {"G/entitled"}, "RELEASE"),
    ("release-time", lambda _: block_time(70) + 500, {"G/entitled"}, "RELEASE"),
    ("release", flip("signature", 9), {"G/receipt"}, "RELEASE"),
    # blobs
    ("manifest/0", file(size_bytes=1), {"C/item/0/file/clip.mp4"}, "item 0, contribution"),
    ("label/0", flipped(0), {"C/item/0/envelope"}, "item 0, contribution"),
]

# blob by its part in the history, and the one claim that fails when a byte of it changes or it is lost
BLOBS: list[tuple[str, str]] = [
    ("spec", "C/spec"),
    ("leaves", "C/anchor/0/leaves"),
    ("evidence", "S/evidence"),
    ("verdict/0", "C/item/0/verdict-record"),
    ("verdict/1", "C/item/1/verdict-record"),
    ("report/1", "C/item/1/report"),
    ("index/2", "C/item/2/index"),
    ("manifest/0", "C/item/0/manifest"),
    ("consent/1", "C/item/1/consent"),
    ("ballot/1/0", "C/item/1/vote/0"),
    ("reputation", "S/reputation"),
    ("envelope/0", "C/item/0/envelope"),
    ("frame/0", "C/item/0/file/clip.mp4"),
    ("preview/1", "C/item/1/preview/PREVIEW"),
    ("dataset", "D/manifest"),
]


def failed(report: AuditReport, history: SmallHistory) -> set[str]:
    """Failing claim ids in the short form of the tables."""
    names = [
        (f"settlement/{history.key}", "S"),
        (f"settlement/{history.voided_key}", "V"),
        ("campaign/1", "C"),
        ("dataset/1@1", "D"),
        (f"grant/{history.names['release']}", "G"),
        (f"money/{history.terms.token}", "money/TOKEN"),
        (history.names["preview/1"], "PREVIEW"),
    ]
    found = set()
    for claim in report.failures:
        id_ = claim.id
        for long, short in names:
            id_ = id_.replace(long, short)
        found.add(id_)
    return found


def test_an_honest_history_passes() -> None:
    history = SmallHistory()
    report = audit(history.facts)
    assert report.passed
    assert {claim.status for claim in report.claims} == {Status.PASS}
    assert set(report.counts()) == {
        "campaigns", "anchors", "items", "votes", "pay", "blobs", "versions", "sales", "grants"
    }  # fmt: skip


@pytest.mark.parametrize(("place", "lie", "claims", "leaf"), LIES, ids=lambda v: v if isinstance(v, str) else None)
def test_a_lie_fails_its_claims_and_names_the_leaf(place: str, lie: Lie, claims: set[str], leaf: str) -> None:
    history = SmallHistory({place: lie})
    report = audit(history.facts)
    assert failed(report, history) == claims
    assert not report.passed
    named = history.names.get(leaf.lower(), leaf)
    assert any(named in claim.leaf for claim in report.failures)


@pytest.mark.parametrize("lost", [False, True], ids=["changed", "lost"])
@pytest.mark.parametrize(("name", "claim"), BLOBS, ids=[name for name, _ in BLOBS])
def test_one_byte_of_one_blob_fails_one_claim_that_names_its_cid(name: str, claim: str, lost: bool) -> None:
    history = SmallHistory()
    cid = history.names[name]
    block = history.blobs.blocks.pop(cid)
    if not lost:
        history.blobs.blocks[cid] = flipped(len(block) // 2)(block)
    report = audit(history.facts)
    assert failed(report, history) == {claim}
    assert cid in report.failures[0].leaf


def test_a_damaged_block_nobody_refers_to_is_named_too() -> None:
    history = SmallHistory()
    cid = history.names["release"]
    history.blobs.blocks[cid] = flipped(3)(history.blobs.blocks[cid])
    stray = history.blobs.put(b"a file of a contribution never sent")
    history.blobs.blocks[stray] = b"another"
    report = audit(history.facts)
    assert {claim.id for claim in report.failures} == {f"block/{cid}", f"block/{stray}"}


def test_every_block_of_the_history_matters() -> None:
    """One byte of any block whatsoever: exactly one claim fails and its leaf is that block."""
    history = SmallHistory()
    for cid, block in list(history.blobs.blocks.items()):
        history.blobs.blocks[cid] = flipped(0)(block)
        report = audit(history.facts)
        assert [cid in claim.leaf for claim in report.failures] == [True], cid
        history.blobs.blocks[cid] = block
    assert audit(history.facts).passed


def test_amounts_keep_their_kind_in_a_lie() -> None:
    """The tables would prove nothing if a lie made a record that cannot be written."""
    history = SmallHistory({"verdict/0": more("reward")})
    assert isinstance(history.verdicts[0].reward, int)
    assert Amount(history.verdicts[0].reward) == history.verdicts[0].reward
    assert isinstance(history.reads.slots[history.key], Slot)
