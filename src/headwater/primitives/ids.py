"""Names of things: accounts, 32-byte words, datasets.

A dataset version is named ``eip155:CHAIN/CONTRACT/DATASET@VERSION`` (CAIP-2 chain, then the Datasets contract).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import keccak256

ZERO_ADDRESS = "0x" + "00" * 20


class IdError(HeadwaterError):
    """Text that does not name what it should."""


@lru_cache(maxsize=65_536)
def checksum_address(text: str) -> str:
    """EIP-55 form of an address.

    Raises:
        IdError: not 20 bytes of hex, or a mixed-case address whose checksum is wrong.
    """
    body = text[2:] if text[:2] in ("0x", "0X") else text
    if not re.fullmatch(r"[0-9a-fA-F]{40}", body):
        raise IdError("address", actual=text, allowed="0x and 40 hex digits", fix="copy it again")
    lower = body.lower()
    digest = keccak256(lower.encode("ascii")).hex()
    mixed = "".join(c.upper() if int(digest[i], 16) >= 8 else c for i, c in enumerate(lower))
    if body not in (lower, body.upper(), mixed):
        raise IdError("address", actual=text, allowed=f"0x{mixed}", fix="a letter's case is wrong: copy it again")
    return "0x" + mixed


def word_from_hex(text: str, what: str = "digest") -> bytes:
    """32 bytes from hex with or without 0x."""
    body = text.removeprefix("0x")
    if not re.fullmatch(r"[0-9a-fA-F]{64}", body):
        raise IdError(what, actual=text, allowed="64 hex digits")
    return bytes.fromhex(body)


@dataclass(frozen=True, order=True)
class DatasetRef:
    """A dataset version on a chain."""

    chain_id: int
    contract: str
    dataset: int
    version: int

    def __str__(self) -> str:
        return f"eip155:{self.chain_id}/{self.contract}/{self.dataset}@{self.version}"

    @classmethod
    def parse(cls, text: str) -> DatasetRef:
        """The reference that ``str`` printed.

        Raises:
            IdError: if the text is not of that form.
        """
        match = re.fullmatch(r"eip155:(\d+)/(0x[0-9a-fA-F]{40})/(\d+)@(\d+)", text)
        if not match:
            raise IdError("dataset reference", actual=text, allowed="eip155:CHAIN/0xCONTRACT/DATASET@VERSION")
        return cls(int(match[1]), checksum_address(match[2]), int(match[3]), int(match[4]))
