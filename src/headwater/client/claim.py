"""Money to whom it is owed, from settlements and sale pools. Whoever sends, the leaf's account is paid."""

from __future__ import annotations

from dataclasses import dataclass, replace

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import WORD_LEAVES
from headwater.client.dispute import return_cuts
from headwater.client.network import Network
from headwater.client.pool_watch import pool_leaves
from headwater.client.settled import settled
from headwater.market import pool_part, share_amount, split_of
from headwater.market.versions import rebuild
from headwater.records.dataset import DatasetManifest


@dataclass(frozen=True)
class Due:
    """Something an account can have now or soon.

    Attributes:
        source: ``settlement KEY``, ``pool CAMPAIGN`` or ``dataset N@M``.
        final: whether it can be claimed at this moment; paid: whether it was.
        index: of the leaf that pays it.
    """

    source: str
    token: str
    amount: int
    final: bool
    paid: bool
    index: int = 0


def dues(network: Network, account: str) -> list[Due]:
    """Everything an account earned: rewards, review fees, sale shares."""
    return _rewards(network, account) + _pools(network, account) + _shares(network, account)


def claim_all(network: Network, sender: TransactionSigner, account: str) -> list[Due]:
    """Claims everything final, unpaid and undisputed for an account, gas paid by ``sender``; what was paid."""
    paid = []
    contract = network.contracts.settlement
    for facts in _standing(network):
        if not contract.is_final(facts.posted.key):
            continue
        whole = settled(network, facts)
        for pay in whole.paid_to(account):
            held, left = network.contracts.doubts.left(facts.posted.key, pay.index, pay.amount)
            if not held and not contract.is_paid(facts.posted.key, pay.index):
                contract.claim(sender, facts.posted, pay, whole.pay_tree.proof(pay.index))
                paid.append(Due(f"settlement {facts.posted.key}", facts.posted.token, left, True, True))
    return paid + _claim_pools(network, sender, account) + _claim_shares(network, sender, account)


def push_all(network: Network, sender: TransactionSigner, campaign: int) -> int:
    """Pays every unpaid leaf of a campaign's final settlements, a push a word, and gives back what was cut of them;
    settlements pushed."""
    contract, pushed = network.contracts.settlement, 0
    for facts in network.ledger().standing(campaign):
        posted = facts.posted
        if not contract.is_final(posted.key) or contract.paid(posted.key, posted.pay_count) == posted.total:
            continue
        whole = settled(network, facts)
        for start in range(0, len(whole.pays), WORD_LEAVES):
            part = whole.pays[start : start + WORD_LEAVES]
            proof = whole.pay_tree.range_proof(start, start + len(part))
            contract.push(sender, posted, part, proof, whole.pay_tree.path(start // WORD_LEAVES))
        pushed += 1
    return_cuts(network, sender, campaign)
    return pushed


def _standing(network: Network) -> list[SettlementFacts]:
    return [s for campaign in network.ledger().campaigns for s in network.ledger().standing(campaign)]


def _rewards(network: Network, account: str) -> list[Due]:
    contract, rows = network.contracts.settlement, []
    for facts in _standing(network):
        key = facts.posted.key
        for pay in settled(network, facts).paid_to(account):
            final, paid = contract.is_final(key), contract.is_paid(key, pay.index)
            held, left = network.contracts.doubts.left(key, pay.index, pay.amount)
            rows.append(Due(f"settlement {key}", facts.posted.token, left, final and not held, paid))
    return rows


def _pools(network: Network, account: str) -> list[Due]:
    rows, now = [], network.contracts.chain.now()
    for campaign in network.ledger().campaigns.values():
        if campaign.closing is None:
            continue
        closing, claims = campaign.closing.closing, campaign.closing.claims
        leaves = pool_leaves(network, campaign.closing)
        for leaf in leaves.values():
            if leaf.share.account.lower() == account.lower():
                part = pool_part(closing.pool, leaf.share.weight, closing.total_weight, closing.pool_floor)
                paid = any(index == leaf.share.index for index, _, _ in claims)
                source, final = f"pool {campaign.id}", now >= closing.final_at
                rows.append(Due(source, closing.token, part, final, paid, leaf.share.index))
    return rows


def _claim_pools(network: Network, sender: TransactionSigner, account: str) -> list[Due]:
    paid = []
    for due in [d for d in _pools(network, account) if d.final and not d.paid]:
        facts = network.ledger().campaign(int(due.source.removeprefix("pool "))).closing
        assert facts is not None
        leaf = pool_leaves(network, facts)[due.index]
        network.contracts.pools.claim(sender, facts.closing, leaf.share, leaf.proof)
        paid.append(replace(due, paid=True))
    return paid


def _shares(network: Network, account: str) -> list[Due]:
    rows = []
    for dataset in network.ledger().datasets.values():
        for number, facts in dataset.versions.items():
            if not facts.standing:
                continue  # its sales wait for a successor
            made = rebuild(network.record(DatasetManifest, network.cid_of(facts.version.manifest)), facts.version)
            pool = split_of(facts.gross, facts.version.owner_bps, facts.version.fee_bps).pool
            for share in made.shares:
                if share.account.lower() != account.lower():
                    continue
                earned = share_amount(pool, share, facts.version.total_weight)
                claimed = sum(amount for index, _, amount in facts.share_claims if index == share.index)
                source, token = f"dataset {dataset.id}@{number}", facts.version.token
                open_ = network.contracts.chain.now() >= network.contracts.datasets.sales(facts.version.key).unlock_at
                if earned > claimed:
                    rows.append(Due(source, token, earned - claimed, open_, False, share.index))
                if claimed:
                    rows.append(Due(source, token, claimed, True, True, share.index))
    return rows


def _claim_shares(network: Network, sender: TransactionSigner, account: str) -> list[Due]:
    paid = []
    chain_id, contract = network.contracts.chain.chain_id, network.contracts.datasets
    for due in [d for d in _shares(network, account) if d.final and not d.paid]:
        dataset, number = (int(n) for n in due.source.removeprefix("dataset ").split("@"))
        facts = network.ledger().version(dataset, number)
        made = rebuild(network.record(DatasetManifest, network.cid_of(facts.version.manifest)), facts.version)
        share = made.shares[due.index]
        proof = made.share_tree(chain_id, contract.address).proof(share.index)
        contract.claim_share(sender, facts.version, share, proof)
        paid.append(replace(due, paid=True))
    return paid
