"""What a holder decides about the rows of a batch, from the facts of one final block (spec/keys.md, 6)."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.chain.contracts import Contracts
from headwater.chain.structs import EpisodeLeaf
from headwater.node.entitlements import ChainEntitlements
from headwater.primitives import merkle
from headwater.records.batch import BatchRequest, BatchRow, SignedBatch, rows_of
from headwater.vault import Reason


def refuse_all(contracts: Contracts, facts: ChainEntitlements, signed: SignedBatch) -> Reason | None:
    """Why none of a batch is answered: its rows are no run of that version, or the dataset is no campaign's."""
    published = facts.version_in(signed.published, signed.request.dataset, signed.request.version)
    if published is None:
        return Reason.NOT_IN_VERSION
    where = (contracts.chain.chain_id, contracts.datasets.address, published.key)
    leaves = [
        EpisodeLeaf(signed.first + n, row.contribution, row.content_root, row.envelope).leaf(*where)
        for n, row in enumerate(rows_of(signed))
    ]
    if not merkle.verify_range(published.episode_root, leaves, signed.first, published.episodes, signed.path):
        return Reason.NOT_IN_VERSION
    return None if facts.campaign_of(signed.request.dataset) else Reason.NOT_FOR_SALE_THERE


def refuse_some(facts: ChainEntitlements, request: BatchRequest, rows: Sequence[BatchRow]) -> list[Reason | None]:
    """Why each row is refused, ``None`` where it is answered.

    The contract's ``entitled`` says the same of all contributions of a version but for those withdrawn (Datasets.sol),
    so it is asked of the first that is not, and the withdrawn are taken from the events up to the same block.
    """
    campaign, taken_back = facts.campaign_of(request.dataset), facts.withdrawals()
    left = [row.contribution for row in rows if (campaign, row.contribution) not in taken_back]
    asked = (request.licence, request.dataset, request.version)
    rest = None if left and facts.entitled(*asked, left[0], request.requester) else Reason.NOT_ENTITLED
    return [Reason.WITHDRAWN if (campaign, row.contribution) in taken_back else rest for row in rows]
