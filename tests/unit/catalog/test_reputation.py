"""Epochs folded from events: rows, roots, hashes and lookups as the vectors have them, and which one must be cited."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from headwater.catalog.ledger import Ledger
from headwater.catalog.reputation import cited, cited_at
from headwater.chain import events as ev
from headwater.chain.structs import Epoch
from headwater.chain.views import EpochSlot
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address
from headwater.primitives.merkle import build

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[3] / "vectors" / "reputation.json").read_text())
EPOCHS: list[dict[str, Any]] = VECTORS["epochs"]


def raw(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def ledger() -> Ledger:
    made = Ledger()
    for one in EPOCHS:
        epoch = Epoch(
            number=one["number"],
            previous=raw(one["previous"]),
            root=raw(one["root"]),
            count=one["count"],
            changes=keccak256(raw(one["changes"])),
            gold=raw(one["gold"]),
            golds=one["golds"],
            evidence=raw(one["evidence"]),
            poster=checksum_address(VECTORS["poster"]),
            bond=int(VECTORS["bond"]),
            time=one["time"],
            final_at=one["time"] + VECTORS["window"],
        )
        at = ev.Position(one["number"], 0, bytes(32), "")
        made.apply(ev.EpochPosted(at, epoch.number, epoch.poster, epoch, raw(one["changes"])))
    return made


@dataclass
class Slots:
    """What the contract says of the epochs; ``late`` were shown rows of late, ``void`` are."""

    late: dict[int, int]
    void: set[int]
    asked: set[int]

    def epoch_slot(self, number: int) -> EpochSlot:
        one = EPOCHS[number - 1]
        final = self.late.get(number, one["time"] + VECTORS["window"])
        status = 2 if number in self.void else 1
        return EpochSlot(final, one["count"], number - 1, int(number in self.asked), status, False, False)


@pytest.mark.parametrize("one", EPOCHS, ids=lambda one: str(one["number"]))
def test_rows_follow_from_the_changes(one: dict[str, Any]) -> None:
    found = cited(ledger(), one["number"])
    chain_id, contract = VECTORS["chainId"], VECTORS["reputation"]
    leaves = [row.leaf(chain_id, contract, one["number"]) for row in found.rows]
    assert (build(leaves).root, len(leaves), found.hash) == (raw(one["root"]), one["count"], raw(one["hash"]))
    for case in one["lookups"]:
        who = checksum_address(case["reviewer"])
        lookup = found.lookup(chain_id, contract, who)
        rows = [value for row in lookup.rows for value in (row.right, row.wrong, row.weight)]
        expected = (case["index"], case["rows"], [raw(word) for word in case["proof"]], case["weight"])
        assert (lookup.index, rows, list(lookup.proof), found.weight(who)) == expected, who


def test_the_newest_final_epoch_is_cited() -> None:
    facts, times = ledger(), [one["time"] + VECTORS["window"] for one in EPOCHS]
    late = times[-1] + 1_000
    plain = Slots({}, set(), set())
    assert cited_at(facts, plain, times[0] - 1, late).number == 0
    assert [cited_at(facts, plain, when, late).number for when in times] == [one["number"] for one in EPOCHS]
    assert cited_at(facts, plain, times[1] - 1, late).number == 1
    assert cited_at(facts, plain, times[1], times[1] - 1).number == 1  # not final yet
    assert cited_at(facts, Slots({2: late}, set(), set()), times[1], late).number == 1  # its rows were shown late
    assert cited_at(facts, Slots({}, {2}, set()), times[1], late).number == 1
    assert cited_at(facts, Slots({}, set(), {2}), times[1], late).number == 1
