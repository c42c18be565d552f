from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from eth_account import Account

from headwater.primitives import eip712
from headwater.vault import HolderSecret, KeystoreError
from headwater.vault.seal import seal_to

WORK = 1 << 12
PASSWORD = "correct horse"


@pytest.fixture
def saved(tmp_path: Path) -> tuple[HolderSecret, Path]:
    secret, path = HolderSecret.generate(), tmp_path / "keys" / "holder.json"
    secret.save(path, PASSWORD, scrypt_n=WORK)
    return secret, path


def test_the_same_holder_comes_back(saved: tuple[HolderSecret, Path]) -> None:
    secret, path = saved
    loaded = HolderSecret.load(path, PASSWORD)
    assert (loaded.address, loaded.public_key) == (secret.address, secret.public_key)
    assert loaded.unseal(seal_to(secret.public_key, b"part", b"i"), b"i") == b"part"
    assert eip712.recover(b"d" * 32, loaded.sign_digest(b"d" * 32)) == secret.address


def test_signatures_are_those_of_any_ethereum_wallet() -> None:
    secret = HolderSecret(b"\x05" * 32, b"\x06" * 32)
    account = Account.from_key(b"\x05" * 32)
    assert secret.address == account.address
    assert secret.sign_digest(b"d" * 32) == bytes(account.unsafe_sign_hash(b"d" * 32).signature)


def test_the_file_is_private_and_whole(saved: tuple[HolderSecret, Path]) -> None:
    _, path = saved
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [p.name for p in path.parent.iterdir()] == ["holder.json"]


def test_a_key_file_is_never_overwritten(saved: tuple[HolderSecret, Path]) -> None:
    _, path = saved
    before = path.read_bytes()
    with pytest.raises(KeystoreError, match="exists"):
        HolderSecret.generate().save(path, PASSWORD, scrypt_n=WORK)
    assert path.read_bytes() == before


def test_another_password(saved: tuple[HolderSecret, Path]) -> None:
    with pytest.raises(KeystoreError, match="password"):
        HolderSecret.load(saved[1], "wrong horse")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(KeystoreError, match="No such file"):
        HolderSecret.load(tmp_path / "none.json", PASSWORD)


def flip(text: str) -> str:
    return ("0" if text[0] != "0" else "1") + text[1:]


@pytest.mark.parametrize("where", ["salt", "nonce", "sealed", "n", "publicKey", "address", "version", "signing", "kdf"])
def test_a_changed_file(saved: tuple[HolderSecret, Path], where: str) -> None:
    _, path = saved
    document: dict[str, Any] = json.loads(path.read_text())
    if where in ("salt", "nonce", "sealed"):
        document["opening"][where] = flip(document["opening"][where])
    elif where == "n":
        document["opening"]["n"] = 1 << 40
    elif where == "kdf":
        document["opening"]["kdf"] = "none"
    elif where == "signing":
        document["signing"]["crypto"]["ciphertext"] = flip(document["signing"]["crypto"]["ciphertext"])
    elif where == "version":
        document["version"] = 2
    else:
        document[where] = flip(document[where])
    path.write_text(json.dumps(document))
    with pytest.raises(KeystoreError):
        HolderSecret.load(path, PASSWORD)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1, "opening": 3, "publicKey": ""}', "null"])
def test_files_that_are_no_keystore(tmp_path: Path, text: str) -> None:
    path = tmp_path / "holder.json"
    path.write_text(text)
    with pytest.raises(KeystoreError):
        HolderSecret.load(path, PASSWORD)


def test_the_signing_half_of_another_holder(saved: tuple[HolderSecret, Path], tmp_path: Path) -> None:
    _, path = saved
    HolderSecret.generate().save(tmp_path / "other.json", PASSWORD, scrypt_n=WORK)
    document = json.loads(path.read_text())
    document["signing"] = json.loads((tmp_path / "other.json").read_text())["signing"]
    path.write_text(json.dumps(document))
    with pytest.raises(KeystoreError, match="two holders"):
        HolderSecret.load(path, PASSWORD)
