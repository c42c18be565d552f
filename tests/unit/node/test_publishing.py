"""Offers an operator makes: for what terms and licence both allow."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater.node.errors import NotReadyError
from headwater.node.operator.publishing import offers_of
from headwater.records.licence import PRESETS
from headwater.testing.small_history import SmallHistory

RESEARCH, COMMERCIAL = PRESETS
TERMS = SmallHistory().terms


def test_offers_are_for_all_the_terms_allow() -> None:
    dear, cheap = offers_of(TERMS, COMMERCIAL, ((50, 0), (5, 3_600)))
    assert (dear.price, dear.duration, cheap.price, cheap.duration) == (50, 0, 5, 3_600)
    assert {(o.terms, o.purposes, o.regions) for o in (dear, cheap)} == {(TERMS.licence, 7, TERMS.regions)}


def test_a_licence_for_less_makes_an_offer_for_less() -> None:
    (offer,) = offers_of(TERMS, RESEARCH, ((50, 0),))
    assert offer.purposes == 3
    unknown = replace(COMMERCIAL, purposes=("research", "whatever comes"))
    assert offers_of(TERMS, unknown, ((50, 0),))[0].purposes == 1


def test_nothing_left_to_offer_is_said_before_the_contract_says_it() -> None:
    with pytest.raises(NotReadyError, match="offer: purposes"):
        offers_of(replace(TERMS, purposes=4), RESEARCH, ((50, 0),))
