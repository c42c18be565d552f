"""ContentFaults: what anyone can prove wrong about an item's origin; what does not hold reverts."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.settlement import Proof
from headwater.chain.structs import Anchor, Contribution, Item, Origin, Pay, Posted, Terms


class ContentFaults(Contract):
    """A proof that holds voids the settlement for the signer; a copy its settler could not know of, only the item."""

    NAME = "ContentFaults"

    def prove_opening(
        self,
        signer: TransactionSigner,
        posted: Posted,
        anchor: Anchor,
        item: Item,
        item_proof: Proof,
        salt: bytes,
        signature_hash: bytes,
        leaf: bytes,
        anchor_proof: Proof,
    ) -> Receipt:
        """The item opens to another leaf than ``leaf``, which was anchored at its place."""
        opened = (salt, signature_hash, leaf, list(anchor_proof))
        return self._write(signer, "proveOpening", posted, anchor, item, list(item_proof), *opened)

    def prove_unopened(self, signer: TransactionSigner, posted: Posted, item: Item, item_proof: Proof) -> Receipt:
        """The item has no opening, and does not say that its data never came."""
        return self._write(signer, "proveUnopened", posted, item, list(item_proof))

    def prove_contribution(
        self, signer: TransactionSigner, posted: Posted, item: Item, item_proof: Proof, contribution: Contribution
    ) -> Receipt:
        """What was signed names another campaign or another contributor than the item."""
        return self._write(signer, "proveContribution", posted, item, list(item_proof), contribution)

    def prove_signature(
        self,
        signer: TransactionSigner,
        posted: Posted,
        anchor: Anchor,
        item: Item,
        item_proof: Proof,
        salt: bytes,
        signature: bytes,
    ) -> Receipt:
        """The signature is not the contributor's, and he had approved nothing when it was anchored."""
        return self._write(signer, "proveSignature", posted, anchor, item, list(item_proof), salt, signature)

    def prove_duplicate(
        self, signer: TransactionSigner, earlier: Origin, later: Origin, pay: Pay, pay_proof: Proof
    ) -> Receipt:
        """Two accepted items with the same content; ``pay`` is the leaf that pays the one anchored later."""
        return self._write(signer, "proveDuplicate", earlier, later, pay, list(pay_proof))

    def show(self, signer: TransactionSigner, origin: Origin) -> Receipt:
        """Write down for every settler that this content was accepted; emits ``ContentShown``."""
        return self._write(signer, "show", origin)

    def prove_skipped_anchor(self, signer: TransactionSigner, posted: Posted, terms: Terms, anchor: Anchor) -> Receipt:
        """A direct anchor the settlement had to cover was left out."""
        return self._write(signer, "proveSkippedAnchor", posted, terms, anchor)

    def shown_at(self, content_root: bytes) -> int | None:
        """Chain time since when everybody can know that this content was accepted."""
        return int(self._read("shownAt", content_root)) or None

    def is_item_void(self, key: int, item: int) -> bool:
        """Whether an item alone was voided, as a copy."""
        return bool(self._read("isItemVoid", key, item))
