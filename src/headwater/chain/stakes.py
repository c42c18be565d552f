"""Stakes: collateral, roles, key holders."""

from __future__ import annotations

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.views import Collateral, Holder, Unbonding

OPERATOR_ROLE, REVIEWER_ROLE, JUROR_ROLE, HOLDER_ROLE = 1, 2, 4, 8


class Stakes(Contract):
    """Tokens must be approved to this contract before ``deposit`` and ``join``."""

    NAME = "Stakes"

    def deposit(self, signer: TransactionSigner, token: str, amount: int) -> Receipt:
        """Add to the signer's free collateral."""
        return self._write(signer, "deposit", token, amount)

    def deposit_for(self, signer: TransactionSigner, account: str, token: str, amount: int) -> Receipt:
        """Add to another's free collateral, paid by the signer."""
        return self._write(signer, "depositFor", account, token, amount)

    def request_withdraw(self, signer: TransactionSigner, token: str, amount: int) -> Receipt:
        """Ask free collateral back; the unbonding delay starts (again, for the sum)."""
        return self._write(signer, "requestWithdraw", token, amount)

    def withdraw(self, signer: TransactionSigner, token: str) -> Receipt:
        """Take what was asked back, after the delay."""
        return self._write(signer, "withdraw", token)

    def join(self, signer: TransactionSigner, role: int, amount: int) -> Receipt:
        """Buy a role with the network token, or add to its stake."""
        return self._write(signer, "join", role, amount)

    def leave(self, signer: TransactionSigner, role: int) -> Receipt:
        """Give a role up."""
        return self._write(signer, "leave", role)

    def withdraw_stake(self, signer: TransactionSigner, role: int) -> Receipt:
        """Take the stake of a role that was left, after the delay."""
        return self._write(signer, "withdrawStake", role)

    def register_holder(self, signer: TransactionSigner, endpoint: str, public_key: bytes) -> Receipt:
        """Announce a key holder's address on the net and X25519 key (32 bytes)."""
        return self._write(signer, "registerHolder", endpoint, public_key)

    def collateral(self, account: str, token: str) -> Collateral:
        return Collateral(*self._read("collateralOf", account, token))

    def unbonding(self, account: str, token: str) -> Unbonding:
        return Unbonding(*self._read("unbondingOf", account, token))

    def stake(self, account: str, role: int) -> int:
        return int(self._read("stakeOf", account, role))

    def held_stake(self, account: str, role: int) -> int:
        """What open votes and cases may cost of the stake; it cannot be withdrawn."""
        return int(self._read("heldOf", account, role))

    def stake_unbonding(self, account: str, role: int) -> Unbonding:
        return Unbonding(*self._read("stakeUnbonding", account, role))

    def has_role(self, account: str, role: int) -> bool:
        return bool(self._read("hasRole", account, role))

    def members(self, role: int) -> list[str]:
        """Accounts with a role, in no lasting order."""
        return [self._read("memberAt", role, position) for position in range(self._read("memberCount", role))]

    def minimum(self, role: int) -> int:
        """Least stake of who joins a role now, in the network token."""
        return int(self._read("minimumOf", role))

    def holders(self) -> dict[int, Holder]:
        """Registered key holders by index (from 1); an account's latest index counts."""
        return {index: self.holder(index) for index in range(1, self._read("holderCount") + 1)}

    def holder(self, index: int) -> Holder:
        return Holder.of(self._read("holderAt", index))

    def holder_index(self, account: str) -> int:
        """The account's latest holder index, 0 if none."""
        return int(self._read("holderIndexOf", account))
