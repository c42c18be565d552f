"""The base of the wrappers: one contract of a deployment, read at a block, written by a signer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Self

from headwater.chain import events, interface
from headwater.chain.deployment import Deployment
from headwater.chain.errors import AnswerError
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

    def _ask_many(self, function: str, rows: Sequence[Sequence[Any]]) -> list[bool]:
        """A yes or no of one function for each row of arguments, in as few requests as the node takes."""
        abi = interface.load(self.NAME)
        found = self.chain.call_many([(self.address, abi.encode(function, row)) for row in rows], tag=self._tag)
        for data in found:
            if len(data) != 32 or int.from_bytes(data, "big") > 1:
                fix = "correct the contract's address"
                raise AnswerError(f"{self.NAME}.{function}", actual=f"{len(data)} bytes that are no yes or no", fix=fix)
        return [data[-1] == 1 for data in found]

    def _write(self, signer: TransactionSigner, function: str, *args: Any, coin: int = 0) -> Receipt:
        """Send a call, with ``coin`` wei of the chain's own."""
        data = interface.load(self.NAME).encode(function, args)
        mined = self.chain.send(signer, self.address, data, contract=self.NAME, value=coin)
        return Receipt(mined.tx, mined.block, mined.gas_used, tuple(events.decode_all(mined.logs, self.deployment)))
