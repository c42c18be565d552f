"""Everything the contracts say, typed. A class is named as its event, a field as its argument in snake case."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, ClassVar

from headwater.chain import interface
from headwater.chain.models import Log
from headwater.chain.structs import Anchor, Closing, Posted, ShareProof, Terms, Version

if TYPE_CHECKING:
    from headwater.chain.deployment import Deployment
    from headwater.chain.rpc import Chain


@dataclass(frozen=True, order=True)
class Position:
    """Where an event stands in the chain's order; ``block_hash`` is 32 bytes."""

    block: int
    index: int
    block_hash: bytes
    tx: str


@dataclass(frozen=True)
class Event:
    """Base of all events."""

    at: Position

    CONTRACT: ClassVar[str]
    NAME: ClassVar[str] = ""  # the event's name where the class has another


class _OfStakes(Event):
    CONTRACT = "Stakes"


@dataclass(frozen=True)
class Deposited(_OfStakes):
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class WithdrawRequested(_OfStakes):
    account: str
    token: str
    amount: int
    ready_at: int


@dataclass(frozen=True)
class Withdrawn(_OfStakes):
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class Locked(_OfStakes):
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class Unlocked(_OfStakes):
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class Slashed(_OfStakes):
    account: str
    token: str
    amount: int
    watcher: str
    rewarded: int


@dataclass(frozen=True)
class Joined(_OfStakes):
    account: str
    role: int
    amount: int
    stake: int


@dataclass(frozen=True)
class Left(_OfStakes):
    account: str
    role: int
    stake: int
    ready_at: int


@dataclass(frozen=True)
class StakeHeld(_OfStakes):
    """``held`` is what open votes may cost the account in all."""

    account: str
    role: int
    amount: int
    held: int


@dataclass(frozen=True)
class StakeFreed(_OfStakes):
    account: str
    role: int
    amount: int
    held: int


@dataclass(frozen=True)
class StakeSlashed(_OfStakes):
    """``stake`` is what is left of it; part of ``amount`` may have come from what was leaving."""

    account: str
    role: int
    amount: int
    stake: int
    beneficiary: str
    rewarded: int


@dataclass(frozen=True)
class Awarded(_OfStakes):
    """A keeper gave of the collateral that slashes left it."""

    keeper: str
    account: str
    token: str
    amount: int


@dataclass(frozen=True)
class StakeWithdrawn(_OfStakes):
    account: str
    role: int
    amount: int


@dataclass(frozen=True)
class HolderRegistered(_OfStakes):
    index: int
    account: str
    public_key: bytes
    endpoint: str


class _OfCampaigns(Event):
    CONTRACT = "Campaigns"


@dataclass(frozen=True)
class Funded(_OfCampaigns):
    campaign: int
    requester: str
    amount: int
    terms: Terms


@dataclass(frozen=True)
class ToppedUp(_OfCampaigns):
    campaign: int
    from_: str
    amount: int


@dataclass(frozen=True)
class Refunded(_OfCampaigns):
    campaign: int
    requester: str
    amount: int


@dataclass(frozen=True)
class Lapsed(_OfCampaigns):
    campaign: int
    first_item: int
    unreserved: int


@dataclass(frozen=True)
class Anchored(_OfCampaigns):
    campaign: int
    anchorer: str
    anchor: Anchor


@dataclass(frozen=True)
class DepositReclaimed(_OfCampaigns):
    campaign: int
    first_item: int
    anchorer: str
    amount: int


@dataclass(frozen=True)
class SeedRecorded(_OfCampaigns):
    campaign: int
    first_item: int
    seed: bytes
    late: bool


@dataclass(frozen=True)
class VotesCommitted(_OfCampaigns):
    campaign: int
    first_item: int
    operator: str
    round: int
    root: bytes
    count: int
    time: int


@dataclass(frozen=True)
class VoteCommitted(_OfCampaigns):
    campaign: int
    item: int
    reviewer: str
    round: int
    commit: bytes
    time: int


@dataclass(frozen=True)
class Credited(_OfCampaigns):
    campaign: int
    amount: int


@dataclass(frozen=True)
class PoolPaid(_OfCampaigns):
    campaign: int
    to: str
    amount: int


@dataclass(frozen=True)
class PoolRaised(_OfCampaigns):
    """What a void closing cost its closer, as far as the watcher did not get it."""

    campaign: int
    amount: int


@dataclass(frozen=True)
class PoolFreed(_OfCampaigns):
    campaign: int
    amount: int


class _OfSettlement(Event):
    CONTRACT = "Settlement"


@dataclass(frozen=True)
class Settled(_OfSettlement):
    key: int
    campaign: int
    posted: Posted
    verdicts: bytes


@dataclass(frozen=True)
class Voided(_OfSettlement):
    """``fault`` is the selector of the function of Faults that held, ``index`` the item or pay leaf it was shown on."""

    key: int
    watcher: str
    fault: bytes
    index: int


@dataclass(frozen=True)
class Collected(_OfSettlement):
    """The bond of a void settlement went to its watcher and its campaign."""

    key: int
    watcher: str
    rewarded: int
    credited: int


@dataclass(frozen=True)
class Assigned(_OfSettlement):
    """``to`` took over what ``account`` is owed; ``index`` is its pay leaf."""

    key: int
    account: str
    to: str
    index: int


@dataclass(frozen=True)
class Claimed(_OfSettlement):
    key: int
    index: int


@dataclass(frozen=True)
class Pushed(_OfSettlement):
    """``paid`` is money; what was already paid or refused by the token is not in it."""

    key: int
    from_: int
    count: int
    paid: int


@dataclass(frozen=True)
class Released(_OfSettlement):
    key: int
    bond: int
    forfeited: int


@dataclass(frozen=True)
class Reclaimed(_OfSettlement):
    key: int


@dataclass(frozen=True)
class Advanced(Event):
    """``account`` was paid ``price`` at once for a claim to ``owed``."""

    CONTRACT = "Advances"

    key: int
    account: str
    to: str
    price: int
    owed: int


class _OfDoubts(Event):
    CONTRACT = "Doubts"


@dataclass(frozen=True)
class BondHeld(_OfDoubts):
    """Until freed, the settlement's bond stays locked."""

    key: int


@dataclass(frozen=True)
class BondFreed(_OfDoubts):
    key: int


@dataclass(frozen=True)
class LeafHeld(_OfDoubts):
    """Until freed, pay leaf ``index`` is not paid."""

    key: int
    index: int


@dataclass(frozen=True)
class LeafFreed(_OfDoubts):
    """``cut`` went back to the campaign, ``left`` the leaf is still paid."""

    key: int
    index: int
    cut: int
    left: int


@dataclass(frozen=True)
class Suspended(_OfDoubts):
    """Until resumed, the settlement does not become final."""

    key: int


@dataclass(frozen=True)
class Resumed(_OfDoubts):
    """Final not before ``final_at``."""

    key: int
    final_at: int


@dataclass(frozen=True)
class Fined(_OfDoubts):
    """Part of a settlement's bond: ``rewarded`` to the beneficiary, the rest to the campaign."""

    key: int
    amount: int
    beneficiary: str
    rewarded: int


class _OfDatasets(Event):
    CONTRACT = "Datasets"


@dataclass(frozen=True)
class DatasetCreated(_OfDatasets):
    dataset: int
    campaign: int
    owner: str


@dataclass(frozen=True)
class DatasetMoved(_OfDatasets):
    """ERC-721 Transfer: minted from the zero address, or sold with all its future income."""

    NAME = "Transfer"

    from_: str
    to: str
    token_id: int


@dataclass(frozen=True)
class Published(_OfDatasets):
    key: int
    dataset: int
    publisher: str
    version: Version
    settlements: tuple[int, ...]


@dataclass(frozen=True)
class Sold(_OfDatasets):
    key: int
    buyer: str
    to: str
    offer: int
    licence: int
    price: int


@dataclass(frozen=True)
class ShareClaimed(_OfDatasets):
    key: int
    account: str
    index: int
    amount: int


@dataclass(frozen=True)
class OwnerClaimed(_OfDatasets):
    key: int
    owner: str
    amount: int


@dataclass(frozen=True)
class FeeClaimed(_OfDatasets):
    key: int
    treasury: str
    amount: int


@dataclass(frozen=True)
class BondReleased(_OfDatasets):
    key: int
    publisher: str
    amount: int


@dataclass(frozen=True)
class VersionVoided(_OfDatasets):
    """``fault`` is the selector of the proof that held, ``index`` the share leaf it was shown on."""

    key: int
    watcher: str
    fault: bytes
    index: int
    bond: int
    rewarded: int


@dataclass(frozen=True)
class Carried(_OfDatasets):
    """What buyers paid for a void version went to its successor."""

    from_: int
    to: int
    gross: int


class _OfPools(Event):
    CONTRACT = "Pools"


@dataclass(frozen=True)
class Closed(_OfPools):
    campaign: int
    closer: str
    closing: Closing
    settlements: tuple[int, ...]


@dataclass(frozen=True)
class ClosingVoided(_OfPools):
    """``fault`` is the selector of the proof that held, ``index`` the share leaf or settlement it was shown on."""

    campaign: int
    watcher: str
    fault: bytes
    attempt: int
    index: int


@dataclass(frozen=True)
class ClosingCollected(_OfPools):
    campaign: int
    watcher: str
    rewarded: int
    credited: int


@dataclass(frozen=True)
class ClosingReleased(_OfPools):
    campaign: int
    closer: str
    bond: int


@dataclass(frozen=True)
class PoolClaimed(_OfPools):
    campaign: int
    account: str
    index: int
    amount: int


@dataclass(frozen=True)
class PoolShareCalled(_OfPools):
    NAME = "ShareCalled"

    tree: int
    index: int
    caller: str


@dataclass(frozen=True)
class PoolShareShown(_OfPools):
    NAME = "ShareShown"

    tree: int
    index: int
    by: str
    leaf: ShareProof


@dataclass(frozen=True)
class PoolCallRefunded(_OfPools):
    NAME = "CallRefunded"

    tree: int
    index: int
    caller: str


class _OfShareFaults(Event):
    CONTRACT = "ShareFaults"


@dataclass(frozen=True)
class ShareCalled(_OfShareFaults):
    tree: int
    index: int
    caller: str


@dataclass(frozen=True)
class ShareShown(_OfShareFaults):
    tree: int
    index: int
    by: str
    leaf: ShareProof


@dataclass(frozen=True)
class CallRefunded(_OfShareFaults):
    tree: int
    index: int
    caller: str


@dataclass(frozen=True)
class ConsentWithdrawn(_OfDatasets):
    campaign: int
    contribution: bytes
    by: str


@dataclass(frozen=True)
class OwnWithdrawn(_OfDatasets):
    dataset: int
    contribution: bytes
    by: str


class _OfLicences(Event):
    CONTRACT = "Licences"


@dataclass(frozen=True)
class Extended(_OfLicences):
    account: str
    id: int
    expiry: int


@dataclass(frozen=True)
class LicenceMoved(_OfLicences):
    """ERC-1155 TransferSingle; licences are soulbound, so only ever minted."""

    NAME = "TransferSingle"

    operator: str
    from_: str
    to: str
    id: int
    value: int


def kinds() -> list[type[Event]]:
    """Every event class."""
    return [one for one in _leaves(Event) if not one.__name__.startswith("_")]


def decode(log: Log, contract: str) -> Event | None:
    """The event of a log that ``contract`` emitted; ``None`` for one we have no class for."""
    entry = interface.load(contract).events.get(log.topics[0]) if log.topics else None
    kind = _registry().get((contract, str(entry["name"]))) if entry else None
    if entry is None or kind is None:
        return None
    values = interface.decode_event(entry, log.topics[1:], log.data)
    at = Position(log.block, log.index, log.block_hash, log.tx)
    return kind(at, **{field_name(name): value for name, value in values.items()})


def decode_all(logs: Iterable[Log], deployment: Deployment) -> list[Event]:
    """Events of the deployment's own contracts, in the order given. Lookalikes from other addresses are passed over."""
    emitters = {address: name for name, address in deployment.contracts.items()}
    found = (decode(log, emitters[log.address]) for log in logs if log.address in emitters)
    return [event for event in found if event is not None]


def read_events(
    chain: Chain,
    deployment: Deployment,
    from_block: int,
    to_block: int,
    kinds: Sequence[type[Event]] | None = None,
) -> list[Event]:
    """Events of blocks ``from_block`` to ``to_block`` inclusive, in chain order.

    Args:
        kinds: classes wanted; all by default.
    """
    wanted = tuple(kinds) if kinds is not None else tuple(_registry().values())
    contracts = {kind.CONTRACT for kind in wanted} & set(deployment.contracts)
    if not contracts:
        return []
    addresses = sorted(deployment.address(name) for name in contracts)
    topics = sorted({topic for kind in wanted if (topic := _topic(kind))})
    found = decode_all(chain.logs(from_block, to_block, addresses, topics), deployment)
    return [event for event in found if isinstance(event, wanted)]


def field_name(argument: str) -> str:
    """Field of an event argument: snake case, with an underscore after what Python reserves."""
    snake = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", argument).lower()
    return "from_" if snake == "from" else snake


def arguments(event: Event) -> dict[str, Any]:
    """The event's own fields, without its position."""
    return {field.name: getattr(event, field.name) for field in fields(event) if field.name != "at"}


def _registry() -> Mapping[tuple[str, str], type[Event]]:
    return {(kind.CONTRACT, kind.NAME or kind.__name__): kind for kind in kinds()}


def _topic(kind: type[Event]) -> bytes | None:
    name = kind.NAME or kind.__name__
    return next((topic for topic, entry in interface.load(kind.CONTRACT).events.items() if entry["name"] == name), None)


def _leaves(kind: type[Event]) -> Iterable[type[Event]]:
    for one in kind.__subclasses__():
        yield one
        yield from _leaves(one)
