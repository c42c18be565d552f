from __future__ import annotations

from coincurve import PrivateKey
from eth_account import Account

from headwater.primitives.eip712 import Domain, check, recover, typed_digest

TYPES = {"Note": (("campaign", "uint256"), ("text", "string"))}
ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141


def signed(key: bytes, digest: bytes) -> bytes:
    return bytes(Account.from_key(key).unsafe_sign_hash(digest).signature)


def test_agrees_with_eth_account() -> None:
    account = Account.from_key(b"\x07" * 32)
    domain = Domain(1, "0x" + "11" * 20)
    declared = {"Note": [{"name": n, "type": t} for n, t in TYPES["Note"]]}
    theirs = account.sign_typed_data(domain.fields(), declared, {"campaign": 3, "text": "hi"})
    digest = typed_digest(domain, "Note", TYPES, {"campaign": 3, "text": "hi"})
    assert bytes(theirs.message_hash) == digest
    assert recover(digest, bytes(theirs.signature)) == account.address


def test_attack_replay_elsewhere() -> None:
    """Another chain, contract or campaign makes another digest, so the signature belongs to nobody known."""
    key = b"\x07" * 32
    account = Account.from_key(key).address
    here = typed_digest(Domain(1, "0x" + "11" * 20), "Note", TYPES, {"campaign": 3, "text": ""})
    signature = signed(key, here)
    assert check(account, here, signature)
    for domain, campaign in [
        (Domain(2, "0x" + "11" * 20), 3),
        (Domain(1, "0x" + "12" * 20), 3),
        (Domain(1, "0x" + "11" * 20), 4),
    ]:
        there = typed_digest(domain, "Note", TYPES, {"campaign": campaign, "text": ""})
        assert not check(account, there, signature)


def test_attack_malleated_signature() -> None:
    """The mirrored s value (EIP-2) recovers the same key and must be refused."""
    key = b"\x07" * 32
    digest = b"\x01" * 32
    signature = signed(key, digest)
    mirrored_s = ORDER - int.from_bytes(signature[32:64], "big")
    mirrored = signature[:32] + mirrored_s.to_bytes(32, "big") + bytes([55 - signature[64]])
    assert recover(digest, signature) == Account.from_key(PrivateKey(key).secret).address
    assert recover(digest, mirrored) is None


def test_rubbish_recovers_nobody() -> None:
    for bad in (b"", bytes(64), bytes(65), bytes(64) + b"\x1b"):
        assert recover(b"\x01" * 32, bad) is None
