"""Ordered Merkle trees with keccak-256, as spec/settlement.md section 2 has them.

Leaves are padded with zero words to the next power of two, so a proof's path bits are the leaf's index and its length
is the tree's depth. Leaves are double hashed and tagged by whoever makes them, so neither an inner node nor the zero
word can pass for one (OpenZeppelin MerkleProof's warning about 64-byte leaves).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import add

from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import ZERO_WORD, keccak256


class MerkleError(HeadwaterError):
    """An index outside the tree, or a leaf that is not a word."""


def depth_of(count: int) -> int:
    """Depth of the padded tree over ``count`` leaves: 0 for one leaf."""
    return max(count - 1, 0).bit_length()


def node(left: bytes, right: bytes) -> bytes:
    """Parent of two nodes; the order matters."""
    return keccak256(left + right)


@dataclass(frozen=True)
class Tree:
    """A built tree: ``levels[0]`` are the leaves (unpadded), the last level is the root."""

    levels: tuple[tuple[bytes, ...], ...]
    count: int

    @property
    def root(self) -> bytes:
        """32 bytes; the zero word for an empty tree."""
        return self.levels[-1][0] if self.count else ZERO_WORD

    def proof(self, index: int) -> tuple[bytes, ...]:
        """Siblings from the leaf up, ``depth_of(count)`` words."""
        self._inside(index, index + 1)
        path = []
        for height, level in enumerate(self.levels[:-1]):
            sibling = (index >> height) ^ 1
            path.append(level[sibling] if sibling < len(level) else _zero(height))
        return tuple(path)

    def range_proof(self, start: int, stop: int) -> tuple[bytes, ...]:
        """Neighbours that rebuild the root from leaves ``[start, stop)``: lowest height first, left before right."""
        self._inside(start, stop)
        words = []
        for height, level in enumerate(self.levels[:-1]):
            if start & 1:
                words.append(level[start - 1])
            if stop & 1:
                words.append(level[stop] if stop < len(level) else _zero(height))
            start, stop = start >> 1, (stop + 1) >> 1
        return tuple(words)

    def _inside(self, start: int, stop: int) -> None:
        if not 0 <= start < stop <= self.count:
            raise MerkleError("leaf index", actual=f"[{start}, {stop})", allowed=f"within [0, {self.count})")


def build(leaves: Sequence[bytes]) -> Tree:
    """Tree over ``leaves`` (32 bytes each), in their order."""
    for position, leaf in enumerate(leaves):
        if len(leaf) != 32:
            raise MerkleError(f"leaf {position}", actual=f"{len(leaf)} bytes", allowed="32 bytes")
    level = tuple(leaves)
    levels = [level]
    for height in range(depth_of(len(leaves))):
        if len(level) & 1:
            level = (*level, _zero(height))
        level = tuple(map(keccak256, map(add, level[::2], level[1::2])))
        levels.append(level)
    return Tree(tuple(levels), len(leaves))


def verify(root: bytes, leaf: bytes, index: int, count: int, proof: Sequence[bytes]) -> bool:
    """Whether ``leaf`` stands at ``index`` of the tree with ``count`` leaves and this root."""
    if not 0 <= index < count or len(proof) != depth_of(count):
        return False
    value = leaf
    for sibling in proof:
        value = node(sibling, value) if index & 1 else node(value, sibling)
        index >>= 1
    return value == root


def verify_range(root: bytes, leaves: Sequence[bytes], start: int, count: int, proof: Sequence[bytes]) -> bool:
    """Whether ``leaves`` stand at ``[start, start + len(leaves))`` of the tree with ``count`` leaves."""
    stop = start + len(leaves)
    if not 0 <= start < stop <= count:
        return False
    words = list(proof)
    level = list(leaves)
    for _ in range(depth_of(count)):
        if start & 1:
            if not words:
                return False
            level.insert(0, words.pop(0))
        if stop & 1:
            if not words:
                return False
            level.append(words.pop(0))
        level = [node(level[i], level[i + 1]) for i in range(0, len(level), 2)]
        start, stop = start >> 1, (stop + 1) >> 1
    return not words and level == [root]


def _zero(height: int) -> bytes:
    """Root of a padded subtree of zero words of this height."""
    value = ZERO_WORD
    for _ in range(height):
        value = node(value, value)
    return value
