"""Tours: sequences that lead to what a random walk hardly ever finds, through it and once more to where it is refused.

A tour is made of the steps, told what to choose, from the beginning of a run or from wherever a walk is. Each must meet
what it was made for when it starts at the beginning; in the middle of a walk it goes as far as it can.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.contract.model import proving, reviewing
from tests.contract.model.cast import BUYERS, CARL, CLEO, CONTRIBUTORS, JURORS, ODA, OLGA, OTTO, RITA, RON, SAM, WANDA
from tests.contract.model.governing import LEVERS
from tests.contract.model.state import Filed
from tests.contract.model.world import STEPS, Choice, Draw, Stopped, Told, World, step

from headwater.chain.structs import Closing
from headwater.primitives.hashing import ZERO_WORD

Tour = Callable[[World], None]
TOURS: list[Tour] = []
ANY = "refused"  # by whatever error


def tour(walk: Tour) -> Tour:
    """Make a function a tour."""
    TOURS.append(walk)
    return walk


@step(weight=1)
def go_on_a_tour(world: World, draw: Draw) -> None:
    """From here."""
    chosen = draw.pick("tour", [one.__name__ for one in TOURS])
    try:
        next(one for one in TOURS if one.__name__ == chosen)(world)
    except Stopped:
        return


def go(world: World, name: str, *yes: str, meets: Any = "", **told: Any) -> None:
    """Take a step and meet this refusal, or none."""
    one = next(one for one in STEPS if one.name == name)
    if not one.when(world):
        raise Stopped(f"{name} cannot be tried")
    world.met.clear()
    one.run(world, Told(yes, **told))
    met = world.met[-1] if world.met else "nothing"
    if met != meets and not (meets == ANY and met not in ("", "nothing")):
        raise Stopped(f"{name} met {met or 'no refusal'}, not {meets or 'no refusal'}")


def again(world: World, name: str, *yes: str, **told: Any) -> None:
    """The same, and now it is refused."""
    go(world, name, *yes, meets=ANY, **told)


def both(world: World, name: str, *yes: str, **told: Any) -> None:
    """It goes through, and the second time it does not."""
    go(world, name, *yes, **told)
    again(world, name, *yes, **told)


def until(world: World, time: int) -> None:
    """The next step falls on this second."""
    if world.s.time < time - 1:
        world.wait_until(time - 1)


# Ways that many tours share


def anchored(world: World, *yes: str, items: int = 20, count: int = 3, **told: Any) -> int:
    """A campaign of RITA's with one anchor, its seed recorded."""
    go(world, "open_a_campaign", *yes, items=items, **told)
    campaign = len(world.s.campaigns)
    anchor(world, campaign, *yes, count=count, **told)
    return campaign


def anchor(world: World, campaign: int, *yes: str, count: int = 3, **told: Any) -> None:
    told = {"operator": OLGA, "open": campaign, "count": count} | told
    go(world, "anchor_a_batch", *yes, **told)
    world.wait_until(world.s.time + 1)
    go(world, "record_a_seed", anchor=Choice(lambda one: one[0] == campaign))


def settled(world: World, campaign: int, *yes: str, **told: Any) -> Filed:
    """By the anchorer, the next anchor; clear items unless told otherwise."""
    queue = Choice(lambda one: one[0] == campaign)
    go(world, "settle_the_next", *yes, **({"campaign": queue, "anchors": 1, "item": "good"} | told))
    return newest(world)


def newest(world: World) -> Filed:
    return list(world.s.filed.values())[-1]


def final(world: World, one: Filed) -> Filed:
    key = one.filing.posted.key
    until(world, world.s.filed[key].final_at + 1)
    return world.s.filed[key]


def of(key: int) -> Choice:
    """The settlement with this key."""
    return Choice(lambda one: one.filing.posted.key == key)


def item_of(key: int) -> Choice:
    """Of a pair that begins with a settlement: of the one with this key."""
    return Choice(lambda one: one[0].filing.posted.key == key)


def lied(world: World, lie: str, *yes: str, item: str = "good", where: int = 0, **told: Any) -> Filed:
    """A settlement that is wrong in one thing."""
    campaign = anchored(world, *yes, **told)
    return settled(world, campaign, "bent", lie=lie, where=where, leaf=where, item=item)


# Money in and out


@tour
def money(world: World) -> None:
    """Campaigns: funded in both ways, topped up, lapsed, refunded, deposits taken back."""
    go(world, "open_a_campaign", "without a permit", items=6, deadline=90)
    again(world, "open_a_campaign", "without a permit", "out of bounds")
    again(world, "open_a_campaign", "out of bounds")
    first = len(world.s.campaigns)
    go(world, "give_more", campaign=first, who=RITA)
    again(world, "give_more", "changed terms", campaign=first)
    again(world, "take_money_back", campaign=first)
    go(world, "anchor_a_batch", open=first)
    again(world, "anchor_too_much", campaign=first, count=0)
    go(world, "anchor_directly", "any", campaign=first, contributor=CLEO)
    again(world, "anchor_directly", "any", "changed terms", campaign=first, contributor=CLEO)
    again(world, "let_lapse", campaign=first)
    again(world, "record_a_seed", "forged")
    second = anchored(world, items=6, deadline=90)
    lie = settled(world, second, "bent", lie="order", where=0, item="good")
    go(world, "prove_a_fault", bent_settlement=of(lie.filing.posted.key))
    again(world, "reclaim_deposits", void=of(lie.filing.posted.key))
    terms = max((world.s.campaigns[n].terms for n in (first, second)), key=lambda one: one.deadline)
    until(world, terms.deadline + terms.lapse_window + 1)
    both(world, "let_lapse", over=first, campaign=first)
    go(world, "reclaim_a_deposit", anchor=Choice(lambda one: one[0] == first))
    again(world, "reclaim_a_deposit", "any", anchor=Choice(lambda one: one[0] == second))
    both(world, "reclaim_deposits", void=of(lie.filing.posted.key))
    go(world, "take_money_back", campaign=first)


@tour
def stakes(world: World) -> None:
    """Collateral and roles, in and out."""
    for plainly in ((), ("plainly",)):
        go(world, "put_up", *plainly, who=SAM)
        again(world, "put_up", *plainly, who=SAM, amount=0)
    go(world, "ask_back", who=OLGA)
    again(world, "ask_back", who=OLGA, amount=10**30)
    again(world, "take_back")
    go(world, "join_a_role", role=8, who=SAM)
    go(world, "sync_a_reviewer")
    again(world, "join_a_role", role=3, who=SAM)
    go(world, "register_a_key")
    again(world, "register_a_key", "no key", key=bytes(32))
    both(world, "leave_a_role", "stranger", role=8, whoever=SAM)
    again(world, "take_a_stake_back")
    until(world, max(one.ready_at for one in world.s.stakes.values()) + 1)
    go(world, "take_back")
    go(world, "take_a_stake_back", stake=Choice(lambda one: one[0] == SAM.address))


@tour
def rules(world: World) -> None:
    """Every lever, by the timelock and by somebody else; and who may take what of whom."""
    for lever in LEVERS:
        go(world, "change_a_rule", lever=lever, value=lever.values[0])
        again(world, "change_a_rule", "stranger", lever=lever, value=lever.values[0])
    for role in (1, 2, 4, 8):
        go(world, "change_a_stake", role=role)
        again(world, "change_a_stake", "stranger", role=role)
    go(world, "change_the_treasury")
    again(world, "change_the_treasury", "stranger")
    for token in ("LocalDollar", "HeadwaterToken"):
        go(world, "approve", token=token, who=WANDA)


# Being paid


@tour
def pay_day(world: World) -> None:
    """One settlement paid in every way, its bond released, its data withdrawn."""
    campaign = anchored(world, contributor=CLEO)
    anchor(world, campaign, count=1, contributor=CARL)
    key = settled(world, campaign, anchors=2).filing.posted.key
    again(world, "claim_a_leaf", settlement=of(key), leaf=0)
    both(world, "advance_a_claim", pending=of(key), leaf=0, payer=OTTO)
    again(world, "release_a_settlement", settlement=of(key))
    again(world, "push_a_range", settlement=of(key))
    final(world, world.s.filed[key])
    go(world, "claim_a_leaf", ripe=of(key), settlement=of(key), unpaid=0)
    again(world, "claim_a_leaf", "any", ripe=of(key), settlement=of(key), leaf=0)
    go(world, "claim_many", ripe=of(key), settlement=of(key), leaf=1)
    again(world, "claim_many", ripe=of(key), settlement=of(key), leaf=1)
    go(world, "push_a_range", ripe=of(key), settlement=of(key), first=0, last=9)
    go(world, "release_a_settlement", final=of(key))
    again(world, "release_a_settlement", "any", settlement=of(key))
    both(world, "withdraw_a_clip", final=of(key))


@tour
def again_by_another(world: World) -> None:
    """A settlement proven wrong, its bond collected, settled again by another operator."""
    key = lied(world, "order").filing.posted.key
    again(world, "settle_twice", settlement=of(key), operator=OTTO)
    go(world, "prove_a_fault", bent_settlement=of(key))
    both(world, "collect_a_bond", void=of(key))
    both(world, "settle_again", void=of(key), operator=OTTO.address, item="good")


def wrong(lie: str, fault: str, where: int = 0, item: str = "good", **told: Any) -> Tour:
    """A lie, and the function that proves it; of the item or leaf beside it, it does not."""

    def walk(world: World) -> None:
        key = lied(world, lie, item=item, where=where, **told).filing.posted.key
        chosen = getattr(proving, fault)
        aim = {"fault": chosen, "any fault": chosen, "bent settlement": of(key), "settlement": of(key)}
        more = {label.replace(" ", "_"): value for label, value in aim.items()}
        again(world, "prove_a_fault", "an honest one", "another", "forged leaf", "elsewhere", **more, **beside(fault))
        go(world, "prove_a_fault", "another", **more, **told)

    walk.__name__ = f"a_wrong_{lie.replace(' ', '_')}_by_{fault}"
    return walk


def beside(fault: str) -> dict[str, Any]:
    """What is not wrong."""
    return {"item": 2, "pay": 1, "leaves": (0, 0)} if fault != "prove_fee" else {"pay": 0, "last": 0}


for made in (
    wrong("verdict", "prove_verdict"),
    wrong("byte", "prove_byte"),
    wrong("reward", "prove_reward"),
    wrong("order", "prove_order"),
    wrong("amount", "prove_pay"),
    wrong("missing", "prove_unpaid"),
    wrong("kind", "prove_fee", where=1, last=1),
    wrong("budget", "prove_sum"),
):
    tour(made)


# Votes


def voted(world: World, *yes: str, **told: Any) -> int:
    """A campaign whose three items one reviewer each voted on, in a root of their operator."""
    campaign = anchored(world, llr=400)
    own = Choice(lambda one: one[0] == campaign)
    go(world, "commit_a_round", *yes, round=own, **told)
    go(world, "commit_a_round", round=Choice(lambda one: one[0] == campaign and one[2] == 1))
    return campaign


def blame(world: World, key: int, fault: Any, *yes: str, meets: Any = "", **told: Any) -> None:
    """Prove a vote wrong, of the first item of a settlement that has some."""
    voted_on = item_of(key)
    go(world, "prove_a_vote_wrong", *yes, meets=meets, voted=voted_on, fault=fault, **told)


@tour
def votes_that_hold(world: World) -> None:
    """Honest votes withstand everything, and are shown."""
    campaign = voted(world)
    again(world, "commit_a_root", anchor=Choice(lambda one: one[0] == campaign), round=0)
    shown = Choice(lambda one: one[0] == campaign)
    again(world, "reveal_in_a_round", "other verdict", vote=shown)
    go(world, "reveal_in_a_round", vote=shown)
    key = settled(world, campaign, item="voted", llr=400).filing.posted.key
    faults = (reviewing.prove_draw, reviewing.prove_weight, reviewing.prove_commit, reviewing.prove_reveal)
    for fault in (*faults, reviewing.prove_omitted, reviewing.prove_replaced, reviewing.prove_citation):
        blame(world, key, fault, meets=ANY)


@tour
def votes_alone(world: World) -> None:
    """Committed and shown by the reviewers themselves."""
    campaign = anchored(world)
    mine = Choice(lambda one: one[0] == campaign)
    go(world, "commit_as_drawn", place=mine)
    again(world, "commit_as_drawn", "stranger", place=mine, whoever=SAM)
    both(world, "reveal_a_vote", ballot=mine)


@tour
def a_vote_nobody_cast(world: World) -> None:
    """Made up, of nobody drawn, in the wrong round, never committed."""
    for fault, told in (
        (reviewing.prove_draw, {}),
        (reviewing.prove_commit, {}),
        (reviewing.prove_weight, {"weight": 2944}),
    ):
        campaign = anchored(world)
        key = settled(world, campaign, "made up", item="voted", **told).filing.posted.key
        blame(world, key, fault)


@tour
def a_vote_turned_round(world: World) -> None:
    """Counted otherwise than it was cast."""
    campaign = voted(world)
    key = settled(world, campaign, "turned round", item="voted", llr=400).filing.posted.key
    blame(world, key, reviewing.prove_reveal)


@tour
def a_vote_left_out(world: World) -> None:
    """Shown on chain by its reviewer, and not counted."""
    campaign = anchored(world)
    mine = Choice(lambda one: one[0] == campaign and one[2] == 0)
    go(world, "commit_as_drawn", place=mine, verdict=0)
    go(world, "reveal_a_vote", ballot=mine)
    world.wait_until(world.s.time + 1)
    key = settled(world, campaign, item="graded", novelty=0, grade=100, prior=-2200).filing.posted.key
    left = item_of(key)
    go(
        world,
        "prove_a_vote_wrong",
        any=of(key),
        settlement=of(key),
        voted=left,
        fault=reviewing.prove_omitted,
        left_out=left,
    )


@tour
def a_reviewer_passed_over(world: World) -> None:
    """The first of all had no turn: nobody closed his round."""
    campaign = anchored(world)
    second = Choice(lambda one: one[0] == campaign and one[2] == 1)
    go(world, "commit_as_drawn", place=second)
    key = settled(world, campaign, "passed over", item="voted", llr=400).filing.posted.key
    blame(world, key, reviewing.prove_replaced)


@tour
def a_vote_given_twice(world: World) -> None:
    """Two signed votes of one reviewer in one round: under a root, and of his own."""
    campaign = voted(world)
    mine = Choice(lambda one: one[0] == campaign)
    again(world, "convict_a_reviewer", "forged", vote=mine)
    again(world, "convict_a_reviewer", "the same vote", vote=mine)
    both(world, "convict_a_reviewer", vote=mine)


@tour
def an_epoch_not_cited(world: World) -> None:
    """Reputation was final, and the settlement cites nothing."""
    go(world, "post_an_epoch")
    until(world, world.s.epochs[world.s.epoch_head].final_at + 1)
    campaign = anchored(world)
    key = settled(world, campaign, "cites something else", citation=ZERO_WORD).filing.posted.key
    blame(world, key, reviewing.prove_citation)


# Reviewers' records


@tour
def an_epoch(world: World) -> None:
    """Posted, asked for, shown, final; bond and demand where they belong."""
    go(world, "post_an_epoch", reviewers=3)
    again(world, "post_an_epoch")
    go(world, "demand_rows", who=WANDA)
    again(world, "demand_rows", who=WANDA)
    again(world, "show_rows", "forged")
    again(world, "end_a_demand")
    again(world, "end_a_demand", "close")
    again(world, "release_an_epochs_bond")
    both(world, "show_rows", who=OTTO)
    for kind in ("proveWeight", "proveOrder", "proveChange"):
        again(world, "prove_an_epoch_wrong", "any", kind=kind)
    until(world, world.s.epochs[world.s.epoch_head].final_at + 1)
    go(world, "end_a_demand")
    both(world, "release_an_epochs_bond")


@tour
def epochs_that_lie(world: World) -> None:
    """Each lie proven; rows that are not shown."""
    lies = (("weight", "proveWeight", OLGA), ("order", "proveOrder", OTTO), ("change", "proveChange", ODA))
    for lie, kind, who in lies:  # each costs a bond, and nobody has three
        go(world, "post_an_epoch", "bent", reviewers=3, lie=lie, operator=who)
        go(world, "prove_an_epoch_wrong", "any", kind=kind)
    go(world, "post_an_epoch", reviewers=3)
    go(world, "demand_rows", who=WANDA)
    until(world, world.s.epochs[world.s.epoch_head].demands[0].due + 1)
    go(world, "end_a_demand")


# Where items come from


def origin(flaw: str, **told: Any) -> Tour:
    """Something wrong with where an item comes from, and of another item nothing."""

    def walk(world: World) -> None:
        yes = () if flaw in ("invented", "unopened") else ("flawed",)
        campaign = anchored(world, *yes, flaw=flaw)
        bent = ("bent",) if flaw in ("invented", "unopened") else ()
        key = settled(world, campaign, *bent, lie=flaw, where=0).filing.posted.key
        again(world, "prove_an_origin_wrong", "an honest one", "elsewhere", pending=of(key), kind=flaw, item=2)
        wanted = item_of(key)
        go(world, "prove_an_origin_wrong", wrong_item=wanted)

    walk.__name__ = f"an_item_{flaw}"
    return walk


for made in (origin("invented"), origin("unopened")):
    tour(made)


@tour
def items_unsigned_or_foreign(world: World) -> None:
    """All items of one anchor are; of an honest one nothing is."""
    honest = settled(world, anchored(world)).filing.posted.key
    for flaw in ("unsigned", "foreign"):
        again(world, "prove_an_origin_wrong", "an honest one", pending=of(honest), kind=flaw)
        key = settled(world, anchored(world, "flawed", flaw=flaw)).filing.posted.key
        wanted = item_of(key)
        go(world, "prove_an_origin_wrong", wrong_item=wanted)


@tour
def a_copy(world: World) -> None:
    """The same content twice: the later one is not paid, and what was cut comes back."""
    first = anchored(world, count=1)
    early = settled(world, first).filing.posted.key
    both(world, "show_content", settlement=of(early))
    second = anchored(world, "copied", count=1, operator=OTTO)
    late = settled(world, second).filing.posted.key
    pair = Choice(lambda one: one[1][0].filing.posted.key == late)
    again(world, "prove_a_copy", "the other way round", pair=pair)
    go(world, "prove_a_copy", pair=pair)
    leaf = item_of(late)
    again(world, "return_what_was_cut", "any", leaf=leaf)
    final(world, world.s.filed[late])
    go(world, "claim_a_leaf", ripe=of(late), settlement=of(late), unpaid=0)
    go(world, "return_what_was_cut", leaf=leaf)


@tour
def a_direct_anchor_left_out(world: World) -> None:
    """A contributor anchored for himself, and the settler stops before it, though it is old."""
    go(world, "open_a_campaign", items=20, deadline=150)
    campaign = len(world.s.campaigns)
    anchor(world, campaign)
    go(world, "anchor_directly", "any", campaign=campaign, contributor=CLEO)
    settled(world, campaign)
    wanted = Choice(lambda one: one[0].filing.posted.campaign == campaign)
    again(world, "prove_an_anchor_skipped", direct=wanted)
    other = anchored(world, items=20, deadline=150)
    go(world, "anchor_directly", "any", campaign=other, contributor=CLEO)
    world.wait_until(world.s.time + 30)
    settled(world, other)
    wanted = Choice(lambda one: one[0].filing.posted.campaign == other)
    go(world, "prove_an_anchor_skipped", direct=wanted)


@tour
def a_wallet(world: World) -> None:
    """A contract wallet approves, its clip is anchored, settled and shown; what it approved late counts for nothing."""
    go(world, "open_a_campaign", items=20)
    campaign = len(world.s.campaigns)
    again(world, "approve_a_clip", "no wallet", campaign=campaign)
    go(world, "approve_a_clip", campaign=campaign)
    again(world, "approve_a_clip", "again", "himself", campaign=campaign)
    anchor(world, campaign, count=1)
    key = settled(world, campaign).filing.posted.key
    go(world, "call_for_evidence", pending=of(key), place=Choice(lambda one: one < 1 << 32))
    go(world, "answer_a_call", call=item_of(key))
    again(world, "prove_an_origin_wrong", "an honest one", pending=of(key), kind="unsigned")
    other = anchored(world, "flawed", flaw="wallet")
    late = Choice(lambda one: all(one.digest != digest for _, digest in world.s.approvals))
    go(world, "approve_a_clip", "anchored already", "himself", campaign=other, clip=late)
    lie = settled(world, other).filing.posted.key
    go(world, "prove_an_origin_wrong", wrong_item=item_of(lie))


# Evidence and disputes


@tour
def calls(world: World) -> None:
    """For an item with votes and for a pay leaf, answered; for another, not."""
    campaign = voted(world)
    key = settled(world, campaign, item="voted", llr=2500).filing.posted.key
    mine = item_of(key)
    item, pay = Choice(lambda one: one < 1 << 32), Choice(lambda one: one >= 1 << 32)
    both(world, "call_for_evidence", pending=of(key), place=item)
    again(world, "answer_a_call", "forged", call=mine)
    again(world, "let_a_call_expire", call=mine)
    again(world, "close_a_call", call=mine)
    go(world, "answer_a_call", call=mine)
    go(world, "call_for_evidence", pending=of(key), place=pay)
    leaf = Choice(lambda one: one[0].filing.posted.key == key and one[1] >= 1 << 32)
    again(world, "answer_a_call", "others", call=leaf)
    go(world, "answer_a_call", call=leaf)
    final(world, world.s.filed[key])
    go(world, "close_a_call", call=mine)
    lost = settled(world, anchored(world)).filing.posted.key
    go(world, "call_for_evidence", pending=of(lost), place=item)
    theirs = item_of(lost)
    until(world, next(iter(world.s.filed[lost].calls.values())).due + 2)
    go(world, "let_a_call_expire", call=theirs)


@tour
def disputes(world: World) -> None:
    """Opened, ruled, carried out; coin that was paid too much, and fees nobody earned."""
    key = settled(world, anchored(world)).filing.posted.key
    go(world, "open_a_dispute", "other coin", pending=of(key), item=0, challenger=WANDA)
    again(world, "open_a_dispute", pending=of(key), item=0, challenger=WANDA)
    go(world, "give_evidence", dispute=1)
    again(world, "execute_a_dispute", dispute=1)
    both(world, "take_coin_back")
    go(world, "take_coin_back", "fees")
    again(world, "take_coin_back", "fees", "none")
    again(world, "rule_a_dispute", "stranger", whoever=SAM)
    both(world, "rule_a_dispute", open=1, any=1)
    again(world, "give_evidence", dispute=1)
    both(world, "execute_a_dispute", dispute=1)


@tour
def a_jury(world: World) -> None:
    """Three jurors are drawn: one is right, one is wrong, one stays away; then the ruling is carried out."""
    jurors = JURORS[:4]
    for one in jurors:
        go(world, "sync_a_juror", juror=one)
    key = settled(world, anchored(world)).filing.posted.key
    go(world, "open_a_dispute", pending=of(key), item=0, challenger=WANDA)
    number = len(world.s.cases)
    again(world, "draw_a_jury", "the seed alone", case=99)
    again(world, "pay_a_jury", case=number)
    again(world, "execute_a_ruling", case=number)
    world.wait_until(world.s.time + 1)
    both(world, "draw_a_jury", "the seed alone", case=number)
    go(world, "draw_a_jury", case=number)
    places = range(len(world.s.trials[number].seats))
    again(world, "commit_as_a_juror", "stranger", seat=Choice(lambda one: one[0] == number), whoever=OLGA)
    for place in places[:3]:
        chosen = Choice((number, place).__eq__)
        go(world, "commit_as_a_juror", seat=chosen, choice=3 if place == 2 else 2)
    own = world.s.trials[number]
    until(world, own.start + world.s.rules["commit"] + 1)
    for place in places[:3]:
        chosen = Choice((number, place).__eq__)
        if place == 1:
            again(world, "reveal_as_a_juror", "stranger", seat=chosen, whoever=OLGA)
        go(world, "reveal_as_a_juror", seat=chosen)
    again(world, "draw_a_jury", case=number)
    over = own.start + world.s.rules["commit"] + world.s.rules["reveal"]
    until(world, over + 1)
    both(world, "announce_an_appeal", case=number)
    until(world, over + world.s.rules["appeal"] + 1)
    go(world, "pay_a_jury", case=number, places=1)
    both(world, "pay_a_jury", case=number)
    both(world, "execute_a_ruling", case=number)
    go(world, "take_a_fee")
    again(world, "take_a_fee", "nobody", any=BUYERS[1])
    go(world, "execute_a_dispute", dispute=number)


# Selling


def published(world: World, *yes: str, campaign: int = 0, **told: Any) -> int:
    """A version of a campaign's data, and its key."""
    campaign = campaign or anchored(world, contributor=CLEO)
    if not world.s.campaigns[campaign].settled:
        final(world, settled(world, campaign))
    if all(line.campaign != campaign for line in world.s.lines.values()):
        go(world, "create_a_dataset", campaign=campaign)
    dataset = next(number for number, line in world.s.lines.items() if line.campaign == campaign)
    go(world, "publish_a_version", *yes, dataset=dataset, **told)
    return list(world.s.sales)[-1]


def with_key(key: int) -> Choice:
    return Choice(lambda one: one.listing.version.key == key)


@tour
def sales(world: World) -> None:
    """A version is sold with an allowance and with a permit, and everybody takes his part."""
    go(world, "create_an_own_dataset")
    key = published(world, price=10**6)
    mine = with_key(key)
    again(world, "publish_a_version", "wrong", dataset=key >> 32, spoiled="number")
    go(world, "open_a_campaign", items=4)
    again(world, "create_a_dataset", "any", campaign=world.s.lines[key >> 32].campaign)
    for one in BUYERS:
        go(world, "buy_a_licence", buyer=one, version=mine)
        again(world, "buy_a_licence", buyer=one, version=mine, purpose=3)
    again(world, "pass_a_licence_on")
    again(world, "pass_a_licence_on", "approval")
    for name in ("claim_a_share", "claim_the_owners_part", "claim_the_fee", "release_a_publish_bond"):
        again(world, name, sale=mine, version=mine)
    until(world, world.s.sales[key].unlock_at + 1)
    go(world, "claim_a_share", sale=mine)
    for name in ("claim_the_owners_part", "claim_the_fee", "release_a_publish_bond"):
        go(world, name, version=mine)
    again(world, "hand_a_dataset_over", "stranger", dataset=key >> 32, whoever=SAM)
    go(world, "hand_a_dataset_over", dataset=key >> 32, to=RON)
    both(world, "withdraw_an_own_clip", "none", dataset=1)


SHARE_LIES = {
    "twice": "proveShareList",
    "weight": "proveShareWeight",
    "account": "proveShareItem",
    "sum": "proveShareSum",
    "left out": "proveUnlisted",
}


def share_fault(kind: str) -> Choice:
    return Choice(lambda one: one[0] == kind)


def many(world: World, *yes: str, **told: Any) -> int:
    """A campaign with items of three contributors, settled and final."""
    go(world, "open_a_campaign", *yes, items=20, **told)
    campaign = len(world.s.campaigns)
    for one in CONTRIBUTORS:
        anchor(world, campaign, count=1, contributor=one)
    final(world, settled(world, campaign, anchors=3))
    return campaign


@tour
def share_trees_that_lie(world: World) -> None:
    """Each lie proven; the next version is the right one, and what was sold of a void one is carried to it."""
    campaign = many(world, deadline=250)
    sold = 0
    for lie, kind in SHARE_LIES.items():
        key = published(world, "bent", campaign=campaign, lie=lie)
        if not sold:
            sold = key
            go(world, "buy_a_licence", buyer=BUYERS[0], version=with_key(key))
        honest = share_fault(kind)
        wanted = {"sale": with_key(key), "fault": honest}
        go(world, "prove_a_share_wrong", **wanted)
        again(world, "prove_a_share_wrong", "any", **wanted)
    right = published(world, campaign=campaign)
    both(world, "carry_the_gross", void=with_key(sold), to=with_key(right))


@tour
def shares_nobody_shows(world: World) -> None:
    """Leaves are called for: one is shown, one is not, and who asked for another gets his bond back."""
    campaign = many(world, deadline=250)
    key = published(world, campaign=campaign)
    mine = {"sale": with_key(key)}
    call, show, late = ({"what": what} for what in ("callShare", "showShare", "proveUnshown"))
    go(world, "ask_for_a_share", **mine, **call, index=0)
    again(world, "ask_for_a_share", "any", **mine, **call, index=0)
    again(world, "take_a_share_bond_back")
    again(world, "ask_for_a_share", "any", **mine, **show, index=1)
    again(world, "ask_for_a_share", "any", **mine, **late, index=0)
    go(world, "ask_for_a_share", "any", **mine, **show, index=0)
    go(world, "ask_for_a_share", "any", **mine, **call, index=1)
    sale = world.s.sales[key]
    until(world, sale.published_at + 2 * (sale.unlock_at - sale.published_at) // 3 + 2)
    go(world, "ask_for_a_share", "any", **mine, **late, index=1)
    go(world, "take_a_share_bond_back", call=Choice(lambda one: one[0] == "ShareFaults" and one[2] == 1))


# Pools


def pool(world: World) -> int:
    """A campaign in pool mode, everything final and its deadline past."""
    campaign = many(world, "pool", deadline=90)
    until(world, world.s.campaigns[campaign].terms.deadline + 2)
    return campaign


def closed(world: World, campaign: int, *yes: str, **told: Any) -> None:
    go(world, "close_a_pool", *yes, campaign=campaign, closer=ODA, **told)


def closing_of(world: World, campaign: int) -> Closing:
    own = world.s.campaigns[campaign].pool.closed
    if own is None:
        raise Stopped("the pool is not closed")
    return own.closing


@tour
def a_pool(world: World) -> None:
    """Closed, claimed, released."""
    go(world, "open_a_campaign", "pool", items=20)
    early = len(world.s.campaigns)
    again(world, "close_a_pool", "any", campaign=early)
    campaign = pool(world)
    closed(world, campaign)
    mine = Choice(lambda one: one.closing.campaign == campaign)
    call, show, late = ({"what": what} for what in ("callShare", "showShare", "proveUnshown"))
    go(world, "ask_for_a_pools_share", **call, closing=mine, index=0)
    again(world, "ask_for_a_pools_share", "any", **call, closing=mine, index=0)
    again(world, "ask_for_a_pools_share", "any", **show, closing=mine, index=1)
    again(world, "ask_for_a_pools_share", "any", **late, closing=mine, index=1)
    go(world, "ask_for_a_pools_share", "any", **show, closing=mine, index=0)
    go(world, "ask_for_a_pools_share", **call, closing=mine, index=1)
    again(world, "take_a_share_bond_back", call=Choice(lambda one: one[0] == "Pools" and one[2] == 1))
    again(world, "claim_of_a_pool", closing=mine)
    again(world, "release_a_pool", closing=mine)
    for kind in (*SHARE_LIES.values(), "proveShareSum"):
        again(world, "prove_a_closing_wrong", "another", closing=mine, fault=share_fault(kind))
    again(world, "prove_a_closing_wrong", "settlement", closing=mine)
    until(world, closing_of(world, campaign).final_at + 1)
    go(world, "take_a_share_bond_back", call=Choice(lambda one: one[0] == "Pools" and one[2] == 1))
    both(world, "claim_of_a_pool", "any", closing=mine)
    both(world, "release_a_pool", closing=mine)


@tour
def pools_that_lie(world: World) -> None:
    """Each lie proven, the closer's bond collected before the next closing."""
    campaign = pool(world)
    mine = Choice(lambda one: one.closing.campaign == campaign)
    for lie, kind in SHARE_LIES.items():
        closed(world, campaign, "bent", lie=lie)
        go(world, "prove_a_closing_wrong", "another", closing=mine, fault=share_fault(kind))
        go(world, "collect_a_closers_bond", void=mine)


@tour
def a_pool_nobody_shows(world: World) -> None:
    """A leaf is called for and not shown; then a settlement is left out."""
    campaign = pool(world)
    mine = Choice(lambda one: one.closing.campaign == campaign)
    closed(world, campaign)
    go(world, "ask_for_a_pools_share", what="callShare", closing=mine, index=0)
    closing = closing_of(world, campaign)
    since, end = closing.closed_at, closing.final_at
    until(world, since + 2 * (end - since) // 3 + 2)
    go(world, "ask_for_a_pools_share", what="proveUnshown", closing=mine, index=0)
    again(world, "collect_a_closers_bond", "stranger", void=mine, whoever=SAM)
    go(world, "collect_a_closers_bond", void=mine)
    closed(world, campaign, "one left out")
    go(world, "prove_a_closing_wrong", closing=mine)
