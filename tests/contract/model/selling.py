"""Datasets: versions, sales, and who draws what of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tests.contract.model.cast import BUYERS, CONTRIBUTORS, FRUGAL, OPERATORS, PEOPLE, RITA
from tests.contract.model.dividing import Book, accepted, bend, divide, planted
from tests.contract.model.funding import some_campaign
from tests.contract.model.node import View
from tests.contract.model.staking import OPERATOR
from tests.contract.model.state import Filed, Line, Listing, Sale, State, need
from tests.contract.model.tokens import permit, permitted
from tests.contract.model.world import Draw, World, step, views

from headwater.chain.structs import (
    Offer,
    Share,
    Terms,
    Use,
    Version,
    licence_id,
    reference,
    settlements_hash,
    version_key,
)
from headwater.chain.views import Sales, SalesPaid
from headwater.market import draft_version, share_amount, shares_of, split_of
from headwater.primitives.amounts import Amount
from headwater.primitives.hashing import ZERO_WORD, keccak256
from headwater.records.dataset import DatasetEpisode, DatasetManifest

BPS, NOBODY = 10_000, "0x" + "0" * 40
MOST_VERSIONS = 8


def create(s: State, who: str, campaign: int, terms: Terms) -> None:
    s.match(campaign, terms, "Datasets_WrongTerms")
    need(who in s.members[OPERATOR], "Datasets_NotOperator")
    need(all(line.campaign != campaign for line in s.lines.values()), "Datasets_AlreadyCreated")
    s.lines[len(s.lines) + 1] = Line(campaign, terms.requester)


def create_own(s: State, who: str) -> None:
    s.lines[len(s.lines) + 1] = Line(0, who)


def publish(s: State, who: str, terms: Terms, listing: Listing, keys: tuple[int, ...]) -> None:
    v = listing.version
    line = s.lines.get(v.dataset, Line(0, NOBODY))
    need(v.campaign == line.campaign, "Datasets_NotOfCampaign")
    need(v.dataset in s.lines, "ERC721NonexistentToken")
    if line.campaign == 0:
        need(who == line.owner, "Datasets_NotOwner")
        need(v.fee_bps == s.rules["network fee"], "Datasets_WrongFee")
        need(v.owner_bps + v.fee_bps <= BPS, "Datasets_FeeTooHigh")
        need(v.total_weight or v.owner_bps + v.fee_bps == BPS, "Datasets_NoShares")
    else:
        need(who == line.owner or who in s.members[OPERATOR], "Datasets_NotOperator")
        s.match(line.campaign, terms, "Datasets_WrongTerms")
        sale = (v.token, v.owner_bps, v.fee_bps) == (terms.token, terms.owner_bps, terms.fee_bps)
        need(sale, "Datasets_WrongSaleTerms")
        need(v.total_weight, "Datasets_NoShares")
    check_content(s, v, keys, line.campaign, terms)
    line.latest += 1
    need(v.number == line.latest, "Datasets_WrongNumber")
    bond, window = s.rules["publish bond"], s.rules["publish window"]
    s.sales[v.key] = Sale(listing, s.time, s.time + window, bond=(who, bond) if bond else None)
    s.lock(who, s.names["HeadwaterToken"], bond, 0)


def check_content(s: State, v: Version, keys: tuple[int, ...], campaign: int, terms: Terms) -> None:
    need(v.episode_root != ZERO_WORD and v.episodes, "Datasets_EmptyRoot")
    need(v.offers, "Datasets_NoOffers")
    none = v.total_weight == 0
    need(none == (v.shares == 0) and none == (v.share_root == ZERO_WORD), "Datasets_NoShares")
    for offer in v.offers:
        need(offer.price, "Datasets_ZeroPrice")
        if campaign:
            need(offer.terms == terms.licence, "Datasets_WrongSaleTerms")
            within = offer.purposes and not offer.purposes & ~terms.purposes
            anywhere = terms.regions == 0 or (offer.regions and not offer.regions & ~terms.regions)
            need(within and anywhere, "Datasets_OutsideTerms")
    need(settlements_hash(keys) == v.settlements and (campaign == 0) == (not keys), "Datasets_WrongSettlements")
    for place, key in enumerate(keys):
        need(place == 0 or key > keys[place - 1], "Datasets_WrongSettlements")
        need(key >> 64 == campaign, "Datasets_SettlementNotOfCampaign")
        need(key in s.filed and s.filed[key].final(s.time), "Datasets_SettlementNotFinal")


def buy(s: State, who: str, version: Version, offer: int, to: str, use: Use) -> None:
    sale = match(s, version)
    need(offer < len(version.offers), "Datasets_UnknownOffer")
    chosen = version.offers[offer]
    there = chosen.regions == 0 or chosen.regions >> use.region & 1
    need(chosen.purposes >> use.purpose & 1 and there, "Datasets_OutsideOffer")
    need(not sale.void, "Datasets_IsVoid")
    sale.gross += chosen.price
    s.pull(version.token, who, s.names["Datasets"], chosen.price, s.names["Datasets"])
    need(to != NOBODY, "Licences_ZeroAccount")
    key = (to, licence_id(version.key, offer, chosen.terms))
    balance, expiry = s.licences.get(key, (0, 0))
    for_ever = chosen.duration == 0 or (balance and expiry == 0)
    s.licences[key] = (balance + 1, 0 if for_ever else max(expiry, s.time) + chosen.duration)


def match(s: State, version: Version) -> Sale:
    sale = s.sales.get(version.key)
    need(sale and sale.listing.version == version, "Datasets_WrongVersion")
    assert sale
    return sale


def unlocked(s: State, version: Version) -> Sale:
    sale = match(s, version)
    need(not sale.void, "Datasets_IsVoid")
    need(s.time >= sale.unlock_at, "Datasets_StillLocked")
    return sale


def claim_share(s: State, listing: Listing, shown: Share, place: int) -> None:
    """``shown`` is what the caller says the share at ``place`` is."""
    version = listing.version
    sale = unlocked(s, version)
    need(shown.index < version.shares, "Merkle_IndexOutOfRange")
    need(shown == listing.shares[place], "Datasets_WrongProof")
    need(shown.weight <= shown.cumulative <= version.total_weight, "Datasets_WrongShare")
    pool = split_of(sale.gross, version.owner_bps, version.fee_bps).pool
    due = share_amount(pool, shown, version.total_weight)
    amount = due - sale.share_paid[place]
    need(amount, "Datasets_NothingToClaim")
    need(sale.pool_paid + amount <= pool, "Datasets_AbovePool")
    sale.pool_paid += amount
    sale.share_paid[place] = due
    s.move(version.token, s.names["Datasets"], shown.account, amount)


def claim_owner(s: State, version: Version) -> None:
    sale = unlocked(s, version)
    due = split_of(sale.gross, version.owner_bps, version.fee_bps).owner
    need(due > sale.owner_paid, "Datasets_NothingToClaim")
    s.move(version.token, s.names["Datasets"], s.lines[version.dataset].owner, due - sale.owner_paid)
    sale.owner_paid = due


def claim_fee(s: State, version: Version) -> None:
    sale = unlocked(s, version)
    due = split_of(sale.gross, version.owner_bps, version.fee_bps).fee_claimable
    need(due > sale.fee_paid, "Datasets_NothingToClaim")
    s.move(version.token, s.names["Datasets"], s.receiver, due - sale.fee_paid)
    sale.fee_paid = due


def release_bond(s: State, version: Version) -> None:
    sale = unlocked(s, version)
    need(sale.bond, "Datasets_NoBond")
    assert sale.bond
    (publisher, amount), sale.bond = sale.bond, None
    s.unlock(publisher, s.names["HeadwaterToken"], amount)


def hand_over(s: State, who: str, source: str, to: str, dataset: int) -> None:
    """ERC-721: the owner alone, nobody is approved here."""
    line = s.lines[dataset]
    need(who == line.owner, "ERC721InsufficientApproval")
    need(source == line.owner, "ERC721IncorrectOwner")
    line.owner = to


# Steps


@step(weight=3, when=lambda world: unlisted(world))
def create_a_dataset(world: World, draw: Draw) -> None:
    """Of a campaign, by an operator, for its requester; once."""
    campaign = draw.pick("campaign", unlisted(world))
    if draw.rarely("any", 6):
        campaign, _ = some_campaign(world, draw)
    terms = world.s.campaigns[campaign].terms
    if draw.rarely("other terms", 16):
        terms = replace(terms, requester=OPERATORS[0].address)
    who = draw.who(draw.pick("operator", OPERATORS).address, 8)
    world.take(who, "Datasets", "create", campaign, terms, effect=lambda s: create(s, who, campaign, terms))


@step(weight=1, when=lambda world: len(world.s.lines) < MOST_VERSIONS)
def create_an_own_dataset(world: World, draw: Draw) -> None:
    who = draw.pick("who", PEOPLE).address
    world.take(who, "Datasets", "createOwn", effect=lambda s: create_own(s, who))


@step(weight=7, when=lambda world: world.s.lines and len(world.s.sales) < MOST_VERSIONS)
def publish_a_version(world: World, draw: Draw) -> None:
    """Of final settlements' accepted items, or own data; sometimes not as the campaign's terms say."""
    ready = [number for number, line in world.s.lines.items() if line.campaign == 0 or sellable(world, line.campaign)]
    sold = [number for number in ready if world.s.lines[number].campaign]
    dataset = draw.pick("dataset", sold if sold and not draw.rarely("own", 3) else ready or list(world.s.lines))
    line = world.s.lines[dataset]
    if line.campaign:
        drafted = of_campaign(world, draw, dataset, line)
        terms = world.s.campaigns[line.campaign].terms
        who = draw.who(draw.pick("operator", OPERATORS).address, 10)
    else:
        drafted = of_own(world, draw, dataset, line)
        terms = world.s.campaigns[1].terms if world.s.campaigns else no_terms(world)
        who = draw.who(line.owner, 10)
    if drafted is None:
        return
    listing, keys = drafted
    if draw.rarely("wrong", 6):
        listing, keys = spoil(draw, listing, keys)
    call = (terms, listing.version, list(keys))
    effect = lambda s: publish(s, who, terms, listing, keys)  # noqa: E731
    world.take(who, "Datasets", "publish", *call, effect=effect)


@step(weight=7, when=lambda world: world.s.sales)
def buy_a_licence(world: World, draw: Draw) -> None:
    """With an allowance or a permit; for oneself or as a gift."""
    version = some_version(world, draw)
    who = draw.pick("buyer", BUYERS).address
    offer = draw.pick("offer", (0, 1, 0, 1, 2))
    to = draw.who(who, 8) if not draw.rarely("nobody", 24) else NOBODY
    use = Use(draw.pick("purpose", (0, 1, 2, 0, 3)), draw.number("region", 0, 3))
    if who not in [one.address for one in FRUGAL]:
        call = (version, offer, to, use)
        world.take(who, "Datasets", "buy", *call, effect=lambda s: buy(s, who, *call))
        return
    spender, deadline = world.name("Datasets"), world.s.time + 60
    price = version.offers[offer].price if offer < len(version.offers) else 1
    good = not draw.rarely("bad permit", 10)
    v, r, ss = permit(world, version.token, who, spender, price if good else price + 1, deadline)

    def effect(s: State) -> None:
        need(offer < len(version.offers), "Datasets_UnknownOffer")
        permitted(s, version.token, who, spender, price, good=good)
        buy(s, who, version, offer, to, use)

    world.take(who, "Datasets", "buyWithPermit", version, offer, to, use, deadline, v, r, ss, effect=effect)


@step(weight=4, when=lambda world: any(sale.listing.shares for sale in world.s.sales.values()))
def claim_a_share(world: World, draw: Draw) -> None:
    """Of a version's pool; forged shares prove nothing."""
    shared = [sale for sale in world.sales() if sale.listing.shares]
    owed = [sale for sale in shared if sale.gross and world.s.time >= sale.unlock_at]
    listing = draw.pick("sale", owed or shared).listing
    place = draw.number("share", 0, len(listing.shares) - 1)
    shown, who = listing.shares[place], draw.pick("who", PEOPLE).address
    if draw.rarely("forged", 8):
        heavier = replace(shown, weight=shown.weight + 1)
        past = replace(shown, index=len(listing.shares))
        shown = draw.pick("forgery", (heavier, replace(shown, account=who, first=1), past))
    call = (listing.version, shown, list(listing.proofs[place]))
    world.take(who, "Datasets", "claimShare", *call, effect=lambda s: claim_share(s, listing, shown, place))


@step(weight=2, when=lambda world: world.s.sales)
def claim_the_owners_part(world: World, draw: Draw) -> None:
    version, who = some_version(world, draw), draw.pick("who", PEOPLE).address
    world.take(who, "Datasets", "claimOwner", version, effect=lambda s: claim_owner(s, version))


@step(weight=2, when=lambda world: world.s.sales)
def claim_the_fee(world: World, draw: Draw) -> None:
    version, who = some_version(world, draw), draw.pick("who", PEOPLE).address
    world.take(who, "Datasets", "claimFee", version, effect=lambda s: claim_fee(s, version))


@step(weight=2, when=lambda world: world.s.sales)
def release_a_publish_bond(world: World, draw: Draw) -> None:
    version, who = some_version(world, draw), draw.pick("who", PEOPLE).address
    world.take(who, "Datasets", "releaseBond", version, effect=lambda s: release_bond(s, version))


@step(weight=1, when=lambda world: world.s.lines)
def hand_a_dataset_over(world: World, draw: Draw) -> None:
    """It is an ordinary ERC-721; the owner's part follows it."""
    dataset = draw.pick("dataset", list(world.s.lines))
    owner = world.s.lines[dataset].owner
    who = draw.who(owner, 4)
    call = (owner, draw.pick("to", PEOPLE).address, dataset)
    world.take(who, "Datasets", "transferFrom", *call, effect=lambda s: hand_over(s, who, *call))


@step(weight=1, when=lambda world: world.s.licences)
def pass_a_licence_on(world: World, draw: Draw) -> None:
    """A licence moves nowhere, whoever asks and however."""
    holder, licence = draw.pick("licence", list(world.s.licences))
    who, to = draw.who(holder, 3), draw.pick("to", PEOPLE).address
    effect = lambda s: need(False, "Licences_Soulbound")  # noqa: E731
    if draw.rarely("approval", 3):
        world.take(who, "Licences", "setApprovalForAll", to, True, effect=effect)
    else:
        world.take(who, "Licences", "safeTransferFrom", holder, to, licence, 1, b"", effect=effect)


# Drafting


def unlisted(world: World) -> list[int]:
    listed = {line.campaign for line in world.s.lines.values()}
    return [number for number in world.s.campaigns if number not in listed]


def sellable(world: World, campaign: int) -> list[Filed]:
    """Final settlements with something accepted, in order of their keys."""
    mine = [one for key, one in sorted(world.s.filed.items()) if key >> 64 == campaign and one.final(world.s.time)]
    return [one for one in mine if accepted(one)]


def of_campaign(world: World, draw: Draw, dataset: int, line: Line) -> tuple[Listing, tuple[int, ...]] | None:
    """A version of everything accepted so far, drafted by ``market.draft_version``."""
    terms = world.s.campaigns[line.campaign].terms
    sources = sellable(world, line.campaign)
    episodes = tuple(
        DatasetEpisode(
            contribution=one.filing.draft.items[i].contribution,
            contributor=one.filing.draft.items[i].contributor,
            content_root=keccak256(b"content"),
            envelope=keccak256(b"envelope"),
            manifest="manifest",
            weight=one.filing.draft.items[i].share_weight,
            item=one.filing.draft.items[i].item,
            settlement=Amount(one.filing.posted.key),
        )
        for one in sources
        for i in accepted(one)
    )
    if not episodes:
        return None
    manifest = DatasetManifest("name", "", line.campaign, "spec", "robot", ("licence",), episodes)
    keys = tuple(one.filing.posted.key for one in sources)
    offers = some_offers(draw, terms.licence)
    where = (world.node.chain_id, world.name("Datasets"), dataset, line.latest + 1, line.campaign)
    made = draft_version(*where, terms, manifest, keys, offers)
    book = Book(world.node.chain_id, world.name("Datasets"), made.version.key)
    tree = divide(book, sources)
    assert tree.root == made.version.share_root
    bent = draw.rarely("bent", 2)
    version = made.version
    if bent:
        tree = bend(draw, book, tree)
        total = tree.shares[-1].cumulative
        version = replace(version, share_root=tree.root, shares=len(tree.shares), total_weight=total)
    return Listing(version, tree, tuple(one.contribution for one in episodes), bent), keys


def of_own(world: World, draw: Draw, dataset: int, line: Line) -> tuple[Listing, tuple[int, ...]]:
    """A version of somebody's own data; shares add up, or overlap and promise more than there is."""
    key = version_key(dataset, line.latest + 1)
    rows = [(one.address, draw.pick("weight", (1, 3, 10**20)), reference(0, n)) for n, one in enumerate(CONTRIBUTORS)]
    shares = shares_of(rows) if not draw.rarely("no shares", 4) else ()
    if shares and draw.rarely("overlapping", 5):
        total = shares[-1].cumulative
        shares = tuple(replace(one, weight=total, cumulative=total) for one in shares)
    tree = planted(Book(world.node.chain_id, world.name("Datasets"), key), [(one, ()) for one in shares], ())
    fee = world.s.rules["network fee"]
    version = Version(
        dataset=dataset,
        number=line.latest + 1,
        campaign=0,
        episode_root=keccak256(b"episodes"),
        episodes=3,
        share_root=tree.root,
        shares=len(shares),
        total_weight=shares[-1].cumulative if shares else 0,
        manifest=keccak256(b"manifest"),
        settlements=settlements_hash([]),
        token=world.name(draw.pick("token", ("LocalDollar", "HeadwaterToken"))),
        owner_bps=draw.pick("owner", (5000, 0, 3333)) if shares else BPS - fee,
        fee_bps=fee,
        offers=some_offers(draw, keccak256(b"own licence")),
    )
    return Listing(version, tree, (keccak256(b"own clip"),)), ()


def some_offers(draw: Draw, terms: bytes) -> tuple[Offer, ...]:
    """Two: one that ends and one for ever; prices down to one unit."""
    prices = [draw.pick("price", (1, 999, 10**6, 3)) for _ in range(2)]
    return (Offer(terms, prices[0], draw.pick("duration", (50, 5)), 7, 0), Offer(terms, prices[1], 0, 7, 0))


def spoil(draw: Draw, listing: Listing, keys: tuple[int, ...]) -> tuple[Listing, tuple[int, ...]]:
    """One thing that must be refused."""
    v = listing.version
    how = draw.pick(
        "spoiled", ("campaign", "number", "token", "owner", "fee", "offers", "price", "root", "keys", "sum", "purpose")
    )
    others = tuple(key + 1 for key in keys)
    changes = {
        "campaign": replace(v, campaign=v.campaign + 1),
        "number": replace(v, number=v.number + 1),
        "token": replace(v, token=RITA.address) if v.campaign else v,
        "owner": replace(v, owner_bps=BPS),
        "fee": replace(v, fee_bps=v.fee_bps + 1),
        "purpose": replace(v, offers=(replace(v.offers[0], purposes=8),)),
        "offers": replace(v, offers=()),
        "price": replace(v, offers=(replace(v.offers[0], price=0),)),
        "root": replace(v, episode_root=ZERO_WORD),
        "keys": replace(v, settlements=settlements_hash(others)),
        "sum": replace(v, settlements=ZERO_WORD),
    }
    return replace(listing, version=changes[how]), others if how == "keys" else keys


def some_version(world: World, draw: Draw) -> Version:
    version = draw.pick("version", world.sales()).listing.version
    if not draw.rarely("changed version", 16):
        return version
    cheaper = tuple(replace(one, price=1, duration=0) for one in version.offers)
    return draw.pick("change", (replace(version, offers=cheaper), replace(version, number=version.number + 1)))


def no_terms(world: World) -> Terms:
    """Own data needs none; the call takes some all the same."""
    zero = [0 if kind.startswith(("u", "i")) else ZERO_WORD for kind in Terms.ABI[2:]]
    return Terms(NOBODY, world.name("LocalDollar"), *zero)  # type: ignore[arg-type]  # numbers and words by type


@views
def sales(s: State) -> Iterator[View]:
    yield View("datasets", "Datasets", "datasetCount", (), len(s.lines))
    for dataset, line in s.lines.items():
        label, args = f"dataset {dataset}", (dataset,)
        yield View(f"{label}: owner", "Datasets", "ownerOf", args, line.owner)
        yield View(f"{label}: campaign", "Datasets", "campaignOf", args, line.campaign)
        yield View(f"{label}: latest", "Datasets", "latestOf", args, line.latest)
    for key, sale in s.sales.items():
        label, args = f"version {key >> 32}@{key & 0xFFFFFFFF}", (key,)
        books = Sales(sale.gross, sale.published_at, sale.unlock_at, 2 if sale.void else 1)
        yield View(f"{label}: sales", "Datasets", "salesOf", args, books.tuple())
        yield View(f"{label}: paid", "Datasets", "paidOf", args, SalesPaid(sale.pool_paid, sale.owner_paid).tuple())
        yield View(f"{label}: fee", "Datasets", "feePaid", args, sale.fee_paid)
        yield View(f"{label}: bond", "Datasets", "bondOf", args, sale.bond or (NOBODY, 0))
        yield View(f"{label}: hash", "Datasets", "versionHash", args, sale.listing.version.hash())
        for place, paid in sale.share_paid.items():
            yield View(f"{label}: share {place}", "Datasets", "shareClaimed", (key, place), paid)


@views
def licences(s: State) -> Iterator[View]:
    for (holder, licence), (balance, expiry) in s.licences.items():
        args = (holder, licence)
        yield View(f"licence {args}: balance", "Licences", "balanceOf", args, balance)
        yield View(f"licence {args}: expiry", "Licences", "expiryOf", args, expiry)
        yield View(f"licence {args}: valid", "Licences", "isValid", args, expiry == 0 or s.time < expiry)
