"""Writes key_faults.json: what a key holder signed, beside its envelope, and whether that costs its stake.

Run: python vectors/make_key_faults.py. Records and digests come from the code that makes the real ones; keys are for
tests only.
"""

from __future__ import annotations

import json
from dataclasses import fields, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from eth_abi.abi import encode
from eth_account import Account

from headwater.primitives.eip712 import Domain
from headwater.records import codec
from headwater.records.batch import BATCH_RECEIPT_TYPES, BatchEntry, BatchReceipt, entry_tree
from headwater.records.envelope import KeyEnvelope, SealedShare
from headwater.records.release import RECEIPT_TYPES, ReleaseReceipt

CHAIN, CONTRACT = 31337, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
DOMAIN = Domain(CHAIN, CONTRACT)
HOLDERS = [Account.from_key(sha256(f"headwater test key holder {n}".encode()).digest()) for n in range(3)]
HOLDER = HOLDERS[1]
BUYER = Account.from_key(b"\x07" * 32)
ENTRIES = 5


def word(name: str) -> bytes:
    return sha256(name.encode()).digest()


def envelope() -> KeyEnvelope:
    shares = [
        SealedShare(n, holder.address, (word(f"sealed {n}") * 3)[:81], word(f"commitment {n}"))
        for n, holder in enumerate(HOLDERS, 1)
    ]
    return KeyEnvelope("hw-stream-1", 2, 3, word("label"), word("key"), tuple(shares))


ENVELOPE = codec.encode(envelope())
DIGEST = codec.digest(envelope())
AT = ENVELOPE.index(b"\x67address\x78\x2a" + HOLDER.address.encode())
RIGHT = ReleaseReceipt(
    request=word("request"),
    role="buyer",
    campaign=3,
    dataset=2,
    version=1,
    licence=word("licence"),
    contribution=word("contribution"),
    holder=HOLDER.address,
    requester=BUYER.address,
    envelope=DIGEST,
    commitment=envelope().holders[1].commitment,
    part=word("part"),
    time=1_800_000_000,
)
WRONG = replace(RIGHT, commitment=word("another share"))


def words(receipt: ReleaseReceipt | BatchReceipt) -> str:
    """abi.encode of the struct the contract takes."""
    types = (
        RECEIPT_TYPES["ReleaseReceipt"] if isinstance(receipt, ReleaseReceipt) else BATCH_RECEIPT_TYPES["BatchReceipt"]
    )
    values = [getattr(receipt, field.name) for field in fields(receipt)]
    return "0x" + encode([f"({','.join(kind for _, kind in types)})"], [tuple(values)]).hex()


def signed(receipt: ReleaseReceipt | BatchReceipt, who: Any = HOLDER) -> dict[str, str]:
    digest = receipt.digest(DOMAIN)
    signature = who.unsafe_sign_hash(digest).signature
    return {"receipt": words(receipt), "digest": "0x" + digest.hex(), "signature": "0x" + bytes(signature).hex()}


def single(name: str, refused: str, receipt: ReleaseReceipt, who: Any = HOLDER, **more: Any) -> dict[str, Any]:
    return {
        "name": name,
        "function": "proveCommitment",
        "refused": refused,
        **signed(receipt, who),
        "holder": receipt.holder,
        "envelope": "0x" + ENVELOPE.hex(),
        "at": AT,
        **more,
    }


def batch(name: str, refused: str, commitment: bytes, *, shown: bytes | None = None) -> dict[str, Any]:
    entries = [BatchEntry(word(f"contribution {n}"), word(f"envelope {n}"), word(f"share {n}")) for n in range(ENTRIES)]
    entries[3] = BatchEntry(RIGHT.contribution, DIGEST, commitment)
    tree = entry_tree(entries)
    receipt = BatchReceipt(
        request=word("request"),
        campaign=3,
        dataset=2,
        version=1,
        licence=word("licence"),
        holder=HOLDER.address,
        requester=BUYER.address,
        entries=tree.root,
        count=ENTRIES,
        part=word("part"),
        time=1_800_000_000,
    )
    entry = entries[3] if shown is None else replace(entries[3], commitment=shown)
    return {
        "name": name,
        "function": "proveEntry",
        "refused": refused,
        **signed(receipt),
        "holder": receipt.holder,
        "entry": ["0x" + one.hex() for one in (entry.contribution, entry.envelope, entry.commitment)],
        "index": 3,
        "proof": ["0x" + one.hex() for one in tree.proof(3)],
        "envelope": "0x" + ENVELOPE.hex(),
        "at": AT,
    }


def cases() -> list[dict[str, Any]]:
    flipped = bytearray(ENVELOPE)
    flipped[-1] ^= 1
    first = ENVELOPE.index(b"\x67address")
    return [
        single("signed for another share", "", WRONG),
        single("the right share", "NoFault", RIGHT),
        single("signed by somebody else", "NotSigned", WRONG, who=BUYER),
        single("an envelope of the accuser's making", "WrongEnvelope", WRONG, envelope="0x" + bytes(flipped).hex()),
        single("another holder's place", "NotItsPlace", WRONG, at=first),
        single("one byte beside it", "NotItsPlace", WRONG, at=AT + 1),
        single("beyond the end", "NotItsPlace", WRONG, at=len(ENVELOPE) - 96),
        single("far beyond the end", "NotItsPlace", WRONG, at=2**53),
        single("no holder of this envelope", "NotItsPlace", replace(WRONG, holder=BUYER.address), who=BUYER),
        batch("one wrong entry of five", "", word("another share")),
        batch("five right entries", "NoFault", envelope().holders[1].commitment),
        batch("an entry it did not sign", "NoFault", envelope().holders[1].commitment, shown=word("another share")),
    ]


def made() -> str:
    about = "spec/keys.md section 9; receipts are abi.encode of the contract's structs"
    return json.dumps({"about": about, "chainId": CHAIN, "contract": CONTRACT, "cases": cases()}, indent=1) + "\n"


if __name__ == "__main__":
    Path(__file__).with_name("key_faults.json").write_text(made(), encoding="utf-8")
