"""A posted settlement rebuilt from its evidence: leaves, trees, and who is owed what."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.catalog.ledger import SettlementFacts
from headwater.chain.structs import CONTRIBUTOR, NO_PAY_INDEX, Anchor, Item, Pay, Posted, items_hash
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.market import PayTree, build_pays, item_of, share_weight_of
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import Tree, build
from headwater.records.evidence import Evidence
from headwater.records.verdict import Verdict
from headwater.records.vote import VoteCommit


@dataclass(frozen=True)
class Settled:
    """A settlement with everything needed to prove any leaf of it."""

    posted: Posted
    evidence: Evidence
    verdicts: tuple[Verdict, ...]
    items: tuple[Item, ...]
    pays: tuple[Pay, ...]
    item_tree: Tree
    pay_tree: PayTree

    def paid_to(self, account: str) -> list[Pay]:
        """Pay leaves of an account."""
        return [p for p in self.pays if p.account.lower() == account.lower()]


def settled(network: Network, facts: SettlementFacts) -> Settled:
    """Rebuilds a settlement.

    Raises:
        ClientError: the published evidence does not give the roots on chain.
        BlobNotFoundError, CorruptBlockError: evidence that is missing or damaged.
    """
    posted = facts.posted
    chain_id, contract = network.contracts.chain.chain_id, network.contracts.settlement.address
    evidence = network.record(Evidence, network.cid_of(posted.evidence))
    verdicts = tuple(network.record(Verdict, cid) for cid in evidence.verdicts)
    pays = _pays(evidence)
    rewarded = ((p.index, row.items) for p, row in zip(pays, evidence.pay, strict=True) if p.kind == CONTRIBUTOR)
    index = {item: number for number, items in rewarded for item in items}
    items = tuple(item_of(v, index.get(v.item, NO_PAY_INDEX), share_weight_of(v)) for v in verdicts)
    item_tree = build([i.leaf(chain_id, contract, posted.key) for i in items])
    pay_tree = build_pays(pays, chain_id, contract, posted.key)
    if (item_tree.root, pay_tree.root) != (posted.item_root, posted.pay_root):
        raise ClientError(
            f"settlement {posted.key}",
            actual="evidence that does not give the roots on chain",
            fix="run 'headwater audit': it names the leaf",
        )
    return Settled(posted, evidence, verdicts, items, pays, item_tree, pay_tree)


def round_leaves(network: Network, whole: Settled, anchor: Anchor, number: int) -> tuple[list[bytes], list[int]]:
    """Commits of a round's counted votes over an anchor, each at its item's place, a zero word where there is none.

    And the places of those who committed on chain themselves (``review.leaves_under``).
    """
    own = network.ledger().campaign(whole.posted.campaign).own_commits
    domain, leaves = network.contracts.campaigns_domain, [ZERO_WORD] * anchor.count
    alone = []
    for verdict in whole.verdicts:
        place = verdict.item - anchor.first_item
        for vote in verdict.votes:
            if vote.round == number and 0 <= place < anchor.count:
                cast = VoteCommit(whole.posted.campaign, verdict.item, number, vote.reviewer, vote.commit, b"")
                leaves[place] = cast.leaf(domain)
                alone += [place] if (verdict.item, number, vote.reviewer) in own else []
    return leaves, alone


def _pays(evidence: Evidence) -> tuple[Pay, ...]:
    pays, cumulative = [], 0
    for index, row in enumerate(evidence.pay):
        cumulative += row.amount
        pays.append(Pay(index, row.account, row.amount, cumulative, row.kind, items_hash(row.items)))
    return tuple(pays)
