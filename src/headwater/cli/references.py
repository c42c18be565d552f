"""How people name things: ``3@2`` a dataset version, ``1/4`` or a contribution's digest an item."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from headwater.primitives.ids import IdError, word_from_hex

if TYPE_CHECKING:
    from headwater.client.network import Network


def version_of(text: str) -> tuple[int, int]:
    """Dataset and version of ``DATASET[@VERSION]``; version 0 means the latest."""
    match = re.fullmatch(r"([0-9]{1,18})(?:@([0-9]{1,9}))?", text)
    if not match:
        raise IdError("dataset", actual=text, allowed="NUMBER or NUMBER@VERSION", fix="see 'headwater search'")
    return int(match[1]), int(match[2] or 0)


def item_of(network: Network, text: str, campaign: int | None = None) -> tuple[int, int]:
    """Campaign and number of ``CAMPAIGN/ITEM``, ``ITEM`` with a campaign, or a settled contribution's digest."""
    from headwater.client.items import find_item

    if match := re.fullmatch(r"([0-9]{1,18})/([0-9]{1,9})", text):
        return int(match[1]), int(match[2])
    if campaign is not None and re.fullmatch(r"[0-9]{1,9}", text):
        return campaign, int(text)
    if re.fullmatch(r"(0x)?[0-9a-fA-F]{64}", text):
        return find_item(network, word_from_hex(text))
    raise IdError("item", actual=text, allowed="CAMPAIGN/ITEM or a contribution's digest", fix="write it like 1/4")
