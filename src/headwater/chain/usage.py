"""Usage: roots of what was done with data, one chain of them a poster."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import UsageLink


class Usage(Contract):
    """Append only; the events have the links, the contract each chain's head."""

    NAME = "Usage"

    def anchor_usage(
        self, signer: TransactionSigner, dataset: int, number: int, root: bytes, count: int, cid: bytes
    ) -> Receipt:
        """Operators: anchor usage receipts of a dataset version."""
        return self._write(signer, "anchorUsage", dataset, number, root, count, cid)

    def anchor_releases(self, signer: TransactionSigner, root: bytes, count: int, cid: bytes) -> Receipt:
        """Key holders: anchor entries of their release log."""
        return self._write(signer, "anchorReleases", root, count, cid)

    def head(self, poster: str) -> bytes:
        """Hash of a poster's latest link, the zero word for none."""
        return bytes(self._read("headOf", poster))

    def link_hash(self, link: UsageLink) -> bytes:
        """As the contract reckons it; ``UsageLink.link_hash`` does so offline."""
        return bytes(self._read("linkHash", link))
