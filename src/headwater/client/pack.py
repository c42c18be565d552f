"""One episode as the files that are sent: its own files as they are, or a lossless cut where it shares them."""

from __future__ import annotations

import mimetypes
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from headwater.checks.time_code import restated, time_code_beside
from headwater.client.errors import PackError
from headwater.export import export_lerobot_v3
from headwater.export.conform import statement_beside
from headwater.formats import NS, Episode, open_recording

MODALITY = {
    **dict.fromkeys(("gopro-mp4", "gpmf", "video", "video-csv", "video-jsonl"), "egocentric_video"),
    **dict.fromkeys(("aria-mps", "aria-vrs", "vrs"), "egocentric_video"),
    **dict.fromkeys(("images", "coco-images", "yolo-images"), "image"),
    "dicom": "medical_image",
    "label-sheet": "labels",
}  # of everything else it is robot_episode
_PICTURES = ("images", "yolo-images", "dicom")  # each with files of its own, in a folder with others
_GRID_TOLERANCE_NS = 100_000


@dataclass(frozen=True)
class PackedFile:
    """A file to send: its path inside the recording, and where its bytes are."""

    path: str
    source: Path
    media_type: str


@dataclass(frozen=True)
class Packed:
    """One episode ready to send.

    Attributes:
        episode: as a reader of the packed files will see it.
        format: of the packed files; files: in manifest order (sorted by path).
    """

    episode: Episode
    format: str
    modality: str
    files: tuple[PackedFile, ...]


def pack(episode: Episode, work: Path) -> Packed:
    """Files of one episode.

    Args:
        work: folder for a cut, if one is needed; kept until the files were sent.

    Raises:
        PackError: the episode shares its files and its timestamps are not on the grid a cut would write.
        ConventionsError: ``conventions.json`` beside it cannot be read; it would be of no use to a buyer.
    """
    if _shares_files(episode):
        episode = _cut(episode, work)
    episode = _by_itself(episode)
    root = episode.source.root if episode.source.root.is_dir() else episode.source.root.parent
    files = sorted((str(file.relative_to(root)), file) for file in sent_with(episode))
    packed = tuple(PackedFile(path, file, _media_type(path)) for path, file in files)
    fmt = episode.source.format
    return Packed(episode, fmt, MODALITY.get(fmt, "robot_episode"), packed)


def _by_itself(episode: Episode) -> Episode:
    """A picture out of a folder of pictures as it is seen without the others: number 0."""
    source = episode.source
    if source.format not in _PICTURES or not source.root.is_dir():
        return episode
    if len(source.files) == 1:
        return open_recording(source.files[0])[0]
    return replace(episode, source=replace(source, index=0))


def sent_with(episode: Episode) -> frozenset[Path]:
    """The episode's own files, and what its owner states beside it: conventions and time code."""
    stated = (statement_beside(episode), time_code_beside(episode))
    return frozenset((*episode.source.files, *filter(None, stated)))


def _media_type(path: str) -> str:
    return mimetypes.guess_type(path)[0] or "application/octet-stream"


def _shares_files(episode: Episode) -> bool:
    return episode.source.format == "lerobot-v3.0" and len(open_recording(episode.source.root)) > 1


def _cut(episode: Episode, work: Path) -> Episode:
    target = work / f"{episode.source.root.name}-{episode.source.index:06d}"
    if not target.exists():
        _demand_grid(episode)
        report = export_lerobot_v3([episode], target)
        if report.reencoded:
            raise PackError(
                f"episode {episode.source.index} of {episode.source.root}",
                actual=f"its video starts between keyframes ({report.reencoded[0].reason})",
                allowed="a cut without re-encoding",
                fix="record one episode a file, or send the whole set as one episode a folder",
            )
    stated, code = statement_beside(episode), time_code_beside(episode)
    if stated:
        shutil.copyfile(stated, target / stated.name)
    if code:
        (target / code.name).write_bytes(restated(code))
    return open_recording(target)[0]


def _demand_grid(episode: Episode) -> None:
    for stream in episode.streams.values():
        if stream.clock != "row" or not len(stream.times_ns):
            continue
        grid = np.arange(len(stream.times_ns)) * (NS * episode.fps.denominator / episode.fps.numerator)
        off_ns = int(np.max(np.abs(stream.times_ns - grid)))
        if off_ns > _GRID_TOLERANCE_NS:
            raise PackError(
                f"episode {episode.source.index} of {episode.source.root}: timestamps of {stream.name}",
                actual=f"up to {off_ns / 1e6:.2f} ms off the {float(episode.fps):g} fps grid",
                allowed=f"{_GRID_TOLERANCE_NS / 1e6:.1f} ms",
                fix="send this episode as a set of its own; cutting it out would change its timestamps",
            )
