"""Consent receipt, one per clip (the shape of ISO/IEC TS 27560: who, what, for which purposes, how to withdraw)."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.records.codec import record

PURPOSES = ("research", "commercial-training", "evaluation")


@record("consent-receipt", 1)
@dataclass(frozen=True)
class ConsentReceipt:
    """What the people and premises in one clip agreed to.

    Attributes:
        campaign: campaign id; a receipt given for one campaign is worth nothing in another.
        subject: account of the person who gave consent (the contributor, if only he is visible).
        content_root: the clip, 32 bytes.
        people_visible, premises: what a viewer could recognise.
        purposes: subset of ``PURPOSES``.
        regions: ISO 3166 codes the data may be sold to; empty means any.
        withdrawal: account that may withdraw.
        given_at: Unix seconds.
    """

    campaign: int
    subject: str
    content_root: bytes
    people_visible: int
    premises: str
    purposes: tuple[str, ...]
    regions: tuple[str, ...]
    withdrawal: str
    given_at: int
