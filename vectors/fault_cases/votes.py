"""Cases of VoteFaults: who voted on an item, what they committed to, opened and weigh.

Draws, commits and signatures bind chain and contracts, so the file says where those stand, and each case has all that
follows: who is drawn, leaves, roots, proofs, signatures. Times are chain times.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from eth_account import Account

from fault_cases.book import ALICE, BOB, CAMPAIGN, CHAIN, SETTLER, TERMS, ZERO, Case, account, verdict, word
from headwater.catalog.reputation import Cited, rows_of
from headwater.chain.structs import (
    MISSING,
    Absence,
    CommitRoot,
    Lookup,
    Place,
    Placed,
    RootAt,
    Turn,
    Vote,
    VoteOpening,
    settlement_key,
    votes_root,
)
from headwater.market.settlement import assemble
from headwater.primitives.amounts import Amount
from headwater.primitives.eip712 import Domain
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address
from headwater.primitives.merkle import Tree, build
from headwater.records import codec
from headwater.records.vote import Evidence, Reasons, VoteCommit
from headwater.review.draw import Candidate, Lot, draw, eligible
from headwater.review.rule import START_RIGHT, START_WEIGHT, START_WRONG
from headwater.review.sampling import audited

RIVAL, NOBODY = account(0x0F02), "0x" + "00" * 20
START = 1_800_000_000
ANCHORED, SETTLED = START + 60, START + 75  # when, if a case says nothing else; epochs before
WINDOW, UNBONDING, EPOCH_WINDOW = 20, 16, 20
MINIMUM = 100 * 10**18
AT, SIZE = 1, 4  # the item voted on, and items in the anchor
REASONS = Reasons((Evidence("dropped", 0, 100),), "")
KEYS = [0x7000 + n for n in range(12)]


def create_address(nonce: int, deployer: str = "7FA9385bE102ac3EAc297483Dd6233D62b3e1496") -> str:
    """The ``nonce``-th contract of a forge test, whose address never changes."""
    return checksum_address("0x" + keccak256(b"\xd6\x94" + bytes.fromhex(deployer) + bytes([nonce]))[12:].hex())


# in the order in which contracts/test/World.sol deploys
CONTRACTS = {
    name: create_address(n) for name, n in {"campaigns": 7, "settlement": 8, "reputation": 14, "reviewers": 22}.items()
}
DOMAIN = Domain(CHAIN, CONTRACTS["campaigns"])


def address(key: int) -> str:
    """Whose key it is."""
    return str(Account.from_key(key.to_bytes(32, "big")).address)


PANEL = [address(key) for key in KEYS]
STAKES = [MINIMUM * (2 + n % 3) // 2 for n in range(12)]  # 1, 1.5 and 2 times the least


@dataclass(frozen=True)
class Epoch:
    """Posted at ``at``: counts of each reviewer who has a row, in tenths; what was added since the last one follows."""

    at: int
    counts: dict[str, tuple[int, int]]


@dataclass
class Poll:
    """One anchor of four items, the second of which is voted on, and its settlement."""

    stakes: list[int] = field(default_factory=lambda: list(STAKES))
    seed: bytes = field(default_factory=lambda: word("seed"))
    contributor: str = BOB
    anchored_at: int = ANCHORED
    settled_at: int = SETTLED
    settler: str = SETTLER
    epochs: list[Epoch] = field(default_factory=list)
    cites: int = 0  # an epoch's number; one that is not there is a hash that is none
    llr: int = 1300
    missing: bool = False
    votes: list[list[Vote]] = field(default_factory=lambda: [[] for _ in range(SIZE)])
    roots: list[Case] = field(default_factory=list)
    own: list[Case] = field(default_factory=list)
    reveals: list[Case] = field(default_factory=list)
    trees: dict[tuple[str, int], Tree] = field(default_factory=dict)

    # The draw

    def drawn(self, places: int, at: int = AT) -> list[str]:
        """Who reviews an item, in order."""
        lot = Lot(CHAIN, CONTRACTS["reviewers"], CAMPAIGN, at, self.seed)
        candidates = [Candidate(who, stake) for who, stake in zip(PANEL, self.stakes, strict=True)]
        contributor = self.contributor if at == AT else ALICE
        return list(draw(lot, places, eligible(candidates, (contributor, SETTLER))))

    # Votes

    def ballot(self, place: int, verdict: int = 1, **change: Any) -> VoteOpening:
        """Of whoever has a place."""
        who = self.drawn(place + 1)[place]
        made = VoteOpening(
            *(CAMPAIGN, AT, place, who, verdict, codec.digest(REASONS)), word(f"salt {who} {place} {verdict}")
        )
        return replace(made, **change)

    def count(self, *ballots: VoteOpening, weight: int = START_WEIGHT) -> list[Vote]:
        """Counts them as they are."""
        self.votes[AT] = [Vote(b.reviewer, b.round, b.verdict, weight, b.commit(DOMAIN)) for b in ballots]
        return self.votes[AT]

    def change(self, vote: int, **change: Any) -> None:
        """Counts a vote otherwise."""
        self.votes[AT][vote] = replace(self.votes[AT][vote], **change)

    def root(
        self, number: int, leaves: dict[int, bytes], *, at: int = 0, operator: str = SETTLER, size: int = SIZE
    ) -> None:
        """A round's root of an operator."""
        tree = build([leaves.get(place, ZERO) for place in range(size)])
        self.trees[operator, number] = tree
        when = at or self.anchored_at + 2 + number
        row = {"at": when, "operator": operator, "round": number, "root": tree.root, "leaves": tree.levels[0]}
        self.roots.append(row)

    def commit_own(self, ballot: VoteOpening, at: int = 0) -> int:
        """By the reviewer himself."""
        when = at or self.anchored_at + 2 + ballot.round
        self.own.append(
            {
                "at": when,
                "item": ballot.item,
                "round": ballot.round,
                "reviewer": ballot.reviewer,
                "commit": ballot.commit(DOMAIN),
            }
        )
        return when

    def reveal(self, ballot: VoteOpening, at: int = 0, operator: str = NOBODY) -> VoteOpening:
        """On chain: of an own commit, or of one in an operator's root."""
        if operator == NOBODY:
            time = next(row["at"] for row in self.own if row["commit"] == ballot.commit(DOMAIN))
            leaf, proof = ZERO, ()
        else:
            time = next(r["at"] for r in self.roots if (r["operator"], r["round"]) == (operator, ballot.round))
            leaf, proof = leaf_of(ballot), self.trees[operator, ballot.round].proof(ballot.item)
        row = {"at": at or time + 1, "time": time, "operator": operator, "leaf": leaf, "proof": proof}
        self.reveals.append(row | {"ballot": ballot})
        return ballot

    def voted(self, places: int = 2, verdict: int = 1) -> list[VoteOpening]:
        """The first drawn vote, each in the anchorer's root of his round, and are counted."""
        ballots = [self.ballot(place, verdict) for place in range(places)]
        for one in ballots:
            self.root(one.round, {AT: leaf_of(one)})
        self.count(*ballots)
        return ballots

    # Epochs

    def cited(self, number: int | None = None) -> Cited:
        """An epoch's rows."""
        number = self.cites if number is None else number
        if not 0 < number <= len(self.epochs):
            return Cited(0, ZERO, ())
        return Cited(number, ZERO, rows_of(self.epochs[number - 1].counts))

    def lookup(self, vote: int) -> Lookup:
        """Of a counted vote's reviewer in the cited epoch."""
        return self.cited().lookup(CHAIN, CONTRACTS["reputation"], self.votes[AT][vote].reviewer)

    def posted_epochs(self) -> list[Case]:
        """As they are posted: what changed since the epoch before, and the new root."""
        rows, before = [], dict[str, tuple[int, int]]()
        for number, epoch in enumerate(self.epochs, 1):
            changes = b""
            for who in sorted(epoch.counts, key=lambda one: int(one, 16)):
                old, new = before.get(who, (START_RIGHT, START_WRONG)), epoch.counts[who]
                if new != old:
                    added = (new[0] - old[0]).to_bytes(2, "big") + (new[1] - old[1]).to_bytes(2, "big")
                    changes += bytes.fromhex(who[2:]) + added
            tree = build([row.leaf(CHAIN, CONTRACTS["reputation"], number) for row in self.cited(number).rows])
            rows.append({"at": epoch.at, "root": tree.root, "count": len(epoch.counts), "changes": changes})
            before = epoch.counts
        return rows

    # Writing it down

    def absence(self, vote: int) -> Absence:
        """Everywhere the vote's commit could stand."""
        counted = self.votes[AT][vote]
        place = (AT, counted.round, counted.reviewer)
        own = next((one for one in self.own if (one["item"], one["round"], one["reviewer"]) == place), None)
        operators = [SETTLER] if self.settler == SETTLER else [SETTLER, self.settler]
        roots = tuple(self.shown(counted.round, one) for one in operators)
        return Absence(own["commit"] if own else ZERO, own["at"] if own else 0, roots)

    def turns(self, number: int) -> tuple[Turn, ...]:
        """A round's root and the one before it, of everyone who may close rounds."""
        operators = [SETTLER] if self.settler == SETTLER else [SETTLER, self.settler]
        return tuple(Turn(self.stored(number - 1, one), self.stored(number, one)) for one in operators)

    def stored(self, number: int, operator: str) -> RootAt:
        """An operator's root, if there is one."""
        for one in self.roots:
            if (one["operator"], one["round"]) == (operator, number):
                return RootAt(one["root"], len(one["leaves"]), one["at"])
        return RootAt(ZERO, 0, 0)

    def shown(self, number: int, operator: str) -> CommitRoot:
        """An operator's root and what stands at the item's place."""
        found = [one for one in self.roots if (one["operator"], one["round"]) == (operator, number)]
        if not found:
            return CommitRoot.none()
        root, size, time = found[0]["root"], len(found[0]["leaves"]), found[0]["at"]
        if size != SIZE or time > self.settled_at:
            return CommitRoot(root, size, time, ZERO, ())  # holds nothing, whatever stands in it
        tree = self.trees[operator, number]
        return CommitRoot(root, size, time, tree.levels[0][AT], tree.proof(AT))

    def named(self) -> Case:
        """As it is written down."""
        rows = []
        for number in range(SIZE):
            counted, here = self.votes[number], number == AT
            who = self.contributor if here else ALICE
            llr = self.llr if here else 8_000
            rows.append(verdict(number, who, llr, 0, counted, 100, 10_000))
        if self.missing:
            rows[AT] = replace(rows[AT], byte=MISSING, reward=Amount(0), score=0)
        made = assemble(CHAIN, CONTRACTS["settlement"], settlement_key(CAMPAIGN, 0, 0), TERMS, self.settler, rows)
        items = [replace(i, votes_root=votes_root(v)) for i, v in zip(made.items, self.votes, strict=True)]
        return {
            "terms": "price",
            "stakes": [str(one) for one in self.stakes],
            "epochs": self.posted_epochs(),
            "anchoredAt": self.anchored_at,
            "seed": self.seed if self.seed != NO_SEED else ZERO,
            "drawn": self.drawn(10) if self.seed != NO_SEED else [],
            "roots": self.roots,
            "own": self.own,
            "reveals": self.reveals,
            "settledAt": self.settled_at,
            "settler": self.settler,
            "cites": self.cites,
            "votes": self.votes,
            "items": items,
            "pays": [book.pay for book in made.books],
            "total": made.total,
            "verdicts": made.bytes_,
        }


NO_SEED = word("never recorded")


def leaf_of(ballot: VoteOpening) -> bytes:
    """Of a round's tree."""
    place = (ballot.campaign, ballot.item, ballot.round, ballot.reviewer)
    return VoteCommit(*place, ballot.commit(DOMAIN), b"").leaf(DOMAIN)


def case(function: str, name: str, holds: bool, poll: Poll, *, refused: str = "NoFault", **given: Any) -> Case:
    """One call of one function."""
    return {
        "function": function,
        "name": name,
        "holds": holds,
        "refused": "" if holds else f"VoteFaults_{refused}",
        **poll.named(),
        "given": {"at": AT, **given},
    }


def draws() -> list[Case]:
    """proveDraw."""

    def made(name: str, holds: bool, poll: Poll) -> Case:
        return case("proveDraw", name, holds, poll)

    honest, none, nine = Poll(), Poll(llr=8_000), Poll(llr=-7_000)
    honest.voted()
    nine.voted(9)
    other, swapped, gap, late, twice = (Poll() for _ in range(5))
    other.voted()
    other.count(other.ballot(0), other.ballot(6, round=1))
    first, second = swapped.voted()
    swapped.count(replace(first, reviewer=second.reviewer), replace(second, reviewer=first.reviewer))
    votes = gap.voted(3)
    gap.count(votes[0], votes[2])
    votes = late.voted(3)
    late.count(votes[1], votes[2])
    back = Poll()
    votes = back.voted(3)
    back.count(votes[2], votes[1])
    votes = twice.voted()
    twice.count(votes[0], replace(votes[0], round=1))
    early, seedless = Poll(llr=3_000), Poll(llr=8_000, seed=NO_SEED)
    early.root(0, {AT: leaf_of(early.ballot(0))})
    early.count(early.ballot(0))
    early.seed, unseeded = NO_SEED, early
    alone = Poll(stakes=[MINIMUM, *[0] * 11])
    only = alone.ballot(0)
    alone.count(only, replace(only, reviewer=PANEL[1], round=1))
    enough = Poll(stakes=[MINIMUM, 0, MINIMUM, *[0] * 9])
    enough.voted()
    own = Poll(contributor=PANEL[4])
    own.voted()
    himself = Poll(contributor=PANEL[4])
    himself.voted()
    himself.count(himself.ballot(0, reviewer=PANEL[4]), himself.ballot(1))
    return [
        made("honest, two votes", False, honest),
        made("honest, none", False, none),
        made("honest, nine votes", False, nine),
        made("the second of another place", True, other),
        made("two places exchanged", True, swapped),
        made("a round without a vote", False, gap),
        made("the first round without a vote", False, late),
        made("rounds in no order", True, back),
        made("one reviewer in both rounds", True, twice),
        made("a vote before there is a seed", True, unseeded),
        made("no vote and no seed", False, seedless),
        made("more votes than there are reviewers", True, alone),
        made("all reviewers there are, one left before", False, enough),
        made("the contributor is a reviewer, and has no place", False, own),
        made("the contributor reviews himself", True, himself),
    ]


def commits() -> list[Case]:
    """proveCommit."""

    def made(name: str, holds: bool, poll: Poll, vote: int = 0) -> Case:
        return case("proveCommit", name, holds, poll, vote=vote, absence=poll.absence(vote))

    honest, lone, made_up, late, last, small = (Poll() for _ in range(6))
    honest.voted()
    lone.root(0, {AT: leaf_of(lone.ballot(0))})
    lone.count(lone.ballot(0), lone.ballot(1))
    made_up.voted()
    made_up.reveal(made_up.ballot(1), operator=SETTLER)  # so that everybody knows what stands there
    made_up.change(1, commit=word("made up"))
    for poll, after in ((late, 1), (last, 0)):
        poll.llr = 3_000
        poll.root(0, {AT: leaf_of(poll.ballot(0))}, at=SETTLED + after)
        poll.count(poll.ballot(0))
    small.llr = 3_000
    small.root(0, {AT: leaf_of(small.ballot(0))}, size=SIZE + 1)
    small.count(small.ballot(0))
    own, own_late, own_last, own_other = (Poll(llr=3_000) for _ in range(4))
    for poll, at in ((own, 0), (own_late, SETTLED + 1), (own_last, SETTLED)):
        poll.commit_own(poll.ballot(0), at)
        poll.count(poll.ballot(0))
    own_other.commit_own(own_other.ballot(0))
    own_other.count(own_other.ballot(0, 0))
    beside = Poll(llr=3_000)
    there = VoteOpening(*(CAMPAIGN, 2, 0, beside.drawn(1, 2)[0], 1, codec.digest(REASONS)), word("salt"))
    beside.votes[2] = [Vote(there.reviewer, 0, 1, START_WEIGHT, there.commit(DOMAIN))]
    beside.root(0, {2: leaf_of(there)})
    beside.count(beside.ballot(0))
    opened = Poll(llr=3_000)
    opened.root(0, {AT: leaf_of(opened.ballot(0, 0))})
    opened.reveal(opened.ballot(0, 0), operator=SETTLER)
    opened.count(opened.ballot(0))
    stranger, rival, first = (Poll(llr=3_000) for _ in range(3))
    for poll, settler, operator in ((stranger, SETTLER, RIVAL), (rival, RIVAL, RIVAL), (first, RIVAL, SETTLER)):
        poll.settler, poll.settled_at = settler, ANCHORED + (15 if settler == SETTLER else 21)
        poll.root(0, {AT: leaf_of(poll.ballot(0))}, operator=operator)
        poll.count(poll.ballot(0))
    neither = Poll(llr=3_000, settler=RIVAL, settled_at=ANCHORED + 21)
    neither.root(0, {})
    neither.root(0, {2: ZERO}, operator=RIVAL)
    neither.count(neither.ballot(0))
    return [
        made("honest, the first", False, honest, 0),
        made("honest, the second", False, honest, 1),
        made("committed", False, lone, 0),
        made("never committed", True, lone, 1),
        made("his other commit stands there", True, opened),
        made("another commit than the one under the root", True, made_up, 1),
        made("the vote beside it", False, made_up, 0),
        made("under a root a second after it was settled", True, late),
        made("under a root of the second it was settled in", False, last),
        made("under a root over more leaves", True, small),
        made("committed by himself", False, own),
        made("committed by himself, a second after", True, own_late),
        made("committed by himself, in the second it was settled in", False, own_last),
        made("committed by himself, to something else", True, own_other),
        made("the root has another item's commit alone", True, beside),
        made("under the root of who neither anchored nor settled", True, stranger),
        made("under the root of another settler", False, rival),
        made("under the anchorer's root, settled by another", False, first),
        made("under neither's root", True, neither),
    ]


def reveals() -> list[Case]:
    """proveReveal. What opens a commit is published with the settlement, if it is not shown on chain."""

    def made(name: str, holds: bool, poll: Poll, vote: int, ballot: VoteOpening) -> Case:
        return case("proveReveal", name, holds, poll, vote=vote, ballot=ballot)

    def counted(name: str, holds: bool, ballot: VoteOpening | None = None, **change: Any) -> Case:
        """Vote 1 is counted as place 1's, of a ballot that says otherwise in one thing."""
        poll = Poll()
        first, second = poll.voted()
        said = replace(ballot or second, **change)
        poll.roots, poll.trees = [], {}
        poll.root(0, {AT: leaf_of(first)})
        place = VoteCommit(CAMPAIGN, AT, 1, second.reviewer, said.commit(DOMAIN), b"")
        poll.root(1, {AT: place.leaf(DOMAIN)})
        poll.change(1, commit=said.commit(DOMAIN))
        return made(name, holds, poll, 1, said)

    shown = Poll(llr=3_000)
    first, second = shown.voted(verdict=0)
    shown.reveal(second, operator=SETTLER)
    shown.change(1, verdict=1)
    own = Poll(llr=3_000)
    said = own.ballot(0, 0)
    own.commit_own(said)
    own.reveal(said)
    own.count(said)
    own.change(0, verdict=1)
    right = Poll()
    right.voted()
    copied = Poll()
    mine, _ = copied.voted()
    copied.roots, copied.trees = copied.roots[:1], {}
    place = VoteCommit(CAMPAIGN, AT, 1, copied.drawn(2)[1], mine.commit(DOMAIN), b"")
    copied.root(1, {AT: place.leaf(DOMAIN)})
    copied.change(1, commit=mine.commit(DOMAIN))
    return [
        made("honest, the first", False, right, 0, right.ballot(0)),
        made("honest, the second", False, right, 1, right.ballot(1)),
        made("counted the other way round, shown on chain", True, shown, 1, second),
        made("the vote beside it", False, shown, 0, first),
        made("his own commit, counted the other way round", True, own, 0, said),
        counted("counted the other way round, published", True, verdict=0),
        counted("of another campaign", True, campaign=CAMPAIGN + 1),
        counted("of another item", True, item=2),
        counted("of another round", True, round=0),
        counted("of another reviewer", True, reviewer=PANEL[0]),
        counted("a verdict that is none", True, verdict=2),
        made("a copied commit opens to whom it was copied from", True, copied, 1, mine),
        made("and is his", False, copied, 0, mine),
    ]


def omissions() -> list[Case]:
    """proveOmitted."""

    def made(name: str, holds: bool, poll: Poll, place: int = 0, who: str = "") -> Case:
        return case("proveOmitted", name, holds, poll, round=place, reviewer=who or poll.drawn(place + 1)[place])

    def left_out(llr: int, at: int = 0, **change: Any) -> Poll:
        """Nobody is counted, though the first drawn opened his vote on chain."""
        poll = Poll(llr=llr, **change)
        ballot = poll.ballot(0, 0)
        poll.commit_own(ballot)
        poll.reveal(ballot, at)
        return poll

    def third(llr: int, votes: int = 2) -> Poll:
        """One more vote is open than is counted."""
        poll = Poll(llr=llr)
        poll.voted(votes)
        ballot = poll.ballot(votes, 0)
        poll.commit_own(ballot, ANCHORED + 2)
        poll.reveal(ballot)
        return poll

    seeds = (word(f"seed {n}") for n in count())
    chosen = next(seed for seed in seeds if audited(seed, AT))
    counted = Poll()
    for one in (ballots := [counted.ballot(place) for place in range(2)]):
        counted.commit_own(one)
        counted.reveal(one)
    counted.count(*ballots)
    replaced = Poll()
    replaced.voted()
    ballot = replaced.ballot(0, 0)
    replaced.commit_own(ballot, ANCHORED + 2)
    replaced.reveal(ballot)
    replaced.count(replaced.ballot(2, round=0), replaced.ballot(1))
    other = left_out(3_000)
    strange = Poll(llr=3_000)
    ballot = strange.ballot(3, 0, round=0)
    strange.commit_own(ballot)
    strange.reveal(ballot)
    never = Poll(llr=3_000)
    never.commit_own(never.ballot(0, 0))
    return [
        made("the first of all", True, left_out(3_000)),
        made("clear without people", False, left_out(3_476)),
        made("one less than clear", True, left_out(3_475)),
        made("clearly bad", False, left_out(-3_476)),
        made("one less than clearly bad", True, left_out(-3_475)),
        made("clear and audited", True, left_out(8_000, seed=chosen)),
        made("opened in the second it was settled in", False, left_out(3_000, SETTLED)),
        made("opened a second before", True, left_out(3_000, SETTLED - 1)),
        made("opened after", False, left_out(3_000, SETTLED + 1)),
        made("committed and not opened", False, never),
        made("its data never came", False, left_out(3_000, missing=True)),
        made("a third where two do not decide", True, third(2_943 - 2 * START_WEIGHT), 2),
        made("a third where two decide", False, third(2_944 - 2 * START_WEIGHT), 2),
        made("a second where one would decide", True, third(6_000, votes=1), 1),
        made("a tenth", False, third(-7_000, votes=9), 9),
        made("counted", False, counted),
        made("counted, in its second round", False, counted, 1),
        made("of a round that was reached, another being counted in its place", False, replaced),
        made("of another round than it was opened in", False, other, 1, other.drawn(1)[0]),
        made("of somebody of another place", False, strange, 0, strange.drawn(4)[3]),
    ]


def replacements() -> list[Case]:
    """proveReplaced. A turn is an eighth of the settle window, TURN seconds."""
    turn = TERMS.settle_window // 8

    def made(name: str, holds: bool, poll: Poll, place: int = 1) -> Case:
        return case("proveReplaced", name, holds, poll, round=place, turns=poll.turns(place))

    def silent(waited: int, *, first: int = ANCHORED + 2, **change: Any) -> Poll:
        """Place 1 is passed over ``waited`` seconds after place 0's round was closed."""
        poll = Poll(llr=1_300, **change)
        ballots = [poll.ballot(0), poll.ballot(2)]
        poll.root(0, {AT: leaf_of(ballots[0])}, at=first)
        poll.root(1, {}, at=first + waited)
        poll.root(2, {AT: leaf_of(ballots[1])}, at=first + waited + 1)
        poll.count(*ballots)
        return poll

    def opened(at: int) -> Poll:
        """He opens his own commit on chain ``at`` seconds after his round began."""
        poll = silent(turn + 1)
        ballot = poll.ballot(1, 0)
        poll.commit_own(ballot, ANCHORED + 2)
        poll.reveal(ballot, ANCHORED + 2 + at)
        return poll

    def first(waited: int) -> Poll:
        """The first of all is passed over ``waited`` seconds after the anchor."""
        poll = Poll(llr=3_000)
        poll.root(0, {}, at=ANCHORED + waited)
        poll.root(1, {AT: leaf_of(poll.ballot(1))}, at=ANCHORED + waited + 1)
        poll.count(poll.ballot(1))
        return poll

    never, late, small, orphan = (Poll(llr=1_300) for _ in range(4))
    for poll in (never, late, small, orphan):
        poll.count(poll.ballot(0), poll.ballot(2))
        if poll is not orphan:
            poll.root(0, {AT: leaf_of(poll.ballot(0))}, at=ANCHORED + 2)
        poll.root(2, {AT: leaf_of(poll.ballot(2))}, at=ANCHORED + 8)
    late.root(1, {}, at=SETTLED + 1)
    small.root(1, {}, at=ANCHORED + 7, size=SIZE + 1)
    orphan.root(1, {}, at=ANCHORED + 7)
    over = {"settler": RIVAL, "settled_at": ANCHORED + 21}
    taken, hasty, twice = (Poll(llr=1_300, **over) for _ in range(3))
    stranger = Poll(llr=1_300)
    for poll, when in ((taken, 2 + turn), (hasty, 1 + turn), (twice, 1 + turn), (stranger, 2 + turn)):
        poll.count(poll.ballot(0), poll.ballot(2))
        poll.root(0, {AT: leaf_of(poll.ballot(0))}, at=ANCHORED + 2)
        poll.root(1, {}, at=ANCHORED + when, operator=RIVAL)
        poll.root(2, {AT: leaf_of(poll.ballot(2))}, at=ANCHORED + 9, operator=poll.settler)
    twice.root(1, {}, at=ANCHORED + 2 + turn)
    voted = Poll()
    voted.voted(3)
    return [
        made("silent for his turn", False, silent(turn)),
        made("passed over a second too soon", True, silent(turn - 1)),
        made("a round with a vote", False, silent(turn), 0),
        made("a round that was not reached", False, silent(turn), 3),
        made("nobody passed over", False, voted),
        made("his round was never closed", True, never),
        made("closed after it was settled", True, late),
        made("closed over more leaves than the anchor has items", True, small),
        made("the round before was never closed", True, orphan),
        made("the first, after two turns", False, first(2 * turn), 0),
        made("the first, a second too soon", True, first(2 * turn - 1), 0),
        made("he voted on chain in the last second of his turn", True, opened(turn - 1)),
        made("he voted on chain once his turn was over", False, opened(turn)),
        made("closed by the settler who took over", False, taken),
        made("closed too soon by the settler who took over", True, hasty),
        made("closed too soon by the settler, and in time by the anchorer", False, twice),
        made("closed by who neither anchored nor settled", True, stranger),
    ]


def weights() -> list[Case]:
    """proveWeight."""
    low, high = sorted(PANEL, key=lambda one: int(one, 16))[0], sorted(PANEL, key=lambda one: int(one, 16))[-1]

    def rated(rows: Sequence[str]) -> Epoch:
        return Epoch(START, {who: (START_RIGHT + 10 * (n + 1), START_WRONG) for n, who in enumerate(rows)})

    def of(rows: Sequence[str], weight: int = 0, *, cites: int = 1, another: bool = False) -> Poll:
        """Two votes with their right weights, the first with another if it is given."""
        poll = Poll(epochs=[rated(rows)] if rows else [], cites=cites if rows else 0)
        poll.voted()
        epoch = poll.cited()
        for n in range(2):
            poll.change(n, weight=epoch.weight(poll.votes[AT][n].reviewer))
        if another:
            weight = next(row.weight for row in epoch.rows if row.reviewer != poll.votes[AT][0].reviewer)
        if weight:
            poll.change(0, weight=weight)
        return poll

    def made(name: str, holds: bool, poll: Poll, vote: int = 0) -> Case:
        return case("proveWeight", name, holds, poll, vote=vote, lookup=poll.lookup(vote))

    first, second = Poll().drawn(2)
    others = [who for who in PANEL if who != first]
    above = [who for who in others if int(who, 16) > int(first, 16)]
    below = [who for who in others if int(who, 16) < int(first, 16)]
    row = rows_of(rated([first]).counts)[0]
    return [
        made("before any epoch", False, of([])),
        made("forged before any epoch", True, of([], 2_944)),
        made("the vote beside it", False, of([], 2_944), 1),
        made("as his row says", False, of([first, low, high])),
        made("more than his row says", True, of([first, low, high], row.weight + 1)),
        made("the starting weight, though he has a row", True, of([first, second], START_WEIGHT)),
        made("another's row", True, of([first, second], another=True)),
        made("the only row", False, of([first])),
        made("no row, below all", False, of(above)),
        made("no row, below all, and forged", True, of(above, 1_000)),
        made("no row, above all", False, of(below)),
        made("no row, above all, and forged", True, of(below, 1_000)),
        made("no row, between two", False, of(others)),
        made("no row, between two, and forged", True, of(others, 1_000)),
    ]


def citations() -> list[Case]:
    """proveCitation."""

    def epoch(at: int, n: int) -> Epoch:
        return Epoch(at, {PANEL[0]: (START_RIGHT + 10 * n, START_WRONG)})

    def made(name: str, holds: bool, ages: Sequence[int], cites: int, newer: int) -> Case:
        """``ages``: seconds before the anchor at which the epochs were posted."""
        poll = Poll(llr=8_000, cites=cites, epochs=[epoch(ANCHORED - age, n) for n, age in enumerate(ages, 1)])
        return case("proveCitation", name, holds, poll, newer=newer)

    return [
        made("none, there is none", False, [], 0, 0),
        made("none, and a newer one that is not there", False, [], 0, 1),
        made("the newest", False, [50, 25], 2, 1),
        made("the newest, by itself", False, [50, 25], 2, 2),
        made("the one before it", True, [50, 25], 1, 2),
        made("the one before it, by one that is not there", False, [50, 25], 1, 7),
        made("the one before it, by an older one", False, [50, 25], 1, 1),
        made("none, though there is one", True, [30], 0, 1),
        made("final in the second of the anchor", False, [20], 1, 1),
        made("none, though one was final in the second of the anchor", True, [20], 0, 1),
        made("final a second after the anchor", True, [19], 1, 0),
        made("none, one being final a second after", False, [19], 0, 1),
        made("posted after the anchor", True, [-1], 1, 0),
        made("no epoch's hash", True, [], 9, 0),
        made("no epoch's hash, though there is one", True, [30], 9, 1),
    ]


def equivocations() -> list[Case]:
    """proveEquivocation: two signed commits of the first drawn; it has no settlement to void, and takes his stake."""

    def signed(key: int, place: Place, commit: bytes) -> bytes:
        made = VoteCommit(*place.tuple(), commit, b"").digest(DOMAIN)
        one = Account.from_key(key.to_bytes(32, "big")).unsafe_sign_hash(made)
        return bytes(one.r.to_bytes(32, "big") + one.s.to_bytes(32, "big") + bytes((one.v,)))

    def made(name: str, refused: str = "", *, alone: bool = False, **change: Any) -> Case:
        poll = Poll()
        ballot = poll.ballot(0)
        who = ballot.reviewer
        key = KEYS[PANEL.index(who)]
        place, other = Place(CAMPAIGN, AT, 0, who), change.get("other", poll.ballot(0, 0).commit(DOMAIN))
        commit, strange = ballot.commit(DOMAIN), KEYS[PANEL.index(poll.drawn(2)[1])]
        if alone:
            at = poll.commit_own(ballot)
            placed = Placed(commit, at, NOBODY, 0, CommitRoot.none(), b"")
        else:
            poll.root(0, {AT: leaf_of(ballot)})
            at = poll.roots[0]["at"]
            first = signed(strange if change.get("framed") else key, place, commit)
            placed = Placed(commit, 0, change.get("operator", SETTLER), 0, poll.shown(0, SETTLER), first)
        placed = replace(placed, **change.get("placed", {}))
        signed_for = replace(place, round=1) if change.get("elsewhere") else place
        second = signed(strange if change.get("forged") else key, signed_for, other or commit)
        stake = STAKES[PANEL.index(who)]
        return case(
            "proveEquivocation",
            name,
            not refused,
            poll,
            refused=refused,
            now=at + change.get("after", UNBONDING - 1),
            place=place,
            placed=placed,
            commit=other or commit,
            signature=second,
            taken=str(0 if refused else min(stake, MINIMUM)),
            rewarded=str(0 if refused else min(stake, MINIMUM) // 2),
            left=str(stake - (0 if refused else min(stake, MINIMUM))),
        )

    return [
        made("two signed, one under a root"),
        made("two signed, one committed by himself", alone=True),
        made("the same vote twice", "NoFault", other=b""),
        made("the same vote twice, committed by himself", "NoFault", alone=True, other=b""),
        made("the second is another's", "WrongSignature", forged=True),
        made("the second is for another round", "WrongSignature", elsewhere=True),
        made("the first is another's", "WrongSignature", framed=True),
        made("the root is another operator's", "WrongCommit", operator=RIVAL),
        made("committed at another time", "WrongCommit", alone=True, placed={"time": ANCHORED}),
        made("committed to something else", "WrongCommit", alone=True, placed={"commit": word("else")}),
        made("once his stake can be gone", "TooLate", after=UNBONDING),
        made("committed by himself, once his stake can be gone", "TooLate", alone=True, after=UNBONDING),
    ]


def votes() -> list[Case]:
    """All of them."""
    return [
        *(*draws(), *commits(), *reveals(), *omissions(), *replacements()),
        *(*weights(), *citations(), *equivocations()),
    ]


def network() -> Case:
    """What all cases take for granted."""
    return {
        "chain": CHAIN,
        "contracts": CONTRACTS,
        "unbonding": UNBONDING,
        "minimum": str(MINIMUM),
        "epochWindow": EPOCH_WINDOW,
        "keys": [key.to_bytes(32, "big") for key in KEYS],
        "reasons": codec.encode(REASONS),
    }
