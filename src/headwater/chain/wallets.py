"""Signatures of contract accounts: ERC-1271, and ERC-6492 for accounts not deployed yet.

A contract may change its mind between blocks, so every answer is of one block; whoever settles on it names the block.
"""

from __future__ import annotations

from headwater.chain.errors import NotSupportedError, RevertError, RpcError
from headwater.chain.rpc import BlockTag, Chain

_ERC1271_MAGIC = bytes.fromhex("1626ba7e")
_ERC6492_SUFFIX = bytes.fromhex("6492" * 16)
_NO_METHOD = -32601


class ChainWallets:
    """Implements ``primitives.eip712.WalletCheck`` by asking the account at a block."""

    def __init__(self, chain: Chain, tag: BlockTag = "latest") -> None:
        self._chain = chain
        self._tag = tag

    def is_valid(self, account: str, digest: bytes, signature: bytes) -> bool:
        """Whether the account at this block calls the signature its own.

        Raises:
            NotSupportedError: an ERC-6492 signature of an undeployed account, and the node cannot simulate calls.
        """
        wrapped = signature.endswith(_ERC6492_SUFFIX)
        if not wrapped:
            return bool(self._chain.code(account, self._tag)) and self._asked(account, digest, signature)
        try:
            factory, setup, inner = _unwrap(signature)
        except ValueError:
            return False
        if self._chain.code(account, self._tag) and self._asked(account, digest, inner):
            return True
        return self._asked_after(factory, setup, account, digest, inner)

    def _asked(self, account: str, digest: bytes, signature: bytes) -> bool:
        try:
            return _is_magic(self._chain.call(account, _question(digest, signature), tag=self._tag))
        except (RevertError, RpcError):
            return False

    def _asked_after(self, factory: str, setup: bytes, account: str, digest: bytes, signature: bytes) -> bool:
        """Deploy and ask within one simulated block (``eth_simulateV1``); nothing is sent."""
        calls = [
            {"to": factory, "input": "0x" + setup.hex()},
            {"to": account, "input": "0x" + _question(digest, signature).hex()},
        ]
        tag = hex(self._tag) if isinstance(self._tag, int) else self._chain.block(self._tag)
        where = tag if isinstance(tag, str) else hex(tag.number if tag else 0)
        try:
            answer = self._chain.request("eth_simulateV1", {"blockStateCalls": [{"calls": calls}]}, where)
        except RpcError as error:
            if error.code == _NO_METHOD:
                fix = "deploy the account before signing, or use a node with eth_simulateV1"
                raise NotSupportedError(f"signature of {account}", actual="account not deployed", fix=fix) from None
            return False
        asked = answer[0]["calls"][1]
        return int(asked["status"], 16) == 1 and _is_magic(bytes.fromhex(asked["returnData"].removeprefix("0x")))


def _question(digest: bytes, signature: bytes) -> bytes:
    from eth_abi.abi import encode

    return _ERC1271_MAGIC + encode(("bytes32", "bytes"), (digest, signature))


def _is_magic(answer: bytes) -> bool:
    return answer == _ERC1271_MAGIC + bytes(28)


def _unwrap(signature: bytes) -> tuple[str, bytes, bytes]:
    """Factory, its call data and the inner signature."""
    from eth_abi.abi import decode
    from eth_abi.exceptions import DecodingError

    try:
        factory, setup, inner = decode(("address", "bytes", "bytes"), signature[: -len(_ERC6492_SUFFIX)])
    except (DecodingError, OverflowError) as error:  # the signer chose these bytes
        raise ValueError("not an ERC-6492 wrapper") from error
    return str(factory), bytes(setup), bytes(inner)
