"""The network token as what one votes with."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner


class Votes(Contract):
    """Tokens vote once they are delegated, to their holder or another; staked ones do not vote."""

    NAME = "HeadwaterToken"

    def delegate(self, signer: TransactionSigner, to: str) -> Receipt:
        """Let ``to`` vote with the signer's tokens, those to come as well."""
        return self._write(signer, "delegate", to)

    def of(self, account: str) -> int:
        """Votes now."""
        return int(self._read("getVotes", account))

    def at_time(self, account: str, when: int) -> int:
        """Votes at a second that is past."""
        return int(self._read("getPastVotes", account, when))

    def delegate_of(self, account: str) -> str:
        """Who votes with an account's tokens; the zero address for nobody."""
        return str(self._read("delegates", account))
