"""``headwater holder``: run a key holder."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from headwater.cli.options import HomeOption, home_of

group = typer.Typer(help="Run a key holder.", no_args_is_help=True)
KeystoreOption = Annotated[
    Path | None,
    typer.Option(
        "--keystore", help="Key file of a holder anywhere, its shares beside it; HEADWATER_PASSWORD opens it."
    ),
]
RpcOption = Annotated[str, typer.Option("--rpc", help="The holder's own node; by default the home's.")]
PortOption = Annotated[int, typer.Option("--port", help="Where to listen; by default what the home says.")]
HostOption = Annotated[str, typer.Option("--host", help="Address to listen on; put TLS in front of any but loopback.")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="holder")


@group.command("up")
def holder_up(
    number: Annotated[int, typer.Argument(help="Which holder of this home, from 1.")] = 1,
    keystore: KeystoreOption = None,
    rpc: RpcOption = "",
    host: HostOption = "127.0.0.1",
    port: PortOption = 0,
    home: HomeOption = None,
) -> None:
    """Serve key requests in the foreground until stopped."""
    import uvicorn

    from headwater.api.holder import holder_app
    from headwater.node.errors import HomeError
    from headwater.node.holder import HolderService
    from headwater.node.keys import settled
    from headwater.node.local import contracts_of, is_local, read_network
    from headwater.node.wallets import Wallets

    place = home_of(home)
    contracts = contracts_of(place, rpc)
    mine = next((h for h in read_network(place).holders if h.number == number), None)
    if keystore is None and mine is None:
        raise HomeError(f"key holder {number}", actual="not in this home", fix="run 'headwater up', or give --keystore")
    if not port and mine is None:
        raise HomeError("port", actual="none given", fix="say with --port where to listen")
    file = keystore or place.holder(number) / "keystore.json"
    secret = settled(contracts, file, Wallets(place, local=is_local(contracts.chain)).password())
    service = HolderService(secret, contracts, file.parent)
    service.keep_sweeping()
    uvicorn.run(holder_app(service), host=host, port=port or (mine.port if mine else 0), log_level="warning")
