"""What stands behind a settled item, in the structs the contracts take: for proofs of its origin, and for answers."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.catalog.ledger import CampaignFacts
from headwater.chain.structs import Anchor, Contribution, Origin, Posted, Record, Reveal, Vote
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.client.settled import Settled
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.ids import ZERO_ADDRESS
from headwater.primitives.merkle import Tree, build
from headwater.records import codec
from headwater.records.anchor import AnchorLeaves
from headwater.records.evidence import Opening
from headwater.records.vote import Ballot, VoteCommit


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
    ballots = [network.record(Ballot, cid) for cid in verdict.ballots]
    votes = Vote.all_of(verdict.votes)
    return Record(
        contribution=origin.contribution,
        salt=origin.salt,
        signature=whole.evidence.openings[at].signature,
        anchor=origin.anchor,
        anchor_proof=origin.anchor_proof,
        votes=votes,
        reveals=tuple(_reveal(network, whole, origin.anchor, item, *row) for row in zip(votes, ballots, strict=True)),
    )


def _reveal(network: Network, whole: Settled, anchor: Anchor, item: int, vote: Vote, ballot: Ballot) -> Reveal:
    reasons = codec.digest(ballot.reasons)
    campaign = network.ledger().campaign(whole.posted.campaign)
    alone = campaign.own_commits.get((item, vote.round, vote.reviewer))
    if alone and alone.commit == vote.commit:
        return Reveal(reasons, ballot.salt, ZERO_ADDRESS, 0, alone.time, ())
    tree = build(_round_leaves(network, whole, anchor, vote.round))
    stored = _stored(campaign, anchor, vote.round, tree.root)
    path = tuple(tree.proof(item - anchor.first_item))
    return Reveal(reasons, ballot.salt, *stored, path)


def _stored(campaign: CampaignFacts, anchor: Anchor, round_: int, root: bytes) -> tuple[str, int, int]:
    """Operator, count and time of a round's root."""
    for (first, number, operator), posted in campaign.commit_roots.items():
        if (first, number, posted.root) == (anchor.first_item, round_, root):
            return operator, posted.count, posted.time
    raise ClientError(f"commits of round {round_} over the anchor at item {anchor.first_item}", actual="not on chain")


def _round_leaves(network: Network, whole: Settled, anchor: Anchor, round_: int) -> Sequence[bytes]:
    """A round's commits over an anchor, each at its item's place."""
    posted: Posted = whole.posted
    domain, leaves = network.contracts.campaigns_domain, [ZERO_WORD] * anchor.count
    for verdict in whole.verdicts:
        place = verdict.item - anchor.first_item
        for vote in verdict.votes:
            if vote.round == round_ and 0 <= place < anchor.count:
                cast = VoteCommit(posted.campaign, verdict.item, round_, vote.reviewer, vote.commit, b"")
                leaves[place] = cast.leaf(domain)
    return leaves
