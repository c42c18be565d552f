"""GoPro MP4 with a GPMF telemetry track: one file, one episode, rows are video frames."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, RecordingError
from headwater.formats.footage import footage
from headwater.formats.gpmf import Chunk, GpmfError, parse
from headwater.formats.models import NS, Episode, Kind, Stream
from headwater.formats.mp4 import looks_like_mp4
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.sidecar import filmed
from headwater.formats.video import open_container, probe

FORMAT = "gopro-mp4"
_KINDS = {"GYRO": Kind.GYRO, "ACCL": Kind.ACCEL, "GPS5": Kind.GPS, "GPS9": Kind.GPS, "CORI": Kind.POSE}
_AXES = {
    "GPS5": ("latitude", "longitude", "altitude", "speed_2d", "speed_3d"),
    "CORI": ("w", "x", "y", "z"),
}
_FIX = "Use the original file from the camera: editing and messaging apps drop the telemetry track."


@dataclass(frozen=True)
class Payload:
    """One packet of the telemetry track, times in seconds of presentation."""

    start_s: Fraction
    duration_s: Fraction
    data: bytes


class GoProReader:
    """Opens an MP4 that has a track GoPro calls ``MET``."""

    family = "GoPro MP4"

    def accepts(self, path: Path) -> bool:
        return path.is_file() and looks_like_mp4(path) and has_gpmf(path)

    def open(self, path: Path) -> Recording:
        probe(path)
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_gopro(path)))


def has_gpmf(path: Path) -> bool:
    """True if the file's sample descriptions name a ``gpmd`` track; a damaged file answers False."""
    try:
        with open_container(path) as container:
            return _telemetry_track(container) is not None
    except RecordingError:
        return False


def read_gopro(path: Path) -> Episode:
    """The file as one episode. Raises RecordingError."""
    film = footage(path)
    streams, devices, notes = telemetry(path, payloads(path))
    episode = filmed(film, FORMAT, path, 0, (path,), streams)
    meta = {"devices": devices, "firmware": film.tags.get("firmware", ""), **episode.meta}
    return replace(episode, embodiment="GoPro", meta=meta, notes=(*film.notes, *notes))


def payloads(path: Path) -> list[Payload]:
    """The telemetry packets in order. Raises EmptyRecordingError if there is no telemetry track."""
    with open_container(path) as container:
        track = _telemetry_track(container)
        if track is None:
            raise EmptyRecordingError("has no GPMF telemetry track", file=path, field="gpmd", fix=_FIX)
        base = Fraction(track.time_base)
        raw = [(p.pts, p.duration or 0, bytes(p)) for p in container.demux(track) if p.size and p.pts is not None]
    if not raw:
        raise EmptyRecordingError("telemetry track is empty", file=path, field="gpmd", fix=_FIX)
    starts = [pts for pts, _, _ in raw] + [raw[-1][0] + raw[-1][1]]
    return [Payload(pts * base, (starts[i + 1] - pts) * base, data) for i, (pts, _, data) in enumerate(raw)]


def _telemetry_track(container: Any) -> Any | None:
    for track in container.streams.data:
        if "GoPro MET" in track.metadata.get("handler_name", ""):
            return track
    return None


def telemetry(path: Path, packets: list[Payload]) -> tuple[dict[str, Stream], list[str], tuple[str, ...]]:
    """Streams by name, names of the devices, and notes.

    The camera's streams have their four-character codes as names; those of a second device ``CODE@DEVICE``.

    Raises:
        DamagedFileError: a payload that is not GPMF.
    """
    parts: dict[tuple[str, tuple[int, str]], list[tuple[Chunk, Payload]]] = defaultdict(list)
    for number, packet in enumerate(packets):
        try:
            chunks = parse(packet.data)
        except GpmfError as error:
            raise DamagedFileError(
                "telemetry is not GPMF", file=path, field=f"payload {number}", actual=str(error), fix=_FIX
            ) from None
        for chunk in chunks:
            parts[chunk.key, chunk.device].append((chunk, packet))
    devices = list(dict.fromkeys(device for _, device in parts))
    camera = _camera(devices)
    streams, notes = {}, []
    for (key, device), pieces in parts.items():
        name = key if device == camera else f"{key}@{device[1] or device[0]}"
        widths = {chunk.values.shape[1] for chunk, _ in pieces}
        if len(widths) > 1:
            notes.append(f"Telemetry {name} changes its width and was not read.")
            continue
        streams[name] = _stream(name, key, pieces)
    return streams, [name or str(number) for number, name in devices], tuple(notes)


def _camera(devices: list[tuple[int, str]]) -> tuple[int, str] | None:
    """The camera among the devices (a Karma drone or remote logs beside it): named so, else the first."""
    named = [device for device in devices if any(w in device[1] for w in ("Camera", "Hero", "HERO", "Max"))]
    return next(iter(named or devices), None)


def _stream(name: str, key: str, pieces: list[tuple[Chunk, Payload]]) -> Stream:
    values = np.concatenate([chunk.values for chunk, _ in pieces])
    times_ns = sample_times([(len(chunk.values), packet.start_s, packet.duration_s) for chunk, packet in pieces])
    width = values.shape[1]
    axes = _AXES.get(key, ("x", "y", "z") if width == 3 else tuple(map(str, range(width))))
    axes = axes if len(axes) == width else tuple(map(str, range(width)))
    unit = next((chunk.unit for chunk, _ in pieces if chunk.unit), "")
    return Stream(name, _KINDS.get(key, Kind.OTHER), times_ns, values, axes, unit=unit, clock="gpmf", dtype="float64")


def sample_times(pieces: list[tuple[int, Fraction, Fraction]]) -> NDArray[np.int64]:
    """Times in ns of the samples of consecutive payloads, each given as (samples, start_s, duration_s).

    Sample i of n stands at start + i/n of its payload's duration, rounded down. The last payload keeps the full
    duration although the recording stopped inside it: if it holds less than half of the samples of the one
    before, that one's sample spacing is used instead.
    """
    if len(pieces) > 1 and 2 * pieces[-1][0] < pieces[-2][0]:
        (before, _, duration_s), (last, start_s, _) = pieces[-2], pieces[-1]
        pieces = [*pieces[:-1], (last, start_s, duration_s * last / before)]
    return np.concatenate([_spread(*piece) for piece in pieces])


def _spread(samples: int, start_s: Fraction, duration_s: Fraction) -> NDArray[np.int64]:
    start, duration = int(start_s * NS), int(duration_s * NS)
    return start + np.arange(samples, dtype=np.int64) * duration // samples
