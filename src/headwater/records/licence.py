"""Licence presets as records, and the usage receipt a buyer's client signs."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.primitives.eip712 import Domain, typed_digest
from headwater.records import codec
from headwater.records.codec import record
from headwater.records.signed import demand_one_form, message_of

USAGE_TYPES = {
    "Usage": (
        ("dataset", "uint256"),
        ("version", "uint32"),
        ("licence", "bytes32"),
        ("holder", "address"),
        ("purpose", "string"),
        ("episodes", "uint32"),
        ("time", "uint64"),
        ("model", "bytes32"),
    )
}


@record("licence-preset", 1)
@dataclass(frozen=True)
class LicencePreset:
    """Terms a sale is made under; its digest is ``Offer.terms`` on chain."""

    id: str
    name: str
    purposes: tuple[str, ...]
    redistribution: bool
    attribution: bool
    text: str

    def digest(self) -> bytes:
        return codec.digest(self)


PRESETS = (
    LicencePreset(
        "hw-research-1",
        "Research only",
        ("research", "evaluation"),
        False,
        True,
        "Use for research and evaluation. No redistribution. Name the dataset version in publications.",
    ),
    LicencePreset(
        "hw-commercial-1",
        "Commercial training without redistribution",
        ("research", "evaluation", "commercial-training"),
        False,
        False,
        "Train and ship models. The data itself may not be passed on.",
    ),
)


@record("usage", 1)
@dataclass(frozen=True)
class Usage:
    """A usage receipt: which episodes were read, for what; ``model`` is zero or the digest of trained weights."""

    dataset: int
    version: int
    licence: bytes
    holder: str
    purpose: str
    episodes: int
    time: int
    model: bytes

    def __post_init__(self) -> None:
        demand_one_form(self, "usage/1", USAGE_TYPES["Usage"])

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest the buyer's client signs."""
        return typed_digest(domain, "Usage", USAGE_TYPES, message_of(self, USAGE_TYPES["Usage"]))
