"""``headwater holder``: run a key holder."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater.cli.options import HomeOption, home_of

group = typer.Typer(help="Run a key holder.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="holder")


@group.command("up")
def holder_up(
    number: Annotated[int, typer.Argument(help="Which holder of this home, from 1.")], home: HomeOption = None
) -> None:
    """Serve key requests in the foreground until stopped."""
    import uvicorn

    from headwater.api.holder import holder_app
    from headwater.node.errors import HomeError
    from headwater.node.holder import HolderService
    from headwater.node.local import contracts_of, is_local, read_network
    from headwater.node.wallets import Wallets
    from headwater.vault import HolderSecret

    place = home_of(home)
    mine = next((h for h in read_network(place).holders if h.number == number), None)
    if mine is None:
        raise HomeError(f"key holder {number}", actual="not in this home", fix="run 'headwater up' first")
    contracts = contracts_of(place)
    password = Wallets(place, local=is_local(contracts.chain)).password()
    secret = HolderSecret.load(place.holder(number) / "keystore.json", password)
    service = HolderService(secret, contracts, place.holder(number))
    uvicorn.run(holder_app(service), host="127.0.0.1", port=mine.port, log_level="warning")
