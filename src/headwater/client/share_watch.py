"""Watching share trees: compare what a version lists with what was settled, and prove on chain what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise

from headwater.catalog.ledger import VersionFacts
from headwater.chain.errors import RevertError
from headwater.chain.models import Receipt
from headwater.chain.pools import Pools
from headwater.chain.ports import TransactionSigner
from headwater.chain.share_faults import ShareFaults
from headwater.chain.structs import (
    ACCEPTED,
    SHARE_ITEMS,
    Closing,
    Item,
    ItemProof,
    Posted,
    Share,
    ShareProof,
    Version,
    reference,
)
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.client.settled import Settled, settled
from headwater.market.errors import MarketError
from headwater.market.versions import rebuild
from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.ids import ZERO_ADDRESS
from headwater.records.dataset import DatasetManifest
from headwater.storage import BlobNotFoundError, CorruptBlockError

CALLS = 8  # leaves a watcher calls for in one look, where nobody shows the manifest

_NO_POSTED = Posted(
    *(0, ZERO_ADDRESS, ZERO_WORD, 0, 0, ZERO_WORD, 0, 0, ZERO_ADDRESS, ZERO_WORD, 0, 0),
    *(ZERO_WORD, ZERO_WORD, ZERO_WORD, ZERO_WORD, 0, 0),
)
_NO_ITEM = Item(0, ZERO_ADDRESS, ZERO_WORD, 0, 0, 0, 0, ZERO_WORD, 0, 0, 0, 0, ZERO_WORD)


@dataclass(frozen=True)
class ShareTree:
    """A share tree as posted, as far as it is known.

    Attributes:
        keys: settlements it divides.
        count, total: of leaves, and of weight, as posted.
        leaves: known ones, by index.
        excused: contributions it may leave out.
    """

    keys: tuple[int, ...]
    count: int
    total: int
    leaves: Mapping[int, ShareProof]
    excused: frozenset[bytes] = field(default_factory=frozenset)


@dataclass(frozen=True)
class ShareFault:
    """A fault that holds: the function that proves it, and what it is shown."""

    function: str
    index: int
    given: tuple[object, ...]


@dataclass(frozen=True)
class SharesProven:
    """A version proven wrong on chain."""

    version: int
    index: int
    function: str
    tx: str
    gas_used: int


@dataclass(frozen=True)
class ShareWindow:
    """A posted share tree while it can be proven wrong.

    Attributes:
        contract: that judges it; whole: the struct its functions take.
        count: leaves.
        opened_at, final_at: the window, unix seconds; calls in its first third, answers until the second ends.
        calls: leaves called for, by index, with what was shown.
    """

    contract: ShareFaults | Pools
    whole: Version | Closing
    count: int
    opened_at: int
    final_at: int
    calls: Mapping[int, ShareProof | None]

    def unshown(self, now: int) -> ShareFault | None:
        """A leaf called for and not shown in time."""
        waiting = [index for index, leaf in self.calls.items() if leaf is None]
        if not waiting or now <= self._third(2):
            return None
        return ShareFault("proveUnshown", waiting[0], (waiting[0],))

    def call(self, network: Network, signer: TransactionSigner, known: Container[int], most: int) -> None:
        """Calls for leaves nobody has shown, while it is allowed: at most so many, as far as the signer can pay."""
        if network.contracts.chain.now() > self._third(1):
            return
        token, bond = network.contracts.network_token, self.contract.call_bond()
        ask: Callable[..., Receipt] = self.contract.call_share
        missing = [i for i in range(self.count) if i not in known and i not in self.calls]
        for index in missing[: min(most, token.balance(signer.address) // bond if bond else most)]:
            token.approve(signer, self.contract.address, bond)
            ask(signer, self.whole, index)

    def prove(self, signer: TransactionSigner, fault: ShareFault) -> Receipt:
        """Sends the proof.

        Raises:
            RevertError: somebody was faster.
        """
        functions: Mapping[str, Callable[..., Receipt]] = {
            "proveShareList": self.contract.prove_share_list,
            "proveShareItem": self.contract.prove_share_item,
            "proveShareWeight": self.contract.prove_share_weight,
            "proveShareSum": self.contract.prove_share_sum,
            "proveUnlisted": self.contract.prove_unlisted,
            "proveUnshown": self.contract.prove_unshown,
        }
        return functions[fault.function](signer, self.whole, *fault.given)

    def _third(self, which: int) -> int:
        return self.opened_at + which * (self.final_at - self.opened_at) // 3


def patrol_shares(network: Network, signer: TransactionSigner) -> list[SharesProven]:
    """Looks at every version whose sales are locked and proves its first fault.

    Where its leaves cannot be read it calls for some, if the signer can pay, and proves those nobody showed in time.
    """
    proven = []
    for dataset in network.ledger().datasets.values():
        for facts in dataset.versions.values():
            if facts.version.campaign and facts.standing:
                # Somebody else may have been faster, and what a settlement hides is not this version's fault.
                with suppress(RevertError, ClientError, BlobNotFoundError, CorruptBlockError):
                    proven += _watch(network, signer, facts)
    return proven


def _watch(network: Network, signer: TransactionSigner, facts: VersionFacts) -> list[SharesProven]:
    key, now = facts.version.key, network.contracts.chain.now()
    sales = network.contracts.datasets.sales(key)
    if sales.unlock_at <= now:
        return []
    contract, version = network.contracts.share_faults, facts.version
    window = ShareWindow(contract, version, version.shares, sales.published_at, sales.unlock_at, facts.calls)
    found = fault_of_version(network, facts) or window.unshown(now)
    if found is not None:
        receipt = window.prove(signer, found)
        return [SharesProven(key, found.index, found.function, receipt.tx, receipt.gas_used)]
    window.call(network, signer, leaves_of(network, facts), CALLS)
    return []


def fault_of_version(network: Network, facts: VersionFacts) -> ShareFault | None:
    """The first fault that can be shown of a version's shares."""
    version = facts.version
    gone = frozenset(digest for campaign, digest in network.ledger().withdrawn if campaign == version.campaign)
    leaves = leaves_of(network, facts)
    return fault_of(network, ShareTree(facts.settlements, version.shares, version.total_weight, leaves, gone))


def leaves_of(network: Network, facts: VersionFacts) -> dict[int, ShareProof]:
    """A version's share leaves: all, if its manifest gives its root; else those somebody was made to show."""
    version = facts.version
    known = {index: leaf for index, leaf in facts.calls.items() if leaf is not None}
    try:
        made = rebuild(network.record(DatasetManifest, network.cid_of(version.manifest)), version)
    except (HeadwaterError, MarketError):
        return known
    tree = made.share_tree(network.contracts.chain.chain_id, network.contracts.datasets.address)
    if (tree.root, len(made.shares)) != (version.share_root, version.shares):
        return known
    rows = zip(made.shares, made.lists, strict=True)
    return {share.index: ShareProof(share, tuple(tree.proof(share.index)), listed) for share, listed in rows}


def fault_of(network: Network, tree: ShareTree) -> ShareFault | None:
    """The first fault that the known leaves and the settlements show."""
    truth = Items(network, tree.keys)
    for index in sorted(tree.leaves):
        found = _fault_of_leaf(tree, tree.leaves[index], truth)
        if found:
            return found
    return _fault_of_order(tree) or _fault_of_omission(tree, truth)


class Items:
    """The items of some settlements, by reference."""

    def __init__(self, network: Network, keys: Sequence[int]) -> None:
        self.keys = keys
        self._made: dict[int, Settled] = {k: settled(network, network.ledger().settlement(k)) for k in keys}
        self.items = {reference(k, i.item): i for k, made in self._made.items() for i in made.items}

    def proof(self, listed: int) -> ItemProof:
        """An item's proof; its settlement alone, or nothing, where there is no such item."""
        made = self._made.get(listed >> 32)
        if made is None:
            return ItemProof(_NO_POSTED, _NO_ITEM, ())
        if listed not in self.items:
            return ItemProof(made.posted, _NO_ITEM, ())
        at = (listed & 0xFFFFFFFF) - made.posted.first_item
        return ItemProof(made.posted, made.items[at], tuple(made.item_tree.proof(at)))

    def right(self, account: str, listed: int) -> bool:
        """Whether an item may stand in an account's leaf."""
        item = self.items.get(listed)
        return item is not None and item.contributor.lower() == account.lower() and item.verdict == ACCEPTED


def _fault_of_leaf(tree: ShareTree, leaf: ShareProof, truth: Items) -> ShareFault | None:
    share, listed = leaf.share, leaf.references
    ordered = all(a < b for a, b in pairwise(listed))
    if not listed or len(listed) > SHARE_ITEMS or listed[0] != share.first or not ordered:
        return ShareFault("proveShareList", share.index, (leaf,))
    for at, one in enumerate(listed):
        if not truth.right(share.account, one):
            return ShareFault("proveShareItem", share.index, (tree.keys, leaf, at, truth.proof(one)))
    if sum(truth.items[one].share_weight for one in listed) != share.weight:
        return ShareFault("proveShareWeight", share.index, (leaf, [truth.proof(one) for one in listed]))
    return None


def _fault_of_order(tree: ShareTree) -> ShareFault | None:
    for index, leaf in tree.leaves.items():
        share = leaf.share
        first = index == 0 and share.cumulative != share.weight
        if first or (index == tree.count - 1 and share.cumulative != tree.total):
            return ShareFault("proveShareSum", index, (leaf, leaf))
        after = tree.leaves.get(index + 1)
        if after and not _follows(leaf, after.share):
            return ShareFault("proveShareSum", index, (leaf, after))
    return None


def _follows(leaf: ShareProof, after: Share) -> bool:
    share = leaf.share
    if share.cumulative + after.weight != after.cumulative or _rank(share) >= _rank(after):
        return False
    return share.account.lower() != after.account.lower() or leaf.references[-1] < after.first


def _fault_of_omission(tree: ShareTree, truth: Items) -> ShareFault | None:
    listed = {one for leaf in tree.leaves.values() for one in leaf.references}
    for one, item in truth.items.items():
        if one in listed or item.verdict != ACCEPTED or not item.share_weight or item.contribution in tree.excused:
            continue
        place = _place(tree, (int(item.contributor, 16), one))
        if place:
            return ShareFault("proveUnlisted", place[0].share.index, (tree.keys, truth.proof(one), *place))
    return None


def _place(tree: ShareTree, rank: tuple[int, int]) -> tuple[ShareProof, ShareProof] | None:
    """The neighbours an item would stand between, if both are known."""
    low = max((i for i, leaf in tree.leaves.items() if _rank(leaf.share) <= rank), default=None)
    if low is None:
        first = tree.leaves.get(0)
        return (first, first) if first else None
    at = tree.leaves[low]
    if low == tree.count - 1:
        return at, at
    after = tree.leaves.get(low + 1)
    return (at, after) if after else None


def _rank(share: Share) -> tuple[int, int]:
    return int(share.account, 16), share.first
