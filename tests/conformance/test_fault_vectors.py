"""``vectors/faults.json`` run by Python's own decisions; contracts/test/FaultVectors.t.sol proves the same on chain."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from headwater.chain.structs import WORD_LEAVES, Item, Pay, Terms, Vote, items_hash, votes_root
from headwater.market import faults

ROOT = Path(__file__).parents[2]
GIVEN = json.loads((ROOT / "vectors" / "faults.json").read_text())
Case = dict[str, Any]


def camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def struct(kind: type[Any], row: dict[str, Any]) -> Any:
    """A struct of its members by name."""
    values = []
    for abi, member in zip(kind.ABI, fields(kind), strict=True):
        text = row[camel(member.name)]
        if abi == "bytes32":
            values.append(bytes.fromhex(text[2:]))
        else:
            values.append(text if abi in ("address", "bool") else int(text))
    assert len(row) == len(values)
    return kind(*values)


class Posted:
    """A case's settlement."""

    def __init__(self, case: Case) -> None:
        self.case, self.given = case, case["given"]
        self.terms = struct(Terms, GIVEN["terms"][case["terms"]])
        self.items = [struct(Item, row) for row in case["items"]]
        self.pays = [struct(Pay, row) for row in case["pays"]]
        self.verdicts = bytes.fromhex(case["verdicts"][2:])

    @property
    def item(self) -> Item:
        return self.items[self.given["at"]]

    @property
    def votes(self) -> list[Vote]:
        votes = [struct(Vote, row) for row in self.given["votes"]]
        assert votes_root(votes) == self.item.votes_root
        return votes

    def pay(self, name: str) -> Pay:
        return self.pays[self.given[name]]

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
        sums = [0, *(leaf.cumulative for leaf in self.pays[WORD_LEAVES - 1 : -1 : WORD_LEAVES]), self.case["total"]]
        return sums[word + 1] - sums[word]


def arithmetic(case: Case) -> bool:
    """Whether the fault holds, by ``market.faults``."""
    at, given, count = Posted(case), case["given"], len(case["pays"])
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
            return faults.pay_wrong(pay, [at.items[number] for number in at.listed("items", pay)])
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


def functions_of(contract: str) -> set[str]:
    """Functions by which something posted is proven wrong."""
    abi = json.loads((ROOT / "src/headwater/chain/artifacts" / f"{contract}.json").read_text())["abi"]
    return {entry["name"] for entry in abi if entry["type"] == "function" and entry["name"].startswith("prove")} - {
        "proven"
    }


@pytest.mark.parametrize(("contract", "group"), [("Faults", "faults")])
def test_every_fault_has_two_that_hold_and_two_that_do_not(contract: str, group: str) -> None:
    counted = Counter((case["function"], case["holds"]) for case in GIVEN[group])
    assert {name for name, _ in counted} == functions_of(contract)
    assert [pair for pair, cases in counted.items() if cases < 2] == []
    assert len(counted) == 2 * len(functions_of(contract))
