"""Cases of Calls: what stands behind an item or a pay leaf, shown when somebody calls for it, or not.

As the votes' file, this one says where the contracts stand, and all that follows: digests, openings, leaves, roots,
proofs, commits, signatures.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from eth_account import Account

from fault_cases.book import CAMPAIGN, CHAIN, PANEL, SETTLER, TERMS, ZERO, Case, account, verdict, word
from fault_cases.content import STRANGER_KEY, Clip, clip
from fault_cases.votes import CONTRACTS, DOMAIN, KEYS, REASONS, address
from headwater.chain.calls import MAX_SIGNATURE, PAY_PLACES
from headwater.chain.structs import (
    MISSING,
    NO_PAY_INDEX,
    Contribution,
    Item,
    Record,
    Reveal,
    Vote,
    VoteOpening,
    opening_hash,
    settlement_key,
    votes_root,
)
from headwater.market.settlement import Books, assemble
from headwater.primitives.amounts import Amount
from headwater.primitives.merkle import Tree, build
from headwater.records import codec
from headwater.records.contribution import Contribution as Signed
from headwater.records.contribution import anchor_leaf
from headwater.records.vote import VoteCommit
from headwater.review.rule import START_WEIGHT

NOBODY = "0x" + "00" * 20
ANCHORED, SETTLED, WINDOW = 1_800_000_060, 1_800_000_075, 20
CALLED = SETTLED + 4
DUE = CALLED + WINDOW // 2
CALLER, ANSWERER = account(0x0F03), account(0x0F04)
REVIEWERS = [address(key) for key in KEYS[:2]]
VOTED, GONE, APPROVED = 1, 2, 3  # items: voted on, without data, by somebody who approves on chain
Bend = Callable[[Record], Record]


def digest_of(one: Clip) -> bytes:
    """What its contributor signs."""
    words = one.manifest, one.content_root, one.consent, one.nonce
    return Signed(one.campaign, one.contributor, *words).digest(DOMAIN)


def signature_of(one: Clip) -> bytes:
    """In its form."""
    if one.form == "none":
        return b""
    made = Account.from_key(one.key.to_bytes(32, "big")).unsafe_sign_hash(digest_of(one))
    return bytes(made.r.to_bytes(32, "big") + made.s.to_bytes(32, "big") + bytes((made.v,)))


def fields_of(one: Clip) -> Contribution:
    """As the contracts take it."""
    return Contribution(one.campaign, one.contributor, one.manifest, one.content_root, one.consent, one.nonce)


@dataclass
class Shelf:
    """Four items, anchored, two votes on the second, and all that stands behind them; ``items`` are bent, or not."""

    clips: list[Clip]
    signatures: list[bytes]
    ballots: list[VoteOpening]
    votes: list[Vote]
    items: list[Item]
    books: tuple[Books, ...]
    total: int
    bytes_: bytes
    leaves: Tree
    round_: Tree
    alone: bytes  # the second vote's commit, stored by its reviewer
    approved_at: int = ANCHORED

    def item(self, at: int, **change: Any) -> None:
        """Changes an item leaf."""
        self.items[at] = replace(self.items[at], **change)

    def recount(self, votes: list[Vote]) -> None:
        """Counts other votes than were cast."""
        self.votes = votes
        self.item(VOTED, votes_root=votes_root(votes))

    def record(self, at: int) -> Record:
        """What answers a call for an item; its anchor is the runner's."""
        votes, reveals = [], []
        if at == VOTED:
            votes = self.votes
            first, second = self.ballots
            path = self.round_.proof(VOTED)
            reveals = [
                Reveal(first.reasons, first.salt, SETTLER, self.round_.count, ANCHORED + 2, path),
                Reveal(second.reasons, second.salt, NOBODY, 0, ANCHORED + 3, ()),
            ]
        signed, salt, signature = fields_of(self.clips[at]), self.clips[at].salt, self.signatures[at]
        if at == GONE:
            signed, salt, signature = Contribution(0, NOBODY, ZERO, ZERO, ZERO, 0), ZERO, b""
        anchor: Any = None
        return Record(signed, salt, signature, anchor, self.leaves.proof(at), tuple(votes), tuple(reveals))

    def named(self) -> Case:
        """As it is written down."""
        return {
            "terms": "price",
            "anchoredAt": ANCHORED,
            "leaves": self.leaves.levels[0],
            "approved": [
                {"contributor": one.contributor, "digest": digest_of(one), "at": self.approved_at}
                for one in self.clips[APPROVED:]
            ],
            "root": {"at": ANCHORED + 2, "operator": SETTLER, "round": 0, "root": self.round_.root}
            | {"leaves": self.round_.levels[0]},
            "own": {"at": ANCHORED + 3, "item": VOTED, "round": 1, "reviewer": REVIEWERS[1]} | {"commit": self.alone},
            "settledAt": SETTLED,
            "items": self.items,
            "pays": [book.pay for book in self.books],
            "total": self.total,
            "verdicts": self.bytes_,
        }


def shelf(**bent: Clip) -> Shelf:
    """An honest one, or with another clip: ``first``, ``voted``."""
    clips = [clip(n) for n in range(4)]
    clips[APPROVED] = replace(clips[APPROVED], form="none")
    clips[0] = bent.get("first", clips[0])
    signatures = [signature_of(one) for one in clips]
    ballots = [
        VoteOpening(CAMPAIGN, VOTED, n, who, 1, codec.digest(REASONS), word(f"salt {n}"))
        for n, who in enumerate(REVIEWERS)
    ]
    votes = [Vote(b.reviewer, b.round, 1, START_WEIGHT, b.commit(DOMAIN)) for b in ballots]
    rows = [
        verdict(n, one.contributor, 1_300 if n == VOTED else 8_000, 0, votes if n == VOTED else [], 100, 10_000)
        for n, one in enumerate(clips)
    ]
    rows[GONE] = replace(rows[GONE], byte=MISSING, reward=Amount(0), score=0)
    made = assemble(CHAIN, CONTRACTS["settlement"], settlement_key(CAMPAIGN, 0, 0), TERMS, SETTLER, rows)
    items = [
        replace(item, contribution=digest_of(one), opening=opening_hash(one.salt, signature))
        for item, one, signature in zip(made.items, clips, signatures, strict=True)
    ]
    items[GONE] = replace(items[GONE], contributor=NOBODY, contribution=ZERO, opening=ZERO, pay_index=NO_PAY_INDEX)
    tree = build([anchor_leaf(DOMAIN, CAMPAIGN, one.salt, one.contributor, digest_of(one)) for one in clips])
    cast = VoteCommit(CAMPAIGN, VOTED, 0, ballots[0].reviewer, votes[0].commit, b"")
    round_ = build([ZERO, cast.leaf(DOMAIN), ZERO, ZERO])
    return Shelf(
        clips, signatures, ballots, votes, items, made.books, made.total, made.bytes_, tree, round_, votes[1].commit
    )


def plain(record: Record) -> Case:
    """A record by its members, but for the anchor."""
    return {
        "contribution": record.contribution,
        "salt": record.salt,
        "signature": record.signature,
        "anchorProof": list(record.anchor_proof),
        "votes": list(record.votes),
        "reveals": list(record.reveals),
    }


def case(function: str, name: str, refused: str, stock: Shelf, **given: Any) -> Case:
    """One call of one function, and by what it is refused."""
    refused = refused and (refused if refused.startswith("Settlement") else f"Calls_{refused}")
    return {
        "function": function,
        "name": name,
        "holds": not refused,
        "refused": refused,
        **stock.named(),
        "given": given,
    }


def calls() -> list[Case]:
    """call: who may ask for what, until when."""

    def made(name: str, refused: str, place: int, at: int = CALLED, before: int | None = None) -> Case:
        called = [] if before is None else [{"place": before, "at": CALLED}]
        return case("call", name, refused, shelf(), called=called, place=place, now=at)

    last = SETTLED + WINDOW // 2
    return [
        made("the first item", "", 0),
        made("the last item", "", 3),
        made("no item", "UnknownPlace", 4),
        made("the first pay leaf", "", PAY_PLACES),
        made("the last pay leaf", "", PAY_PLACES + 3),
        made("no pay leaf", "UnknownPlace", PAY_PLACES + 4),
        made("the place before the first pay leaf", "UnknownPlace", PAY_PLACES - 1),
        made("in the last second", "", 0, last),
        made("a second after", "TooLate", 0, last + 1),
        made("the same again", "AlreadyCalled", 0, before=0),
        made("another as well", "", 1, before=0),
        made("in the second it was settled in", "", 0, SETTLED),
    ]


def answers() -> list[Case]:
    """answer."""

    def made(
        name: str,
        refused: str = "",
        at: int = VOTED,
        bend: Bend = lambda one: one,
        *,
        stock: Shelf | None = None,
        called: int | None = None,
        now: int = DUE,
        **change: Any,
    ) -> Case:
        """``change``: the item is shown with another member."""
        stock = stock or shelf()
        asked = [{"place": at if called is None else called, "at": CALLED}]
        record, item = bend(stock.record(at)), replace(stock.items[at], **change)
        return case("answer", name, refused, stock, called=asked, item=item, at=at, record=plain(record), now=now)

    def signed(**change: Any) -> Bend:
        return lambda one: replace(one, contribution=replace(one.contribution, **change))

    def reveal(vote: int, **change: Any) -> Bend:
        def bend(one: Record) -> Record:
            bent = list(one.reveals)
            bent[vote] = replace(bent[vote], **change)
            return replace(one, reveals=tuple(bent))

        return bend

    def vote(number: int, **change: Any) -> Bend:
        def bend(one: Record) -> Record:
            bent = list(one.votes)
            bent[number] = replace(bent[number], **change)
            return replace(one, votes=tuple(bent))

        return bend

    flipped, made_up, crowd = shelf(), shelf(), shelf()
    flipped.recount([flipped.votes[0], replace(flipped.votes[1], verdict=0)])
    other = replace(made_up.ballots[1], salt=word("another salt"))
    made_up.recount([made_up.votes[0], replace(made_up.votes[1], commit=other.commit(DOMAIN))])
    made_up.ballots[1] = other
    crowd.recount([Vote(who, n, 1, START_WEIGHT, word(f"vote {n}")) for n, who in enumerate(PANEL)])
    swap = [replace(one, proof=()) for one in crowd.record(VOTED).reveals[:1]] * len(PANEL)
    first = clip(0)
    foreign = shelf(first=replace(first, campaign=CAMPAIGN + 1))
    stolen = shelf()
    stolen.item(0, contributor=account(0x57011))
    unsigned = shelf(first=replace(first, key=STRANGER_KEY))
    bare = shelf()
    bare.item(0, opening=ZERO)
    moved = shelf()
    moved.item(0, contribution=digest_of(moved.clips[1]), contributor=moved.clips[1].contributor)
    moved.item(0, opening=opening_hash(moved.clips[1].salt, moved.signatures[1]))
    long = shelf()
    long.signatures[APPROVED] = bytes(MAX_SIGNATURE + 1)
    long.item(APPROVED, opening=opening_hash(long.clips[APPROVED].salt, long.signatures[APPROVED]))
    longest = shelf()
    longest.signatures[APPROVED] = bytes(MAX_SIGNATURE)
    longest.item(APPROVED, opening=opening_hash(longest.clips[APPROVED].salt, longest.signatures[APPROVED]))
    late = shelf()
    late.approved_at = ANCHORED + 1
    hidden = shelf()
    hidden.item(GONE, votes_root=word("hidden"))
    voteless: Bend = lambda one: replace(one, votes=(), reveals=())  # noqa: E731
    halved: Bend = lambda one: replace(one, reveals=one.reveals[:1])  # noqa: E731
    turned: Bend = lambda one: replace(one, votes=one.votes[::-1], reveals=one.reveals[::-1])  # noqa: E731
    zero_salt: Bend = lambda one: replace(one, salt=ZERO)  # noqa: E731
    cut: Bend = lambda one: replace(one, signature=one.signature[:-1])  # noqa: E731
    beside: Bend = lambda one: replace(one, anchor_proof=shelf().leaves.proof(2))  # noqa: E731
    theirs = moved.record(1)
    opened = {"contribution": theirs.contribution, "salt": theirs.salt, "signature": theirs.signature}
    second: Bend = lambda one: replace(one, **opened)  # noqa: E731
    many: Bend = lambda one: replace(one, reveals=tuple(swap))  # noqa: E731
    proof = shelf().round_.proof(VOTED)
    return [
        made("an item without votes", at=0),
        made("an item with two votes"),
        made("one whose data never came", at=GONE),
        made("one approved on chain", at=APPROVED),
        made("approved, with the longest signature", at=APPROVED, stock=longest),
        made("at once", now=CALLED),
        made("a second past due", "TooLate", now=DUE + 1),
        made("what was not called for", "NotCalled", called=0),
        made("an item that is none", "WrongItem", llr=1_301),
        made("another salt", "WrongOpening", bend=zero_salt),
        made("a signature cut short", "WrongOpening", bend=cut),
        made("nothing opens it", "WrongOpening", 0, stock=bare),
        made("another nonce", "WrongContribution", bend=signed(nonce=77)),
        made("another content", "WrongContribution", bend=signed(content_root=word("other"))),
        made("another manifest", "WrongContribution", bend=signed(manifest=word("other"))),
        made("another consent", "WrongContribution", bend=signed(consent=word("other"))),
        made("signed for another campaign", "WrongContribution", 0, stock=foreign),
        made("signed by somebody else than is paid", "WrongContribution", 0, stock=stolen),
        made("anchored, at another item's place", "WrongLeaf", 0, second, stock=moved),
        made("another item's path", "WrongLeaf", bend=beside),
        made("signed by a stranger", "NotSigned", 0, stock=unsigned),
        made("approved a second after the anchor", "NotSigned", APPROVED, stock=late),
        made("a signature that is too long", "TooLong", APPROVED, stock=long),
        made("ten votes", "TooLong", bend=many, stock=crowd),
        made("without its votes", "WrongVotes", bend=voteless),
        made("without data, and with votes it hides", "WrongVotes", GONE, stock=hidden),
        made("its votes in another order", "WrongVotes", bend=turned),
        made("a vote turned round", "WrongVotes", bend=vote(0, verdict=0)),
        made("a vote of another weight", "WrongVotes", bend=vote(1, weight=848)),
        made("a vote of another round", "WrongVotes", bend=vote(1, round=2)),
        made("a reveal is missing", "LengthMismatch", bend=halved),
        made("counted otherwise than committed", "WrongReveal", stock=flipped),
        made("another ballot's salt", "WrongReveal", bend=reveal(0, salt=word("other"))),
        made("other reasons", "WrongReveal", bend=reveal(1, reasons=word("other"))),
        made("a commit that is not on chain", "WrongCommit", stock=made_up),
        made("under a root of another time", "WrongCommit", bend=reveal(0, time=ANCHORED + 3)),
        made("under a root of another size", "WrongCommit", bend=reveal(0, count=5)),
        made("under a root by another path", "WrongCommit", bend=reveal(0, proof=(proof[0], word("other")))),
        made("under another operator's root", "WrongCommit", bend=reveal(0, operator=CALLER)),
        made("as if committed by himself", "WrongCommit", bend=reveal(0, operator=NOBODY, proof=())),
        made("committed by himself, at another time", "WrongCommit", bend=reveal(1, time=ANCHORED + 2)),
        made("committed by himself, as if under a root", "WrongCommit", bend=reveal(1, operator=SETTLER, proof=proof)),
    ]


def pay_answers() -> list[Case]:
    """answerPay; the numbers are four bytes each."""

    def made(
        name: str, refused: str = "", at: int = 1, *, numbers: bytes | None = None, now: int = DUE, **change: Any
    ) -> Case:
        stock = shelf()
        shown = b"".join(n.to_bytes(4, "big") for n in stock.books[at].items) if numbers is None else numbers
        called = [{"place": PAY_PLACES + change.pop("called", at), "at": CALLED}]
        pay = replace(stock.books[at].pay, **change)
        return case("answerPay", name, refused, stock, called=called, at=at, pay=pay, numbers=shown, now=now)

    end = len(shelf().books) - 1
    return [
        made("a contributor's"),
        made("the first", at=0),
        made("the operator's, whose items nobody needs", at=end, numbers=b""),
        made("the operator's, with others", at=end, numbers=bytes((0, 0, 0, 9))),
        made("a second past due", "TooLate", now=DUE + 1),
        made("what was not called for", "NotCalled", called=0),
        made("another amount", "WrongPay", amount=1),
        made("another account", "WrongPay", account=CALLER),
        made("without its items", "WrongNumbers", numbers=b""),
        made("with another item", "WrongNumbers", numbers=bytes((0, 0, 0, 0))),
        made("with one more", "WrongNumbers", numbers=bytes((0, 0, 0, 1, 0, 0, 0, 2))),
        made("with a byte too few", "WrongNumbers", numbers=bytes((0, 0, 1))),
    ]


def expiries() -> list[Case]:
    """expire: what nobody answers voids the settlement, for whoever called; ``answered`` are shown at once."""

    def made(
        name: str, refused: str = "", *, now: int = DUE + 1, called: tuple[int, ...] = (0,), answered: bool = False
    ) -> Case:
        asked = [{"place": place, "at": CALLED + n} for n, place in enumerate(called)]
        stock = shelf()
        shown = plain(stock.record(0)) if answered else None
        more = {"record": shown, "item": stock.items[0], "at": 0} if shown else {}
        return case("expire", name, refused, stock, called=asked, place=0, now=now, **more)

    return [
        made("a second past due"),
        made("long past due", now=DUE + 1000),
        made("in the last second", "StillTime", now=DUE),
        made("at once", "StillTime", now=CALLED),
        made("what was not called for", "NotCalled", called=(1,)),
        made("what was answered", "AlreadyAnswered", answered=True),
        made("one of two", called=(0, 1)),
        made("one of two, called for a second later", called=(1, 0), now=DUE + 2),
        made("one of two, a second too early", "StillTime", called=(1, 0), now=DUE + 1),
    ]


def evidence() -> list[Case]:
    """All of them."""
    return [*calls(), *answers(), *pay_answers(), *expiries()]
