"""Writes eip712.json: typed messages, their digests and signatures, made with eth-account.

Run: python vectors/make_eip712.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from eth_account import Account

CHAIN, CONTRACT = 31337, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
DOMAIN = {"name": "Headwater", "version": "1", "chainId": CHAIN, "verifyingContract": CONTRACT}
WORD = "0x" + bytes(range(32)).hex()
BACK = "0x" + bytes(range(32))[::-1].hex()
ACCOUNT = Account.from_key(b"\x07" * 32)

MESSAGES: dict[str, tuple[list[tuple[str, str]], dict[str, Any]]] = {
    "Contribution": (
        [
            ("campaign", "uint256"),
            ("contributor", "address"),
            ("manifest", "bytes32"),
            ("contentRoot", "bytes32"),
            ("consent", "bytes32"),
            ("nonce", "uint256"),
        ],
        {
            "campaign": 3,
            "contributor": ACCOUNT.address,
            "manifest": WORD,
            "contentRoot": BACK,
            "consent": "0x" + bytes(32).hex(),
            "nonce": 9,
        },
    ),
    "BatchReceipt": (
        [
            ("request", "bytes32"),
            ("campaign", "uint256"),
            ("dataset", "uint256"),
            ("version", "uint32"),
            ("licence", "bytes32"),
            ("holder", "address"),
            ("requester", "address"),
            ("entries", "bytes32"),
            ("count", "uint32"),
            ("part", "bytes32"),
            ("time", "uint64"),
        ],
        {
            "request": WORD,
            "campaign": 3,
            "dataset": 2,
            "version": 1,
            "licence": BACK,
            "holder": ACCOUNT.address,
            "requester": CONTRACT,
            "entries": WORD,
            "count": 9,
            "part": BACK,
            "time": 1_900_000_000,
        },
    ),
    "BatchRequest": (
        [
            ("dataset", "uint256"),
            ("version", "uint32"),
            ("licence", "bytes32"),
            ("rows", "bytes32"),
            ("count", "uint32"),
            ("holder", "address"),
            ("requester", "address"),
            ("recipientKey", "bytes32"),
            ("expiry", "uint64"),
            ("nonce", "bytes32"),
        ],
        {
            "dataset": 2,
            "version": 1,
            "licence": BACK,
            "rows": WORD,
            "count": 9,
            "holder": CONTRACT,
            "requester": ACCOUNT.address,
            "recipientKey": BACK,
            "expiry": 1_900_000_000,
            "nonce": WORD,
        },
    ),
    "ShareStatement": (
        [
            ("what", "string"),
            ("campaign", "uint256"),
            ("contribution", "bytes32"),
            ("envelope", "bytes32"),
            ("holder", "address"),
            ("commitment", "bytes32"),
            ("time", "uint64"),
        ],
        {
            "what": "destroyed",
            "campaign": 3,
            "contribution": WORD,
            "envelope": BACK,
            "holder": ACCOUNT.address,
            "commitment": WORD,
            "time": 1_900_000_000,
        },
    ),
    "ReleaseReceipt": (
        [
            ("request", "bytes32"),
            ("role", "string"),
            ("campaign", "uint256"),
            ("dataset", "uint256"),
            ("version", "uint32"),
            ("licence", "bytes32"),
            ("contribution", "bytes32"),
            ("holder", "address"),
            ("requester", "address"),
            ("envelope", "bytes32"),
            ("commitment", "bytes32"),
            ("part", "bytes32"),
            ("time", "uint64"),
        ],
        {
            "request": WORD,
            "role": "checker",
            "campaign": 3,
            "dataset": 0,
            "version": 0,
            "licence": "0x" + bytes(32).hex(),
            "contribution": WORD,
            "holder": ACCOUNT.address,
            "requester": CONTRACT,
            "envelope": WORD,
            "commitment": WORD,
            "part": BACK,
            "time": 1_900_000_000,
        },
    ),
    "ReleaseRequest": (
        [
            ("role", "string"),
            ("campaign", "uint256"),
            ("dataset", "uint256"),
            ("version", "uint32"),
            ("licence", "bytes32"),
            ("contribution", "bytes32"),
            ("holder", "address"),
            ("requester", "address"),
            ("recipientKey", "bytes32"),
            ("expiry", "uint64"),
            ("nonce", "bytes32"),
        ],
        {
            "role": "buyer",
            "campaign": 3,
            "dataset": 2,
            "version": 1,
            "licence": WORD,
            "contribution": BACK,
            "holder": CONTRACT,
            "requester": ACCOUNT.address,
            "recipientKey": WORD,
            "expiry": 1_900_000_000,
            "nonce": BACK,
        },
    ),
    "Usage": (
        [
            ("dataset", "uint256"),
            ("version", "uint32"),
            ("licence", "bytes32"),
            ("holder", "address"),
            ("purpose", "string"),
            ("episodes", "uint32"),
            ("time", "uint64"),
            ("model", "bytes32"),
        ],
        {
            "dataset": 2,
            "version": 1,
            "licence": WORD,
            "holder": ACCOUNT.address,
            "purpose": "research",
            "episodes": 100,
            "time": 1_900_000_000,
            "model": "0x" + bytes(32).hex(),
        },
    ),
    "Assignment": (
        [
            ("campaign", "uint256"),
            ("firstItem", "uint32"),
            ("account", "address"),
            ("to", "address"),
            ("price", "uint96"),
            ("deadline", "uint40"),
        ],
        {
            "campaign": 3,
            "firstItem": 17,
            "account": ACCOUNT.address,
            "to": CONTRACT,
            "price": 900_000,
            "deadline": 1_900_000_000,
        },
    ),
    "ValueStatement": (
        [
            ("campaign", "uint256"),
            ("requester", "address"),
            ("commitment", "bytes32"),
            ("previous", "bytes32"),
            ("values", "bytes32"),
        ],
        {
            "campaign": 3,
            "requester": ACCOUNT.address,
            "commitment": WORD,
            "previous": "0x" + bytes(32).hex(),
            "values": BACK,
        },
    ),
    "VoteCommit": (
        [
            ("campaign", "uint256"),
            ("item", "uint32"),
            ("round", "uint8"),
            ("reviewer", "address"),
            ("commit", "bytes32"),
        ],
        {"campaign": 3, "item": 17, "round": 2, "reviewer": ACCOUNT.address, "commit": WORD},
    ),
}


def main() -> None:
    """Writes the file beside this script."""
    cases = []
    for primary, (fields, message) in MESSAGES.items():
        types = {primary: [{"name": name, "type": kind} for name, kind in fields]}
        signed = ACCOUNT.sign_typed_data(DOMAIN, types, message)
        cases.append(
            {
                "primary": primary,
                "type": f"{primary}({','.join(f'{kind} {name}' for name, kind in fields)})",
                "message": message,
                "digest": "0x" + bytes(signed.message_hash).hex(),
                "signature": "0x" + bytes(signed.signature).hex(),
            }
        )
    about = "spec/records.md section 3, spec/settlement.md section 6; domain name Headwater, version 1"
    content = {"about": about, "chainId": CHAIN, "contract": CONTRACT, "signer": ACCOUNT.address, "cases": cases}
    Path(__file__).with_name("eip712.json").write_text(json.dumps(content, indent=1) + "\n")


if __name__ == "__main__":
    main()
