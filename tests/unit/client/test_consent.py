"""What a contributor agrees to: by default what the campaign asks and no more; an age is never made up."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from headwater.client.errors import ClientError
from headwater.client.journal import Entry, Journal
from headwater.client.submit import Agreed, Consent, Submitter, agreed
from headwater.market import LimitsError
from headwater.primitives.cid import DAG_CBOR
from headwater.records import codec
from headwater.records.consent import ConsentReceipt
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


def test_whoever_thinks_again_signs_what_he_said_last(tmp_path: Path) -> None:
    """A killed run leaves its receipt in the journal; the next run's word goes before it."""
    history = SmallHistory()
    network: Any = SimpleNamespace(
        put=lambda record: history.blobs.put_block(codec.encode(record), DAG_CBOR),
        record=lambda kind, cid: codec.decode(kind, history.blobs.get(cid)),
        contracts=SimpleNamespace(chain=SimpleNamespace(now=lambda: time.time_ns() // 1_000)),
    )
    ann: Any = history.people["ann"]
    sender = Submitter(network, Mock(), ann, Journal(tmp_path / "journals"), tmp_path)
    entry = Entry(1, ann.address, "00" * 32, "recording", 0, "00" * 32, "00" * 32, 7)
    wide, narrow = (agreed(Consent(regions=regions, minimum_age=30), TERMS) for regions in ((), None))

    def said(consent: Agreed) -> ConsentReceipt:
        sender._consented(entry, bytes(32), consent)
        made: ConsentReceipt = network.record(ConsentReceipt, entry.consent)
        return made

    assert said(wide).regions == ()
    first = entry.consent
    said(wide)
    assert entry.consent == first
    assert said(narrow).regions == ("DE", "FR")
