"""The cases of ``vectors/`` about what review recomputes off chain: gold, records, pay, novelty, links."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.catalog.reputation import rows_of
from headwater.market.novelty import novelties, places
from headwater.primitives.ids import checksum_address
from headwater.records.campaign_spec import Stratum
from headwater.records.verdict import CountedVote
from headwater.review import (
    Answer,
    Candidate,
    Gold,
    GoldTally,
    Reviewed,
    admitted,
    agreements,
    changes_of,
    decode_changes,
    encode_changes,
    pay_of,
    plan_root,
    records_after,
    suspended,
)
from headwater.review.gold import take_plan
from headwater.review.links import Funding, Recusal, excluded, links_of
from headwater.review.standing import gold_tree

VECTORS = Path(__file__).parents[2] / "vectors"


def load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


def raw(text: str) -> bytes:
    return bytes.fromhex(text[2:])


@pytest.mark.parametrize("case", load("gold")["plans"], ids=lambda c: f"{len(c['golds'])} gold")
def test_gold_plans(case: dict[str, Any]) -> None:
    whole = load("gold")
    secret, where = raw(case["secret"]), (whole["chain_id"], whole["reputation"], case["campaign"])
    golds = [Gold(raw(one["contribution"]), one["truth"]) for one in case["golds"]]
    assert [gold.salt(secret) for gold in golds] == [raw(one["salt"]) for one in case["golds"]]
    assert [gold.leaf(*where, secret) for gold in golds] == [raw(one["leaf"]) for one in case["golds"]]
    assert plan_root(golds, *where, secret) == raw(case["root"])
    assert len(take_plan(golds, *where, secret, raw(case["root"]))) == len(golds)


def test_gold_accuracy_and_runs() -> None:
    whole = load("gold")
    for one in whole["tallies"]:
        (ar, a), (rr, r) = one["accepts"], one["rejects"]
        assert GoldTally(a, ar, r, rr).balanced == one["balanced"]
    for one in whole["runs"]:
        right = [bool(answer) for answer in one["right"]]
        assert (admitted(right), suspended(right)) == (one["admitted"], one["suspended"])


def test_standing() -> None:
    whole, counted = load("standing"), set[tuple[int, int, int]]()
    records: dict[str, tuple[int, int]] = {}
    for number, epoch in enumerate(whole["epochs"], start=1):
        answers = [Answer(**{**one, "reviewer": checksum_address(one["reviewer"])}) for one in epoch["answers"]]
        changes = changes_of(answers, counted)
        assert encode_changes(changes) == raw(epoch["changes"])
        assert decode_changes(raw(epoch["changes"])) == changes
        records, counted = records_after(records, changes), counted | {one.place for one in answers}
        assert [[row.reviewer.lower(), row.right, row.wrong] for row in rows_of(records)] == epoch["records"]
        made = gold_tree([tuple(row) for row in epoch["truths"]], whole["chain_id"], whole["reputation"], number)
        assert made.root == raw(epoch["gold"])


def reviewed(items: list[dict[str, Any]], threshold: int) -> list[Reviewed]:
    made = []
    for one in items:
        votes = [CountedVote(who, n, verdict, w, bytes(32)) for n, (who, verdict, w) in enumerate(one["votes"])]
        made.append(Reviewed(one["llr"], one["prior"], threshold, votes))
    return made


@pytest.mark.parametrize("case", load("pay")["cases"])
def test_pay(case: dict[str, Any]) -> None:
    earlier = agreements(reviewed(case["earlier"], case["threshold"]))
    pay = pay_of(reviewed(case["items"], case["threshold"]), int(case["phi"]), case["gold"], earlier)
    assert {who: str(amount) for who, amount in pay.items()} == case["pay"]


@pytest.mark.parametrize("case", load("novelty")["cases"])
def test_novelty(case: dict[str, Any]) -> None:
    placed = places(case["distances"], case["scale"], case["strata"])
    strata = [Stratum(name, want) for name, want in case["want"].items()]
    assert list(novelties(placed, case["scale"], strata, dense=case["dense"])) == case["novelties"]


@pytest.mark.parametrize("case", load("links")["cases"])
def test_links(case: dict[str, Any]) -> None:
    money, asides = [Funding(*one) for one in case["fundings"]], [Recusal(*one) for one in case["recusals"]]
    links = links_of(money, asides, case["before"], case["hubs"])
    pool = [Candidate(who, stake) for who, stake in case["stakes"].items()]
    assert list(excluded(links, pool, case["parties"])) == case["excluded"]
