"""An Entitlements whose facts a test writes down. Everything not written is refused."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class FakeEntitlements:
    """Sets of facts with the port's own arguments, proofs left out; ``down`` makes every read fail."""

    now: int = 1_800_000_000
    labels: dict[tuple[int, bytes], bytes] = field(default_factory=dict)
    contributors: dict[tuple[int, bytes], str] = field(default_factory=dict)
    withdrawals: set[tuple[int, bytes]] = field(default_factory=set)
    licences: set[tuple[bytes, int, int, bytes, str]] = field(default_factory=set)
    versions: set[tuple[int, int, bytes, bytes]] = field(default_factory=set)
    sales: set[tuple[int, int, bytes]] = field(default_factory=set)
    anchors: set[tuple[int, bytes, str]] = field(default_factory=set)
    acceptances: set[tuple[int, bytes]] = field(default_factory=set)
    requesters: dict[int, str] = field(default_factory=dict)
    down: bool = False
    reads: int = 0

    def chain_time(self) -> int:
        self._read()
        return self.now

    def label_of(self, campaign: int, contribution: bytes, proof: bytes) -> bytes | None:
        self._read()
        return self.labels.get((campaign, contribution))

    def contributor_of(self, campaign: int, contribution: bytes, proof: bytes) -> str | None:
        self._read()
        return self.contributors.get((campaign, contribution))

    def withdrawn(self, campaign: int, contribution: bytes) -> bool:
        self._read()
        return (campaign, contribution) in self.withdrawals

    def entitled(self, licence: bytes, dataset: int, version: int, contribution: bytes, who: str) -> bool:
        self._read()
        return (licence, dataset, version, contribution, who) in self.licences

    def in_version(self, dataset: int, version: int, contribution: bytes, envelope: bytes, proof: bytes) -> bool:
        self._read()
        return (dataset, version, contribution, envelope) in self.versions

    def sold_under(self, dataset: int, campaign: int, contribution: bytes, proof: bytes) -> bool:
        self._read()
        return (dataset, campaign, contribution) in self.sales

    def anchored_by(self, campaign: int, contribution: bytes, proof: bytes, who: str) -> bool:
        self._read()
        return (campaign, contribution, who) in self.anchors

    def accepted(self, campaign: int, contribution: bytes, proof: bytes) -> bool:
        self._read()
        return (campaign, contribution) in self.acceptances

    def requester_of(self, campaign: int) -> str:
        self._read()
        return self.requesters.get(campaign, "")

    def _read(self) -> None:
        self.reads += 1
        if self.down:
            raise ConnectionError("the chain cannot be read")
