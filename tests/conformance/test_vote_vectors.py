"""``vectors/faults_votes.json`` run by the watcher of votes; contracts/test/VoteVectors.t.sol proves the same on chain.

What the watcher would prove, and with which arguments, is compared with what a case gives. Of reviewers who vote twice
the package has no watcher (only who took both commits has both): here section 7 decides, with its primitives.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest
from eth_account import Account
from tests.conformance.test_fault_vectors import ROOT, Case, functions_of, posted_of, struct, title

from headwater.catalog.institutions import EpochFacts
from headwater.catalog.ledger import CampaignFacts
from headwater.catalog.reputation import Cited, cited, cited_at
from headwater.chain import events as ev
from headwater.chain.structs import (
    Absence,
    Anchor,
    CommitRoot,
    Epoch,
    Item,
    Lookup,
    Place,
    Placed,
    ReputationRow,
    RootAt,
    Terms,
    Turn,
    Vote,
    VoteOpening,
    settlement_key,
    votes_root,
)
from headwater.client.watch_votes import VoteFault, VoteWatch
from headwater.primitives.amounts import Amount
from headwater.primitives.cid import Cid
from headwater.primitives.eip712 import Domain, recover
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.primitives.merkle import build, verify, verify_range
from headwater.records import codec
from headwater.records.verdict import CountedVote, Verdict
from headwater.records.vote import Ballot, Reasons, VoteCommit
from headwater.review.draw import Candidate
from headwater.storage import BlobNotFoundError

TEXT = (ROOT / "vectors" / "faults_votes.json").read_text()
FILE = json.loads(TEXT)
CHAIN, CAMPAIGN, AT = FILE["chain"], FILE["campaign"], FILE["contracts"]
DOMAIN = Domain(CHAIN, AT["campaigns"])
REASONS = codec.decode(Reasons, bytes.fromhex(FILE["reasons"][2:]))
PANEL = [Account.from_key(key).address for key in FILE["keys"]]
NOBODY, POSITION = "0x" + "00" * 20, ev.Position(0, 0, bytes(32), "")
PUBLISHED = "published"  # the name of the one ballot that is


def word(text: str) -> bytes:
    return bytes.fromhex(text[2:])


def words(listed: list[str]) -> tuple[bytes, ...]:
    return tuple(word(one) for one in listed)


def ballot_of(row: Case) -> VoteOpening:
    made: VoteOpening = struct(VoteOpening, row)
    assert made.reasons == codec.digest(REASONS)
    return made


def root_of(row: Case) -> CommitRoot:
    return CommitRoot(word(row["root"]), row["count"], row["time"], word(row["leaf"]), words(row["proof"]))


class Scene:
    """A network in which a case's votes were cast and settled, as far as the watcher looks."""

    def __init__(self, case: Case) -> None:
        self.case, self.given, self.number = case, case["given"], case["given"]["at"]
        terms = struct(Terms, FILE["terms"][case["terms"]])
        self.votes = [[struct(Vote, row) for row in rows] for rows in case["votes"]]
        self.items = [struct(Item, row) for row in case["items"]]
        assert [votes_root(votes) for votes in self.votes] == [item.votes_root for item in self.items]
        self.facts = CampaignFacts(CAMPAIGN, terms, 0, POSITION)
        head = (1, 0, len(self.items), FILE["settler"], case["anchoredAt"], 0)
        self.anchor = Anchor(*head, False, ZERO_WORD, ZERO_WORD, 0)
        self.facts.anchors[0] = self.anchor
        candidates = zip(PANEL, case["stakes"], strict=True)
        self.facts.weights[0] = tuple(Candidate(who, int(stake)) for who, stake in candidates)
        if word(case["seed"]) != ZERO_WORD:
            self.facts.seeds[0] = word(case["seed"])
        self._history()
        self.epochs = dict(self._epochs())
        key, final = settlement_key(CAMPAIGN, 0, 0), case["settledAt"] + terms.challenge_window
        cites = self.epochs[case["cites"]].epoch.hash() if case["cites"] in self.epochs else self._no_epoch()
        self.posted = posted_of(key, count=len(self.items), settler=case["settler"], final_at=final, reputation=cites)
        self.shown: list[tuple[str, tuple[Any, ...]]] = []

    def watch(self) -> VoteWatch:
        tree = build([item.leaf(CHAIN, AT["settlement"], self.posted.key) for item in self.items])
        verdicts = [self._verdict(*row) for row in zip(self.items, self.votes, strict=True)]
        whole: Any = SimpleNamespace(posted=self.posted, items=self.items, item_tree=tree, verdicts=verdicts)
        network: Any = SimpleNamespace(
            ledger=self._ledger,
            cited_at=lambda when: cited_at(self._ledger(), self, when, self.case["settledAt"]),
            record=self._record,
            contracts=SimpleNamespace(
                chain=SimpleNamespace(chain_id=CHAIN),
                campaigns_domain=DOMAIN,
                reviewers=SimpleNamespace(address=AT["reviewers"]),
                reputation=SimpleNamespace(address=AT["reputation"]),
                vote_faults=self,
            ),
        )
        facts: Any = SimpleNamespace(posted=self.posted)
        return VoteWatch(network, facts, whole)

    def cited(self) -> Cited:
        return cited(self._ledger(), self.case["cites"]) if self.case["cites"] in self.epochs else Cited(0, b"", ())

    def epoch_slot(self, number: int) -> Any:
        final = self.epochs[number].epoch.final_at
        return SimpleNamespace(status=1, open=0, suspended=False, final_at=final)

    def __getattr__(self, name: str) -> Any:
        """The contract's functions: what they are called with is remembered."""
        if not name.startswith("prove_"):
            raise AttributeError(name)
        return lambda signer, posted, *args: self.shown.append((name, args))

    def _ledger(self) -> Any:
        institutions = SimpleNamespace(epochs=self.epochs)
        return SimpleNamespace(campaign=lambda number: self.facts, institutions=institutions)

    def _history(self) -> None:
        for row in self.case["roots"]:
            tree, first, number = build(words(row["leaves"])), 0, row["round"]
            assert tree.root == word(row["root"])
            stored = (CAMPAIGN, first, row["operator"], number, tree.root, tree.count, row["at"])
            event = ev.VotesCommitted(POSITION, *stored)
            self.facts.commit_roots[first, number, row["operator"]] = event
        for row in self.case["own"]:
            place = row["item"], row["round"], row["reviewer"]
            item, number, who = place
            event_own = ev.VoteCommitted(POSITION, CAMPAIGN, item, who, number, word(row["commit"]), row["at"])
            self.facts.own_commits[place] = event_own
        for row in self.case["reveals"]:
            ballot = ballot_of(row["ballot"])
            self._committed(row, ballot)
            event_open = ev.VoteRevealed(POSITION, CAMPAIGN, ballot.item, ballot.reviewer, ballot, row["at"])
            self.facts.reveals[ballot.item, ballot.round, ballot.reviewer] = event_open

    def _committed(self, row: Case, ballot: VoteOpening) -> None:
        """What is shown was committed to, at the time it says, and before."""
        assert row["time"] < row["at"]
        if row["operator"] == NOBODY:
            own = self.facts.own_commits[ballot.item, ballot.round, ballot.reviewer]
            assert (own.commit, own.time) == (ballot.commit(DOMAIN), row["time"])
            assert (word(row["leaf"]), row["proof"]) == (ZERO_WORD, [])
            return
        root = self.facts.commit_roots[0, ballot.round, row["operator"]]
        assert (word(row["leaf"]), row["time"]) == (leaf_of(ballot, ballot.commit(DOMAIN)), root.time)
        assert verify(root.root, word(row["leaf"]), ballot.item, root.count, words(row["proof"]))

    def _epochs(self) -> Any:
        previous = ZERO_WORD
        for number, row in enumerate(self.case["epochs"], 1):
            changes, time = word(row["changes"]), row["at"]
            head = (number, previous, word(row["root"]), row["count"], keccak256(changes), ZERO_WORD, 0, ZERO_WORD)
            epoch = Epoch(*head, FILE["settler"], 0, time, time + FILE["epochWindow"])
            self.epochs = getattr(self, "epochs", {}) | {number: EpochFacts(epoch, changes, POSITION)}
            rows = cited(self._ledger(), number).rows
            tree = build([one.leaf(CHAIN, AT["reputation"], number) for one in rows])
            assert (tree.root, tree.count) == (epoch.root, epoch.count)
            previous = epoch.hash()
            yield number, self.epochs[number]

    def _no_epoch(self) -> bytes:
        return keccak256(b"no epoch") if self.case["cites"] else ZERO_WORD

    def _verdict(self, item: Item, votes: list[Vote]) -> Verdict:
        counted = tuple(CountedVote(*vote.tuple()) for vote in votes)
        here = item.item == self.number and "ballot" in self.given
        ballots = tuple(PUBLISHED if here and n == self.given["vote"] else "" for n in range(len(votes)))
        head = (item.item, item.contributor, item.contribution, item.llr, item.prior, counted, item.grade, item.novelty)
        return Verdict(*head, item.verdict, Amount(item.reward), 0, item.opening, "", "", ballots, "")

    def _record(self, kind: type[Any], cid: str) -> Ballot:
        """The ballot given, unless it was shown on chain."""
        ballot = ballot_of(self.given["ballot"]) if cid == PUBLISHED else None
        if ballot is None or ballot in [event.ballot for event in self.facts.reveals.values()]:
            raise BlobNotFoundError(Cid(cid))
        said = {field.name: getattr(ballot, field.name) for field in fields(ballot)}
        return Ballot(**said | {"reasons": REASONS})


def leaf_of(place: Any, commit: bytes) -> bytes:
    return VoteCommit(place.campaign, place.item, place.round, place.reviewer, commit, b"").leaf(DOMAIN)


def found(scene: Scene) -> bool:
    """Whether the watcher would prove just this, with just these arguments."""
    nobody: Any = SimpleNamespace()
    for fault in scene.watch().faults():
        if fault.function == scene.case["function"] and _here(scene, fault):
            scene.shown.clear()
            fault.prove(nobody)
            ((_, shown),) = scene.shown
            if _as_given(scene, shown):
                return True
    return False


def _here(scene: Scene, fault: VoteFault) -> bool:
    if scene.case["function"] == "proveCitation":
        return True
    index = scene.given.get("vote", scene.given.get("round", 0))
    return (fault.item, fault.index) == (scene.number, index)


def _as_given(scene: Scene, shown: tuple[Any, ...]) -> bool:
    given = scene.given
    match scene.case["function"]:
        case "proveDraw":
            return bool(shown[1] == scene.anchor)
        case "proveCommit":
            return bool(shown[-1] == absence_of(given["absence"]))
        case "proveReveal":
            return bool(shown[-1] == ballot_of(given["ballot"]))
        case "proveOmitted":
            return bool(shown[-2:] == (given["round"], given["reviewer"]))
        case "proveReplaced":
            return bool(shown[-2:] == (given["round"], turns_of(given["turns"])))
        case "proveWeight":
            return bool(shown[-1] == lookup_of(given["lookup"]))
        case "proveCitation":
            return bool(shown[-1] == given["newer"])
    raise AssertionError(scene.case["function"])


def absence_of(row: Case) -> Absence:
    return Absence(word(row["commit"]), row["time"], tuple(root_of(one) for one in row["roots"]))


def turns_of(rows: list[Case]) -> tuple[Turn, ...]:
    def stored(row: Case) -> RootAt:
        return RootAt(word(row["root"]), row["count"], row["time"])

    return tuple(Turn(stored(row["earlier"]), stored(row["own"])) for row in rows)


def lookup_of(row: Case) -> Lookup:
    rows = tuple(struct(ReputationRow, one) for one in row["rows"])
    return Lookup(row["index"], rows, words(row["proof"]))


def matches_the_chain(scene: Scene) -> None:
    """What is given, whether the fault holds or not, is what stands on chain."""
    given, at = scene.given, scene.number
    if "absence" in given:
        absence, vote = absence_of(given["absence"]), scene.votes[at][given["vote"]]
        own = scene.facts.own_commits.get((at, vote.round, vote.reviewer))
        assert (absence.commit, absence.time) == ((own.commit, own.time) if own else (ZERO_WORD, 0))
        operators = dict.fromkeys((FILE["settler"], scene.posted.settler))
        for root, operator in zip(absence.roots, operators, strict=True):
            stored = scene.facts.commit_roots.get((0, vote.round, operator))
            if stored is None:
                assert root == CommitRoot.none()
            else:
                assert (root.root, root.count, root.time) == (stored.root, stored.count, stored.time)
                holds_nothing = root.count != scene.anchor.count or root.time > scene.case["settledAt"]
                empty = (root.leaf, root.proof) == (ZERO_WORD, ())
                assert empty if holds_nothing else verify(root.root, root.leaf, at, root.count, root.proof)
    for operator, turn in zip(
        dict.fromkeys((FILE["settler"], scene.posted.settler)), turns_of(given.get("turns", [])), strict=False
    ):
        for number, shown in ((given["round"] - 1, turn.earlier), (given["round"], turn.own)):
            stored = scene.facts.commit_roots.get((0, number, operator))
            assert shown == (RootAt(stored.root, stored.count, stored.time) if stored else RootAt.none())
    if "ballot" in given:
        assert ballot_of(given["ballot"]).commit(DOMAIN) == scene.votes[at][given["vote"]].commit
    if "lookup" in given:
        lookup, epoch = lookup_of(given["lookup"]), scene.cited()
        assert lookup == epoch.lookup(CHAIN, AT["reputation"], scene.votes[at][given["vote"]].reviewer)
        if lookup.rows:
            posted = scene.epochs[epoch.number].epoch
            leaves = [row.leaf(CHAIN, AT["reputation"], epoch.number) for row in lookup.rows]
            assert verify_range(posted.root, leaves, lookup.index, posted.count, lookup.proof)


def digest_of_lines(text: str) -> str:
    """Of every line but the one that has it."""
    digest = ZERO_WORD
    for line in text.splitlines():
        if not line.startswith(' "digest"'):
            digest = keccak256(digest + keccak256(line.encode()))
    return "0x" + digest.hex()


def test_no_byte_of_the_file_was_changed() -> None:
    assert digest_of_lines(TEXT) == FILE["digest"]


# Two votes in one round


def refusal(scene: Scene) -> str:
    """Why ``proveEquivocation`` refuses; empty if it does not."""
    given = scene.given
    place, row = struct(Place, given["place"]), given["placed"]
    root = root_of(row["root"])
    placed = Placed(word(row["commit"]), row["time"], row["operator"], row["firstItem"], root, word(row["signature"]))
    since = placed.time
    if placed.operator == NOBODY:
        own = scene.facts.own_commits.get((place.item, place.round, place.reviewer))
        if own is None or (own.commit, own.time) != (placed.commit, placed.time):
            return "WrongCommit"
    else:
        stored = scene.facts.commit_roots.get((placed.first_item, place.round, placed.operator))
        stands = root.leaf == leaf_of(place, placed.commit)
        stands = stands and verify(root.root, root.leaf, place.item - placed.first_item, root.count, root.proof)
        if not stands or not stored or (stored.root, stored.count, stored.time) != (root.root, root.count, root.time):
            return "WrongCommit"
        if not is_signed(place, placed.commit, placed.signature):
            return "WrongSignature"
        since = root.time
    if given["now"] >= since + FILE["unbonding"]:
        return "TooLate"
    if word(given["commit"]) == placed.commit:
        return "NoFault"
    return "" if is_signed(place, word(given["commit"]), word(given["signature"])) else "WrongSignature"


def is_signed(place: Place, commit: bytes, signature: bytes) -> bool:
    signed = VoteCommit(place.campaign, place.item, place.round, place.reviewer, commit, b"")
    return recover(signed.digest(DOMAIN), signature) == place.reviewer


def test_equivocations() -> None:
    for case in FILE["cases"]:
        if case["function"] != "proveEquivocation":
            continue
        scene, given = Scene(case), case["given"]
        said = refusal(scene)
        assert (not said, said and f"VoteFaults_{said}") == (case["holds"], case["refused"]), title(case)
        stake = int(case["stakes"][PANEL.index(given["place"]["reviewer"])])
        taken = 0 if said else min(stake, int(FILE["minimum"]))
        sums = [int(given[name]) for name in ("taken", "rewarded", "left")]
        assert sums == [taken, taken // 2, stake - taken], title(case)


@pytest.mark.parametrize("case", [c for c in FILE["cases"] if c["function"] != "proveEquivocation"], ids=title)
def test_votes(case: Case) -> None:
    scene = Scene(case)
    drawn = scene.watch().reviewers(scene._verdict(scene.items[scene.number], []), 10)
    assert list(drawn) == case["drawn"]
    matches_the_chain(scene)
    assert found(scene) == case["holds"]
    assert bool(case["refused"]) != case["holds"]


def test_every_fault_has_two_that_hold_and_two_that_do_not() -> None:
    counted = Counter((case["function"], case["holds"]) for case in FILE["cases"])
    assert {name for name, _ in counted} == functions_of("VoteFaults")
    assert min(counted.values()) >= 2
    assert len(counted) == 2 * len(functions_of("VoteFaults"))
