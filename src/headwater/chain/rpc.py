"""One EVM node over JSON-RPC: reads at a block, writes with nonce, fees and a bounded wait, refusals in words.

What it relies on. Safety: the node answers truthfully (key holders and auditors run their own). Liveness: it answers
within the timeout, knows ``eth_getLogs`` for some range, and mines a transaction whose fee is at least twice the base
fee of the block before.
"""

from __future__ import annotations

import threading
import time
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from headwater.chain import interface
from headwater.chain.errors import (
    ChainDownError,
    NotMinedError,
    RevertError,
    RpcError,
    UnfundedError,
)
from headwater.chain.models import Block, Log, Mined
from headwater.chain.ports import TransactionSigner
from headwater.primitives import json_text
from headwater.primitives.ids import checksum_address

if TYPE_CHECKING:
    import httpx

LOCAL_CHAIN = 31337
FINAL = "final"  # a block tag of ours: the newest block that will not be rolled back
BlockTag = int | str

# Blocks behind the head that count as final where the node's own "finalized" tag is not what we want. Chains not named
# here are asked for the tag; a local anvil runs with one slot an epoch, so its tag is two blocks behind.
FINALITY_DEPTH: Mapping[int, int] = {}

_GAS_MARGIN_PERCENT = 25
_GAS_SLOT = 20_000  # another transaction may empty a slot between estimate and block; filling it again costs this
_LOG_RANGE = 5_000
_CALLS_A_REQUEST = 250
_NONCE_TRIES = 4


class Chain:
    """A connection; opens lazily, is safe to share between threads."""

    def __init__(self, url: str, *, finality_depth: int | None = None, timeout_s: float = 20.0) -> None:
        """
        Args:
            url: http(s) address of the node.
            finality_depth: blocks behind the head that are final; by default what the chain id says.
            timeout_s: for one request.
        """
        self.url = url
        self._depth = finality_depth
        self._timeout_s = timeout_s
        self._loopback = urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")
        self._sending: dict[str, threading.Lock] = {}
        self._guard = threading.Lock()

    def request(self, method: str, *params: Any) -> Any:
        """One JSON-RPC call, the plain result.

        Raises:
            ChainDownError: nobody answers, or not in JSON-RPC.
            RpcError: the node refused.
        """
        import httpx

        call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": list(params)}
        try:
            answer = json_text.parse(self._http.post(self.url, json=call).content)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
            raise ChainDownError(_public(self.url), type(error).__name__) from None
        if not isinstance(answer, dict) or ("error" not in answer and "result" not in answer):
            raise ChainDownError(_public(self.url), "an answer that is not JSON-RPC")
        if (refusal := answer.get("error")) is not None:
            raise _refusal(method, refusal)
        return answer.get("result")

    @cached_property
    def chain_id(self) -> int:
        """EIP-155 chain id."""
        return int(self.request("eth_chainId"), 16)

    def block(self, tag: BlockTag = "latest") -> Block | None:
        """The block at a number or tag; ``None`` if the node has none there."""
        raw = self.request("eth_getBlockByNumber", self._tag(tag), False)
        return Block(int(raw["number"], 16), _bytes(raw["hash"]), int(raw["timestamp"], 16)) if raw else None

    def latest(self) -> Block:
        """The head."""
        return self._present("latest")

    def final_block(self) -> Block:
        """The newest block that will not be rolled back."""
        return self._present(FINAL)

    def now(self, tag: BlockTag = "latest") -> int:
        """Chain time at a block, unix seconds: the only protocol clock."""
        return self._present(tag).time

    def block_hash(self, number: int) -> bytes | None:
        """32 bytes, or ``None`` if there is no such block (any more)."""
        found = self.block(number)
        return found.hash if found else None

    def final_hash(self, number: int) -> bytes | None:
        """As ``block_hash``, of a block that will not be rolled back; ``None`` for any other number."""
        return self.block_hash(number) if 0 <= number <= self.final_block().number else None

    def pending(self, account: str) -> int:
        """Transactions of an account that the node holds and no block has yet."""
        sent, done = (int(self.request("eth_getTransactionCount", account, tag), 16) for tag in ("pending", "latest"))
        return max(0, sent - done)

    def balance(self, account: str) -> int:
        """Wei the account can pay gas with."""
        return int(self.request("eth_getBalance", account, "latest"), 16)

    def code(self, address: str, tag: BlockTag = "latest") -> bytes:
        """Deployed code; empty for an ordinary account."""
        return _bytes(self.request("eth_getCode", address, self._tag(tag)))

    def call(self, to: str, data: bytes, *, contract: str = "", tag: BlockTag = "latest") -> bytes:
        """Return data of a call at a block.

        Raises:
            RevertError: the contract refused.
        """
        with _spelled(contract or to):
            return _bytes(self.request("eth_call", {"to": to, "data": _hex(data)}, self._tag(tag)))

    def call_many(self, calls: Sequence[tuple[str, bytes]], *, tag: BlockTag = "latest") -> list[bytes]:
        """Return data of many calls (address, data) at one block, in order, some hundred a request.

        Raises:
            ChainDownError: nobody answers, or not each of them. RpcError: the node refused one.
        """
        import httpx

        at, answers = self._tag(tag), list[bytes]()
        for start in range(0, len(calls), _CALLS_A_REQUEST):
            part = calls[start : start + _CALLS_A_REQUEST]
            batch = [
                {"jsonrpc": "2.0", "id": n, "method": "eth_call", "params": [{"to": to, "data": _hex(data)}, at]}
                for n, (to, data) in enumerate(part)
            ]
            try:
                found = json_text.parse(self._http.post(self.url, json=batch).content)
                by_id = {row["id"]: row for row in found}
                rows = [by_id[n] for n in range(len(part))]
            except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError, TypeError, KeyError) as error:
                raise ChainDownError(_public(self.url), type(error).__name__) from None
            for row in rows:
                if (refusal := row.get("error")) is not None:
                    raise _refusal("eth_call", refusal)
            answers += [_bytes(row["result"]) for row in rows]
        return answers

    def logs(
        self,
        start: int,
        stop: int,
        addresses: Sequence[str],
        topics: Sequence[bytes] = (),
        progress: Callable[[int], None] | None = None,
    ) -> Iterator[Log]:
        """Logs of blocks ``start`` to ``stop`` inclusive in chain order, asked for in ranges the node will serve.

        Args:
            topics: first topics wanted; empty for any.
            progress: told each block number up to which all logs were yielded.
        """
        step = _LOG_RANGE
        while start <= stop:
            end = min(start + step - 1, stop)
            try:
                found = self._log_range(start, end, addresses, topics)
            except RpcError:
                if step == 1:
                    raise
                step = max(1, step // 4)  # nodes cap ranges and result sizes, each in its own words
                continue
            yield from sorted(found, key=lambda log: (log.block, log.index))
            if progress:
                progress(end)
            start = end + 1

    def send(
        self,
        signer: TransactionSigner,
        to: str | None,
        data: bytes,
        *,
        contract: str = "",
        value: int = 0,
        wait_s: float | None = None,
    ) -> Mined:
        """Sign, send and wait for one transaction; ``to`` is ``None`` to create a contract.

        Raises:
            RevertError: the contract refused, before or after mining.
            UnfundedError: the signer cannot pay the gas.
            NotMinedError: no receipt in ``wait_s`` seconds (60 on loopback, else 240).
        """
        name = contract or to or "new contract"
        tx = self.submit(signer, to, data, contract=name, value=value)
        return self.wait(tx, contract=name, wait_s=wait_s)

    def submit(
        self, signer: TransactionSigner, to: str | None, data: bytes, *, contract: str = "", value: int = 0
    ) -> str:
        """Sign and send without waiting; the transaction hash. Errors as ``send``."""
        call = {"from": signer.address, "data": _hex(data), "value": hex(value)} | ({"to": to} if to else {})
        with _spelled(contract):
            try:
                gas = int(self.request("eth_estimateGas", call), 16)
                gas = gas * (100 + _GAS_MARGIN_PERCENT) // 100 + _GAS_SLOT
            except RpcError as error:
                raise self._unfunded(signer.address, error, value) from None
        fees = self._fees()
        most = gas * int(fees.get("maxFeePerGas", fees.get("gasPrice", 0))) + value
        if (balance := self.balance(signer.address)) < most:
            raise _unfunded(signer.address, balance, most)
        transaction = {"chainId": self.chain_id, "gas": gas, "value": value, "data": data, **fees}
        return self._send_next(signer, transaction | ({"to": checksum_address(to)} if to else {}))

    def wait(self, tx: str, *, contract: str = "", wait_s: float | None = None) -> Mined:
        """The receipt of a sent transaction; errors as ``send``."""
        allowed = wait_s if wait_s is not None else (60.0 if self._loopback else 240.0)
        deadline = time.monotonic() + allowed
        while (raw := self.request("eth_getTransactionReceipt", tx)) is None:
            if time.monotonic() > deadline:
                raise NotMinedError(tx, allowed)
            time.sleep(0.02 if self._loopback else 1.0)
        if int(raw["status"], 16) != 1:
            raise self._why(tx, raw, contract)
        logs = tuple(_log(log) for log in raw["logs"])
        return Mined(tx, int(raw["blockNumber"], 16), _bytes(raw["blockHash"]), int(raw["gasUsed"], 16), logs)

    @cached_property
    def _http(self) -> httpx.Client:
        import httpx

        # a proxy set for the outside must not be asked for our own machine
        client = httpx.Client(timeout=self._timeout_s, trust_env=not self._loopback)
        weakref.finalize(self, client.close)
        return client

    def _present(self, tag: BlockTag) -> Block:
        found = self.block(tag)
        if found is None:
            raise RpcError("eth_getBlockByNumber", -32001, f"no block {tag}")
        return found

    def _tag(self, tag: BlockTag) -> str:
        if isinstance(tag, int):
            return hex(tag)
        if tag != FINAL:
            return tag
        depth = self._depth if self._depth is not None else FINALITY_DEPTH.get(self.chain_id)
        return "finalized" if depth is None else hex(max(0, int(self.request("eth_blockNumber"), 16) - depth))

    def _log_range(self, start: int, end: int, addresses: Sequence[str], topics: Sequence[bytes]) -> list[Log]:
        query: dict[str, Any] = {"fromBlock": hex(start), "toBlock": hex(end), "address": list(addresses)}
        if topics:
            query["topics"] = [[_hex(topic) for topic in topics]]
        return [_log(raw) for raw in self.request("eth_getLogs", query) if not raw.get("removed")]

    def _fees(self) -> dict[str, int]:
        """EIP-1559 fees that stand a doubling of the base fee, or a gas price on chains without one."""
        head = self.request("eth_getBlockByNumber", "latest", False)
        if "baseFeePerGas" not in head:
            return {"gasPrice": int(self.request("eth_gasPrice"), 16)}
        try:
            tip = int(self.request("eth_maxPriorityFeePerGas"), 16)
        except RpcError:
            tip = 10**9
        return {"maxFeePerGas": 2 * int(head["baseFeePerGas"], 16) + tip, "maxPriorityFeePerGas": tip}

    def _send_next(self, signer: TransactionSigner, transaction: dict[str, Any]) -> str:
        """Send with the account's next nonce: in order within this process, tried again if another took it."""
        with self._lock_of(signer.address):
            for attempt in range(_NONCE_TRIES):
                nonce = int(self.request("eth_getTransactionCount", signer.address, "pending"), 16)
                raw = signer.sign_transaction({**transaction, "nonce": nonce})
                try:
                    return str(self.request("eth_sendRawTransaction", _hex(raw)))
                except RpcError as error:
                    if not _nonce_taken(error) or attempt == _NONCE_TRIES - 1:
                        raise self._unfunded(signer.address, error, transaction["value"]) from None
                    time.sleep(0.02 * (attempt + 1))
        raise AssertionError("unreachable")

    def _lock_of(self, account: str) -> threading.Lock:
        with self._guard:
            return self._sending.setdefault(account, threading.Lock())

    def _unfunded(self, account: str, error: RpcError, value: int) -> RpcError | UnfundedError:
        if "insufficient funds" not in error.message.lower():
            return error
        return _unfunded(account, self.balance(account), value)

    def _why(self, tx: str, receipt: Mapping[str, Any], contract: str) -> RevertError:
        """The reason of a mined failure: the same call again on the block before it."""
        sent = self.request("eth_getTransactionByHash", tx)
        call = {key: sent[key] for key in ("from", "to", "input", "value", "gas") if sent.get(key)}
        try:
            with _spelled(contract):
                self.request("eth_call", call, hex(int(receipt["blockNumber"], 16) - 1))
        except RevertError as error:
            return error
        except RpcError:
            pass
        return RevertError(contract, "", {"tx": tx})


@contextmanager
def _spelled(contract: str) -> Iterator[None]:
    """Turn a node's refusal that carries revert data into a ``RevertError``."""
    try:
        yield
    except RpcError as error:
        if error.data or "revert" in error.message.lower():
            raise interface.revert(contract, error.data) from None
        raise


def _refusal(method: str, error: Any) -> RpcError:
    if not isinstance(error, dict):
        return RpcError(method, 0, str(error))
    data = error.get("data")
    if isinstance(data, dict):  # some nodes nest it
        data = data.get("data", data.get("result"))
    spelled = _bytes(data) if isinstance(data, str) and data.startswith("0x") else b""
    return RpcError(method, int(error.get("code", 0)), str(error.get("message", "")), spelled)


def _unfunded(account: str, balance: int, needed: int) -> UnfundedError:
    return UnfundedError(
        f"account {account}",
        actual=f"{balance} wei",
        allowed=f"at least {needed} wei for gas",
        fix="send it some of the chain's coin; on a local network: headwater wallet fund NAME",
    )


def _nonce_taken(error: RpcError) -> bool:
    text = error.message.lower()
    return any(words in text for words in ("nonce too low", "replacement transaction underpriced"))


def _log(raw: Mapping[str, Any]) -> Log:
    return Log(
        address=checksum_address(raw["address"]),
        topics=tuple(_bytes(topic) for topic in raw["topics"]),
        data=_bytes(raw["data"]),
        block=int(raw["blockNumber"], 16),
        block_hash=_bytes(raw["blockHash"]),
        index=int(raw["logIndex"], 16),
        tx=str(raw["transactionHash"]),
    )


def _public(url: str) -> str:
    """The address without what may be a secret: user, password, path and query (providers put API keys there)."""
    parts = urlsplit(url)
    if not parts.hostname:
        return "an address that is not http://HOST:PORT"
    return f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")


def _hex(data: bytes) -> str:
    return "0x" + data.hex()


def _bytes(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))
