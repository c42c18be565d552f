"""Parameters: what a vote changes, said by the timelock; nothing of it reaches what is funded or published already."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from tests.contract.model.cast import SAM, TREASURY
from tests.contract.model.node import View
from tests.contract.model.state import State, need
from tests.contract.model.world import Draw, World, step, views

NOBODY = "0x" + "0" * 40


@dataclass(frozen=True)
class Lever:
    """A setter, the rule it sets, its bounds, and values to try: mostly good ones."""

    function: str
    rule: str
    floor: int
    ceiling: int
    values: tuple[int, ...]


LEVERS = (
    Lever("setNetworkFee", "network fee", 0, 500, (300, 250, 0, 500, 501)),
    Lever("setReviewFeeCeiling", "review fee", 0, 300, (200, 300, 301)),
    Lever("setOperatorFeeCeiling", "operator fee", 0, 1000, (600, 1000, 1001)),
    Lever("setPublishBond", "publish bond", 0, 10_000 * 10**18, (10**18, 0, 10_001 * 10**18)),
    Lever("setPublishWindow", "publish window", 2, 30 * 86_400, (30, 40, 1)),
    Lever("setChallengeFloor", "challenge", 2, 30 * 86_400, (10, 12, 1)),
    Lever("setSettleFloor", "settle", 2, 30 * 86_400, (10, 12, 1)),
    Lever("setLapseFloor", "lapse", 5, 180 * 86_400, (20, 25, 4)),
    Lever("setEpochWindow", "epoch window", 2, 30 * 86_400, (24, 30, 1)),
    Lever("setEpochBond", "epoch bond", 100 * 10**18, 10_000 * 10**18, (500 * 10**18, 100 * 10**18, 1)),
)


def set_rule(s: State, who: str, lever: Lever, value: int) -> None:
    need(who == s.names["HeadwaterTimelock"], "Parameters_NotTimelock")
    need(lever.floor <= value <= lever.ceiling, "Parameters_OutOfRange")
    s.rules[lever.rule] = value


@step(weight=1)
def change_a_rule(world: World, draw: Draw) -> None:
    """As the timelock; who is not it cannot."""
    lever = draw.pick("lever", (LEVERS[0], *LEVERS))
    value = draw.pick("value", lever.values)
    who = draw.who(world.name("HeadwaterTimelock"), 8)
    world.take(who, "Parameters", lever.function, value, effect=lambda s: set_rule(s, who, lever, value))


@step(weight=1)
def change_a_stake(world: World, draw: Draw) -> None:
    """The least of a role: who has it already keeps it."""
    role = draw.pick("role", (1, 2, 4, 8, 3))
    now = world.s.rules.get(f"least {role}", 100 * 10**18)
    value = draw.pick("value", (now, 100 * 10**18, 200 * 10**18, 1))
    who = draw.who(world.name("HeadwaterTimelock"), 6)

    def effect(s: State) -> None:
        need(who == s.names["HeadwaterTimelock"], "Parameters_NotTimelock")
        need(f"least {role}" in s.rules, "Parameters_UnknownRole")
        low, high = world.node.profile.stake_bounds
        need(low <= value <= high, "Parameters_OutOfRange")
        s.rules[f"least {role}"] = value

    world.take(who, "Parameters", "setMinimumStake", role, value, effect=effect)


@step(weight=1)
def change_the_treasury(world: World, draw: Draw) -> None:
    """Fees claimed from now on go there; disputes keep to the first."""
    to = draw.pick("to", (SAM.address, TREASURY.address, NOBODY))
    who = draw.who(world.name("HeadwaterTimelock"), 8)

    def effect(s: State) -> None:
        need(who == s.names["HeadwaterTimelock"], "Parameters_NotTimelock")
        need(to != NOBODY, "Parameters_ZeroAddress")
        s.receiver = to

    world.take(who, "Parameters", "setTreasury", to, effect=effect)


@views
def rules(s: State) -> Iterator[View]:
    r = s.rules
    fees = (r["network fee"], r["review fee"], r["operator fee"])
    yield View("funding limits", "Parameters", "fundingLimits", (), (*fees, r["settle"], r["challenge"], r["lapse"], 1))
    yield View("publish limits", "Parameters", "publishLimits", (), (r["publish bond"], r["publish window"]))
    yield View("epoch limits", "Parameters", "epochLimits", (), (r["epoch bond"], r["epoch window"]))
    for role in (1, 2, 4, 8):
        yield View(f"least {role}", "Parameters", "minimumOf", (role,), r[f"least {role}"])
    yield View("treasury", "Parameters", "treasury", (), s.receiver)
