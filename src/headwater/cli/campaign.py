"""``headwater campaign``: fund a call for data, see the calls there are."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.cli.options import AsOption, HomeOption, JsonOption, Session, emit, say, session_of
from headwater.cli.printing import facts, table
from headwater.records.purposes import PURPOSE_BITS
from headwater.records.regions import where

if TYPE_CHECKING:
    from headwater.catalog.ledger import CampaignFacts
    from headwater.records.licence import LicencePreset

group = typer.Typer(help="Funded calls for data.", no_args_is_help=True)
_HOUR, _DAY = 3_600, 86_400
_Seconds = Annotated[int | None, typer.Option(min=1, help="Seconds; by default what the network asks for at least.")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="campaign")


@group.command("new")
def new(
    spec: Annotated[Path, typer.Option(help="What is asked for: JSON, see examples/specs.")],
    reward: Annotated[str, typer.Option(help="For a perfect episode, in whole tokens: 10 or 2.5.")],
    budget: Annotated[str, typer.Option(help="To put into escrow, in whole tokens.")],
    name: AsOption,
    token: Annotated[str, typer.Option(help="local-dollar, network, or the address of an ERC-20.")] = "local-dollar",  # noqa: S107
    licence: Annotated[str, typer.Option(help="Licence later sales are made under.")] = "hw-commercial-1",
    purpose: Annotated[
        list[str] | None,
        typer.Option(help="What the data may be sold for, again for more; else what the licence permits."),
    ] = None,
    region: Annotated[
        list[str] | None, typer.Option(help="Where it may be used: a code such as DE, again for more; else anywhere.")
    ] = None,
    minimum_age: Annotated[int | None, typer.Option(help="Years everyone in a clip must have; 0 if not asked.")] = None,
    days: Annotated[int, typer.Option(min=1, max=3_650, help="Until the deadline.")] = 30,
    threshold: Annotated[int, typer.Option(help="Log-odds x 1000 above which an item is accepted.")] = 0,
    mode: Annotated[str, typer.Option(help="price: --reward an episode; pool: --pool divided at the end.")] = "price",
    pool: Annotated[str, typer.Option(help="What is divided by score after the deadline, in whole tokens.")] = "0",
    pool_floor: Annotated[int, typer.Option(min=0, help="Perfect episodes it takes to earn the whole pool.")] = 0,
    settle_window: _Seconds = None,
    challenge_window: _Seconds = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Open and fund a campaign in one transaction. Prints its number.

    Purposes, regions and minimum age may stand in the spec as well; what is said here goes before it.
    """
    from headwater.client.campaign import Offer, fund
    from headwater.client.spec_file import read_call
    from headwater.market import Limits
    from headwater.market.pool import PERFECT_WEIGHT
    from headwater.primitives.amounts import to_units

    wanted, written = read_call(spec)
    limits = Limits(
        tuple(purpose) if purpose else written.purposes,
        tuple(region) if region else written.regions,
        written.minimum_age if minimum_age is None else minimum_age,
    )
    preset = _preset(licence)
    session = session_of(home)
    address, floors = session.token(token), session.contracts.parameters.funding_limits()
    places, challenge = session.decimals(address), challenge_window or floors.challenge
    settle = settle_window or max(floors.settle, _HOUR)
    offer = Offer(
        token=address,
        unit_reward=to_units(reward, places),
        budget=to_units(budget, places),
        deadline_s=days * _DAY,
        settle_window_s=settle,
        challenge_window_s=challenge,
        lapse_window_s=max(floors.lapse, settle + 2 * challenge),
        threshold_milli=threshold,
        limits=limits,
        pool=to_units(pool, places),
        pool_floor=pool_floor * PERFECT_WEIGHT,
    )
    if (mode, bool(offer.pool), bool(pool_floor)) not in (("price", False, False), ("pool", True, True)):
        raise typer.BadParameter("--mode price takes neither --pool nor --pool-floor, --mode pool takes both")
    made = fund(session.network, session.signer(name), wanted, preset, offer)
    say(f"campaign {made.id} is open: room for {made.room} episodes, {made.gas_used} gas")
    if as_json:
        emit({"campaign": made.id, "room": made.room, "gas_used": made.gas_used})
    else:
        typer.echo(made.id)


@group.command("list")
def list_(home: HomeOption = None, as_json: JsonOption = False) -> None:
    """Every campaign of this network."""
    session = session_of(home)
    rows = [summary(session, facts) for facts in session.network.ledger().campaigns.values()]
    if as_json:
        emit(rows)
        return
    columns = ("campaign", "name", "modality", "reward", "unreserved", "anchored", "settled")
    empty = "no campaign yet: headwater campaign new"
    table(columns, [[row[column] for column in columns] for row in rows], empty)


@group.command("show")
def show(
    campaign: Annotated[int, typer.Argument(help="Number of the campaign.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Spec, money and queue of a campaign."""
    from headwater.records.codec import to_plain

    session = session_of(home)
    row = summary(session, session.network.ledger().campaign(campaign))
    spec = session.network.spec(campaign)
    if as_json:
        emit({**row, "spec": to_plain(spec)})
        return
    asked = [("task", spec.task), ("success", spec.success), ("embodiment", ", ".join(spec.embodiment))]
    asked += [("rejected for", reason) for reason in spec.reject_reasons]
    asked += [("camera", f"{c.role} {' or '.join(c.keys)} {c.min_width}x{c.min_height}") for c in spec.cameras]
    facts([*row.items(), *asked])


def summary(session: Session, facts: CampaignFacts) -> dict[str, Any]:
    """A campaign as a row."""
    spec = session.network.spec(facts.id)
    state = session.contracts.campaigns.state(facts.id)
    terms = facts.terms
    return {
        "campaign": facts.id,
        "name": spec.name,
        "modality": spec.modality,
        "reward": session.money(terms.token, terms.unit_reward),
        "unreserved": session.money(terms.token, state.unreserved),
        "anchored": state.anchored,
        "settled": state.settled,
        "requester": terms.requester,
        "deadline": terms.deadline,
        "challenge_window": terms.challenge_window,
        "purposes": PURPOSE_BITS.shown(terms.purposes),
        "regions": where(terms.regions),
        "minimum_age": terms.minimum_age,
    }


def _preset(name: str) -> LicencePreset:
    from headwater.client.errors import ClientError
    from headwater.records.licence import PRESETS

    found = next((preset for preset in PRESETS if preset.id == name), None)
    if found is None:
        raise ClientError("licence", actual=name, allowed=" or ".join(preset.id for preset in PRESETS), fix="name one")
    return found
