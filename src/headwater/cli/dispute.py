"""``headwater dispute``: verdicts before a jury."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.cli.options import (
    AsOption,
    CampaignOption,
    HomeOption,
    JsonOption,
    SomeCampaignOption,
    emit,
    say,
    session_of,
)
from headwater.cli.printing import table

if TYPE_CHECKING:
    from headwater.client.dispute import Case

group = typer.Typer(help="Verdicts before a jury: of what arithmetic cannot decide.", no_args_is_help=True)
ItemArgument = Annotated[str, typer.Argument(help="CAMPAIGN/ITEM, or a contribution's digest.")]
NumberArgument = Annotated[int, typer.Argument(help="The dispute's number, as 'show' lists it.")]
WhyOption = Annotated[str, typer.Option(help="What jurors should know: text, or a URI (/ipfs/..., https://...).")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="dispute")


@group.command("open")
def open_(
    item: ItemArgument, name: AsOption, why: WhyOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Dispute the verdict on an item, before its settlement is final. Prints the dispute's number.

    Costs the jury's fee in the chain's coin; half a unit reward is locked, and lost only if the verdict is kept.
    Whoever opens it, the contributor is paid if the jury accepts the item.
    """
    from headwater.cli.references import item_of
    from headwater.client.dispute import open_dispute

    session = session_of(home)
    campaign, number = item_of(session.network, item)
    facts = open_dispute(session.network, session.signer(name), campaign, number, why)
    token = session.network.ledger().campaign(campaign).terms.token
    say(f"disputed: {session.money(token, facts.opened.bond)} locked, {facts.opened.cost} wei to the jury")
    if as_json:
        emit({"dispute": facts.number, "bond": facts.opened.bond, "cost": facts.opened.cost})
    else:
        typer.echo(facts.number)


@group.command("evidence")
def evidence(dispute: NumberArgument, name: AsOption, why: WhyOption, home: HomeOption = None) -> None:
    """Give the jurors of an open dispute something to read. Anyone may."""
    from headwater.client.dispute import give_evidence

    session = session_of(home)
    typer.echo(give_evidence(session.network, session.signer(name), dispute, why))


@group.command("execute")
def execute(
    name: AsOption,
    dispute: Annotated[int | None, typer.Argument(help="Its number; without one, all that are ready.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Carry out what was ruled. Anyone may, and the money goes where the ruling says."""
    from headwater.client.dispute import execute, ready

    session = session_of(home)
    numbers = ready(session.network) if dispute is None else [dispute]
    signer = session.signer(name)
    _print([execute(session.network, signer, number) for number in numbers], "nothing is ready", as_json)


@group.command("show")
def show(
    item: Annotated[str | None, typer.Argument(help="CAMPAIGN/ITEM; without one, every dispute.")] = None,
    campaign: SomeCampaignOption = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Disputes, what was ruled, and what came of it."""
    from headwater.cli.references import item_of
    from headwater.client.dispute import cases

    session = session_of(home)
    number = None
    if item is not None:
        campaign, number = item_of(session.network, item, campaign)
    _print(cases(session.network, campaign, number), "nothing is disputed", as_json)


@group.command("withdraw")
def withdraw(name: AsOption, campaign: CampaignOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Take collateral in a campaign's token out: ask for all that is free, and after the delay run it again."""
    from headwater.client.dispute import take_collateral

    session = session_of(home)
    token = session.network.ledger().campaign(campaign).terms.token
    taken = take_collateral(session.network, session.signer(name), token)
    if as_json:
        emit({"paid": taken.paid, "asked": taken.asked, "waiting": taken.waiting, "ready_at": taken.ready_at})
        return
    typer.echo(f"paid {session.money(token, taken.paid)}")
    if taken.waiting:
        say(f"{session.money(token, taken.waiting)} more can be taken at chain time {taken.ready_at}")


def _print(found: list[Case], empty: str, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [_row(case) for case in found]
    if as_json:
        emit(
            [
                {
                    **row,
                    "challenger": c.facts.challenger,
                    "fined": c.facts.fined,
                    "evidence": [uri for _, uri in c.facts.evidence],
                }
                for row, c in zip(rows, found, strict=True)
            ]
        )
        return
    table(("dispute", "item", "state", "ruling", "outcome"), [tuple(row.values()) for row in rows], empty)


def _row(case: Case) -> dict[str, Any]:
    return {
        "dispute": case.facts.number,
        "item": f"{case.campaign}/{case.facts.item}",
        "state": case.state.name.lower(),
        "ruling": "" if case.ruling is None else case.ruling.name.lower(),
        "outcome": "" if case.outcome is None else case.outcome.name.lower(),
    }
