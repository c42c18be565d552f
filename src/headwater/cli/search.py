"""``headwater search`` and ``show``: find campaigns and datasets, look closely at one thing."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.cli import campaign as campaigns
from headwater.cli.options import HomeOption, JsonOption, Session, emit, say, session_of
from headwater.cli.printing import facts, report, table
from headwater.cli.references import item_of, version_of
from headwater.records.purposes import PURPOSE_BITS
from headwater.records.regions import REGION_BITS, where

if TYPE_CHECKING:
    from headwater.catalog.ledger import Sale
    from headwater.chain.structs import Offer
    from headwater.client.items import Outcome

group = typer.Typer(help="Look closely at a campaign, an item or a dataset.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the command and the group."""
    app.command("search")(search)
    group.command("campaign")(campaigns.show)
    app.add_typer(group, name="show")


def search(
    text: Annotated[str, typer.Argument(help="Words; all must occur.")] = "",
    embodiment: Annotated[str, typer.Option(help="Robot or device, as recordings name it.")] = "",
    modality: Annotated[str, typer.Option(help="robot_episode, egocentric_video, image or medical_image.")] = "",
    max_price: Annotated[str | None, typer.Option(help="Only datasets up to so many whole tokens.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Find campaigns to contribute to and datasets to buy."""
    from headwater.catalog.search import Query, refresh, search
    from headwater.primitives.amounts import to_units

    limit = None if max_price is None else to_units(max_price, 18)
    session = session_of(home)
    refresh(session.home.catalog_db, session.network.ledger(), session.network, session.decimals)
    found = search(session.home.catalog_db, Query(text, embodiment, modality, limit))
    if as_json:
        emit([asdict(one) for one in found])
        return
    rows = [
        (f.kind, f"{f.id}@{f.version}" if f.version else f.id, f.name, ", ".join(f.embodiment), f.modality,
         f.price_text, f.episodes, f"{f.length_ms / 3_600_000:.3f}")
        for f in found
    ]  # fmt: skip
    columns = ("kind", "id", "name", "embodiment", "modality", "price", "episodes", "hours")
    table(columns, rows, "nothing found")


@group.command("item")
def show_item(
    item: Annotated[str, typer.Argument(help="CAMPAIGN/ITEM or the contribution's digest.")],
    index: Annotated[Path | None, typer.Option(help="Write the copy index it was compared with here.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """An item's verdict with the reason, evidence and votes, and the check report behind it."""
    from headwater.checks import read_report
    from headwater.client.items import demand_settled, outcome_of
    from headwater.primitives.cid import Cid

    session = session_of(home)
    campaign, number = item_of(session.network, item)
    outcome = outcome_of(session.network, demand_settled(session.network, campaign, number), number)
    verdict, blobs = outcome.verdict, session.network.blobs
    if index is not None:
        index.write_bytes(blobs.get(Cid(verdict.index)))
        say(f"copy index written to {index}")
    made = read_report(blobs.get(Cid(verdict.report)))
    row = _item(session, campaign, number, outcome)
    if as_json:
        emit({**row, "report": made.to_record()})
        return
    facts(list(row.items()))
    report(made.episode, made)


@group.command("dataset")
def show_dataset(
    dataset: Annotated[str, typer.Argument(metavar="DATASET[@V]", help="Dataset, and version if not the latest.")],
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """A dataset version: offers, episodes, sales."""
    from headwater.records.dataset import DatasetManifest

    number, version = version_of(dataset)
    session = session_of(home)
    network = session.network
    found = network.ledger().version(number, version)
    made = network.record(DatasetManifest, network.cid_of(found.version.manifest))
    withdrawn = sum((made.campaign, e.contribution) in network.ledger().withdrawn for e in made.episodes)
    token = found.version.token
    licences = [_licence(sale) for sale in found.sales]
    row = {
        "dataset": f"{number}@{found.version.number}",
        "name": made.name,
        "description": made.description,
        "modality": made.modality,
        "campaign": made.campaign,
        "episodes": len(made.episodes),
        "withdrawn": withdrawn,
        "contributors": found.version.shares,
        "offers": [_offer(session, token, offer) for offer in found.version.offers],
        "sales": len(found.sales),
        "gross": session.money(token, found.gross),
        "licences": licences,
        "manifest": network.cid_of(found.version.manifest),
    }
    if as_json:
        emit(row)
        return
    offers = [(f"offer {at}", text) for at, text in enumerate(found_offers(row))]
    sold = [(f"sale {at}", f"{x['purpose']} in {x['region']}, {x['holder']}") for at, x in enumerate(licences)]
    facts([*[(key, value) for key, value in row.items() if key not in ("offers", "licences")], *offers, *sold])


def found_offers(row: dict[str, Any]) -> list[str]:
    """Offers of a shown dataset, one line each."""
    return [f"{o['price']} {_lasting(o['seconds'])}, for {o['purposes']}, {o['regions']}" for o in row["offers"]]


def _lasting(seconds: int) -> str:
    return f"{seconds} s" if seconds else "for ever"


def _offer(session: Session, token: str, offer: Offer) -> dict[str, Any]:
    purposes, regions = PURPOSE_BITS.shown(offer.purposes), where(offer.regions)
    price = session.money(token, offer.price)
    return {"price": price, "seconds": offer.duration, "purposes": purposes, "regions": regions}


def _licence(sale: Sale) -> dict[str, Any]:
    """One licence and what was declared for it."""
    declared = {"purpose": PURPOSE_BITS.shown(1 << sale.purpose), "region": REGION_BITS.shown(1 << sale.region)}
    return {"licence": str(sale.licence), "holder": sale.to, "offer": sale.offer, **declared}


def _item(session: Session, campaign: int, number: int, outcome: Outcome) -> dict[str, Any]:
    verdict = outcome.verdict
    words = ("rejected", "accepted", "rejected, deposit forfeited", "missing, deposit forfeited")
    token = session.network.ledger().campaign(campaign).terms.token
    return {
        "item": f"{campaign}/{number}",
        "contribution": verdict.contribution,
        "contributor": verdict.contributor,
        "verdict": words[verdict.byte],
        "reason": verdict.reason,
        "score": verdict.score,
        "reward": session.money(token, int(verdict.reward)),
        "llr_milli": verdict.llr,
        "prior_milli": verdict.prior,
        "votes": [f"{v.reviewer} {'accept' if v.verdict else 'reject'} {v.weight:+d}" for v in verdict.votes],
        "settlement": outcome.settlement,
        "final": outcome.final,
        "paid": outcome.paid,
        "report_cid": verdict.report,
        "index_cid": verdict.index,
    }
