"""A local chain under a test's thumb: its clock, its accounts without keys, and every refusal by name.

Nothing is signed or estimated: anvil sends for whom it is told, at the time it is told, and each step is one block. So
a run is the same from step to step, which is what lets Hypothesis shrink one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from time import monotonic, sleep
from typing import Any

import httpx

from headwater.chain import Chain, Deployment, Profile, deploy, interface
from headwater.chain.signer import KeySigner
from headwater.primitives import json_text
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address

GAS = 12_000_000
_DEPLOYER = KeySigner(keccak256(b"headwater model: deployer"))


@dataclass(frozen=True)
class View:
    """One read: what is asked, of which contract, and what the model says it is."""

    label: str
    contract: str
    function: str
    args: tuple[Any, ...]
    expected: Any


@dataclass(frozen=True)
class Sent:
    """A mined step; ``refusal`` is the error's name, empty if it went through."""

    refusal: str
    time: int
    block: int
    gas: int


@cache
def _asked(contract: str, function: str, args: tuple[Any, ...]) -> str:
    """Call data; the same few hundred questions come after every step."""
    return "0x" + interface.load(contract).encode(function, args).hex()


@cache
def _answered(contract: str, function: str, count: int, result: str) -> Any:
    values = interface.load(contract).decode(function, count, bytes.fromhex(result[2:]))
    return values[0] if len(values) == 1 else values


def _one_form(value: Any) -> Any:
    """Addresses within structs come back without capitals."""
    if isinstance(value, tuple | list):
        return tuple(_one_form(one) for one in value)
    return value.lower() if isinstance(value, str) else value


class Node:
    """One anvil with our contracts on it, brought back to the same state before each example."""

    def __init__(self, url: str, profile: Profile, treasury: str) -> None:
        self.chain = Chain(url)
        self.chain.request("evm_setIntervalMining", 0)
        self.chain.request("evm_setAutomine", True)
        self.chain.request("anvil_autoImpersonateAccount", True)
        self._http = httpx.Client(timeout=60)
        self._rich(_DEPLOYER.address)
        self.deployment: Deployment = deploy(self.chain, _DEPLOYER, profile, treasury=treasury)
        self.profile = profile
        self._snapshot = ""

    @property
    def deployer(self) -> str:
        return _DEPLOYER.address

    @cached_property
    def chain_id(self) -> int:
        return self.chain.chain_id

    def at(self, contract: str) -> str:
        """Address of a contract by name; an address is itself."""
        return contract if contract.startswith("0x") else self.deployment.address(contract)

    def close(self) -> None:
        self._http.close()

    def keep(self) -> None:
        """Remember the state every example begins with."""
        self._snapshot = self.chain.request("evm_snapshot")

    def back(self) -> None:
        """Return to the state kept."""
        if not self.chain.request("evm_revert", self._snapshot):
            raise AssertionError("anvil lost the snapshot")
        self.keep()

    def now(self) -> tuple[int, int]:
        """Time and number of the newest block."""
        head = self.chain.request("eth_getBlockByNumber", "latest", False)
        return int(head["timestamp"], 16), int(head["number"], 16)

    def mine(self, time: int) -> None:
        """An empty block at this time."""
        self.chain.request("evm_mine", hex(time))

    def block_hash(self, number: int) -> bytes:
        return bytes.fromhex(self.chain.request("eth_getBlockByNumber", hex(number), False)["hash"][2:])

    def send(
        self, who: str, contract: str, function: str, *args: Any, time: int, abi: str = "", value: int = 0
    ) -> Sent:
        """One transaction in a block of its own at ``time``."""
        name = abi or self._abi(contract)
        data = interface.load(name).encode(function, args)
        self.chain.request("evm_setNextBlockTimestamp", hex(time))
        call = {"from": who, "to": self.at(contract), "data": "0x" + data.hex(), "gas": hex(GAS), "value": hex(value)}
        tx = self.chain.request("eth_sendTransaction", call)
        receipt = self._receipt(tx)
        refusal = "" if int(receipt["status"], 16) else self._why(tx, name)
        return Sent(refusal, time, int(receipt["blockNumber"], 16), int(receipt["gasUsed"], 16))

    def fund(self, *accounts: str) -> None:
        for account in accounts:
            self._rich(account)

    def differences(self, views: Sequence[View]) -> list[str]:
        """What the chain answers otherwise than expected, in words; all in one request."""
        calls = []
        for number, view in enumerate(views):
            data = _asked(self._abi(view.contract), view.function, view.args)
            what = {"to": self.at(view.contract), "data": data}
            calls.append({"jsonrpc": "2.0", "id": number, "method": "eth_call", "params": [what, "latest"]})
        answers = json_text.parse(self._http.post(self.chain.url, json=calls).content)
        if not isinstance(answers, list):
            raise AssertionError(f"no batch: {answers}")
        found = {int(one["id"]): one for one in answers}
        return [line for number, view in enumerate(views) if (line := self._difference(view, found[number]))]

    def _receipt(self, tx: str) -> dict[str, Any]:
        until = monotonic() + 20
        while (receipt := self.chain.request("eth_getTransactionReceipt", tx)) is None:
            assert monotonic() < until, f"{tx} is not mined"
            sleep(0.001)
        return dict(receipt)

    def _difference(self, view: View, answer: dict[str, Any]) -> str:
        if "error" in answer:
            return f"{view.label}: {view.expected} expected, the chain refuses: {answer['error']}"
        got = _answered(self._abi(view.contract), view.function, len(view.args), answer["result"])
        return (
            ""
            if _one_form(got) == _one_form(view.expected)
            else f"{view.label}: {view.expected} expected, the chain has {got}"
        )

    def _why(self, tx: str, contract: str) -> str:
        trace = self.chain.request("debug_traceTransaction", tx, {"tracer": "callTracer"})
        data = bytes.fromhex(trace.get("output", "0x")[2:])
        return interface.revert(contract, data).name or f"no reason: {trace.get('error')}"

    def _abi(self, contract: str) -> str:
        return "LocalDollar" if contract.startswith("0x") else contract

    def be(self, account: str, code: str) -> None:
        """From now on an account is a contract."""
        self.chain.request("anvil_setCode", account, code)

    def hold_coin(self, account: str, amount: int) -> None:
        """As if somebody had sent it."""
        self.chain.request("anvil_setBalance", account, hex(amount))

    def _rich(self, account: str) -> None:
        self.chain.request("anvil_setBalance", checksum_address(account), hex(10**24))
