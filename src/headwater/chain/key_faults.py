"""Key faults: what a key holder signed wrong, proven by bytes or put before a jury (spec/keys.md, 9)."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import BatchEntry, BatchReceipt, ReleaseReceipt
from headwater.chain.views import KeyCase

WRONG = 2
"""The ruling that takes the stake; 1 says the part was right, 0 that the arbitrator refused."""


class KeyFaults(Contract):
    """Cases have their arbitrator's numbers. Coin is the chain's own."""

    NAME = "KeyFaults"

    def prove_commitment(
        self, signer: TransactionSigner, receipt: ReleaseReceipt, signature: bytes, envelope: bytes, at: int
    ) -> Receipt:
        """The receipt names another commitment than the envelope does.

        Args:
            envelope: the record's canonical bytes; ``at`` is where the holder's ``address`` field begins.
        """
        return self._write(signer, "proveCommitment", receipt, signature, envelope, at)

    def prove_entry(
        self,
        signer: TransactionSigner,
        receipt: BatchReceipt,
        signature: bytes,
        entry: BatchEntry,
        index: int,
        proof: Sequence[bytes],
        envelope: bytes,
        at: int,
    ) -> Receipt:
        """The same of one of many parts, shown to be among those signed for."""
        return self._write(signer, "proveEntry", receipt, signature, entry, index, list(proof), envelope, at)

    def accuse(self, signer: TransactionSigner, holder: str, fault: bytes, evidence: str, *, coin: int) -> Receipt:
        """Ask a jury about the ``holder-fault/1`` record with sha256 ``fault``; ``evidence`` is where it lies."""
        return self._write(signer, "accuse", holder, fault, evidence, coin=coin)

    def execute(self, signer: TransactionSigner, dispute: int) -> Receipt:
        """Carry a ruling out, or close what was never ruled."""
        return self._write(signer, "execute", dispute)

    def withdraw(self, signer: TransactionSigner, account: str) -> Receipt:
        """Send an account the coin it is owed; the treasury, what came back from the arbitrator."""
        return self._write(signer, "withdraw", account)

    def cost(self) -> int:
        """Coin for a case now."""
        return int(self._read("cost"))

    def owed(self, account: str) -> int:
        return int(self._read("owed", account))

    def case(self, dispute: int) -> KeyCase:
        return KeyCase.of(self._read("caseOf", dispute))

    def is_proven(self, holder: str, digest: bytes) -> bool:
        """Whether the stake has answered for this envelope, or a jury was asked about this fault record."""
        return bool(self._read("isProven", holder, digest))
