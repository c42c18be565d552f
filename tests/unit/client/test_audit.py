"""What the audit does apart from finding lies: scope, status, time, and who is to blame when nobody answers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NoReturn

import pytest

from headwater.catalog.errors import UnknownIdError
from headwater.catalog.ledger import Sale
from headwater.chain import ChainDownError
from headwater.chain import events as ev
from headwater.chain.structs import MISSING
from headwater.client.audit import AuditReport, Claim, Facts, Status, audit
from headwater.client.audit.book import Book
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.grants import expiry_of
from headwater.client.audit.opened import Opened
from headwater.primitives.cid import Cid
from headwater.storage import MemoryBlobStore, StoreUnavailableError
from headwater.testing.small_history import FINAL_TIME, LICENCE_S, SmallHistory, block_hash, block_time


@pytest.fixture(scope="module")
def history() -> SmallHistory:
    return SmallHistory()


def claim_of(report: AuditReport, id_: str) -> Claim:
    return next(claim for claim in report.claims if claim.id == id_)


def position(block: int, index: int = 500) -> ev.Position:
    return ev.Position(block, index, block_hash(block), "0x01")


def ids(report: AuditReport) -> set[str]:
    return {claim.id.split("/")[0] for claim in report.claims}


def test_a_voided_settlement_is_listed_with_who_proved_it(history: SmallHistory) -> None:
    report = audit(history.facts)
    voided = claim_of(report, f"settlement/{history.voided_key}/voided")
    assert voided.status is Status.PASS
    assert history.address("watcher") in voided.detail
    assert not any(c.id.startswith(f"settlement/{history.voided_key}/pay") for c in report.claims)


def test_a_pending_settlement_is_audited_and_says_until_when(history: SmallHistory) -> None:
    facts = replace(history.facts, time=FINAL_TIME - 1)
    status = claim_of(audit(facts), f"settlement/{history.key}/status")
    assert (status.status, status.detail) == (Status.PASS, f"pending: can be proven wrong until {FINAL_TIME}")
    final = claim_of(audit(history.facts), f"settlement/{history.key}/status")
    assert final.detail == f"final since {FINAL_TIME}"


def test_records_count_only_what_was_final_and_not_voided(history: SmallHistory) -> None:
    opened = Opened(history.facts)
    assert opened.outcomes_before(FINAL_TIME - 1) == {}
    ann, bob = history.address("ann"), history.address("bob")
    assert opened.outcomes_before(FINAL_TIME) == {ann: (True,), bob: (False, False)}


def test_one_campaign_or_one_dataset(history: SmallHistory) -> None:
    whole = ids(audit(history.facts))
    assert {"money", "blocks"} <= whole
    assert ids(audit(history.facts, campaign=1)) == whole - {"money", "sales-money", "blocks"}
    assert ids(audit(history.facts, dataset=1)) == whole - {"money", "sales-money", "blocks"}
    with pytest.raises(UnknownIdError):
        audit(history.facts, campaign=2)
    with pytest.raises(UnknownIdError):
        audit(history.facts, dataset=7)


def test_nothing_recomputed_is_no_pass(history: SmallHistory) -> None:
    assert not AuditReport(1, 1, 1, ()).passed


def test_progress_names_the_sections(history: SmallHistory) -> None:
    told: list[str] = []
    audit(history.facts, progress=told.append)
    first = list(dict.fromkeys(line.split()[0] for line in told))
    assert first == [
        "campaigns",
        "anchors",
        "items",
        "votes",
        "pay",
        "blobs",
        "versions",
        "sales",
        "grants",
        "reputation",
    ]


def test_data_that_never_came_is_told_and_pays_nobody_but_the_operator() -> None:
    history = SmallHistory({"verdict/2": lambda verdict: replace(verdict, byte=MISSING, reason="nothing arrived")})
    report = audit(history.facts)
    assert report.passed
    skipped = [claim.id for claim in report.claims if claim.status is Status.SKIPPED]
    assert skipped == ["campaign/1/item/2/opening"]


# Consent


def withdrawn(history: SmallHistory, block: int) -> Facts:
    digest = history.clips[0].digest
    event = ev.ConsentWithdrawn(position(block), 1, digest, history.address("ann"))
    return replace(history.facts, history=(*history.facts.history, event), _cache={})


def test_consent_withdrawn_after_publishing_leaves_the_version_alone(history: SmallHistory) -> None:
    assert audit(withdrawn(history, 80)).passed


def test_consent_withdrawn_before_publishing_must_leave_the_clip_out(history: SmallHistory) -> None:
    report = audit(withdrawn(history, 62))
    grant = f"grant/{history.names['release']}/entitled"
    assert [claim.id for claim in report.failures] == ["dataset/1@1/episodes", grant]


def test_a_key_given_after_consent_was_withdrawn_fails(history: SmallHistory) -> None:
    report = audit(withdrawn(history, 75))
    (claim,) = report.failures
    assert claim.id == f"grant/{history.names['release']}/entitled"
    assert claim.actual == "consent had been withdrawn"


# Licences


def bought(block: int, offer: int = 0) -> Sale:
    return Sale("0x", "0x", offer, 1, 1, 0, 0, position(block))


@pytest.mark.parametrize(
    ("blocks", "ends"),
    [
        ([], 0),
        ([100], block_time(100) + LICENCE_S),
        ([100, 200], block_time(100) + 2 * LICENCE_S),  # bought again while valid: the time is added
        ([100, 2_000], block_time(2_000) + LICENCE_S),  # bought again after it ended: from then on
    ],
)
def test_a_licence_bought_again_lasts_longer(history: SmallHistory, blocks: list[int], ends: int) -> None:
    published = history.facts.ledger.version(1, 1)
    assert expiry_of(history.facts, published, [bought(block) for block in blocks]) == ends


def test_a_licence_for_ever_never_gets_an_end(history: SmallHistory) -> None:
    published = history.facts.ledger.version(1, 1)
    (offer,) = published.version.offers
    offers = (offer, replace(offer, duration=0))
    both = replace(published, version=replace(published.version, offers=offers))
    assert expiry_of(history.facts, both, [bought(100), bought(101, 1), bought(102)]) == 0


def test_a_release_of_something_unsettled_is_skipped_not_passed(history: SmallHistory) -> None:
    settled = (ev.Settled, ev.Voided, ev.Collected, ev.Claimed, ev.Pushed, ev.DatasetCreated, ev.Published, ev.Sold)
    late = (*settled, ev.ShareClaimed, ev.OwnerClaimed)
    early = tuple(event for event in history.events if not isinstance(event, late))
    report = audit(replace(history.facts, history=early, _cache={}), campaign=1)
    claim = claim_of(report, f"grant/{history.names['release']}/entitled")
    assert claim.status is Status.SKIPPED


# Whose fault


class Broken(MemoryBlobStore):
    """A store whose medium fails."""

    def get(self, cid: Cid) -> bytes:
        raise StoreUnavailableError("disk")

    def iter(self) -> Iterator[Cid]:
        return iter(())


class Down:
    """Contracts on a chain that does not answer."""

    def __getattr__(self, name: str) -> Any:
        def ask(*args: Any) -> NoReturn:
            raise ChainDownError("http://127.0.0.1:1", "refused")

        return ask


def test_a_chain_or_store_that_does_not_answer_is_no_verdict(history: SmallHistory) -> None:
    with pytest.raises(ChainDownError):
        audit(replace(history.facts, reads=Down()))
    with pytest.raises(StoreUnavailableError):
        audit(replace(history.facts, blobs=Broken(), _cache={}))


def test_whatever_evidence_provokes_is_a_claim_not_a_traceback() -> None:
    book = Book()
    with book.reading("a", "title", "leaf"):
        raise ZeroDivisionError
    (claim,) = book.claims
    assert (claim.status, claim.leaf, claim.actual) == (Status.FAIL, "leaf", "ZeroDivisionError: ")


def test_the_first_who_meets_a_bad_blob_fails_and_the_others_are_skipped() -> None:
    book, error = Book(), EvidenceError("blob", "bafy", "corrupt")
    book.broken("first", "title", error, "item 4")
    book.broken("second", "title", error)
    first, second = book.claims
    assert (first.status, first.leaf) == (Status.FAIL, "bafy (item 4)")
    assert second.status is Status.SKIPPED


def test_a_claim_that_failed_is_not_overwritten() -> None:
    book = Book()
    book.same("a", "title", 1, 2)
    book.same("a", "title", 1, 1)
    (claim,) = book.claims
    assert claim.status is Status.FAIL


# Words


def test_a_failed_claim_in_one_line() -> None:
    book = Book()
    book.open("votes")
    book.same("campaign/1/item/4/weights", "each vote weighs its record", b"\x01", [847], leaf="item 4")
    (claim,) = book.claims
    text = "FAIL campaign/1/item/4/weights: each vote weighs its record; expected 01, found 847; leaf item 4"
    assert claim.line() == text


def test_the_report_as_data(history: SmallHistory) -> None:
    plain = audit(history.facts).to_plain()
    assert (plain["verdict"], plain["chain_id"], plain["block"]) == ("AUDIT PASS", 31337, 99)
    assert set(plain["claims"][0]) == {
        "section", "id", "title", "status", "expected", "actual", "leaf", "detail"
    }  # fmt: skip
    assert plain["claims"][0]["status"] == "PASS"
    assert sum(sum(row.values()) for row in plain["counts"].values()) == len(plain["claims"])
