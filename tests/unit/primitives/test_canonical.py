from __future__ import annotations

from typing import Any

import pytest

from headwater.primitives import canonical
from headwater.primitives.canonical import CanonicalError


@pytest.mark.parametrize(
    ("value", "where"),
    [
        (1.5, "$"),
        ({"a": [1, 2.0]}, "$.a[1]"),
        ({1: "x"}, "$"),
        ({"a": {"b": (1, 2)}}, "$.a.b"),
        ([object()], "$[0]"),
    ],
)
def test_what_has_no_canonical_form_is_refused_by_name(value: Any, where: str) -> None:
    with pytest.raises(CanonicalError) as caught:
        canonical.encode(value)
    assert where in str(caught.value)


def test_key_order_does_not_matter() -> None:
    assert canonical.encode({"b": 1, "aa": 2}) == canonical.encode({"aa": 2, "b": 1})


@pytest.mark.parametrize("data", [b"", b"\xff", bytes.fromhex("a2616201616102"), bytes.fromhex("1801"), b"\x00\x00"])
def test_bytes_that_are_not_the_one_form_are_refused(data: bytes) -> None:
    with pytest.raises(CanonicalError):
        canonical.decode(data)


def test_bytes_that_look_like_a_cid_stay_bytes() -> None:
    """libipld writes a link here, which gives two records one hash."""
    looks_like_cid = bytes.fromhex("01711220") + bytes(32)
    assert canonical.decode(canonical.encode({"x": looks_like_cid})) == {"x": looks_like_cid}
