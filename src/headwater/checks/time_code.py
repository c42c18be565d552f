"""The two-sided time code: what a recording shows to prove that it was made after one block and before another.

Nobody knows the hash of a block before it exists. A contributor who films a code made from it has filmed after that
block; the anchor proves the other side. The code is a QR symbol with ``HW1:`` and 16 letters: base32 of the first ten
bytes of SHA-256 over a tag, chain id, block number, block hash and the contributor's address, so that nobody can reuse
another's. ``time_code.json`` beside the recording says which block and where to look:

    {"schema": "headwater/time-code/1", "chain_id": 1, "block": 23000000, "block_hash": "0x...",
     "contributor": "0x...", "camera": "front", "at_ms": 1500}

Here the code is read and compared with the statement. That the block has this hash on that chain is for whoever has an
RPC: ``TimeCode.block`` and ``block_hash`` are what to ask for.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import cv2

from headwater.formats import Episode, RecordingError, Video, frames

FILE = "time_code.json"
SCHEMA = "headwater/time-code/1"
PREFIX = "HW1:"
MAX_FILE_BYTES = 4096
AROUND_S = 1.0
LOOKS = 9  # frames read within AROUND_S to either side


@dataclass(frozen=True)
class TimeCode:
    """A statement, and what the pictures show.

    Attributes:
        problem: why the statement cannot be used; empty if it can.
        expected: the text that must be seen; shown: texts with the prefix that were, sorted.
    """

    chain_id: int = 0
    block: int = 0
    block_hash: bytes = b""
    camera: str = ""
    at_ms: int = 0
    expected: str = ""
    shown: tuple[str, ...] = ()
    problem: str = ""


def code_text(chain_id: int, block: int, block_hash: bytes, contributor: bytes) -> str:
    """What to show the camera; ``block_hash`` 32 bytes, ``contributor`` 20."""
    if len(block_hash) != 32 or len(contributor) != 20:
        raise ValueError("a block hash has 32 bytes, an address 20")
    parts = SCHEMA.encode() + chain_id.to_bytes(8, "big") + block.to_bytes(8, "big") + block_hash + contributor
    return PREFIX + base64.b32encode(hashlib.sha256(parts).digest()[:10]).decode()


def time_code_of(episode: Episode) -> TimeCode | None:
    """Read the statement beside the recording and look for its code; ``None`` if nothing is stated."""
    root = episode.source.root
    path = (root if root.is_dir() else root.parent) / FILE
    if not path.is_file():
        return None
    try:
        stated = _stated(path)
    except (OSError, ValueError, KeyError, TypeError, OverflowError, AttributeError):
        return TimeCode(problem="cannot be read")
    video = episode.videos.get(stated.camera)
    if video is None:
        return TimeCode(problem="names no camera of the episode")
    return TimeCode(
        stated.chain_id,
        stated.block,
        stated.block_hash,
        stated.camera,
        stated.at_ms,
        stated.expected,
        _shown(video, stated.at_ms),
    )


def _stated(path: Path) -> TimeCode:
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ValueError("too large")
    raw = json.loads(path.read_text(encoding="utf-8"))
    if raw["schema"] != SCHEMA:
        raise ValueError("another schema")
    chain_id, block, at_ms = int(raw["chain_id"]), int(raw["block"]), int(raw["at_ms"])
    block_hash, contributor = (bytes.fromhex(raw[name].removeprefix("0x")) for name in ("block_hash", "contributor"))
    expected = code_text(chain_id, block, block_hash, contributor)
    return TimeCode(chain_id, block, block_hash, str(raw["camera"]), at_ms, expected)


def _shown(video: Video, at_ms: int) -> tuple[str, ...]:
    rate = float(video.fps)
    first = max(0, round((at_ms / 1000 - AROUND_S) * rate))
    last = max(first + 1, round((at_ms / 1000 + AROUND_S) * rate))
    wanted = {first + (last - 1 - first) * look // (LOOKS - 1) for look in range(LOOKS)}
    reader, texts = cv2.QRCodeDetector(), set()
    try:
        for frame in frames(video, width=None, start=first, stop=last, only=wanted):
            text = reader.detectAndDecode(frame.image)[0]
            if text.startswith(PREFIX):
                texts.add(text)
    except RecordingError:
        pass  # picture/decodes says so
    return tuple(sorted(texts))
