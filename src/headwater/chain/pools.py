"""Pools: closing a campaign's pool, claims, and what anyone can prove wrong of a closing until it is final."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import Closing, ItemProof, Share, ShareProof, Terms
from headwater.chain.views import PoolStanding, ShareCall


class Pools(Contract):
    """A proof that holds voids the closing; half its bond becomes the signer's collateral."""

    NAME = "Pools"

    def prove_share_list(self, signer: TransactionSigner, closing: Closing, leaf: ShareProof) -> Receipt:
        """A leaf lists nothing, too much, not in order, or others than from its ``first`` on."""
        return self._write(signer, "proveShareList", closing, leaf)

    def prove_share_item(
        self,
        signer: TransactionSigner,
        closing: Closing,
        keys: Sequence[int],
        leaf: ShareProof,
        at: int,
        item: ItemProof,
    ) -> Receipt:
        """What a leaf lists at ``at`` is not an accepted item of its account in one of the closing's settlements."""
        return self._write(signer, "proveShareItem", closing, list(keys), leaf, at, item)

    def prove_share_weight(
        self, signer: TransactionSigner, closing: Closing, leaf: ShareProof, items: Sequence[ItemProof]
    ) -> Receipt:
        """A leaf's weight is not the sum of its items'; ``items`` are all it lists, in order."""
        return self._write(signer, "proveShareWeight", closing, leaf, list(items))

    def prove_share_sum(self, signer: TransactionSigner, closing: Closing, a: ShareProof, b: ShareProof) -> Receipt:
        """Running sums, order or total are wrong, or neighbours overlap; ``a`` may be ``b``."""
        return self._write(signer, "proveShareSum", closing, a, b)

    def prove_unlisted(
        self,
        signer: TransactionSigner,
        closing: Closing,
        keys: Sequence[int],
        item: ItemProof,
        low: ShareProof,
        high: ShareProof,
    ) -> Receipt:
        """An accepted item of the closing's settlements stands in no leaf: it belongs between ``low`` and ``high``."""
        return self._write(signer, "proveUnlisted", closing, list(keys), item, low, high)

    def call_share(self, signer: TransactionSigner, closing: Closing, index: int) -> Receipt:
        """Call for a leaf nobody can read, with ``call_bond`` of approved network token."""
        return self._write(signer, "callShare", closing, index)

    def show_share(self, signer: TransactionSigner, closing: Closing, leaf: ShareProof) -> Receipt:
        """Show a leaf that was called for; earns the call's bond."""
        return self._write(signer, "showShare", closing, leaf)

    def prove_unshown(self, signer: TransactionSigner, closing: Closing, index: int) -> Receipt:
        """A leaf that was called for was not shown in time."""
        return self._write(signer, "proveUnshown", closing, index)

    def refund_call(self, signer: TransactionSigner, tree: int, index: int) -> Receipt:
        """Return the bond of an unanswered call to its caller."""
        return self._write(signer, "refundCall", tree, index)

    def close(
        self,
        signer: TransactionSigner,
        campaign: int,
        terms: Terms,
        keys: Sequence[int],
        share_root: bytes,
        shares: int,
        total_weight: int,
        evidence: bytes,
    ) -> Receipt:
        """Close a pool with a bond of the signer's collateral; ``keys`` are all that stand. Emits ``Closed``."""
        tail = (share_root, shares, total_weight, evidence)
        return self._write(signer, "close", campaign, terms, list(keys), *tail)

    def claim(self, signer: TransactionSigner, closing: Closing, share: Share, proof: Sequence[bytes]) -> Receipt:
        """Pay a share of a final closing to its account, whoever signs."""
        return self._write(signer, "claim", closing, share, list(proof))

    def release(self, signer: TransactionSigner, closing: Closing) -> Receipt:
        """Unlock the bond of a final closing, and free what no share can claim."""
        return self._write(signer, "release", closing)

    def collect(self, signer: TransactionSigner, closing: Closing, watcher: str) -> Receipt:
        """Take the bond of a void closing: half to the watcher, half to the pool."""
        return self._write(signer, "collect", closing, watcher)

    def prove_missing_settlement(
        self, signer: TransactionSigner, closing: Closing, keys: Sequence[int], key: int
    ) -> Receipt:
        """A settlement of the campaign was left out."""
        return self._write(signer, "proveMissingSettlement", closing, list(keys), key)

    def closing_hash(self, campaign: int) -> bytes:
        """Hash of the closing that stands, or the zero word."""
        return bytes(self._read("closingHash", campaign))

    def standing(self, campaign: int) -> PoolStanding:
        return PoolStanding.of(self._read("standingOf", campaign))

    def is_claimed(self, campaign: int, index: int) -> bool:
        return bool(self._read("isClaimed", campaign, index))

    def call_of(self, tree: int, index: int) -> ShareCall:
        return ShareCall.of(self._read("callOf", tree, index))

    def call_bond(self) -> int:
        """Network token a call costs."""
        return int(self._read("callBond"))
