"""Consent receipt, one per clip (the shape of ISO/IEC TS 27560: who, what, for which purposes, how to withdraw)."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.records.codec import record


@record("consent-receipt", 2)
@dataclass(frozen=True)
class ConsentReceipt:
    """What the people and premises in one clip agreed to.

    Attributes:
        campaign: campaign id; a receipt given for one campaign is worth nothing in another.
        subject: account of the person who gave consent (the contributor, if only he is visible).
        content_root: the clip, 32 bytes.
        people_visible, premises: what a viewer could recognise.
        purposes: names of spec/registry.md it may be used for; a name a reader does not know grants nothing.
        regions: codes of spec/registry.md where it may be used; empty means anywhere.
        minimum_age: years of the youngest of the subject and everyone visible, as the contributor attests; 0 if not
            stated.
        withdrawal: account that may withdraw.
        given_at: Unix seconds.
        shows: kinds of spec/registry.md that may be recognised in it; a name a reader does not know grants nothing.
    """

    campaign: int
    subject: str
    content_root: bytes
    people_visible: int
    premises: str
    purposes: tuple[str, ...]
    regions: tuple[str, ...]
    minimum_age: int
    withdrawal: str
    given_at: int
    shows: tuple[str, ...]
