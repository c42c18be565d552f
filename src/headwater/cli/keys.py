"""``headwater keys``: what a key holder of this home keeps, a new opening key, shares that must go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.options import HomeOption, JsonOption, emit, home_of, say

if TYPE_CHECKING:
    from pathlib import Path

    from headwater.chain.contracts import Contracts
    from headwater.node.holder import HolderService
    from headwater.vault import HolderSecret

group = typer.Typer(help="A key holder's own keys and shares.", no_args_is_help=True)
NumberArgument = Annotated[int, typer.Argument(help="Which holder of this home, from 1.")]
ForgetOption = Annotated[bool, typer.Option("--forget", help="Destroy the key before this one instead of making one.")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="keys")


@group.command("status")
def status(number: NumberArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Whether chain and keystore agree, and how many shares and receipts there are."""
    from dataclasses import asdict

    from headwater.cli.printing import facts
    from headwater.node.keys import status as status_of

    service, secret, contracts = _opened(number, home)
    found = asdict(status_of(service, secret, contracts))
    if as_json:
        emit(found)
        return
    facts(list(found.items()))


@group.command("rotate")
def rotate(number: NumberArgument, forget: ForgetOption = False, home: HomeOption = None) -> None:
    """Make a fresh opening key and register it; restart the holder afterwards. The signing key stays."""
    from headwater.node import keys

    contracts, keystore, password = _place(number, home)
    change = keys.forget if forget else keys.rotate
    secret = change(contracts, keystore, password)
    say("the previous opening key is destroyed" if forget else "the previous opening key is kept until --forget")
    typer.echo(secret.public_key.hex())


@group.command("repair")
def repair(number: NumberArgument, home: HomeOption = None) -> None:
    """Get lost shares of everything on sale back from the other holders, without the keys standing anywhere."""
    from headwater.client.network import Network
    from headwater.node.mending import mend
    from headwater.storage import LocalBlobStore

    service, _, contracts = _opened(number, home)
    done, failed = mend(service, Network(contracts, LocalBlobStore(home_of(home).blobs)))
    say(f"{done} shares restored, {len(failed)} not; {service.shelf.count()} on the shelf")
    for line in failed:
        say(line)
    if failed:
        raise typer.Exit(2)


@group.command("revoke")
def revoke(number: NumberArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Destroy every share whose consent was withdrawn, and sign a receipt for each."""
    service, _, _ = _opened(number, home)
    made = [one.statement for one in service.sweep()]
    if as_json:
        emit([{"contribution": one.contribution.hex(), "envelope": one.envelope.hex()} for one in made])
        return
    say(f"{len(made)} shares destroyed, {len(service.shelf.destroyed())} in all")


def _opened(number: int, home: Path | None) -> tuple[HolderService, HolderSecret, Contracts]:
    from headwater.node.holder import HolderService
    from headwater.node.keys import settled

    contracts, keystore, password = _place(number, home)
    secret = settled(contracts, keystore, password)
    return HolderService(secret, contracts, keystore.parent), secret, contracts


def _place(number: int, home: Path | None) -> tuple[Contracts, Path, str]:
    from headwater.node.errors import HomeError
    from headwater.node.local import contracts_of, is_local
    from headwater.node.wallets import Wallets

    place = home_of(home)
    keystore = place.holder(number) / "keystore.json"
    if not keystore.exists():
        raise HomeError(f"key holder {number}", actual="not in this home", fix="run 'headwater up' first")
    contracts = contracts_of(place)
    return contracts, keystore, Wallets(place, local=is_local(contracts.chain)).password()
