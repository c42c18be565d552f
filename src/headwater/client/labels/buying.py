"""Labels and their pictures bought together: two licences, two sales, both prices known before either is paid.

The labeller is paid from the label version's pool, the picture's contributor from the origin's, each under its own
share tree; nothing here divides anything. Killed between the two, the next run finds the licence that is there already,
asks the chain, not a file, and buys only the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import Version, licence_id
from headwater.client.buy import Bought, declared
from headwater.client.buy import buy as buy
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.market import use_gaps
from headwater.records.dataset import DatasetManifest, LabelDatasetManifest


@dataclass(frozen=True)
class Leg:
    """One of the two licences.

    Attributes:
        offer: its number; price: of it, in the smallest unit of ``token``.
        held: the account has a valid licence for this use already: nothing is paid.
    """

    dataset: int
    number: int
    offer: int
    price: int
    token: str
    held: bool


def origin_of_version(network: Network, dataset: int, number: int) -> tuple[int, int]:
    """Dataset and version whose pictures a version of labels is of.

    Raises:
        ClientError: it is no version of labels.
    """
    version = network.ledger().version(dataset, number).version
    manifest = network.record(DatasetManifest, network.cid_of(version.manifest))
    if not isinstance(manifest, LabelDatasetManifest):
        fix = "buy it without --with-origin"
        raise ClientError(
            f"dataset {dataset}@{version.number}", actual=manifest.modality, allowed="a version of labels", fix=fix
        )
    return manifest.origin_dataset, manifest.origin_version


def quote(
    network: Network, account: str, dataset: int, number: int, offer: int, *, purpose: str, region: str
) -> tuple[Leg, Leg]:
    """What it costs to use labels with their pictures: the origin's leg, then the labels'.

    Of the origin the cheapest offer that grants the use is taken, of two the one that lasts longer.

    Raises:
        ClientError: no version of labels, or no offer of the origin grants this use.
    """
    origin = network.ledger().version(*origin_of_version(network, dataset, number)).version
    labels = network.ledger().version(dataset, number).version
    granting = [
        (one.price, one.duration != 0, -one.duration, place)
        for place, one in enumerate(origin.offers)
        if not use_gaps(one, declared(one, purpose, region, refuse=False))
    ]
    if not granting:
        raise ClientError(
            f"origin {origin.dataset}@{origin.number}",
            actual=f"no offer for {purpose} in {region}",
            allowed="an offer that grants it",
            fix=f"see 'headwater show dataset {origin.dataset}'",
        )
    legs = ((origin, min(granting)[3]), (labels, offer))
    first, second = (_leg(network, account, version, place, purpose, region) for version, place in legs)
    return first, second


def buy_with_origin(
    network: Network,
    signer: TransactionSigner,
    legs: tuple[Leg, Leg],
    max_price: int | None,
    *,
    purpose: str,
    region: str,
) -> tuple[Bought | None, Bought | None]:
    """Buys what is not held yet; ``None`` where it was.

    Raises:
        ClientError: together dearer than ``max_price``, the account has too little for both, or a transaction of it is
            not in a block yet: it could be the very sale that an earlier run sent. Nothing was paid in this run.
    """
    open_legs = [leg for leg in legs if not leg.held]
    total = sum(leg.price for leg in open_legs)
    if len({leg.token for leg in open_legs}) > 1 and max_price is not None:
        fix = "leave out --max-price, or buy them one by one"
        raise ClientError("price", actual="two different tokens", allowed="one token with a limit", fix=fix)
    if max_price is not None and total > max_price:
        raise ClientError("price of both", actual=total, allowed=f"at most {max_price}", fix="raise --max-price")
    for token in {leg.token for leg in open_legs}:
        needed = sum(leg.price for leg in open_legs if leg.token == token)
        held = network.contracts.token(token).balance(signer.address)
        if held < needed:
            fix = "get tokens of this kind first"
            raise ClientError(f"balance of {signer.address}", actual=held, allowed=f"at least {needed}", fix=fix)
    if network.contracts.chain.pending(signer.address):
        fix = "run this again when it is in a block"
        raise ClientError(f"account {signer.address}", actual="a transaction on its way", allowed="none", fix=fix)
    made = [
        None
        if leg.held
        else buy(network, signer, leg.dataset, leg.number, leg.offer, leg.price, purpose=purpose, region=region)
        for leg in legs
    ]
    return made[0], made[1]


def _leg(network: Network, account: str, version: Version, offer: int, purpose: str, region: str) -> Leg:
    if not 0 <= offer < len(version.offers):
        raise ClientError("offer", actual=offer, allowed=f"0 to {len(version.offers) - 1}", fix="see 'headwater show'")
    chosen = version.offers[offer]
    declared(chosen, purpose, region)
    held = any(
        not use_gaps(one, declared(one, purpose, region, refuse=False))
        and network.contracts.licences.is_valid(account, licence_id(version.key, place, one.terms))
        for place, one in enumerate(version.offers)
    )
    return Leg(version.dataset, version.number, offer, chosen.price, version.token, held)
