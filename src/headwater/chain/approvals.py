"""Approvals: what contract wallets approved, and since when. A signature of theirs counts only if it stands here."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner


class Approvals(Contract):
    """Anyone may write down what a wallet says yes to now; nobody can take it back."""

    NAME = "Approvals"

    def approve(self, signer: TransactionSigner, digest: bytes) -> Receipt:
        """Approve a digest as the signer's own account."""
        return self._write(signer, "approve", digest)

    def approve_for(self, signer: TransactionSigner, wallet: str, digest: bytes, signature: bytes) -> Receipt:
        """Write down that ``wallet`` accepts this signature now (ERC-1271); emits ``Approved``."""
        return self._write(signer, "approveFor", wallet, digest, signature)

    def time(self, wallet: str, digest: bytes) -> int | None:
        """Chain time of an approval."""
        return int(self._read("approvedAt", wallet, digest)) or None
