"""A contributor takes consent back: grants of the clip end at once, for every version and every buyer, for ever."""

from __future__ import annotations

from headwater.chain.ports import TransactionSigner
from headwater.client.errors import ClientError
from headwater.client.items import demand_settled
from headwater.client.network import Network
from headwater.client.settled import settled


def withdraw(network: Network, signer: TransactionSigner, campaign: int, item: int) -> str:
    """Withdraws the signer's consent for an item; the transaction.

    Raises:
        NotFinalError: the item is not settled. ClientError: it is somebody else's.
        RevertError: withdrawn before, or never accepted. UnfundedError: the account cannot pay gas.
    """
    facts = demand_settled(network, campaign, item)
    whole = settled(network, facts)
    at = item - facts.posted.first_item
    owner = whole.items[at].contributor
    if owner.lower() != signer.address.lower():
        fix = "sign with the contributor's wallet"
        raise ClientError(f"item {campaign}/{item}", actual=f"given by {owner}", allowed=signer.address, fix=fix)
    proof = whole.item_tree.proof(at)
    return network.contracts.datasets.withdraw_consent(signer, facts.posted, whole.items[at], proof).tx
