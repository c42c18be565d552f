"""A published version rebuilt from its manifest: leaves and trees, checked against the roots on chain."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain.structs import EpisodeLeaf, Share, Version
from headwater.market.dataset import episode_leaves, share_rows
from headwater.market.split import share_lists
from headwater.primitives.merkle import Tree, build
from headwater.records.dataset import DatasetManifest


@dataclass(frozen=True)
class Rebuilt:
    """A version's leaves in order; ``lists`` has the references of every share."""

    version: Version
    manifest: DatasetManifest
    episodes: tuple[EpisodeLeaf, ...]
    shares: tuple[Share, ...]
    lists: tuple[tuple[int, ...], ...]

    def episode_tree(self, chain_id: int, contract: str) -> Tree:
        """Tree over the episode leaves; its root is the version's if the manifest is the published one."""
        return build([e.leaf(chain_id, contract, self.version.key) for e in self.episodes])

    def share_tree(self, chain_id: int, contract: str) -> Tree:
        """Tree over the share leaves."""
        return build([s.leaf(chain_id, contract, self.version.key) for s in self.shares])


def rebuild(manifest: DatasetManifest, version: Version) -> Rebuilt:
    """Leaves of a version from its manifest."""
    made = share_lists(share_rows(manifest))
    shares, lists = tuple(share for share, _ in made), tuple(listed for _, listed in made)
    return Rebuilt(version, manifest, episode_leaves(manifest), shares, lists)
