"""``headwater wallet``: named key files of this home."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater.cli.options import HomeOption, JsonOption, emit, say, session_of
from headwater.cli.printing import facts, table

group = typer.Typer(help="Key files of this home.", no_args_is_help=True)
NameArgument = Annotated[str, typer.Argument(help="Name of the wallet: small letters, digits, dashes.")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="wallet")


@group.command("new")
def new(name: NameArgument, home: HomeOption = None) -> None:
    """Make a wallet, or find the one of that name. Prints its address."""
    session = session_of(home)
    known = name in session.wallets.names()
    made = session.wallets.create(name)
    say(f"wallet {name} was there already" if known else f"wallet {name} made in {session.home.wallets}")
    typer.echo(made.address)


@group.command("list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Wallets of this home."""
    session = session_of(home)
    rows = [{"name": name, "address": session.signer(name).address} for name in session.wallets.names()]
    if as_json:
        emit(rows)
        return
    table(("name", "address"), [tuple(row.values()) for row in rows], "no wallet yet: headwater wallet new NAME")


@group.command("show")
def show(name: NameArgument, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Address, balances and roles of a wallet."""
    from headwater.chain.stakes import HOLDER_ROLE, OPERATOR_ROLE, REVIEWER_ROLE
    from headwater.primitives.amounts import from_units

    session = session_of(home)
    address = session.signer(name).address
    contracts = session.contracts
    known = {"LocalDollar", "HeadwaterToken"} & set(contracts.deployment.contracts)
    tokens = [contracts.token(contracts.deployment.address(token)) for token in sorted(known)]
    roles = {"operator": OPERATOR_ROLE, "reviewer": REVIEWER_ROLE, "key holder": HOLDER_ROLE}
    balances = {t.symbol(): from_units(t.balance(address), t.decimals()) for t in tokens}
    held = [role for role, bit in roles.items() if contracts.stakes.has_role(address, bit)]
    gas = contracts.chain.balance(address)
    if as_json:
        emit({"name": name, "address": address, "gas_wei": gas, "balances": balances, "roles": held})
        return
    facts([("name", name), ("address", address), ("gas", from_units(gas, 18)), *balances.items(), ("roles", held)])


@group.command("fund")
def fund(
    name: NameArgument,
    dollars: Annotated[int, typer.Option(min=0, help="Whole local dollars.")] = 1_000,
    tokens: Annotated[int, typer.Option(min=0, help="Whole network tokens.")] = 1_000,
    home: HomeOption = None,
) -> None:
    """Local networks only: play money and gas for a wallet."""
    from headwater.node.errors import HomeError
    from headwater.node.local import grant, is_local

    session = session_of(home)
    if not is_local(session.contracts.chain):
        fix = "get the real thing from somebody who has it"
        raise HomeError(
            "play money", actual=f"chain {session.contracts.chain.chain_id}", allowed="a local one", fix=fix
        )
    grant(session.contracts, session.wallets, session.signer(name).address, dollars=dollars, tokens=tokens)
    say(f"{name} has gas, {dollars} local dollars and {tokens} network tokens more")
