"""``headwater value``: pay of a pool by what items are worth to a private held-out set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from headwater.cli.options import AsOption, CampaignOption, HomeOption, JsonOption, emit, say, session_of
from headwater.cli.printing import console, table

if TYPE_CHECKING:
    from headwater.records.valuing import HeldOut

FAILED = 1
group = typer.Typer(
    help="The value part of a pool: commit to a held-out set, state values, verify.", no_args_is_help=True
)
_HeldOption = Annotated[Path, typer.Option("--held-out", help="The file 'value commit' wrote. Keep it private.")]
_ItemsOption = Annotated[Path, typer.Option("--items", help="CSV: item, contribution, label, then a column a feature.")]


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="value")


@group.command("commit")
def commit(
    examples: Annotated[Path, typer.Argument(help="CSV: label, then a column a feature.")],
    embedding: Annotated[str, typer.Option(help="Name and version of what makes features of an item.")],
    out: Annotated[Path, typer.Option(help="Where the set is kept. Lose it, and the value part is lost.")],
    neighbours: Annotated[int, typer.Option(min=1, help="K of the nearest neighbours.")] = 5,
    as_json: JsonOption = False,
) -> None:
    """Write the held-out set and print its commitment, for ``value`` in the campaign's spec. Needs no network."""
    from headwater.client.valuing import commit as committed

    made = committed(examples, embedding, neighbours, out).hex()
    say(f"{out} is private: a court sees it if a value is disputed, nobody else")
    if as_json:
        emit({"commitment": made, "embedding": embedding})
    else:
        typer.echo(made)


@group.command("compute")
def compute(
    campaign: CampaignOption,
    held_out: _HeldOption,
    items: _ItemsOption,
    name: AsOption,
    after: Annotated[str, typer.Option(help="CID of the newest statement, if there is one.")] = "",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Value items that no statement values yet, and sign it. Prints the statement's CID, for whoever settles."""
    from headwater.client.valuing import due_grades, read_items, state, work_of

    session = session_of(home)
    said = state(session.network, session.signer(name), campaign, _held(held_out), read_items(items), after)
    due = due_grades([said], work_of(session.network, campaign).weight_bps)
    rows = [{"item": item, "value": line.value, "grade": grade} for item, (line, grade) in due.items()]
    if as_json:
        emit({"statement": said.cid, "items": rows})
        return
    table(("item", "value", "grade"), [list(row.values()) for row in rows], "no item")
    typer.echo(said.cid)


@group.command("verify")
def verify(
    campaign: CampaignOption,
    statement: Annotated[str, typer.Option(help="CID of the newest statement; empty if there is none.")] = "",
    held_out: Annotated[Path | None, typer.Option(help="The held-out set, if it was shown to you.")] = None,
    items: Annotated[Path | None, typer.Option(help="CSV of the items' features, with --held-out.")] = None,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check statements and the grades of everything settled. Exit code 1 if a claim fails."""
    from headwater.client.audit.value import audit_value
    from headwater.client.valuing import read_items

    if (held_out is None) != (items is None):
        raise typer.BadParameter("--held-out and --items go together")
    shown = (_held(held_out), read_items(items)) if held_out and items else None
    made = audit_value(session_of(home).network, campaign, statement, shown)
    if as_json:
        emit(made.to_plain())
        return 0 if made.passed else FAILED
    for claim in made.claims:
        console().print(claim.line())
    console().print(made.verdict())
    return 0 if made.passed else FAILED


def _held(path: Path) -> HeldOut:
    from headwater.client.errors import ClientError
    from headwater.records import codec
    from headwater.records.valuing import HeldOut

    if not path.is_file():
        raise ClientError(f"held-out set {path}", actual="no such file", allowed="what 'headwater value commit' wrote")
    return codec.decode(HeldOut, path.read_bytes())
