"""``headwater up``, ``down``, ``status``: the network of this machine."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater.cli.options import HomeOption, JsonOption, emit, home_of, say


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command("up")(up)
    app.command("down")(down)
    app.command("status")(status)


def up(
    home: HomeOption = None,
    rpc_url: Annotated[str | None, typer.Option(help="Use this chain instead of starting a local one.")] = None,
) -> None:
    """Start (or find) a local chain, the contracts, three key holders and an operator."""
    from headwater.node import local

    local.up(home_of(home), rpc_url=rpc_url, say=say)


def down(home: HomeOption = None) -> None:
    """Stop every process this home started. Data stays."""
    from headwater.node import local

    ended = local.down(home_of(home))
    say("stopped " + ", ".join(ended) if ended else "nothing was running")


def status(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """What runs, and how far the chain is."""
    from headwater.node import local

    place = home_of(home)
    network = local.read_network(place)
    contracts = local.contracts_of(place)
    head, final = contracts.chain.latest(), contracts.chain.final_block()
    facts = {
        "home": str(place.root),
        "rpc_url": network.rpc_url,
        "chain_id": network.chain_id,
        "block": head.number,
        "final_block": final.number,
        "contracts": dict(contracts.deployment.contracts),
        "holders": [
            {"number": h.number, "address": h.address, "port": h.port, "answers": local.holder_alive(h)}
            for h in network.holders
        ],
        "campaigns": contracts.campaigns.count(),
        "datasets": contracts.datasets.count(),
    }
    if as_json:
        emit(facts)
        return
    typer.echo(f"chain {network.chain_id} at {network.rpc_url}: block {head.number}, final {final.number}")
    for row in facts["holders"]:  # type: ignore[attr-defined]
        typer.echo(f"key holder {row['number']} {row['address']}: {'answers' if row['answers'] else 'down'}")
    typer.echo(f"{facts['campaigns']} campaigns, {facts['datasets']} datasets")
