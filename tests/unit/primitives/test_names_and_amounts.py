from __future__ import annotations

import pytest

from headwater.primitives.amounts import AmountError, from_units, mul_div_down, mul_div_up, to_units
from headwater.primitives.ids import DatasetRef, IdError, checksum_address, word_from_hex

EIP55 = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"  # from the ERC's own examples


@pytest.mark.parametrize("text", [EIP55, EIP55.lower(), EIP55[2:].upper()])
def test_one_form_of_an_address(text: str) -> None:
    assert checksum_address(text) == EIP55


@pytest.mark.parametrize("text", ["0x", EIP55[:-1], EIP55.replace("A", "a", 1), "0x" + "g" * 40])
def test_a_mistyped_address_is_refused(text: str) -> None:
    with pytest.raises(IdError):
        checksum_address(text)


def test_a_dataset_reference_reads_back() -> None:
    ref = DatasetRef(31337, EIP55, 12, 3)
    assert DatasetRef.parse(str(ref)) == ref
    with pytest.raises(IdError, match="eip155:CHAIN"):
        DatasetRef.parse("12@3")


def test_a_word_has_64_digits() -> None:
    assert word_from_hex("0x" + "ab" * 32) == b"\xab" * 32
    with pytest.raises(IdError):
        word_from_hex("ab")


@pytest.mark.parametrize(("text", "units"), [("1.5", 1_500_000), ("0", 0), ("0.000001", 1), ("12", 12_000_000)])
def test_amounts_read_and_print(text: str, units: int) -> None:
    assert to_units(text, 6) == units
    assert from_units(units, 6) == text


@pytest.mark.parametrize("text", ["-1", "0.0000001", "ten", "nan", "inf", ""])
def test_amounts_that_cannot_be(text: str) -> None:
    with pytest.raises(AmountError):
        to_units(text, 6)


def test_rounding_is_in_the_name() -> None:
    assert (mul_div_down(10, 1, 3), mul_div_up(10, 1, 3), mul_div_up(9, 1, 3)) == (3, 4, 3)
