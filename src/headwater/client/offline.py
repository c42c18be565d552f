"""What the network will say of an episode, without a network: the same files packed, named and judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from headwater.checks import CheckReport, CopyIndex, check_episode
from headwater.checks.errors import IndexFormatError
from headwater.client.errors import PackError
from headwater.client.pack import pack
from headwater.client.sealing import hash_files
from headwater.formats import Episode
from headwater.privacy import Detectors
from headwater.records.campaign_spec import CampaignSpec


@dataclass(frozen=True)
class Offline:
    """One episode's report; ``unsendable`` says why the episode cannot be sent as it is, empty if it can."""

    episode: Episode
    report: CheckReport
    unsendable: str = ""


def check_offline(
    episode: Episode,
    work: Path,
    spec: CampaignSpec | None,
    index: CopyIndex | None,
    detectors: Detectors | None = None,
) -> Offline:
    """Packs, hashes and checks one episode; byte for byte the network's report, given its spec and index snapshot.

    With detectors the report holds what they saw as well; ``checks.as_the_network`` leaves it out.

    An episode that cannot be packed is judged as it lies there, without a content root.

    Args:
        work: folder for a cut; may be thrown away afterwards.

    Raises:
        RecordingError, ExportError: it cannot be read.
    """
    try:
        packed = pack(episode, work)
    except PackError as error:
        return Offline(episode, check_episode(episode, spec=spec, index=index, detectors=detectors), error.line())
    _, root = hash_files(packed.files)
    report = check_episode(packed.episode, spec=spec, index=index, content_root=root, detectors=detectors)
    return Offline(episode, report)


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
