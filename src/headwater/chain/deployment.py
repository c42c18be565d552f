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


Windows = tuple[int, int, int, int, int]  # settle, challenge, lapse, publish, epoch
Range = tuple[int, int, int]  # floor, first value, ceiling
CourtWindows = tuple[int, int, int, int]  # draw, commit, reveal, appeal


@dataclass(frozen=True)
class Profile:
    """What a network begins with. Seconds of chain time, stakes and bonds in smallest units of the network token.

    First values are governance's to change between the bounds; everything else is for good.

    Attributes:
        windows: first values: what a campaign's windows must keep, a version's and an epoch's.
        floors: what no vote takes a window below.
        fees: first network fee, first ceilings of review and operator fee, in 1/10,000.
        publish_bonds, epoch_bonds: what a publisher locks, and who posts an epoch.
        demand_bond: what asking for an epoch's rows locks; call_bond: for a settlement's evidence.
        minimums: first least stake of operator, reviewer, juror and key holder.
        stake_bounds: floor and ceiling of all four.
        unbonding: wait between asking collateral or a stake back and getting it.
        suite: digest of the check suite's table of weights.
        voting, voting_floors: seconds from a proposal to its vote, and of the vote.
        threshold: votes a proposer needs; quorum_percent: of the supply, that make a vote count.
        timelock, timelock_floor: wait between passing and execution.
        court, court_floors: windows of a round; of the first least stake a wrong juror loses a quarter, an absent one
            half.
        juror_fee, juror_fee_cap: what a juror earns in a round, in the chain's coin.
        supply: of the network token, all of it to the deployer.
        local_dollar: also deploy a mintable dollar, for demos.
    """

    name: str
    windows: Windows
    floors: Windows
    fees: tuple[int, int, int]
    publish_bonds: Range
    epoch_bonds: Range
    demand_bond: int
    call_bond: int
    minimums: tuple[int, int, int, int]
    stake_bounds: tuple[int, int]
    unbonding: int
    suite: str
    voting: tuple[int, int]
    voting_floors: tuple[int, int]
    threshold: int
    quorum_percent: int
    timelock: int
    timelock_floor: int
    court: CourtWindows
    court_floors: CourtWindows
    juror_fee: int
    juror_fee_cap: int
    supply: int
    local_dollar: bool

    @property
    def publish_bond(self) -> int:
        """First value of it."""
        return self.publish_bonds[1]


_HOUR, _DAY = 3600, 86_400
_SUITE_3 = "0x2c0d568091c504425c1e9cdfc3dce4ffe82e4d7591fe7af4be8f04bc0c01abd5"
LOCAL = Profile(
    "local",
    windows=(2, 2, 5, 2, 4),
    floors=(2, 2, 5, 2, 2),
    fees=(250, 300, 1_000),
    publish_bonds=(0, 100 * _COIN, 10_000 * _COIN),
    epoch_bonds=(100 * _COIN, 500 * _COIN, 10_000 * _COIN),
    demand_bond=10 * _COIN,
    call_bond=_COIN,
    minimums=(1_000 * _COIN, 100 * _COIN, 100 * _COIN, 1_000 * _COIN),
    stake_bounds=(50 * _COIN, 10_000 * _COIN),
    unbonding=30,
    suite=_SUITE_3,
    voting=(1, 5),
    voting_floors=(1, 2),
    threshold=1_000_000 * _COIN,
    quorum_percent=4,
    timelock=2,
    timelock_floor=1,
    court=(1, 2, 2, 2),
    court_floors=(1, 1, 1, 1),
    juror_fee=10**15,
    juror_fee_cap=10**17,
    supply=1_000_000_000 * _COIN,
    local_dollar=True,
)
PUBLIC = Profile(
    "public",
    windows=(72 * _HOUR, 48 * _HOUR, 30 * _DAY, 48 * _HOUR, 72 * _HOUR),
    floors=(24 * _HOUR, 24 * _HOUR, 7 * _DAY, 24 * _HOUR, 48 * _HOUR),
    fees=(250, 300, 1_000),
    publish_bonds=(100 * _COIN, 1_000 * _COIN, 10_000 * _COIN),
    epoch_bonds=(1_000 * _COIN, 5_000 * _COIN, 50_000 * _COIN),
    demand_bond=50 * _COIN,
    call_bond=20 * _COIN,
    minimums=(10_000 * _COIN, 1_000 * _COIN, 1_000 * _COIN, 10_000 * _COIN),
    stake_bounds=(500 * _COIN, 100_000 * _COIN),
    unbonding=21 * _DAY,
    suite=_SUITE_3,
    voting=(2 * _DAY, 5 * _DAY),
    voting_floors=(1 * _DAY, 3 * _DAY),
    threshold=1_000_000 * _COIN,
    quorum_percent=4,
    timelock=3 * _DAY,
    timelock_floor=2 * _DAY,
    court=(24 * _HOUR, 24 * _HOUR, 24 * _HOUR, 48 * _HOUR),
    court_floors=(12 * _HOUR, 12 * _HOUR, 12 * _HOUR, 24 * _HOUR),
    juror_fee=10**15,
    juror_fee_cap=10**17,
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
        treasury: the first one; receives the network fee until governance names another.
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
    values: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in content.items()}
    return Profile(**values)


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
