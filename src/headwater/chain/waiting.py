"""Waiting for the chain, bounded by the reader's own clock so that a dead node cannot hold anybody for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

from headwater.chain.errors import NotMinedError
from headwater.chain.rpc import Chain

_POLL_S = 0.1


def for_block(chain: Chain, number: int, limit_s: float = 120.0) -> None:
    """Until the head is at least ``number``."""
    _until(lambda: chain.latest().number >= number, f"block {number}", limit_s)


def for_final(chain: Chain, number: int, limit_s: float = 120.0) -> None:
    """Until block ``number`` is final: nothing that reads final blocks can miss it any more."""
    _until(lambda: chain.final_block().number >= number, f"block {number} final", limit_s)


def for_time(chain: Chain, when: int, limit_s: float = 120.0) -> None:
    """Until chain time, as a final block has it, is at least ``when`` (Unix seconds)."""
    _until(lambda: chain.final_block().time >= when, f"chain time {when}", limit_s)


def _until(done: Callable[[], bool], what: str, limit_s: float) -> None:
    deadline = time.monotonic() + limit_s
    while not done():
        if time.monotonic() > deadline:
            raise NotMinedError(what, limit_s)
        time.sleep(_POLL_S)
