"""The two-sided time code: what a recording shows to prove that it was made after one block and before another.

Nobody knows the hash of a block before it exists. A contributor who films a code made from it has filmed after that
block; the anchor proves the other side. The code is a QR symbol with ``HW1:`` and 16 letters: base32 of the first ten
bytes of SHA-256 over a tag, chain id, block number, block hash and the contributor's address, so that nobody can reuse
another's. ``time_code.json`` in the recording's folder says which block and where to look, and is sent and signed with
the recording:

    {"schema": "headwater/time-code/1", "chain_id": 1, "block": 23000000, "block_hash": "0x...",
     "contributor": "0x...", "episode": 0, "camera": "front", "at_ms": 1500}

``episode`` may be left out where there is one. Here the code is read and compared with the statement; whoever has an
RPC and the signed contribution, as an operator has, adds with ``confirmed`` what those say.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from headwater.formats import Episode, RecordingError, Video, frames
from headwater.formats.paths import within
from headwater.primitives import json_text

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
        contributor: 20 bytes, whose code it is; signed_by: who signed the contribution, empty where nobody did yet.
        expected: the text that must be seen; shown: texts with the prefix that were, sorted.
        on_chain: the block's hash as the chain has it, empty if there is no such block; ``None`` if nobody asked.
    """

    chain_id: int = 0
    block: int = 0
    block_hash: bytes = b""
    contributor: bytes = b""
    camera: str = ""
    at_ms: int = 0
    expected: str = ""
    shown: tuple[str, ...] = ()
    problem: str = ""
    signed_by: bytes = b""
    on_chain: bytes | None = None


def code_text(chain_id: int, block: int, block_hash: bytes, contributor: bytes) -> str:
    """What to show the camera; ``block_hash`` 32 bytes, ``contributor`` 20."""
    if len(block_hash) != 32 or len(contributor) != 20:
        raise ValueError("a block hash has 32 bytes, an address 20")
    parts = SCHEMA.encode() + chain_id.to_bytes(8, "big") + block.to_bytes(8, "big") + block_hash + contributor
    return PREFIX + base64.b32encode(hashlib.sha256(parts).digest()[:10]).decode()


def symbol(text: str) -> NDArray[np.uint8]:
    """The code as a QR symbol with its quiet zone: uint8 (n, n), a module a pixel, 0 dark and 255 light."""
    drawn = cv2.QRCodeEncoder.create().encode(text)
    return np.asarray(cv2.copyMakeBorder(drawn, 4, 4, 4, 4, cv2.BORDER_CONSTANT, value=255), np.uint8)


def statement(
    chain_id: int, block: int, block_hash: bytes, contributor: bytes, *, camera: str, at_ms: int, episode: int = 0
) -> dict[str, Any]:
    """What ``time_code.json`` says."""
    return {
        "schema": SCHEMA,
        "chain_id": chain_id,
        "block": block,
        "block_hash": "0x" + block_hash.hex(),
        "contributor": "0x" + contributor.hex(),
        "episode": episode,
        "camera": camera,
        "at_ms": at_ms,
    }


def time_code_beside(episode: Episode) -> Path | None:
    """``time_code.json`` in the recording's folder, if there is one and it is of this episode."""
    root = episode.source.root
    if not root.is_dir() or not (root / FILE).is_file():
        return None
    path = within(root, FILE)
    try:
        of = _read(path).get("episode", 0)
    except (OSError, ValueError):
        return path  # ``time_code_of`` says so
    return path if of == episode.source.index else None


def time_code_of(episode: Episode) -> TimeCode | None:
    """Read the statement beside the recording and look for its code; ``None`` if nothing is stated."""
    path = time_code_beside(episode)
    if path is None:
        return None
    try:
        stated = _stated(_read(path))
    except (OSError, ValueError, KeyError, TypeError, OverflowError, AttributeError):
        return TimeCode(problem="cannot be read")
    video = episode.videos.get(stated.camera)
    if video is None:
        return TimeCode(problem="names no camera of the episode")
    return replace(stated, shown=_shown(video, stated.at_ms))


def confirmed(
    code: TimeCode | None, signed_by: bytes, chain_id: int, block_hash: Callable[[int], bytes | None]
) -> TimeCode | None:
    """``code`` with what the signed contribution and, if it is of chain ``chain_id``, the chain say of it."""
    if code is None or code.problem:
        return code
    if code.chain_id != chain_id:
        return replace(code, signed_by=signed_by)
    return replace(code, signed_by=signed_by, on_chain=block_hash(code.block) or b"")


def restated(path: Path) -> bytes:
    """The statement in ``path`` for a copy of its episode alone."""
    try:
        return json.dumps(_read(path) | {"episode": 0}).encode()
    except (OSError, ValueError):
        return path.read_bytes()


def _read(path: Path) -> dict[str, Any]:
    """Raises OSError, ValueError."""
    if path.stat().st_size > MAX_FILE_BYTES:
        raise ValueError("too large")
    raw = json_text.parse(path.read_bytes())
    if not isinstance(raw, dict):
        raise ValueError("no object")
    return raw


def _stated(raw: dict[str, Any]) -> TimeCode:
    if raw["schema"] != SCHEMA:
        raise ValueError("another schema")
    chain_id, block, at_ms = int(raw["chain_id"]), int(raw["block"]), int(raw["at_ms"])
    block_hash, contributor = (bytes.fromhex(raw[name].removeprefix("0x")) for name in ("block_hash", "contributor"))
    expected = code_text(chain_id, block, block_hash, contributor)
    return TimeCode(chain_id, block, block_hash, contributor, str(raw["camera"]), at_ms, expected)


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
