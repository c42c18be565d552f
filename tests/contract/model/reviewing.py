"""Reviewers: their weights, who is drawn, what they commit to and reveal, and votes that were counted wrongly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from tests.contract.model import rating
from tests.contract.model.cast import PEOPLE, REVIEWERS, WANDA, signer_of
from tests.contract.model.node import View
from tests.contract.model.originating import Shown, is_anchored, show_item
from tests.contract.model.paying import anyone
from tests.contract.model.proving import void, watcher_of
from tests.contract.model.queue import anchors, commit_votes
from tests.contract.model.staking import REVIEWER
from tests.contract.model.state import Filed, Filing, State, Vote, need
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import MISSING, Absence, Anchor, CommitRoot, Counted, Placed, RootAt, Turn, VoteOpening
from headwater.chain.structs import Draw as Lottery
from headwater.chain.structs import Place as Spot
from headwater.chain.structs import Vote as Line
from headwater.primitives.abi import abi_hash, leaf
from headwater.primitives.eip712 import Domain
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.primitives.merkle import build
from headwater.records.vote import VoteCommit
from headwater.review.draw import Candidate, Lot, draw, eligible
from headwater.review.sampling import MIN_VOTES, SKIP_SUM, STOP_SUM, audited
from headwater.review.turns import MAX_PLACES, ends_at, had_his_turn

START = 847  # of who has no reputation
Place = tuple[int, int, int, str]  # campaign, item, round, reviewer


def sync(s: State, account: str) -> None:
    stake = s.stakes[account, REVIEWER].amount if account in s.members[REVIEWER] else 0
    if account not in s.weights.leaves:
        if stake == 0:
            return
        s.weights.leaves[account] = 0
        s.weights.set(list(s.weights.leaves).index(account))
    elif s.weights.leaves[account] != stake:
        s.weights.set(list(s.weights.leaves).index(account))
    s.weights.leaves[account] = stake


def seats(s: State, chain_id: int, campaign: int, item: int, anchor: Anchor, contributor: str, count: int) -> list[str]:
    """Who reviews an item, in order; nobody while there is no seed."""
    seed = s.campaigns[campaign].seeds.get(anchor.first_item)
    if seed is None:
        return []
    pool = eligible([Candidate(*row) for row in s.weights.sealed[anchor.weights]], (contributor, anchor.anchorer))
    return list(draw(Lot(chain_id, s.names["Reviewers"], campaign, item, seed), count, pool))


def reveal(s: State, opening: VoteOpening, time: int) -> None:
    place = (opening.campaign, opening.item, opening.round, opening.reviewer)
    own = s.ballots.get(place)
    said = (opening.verdict, opening.reasons, opening.salt, time)
    need(own and (own.verdict, own.reasons, own.salt, own.time) == said, "Campaigns_NotCommitted")
    need(s.time > time, "Campaigns_RevealTooEarly")
    need(place not in s.reveals, "Campaigns_RevealExists")
    s.reveals[place] = (s.time, opening.verdict)


def reveal_in(s: State, opening: VoteOpening, operator: str, first: int, root: CommitRoot) -> None:
    """Of a vote in an operator's root; its leaf is where the item stands."""
    place = (opening.campaign, opening.item, opening.round, opening.reviewer)
    sealed, leaves = (
        s.under.get((*place, operator)),
        s.root_leaves.get((opening.campaign, first, opening.round, operator)),
    )
    said = sealed and (sealed.verdict, sealed.reasons, sealed.salt) == (opening.verdict, opening.reasons, opening.salt)
    there = leaves and (len(leaves[0]), leaves[1]) == (root.count, root.time)
    need(said and there, "Campaigns_NotCommitted")
    need(s.time > root.time, "Campaigns_RevealTooEarly")
    need(place not in s.reveals, "Campaigns_RevealExists")
    s.reveals[place] = (s.time, opening.verdict)


def sealed_by(s: State, place: Place, operators: Sequence[str]) -> Vote | None:
    """A reviewer's commit: his own, or in the root of one of these operators."""
    under = (s.under.get((*place, one)) for one in operators)
    return s.ballots.get(place) or next((one for one in under if one), None)


def counted(
    world: World, campaign: int, anchor: Anchor, item: int, contributor: str, *, passing: bool = False
) -> tuple[Line, ...]:
    """The votes of who was drawn and committed, up to the first who did not; ``passing`` over him whoever asks."""
    s, found = world.s, []
    for number, reviewer in enumerate(seats(s, world.node.chain_id, campaign, item, anchor, contributor, 2)):
        own = sealed_by(s, (campaign, item, number, reviewer), [anchor.anchorer])
        if own is None and passing:
            continue
        if own is None:
            break
        found.append(Line(reviewer, number, own.verdict, START, own.commit))
    return tuple(found)


# The rules


def prove(s: State, who: str, filing: Filing, wrong: bool) -> None:
    need(wrong, "VoteFaults_NoFault")
    void(s, who, filing)


def match(shown: Shown) -> None:
    index = shown.item.item - shown.filing.posted.first_item
    need(index >= 0, "VoteFaults_WrongProof")
    need(index < shown.filing.posted.count, "Merkle_IndexOutOfRange")
    need(index == shown.i, "VoteFaults_WrongProof")


def match_anchor(s: State, shown: Shown) -> None:
    need(is_anchored(s, shown), "VoteFaults_WrongAnchor")


def as_drawn(s: State, chain_id: int, shown: Shown) -> bool:
    rounds = [one.round for one in shown.votes]
    if not rounds:
        return True
    if rounds != sorted(set(rounds)) or rounds[-1] >= MAX_PLACES:
        return False
    drawn = dict(enumerate(drawn_for(s, chain_id, shown, rounds[-1] + 1)))
    return all(drawn.get(one.round) == one.reviewer for one in shown.votes)


def passed_over(s: State, chain_id: int, shown: Shown, number: int) -> bool:
    """A round without a vote came before one with a vote, and its reviewer was not given his turn."""
    if not is_gap(shown, number):
        return False
    operators = {shown.anchor.anchorer, shown.filing.posted.settler}

    def times(round_: int) -> list[int]:
        keys = [(shown.filing.posted.campaign, shown.anchor.first_item, round_, one) for one in operators]
        roots = [s.root_leaves[key] for key in keys if key in s.root_leaves]
        return [time for leaves, time in roots if len(leaves) == shown.anchor.count]

    ends = ends_at(number, shown.anchor.time, times(number - 1), shown.filing.terms.settle_window)
    who = drawn_for(s, chain_id, shown, number + 1)[number:]
    place = (shown.filing.posted.campaign, shown.item.item, number, who[0] if who else "")
    spoke = s.reveals[place][0] if place in s.reveals else None
    return not had_his_turn(ends, times(number), posted_at(shown.filing), spoke)


def is_gap(shown: Shown, number: int) -> bool:
    return bool(shown.votes) and number < shown.votes[-1].round and number not in [one.round for one in shown.votes]


def drawn_for(s: State, chain_id: int, shown: Shown, count: int) -> list[str]:
    campaign, item = shown.filing.posted.campaign, shown.item
    return seats(s, chain_id, campaign, item.item, shown.anchor, item.contributor, count)


def posted_at(filing: Filing) -> int:
    return filing.posted.final_at - filing.terms.challenge_window


def omitted(s: State, chain_id: int, shown: Shown, number: int, reviewer: str) -> bool:
    """He revealed before, he was drawn, and was left out although the rule wanted him."""
    campaign, item, votes = shown.filing.posted.campaign, shown.item, shown.votes
    time, _ = s.reveals.get((campaign, item.item, number, reviewer), (0, 0))
    seed = s.campaigns[campaign].seeds.get(shown.anchor.first_item)
    if not 0 < time < posted_at(shown.filing) or seed is None:
        return False
    total = abs(item.llr + item.prior + sum(one.weight if one.verdict else -one.weight for one in votes))
    unclear = total < STOP_SUM or len(votes) < MIN_VOTES
    open_ = unclear if votes else total < SKIP_SUM or audited(seed, item.item)
    reached = votes[-1].round + 1 if votes else 0
    wanted = reached <= number < MAX_PLACES and open_ and len(votes) < 9 and item.verdict != MISSING
    return wanted and drawn_for(s, chain_id, shown, number + 1)[number:] == [reviewer]


def committed(s: State, domain: Domain, shown: Shown, vote: Line) -> bool:
    """On chain when it was counted: the reviewer's own, or under the anchorer's or the settler's root."""
    filing, number = shown.filing, shown.item.item
    own = s.ballots.get((filing.posted.campaign, number, vote.round, vote.reviewer))
    if own and own.commit == vote.commit and own.time <= posted_at(filing):
        return True
    for operator in {shown.anchor.anchorer, filing.posted.settler}:
        root = s.root_leaves.get((filing.posted.campaign, shown.anchor.first_item, vote.round, operator))
        if root and len(root[0]) == shown.anchor.count and root[1] <= posted_at(filing):
            place = number - shown.anchor.first_item
            if root[0][place] == leaf_of(domain, filing.posted.campaign, number, vote):
                return True
    return False


def leaf_of(domain: Domain, campaign: int, item: int, vote: Line) -> bytes:
    types, values = ("uint32", "uint8", "address", "bytes32"), (item, vote.round, vote.reviewer, vote.commit)
    return leaf("headwater.commit.v1", domain.chain_id, domain.contract, campaign, types, values)


# Steps


@step(weight=2)
def sync_a_reviewer(world: World, draw: Draw) -> None:
    """Anybody brings a weight to the stake."""
    account = draw.pick("account", (*REVIEWERS, *PEOPLE)).address
    who = draw.pick("who", PEOPLE).address
    world.take(who, "Reviewers", "sync", account, effect=lambda s: sync(s, account))


@step(weight=6, when=lambda world: places(world))
def commit_as_drawn(world: World, draw: Draw) -> None:
    """A drawn reviewer says aye or nay, sealed."""
    campaign, item, number, reviewer = draw.pick("place", places(world))
    opening = VoteOpening(campaign, item, number, reviewer, draw.pick("verdict", (1, 0)), keccak256(b"why"), SALT)
    commit = opening.commit(Domain(world.node.chain_id, world.name("Campaigns")))
    who = draw.who(reviewer, 10)

    def effect(s: State) -> None:
        need(who in s.members[REVIEWER], "Stakes_LacksRole")
        need((campaign, item, number, who) not in s.commits, "Campaigns_CommitExists")
        s.commits[campaign, item, number, who] = abi_hash(("bytes32", "uint40"), (commit, s.time))
        if who == reviewer:
            s.ballots[campaign, item, number, who] = Vote(opening.verdict, opening.reasons, SALT, commit, s.time)

    world.take(who, "Campaigns", "commitVote", campaign, item, number, commit, effect=effect)


@step(weight=6, when=lambda world: world.s.ballots, ready=lambda world: len(world.s.reveals) < len(world.s.ballots))
def reveal_a_vote(world: World, draw: Draw) -> None:
    """Whoever knows the opening; another verdict opens nothing."""
    sealed = [place for place in world.s.ballots if place not in world.s.reveals]
    place = draw.pick("ballot", sealed or list(world.s.ballots))
    own = world.s.ballots[place]
    verdict = own.verdict if not draw.rarely("other verdict", 8) else 1 - own.verdict
    opening, time = VoteOpening(*place, verdict, own.reasons, own.salt), own.time
    who = draw.pick("who", PEOPLE).address
    effect = lambda s: reveal(s, opening, time)  # noqa: E731
    world.take(who, "Campaigns", "revealVote", opening, time, effect=effect)


@step(weight=8, when=lambda world: world.s.filed, ready=lambda world: voted(world))
def prove_a_vote_wrong(world: World, draw: Draw) -> None:
    """Any of the faults of votes, of an item that has some; mostly one that holds."""
    known, i = draw.pick("voted", voted(world)) if voted(world) else (anyone(world, draw), 0)
    shown, who = show_item(world, known.filing, i), watcher_of(draw)
    kinds = (
        *(prove_draw, prove_weight, prove_commit, prove_reveal),
        *(prove_omitted, prove_replaced, prove_citation),
    )
    draw.pick("fault", kinds)(world, draw, who, shown)


def prove_draw(world: World, draw: Draw, who: str, shown: Shown) -> None:
    def effect(s: State) -> None:
        match(shown)
        match_anchor(s, shown)
        prove(s, who, shown.filing, not as_drawn(s, world.node.chain_id, shown))

    call = (shown.filing.posted, counted_of(shown), shown.anchor)
    world.take(who, "VoteFaults", "proveDraw", *call, effect=effect)


def prove_weight(world: World, draw: Draw, who: str, shown: Shown) -> None:
    index, cited = draw.number("vote", 0, max(len(shown.votes) - 1, 0)), shown.filing.posted.reputation
    reviewer = shown.votes[index].reviewer if shown.votes else REVIEWERS[0].address
    if draw.rarely("another's row", 12):
        reviewer = draw.pick("reviewer", REVIEWERS).address
    lookup = rating.lookup_in(world.s, rating.number_of(world.s, cited), reviewer)

    def effect(s: State) -> None:
        match(shown)
        need(index < len(shown.votes), "VoteFaults_UnknownVote")
        vote, right = shown.votes[index], START
        if cited != ZERO_WORD:
            number = rating.number_of(s, cited)
            need(number, "VoteFaults_UnknownEpoch")
            need(s.epochs[number].final(s.time), "Reputation_NotFinal")
            row = rating.find(s.epochs[number].rows, vote.reviewer, lookup)
            right = row.weight if row else START
        prove(s, who, shown.filing, vote.weight != right)

    call = (shown.filing.posted, counted_of(shown), index, lookup)
    world.take(who, "VoteFaults", "proveWeight", *call, effect=effect)


def prove_commit(world: World, draw: Draw, who: str, shown: Shown) -> None:
    if not shown.votes:
        return
    index = draw.number("vote", 0, len(shown.votes) - 1)
    vote, filing = shown.votes[index], shown.filing
    place = (filing.posted.campaign, shown.item.item, vote.round, vote.reviewer)
    own = world.s.ballots.get(place)
    operators = list(dict.fromkeys((shown.anchor.anchorer, filing.posted.settler)))
    roots = tuple(root_of(world, shown, vote.round, one) for one in operators)
    if draw.rarely("a root too many", 12):
        roots = (*roots, CommitRoot.none())
    absence = Absence(own.commit if own else ZERO_WORD, own.time if own else 0, roots)
    domain = Domain(world.node.chain_id, world.name("Campaigns"))

    def effect(s: State) -> None:
        match(shown)
        match_anchor(s, shown)
        need(len(roots) == len(operators), "VoteFaults_RootsLength")
        need(place not in s.commits or own, "VoteFaults_WrongCommit")
        prove(s, who, filing, not committed(s, domain, shown, vote))

    call = (filing.posted, filing.terms, counted_of(shown), shown.anchor, index, absence)
    world.take(who, "VoteFaults", "proveCommit", *call, effect=effect)


def root_of(world: World, shown: Shown, number: int, operator: str) -> CommitRoot:
    """As it is stored, with the leaf at the item's place."""
    key = (shown.filing.posted.campaign, shown.anchor.first_item, number, operator)
    if key not in world.s.root_leaves:
        return CommitRoot.none()
    leaves, time = world.s.root_leaves[key]
    tree, place = build(leaves), shown.item.item - shown.anchor.first_item
    if place >= len(leaves):
        return CommitRoot(tree.root, len(leaves), time, ZERO_WORD, ())
    return CommitRoot(tree.root, len(leaves), time, leaves[place], tree.proof(place))


def prove_reveal(world: World, draw: Draw, who: str, shown: Shown) -> None:
    """With the reviewer's own opening, if there is one."""
    if not shown.votes:
        return
    index = draw.number("vote", 0, len(shown.votes) - 1)
    vote, campaign, number = shown.votes[index], shown.filing.posted.campaign, shown.item.item
    operators = (shown.anchor.anchorer, shown.filing.posted.settler)
    own = sealed_by(world.s, (campaign, number, vote.round, vote.reviewer), operators)
    given = (own.verdict, own.reasons, own.salt) if own else (vote.verdict, ZERO_WORD, ZERO_WORD)
    opening = VoteOpening(campaign, number, vote.round, vote.reviewer, *given)

    def effect(s: State) -> None:
        match(shown)
        need(own and own.commit == vote.commit, "VoteFaults_WrongBallot")
        assert own
        prove(s, who, shown.filing, own.verdict != vote.verdict)

    call = (shown.filing.posted, counted_of(shown), index, opening)
    world.take(who, "VoteFaults", "proveReveal", *call, effect=effect)


def prove_omitted(world: World, draw: Draw, who: str, shown: Shown) -> None:
    """Of some revealed vote, of this item if it can be."""
    left = [(one, i, place) for one, i, place in left_out(world)]
    if left:
        known, i, (_, _, number, reviewer) = draw.pick("left out", left)
        shown = show_item(world, known.filing, i)
    else:
        number, reviewer = draw.number("round", 0, 1), draw.pick("reviewer", REVIEWERS).address

    def effect(s: State) -> None:
        match(shown)
        match_anchor(s, shown)
        prove(s, who, shown.filing, omitted(s, world.node.chain_id, shown, number, reviewer))

    call = (shown.filing.posted, shown.filing.terms, counted_of(shown), shown.anchor, number, reviewer)
    world.take(who, "VoteFaults", "proveOmitted", *call, effect=effect)


def prove_replaced(world: World, draw: Draw, who: str, shown: Shown) -> None:
    """Of a round that was passed over, if there is one."""
    filing, anchor = shown.filing, shown.anchor
    gaps = [number for number in (0, 1) if is_gap(shown, number)]
    number = draw.pick("gap", gaps) if gaps else draw.number("round", 0, 1)
    operators = list(dict.fromkeys((anchor.anchorer, filing.posted.settler)))
    turns = tuple(
        Turn(stored_at(world.s, shown, number - 1, one), stored_at(world.s, shown, number, one)) for one in operators
    )
    wrong = draw.rarely("another time", 8) and turns[0].own != RootAt.none()
    if wrong:
        turns = (Turn(turns[0].earlier, replace(turns[0].own, time=turns[0].own.time + 1)), *turns[1:])
    if draw.rarely("a turn too many", 12):
        turns = (*turns, Turn(RootAt.none(), RootAt.none()))

    def effect(s: State) -> None:
        match(shown)
        match_anchor(s, shown)
        need(is_gap(shown, number), "VoteFaults_NoFault")
        need(len(turns) == len(operators), "VoteFaults_RootsLength")
        need(not wrong, "VoteFaults_WrongCommit")
        prove(s, who, filing, passed_over(s, world.node.chain_id, shown, number))

    call = (filing.posted, filing.terms, counted_of(shown), anchor, number, turns)
    world.take(who, "VoteFaults", "proveReplaced", *call, effect=effect)


def stored_at(s: State, shown: Shown, number: int, operator: str) -> RootAt:
    """An operator's root of a round over the item's anchor."""
    key = (shown.filing.posted.campaign, shown.anchor.first_item, number, operator)
    if key not in s.root_leaves:
        return RootAt.none()
    leaves, time = s.root_leaves[key]
    return RootAt(build(leaves).root, len(leaves), time)


def prove_citation(world: World, draw: Draw, who: str, shown: Shown) -> None:
    """Mostly by the newest epoch there is."""
    posted, first = shown.filing.posted, shown.filing.anchors[0]
    anchor = shown.anchor if draw.rarely("another anchor", 8) else first
    newer = world.s.epoch_head if not draw.rarely("any epoch", 3) else draw.number("newer", 0, 3)

    def effect(s: State) -> None:
        need(anchor.first_item == posted.first_item, "VoteFaults_WrongAnchor")
        number = rating.number_of(s, posted.reputation)
        none = posted.reputation != ZERO_WORD and number == 0
        early = number != 0 and not rating.final_at(s, number, anchor.time)
        stale = newer > number and rating.final_at(s, newer, anchor.time)
        prove(s, who, shown.filing, none or early or stale)

    world.take(who, "VoteFaults", "proveCitation", posted, anchor, newer, effect=effect)


# In operators' roots


@step(weight=5, when=lambda world: rounds(world), ready=lambda world: rounds(world))
def commit_a_round(world: World, draw: Draw) -> None:
    """An operator stores what the drawn reviewers of a round gave him, each at its item's place."""
    campaign, anchor, number = draw.pick("round", rounds(world))
    domain, who = Domain(world.node.chain_id, world.name("Campaigns")), draw.who(anchor.anchorer, 10)
    leaves, cast = [ZERO_WORD] * anchor.count, {}
    for at in range(anchor.count):
        item = anchor.first_item + at
        contributor = world.s.clips[campaign, item].contribution.contributor
        drawn = seats(world.s, world.node.chain_id, campaign, item, anchor, contributor, number + 1)
        if len(drawn) > number and not draw.rarely("absent", 6):
            verdict = draw.pick("verdict", (1, 0))
            opening = VoteOpening(campaign, item, number, drawn[number], verdict, keccak256(b"why"), SALT)
            commit = opening.commit(domain)
            leaves[at] = leaf_of(domain, campaign, item, Line(drawn[number], number, verdict, START, commit))
            cast[campaign, item, number, drawn[number], who] = (verdict, opening.reasons, SALT, commit)
    if not any(leaves):
        return
    key, root = (campaign, anchor.first_item, number), build(leaves).root

    def effect(s: State) -> None:
        commit_votes(s, who, key, root, anchor.count)
        s.root_leaves[*key, who] = (tuple(leaves), s.time)
        s.under |= {place: Vote(*said, s.time) for place, said in cast.items()}

    world.take(who, "Campaigns", "commitVotes", *key, root, anchor.count, effect=effect)


@step(weight=4, when=lambda world: world.s.under, ready=lambda world: hidden(world))
def reveal_in_a_round(world: World, draw: Draw) -> None:
    """Whoever knows the opening shows where it stands."""
    campaign, item, number, reviewer, operator = draw.pick("vote", hidden(world) or list(world.s.under))
    own = world.s.under[campaign, item, number, reviewer, operator]
    verdict = own.verdict if not draw.rarely("other verdict", 8) else 1 - own.verdict
    opening = VoteOpening(campaign, item, number, reviewer, verdict, own.reasons, own.salt)
    first, root = root_around(world.s, campaign, item, number, operator)
    if draw.rarely("another time", 16):
        root = replace(root, time=root.time + 1)
    call = (opening, operator, first, root)
    who = draw.pick("who", PEOPLE).address
    world.take(who, "Campaigns", "revealVoteIn", *call, effect=lambda s: reveal_in(s, *call))


def root_around(s: State, campaign: int, item: int, number: int, operator: str) -> tuple[int, CommitRoot]:
    """Of an operator's root over an item's anchor: where it begins, and the leaf at the item's place."""
    rows = ((key, one) for key, one in s.root_leaves.items() if (key[0], *key[2:]) == (campaign, number, operator))
    first, (leaves, time) = next((key[1], one) for key, one in rows if key[1] <= item < key[1] + len(one[0]))
    tree = build(leaves)
    return first, CommitRoot(tree.root, len(leaves), time, leaves[item - first], tree.proof(item - first))


def rounds(world: World) -> list[tuple[int, Anchor, int]]:
    """Anchors with a seed, not settled, and a round of theirs their anchorer has no root of."""
    return [
        (campaign, one, number)
        for campaign, one in anchors(world)
        for number in (0, 1)
        if one.first_item in world.s.campaigns[campaign].seeds
        and one.first_item >= world.s.campaigns[campaign].settled
        and (campaign, one.first_item, number, one.anchorer) not in world.s.commit_roots
        and all(world.s.clips.get((campaign, one.first_item + at)) for at in range(one.count))
    ]


def hidden(world: World) -> list[tuple[int, int, int, str, str]]:
    return [place for place in world.s.under if place[:4] not in world.s.reveals]


# Two votes in one round


def convict(s: State, who: str, place: Place, same: bool, signed: bool, since: int) -> None:
    need(s.time < since + s.rules["unbonding"], "VoteFaults_TooLate")
    need(not same, "VoteFaults_NoFault")
    need(signed, "VoteFaults_WrongSignature")
    need(place not in s.convicted, "VoteFaults_AlreadyProven")
    s.convicted.add(place)
    amount, keeper = s.rules[f"least {REVIEWER}"], s.names["VoteFaults"]
    rewarded = amount // 2
    taken = s.slash_stake(place[3], REVIEWER, amount, who, rewarded, keeper)
    if taken < amount:
        rewarded = rewarded * taken // amount
    s.award(keeper, s.receiver, taken - rewarded)
    sync(s, place[3])


@step(weight=3, when=lambda world: world.s.ballots or world.s.under, ready=lambda world: young(world))
def convict_a_reviewer(world: World, draw: Draw) -> None:
    """He signed another vote than the one on chain; or somebody would like to make it look so."""
    campaign, item, number, reviewer, operator = draw.pick("vote", young(world) or all_sealed(world))
    place: Place = (campaign, item, number, reviewer)
    own = world.s.under[*place, operator] if operator else world.s.ballots[place]
    domain = Domain(world.node.chain_id, world.name("Campaigns"))
    same = draw.rarely("the same vote", 5)
    commit = own.commit if same else keccak256(b"another vote of his")
    forged = draw.rarely("forged", 5)
    signer = signer_of(WANDA.address if forged else reviewer)
    signature = signer.sign_digest(VoteCommit(*place, commit, b"").digest(domain))
    placed = Placed(own.commit, own.time, NOBODY, 0, CommitRoot.none(), b"")
    if operator:
        first, root = root_around(world.s, campaign, item, number, operator)
        his = signer_of(reviewer).sign_digest(VoteCommit(*place, own.commit, b"").digest(domain))
        placed = Placed(own.commit, 0, operator, first, root, his)
    who = watcher_of(draw)
    call = (Spot(*place), placed, commit, signature)
    effect = lambda s: convict(s, who, place, same, not forged, own.time)  # noqa: E731
    world.take(who, "VoteFaults", "proveEquivocation", *call, effect=effect)


def all_sealed(world: World) -> list[tuple[int, int, int, str, str]]:
    return [*((*place, "") for place in world.s.ballots), *world.s.under]


def young(world: World) -> list[tuple[int, int, int, str, str]]:
    """While his stake cannot have left."""
    since = {(*place, ""): own.time for place, own in world.s.ballots.items()}
    since |= {place: own.time for place, own in world.s.under.items()}
    window = world.s.rules["unbonding"]
    return [place for place in all_sealed(world) if world.s.time + 1 < since[place] + window]


NOBODY = "0x" + "0" * 40
SALT = keccak256(b"salt of a vote")


def counted_of(shown: Shown) -> Counted:
    return Counted(shown.item, shown.item_proof, shown.votes)


def voted(world: World) -> list[tuple[Filed, int]]:
    """Pending items somebody voted on, or of a settlement that cites what is not there."""
    return [
        (one, i)
        for one in world.pending()
        for i, verdict in enumerate(one.filing.draft.verdicts)
        if verdict.votes or one.filing.posted.reputation not in (ZERO_WORD, right_one(world, one))
    ]


def right_one(world: World, one: Filed) -> bytes:
    return rating.right_citation(world.s, one.filing.anchors[0].time, world.s.time)


def left_out(world: World) -> list[tuple[Filed, int, Place]]:
    """Revealed votes a pending settlement does not count."""
    found = []
    for place in world.s.reveals:
        for one in world.pending():
            posted, i = one.filing.posted, place[1] - one.filing.posted.first_item
            if posted.campaign == place[0] and 0 <= i < posted.count:
                shown = show_item(world, one.filing, i)
                if all((vote.round, vote.reviewer) != place[2:] for vote in shown.votes):
                    found.append((one, i, place))
    return found


def places(world: World) -> list[Place]:
    """Where a drawn reviewer has not committed yet, of items that are not settled."""
    s, found = world.s, []
    for campaign, anchor in anchors(world):
        if anchor.first_item < s.campaigns[campaign].settled:
            continue
        for item in range(anchor.first_item, anchor.first_item + anchor.count):
            contributor = s.clips[campaign, item].contribution.contributor
            rows = enumerate(seats(s, world.node.chain_id, campaign, item, anchor, contributor, 2))
            found += [
                (campaign, item, number, who) for number, who in rows if (campaign, item, number, who) not in s.commits
            ]
    return found


@views
def reviewers(s: State) -> Iterator[View]:
    weights = s.weights
    yield View("weights", "Reviewers", "state", (), weights.state)
    yield View("weights: sum", "Reviewers", "totalWeight", (), sum(weights.leaves.values()))
    yield View("weights: leaves", "Reviewers", "leafCount", (), len(weights.leaves))
    for account, stake in weights.leaves.items():
        yield View(f"weight of {account}", "Reviewers", "weightOf", (account,), stake)


@views
def draws(s: State) -> Iterator[View]:
    """The first item of every anchor with a seed: all its reviewers, in order, by the contract and by our rule."""
    for campaign, own in s.campaigns.items():
        for first, seed in own.seeds.items():
            anchor = own.anchors.get(first)
            if anchor is None:
                continue
            contributor = s.clips[campaign, first].contribution.contributor
            lot = Lottery(campaign, first, seed, anchor.weights, contributor, anchor.anchorer)
            expected = seats(s, s.chain_id, campaign, first, anchor, contributor, 3)
            yield View(f"draw {campaign} {first}", "Reviewers", "drawn", (lot, 3), expected)


@views
def revealed(s: State) -> Iterator[View]:
    for place, (time, verdict) in s.reveals.items():
        yield View(f"reveal {place}", "Campaigns", "revealOf", place, (time, verdict))
