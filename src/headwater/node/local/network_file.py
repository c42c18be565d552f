"""``network.json``: which network a home speaks to, and which processes it started."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field

from headwater.chain import deployment as deployments
from headwater.chain.contracts import Contracts
from headwater.chain.rpc import Chain
from headwater.node.errors import HomeError
from headwater.node.home import Home


@dataclass
class HolderProcess:
    """A key holder this home started; ``started`` is the kernel's start tick, so a reused pid is not taken for it."""

    number: int
    address: str
    port: int
    pid: int = 0
    started: str = ""


@dataclass
class NetworkFile:
    """Which network this home speaks to; ``own_chain`` if it started the chain itself."""

    rpc_url: str
    chain_id: int
    own_chain: bool
    holders: list[HolderProcess] = field(default_factory=list)

    def save(self, home: Home) -> None:
        """Writes the file, whole or not at all."""
        home.root.mkdir(parents=True, exist_ok=True)
        part = home.network.with_suffix(f".{os.getpid()}.part")
        part.write_text(json.dumps(asdict(self), indent=1))
        part.replace(home.network)


def read_network(home: Home) -> NetworkFile:
    """The home's network.

    Raises:
        HomeError: none was started or joined here, or the file is not one.
    """
    try:
        plain = json.loads(home.network.read_text())
        holders = [HolderProcess(**row) for row in plain.pop("holders")]
        return NetworkFile(**plain, holders=holders)
    except FileNotFoundError:
        raise HomeError(f"network of {home.root}", actual="none", fix="start one with 'headwater up'") from None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise HomeError(
            f"{home.network}", actual="not a network file", fix="delete it and run 'headwater up'"
        ) from None


def contracts_of(home: Home, rpc_url: str = "") -> Contracts:
    """Contracts of the home's network, through the node at ``rpc_url`` if one is given.

    Raises:
        HomeError, ChainDownError, NotDeployedError, WrongChainError: with what to do.
    """
    network = read_network(home)
    chain = Chain(rpc_url or network.rpc_url)
    found = deployments.load(home.deployments, network.chain_id)
    found.check(chain)
    return Contracts(chain, found)
