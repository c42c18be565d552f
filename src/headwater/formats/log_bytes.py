"""Decompression within a declared and bounded size, for chunks of logs."""

from __future__ import annotations

import bz2

MAX_CHUNK_BYTES = 256 << 20
MAX_RATIO = 100
FREE_BYTES = 16 << 20


class ChunkError(ValueError):
    """Compressed bytes that are damaged, of another size than declared, or too large."""


class Budget:
    """What a pass over a file may unpack in all: real recordings shrink tenfold, a bomb ten thousandfold."""

    def __init__(self, file_bytes: int) -> None:
        self._allowed = FREE_BYTES + MAX_RATIO * file_bytes
        self._left = self._allowed

    def spend(self, size: int) -> None:
        """Raises ChunkError when it is spent."""
        self._left -= size
        if self._left < 0:
            raise ChunkError(f"unpacks to more than {self._allowed} bytes in all")


def unpacked(data: bytes, method: str, size: int) -> bytes:
    """``data`` decompressed by ``zstd``, ``lz4``, ``bz2`` or ``none``; exactly ``size`` bytes. Raises ChunkError."""
    if size > MAX_CHUNK_BYTES:
        raise ChunkError(f"{size} bytes declared, {MAX_CHUNK_BYTES} allowed")
    if method in ("", "none"):
        out = data
    elif method == "zstd":
        out = _zstd(data, size)
    elif method == "lz4":
        out = _lz4(data, size)
    elif method == "bz2":
        try:
            out = bz2.BZ2Decompressor().decompress(data, max_length=size + 1)
        except (OSError, EOFError, ValueError):
            raise ChunkError("is not bz2") from None
    else:
        raise ChunkError(f"compression {method[:20]!r} is not known")
    if len(out) != size:
        raise ChunkError(f"{len(out)} bytes unpacked, {size} declared")
    return out


def unpacked_start(data: bytes, method: str, size: int) -> bytes:
    """The first ``size`` bytes, or fewer if there are fewer. Raises ChunkError."""
    if method == "zstd":
        return _zstd(data, size)[:size]
    if method == "lz4":
        return _lz4(data, size)[:size]
    return data[:size]


def unpacked_frame(data: bytes) -> bytes:
    """A single zstd frame that says its own size. Raises ChunkError."""
    import zstandard

    try:
        size = zstandard.frame_content_size(data)
    except zstandard.ZstdError:
        raise ChunkError("is not zstd") from None
    return unpacked(data, "zstd", size) if size >= 0 else unpacked_stream(data)


def unpacked_stream(data: bytes, allowed: int = MAX_CHUNK_BYTES) -> bytes:
    """A zstd frame of unsaid size, of at most ``allowed`` bytes. Raises ChunkError."""
    out = _zstd(data, allowed)
    if len(out) > allowed:
        raise ChunkError(f"more than {allowed} bytes")
    return out


def _zstd(data: bytes, size: int) -> bytes:
    try:
        import zstandard
    except ImportError:
        raise ChunkError("zstandard is not installed: pip install headwater[robotics]") from None

    try:
        with zstandard.ZstdDecompressor(max_window_size=1 << 30).stream_reader(data) as reader:
            return bytes(reader.read(size + 1))
    except zstandard.ZstdError:
        raise ChunkError("is not zstd") from None


def _lz4(data: bytes, size: int) -> bytes:
    try:
        import lz4.frame
    except ImportError:
        raise ChunkError("lz4 is not installed: pip install headwater[robotics]") from None
    try:
        return bytes(lz4.frame.LZ4FrameDecompressor().decompress(data, max_length=size + 1))
    except (RuntimeError, EOFError, ValueError):
        raise ChunkError("is not lz4") from None
