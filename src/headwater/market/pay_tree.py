"""The pay tree of a settlement: words of 128 leaves, a budget each, under one root (spec/settlement.md section 6)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.chain.structs import WORD_LEAVES, Pay, Word
from headwater.primitives.hashing import ZERO_WORD
from headwater.primitives.merkle import Tree, build, node


@dataclass(frozen=True)
class PayTree:
    """A built tree. ``words`` go on chain with the settlement; their budgets sum up to its total."""

    words: tuple[Word, ...]
    trees: tuple[Tree, ...]
    top: Tree

    @property
    def root(self) -> bytes:
        """32 bytes; the zero word if nobody is paid."""
        return self.top.root

    def proof(self, index: int) -> tuple[bytes, ...]:
        """Of one leaf: siblings within its word, the word's budget, siblings of the word."""
        return (*self.trees[index // WORD_LEAVES].proof(index % WORD_LEAVES), *self.path(index // WORD_LEAVES))

    def range_proof(self, start: int, stop: int) -> tuple[bytes, ...]:
        """Neighbours of leaves ``[start, stop)`` within their one word."""
        first = start - start % WORD_LEAVES
        return self.trees[start // WORD_LEAVES].range_proof(start - first, stop - first)

    def path(self, word: int) -> tuple[bytes, ...]:
        """A word's budget and its siblings."""
        return (self.words[word].budget.to_bytes(32, "big"), *self.top.proof(word))


def build_pays(pays: Sequence[Pay], chain_id: int, contract: str, key: int) -> PayTree:
    """The tree over the pay leaves of settlement ``key`` of the Settlement at ``contract``."""
    return build_words([pay.leaf(chain_id, contract, key) for pay in pays], [pay.amount for pay in pays])


def build_words(leaves: Sequence[bytes], amounts: Sequence[int]) -> PayTree:
    """The tree over leaves (32 bytes each) that are paid these amounts."""
    words, trees = [], []
    for start in range(0, len(leaves), WORD_LEAVES):
        part = list(leaves[start : start + WORD_LEAVES])
        if len(leaves) > WORD_LEAVES:
            part += [ZERO_WORD] * (WORD_LEAVES - len(part))
        trees.append(build(part))
        words.append(Word(trees[-1].root, sum(amounts[start : start + WORD_LEAVES])))
    nodes = [node(word.root, word.budget.to_bytes(32, "big")) for word in words]
    return PayTree(tuple(words), tuple(trees), build(nodes))
