"""What stands behind a settled item, in the structs the contracts take: for proofs of its origin, and for answers."""

from __future__ import annotations

from headwater.chain.structs import Anchor, Contribution, Origin, Record, Reveal, Vote
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.client.settled import Settled, round_leaves
from headwater.primitives.ids import ZERO_ADDRESS
from headwater.primitives.merkle import Tree, build
from headwater.records import codec
from headwater.records.anchor import AnchorLeaves
from headwater.records.evidence import Opening
from headwater.records.vote import Ballot
from headwater.review import leaves_under


def fields_of(opening: Opening) -> Contribution:
    """What an opening says was signed, as the contracts take it."""
    return Contribution(
        opening.campaign,
        opening.contributor,
        opening.manifest,
        opening.content_root,
        opening.consent,
        opening.nonce,
    )


def anchor_tree(network: Network, anchor: Anchor) -> Tree:
    """An anchor's leaves as published.

    Raises:
        ClientError: they are not the ones on chain. BlobNotFoundError, CorruptBlockError: they are missing or damaged.
    """
    listed = (anchor.root,) if anchor.direct else network.record(AnchorLeaves, network.cid_of(anchor.cid)).leaves
    tree = build(listed)
    if (tree.root, len(listed)) != (anchor.root, anchor.count):
        raise ClientError(f"leaves of the anchor at item {anchor.first_item}", actual="not the ones on chain")
    return tree


def origin_of(network: Network, whole: Settled, item: int) -> Origin:
    """Whose an item is and since when.

    Raises:
        ClientError, BlobNotFoundError, CorruptBlockError: as ``anchor_tree``.
    """
    at, posted = item - whole.posted.first_item, whole.posted
    campaign = network.ledger().campaign(posted.campaign)
    anchor, opening = campaign.anchor_of(item), whole.evidence.openings[at]
    return Origin(
        posted=posted,
        terms=campaign.terms,
        item=whole.items[at],
        item_proof=tuple(whole.item_tree.proof(at)),
        contribution=fields_of(opening),
        anchor=anchor,
        salt=opening.salt,
        anchor_proof=tuple(anchor_tree(network, anchor).proof(item - anchor.first_item)),
    )


def record_of(network: Network, whole: Settled, item: int) -> Record:
    """What answers a call for an item.

    Raises:
        ClientError: a counted vote whose commit is not on chain. BlobNotFoundError, CorruptBlockError: as above.
    """
    origin, at = origin_of(network, whole, item), item - whole.posted.first_item
    verdict = whole.verdicts[at]
    votes = Vote.all_of(verdict.votes)
    opened = [_opened(network, whole, item, vote, cid) for vote, cid in zip(votes, verdict.ballots, strict=True)]
    return Record(
        contribution=origin.contribution,
        salt=origin.salt,
        signature=whole.evidence.openings[at].signature,
        anchor=origin.anchor,
        anchor_proof=origin.anchor_proof,
        votes=votes,
        reveals=tuple(_reveal(network, whole, origin.anchor, item, *row) for row in zip(votes, opened, strict=True)),
    )


def _opened(network: Network, whole: Settled, item: int, vote: Vote, cid: str) -> tuple[bytes, bytes]:
    """Digest of a vote's reasons and its salt: of the published ballot, or as it was opened on chain."""
    if cid:
        ballot = network.record(Ballot, cid)
        return codec.digest(ballot.reasons), ballot.salt
    reveals = network.ledger().campaign(whole.posted.campaign).reveals
    if (item, vote.round, vote.reviewer) not in reveals:
        raise ClientError(f"vote of {vote.reviewer} on item {item}", actual="neither published nor opened on chain")
    opening = reveals[item, vote.round, vote.reviewer].ballot
    return opening.reasons, opening.salt


def _reveal(
    network: Network, whole: Settled, anchor: Anchor, item: int, vote: Vote, opened: tuple[bytes, bytes]
) -> Reveal:
    reasons, salt = opened
    campaign = network.ledger().campaign(whole.posted.campaign)
    alone = campaign.own_commits.get((item, vote.round, vote.reviewer))
    if alone and alone.commit == vote.commit:
        return Reveal(reasons, salt, ZERO_ADDRESS, 0, alone.time, ())
    leaves, own = round_leaves(network, whole, anchor, vote.round)
    for (first, number, operator), posted in campaign.commit_roots.items():
        if (first, number) != (anchor.first_item, vote.round):
            continue
        found = leaves_under(posted.root, leaves, own)
        if found is not None:
            path = tuple(build(found).proof(item - anchor.first_item))
            return Reveal(reasons, salt, operator, posted.count, posted.time, path)
    what = f"commits of round {vote.round} over the anchor at item {anchor.first_item}"
    raise ClientError(what, actual="not on chain")
