from __future__ import annotations

import copy
import json
import pickle
import stat
from pathlib import Path

import pytest

from headwater.chain.errors import KeystoreError
from headwater.chain.signer import LOCAL_COST, KeySigner, keystore_read, keystore_write
from headwater.primitives import eip712
from headwater.primitives.hashing import keccak256

KEY = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")  # anvil's first account
ADDRESS = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266"


def test_the_address_is_the_keys() -> None:
    assert KeySigner(KEY).address == ADDRESS


def test_a_signature_is_the_signers_and_nobody_elses() -> None:
    digest = keccak256(b"message")
    signature = KeySigner(KEY).sign_digest(digest)
    assert eip712.check(ADDRESS, digest, signature)
    assert not eip712.check(ADDRESS, keccak256(b"other"), signature)
    assert not eip712.check(KeySigner.create().address, digest, signature)


def test_eth_account_signs_the_same_bytes() -> None:
    from eth_account import Account

    digest = keccak256(b"message")
    assert KeySigner(KEY).sign_digest(digest) == bytes(Account.unsafe_sign_hash(digest, KEY).signature)


@pytest.mark.parametrize("key", [b"", bytes(32), b"\xff" * 32, b"k" * 33])
def test_what_is_no_key_is_refused_without_showing_it(key: bytes) -> None:
    with pytest.raises(KeystoreError) as refused:
        KeySigner(key)
    assert key.hex() not in str(refused.value) or not key


def test_attack_the_key_leaves_by_no_side_door() -> None:
    signer = KeySigner(KEY)
    assert repr(signer) == str(signer) == f"KeySigner({ADDRESS})"
    assert not hasattr(signer, "__dict__")
    for leave in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(KeystoreError):
            leave(signer)


def test_a_key_file_round_trips_and_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "operator.json"
    KeySigner(KEY).to_keystore(path, "correct horse", LOCAL_COST)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert KEY.hex() not in path.read_text()
    assert KeySigner.from_keystore(path, "correct horse").address == ADDRESS
    assert [one.name for one in path.parent.iterdir()] == ["operator.json"]


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    keystore_write(path, KEY, "one", LOCAL_COST)
    with pytest.raises(KeystoreError, match="exists"):
        keystore_write(path, b"k" * 32, "two", LOCAL_COST)
    assert keystore_read(path, "one") == KEY
    assert len(list(tmp_path.iterdir())) == 1


def test_damage_to_a_key_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "key.json"
    with pytest.raises(KeystoreError, match="absent"):
        keystore_read(path, "x")
    keystore_write(path, KEY, "right", LOCAL_COST)
    with pytest.raises(KeystoreError, match="wrong password"):
        keystore_read(path, "wrong")
    content = json.loads(path.read_text())
    cases = {
        "unreadable": "{",
        "not a v3": "[]",
        "not a v3 key file": json.dumps({"version": 3}),
        "wrong password": json.dumps({**content, "crypto": {**content["crypto"], "mac": "00" * 32}}),
    }
    for said, text in cases.items():
        path.write_text(text)
        with pytest.raises(KeystoreError, match=said):
            keystore_read(path, "right")
