"""``headwater juror``: sit in juries, vote in two steps, be paid."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater.cli.options import AsOption, HomeOption, JsonOption, emit, say, session_of
from headwater.cli.printing import table

group = typer.Typer(help="Sit in juries.", no_args_is_help=True)
DisputeArgument = Annotated[int, typer.Argument(help="The dispute's number.")]
STATES = ("", "drawn", "committed", "revealed", "passed over")


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="juror")


@group.command("join")
def join(name: AsOption, home: HomeOption = None) -> None:
    """Stake for the juror's role, or bring the court up to date about a stake that changed."""
    from headwater.client.juror import join

    session = session_of(home)
    join(session.network, session.signer(name))
    say(f"{name} is a juror: look at 'headwater juror seats' while you are one; silence costs more than a wrong vote")


@group.command("seats")
def seats(name: AsOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Cases you were drawn for, what they are about, and what is due."""
    from headwater.client.juror import seats

    session = session_of(home)
    found = seats(session.network, session.signer(name).address)
    rows = [
        {
            "dispute": one.dispute,
            "round": one.round,
            "seat": one.seat,
            "item": one.item,
            "phase": one.phase.name.lower(),
            "vote": STATES[one.state],
            "evidence": list(one.evidence),
        }
        for one in found
    ]
    if as_json:
        emit(rows)
        return
    table(("dispute", "round", "seat", "item", "phase", "vote"), [tuple(row.values())[:6] for row in rows], "no seat")


@group.command("commit")
def commit(
    dispute: DisputeArgument,
    choice: Annotated[int, typer.Argument(help="Of an item: 1 keep, 2 accept, 3 reject; 0 refuses to decide.")],
    name: AsOption,
    home: HomeOption = None,
) -> None:
    """Vote, closed: nobody can read it until you open it, with the same key."""
    from headwater.client.juror import vote

    session = session_of(home)
    count = vote(session.network, session.signer(name), dispute, choice)
    say(f"committed on {count} seats; open it in time with 'headwater juror reveal'")


@group.command("reveal")
def reveal(name: AsOption, home: HomeOption = None) -> None:
    """Open every vote whose time has come."""
    from headwater.client.juror import open_votes

    session = session_of(home)
    say(f"{open_votes(session.network, session.signer(name))} votes opened")


@group.command("turn")
def turn(name: AsOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Do what anybody can do for the court now: draw juries, give rulings, pay jurors."""
    from headwater.client.juror import turn

    session = session_of(home)
    done = turn(session.network, session.signer(name))
    if as_json:
        emit(done)
        return
    table(("done",), [(one,) for one in done], "nothing to do now")


@group.command("withdraw")
def withdraw(name: AsOption, home: HomeOption = None) -> None:
    """Take the coin the court owes you."""
    from headwater.primitives.amounts import from_units

    session = session_of(home)
    signer, court = session.signer(name), session.contracts.court
    owed = court.owed(signer.address)
    if owed:
        court.withdraw(signer, signer.address)
    say(f"paid {from_units(owed, 18)} of the chain's coin")
