"""Doubts: what is held back of a settlement while somebody decides. Only other contracts write here."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.views import Doubt, Held


class Doubts(Contract):
    """What is in doubt about settlements."""

    NAME = "Doubts"

    def of(self, key: int) -> Doubt:
        return Doubt.of(self._read("doubtOf", key))

    def held(self, key: int, index: int) -> Held:
        return Held.of(self._read("heldOf", key, index))

    def left(self, key: int, index: int, amount: int) -> tuple[bool, int]:
        """Whether a pay leaf is held, and what it will be paid of ``amount``."""
        held, left = self._read("leftOf", key, index, amount)
        return bool(held), int(left)
