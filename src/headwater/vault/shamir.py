"""Shamir's secret sharing (1979) of one 32-byte key, modulo p = 2^256 - 189, the largest 256-bit prime.

A prime just below 2^256 lets key and shares be 32 bytes each: a random key is out of range once in 2^248. Python
integers are not constant time; the arithmetic runs once where the key is made (the contributor's machine) and once
where it is used (the reader's), never on a server that answers strangers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from hashlib import sha256
from itertools import combinations, islice
from secrets import randbelow

from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from headwater.records.envelope import MAX_HOLDERS
from headwater.vault.errors import SecretRangeError
from headwater.vault.models import ContentKey, Share

PRIME = 2**256 - 189
SHARE_BYTES = 33

_COMMITMENT_TAG = b"headwater.key-share.v1"
_MAX_SUBSETS = 5_000


def new_key() -> ContentKey:
    """A fresh random key for one contribution."""
    return ContentKey(_to_bytes(randbelow(PRIME)))


def key_from_seed(seed: bytes) -> ContentKey:
    """The key a secret seed (at least 32 bytes of entropy) stands for; the same seed gives the same key.

    64 bytes of HKDF-SHA512 modulo the prime: the bias is below 2^-250.
    """
    wide = HKDF(SHA512(), 64, salt=None, info=b"headwater.content-key.v1").derive(seed)
    return ContentKey(_to_bytes(int.from_bytes(wide, "big") % PRIME))


def split(key: ContentKey, t: int, n: int, coefficients: Sequence[int] | None = None) -> tuple[Share, ...]:
    """n shares of which any t give the key back and any t - 1 say nothing about it.

    Args:
        coefficients: the t - 1 random coefficients, lowest power first, for known-answer tests only.
    """
    if not 2 <= t <= n <= MAX_HOLDERS:
        raise SecretRangeError("threshold", actual=f"{t} of {n}", allowed=f"2 <= t <= n <= {MAX_HOLDERS}")
    chosen = [randbelow(PRIME) for _ in range(t - 1)] if coefficients is None else list(coefficients)
    if len(chosen) != t - 1 or not all(0 <= c < PRIME for c in chosen):
        raise SecretRangeError("coefficients", actual=f"{len(chosen)} given", allowed=f"{t - 1}, each below the prime")
    polynomial = [_to_int(key.reveal()), *chosen]
    return tuple(_share(x, _evaluate(polynomial, x)) for x in range(1, n + 1))


def combine(shares: Sequence[Share]) -> ContentKey:
    """The key on the polynomial through ``shares``: the right one if there are t of them and all are right."""
    return ContentKey(_to_bytes(interpolate(shares, 0)))


def interpolate(shares: Sequence[Share], x: int) -> int:
    """Value at ``x`` of the polynomial of least degree through ``shares`` (Lagrange)."""
    points = [(share.index, share.value) for share in shares]
    if len({index for index, _ in points}) != len(points):
        raise SecretRangeError("shares", actual="an index twice", allowed="different indices")
    return sum(value * _basis([i for i, _ in points], index, x) for index, value in points) % PRIME


def weight(indices: Sequence[int], own: int, x: int) -> int:
    """Lagrange weight at ``x`` of the share with index ``own`` among shares of these indices, modulo p."""
    return _basis(indices, own, x) % PRIME


def subsets(shares: Sequence[Share], t: int) -> list[tuple[Share, ...]]:
    """Choices of t shares, the first t first; cut off at a number that only a hostile envelope reaches."""
    return list(islice(combinations(shares, t), _MAX_SUBSETS))


def share_from_bytes(data: bytes) -> Share:
    """A share from its 33 bytes; SecretRangeError unless index >= 1 and value < p."""
    if len(data) != SHARE_BYTES or data[0] == 0 or int.from_bytes(data[1:], "big") >= PRIME:
        raise SecretRangeError(
            "share", actual="bytes out of range", allowed="index 1 to 255, then a value below the prime"
        )
    return Share(data)


def share_commitment(label: bytes, share: Share) -> bytes:
    """sha256(tag || label || index || value): names a wrong share; hides the right one, which has 256 random bits."""
    return sha256(_COMMITMENT_TAG + label + share.reveal()).digest()


def _share(x: int, y: int) -> Share:
    return Share(bytes((x,)) + _to_bytes(y))


def _evaluate(polynomial: Sequence[int], x: int) -> int:
    return reduce(lambda total, coefficient: (total * x + coefficient) % PRIME, reversed(polynomial), 0)


def _basis(indices: Sequence[int], own: int, x: int) -> int:
    others = [index for index in indices if index != own]
    above = reduce(lambda product, index: product * (x - index) % PRIME, others, 1)
    below = reduce(lambda product, index: product * (own - index) % PRIME, others, 1)
    return above * pow(below, -1, PRIME)


def _to_int(data: bytes) -> int:
    if len(data) != 32 or int.from_bytes(data, "big") >= PRIME:
        raise SecretRangeError("key", actual="bytes out of range", allowed="32 bytes below the prime 2^256 - 189")
    return int.from_bytes(data, "big")


def _to_bytes(value: int) -> bytes:
    return value.to_bytes(32, "big")
