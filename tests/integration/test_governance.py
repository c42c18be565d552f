"""Governance on a real chain: a fee changed from proposal to execution, and every function the timelock could call."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.chain import LOCAL, Chain, Contracts, Deployment, KeySigner, RevertError, RpcError, anvil, interface
from headwater.chain import deploy as run_deploy
from headwater.chain.deploy import PARTS
from headwater.chain.governor import ProposalState, Support
from headwater.chain.timelock import ADMIN, CANCELLER, EXECUTOR, PROPOSER
from headwater.cli import app
from headwater.client import governance
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.node.home import Home
from headwater.node.local import NetworkFile
from headwater.node.wallets import Wallets
from headwater.storage import MemoryBlobStore

pytestmark = pytest.mark.chain
STRANGER, THIRD = "0x" + "22" * 20, "0x" + "33" * 20
NOBODY = "0x" + "00" * 20


class State:
    """A network of the test's own, whose deployer holds every vote."""

    def __init__(self, chain: Chain, folder: Path) -> None:
        self.chain = chain
        self.home = Home(folder)
        self.deployer = Wallets(self.home, local=True).create("deployer")
        anvil.fund(chain, self.deployer.address)
        self.deployment: Deployment = run_deploy(chain, self.deployer, LOCAL)
        self.deployment.save(self.home.deployments)
        NetworkFile(chain.url, chain.chain_id, own_chain=False).save(self.home)
        self.contracts = Contracts(chain, self.deployment)
        self.network = Network(self.contracts, MemoryBlobStore())

    def skip(self, seconds: int) -> None:
        self.chain.request("evm_increaseTime", hex(seconds))
        self.chain.request("evm_mine")

    def carry(self, name: str, text: str) -> int:
        """A parameter from proposal to execution; the proposal's number."""
        made = governance.propose(self.network, self.deployer, name, text, "because")
        number = self.network.ledger().institutions.proposal(made.proposal_id).number
        self.skip(LOCAL.voting[0] + 1)
        governance.vote(self.network, self.deployer, number, Support.FOR)
        self.skip(LOCAL.voting[1] + 1)
        governance.queue(self.network, self.deployer, number)
        self.skip(LOCAL.timelock + 1)
        governance.execute(self.network, self.deployer, number)
        return number


@pytest.fixture(scope="module")
def land(local_chain: anvil.Anvil, tmp_path_factory: pytest.TempPathFactory) -> State:
    state = State(Chain(local_chain.url), tmp_path_factory.mktemp("home"))
    state.contracts.votes.delegate(state.deployer, state.deployer.address)
    state.skip(1)
    return state


def test_every_parameter_is_where_the_profile_put_it(land: State) -> None:
    found = {p.name: p for p in governance.parameters(land.contracts)}
    windows = ("settle-floor", "challenge-floor", "lapse-floor", "publish-window", "epoch-window")
    assert tuple(found[name].value for name in windows) == LOCAL.windows
    assert tuple(found[name].floor for name in windows) == LOCAL.floors
    fees = ("network-fee", "review-fee-ceiling", "operator-fee-ceiling")
    assert tuple(found[name].value for name in fees) == LOCAL.fees
    assert tuple(found[name].ceiling for name in fees) == (500, 300, 1_000)
    for name, wanted in (("publish-bond", LOCAL.publish_bonds), ("epoch-bond", LOCAL.epoch_bonds)):
        assert (found[name].floor, found[name].value, found[name].ceiling) == wanted
    stakes = ("operator-stake", "reviewer-stake", "juror-stake", "holder-stake")
    assert tuple(found[name].value for name in stakes) == LOCAL.minimums
    assert {(found[name].floor, found[name].ceiling) for name in stakes} == {LOCAL.stake_bounds}
    assert found["treasury"].shown(found["treasury"].value) == land.contracts.timelock.address
    assert found["suite"].value == int(LOCAL.suite, 16)


def test_nobody_but_the_governor_proposes_and_nobody_is_admin(land: State) -> None:
    timelock, governor = land.contracts.timelock, land.contracts.governor.address
    for account in (land.deployer.address, STRANGER, governor, timelock.address, NOBODY):
        roles = {role for role in (ADMIN, PROPOSER, CANCELLER, EXECUTOR) if timelock.has_role(role, account)}
        wanted = {governor: {PROPOSER, CANCELLER}, timelock.address: {ADMIN}, NOBODY: {EXECUTOR}}.get(account, set())
        assert roles == wanted, account
    assert timelock.min_delay() == LOCAL.timelock
    assert timelock.delay_floor() == LOCAL.timelock_floor


def test_a_fee_from_proposal_to_execution(land: State) -> None:
    number = land.carry("network-fee", "400")
    assert land.contracts.parameters.funding_limits().network_fee_bps == 400
    institutions = land.network.ledger().institutions
    facts = institutions.proposal(number)
    assert governance.state(land.network, facts) is ProposalState.EXECUTED
    assert facts.executed
    assert facts.votes == {land.deployer.address: ("for", LOCAL.supply)}
    assert facts.created.description == "Set network-fee to 400\n\nbecause"
    assert land.contracts.governor.proposal_id(governance.calls_of(facts)) == facts.id
    change = institutions.changes[-1]
    assert (change.name, change.before, change.value) == ("networkFee", 250, 400)


@pytest.mark.parametrize(
    ("name", "text", "read"),
    [
        ("juror-stake", "120.5", lambda c: c.stakes.minimum(4) == 1205 * 10**17),
        ("treasury", STRANGER, lambda c: c.parameters.treasury() == STRANGER),
        ("suite", "0x" + "ab" * 32, lambda c: c.parameters.suite_digest(2) == bytes.fromhex("ab" * 32)),
        ("publish-window", "3", lambda c: c.parameters.publish_limits().window == 3),
        ("epoch-bond", "600", lambda c: c.parameters.epoch_limits().bond == 600 * 10**18),
    ],
)
def test_each_kind_of_parameter_can_be_set(land: State, name: str, text: str, read: Any) -> None:
    land.carry(name, text)
    assert read(land.contracts)


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("network-fee", "501", "0 to 500"),
        ("review-fee-ceiling", "301", "0 to 300"),
        ("network-fee", "four", "a whole number"),
        ("settle-floor", "1", "2 to"),
        ("juror-stake", "49.9", "50 to 10000"),
        ("suite", "0x12", "32 bytes"),
        ("nothing", "1", "network-fee, "),
    ],
)
def test_what_would_fail_is_not_proposed(land: State, name: str, text: str, says: str) -> None:
    with pytest.raises(ClientError) as refused:
        governance.propose(land.network, land.deployer, name, text)
    assert says in refused.value.line()


def test_without_votes_nothing_is_proposed(land: State) -> None:
    poor = KeySigner.create()
    anvil.fund(land.chain, poor.address)
    with pytest.raises(RevertError, match="GovernorInsufficientProposerVotes"):
        governance.propose(land.network, poor, "network-fee", "300")


# What the timelock can do that a stranger cannot

TIMELOCK_ONLY = {
    "Parameters": {name for name in interface.load("Parameters").functions if name.startswith(("set", "addSuite"))},
    "Court": {"adjust"},
    "HeadwaterGovernor": {
        *("setVotingDelay", "setVotingPeriod", "setProposalThreshold", "updateQuorumNumerator", "updateTimelock"),
        "relay",  # the governor's own calls, with what the governor holds: nothing
    },
    "HeadwaterTimelock": {"updateDelay", "grantRole", "revokeRole"},
}


def _functions() -> Iterator[tuple[str, str]]:
    for part in PARTS:
        for name, entries in sorted(interface.load(part.name).functions.items()):
            if any(entry["stateMutability"] in ("nonpayable", "payable") for entry in entries):
                yield part.name, name


def _value(parameter: Any, amount: int) -> Any:
    kind = str(parameter["type"])
    if kind.endswith("[]"):
        return ()
    if "[" in kind:
        return (amount,) * int(kind.rpartition("[")[2][:-1])
    if kind == "tuple":
        return tuple(_value(one, amount) for one in parameter["components"])
    fixed = {"address": THIRD, "bool": False, "string": "", "bytes": b""}
    return fixed[kind] if kind in fixed else bytes(int(kind[5:])) if kind.startswith("bytes") else amount


def test_attack_governance_as_thief(land: State) -> None:
    """Every function of every contract, called by the timelock and by a stranger: only those listed tell them apart.

    Who may call is what our functions check first, so arguments that make no sense are enough. Governed.t.sol asks the
    same with money everywhere and arguments that do.
    """
    apart: dict[str, set[str]] = {}
    timelock = land.contracts.timelock.address
    for contract, name in _functions():
        for entry in interface.load(contract).functions[name]:
            if entry["stateMutability"] not in ("nonpayable", "payable"):
                continue
            for amount in (0, 1, 3):
                answers = {_answer(land, contract, entry, caller, amount) for caller in (timelock, STRANGER)}
                if len(answers) > 1:
                    apart.setdefault(contract, set()).add(name)
    assert apart == TIMELOCK_ONLY


def _answer(land: State, contract: str, entry: Any, caller: str, amount: int) -> str:
    """What calling answers, with the caller's and the timelock's address taken out."""
    values = [_value(one, amount) for one in entry["inputs"]]
    data = interface.selector(entry) + interface.encode_values(entry["inputs"], values)
    call = {"from": caller, "to": land.deployment.contracts[contract], "data": "0x" + data.hex()}
    try:
        said = str(land.chain.request("eth_call", call, "latest"))
    except RpcError as error:
        said = "refused " + error.data.hex() + ("" if error.data else error.message)
    for known in (caller, land.contracts.timelock.address):  # the treasury of some, and named in what they say
        said = said.lower().replace(known[2:].lower(), "someone")
    return said


# The commands


def _run(land: State, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = app.run(["governance", *words, "--home", str(land.home.root)])
    return (code, *capsys.readouterr())


def test_parameters_are_shown(land: State, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = _run(land, capsys, "parameters", "--json")
    rows = {row["name"]: row for row in json.loads(out)}
    assert code == 0
    assert (rows["network-fee"]["ceiling"], rows["network-fee"]["unit"]) == (500, "1/10,000")
    code, out, _ = _run(land, capsys, "parameters")
    assert code == 0
    assert "challenge-floor" in out
    assert land.contracts.parameters.treasury() in out


def test_a_change_by_commands(land: State, capsys: pytest.CaptureFixture[str]) -> None:
    me = ("--as", "deployer")
    assert _run(land, capsys, "delegate", *me)[0] == 0
    land.skip(1)
    code, out, said = _run(land, capsys, "propose", "epoch-bond", "700.5", *me, "--why", "more at stake")
    number = out.strip()
    assert code == 0
    assert f"proposal {number}: the vote runs" in said
    land.skip(LOCAL.voting[0] + 1)
    assert "voted for with 1000000000 tokens" in _run(land, capsys, "vote", number, "for", *me)[2]
    land.skip(LOCAL.voting[1] + 1)
    assert "queued" in _run(land, capsys, "queue", number, *me)[2]
    land.skip(LOCAL.timelock + 1)
    assert "carried out" in _run(land, capsys, "execute", number, *me)[2]
    assert land.contracts.parameters.epoch_limits().bond == 7005 * 10**17
    rows = json.loads(_run(land, capsys, "proposals", "--json")[1])
    (row,) = [row for row in rows if str(row["number"]) == number]
    assert (row["state"], row["for"]) == ("executed", 10**9)
    assert "Set epoch-bond to 700.5" in _run(land, capsys, "proposals")[1]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("propose network-fee 501 --as deployer", "0 to 500"),
        ("propose nothing 1 --as deployer", "governance parameters"),
        ("propose juror-stake much --as deployer", "much"),
        ("propose treasury 0x12 --as deployer", "address"),
        ("vote 999 for --as deployer", "governance proposals"),
        ("vote 1 perhaps --as deployer", "for, against or abstain"),
        ("queue 999 --as deployer", "governance proposals"),
        ("execute 999 --as deployer", "governance proposals"),
        ("delegate --as nobody", "nobody"),
        ("delegate --as deployer --to 0x12", "address"),
    ],
)
def test_bad_input_is_one_line(land: State, capsys: pytest.CaptureFixture[str], words: str, says: str) -> None:
    code, _, said = _run(land, capsys, *words.split())
    (line,) = said.splitlines()
    assert code == 2
    assert says in line
    assert "Fix: " in line


def test_too_early_says_where_it_stands(land: State, capsys: pytest.CaptureFixture[str]) -> None:
    made = governance.propose(land.network, land.deployer, "network-fee", "299")
    code, _, said = _run(land, capsys, "queue", str(made.proposal_id), "--as", "deployer")
    assert code == 2
    assert "GovernorUnexpectedProposalState" in said
    assert "governance proposals" in said
