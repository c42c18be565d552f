"""Terms bound consent and offers, an offer bounds its sales: each rule at its edges."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater.chain.structs import Offer, Terms, Use
from headwater.market import Limits, LimitsError, consent_gaps, licence_gaps, offer_gaps, use_gaps
from headwater.records.errors import RecordError
from headwater.records.licence import PRESETS
from headwater.records.regions import REGION_BITS

NOBODY, ZERO = "0x" + "00" * 20, bytes(32)
BOUND = Terms.of((NOBODY, NOBODY, ZERO, *[0] * 12, ZERO, 3, REGION_BITS.mask(["DE", "FR"]), 18, 0, 0))
OFFER = Offer(ZERO, 1, 0, 3, REGION_BITS.mask(["FR"]))
AGREED = Limits(("research", "evaluation"), ("DE", "FR"), 18)
DE, FR, US = (REGION_BITS.bit(code) for code in ("DE", "FR", "US"))


@pytest.mark.parametrize(
    "agreed",
    [
        AGREED,
        replace(AGREED, purposes=("evaluation", "commercial-training", "research")),
        replace(AGREED, regions=("FR", "US", "DE")),
        replace(AGREED, regions=()),
        replace(AGREED, minimum_age=120),
    ],
)
def test_consent_that_covers(agreed: Limits) -> None:
    assert consent_gaps(BOUND, agreed) == ()


@pytest.mark.parametrize(
    ("agreed", "what"),
    [
        (replace(AGREED, purposes=("research",)), "consent: purposes"),
        (replace(AGREED, purposes=()), "consent: purposes"),
        (replace(AGREED, regions=("DE",)), "consent: regions"),
        (replace(AGREED, regions=("US",)), "consent: regions"),
        (replace(AGREED, minimum_age=17), "consent: minimum age"),
        (replace(AGREED, minimum_age=0), "consent: minimum age"),
    ],
)
def test_consent_that_does_not(agreed: Limits, what: str) -> None:
    (gap,) = consent_gaps(BOUND, agreed)
    assert gap.what == what
    assert gap.fix


def test_everything_missing_is_named() -> None:
    assert len(consent_gaps(BOUND, Limits((), ("US",), 3))) == 3


def test_consent_for_some_regions_does_not_cover_anywhere() -> None:
    everywhere = replace(BOUND, regions=0)
    assert consent_gaps(everywhere, replace(AGREED, regions=())) == ()
    (gap,) = consent_gaps(everywhere, replace(AGREED, regions=REGION_BITS.names))
    assert gap.allowed == "anywhere"


def test_attack_terms_ask_for_a_purpose_that_has_no_name_yet() -> None:
    """Else the consent of today would cover what the registry calls bit 5 in ten years."""
    all_of_them = replace(AGREED, purposes=("research", "evaluation", "commercial-training"))
    (gap,) = consent_gaps(replace(BOUND, purposes=1 << 5 | 3), all_of_them)
    assert "bit 5" in gap.allowed


def test_attack_terms_ask_for_a_region_that_has_no_name_yet() -> None:
    assert consent_gaps(replace(BOUND, regions=1 << 249), replace(AGREED, regions=REGION_BITS.names))


def test_no_age_asked_needs_none_stated() -> None:
    assert consent_gaps(replace(BOUND, minimum_age=0), replace(AGREED, minimum_age=0)) == ()


@pytest.mark.parametrize(
    ("purposes", "regions", "whats"),
    [
        (3, 1 << DE | 1 << FR, []),
        (1, 1 << FR, []),
        (4, 1 << FR, ["offer: purposes"]),
        (7, 1 << FR, ["offer: purposes"]),
        (0, 1 << FR, ["offer: purposes"]),
        (1, 0, ["offer: regions"]),
        (1, 1 << FR | 1 << US, ["offer: regions"]),
        (1 << 31, 1 << 255, ["offer: purposes", "offer: regions"]),
    ],
)
def test_offers(purposes: int, regions: int, whats: list[str]) -> None:
    assert [gap.what for gap in offer_gaps(BOUND, Offer(ZERO, 1, 0, purposes, regions))] == whats


@pytest.mark.parametrize(
    ("purpose", "region", "whats"),
    [
        (0, FR, []),
        (1, FR, []),
        (2, FR, ["purpose"]),
        (0, DE, ["region"]),
        (255, 255, ["purpose", "region"]),
    ],
)
def test_uses(purpose: int, region: int, whats: list[str]) -> None:
    assert [gap.what for gap in use_gaps(OFFER, Use(purpose, region))] == whats
    assert [gap.what for gap in use_gaps(replace(OFFER, regions=0), Use(purpose, region))] == whats[: purpose > 1]


def test_a_licence_permits_nothing_outside_the_limits() -> None:
    research, commercial = PRESETS
    assert licence_gaps(Limits(), commercial) == ()
    assert licence_gaps(Limits(("research", "evaluation")), research) == ()
    (gap,) = licence_gaps(Limits(("research", "evaluation")), commercial)
    assert "commercial-training" in gap.actual
    (gap,) = licence_gaps(Limits(("research",)), research)
    assert "--purpose evaluation" in gap.fix


def test_limits_nobody_can_have() -> None:
    for age in (-1, 121):
        with pytest.raises(LimitsError, match="0 to 120 years"):
            Limits(minimum_age=age)
    with pytest.raises(RecordError):
        Limits(purposes=("spying",))
    with pytest.raises(RecordError):
        Limits(regions=("DE", "DE"))
