"""Doubts: what is held back of a settlement while somebody decides."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.views import Doubt, Held


class Doubts(Contract):
    """What is in doubt about settlements."""

    NAME = "Doubts"

    def return_cut(self, signer: TransactionSigner, key: int, index: int) -> Receipt:
        """What was cut of a paid leaf goes back to the campaign's escrow; anyone may."""
        return self._write(signer, "returnCut", key, index)

    def of(self, key: int) -> Doubt:
        return Doubt.of(self._read("doubtOf", key))

    def held(self, key: int, index: int) -> Held:
        return Held.of(self._read("heldOf", key, index))

    def is_cut(self, key: int, item: int) -> bool:
        """Whether the pay for an item was cut."""
        return bool(self._read("isCut", key, item))

    def left(self, key: int, index: int, amount: int) -> tuple[bool, int]:
        """Whether a pay leaf is held, and what it will be paid of ``amount``."""
        held, left = self._read("leftOf", key, index, amount)
        return bool(held), int(left)
