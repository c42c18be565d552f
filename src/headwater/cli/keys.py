"""``headwater keys``: what a key holder of this home keeps, a new opening key, shares that must go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.options import AsOption, HomeOption, JsonOption, emit, home_of, say, session_of

if TYPE_CHECKING:
    from headwater.chain.contracts import Contracts
    from headwater.node.holder import HolderService
    from headwater.records.holder_fault import HolderFault
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


FaultArgument = Annotated[Path, typer.Argument(help="A holder-fault/1 record: what shows that a part was wrong.")]


@group.command("judge")
def judge(file: FaultArgument, home: HomeOption = None) -> None:
    """Recompute what a record says of a key holder. Exit 0: the part was wrong; 1: the record shows nothing."""
    from headwater.vault.errors import FaultError
    from headwater.vault.faults import judge as judged

    fault = _fault(file)
    try:
        typer.echo(judged(fault, session_of(home).network.contracts.campaigns_domain))
    except FaultError as error:
        typer.echo(error.line())
        raise typer.Exit(1) from None


@group.command("accuse")
def accuse(file: FaultArgument, name: AsOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take a wrong part to the holder's stake: at once where the receipt is proof, else before a jury, which costs its
    fee in the chain's coin."""
    from headwater.client.key_faults import pursue

    session = session_of(home)
    done = pursue(session.network, session.signer(name), _fault(file))
    say(done.wrong)
    if as_json:
        emit({"wrong": done.wrong, "dispute": done.dispute})
    elif done.dispute is None:
        typer.echo("proven: the stake is taken")
    else:
        typer.echo(f"before a jury: dispute {done.dispute}")


def _fault(file: Path) -> HolderFault:
    from headwater.client.errors import ClientError
    from headwater.records import codec
    from headwater.records.holder_fault import HolderFault

    try:
        data = file.read_bytes()
    except OSError as error:
        what = f"evidence against a key holder, {file}"
        raise ClientError(what, actual=error.strerror, allowed="a holder-fault/1 record", fix="name its file") from None
    return codec.decode(HolderFault, data)


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
