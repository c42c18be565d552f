"""An MP4 or MOV by itself: a camera, its microphones, no other sensor."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from headwater.formats.footage import footage, is_video
from headwater.formats.models import Episode
from headwater.formats.paths import contained
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.sidecar import filmed

FORMAT = "video"
_SHEETS = {".csv", ".jsonl"}


class PlainVideoReader:
    """Opens a video, or a folder that holds videos and no other recording: each is an episode."""

    family = "plain video"

    def accepts(self, path: Path) -> bool:
        return bool(videos(path))

    def open(self, path: Path) -> Recording:
        found = videos(path)
        return Recording(FORMAT, path, LazyEpisodes(len(found), lambda i: read_video(path, found[i], i)))


def videos(path: Path) -> tuple[Path, ...]:
    """The path itself, or the videos of a folder by name; none where a sheet leaves open which one it belongs to."""
    if path.is_dir():
        names = sorted(path.iterdir())
        return () if any(p.suffix.lower() in _SHEETS for p in names) else tuple(p for p in names if is_video(p))
    return (path,) if is_video(path) else ()


def read_video(root: Path, path: Path, index: int) -> Episode:
    """One file as an episode; rows are its frames. Raises RecordingError."""
    file = path if path == root else contained(root, path)
    episode = filmed(footage(file), FORMAT, root, index, (file,), {})
    return replace(episode, notes=(*episode.notes, "A video by itself: no sensor was read."))
