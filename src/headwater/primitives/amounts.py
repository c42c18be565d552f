"""Exact amounts: integers in a token's smallest unit, every rounding named in the function's name."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import NewType

from headwater.primitives.errors import HeadwaterError

Amount = NewType("Amount", int)
"""Smallest units of some token, below 2^96; decimal text in records."""

BPS = 10_000


class AmountError(HeadwaterError):
    """An amount that is negative, too fine for its token, or not a number."""


def mul_div_down(value: int, numerator: int, denominator: int) -> int:
    """``value * numerator / denominator`` rounded toward zero; all non-negative."""
    return value * numerator // denominator


def mul_div_up(value: int, numerator: int, denominator: int) -> int:
    """``value * numerator / denominator`` rounded up; all non-negative."""
    return -(-value * numerator // denominator)


def to_units(text: str, decimals: int) -> int:
    """Units of a decimal amount as people write it: ``to_units("1.5", 6) == 1_500_000``.

    Raises:
        AmountError: not a number, negative, or finer than the token.
    """
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise AmountError("amount", actual=text, allowed="a decimal number", fix="write it like 12.5") from None
    units = value.scaleb(decimals)
    if not value.is_finite() or value < 0 or units != units.to_integral_value():
        allowed = f"at least 0 with at most {decimals} decimals"
        raise AmountError("amount", actual=text, allowed=allowed, fix="write it like 12.5")
    return int(units)


def from_units(units: int, decimals: int) -> str:
    """Decimal text of an amount, trailing zeros cut: ``from_units(1_500_000, 6) == "1.5"``."""
    text = f"{Decimal(units).scaleb(-decimals):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
