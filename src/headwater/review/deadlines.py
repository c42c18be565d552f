"""Deadlines of a round, and who votes for somebody who keeps silent: the next place of the same draw.

A round is a place: whoever is drawn in place k votes in round k, and a place that stays silent stays empty in its
round's root, where its absence can be shown. So a replacement needs no draw of its own and nobody's choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from headwater.review.errors import DeadlineError
from headwater.review.rule import MAX_VOTES

MAX_SILENT = 9


@dataclass(frozen=True)
class Windows:
    """Seconds to commit from the opening of a round, and to reveal from then on."""

    commit: int
    reveal: int


@dataclass(frozen=True)
class Place:
    """What the chain and the published ballots say of one place of an item's draw; chain times, ``None`` for never.

    Attributes:
        opened: when his turn came: the seed was recorded, or the round before was closed.
        committed: when a commit of his stood on chain: his own, or in a root of this round.
        revealed: when it was opened to the operator, as he signed, or on chain.
        closed: when the next place was asked, or the item was settled.
    """

    opened: int
    committed: int | None = None
    revealed: int | None = None
    closed: int | None = None


class Turn(StrEnum):
    """Where a place stands."""

    VOTED = "voted"
    OPEN = "open"
    SILENT = "silent"
    PASSED = "passed over"


def turn(place: Place, windows: Windows, now: int) -> Turn:
    """Whether he voted, may still vote, kept silent, or was passed over before his time was up: a fault."""
    last = place.opened + windows.commit
    in_time = place.committed is not None and place.committed <= last
    if in_time:
        last += windows.reveal
        if place.revealed is not None and place.revealed <= last:
            return Turn.VOTED
    end = now if place.closed is None else place.closed
    if end > last:
        return Turn.SILENT
    return Turn.OPEN if place.closed is None else Turn.PASSED


def next_place(places: Sequence[Place], windows: Windows, now: int) -> int | None:
    """Which place is asked next; ``None`` while the last one asked may still vote.

    Args:
        places: those asked so far, in order.

    Raises:
        DeadlineError: one was passed over, or one was asked although the place before it was open.
    """
    for number, place in enumerate(places):
        state = turn(place, windows, now)
        if state is Turn.PASSED or (state is Turn.OPEN and number < len(places) - 1):
            what = f"place {number}"
            raise DeadlineError(what, actual="passed over before its deadline", allowed="the next place after it")
        if state is Turn.OPEN:
            return None
    return len(places)


def exhausted(places: Sequence[Place], windows: Windows, now: int) -> bool:
    """Whether an item is decided as it stands: nine votes, or nine places that kept silent."""
    states = [turn(place, windows, now) for place in places]
    return states.count(Turn.VOTED) >= MAX_VOTES or states.count(Turn.SILENT) >= MAX_SILENT


def rounds_wrong(rounds: Sequence[int], places: Sequence[Place], windows: Windows, now: int) -> bool:
    """Whether the rounds of the counted votes are not those of the places that voted: one left out, added or moved.

    A place passed over early makes every list of rounds wrong.
    """
    states = [turn(place, windows, now) for place in places]
    voted = [number for number, state in enumerate(states) if state is Turn.VOTED]
    return Turn.PASSED in states or list(rounds) != voted
