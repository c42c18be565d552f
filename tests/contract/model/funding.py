"""Campaigns' money: funding, topping up, refunds, lapse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.contract.model.cast import PEOPLE, REQUESTERS
from tests.contract.model.node import View
from tests.contract.model.state import Campaign, Pool, State, need
from tests.contract.model.tokens import permit, permitted
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import POOL_MODE, PRICE_MODE, Terms, reserve_of
from headwater.chain.views import CampaignState
from headwater.primitives.hashing import keccak256

YEAR, BPS = 365 * 86_400, 10_000
SETTLE, CHALLENGE = 25, 60
MOST_CAMPAIGNS = 6


def check_terms(s: State, who: str, t: Terms, amount: int) -> None:
    need(who == t.requester, "Campaigns_NotRequester")
    need(t.unit_reward, "Campaigns_ZeroReward")
    need(t.fee_bps == s.rules["network fee"], "Campaigns_WrongFee")
    need(t.review_fee_bps <= s.rules["review fee"], "Campaigns_FeeTooHigh")
    need(t.operator_fee_bps <= s.rules["operator fee"] and t.deposit_bps <= BPS, "Campaigns_FeeTooHigh")
    need(t.owner_bps + t.fee_bps <= BPS, "Campaigns_FeeTooHigh")
    need(s.time < t.deadline <= s.time + 10 * YEAR, "Campaigns_DeadlineOutOfRange")
    settle, challenge, lapse = (s.rules[name] for name in ("settle", "challenge", "lapse"))
    need(settle <= t.settle_window <= YEAR, "Campaigns_WindowOutOfRange")
    need(challenge <= t.challenge_window <= YEAR, "Campaigns_WindowOutOfRange")
    lapse = max(lapse, t.settle_window + 2 * t.challenge_window)
    need(lapse <= t.lapse_window <= YEAR, "Campaigns_WindowOutOfRange")
    need(t.mode <= POOL_MODE, "Campaigns_UnknownMode")
    priced = t.mode == PRICE_MODE
    fits = priced == (t.pool == 0) and priced == (t.pool_floor == 0) and amount >= t.pool
    need(fits, "Campaigns_WrongPool")


def fund(s: State, who: str, terms: Terms, amount: int) -> None:
    check_terms(s, who, terms, amount)
    s.campaigns[len(s.campaigns) + 1] = Campaign(terms, amount, terms.pool, pool=Pool(terms.pool))
    if amount:
        s.pull(terms.token, who, s.names["Settlement"], amount, s.names["Campaigns"])


def top_up(s: State, who: str, campaign: int, terms: Terms, amount: int) -> None:
    s.match(campaign, terms, "Campaigns_WrongTerms").escrow += amount
    s.pull(terms.token, who, s.names["Settlement"], amount, s.names["Campaigns"])


def refund(s: State, who: str, campaign: int, terms: Terms, amount: int) -> None:
    own = s.match(campaign, terms, "Campaigns_WrongTerms")
    need(who == terms.requester, "Campaigns_NotRequester")
    need(s.time > terms.deadline, "Campaigns_DeadlineAhead")
    need(amount <= own.unreserved, "Campaigns_NotUnreserved")
    own.escrow -= amount
    s.move(terms.token, s.names["Settlement"], who, amount)


def lapse(s: State, campaign: int, terms: Terms) -> None:
    own = s.match(campaign, terms, "Campaigns_WrongTerms")
    need(s.time > terms.deadline + terms.lapse_window, "Campaigns_DeadlineAhead")
    need(own.settled < own.anchored, "Campaigns_NothingReserved")
    own.reserved -= (own.anchored - own.settled) * reserve_of(terms)
    own.lapsed_from, own.settled = own.settled, own.anchored


@step(weight=4, when=lambda world: len(world.s.campaigns) < MOST_CAMPAIGNS)
def open_a_campaign(world: World, draw: Draw) -> None:
    """With an allowance, or with a permit, good or bad; sometimes with terms out of bounds."""
    who = draw.pick("requester", REQUESTERS).address
    terms = some_terms(world, draw, who)
    items = draw.number("items", 4, 40)
    amount = terms.pool + items * reserve_of(terms) + draw.number("more", 0, 3)
    if terms.pool and draw.rarely("less than the pool"):
        amount = terms.pool - 1
    caller = draw.who(who, 20)
    if draw.rarely("without a permit", 3):
        world.take(caller, "Campaigns", "fund", terms, amount, effect=lambda s: fund(s, caller, terms, amount))
        return
    spender, deadline = world.name("Campaigns"), world.s.time + 60
    good = not draw.rarely("bad permit") and caller == who
    v, r, ss = permit(world, terms.token, who, spender, amount if good else amount + 1, deadline)

    def effect(s: State) -> None:
        permitted(s, terms.token, who, spender, amount, good=good)
        fund(s, caller, terms, amount)

    world.take(caller, "Campaigns", "fundWithPermit", terms, amount, deadline, v, r, ss, effect=effect)


@step(weight=1, when=lambda world: world.s.campaigns)
def give_more(world: World, draw: Draw) -> None:
    """Anybody may top a campaign up; what changes the terms does not match them."""
    campaign, terms = some_campaign(world, draw)
    who = draw.pick("who", PEOPLE).address
    amount = draw.pick("items", (3, 1, 0)) * reserve_of(terms) + draw.number("more", 0, 2)
    call = (campaign, changed(draw, terms), amount)
    world.take(who, "Campaigns", "topUp", *call, effect=lambda s: top_up(s, who, *call))


@step(weight=2, when=lambda world: world.s.campaigns)
def take_money_back(world: World, draw: Draw) -> None:
    """All that is not reserved, a part of it, or a unit more."""
    campaign, terms = some_campaign(world, draw)
    left = world.s.campaigns[campaign].unreserved
    amount = draw.pick("amount", (left // 2, left, left + 1, world.s.campaigns[campaign].escrow))
    who = draw.who(terms.requester)
    call = (campaign, changed(draw, terms), amount)
    world.take(who, "Campaigns", "refund", *call, effect=lambda s: refund(s, who, *call))


@step(
    weight=3,
    when=lambda world: any(one.reserved for one in world.s.campaigns.values()),
    ready=lambda world: over(world),
)
def let_lapse(world: World, draw: Draw) -> None:
    """By anybody."""
    campaign = draw.pick("over", over(world)) if over(world) else some_campaign(world, draw)[0]
    call = (campaign, changed(draw, world.s.campaigns[campaign].terms))
    who = draw.pick("who", PEOPLE).address
    world.take(who, "Campaigns", "lapse", *call, effect=lambda s: lapse(s, *call))


def over(world: World) -> list[int]:
    """With items nobody settled in time."""
    return [
        number
        for number, one in world.s.campaigns.items()
        if one.settled < one.anchored and world.s.time > one.terms.deadline + one.terms.lapse_window
    ]


def some_terms(world: World, draw: Draw, requester: str) -> Terms:
    """Mostly within bounds; rewards from one unit to a thousand dollars, in either token."""
    settle, challenge = SETTLE, CHALLENGE
    terms = Terms(
        requester=requester,
        token=world.name(draw.pick("token", ("LocalDollar", "LocalDollar", "HeadwaterToken"))),
        spec_digest=keccak256(b"spec"),
        unit_reward=draw.pick("reward", (10**6, 10**9, 999_983, 7, 1)),
        threshold_milli=draw.pick("threshold", (0, 1500, -500)),
        review_fee_bps=min(draw.pick("review fee", (300, 0, 33)), world.s.rules["review fee"]),
        operator_fee_bps=min(draw.pick("operator fee", (500, 0, 1000, 1)), world.s.rules["operator fee"]),
        deposit_bps=draw.pick("deposit", (5000, 0, 10_000, 3333)),
        owner_bps=draw.pick("owner", (5000, 0, 9500, 3333)),
        fee_bps=world.s.rules["network fee"],
        deadline=world.s.time + draw.pick("deadline", (150, 90, 250, 400)),
        settle_window=settle,
        challenge_window=challenge,
        lapse_window=settle + 2 * challenge + draw.number("lapse", 0, 40),
        mode=0,
        licence=keccak256(b"licence"),
        purposes=7,
        regions=0,
        minimum_age=0,
        pool=0,
        pool_floor=0,
    )
    if draw.rarely("pool", 3):
        pool, floor = terms.unit_reward * draw.pick("pool", (20, 3, 100)) + 1, draw.pick("floor", (10**6, 1, 10**8))
        terms = replace(terms, mode=POOL_MODE, pool=pool, pool_floor=floor)
    if not draw.rarely("out of bounds"):
        return terms
    return draw.pick(
        "bound",
        (
            replace(terms, unit_reward=0),
            replace(terms, mode=2),
            replace(terms, pool_floor=terms.pool_floor ^ 1),
            replace(terms, review_fee_bps=301),
            replace(terms, operator_fee_bps=1001),
            replace(terms, owner_bps=9751),
            replace(terms, fee_bps=terms.fee_bps + 1),
            replace(terms, deadline=world.s.time),
            replace(terms, challenge_window=world.s.rules["challenge"] - 1),
            replace(terms, lapse_window=settle + 2 * challenge - 1),
        ),
    )


def some_campaign(world: World, draw: Draw) -> tuple[int, Terms]:
    campaign = draw.pick("campaign", list(world.s.campaigns))
    return campaign, world.s.campaigns[campaign].terms


def changed(draw: Draw, terms: Terms) -> Terms:
    """The terms, or now and then terms a cheat would like better."""
    if not draw.rarely("changed terms", 16):
        return terms
    cheaper = replace(terms, unit_reward=terms.unit_reward + 1)
    return draw.pick("change", (replace(terms, deadline=terms.deadline - 50), cheaper, replace(terms, fee_bps=499)))


@views
def campaigns(s: State) -> Iterator[View]:
    yield View("campaigns", "Campaigns", "campaignCount", (), len(s.campaigns))
    for number, own in s.campaigns.items():
        assert 0 <= own.reserved <= own.escrow, f"campaign {number}: {own.reserved} of {own.escrow} reserved"
        label, args = f"campaign {number}", (number,)
        lapsed = 0 if own.lapsed_from is None else own.lapsed_from + 1
        books = CampaignState(own.escrow, own.reserved, own.anchored, own.settled)
        pool = (own.pool.left, own.pool.closing)
        yield View(f"{label}: pool", "Campaigns", "poolOf", args, pool)
        yield View(f"{label}: books", "Campaigns", "stateOf", args, books.tuple())
        yield View(f"{label}: terms", "Campaigns", "termsHash", args, own.terms.hash())
        yield View(f"{label}: lapsed", "Campaigns", "lapsedFrom", args, lapsed)
        yield View(f"{label}: reserve", "Campaigns", "reserveOf", (own.terms,), reserve_of(own.terms))
