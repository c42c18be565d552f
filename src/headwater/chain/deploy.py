"""Putting the contracts on a chain.

They know each other by addresses fixed at creation, so all addresses are computed from the deployer's next nonces
first and checked one by one; a deployment that something came between is simply made again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from headwater.chain import interface
from headwater.chain.deployment import Deployment, Profile
from headwater.chain.errors import NotDeployedError
from headwater.chain.ports import TransactionSigner
from headwater.chain.rpc import Chain
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address

LICENCE_URI = "headwater:licence/{id}"


def deploy(chain: Chain, signer: TransactionSigner, profile: Profile, *, treasury: str | None = None) -> Deployment:
    """Deploy everything and check it is there.

    Args:
        signer: pays the gas, receives the network token's supply.
        treasury: receives the network fee; the signer by default.

    Raises:
        NotDeployedError: another transaction of the signer came between; deploy again.
        UnfundedError, ChainDownError: as ``Chain.send``.
    """
    first_block = chain.latest().number
    nonce = int(chain.request("eth_getTransactionCount", signer.address, "pending"), 16)
    names = [*(["LocalDollar"] if profile.local_dollar else []), *_NAMES]
    at = {name: created_address(signer.address, nonce + offset) for offset, name in enumerate(names)}
    arguments = _arguments(at, signer.address, treasury or signer.address, profile)
    for name in names:
        data = interface.load(name).creation(arguments[name])
        chain.send(signer, None, data, contract=name)
        if not chain.code(at[name]):
            fix = "deploy again, with an account nothing else sends from meanwhile"
            raise NotDeployedError(f"{name} at {at[name]}", actual="created elsewhere", fix=fix)
    return Deployment(chain.chain_id, at, first_block, profile)


def created_address(creator: str, nonce: int) -> str:
    """Address of the contract an account creates with a nonce: ``keccak256(rlp([creator, nonce]))[12:]``."""
    import rlp

    return checksum_address(keccak256(rlp.encode([bytes.fromhex(creator[2:]), nonce]))[12:].hex())


_NAMES = ("HeadwaterToken", "Stakes", "Campaigns", "Settlement", "Faults", "Datasets", "Licences", "Advances")


def _arguments(at: Mapping[str, str], deployer: str, treasury: str, profile: Profile) -> dict[str, Sequence[Any]]:
    """Constructor arguments by contract."""
    token, stakes, campaigns = at["HeadwaterToken"], at["Stakes"], at["Campaigns"]
    settlement, datasets = at["Settlement"], at["Datasets"]
    floors = (profile.min_settle, profile.min_challenge, profile.min_lapse)
    sales = (token, treasury, profile.publish_bond, profile.publish_window)
    return {
        "LocalDollar": (),
        "HeadwaterToken": (deployer, profile.supply),
        "Stakes": (token, campaigns, settlement, datasets, profile.unbonding, profile.minimums),
        "Campaigns": (stakes, settlement, floors),
        "Settlement": (campaigns, stakes, at["Faults"], at["Advances"]),
        "Faults": (settlement,),
        "Advances": (settlement,),
        "Datasets": ((campaigns, settlement, stakes, at["Licences"], *sales),),
        "Licences": (datasets, LICENCE_URI),
    }
