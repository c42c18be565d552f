"""Collateral and roles."""

from __future__ import annotations

from collections.abc import Iterator

from tests.contract.model.cast import NAMES, OPERATORS, PEOPLE, TREASURY, WALLY
from tests.contract.model.node import View
from tests.contract.model.state import Purse, Stake, State, need
from tests.contract.model.tokens import TOKENS
from tests.contract.model.world import Draw, World, step, views

OPERATOR, REVIEWER, JUROR, HOLDER = ROLES = (1, 2, 4, 8)


def deposit(s: State, who: str, account: str, token: str, amount: int) -> None:
    need(amount, "Stakes_ZeroAmount")
    need(amount < 2**96, "SafeCastOverflowedUintDowncast")
    s.purses[account, token].free += amount
    s.pull(token, who, s.names["Stakes"], amount, s.names["Stakes"])


def request_withdraw(s: State, who: str, token: str, amount: int, unbonding: int) -> None:
    need(amount, "Stakes_ZeroAmount")
    purse = s.purses[who, token]
    need(amount <= purse.free, "Stakes_NotFree")
    purse.free -= amount
    purse.leaving += amount
    purse.ready_at = s.time + unbonding


def ripe(s: State, out: Purse | Stake) -> int:
    amount, out.leaving = out.leaving, 0
    need(amount, "Stakes_NothingUnbonding")
    need(s.time >= out.ready_at, "Stakes_StillUnbonding")
    return amount


def withdraw(s: State, who: str, token: str) -> None:
    s.move(token, s.names["Stakes"], who, ripe(s, s.purses[who, token]))


def join(s: State, who: str, role: int, amount: int) -> None:
    need(role in ROLES, "Stakes_UnknownRole")
    stake = s.stakes[who, role]
    need(stake.amount + amount >= s.rules[f"least {role}"], "Stakes_BelowMinimum")
    stake.amount += amount
    if who not in s.members[role]:
        stake.under = s.rules[f"least {role}"]
        s.members[role].append(who)
    if amount:
        s.pull(s.names["HeadwaterToken"], who, s.names["Stakes"], amount, s.names["Stakes"])


def leave(s: State, who: str, role: int) -> None:
    need(role in ROLES, "Stakes_UnknownRole")
    need(who in s.members[role], "Stakes_LacksRole")
    s.leave(who, role)


def withdraw_stake(s: State, who: str, role: int) -> None:
    need(s.stakes[who, role].held <= s.stakes[who, role].amount, "Stakes_StillHeld")
    s.move(s.names["HeadwaterToken"], s.names["Stakes"], who, ripe(s, s.stakes[who, role]))


@step(weight=1)
def put_up(world: World, draw: Draw) -> None:
    """Collateral, for oneself or another."""
    who = draw.pick("who", PEOPLE).address
    account = draw.who(who)
    token = world.name(draw.pick("token", TOKENS))
    amount = draw.pick("amount", (10**8, 1, 10**20, 0, 10**30))
    call = (account, token, amount)
    if draw.rarely("plainly", 4):
        world.take(who, "Stakes", "deposit", token, amount, effect=lambda s: deposit(s, who, who, token, amount))
        return
    world.take(who, "Stakes", "depositFor", *call, effect=lambda s: deposit(s, who, *call))


@step(weight=1)
def ask_back(world: World, draw: Draw) -> None:
    """All that is free, a part of it, or one more."""
    who = draw.pick("who", OPERATORS if not draw.rarely("anybody", 4) else PEOPLE).address
    token = world.name(draw.pick("token", TOKENS))
    free = world.s.purses[who, token].free
    amount = draw.pick("amount", (free // 50, free // 2, free, free + 1))
    unbonding = world.node.profile.unbonding
    effect = lambda s: request_withdraw(s, who, token, amount, unbonding)  # noqa: E731
    world.take(who, "Stakes", "requestWithdraw", token, amount, effect=effect)


@step(weight=1, when=lambda world: any(purse.leaving for purse in world.s.purses.values()))
def take_back(world: World, draw: Draw) -> None:
    leaving = [key for key, purse in world.s.purses.items() if purse.leaving]
    who, token = draw.pick("purse", leaving)
    world.take(who, "Stakes", "withdraw", token, effect=lambda s: withdraw(s, who, token))


@step(weight=1)
def join_a_role(world: World, draw: Draw) -> None:
    """Operators who left come back; others try themselves at it."""
    role = draw.pick("role", (OPERATOR, OPERATOR, REVIEWER, JUROR, HOLDER, 3, 0))
    outside = [one for one in OPERATORS if one.address not in world.s.members[OPERATOR]]
    who = draw.pick("who", outside or PEOPLE).address
    least = world.s.rules.get(f"least {role}", 1)
    amount = draw.pick("amount", (least, least, 2 * least, least - 1, 0))
    world.take(who, "Stakes", "join", role, amount, effect=lambda s: join(s, who, role, amount))


@step(weight=1)
def leave_a_role(world: World, draw: Draw) -> None:
    role = draw.pick("role", (OPERATOR, REVIEWER, HOLDER, 0, JUROR))
    members = world.s.members[role]
    who = draw.who(draw.pick("member", members) if members else PEOPLE[0].address)
    world.take(who, "Stakes", "leave", role, effect=lambda s: leave(s, who, role))


@step(weight=1, when=lambda world: any(stake.leaving for stake in world.s.stakes.values()))
def take_a_stake_back(world: World, draw: Draw) -> None:
    leaving = [key for key, stake in world.s.stakes.items() if stake.leaving]
    who, role = draw.pick("stake", leaving)
    world.take(who, "Stakes", "withdrawStake", role, effect=lambda s: withdraw_stake(s, who, role))


@step(weight=1)
def register_a_key(world: World, draw: Draw) -> None:
    """Holders say where they are; the newest counts."""
    holders = world.s.members[HOLDER]
    who = draw.who(draw.pick("holder", holders) if holders else PEOPLE[0].address, 4)
    key = draw.pick("key", (bytes(31) + b"\x01", bytes(32))) if draw.rarely("no key", 6) else bytes(31) + b"\x01"

    def effect(s: State) -> None:
        need(who in s.members[HOLDER], "Stakes_LacksRole")
        need(any(key), "Stakes_EmptyKeyOrEndpoint")
        s.holders.append(who)

    world.take(who, "Stakes", "registerHolder", "https://holder", key, effect=effect)


@views
def holders(s: State) -> Iterator[View]:
    yield View("holders", "Stakes", "holderCount", (), len(s.holders))
    for account in set(s.holders):
        newest = max(n for n, one in enumerate(s.holders, 1) if one == account)
        yield View(f"holder {NAMES[account]}", "Stakes", "holderIndexOf", (account,), newest)


@views
def collateral(s: State) -> Iterator[View]:
    accounts = {one.address: one.name for one in (*PEOPLE, WALLY, TREASURY)}
    for account, title in (accounts | {s.names[name]: name for name in ("Court", "VoteFaults", "Disputes")}).items():
        for name in TOKENS:
            token = s.names[name]
            purse, label, args = s.purses[account, token], f"{title}, {name}", (account, token)
            yield View(f"{label}: collateral", "Stakes", "collateralOf", args, (purse.free, purse.locked))
            yield View(f"{label}: leaving", "Stakes", "unbondingOf", args, (purse.leaving, purse.ready_at))


@views
def roles(s: State) -> Iterator[View]:
    for account in (one.address for one in PEOPLE):
        mask = sum(role for role in ROLES if account in s.members[role])
        yield View(f"{NAMES[account]}: roles", "Stakes", "rolesOf", (account,), mask)
    for (account, role), stake in s.stakes.items():
        label, args = f"{NAMES[account]}, role {role}", (account, role)
        yield View(f"{label}: stake", "Stakes", "stakeOf", args, stake.amount)
        yield View(f"{label}: held", "Stakes", "heldOf", args, stake.held)
        yield View(f"{label}: leaving", "Stakes", "stakeUnbonding", args, (stake.leaving, stake.ready_at))
    for role in ROLES:
        yield View(f"members of {role}", "Stakes", "memberCount", (role,), len(s.members[role]))
        for place, account in enumerate(s.members[role]):
            yield View(f"member {place} of {role}", "Stakes", "memberAt", (role, place), account)
