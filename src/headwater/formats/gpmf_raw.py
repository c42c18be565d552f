"""A GPMF track taken out of its MP4: payloads one after another in a file. There are no pictures, and no times.

A payload is all that comes before a device speaks again; each is about one second.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, TooLargeError
from headwater.formats.gopro import Payload, telemetry
from headwater.formats.gpmf import GpmfError, devices
from headwater.formats.models import Episode, Source
from headwater.formats.recording import LazyEpisodes, Recording

FORMAT = "gpmf"
MAX_BYTES = 256 << 20
_MAGIC = b"DEVC"
_FIX = "Extract the track again: `ffmpeg -i IN.MP4 -map 0:d:m:handler_name:'GoPro MET' -c copy -f rawvideo OUT.raw`."


class GpmfReader:
    """Opens a file that begins with a GPMF device."""

    family = "GPMF payloads"

    def accepts(self, path: Path) -> bool:
        if not path.is_file():
            return False
        with path.open("rb") as file:
            return file.read(4) == _MAGIC

    def open(self, path: Path) -> Recording:
        payloads(path)
        return Recording(FORMAT, path, LazyEpisodes(1, lambda _: read_gpmf(path)))


def read_gpmf(path: Path) -> Episode:
    """The file as one episode; rows are those of the busiest stream. Raises RecordingError."""
    streams, names, notes = telemetry(path, payloads(path))
    if not streams:
        raise EmptyRecordingError("has no samples", file=path, actual=0, fix=_FIX)
    busiest = max(streams.values(), key=lambda s: len(s.times_ns))
    rows = len(busiest.times_ns)
    return Episode(
        name=path.stem,
        source=Source(FORMAT, path, 0, (path,)),
        length=rows,
        fps=Fraction(busiest.rate_hz).limit_denominator(1001) or Fraction(1),
        embodiment="GoPro",
        tasks=(),
        streams=streams,
        videos={},
        ledger={"length": rows, "declared_rows": rows},
        meta={"devices": names},
        notes=("GPMF outside its MP4 has no times: a payload is taken to be one second.", *notes),
    )


def payloads(path: Path) -> list[Payload]:
    """The payloads, a second each. Raises TooLargeError, DamagedFileError."""
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise TooLargeError("too large", file=path, actual=f"{size} bytes", allowed=MAX_BYTES)
    data = path.read_bytes()
    try:
        found = list(devices(data))
    except GpmfError as error:
        raise DamagedFileError("telemetry is not GPMF", file=path, actual=str(error), fix=_FIX) from None
    parts: list[tuple[int, int]] = []
    seen: set[int] = set()
    for number, start, stop in found:
        if not parts or number in seen:
            parts.append((start, stop))
            seen = set()
        seen.add(number)
        parts[-1] = (parts[-1][0], stop)
    return [Payload(Fraction(i), Fraction(1), data[start:stop]) for i, (start, stop) in enumerate(parts)]
