"""Settlements with their published evidence, read once; and what they say of contributors at a moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from headwater.catalog.ledger import SettlementFacts, accepted
from headwater.chain.structs import MISSING, Anchor
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.facts import Facts, item_name
from headwater.primitives.cid import dag_cbor_cid
from headwater.records.evidence import Evidence, Opening
from headwater.records.verdict import Verdict


@dataclass(frozen=True)
class OpenItem:
    """One settled item.

    Attributes:
        position: in its settlement; ``item`` in the campaign's queue.
        contribution: EIP-712 digest of what the opening says was signed.
        verdict: its record, or ``None`` where ``fault`` says why it cannot be read; ``cid`` names it.
    """

    campaign: int
    item: int
    position: int
    anchor: Anchor
    opening: Opening
    contribution: bytes
    cid: str
    verdict: Verdict | None
    fault: EvidenceError | None

    @property
    def id(self) -> str:
        """Prefix of its claims."""
        return f"campaign/{self.campaign}/item/{self.item}"

    @property
    def leaf(self) -> str:
        """How a claim names it."""
        return item_name(self.item, self.contribution)

    @property
    def place(self) -> int:
        """Among all anchored items of the network: what copies are ordered by."""
        return self.anchor.sequence << 10 | (self.item - self.anchor.first_item)

    @property
    def missing(self) -> bool:
        """Whether the settler says its data never came."""
        return self.verdict is not None and self.verdict.byte == MISSING


@dataclass(frozen=True)
class OpenSettlement:
    """A settlement and its evidence."""

    facts: SettlementFacts
    evidence: Evidence
    items: tuple[OpenItem, ...]

    @property
    def id(self) -> str:
        """Prefix of its claims."""
        return f"settlement/{self.facts.posted.key}"

    @property
    def verdicts(self) -> tuple[Verdict, ...] | None:
        """All records in queue order, or ``None`` if one cannot be read."""
        found = tuple(item.verdict for item in self.items if item.verdict is not None)
        return found if len(found) == len(self.items) else None


class Opened:
    """Opens settlements and keeps them."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._kept: dict[int, OpenSettlement] = {}
        self._places: dict[int, OpenItem] | None = None

    def settlement(self, key: int) -> OpenSettlement:
        """A settlement with its evidence.

        Raises:
            EvidenceError: the evidence record is missing, damaged or for other items. A verdict record that cannot be
                read is told on its item.
        """
        if key not in self._kept:
            self._kept[key] = _open(self._facts, self._facts.ledger.settlement(key))
        return self._kept[key]

    def by_place(self) -> dict[int, OpenItem]:
        """Items of all standing settlements that can be read, by their place in the network's order."""
        if self._places is None:
            self._places = {item.place: item for item in self._standing()}
        return self._places

    def _standing(self) -> Iterator[OpenItem]:
        ledger = self._facts.ledger
        for key in (s.posted.key for number in ledger.campaigns for s in ledger.standing(number)):
            try:
                yield from self.settlement(key).items
            except EvidenceError:
                continue  # a claim of its own settlement

    def outcomes_before(self, when: int) -> dict[str, tuple[bool, ...]]:
        """By contributor, oldest first: verdicts of settlements final at ``when``, over all campaigns, nothing else.

        Raises:
            EvidenceError: the evidence of one of them cannot be read.
        """
        ledger = self._facts.ledger
        final = [s for c in ledger.campaigns for s in ledger.standing(c) if s.final_at <= when]
        outcomes: dict[str, list[bool]] = {}
        for facts in sorted(final, key=lambda s: (s.final_at, s.posted.key)):
            for item in self.settlement(facts.posted.key).items:
                outcomes.setdefault(item.opening.contributor, []).append(accepted(facts.verdicts, item.position))
        return {who: tuple(rows) for who, rows in outcomes.items()}


def _open(facts: Facts, settlement: SettlementFacts) -> OpenSettlement:
    posted, cid = settlement.posted, dag_cbor_cid(settlement.posted.evidence)
    evidence = facts.record(Evidence, cid)
    found = (evidence.key, evidence.campaign, len(evidence.openings), len(evidence.verdicts))
    if found != (posted.key, posted.campaign, posted.count, posted.count):
        raise EvidenceError(f"evidence {cid}", cid, "key, campaign or number of items is another settlement's")
    items = tuple(_item(facts, settlement, evidence, position) for position in range(posted.count))
    return OpenSettlement(settlement, evidence, items)


def _item(facts: Facts, settlement: SettlementFacts, evidence: Evidence, position: int) -> OpenItem:
    posted, opening = settlement.posted, evidence.openings[position]
    number, cid = posted.first_item + position, evidence.verdicts[position]
    verdict, fault = None, None
    try:
        verdict = facts.record(Verdict, cid)
    except EvidenceError as error:
        fault = error
    anchor = facts.ledger.campaign(posted.campaign).anchor_of(number)
    digest = _digest(facts, settlement, opening)
    return OpenItem(posted.campaign, number, position, anchor, opening, digest, cid, verdict, fault)


def _digest(facts: Facts, settlement: SettlementFacts, opening: Opening) -> bytes:
    try:
        return opening.contribution().digest(facts.campaigns_domain)
    except Exception as error:  # numbers and addresses of a stranger's making
        cid = dag_cbor_cid(settlement.posted.evidence)
        raise EvidenceError(f"evidence {cid}", cid, f"an opening nobody can have signed ({error})") from None
