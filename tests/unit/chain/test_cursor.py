"""The follower against a chain that changes while it is read."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.chain import cursor as cursor_module
from headwater.chain.cursor import Cursor, Follower
from headwater.chain.deployment import LOCAL, Deployment
from headwater.chain.errors import ChainError
from headwater.chain.events import Event, Position, Reclaimed
from headwater.chain.models import Block
from headwater.chain.rpc import Chain

DEPLOYMENT = Deployment(1, {}, 0, LOCAL)


class Forking(Chain):
    """A chain given as one fork letter per block; every event says its block's letter in its key."""

    def __init__(self, letters: str) -> None:
        super().__init__("http://nowhere")
        self.letters = letters
        self.before_each: list[str] = []

    def block(self, tag: int | str = "latest") -> Block | None:
        number = len(self.letters) - 1 if isinstance(tag, str) else tag
        return Block(number, self.letters[: number + 1].encode(), number) if number < len(self.letters) else None

    def events(self, start: int, stop: int) -> list[Event]:
        if self.before_each:
            self.letters = self.before_each.pop(0)
        blocks = range(start, min(stop + 1, len(self.letters)))
        return [Reclaimed(Position(n, 0, b"", ""), ord(self.letters[n])) for n in blocks]


@pytest.fixture(autouse=True)
def _reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(chain: Any, deployment: Any, start: int, stop: int) -> list[Event]:
        found: list[Event] = chain.events(start, stop)
        return found

    monkeypatch.setattr(cursor_module, "read_events", read)


def _walk(chain: Forking, forks: list[str]) -> str:
    """What a reader who obeys ``rolled_back_to`` believes the chain to be."""
    follower, believed = Follower(chain, DEPLOYMENT), ""
    at = follower.start()
    for letters in forks:
        chain.letters = letters
        step = follower.advance(at)
        at = Cursor.of(step.cursor.plain())
        if step.rolled_back_to is not None:
            believed = believed[: step.rolled_back_to + 1]
        believed += "".join(chr(event.key) for event in step.events if isinstance(event, Reclaimed))
    return believed


@pytest.mark.parametrize(
    "forks",
    [
        ["aaa", "aaaaa", "aaaaaa"],
        ["aaa", "aaa"],
        ["aaa", "aaaa", "aaab"],
        ["aaa", "aaaaaa", "aaab"],  # the new fork is shorter
        ["aa", "aaaa", "aabbbb", "aabbccc", "aaaaaaaa"],
        ["aaa", "b"],
        ["aaaa", "aa"],  # a chain restored from an older state
        ["aaaa", "aa", "aab"],
    ],
)
def test_a_reader_believes_what_the_chain_is(forks: list[str]) -> None:
    assert _walk(Forking("a"), forks) == forks[-1]


def test_a_fork_while_reading_is_read_again() -> None:
    chain = Forking("aaaa")
    chain.before_each = ["abbbb"]
    step = Follower(chain, DEPLOYMENT).advance(Cursor(0))
    assert "".join(chr(event.key) for event in step.events if isinstance(event, Reclaimed)) == "abbbb"


def test_a_chain_that_never_stands_still_is_given_up() -> None:
    chain = Forking("a")
    chain.before_each = [letter * 4 for letter in "bcdefghij"]
    with pytest.raises(ChainError, match="reorganised"):
        Follower(chain, DEPLOYMENT).advance(Cursor(0))


def test_memory_is_bounded() -> None:
    at = Cursor(0)
    for number in range(500):
        at = at.after(Block(number, bytes(32), number))
    assert len(at.trail) == 64
    assert at.block == 499
