"""``headwater label``: see what wants labels, get it, hand labels in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from headwater.cli.dataset import OutOption, deliver_to
from headwater.cli.options import (
    AsOption,
    CampaignOption,
    HomeOption,
    JsonOption,
    OperatorOption,
    emit,
    say,
    session_of,
)
from headwater.cli.printing import table

if TYPE_CHECKING:
    from headwater.client.labels.wanted import Wanted

group = typer.Typer(help="Label what others recorded.", no_args_is_help=True)
REFUSED = 1


def register(app: typer.Typer) -> None:
    """Adds the group."""
    app.add_typer(group, name="label")


@group.command("list")
def list_(
    campaign: CampaignOption,
    name: AsOption,
    operator: OperatorOption = "operator",
    everything: Annotated[bool, typer.Option("--all", help="Also what wants no more labels, or has yours.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> None:
    """Origins that still want labels and do not have yours."""
    from headwater.client.journal import Journal
    from headwater.client.labels.wanted import labelled_by, wanted_of
    from headwater.node.operator.labels import waiting_labels

    session = session_of(home)
    mine = labelled_by(session.network, Journal(session.home.journals), campaign, session.signer(name).address)
    rows = wanted_of(session.network, campaign, waiting_labels(session.desk(operator), campaign), mine)
    shown = [_row(one) for one in rows if everything or (one.left and not one.mine)]
    if as_json:
        emit(shown)
        return
    columns = ("position", "files", "accepted", "waiting", "left", "mine")
    table(columns, [[row[column] for column in columns] for row in shown], "nothing wants your labels")


@group.command("get")
def get(
    campaign: CampaignOption, name: AsOption, out: OutOption, home: HomeOption = None, as_json: JsonOption = False
) -> None:
    """Decrypt the origins here. Needs a licence for their version: buy it, or the requester does with 'buy --to'."""
    from headwater.client.labels.fetching import lay_out
    from headwater.client.labels.origins import origins_of, work_of
    from headwater.export import demand_free, place

    session, target = session_of(home), demand_free(out)
    work = work_of(session.network, campaign)
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as scratch:
        got = deliver_to(session, name, work.dataset, work.version, Path(scratch) / "plain")
        origins = origins_of(session.network, work.dataset, work.version)
        count = lay_out(got.episodes, origins, Path(scratch) / "laid")
        place(Path(scratch) / "laid", target)
    if as_json:
        emit({"out": str(target), "origins": count, "kind": work.kind, "categories": list(work.categories)})
    else:
        say(f"{count} origins; label {work.kind}: {', '.join(work.categories) or 'in words'}")
        typer.echo(target)


@group.command("submit")
def submit(
    path: Annotated[Path, typer.Argument(help="COCO JSON, YOLO folder, or a JSON of pictures with labels.")],
    campaign: CampaignOption,
    name: AsOption,
    empty: Annotated[bool, typer.Option(help="Hand in pictures without a label too: nothing is on them.")] = False,
    force: Annotated[bool, typer.Option(help="Send what the checks reject as well; it may cost its deposit.")] = False,
    youngest: Annotated[int, typer.Option(help="Your age, if the campaign asks for one; 0 says nothing.")] = 0,
    operator: OperatorOption = "operator",
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> int:
    """Check, encrypt, sign and hand in labels, one contribution an origin. Run again after a break: nothing goes twice.

    Exit code 1 if a sheet was refused here; the others are sent all the same.
    """
    from headwater.client.errors import RefusedLocallyError
    from headwater.client.journal import Journal
    from headwater.client.labels.origins import origins_of, work_of
    from headwater.client.labels.sending import send_sheets
    from headwater.client.labels.sheets import marked_in, sheets_of
    from headwater.client.submit import Consent, Submitter
    from headwater.node.gateway import LocalGateway

    session = session_of(home)
    work = work_of(session.network, campaign)
    origins = origins_of(session.network, work.dataset, work.version)
    signer, gateway = session.signer(name), LocalGateway(session.desk(operator))
    marked = [one for one in marked_in(path, work.kind) if one.labels or (empty and work.kind == "boxes")]
    sheets = list(sheets_of(marked, origins, work, campaign, signer.address))
    consent = Consent(premises="none: labels", minimum_age=youngest)
    rows: list[dict[str, Any]] = []
    session.home.work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="label-", dir=session.home.work) as scratch:
        sender = Submitter(session.network, gateway, signer, Journal(session.home.journals), Path(scratch))
        for sheet in sheets:
            row: dict[str, Any] = {"origin": sheet.origin.contribution.hex(), "path": sheet.origin.path}
            try:
                ((_, sent),) = send_sheets(sender, [sheet], origins, campaign, consent, check=not force)
            except RefusedLocallyError as error:
                say(f"refused: {error.line()}")
                rows.append({**row, "result": "refused", "contribution": "", "reason": error.line()})
            else:
                result = "sent before" if sent.again else "handed in"
                rows.append({**row, "result": result, "contribution": sent.digest.hex(), "reason": ""})
    if as_json:
        emit(rows)
    else:
        columns = ("path", "result", "contribution")
        table(columns, [[row[column] for column in columns] for row in rows], "no label in there")
    return REFUSED if any(row["result"] == "refused" for row in rows) else 0


def _row(one: Wanted) -> dict[str, Any]:
    return {
        "position": one.origin.position,
        "origin": one.origin.contribution.hex(),
        "files": ", ".join(one.origin.files),
        "accepted": one.accepted,
        "waiting": one.waiting,
        "left": one.left,
        "mine": one.mine,
    }
