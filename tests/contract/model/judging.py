"""The Court: juries drawn by stake, sealed votes, what absent and wrong jurors lose. Of appeals, none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from tests.contract.model import disputing
from tests.contract.model.cast import JURORS, PEOPLE
from tests.contract.model.node import View
from tests.contract.model.staking import JUROR
from tests.contract.model.state import Seat, State, Trial, need
from tests.contract.model.world import Draw, World, step, views

from headwater.primitives.abi import abi_hash, tag
from headwater.primitives.hashing import ZERO_WORD, keccak256

NOBODY = "0x" + "0" * 40
DRAWN, COMMITTED, REVEALED, PASSED = 1, 2, 3, 4
SEATING, COMMITTING, REVEALING, APPEALING, OVER = range(5)
SIZE, CHOICES = 7, 3
_SALT = keccak256(b"salt of a juror")


def sync(s: State, account: str) -> None:
    """Weight is the stake, if it could be lost to the absent penalty."""
    stake = s.stakes[account, JUROR].amount
    stake = stake if stake >= s.rules["absent"] else 0
    if account in s.jury or stake:
        s.jury[account] = stake


def create(s: State, number: int, arbitrable: str) -> None:
    s.trials[number] = Trial(arbitrable, tuple(s.jury.items()), s.time, s.block + 1)


def phase(s: State, own: Trial) -> int:
    if not own.start or s.time < own.start:
        return SEATING
    end = own.start
    for number, name in enumerate(("commit", "reveal", "appeal"), COMMITTING):
        end += s.rules[name]
        if s.time < end:
            return number
    return OVER


def known(s: State, number: int) -> Trial:
    own = s.trials.get(number)
    need(own, "Court_UnknownDispute")
    assert own
    return own


def in_phase(s: State, number: int, wanted: int) -> Trial:
    own = known(s, number)
    need(phase(s, own) == wanted, "Court_WrongPhase")
    return own


def record_seed(s: State, number: int, seed: bytes) -> None:
    own = known(s, number)
    need(not own.seed, "Court_SeedExists")
    need(s.block > own.seed_block, "Court_SeedTooEarly")
    own.seed = seed


def seat(s: State, number: int, count: int, seed: bytes) -> None:
    """Places in the order, until seven are seated or nobody is left; who lost stake since is passed over."""
    own = known(s, number)
    need(not own.start, "Court_WrongPhase")
    if not own.seed:
        record_seed(s, number, seed)
    left = [(who, weight) for who, weight in own.pool if weight and who not in {one.juror for one in own.seats}]
    while count and seated(own) < SIZE and left:
        at = roll(s, number, own) % sum(weight for _, weight in left)
        place = 0
        while at >= left[place][1]:
            at -= left[place][1]
            place += 1
        who, weight = left.pop(place)
        stake = s.stakes[who, JUROR]
        fit = stake.amount >= weight
        stake.held += s.rules["absent"] if fit else 0
        own.seats.append(Seat(who, weight, DRAWN if fit else PASSED))
        count -= 1
    if seated(own) == SIZE or not left:
        own.start = max(own.opened + s.rules["draw"], s.time)


def seated(own: Trial) -> int:
    return sum(one.state != PASSED for one in own.seats)


def roll(s: State, number: int, own: Trial) -> int:
    types = ("bytes32", "uint256", "address", "uint256", "uint256", "bytes32", "uint256")
    place = (number, 0, own.seed, len(own.seats))
    return int.from_bytes(abi_hash(types, (tag("headwater.jury-draw.v1"), s.chain_id, s.names["Court"], *place)), "big")


def commitment(s: State, number: int, juror: str, choice: int, salt: bytes) -> bytes:
    types = ("bytes32", "uint256", "address", "uint256", "uint256", "address", "uint256", "bytes32")
    head = (tag("headwater.jury-vote.v1"), s.chain_id, s.names["Court"], number, 0)
    return abi_hash(types, (*head, juror, choice, salt))


def sat(own: Trial, place: int, wanted: int) -> Seat:
    need(place < len(own.seats) and own.seats[place].state == wanted, "Court_WrongState")
    return own.seats[place]


def commit(s: State, who: str, number: int, place: int, sealed: bytes) -> None:
    own = in_phase(s, number, COMMITTING)
    one = sat(own, place, DRAWN)
    need(one.juror == who, "Court_NotYourSeat")
    one.state, one.commitment = COMMITTED, sealed


def reveal(s: State, who: str, number: int, place: int, choice: int, salt: bytes) -> None:
    own = in_phase(s, number, REVEALING)
    need(choice <= CHOICES, "Court_ChoiceOutOfRange")
    one = sat(own, place, COMMITTED)
    need(commitment(s, number, who, choice, salt)[:27] == one.commitment[:27], "Court_WrongReveal")
    one.state, one.choice = REVEALED, choice


def tally(own: Trial) -> Counter[int]:
    return Counter(one.choice for one in own.seats if one.state == REVEALED)


def verdict(own: Trial) -> tuple[int, bool]:
    """The choice with the most votes; 0 and none on a tie or without any."""
    ranked = tally(own).most_common(2)
    found = bool(ranked) and (len(ranked) == 1 or ranked[0][1] > ranked[1][1])
    return (ranked[0][0] if found else 0), found


def pay(s: State, number: int, number_of_round: int, count: int) -> None:
    """First every place is judged, then every place is paid: what the wrong lost goes to the right."""
    own = in_phase(s, number, OVER)
    need(number_of_round == 0, "Court_UnknownRound")
    need(not own.settled, "Court_AlreadySettled")
    choice, found = verdict(own)
    order, right = len(own.seats), tally(own)[choice] if found else sum(tally(own).values())
    while count and own.cursor < order:
        own.penalties += judge(s, own.seats[own.cursor], choice, found)
        own.cursor += 1
        count -= 1
    if own.cursor < order:
        return
    fees, last = SIZE * s.rules["fee"], 2 * order if right else order
    while count and own.cursor < last:
        one = own.seats[own.cursor - order]
        own.cursor += 1
        count -= 1
        if one.state == REVEALED and (not found or one.choice == choice):
            s.fees_owed[one.juror] += fees // right
            s.award(s.names["Court"], one.juror, own.penalties // right)
    if own.cursor == last:
        own.settled = True
        s.fees_owed[s.treasury if right else own.arbitrable] += fees % right if right else fees
        s.award(s.names["Court"], s.treasury, own.penalties % right if right else own.penalties)


def judge(s: State, one: Seat, choice: int, found: bool) -> int:
    if one.state == PASSED:
        return 0
    lost = 0
    if one.state != REVEALED:
        lost = s.rules["absent"]
    elif found and one.choice != choice:
        lost = s.rules["wrong"]
    taken = s.slash_stake(one.juror, JUROR, lost, NOBODY, 0, s.names["Court"]) if lost else 0
    s.stakes[one.juror, JUROR].held -= s.rules["absent"]
    return taken


def execute(s: State, number: int) -> None:
    own = in_phase(s, number, OVER)
    need(not own.ruled, "Court_AlreadyRuled")
    own.ruled = True
    disputing.rule(s, s.names["Court"], number, verdict(own)[0])


def withdraw(s: State, account: str) -> None:
    amount = s.fees_owed[account]
    need(amount, "Court_NothingOwed")
    s.fees_owed[account] = 0
    if account == s.names["Disputes"]:
        s.coin_spare += amount


# Steps


@step(weight=2)
def sync_a_juror(world: World, draw: Draw) -> None:
    account = draw.pick("juror", JURORS).address
    who = draw.pick("who", PEOPLE).address
    world.take(who, "Court", "sync", account, effect=lambda s: sync(s, account))


@step(weight=2, when=lambda world: world.s.trials, ready=lambda world: waiting(world))
def draw_a_jury(world: World, draw: Draw) -> None:
    """The seed first or with the draw; all seats at once or one by one."""
    number = draw.pick("case", waiting(world) or [*world.s.trials, 99])
    who, seed = draw.pick("who", PEOPLE).address, seed_of(world, number)
    if draw.rarely("the seed alone", 3):
        effect = lambda s: record_seed(s, number, seed)  # noqa: E731
        world.take(who, "Court", "recordSeed", number, effect=effect)
        return
    count = draw.pick("seats", (255, 255, 1))
    world.take(who, "Court", "draw", number, count, effect=lambda s: seat(s, number, count, seed))


def seed_of(world: World, number: int) -> bytes:
    own = world.s.trials.get(number)
    if own is None or world.s.block < own.seed_block:
        return ZERO_WORD
    missed = (world.s.block - own.seed_block) // 256
    return world.node.block_hash(own.seed_block + 256 * missed)


@step(weight=4, when=lambda world: at(world, COMMITTING), ready=lambda world: seats(world, COMMITTING, DRAWN))
def commit_as_a_juror(world: World, draw: Draw) -> None:
    """Sealed to his own address; who copies it has nothing."""
    ready = seats(world, COMMITTING, DRAWN)
    number, place = draw.pick("seat", ready or [(one, 0) for one in at(world, COMMITTING)])
    juror = world.s.trials[number].seats[place].juror
    who = draw.who(juror, 8)
    sealed = commitment(world.s, number, juror, choice_of(draw), _SALT)
    call = (number, place, sealed)
    world.take(who, "Court", "commit", *call, effect=lambda s: commit(s, who, *call))


def choice_of(draw: Draw) -> int:
    return draw.pick("choice", (2, 2, 3, 1, 0))


@step(weight=6, when=lambda world: at(world, REVEALING), ready=lambda world: seats(world, REVEALING, COMMITTED))
def reveal_as_a_juror(world: World, draw: Draw) -> None:
    """What was sealed is found by trying; another choice, or another's vote, opens nothing."""
    ready = seats(world, REVEALING, COMMITTED)
    number, place = draw.pick("seat", ready or [(one, 0) for one in at(world, REVEALING)])
    one = world.s.trials[number].seats[place]
    said = [n for n in range(CHOICES + 1) if commitment(world.s, number, one.juror, n, _SALT) == one.commitment]
    choice = said[0] if said and not draw.rarely("another choice", 8) else draw.pick("choice", (1, 4))
    who = draw.who(one.juror, 8)
    call = (number, place, choice, _SALT)
    world.take(who, "Court", "reveal", *call, effect=lambda s: reveal(s, who, *call))


@step(weight=3, when=lambda world: world.s.trials, ready=lambda world: unpaid(world))
def pay_a_jury(world: World, draw: Draw) -> None:
    number = draw.pick("case", unpaid(world) or [*world.s.trials, 99])
    call = (number, 1 if draw.rarely("another round", 12) else 0, draw.pick("places", (255, 255, 1)))
    world.take(draw.pick("who", PEOPLE).address, "Court", "pay", *call, effect=lambda s: pay(s, *call))


@step(weight=3, when=lambda world: world.s.trials, ready=lambda world: unruled(world))
def execute_a_ruling(world: World, draw: Draw) -> None:
    number = draw.pick("case", unruled(world) or [*world.s.trials, 99])
    who = draw.pick("who", PEOPLE).address
    world.take(who, "Court", "executeRuling", number, effect=lambda s: execute(s, number))


@step(weight=1, when=lambda world: at(world, APPEALING))
def announce_an_appeal(world: World, draw: Draw) -> None:
    """That one is possible."""
    number = draw.pick("case", [*at(world, APPEALING), *world.s.trials])

    def effect(s: State) -> None:
        own = in_phase(s, number, APPEALING)
        need(not own.announced, "Court_AlreadyAnnounced")
        own.announced = True

    world.take(draw.pick("who", PEOPLE).address, "Court", "announce", number, effect=effect)


@step(weight=2, when=lambda world: world.s.trials, ready=lambda world: any(world.s.fees_owed.values()))
def take_a_fee(world: World, draw: Draw) -> None:
    """What a juror earned; of a jury of nobody the fees go back to Disputes, which owes them to the treasury."""
    owed = [account for account, amount in world.s.fees_owed.items() if amount]
    account = draw.pick("owed", owed) if owed and not draw.rarely("nobody", 8) else draw.pick("any", PEOPLE).address
    who = draw.pick("who", PEOPLE).address
    world.take(who, "Court", "withdraw", account, effect=lambda s: withdraw(s, account))


def at(world: World, wanted: int) -> list[int]:
    """Cases that are in a phase when the next step is taken."""
    found = []
    for number, own in world.s.trials.items():
        world.s.time += 1
        found += [number] if phase(world.s, own) == wanted else []
        world.s.time -= 1
    return found


def seats(world: World, wanted: int, state: int) -> list[tuple[int, int]]:
    rows = [(number, enumerate(world.s.trials[number].seats)) for number in at(world, wanted)]
    return [(number, place) for number, places in rows for place, one in places if one.state == state]


def waiting(world: World) -> list[int]:
    return [n for n, one in world.s.trials.items() if not one.start and world.s.block >= one.seed_block]


def unpaid(world: World) -> list[int]:
    return [number for number in at(world, OVER) if not world.s.trials[number].settled]


def unruled(world: World) -> list[int]:
    return [number for number in at(world, OVER) if not world.s.trials[number].ruled]


@views
def trials(s: State) -> Iterator[View]:
    for number, own in s.trials.items():
        label = f"case {number}"
        yield View(f"{label}: phase", "Court", "phaseOf", (number,), phase(s, own))
        yield View(f"{label}: seed", "Court", "seedOf", (number, 0), own.seed or ZERO_WORD)
        for place, one in enumerate(own.seats):
            choice = one.choice if one.state == REVEALED else 0
            yield View(f"{label}: seat {place}", "Court", "seatOf", (number, 0, place), (one.state, one.juror, choice))
        for choice in range(CHOICES + 1):
            yield View(f"{label}: votes {choice}", "Court", "votesOf", (number, 0, choice), tally(own)[choice])
        yield View(f"{label}: ruling", "Court", "currentRuling", (number,), ruling(s, own))
    for account, amount in s.fees_owed.items():
        yield View(f"fees of {account}", "Court", "owed", (account,), amount)


def ruling(s: State, own: Trial) -> int:
    return verdict(own)[0] if phase(s, own) >= APPEALING else 0


@views
def jury(s: State) -> Iterator[View]:
    yield View("jury: sum", "Court", "totalWeight", (), sum(s.jury.values()))
    for account, weight in s.jury.items():
        yield View(f"jury: {account}", "Court", "weightOf", (account,), weight)
