"""Datasets: versions, sales, shares, withdrawn consent, and the one view of access."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contract import Contract
from headwater.chain.models import Permit, Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.settlement import Proof
from headwater.chain.structs import Item, Posted, Share, Terms, Use, Version
from headwater.chain.views import Sales, SalesPaid
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.ids import ZERO_ADDRESS

_NO_TERMS = Terms(ZERO_ADDRESS, ZERO_ADDRESS, ZERO_WORD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, ZERO_WORD, 0, 0, 0, 0, 0)


class Datasets(Contract):
    """Datasets count from 1, versions of one from 1."""

    NAME = "Datasets"

    def create(self, signer: TransactionSigner, campaign: int, terms: Terms) -> Receipt:
        """Mint a campaign's dataset to its requester, once; emits ``DatasetCreated``."""
        return self._write(signer, "create", campaign, terms)

    def create_own(self, signer: TransactionSigner) -> Receipt:
        """Mint a dataset for the signer's own data."""
        return self._write(signer, "createOwn")

    def publish(
        self, signer: TransactionSigner, version: Version, settlements: Sequence[int] = (), terms: Terms | None = None
    ) -> Receipt:
        """Publish the next version; ``settlements`` and ``terms`` only for a campaign's dataset."""
        return self._write(signer, "publish", terms or _NO_TERMS, version, list(settlements))

    def buy(self, signer: TransactionSigner, version: Version, offer: int, to: str, use: Use) -> Receipt:
        """Buy a licence for ``to`` with approved tokens, declaring its use; emits ``Sold``."""
        return self._write(signer, "buy", version, offer, to, use)

    def buy_with_permit(
        self, signer: TransactionSigner, version: Version, offer: int, to: str, use: Use, permit: Permit
    ) -> Receipt:
        """Buy in one transaction; the permit is for this contract and exactly the price."""
        tail = (permit.deadline, permit.v, permit.r, permit.s)
        return self._write(signer, "buyWithPermit", version, offer, to, use, *tail)

    def claim_share(self, signer: TransactionSigner, version: Version, share: Share, proof: Proof) -> Receipt:
        """Pay a share what the pool has grown by; to its account, whoever signs."""
        return self._write(signer, "claimShare", version, share, list(proof))

    def claim_owner(self, signer: TransactionSigner, version: Version) -> Receipt:
        """Pay the dataset's present owner."""
        return self._write(signer, "claimOwner", version)

    def claim_fee(self, signer: TransactionSigner, version: Version) -> Receipt:
        """Pay the network fee to the treasury."""
        return self._write(signer, "claimFee", version)

    def release_bond(self, signer: TransactionSigner, version: Version) -> Receipt:
        """Unlock the publisher's bond once the version's window has passed."""
        return self._write(signer, "releaseBond", version)

    def withdraw_consent(self, signer: TransactionSigner, posted: Posted, item: Item, proof: Proof) -> Receipt:
        """Withdraw the signer's consent for an accepted contribution, for ever."""
        return self._write(signer, "withdrawConsent", posted, item, list(proof))

    def withdraw_own(self, signer: TransactionSigner, dataset: int, contribution: bytes) -> Receipt:
        """Withdraw a contribution of the signer's own dataset, for ever."""
        return self._write(signer, "withdrawOwn", dataset, contribution)

    def entitled(self, licence: int, dataset: int, version: int, contribution: bytes, holder: str) -> bool:
        """Whether ``holder`` may have the contribution's key; that it is in the version is proven apart."""
        return bool(self._read("entitled", licence, dataset, version, contribution, holder))

    def entitled_all(
        self, licence: int, dataset: int, version: int, contributions: Sequence[bytes], holder: str
    ) -> list[bool]:
        """``entitled`` of many contributions, at one block."""
        rows = [(licence, dataset, version, one, holder) for one in contributions]
        return self._ask_many("entitled", rows)

    def owner_of(self, dataset: int) -> str:
        return str(self._read("ownerOf", dataset))

    def version_hash(self, key: int) -> bytes:
        """``Version.hash()`` under a version key, or the zero word."""
        return bytes(self._read("versionHash", key))

    def sales(self, key: int) -> Sales:
        return Sales.of(self._read("salesOf", key))

    def paid(self, key: int) -> SalesPaid:
        return SalesPaid.of(self._read("paidOf", key))

    def fee_paid(self, key: int) -> int:
        """What of the network fee was claimed so far."""
        return int(self._read("feePaid", key))

    def share_claimed(self, key: int, index: int) -> int:
        """What a share was paid so far."""
        return int(self._read("shareClaimed", key, index))

    def bond(self, key: int) -> tuple[str, int]:
        """Publisher and the network token still locked for a version."""
        publisher, amount = self._read("bondOf", key)
        return str(publisher), int(amount)

    def latest(self, dataset: int) -> int:
        """Number of the latest version, 0 if none."""
        return int(self._read("latestOf", dataset))

    def campaign_of(self, dataset: int) -> int:
        """0 for own data."""
        return int(self._read("campaignOf", dataset))

    def dataset_of(self, campaign: int) -> int:
        """0 until created."""
        return int(self._read("datasetOf", campaign))

    def is_withdrawn(self, dataset: int, contribution: bytes) -> bool:
        return bool(self._read("isWithdrawn", dataset, contribution))

    def withdrawn_all(self, dataset: int, contributions: Sequence[bytes]) -> list[bool]:
        """``is_withdrawn`` of many contributions, at one block."""
        return self._ask_many("isWithdrawn", [(dataset, one) for one in contributions])

    def licence_id(self, key: int, offer: int, terms: bytes) -> int:
        """As the contract reckons it; ``structs.licence_id`` does so offline."""
        return int(self._read("licenceId", key, offer, terms))

    def count(self) -> int:
        return int(self._read("datasetCount"))
