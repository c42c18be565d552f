"""``headwater settle`` and ``challenge``: an operator's turn, and a watcher's."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

import typer

from headwater.cli.options import AsOption, CampaignOption, HomeOption, JsonOption, emit, say, session_of
from headwater.cli.printing import console


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("settle")(settle)
    app.command("challenge")(challenge)


def settle(
    campaign: CampaignOption,
    name: AsOption = "operator",
    values: Annotated[str, typer.Option(help="CID of the requester's newest value statement; it is kept.")] = "",
    push: Annotated[bool, typer.Option(help="Pay everybody of every final settlement.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Anchor, check, close review rounds, settle, release: every step whose time has come; says what it waits for."""
    from headwater.client.claim import push_all
    from headwater.node.operator.grading import tell_values
    from headwater.node.operator.turn import take_turn

    session = session_of(home)
    desk = session.desk(name)
    if values:
        say(f"{tell_values(desk, campaign, values)} items of campaign {campaign} have a value")
    turn = take_turn(desk, campaign, say)
    pushed = push_all(desk, desk.signer, campaign) if push else 0
    if as_json:
        emit({**asdict(turn), "pushed": pushed})
        return
    out = console()
    out.print(f"anchored {turn.anchored}, checked {turn.checked}, review rounds closed {turn.rounds}")
    for key in turn.settled:
        out.print(f"settled: settlement {key}")
    for key in turn.resettled:
        out.print(f"settled anew: settlement {key}")
    if turn.released or pushed:
        out.print(f"released {turn.released}, pushed {pushed} settlements")
    if turn.answered:
        out.print(f"answered {turn.answered} calls for evidence")
    if turn.epoch:
        out.print(f"posted epoch {turn.epoch} of reviewers' records")
    for one in turn.waits:
        out.print(f"waits for {one}")


def challenge(name: AsOption, home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Recompute what is not final yet, settlements, versions and closings; prove on chain what is wrong, call for what
    is not shown. Run it as a watchtower."""
    from headwater.client.pool_watch import patrol_pools
    from headwater.client.share_watch import patrol_shares
    from headwater.client.watch import patrol
    from headwater.client.watch_origins import patrol_origins

    session = session_of(home)
    proven = patrol(session.network, session.signer(name))
    origins = patrol_origins(session.network, session.signer(name))
    for key, place in origins.called:
        say(f"settlement {key}: called for {place_name(place)}, which is not shown or is not what was settled")
    for key in origins.expired:
        say(f"settlement {key} void: nobody answered a call for evidence")
    for key in origins.unread:
        say(f"settlement {key}: its evidence cannot be read, and it is too late or too dear to call for it")
    shares = patrol_shares(session.network, session.signer(name))
    pools = patrol_pools(session.network, session.signer(name))
    if as_json:
        rows = [asdict(one) for one in proven] + [asdict(one) for one in origins.proven]
        emit(rows + [asdict(one) for one in [*shares, *pools]])
        return
    for found in origins.proven:
        what = f"settlement {found.fault.key}: item {found.fault.item}, {found.fault.why}"
        console().print(f"{what}; {found.fault.function}, {found.gas_used} gas")
    for one in proven:
        fault = one.fault
        what = f"{fault.found}, by the rule {fault.right}"
        console().print(f"settlement {fault.key} void: item {fault.item} {what}; {fault.function}, {one.gas_used} gas")
    for share in shares:
        dataset, number = share.version >> 32, share.version & 0xFFFFFFFF
        console().print(f"dataset {dataset}@{number} void: share {share.index}; {share.function}, {share.gas_used} gas")
    for closing in pools:
        what = f"campaign {closing.version >> 32}: the closing of its pool is void"
        console().print(f"{what}; {closing.function}, {closing.gas_used} gas")
    if not proven and not any(asdict(origins).values()) and not shares and not pools:
        console().print("every open settlement, version and closing is right")


def place_name(place: int) -> str:
    """How people are told what was called for."""
    from headwater.chain.calls import PAY_PLACES

    return f"pay leaf {place - PAY_PLACES}" if place >= PAY_PLACES else f"the record of item {place}"
