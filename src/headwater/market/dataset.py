"""A dataset version from settled items: episode tree, share tree and the manifest a buyer reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.chain.structs import EpisodeLeaf, Offer, Share, Terms, Version, reference, settlements_hash, version_key
from headwater.market.split import shares_of
from headwater.primitives.merkle import Tree, build
from headwater.records import codec
from headwater.records.dataset import DatasetManifest


@dataclass(frozen=True)
class DraftVersion:
    """A version ready to publish, with its trees."""

    version: Version
    manifest: DatasetManifest
    episodes: tuple[EpisodeLeaf, ...]
    shares: tuple[Share, ...]
    episode_tree: Tree
    share_tree: Tree


def draft_version(
    chain_id: int,
    contract: str,
    dataset: int,
    number: int,
    campaign: int,
    terms: Terms,
    manifest: DatasetManifest,
    settlements: Sequence[int],
    offers: tuple[Offer, ...],
) -> DraftVersion:
    """The version of a campaign's accepted episodes, in manifest order.

    Args:
        contract: the Datasets contract, bound with ``chain_id`` and the version key into every leaf.
        settlements: keys of the final settlements the episodes come from.
    """
    key = version_key(dataset, number)
    episodes = episode_leaves(manifest)
    shares = shares_of(share_rows(manifest))
    episode_tree = build([e.leaf(chain_id, contract, key) for e in episodes])
    share_tree = build([s.leaf(chain_id, contract, key) for s in shares])
    version = Version(
        dataset=dataset,
        number=number,
        campaign=campaign,
        episode_root=episode_tree.root,
        episodes=len(episodes),
        share_root=share_tree.root,
        shares=len(shares),
        total_weight=shares[-1].cumulative,
        manifest=codec.digest(manifest),
        settlements=settlements_hash(settlements),
        token=terms.token,
        owner_bps=terms.owner_bps,
        fee_bps=terms.fee_bps,
        offers=offers,
    )
    return DraftVersion(version, manifest, episodes, shares, episode_tree, share_tree)


def episode_leaves(manifest: DatasetManifest) -> tuple[EpisodeLeaf, ...]:
    """Episode leaves in manifest order."""
    rows = enumerate(manifest.episodes)
    return tuple(EpisodeLeaf(i, e.contribution, e.content_root, e.envelope) for i, e in rows)


def share_rows(manifest: DatasetManifest) -> list[tuple[str, int, int]]:
    """(contributor, weight, item reference) of every episode."""
    return [(e.contributor, e.weight, reference(e.settlement, e.item)) for e in manifest.episodes]
