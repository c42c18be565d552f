"""Options that many commands share, and what they open."""

from __future__ import annotations

import json
import os
import sys
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from headwater.chain.contracts import Contracts
    from headwater.chain.signer import KeySigner
    from headwater.client.network import Network
    from headwater.node.home import Home
    from headwater.node.operator.desk import Desk
    from headwater.node.wallets import Wallets

HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Data folder; default HEADWATER_HOME, else the user's data folder.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print data as JSON on stdout.")]
AsOption = Annotated[str, typer.Option("--as", help="Name of the wallet to act with.")]
OperatorOption = Annotated[str, typer.Option("--operator", help="Wallet of the operator whose desk is in this home.")]
PeopleOption = Annotated[int, typer.Option("--people", min=0, help="People a viewer could recognise, who agreed.")]
ShowsOption = Annotated[
    list[str] | None,
    typer.Option("--shows", help="What they agreed to show, again for more: faces, voices, texts, positions."),
]
CampaignOption = Annotated[int, typer.Option("--campaign", help="Number of the campaign.")]
SomeCampaignOption = Annotated[int | None, typer.Option("--campaign", help="Number of the campaign.")]


def home_of(path: Path | None) -> Home:
    """The data folder: option, HEADWATER_HOME, or the platform's place for user data."""
    import platformdirs

    from headwater.node.home import Home

    chosen = path or os.environ.get("HEADWATER_HOME") or platformdirs.user_data_dir("headwater")
    return Home(Path(chosen).expanduser().absolute())


class Session:
    """A home and its network, opened for one command."""

    def __init__(self, home: Home, contracts: Contracts) -> None:
        self.home = home
        self.contracts = contracts

    @cached_property
    def network(self) -> Network:
        """For reading."""
        from headwater.client.network import Network
        from headwater.storage import LocalBlobStore

        return Network(self.contracts, LocalBlobStore(self.home.blobs))

    @cached_property
    def wallets(self) -> Wallets:
        """The home's wallets."""
        from headwater.node.local import is_local
        from headwater.node.wallets import Wallets

        return Wallets(self.home, local=is_local(self.contracts.chain))

    def signer(self, name: str) -> KeySigner:
        """The named wallet; HomeError or KeystoreError if it cannot be opened."""
        return self.wallets.open(name)

    def desk(self, operator: str) -> Desk:
        """An operator's desk in this home."""
        from headwater.node.database import open_database
        from headwater.node.operator.desk import Desk
        from headwater.storage import LocalBlobStore

        signer, blobs = self.signer(operator), LocalBlobStore(self.home.blobs)
        return Desk(self.contracts, blobs, signer, open_database(self.home.operator_db), self.home.work)

    def decimals(self, token: str) -> int:
        """Of a token, asked once."""
        if token not in self._decimals:
            self._decimals[token] = self.contracts.token(token).decimals()
        return self._decimals[token]

    def money(self, token: str, units: int) -> str:
        """``12.5 USDX``."""
        from headwater.primitives.amounts import from_units

        if token not in self._symbols:
            self._symbols[token] = self.contracts.token(token).symbol()
        return f"{from_units(units, self.decimals(token))} {self._symbols[token]}"

    def token(self, text: str) -> str:
        """Address of a token by name or address; IdError if it is neither."""
        from headwater.primitives.ids import checksum_address

        names = {"local-dollar": "LocalDollar", "network": "HeadwaterToken"}
        return self.contracts.deployment.address(names[text]) if text in names else checksum_address(text)

    @cached_property
    def _decimals(self) -> dict[str, int]:
        return {}

    @cached_property
    def _symbols(self) -> dict[str, str]:
        return {}


def session_of(path: Path | None) -> Session:
    """The home's network; HomeError, ChainDownError or NotDeployedError with what to do."""
    from headwater.node.local import contracts_of

    home = home_of(path)
    return Session(home, contracts_of(home))


def network_of(home: Home) -> Network:
    """The home's network, for reading."""
    from headwater.node.local import contracts_of

    return Session(home, contracts_of(home)).network


def wallets_of(home: Home, contracts: Contracts) -> Wallets:
    """The home's wallets."""
    return Session(home, contracts).wallets


def emit(value: Any) -> None:
    """Data on stdout: bytes as hex, big integers as they are."""
    json.dump(value, sys.stdout, indent=2, default=_plain)
    sys.stdout.write("\n")


def emit_line(value: Any) -> None:
    """One value on one line, at once, for readers that follow."""
    sys.stdout.write(json.dumps(value, default=_plain) + "\n")
    sys.stdout.flush()


def say(text: str) -> None:
    """Chatter on stderr, so that stdout stays data."""
    sys.stderr.write(text + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value)
