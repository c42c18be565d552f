"""``headwater audit``: everything recomputed from chain and storage alone."""

from __future__ import annotations

from typing import Annotated

import typer

from headwater.cli.options import HomeOption, JsonOption, SomeCampaignOption, emit, session_of
from headwater.cli.printing import console, progress, table

FAILED = 1


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("audit")(audit)


def audit(
    campaign: SomeCampaignOption = None,
    dataset: Annotated[int | None, typer.Option(help="Only this dataset and its campaign.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Print the claims that hold as well.")] = False,
    home: HomeOption = None,
    as_json: JsonOption = False,
) -> int:
    """Recompute signatures, anchors, verdicts, rewards, payouts, sales and grants. Exit code 1 if a claim fails."""
    from headwater.client.audit import run_audit

    session = session_of(home)
    with progress("audit") as advance:
        made = run_audit(
            session.contracts,
            session.network.blobs,
            campaign=campaign,
            dataset=dataset,
            progress=lambda text: advance(text, 0, 0),
        )
    if as_json:
        emit(made.to_plain())
        return 0 if made.passed else FAILED
    counts = made.counts()
    columns = ("section", *next(iter(counts.values()), {}))
    table(columns, [(section, *row.values()) for section, row in counts.items()], "nothing to audit yet")
    for claim in made.claims:
        if every or claim.status != "PASS":
            console().print(claim.line())
    console().print(f"chain {made.chain_id} up to block {made.block}")
    console().print(made.verdict())
    return 0 if made.passed else FAILED
