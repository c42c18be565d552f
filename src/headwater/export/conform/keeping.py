"""What was done, kept in the dataset: ``conform.json``, and its own ``conventions.json`` for whoever reads it next."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from headwater.export.conform.applying import conformed
from headwater.export.conform.planning import plan
from headwater.export.errors import ExportError
from headwater.export.lerobot.v3 import export_lerobot_v3
from headwater.export.models import ExportReport, Reencoded
from headwater.formats import Episode, MetadataError
from headwater.formats.conventions import FILE, Conventions
from headwater.formats.metadata import read_object
from headwater.formats.paths import existing
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.codec import from_plain, to_plain
from headwater.records.conform import ConformedSet, ConformMap
from headwater.records.errors import RecordError

KEPT = "conform.json"


def conformed_all(episodes: Iterable[Episode], made: ConformedSet, work: Path) -> Iterator[Episode]:
    """Episodes as the plan says, one in memory at a time. Raises as ``conformed``."""
    for number, (row, episode) in enumerate(zip(made.episodes, episodes, strict=True)):
        yield conformed(episode, made.maps[row.map], work / f"{number:06d}")


def export_conformed(
    spec: CampaignSpec,
    episodes: Sequence[Episode],
    out_dir: Path,
    *,
    given: Conventions | None = None,
    labels: Sequence[str] | None = None,
    write: Callable[[Iterable[Episode], Path], ExportReport] = export_lerobot_v3,
) -> tuple[ExportReport, ConformedSet]:
    """Bring episodes to ``spec`` and write them as one dataset, with the map in it.

    Args:
        given, labels: as in ``plan``.
        write: an exporter of this room that makes a folder.

    Raises:
        UnmappableError, ConventionsError: before anything is written.
        ExportError, RecordingError: as ``write``.
    """
    made = plan(spec, episodes, given=given, labels=labels)
    target = Path(out_dir).absolute()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{target.name}-pictures-", dir=target.parent) as work:
        lengths: list[int] = []
        report = write(_measured(conformed_all(episodes, made, Path(work)), lengths), target)
    keep(made, report.root)
    return reported(report, made, lengths), made


def keep(made: ConformedSet, root: Path) -> None:
    """Write the plan into a dataset. The file is the record's plain form: its canonical bytes can be made from it."""
    _write(root / KEPT, to_plain(made))
    _write(root / FILE, {"features": _units(made.maps[0])})


def kept_in(root: Path) -> ConformedSet:
    """The plan kept in a dataset. Raises RecordingError: there is none, or it is not one."""
    path = existing(root, KEPT, fix="Export the dataset with its campaign's spec.")
    try:
        return from_plain(ConformedSet, read_object(path))
    except RecordError as error:
        raise MetadataError("is not a conformed set", file=path, actual=error.line(), fix="Export it again.") from None


def reported(report: ExportReport, made: ConformedSet, lengths: Sequence[int]) -> ExportReport:
    """The export's report with what conforming wrote and encoded; ``lengths`` are rows of each episode."""
    again = tuple(
        Reencoded(
            number,
            camera.target,
            f"rows at {one.rate.source} a second became {one.rate.target}",
            ((0, lengths[number]),),
        )
        for number, row in enumerate(made.episodes)
        for one in (made.maps[row.map],)
        for camera in one.cameras
        if camera.reencoded
    )
    notes = tuple(dict.fromkeys(note for one in made.maps for note in one.notes))
    if len(made.episodes) != report.episodes:
        raise ExportError("the plan is of other episodes", actual=report.episodes, allowed=len(made.episodes))
    return replace(
        report,
        files=tuple(sorted((*report.files, KEPT, FILE))),
        copied=report.copied - len(again),
        reencoded=(*report.reencoded, *again),
        notes=(*report.notes, *notes),
    )


def shown(made: ConformedSet) -> Iterator[str]:
    """The plan in lines for people."""
    for number, one in enumerate(made.maps):
        episodes = sum(row.map == number for row in made.episodes)
        yield f"{episodes} of {len(made.episodes)} episodes: {'' if _changes(one) else 'as recorded'}".rstrip()
        yield from (f"  {line}" for line in _changes(one))
        yield from (f"  left out: {name}" for name in one.left_out)
        yield from (f"  note: {note}" for note in one.notes)


def _changes(one: ConformMap) -> list[str]:
    lines = []
    for feature in one.features:
        if feature.source != feature.target:
            lines.append(f"{feature.target} is {feature.source}")
        for place, axis in enumerate(feature.axes):
            own = feature.source_axes.index(axis.source)
            moved = f", column {own} to {place}" if own != place else ""
            if axis.source != axis.target or moved:
                lines.append(f"{feature.target}/{axis.target} is {axis.source}{moved}")
            lines += [f"{feature.target}/{axis.target}: {step.reason} ({step.origin})" for step in axis.steps]
    lines += [f"camera {camera.target} is {camera.source}" for camera in one.cameras if camera.source != camera.target]
    return lines


def _units(one: ConformMap) -> dict[str, Any]:
    """Units of the dataset's columns, as ``conventions.json`` states them."""
    stated = {
        feature.target: {axis.target: axis.target_unit for axis in feature.axes if axis.target_unit}
        for feature in one.features
    }
    return {name: {"units": units} for name, units in stated.items() if units}


def _write(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _measured(episodes: Iterable[Episode], lengths: list[int]) -> Iterator[Episode]:
    for episode in episodes:
        lengths.append(episode.length)
        yield episode
