"""The chain: a node's RPC, one wrapper per contract, typed events, signers, deployments, a local anvil.

Importing this room is cheap: eth-account, eth-abi and httpx load when first needed.
"""

from __future__ import annotations

from headwater.chain.contracts import Contracts, connect
from headwater.chain.cursor import Cursor, Follower, Step
from headwater.chain.deploy import deploy
from headwater.chain.deployment import LOCAL, PROFILES, PUBLIC, Deployment, Profile
from headwater.chain.errors import (
    AnvilError,
    ArtifactError,
    ChainDownError,
    ChainError,
    KeystoreError,
    NotDeployedError,
    NotMinedError,
    NotSupportedError,
    RevertError,
    RpcError,
    UnfundedError,
    WrongChainError,
)
from headwater.chain.events import Event, Position, read_events
from headwater.chain.models import Block, Log, Mined, Permit, Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.rpc import FINAL, LOCAL_CHAIN, Chain
from headwater.chain.signer import KeySigner, keystore_read, keystore_write
from headwater.chain.token import Token
from headwater.chain.wallets import ChainWallets

__all__ = [
    "FINAL",
    "LOCAL",
    "LOCAL_CHAIN",
    "PROFILES",
    "PUBLIC",
    "AnvilError",
    "ArtifactError",
    "Block",
    "Chain",
    "ChainDownError",
    "ChainError",
    "ChainWallets",
    "Contracts",
    "Cursor",
    "Deployment",
    "Event",
    "Follower",
    "KeySigner",
    "KeystoreError",
    "Log",
    "Mined",
    "NotDeployedError",
    "NotMinedError",
    "NotSupportedError",
    "Permit",
    "Position",
    "Profile",
    "Receipt",
    "RevertError",
    "RpcError",
    "Step",
    "Token",
    "TransactionSigner",
    "UnfundedError",
    "WrongChainError",
    "connect",
    "deploy",
    "keystore_read",
    "keystore_write",
    "read_events",
]
