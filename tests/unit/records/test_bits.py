"""Names and bits of purposes and regions: exact both ways, nothing guessed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.records.bits import Bits
from headwater.records.errors import RecordError
from headwater.records.purposes import PURPOSE_BITS, PURPOSES
from headwater.records.regions import ANYWHERE, REGION_BITS, REGIONS, where

BOTH = pytest.mark.parametrize("bits", [PURPOSE_BITS, REGION_BITS], ids=["purposes", "regions"])


def test_the_bits_that_stand_on_chain_already() -> None:
    assert PURPOSES == ("research", "evaluation", "commercial-training")
    assert {code: REGION_BITS.bit(code) for code in ("AD", "DE", "FR", "US", "ZW")} == {
        "AD": 0, "DE": 56, "FR": 74, "US": 232, "ZW": 248
    }  # fmt: skip


def test_regions_are_the_249_codes_in_order_and_fit_a_word() -> None:
    assert len(REGIONS) == len(set(REGIONS)) == 249
    assert list(REGIONS) == sorted(REGIONS)
    assert all(len(code) == 2 and code.isascii() and code.isupper() for code in REGIONS)
    assert len(PURPOSES) <= 32


@BOTH
def test_every_name_there_and_back(bits: Bits) -> None:
    for bit, name in enumerate(bits.names):
        assert (bits.bit(name), bits.name(bit), bits.mask([name]), bits.of(1 << bit)) == (bit, name, 1 << bit, (name,))
    assert bits.of(bits.mask(bits.names)) == bits.names
    assert (bits.mask([]), bits.of(0)) == (0, ())


@given(st.sets(st.sampled_from(REGIONS)))
def test_masks_of_any_regions(codes: set[str]) -> None:
    assert set(REGION_BITS.of(REGION_BITS.mask(codes))) == codes
    assert REGION_BITS.known(codes) == REGION_BITS.mask(codes)


@pytest.mark.parametrize(
    ("bits", "name", "fix"),
    [
        (PURPOSE_BITS, "spying", "name a purpose of spec/registry.md"),
        (PURPOSE_BITS, "Research", "write research"),
        (PURPOSE_BITS, "comercial-training", "write commercial-training"),
        (REGION_BITS, "fr", "write FR"),
        (REGION_BITS, "EU", "name a region"),
        (REGION_BITS, "", "found none"),
        (REGION_BITS, "FRA", "found FRA"),
    ],
)
def test_an_unknown_name_is_refused_with_what_to_do(bits: Bits, name: str, fix: str) -> None:
    with pytest.raises(RecordError) as caught:
        bits.bit(name)
    assert caught.value.what == bits.what
    assert fix in caught.value.line()
    with pytest.raises(RecordError):
        bits.mask([bits.names[0], name])
    assert bits.known([name]) == 0


@BOTH
def test_an_unknown_bit_is_refused_but_can_be_shown(bits: Bits) -> None:
    new = len(bits.names)
    for bit in (new, 255, -1):
        with pytest.raises(RecordError, match="update Headwater"):
            bits.name(bit)
    with pytest.raises(RecordError, match="update Headwater"):
        bits.of(1 << new | 1)
    assert bits.shown(1 << new | 1) == f"{bits.names[0]}, bit {new}"


def test_a_name_twice_is_a_slip() -> None:
    with pytest.raises(RecordError, match="FR twice"):
        REGION_BITS.mask(["FR", "DE", "FR"])


def test_no_region_is_every_region() -> None:
    assert (where(ANYWHERE), where(REGION_BITS.mask(["FR", "DE"]))) == ("anywhere", "DE, FR")
