"""What people agreed to, campaigns limit, offers grant, buyers declare: whether each lies within the one before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from headwater.chain.structs import Offer, Terms, Use
from headwater.market.errors import LimitsError
from headwater.records.licence import LicencePreset
from headwater.records.purposes import PURPOSE_BITS
from headwater.records.regions import ANYWHERE, REGION_BITS, where

MAX_AGE = 120


class Agreed(Protocol):
    """What a consent receipt says of use and age."""

    @property
    def purposes(self) -> tuple[str, ...]: ...

    @property
    def regions(self) -> tuple[str, ...]: ...

    @property
    def minimum_age(self) -> int: ...


@dataclass(frozen=True)
class Limits:
    """A campaign's limits in names.

    Attributes:
        purposes: what its data may be sold for; empty leaves it to the licence.
        regions: where it may be used; empty means anywhere.
        minimum_age: years everyone in a clip must at least have; 0 if not asked.
    """

    purposes: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    minimum_age: int = 0

    def __post_init__(self) -> None:
        """Raises RecordError for a name the registry does not have, LimitsError for an age nobody has."""
        self.masks()
        demand_age("minimum age", self.minimum_age)

    def masks(self) -> tuple[int, int]:
        """Purposes and regions as terms have them."""
        return PURPOSE_BITS.mask(self.purposes), REGION_BITS.mask(self.regions)


@dataclass(frozen=True)
class Gap:
    """One thing that reaches further than what stands behind it, in the words of an error."""

    what: str
    actual: str
    allowed: str
    fix: str

    def line(self) -> str:
        return f"{self.what}: {self.actual}, not {self.allowed}"


def demand_age(what: str, years: int) -> None:
    """Raises LimitsError unless a person can have this age."""
    if not 0 <= years <= MAX_AGE:
        raise LimitsError(what, actual=years, allowed=f"0 to {MAX_AGE} years", fix="give it in whole years")


def licence_gaps(limits: Limits, preset: LicencePreset) -> tuple[Gap, ...]:
    """Purposes a licence permits that the limits do not."""
    beyond = tuple(name for name in preset.purposes if limits.purposes and name not in limits.purposes)
    if not beyond:
        return ()
    fix = f"choose a licence for {_listed(limits.purposes)} alone, or add --purpose {' --purpose '.join(beyond)}"
    return (Gap(f"licence {preset.id}", f"also for {_listed(beyond)}", _listed(limits.purposes), fix),)


def consent_gaps(terms: Terms, agreed: Agreed) -> tuple[Gap, ...]:
    """What terms ask for that people did not agree to. A name we do not know grants nothing."""
    gaps = []
    granted, asked = PURPOSE_BITS.known(agreed.purposes), terms.purposes
    if asked & ~granted:
        fix = f"ask them for {PURPOSE_BITS.shown(asked & ~granted)}, or send it to another campaign"
        gaps.append(Gap("consent: purposes", _listed(agreed.purposes), PURPOSE_BITS.shown(asked), fix))
    if agreed.regions and (terms.regions == ANYWHERE or terms.regions & ~REGION_BITS.known(agreed.regions)):
        fix = "ask them for every region of the campaign, or send it to another campaign"
        gaps.append(Gap("consent: regions", _listed(agreed.regions), where(terms.regions), fix))
    if not terms.minimum_age <= agreed.minimum_age <= MAX_AGE:
        actual = str(agreed.minimum_age) if agreed.minimum_age else "not stated"
        fix = "state the age of the youngest with --youngest, or send it to another campaign"
        gaps.append(Gap("consent: minimum age", actual, f"{terms.minimum_age} to {MAX_AGE} years", fix))
    return tuple(gaps)


def offer_gaps(terms: Terms, offer: Offer) -> tuple[Gap, ...]:
    """What an offer grants that the terms do not, as the Datasets contract judges it."""
    gaps = []
    if not offer.purposes or offer.purposes & ~terms.purposes:
        shown, allowed = PURPOSE_BITS.shown(offer.purposes) or "none", PURPOSE_BITS.shown(terms.purposes) or "none"
        gaps.append(Gap("offer: purposes", shown, allowed, "offer purposes of the terms alone, and one at least"))
    if terms.regions != ANYWHERE and (offer.regions == ANYWHERE or offer.regions & ~terms.regions):
        fix = "offer regions of the terms alone"
        gaps.append(Gap("offer: regions", where(offer.regions), where(terms.regions), fix))
    return tuple(gaps)


def use_gaps(offer: Offer, use: Use) -> tuple[Gap, ...]:
    """What a buyer declares that the offer does not grant, as the Datasets contract judges it."""
    gaps = []
    if not offer.purposes >> use.purpose & 1:
        fix = "choose an offer that grants it, or declare another purpose"
        gaps.append(Gap("purpose", PURPOSE_BITS.shown(1 << use.purpose), PURPOSE_BITS.shown(offer.purposes), fix))
    if offer.regions != ANYWHERE and not offer.regions >> use.region & 1:
        fix = "choose an offer that grants it, or use it there"
        gaps.append(Gap("region", REGION_BITS.shown(1 << use.region), where(offer.regions), fix))
    return tuple(gaps)


def grant_gaps(offer: Offer, purposes: int, regions: int) -> tuple[Gap, ...]:
    """What a campaign that works on another's data would sell it for and where, beyond what the owner grants."""
    gaps = []
    if purposes & ~offer.purposes:
        fix = f"sell the labels for {PURPOSE_BITS.shown(offer.purposes)} alone: --purpose, and a licence for that"
        gaps.append(Gap("purposes", PURPOSE_BITS.shown(purposes), PURPOSE_BITS.shown(offer.purposes), fix))
    if offer.regions != ANYWHERE and (regions == ANYWHERE or regions & ~offer.regions):
        fix = f"sell the labels in {where(offer.regions)} alone: --region"
        gaps.append(Gap("regions", where(regions), where(offer.regions), fix))
    return tuple(gaps)


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "none"
