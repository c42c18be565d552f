"""What an audit stands on: events, a few contract views at one block, and blobs. Nothing of any operator's database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeVar

from headwater.catalog.ledger import Ledger, SettlementFacts
from headwater.chain.events import Event
from headwater.chain.structs import Anchor
from headwater.chain.views import CampaignState, EpochSlot, Sales, SalesPaid, Slot
from headwater.client.audit.errors import EvidenceError
from headwater.client.finals import Finals
from headwater.primitives.cid import Cid, CidError, dag_cbor_cid
from headwater.primitives.eip712 import Domain, WalletCheck
from headwater.primitives.errors import HeadwaterError
from headwater.records import codec
from headwater.storage import BlobNotFoundError, BlobStore, CorruptBlockError, MalformedNodeError

R = TypeVar("R")
E = TypeVar("E", bound=Event)


class Reads(Protocol):
    """What the contracts keep, read at the audited block."""

    def block_hash(self, number: int) -> bytes | None: ...

    def block_time(self, number: int) -> int: ...

    def token_balance(self, token: str, account: str) -> int: ...

    def terms_hash(self, campaign: int) -> bytes: ...

    def campaign_state(self, campaign: int) -> CampaignState: ...

    def anchor_hash(self, campaign: int, first_item: int) -> bytes: ...

    def seed(self, campaign: int, first_item: int) -> bytes: ...

    def commit_root_hash(self, campaign: int, first_item: int, round_: int, operator: str) -> bytes: ...

    def epoch_slot(self, number: int) -> EpochSlot: ...

    def slot(self, key: int) -> Slot: ...

    def paid(self, key: int, pay_count: int) -> int: ...

    def is_paid(self, key: int, index: int) -> bool: ...

    def version_hash(self, key: int) -> bytes: ...

    def sales(self, key: int) -> Sales: ...

    def sales_paid(self, key: int) -> SalesPaid: ...

    def fee_paid(self, key: int) -> int: ...

    def share_claimed(self, key: int, index: int) -> int: ...

    def closing_hash(self, campaign: int) -> bytes: ...


@dataclass(frozen=True)
class Addresses:
    """Contracts whose address is part of leaves and signatures."""

    campaigns: str
    settlement: str
    datasets: str
    reviewers: str
    pools: str = ""
    reputation: str = ""


@dataclass(frozen=True)
class Facts:
    """One network up to one block.

    Attributes:
        block, time: the audited head and its chain time.
        history: every event in chain order; ``ledger`` is folded from it.
        wallets: asks contract accounts about signatures; ``None`` accepts keys only.
    """

    chain_id: int
    block: int
    time: int
    addresses: Addresses
    history: Sequence[Event]
    reads: Reads
    blobs: BlobStore
    wallets: WalletCheck | None = None
    _cache: dict[str, Any] = field(default_factory=dict)

    @cached_property
    def ledger(self) -> Ledger:
        """The same fold of events that node and client read."""
        return Ledger.of(self.history)

    @property
    def campaigns_domain(self) -> Domain:
        """Contributions, commits, receipts."""
        return Domain(self.chain_id, self.addresses.campaigns)

    @cached_property
    def finals(self) -> Finals:
        """Settlements as review learns from them; the same reading as an operator's."""
        address, unreadable = self.addresses.reputation, (EvidenceError,)
        return Finals(self.ledger, self, address, self.campaigns_domain, self.reads.block_time, unreadable)

    def events(self, kind: type[E]) -> list[E]:
        """Events of one kind in chain order."""
        return [event for event in self.history if isinstance(event, kind)]

    def record(self, kind: type[R], cid: str) -> R:
        """A record by CID, decoded once.

        Raises:
            EvidenceError: missing, damaged, or not a record of this kind.
        """
        found = self._cache.get(cid)
        if not isinstance(found, kind):
            data = self.blob(cid)
            try:
                found = self._cache[cid] = codec.decode(kind, data)
            except (HeadwaterError, ValueError, TypeError, KeyError) as error:
                raise EvidenceError(f"record {cid}", cid, str(error)) from None
        return found

    def named(self, kind: type[R], digest: bytes) -> R:
        """A record by the digest the chain or another record has; errors as ``record``."""
        return self.record(kind, dag_cbor_cid(digest))

    def blob(self, cid: str) -> bytes:
        """A whole blob, every block of it checked against its name; errors as ``record``."""
        try:
            return self.blobs.get(Cid(cid))
        except (BlobNotFoundError, CorruptBlockError, MalformedNodeError) as error:
            raise EvidenceError(f"blob {cid}", error.cid, error.line()) from None
        except CidError as error:
            raise EvidenceError(f"blob {cid}", cid, error.line()) from None

    def anchors_in(self, settlement: SettlementFacts) -> list[Anchor]:
        """Anchors a settlement covers, in order."""
        posted = settlement.posted
        anchors = self.ledger.campaign(posted.campaign).anchors
        stop = posted.first_item + posted.count
        return [anchors[first] for first in sorted(anchors) if posted.first_item <= first < stop]


def is_final(facts: Facts, settlement: SettlementFacts) -> bool:
    """Whether a settlement cannot be voided any more at the audited block."""
    slot = facts.reads.slot(settlement.posted.key)
    return settlement.standing and not slot.suspended and facts.time >= slot.final_at


def item_name(item: int, contribution: bytes) -> str:
    """How a claim names an item."""
    return f"item {item}, contribution {contribution.hex()}"
