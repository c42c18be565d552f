"""Disputes: what an arbitrator decides of an item. The Court takes them; what it rules, the test says in its place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.contract.model import doubting, judging
from tests.contract.model.cast import CONTRIBUTORS, OPERATORS, PEOPLE, WANDA
from tests.contract.model.node import View
from tests.contract.model.proving import at_item, void
from tests.contract.model.staking import JUROR
from tests.contract.model.state import SUSPENDED, Case, Filed, Filing, State, need
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import ACCEPTED, CONTRIBUTOR, Item, Pay, Terms
from headwater.primitives.abi import abi_hash
from headwater.primitives.hashing import ZERO_WORD

NOBODY = "0x" + "0" * 40
OPEN, RULED, CLOSED = 1, 2, 3
UNCHANGED, KEPT, TO_ACCEPT, TO_REJECT = 0, 1, 2, 3
LIMIT = 8
JURY, VALUE = 7, 7  # of the first round; least jurors a case of the value deployed with wants
NO_PAY = Pay(0, NOBODY, 0, 0, 0, ZERO_WORD)


def open_(s: State, who: str, known: Filed, terms: Terms, shown: Item, i: int, pay: Pay, paid: int, price: int) -> None:
    """``shown`` is what the challenger says item ``i`` is, ``pay`` the leaf he says it is paid by."""
    filing = known.filing
    posted = filing.posted
    known = s.filed[posted.key]
    need(terms == filing.terms, "Disputes_WrongTerms")
    index = shown.item - posted.first_item
    need(index >= 0, "Disputes_WrongProof")
    need(index < posted.count, "Merkle_IndexOutOfRange")
    need(index == i and shown == filing.draft.items[i], "Disputes_WrongProof")
    need(shown.item not in known.docket.disputed, "Disputes_AlreadyDisputed")
    need(s.time < known.final_at, "Disputes_WindowOver")
    if shown.reward:
        own = (pay.index, pay.account, pay.kind) == (shown.pay_index, shown.contributor, CONTRIBUTOR)
        need(own, "Disputes_NotItsPay")
    docket = known.docket
    docket.disputed.add(shown.item)
    docket.open += 1
    suspends = docket.open + docket.overturned >= LIMIT and not docket.suspended and not docket.late
    if suspends:
        docket.suspended, docket.late = True, s.time >= posted.final_at
    need(paid >= price, "Disputes_PaidTooLittle")
    if paid > price:
        s.coin_owed[who] += paid - price
    need(len(s.members[JUROR]) >= VALUE, "Court_ValueAboveStakes")
    need(sum(s.jury.values()), "Court_NoJurors")
    s.cases[len(s.cases) + 1] = Case(filing, i, who, s.time)
    judging.create(s, len(s.cases), s.names["Disputes"])
    s.lock(who, posted.token, terms.unit_reward // 2, 0)
    if shown.reward:
        doubting.hold_leaf(s, filing, shown.pay_index)
    else:
        doubting.hold_bond(s, filing)
    if suspends:
        doubting.suspend(s, filing)


def rule(s: State, who: str, dispute: int, ruling: int) -> None:
    need(who == s.names["Court"], "Disputes_NotArbitrator")
    own = s.cases.get(dispute)
    need(own, "Disputes_NotOpen")
    assert own
    need(own.state != RULED, "Disputes_NotOpen")
    if own.state == OPEN:
        own.state, own.ruling = RULED, ruling if ruling <= 3 else 0


def execute(s: State, dispute: int, filing: Filing, i: int, patience: int) -> None:
    own = s.cases.get(dispute)
    need(own and own.state != CLOSED, "Disputes_NotOpen")
    assert own
    need((own.filing.posted, own.i) == (filing.posted, i), "Disputes_WrongPreimage")
    known, posted, item = s.filed[filing.posted.key], filing.posted, filing.draft.items[i]
    waits = not known.void and own.state == OPEN and s.time < own.opened_at + patience
    need(not waits, "Disputes_NotRuled")
    outcome = UNCHANGED if known.void else outcome_of(own.ruling, item)
    own.state = CLOSED
    docket = known.docket
    docket.open -= 1
    fined, voids = 0, False
    if outcome in (TO_ACCEPT, TO_REJECT):
        docket.overturned += 1
        fined = posted.bond // LIMIT if docket.overturned <= LIMIT else 0
        standing = bool(known.flags & SUSPENDED) or s.time < known.final_at
        voids = docket.overturned == LIMIT and standing
    resumes = not known.void and docket.suspended and docket.open + docket.overturned < LIMIT
    if resumes:
        docket.suspended = False
    bonds(s, known, own, item, outcome, fined)
    if item.reward:
        doubting.free_leaf(known, item.pay_index, item.item, item.reward if outcome == TO_REJECT else 0)
    else:
        doubting.free_bond(known)
    if resumes:
        doubting.resume(s, filing, 0)
    if voids:
        void(s, own.challenger, filing)


def outcome_of(ruling: int, item: Item) -> int:
    if ruling == 0:
        return UNCHANGED
    if ruling == 2:
        return TO_ACCEPT
    return TO_REJECT if ruling == 3 and item.verdict == ACCEPTED else KEPT


def bonds(s: State, known: Filed, own: Case, item: Item, outcome: int, fined: int) -> None:
    posted, unit = known.filing.posted, own.filing.terms.unit_reward
    bond = unit // 2
    if outcome == KEPT:
        s.slash(own.challenger, posted.token, bond // 2, posted.settler, bond // 2)
        held = item.contributor if item.reward else s.treasury
        s.slash(own.challenger, posted.token, bond - bond // 2, held, bond - bond // 2)
        return
    s.unlock(own.challenger, posted.token, bond)
    if not fined:
        return
    if outcome == TO_REJECT:
        doubting.fine(s, known, fined, own.challenger, fined // 2)
        return
    missing = max(unit - item.reward, 0)
    if missing:
        doubting.fine(s, known, missing, item.contributor, missing)
    doubting.fine(s, known, fined - missing, own.challenger, fined - missing)


# Steps


@step(weight=5, when=lambda world: world.s.filed, ready=lambda world: world.pending())
def open_a_dispute(world: World, draw: Draw) -> None:
    """By a contributor or a watcher; now and then of everything there is in a settlement."""
    pending = [one for one in world.pending() if world.s.time + 1 < one.final_at]
    known = draw.pick("pending", pending) if pending else draw.pick("any", list(world.s.filed.values()))
    if not draw.rarely("all of it", 6):
        dispute_item(world, draw, known, at_item(draw, known.filing))
        return
    most = max(pending or [known], key=lambda one: one.filing.posted.count)
    for i in range(min(most.filing.posted.count, 9)):
        dispute_item(world, draw, most, i)


def dispute_item(world: World, draw: Draw, known: Filed, i: int) -> None:
    filing = known.filing
    item = filing.draft.items[i]
    # In dollars operators have the most, and who owns a settlement may dispute it like everybody.
    who = draw.pick("challenger", (*OPERATORS, WANDA, *CONTRIBUTORS)).address
    shown = replace(item, reward=item.reward + 1) if draw.rarely("forged item", 24) else item
    terms = replace(filing.terms, deadline=1) if draw.rarely("other terms", 24) else filing.terms
    pay, pay_proof = NO_PAY, []
    if item.reward and filing.draft.books:
        j = item.pay_index if item.pay_index < len(filing.draft.books) else 0
        if draw.rarely("another's pay", 24):
            j = len(filing.draft.books) - 1
        pay, pay_proof = filing.draft.books[j].pay, list(filing.draft.pay_tree.proof(j))
    price = price_of_a_case(world)
    paid = draw.pick("coin", (price + 5, price - 1)) if draw.rarely("other coin", 6) else price
    proof = list(filing.draft.item_tree.proof(i))
    evidence = draw.pick("evidence", ("", "ipfs://evidence"))

    def effect(s: State) -> None:
        open_(s, who, known, terms, shown, i, pay, paid, price)

    call = (filing.posted, terms, shown, proof, pay, pay_proof, evidence)
    world.take(who, "Disputes", "open", *call, effect=effect, value=paid)


@step(
    weight=5,
    when=lambda world: world.s.cases,
    ready=lambda world: any(one.state == OPEN for one in world.s.cases.values()),
)
def rule_a_dispute(world: World, draw: Draw) -> None:
    """In the Court's place: any choice, and what is none."""
    undecided = [number for number, one in world.s.cases.items() if one.state == OPEN]
    dispute = draw.pick("open", undecided) if undecided else draw.pick("any", [*world.s.cases, 99])
    who = draw.who(world.name("Court"), 10)
    call = (dispute, draw.pick("ruling", (3, 2, 1, 2, 3, 0, 7)))
    world.take(who, "Disputes", "rule", *call, effect=lambda s: rule(s, who, *call))


@step(
    weight=6,
    when=lambda world: world.s.cases,
    ready=lambda world: any(one.state == RULED for one in world.s.cases.values()),
)
def execute_a_dispute(world: World, draw: Draw) -> None:
    ripe = [number for number, one in world.s.cases.items() if one.state == RULED]
    late = [number for number, one in world.s.cases.items() if one.state == OPEN]
    dispute = draw.pick("dispute", ripe or late or list(world.s.cases))
    own = world.s.cases[dispute]
    i = own.i if not draw.rarely("another item", 12) else 0
    patience = 2 * world.node.profile.unbonding
    who, filing = draw.pick("who", PEOPLE).address, own.filing
    effect = lambda s: execute(s, dispute, filing, i, patience)  # noqa: E731
    world.take(who, "Disputes", "execute", dispute, filing.posted, filing.draft.items[i], effect=effect)


@step(weight=1, when=lambda world: world.s.cases)
def give_evidence(world: World, draw: Draw) -> None:
    """Anybody, while a dispute is open."""
    dispute = draw.pick("dispute", [*world.s.cases, 99])
    who = draw.pick("who", (*PEOPLE,)).address

    def effect(s: State) -> None:
        own = s.cases.get(dispute)
        need(own and own.state == OPEN, "Disputes_NotOpen")

    world.take(who, "Disputes", "submitEvidence", dispute, "ipfs://seen", effect=effect)


@step(weight=3, when=lambda world: world.s.cases, ready=lambda world: any(world.s.coin_owed.values()))
def take_coin_back(world: World, draw: Draw) -> None:
    """What was paid too much; fees the Court did not earn are none here."""
    owed = [account for account, amount in world.s.coin_owed.items() if amount]
    who = draw.pick("who", PEOPLE).address
    if draw.rarely("fees", 4):
        give_fees_back(world, draw, who)
        return
    account = draw.pick("owed", owed) if owed else who

    def effect(s: State) -> None:
        need(s.coin_owed[account], "Disputes_NothingOwed")
        s.coin_owed[account] = 0

    world.take(who, "Disputes", "withdraw", account, effect=effect)


def give_fees_back(world: World, draw: Draw, who: str) -> None:
    """What the arbitrator returned is owed to the treasury."""
    if not draw.rarely("none", 3):
        world.s.coin_spare += 7
        world.node.hold_coin(world.name("Disputes"), sum(world.s.coin_owed.values()) + world.s.coin_spare)

    def effect(s: State) -> None:
        need(s.coin_spare, "Disputes_NothingOwed")
        s.coin_owed[s.treasury] += s.coin_spare
        s.coin_spare = 0

    world.take(who, "Disputes", "returnFees", effect=effect)


def price_of_a_case(world: World) -> int:
    return JURY * world.node.profile.juror_fee


@views
def cases(s: State) -> Iterator[View]:
    for number, own in s.cases.items():
        posted, item = own.filing.posted, own.filing.draft.items[own.i]
        leaf = own.filing.draft.item_tree.levels[0][own.i]
        digest = abi_hash(("bytes32", "bytes32"), (posted.hash(), leaf))[:25]
        expected = (digest, own.opened_at, own.state, own.ruling, own.challenger, own.filing.terms.unit_reward)
        yield View(f"dispute {number}", "Disputes", "caseOf", (number,), expected)
        yield View(f"dispute {number}: item", "Disputes", "isDisputed", (posted.key, item.item), True)
    for key, one in s.filed.items():
        docket = one.docket
        tally = (docket.open, docket.overturned, docket.suspended, docket.late)
        yield View(f"docket of {key}", "Disputes", "tallyOf", (key,), tally)
    for account, amount in s.coin_owed.items():
        yield View(f"coin of {account}", "Disputes", "owed", (account,), amount)
