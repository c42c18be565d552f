"""Advances: pay under a challenge window, at a discount both sides signed for or paid."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.settlement import Proof
from headwater.chain.structs import Assignment, Pay, Posted
from headwater.primitives.eip712 import Domain


class Advances(Contract):
    """The signer of ``advance`` pays the contributor now; ``assignment.to`` gets what the settlement owes him."""

    NAME = "Advances"

    @property
    def domain(self) -> Domain:
        """What contributors sign assignments under."""
        return Domain(self.chain.chain_id, self.address)

    def advance(
        self,
        signer: TransactionSigner,
        posted: Posted,
        pay: Pay,
        proof: Proof,
        assignment: Assignment,
        signature: bytes,
    ) -> Receipt:
        """Pay ``assignment.price`` to the account of a pay leaf and take over its claim; emits ``Advanced``."""
        return self._write(signer, "advance", posted.head(), pay, list(proof), assignment, signature)
