"""Balances, allowances and permits of the two tokens: the local dollar and the network token."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contract.model.cast import PEOPLE, TREASURY, WALLY, signer_of
from tests.contract.model.node import View
from tests.contract.model.state import MAX, State
from tests.contract.model.world import Draw, World, step, views

from headwater.primitives.abi import abi_hash
from headwater.primitives.hashing import keccak256

TOKENS = ("LocalDollar", "HeadwaterToken")
SPENDERS = ("Campaigns", "Stakes", "Datasets", "Advances", "ShareFaults", "Pools")
_DOMAIN = keccak256(b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
_PERMIT = keccak256(b"Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)")
_TITLES = {"LocalDollar": b"Local Dollar", "HeadwaterToken": b"Headwater"}


@step(weight=1)
def approve(world: World, draw: Draw) -> None:
    """Somebody lets a contract take nothing, little or everything."""
    who = draw.pick("who", PEOPLE).address
    token, spender = world.name(draw.pick("token", TOKENS)), world.name(draw.pick("spender", SPENDERS))
    amount = draw.pick("amount", (MAX, MAX, MAX, 1000, 0))

    def effect(s: State) -> None:
        s.allowances[token, who, spender] = amount

    world.take(who, token, "approve", spender, amount, effect=effect)


def permit(world: World, token: str, owner: str, spender: str, amount: int, deadline: int) -> tuple[int, bytes, bytes]:
    """v, r, s of leave for ``spender``, signed with the owner's present nonce."""
    title = next(_TITLES[name] for name in TOKENS if world.name(name) == token)
    types = ("bytes32", "bytes32", "bytes32", "uint256", "address")
    separator = abi_hash(types, (_DOMAIN, keccak256(title), keccak256(b"1"), world.node.chain_id, token))
    values = (_PERMIT, owner, spender, amount, world.s.nonces[token, owner], deadline)
    message = abi_hash(("bytes32", "address", "address", "uint256", "uint256", "uint256"), values)
    signature = signer_of(owner).sign_digest(keccak256(b"\x19\x01" + separator + message))
    return signature[64], signature[:32], signature[32:64]


def permitted(s: State, token: str, owner: str, spender: str, amount: int, *, good: bool) -> None:
    """A permit that is wrong changes nothing: the allowance decides."""
    if good:
        s.nonces[token, owner] += 1
        s.allowances[token, owner, spender] = amount


@views
def money(s: State) -> Iterator[View]:
    """Everybody's and every contract's balance, and that no unit came or went."""
    for name in TOKENS:
        token = s.names[name]
        accounts = [one.address for one in (*PEOPLE, WALLY, TREASURY)] + list(s.names.values())
        for account in accounts:
            yield View(f"{name} of {account}", token, "balanceOf", (account,), s.balances[token, account])
        for owner in PEOPLE:
            yield View(f"{name} nonce {owner}", token, "nonces", (owner.address,), s.nonces[token, owner.address])
            for spender in SPENDERS:
                pair = owner.address, s.names[spender]
                yield View(f"{name} allowance {pair}", token, "allowance", pair, s.allowances[token, *pair])
