"""Faults: what anyone can prove wrong of a pending settlement; what does not hold reverts ``Faults_NoFault``."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.settlement import Proof
from headwater.chain.structs import Item, Pay, Posted, Terms, Vote


class Faults(Contract):
    """A proof that holds voids the settlement; half its bond becomes the signer's collateral."""

    NAME = "Faults"

    def prove_verdict(
        self,
        signer: TransactionSigner,
        posted: Posted,
        terms: Terms,
        item: Item,
        proof: Proof,
        votes: Sequence[Vote],
    ) -> Receipt:
        """The verdict is not what llr, prior, votes and threshold say, or they are out of bounds."""
        return self._write(signer, "proveVerdict", posted, terms, item, list(proof), list(votes))

    def prove_byte(
        self,
        signer: TransactionSigner,
        posted: Posted,
        item: Item,
        proof: Proof,
        verdicts: bytes,
        votes: Sequence[Vote],
    ) -> Receipt:
        """The item's two calldata bytes are not its verdict and score."""
        return self._write(signer, "proveByte", posted, item, list(proof), verdicts, list(votes))

    def prove_reward(
        self,
        signer: TransactionSigner,
        posted: Posted,
        terms: Terms,
        item: Item,
        proof: Proof,
        votes: Sequence[Vote],
    ) -> Receipt:
        """Reward, share weight, pay index, grade or novelty is wrong."""
        return self._write(signer, "proveReward", posted, terms, item, list(proof), list(votes))

    def prove_pay(
        self,
        signer: TransactionSigner,
        posted: Posted,
        pay: Pay,
        proof: Proof,
        items: Sequence[Item],
        proofs: Sequence[Proof],
    ) -> Receipt:
        """A contributor's leaf is not the sum of the items it lists."""
        return self._write(signer, "provePay", posted, pay, list(proof), list(items), [list(one) for one in proofs])

    def prove_unpaid(
        self,
        signer: TransactionSigner,
        posted: Posted,
        item: Item,
        item_proof: Proof,
        pay: Pay,
        pay_proof: Proof,
        numbers: Sequence[int],
    ) -> Receipt:
        """A rewarded item points to a leaf that is not its contributor's or does not list it."""
        tail = (pay, list(pay_proof), list(numbers))
        return self._write(signer, "proveUnpaid", posted, item, list(item_proof), *tail)

    def prove_fee(
        self,
        signer: TransactionSigner,
        posted: Posted,
        terms: Terms,
        first: Pay,
        first_proof: Proof,
        last: Pay,
        last_proof: Proof,
    ) -> Receipt:
        """An unknown kind, a wrong operator leaf, or reviewer leaves ``first`` to ``last`` above their cap."""
        tail = (first, list(first_proof), last, list(last_proof))
        return self._write(signer, "proveFee", posted, terms, *tail)

    def prove_sum(
        self, signer: TransactionSigner, posted: Posted, a: Pay, proof_a: Proof, b: Pay, proof_b: Proof
    ) -> Receipt:
        """Running sums, order or total are wrong; ``a`` may be ``b``."""
        return self._write(signer, "proveSum", posted, a, list(proof_a), b, list(proof_b))

    def prove_order(self, signer: TransactionSigner, posted: Posted, index: int, item: Item, proof: Proof) -> Receipt:
        """The leaf at ``index`` carries another item number."""
        return self._write(signer, "proveOrder", posted, index, item, list(proof))
