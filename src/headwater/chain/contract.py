"""The base of the wrappers: one contract of a deployment, read at a block, written by a signer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from headwater.chain import events, interface
from headwater.chain.deployment import Deployment
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.rpc import BlockTag, Chain


class Contract:
    """Reads are of ``tag`` (the head by default). Writes wait for their receipt and raise as ``Chain.send``."""

    NAME: ClassVar[str]

    def __init__(self, chain: Chain, deployment: Deployment, tag: BlockTag = "latest") -> None:
        self.chain = chain
        self.deployment = deployment
        self.address = deployment.address(self.NAME)
        self._tag = tag

    def at(self, tag: BlockTag) -> Self:
        """The same contract read at another block: a number, a tag, or ``rpc.FINAL``."""
        return type(self)(self.chain, self.deployment, tag)

    def _read(self, function: str, *args: Any) -> Any:
        """What the call returns: the value if there is one, else the tuple of values."""
        abi = interface.load(self.NAME)
        data = self.chain.call(self.address, abi.encode(function, args), contract=self.NAME, tag=self._tag)
        values = abi.decode(function, len(args), data)
        return values[0] if len(values) == 1 else values

    def _read_many(self, function: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """``_read`` of one function with many arguments, in as few requests as the node takes."""
        abi = interface.load(self.NAME)
        calls = [(self.address, abi.encode(function, row)) for row in rows]
        found = self.chain.call_many(calls, tag=self._tag)
        return [abi.decode(function, len(row), data)[0] for row, data in zip(rows, found, strict=True)]

    def _write(self, signer: TransactionSigner, function: str, *args: Any, coin: int = 0) -> Receipt:
        """Send a call, with ``coin`` wei of the chain's own."""
        data = interface.load(self.NAME).encode(function, args)
        mined = self.chain.send(signer, self.address, data, contract=self.NAME, value=coin)
        return Receipt(mined.tx, mined.block, mined.gas_used, tuple(events.decode_all(mined.logs, self.deployment)))
