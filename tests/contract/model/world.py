"""The state and the chain side by side: a step is taken in both, then everything is compared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from hypothesis import strategies as st
from tests.contract.model.cast import NAMES, PEOPLE
from tests.contract.model.node import Node, View
from tests.contract.model.state import Filed, Refused, Sale, State, clone

T = TypeVar("T")
Effect = Callable[[State], object]


class Draw:
    """What a step chooses; small and early choices are the plain ones, so failures shrink to plain steps."""

    def __init__(self, data: st.DataObject) -> None:
        self._data = data

    def pick(self, what: str, options: Sequence[T]) -> T:
        return self._data.draw(st.sampled_from(options), label=what)

    def number(self, what: str, low: int, high: int) -> int:
        return int(self._data.draw(st.integers(low, high), label=what))

    def rarely(self, what: str, of: int = 12) -> bool:
        """Once in so many times."""
        return self.number(what, 0, of - 1) == of - 1

    def who(self, right: str, of: int = 12) -> str:
        """Who should take the step, and now and then anybody."""
        return self.pick("whoever", PEOPLE).address if self.rarely("stranger", of) else right


class Told(Draw):
    """Plain choices, but where it is told otherwise: a value or what finds one among the options, a number, or
    (``yes``) what happens rarely.
    """

    def __init__(self, yes: Sequence[str] = (), **told: Any) -> None:
        self._yes, self._told = yes, {label.replace("_", " "): value for label, value in told.items()}

    def pick(self, what: str, options: Sequence[T]) -> T:
        told = self._told.get(what, options[0])
        chosen: T = told(options) if isinstance(told, Choice) else told
        return chosen

    def number(self, what: str, low: int, high: int) -> int:
        return min(max(int(self._told.get(what, low)), low), high)

    def rarely(self, what: str, of: int = 12) -> bool:
        return what in self._yes


class Choice:
    """The first of the options for which something holds."""

    def __init__(self, fits: Callable[[Any], object]) -> None:
        self._fits = fits

    def __call__(self, options: Sequence[Any]) -> Any:
        found = [one for one in options if self._fits(one)]
        if not found:
            raise Stopped("nothing fits")
        return found[0]


class Stopped(Exception):  # noqa: N818  # a tour cannot go on from here
    """A step of a tour cannot be taken, or met something else than was hoped for."""


@dataclass(frozen=True)
class Step:
    """Something that can happen. ``when`` it can be tried; that it may be refused is part of trying. Until it is
    ``ready``, so that it may well go through, it is tried seldom.
    """

    name: str
    weight: int
    when: Callable[[World], object]
    ready: Callable[[World], object]
    run: Callable[[World, Draw], None]

    def weight_in(self, world: World) -> int:
        """How often it is drawn now, among the others; 0 for never."""
        return (self.weight if self.ready(world) else 1) if self.when(world) else 0


STEPS: list[Step] = []
VIEWS: list[Callable[[State], Iterator[View]]] = []


def step(
    weight: int = 2,
    when: Callable[[World], object] = lambda world: True,
    ready: Callable[[World], object] = lambda world: True,
) -> Callable[[Callable[[World, Draw], None]], Callable[[World, Draw], None]]:
    """Make a function a step of the protocol."""

    def add(run: Callable[[World, Draw], None]) -> Callable[[World, Draw], None]:
        STEPS.append(Step(run.__name__, weight, when, ready, run))
        return run

    return add


def views(read: Callable[[State], Iterator[View]]) -> Callable[[State], Iterator[View]]:
    """Make a function part of what is compared after every step."""
    VIEWS.append(read)
    return read


class World:
    """One run.

    Attributes:
        s: the model's state.
        tally: how often each function went through (``""``) or was refused, by which error.
    """

    def __init__(self, node: Node, state: State, tally: Counter[tuple[str, str]]) -> None:
        self.node, self.s, self.tally = node, state, tally
        self.met = ["nothing"]  # the last step's refusals; a tour looks at them

    def take(self, who: str, contract: str, function: str, *args: Any, effect: Effect, value: int = 0) -> str:
        """Send a transaction and do the same in the model; they must agree, down to the error's name.

        Returns:
            the error's name; empty if it went through.
        """
        after, expected = self._predict(effect)
        sent = self.node.send(who, contract, function, *args, time=after.time, value=value)
        told = f"{NAMES.get(who, who)} calls {contract}.{function}"
        assert sent.refusal == expected, (
            f"{told}: the model says {expected or 'yes'}, the chain says {sent.refusal or 'yes'}"
        )
        assert sent.block == after.block
        self.s = after
        self.tally[f"{self._title(contract)}.{function}", expected] += 1
        self.met.append(expected)
        self.compare(told)
        return expected

    def compare(self, told: str) -> None:
        """Every balance and every view."""
        wrong = self.node.differences([view for read in VIEWS for view in read(self.s)])
        assert not wrong, f"{told}; then:\n  " + "\n  ".join(wrong)

    def wait_until(self, time: int) -> None:
        """Let chain time pass."""
        self.node.mine(time)
        self.s.time, self.s.block = self.node.now()
        assert self.s.time == time
        self.tally["wait", ""] += 1
        self.compare("time passes")

    def _title(self, contract: str) -> str:
        return next((name for name, address in self.s.names.items() if address == contract), contract)

    def name(self, contract: str) -> str:
        return self.s.names[contract]

    # What there is to choose from

    def settlements(self, wanted: Callable[[Filed], object]) -> list[Filed]:
        return [one for one in self.s.filed.values() if wanted(one)]

    def pending(self) -> list[Filed]:
        return self.settlements(lambda one: one.pending(self.s.time))

    def final(self) -> list[Filed]:
        return self.settlements(lambda one: one.final(self.s.time))

    def void(self) -> list[Filed]:
        return self.settlements(lambda one: one.void)

    def sales(self) -> list[Sale]:
        return list(self.s.sales.values())

    def _predict(self, effect: Effect) -> tuple[State, str]:
        after = clone(self.s)
        after.time, after.block = self.s.time + 1, self.s.block + 1
        try:
            effect(after)
        except Refused as refused:
            before = clone(self.s)
            before.time, before.block = after.time, after.block
            return before, refused.name
        return after, ""
