"""The market: what an item is worth, settlements, dataset versions, sale splits. Pure arithmetic over records.

What a pool's items are worth to the requester is in ``market.valuing``, apart: it needs numpy.
"""

from headwater.market.dataset import DraftVersion, draft_version, episode_leaves
from headwater.market.errors import LimitsError, MarketError, SettlementError, ValuingError
from headwater.market.limits import (
    Gap,
    Limits,
    consent_gaps,
    demand_age,
    grant_gaps,
    licence_gaps,
    offer_gaps,
    use_gaps,
)
from headwater.market.pay_tree import PayTree, build_pays
from headwater.market.pool import pool_bond, pool_part
from headwater.market.reward import Valued, quality, value
from headwater.market.settlement import Books, Draft, Known, assemble, draft, item_of, review_pay, share_weight_of
from headwater.market.split import Split, share_amount, share_lists, shares_of, split_of

__all__ = [
    "Books",
    "Draft",
    "DraftVersion",
    "Gap",
    "Known",
    "Limits",
    "LimitsError",
    "MarketError",
    "PayTree",
    "SettlementError",
    "Split",
    "Valued",
    "ValuingError",
    "assemble",
    "build_pays",
    "consent_gaps",
    "demand_age",
    "draft",
    "draft_version",
    "episode_leaves",
    "grant_gaps",
    "item_of",
    "licence_gaps",
    "offer_gaps",
    "pool_bond",
    "pool_part",
    "quality",
    "review_pay",
    "share_amount",
    "share_lists",
    "share_weight_of",
    "shares_of",
    "split_of",
    "use_gaps",
    "value",
]
