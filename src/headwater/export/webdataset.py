"""Episodes as WebDataset shards: tar files that ``webdataset.WebDataset`` and ``datasets`` stream.

One sample is one episode, as sets for sequence models and video models have it: a sample a row would need every
frame of a video to be decoded and encoded anew, and would lose what lies between rows. ``episode-000000`` holds

- ``json``: all that is not numbers or pictures (``document.describe``), with the file of every stream and camera;
- ``NAME.npy`` and its times, int64 ns from the episode's start (``times.npy`` where streams share the table's);
- ``CAMERA.mp4``, or ``CAMERA.000000.jpg`` ... as they were stored, or PNG of bare pixels; ``CAMERA.times.npy``;
- ``NAME.texts.json``: words with times; ``NAME.mka``: sound.

Names are lower case, for WebDataset lowers them. Shards are ``train-000000.tar`` ...; ``index.json`` lists them with
sizes, digests and keys. Members are sorted, owned by nobody and from 1970: the same episodes give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.export.document import describe, exact_values, json_bytes
from headwater.export.media.cut import write_clip
from headwater.export.media.pictures import picture
from headwater.export.media.sound import SUFFIX, write_sound
from headwater.export.media.stills import frame_times_ns
from headwater.export.models import ExportReport
from headwater.export.tally import Tally
from headwater.export.target import new_folder
from headwater.formats import Episode, Video, episode_span

SHARD_BYTES = 1 << 30
_BLOCK = 512


def export_webdataset(
    episodes: Iterable[Episode], out_dir: Path, *, name: str = "train", shard_bytes: int = SHARD_BYTES
) -> ExportReport:
    """Write ``episodes`` as WebDataset shards.

    Args:
        episodes: of any kind, alike or not. Read once, one in memory at a time.
        out_dir: must not exist or be empty; appears only when everything is written.
        name: first part of the shards' names.
        shard_bytes: largest size of a shard; an episode that is larger stands alone in one, and a note says so.

    Raises:
        OutputError, ExportError, RecordingError.
    """
    with new_folder(out_dir) as place:
        tally = Tally()
        shards = _Shards(place.root, name, shard_bytes, tally)
        for episode in episodes:
            number = tally.begin(episode.length)
            folder = place.scratch / "sample"
            folder.mkdir()
            _Sample(folder, place.scratch, tally).write(episode)
            shards.add(f"episode-{number:06d}", folder)
            shutil.rmtree(folder)
        shards.close()
        index = {"wids_version": 1, "name": name, "shardlist": shards.rows}
        (place.root / "index.json").write_text(json.dumps(index, indent=2) + "\n", encoding="utf-8")
        return tally.report(place.root, place.target)


class _Sample:
    """The files of one episode; a file's name is what follows the key and a dot."""

    def __init__(self, folder: Path, scratch: Path, tally: Tally) -> None:
        self._folder, self._scratch, self._tally = folder, scratch, tally
        self._taken: set[str] = set()
        self._times: dict[bytes, str] = {}

    def write(self, episode: Episode) -> None:
        about = describe(episode)
        for name, stream in episode.streams.items():
            stem = self._stem(name)
            self._array(f"{stem}.npy", exact_values(stream))
            files = {"file": f"{stem}.npy", "times": self._times_of(stem, stream.times_ns, stream.clock == "row")}
            about["streams"][name] |= files
        for key, video in episode.videos.items():
            stem = self._stem(key)
            about["cameras"][key] |= {"files": self._camera(stem, video)}
            about["cameras"][key] |= {"times": self._times_of(stem, frame_times_ns(video), False)}
        about["texts"] = {}
        for name, text in episode.texts.items():
            stem = self._stem(name)
            words = {"times_ns": text.times_ns, "texts": text.texts, "clock": text.clock}
            (self._folder / f"{stem}.texts.json").write_bytes(json_bytes(words))
            about["texts"][name] = {"file": f"{stem}.texts.json"}
        for name, sound in episode.audio.items():
            stem = self._stem(name)
            write_sound(sound, episode, self._folder / f"{stem}.{SUFFIX}")
            about["audio"][name] |= {"file": f"{stem}.{SUFFIX}"}
        (self._folder / "json").write_bytes(json_bytes(about))

    def _camera(self, stem: str, video: Video) -> list[str]:
        if video.stills is None:
            self._tally.video(video.key, write_clip(video, self._folder / f"{stem}.mp4", self._scratch))
            return [f"{stem}.mp4"]
        first, stop = episode_span(video)
        files, stored = [], True
        for index in range(first, stop):
            made = picture(video, index)
            files.append(f"{stem}.{index - first:06d}.{made.suffix}")
            (self._folder / files[-1]).write_bytes(made.data)
            stored = stored and made.stored
        if stored:
            self._tally.still()
        else:
            self._tally.note(f"Pictures of {video.key} are stored bare or in {video.codec}: written as PNG, exactly.")
        return files

    def _times_of(self, stem: str, times_ns: NDArray[np.int64], row: bool) -> str:
        """The file with these times, written unless another stream has the same."""
        raw = np.ascontiguousarray(times_ns).tobytes()
        if raw not in self._times:
            own = "times.npy" if row and "times.npy" not in self._times.values() else f"{stem}.times.npy"
            self._array(own, times_ns)
            self._times[raw] = own
        return self._times[raw]

    def _array(self, name: str, values: NDArray[Any]) -> None:
        with (self._folder / name).open("wb") as file:
            np.save(file, np.ascontiguousarray(values), allow_pickle=False)

    def _stem(self, name: str) -> str:
        """A name no other part of the sample has, in lower case and without slashes."""
        plain = re.sub(r"[^a-z0-9_.-]+", ".", name.lower()).strip(".") or "stream"
        free, number = plain, 2
        while free in self._taken or free in ("json", "times"):
            free, number = f"{plain}-{number}", number + 1
        self._taken.add(free)
        return free


class _Shards:
    """Tar files of bounded size, samples in the order they come."""

    def __init__(self, root: Path, name: str, limit: int, tally: Tally) -> None:
        self._root, self._name, self._limit, self._tally = root, name, limit, tally
        self._tar: tarfile.TarFile | None = None
        self._room = 0
        self.rows: list[dict[str, Any]] = []

    def add(self, key: str, folder: Path) -> None:
        files = sorted(folder.iterdir())
        size = sum(3 * _BLOCK + -(-f.stat().st_size // _BLOCK) * _BLOCK for f in files)  # 3: a long name's own header
        if self._tar is None or size > self._room:
            self._next()
        if size > self._room:
            self._tally.note(f"{key} is larger than a shard may be ({self._limit} bytes) and has one of its own.")
        self._room -= size
        assert self._tar is not None
        for path in files:
            member = tarfile.TarInfo(f"{key}.{path.name}")
            member.size = path.stat().st_size
            with path.open("rb") as file:
                self._tar.addfile(member, file)
        self.rows[-1]["nsamples"] += 1
        self.rows[-1]["keys"].append(key)

    def close(self) -> None:
        if self._tar is None:
            return
        self._tar.close()
        path = self._root / self.rows[-1]["url"]
        self.rows[-1] |= {"filesize": path.stat().st_size, "sha256": _digest(path)}

    def _next(self) -> None:
        self.close()
        file = f"{self._name}-{len(self.rows):06d}.tar"
        self.rows.append({"url": file, "nsamples": 0, "keys": []})
        self._tar = tarfile.open(self._root / file, "w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self._room = self._limit - 2 * tarfile.RECORDSIZE


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
