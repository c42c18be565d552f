"""What the contracts answer about their state, field for field. Amounts in smallest units, times in chain seconds."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain.structs import Struct

POSTED, VOID, RELEASED, COLLECTED, ASSIGNED, DOUBTED, SUSPENDED = 1, 2, 4, 8, 16, 32, 64  # flags of a settlement
VERSION_PUBLISHED, VERSION_VOID = 1, 2  # status of a dataset version


@dataclass(frozen=True)
class CampaignState(Struct):
    """``reserved`` of the ``escrow`` is promised to anchored items; ``settled`` items are covered by a settlement."""

    escrow: int
    reserved: int
    anchored: int
    settled: int

    ABI = ("uint96", "uint96", "uint32", "uint32")

    @property
    def unreserved(self) -> int:
        """What new anchors may reserve, or the requester take back after the deadline."""
        return self.escrow - self.reserved


@dataclass(frozen=True)
class Slot(Struct):
    """A settlement: ``digest`` is the first 26 bytes of ``Posted``'s, ``flags`` a sum of the above; zero if unknown."""

    digest: bytes
    final_at: int
    flags: int

    ABI = ("bytes26", "uint40", "uint8")

    @property
    def void(self) -> bool:
        """Proven wrong."""
        return bool(self.flags & VOID)

    @property
    def suspended(self) -> bool:
        """Kept from being final while somebody decides."""
        return bool(self.flags & SUSPENDED)


@dataclass(frozen=True)
class Revealed(Struct):
    """A vote opened on chain; ``time`` 0 for none."""

    time: int
    verdict: int

    ABI = ("uint40", "uint8")


@dataclass(frozen=True)
class Sales(Struct):
    """A dataset version's sales: ``gross`` is everything buyers paid; 0 unknown, 1 published, 2 void."""

    gross: int
    published_at: int
    unlock_at: int
    status: int

    ABI = ("uint128", "uint40", "uint40", "uint8")


@dataclass(frozen=True)
class SalesPaid(Struct):
    """What of a version's sales was claimed so far, by contributors and by the owner."""

    pool: int
    owner: int

    ABI = ("uint96", "uint96")


@dataclass(frozen=True)
class ShareCall(Struct):
    """A call for a share leaf: who paid its bond, whether the bond is still there, whether the leaf was shown."""

    caller: str
    open: bool
    shown: bool

    ABI = ("address", "bool", "bool")


@dataclass(frozen=True)
class Pool(Struct):
    """A campaign's pool: what is neither paid nor freed, and whether a closing stands."""

    left: int
    closing: bool

    ABI = ("uint96", "bool")


@dataclass(frozen=True)
class PoolStanding(Struct):
    """A pool's closing: void ones before it, when it is final (0: none stands), and what was paid by it."""

    attempt: int
    final_at: int
    released: bool
    claims: int
    paid: int

    ABI = ("uint32", "uint40", "bool", "uint32", "uint96")


@dataclass(frozen=True)
class Holder(Struct):
    """A key holder: account, X25519 key to which shares are sealed, and where it answers."""

    account: str
    public_key: bytes
    endpoint: str

    ABI = ("address", "bytes32", "string")


@dataclass(frozen=True)
class Collateral:
    """Collateral in one token."""

    free: int
    locked: int


@dataclass(frozen=True)
class Unbonding:
    """Asked back; can be taken from ``ready_at`` (chain seconds)."""

    amount: int
    ready_at: int


@dataclass(frozen=True)
class Call(Struct):
    """A call for evidence: who, until when, half the window in seconds, and who answered it (zero: nobody)."""

    by: str
    due: int
    half: int
    answerer: str

    ABI = ("address", "uint40", "uint40", "address")


@dataclass(frozen=True)
class Doubt(Struct):
    """Holds and suspensions not yet lifted; ``rest`` seconds the window gets back, ``fined`` of the bond."""

    holds: int
    blocks: int
    rest: int
    fined: int

    ABI = ("uint32", "uint32", "uint40", "uint96")


@dataclass(frozen=True)
class Held(Struct):
    """A pay leaf: ``left`` of it if it was ``ever`` held, ``cut`` and not returned yet, holds not lifted."""

    left: int
    cut: int
    holds: int
    ever: bool

    ABI = ("uint96", "uint96", "uint32", "bool")


@dataclass(frozen=True)
class DisputeCase(Struct):
    """One dispute: ``state`` and ``ruling`` as numbers, ``digest`` of settlement and item."""

    digest: bytes
    opened_at: int
    state: int
    ruling: int
    challenger: str
    unit_reward: int

    ABI = ("bytes25", "uint40", "uint8", "uint8", "address", "uint96")


@dataclass(frozen=True)
class KeyCase(Struct):
    """A key holder before a jury: ``state`` and ``ruling`` as numbers, ``held`` of its stake."""

    holder: str
    state: int
    ruling: int
    accuser: str
    opened_at: int
    held: int

    ABI = ("address", "uint8", "uint8", "address", "uint40", "uint96")


@dataclass(frozen=True)
class DisputeTally(Struct):
    """A settlement's disputes; ``late`` if its last suspension began after the window it was posted with."""

    open: int
    overturned: int
    suspended: bool
    late: bool

    ABI = ("uint32", "uint32", "bool", "bool")


@dataclass(frozen=True)
class FundingLimits(Struct):
    """What a campaign is held to at funding. Fees in 1/10,000, of which the network's is exact and two are ceilings;
    floors of windows in seconds; ``suite`` the number of the check suite.
    """

    network_fee_bps: int
    review_fee_bps: int
    operator_fee_bps: int
    settle: int
    challenge: int
    lapse: int
    suite: int

    ABI = ("uint16", "uint16", "uint16", "uint40", "uint40", "uint40", "uint32")


@dataclass(frozen=True)
class PublishLimits(Struct):
    """What publishing takes: a bond of the network token, and seconds until sales unlock."""

    bond: int
    window: int

    ABI = ("uint96", "uint40")


@dataclass(frozen=True)
class EpochLimits(Struct):
    """What posting an epoch takes: a bond of the network token, and seconds in which it can be proven wrong."""

    bond: int
    window: int

    ABI = ("uint96", "uint40")


@dataclass(frozen=True)
class EpochSlot(Struct):
    """An epoch; ``status`` 0 unknown, 1 posted, 2 void; ``open`` demands nobody has answered."""

    final_at: int
    count: int
    previous: int
    open: int
    status: int
    suspended: bool
    released: bool

    ABI = ("uint40", "uint32", "uint32", "uint32", "uint8", "bool", "bool")


@dataclass(frozen=True)
class Demand(Struct):
    """Rows somebody asked for; ``answerer`` is the zero address for nobody yet."""

    by: str
    due: int
    answerer: str

    ABI = ("address", "uint40", "address")


@dataclass(frozen=True)
class Clock(Struct):
    """The present round of a dispute and its windows; ``start`` 0 until the jury is drawn."""

    round: int
    choices: int
    ruled: bool
    announced: bool
    opened: int
    start: int
    draw: int
    commit: int
    reveal: int
    appeal: int

    ABI = ("uint256", "uint256", "bool", "bool", *("uint256",) * 6)


@dataclass(frozen=True)
class Round(Struct):
    """One jury: ``order`` places drawn, ``seated`` of them jurors; the rest is how far its appeal and its pay are."""

    root: int
    depth: int
    seed_block: int
    order: int
    seated: int
    cursor: int
    side_a: int
    side_b: int
    funded: int
    direct: bool
    settled: bool
    penalties: int

    ABI = (*("uint256",) * 9, "bool", "bool", "uint256")


@dataclass(frozen=True)
class Seat(Struct):
    """A place in a jury's order; ``state`` 1 drawn, 2 committed, 3 revealed, 4 passed over."""

    state: int
    juror: str
    choice: int

    ABI = ("uint8", "address", "uint256")
