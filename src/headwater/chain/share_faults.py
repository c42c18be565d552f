"""ShareFaults: what anyone can prove wrong of a dataset version's shares until its sales unlock."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import ItemProof, ShareProof, Version
from headwater.chain.views import ShareCall


class ShareFaults(Contract):
    """A proof that holds voids the version; half its bond becomes the signer's collateral."""

    NAME = "ShareFaults"

    def prove_share_list(self, signer: TransactionSigner, version: Version, leaf: ShareProof) -> Receipt:
        """A leaf lists nothing, too much, not in order, or others than from its ``first`` on."""
        return self._write(signer, "proveShareList", version, leaf)

    def prove_share_item(
        self,
        signer: TransactionSigner,
        version: Version,
        keys: Sequence[int],
        leaf: ShareProof,
        at: int,
        item: ItemProof,
    ) -> Receipt:
        """What a leaf lists at ``at`` is not an accepted item of its account in one of the version's settlements."""
        return self._write(signer, "proveShareItem", version, list(keys), leaf, at, item)

    def prove_share_weight(
        self, signer: TransactionSigner, version: Version, leaf: ShareProof, items: Sequence[ItemProof]
    ) -> Receipt:
        """A leaf's weight is not the sum of its items'; ``items`` are all it lists, in order."""
        return self._write(signer, "proveShareWeight", version, leaf, list(items))

    def prove_share_sum(self, signer: TransactionSigner, version: Version, a: ShareProof, b: ShareProof) -> Receipt:
        """Running sums, order or total are wrong, or neighbours overlap; ``a`` may be ``b``."""
        return self._write(signer, "proveShareSum", version, a, b)

    def prove_unlisted(
        self,
        signer: TransactionSigner,
        version: Version,
        keys: Sequence[int],
        item: ItemProof,
        low: ShareProof,
        high: ShareProof,
    ) -> Receipt:
        """An accepted item of the version's settlements stands in no leaf: it belongs between ``low`` and ``high``."""
        return self._write(signer, "proveUnlisted", version, list(keys), item, low, high)

    def call_share(self, signer: TransactionSigner, version: Version, index: int) -> Receipt:
        """Call for a leaf nobody can read, with ``call_bond`` of approved network token."""
        return self._write(signer, "callShare", version, index)

    def show_share(self, signer: TransactionSigner, version: Version, leaf: ShareProof) -> Receipt:
        """Show a leaf that was called for; earns the call's bond."""
        return self._write(signer, "showShare", version, leaf)

    def prove_unshown(self, signer: TransactionSigner, version: Version, index: int) -> Receipt:
        """A leaf that was called for was not shown in time."""
        return self._write(signer, "proveUnshown", version, index)

    def refund_call(self, signer: TransactionSigner, tree: int, index: int) -> Receipt:
        """Return the bond of an unanswered call to its caller."""
        return self._write(signer, "refundCall", tree, index)

    def carry(
        self,
        signer: TransactionSigner,
        void: Version,
        void_keys: Sequence[int],
        successor: Version,
        keys: Sequence[int],
    ) -> Receipt:
        """Carry what buyers paid for a void version to a later one of the same dataset; emits ``Carried``."""
        return self._write(signer, "carry", void, list(void_keys), successor, list(keys))

    def call_of(self, tree: int, index: int) -> ShareCall:
        return ShareCall.of(self._read("callOf", tree, index))

    def call_bond(self) -> int:
        """Network token a call costs."""
        return int(self._read("callBond"))
