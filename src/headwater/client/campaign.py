"""Opening a campaign: the spec stored, the budget escrowed with a permit in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace

from headwater.chain.events import Funded
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import POOL_MODE, PRICE_MODE, Terms, reserve_of
from headwater.client.errors import ClientError
from headwater.client.labels.origins import demand_origin
from headwater.client.network import Network
from headwater.market import Limits, licence_gaps
from headwater.records import codec
from headwater.records.campaign_spec import CampaignSpec, label_work, value_work
from headwater.records.licence import LicencePreset

NO_LIMITS = Limits()


@dataclass(frozen=True)
class Offer:
    """A requester's terms; amounts in the token's smallest unit, windows in seconds.

    By default 3 % of R a vote and 5 % to the operator, or the network's ceiling if that is less, and half of R as
    deposit; later sales give 20 % to the owner, the network's fee to it, the rest to contributors.
    Use for what the licence permits, anywhere, by people of any age. With a pool the campaign is in pool mode: the pool
    is divided by weight when it is closed, and ``pool_floor`` is the weight below which part of it returns (1,000,000
    for a perfect item).
    """

    token: str
    unit_reward: int
    budget: int
    deadline_s: int
    settle_window_s: int
    challenge_window_s: int
    lapse_window_s: int
    threshold_milli: int = 0
    review_fee_bps: int = 300
    operator_fee_bps: int = 500
    deposit_bps: int = 5_000
    owner_bps: int = 2_000
    limits: Limits = NO_LIMITS
    pool: int = 0
    pool_floor: int = 0


@dataclass(frozen=True)
class Opened:
    """A funded campaign: its id, terms, gas used, and how many items the budget can reserve."""

    id: int
    terms: Terms
    gas_used: int
    room: int


def fund(
    network: Network, signer: TransactionSigner, spec: CampaignSpec, preset: LicencePreset, offer: Offer
) -> Opened:
    """Stores spec and licence, signs a permit for the budget and funds the campaign.

    Raises:
        ClientError: the licence permits what the limits do not, the account has less than the budget, or the budget
            does not reserve one item. Of a label campaign: its origin is no version that stands, or none of its
            offers grants the purposes and regions.
    """
    for gap in licence_gaps(offer.limits, preset):
        raise ClientError(gap.what, actual=gap.actual, allowed=gap.allowed, fix=gap.fix)
    if value_work(spec) is not None and not offer.pool:
        fix = "fund it with --mode pool, or take value out of the spec"
        raise ClientError("value part", actual="a campaign in price mode", allowed="pool mode", fix=fix)
    work = label_work(spec)
    if work is not None:
        demand_origin(network, work, *_limits(preset, offer).masks())
    token = network.contracts.token(offer.token)
    held = token.balance(signer.address)
    if held < offer.budget:
        fix = "get tokens, or lower --budget"
        raise ClientError(f"balance of {signer.address}", actual=held, allowed=f"at least {offer.budget}", fix=fix)
    terms = _terms(network, signer.address, spec, preset, offer)
    least = offer.pool + reserve_of(terms)
    if offer.budget < least:
        fix = "raise --budget, or lower --reward or --pool"
        allowed = f"at least {least}, {'the pool and ' if offer.pool else ''}one item"
        raise ClientError("budget", actual=offer.budget, allowed=allowed, fix=fix)
    network.put(spec)
    network.put(preset)
    permit = token.permit(signer, network.contracts.campaigns.address, offer.budget)
    receipt = network.contracts.campaigns.fund_with_permit(signer, terms, permit)
    return Opened(receipt.only(Funded).campaign, terms, receipt.gas_used, _room(offer, reserve_of(terms)))


def _room(offer: Offer, reserve: int) -> int:
    """Items the budget can reserve; without fees a pool takes any number, as far as deposits go."""
    return (offer.budget - offer.pool) // reserve if reserve else 2**32 - 1


def _limits(preset: LicencePreset, offer: Offer) -> Limits:
    return offer.limits if offer.limits.purposes else replace(offer.limits, purposes=preset.purposes)


def _terms(network: Network, requester: str, spec: CampaignSpec, preset: LicencePreset, offer: Offer) -> Terms:
    asked = _limits(preset, offer)
    purposes, regions = asked.masks()
    limits = network.contracts.parameters.funding_limits()
    return Terms(
        requester=requester,
        token=offer.token,
        spec_digest=codec.digest(spec),
        unit_reward=offer.unit_reward,
        threshold_milli=offer.threshold_milli,
        review_fee_bps=min(offer.review_fee_bps, limits.review_fee_bps),
        operator_fee_bps=min(offer.operator_fee_bps, limits.operator_fee_bps),
        deposit_bps=offer.deposit_bps,
        owner_bps=offer.owner_bps,
        fee_bps=limits.network_fee_bps,
        deadline=network.contracts.chain.now() + offer.deadline_s,
        settle_window=offer.settle_window_s,
        challenge_window=offer.challenge_window_s,
        lapse_window=offer.lapse_window_s,
        mode=POOL_MODE if offer.pool else PRICE_MODE,
        licence=preset.digest(),
        purposes=purposes,
        regions=regions,
        minimum_age=asked.minimum_age,
        pool=offer.pool,
        pool_floor=offer.pool_floor,
    )
