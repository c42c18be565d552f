"""``headwater governance``: the network's numbers, and how they are changed."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater.cli.options import AsOption, HomeOption, JsonOption, emit, say, session_of
from headwater.cli.printing import table

group = typer.Typer(help="The numbers a vote decides, and the votes.", no_args_is_help=True)
NumberArgument = Annotated[int, typer.Argument(help="The proposal's number, as 'proposals' lists it, or its id.")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="governance")


@group.command("parameters")
def parameters(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every parameter, with the bounds no vote reaches past."""
    from headwater.client.governance import parameters

    found = parameters(session_of(home).contracts)
    if as_json:
        emit(
            [{"name": p.name, "unit": p.unit, "value": p.value, "floor": p.floor, "ceiling": p.ceiling} for p in found]
        )
        return
    bounded = {"address", "digest"}
    rows = [
        (p.name, p.shown(p.value), *(("", "") if p.unit in bounded else (p.shown(p.floor), p.shown(p.ceiling))), p.unit)
        for p in found
    ]
    table(("parameter", "now", "floor", "ceiling", "unit"), rows, "")


@group.command("delegate")
def delegate(
    name: AsOption,
    to: Annotated[str | None, typer.Option(help="Who votes with them; default the wallet itself.")] = None,
    home: HomeOption = None,
) -> None:
    """Let a wallet's network tokens vote. Tokens that are not delegated count for nobody."""
    from headwater.primitives.ids import checksum_address

    session = session_of(home)
    signer = session.signer(name)
    receiver = checksum_address(to) if to else signer.address
    session.contracts.votes.delegate(signer, receiver)
    say(f"{receiver} votes with the tokens of {name}, from the next second on")


@group.command("propose")
def propose(
    parameter: Annotated[str, typer.Argument(help="Name of the parameter.")],
    value: Annotated[str, typer.Argument(help="In the unit 'parameters' shows; stakes and bonds in whole tokens.")],
    name: AsOption,
    why: Annotated[str, typer.Option(help="What voters should know.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Propose to set a parameter. Prints the proposal's number."""
    from headwater.client.governance import propose

    session = session_of(home)
    made = propose(session.network, session.signer(name), parameter, value, why)
    facts = session.network.ledger().institutions.proposal(made.proposal_id)
    say(f"proposal {facts.number}: the vote runs from chain time {made.vote_start} to {made.vote_end}")
    if as_json:
        emit({"number": facts.number, "id": made.proposal_id, "from": made.vote_start, "until": made.vote_end})
    else:
        typer.echo(facts.number)


@group.command("proposals")
def proposals(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every proposal and where it stands."""
    from headwater.client.governance import state

    network = session_of(home).network
    rows = []
    for facts in network.ledger().institutions.proposals.values():
        against, pro, abstain = network.contracts.governor.tally(facts.id)
        said = facts.created.description
        rows.append(
            {
                "number": facts.number,
                "state": state(network, facts).name.lower(),
                "for": pro // 10**18,
                "against": against // 10**18,
                "abstain": abstain // 10**18,
                "what": said if as_json else said.partition("\n")[0],
                "id": facts.id,
                "until": facts.created.vote_end,
                "eta": facts.eta,
            }
        )
    if as_json:
        emit(rows)
        return
    columns = ("number", "state", "for", "against", "abstain", "what")
    table(
        columns, [[row[column] for column in columns] for row in rows], "no proposal yet: headwater governance propose"
    )


@group.command("vote")
def vote(
    proposal: NumberArgument,
    support: Annotated[str, typer.Argument(help="for, against or abstain.")],
    name: AsOption,
    home: HomeOption = None,
) -> None:
    """Vote on a proposal, once."""
    from headwater.chain.governor import Support
    from headwater.client.errors import ClientError
    from headwater.client.governance import vote
    from headwater.primitives.amounts import from_units

    if support.upper() not in Support.__members__:
        raise ClientError("vote", actual=support, allowed="for, against or abstain", fix="say one of them")
    session = session_of(home)
    weight = vote(session.network, session.signer(name), proposal, Support[support.upper()])
    say(f"voted {support.lower()} with {from_units(weight, 18)} tokens")


@group.command("queue")
def queue(proposal: NumberArgument, name: AsOption, home: HomeOption = None) -> None:
    """Put a proposal that has passed into the timelock. Anyone may."""
    from headwater.client.governance import queue

    session = session_of(home)
    eta = queue(session.network, session.signer(name), proposal)
    say(f"queued: it can be executed from chain time {eta} on")


@group.command("execute")
def execute(proposal: NumberArgument, name: AsOption, home: HomeOption = None) -> None:
    """Carry out what has waited in the timelock. Anyone may."""
    from headwater.client.governance import execute

    session = session_of(home)
    execute(session.network, session.signer(name), proposal)
    say("carried out")
