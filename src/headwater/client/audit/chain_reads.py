"""``Reads`` over the contracts of a live network, all at one block."""

from __future__ import annotations

from headwater.chain import Contracts
from headwater.chain.views import CampaignState, EpochSlot, Sales, SalesPaid, Slot


class ChainReads:
    """Implements ``Reads``; ``contracts`` are already bound to the audited block."""

    def __init__(self, contracts: Contracts) -> None:
        self._c = contracts
        self._times: dict[int, int] = {}

    def block_hash(self, number: int) -> bytes | None:
        return self._c.chain.block_hash(number)

    def block_time(self, number: int) -> int:
        if number not in self._times:
            self._times[number] = self._c.chain.now(number)
        return self._times[number]

    def token_balance(self, token: str, account: str) -> int:
        return self._c.token(token).balance(account)

    def terms_hash(self, campaign: int) -> bytes:
        return self._c.campaigns.terms_hash(campaign)

    def campaign_state(self, campaign: int) -> CampaignState:
        return self._c.campaigns.state(campaign)

    def anchor_hash(self, campaign: int, first_item: int) -> bytes:
        return self._c.campaigns.anchor_hash(campaign, first_item)

    def seed(self, campaign: int, first_item: int) -> bytes:
        return self._c.campaigns.seed(campaign, first_item)

    def commit_root_hash(self, campaign: int, first_item: int, round_: int, operator: str) -> bytes:
        return self._c.campaigns.commit_root_hash(campaign, first_item, round_, operator)

    def epoch_slot(self, number: int) -> EpochSlot:
        return self._c.reputation.slot(number)

    def slot(self, key: int) -> Slot:
        return self._c.settlement.slot(key)

    def paid(self, key: int, pay_count: int) -> int:
        return self._c.settlement.paid(key, pay_count)

    def is_paid(self, key: int, index: int) -> bool:
        return self._c.settlement.is_paid(key, index)

    def version_hash(self, key: int) -> bytes:
        return self._c.datasets.version_hash(key)

    def sales(self, key: int) -> Sales:
        return self._c.datasets.sales(key)

    def sales_paid(self, key: int) -> SalesPaid:
        return self._c.datasets.paid(key)

    def fee_paid(self, key: int) -> int:
        return self._c.datasets.fee_paid(key)

    def share_claimed(self, key: int, index: int) -> int:
        return self._c.datasets.share_claimed(key, index)

    def closing_hash(self, campaign: int) -> bytes:
        return self._c.pools.closing_hash(campaign)
