"""Writes records.json: records and their one encoding, and bytes that must be refused.

The valid cases are built from plain maps here, not with headwater's classes, so that the classes are tested against
the page (spec/records.md) and not against themselves. Run: python vectors/make_records.py
"""

from __future__ import annotations

import hashlib
import json
from base64 import b32encode
from pathlib import Path
from typing import Any

import dag_cbor

A, B = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed", "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359"
WORD = bytes(range(32))
CID = "bafkreifzjut3te2nhyekklss27nh3k72ysco7y32koao5eei66wof36n5e"


def cid_of(data: bytes) -> str:
    """CIDv1, dag-cbor, sha2-256, base32."""
    raw = bytes((1, 0x71, 0x12, 0x20)) + hashlib.sha256(data).digest()
    return "b" + b32encode(raw).decode().rstrip("=").lower()


VALID: dict[str, dict[str, Any]] = {
    "Contribution": {
        "type": "contribution/1",
        "campaign": 1,
        "contributor": A,
        "manifest": WORD,
        "content_root": WORD[::-1],
        "consent": bytes(32),
        "nonce": 7,
    },
    "ConsentReceipt": {
        "type": "consent-receipt/1",
        "campaign": 1,
        "subject": A,
        "content_root": WORD,
        "people_visible": 0,
        "premises": "own workshop",
        "purposes": ["research"],
        "regions": [],
        "minimum_age": 21,
        "withdrawal": A,
        "given_at": 1_700_000_000,
    },
    "Verdict": {
        "type": "verdict/1",
        "item": 4,
        "contributor": A,
        "contribution": WORD,
        "llr": -100,
        "prior": 0,
        "votes": [{"reviewer": B, "round": 0, "verdict": 1, "weight": 847, "commit": WORD}],
        "opening": WORD,
        "grade": 100,
        "novelty": 10_000,
        "byte": 1,
        "reward": "79228162514264337593543950335",
        "score": 80,
        "report": CID,
        "index": CID,
        "ballots": [CID],
        "reason": "",
    },
    "Ballot": {
        "type": "ballot/1",
        "campaign": 1,
        "item": 4,
        "round": 0,
        "reviewer": B,
        "verdict": 0,
        "reasons": {
            "type": "vote-reasons/1",
            "evidence": [{"code": "task-not-shown", "start_ms": 0, "end_ms": 1500}],
            "comment": "päusé",
        },
        "salt": WORD,
    },
}


def broken(name: str, **change: Any) -> dict[str, Any]:
    """A valid map with fields changed; ``...`` removes one."""
    plain = {**VALID[name], **change}
    return {key: value for key, value in plain.items() if value is not ...}


INVALID: list[tuple[str, str, bytes]] = [
    ("Contribution", "a field is missing", dag_cbor.encode(broken("Contribution", nonce=...))),
    ("Contribution", "a field is unknown", dag_cbor.encode(broken("Contribution", extra=1))),
    ("Contribution", "another version", dag_cbor.encode(broken("Contribution", type="contribution/2"))),
    ("Contribution", "no type", dag_cbor.encode(broken("Contribution", type=...))),
    ("Contribution", "text where a number belongs", dag_cbor.encode(broken("Contribution", nonce="7"))),
    ("Contribution", "a word of 31 bytes", dag_cbor.encode(broken("Contribution", manifest=WORD[1:]))),
    ("Contribution", "an address without checksum", dag_cbor.encode(broken("Contribution", contributor=A.lower()))),
    ("Contribution", "true where a number belongs", dag_cbor.encode(broken("Contribution", campaign=True))),
    ("Verdict", "an amount with a leading zero", dag_cbor.encode(broken("Verdict", reward="01"))),
    ("Verdict", "an amount as a number", dag_cbor.encode(broken("Verdict", reward=1))),
    ("Verdict", "a negative amount", dag_cbor.encode(broken("Verdict", reward="-1"))),
    ("Verdict", "a float", dag_cbor.encode(broken("Verdict", llr=0.5))),
    ("Ballot", "a part that is not a map", dag_cbor.encode(broken("Ballot", reasons=[]))),
    ("Ballot", "cut short", dag_cbor.encode(VALID["Ballot"])[:-1]),
    ("Ballot", "bytes after the end", dag_cbor.encode(VALID["Ballot"]) + b"\x00"),
]
_SHORT = dag_cbor.encode(VALID["Contribution"])
INVALID.append(("Contribution", "a longer number than needed", _SHORT.replace(b"enonce\x07", b"enonce\x18\x07")))


def main() -> None:
    """Writes the file beside this script."""
    valid = []
    for name, plain in VALID.items():
        data = dag_cbor.encode(plain)
        valid.append({"record": name, "bytes": data.hex(), "cid": cid_of(data)})
    invalid = [{"record": name, "why": why, "bytes": data.hex()} for name, why, data in INVALID]
    content = {"about": "spec/records.md", "valid": valid, "invalid": invalid}
    Path(__file__).with_name("records.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
