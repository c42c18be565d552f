"""All money and all state of the protocol, as plain values."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, cast

from headwater.chain.structs import Anchor, Closing, Contribution, Epoch, Posted, ReputationRow, Share, Terms, Version
from headwater.market import Draft

T = TypeVar("T")
POSTED, VOID, RELEASED, COLLECTED, ASSIGNED, DOUBTED, SUSPENDED = 1, 2, 4, 8, 16, 32, 64
MAX = 2**256 - 1


class Refused(Exception):  # noqa: N818  # what happened, not what went wrong
    """The model says no, by the name the contract must say."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def need(condition: object, name: str) -> None:
    """Refuse unless."""
    if not condition:
        raise Refused(name)


@dataclass
class Closed:
    """A pool's closing, the tree behind it, and who proved it wrong (``watcher``) before its bond is collected."""

    closing: Closing
    tree: Division
    watcher: str = ""
    claimed: set[int] = field(default_factory=set)
    paid: int = 0
    released: bool = False


@dataclass
class Pool:
    """A campaign's: what is left of it, the closing that stands, and the void ones whose bond nobody collected."""

    left: int = 0
    closed: Closed | None = None
    attempt: int = 0
    void: list[Closed] = field(default_factory=list)

    @property
    def closing(self) -> bool:
        return self.closed is not None


@dataclass
class Campaign:
    """``lapsed_from`` is None, or the first item that lapsed."""

    terms: Terms
    escrow: int
    reserved: int = 0
    anchored: int = 0
    settled: int = 0
    lapsed_from: int | None = None
    anchors: dict[int, Anchor] = field(default_factory=dict)
    seeds: dict[int, bytes] = field(default_factory=dict)
    pool: Pool = field(default_factory=Pool)

    @property
    def unreserved(self) -> int:
        return self.escrow - self.reserved


@dataclass(frozen=True)
class Filing:
    """What was posted and everything that proves it; ``bent`` says what is wrong with it, and where."""

    posted: Posted
    terms: Terms
    anchors: tuple[Anchor, ...]
    draft: Draft
    bent: tuple[str, int] | None


@dataclass(frozen=True)
class Clip:
    """What a contributor signed, and the leaf it was anchored as; ``kind`` says what is wrong with it, if anything."""

    contribution: Contribution
    digest: bytes
    salt: bytes
    signature: bytes
    leaf: bytes
    kind: str


@dataclass(frozen=True)
class Division:
    """A share tree: its leaves, what each lists, their proofs, and the settlements it divides."""

    shares: tuple[Share, ...]
    lists: tuple[tuple[int, ...], ...]
    proofs: tuple[tuple[bytes, ...], ...]
    root: bytes
    keys: tuple[int, ...]


@dataclass(frozen=True)
class Vote:
    """What a reviewer committed to himself, and when."""

    verdict: int
    reasons: bytes
    salt: bytes
    commit: bytes
    time: int


@dataclass
class Held:
    """A pay leaf that was held back: what it will still be paid, and what was cut of it."""

    left: int
    cut: int = 0
    holds: int = 0


@dataclass
class Doubt:
    """What Doubts knows of a settlement; ``rest`` is how much of its window was left when it was suspended."""

    holds: int = 0
    blocks: int = 0
    rest: int = 0
    fined: int = 0
    held: dict[int, Held] = field(default_factory=dict)
    cut_items: set[int] = field(default_factory=set)


@dataclass
class Docket:
    """A settlement's disputes."""

    open: int = 0
    overturned: int = 0
    suspended: bool = False
    late: bool = False
    disputed: set[int] = field(default_factory=set)


@dataclass
class Case:
    """A dispute of item ``i`` of a settlement."""

    filing: Filing
    i: int
    challenger: str
    opened_at: int
    state: int = 1  # open, ruled, closed
    ruling: int = 0


@dataclass
class Asked:
    """A call for a place's evidence."""

    by: str
    due: int
    half: int
    answerer: str = ""


@dataclass
class Filed:
    """A settlement; ``final_at`` moves when it is suspended."""

    filing: Filing
    flags: int = POSTED
    final_at: int = 0
    doubt: Doubt = field(default_factory=Doubt)
    docket: Docket = field(default_factory=Docket)
    calls: dict[int, Asked] = field(default_factory=dict)
    void_items: set[int] = field(default_factory=set)
    watcher: str | None = None
    paid: set[int] = field(default_factory=set)
    spent: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # of each word's budget

    @property
    def void(self) -> bool:
        return bool(self.flags & VOID)

    def final(self, time: int) -> bool:
        return not self.void and not self.flags & SUSPENDED and time >= self.final_at

    def pending(self, time: int) -> bool:
        """Can be proven wrong."""
        return not self.void and not self.final(time)


@dataclass
class Purse:
    """Collateral in one token."""

    free: int = 0
    locked: int = 0
    leaving: int = 0
    ready_at: int = 0


@dataclass
class Stake:
    """Of one role; ``held`` is what open votes may cost, ``under`` the least when its owner joined."""

    amount: int = 0
    leaving: int = 0
    ready_at: int = 0
    held: int = 0
    under: int = 0


@dataclass
class Seat:
    """A place in a jury's order: 1 drawn, 2 committed, 3 revealed, 4 passed over."""

    juror: str
    weight: int
    state: int
    commitment: bytes = b""
    choice: int = 0


@dataclass
class Trial:
    """A case before the Court, in its first round; ``pool`` are the jurors' weights as they were sealed."""

    arbitrable: str
    pool: tuple[tuple[str, int], ...]
    opened: int
    seed_block: int
    seed: bytes = b""
    start: int = 0
    seats: list[Seat] = field(default_factory=list)
    announced: bool = False
    ruled: bool = False
    cursor: int = 0
    penalties: int = 0
    settled: bool = False


@dataclass
class Rating:
    """An epoch, the rows behind its root, and who asked for them; ``status`` 1 posted, 2 void."""

    epoch: Epoch
    rows: tuple[ReputationRow, ...]
    changes: bytes
    previous: int
    final_at: int
    bent: str = ""
    status: int = 1
    released: bool = False
    open: int = 0  # demands nobody has answered
    demands: dict[int, Asked] = field(default_factory=dict)

    def final(self, time: int) -> bool:
        return self.status == 1 and time >= self.final_at and not self.open


@dataclass
class Line:
    """A dataset; campaign 0 for own data."""

    campaign: int
    owner: str
    latest: int = 0


@dataclass
class ShareCall:
    """Somebody asked for a leaf of a share tree."""

    caller: str
    open: bool = True
    shown: bool = False


@dataclass(frozen=True)
class Listing:
    """A version and the tree behind it."""

    version: Version
    division: Division
    contributions: tuple[bytes, ...]
    bent: bool = False

    @property
    def shares(self) -> tuple[Share, ...]:
        return self.division.shares

    @property
    def proofs(self) -> tuple[tuple[bytes, ...], ...]:
        return self.division.proofs


@dataclass
class Sale:
    """A version's money."""

    listing: Listing
    published_at: int
    unlock_at: int
    gross: int = 0
    owner_paid: int = 0
    pool_paid: int = 0
    fee_paid: int = 0
    share_paid: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    bond: tuple[str, int] | None = None
    void: bool = False


@dataclass
class Weights:
    """The tree of reviewers' stakes: leaves in order, and the numbers its nodes have on chain (library Sortition).

    A node up to ``shared`` belongs to a sealed state and is copied before it changes.
    """

    leaves: dict[str, int] = field(default_factory=dict)
    root: int = 0
    depth: int = 0
    nodes: int = 0
    shared: int = 0
    children: dict[int, tuple[int, int]] = field(default_factory=dict)
    sealed: dict[int, tuple[tuple[str, int], ...]] = field(default_factory=lambda: {0: ()})

    @property
    def state(self) -> int:
        return self.root << 8 | self.depth

    def seal(self) -> int:
        self.shared = self.nodes
        self.sealed[self.state] = tuple(self.leaves.items())
        return self.state

    def set(self, leaf: int) -> None:
        """Number the nodes on the way to a leaf."""
        while self.depth == 0 or leaf >> self.depth:
            if self.root:
                self.nodes += 1
                self.children[self.nodes] = (self.root, 0)
                self.root = self.nodes
            self.depth += 1
        self.root = self._own(self.root, leaf, self.depth - 1)

    def _own(self, node: int, leaf: int, level: int) -> int:
        kept = self.children.get(node, (0, 0))
        if node <= self.shared:
            self.nodes += 1
            node = self.nodes
        if level:
            side = leaf >> level & 1
            child = self._own(kept[side], leaf, level - 1)
            kept = (child, kept[1]) if side == 0 else (kept[0], child)
        self.children[node] = kept
        return node


@dataclass
class State:
    """``names`` are the addresses of contracts by name; every other key with a token in it begins with the token."""

    names: Mapping[str, str]
    treasury: str
    chain_id: int
    time: int
    block: int
    balances: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    allowances: dict[tuple[str, str, str], int] = field(default_factory=lambda: defaultdict(int))
    nonces: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    campaigns: dict[int, Campaign] = field(default_factory=dict)
    anchor_count: int = 0
    commit_roots: dict[tuple[int, int, int, str], bytes] = field(default_factory=dict)
    commits: dict[tuple[int, int, int, str], bytes] = field(default_factory=dict)
    filed: dict[int, Filed] = field(default_factory=dict)
    assignees: dict[tuple[int, str], str] = field(default_factory=dict)  # by key >> 16 and account
    purses: dict[tuple[str, str], Purse] = field(default_factory=lambda: defaultdict(Purse))
    stakes: dict[tuple[str, int], Stake] = field(default_factory=lambda: defaultdict(Stake))
    members: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    lines: dict[int, Line] = field(default_factory=dict)
    sales: dict[int, Sale] = field(default_factory=dict)
    licences: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)  # balance, expiry
    withdrawn: set[tuple[int, int, bytes]] = field(default_factory=set)  # campaign, dataset, contribution
    cases: dict[int, Case] = field(default_factory=dict)
    coin_spare: int = 0  # of fees the arbitrator returned
    coin_owed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    rules: dict[str, int] = field(default_factory=dict)  # Parameters
    receiver: str = ""  # of fees claimed now; ``treasury`` is the first one, and the disputes'
    clips: dict[tuple[int, int], Clip] = field(default_factory=dict)  # by campaign and item
    shown_at: dict[bytes, int] = field(default_factory=dict)
    share_calls: dict[tuple[str, int, int], ShareCall] = field(default_factory=dict)  # contract, tree, index
    weights: Weights = field(default_factory=Weights)
    reveals: dict[tuple[int, int, int, str], tuple[int, int]] = field(default_factory=dict)  # time, verdict
    root_leaves: dict[tuple[int, int, int, str], tuple[tuple[bytes, ...], int]] = field(default_factory=dict)
    ballots: dict[tuple[int, int, int, str], Vote] = field(default_factory=dict)
    under: dict[tuple[int, int, int, str, str], Vote] = field(default_factory=dict)  # in the root of an operator
    convicted: set[tuple[int, int, int, str]] = field(default_factory=set)
    approvals: dict[tuple[str, bytes], int] = field(default_factory=dict)
    agreed: list[Clip] = field(default_factory=list)  # approved by a wallet, and not anchored yet
    jury: dict[str, int] = field(default_factory=dict)  # the Court's weights, by leaf
    trials: dict[int, Trial] = field(default_factory=dict)
    fees_owed: dict[str, int] = field(default_factory=lambda: defaultdict(int))  # by the Court
    epochs: dict[int, Rating] = field(default_factory=dict)
    epoch_head: int = 0
    holders: list[str] = field(default_factory=list)

    # Money moves

    def pull(self, token: str, source: str, to: str, amount: int, spender: str) -> None:
        """``Tokens.pull``: the spender's allowance, and exactly the amount must arrive."""
        key = (token, source, spender)
        need(self.allowances[key] >= amount and self.balances[token, source] >= amount, "TransferFromFailed")
        if self.allowances[key] != MAX:
            self.allowances[key] -= amount
        need(source != to or amount == 0, "Tokens_NotExact")
        self.move(token, source, to, amount)

    def move(self, token: str, source: str, to: str, amount: int) -> None:
        """What a contract has, it can send; less than nothing is a bug of the contracts."""
        assert 0 <= amount <= self.balances[token, source], f"{source} would pay {amount} it does not have"
        self.balances[token, source] -= amount
        self.balances[token, to] += amount

    def lock(self, account: str, token: str, amount: int, role: int) -> None:
        need(not role or account in self.members[role], "Stakes_LacksRole")
        if amount:
            purse = self.purses[account, token]
            need(amount <= purse.free, "Stakes_NotFree")
            purse.free -= amount
            purse.locked += amount

    def unlock(self, account: str, token: str, amount: int) -> None:
        if amount:
            purse = self.purses[account, token]
            need(amount <= purse.locked, "Stakes_NotLocked")
            purse.free += amount
            purse.locked -= amount

    def slash(self, account: str, token: str, amount: int, watcher: str, rewarded: int) -> None:
        """To the watcher's collateral, and the rest to Settlement."""
        purse = self.purses[account, token]
        need(amount <= purse.locked, "Stakes_NotLocked")
        purse.locked -= amount
        self.purses[watcher, token].free += rewarded
        self.move(token, self.names["Stakes"], self.names["Settlement"], amount - rewarded)

    def slash_stake(self, account: str, role: int, amount: int, to: str, rewarded: int, keeper: str) -> int:
        """From the stake first, then from what is leaving; what is not rewarded is the keeper's. Below half of the
        least the role is gone."""
        stake, coin = self.stakes[account, role], self.names["HeadwaterToken"]
        taken = min(amount, stake.amount)
        stake.amount -= taken
        more = min(amount - taken, stake.leaving)
        stake.leaving -= more
        taken += more
        if taken < amount:
            rewarded = rewarded * taken // amount
        self.purses[to, coin].free += rewarded
        self.purses[keeper, coin].free += taken - rewarded
        if 2 * stake.amount < min(self.rules[f"least {role}"], stake.under) and account in self.members[role]:
            self.leave(account, role)
        return taken

    def leave(self, account: str, role: int) -> None:
        members = self.members[role]
        members[members.index(account)] = members[-1]  # the last one takes the place
        members.pop()
        stake = self.stakes[account, role]
        stake.leaving += stake.amount
        stake.amount, stake.ready_at = 0, self.time + self.rules["unbonding"]

    def award(self, giver: str, to: str, amount: int) -> None:
        """Out of the giver's free collateral."""
        coin = self.names["HeadwaterToken"]
        self.purses[giver, coin].free -= amount
        assert self.purses[giver, coin].free >= 0, "more was awarded than taken"
        self.purses[to, coin].free += amount

    def match(self, campaign: int, terms: Terms, error: str) -> Campaign:
        known = self.campaigns.get(campaign)
        need(known and known.terms == terms, error)
        assert known
        return known


CHANGEABLE = (
    *(Held, Doubt, Docket, Case, Asked, Closed, Pool, Campaign, Filed, Purse),
    *(Stake, Seat, Trial, Rating, Line, ShareCall, Sale, Weights, State),
)


def clone(value: T) -> T:
    """A copy down to what is frozen: every value that can change is copied."""
    return cast(T, _clone(value))


def _clone(value: Any) -> Any:
    if isinstance(value, defaultdict):
        return defaultdict(value.default_factory, {key: _clone(one) for key, one in value.items()})
    if isinstance(value, dict):
        return {key: _clone(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_clone(one) for one in value]
    if isinstance(value, set):
        return set(value)
    if type(value) in CHANGEABLE:
        return type(value)(**{one.name: _clone(getattr(value, one.name)) for one in fields(value)})
    return value
