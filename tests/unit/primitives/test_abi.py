from __future__ import annotations

from typing import Any

import pytest
from eth_abi.abi import encode
from eth_abi.exceptions import EncodingError
from hypothesis import given
from hypothesis import strategies as st

from headwater.primitives.abi import abi_encode
from headwater.primitives.ids import checksum_address

sizes = st.integers(1, 32).map(lambda n: 8 * n)
addresses = st.binary(min_size=20, max_size=20).flatmap(
    lambda raw: st.sampled_from(["0x" + raw.hex(), checksum_address(raw.hex())])
)


def number(kind: str, size: int) -> st.SearchStrategy[tuple[str, Any]]:
    low, high = (0, 2**size - 1) if kind == "uint" else (-(2 ** (size - 1)), 2 ** (size - 1) - 1)
    return st.tuples(st.just(f"{kind}{size}"), st.one_of(st.sampled_from((low, high)), st.integers(low, high)))


fields = st.one_of(
    st.tuples(st.sampled_from(("uint", "int")), sizes).flatmap(lambda one: number(*one)),
    st.tuples(st.just("address"), addresses),
    st.tuples(st.just("bytes32"), st.binary(max_size=32)),
    st.tuples(st.just("bool"), st.booleans()),
    st.tuples(st.just("bytes"), st.binary(max_size=70)),
)


@given(st.lists(fields, max_size=6))
def test_words_are_as_eth_abi_has_them(rows: list[tuple[str, Any]]) -> None:
    types, values = [kind for kind, _ in rows], [value for _, value in rows]
    assert abi_encode(types, values) == encode(types, values)


@given(st.lists(st.tuples(addresses, st.integers(0, 255), st.binary(min_size=32, max_size=32)), max_size=4))
def test_lists_of_structs_are_as_eth_abi_has_them(rows: list[tuple[str, int, bytes]]) -> None:
    types = ["(address,uint8,bytes32)[]"]
    assert abi_encode(types, [rows]) == encode(types, [rows])


@given(st.lists(st.integers(0, 2**32 - 1), max_size=4))
def test_lists_of_words_are_as_eth_abi_has_them(rows: list[int]) -> None:
    assert abi_encode(["uint32[]"], [rows]) == encode(["uint32[]"], [rows])


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("uint8", 256),
        ("uint8", -1),
        ("uint8", True),
        ("uint8", 1.0),
        ("int8", 128),
        ("int32", "5"),
        ("bool", 1),
        ("bytes32", bytes(33)),
        ("bytes32", "00" * 32),
        ("address", "0x" + "1" * 39),
        ("address", "0x" + " 1" * 20),
    ],
)
def test_what_does_not_fit_is_refused_as_eth_abi_refuses_it(kind: str, value: Any) -> None:
    with pytest.raises((EncodingError, ValueError, TypeError)) as ours:
        abi_encode([kind], [value])
    with pytest.raises((EncodingError, ValueError, TypeError)) as theirs:
        encode([kind], [value])
    assert type(ours.value) is type(theirs.value)


def test_too_few_values_are_refused() -> None:
    with pytest.raises(EncodingError, match="2 were expected"):
        abi_encode(["uint8", "uint8"], [1])
