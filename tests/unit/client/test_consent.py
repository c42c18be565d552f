"""What a contributor agrees to: by default what the campaign asks and no more; an age is never made up."""

from __future__ import annotations

from dataclasses import replace

import pytest

from headwater.client.errors import ClientError
from headwater.client.submit import Consent, agreed
from headwater.market import LimitsError
from headwater.records.errors import RecordError
from headwater.testing.small_history import SmallHistory

TERMS = replace(SmallHistory().terms, purposes=3)


def test_by_default_exactly_what_the_campaign_asks_for() -> None:
    made = agreed(Consent(minimum_age=30), TERMS)
    assert (made.purposes, made.regions, made.minimum_age) == (("research", "evaluation"), ("DE", "FR"), 30)
    assert agreed(Consent(minimum_age=30), replace(TERMS, regions=0)).regions == ()


def test_more_may_be_agreed_to_by_saying_so() -> None:
    said = Consent(purposes=("research", "evaluation", "commercial-training"), regions=(), minimum_age=18)
    assert (agreed(said, TERMS).purposes, agreed(said, TERMS).regions) == (said.purposes, ())


@pytest.mark.parametrize(
    ("consent", "what"),
    [
        (Consent(), "consent: minimum age"),
        (Consent(minimum_age=17), "consent: minimum age"),
        (Consent(purposes=("research",), minimum_age=18), "consent: purposes"),
        (Consent(regions=("DE",), minimum_age=18), "consent: regions"),
    ],
)
def test_what_does_not_cover_is_refused_before_anything_is_sent(consent: Consent, what: str) -> None:
    with pytest.raises(ClientError) as caught:
        agreed(consent, TERMS)
    assert caught.value.what == what
    assert caught.value.fix


@pytest.mark.parametrize("consent", [Consent(purposes=("spying",)), Consent(regions=("fr",)), Consent(minimum_age=-1)])
def test_slips_are_named(consent: Consent) -> None:
    with pytest.raises((RecordError, LimitsError)):
        agreed(consent, TERMS)


def test_attack_terms_that_ask_for_what_has_no_name() -> None:
    """The default must not agree to a bit nobody can read."""
    with pytest.raises(RecordError, match="update Headwater"):
        agreed(Consent(minimum_age=18), replace(TERMS, purposes=1 << 4))
