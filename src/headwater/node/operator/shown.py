"""Content that somebody showed on chain as accepted: whoever accepts a copy of it later loses his settlement.

Another operator's items are not in this one's database; what was shown of them is what he has to know
(spec/settlement.md section 7, duplicates). Only the content counts: fingerprints would be that operator's word.
"""

from __future__ import annotations

from collections.abc import Iterator

from headwater.checks.index_tree import IndexRow
from headwater.client.errors import ClientError
from headwater.client.settled import settled
from headwater.node.operator.desk import Desk
from headwater.storage import StorageError


def shown_rows(desk: Desk) -> Iterator[IndexRow]:
    """Rows of the copy index for content shown on chain; no report, for its fingerprints would be another's word."""
    for content_root, (key, item) in desk.ledger().shown.items():
        yield IndexRow(_name(desk, key, item), _place(desk, key, item), content_root)


def is_shown_before(desk: Desk, content_root: bytes, order: int) -> bool:
    """Whether this content was shown, of an item anchored before ``order``."""
    found = desk.ledger().shown.get(content_root)
    return found is not None and _place(desk, *found) < order


def _place(desk: Desk, key: int, item: int) -> int:
    posted = desk.ledger().settlement(key).posted
    anchor = desk.ledger().campaign(posted.campaign).anchor_of(item)
    return anchor.sequence << 10 | item - anchor.first_item


def _name(desk: Desk, key: int, item: int) -> str:
    """The contribution's digest, or where it stands if its settler shows no evidence."""
    facts = desk.ledger().settlement(key)
    try:
        return settled(desk, facts).verdicts[item - facts.posted.first_item].contribution.hex()
    except (ClientError, StorageError):
        return f"item {item} of settlement {key}"
