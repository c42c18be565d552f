"""Timelock: what has passed waits here, and then runs from here. It owns Parameters and, by default, the treasury."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.primitives.hashing import ZERO_WORD, keccak256

PROPOSER, CANCELLER, EXECUTOR = (keccak256(f"{name}_ROLE".encode()) for name in ("PROPOSER", "CANCELLER", "EXECUTOR"))
ADMIN = ZERO_WORD


class Timelock(Contract):
    """Only the governor proposes and cancels; anyone executes what is due."""

    NAME = "HeadwaterTimelock"

    def execute(
        self, signer: TransactionSigner, target: str, value: int, data: bytes, predecessor: bytes, salt: bytes
    ) -> Receipt:
        """Run one call that is due; the governor's ``execute`` does it too."""
        return self._write(signer, "execute", target, value, data, predecessor, salt)

    def execute_batch(
        self,
        signer: TransactionSigner,
        targets: Sequence[str],
        values: Sequence[int],
        data: Sequence[bytes],
        predecessor: bytes,
        salt: bytes,
    ) -> Receipt:
        """Run several calls that are due together."""
        return self._write(signer, "executeBatch", list(targets), list(values), list(data), predecessor, salt)

    def min_delay(self) -> int:
        """Seconds between queueing and execution."""
        return int(self._read("getMinDelay"))

    def delay_floor(self) -> int:
        """What no proposal takes that below."""
        return int(self._read("minDelayFloor"))

    def has_role(self, role: bytes, account: str) -> bool:
        """One of the roles above; the zero address has ``EXECUTOR`` where everyone does."""
        return bool(self._read("hasRole", role, account))
