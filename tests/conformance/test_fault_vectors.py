"""``vectors/faults.json`` run by Python's own decisions; contracts/test/FaultVectors.t.sol proves the same on chain."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from eth_account import Account

from headwater.catalog.ledger import CampaignFacts
from headwater.chain.structs import (
    WORD_LEAVES,
    Anchor,
    Item,
    ItemProof,
    Pay,
    Posted,
    Share,
    ShareProof,
    Terms,
    Vote,
    items_hash,
    opening_hash,
    reference,
    settlement_key,
    votes_root,
)
from headwater.client import pool_watch, share_watch, watch_origins
from headwater.client.share_watch import ShareTree
from headwater.market import faults
from headwater.primitives.eip712 import Domain
from headwater.primitives.hashing import keccak256
from headwater.primitives.merkle import build
from headwater.records.contribution import Contribution, anchor_leaf
from headwater.records.evidence import Opening

ROOT = Path(__file__).parents[2]
GROUPS = {"faults": "faults", "content": "faults_content", "shares": "faults_shares"}
LOADED = {group: json.loads((ROOT / "vectors" / f"{name}.json").read_text()) for group, name in GROUPS.items()}
GIVEN = LOADED["shares"] | {group: loaded["cases"] for group, loaded in LOADED.items()}
Case = dict[str, Any]


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def struct(kind: type[Any], row: dict[str, Any]) -> Any:
    """A struct of its members by name."""
    values: list[Any] = []
    for abi, member in zip(kind.ABI, fields(kind), strict=True):
        text = row[camel(member.name)]
        if abi == "bytes32":
            values.append(bytes.fromhex(text[2:]))
        else:
            values.append(text if abi in ("address", "bool") else int(text))
    assert len(row) == len(values)
    return kind(*values)


class Leaves:
    """A case's settlement."""

    def __init__(self, case: Case) -> None:
        self.case, self.given = case, case["given"]
        self.terms = struct(Terms, GIVEN["terms"][case["terms"]])
        self.items = [struct(Item, row) for row in case["items"]]
        self.pays = [struct(Pay, row) for row in case["pays"]]
        self.verdicts = bytes.fromhex(case["verdicts"][2:])

    @property
    def item(self) -> Item:
        item: Item = self.items[self.given["at"]]
        return item

    @property
    def votes(self) -> list[Vote]:
        votes = [struct(Vote, row) for row in self.given["votes"]]
        assert votes_root(votes) == self.item.votes_root
        return votes

    def pay(self, name: str) -> Pay:
        pay: Pay = self.pays[self.given[name]]
        return pay

    def listed(self, name: str, pay: Pay) -> list[int]:
        """Numbers that hash to a leaf's."""
        numbers: list[int] = self.given[name]
        assert items_hash(numbers) == pay.items
        return numbers

    def budget(self, pay: Pay) -> int:
        """Of the word a leaf stands in: given, or what makes the total come out."""
        word = pay.index // WORD_LEAVES
        if "budgets" in self.case:
            return int(self.case["budgets"][word])
        sums: list[int] = [
            0,
            *(leaf.cumulative for leaf in self.pays[WORD_LEAVES - 1 : -1 : WORD_LEAVES]),
            self.case["total"],
        ]
        return sums[word + 1] - sums[word]


def arithmetic(case: Case) -> bool:
    """Whether the fault holds, by ``market.faults``."""
    at, given, count = Leaves(case), case["given"], len(case["pays"])
    match case["function"]:
        case "proveVerdict":
            return faults.verdict_wrong(at.terms, at.item, at.votes)
        case "proveByte":
            return faults.byte_wrong(at.item, at.votes, at.verdicts, given["at"])
        case "proveReward":
            return faults.reward_wrong(at.terms, at.item, at.votes, count)
        case "proveOrder":
            return faults.order_wrong(at.item, given["at"])
        case "provePay":
            pay = at.pay("pay")
            return faults.pay_wrong(pay, at.listed("items", pay), dict(enumerate(at.items)))
        case "proveUnpaid":
            pay = at.pay("pay")
            return faults.unpaid_wrong(at.item, pay, at.listed("numbers", pay), count)
        case "proveFee":
            return faults.fee_wrong(at.terms, GIVEN["settler"], len(at.items), at.pay("first"), at.pay("last"))
        case "proveSum":
            a, b = at.pay("a"), at.pay("b")
            return faults.sum_wrong(a, b, at.budget(a), count, case["total"])
    raise AssertionError(case["function"])


def title(case: Case) -> str:
    return f"{case['function']}: {case['name']}"


@pytest.mark.parametrize("case", GIVEN["faults"], ids=title)
def test_arithmetic(case: Case) -> None:
    assert arithmetic(case) == case["holds"]


# Origins: the watcher's own look, at a ledger with nothing else in it

CHAIN, START = 31_337, 1_800_000_000
CAMPAIGNS, SETTLEMENT = ("0x" + digit * 40 for digit in "12")
DOMAIN = Domain(CHAIN, CAMPAIGNS)
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
NOBODY, WORD = "0x" + "00" * 20, bytes(32)


def posted_of(key: int, **given: Any) -> Posted:
    plain: dict[str, Any] = dict.fromkeys((field.name for field in fields(Posted)), 0)
    words = ("pay_root", "terms", "item_root", "verdicts_hash", "evidence", "reputation", "anchors_hash")
    plain |= {"key": key, "campaign": key >> 64, "first_item": key >> 16 & 0xFFFFFFFF, "token": NOBODY}
    return Posted(**plain | dict.fromkeys(words, WORD) | given)


class Clip:
    """A clip of a case: what is signed, its salt and its signature."""

    def __init__(self, row: Case) -> None:
        words = {name: bytes.fromhex(row[name][2:]) for name in ("manifest", "contentRoot", "consent", "salt", "key")}
        signed = (words["manifest"], words["contentRoot"], words["consent"], int(row["nonce"]))
        self.signed = Contribution(int(row["campaign"]), row["contributor"], *signed)
        self.salt, self.digest = words["salt"], self.signed.digest(DOMAIN)
        self.signature = self._sign(words["key"], row["form"])

    def _sign(self, key: bytes, form: str) -> bytes:
        if form == "none":
            return b""
        made = Account.from_key(key).unsafe_sign_hash(self.digest)
        v, s = (55 - made.v, ORDER - made.s) if form == "high-s" else (made.v, made.s)
        signature: bytes = made.r.to_bytes(32, "big") + s.to_bytes(32, "big") + bytes((v,))
        return signature

    def leaf_in(self, campaign: int) -> bytes:
        return anchor_leaf(DOMAIN, campaign, self.salt, self.signed.contributor, self.digest)

    def opening(self) -> Opening:
        plain = {field.name: getattr(self.signed, field.name) for field in fields(self.signed)}
        return Opening(**plain, signature=self.signature, salt=self.salt)


class Desk:
    """A network as far as the watcher of origins looks: ledger, published leaves, approvals."""

    def __init__(self, batches: list[Case]) -> None:
        self.campaigns: dict[int, CampaignFacts] = {}
        self.settlements: dict[int, Any] = {}
        self.whole: dict[int, Any] = {}
        self.published: dict[bytes, Any] = {}
        self.approvals: dict[tuple[str, bytes], int] = {}
        self.now, self.sequence = START, 0
        for batch in batches:
            self._stand(batch)
        self.contracts = SimpleNamespace(
            campaigns_domain=DOMAIN,
            approvals=SimpleNamespace(time=lambda who, digest: self.approvals.get((who, digest))),
            settlement=SimpleNamespace(is_final=lambda key: False),
        )

    def ledger(self) -> Any:
        return SimpleNamespace(
            campaigns=self.campaigns,
            campaign=self.campaigns.__getitem__,
            settlement=self.settlements.__getitem__,
            standing=lambda campaign: [f for f in self.settlements.values() if f.posted.campaign == campaign],
        )

    def cid_of(self, digest: bytes) -> bytes:
        return digest

    def record(self, kind: type[Any], cid: bytes) -> Any:
        return self.published[cid]

    def settled(self, network: Any, facts: Any) -> Any:
        return self.whole[facts.posted.key]

    def _stand(self, batch: Case) -> None:
        campaign, terms = batch["campaign"], struct(Terms, GIVEN["terms"][batch["terms"]])
        opened = [Clip(row) for row in batch["opened"]]
        items = [
            replace(
                struct(Item, row),
                contribution=clip.digest,
                opening=WORD if at in batch["bare"] else opening_hash(clip.salt, clip.signature),
            )
            for at, (row, clip) in enumerate(zip(batch["items"], opened, strict=True))
        ]
        self.now += batch["wait"]
        self._approve(items, batch["approved"])
        facts = self.campaigns[campaign] = CampaignFacts(campaign, terms, 0, None)  # type: ignore[arg-type]
        self._anchor(facts, batch["settler"], [Clip(row).leaf_in(campaign) for row in batch["anchored"]], False)
        self.now += bool(batch["late"])
        self._approve(items, batch["late"])
        for row in batch["after"]:
            self.now += row["wait"]
            self._anchor(facts, row["anchorer"], [keccak256(b"after")] * row["count"], row["direct"])
        self.now += batch["hold"]
        final = self.now + terms.challenge_window
        key = settlement_key(campaign, 0, 0)
        posted = posted_of(key, count=len(items), settler=batch["settler"], final_at=final)
        self.settlements[key] = SimpleNamespace(posted=posted, void_items=set())
        evidence = SimpleNamespace(openings=[clip.opening() for clip in opened])
        self.whole[key] = SimpleNamespace(posted=posted, items=items, evidence=evidence)

    def _approve(self, items: list[Item], listed: list[int]) -> None:
        for at in listed:
            self.approvals.setdefault((items[at].contributor, items[at].contribution), self.now)

    def _anchor(self, facts: CampaignFacts, who: str, leaves: list[bytes], direct: bool) -> None:
        self.sequence += 1
        first, tree = facts.anchored, build(leaves)
        cid = self.sequence.to_bytes(32, "big")
        facts.anchors[first] = Anchor(self.sequence, first, len(leaves), who, self.now, 0, direct, tree.root, cid, 0)
        self.published[cid] = SimpleNamespace(leaves=leaves)


@pytest.mark.parametrize("case", GIVEN["content"], ids=title)
def test_origins(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    desk: Any = Desk(case["batches"])
    monkeypatch.setattr(watch_origins, "settled", desk.settled)
    given, function = case["given"], case["function"]
    keys = [settlement_key(batch["campaign"], 0, 0) for batch in case["batches"]]
    facts = desk.settlements[keys[0]]
    if function == "proveDuplicate":
        (_, at), first = given["later"], (keys[given["earlier"][0]], given["earlier"][1])
        copies = [(c.key, c.item, c.first) for c in watch_origins.copies(desk)]
        found = (keys[given["later"][0]], at, first) in copies
    elif function == "proveSkippedAnchor":
        anchors = list(desk.campaigns[1].anchors.values())[1:]
        found = watch_origins.skipped_anchor(desk, facts) is not None and _due(anchors[given["anchor"]], facts.posted)
    else:
        shown = [fault for fault in watch_origins.origin_faults(desk, facts) if fault.item == given["at"]]
        found = function in [fault.function for fault in shown]
    assert found == case["holds"]


def _due(anchor: Anchor, posted: Posted) -> bool:
    """The watcher names the first anchor left out; later ones are measured by the same rule."""
    terms = struct(Terms, GIVEN["terms"]["price"])
    near = anchor.first_item < posted.first_item + watch_origins.REACH
    return near and anchor.direct and anchor.time + terms.settle_window < posted.final_at - terms.challenge_window


# Share trees: the watchers of versions and pools


def settled_of(mode: str) -> dict[int, Any]:
    """The two settlements every share case divides."""
    made = {}
    for first, row in zip((0, 4), GIVEN["books"][mode], strict=True):
        key, items = settlement_key(GIVEN["campaign"], first, 0), [struct(Item, one) for one in row["items"]]
        tree = build([item.leaf(CHAIN, SETTLEMENT, key) for item in items])
        made[key] = SimpleNamespace(posted=posted_of(key, count=4), items=items, item_tree=tree, standing=True)
    return made


def tree_of(case: Case, excused: frozenset[bytes]) -> ShareTree:
    """A posted tree whose leaves are known, but a hidden one."""
    leaves = {
        at: ShareProof(struct(Share, row), (), tuple(int(one) for one in listed))
        for at, (row, listed) in enumerate(zip(case["shares"], case["lists"], strict=True))
        if at != case["hidden"]
    }
    keys = tuple(int(key) for key in case["keys"])
    return ShareTree(keys, len(case["shares"]), int(case["total"]), leaves, excused)


SHARE_CASES = [(contract, case) for case in GIVEN["shares"] for contract in case["contracts"]]


@pytest.mark.parametrize(("contract", "case"), SHARE_CASES, ids=lambda one: one if isinstance(one, str) else title(one))
def test_shares(contract: str, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    made = settled_of("pool" if contract == "Pools" else "price")
    for module in (share_watch, pool_watch):
        monkeypatch.setattr(module, "settled", lambda network, facts: made[facts.posted.key])
    gone = [made[int(one) >> 32].items[int(one) % 4].contribution for one in case["withdrawn"]]
    excused = frozenset(gone) if contract == "ShareFaults" else frozenset[bytes]()
    campaign = SimpleNamespace(settlements=list(made))
    ledger = SimpleNamespace(settlement=made.__getitem__, settlements=made, campaign=lambda number: campaign)
    network: Any = SimpleNamespace(ledger=lambda: ledger)
    tree = tree_of(case, excused)
    assert (_decided(network, case, tree)) == case["holds"]


def _decided(network: Any, case: Case, tree: ShareTree) -> bool:
    """Whether the watcher would prove just this."""
    given, function = case["given"], case["function"]
    if function == "proveUnshown":
        return _late(given, tree)
    closing = SimpleNamespace(campaign=GIVEN["campaign"], closed_at=1, lapses_at=2, shares=tree.count)
    facts: Any = SimpleNamespace(closing=closing, settlements=tree.keys)
    if function == "proveMissingSettlement":
        lost = pool_watch._missing(network, facts)
        return lost is not None and given["key"] in (str(key) for key in set(settled_of("pool")) - set(tree.keys))
    fault = share_watch.fault_of(network, tree) if tree.count else pool_watch.fault_of_closing(network, facts)
    if fault is None or fault.function != function:
        return False
    if function == "proveShareItem":
        return (fault.given[1], fault.given[2]) == (tree.leaves[given["leaf"]], given["at"])
    if function == "proveUnlisted" and tree.count:
        neighbours = (tree.leaves[given["low"]], tree.leaves[given["high"]])
        assert isinstance(fault.given[1], ItemProof)
        same = reference(fault.given[1].posted.key, fault.given[1].item.item) == int(given["item"])
        return same and tuple(fault.given[2:]) == neighbours
    if function == "proveShareSum":
        return bool(fault.given == (tree.leaves[given["a"]], tree.leaves[given["b"]]))
    return bool(fault.index == given.get("leaf", 0))


def _late(given: Case, tree: ShareTree) -> bool:
    """The watcher's look at a leaf called for, in a window of 30 seconds."""
    leaf = tree.leaves[given["called"]] if given["shown"] else None
    nobody: Any = None
    window = share_watch.ShareWindow(nobody, nobody, tree.count, 100, 130, {given["called"]: leaf})
    fault = window.unshown(100 + 20 + given["after"])
    return fault is not None and fault.index == given["index"]


def functions_of(contract: str) -> set[str]:
    """Functions by which something posted is proven wrong."""
    abi = json.loads((ROOT / "src/headwater/chain/artifacts" / f"{contract}.json").read_text())["abi"]
    return {entry["name"] for entry in abi if entry["type"] == "function" and entry["name"].startswith("prove")} - {
        "proven"
    }


@pytest.mark.parametrize(
    ("contract", "group"),
    [("Faults", "faults"), ("ContentFaults", "content"), ("ShareFaults", "shares"), ("Pools", "shares")],
)
def test_every_fault_has_two_that_hold_and_two_that_do_not(contract: str, group: str) -> None:
    cases = [case for case in GIVEN[group] if contract in case.get("contracts", [contract])]
    counted = Counter((case["function"], case["holds"]) for case in cases)
    assert {name for name, _ in counted} == functions_of(contract)
    assert [pair for pair, number in counted.items() if number < 2] == []
    assert len(counted) == 2 * len(functions_of(contract))
