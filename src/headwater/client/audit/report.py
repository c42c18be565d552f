"""What an audit says: one claim after another, each in words an auditor can check by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """SKIPPED is not a pass: the claim could not be recomputed, and ``detail`` says why."""

    PASS = "PASS"  # noqa: S105  # a verdict, not a password
    FAIL = "FAIL"
    SKIPPED = "SKIPPED"


@dataclass(frozen=True)
class Claim:
    """One thing that was recomputed.

    Attributes:
        section: which part of the audit made it (``items``, ``votes`` ...).
        id: stable name, ``campaign/1/item/4/verdict``.
        title: the claim as a sentence.
        expected: what the audit computed; actual: what chain or storage say. Both empty where a sentence says it all.
        leaf: what a reader must look at: item and contribution, or the CID of a blob.
    """

    section: str
    id: str
    title: str
    status: Status
    expected: str = ""
    actual: str = ""
    leaf: str = ""
    detail: str = ""

    def line(self) -> str:
        """The claim in one line."""
        parts = [f"{self.status} {self.id}: {self.title}"]
        if self.status is Status.FAIL and (self.expected or self.actual):
            parts.append(f"expected {self.expected}, found {self.actual}")
        parts += [self.detail] if self.detail else []
        parts += [f"leaf {self.leaf}"] if self.leaf and self.status is not Status.PASS else []
        return "; ".join(parts)


@dataclass(frozen=True)
class AuditReport:
    """Everything that was recomputed, in order, from the chain up to a block.

    Attributes:
        chain_id: EIP-155; block: the head that was audited, time: its chain time.
    """

    chain_id: int
    block: int
    time: int
    claims: tuple[Claim, ...]

    @property
    def passed(self) -> bool:
        """Something was recomputed and nothing failed."""
        return bool(self.claims) and not self.failures

    @property
    def failures(self) -> tuple[Claim, ...]:
        """Claims that do not hold."""
        return tuple(claim for claim in self.claims if claim.status is Status.FAIL)

    def counts(self) -> dict[str, dict[str, int]]:
        """Claims by section, in order of the sections, and status."""
        table: dict[str, dict[str, int]] = {}
        for claim in self.claims:
            row = table.setdefault(claim.section, {str(status): 0 for status in Status})
            row[str(claim.status)] += 1
        return table

    def verdict(self) -> str:
        """The last line."""
        return "AUDIT PASS" if self.passed else "AUDIT FAIL"

    def to_plain(self) -> Mapping[str, Any]:
        """For ``--json``."""
        return {
            "verdict": self.verdict(),
            "chain_id": self.chain_id,
            "block": self.block,
            "time": self.time,
            "counts": self.counts(),
            "claims": [asdict(claim) | {"status": str(claim.status)} for claim in self.claims],
        }
