"""The list of what is deployed, held against the artifacts; files and journals; nothing here needs a chain."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from headwater.chain import (
    LOCAL,
    PUBLIC,
    ArtifactError,
    Deployment,
    NotDeployedError,
    Profile,
    bundle,
    deployment,
    interface,
    runtime,
)
from headwater.chain.deploy import PARTS, Part, Site, created_address, creation, parts_of
from headwater.chain.deploy_journal import Journal

ME, OTHER = "0x" + "11" * 20, "0x" + "22" * 20
AT = {part.name: created_address(ME, nonce) for nonce, part in enumerate(PARTS)}
SITE = Site(AT, 31337, ME, OTHER, LOCAL)
BUILT = [name for name in interface.names() if interface.load(name).bytecode]
SOURCES = json.loads((resources.files("headwater.chain") / "sources.json").read_text())


def test_everything_built_is_deployed_once() -> None:
    assert sorted(part.name for part in PARTS) == BUILT == sorted(SOURCES["contracts"])


def test_profiles_say_what_they_have() -> None:
    local, public = ([part.name for part in parts_of(profile)] for profile in (LOCAL, PUBLIC))
    assert set(local) - set(public) == {"LocalDollar"}
    assert [name for name in local if name in public] == public


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_each_is_made_with_what_its_source_asks_for(part: Part) -> None:
    """Constructor arguments encode; every immutable has its value, and none is left over."""
    made = part.made(SITE)
    assert creation(SITE, part).startswith(interface.load(part.name).bytecode)
    code = runtime.load(part.name)
    filled = code.filled(made.immutables)
    assert len(filled) == len(code.code)
    assert not list(code.differences(filled, made.immutables))
    for name in code.immutables:
        with pytest.raises(ArtifactError, match=name):
            code.filled({key: value for key, value in made.immutables.items() if key != name})
    with pytest.raises(ArtifactError, match="Nobody"):
        code.filled({**made.immutables, "Nobody.knows": 1})


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.name)
def test_every_byte_of_the_code_counts(part: Part) -> None:
    code, values = runtime.load(part.name), part.made(SITE).immutables
    right = code.filled(values)
    for at in range(0, len(right), max(1, len(right) // 40)):
        changed = right[:at] + bytes([right[at] ^ 1]) + right[at + 1 :]
        assert list(code.differences(changed, values)), at
    for cut in (b"", right[:-1], right + b"\0"):
        assert list(code.differences(cut, values))


def test_the_sources_are_those_of_the_artifacts() -> None:
    assert {runtime.load(part.name).source_hash for part in PARTS} == {SOURCES["sourceHash"]}
    for name, own in SOURCES["contracts"].items():
        assert own["path"] in own["sources"]
        assert set(own["sources"]) <= set(SOURCES["input"]["sources"])
        assert f"contract {name} " in SOURCES["input"]["sources"][own["path"]]["content"]


def test_addresses_of_an_account_by_nonce() -> None:
    """Well-known: the first contracts of anvil's and hardhat's first account."""
    first = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"
    assert created_address(first, 0) == "0x5FbDB2315678afecb367f032d93F642f64180aa3"
    assert created_address(first, 1) == "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"


def test_short_strings_are_short() -> None:
    assert runtime.eip712("Headwater", ME, 1)["EIP712._name"] == b"Headwater".ljust(31, b"\0") + b"\x09"
    with pytest.raises(ArtifactError, match="at most 31"):
        runtime.eip712("n" * 32, ME, 1)


# Profiles


@pytest.mark.parametrize("profile", [LOCAL, PUBLIC], ids=lambda profile: profile.name)
def test_profiles_keep_their_own_bounds(profile: Profile) -> None:
    """What the constructors would refuse, and what only a person would notice."""
    assert all(first >= floor >= 2 for first, floor in zip(profile.windows, profile.floors, strict=True))
    settle, challenge, lapse, *_ = profile.windows
    assert lapse >= settle or profile is LOCAL
    assert all(fee <= cap for fee, cap in zip(profile.fees, (500, 300, 1_000), strict=True))
    for floor, first, ceiling in (profile.publish_bonds, profile.epoch_bonds):
        assert floor <= first <= ceiling
    floor, ceiling = profile.stake_bounds
    assert all(floor <= least <= ceiling for least in profile.minimums)
    assert profile.minimums[2] // 2 <= floor, "an absent juror can always pay"
    assert all(first >= floor for first, floor in zip(profile.voting, profile.voting_floors, strict=True))
    assert profile.timelock >= profile.timelock_floor
    assert profile.threshold <= profile.supply // 100
    draw, commit, reveal, appeal = profile.court
    assert all(first >= floor for first, floor in zip(profile.court, profile.court_floors, strict=True))
    assert profile.unbonding > 4 * (draw + commit + reveal) + 3 * appeal
    assert profile.unbonding > settle + 2 * challenge
    assert 0 < profile.juror_fee <= profile.juror_fee_cap


def test_the_first_suite_is_the_one_shipped() -> None:
    table = (resources.files("headwater.checks") / "weights.json").read_bytes()
    assert {LOCAL.suite, PUBLIC.suite} == {"0x" + hashlib.sha256(table).hexdigest()}


# Bundle


def _deployment(profile: Profile = LOCAL) -> Deployment:
    at = {part.name: AT[part.name] for part in parts_of(profile)}
    return Deployment(31337, at, 7, profile, ME, OTHER, {"Stakes": "0x" + "ab" * 32})


def test_bundle_has_what_explorers_ask_for(tmp_path: Path) -> None:
    written = bundle.write(_deployment(PUBLIC), tmp_path / "b")
    assert [folder.name for folder in written] == [part.name for part in parts_of(PUBLIC)]
    for folder in written:
        facts = json.loads((folder / "verify.json").read_text())
        given = json.loads((folder / "standard-input.json").read_text())
        path, _, name = facts["contractName"].partition(":")
        assert name == folder.name
        assert path in given["sources"]
        assert given["language"] == "Solidity"
        assert facts["compilerVersion"].startswith("v0.8.")
        assert "+commit." in facts["compilerVersion"]
        assert facts["address"] == AT[name]
        part = next(part for part in PARTS if part.name == name)
        whole = interface.load(name).bytecode + bytes.fromhex(facts["constructorArguments"])
        assert whole == creation(Site(AT, 31337, ME, OTHER, PUBLIC), part)


def test_bundle_goes_into_a_folder_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("here")
    for folder in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(NotDeployedError, match="not empty"):
            bundle.write(_deployment(), folder)
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


# Files


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    written = _deployment()
    assert written.save(tmp_path) == tmp_path / "31337.json"
    assert deployment.load(tmp_path, 31337) == deployment.read(tmp_path / "31337.json") == written


def test_a_file_of_before_is_read(tmp_path: Path) -> None:
    content = asdict(_deployment())
    for key in ("deployer", "treasury", "transactions"):
        del content[key]
    (tmp_path / "31337.json").write_text(json.dumps(content))
    assert deployment.load(tmp_path, 31337) == Deployment(31337, AT, 7, LOCAL)


DAMAGE: dict[str, Any] = {
    "contracts": [None, [], {"Stakes": "0x12"}, {"Stakes": None}],
    "profile": [None, {}, {"name": "local"}, 5],
    "deployer": ["0x12", 5],
    "treasury": [["0x"]],
    "transactions": [5, ["0x"]],
    "chain_id": ["x", None],
    "block": ["x", None],
}


@pytest.mark.parametrize(("key", "value"), [(key, value) for key, values in DAMAGE.items() for value in values])
def test_a_damaged_file_is_named(tmp_path: Path, key: str, value: Any) -> None:
    (tmp_path / "31337.json").write_text(json.dumps({**asdict(_deployment()), key: value}))
    with pytest.raises(NotDeployedError, match="not a deployment"):
        deployment.load(tmp_path, 31337)


def test_no_file_is_told_from_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(NotDeployedError, match="headwater up"):
        deployment.load(tmp_path, 31337)
    with pytest.raises(NotDeployedError, match="headwater deploy"):
        deployment.read(tmp_path / "nothing.json")


def _journal(path: Path | None) -> Journal:
    return Journal(path, 31337, ME, OTHER, LOCAL, "sources", 4, 9, {})


def test_a_journal_has_each_transaction_before_it_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "j.json"
    log = _journal(path)
    for tx in ("0x01", "0x02", "0x01"):
        log.add("Stakes", tx)
        assert Journal.read(path) == log
    assert log.sent == {"Stakes": ["0x01", "0x02"]}
    assert Journal.read(tmp_path / "none.json") is None
    _journal(None).add("Stakes", "0x01")
    assert [one.name for one in tmp_path.iterdir()] == ["j.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"sent": {}}', '{"sent": {"Stakes": 5}}', '{"sent": []}'])
def test_a_damaged_journal_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "j.json").write_text(text)
    with pytest.raises(NotDeployedError, match="not a journal"):
        Journal.read(tmp_path / "j.json")


def test_a_journal_is_of_one_deployment(tmp_path: Path) -> None:
    log = _journal(tmp_path / "j.json")
    log.check(31337, ME, OTHER, LOCAL, "sources")
    for other in (
        (1, ME, OTHER, LOCAL, "sources"),
        (31337, OTHER, OTHER, LOCAL, "sources"),
        (31337, ME, ME, LOCAL, "sources"),
        (31337, ME, OTHER, PUBLIC, "sources"),
        (31337, ME, OTHER, LOCAL, "others"),
    ):
        with pytest.raises(NotDeployedError, match="begun with another"):
            log.check(*other)
