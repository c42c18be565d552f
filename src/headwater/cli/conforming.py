"""Options of ``headwater export`` that bring episodes to a spec, and what was done in words."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from headwater.export import ExportReport
    from headwater.formats import Episode
    from headwater.records.campaign_spec import CampaignSpec
    from headwater.records.conform import ConformedSet

SpecOption = Annotated[
    Path | None, typer.Option("--spec", help="Spec to bring recordings to; a bought version has its campaign's.")
]
ConventionsOption = Annotated[
    Path | None, typer.Option("--conventions", help="JSON that states units, axes and cameras of the recordings.")
]
AsRecordedOption = Annotated[bool, typer.Option("--as-recorded", help="Leave names, units and rates alone.")]


def written(
    write: Callable[[Iterable[Episode], Path], ExportReport],
    episodes: Sequence[Episode],
    target: Path,
    spec: CampaignSpec | None,
    conventions: Path | None,
    labels: Sequence[str] | None = None,
) -> tuple[ExportReport, ConformedSet | None]:
    """What ``write`` makes of the episodes as ``spec`` asks for them, and how; as recorded without a spec."""
    from headwater.client.errors import ClientError
    from headwater.export.conform import export_conformed, read_conventions

    given = read_conventions(conventions) if conventions else None
    if spec:
        return export_conformed(spec, episodes, target, given=given, labels=labels, write=write)
    if given:
        raise ClientError("--conventions", actual="no spec to bring it to", fix="give --spec, or leave both out")
    return write(episodes, target), None


def data_of(how: ConformedSet | None) -> dict[str, Any]:
    """For ``--json``: CIDs of the map and of the spec, null where all is as recorded."""
    from headwater.records.codec import cid

    return {"conformed": cid(how) if how else None, "spec": how.spec if how else None}


def lines_of(how: ConformedSet | None) -> Iterator[str]:
    """For people."""
    from headwater.export.conform import shown

    return shown(how) if how else iter(("names, units and rates as recorded",))
