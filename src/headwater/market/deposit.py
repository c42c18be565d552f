"""What stands behind an item: its deposit, and the share of acceptances from which sending rubbish would pay."""

from __future__ import annotations

from headwater.chain.structs import FORFEITED, MISSING, Terms
from headwater.primitives.amounts import BPS, mul_div_down, mul_div_up


def deposit_of(terms: Terms) -> int:
    """What the anchorer locks an item, smallest units, as ``Campaigns.anchor`` does."""
    return mul_div_down(terms.unit_reward, terms.deposit_bps, BPS)


def kept_of(deposit: int, verdict: int) -> int:
    """What of it comes back under a verdict byte: all, or nothing of a forfeited or missing item."""
    return 0 if verdict in (FORFEITED, MISSING) else deposit


def gain_share(reward: int, deposit: int) -> int:
    """From which share of acceptances, in 1/10,000 and rounded up, a sender gains who loses the deposit otherwise:
    ``D / (R + D)``.
    """
    return mul_div_up(BPS, deposit, reward + deposit)
