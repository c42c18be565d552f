"""Structs and events against the compiled contracts, and hashes against ``abi.encode`` written out by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

import pytest

from headwater.chain import events, interface, structs, views
from headwater.chain.structs import Anchor, Item, Offer, Pay, Share, Terms, Version, Vote
from headwater.primitives.hashing import ZERO_WORD, keccak256

ALICE = "0x" + "11" * 20
BOB = "0x" + "22" * 20
VIEWS: dict[str, type[structs.Struct]] = {
    "State": views.CampaignState,
    "Slot": views.Slot,
    "Sales": views.Sales,
    "Paid": views.SalesPaid,
    "Holder": views.Holder,
    "Doubt": views.Doubt,
    "Held": views.Held,
    "Revealed": views.Revealed,
    "Case": views.DisputeCase,
    "Case of KeyFaults": views.KeyCase,
    "Tally": views.DisputeTally,
    "Call": views.Call,
    "FundingLimits": views.FundingLimits,
    "PublishLimits": views.PublishLimits,
    "EpochLimits": views.EpochLimits,
    "Slot of Reputation": views.EpochSlot,
    "Demand": views.Demand,
    "Clock": views.Clock,
    "Round": views.Round,
    "Seat": views.Seat,
    "Call of ShareFaults": views.ShareCall,
    "Call of Pools": views.ShareCall,
    "Pool": views.Pool,
    "Standing": views.PoolStanding,
}
INHERITED = {  # OpenZeppelin's, of no use to a reader of the network
    "Approval",
    "ApprovalForAll",
    "TransferBatch",
    "URI",
    "EIP712DomainChanged",
    "VoteCastWithParams",
    "CallSalt",
    "RoleAdminChanged",
}
OURS = (
    *("Stakes", "Campaigns", "Settlement", "Faults", "Advances", "Doubts", "Datasets", "ShareFaults", "Pools"),
    *("Licences", "Approvals", "ContentFaults", "Calls", "Disputes"),
    *("Parameters", "HeadwaterGovernor", "HeadwaterTimelock", "Reputation", "Usage", "Court"),
    *("Reviewers", "VoteFaults", "KeyFaults"),
)


NAMESAKES = {("Slot", "Reputation"), ("Call", "ShareFaults"), ("Call", "Pools"), ("Case", "KeyFaults")}


def _u(value: int) -> bytes:
    return (value % 2**256).to_bytes(32, "big")


def _a(address: str) -> bytes:
    return bytes(12) + bytes.fromhex(address[2:])


def _tuples(parameters: list[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for one in parameters:
        if "components" in one:
            yield one
            yield from _tuples(one["components"])


def _declared() -> dict[str, Mapping[str, Any]]:
    found = {}
    for name in OURS:
        face = interface.load(name)
        entries = [*[one for group in face.functions.values() for one in group], *face.events.values()]
        for entry in entries:
            for one in _tuples([*entry["inputs"], *entry.get("outputs", [])]):
                plain = interface.solidity_name(one)
                found[f"{plain} of {name}" if (plain, name) in NAMESAKES else plain] = one
    return found


def test_every_struct_of_the_abi_is_declared_field_for_field() -> None:
    declared = _declared()
    seen = set()
    for name, entry in declared.items():
        struct = structs.by_name(name) or VIEWS.get(name)
        if struct is None:
            continue
        seen.add(name)
        inner = ",".join(interface.abi_type(one) for one in entry["components"])
        assert struct.abi_type() == f"({inner})", name
        names = [events.field_name(one["name"]).removesuffix("_") for one in entry["components"]]
        assert [field.name for field in fields(struct)] == names, name  # type: ignore[arg-type]
    assert seen == {
        *("Terms", "Anchor", "Item", "Vote", "Pay", "Due", "Assignment", "Word", "Posted", "PostedHead", "SettleInput"),
        *("Offer", "Use", "Version", "Share", "Contribution", "Origin", "Record", "Reveal"),
        *("ShareProof", "ItemProof", "Closing", "Pool", "Standing", "Call of ShareFaults", "Call of Pools"),
        *("State", "Slot", "Sales", "Paid", "Holder", "Doubt", "Held", "Case", "Tally", "Call"),
        *("FundingLimits", "PublishLimits", "EpochLimits", "Slot of Reputation", "Demand", "Clock", "Round", "Seat"),
        *("ReleaseReceipt", "BatchReceipt", "BatchEntry", "Case of KeyFaults"),
        *("Epoch", "Post", "Row", "Lookup", "Link", "Windows"),
        *("Ballot", "CommitRoot", "Revealed", "Draw", "Counted", "Absence", "RootAt", "Turn", "Place", "Placed"),
    }
    assert set(declared) - seen <= {"Take"}  # between the contracts only


@pytest.mark.parametrize("name", OURS)
def test_every_event_has_its_class(name: str) -> None:
    for entry in interface.load(name).events.values():
        kind = next(
            (one for one in events.kinds() if (one.CONTRACT, one.NAME or one.__name__) == (name, entry["name"])),
            None,
        )
        if kind is None:
            assert entry["name"] in INHERITED
            continue
        wanted = [events.field_name(one["name"]) for one in entry["inputs"]]
        assert [field.name for field in fields(kind)] == ["at", *wanted]


def test_every_event_class_has_its_event() -> None:
    for kind in events.kinds():
        known = {entry["name"] for entry in interface.load(kind.CONTRACT).events.values()}
        assert (kind.NAME or kind.__name__) in known, kind


def test_every_hint_is_for_an_error_that_exists() -> None:
    from headwater.chain.errors import FIXES

    known = {"TransferFailed", "TransferFromFailed"}
    for name in interface.names():
        known |= {entry["name"] for entry in interface.load(name).errors.values()}
    assert set(FIXES) <= known


def test_a_static_struct_is_its_members_one_after_another() -> None:
    anchor = Anchor(7, 3, 2, ALICE, 1_700_000_000, 42, True, b"r" * 32, b"c" * 32, 264)
    words = [_u(7), _u(3), _u(2), _a(ALICE), _u(1_700_000_000), _u(42), _u(1), b"r" * 32, b"c" * 32, _u(264)]
    assert anchor.hash() == keccak256(b"".join(words))


def test_negative_numbers_are_sign_extended() -> None:
    terms = Terms(ALICE, BOB, b"s" * 32, 5, -700, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, b"l" * 32, 7, 1 << 255, 18, 11, 12)
    tail = [_u(one) for one in (5, -700, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0)]
    more = [_u(7), _u(1 << 255), _u(18), _u(11), _u(12)]
    assert terms.hash() == keccak256(b"".join([_a(ALICE), _a(BOB), b"s" * 32, *tail, b"l" * 32, *more]))


def test_a_struct_with_a_dynamic_member_has_the_outer_offset_word() -> None:
    offers = (Offer(b"t" * 32, 9, 0, 7, 0), Offer(b"u" * 32, 4, 60, 1, 1 << 9))
    version = Version(1, 2, 3, b"e" * 32, 4, b"h" * 32, 5, 6, b"m" * 32, b"k" * 32, ALICE, 7, 8, offers)
    head = [_u(1), _u(2), _u(3), b"e" * 32, _u(4), b"h" * 32, _u(5), _u(6), b"m" * 32, b"k" * 32, _a(ALICE)]
    head += [_u(7), _u(8), _u(14 * 32)]
    tail = [_u(2), b"t" * 32, _u(9), _u(0), _u(7), _u(0), b"u" * 32, _u(4), _u(60), _u(1), _u(1 << 9)]
    assert version.hash() == keccak256(b"".join([_u(32), *head, *tail]))


def test_roots_of_lists() -> None:
    assert structs.votes_root([]) == keccak256(_u(32) + _u(0))
    vote = Vote(ALICE, 1, 0, 2944, b"v" * 32)
    assert structs.votes_root([vote]) == keccak256(
        b"".join([_u(32), _u(1), _a(ALICE), _u(1), _u(0), _u(2944), b"v" * 32])
    )
    assert structs.items_hash([3, 5]) == keccak256(_u(32) + _u(2) + _u(3) + _u(5))
    assert structs.settlements_hash([2**70]) == keccak256(_u(32) + _u(1) + _u(2**70))


def test_leaves_are_double_hashed_and_bound_to_chain_contract_and_scope() -> None:
    pay = Pay(1, BOB, 5, 9, 0, b"i" * 32)
    words = [_u(31337), _a(ALICE), _u(77), _u(1), _a(BOB), _u(5), _u(9), _u(0), b"i" * 32]
    assert pay.leaf(31337, ALICE, 77) == keccak256(keccak256(keccak256(b"headwater.pay.v1") + b"".join(words)))
    item = Item(1, BOB, b"c" * 32, -5, 6, 90, 10_000, ZERO_WORD, 1, 5, 0, 4, b"o" * 32)
    share = Share(1, BOB, 1 << 80, b"i" * 32, 5, 9)
    for one in (pay, item, share):
        here = one.leaf(31337, ALICE, 77)
        assert len({here, one.leaf(1, ALICE, 77), one.leaf(31337, BOB, 77), one.leaf(31337, ALICE, 78)}) == 4


def test_keys_pack_as_the_spec_says() -> None:
    assert structs.settlement_key(3, 5, 2) == 3 * 2**64 + 5 * 2**16 + 2
    assert structs.version_key(3, 2) == 3 * 2**32 + 2
    digest = keccak256(_u(structs.version_key(3, 2)) + _u(1) + b"t" * 32)
    low = int.from_bytes(digest, "big") % 2**160
    assert structs.licence_id(structs.version_key(3, 2), 1, b"t" * 32) == structs.version_key(3, 2) * 2**160 + low


@pytest.mark.parametrize(
    ("reward", "review_bps", "operator_bps", "deposit_bps", "reserve", "deposit"),
    [
        (10_000, 300, 500, 5_000, 15_000, 5_000),
        (1, 1, 1, 9_999, 3, 0),  # each part rounded up, the deposit down
        (7, 300, 0, 5_000, 11, 3),
        (10**18, 0, 0, 0, 10**18, 0),
    ],
)
def test_reserve_and_deposit(
    reward: int, review_bps: int, operator_bps: int, deposit_bps: int, reserve: int, deposit: int
) -> None:
    terms = Terms(
        ALICE,
        BOB,
        ZERO_WORD,
        reward,
        0,
        review_bps,
        operator_bps,
        deposit_bps,
        0,
        0,
        1,
        1,
        1,
        1,
        0,
        ZERO_WORD,
        *[0] * 5,
    )
    assert (structs.reserve_of(terms), structs.deposit_of(terms)) == (reserve, deposit)


def test_structs_survive_the_round_trip() -> None:
    version = Version(
        1, 2, 3, b"e" * 32, 4, b"h" * 32, 5, 6, b"m" * 32, b"k" * 32, ALICE, 7, 8, (Offer(b"t" * 32, 9, 0, 7, 0),)
    )
    assert Version.of(version.tuple()) == version


def test_artifacts_name_no_machine() -> None:
    for name in interface.names():
        assert not re.search(rb"/(work|root|home|tmp)/", interface.load(name).bytecode)
