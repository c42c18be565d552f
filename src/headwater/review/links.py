"""Who may not judge whom: accounts whose money came from one place, and reviewers who stepped aside.

Links follow from chain events, so anyone recomputes them. A link takes reviewers out of a draw, so links are a way to
choose one's judges: nothing that somebody else does to a reviewer after he joined makes one, and too many make none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from headwater.primitives.amounts import BPS
from headwater.review.draw import Candidate

DEPTH = 3
MOST_EXCLUDED_BPS = 5_000


@dataclass(frozen=True)
class Funding:
    """Money of the stake's token that came to an account; ``at`` orders events (block, then place in it)."""

    account: str
    funder: str
    at: int


@dataclass(frozen=True)
class Recusal:
    """A reviewer says that he is close to somebody; only he can say it."""

    reviewer: str
    other: str
    at: int


@dataclass(frozen=True)
class Links:
    """What events up to a moment say.

    Attributes:
        first: who funded each account first.
        hubs: exchanges and faucets, whose money says nothing; a list of the network's, lower case. Counting accounts
            would not do: a purse that funds a few more would then be an exchange.
        recused: whom each reviewer named.
    """

    first: Mapping[str, str] = field(default_factory=dict)
    hubs: frozenset[str] = frozenset()
    recused: Mapping[str, frozenset[str]] = field(default_factory=dict)

    def origins(self, account: str) -> frozenset[str]:
        """The account, who funded it first, and so on up to a hub, at most three steps."""
        found, at = [account.lower()], account.lower()
        for _ in range(DEPTH):
            at = self.first.get(at, "")
            if not at or at in self.hubs or at in found:
                break
            found.append(at)
        return frozenset(found)

    def linked(self, one: str, other: str) -> bool:
        """Their money has a common origin, or the first, a reviewer, stepped aside for the other."""
        if other.lower() in self.recused.get(one.lower(), frozenset()):
            return True
        return not self.origins(one).isdisjoint(self.origins(other))


def links_of(fundings: Iterable[Funding], recusals: Iterable[Recusal], before: int, hubs: Iterable[str] = ()) -> Links:
    """Links from events earlier than ``before``: the anchor whose draw they bear on.

    The first funding counts alone: what is sent to an account that has money already links it to nobody.
    """
    first: dict[str, str] = {}
    for event in sorted((f for f in fundings if f.at < before), key=lambda f: f.at):
        first.setdefault(event.account.lower(), event.funder.lower())
    recused: dict[str, frozenset[str]] = {}
    for said in recusals:
        if said.at < before:
            who = said.reviewer.lower()
            recused[who] = recused.get(who, frozenset()) | {said.other.lower()}
    return Links(first, frozenset(hub.lower() for hub in hubs), recused)


def excluded(links: Links, candidates: Sequence[Candidate], parties: Sequence[str]) -> tuple[str, ...]:
    """Who is taken out of an item's draw: its parties (contributor, anchorer), and who is linked to one of them.

    If the linked hold more than half of the stake, links do not count: a draw must not be left to the few.
    """
    names = {party.lower() for party in parties}
    near = [
        c for c in candidates if c.address.lower() not in names and any(links.linked(c.address, p) for p in parties)
    ]
    if BPS * sum(c.stake for c in near) > MOST_EXCLUDED_BPS * sum(c.stake for c in candidates):
        near = []
    return (*parties, *(c.address for c in near))
