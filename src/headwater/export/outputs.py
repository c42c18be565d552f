"""Every form a recording can be written in, by name. One entry in ``OUTPUTS`` is all a new one needs.

Writers are loaded when they are used: some need packages that only an extra brings.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from headwater.export.errors import MissingExtraError
from headwater.export.huggingface.card import Provenance
from headwater.export.models import ExportReport
from headwater.formats import Episode


@dataclass(frozen=True)
class Output:
    """A form to write.

    Attributes:
        module, function: of this room; called with the episodes and the target folder.
        about: a few words for people.
        extra: of the package that it needs; empty if nothing more than headwater.
        card: takes ``provenance``.
    """

    module: str
    function: str
    about: str
    extra: str = ""
    card: bool = False


OUTPUTS: Mapping[str, Output] = {
    "lerobot-v3.0": Output("lerobot.v3", "export_lerobot_v3", "LeRobotDataset v3.0"),
    "lerobot-v2.1": Output("lerobot.v2", "export_lerobot_v2", "LeRobotDataset v2.1"),
    "webdataset": Output("webdataset", "export_webdataset", "tar shards, one episode a sample"),
    "huggingface": Output(
        "huggingface.writer", "export_huggingface", "Parquet and video as on the Hub, with card", card=True
    ),
    "mcap": Output("mcap.writer", "export_mcap", "MCAP for Foxglove, one file an episode", "robotics"),
    "rerun": Output("rerun", "export_rerun", "Rerun .rrd, one file an episode", "rerun"),
}


def export_as(
    name: str, episodes: Iterable[Episode], out_dir: Path, *, provenance: Provenance | None = None
) -> ExportReport:
    """Write ``episodes`` in the form ``name`` of ``OUTPUTS``.

    Args:
        provenance: for forms with a card; others leave it out.

    Raises:
        MissingExtraError: the form needs packages that are not installed. KeyError: no such form.
        UnlikeEpisodesError, OutputError, ExportError, RecordingError: as the form's own function.
    """
    output = OUTPUTS[name]
    more: dict[str, Any] = {"provenance": provenance} if output.card and provenance else {}
    report: ExportReport = _function(name, output)(episodes, out_dir, **more)
    return report


def export_mcap(episodes: Iterable[Episode], out_dir: Path) -> ExportReport:
    """Write each episode as an MCAP file (see ``mcap.writer``). Raises as ``export_as``."""
    return export_as("mcap", episodes, out_dir)


def export_rerun(episodes: Iterable[Episode], out_dir: Path) -> ExportReport:
    """Write each episode as a Rerun recording (see ``rerun``). Raises as ``export_as``."""
    return export_as("rerun", episodes, out_dir)


def _function(name: str, output: Output) -> Callable[..., ExportReport]:
    try:
        module = importlib.import_module(f"headwater.export.{output.module}")
    except ImportError as error:
        if not output.extra:
            raise
        raise MissingExtraError(
            f"writing {name}",
            actual=f"no package {error.name}",
            allowed=f"the extra {output.extra}",
            fix=f"pip install 'headwater[{output.extra}]'",
        ) from None
    function: Callable[..., ExportReport] = getattr(module, output.function)
    return function
