"""Which origins still want labels, as far as chain, storage and an operator's door know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from headwater.client.journal import Journal
from headwater.client.labels.origins import OriginItem, accepted_labels, origins_of, work_of
from headwater.client.network import Network
from headwater.records.manifest import Manifest


@dataclass(frozen=True)
class Wanted:
    """One origin and how far it is.

    Attributes:
        accepted: sheets settled as accepted; waiting: handed in and not settled, as the operator says.
        mine: this labeller has handed one in.
        left: how many more are wanted.
    """

    origin: OriginItem
    accepted: int
    waiting: int
    mine: bool
    left: int


def wanted_of(network: Network, campaign: int, waiting: Mapping[bytes, int], mine: frozenset[bytes]) -> list[Wanted]:
    """Every origin of a label campaign, in the order of the version."""
    work, done = work_of(network, campaign), accepted_labels(network, network.ledger().campaign(campaign))
    rows = []
    for one in origins_of(network, work.dataset, work.version):
        good, open_ = done.get(one.contribution, 0), waiting.get(one.contribution, 0)
        left = max(0, work.per_item - good - open_)
        rows.append(Wanted(one, good, open_, one.contribution in mine, left))
    return rows


def labelled_by(network: Network, journal: Journal, campaign: int, account: str) -> frozenset[bytes]:
    """Origins an account has handed labels in for, from its own journal."""
    sent = [e for e in journal.all() if (e.campaign, e.contributor) == (campaign, account) and e.digest]
    return frozenset(origin for e in sent for origin in network.record(Manifest, e.manifest).derived_from)
