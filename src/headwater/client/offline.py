"""What the network will say of an episode, without a network: the same files packed, named and judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from headwater.checks import CheckReport, CopyIndex, Observed, judge, observe
from headwater.checks.errors import IndexFormatError
from headwater.client.errors import PackError
from headwater.client.pack import pack
from headwater.client.sealing import hash_files
from headwater.formats import Episode
from headwater.privacy import Detectors
from headwater.records.campaign_spec import CampaignSpec
from headwater.report import Film


@dataclass(frozen=True)
class Offline:
    """One episode's report.

    Attributes:
        unsendable: why the episode cannot be sent as it is; empty if it can.
        seen: what the suite looked at; ``None`` if the report was known already.
    """

    report: CheckReport
    unsendable: str = ""
    seen: Observed | None = None


def check_offline(
    episode: Episode,
    work: Path,
    spec: CampaignSpec | None,
    index: CopyIndex | None,
    detectors: Detectors | None = None,
    film: Film | None = None,
) -> Offline:
    """Packs, hashes and checks one episode; byte for byte the network's report, given its spec and index snapshot.

    With detectors the report holds what they saw as well; ``checks.as_the_network`` leaves it out.

    An episode that cannot be packed is judged as it lies there, without a content root.

    Args:
        work: folder for a cut; may be thrown away afterwards.
        film: keeps pictures of the decoding pass.

    Raises:
        RecordingError, ExportError: it cannot be read.
    """
    root, unsendable = b"", ""
    try:
        packed = pack(episode, work)
        episode, (_, root) = packed.episode, hash_files(packed.files)
    except PackError as error:
        unsendable = error.line()
    seen = observe(episode, spec=spec, index=index, content_root=root, on_frame=film, detectors=detectors)
    return Offline(judge(seen), unsendable, seen)


def read_index(path: Path) -> CopyIndex:
    """A copy index snapshot as the network stores it.

    Raises:
        IndexFormatError: absent or not one.
    """
    try:
        return CopyIndex.from_bytes(path.read_bytes())
    except OSError as error:
        fix = "fetch it: 'headwater show item ID --index FILE' writes the snapshot an item was compared with"
        raise IndexFormatError(f"copy index {path}", actual=error.strerror, fix=fix) from None
