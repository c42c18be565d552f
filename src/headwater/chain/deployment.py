"""Where the contracts are: one JSON file per chain id."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from headwater.chain.errors import NotDeployedError, WrongChainError
from headwater.chain.rpc import Chain
from headwater.primitives.ids import IdError, checksum_address

_COIN = 10**18  # the network token's smallest units


@dataclass(frozen=True)
class Profile:
    """What is fixed at deployment. Windows in seconds of chain time, stakes in smallest units of the network token.

    Attributes:
        min_settle, min_challenge, min_lapse: floors a campaign's windows must keep.
        unbonding: wait between asking collateral or a stake back and getting it.
        publish_window: wait between publishing a dataset version and its pools.
        publish_bond: what a publisher locks meanwhile.
        call_bond: what calling for evidence costs if it is shown.
        minimums: least stake of operator, reviewer, juror and key holder.
        supply: of the network token, all of it to the deployer.
        local_dollar: also deploy a mintable dollar, for demos.
    """

    name: str
    min_settle: int
    min_challenge: int
    min_lapse: int
    unbonding: int
    publish_window: int
    publish_bond: int
    call_bond: int
    minimums: tuple[int, int, int, int]
    supply: int
    local_dollar: bool


_HOUR, _DAY = 3600, 86_400
LOCAL = Profile(
    "local",
    min_settle=2,
    min_challenge=2,
    min_lapse=5,
    unbonding=3,
    publish_window=2,
    publish_bond=100 * _COIN,
    call_bond=_COIN,
    minimums=(1_000 * _COIN, 100 * _COIN, 100 * _COIN, 1_000 * _COIN),
    supply=1_000_000_000 * _COIN,
    local_dollar=True,
)
PUBLIC = Profile(
    "public",
    min_settle=72 * _HOUR,
    min_challenge=48 * _HOUR,
    min_lapse=14 * _DAY,
    unbonding=21 * _DAY,
    publish_window=48 * _HOUR,
    publish_bond=1_000 * _COIN,
    call_bond=20 * _COIN,
    minimums=(10_000 * _COIN, 1_000 * _COIN, 1_000 * _COIN, 10_000 * _COIN),
    supply=1_000_000_000 * _COIN,
    local_dollar=False,
)
PROFILES: Mapping[str, Profile] = {one.name: one for one in (LOCAL, PUBLIC)}


@dataclass(frozen=True)
class Deployment:
    """Contracts of one network.

    Attributes:
        contracts: address by contract name.
        block: number of the first block that may hold an event of theirs.
        deployer: created them and received the network token; empty in files of before it was written down.
        treasury: receives the network fee.
        transactions: hash of the creating transaction by contract name.
    """

    chain_id: int
    contracts: Mapping[str, str]
    block: int
    profile: Profile
    deployer: str = ""
    treasury: str = ""
    transactions: Mapping[str, str] = field(default_factory=dict)

    def address(self, name: str) -> str:
        """Address of a contract.

        Raises:
            NotDeployedError: it is not part of this deployment.
        """
        try:
            return self.contracts[name]
        except KeyError:
            known = ", ".join(sorted(self.contracts))
            raise NotDeployedError(f"contract {name}", actual="not in the deployment", allowed=known) from None

    def check(self, chain: Chain) -> None:
        """Refuse a chain that is another one or does not carry these contracts.

        Raises:
            WrongChainError: another chain id.
            NotDeployedError: no code at one of the addresses.
        """
        self.check_chain(chain)
        for name, address in self.contracts.items():
            if not chain.code(address):
                fix = "deploy again: this chain was started afresh, or the file is of another one"
                raise NotDeployedError(f"{name} at {address}", actual="no code", fix=fix)

    def check_chain(self, chain: Chain) -> None:
        """Refuse another chain; WrongChainError."""
        if chain.chain_id != self.chain_id:
            fix = "use the RPC address the network was deployed to"
            raise WrongChainError("chain id", actual=chain.chain_id, allowed=self.chain_id, fix=fix)

    def save(self, folder: Path) -> Path:
        """Write ``CHAIN_ID.json``, whole or not at all; its path."""
        path = folder / f"{self.chain_id}.json"
        self.write(path)
        return path

    def write(self, path: Path) -> None:
        """Write this very file, whole or not at all."""
        write_json(path, asdict(self))


def load(folder: Path, chain_id: int) -> Deployment:
    """The saved deployment of a chain.

    Raises:
        NotDeployedError: none, or a file that is not one.
    """
    path = folder / f"{chain_id}.json"
    if not path.exists():
        fix = "start a local network with 'headwater up', or copy the network's deployment file there"
        raise NotDeployedError(f"network on chain {chain_id}", actual=f"no {path}", fix=fix)
    return read(path)


def read(path: Path) -> Deployment:
    """A deployment file.

    Raises:
        NotDeployedError: absent, or not one.
    """
    try:
        content = json.loads(path.read_text())
        contracts = {str(name): checksum_address(address) for name, address in content["contracts"].items()}
        deployer, treasury = (content.get(role, "") for role in ("deployer", "treasury"))
        return Deployment(
            int(content["chain_id"]),
            contracts,
            int(content["block"]),
            profile_of(content["profile"]),
            checksum_address(deployer) if deployer else "",
            checksum_address(treasury) if treasury else "",
            {str(name): str(tx) for name, tx in content.get("transactions", {}).items()},
        )
    except FileNotFoundError:
        fix = "name the network's deployment file, or deploy one with 'headwater deploy'"
        raise NotDeployedError(f"deployment file {path}", actual="no such file", fix=fix) from None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IdError):
        fix = "copy the network's deployment file again"
        raise NotDeployedError(f"deployment file {path}", actual="not a deployment", fix=fix) from None


def profile_of(content: Any) -> Profile:
    """A profile from what ``asdict`` made of it and JSON kept; errors as a dict and a call give them."""
    return Profile(**{**content, "minimums": tuple(content["minimums"])})


def write_json(path: Path, content: Any) -> None:
    """Write a file, whole or not at all, and have it on disk before returning."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with part.open("w") as file:
            json.dump(content, file, indent=2, sort_keys=True)
            file.write("\n")
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
