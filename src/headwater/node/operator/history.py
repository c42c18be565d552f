"""What settled facts say of contributors: outcomes of settlements that were final before a moment, nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.catalog.ledger import accepted
from headwater.node.operator.desk import Desk
from headwater.records.evidence import Evidence
from headwater.review import prior


@dataclass(frozen=True)
class Record:
    """A contributor's final outcomes, oldest first."""

    outcomes: tuple[bool, ...] = ()

    @property
    def prior(self) -> int:
        """Milli log-odds."""
        return prior(self.outcomes)

    @property
    def settled(self) -> int:
        """How many items."""
        return len(self.outcomes)


def records_before(desk: Desk, when: int) -> dict[str, Record]:
    """Records by contributor from settlements final at or before ``when``, over all campaigns."""
    ledger = desk.ledger()
    final = [s for c in ledger.campaigns for s in ledger.standing(c) if s.final_at <= when]
    outcomes: dict[str, list[bool]] = {}
    for facts in sorted(final, key=lambda s: (s.final_at, s.posted.key)):
        evidence = desk.record(Evidence, desk.cid_of(facts.posted.evidence))
        for position, opening in enumerate(evidence.openings):
            outcomes.setdefault(opening.contributor, []).append(accepted(facts.verdicts, position))
    return {who: Record(tuple(rows)) for who, rows in outcomes.items()}
