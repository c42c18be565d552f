"""What the demo found, for the table at its end and for ``--json``."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass
class Outcome:
    """One contribution's way through the network; amounts in dollars as decimal text."""

    who: str
    title: str
    expected: str
    item: str = ""
    verdict: str = ""
    votes: int = 0
    llr: int = 0
    reason: str = ""
    appeal: str = ""
    paid: str = "0"
    sale_share: str = "0"
    as_expected: bool = False


@dataclass
class DemoResult:
    """The whole journey in numbers."""

    outcomes: list[Outcome] = field(default_factory=list)
    gas: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    audit_passed: bool = False
    audit_claims: int = 0

    @property
    def ok(self) -> bool:
        """Every recording judged as it must be, and the audit passes."""
        return self.audit_passed and bool(self.outcomes) and all(o.as_expected for o in self.outcomes)

    def to_plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"ok": self.ok}
