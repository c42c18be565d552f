"""Calls: the duty to show evidence. Who cannot get a record or a pay leaf calls for it; unanswered, all is void."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.settlement import Proof
from headwater.chain.structs import Item, Pay, Posted, Record, Terms
from headwater.chain.views import Call

PAY_PLACES = 1 << 32  # from here on a place is a pay leaf's
MAX_SIGNATURE = 1_024  # bytes an answer may show


class Calls(Contract):
    """A *place* is an item's number in the queue, or ``PAY_PLACES`` and the index of a pay leaf."""

    NAME = "Calls"

    def call(self, signer: TransactionSigner, posted: Posted, terms: Terms, place: int) -> Receipt:
        """Call for what is at a place, in the first half of the window; locks the call bond; emits ``Called``."""
        return self._write(signer, "call", posted, terms, place)

    def answer(
        self, signer: TransactionSigner, posted: Posted, item: Item, item_proof: Proof, record: Record
    ) -> Receipt:
        """Show an item's record; the bond is the signer's once the settlement is final."""
        return self._write(signer, "answer", posted, item, list(item_proof), record)

    def answer_pay(
        self, signer: TransactionSigner, posted: Posted, pay: Pay, proof: Proof, items: Sequence[int]
    ) -> Receipt:
        """Show a pay leaf and the items it pays for (a contributor's; nobody else's need them)."""
        numbers = b"".join(item.to_bytes(4, "big") for item in items)
        return self._write(signer, "answerPay", posted, pay, list(proof), numbers)

    def expire(self, signer: TransactionSigner, posted: Posted, place: int) -> Receipt:
        """Void a settlement that did not answer in time, for whoever called."""
        return self._write(signer, "expire", posted, place)

    def close(self, signer: TransactionSigner, key: int, place: int) -> Receipt:
        """Give the bond to the answerer of a final settlement, back to the caller of a void one."""
        return self._write(signer, "close", key, place)

    def of(self, key: int, place: int) -> Call | None:
        """The call for a place, unless there is none or it is closed."""
        found = Call.of(self._read("callOf", key, place))
        return found if int(found.by, 16) else None

    def bond(self) -> int:
        """What a call locks, in the network token."""
        return int(self._read("callBond"))
