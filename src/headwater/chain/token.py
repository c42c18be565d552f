"""An ERC-20: balances, allowances, and permits (EIP-2612) that save the approving transaction."""

from __future__ import annotations

from typing import Any, Self

from headwater.chain import interface
from headwater.chain.errors import AnswerError, ChainError
from headwater.chain.models import Permit, Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.rpc import BlockTag, Chain
from headwater.primitives.abi import abi_hash
from headwater.primitives.eip712 import Signer
from headwater.primitives.hashing import keccak256

_DOMAIN = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_PERMIT = keccak256(b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
_ABI = "LocalDollar"  # an OpenZeppelin ERC20Permit, the surface every token here is asked for


class Token:
    """Any ERC-20 by address. ``mint`` is the local dollar's alone."""

    def __init__(self, chain: Chain, address: str, tag: BlockTag = "latest") -> None:
        self.chain = chain
        self.address = address
        self._tag = tag

    def at(self, tag: BlockTag) -> Self:
        """The same token read at another block."""
        return type(self)(self.chain, self.address, tag)

    def balance(self, account: str) -> int:
        """Smallest units."""
        return int(self._read("balanceOf", account))

    def allowance(self, owner: str, spender: str) -> int:
        return int(self._read("allowance", owner, spender))

    def decimals(self) -> int:
        return int(self._read("decimals"))

    def symbol(self) -> str:
        return str(self._read("symbol"))

    def total_supply(self) -> int:
        return int(self._read("totalSupply"))

    def transfer(self, signer: TransactionSigner, to: str, amount: int) -> Receipt:
        return self._write(signer, "transfer", to, amount)

    def approve(self, signer: TransactionSigner, spender: str, amount: int) -> Receipt:
        return self._write(signer, "approve", spender, amount)

    def mint(self, signer: TransactionSigner, to: str, amount: int) -> Receipt:
        """Local networks only; the signer deployed the dollar."""
        return self._write(signer, "mint", to, amount)

    def permit(self, signer: Signer, spender: str, amount: int, lifetime_s: int = 3600) -> Permit:
        """Sign leave for ``spender`` to take ``amount``, good for ``lifetime_s`` of chain time and one use.

        The domain is built here from the token's own address and this chain's id, never taken from the token: a token
        that claims another's domain would otherwise be handed a signature over that other's money.

        Raises:
            ChainError: the token's domain is not of that form; approve instead.
        """
        deadline = self.chain.now() + lifetime_s
        values = (_PERMIT, signer.address, spender, amount, self._read("nonces", signer.address), deadline)
        message = abi_hash(("bytes32", "address", "address", "uint256", "uint256", "uint256"), values)
        signature = signer.sign_digest(keccak256(b"\x19\x01" + self._domain_separator() + message))
        r, s, v = signature[:32], signature[32:64], signature[64]
        return Permit(signer.address, spender, amount, deadline, v, r, s)

    def _domain_separator(self) -> bytes:
        _, name, version, *_ = self._read("eip712Domain")
        hashes = (_DOMAIN, keccak256(name.encode()), keccak256(version.encode()))
        types = ("bytes32", "bytes32", "bytes32", "uint256", "address")
        separator = abi_hash(types, (*hashes, self.chain.chain_id, self.address))
        if separator != self._read("DOMAIN_SEPARATOR"):
            fix = "approve the contract in a transaction of its own instead of a permit"
            raise ChainError(f"token {self.address}", actual="permit domain of another contract or chain", fix=fix)
        return separator

    def _read(self, function: str, *args: Any) -> Any:
        abi = interface.load(_ABI)
        data = self.chain.call(self.address, abi.encode(function, args), contract="token", tag=self._tag)
        try:
            values = abi.decode(function, len(args), data)
        except AnswerError as error:
            fix = "give the address of an ERC-20 token"
            raise AnswerError(f"token {self.address}: {function}", actual=error.actual, fix=fix) from None
        return values[0] if len(values) == 1 else values

    def _write(self, signer: TransactionSigner, function: str, *args: Any) -> Receipt:
        mined = self.chain.send(signer, self.address, interface.load(_ABI).encode(function, args), contract="token")
        return Receipt(mined.tx, mined.block, mined.gas_used, ())
