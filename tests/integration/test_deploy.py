"""Deploying to a real node: from a key file, through interruptions, once; and telling what stands from what should."""

from __future__ import annotations

import importlib
import io
import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from headwater.chain import (
    LOCAL,
    PUBLIC,
    Chain,
    ChainDownError,
    Deployment,
    KeySigner,
    NotDeployedError,
    NotMinedError,
    Profile,
    RevertError,
    RpcError,
    UnfundedError,
    WrongChainError,
    anvil,
    bundle,
    deployment,
    runtime,
    verify,
)
from headwater.chain import deploy as run_deploy
from headwater.chain.deploy import PARTS, Part, Plan, Site, carry_out, created_address, plan, site_of
from headwater.chain.signer import LOCAL_COST
from headwater.cli import app

deploying = importlib.import_module("headwater.chain.deploy")  # the package shows the function of the same name
pytestmark = pytest.mark.chain
PASSWORD = "correct horse battery staple"
NAMES = [part.name for part in PARTS]
PUBLIC_NAMES = [name for name in NAMES if name != "LocalDollar"]
STRANGER = "0x" + "22" * 20


@dataclass(frozen=True)
class Bench:
    """A funded account with a key file, on a chain, with a folder of its own."""

    chain: Chain
    signer: KeySigner
    folder: Path

    @property
    def out(self) -> Path:
        return self.folder / "network.json"

    @property
    def journal(self) -> Path:
        return self.folder / "network.deploying.json"

    def words(self, *more: str) -> list[str]:
        """``headwater deploy`` with everything it needs."""
        files = ["--keystore", str(self.folder / "key.json"), "--password-file", str(self.folder / "password")]
        rest = ["--out", str(self.out), "--home", str(self.folder / "home"), "--yes"]
        return ["deploy", "--rpc-url", self.chain.url, *files, *rest, *more]

    def nonce(self) -> int:
        return int(self.chain.request("eth_getTransactionCount", self.signer.address, "latest"), 16)


def bench_on(chain: Chain, folder: Path) -> Bench:
    signer = KeySigner.create()
    signer.to_keystore(folder / "key.json", PASSWORD, cost=LOCAL_COST)
    (folder / "password").write_text(PASSWORD + "\n")
    anvil.fund(chain, signer.address)
    return Bench(chain, signer, folder)


@pytest.fixture
def bench(chain: Chain, tmp_path: Path) -> Bench:
    return bench_on(chain, tmp_path)


@pytest.fixture(scope="module")
def stood(local_chain: anvil.Anvil) -> tuple[Chain, Deployment]:
    """A local network that nothing is done to."""
    chain, signer = Chain(local_chain.url), KeySigner.create()
    anvil.fund(chain, signer.address)
    return chain, run_deploy(chain, signer, LOCAL, treasury=STRANGER)


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Chain]:
    """A chain of the test's own that mines only when told to."""
    own = anvil.start(tmp_path / "chain")
    chain = Chain(own.url)
    chain.request("evm_setAutomine", False)
    chain.request("evm_setIntervalMining", 0)
    yield chain
    own.stop()


# The road


def test_from_a_key_file_to_a_checked_network(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(bench.words("--treasury", STRANGER)) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(bench.out)
    windows = ("settle 3 days (24 hours)", "challenge 2 days (24 hours)", "lapse 30 days (7 days)")
    for shown in (*windows, "lasts 5 days", "unbonding takes 21 days", "gas", STRANGER):
        assert shown in said.err
    assert PASSWORD not in said.out + said.err
    found = deployment.read(bench.out)
    assert list(found.contracts) == sorted(PUBLIC_NAMES)
    assert (found.profile, found.deployer, found.treasury) == (PUBLIC, bench.signer.address, STRANGER)
    assert not bench.journal.exists()
    assert bench.nonce() == len(PUBLIC_NAMES)
    assert app.run(["deployment", "check", "--rpc-url", bench.chain.url, "--file", str(bench.out)]) == 0
    assert capsys.readouterr().out.count("as built") == len(PUBLIC_NAMES)


def test_twice_deploys_once(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(bench.words("--profile", "local")) == 0
    before, nonce = bench.out.read_bytes(), bench.nonce()
    capsys.readouterr()
    assert app.run(bench.words("--profile", "local")) == 0
    said = capsys.readouterr()
    assert "nothing to do" in said.err
    assert said.out.strip() == str(bench.out)
    assert (bench.out.read_bytes(), bench.nonce()) == (before, nonce)


def test_the_home_finds_what_was_deployed_into_it(bench: Bench) -> None:
    words = bench.words("--profile", "local")
    del words[words.index("--out") : words.index("--out") + 2]
    assert app.run(words) == 0
    (file,) = (bench.folder / "home" / "deployments").iterdir()
    assert file.name == f"{bench.chain.chain_id}.json"
    assert deployment.load(file.parent, bench.chain.chain_id).deployer == bench.signer.address


def test_a_password_typed_on_the_terminal_is_not_shown(bench: Bench) -> None:
    words = [word for word in bench.words("--profile", "local") if word != "--yes"]
    cut = words.index("--password-file")
    del words[cut : cut + 2]
    shown = _typed([sys.executable, "-m", "headwater", *words], {"Password": PASSWORD, "Deploy?": "y"})
    assert str(bench.out) in shown, shown
    assert PASSWORD not in shown
    assert bench.out.exists()


def test_no_is_an_answer(bench: Bench) -> None:
    words = [word for word in bench.words() if word != "--yes"]
    shown = _typed([sys.executable, "-m", "headwater", *words], {"Deploy?": "n"})
    assert "nothing was sent" in shown
    assert bench.nonce() == 0
    assert not bench.out.exists()
    assert not bench.journal.exists()


def _typed(command: list[str], answers: dict[str, str]) -> str:
    """What a terminal shows when each question is answered."""
    child, terminal = pty.fork()
    if child == 0:
        os.execv(command[0], command)
    shown, waiting, deadline = "", dict(answers), time.monotonic() + 90
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            read = os.read(terminal, 4096)
        except OSError:  # the other end is gone
            break
        if not read:
            break
        shown += read.decode(errors="replace")
        for question in [one for one in waiting if one in shown]:
            time.sleep(0.1)
            os.write(terminal, waiting.pop(question).encode() + b"\n")
    os.close(terminal)
    os.waitpid(child, 0)
    return shown


# Interruptions


class CutError(Exception):
    """The power went."""


def _cut_after(chain: Chain, monkeypatch: pytest.MonkeyPatch, method: str, calls: int, *, before: bool) -> None:
    """Lets ``method`` be called so often, then nothing works any more."""
    real, count = chain.request, 0

    def cut(asked: str, *params: Any) -> Any:
        nonlocal count
        count += asked == method
        if count > calls or (before and count == calls and asked == method):
            raise CutError
        answer = real(asked, *params)
        if count == calls and asked == method:
            raise CutError
        return answer

    monkeypatch.setattr(chain, "request", cut)


@pytest.mark.parametrize("before", [True, False], ids=["signed-not-sent", "sent-not-seen"])
@pytest.mark.parametrize("at", [1, 4, len(NAMES)])
def test_goes_on_after_any_transaction(bench: Bench, monkeypatch: pytest.MonkeyPatch, at: int, before: bool) -> None:
    with monkeypatch.context() as patch:
        _cut_after(bench.chain, patch, "eth_sendRawTransaction", at, before=before)
        with pytest.raises(CutError):
            run_deploy(bench.chain, bench.signer, LOCAL, journal=bench.journal)
    begun = json.loads(bench.journal.read_text())
    assert len(begun["sent"]) == at
    again = plan(bench.chain, bench.signer.address, LOCAL, journal=bench.journal)
    assert sum(step.stands for step in again.steps) == at - before
    done = carry_out(bench.chain, bench.signer, again, journal=bench.journal)
    assert bench.nonce() == len(NAMES)
    assert done.block == begun["block"]
    assert set(done.transactions) == set(NAMES)
    assert not [one for one in verify.verify(bench.chain, done) if one.wrong]


def test_killed_while_a_transaction_waits(slow: Chain, tmp_path: Path) -> None:
    """kill -9 with a transaction in the pool; the next run waits for that one and sends no other in its place."""
    bench = bench_on(slow, tmp_path)
    command = [sys.executable, "-m", "headwater", *bench.words("--profile", "local")]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _until(lambda: _pending(bench) == 1)
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert not bench.out.exists()
    waiting = json.loads(bench.journal.read_text())["sent"]
    slow.request("anvil_setNextBlockBaseFeePerGas", hex(10**9))
    second = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 90
    while second.poll() is None and time.monotonic() < deadline:
        slow.request("anvil_mine", "0x1")
        time.sleep(0.1)
    assert second.wait(timeout=1) == 0
    found = deployment.read(bench.out)
    assert bench.nonce() == len(NAMES)
    assert found.transactions["LocalDollar"] in waiting["LocalDollar"]
    assert not [one for one in verify.verify(slow, found) if one.wrong]


def test_a_chain_that_does_not_mine_is_waited_for_then_named(slow: Chain, tmp_path: Path) -> None:
    bench = bench_on(slow, tmp_path)
    made = plan(slow, bench.signer.address, LOCAL, journal=bench.journal)
    with pytest.raises(NotMinedError):
        carry_out(slow, bench.signer, made, journal=bench.journal, wait_s=0.3)
    slow.request("anvil_mine", "0x1")
    again = plan(slow, bench.signer.address, LOCAL, journal=bench.journal)
    assert [step.stands for step in again.steps] == [True] + [False] * (len(NAMES) - 1)


def _pending(bench: Bench) -> int:
    return int(bench.chain.request("eth_getTransactionCount", bench.signer.address, "pending"), 16)


def _until(done: Any) -> None:
    deadline = time.monotonic() + 60
    while not done():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_transaction_in_between_is_named(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The account sends something else while the deployment is down: its addresses are lost, and it says so."""
    monkeypatch.setattr(deploying, "LAG_S", 0.2)
    with monkeypatch.context() as patch:
        _cut_after(bench.chain, patch, "eth_sendRawTransaction", 3, before=True)
        with pytest.raises(CutError):
            run_deploy(bench.chain, bench.signer, LOCAL, journal=bench.journal)
    made = plan(bench.chain, bench.signer.address, LOCAL, journal=bench.journal)
    bench.chain.send(bench.signer, STRANGER, b"", value=1)
    with pytest.raises(NotDeployedError, match=r"HeadwaterTimelock at 0x.*nonce 2 used by another"):
        carry_out(bench.chain, bench.signer, made, journal=bench.journal)
    with pytest.raises(NotDeployedError, match="remove the journal"):
        plan(bench.chain, bench.signer.address, LOCAL, journal=bench.journal)
    bench.journal.unlink()
    assert run_deploy(bench.chain, bench.signer, LOCAL, journal=bench.journal)


def test_a_journal_of_other_options_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        _cut_after(bench.chain, patch, "eth_sendRawTransaction", 2, before=False)
        with pytest.raises(CutError):
            run_deploy(bench.chain, bench.signer, LOCAL, journal=bench.journal)

    def again(signer: KeySigner, profile: Profile, treasury: str | None = None) -> Plan:
        return plan(bench.chain, signer.address, profile, treasury=treasury, journal=bench.journal)

    for options, called in (
        ((bench.signer, PUBLIC), "another profile"),
        ((bench.signer, LOCAL, STRANGER), "another treasury"),
        ((KeySigner.create(), LOCAL), "another account and treasury"),
    ):
        with pytest.raises(NotDeployedError, match=called):
            again(*options)
    monkeypatch.setattr(deploying, "sources", lambda: "another version")
    with pytest.raises(NotDeployedError, match="another contracts"):
        again(bench.signer, LOCAL)


# Money


def test_what_cannot_be_paid_to_the_end_is_not_begun(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    made = plan(bench.chain, bench.signer.address, PUBLIC)
    anvil.fund(bench.chain, bench.signer.address, made.gas * made.fees.most // 2)
    assert app.run(bench.words()) == 2
    said = capsys.readouterr().err
    assert said.splitlines()[-1].startswith(f"error: account {bench.signer.address}; found ")
    assert "nothing was sent" in said
    assert bench.nonce() == 0
    assert not bench.out.exists()
    assert not bench.journal.exists()


def test_money_that_runs_out_on_the_way_is_named_and_made_up_for(bench: Bench) -> None:
    made = plan(bench.chain, bench.signer.address, LOCAL, journal=bench.journal)
    anvil.fund(bench.chain, bench.signer.address, 1_000)
    with pytest.raises(UnfundedError, match="goes on where it was"):
        carry_out(bench.chain, bench.signer, made, journal=bench.journal)
    anvil.fund(bench.chain, bench.signer.address)
    assert run_deploy(bench.chain, bench.signer, LOCAL, journal=bench.journal)


def test_the_plan_is_what_it_costs(bench: Bench) -> None:
    made = plan(bench.chain, bench.signer.address, LOCAL)
    before = bench.chain.balance(bench.signer.address)
    done = carry_out(bench.chain, bench.signer, made)
    used = sum(bench.chain.wait(tx).gas_used for tx in done.transactions.values())
    assert used <= made.gas <= used * 1.15
    assert before - bench.chain.balance(bench.signer.address) <= made.gas * made.fees.most


def test_a_constructor_that_refuses_costs_nothing(bench: Bench) -> None:
    hasty = replace(LOCAL, unbonding=0)
    with pytest.raises(RevertError, match="Stakes_DelayTooShort"):
        run_deploy(bench.chain, bench.signer, hasty, journal=bench.journal)
    assert bench.nonce() == NAMES.index("Stakes")


def test_chains_without_a_base_fee(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = bench.chain.request

    def old(method: str, *params: Any) -> Any:
        answer = real(method, *params)
        if method == "eth_getBlockByNumber":
            answer = {key: value for key, value in answer.items() if key != "baseFeePerGas"}
        return answer

    monkeypatch.setattr(bench.chain, "request", old)
    assert set(plan(bench.chain, bench.signer.address, LOCAL).fees.fields) == {"gasPrice"}
    assert run_deploy(bench.chain, bench.signer, LOCAL)


def test_a_node_without_tips_or_estimates_is_enough(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real = bench.chain.request

    def plain(method: str, *params: Any) -> Any:
        if method in ("eth_maxPriorityFeePerGas", "eth_estimateGas"):
            raise RpcError(method, -32601, "the method does not exist")
        return real(method, *params)

    monkeypatch.setattr(bench.chain, "request", plain)
    assert run_deploy(bench.chain, bench.signer, LOCAL)


# Telling what stands from what should


def _wrong(chain: Chain, found: Deployment) -> dict[str, str]:
    return {one.name: one.wrong for one in verify.verify(chain, found) if one.wrong}


def test_what_was_deployed_is_as_built(stood: tuple[Chain, Deployment]) -> None:
    assert _wrong(*stood) == {}


def test_attack_another_contract_under_a_name(stood: tuple[Chain, Deployment], tmp_path: Path) -> None:
    """Two addresses of the file exchanged: both are named, and so is everyone who names them."""
    chain, found = stood
    swapped = dict(found.contracts) | {"Faults": found.contracts["Licences"], "Licences": found.contracts["Faults"]}
    wrong = _wrong(chain, replace(found, contracts=swapped))
    assert "other code" in wrong["Faults"]
    assert "other code" in wrong["Licences"]
    assert wrong["Settlement"].startswith(f"Settlement.faults is {found.contracts['Faults']}, not ")
    file = tmp_path / "network.json"
    replace(found, contracts=swapped).write(file)
    assert app.run(["deployment", "check", "--rpc-url", chain.url, "--file", str(file)]) == 1


@pytest.mark.parametrize("which", range(len(runtime.load("Stakes").immutables["Stakes.datasets"])))
def test_attack_a_getter_that_tells_what_is_not_used(bench: Bench, which: int) -> None:
    """One of the places where an address is read is changed, the getter is not: masking would let it through."""
    found = run_deploy(bench.chain, bench.signer, LOCAL)
    code = bytearray(bench.chain.code(found.contracts["Stakes"]))
    offset = runtime.load("Stakes").immutables["Stakes.datasets"][which]
    code[offset : offset + 32] = runtime.word(STRANGER)
    bench.chain.request("anvil_setCode", found.contracts["Stakes"], "0x" + code.hex())
    right = found.contracts["Datasets"]
    assert _wrong(bench.chain, found) == {"Stakes": f"Stakes.datasets is {STRANGER}, not {right}"}


def test_attack_right_code_with_storage_of_its_own(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A constructor writes a balance nobody gave it and returns exactly our code: only its transaction tells."""
    honest = deploying.creation

    def evil(site: Site, part: Part) -> bytes:
        if part.name != "Licences":
            return bytes(honest(site, part))
        code = runtime.load("Licences").filled(part.made(site).immutables)
        store, copy, give = "6001609955", f"61{len(code):04x}80601160003960", "00f3"
        return bytes.fromhex(store + copy + give) + code

    with monkeypatch.context() as patch:
        patch.setattr(deploying, "creation", evil)
        found = run_deploy(bench.chain, bench.signer, LOCAL)
    slot = bench.chain.request("eth_getStorageAt", found.contracts["Licences"], "0x99", "latest")
    assert int(slot, 16) == 1
    assert list(_wrong(bench.chain, found)) == ["Licences"]
    assert "with other code or arguments than ours" in _wrong(bench.chain, found)["Licences"]


def test_attack_windows_shorter_than_the_file_says(bench: Bench) -> None:
    found = run_deploy(bench.chain, bench.signer, LOCAL)
    claimed = replace(found.profile, floors=(2, 86_400, 5, 2, 2), unbonding=PUBLIC.unbonding)
    wrong = _wrong(bench.chain, replace(found, profile=claimed))
    assert wrong["Parameters"] == "Parameters.hardChallenge is 2, not 86400"
    assert wrong["Stakes"] == f"Stakes.unbonding is 30, not {PUBLIC.unbonding}"
    wrong = _wrong(bench.chain, replace(found, profile=replace(found.profile, windows=PUBLIC.windows)))
    assert list(wrong) == ["Parameters"]
    assert "with other code or arguments" in wrong["Parameters"]


def test_attack_a_timelock_with_another_proposer(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deployer makes itself proposer: the code is the same, the transaction that created it is not."""
    honest = deploying.creation

    def evil(site: Site, part: Part) -> bytes:
        at = dict(site.at) | ({"HeadwaterGovernor": site.deployer} if part.name == "HeadwaterTimelock" else {})
        return bytes(honest(replace(site, at=at), part))

    with monkeypatch.context() as patch:
        patch.setattr(deploying, "creation", evil)
        found = run_deploy(bench.chain, bench.signer, LOCAL)
    assert list(_wrong(bench.chain, found)) == ["HeadwaterTimelock"]


def test_the_timelock_is_the_treasury_unless_another_is_named(bench: Bench) -> None:
    made = plan(bench.chain, bench.signer.address, LOCAL)
    assert made.site.treasury == made.site["HeadwaterTimelock"]
    assert plan(bench.chain, bench.signer.address, LOCAL, treasury=STRANGER).site.treasury == STRANGER


def test_attack_a_treasury_or_supply_of_somebody_elses(stood: tuple[Chain, Deployment]) -> None:
    chain, found = stood
    wrong = _wrong(chain, replace(found, treasury="0x" + "33" * 20))
    assert wrong["Court"] == f"Court.treasury is {STRANGER}, not 0x{'33' * 20}"
    assert "with other code or arguments" in wrong["Parameters"]
    wrong = _wrong(chain, replace(found, profile=replace(found.profile, supply=1)))
    assert "with other code or arguments" in wrong["HeadwaterToken"]


@pytest.mark.parametrize(
    ("tx", "says"),
    [
        ("", "does not name its creating transaction"),
        ("0x" + "ab" * 32, "does not know its creating transaction"),
        ("of Faults", "did not create it"),
    ],
)
def test_attack_a_creation_that_cannot_be_shown(stood: tuple[Chain, Deployment], tx: str, says: str) -> None:
    chain, found = stood
    named = found.transactions["Faults"] if tx == "of Faults" else tx
    wrong = _wrong(chain, replace(found, transactions={**found.transactions, "Stakes": named}))
    assert list(wrong) == ["Stakes"]
    assert says in wrong["Stakes"]


def test_a_file_of_another_chain_or_of_nothing(stood: tuple[Chain, Deployment], tmp_path: Path) -> None:
    chain, found = stood
    with pytest.raises(WrongChainError):
        verify.verify(chain, replace(found, chain_id=1))
    with pytest.raises(NotDeployedError, match="nothing about deployer, treasury"):
        verify.verify(chain, Deployment(found.chain_id, found.contracts, found.block, found.profile))
    with pytest.raises(NotDeployedError, match="nothing about Stakes"):
        site_of(replace(found, contracts={k: v for k, v in found.contracts.items() if k != "Stakes"}))
    gone = dict(found.contracts) | {"Faults": created_address(STRANGER, 7), "Oracle": STRANGER}
    wrong = _wrong(chain, replace(found, contracts=gone))
    assert wrong["Faults"] == "no code"
    assert wrong["Oracle"] == "no contract of this version"


def test_check_prints_data(stood: tuple[Chain, Deployment], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    chain, found = stood
    found.write(tmp_path / "n.json")
    assert app.run(["deployment", "check", "--rpc-url", chain.url, "--file", str(tmp_path / "n.json"), "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {row["contract"]: row["address"] for row in rows} == dict(found.contracts)
    assert {row["wrong"] for row in rows} == {""}


# The file


def test_a_write_that_fails_leaves_the_file_as_it_was(
    stood: tuple[Chain, Deployment], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "n.json"
    stood[1].write(file)
    before = file.read_bytes()

    def full(fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        replace(stood[1], block=99).write(file)
    assert file.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["n.json"]


# Bad input

BAD = [
    ("--keystore {dir}/nothing.json", "key file {dir}/nothing.json; found absent"),
    ("--keystore {dir}/password", "key file {dir}/password"),
    ("--password-file {dir}/nothing", "password file {dir}/nothing"),
    ("--password-file {dir}/other", "wrong password"),
    ("--password-file {dir}/empty", "wrong password"),
    ("--rpc-url http://127.0.0.1:1", "does not answer"),
    ("--rpc-url nonsense", "does not answer"),
    ("--treasury 0x12", "address"),
    ("--treasury 0x52908400098527886E0F7030069857D2E4169eE7", "case is wrong"),
    ("--treasury 0x0000000000000000000000000000000000000000", "treasury"),
    ("--profile secret", "--profile"),
    ("--out {dir}/password/deep/n.json", "{dir}/password"),
    ("--out {dir}/other", "not a deployment"),
    ("--out {dir}", "not a deployment"),
]


@pytest.mark.parametrize(("more", "says"), BAD, ids=[more for more, _ in BAD])
def test_bad_input_is_refused_in_one_line(
    bench: Bench, more: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (bench.folder / "other").write_text("another password")
    (bench.folder / "empty").write_text("")
    before = {path: path.read_bytes() for path in bench.folder.rglob("*") if path.is_file()}
    assert app.run(bench.words(*more.format(dir=bench.folder).split())) == 2
    _one_line(capsys.readouterr().err, says.format(dir=bench.folder))
    assert bench.nonce() == 0
    assert {path: path.read_bytes() for path in bench.folder.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("missing", ["--rpc-url", "--keystore", "--password-file", "--yes"])
def test_what_is_not_given_is_asked_for(
    bench: Bench, missing: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    words = bench.words()
    del words[words.index(missing) : words.index(missing) + (1 if missing == "--yes" else 2)]
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    assert app.run(words) == 2
    _one_line(capsys.readouterr().err, missing)
    assert bench.nonce() == 0


def test_a_file_that_does_not_stand_is_not_deployed_over(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.run(bench.words("--profile", "local")) == 0
    for more, says in ((["--profile", "public"], "profile local"), (["--treasury", STRANGER], "treasury 0x")):
        capsys.readouterr()
        assert app.run(bench.words("--profile", "local", *more)) == 2
        _one_line(capsys.readouterr().err, says)
    bench.chain.request("anvil_setCode", deployment.read(bench.out).contracts["Faults"], "0x")
    assert app.run(bench.words("--profile", "local")) == 2
    _one_line(capsys.readouterr().err, "Faults no code")
    assert bench.nonce() == len(NAMES)


@pytest.mark.parametrize("words", ["check", "check --file {dir}/nothing", "check --file {dir}/password", "bundle"])
def test_bad_input_to_what_reads(bench: Bench, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    line = ["deployment", *words.format(dir=bench.folder).split(), "--home", str(bench.folder / "none")]
    line += ["--out", str(bench.folder / "b")] if words == "bundle" else ["--rpc-url", bench.chain.url]
    assert app.run(line) == 2
    _one_line(capsys.readouterr().err, "headwater" if "password" not in words else "not a deployment")
    assert not (bench.folder / "b").exists()


def _one_line(said: str, says: str) -> None:
    (last,) = [line for line in said.splitlines() if line.startswith("error: ")]
    assert said.rstrip().endswith(last)
    assert says in last, last
    assert "Fix: " in last
    assert "Traceback" not in said


def test_a_dead_node_on_the_way(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    real, calls = bench.chain.request, 0

    def dying(method: str, *params: Any) -> Any:
        nonlocal calls
        calls += method == "eth_sendRawTransaction"
        if calls > 2:
            raise ChainDownError(bench.chain.url, "refused")
        return real(method, *params)

    with monkeypatch.context() as patch:
        patch.setattr(bench.chain, "request", dying)
        with pytest.raises(ChainDownError):
            run_deploy(bench.chain, bench.signer, LOCAL, journal=bench.journal)
    with suppress(FileNotFoundError):
        assert run_deploy(bench.chain, bench.signer, LOCAL, journal=bench.journal)
    assert bench.nonce() == len(NAMES)


# What explorers ask for

COMPILE = """
const solc = require("SOLC");
const input = JSON.parse(require("fs").readFileSync(0, "utf8"));
const [path, name] = process.argv[1].split(":");
const answer = JSON.parse(solc.compile(JSON.stringify(input)));
process.stdout.write(JSON.stringify({version: solc.version(), evm: answer.contracts[path][name].evm}));
"""


def _recompiled(folder: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    facts = json.loads((folder / "verify.json").read_text())
    script = COMPILE.replace("SOLC", str(Path(__file__).parents[2] / "node_modules" / "solc"))
    given = (folder / "standard-input.json").read_text()
    answer = subprocess.run(
        ["node", "-e", script, facts["contractName"]], input=given, capture_output=True, text=True, check=True
    )
    return facts, json.loads(answer.stdout)


def _proves(chain: Chain, found: Deployment, folder: Path) -> None:
    """What a stranger's compiler makes of the bundle is what the creating transaction carried."""
    facts, made = _recompiled(folder)
    assert facts["compilerVersion"] == "v" + made["version"].removesuffix(".Emscripten.clang")
    assert facts["address"] == found.contracts[folder.name]
    sent = chain.request("eth_getTransactionByHash", found.transactions[folder.name])["input"]
    assert sent == "0x" + made["evm"]["bytecode"]["object"] + facts["constructorArguments"]


def test_bundle_of_the_smallest_contract_compiles_to_what_stands(
    stood: tuple[Chain, Deployment], tmp_path: Path
) -> None:
    chain, found = stood
    found.write(tmp_path / "n.json")
    out = tmp_path / "bundle"
    assert app.run(["deployment", "bundle", "--file", str(tmp_path / "n.json"), "--out", str(out)]) == 0
    assert sorted(folder.name for folder in out.iterdir()) == sorted(NAMES)
    _proves(chain, found, out / "Faults")
    assert app.run(["deployment", "bundle", "--file", str(tmp_path / "n.json"), "--out", str(out)]) == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_bundle_compiles_to_what_stands(stood: tuple[Chain, Deployment], tmp_path: Path, name: str) -> None:
    chain, found = stood
    bundle.write(found, tmp_path / "bundle")
    _proves(chain, found, tmp_path / "bundle" / name)
