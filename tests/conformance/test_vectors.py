"""The language-neutral cases of ``vectors/``, run by Python; Solidity runs the same files (contracts/test)."""

from __future__ import annotations

import importlib
import json
import pkgutil
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from headwater import records as package
from headwater.chain import structs
from headwater.chain.structs import Offer, Terms, Use
from headwater.market import offer_gaps, pool_part, share_lists, use_gaps
from headwater.market.pay_tree import build_words
from headwater.market.reward import QUALITY, value
from headwater.primitives import merkle
from headwater.primitives.canonical import CanonicalError
from headwater.primitives.eip712 import Domain, recover
from headwater.primitives.hashing import keccak256
from headwater.records import codec
from headwater.records.contribution import Contribution, anchor_leaf
from headwater.records.errors import RecordError
from headwater.records.verdict import CountedVote
from headwater.records.vote import Ballot, Reasons, VoteCommit
from headwater.review import Candidate, Lot, draw, eligible, weight

VECTORS = Path(__file__).parents[2] / "vectors"
_NOTHING = ("0x" + "00" * 20, "0x" + "00" * 20, bytes(32), *[0] * 12, bytes(32), *[0] * 5)


def load(name: str) -> Any:
    return json.loads((VECTORS / f"{name}.json").read_text())


def words(texts: list[str]) -> list[bytes]:
    return [bytes.fromhex(t.removeprefix("0x")) for t in texts]


def records() -> dict[str, type[Any]]:
    """Every record of the package by the name of its class."""
    modules = [importlib.import_module(f"headwater.records.{m.name}") for m in pkgutil.iter_modules(package.__path__)]
    held = {kind for module in modules for kind in vars(module).values() if isinstance(kind, type)}
    return {kind.__name__: kind for kind in held if codec.type_of(kind)}


RECORDS = records()
MESSAGES: dict[str, type[Any]] = {"Assignment": structs.Assignment} | {
    name: RECORDS[name]
    for name in (
        *("BatchReceipt", "BatchRequest", "Contribution", "ReleaseReceipt", "ReleaseRequest", "ShareStatement"),
        *("Usage", "ValueStatement", "VoteCommit"),
    )
}


@pytest.mark.parametrize("case", load("pays")["cases"], ids=lambda c: f"{c['count']} leaves")
def test_pay_tree(case: dict[str, Any]) -> None:
    leaves = [keccak256(b"leaf" + n.to_bytes(4, "big")) for n in range(case["count"])]
    tree = build_words(leaves, case["amounts"])
    assert tree.root == bytes.fromhex(case["root"][2:])
    assert [word.root for word in tree.words] == words(case["words"])
    assert [word.budget for word in tree.words] == case["budgets"]
    for index, proof in zip(case["indices"], case["proofs"], strict=True):
        assert list(tree.proof(index)) == words(proof)


@pytest.mark.parametrize("case", load("shares")["cases"], ids=lambda c: f"{len(c['leaves'])} leaves")
def test_shares(case: dict[str, Any]) -> None:
    given = load("shares")
    where = given["chain_id"], given["contract"], int(given["scope"])
    made = share_lists([(item["account"], item["weight"], int(item["reference"])) for item in case["items"]])
    assert [share.account for share, _ in made] == case["accounts"]
    assert [str(share.first) for share, _ in made] == case["firsts"]
    assert [[str(one) for one in listed] for _, listed in made] == case["listed"]
    assert [share.items for share, _ in made] == words(case["hashes"])
    assert [(share.weight, share.cumulative) for share, _ in made] == list(
        zip(case["weights"], case["cumulatives"], strict=True)
    )
    leaves = [share.leaf(*where) for share, _ in made]
    assert leaves == words(case["leaves"])
    tree = merkle.build(leaves)
    assert tree.root == bytes.fromhex(case["root"][2:])
    for index, proof in enumerate(case["proofs"]):
        assert list(tree.proof(index)) == words(proof)


@pytest.mark.parametrize("case", load("shares")["pools"], ids=lambda c: f"{c['pool']} by {len(c['weights'])}")
def test_pool_parts(case: dict[str, Any]) -> None:
    weights = [int(weight) for weight in case["weights"]]
    parts = [pool_part(int(case["pool"]), weight, sum(weights), int(case["floor"])) for weight in weights]
    assert [str(part) for part in parts] == case["parts"]
    assert sum(parts) <= int(case["pool"])


@pytest.mark.parametrize("case", load("merkle")["cases"], ids=lambda c: f"{c['count']} leaves")
def test_merkle(case: dict[str, Any]) -> None:
    leaves, root = words(case["leaves"]), bytes.fromhex(case["root"][2:])
    tree = merkle.build(leaves)
    assert tree.root == root
    for index, proof in enumerate(case["proofs"]):
        assert list(tree.proof(index)) == words(proof)
        assert merkle.verify(root, leaves[index], index, len(leaves), words(proof))
    for entry in case["ranges"]:
        start, stop, proof = entry["from"], entry["to"], words(entry["proof"])
        assert list(tree.range_proof(start, stop)) == proof
        assert merkle.verify_range(root, leaves[start:stop], start, len(leaves), proof)


@pytest.mark.parametrize("case", load("draw")["cases"], ids=lambda case: case["name"])
def test_draw(case: dict[str, Any]) -> None:
    whole = load("draw")
    lot = Lot(whole["chain_id"], whole["reviewers"], case["campaign"], case["item"], words([case["seed"]])[0])
    leaves = [Candidate(who, int(stake)) for who, stake in zip(case["accounts"], case["stakes"], strict=True)]
    pool = eligible(leaves, (case["contributor"], case["anchorer"]))
    assert list(draw(lot, case["count"], pool)) == case["drawn"]


def test_quality() -> None:
    assert list(QUALITY) == load("quality")["table"]


def test_reviewers_weights() -> None:
    given = load("reputation")
    rows = zip(given["right"], given["wrong"], given["weight"], strict=True)
    assert [row for row in rows if weight(row[0], row[1]) != row[2]] == []


@pytest.mark.parametrize("case", load("verdict")["cases"])
def test_verdict(case: dict[str, Any]) -> None:
    pairs = zip(case["votes"], case["weights"], strict=True)
    votes = tuple(CountedVote(f"0x{n + 1:040x}", n, v, w, bytes(32)) for n, (v, w) in enumerate(pairs))
    worth = value(
        case["llr"],
        case["prior"],
        votes,
        threshold=case["threshold"],
        unit_reward=int(case["unit_reward"]),
        grade=case["grade"],
        novelty=case["novelty"],
    )
    found = (worth.sum, worth.byte, worth.score, worth.reward, worth.share_weight)
    wanted = (case["sum"], case["byte"], case["score"], int(case["reward"]), case["share_weight"])
    assert found == wanted


@pytest.mark.parametrize("case", load("records")["valid"], ids=lambda c: c["record"])
def test_valid_record(case: dict[str, Any]) -> None:
    data = bytes.fromhex(case["bytes"])
    held = codec.decode(RECORDS[case["record"]], data)
    assert codec.encode(held) == data
    assert codec.cid(held) == case["cid"]


@pytest.mark.parametrize("case", load("records")["invalid"], ids=lambda c: c["why"])
def test_invalid_record(case: dict[str, Any]) -> None:
    with pytest.raises((RecordError, CanonicalError)):
        codec.decode(RECORDS[case["record"]], bytes.fromhex(case["bytes"]))


@pytest.mark.parametrize("case", load("eip712")["cases"], ids=lambda c: c["primary"])
def test_eip712(case: dict[str, Any]) -> None:
    whole, m = load("eip712"), case["message"]
    given = {name: bytes.fromhex(v[2:]) if re.fullmatch("0x[0-9a-f]{64}", str(v)) else v for name, v in m.items()}
    plain = {re.sub("[A-Z]", lambda c: "_" + c[0].lower(), name): value for name, value in given.items()}
    signature = bytes.fromhex(case["signature"][2:])
    if case["primary"] in ("ValueStatement", "VoteCommit"):
        plain["signature"] = signature
    signed = MESSAGES[case["primary"]](**plain)
    digest = signed.digest(Domain(whole["chainId"], whole["contract"]))
    assert "0x" + digest.hex() == case["digest"]
    assert recover(digest, signature) == whole["signer"]


def test_every_record_has_cases() -> None:
    page = (VECTORS.parent / "spec" / "records.md").read_text()
    assert {codec.type_of(kind) for kind in RECORDS.values()} == set(re.findall(r"^### `([a-z-]+/\d+)`$", page, re.M))
    valid, invalid = (Counter(case["record"] for case in load("records")[part]) for part in ("valid", "invalid"))
    assert set(valid) == set(invalid) == set(RECORDS)
    assert min(invalid.values()) >= 2


def test_every_message_has_a_case() -> None:
    pages = [(VECTORS.parent / "spec" / name).read_text() for name in ("records.md", "settlement.md")]
    listed = set(re.findall(r"^[A-Z]\w+\(\w+ \w+(?:,\w+ \w+)*\)$", pages[0].split("<!-- messages -->")[1], re.M))
    listed |= set(re.findall(r"`(Assignment\(.*?\))`", pages[1]))
    assert {case["type"] for case in load("eip712")["cases"]} == listed
    assert len(listed) == len(MESSAGES)


def columns(rows: dict[str, list[str]]) -> list[tuple[int, ...]]:
    return [tuple(int(value, 16) for value in row) for row in zip(*rows.values(), strict=True)]


def test_offers_within_terms() -> None:
    """The same cases on the contract: contracts/test/Consent.t.sol."""
    cases = load("uses")
    for (purposes, regions, offered, places), within in zip(columns(cases["offers"]), cases["within"], strict=True):
        terms = replace(Terms.of(_NOTHING), purposes=purposes, regions=regions)
        assert (not offer_gaps(terms, Offer(bytes(32), 1, 0, offered, places))) is within
    assert set(cases["within"]) == {True, False}


def test_sales_within_offers() -> None:
    cases = load("uses")
    for (offered, places, purpose, region), granted in zip(columns(cases["sales"]), cases["granted"], strict=True):
        assert (not use_gaps(Offer(bytes(32), 1, 0, offered, places), Use(purpose, region))) is granted
    assert set(cases["granted"]) == {True, False}


@pytest.mark.parametrize("case", load("openings")["cases"])
def test_openings(case: dict[str, Any]) -> None:
    whole, m = load("openings"), case["message"]
    domain = Domain(whole["chainId"], whole["contract"])
    manifest, content, consent = words([m["manifest"], m["contentRoot"], m["consent"]])
    salt, signature, secret = words([case["salt"], case["signature"], whole["secret"]])
    given = Contribution(m["campaign"], m["contributor"], manifest, content, consent, m["nonce"])
    digest = given.digest(domain)
    ballot = Ballot(
        campaign=given.campaign,
        item=whole["item"],
        round=whole["round"],
        reviewer=whole["reviewer"],
        verdict=case["verdict"],
        reasons=Reasons((), whole["comment"]),
        salt=secret,
    )
    commit = ballot.commit(domain)
    placed = VoteCommit(given.campaign, whole["item"], whole["round"], whole["reviewer"], commit, b"")
    found = {
        "digest": digest,
        "leaf": anchor_leaf(domain, given.campaign, salt, given.contributor, digest),
        "opening": structs.opening_hash(salt, signature),
        "commit": commit,
        "commitLeaf": placed.leaf(domain),
    }
    assert {name: "0x" + value.hex() for name, value in found.items()} == {name: case[name] for name in found}
    if signature:
        assert recover(digest, signature) == given.contributor
