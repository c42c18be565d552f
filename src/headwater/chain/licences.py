"""Licences: soulbound ERC-1155, the expiry packed with the balance."""

from __future__ import annotations

from headwater.chain.contract import Contract


class Licences(Contract):
    """Only Datasets mints; nobody transfers."""

    NAME = "Licences"

    def balance(self, account: str, licence: int) -> int:
        return int(self._read("balanceOf", account, licence))

    def expiry(self, account: str, licence: int) -> int:
        """Chain time the licence ends; 0 for ever, or for none at all (see ``is_valid``)."""
        return int(self._read("expiryOf", account, licence))

    def is_valid(self, account: str, licence: int) -> bool:
        """Whether the account holds it, unexpired."""
        return bool(self._read("isValid", account, licence))
