"""GoPro's telemetry: GPMF payloads, and a small MP4 with a track of them, made box by box."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from headwater.testing.media import write_coded

PAYLOADS = 3
_SECOND = 1000


def klv(key: str, kind: str, size: int, repeat: int, data: bytes) -> bytes:
    """One key-length-value, padded to four bytes; ``kind`` empty for one that nests others."""
    head = struct.pack(">4scBH", key.encode(), kind.encode() or b"\0", size, repeat)
    return head + data + b"\0" * (-len(data) % 4)


def nest(key: str, *items: bytes) -> bytes:
    """Items inside another."""
    body = b"".join(items)
    return klv(key, "", 1, len(body), body)


def payload() -> bytes:
    """A camera's second: twenty samples of GYRO, and four of a stream of mixed types."""
    samples = np.arange(60, dtype=">i2").tobytes()
    gyro = nest("STRM", klv("SCAL", "s", 2, 1, b"\0\x0a"), klv("GYRO", "s", 6, 20, samples))
    mixed = nest("STRM", klv("TYPE", "c", 1, 3, b"Lff"), klv("ATTD", "?", 12, 4, bytes(48)))
    return nest("DEVC", klv("DVID", "L", 4, 1, b"\0\0\0\1"), klv("DVNM", "c", 1, 6, b"Camera"), gyro, mixed)


def write_gpmf(path: Path) -> Path:
    """Payloads one after another, as they are outside an MP4."""
    path.write_bytes(payload() * PAYLOADS)
    return path


def write_gopro(path: Path) -> Path:
    """Three seconds of H.264 with sound, 64x48, and a payload a second in a track ``GoPro MET``."""
    write_coded(path, "libx264", [np.full((48, 64), 20 * n, np.uint8) for n in range(4)], sound=True)
    raw = path.read_bytes()
    at = raw.index(b"moov") - 4  # the last box: what stands before it keeps its place
    assert int.from_bytes(raw[at : at + 4], "big") == len(raw) - at
    data = _box(b"mdat", payload() * PAYLOADS)
    path.write_bytes(raw[:at] + data + _box(b"moov", raw[at + 8 :], _track(at + 8)))
    return path


def _track(start: int) -> bytes:
    """A ``trak`` of the payloads that lie from ``start``."""
    size, lasts = len(payload()), PAYLOADS * _SECOND
    matrix = struct.pack(">9I", 1 << 16, 0, 0, 0, 1 << 16, 0, 0, 0, 1 << 30)
    table = _box(
        b"stbl",
        _full(b"stsd", struct.pack(">I", 1), _box(b"gpmd", bytes(6), struct.pack(">H", 1), bytes(4))),
        _full(b"stts", struct.pack(">3I", 1, PAYLOADS, _SECOND)),
        _full(b"stsc", struct.pack(">4I", 1, 1, PAYLOADS, 1)),
        _full(b"stsz", struct.pack(">2I", size, PAYLOADS)),
        _full(b"stco", struct.pack(">2I", 1, start)),
    )
    general = _box(b"gmhd", _full(b"gmin", bytes(12)))
    here = _box(b"dinf", _full(b"dref", struct.pack(">I", 1), _box(b"url ", struct.pack(">I", 1))))
    media = _box(
        b"mdia",
        _full(b"mdhd", struct.pack(">4IHH", 0, 0, _SECOND, lasts, 0x55C4, 0)),
        _full(b"hdlr", bytes(4), b"meta", bytes(12), b"GoPro MET\0"),
        _box(b"minf", general, here, table),
    )
    head = _full(b"tkhd", struct.pack(">5I", 0, 0, 9, 0, lasts), bytes(16), matrix, bytes(8))
    return _box(b"trak", head, media)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def _full(kind: bytes, *parts: bytes) -> bytes:
    return _box(kind, bytes(4), *parts)
