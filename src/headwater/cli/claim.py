"""``headwater claim`` and ``earnings``: money to whom it is owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.cli.options import AsOption, HomeOption, JsonOption, Session, emit, session_of
from headwater.cli.printing import table

if TYPE_CHECKING:
    from headwater.client.claim import Due


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("claim")(claim)
    app.command("earnings")(earnings)


def claim(
    name: AsOption,
    payer: Annotated[str | None, typer.Option(help="Wallet that pays the gas; the money goes to --as.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Claim every final reward, fee and sale share of a wallet."""
    from headwater.client.claim import claim_all

    session = session_of(home)
    account, sender = session.signer(name).address, session.signer(payer or name)
    _print(session, claim_all(session.network, sender, account), "nothing to claim now", as_json)


def earnings(name: AsOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Everything a wallet earned: pending, claimable, paid."""
    from headwater.client.claim import dues

    session = session_of(home)
    rows = dues(session.network, session.signer(name).address)
    _print(session, rows, "nothing earned yet", as_json)


def _print(session: Session, dues: list[Due], empty: str, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [
        {"source": due.source, "state": _state(due), "amount": session.money(due.token, due.amount)} for due in dues
    ]
    if as_json:
        emit([{**row, "token": due.token, "units": due.amount} for row, due in zip(rows, dues, strict=True)])
        return
    table(("source", "state", "amount"), [tuple(row.values()) for row in rows], empty)


def _state(due: Due) -> str:
    if due.paid:
        return "paid"
    return "claimable" if due.final else "pending"
