"""Settlement: verdicts and pay, claimed by proof, final unless proven wrong."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import WORD_LEAVES, Anchor, Due, Pay, Posted, SettleInput, Terms
from headwater.chain.views import Slot

Proof = Sequence[bytes]


class Settlement(Contract):
    """Proofs are lists of 32-byte words (``primitives.merkle``)."""

    NAME = "Settlement"

    def settle(self, signer: TransactionSigner, terms: Terms, anchors: Sequence[Anchor], given: SettleInput) -> Receipt:
        """Post verdicts and pay for the next anchors of the queue; emits ``Settled``."""
        return self._write(signer, "settle", terms, list(anchors), given)

    def resettle(
        self,
        signer: TransactionSigner,
        terms: Terms,
        anchors: Sequence[Anchor],
        given: SettleInput,
        voided: Sequence[tuple[Posted, str]],
    ) -> Receipt:
        """Replace a voided settlement over exactly its anchors; ``voided`` has every earlier attempt, 0 first, and who
        proved it wrong.
        """
        posted, watchers = [one for one, _ in voided], [who for _, who in voided]
        return self._write(signer, "resettle", terms, list(anchors), given, posted, watchers)

    def claim(self, signer: TransactionSigner, posted: Posted, pay: Pay, proof: Proof) -> Receipt:
        """Pay one leaf to its account, whoever signs; ``proof`` as ``market.PayTree`` makes it."""
        return self._write(signer, "claim", posted.head(), pay, list(proof))

    def claim_many(
        self, signer: TransactionSigner, posted: Sequence[Posted], pays: Sequence[Pay], proofs: Sequence[Proof]
    ) -> Receipt:
        """One leaf of each of several settlements."""
        heads = [one.head() for one in posted]
        return self._write(signer, "claimMany", heads, list(pays), [list(proof) for proof in proofs])

    def push(self, signer: TransactionSigner, posted: Posted, pays: Sequence[Pay], proof: Proof, top: Proof) -> Receipt:
        """Pay consecutive leaves of one word. Skips what is paid or a token refuses.

        Args:
            proof: neighbours within the word. top: the word's budget and its siblings.
        """
        first = pays[0]
        where = (first.index, first.cumulative - first.amount)
        dues = [Due.of_pay(pay) for pay in pays]
        return self._write(signer, "push", posted.head(), dues, *where, list(proof), list(top))

    def release(
        self, signer: TransactionSigner, posted: Posted, terms: Terms, anchors: Sequence[Anchor], verdicts: bytes
    ) -> Receipt:
        """Unlock bond and deposits of a final settlement, forfeit those of verdicts 2 and 3."""
        return self._write(signer, "release", posted, terms, list(anchors), verdicts)

    def reclaim(
        self, signer: TransactionSigner, posted: Posted, watcher: str, terms: Terms, anchors: Sequence[Anchor]
    ) -> Receipt:
        """Unlock the deposits of a settlement ``watcher`` voided and nobody replaced in time."""
        return self._write(signer, "reclaim", posted, watcher, terms, list(anchors))

    def collect(self, signer: TransactionSigner, posted: Posted, watcher: str) -> Receipt:
        """Take the bond of a void settlement: half to its watcher's collateral, half to the campaign."""
        return self._write(signer, "collect", posted, watcher)

    def slot(self, key: int) -> Slot:
        return Slot.of(self._read("slotOf", key))

    def paid(self, key: int, pay_count: int) -> int:
        """What a settlement with so many pay leaves has paid, smallest units."""
        words = range(-(-pay_count // WORD_LEAVES))
        return sum(int(self._read("wordOf", key, word)[1]) for word in words)

    def assignee(self, campaign: int, first_item: int, account: str) -> str | None:
        """Who took over an account's claim to the items from ``first_item`` on."""
        found = str(self._read("assigneeOf", campaign, first_item, account))
        return None if int(found, 16) == 0 else found

    def is_final(self, key: int) -> bool:
        return bool(self._read("isFinal", key))

    def is_paid(self, key: int, index: int) -> bool:
        """Whether the pay leaf at an index was paid."""
        return bool(self._read("isPaid", key, index))
