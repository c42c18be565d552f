"""What the contracts answer about their state, field for field. Amounts in smallest units, times in chain seconds."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain.structs import Struct

POSTED, VOID, RELEASED, COLLECTED, ASSIGNED = 1, 2, 4, 8, 16  # flags of a settlement
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
class Doubt(Struct):
    """Holds and suspensions not yet lifted; ``cut`` of the pay and ``fined`` of the bond, smallest units."""

    holds: int
    blocks: int
    cut: int
    fined: int

    ABI = ("uint32", "uint32", "uint96", "uint96")


@dataclass(frozen=True)
class Held(Struct):
    """A pay leaf: what is ``left`` of it if it was ``ever`` held, and holds not yet lifted."""

    left: int
    holds: int
    ever: bool

    ABI = ("uint96", "uint32", "bool")
