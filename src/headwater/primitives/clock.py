"""Clocks. The protocol's only clock is the chain's; this one is for people and for waiting."""

from __future__ import annotations

import time
from typing import Protocol


class Clock(Protocol):
    """Unix seconds, and a way to wait that tests can replace."""

    def now(self) -> int: ...

    def sleep(self, seconds: float) -> None: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> int:
        return int(time.time())

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class ManualClock:
    """A clock that moves only when told to."""

    def __init__(self, start: int = 1_700_000_000) -> None:
        self._now = float(start)

    def now(self) -> int:
        return int(self._now)

    def sleep(self, seconds: float) -> None:
        self._now += seconds
