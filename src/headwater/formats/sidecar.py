"""A video and the one sensor file beside it.

Found as a folder with one video and one sheet, or as a video whose folder has a sheet of the same stem or only one.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from headwater.formats.errors import EmptyRecordingError
from headwater.formats.footage import SUFFIXES, Footage
from headwater.formats.models import Episode, Source, Stream
from headwater.formats.paths import contained


def pair(path: Path, suffix: str) -> tuple[Path, Path] | None:
    """(video, sheet) for a folder or a video; ``None`` if there is no such pair or more than one."""
    if path.is_dir():
        videos, sheets = _with_suffix(path, SUFFIXES), _with_suffix(path, {suffix})
        return (videos[0], sheets[0]) if len(videos) == 1 and len(sheets) == 1 else None
    if path.suffix.lower() not in SUFFIXES or not path.is_file():
        return None
    same = path.with_suffix(suffix)
    sheets = [same] if same.is_file() else _with_suffix(path.parent, {suffix})
    return (path, sheets[0]) if len(sheets) == 1 else None


def found_pair(path: Path, suffix: str) -> tuple[Path, Path]:
    """Like ``pair``, for a path a reader accepted; neither file is a link that leads out. Raises RecordingError."""
    both = pair(path, suffix)
    if both is None:
        kind = suffix.removeprefix(".").upper()
        raise EmptyRecordingError(
            f"no video with exactly one {kind} beside it", file=path, fix=f"Put one MP4 and one {kind} into the folder."
        )
    video, sheet = both
    folder = path if path.is_dir() else path.parent
    return video if video == path else contained(folder, video), contained(folder, sheet)


def filmed(
    film: Footage, format: str, root: Path, index: int, files: tuple[Path, ...], streams: Mapping[str, Stream]
) -> Episode:
    """Footage as an episode with the streams; rows are its frames. ``files``: the video first."""
    return Episode(
        name=files[0].stem,
        source=Source(format, root, index, files),
        length=film.frames,
        fps=film.fps,
        embodiment="camera",
        tasks=(),
        streams=streams,
        videos={film.video.key: film.video},
        ledger={"length": film.declared, "declared_rows": film.declared},
        meta={"tags": film.tags},
        notes=film.notes,
        audio=film.audio,
    )


def _with_suffix(folder: Path, suffixes: frozenset[str] | set[str]) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.suffix.lower() in suffixes and p.is_file())
