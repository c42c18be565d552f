"""What every signed record shares: its EIP-712 message, and the one form its fields may take."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from headwater.primitives.ids import IdError, checksum_address
from headwater.records.errors import RecordError

Fields = Sequence[tuple[str, str]]


def message_of(value: Any, fields: Fields) -> dict[str, Any]:
    """The EIP-712 message of a record whose attributes are the fields' names in snake case."""
    return {name: getattr(value, _attribute(name)) for name, _ in fields}


def demand_one_form(value: Any, what: str, fields: Fields) -> None:
    """Refuses aliases of a signed record.

    EIP-712 pads short bytes32 and ignores an address's case, so two records could share one signature and pass for two:
    a replay. Hence exactly 32 bytes, EIP-55 text, and integers of their width.

    Raises:
        RecordError: naming the field.
    """
    for name, kind in fields:
        found = getattr(value, _attribute(name))
        if kind == "bytes32" and len(found) != 32:
            raise RecordError(f"{what}.{name}", actual=f"{len(found)} bytes", allowed="32 bytes")
        if kind == "address" and not _is_checksummed(found):
            raise RecordError(f"{what}.{name}", actual=found, allowed="an EIP-55 address")
        if kind.startswith("uint") and not 0 <= found < 1 << min(64, int(kind[4:])):
            raise RecordError(f"{what}.{name}", actual=found, allowed=f"a {kind} below 2^64")


def _attribute(name: str) -> str:
    return re.sub(r"([A-Z])", r"_\1", name).lower()


def _is_checksummed(address: str) -> bool:
    try:
        return checksum_address(address) == address
    except IdError:
        return False
