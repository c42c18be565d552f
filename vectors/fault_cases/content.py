"""Cases of ContentFaults: where items come from.

Digests, leaves and openings bind chain and contracts, so a case has what they are made of: of every item the clip
anchored at its place, and the one it says was signed. A runner hashes, and fills in ``contribution`` and ``opening``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from eth_account import Account

from fault_cases.book import CHAIN, SETTLER, TERMS, ZERO, Case, account, verdict, word
from headwater.chain.structs import Item, settlement_key
from headwater.market.settlement import assemble

RIVAL = account(0x0F02)
STRANGER_KEY = 0x57A6E

# contributors in the order of their accounts, so that pay leaves stand in the order of items
KEYS = sorted(range(0xC0FFEE, 0xC0FFEE + 4), key=lambda key: int(Account.from_key(key.to_bytes(32, "big")).address, 16))


def address(key: int) -> str:
    """Whose key it is."""
    return str(Account.from_key(key.to_bytes(32, "big")).address)


@dataclass(frozen=True)
class Clip:
    """A contribution with what opens its anchor leaf; ``form``: right, none (empty), or high-s signature by ``key``."""

    campaign: int
    contributor: str
    manifest: bytes
    content_root: bytes
    consent: bytes
    nonce: int
    salt: bytes
    key: int
    form: str = "right"

    def named(self) -> Case:
        """Members as they are written down."""
        return {
            "campaign": self.campaign,
            "contributor": self.contributor,
            "manifest": self.manifest,
            "contentRoot": self.content_root,
            "consent": self.consent,
            "nonce": self.nonce,
            "salt": self.salt,
            "key": self.key.to_bytes(32, "big"),
            "form": self.form,
        }


def clip(n: int, campaign: int = 1, content: str = "") -> Clip:
    """Contributor ``n``'s clip."""
    name = f"{campaign} {n}"
    return Clip(
        *(campaign, address(KEYS[n]), word(f"manifest {name}"), word(content or f"content {name}")),
        *(word(f"consent {name}"), n, word(f"salt {name}"), KEYS[n]),
    )


@dataclass
class Batch:
    """A campaign with one anchor and its settlement; ``clips`` are anchored, ``opened`` are what items say.

    Attributes:
        wait: seconds before it is anchored.
        hold: seconds from the last anchor to the settlement.
        bare: items without an opening.
        approved, late: items whose contributor approves their digest on chain, before the anchor or a second after.
        after: anchors that follow, not settled.
    """

    campaign: int
    settler: str
    clips: list[Clip]
    opened: list[Clip]
    items: list[Item]
    rest: Case
    wait: int = 0
    hold: int = 0
    bare: list[int] = field(default_factory=list)
    approved: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    after: list[Case] = field(default_factory=list)

    def open(self, at: int, **change: Any) -> None:
        """What an item says was signed is changed, and not what was anchored."""
        self.opened[at] = replace(self.opened[at], **change)

    def item(self, at: int, **change: Any) -> None:
        """Changes an item leaf."""
        self.items[at] = replace(self.items[at], **change)

    def named(self) -> Case:
        """As it is written down."""
        return {
            "campaign": self.campaign,
            "terms": "price",
            "settler": self.settler,
            "wait": self.wait,
            "hold": self.hold,
            "anchored": [one.named() for one in self.clips],
            "opened": [one.named() for one in self.opened],
            "items": self.items,
            **self.rest,
            "bare": self.bare,
            "approved": self.approved,
            "late": self.late,
            "after": self.after,
        }


def batch(
    campaign: int = 1, settler: str = SETTLER, clips: Sequence[Clip] | None = None, rejected: Sequence[int] = ()
) -> Batch:
    """An honest one: every item clear, but those rejected."""
    given = list(clips) if clips is not None else [clip(n, campaign) for n in range(3)]
    verdicts = [
        verdict(n, one.contributor, -100 if n in rejected else 8_000, 0, [], 100, 10_000) for n, one in enumerate(given)
    ]
    made = assemble(CHAIN, account(1), settlement_key(campaign, 0, 0), TERMS, settler, verdicts)
    rest = {
        "pays": [book.pay for book in made.books],
        "total": made.total,
        "verdicts": made.bytes_,
    }
    items = [replace(item, contribution=ZERO, opening=ZERO) for item in made.items]
    return Batch(campaign, settler, given, list(given), items, rest)


def case(function: str, name: str, outcome: str, *batches: Batch, **given: Any) -> Case:
    """One call; what it voids: the settlement, the item alone, or nothing."""
    return {
        "function": function,
        "name": name,
        "holds": outcome != "nothing",
        "voids": outcome,
        "batches": [one.named() for one in batches],
        "given": given,
    }


def opening(name: str, outcome: str, at: int, made: Batch) -> Case:
    """proveOpening of an item."""
    return case("proveOpening", name, outcome, made, at=at)


def openings() -> list[Case]:
    """proveOpening."""
    invented, salted, renamed, moved, anothers = (batch() for _ in range(5))
    invented.open(1, manifest=word("never sent"), content_root=word("never seen"))
    salted.open(1, salt=word("another salt"))
    renamed.open(1, contributor=address(STRANGER_KEY), key=STRANGER_KEY)
    renamed.item(1, contributor=address(STRANGER_KEY))
    moved.opened[0], moved.opened[1] = moved.opened[1], moved.opened[0]
    for at in (0, 1):
        moved.item(at, contributor=moved.opened[at].contributor)
    anothers.open(0, form="none")
    return [
        *(opening(f"honest, item {at}", "nothing", at, batch()) for at in range(3)),
        opening("a clip nobody anchored", "settlement", 1, invented),
        opening("the item beside one nobody anchored", "nothing", 0, invented),
        opening("another salt", "settlement", 1, salted),
        opening("a stranger's, signed by him, in another's place", "settlement", 1, renamed),
        opening("anchored, at another item's place", "settlement", 0, moved),
        opening("anchored, with a signature that is none (another function's)", "nothing", 0, anothers),
    ]


def unopened() -> list[Case]:
    """proveUnopened."""
    bare, missing = batch(), batch(rejected=[1])
    bare.bare = [1]
    missing.bare = [1]
    missing.item(1, verdict=3)
    missing.rest["verdicts"] = bytes((1, 99, 3, 0, 1, 99))
    rejected = batch(rejected=[2])
    rejected.bare = [2]

    def made(name: str, outcome: str, at: int, one: Batch) -> Case:
        return case("proveUnopened", name, outcome, one, at=at)

    return [
        *(made(f"honest, item {at}", "nothing", at, batch()) for at in range(2)),
        made("accepted, and nothing opens it", "settlement", 1, bare),
        made("the item beside it", "nothing", 0, bare),
        made("rejected, and nothing opens it", "settlement", 2, rejected),
        made("its data never came", "nothing", 1, missing),
    ]


def contributions() -> list[Case]:
    """proveContribution."""
    foreign = batch()
    foreign.clips[1] = foreign.opened[1] = replace(clip(1), campaign=2)
    stolen = batch()
    stolen.item(2, contributor=account(0x57011))
    zero = batch()
    zero.item(0, contributor="0x" + "00" * 20)
    nonce = batch()
    nonce.clips[0] = nonce.opened[0] = replace(clip(0), nonce=2**64 - 1)

    def made(name: str, outcome: str, at: int, one: Batch) -> Case:
        return case("proveContribution", name, outcome, one, at=at)

    return [
        *(made(f"honest, item {at}", "nothing", at, batch()) for at in range(2)),
        made("signed for another campaign", "settlement", 1, foreign),
        made("the item beside it", "nothing", 2, foreign),
        made("signed by somebody else than is paid", "settlement", 2, stolen),
        made("nobody's", "settlement", 0, zero),
        made("the highest nonce", "nothing", 0, nonce),
    ]


def signatures() -> list[Case]:
    """proveSignature."""

    def signed(name: str, outcome: str, approved: Sequence[int] = (), late: Sequence[int] = (), **change: Any) -> Case:
        made = batch()
        made.clips[1] = made.opened[1] = replace(clip(1), **change)
        made.approved, made.late = list(approved), list(late)
        return case("proveSignature", name, outcome, made, at=1)

    return [
        signed("honest", "nothing"),
        signed("another's key", "settlement", key=STRANGER_KEY),
        signed("no signature", "settlement", form="none"),
        signed("an upper half s: the same key, another form", "settlement", form="high-s"),
        signed("no signature, and approved on chain", "nothing", approved=[1], form="none"),
        signed("another's key, and approved on chain", "nothing", approved=[1], key=STRANGER_KEY),
        signed("approved a second after the anchor", "settlement", late=[1], form="none"),
        signed("approved, another item", "settlement", approved=[0], form="none"),
        signed("signed, and approved late", "nothing", late=[1]),
    ]


def duplicates() -> list[Case]:
    """proveDuplicate: ``earlier`` and ``later`` are batch and item; ``shown`` if the first is before the second."""
    same = "the same content"
    twins = [clip(0), clip(1, content=same), clip(2, content=same)]

    def two(rival: str = RIVAL, wait: int = 0, rejected: Sequence[int] = ()) -> list[Batch]:
        first = batch(1, SETTLER, [clip(0, 1, same), clip(1, 1)], rejected)
        second = batch(2, rival, [clip(2, 2, same), clip(3, 2)])
        second.wait = wait
        return [first, second]

    def made(
        name: str,
        outcome: str,
        batches: Sequence[Batch],
        earlier: tuple[int, int] = (0, 0),
        later: tuple[int, int] = (1, 0),
        shown: bool = False,
    ) -> Case:
        return case("proveDuplicate", name, outcome, *batches, earlier=earlier, later=later, shown=shown)

    copy = two()
    copy[1] = batch(2, RIVAL, [clip(2, 2, same), clip(3, 2)], rejected=[0])
    return [
        made("twice in one settlement", "settlement", [batch(clips=twins)], (0, 1), (0, 2)),
        made("twice in one settlement, the first as the copy", "nothing", [batch(clips=twins)], (0, 2), (0, 1)),
        made("an item and itself", "nothing", [batch(clips=twins)], (0, 1), (0, 1)),
        made("one settler of both", "settlement", two(SETTLER)),
        made("a settler who could not know", "item", two()),
        made("the first as the copy", "nothing", two(), (1, 0), (0, 0)),
        made("another content", "nothing", two(), (0, 1), (1, 0)),
        made("the first was rejected", "nothing", two(rejected=[0])),
        made("the copy was rejected", "nothing", copy),
        made("shown half a window before", "settlement", two(wait=10), shown=True),
        made("shown a second less before", "item", two(wait=9), shown=True),
    ]


def skipped() -> list[Case]:
    """proveSkippedAnchor: ``anchor`` is one of those after the settled one."""

    def made(name: str, outcome: str, hold: int, *after: Case, anchor: int = 0) -> Case:
        one = batch()
        one.hold, one.after = hold, list(after)
        return case("proveSkippedAnchor", name, outcome, one, anchor=anchor)

    def alone(wait: int = 0) -> Case:
        return {"direct": True, "anchorer": RIVAL, "count": 1, "wait": wait}

    def many(count: int) -> Case:
        return {"direct": False, "anchorer": SETTLER, "count": count, "wait": 0}

    return [
        made("older than the settle window", "settlement", 21, alone()),
        made("as old as the settle window", "nothing", 20, alone()),
        made("young", "nothing", 0, alone()),
        made("an operator's", "nothing", 21, many(1)),
        made("the last within 1,024 items", "settlement", 21, many(1_020), alone(), anchor=1),
        made("beyond 1,024 items", "nothing", 21, many(1_021), alone(), anchor=1),
        made("the second of two", "settlement", 21, alone(), alone(), anchor=1),
        made("the younger of two", "nothing", 20, alone(), alone(1), anchor=1),
    ]


def content() -> list[Case]:
    """Of the contract ContentFaults."""
    return [*openings(), *unopened(), *contributions(), *signatures(), *duplicates(), *skipped()]
