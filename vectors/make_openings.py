"""Writes openings.json: what a contributor signs, the leaf it is anchored under, and what opens it.

Made with eth-account, eth-abi and nothing of headwater, from spec/settlement.md sections 2 and 6.
Run: python vectors/make_openings.py
"""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import dag_cbor
from eth_abi import encode
from eth_account import Account
from eth_utils import keccak

CHAIN, CONTRACT = 31337, "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"
FIELDS = [
    ("campaign", "uint256"),
    ("contributor", "address"),
    ("manifest", "bytes32"),
    ("contentRoot", "bytes32"),
    ("consent", "bytes32"),
    ("nonce", "uint256"),
]
ITEM, ROUND = 17, 2
COMMENT = "as asked"
REASONS = sha256(dag_cbor.encode({"type": "vote-reasons/1", "evidence": [], "comment": COMMENT})).digest()


def word(text: str) -> bytes:
    """A word of its own."""
    return bytes(keccak(text=text))


def leaf(tag: str, campaign: int, types: list[str], values: list[Any]) -> bytes:
    """A double-hashed leaf."""
    head = ["bytes32", "uint256", "address", "uint256"]
    inner = keccak(encode([*head, *types], [word(tag), CHAIN, CONTRACT, campaign, *values]))
    return bytes(keccak(inner))


def case(n: int) -> dict[str, Any]:
    """One contribution, by key, anchored and voted on."""
    account = Account.from_key(bytes([n + 1]) * 32)
    campaign = [1, 2**64 - 1, 3][n]
    message = {
        "campaign": campaign,
        "contributor": account.address,
        "manifest": word(f"manifest {n}"),
        "contentRoot": word(f"content {n}"),
        "consent": word(f"consent {n}"),
        "nonce": [0, 2**64 - 1, 7][n],
    }
    domain = {"name": "Headwater", "version": "1", "chainId": CHAIN, "verifyingContract": CONTRACT}
    types = {"Contribution": [{"name": name, "type": kind} for name, kind in FIELDS]}
    signed = account.sign_typed_data(domain, types, message)
    digest, salt, signature = bytes(signed.message_hash), word(f"salt {n}"), bytes(signed.signature)
    if n == 2:
        signature = b""  # a contract wallet, approved on chain
    anchored = leaf("headwater.anchor.v1", campaign, ["bytes32", "address", "bytes32"], [salt, account.address, digest])
    opening = bytes(keccak(encode(["bytes32", "bytes32"], [salt, keccak(signature)])))
    reviewer, secret = Account.from_key(b"\x55" * 32).address, word("secret")
    kinds = ["bytes32", "uint256", "address", "uint256", "uint32", "uint8", "address", "uint8", "bytes32", "bytes32"]
    voted = [word("headwater.vote.v1"), CHAIN, CONTRACT, campaign, ITEM, ROUND, reviewer, n % 2, REASONS, secret]
    commit = bytes(keccak(encode(kinds, voted)))
    placed = [ITEM, ROUND, reviewer, commit]
    text = {name: "0x" + value.hex() if isinstance(value, bytes) else value for name, value in message.items()}
    return {
        "message": text,
        "salt": "0x" + salt.hex(),
        "signature": "0x" + signature.hex(),
        "digest": "0x" + digest.hex(),
        "leaf": "0x" + anchored.hex(),
        "opening": "0x" + opening.hex(),
        "verdict": n % 2,
        "commit": "0x" + commit.hex(),
        "commitLeaf": "0x"
        + leaf("headwater.commit.v1", campaign, ["uint32", "uint8", "address", "bytes32"], placed).hex(),
    }


def main() -> None:
    """Writes the file beside this script."""
    whole = {
        "about": "spec/settlement.md sections 2, 4, 6: contribution digest, anchor leaf, opening, commit, commit leaf",
        "chainId": CHAIN,
        "contract": CONTRACT,
        "item": ITEM,
        "round": ROUND,
        "reviewer": Account.from_key(b"\x55" * 32).address,
        "comment": COMMENT,
        "reasons": "0x" + REASONS.hex(),
        "secret": "0x" + word("secret").hex(),
        "cases": [case(n) for n in range(3)],
    }
    (Path(__file__).parent / "openings.json").write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
