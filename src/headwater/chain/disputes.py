"""Disputes: what arithmetic cannot decide of an item, before an arbitrator; one ruling each, carried out by anyone."""

from __future__ import annotations

from enum import IntEnum

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.settlement import Proof
from headwater.chain.structs import Item, Pay, Posted, Terms
from headwater.chain.views import DisputeCase, DisputeTally
from headwater.primitives.ids import ZERO_ADDRESS

LIMIT = 8  # overturned items that void a settlement; of its bond, one part in so many for each
NO_PAY = Pay(0, ZERO_ADDRESS, 0, 0, 0, bytes(32))


class Choice(IntEnum):
    """What an arbitrator can rule; 0 is "refused"."""

    REFUSED = 0
    KEEP = 1
    ACCEPT = 2
    REJECT = 3


class DisputeState(IntEnum):
    """Where a dispute stands."""

    NONE = 0
    OPEN = 1
    RULED = 2
    CLOSED = 3


class DisputeOutcome(IntEnum):
    """What a dispute came to."""

    UNCHANGED = 0
    KEPT = 1
    ACCEPTED = 2
    REJECTED = 3


class Disputes(Contract):
    """Disputes have their arbitrator's numbers. Coin is the chain's own."""

    NAME = "Disputes"

    def open(
        self,
        signer: TransactionSigner,
        posted: Posted,
        terms: Terms,
        item: Item,
        item_proof: Proof,
        paid: tuple[Pay, Proof] | None,
        evidence: str,
        *,
        coin: int,
    ) -> Receipt:
        """Dispute an item; ``paid`` is its pay leaf with proof if it has a reward, ``evidence`` a URI or nothing."""
        pay, pay_proof = paid or (NO_PAY, ())
        tail = (pay, list(pay_proof), evidence)
        return self._write(signer, "open", posted, terms, item, list(item_proof), *tail, coin=coin)

    def submit_evidence(self, signer: TransactionSigner, dispute: int, evidence: str) -> Receipt:
        """Give jurors of an open dispute a URI to read."""
        return self._write(signer, "submitEvidence", dispute, evidence)

    def execute(self, signer: TransactionSigner, dispute: int, posted: Posted, item: Item) -> Receipt:
        """Carry out what was ruled, or close what has become pointless."""
        return self._write(signer, "execute", dispute, posted, item)

    def withdraw(self, signer: TransactionSigner, account: str) -> Receipt:
        """Send an account the coin it is owed."""
        return self._write(signer, "withdraw", account)

    def return_fees(self, signer: TransactionSigner) -> Receipt:
        """Coin the arbitrator sent back is owed to the treasury from now on."""
        return self._write(signer, "returnFees")

    def cost(self) -> int:
        """Coin to open a dispute now."""
        return int(self._read("cost"))

    def owed(self, account: str) -> int:
        return int(self._read("owed", account))

    def case(self, dispute: int) -> DisputeCase:
        return DisputeCase.of(self._read("caseOf", dispute))

    def tally(self, key: int) -> DisputeTally:
        return DisputeTally.of(self._read("tallyOf", key))

    def is_disputed(self, key: int, item: int) -> bool:
        """Whether the item is or was disputed; it is so once a settlement."""
        return bool(self._read("isDisputed", key, item))

    def patience(self) -> int:
        """Seconds after which an arbitrator that has not ruled counts as one that refused."""
        return int(self._read("patience"))
