"""The connection against a node made of a dictionary, served over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from headwater.chain.errors import ChainDownError, NotMinedError, RevertError, RpcError, UnfundedError
from headwater.chain.rpc import Chain
from headwater.chain.signer import KeySigner

SIGNER = KeySigner(b"k" * 32)
TO = "0x" + "11" * 20


class Node:
    """Answers of a node by method: a value, an exception's JSON, or a function of the parameters."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {
            "eth_chainId": "0x1",
            "eth_blockNumber": "0x64",
            "eth_estimateGas": "0x5208",
            "eth_getBalance": hex(10**18),
            "eth_maxPriorityFeePerGas": "0x1",
            "eth_getTransactionCount": "0x7",
            "eth_sendRawTransaction": "0x" + "ab" * 32,
            "eth_getTransactionReceipt": None,
            "eth_getBlockByNumber": {
                "number": "0x64",
                "hash": "0x" + "01" * 32,
                "timestamp": "0x5",
                "baseFeePerGas": "0xa",
            },
        }
        self.asked: list[tuple[str, list[Any]]] = []
        self.body: bytes | None = None
        self.status = 200
        self.url = ""

    def answer(self, body: bytes) -> bytes:
        if self.body is not None:
            return self.body
        request = json.loads(body)
        method, params = request["method"], request["params"]
        self.asked.append((method, params))
        value = self.answers.get(method, Refusal(-32601, "method not found"))
        value = value(*params) if callable(value) else value
        if isinstance(value, Refusal):
            return json.dumps({"jsonrpc": "2.0", "id": request["id"], "error": value.plain()}).encode()
        return json.dumps({"jsonrpc": "2.0", "id": request["id"], "result": value}).encode()

    def count(self, method: str) -> int:
        return sum(asked == method for asked, _ in self.asked)


class Refusal:
    def __init__(self, code: int, message: str, data: Any = None) -> None:
        self.code, self.message, self.data = code, message, data

    def plain(self) -> dict[str, Any]:
        return {"code": self.code, "message": self.message, "data": self.data}


@pytest.fixture
def node() -> Iterator[Node]:
    made = Node()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            answer = made.answer(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(made.status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:
            return

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        made.url = f"http://127.0.0.1:{server.server_address[1]}"
        yield made
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"oops"),
        (429, b"slow down"),
        (200, b"<html>"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b"null"),
        (200, b"\xff\xfe"),
    ],
)
def test_what_is_not_a_node_is_down(node: Node, status: int, body: bytes) -> None:
    node.status, node.body = status, body
    with pytest.raises(ChainDownError):
        Chain(node.url).latest()


def test_a_silent_node_is_down_in_bounded_time() -> None:
    import socket

    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen()
        with pytest.raises(ChainDownError, match="Timeout"):
            Chain(f"http://127.0.0.1:{deaf.getsockname()[1]}", timeout_s=0.2).latest()


def test_a_local_node_is_reached_past_any_proxy(node: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    assert Chain(node.url).chain_id == 1


def test_refusals_keep_code_and_words(node: Node) -> None:
    node.answers["eth_chainId"] = Refusal(-32005, "limit exceeded")
    with pytest.raises(RpcError, match="limit exceeded") as refused:
        _ = Chain(node.url).chain_id
    assert refused.value.code == -32005


@pytest.mark.parametrize("nest", [lambda data: data, lambda data: {"data": data}])
def test_revert_data_is_found_where_nodes_put_it(node: Node, nest: Callable[[str], Any]) -> None:
    node.answers["eth_call"] = Refusal(3, "execution reverted", nest("0x4e487b71" + "00" * 31 + "12"))
    with pytest.raises(RevertError) as refused:
        Chain(node.url).call(TO, b"", contract="Stakes")
    assert (refused.value.contract, refused.value.name, refused.value.values) == ("Stakes", "Panic", {"code": 0x12})


def test_finality_is_the_nodes_tag_or_our_depth(node: Node) -> None:
    Chain(node.url).final_block()
    assert node.asked[-1][1][0] == "finalized"
    Chain(node.url, finality_depth=10).final_block()
    assert node.asked[-1][1][0] == hex(90)
    Chain(node.url, finality_depth=1000).final_block()
    assert node.asked[-1][1][0] == "0x0"


def _log(block: int, index: int) -> dict[str, Any]:
    words = {"address": TO, "topics": ["0x" + "aa" * 32], "data": "0x", "blockHash": "0x" + "02" * 32}
    return {**words, "blockNumber": hex(block), "logIndex": hex(index), "transactionHash": "0x" + "03" * 32}


def test_log_ranges_shrink_until_the_node_serves_them(node: Node) -> None:
    def serve(query: dict[str, Any]) -> Any:
        start, stop = int(query["fromBlock"], 16), int(query["toBlock"], 16)
        if stop - start >= 100:
            return Refusal(-32602, "query returned more than 10000 results")
        return [_log(block, index) for block in range(start, stop + 1) if block % 50 == 0 for index in (1, 0)]

    node.answers["eth_getLogs"] = serve
    seen: list[int] = []
    logs = list(Chain(node.url).logs(1, 1_000, [TO], progress=seen.append))
    assert [(log.block, log.index) for log in logs] == [(n, i) for n in range(50, 1_001, 50) for i in (0, 1)]
    assert seen[-1] == 1_000


def test_a_node_that_serves_no_logs_at_all_says_so(node: Node) -> None:
    node.answers["eth_getLogs"] = Refusal(-32000, "pruned")
    with pytest.raises(RpcError, match="pruned"):
        list(Chain(node.url).logs(1, 10_000, [TO]))


def _receipt(status: int) -> dict[str, Any]:
    return {
        "status": hex(status),
        "blockNumber": "0x65",
        "blockHash": "0x" + "04" * 32,
        "gasUsed": "0x5208",
        "logs": [],
    }


def test_sending_leaves_room_in_gas_and_fee(node: Node) -> None:
    from eth_account.typed_transactions.typed_transaction import TypedTransaction
    from hexbytes import HexBytes

    node.answers["eth_getTransactionReceipt"] = _receipt(1)
    mined = Chain(node.url).send(SIGNER, TO, b"")
    assert (mined.block, mined.gas_used) == (0x65, 21_000)
    raw = next(params[0] for method, params in node.asked if method == "eth_sendRawTransaction")
    sent = TypedTransaction.from_bytes(HexBytes(raw)).as_dict()
    assert (sent["gas"], sent["maxFeePerGas"], sent["nonce"], sent["chainId"]) == (46_250, 21, 7, 1)


def test_a_chain_without_base_fee_gets_a_gas_price(node: Node) -> None:
    del node.answers["eth_getBlockByNumber"]["baseFeePerGas"]
    node.answers |= {"eth_gasPrice": "0x9", "eth_getTransactionReceipt": _receipt(1)}
    assert Chain(node.url).send(SIGNER, TO, b"").block == 0x65
    assert not node.count("eth_maxPriorityFeePerGas")


def test_a_taken_nonce_is_asked_for_again_but_not_for_ever(node: Node) -> None:
    node.answers["eth_sendRawTransaction"] = Refusal(-32000, "nonce too low")
    with pytest.raises(RpcError, match="nonce too low"):
        Chain(node.url).submit(SIGNER, TO, b"")
    assert node.count("eth_sendRawTransaction") == node.count("eth_getTransactionCount") == 4


def test_attack_a_transaction_the_node_knows_is_not_sent_twice(node: Node) -> None:
    node.answers["eth_sendRawTransaction"] = Refusal(-32000, "already known")
    with pytest.raises(RpcError, match="already known"):
        Chain(node.url).submit(SIGNER, TO, b"")
    assert node.count("eth_sendRawTransaction") == 1


def test_a_transaction_nobody_mines_is_named_after_the_wait(node: Node) -> None:
    with pytest.raises(NotMinedError) as waited:
        Chain(node.url).send(SIGNER, TO, b"", wait_s=0.1)
    assert waited.value.tx == "0x" + "ab" * 32


def test_a_mined_failure_is_explained_by_the_same_call(node: Node) -> None:
    node.answers |= {
        "eth_getTransactionReceipt": _receipt(0),
        "eth_getTransactionByHash": {"from": SIGNER.address, "to": TO, "input": "0x", "value": "0x0", "gas": "0x5208"},
        "eth_call": Refusal(3, "execution reverted", "0x4e487b71" + "00" * 31 + "01"),
    }
    with pytest.raises(RevertError, match="Panic"):
        Chain(node.url).send(SIGNER, TO, b"", contract="Stakes")
    assert next(params[1] for method, params in node.asked if method == "eth_call") == "0x64"


def test_gas_money_is_counted_before_sending(node: Node) -> None:
    node.answers["eth_getBalance"] = hex(46_250 * 21 - 1)
    with pytest.raises(UnfundedError, match="971249 wei"):
        Chain(node.url).submit(SIGNER, TO, b"")
    assert not node.count("eth_sendRawTransaction")
