"""``vectors/faults_calls.json`` run in Python; contracts/test/CallVectors.t.sol does the same on chain.

Who answers is the operator (``client.origins.record_of``): what he would show must be what the cases show that are
taken. Who lets a call expire is the watcher. Whether a call or an answer is taken nobody in the package asks, only the
contract: here section 7 decides, in the contract's order and with the package's primitives.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest
from tests.conformance.test_fault_vectors import ROOT, Case, posted_of, struct, title
from tests.conformance.test_vote_vectors import DOMAIN, POSITION, digest_of_lines, word, words
from tests.conformance.test_vote_vectors import REASONS as WHY

from headwater.catalog.ledger import CampaignFacts
from headwater.chain import events as ev
from headwater.chain.calls import MAX_SIGNATURE, PAY_PLACES
from headwater.chain.structs import (
    CONTRIBUTOR,
    MISSING,
    Anchor,
    Contribution,
    Item,
    Pay,
    Record,
    Reveal,
    Terms,
    Vote,
    VoteOpening,
    items_hash,
    opening_hash,
    settlement_key,
    votes_root,
)
from headwater.client import watch_origins
from headwater.client.origins import record_of
from headwater.primitives.eip712 import recover
from headwater.primitives.merkle import build, verify
from headwater.records.anchor import AnchorLeaves
from headwater.records.contribution import Contribution as Signed
from headwater.records.contribution import anchor_leaf
from headwater.records.evidence import Opening
from headwater.records.verdict import CountedVote
from headwater.records.vote import Ballot, VoteCommit
from headwater.review import MAX_VOTES

TEXT = (ROOT / "vectors" / "faults_calls.json").read_text()
FILE = json.loads(TEXT)
CAMPAIGN, NOBODY = FILE["campaign"], "0x" + "00" * 20
KEY = settlement_key(CAMPAIGN, 0, 0)


class Scene:
    """A settlement and the calls for what stands behind it."""

    def __init__(self, case: Case) -> None:
        self.case, self.given, self.now = case, case["given"], case["given"]["now"]
        self.terms = struct(Terms, FILE["terms"][case["terms"]])
        self.half = self.terms.challenge_window // 2
        self.items = [struct(Item, row) for row in case["items"]]
        self.pays = [struct(Pay, row) for row in case["pays"]]
        self.leaves = build(words(case["leaves"]))
        count = self.leaves.count
        head = (1, 0, count, FILE["settler"], case["anchoredAt"], 0, False)
        self.anchor = Anchor(*head, self.leaves.root, b"cid", 0)
        self.facts = CampaignFacts(CAMPAIGN, self.terms, 0, POSITION)
        self.facts.anchors[0] = self.anchor
        row, own = case["root"], case["own"]
        self.round = build(words(row["leaves"]))
        assert self.round.root == word(row["root"])
        place = (CAMPAIGN, 0, row["operator"], row["round"])
        stored = ev.VotesCommitted(POSITION, *place, self.round.root, self.round.count, row["at"])
        self.facts.commit_roots[0, row["round"], row["operator"]] = stored
        alone = ev.VoteCommitted(
            POSITION, CAMPAIGN, own["item"], own["reviewer"], own["round"], word(own["commit"]), own["at"]
        )
        self.facts.own_commits[own["item"], own["round"], own["reviewer"]] = alone
        self.posted = posted_of(
            KEY, count=count, pay_count=len(self.pays), final_at=case["settledAt"] + self.terms.challenge_window
        )
        self.called = {int(one["place"]): one["at"] for one in self.given["called"]}
        self.expired: list[int] = []

    def due(self, place: int) -> int:
        due: int = self.called[place] + self.half
        return due

    def call(self) -> str:
        """Why a call is refused; empty if it is not."""
        place = int(self.given["place"])
        if self.now > self.posted.final_at - self.terms.challenge_window + self.half:
            return "TooLate"
        there = place - PAY_PLACES < len(self.pays) if place >= PAY_PLACES else place < len(self.items)
        if not there:
            return "UnknownPlace"
        return "AlreadyCalled" if place in self.called else ""

    def taken(self, place: int) -> str:
        """Why an answer comes too late, or uncalled."""
        if place not in self.called:
            return "NotCalled"
        return "TooLate" if self.now > self.due(place) else ""

    def answer(self) -> str:
        item, record = struct(Item, self.given["item"]), self.record()
        if item != self.items[item.item]:
            return "WrongItem"
        why = "" if item.verdict == MISSING else self.origin(item, record)
        return why or self.votes(item, record) or self.taken(item.item)

    def origin(self, item: Item, record: Record) -> str:
        signed = record.contribution
        if len(record.signature) > MAX_SIGNATURE:
            return "TooLong"
        if opening_hash(record.salt, record.signature) != item.opening:
            return "WrongOpening"
        named = digest_of(signed) == item.contribution
        if not named or (signed.campaign, signed.contributor) != (CAMPAIGN, item.contributor):
            return "WrongContribution"
        leaf = anchor_leaf(DOMAIN, CAMPAIGN, record.salt, item.contributor, item.contribution)
        if not verify(self.anchor.root, leaf, item.item, self.anchor.count, record.anchor_proof):
            return "WrongLeaf"
        if recover(item.contribution, record.signature) == item.contributor:
            return ""
        rows = [(one["contributor"], word(one["digest"]), one["at"]) for one in self.case["approved"]]
        times = [at for who, digest, at in rows if (who, digest) == (item.contributor, item.contribution)]
        return "" if any(at <= self.anchor.time for at in times) else "NotSigned"

    def votes(self, item: Item, record: Record) -> str:
        if len(record.votes) > MAX_VOTES:
            return "TooLong"
        if len(record.votes) != len(record.reveals):
            return "LengthMismatch"
        if votes_root(record.votes) != item.votes_root:
            return "WrongVotes"
        return next(
            (why for pair in zip(record.votes, record.reveals, strict=True) if (why := self.vote(item, *pair))), ""
        )

    def vote(self, item: Item, vote: Vote, reveal: Reveal) -> str:
        place = (CAMPAIGN, item.item, vote.round, vote.reviewer)
        if VoteOpening(*place, vote.verdict, reveal.reasons, reveal.salt).commit(DOMAIN) != vote.commit:
            return "WrongReveal"
        if reveal.operator == NOBODY:
            alone = self.facts.own_commits.get((item.item, vote.round, vote.reviewer))
            stands = alone is not None and (alone.commit, alone.time) == (vote.commit, reveal.time)
            return "" if stands else "WrongCommit"
        stored = self.facts.commit_roots.get((0, vote.round, reveal.operator))
        leaf = VoteCommit(*place, vote.commit, b"").leaf(DOMAIN)
        known = stored is not None and (stored.count, stored.time) == (reveal.count, reveal.time)
        stands = known and verify(self.round.root, leaf, item.item, self.anchor.count, reveal.proof)
        return "" if stands else "WrongCommit"

    def answer_pay(self) -> str:
        pay, numbers = struct(Pay, self.given["pay"]), word(self.given["numbers"])
        if pay != self.pays[self.given["at"]]:
            return "WrongPay"
        whole = len(numbers) % 4 == 0
        listed = [int.from_bytes(numbers[at : at + 4], "big") for at in range(0, len(numbers) - 3, 4)]
        if pay.kind == CONTRIBUTOR and not (whole and items_hash(listed) == pay.items):
            return "WrongNumbers"
        return self.taken(PAY_PLACES + pay.index)

    def expire(self) -> str:
        place = int(self.given["place"])
        if place not in self.called:
            return "NotCalled"
        if "record" in self.given:
            return "AlreadyAnswered"
        return "" if self.watcher_expires(place) else "StillTime"

    def record(self) -> Record:
        row = self.given["record"]
        return Record(
            struct(Contribution, row["contribution"]),
            word(row["salt"]),
            word(row["signature"]),
            self.anchor,
            words(row["anchorProof"]),
            tuple(struct(Vote, one) for one in row["votes"]),
            tuple(reveal_of(one) for one in row["reveals"]),
        )

    def watcher_expires(self, place: int) -> bool:
        """Whether the watcher would void the settlement now, for this call if it was the first."""
        calls = {one: SimpleNamespace(open=True, due=self.due(one)) for one in self.called}
        facts = SimpleNamespace(posted=self.posted, calls={place: calls[place]})
        ledger = SimpleNamespace(campaigns=[CAMPAIGN], standing=lambda campaign: [facts])
        contracts = SimpleNamespace(
            chain=SimpleNamespace(now=lambda: self.now),
            settlement=SimpleNamespace(is_final=lambda key: False),
            calls=SimpleNamespace(expire=lambda signer, posted, late: self.expired.append(late)),
        )
        network: Any = SimpleNamespace(ledger=lambda: ledger, contracts=contracts)
        nobody: Any = SimpleNamespace()
        watch_origins.expire_calls(network, nobody)
        return self.expired == [place]

    def shown_by_the_operator(self) -> Record:
        """What he answers from his own records, which have everything rightly."""
        right, at = self.record(), self.given["at"]
        signed = {field.name: getattr(right.contribution, field.name) for field in fields(right.contribution)}
        opening = Opening(**signed, salt=right.salt, signature=right.signature)
        verdicts = [SimpleNamespace(item=n, votes=(), ballots=()) for n in range(len(self.items))]
        verdicts[at].votes = tuple(CountedVote(*vote.tuple()) for vote in right.votes)
        verdicts[at].ballots = tuple(str(n) for n in range(len(right.votes)))
        openings = [opening] * len(self.items)
        whole: Any = SimpleNamespace(posted=self.posted, items=self.items, verdicts=verdicts)
        whole.item_tree = build([item.leaf(FILE["chain"], FILE["contracts"]["settlement"], KEY) for item in self.items])
        whole.evidence = SimpleNamespace(openings=openings)

        def record(kind: type[Any], cid: Any) -> Any:
            if kind is AnchorLeaves:
                return SimpleNamespace(leaves=self.leaves.levels[0])
            vote, reveal = right.votes[int(cid)], right.reveals[int(cid)]
            return Ballot(CAMPAIGN, at, vote.round, vote.reviewer, vote.verdict, WHY, reveal.salt)

        ledger = SimpleNamespace(campaign=lambda number: self.facts)
        contracts = SimpleNamespace(campaigns_domain=DOMAIN)
        network: Any = SimpleNamespace(
            ledger=lambda: ledger, record=record, cid_of=lambda digest: digest, contracts=contracts
        )
        return record_of(network, whole, at)


def digest_of(signed: Contribution) -> bytes:
    return Signed(*signed.tuple()).digest(DOMAIN)


def reveal_of(row: Case) -> Reveal:
    head = word(row["reasons"]), word(row["salt"]), row["operator"], row["count"], row["time"]
    return Reveal(*head, words(row["proof"]))


def refusal(scene: Scene) -> str:
    return {
        "call": scene.call,
        "answer": scene.answer,
        "answerPay": scene.answer_pay,
        "expire": scene.expire,
    }[scene.case["function"]]()


@pytest.mark.parametrize("case", FILE["cases"], ids=title)
def test_calls(case: Case) -> None:
    scene = Scene(case)
    said = refusal(scene)
    assert (not said, said and f"Calls_{said}") == (case["holds"], case["refused"])
    if case["function"] == "answer" and case["holds"]:
        assert scene.shown_by_the_operator() == scene.record()


def test_no_byte_of_the_file_was_changed() -> None:
    assert digest_of_lines(TEXT) == FILE["digest"]


def test_every_function_is_taken_and_refused() -> None:
    counted = Counter((case["function"], case["holds"]) for case in FILE["cases"])
    assert {name for name, _ in counted} == {"call", "answer", "answerPay", "expire"}
    assert min(counted.values()) >= 2
    assert len(counted) == 8
    named = {case["refused"].removeprefix("Calls_") for case in FILE["cases"]} - {""}
    abi = json.loads((ROOT / "src/headwater/chain/artifacts/Calls.json").read_text())["abi"]
    errors = {entry["name"] for entry in abi if entry["type"] == "error" and entry["name"].startswith("Calls_")}
    # another's anchor or terms, and what becomes of the bond later, are no matter of what is shown
    left = {"Calls_WrongAnchor", "Calls_WrongTerms", "Calls_NotDecided"}
    assert {f"Calls_{name}" for name in named} == errors - left
