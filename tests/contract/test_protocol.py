"""Random steps of the whole protocol, on a chain and in a model in plain Python, which must agree in everything.

A step is a transaction that the model predicts: what it moves, or the named error that refuses it. After each, every
balance and every view is compared (tests/contract/model). ``-s`` prints how many steps there were and what they met.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import ClassVar
from unittest.mock import patch

import pytest
import tests.contract.model  # noqa: F401  # every subject adds its steps and views
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.internal.conjecture.engine import ConjectureRunner
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from tests.contract.model.covering import unmet
from tests.contract.model.touring import TOURS
from tests.contract.model.town import Town
from tests.contract.model.world import STEPS, Draw, World

from headwater.chain import anvil

pytestmark = pytest.mark.chain
SHORT, LONG = (4, 100), (20, 150)  # examples, steps in each


class Protocol(RuleBasedStateMachine):
    """One run: it begins with the town and takes one step after the other."""

    town: ClassVar[Town]
    tally: ClassVar[Counter[tuple[str, str]]]
    world: World
    taken: int

    @initialize()
    def begin(self) -> None:
        self.world, self.taken = self.town.world(self.tally), 0

    @rule(data=st.data())
    def step(self, data: st.DataObject) -> None:
        able = sorted(((one.weight_in(self.world), one) for one in STEPS), key=lambda pair: -pair[0])
        names = [one.name for weight, one in able for _ in range(weight)]
        self.taken += 1
        turn = 29 * self.taken % len(names)  # so that the plainest run, all first choices, goes everywhere too
        names = names[turn:] + names[:turn]
        chosen = data.draw(st.sampled_from(names), label="step")
        next(one for one in STEPS if one.name == chosen).run(self.world, Draw(data))


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A chain of its own: its clock is ours."""
    running = anvil.start(tmp_path_factory.mktemp("model"), state_interval_s=3600)
    made = Town(running.url)
    yield made
    made.node.close()
    running.stop()


def walk(town: Town, examples: int, steps: int, *, shrink: bool) -> Counter[tuple[str, str]]:
    tally: Counter[tuple[str, str]] = Counter()
    machine = type("Protocol", (Protocol,), {"town": town, "tally": tally})
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=not shrink,
        database=None,
        deadline=None,
        print_blob=True,
        phases=(Phase.generate, *([Phase.shrink] if shrink else [])),
        suppress_health_check=list(HealthCheck),
    )
    # Hypothesis would repeat one step of an example many times over; every step is to be drawn afresh.
    with patch.object(ConjectureRunner, "generate_mutations_from", lambda runner, data: None):
        run_state_machine_as_test(machine, settings=chosen)
    return tally


def tours(town: Town, tally: Counter[tuple[str, str]]) -> None:
    """Every tour, from the beginning."""
    for one in TOURS:
        one(town.world(tally))


def report(tally: Counter[tuple[str, str]]) -> str:
    done = sum(count for (_, refusal), count in tally.items() if not refusal)
    lines = [f"{tally.total()} steps: {done} done, {tally.total() - done} refused by the predicted error"]
    for function in sorted({function for function, _ in tally}):
        met = {refusal or "done": count for (one, refusal), count in sorted(tally.items()) if one == function}
        lines.append(f"  {function}: " + ", ".join(f"{what} {count}" for what, count in met.items()))
    return "\n".join(lines)


def test_the_chain_agrees_with_the_model(town: Town) -> None:
    tally = walk(town, *SHORT, shrink=False)
    print(report(tally))  # noqa: T201  # the count is what was asked for
    assert tally.total() >= 250


def test_every_function_goes_through_and_is_refused(town: Town) -> None:
    """On tours alone, so that none of them stops on its way unseen."""
    tally: Counter[tuple[str, str]] = Counter()
    tours(town, tally)
    print(report(tally))  # noqa: T201  # the count is what was asked for
    assert unmet(tally) == []


@pytest.mark.slow
def test_the_chain_agrees_with_the_model_over_thousands_of_steps(town: Town) -> None:
    tally = walk(town, *LONG, shrink=True)
    tours(town, tally)
    print(report(tally))  # noqa: T201  # the count is what was asked for
    assert tally.total() >= 1_000
    assert unmet(tally) == []
