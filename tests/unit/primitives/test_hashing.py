from __future__ import annotations

import pytest
from Crypto.Hash import keccak
from hypothesis import given
from hypothesis import strategies as st

from headwater.primitives.hashing import keccak256


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"", "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"),
        (b"abc", "4e03657aea45a94fc7d47ba826c8d667c0d1e6e33a64a036ec44f58fa12d6c45"),
        (b"Transfer(address,address,uint256)", "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"),
    ],
)
def test_known_answers_of_ethereum(data: bytes, digest: str) -> None:
    assert keccak256(data).hex() == digest


@given(st.one_of(st.binary(max_size=600), st.sampled_from([bytes(n) for n in (135, 136, 137, 271, 272, 273)])))
def test_another_implementation_says_the_same(data: bytes) -> None:
    assert keccak256(data) == keccak.new(digest_bits=256, data=data).digest()
