"""Vote faults: what anyone can prove wrong of the votes a pending settlement counts, and of a reviewer who voted twice.

What does not hold reverts ``VoteFaults_NoFault``.
"""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import (
    Absence,
    Anchor,
    Counted,
    Lookup,
    Place,
    Placed,
    Posted,
    Terms,
    Turn,
    VoteOpening,
)
from headwater.primitives.abi import abi_hash


class VoteFaults(Contract):
    """A proof that holds voids the settlement; half its bond becomes the signer's collateral."""

    NAME = "VoteFaults"

    def prove_draw(self, signer: TransactionSigner, posted: Posted, at: Counted, anchor: Anchor) -> Receipt:
        """The votes are not those of the reviewers drawn, each in the round that is his place; or no seed stands."""
        return self._write(signer, "proveDraw", posted, at, anchor)

    def prove_commit(
        self,
        signer: TransactionSigner,
        posted: Posted,
        terms: Terms,
        at: Counted,
        anchor: Anchor,
        index: int,
        absence: Absence,
    ) -> Receipt:
        """The commit of vote ``index`` was nowhere on chain when the settlement was posted."""
        return self._write(signer, "proveCommit", posted, terms, at, anchor, index, absence)

    def prove_reveal(
        self, signer: TransactionSigner, posted: Posted, at: Counted, index: int, ballot: VoteOpening
    ) -> Receipt:
        """What opens the commit of vote ``index`` says something else than was counted."""
        return self._write(signer, "proveReveal", posted, at, index, ballot)

    def prove_omitted(
        self,
        signer: TransactionSigner,
        posted: Posted,
        terms: Terms,
        at: Counted,
        anchor: Anchor,
        round_: int,
        reviewer: str,
    ) -> Receipt:
        """A drawn reviewer's vote, opened on chain in time, is not counted though the rule needed it."""
        return self._write(signer, "proveOmitted", posted, terms, at, anchor, round_, reviewer)

    def prove_replaced(
        self,
        signer: TransactionSigner,
        posted: Posted,
        terms: Terms,
        at: Counted,
        anchor: Anchor,
        round_: int,
        turns: tuple[Turn, ...],
    ) -> Receipt:
        """The reviewer of a round without a counted vote was passed over before his turn was over."""
        return self._write(signer, "proveReplaced", posted, terms, at, anchor, round_, turns)

    def prove_weight(
        self, signer: TransactionSigner, posted: Posted, at: Counted, index: int, lookup: Lookup
    ) -> Receipt:
        """Vote ``index`` does not weigh what the cited epoch says."""
        return self._write(signer, "proveWeight", posted, at, index, lookup)

    def prove_citation(self, signer: TransactionSigner, posted: Posted, anchor: Anchor, newer: int) -> Receipt:
        """The cited epoch is none, was not final at the first anchor, or epoch ``newer`` was, too."""
        return self._write(signer, "proveCitation", posted, anchor, newer)

    def prove_equivocation(
        self, signer: TransactionSigner, place: Place, placed: Placed, commit: bytes, signature: bytes
    ) -> Receipt:
        """A reviewer committed to one vote and signed another: takes his minimum stake. Emits ``Equivocated``."""
        return self._write(signer, "proveEquivocation", place, placed, commit, signature)

    def digest(self, place: Place, commit: bytes) -> bytes:
        """EIP-712 digest a reviewer signs for a commit."""
        return bytes(self._read("digestOf", place, commit))

    def proven(self, place: Place) -> bool:
        """Whether a reviewer was punished for this round."""
        key = abi_hash(("uint256", "uint256", "uint256", "address"), place.tuple())
        return bool(self._read("proven", key))
