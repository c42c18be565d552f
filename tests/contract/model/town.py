"""What every run begins with: contracts, and people with money, allowances, roles and collateral."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from tests.contract.model import judging, reviewing, staking
from tests.contract.model.cast import FRUGAL, JURORS, OPERATORS, PEOPLE, REVIEWERS, TREASURY, WALLY
from tests.contract.model.node import Node
from tests.contract.model.state import MAX, State, clone
from tests.contract.model.tokens import SPENDERS, TOKENS
from tests.contract.model.world import World

from headwater.chain import LOCAL

DOLLARS, COINS = 10**13, 10**22
COIN = 10**18
PROFILE = replace(
    LOCAL,
    name="model",
    windows=(10, 10, 20, 40, 24),
    publish_bonds=(0, 10 * COIN, 10_000 * COIN),
    unbonding=60,
    court=(1, 5, 5, 3),
)
# says yes to every signature: PUSH4 of isValidSignature, shifted into the first bytes of a word, returned
YES = "0x631626ba7e60e01b5f5260205ff3"


class Town:
    """A node with our contracts and its people, and the state a run begins with."""

    def __init__(self, url: str) -> None:
        self.node = Node(url, PROFILE, TREASURY.address)
        time, block = self.node.now()
        names = {name: self.node.at(name) for name in self.node.deployment.contracts}
        self.begin = State(names, TREASURY.address, self.node.chain_id, time, block, receiver=TREASURY.address)
        fees = zip(("network fee", "review fee", "operator fee"), PROFILE.fees, strict=True)
        windows = zip(("settle", "challenge", "lapse", "publish window"), PROFILE.windows[:4], strict=True)
        self.begin.rules = dict([*fees, *windows, ("publish bond", PROFILE.publish_bond)])
        self.begin.rules |= {"epoch window": PROFILE.windows[4], "epoch bond": PROFILE.epoch_bonds[1]}
        self.begin.rules |= {"unbonding": PROFILE.unbonding, "fee": PROFILE.juror_fee}
        self.begin.rules |= dict(zip(("draw", "commit", "reveal", "appeal"), PROFILE.court, strict=True))
        leasts = zip(staking.ROLES, PROFILE.minimums, strict=True)
        self.begin.rules |= {f"least {role}": least for role, least in leasts}
        juror = self.begin.rules[f"least {staking.JUROR}"]
        self.begin.rules |= {"absent": juror // 2, "wrong": juror // 4}
        self._people()
        self.node.keep()

    def world(self, tally: Counter[tuple[str, str]]) -> World:
        """The beginning once more, on the chain and in the model."""
        self.node.back()
        return World(self.node, clone(self.begin), tally)

    def _people(self) -> None:
        deployer = self.node.deployer
        s = self.begin
        coin, dollar = s.names["HeadwaterToken"], s.names["LocalDollar"]
        s.balances[coin, deployer] = PROFILE.supply
        # Court and Timelock: the test speaks in their place.
        self.node.fund(*(one.address for one in PEOPLE), s.names["Court"], s.names["HeadwaterTimelock"])
        self.node.fund(WALLY.address)
        self.node.be(WALLY.address, YES)
        for one in PEOPLE:
            self._send(deployer, dollar, "mint", one.address, DOLLARS)
            self._send(deployer, coin, "transfer", one.address, COINS)
            s.balances[dollar, one.address] += DOLLARS
            s.move(coin, deployer, one.address, COINS)
            for token in (s.names[name] for name in TOKENS):
                for spender in (s.names[name] for name in SPENDERS):
                    if one in FRUGAL and spender in (s.names["Campaigns"], s.names["Datasets"]):
                        continue
                    self._send(one.address, token, "approve", spender, MAX)
                    s.allowances[token, one.address, spender] = MAX
        world = World(self.node, s, Counter())
        for people, role in ((OPERATORS, staking.OPERATOR), (REVIEWERS, staking.REVIEWER), (JURORS, staking.JUROR)):
            for one in people:
                self._join(world, one.address, role)
        first = JURORS[0].address
        world.take(first, "Court", "sync", first, effect=lambda s: judging.sync(s, first))
        for one in REVIEWERS:
            sync = lambda s, who=one.address: reviewing.sync(s, who)  # noqa: E731
            world.take(one.address, "Reviewers", "sync", one.address, effect=sync)
        for one in PEOPLE:
            dollars, coins = (DOLLARS // 10, 1_000 * COIN) if one in OPERATORS else (10**10, 30 * COIN)
            self._deposit(world, one.address, s.names["LocalDollar"], dollars)
            self._deposit(world, one.address, s.names["HeadwaterToken"], coins)
        self.begin = world.s

    def _join(self, world: World, who: str, role: int) -> None:
        least = PROFILE.minimums[staking.ROLES.index(role)]
        effect = lambda s: staking.join(s, who, role, least)  # noqa: E731
        world.take(who, "Stakes", "join", role, least, effect=effect)

    def _deposit(self, world: World, who: str, token: str, amount: int) -> None:
        effect = lambda s: staking.deposit(s, who, who, token, amount)  # noqa: E731
        world.take(who, "Stakes", "depositFor", who, token, amount, effect=effect)

    def _send(self, who: str, token: str, function: str, *args: object) -> None:
        self.begin.time, self.begin.block = self.begin.time + 1, self.begin.block + 1
        sent = self.node.send(who, token, function, *args, time=self.begin.time)
        assert not sent.refusal, sent
