"""Reviewers: stakes as weights, kept as they were at each anchor, and the draw from them."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import Draw, Lookup


class Reviewers(Contract):
    """Leaves count from 0 in the order accounts first got a weight. Anchors seal what stands here."""

    NAME = "Reviewers"

    def sync(self, signer: TransactionSigner, account: str) -> Receipt:
        """Bring an account's weight to its reviewer stake, 0 if it may not be drawn; anyone may. Emits ``Synced`` if it
        changed."""
        return self._write(signer, "sync", account)

    def heed(self, signer: TransactionSigner, account: str, at: Lookup) -> Receipt:
        """Take in an account's row of the newest final epoch, then sync; anyone may. Emits ``Heeded`` if it changed."""
        return self._write(signer, "heed", account, at)

    def drawn(self, draw: Draw, count: int) -> tuple[str, ...]:
        """The first ``count`` reviewers of an item; fewer if there are not so many."""
        return tuple(self._read("drawn", draw, count))

    def state(self) -> int:
        """The present weights, as the next anchor will carry them."""
        return int(self._read("state"))

    def weight(self, account: str) -> int:
        return int(self._read("weightOf", account))

    def standing(self, account: str) -> int:
        """0 no row was taken in, 1 admitted, 2 suspended."""
        return int(self._read("standingOf", account))

    def total_weight(self) -> int:
        return int(self._read("totalWeight"))

    def count(self) -> int:
        """Leaves so far."""
        return int(self._read("leafCount"))

    def account_at(self, leaf: int) -> str:
        return str(self._read("accountAt", leaf))
