"""Options that many commands share, and what they open."""

from __future__ import annotations

import json
import os
import sys
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


def home_of(path: Path | None) -> Home:
    """The data folder: option, HEADWATER_HOME, or the platform's place for user data."""
    import platformdirs

    from headwater.node.home import Home

    chosen = path or os.environ.get("HEADWATER_HOME") or platformdirs.user_data_dir("headwater")
    return Home(Path(chosen).expanduser().absolute())


def network_of(home: Home) -> Network:
    """The home's network, for reading."""
    from headwater.client.network import Network
    from headwater.node.local import contracts_of
    from headwater.storage import LocalBlobStore

    return Network(contracts_of(home), LocalBlobStore(home.blobs))


def wallets_of(home: Home, contracts: Contracts) -> Wallets:
    """The home's wallets."""
    from headwater.node.local import is_local
    from headwater.node.wallets import Wallets

    return Wallets(home, local=is_local(contracts.chain))


def desk_of(home: Home, contracts: Contracts, signer: KeySigner) -> Desk:
    """An operator's desk in this home."""
    from headwater.node.database import open_database
    from headwater.node.operator.desk import Desk
    from headwater.storage import LocalBlobStore

    engine = open_database(home.operator_db)
    return Desk(contracts, LocalBlobStore(home.blobs), signer, engine, home.work)


def emit(value: Any) -> None:
    """Data on stdout: bytes as hex, big integers as they are."""
    json.dump(value, sys.stdout, indent=2, default=_plain)
    sys.stdout.write("\n")


def say(text: str) -> None:
    """Chatter on stderr, so that stdout stays data."""
    sys.stderr.write(text + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return "0x" + value.hex()
    return str(value)
