from __future__ import annotations

from itertools import combinations
from random import Random

import pytest

from headwater.vault import ContentKey, SecretRangeError, Share, key_commitment, new_key
from headwater.vault.shamir import PRIME, combine, interpolate, share_commitment, share_from_bytes, split


def test_the_modulus_is_prime() -> None:
    """Miller-Rabin, 64 rounds; a composite modulus would make some shares uninvertible."""
    odd, twos, rng = PRIME - 1, 0, Random(1)
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(64):
        x = pow(rng.randrange(2, PRIME - 1), odd, PRIME)
        chain = [x]
        for _ in range(twos - 1):
            chain.append(chain[-1] ** 2 % PRIME)
        assert x == 1 or PRIME - 1 in chain
    assert PRIME.bit_length() == 256


@pytest.mark.parametrize(("t", "n"), [(2, 2), (2, 3), (3, 5), (6, 10)])
def test_any_t_shares_give_the_key(t: int, n: int) -> None:
    key = new_key()
    shares = split(key, t, n)
    assert all(len(share.reveal()) == 33 for share in shares)
    assert all(combine(chosen) == key for chosen in combinations(shares, t))


def test_fewer_than_t_shares_give_another_key() -> None:
    key = new_key()
    shares = split(key, 3, 5)
    for few in (1, 2):
        for chosen in combinations(shares, few):
            assert key_commitment(combine(chosen)) != key_commitment(key)


def test_t_minus_one_shares_fit_every_key() -> None:
    """Perfect secrecy, shown: for any other key there is a polynomial through the same two shares."""
    shares = split(new_key(), 3, 5)[:2]
    for guess in (ContentKey(bytes(32)), new_key()):
        at_zero = int.from_bytes(guess.reveal(), "big")
        origin = type("Origin", (), {"index": 0, "value": at_zero})()
        third = interpolate([*shares, origin], 3)
        assert combine([*shares, Share(b"\x03" + third.to_bytes(32, "big"))]) == guess


@pytest.mark.parametrize(("t", "n"), [(1, 1), (1, 3), (4, 3), (2, 256), (0, 2)])
def test_thresholds_out_of_range(t: int, n: int) -> None:
    with pytest.raises(SecretRangeError):
        split(new_key(), t, n)


@pytest.mark.parametrize("secret", [PRIME.to_bytes(32, "big"), b"\xff" * 32, b"short", bytes(33)])
def test_keys_out_of_range(secret: bytes) -> None:
    with pytest.raises(SecretRangeError) as caught:
        split(ContentKey(secret), 2, 3)
    assert secret.hex() not in str(caught.value)


def test_the_largest_and_smallest_keys() -> None:
    for value in (0, 1, PRIME - 1):
        key = ContentKey(value.to_bytes(32, "big"))
        assert combine(split(key, 2, 3)[1:]) == key


@pytest.mark.parametrize(
    "data", [b"", b"\x01" + bytes(31), b"\x00" + bytes(32), b"\x01" + PRIME.to_bytes(32, "big"), bytes(34)]
)
def test_shares_out_of_range(data: bytes) -> None:
    with pytest.raises(SecretRangeError):
        share_from_bytes(data)


def test_an_index_twice() -> None:
    share = split(new_key(), 2, 2)[0]
    with pytest.raises(SecretRangeError):
        combine([share, share])


def test_a_commitment_names_label_index_and_value() -> None:
    one, two = split(new_key(), 2, 2)
    names = {share_commitment(label, share) for label in (b"a" * 32, b"b" * 32) for share in (one, two)}
    assert len(names) == 4


@pytest.mark.parametrize("coefficients", [[], [1, 2], [PRIME], [-1]])
def test_coefficients_out_of_range(coefficients: list[int]) -> None:
    with pytest.raises(SecretRangeError):
        split(new_key(), 2, 3, coefficients)
