"""What is encoded here says what the libraries say, and nothing else decodes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import dag_cbor
import pytest
from eth_account.messages import encode_typed_data
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.primitives import canonical
from headwater.primitives.eip712 import Domain, typed_digest
from headwater.primitives.hashing import keccak256

MANY = settings(max_examples=200)
INTEGERS = st.one_of(
    st.integers(-(2**64), 2**64 - 1), st.builds(lambda n, off: 2**n + off, st.integers(0, 63), st.integers(-1, 0))
)
PLAIN: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | INTEGERS | st.text(max_size=300) | st.binary(max_size=300),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=30), inner, max_size=30),
    max_leaves=40,
)
WORDS: dict[str, st.SearchStrategy[Any]] = {
    "string": st.text(max_size=40),
    "bytes32": st.binary(min_size=32, max_size=32),
    "uint256": st.integers(0, 2**256 - 1),
    "uint32": st.integers(0, 2**32 - 1),
    "bool": st.booleans(),
    "address": st.binary(min_size=20, max_size=20).map(lambda raw: "0x" + raw.hex()),
}


@MANY
@given(PLAIN)
def test_canonical_is_dag_cbor(value: Any) -> None:
    data = canonical.encode(value)
    assert data == bytes(dag_cbor.encode(value))
    assert canonical.decode(data) == value


@MANY
@given(PLAIN, st.data())
def test_changed_bytes_are_one_value_or_none(value: Any, data: st.DataObject) -> None:
    """Whatever decodes is what those bytes, and no others, stand for; the library agrees on what it is."""
    raw = bytearray(canonical.encode(value))
    raw[data.draw(st.integers(0, len(raw) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        read = canonical.decode(bytes(raw))
    except canonical.CanonicalError:
        return
    assert canonical.encode(read) == raw
    assert dag_cbor.decode(bytes(raw)) == read


@MANY
@given(st.binary(max_size=60))
def test_any_bytes_decode_or_are_refused_in_words(data: bytes) -> None:
    with suppress(canonical.CanonicalError):
        assert canonical.encode(canonical.decode(data)) == data


def test_attack_deep_nesting_is_refused() -> None:
    for opening in (b"\x81", b"\xa1\x61a"):
        with pytest.raises(canonical.CanonicalError, match="recursion depth"):
            canonical.decode(opening * 100_000 + b"\x00")


@MANY
@given(st.lists(st.sampled_from(sorted(WORDS)), min_size=1, max_size=12), st.data())
def test_typed_digests_are_eth_accounts(kinds: list[str], data: st.DataObject) -> None:
    fields = tuple((f"f{n}", kind) for n, kind in enumerate(kinds))
    message = {name: data.draw(WORDS[kind]) for name, kind in fields}
    domain = Domain(data.draw(st.integers(1, 2**40)), data.draw(WORDS["address"]))
    declared = {"Note": [{"name": name, "type": kind} for name, kind in fields]}
    theirs = encode_typed_data(domain.fields(), declared, message)
    expected = keccak256(b"\x19" + theirs.version + theirs.header + theirs.body)
    assert typed_digest(domain, "Note", {"Note": fields}, message) == expected
