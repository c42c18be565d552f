"""Pools: the right division of a campaign's pool, and watching that it was closed by it."""

from __future__ import annotations

from contextlib import suppress

from headwater.catalog.ledger import ClosingFacts
from headwater.chain.errors import RevertError
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import ACCEPTED, Share, ShareProof, reference
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.client.settled import settled
from headwater.client.share_watch import Items, ShareFault, SharesProven, ShareTree, ShareWindow, fault_of
from headwater.market.split import share_lists
from headwater.primitives.ids import ZERO_ADDRESS
from headwater.primitives.merkle import build
from headwater.storage import BlobNotFoundError, CorruptBlockError


def divided(network: Network, keys: tuple[int, ...]) -> list[tuple[Share, tuple[int, ...]]]:
    """The right share leaves of settlements' accepted items, each with what it lists; none where nothing counts."""
    rows = []
    for key in keys:
        for item in settled(network, network.ledger().settlement(key)).items:
            if item.verdict == ACCEPTED and item.share_weight:
                rows.append((item.contributor, item.share_weight, reference(key, item.item)))
    return share_lists(rows) if rows else []


def pool_leaves(network: Network, facts: ClosingFacts) -> dict[int, ShareProof]:
    """A closing's leaves: the right ones if they give its root, else those somebody was made to show."""
    closing = facts.closing
    made = divided(network, facts.settlements)
    chain_id, contract = network.contracts.chain.chain_id, network.contracts.pools.address
    if made:
        tree = build([share.leaf(chain_id, contract, closing.campaign) for share, _ in made])
        if (tree.root, len(made)) == (closing.share_root, closing.shares):
            return {share.index: ShareProof(share, tuple(tree.proof(share.index)), listed) for share, listed in made}
    return {index: leaf for index, leaf in facts.calls.items() if leaf is not None}


def patrol_pools(network: Network, signer: TransactionSigner) -> list[SharesProven]:
    """Looks at every closing that is not final and proves its first fault, calling for leaves nobody can read.

    Then it takes the bonds of void ones. ``version`` of what it returns is the closing's tree.
    """
    proven = []
    for campaign in network.ledger().campaigns.values():
        if campaign.closing is not None:
            with suppress(RevertError, ClientError, BlobNotFoundError, CorruptBlockError):
                proven += _watch(network, signer, campaign.closing)
    collect_closings(network, signer)
    return proven


def collect_closings(network: Network, signer: TransactionSigner) -> int:
    """Takes the bonds of void closings; how many. Anyone may, and the next closing waits for it."""
    taken = 0
    for campaign in network.ledger().campaigns.values():
        for facts in campaign.closings:
            if facts.voided_by is not None and not facts.collected:
                with suppress(RevertError):
                    network.contracts.pools.collect(signer, facts.closing, facts.voided_by)
                    taken += 1
    return taken


def _watch(network: Network, signer: TransactionSigner, facts: ClosingFacts) -> list[SharesProven]:
    closing, now = facts.closing, network.contracts.chain.now()
    if now >= closing.final_at:
        return []
    contract = network.contracts.pools
    window = ShareWindow(contract, closing, closing.shares, closing.closed_at, closing.final_at, facts.calls)
    left_out = _missing(network, facts)
    if left_out is not None:
        receipt = contract.prove_missing_settlement(signer, closing, facts.settlements, left_out)
        return [SharesProven(closing.tree, 0, "proveMissingSettlement", receipt.tx, receipt.gas_used)]
    found = fault_of_closing(network, facts) or window.unshown(now)
    if found is not None:
        receipt = window.prove(signer, found)
        return [SharesProven(closing.tree, found.index, found.function, receipt.tx, receipt.gas_used)]
    window.call(network, signer, pool_leaves(network, facts), closing.shares)
    return []


def fault_of_closing(network: Network, facts: ClosingFacts) -> ShareFault | None:
    """The first fault that can be shown of a closing's shares."""
    closing, keys = facts.closing, facts.settlements
    if closing.shares:
        return fault_of(network, ShareTree(keys, closing.shares, closing.total_weight, pool_leaves(network, facts)))
    made = divided(network, keys)
    if not made:
        return None
    # There is no leaf to stand between: one accepted item is enough, and the leaves given are not read.
    nothing = ShareProof(Share(0, ZERO_ADDRESS, 0, bytes(32), 0, 0), (), ())
    return ShareFault("proveUnlisted", 0, (keys, Items(network, keys).proof(made[0][1][0]), nothing, nothing))


def _missing(network: Network, facts: ClosingFacts) -> int | None:
    """A settlement that was left out, or could still be replaced."""
    ledger, closing = network.ledger(), facts.closing
    for key in ledger.campaign(closing.campaign).settlements:
        posted = ledger.settlement(key)
        if key in facts.settlements:
            continue
        open_ = closing.closed_at <= closing.lapses_at or posted.posted.final_at > closing.closed_at
        if posted.standing or (key + 1 not in ledger.settlements and open_):
            return key
    return None
