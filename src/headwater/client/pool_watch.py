"""Pools: the right division of a campaign's pool, and watching that it was closed by it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial

from headwater.catalog.ledger import ClosingFacts
from headwater.chain.errors import RevertError
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import ACCEPTED, Share, ShareProof, reference
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.client.settled import settled
from headwater.client.share_watch import Items, ShareFault, SharesProven, ShareTree, fault_of
from headwater.market.split import share_lists
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
    found = _missing(network, facts) or fault_of_closing(network, facts) or _unshown(facts, now)
    if found is not None:
        receipt = _prove(network, signer, facts, found)
        return [SharesProven(closing.tree, found.index, found.function, receipt.tx, receipt.gas_used)]
    if now <= closing.closed_at + (closing.final_at - closing.closed_at) // 3:
        _call(network, signer, facts)
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
    nothing = ShareProof(Share(0, "0x" + "00" * 20, 0, bytes(32), 0, 0), (), ())
    return ShareFault("proveUnlisted", 0, (keys, Items(network, keys).proof(made[0][1][0]), nothing, nothing))


def _missing(network: Network, facts: ClosingFacts) -> ShareFault | None:
    """A settlement that was left out, or could still be replaced."""
    ledger, closing = network.ledger(), facts.closing
    for key in ledger.campaign(closing.campaign).settlements:
        posted = ledger.settlement(key)
        if key in facts.settlements:
            continue
        open_ = closing.closed_at <= closing.lapses_at or posted.posted.final_at > closing.closed_at
        if posted.standing or (key + 1 not in ledger.settlements and open_):
            return ShareFault("proveMissingSettlement", 0, (facts.settlements, key))
    return None


def _unshown(facts: ClosingFacts, now: int) -> ShareFault | None:
    closing = facts.closing
    waiting = [index for index, leaf in facts.calls.items() if leaf is None]
    late = now > closing.closed_at + 2 * (closing.final_at - closing.closed_at) // 3
    return ShareFault("proveUnshown", waiting[0], (waiting[0],)) if waiting and late else None


def _call(network: Network, signer: TransactionSigner, facts: ClosingFacts) -> None:
    """Calls for what is not as it should be, as far as the signer can pay: one leaf of it is a lie."""
    contract, token = network.contracts.pools, network.contracts.network_token
    known, bond = pool_leaves(network, facts), contract.call_bond()
    missing = [i for i in range(facts.closing.shares) if i not in known and i not in facts.calls]
    for index in missing[: token.balance(signer.address) // bond if bond else len(missing)]:
        token.approve(signer, contract.address, bond)
        contract.call_share(signer, facts.closing, index)


def _prove(network: Network, signer: TransactionSigner, facts: ClosingFacts, fault: ShareFault) -> Receipt:
    contract = network.contracts.pools
    functions: Mapping[str, Callable[..., Receipt]] = {
        "proveMissingSettlement": contract.prove_missing_settlement,
        "proveShareList": contract.prove_share_list,
        "proveShareItem": contract.prove_share_item,
        "proveShareWeight": contract.prove_share_weight,
        "proveShareSum": contract.prove_share_sum,
        "proveUnlisted": contract.prove_unlisted,
        "proveUnshown": contract.prove_unshown,
    }
    return partial(functions[fault.function], signer, facts.closing)(*fault.given)
