"""Reputation: epochs of reviewers' records, their faults, and the rows somebody asks for."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.settlement import Proof
from headwater.chain.structs import Epoch, EpochPost, Lookup, ReputationRow
from headwater.chain.views import Demand, EpochSlot


class Reputation(Contract):
    """Epochs count from 1; in epoch 0 everyone has the starting weight."""

    NAME = "Reputation"

    def post(self, signer: TransactionSigner, post: EpochPost, changes: bytes) -> Receipt:
        """Operators: post the next epoch; ``changes`` has 24 bytes a reviewer. Emits ``EpochPosted``."""
        return self._write(signer, "post", post, changes)

    def release(self, signer: TransactionSigner, epoch: Epoch) -> Receipt:
        """Unlock the poster's bond once the epoch is final."""
        return self._write(signer, "release", epoch)

    def prove_weight(self, signer: TransactionSigner, epoch: Epoch, at: Lookup) -> Receipt:
        """Void an epoch: a row's weight is not what its counts say."""
        return self._write(signer, "proveWeight", epoch, at)

    def prove_order(self, signer: TransactionSigner, epoch: Epoch, at: Lookup) -> Receipt:
        """Void an epoch: two neighbouring rows do not ascend."""
        return self._write(signer, "proveOrder", epoch, at)

    def prove_change(
        self, signer: TransactionSigner, epoch: Epoch, changes: bytes, reviewer: str, before: Lookup, current: Lookup
    ) -> Receipt:
        """Void an epoch: a row is not the one before with the listed change."""
        return self._write(signer, "proveChange", epoch, changes, reviewer, before, current)

    def demand(self, signer: TransactionSigner, epoch: Epoch, block: int) -> Receipt:
        """Ask for 128 rows of a pending epoch; locks the demand bond."""
        return self._write(signer, "demand", epoch, block)

    def show(
        self, signer: TransactionSigner, epoch: Epoch, block: int, rows: Sequence[ReputationRow], proof: Proof
    ) -> Receipt:
        """Answer a demand; anyone may."""
        return self._write(signer, "show", epoch, block, list(rows), list(proof))

    def expire(self, signer: TransactionSigner, epoch: Epoch, block: int) -> Receipt:
        """Void an epoch whose rows were not shown in time."""
        return self._write(signer, "expire", epoch, block)

    def close(self, signer: TransactionSigner, number: int, block: int) -> Receipt:
        """Give a demand's bond to whom it belongs, once the epoch is decided."""
        return self._write(signer, "close", number, block)

    def is_final(self, number: int) -> bool:
        """Whether the epoch may be cited."""
        return bool(self._read("isFinal", number))

    def latest(self) -> int:
        """Number of the newest final epoch."""
        return int(self._read("latest"))

    def head(self) -> int:
        """Number of the newest epoch that is not void, final or pending."""
        return int(self._read("head"))

    def count(self) -> int:
        """Posts so far, void ones too."""
        return int(self._read("epochCount"))

    def epoch_hash(self, number: int) -> bytes:
        """``Epoch.hash()``, or the zero word."""
        return bytes(self._read("epochHash", number))

    def number_of(self, epoch_hash: bytes) -> int:
        """Number of the epoch with this hash, 0 for none."""
        return int(self._read("numberOf", epoch_hash))

    def root(self, number: int) -> bytes:
        """Root of a final epoch's rows."""
        return bytes(self._read("rootOf", number))

    def final_since(self, number: int) -> int:
        """Chain time since when a final epoch may be cited."""
        return int(self._read("finalSince", number))

    def weight_at(self, number: int, reviewer: str, at: Lookup) -> int:
        """A reviewer's weight in a final epoch."""
        return int(self._read("weightAt", number, reviewer, at))

    def slot(self, number: int) -> EpochSlot:
        return EpochSlot.of(self._read("slotOf", number))

    def demand_of(self, number: int, block: int) -> Demand:
        return Demand.of(self._read("demandOf", number, block))

    def weight_of(self, right: int, wrong: int) -> int:
        """Weight of a record in tenths, as the contract reckons it."""
        return int(self._read("weightOf", right, wrong))
