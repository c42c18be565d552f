from __future__ import annotations

import pytest

from headwater.primitives.hashing import keccak256
from headwater.primitives.merkle import MerkleError, build, depth_of, node, verify, verify_range


def words(count: int) -> list[bytes]:
    return [keccak256(bytes([i])) for i in range(count)]


@pytest.mark.parametrize(("count", "depth"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (1024, 10)])
def test_depth_follows_the_count(count: int, depth: int) -> None:
    assert depth_of(count) == depth


def test_a_proof_holds_only_at_its_own_index() -> None:
    leaves = words(5)
    tree = build(leaves)
    for index in range(5):
        held = [at for at in range(8) if verify(tree.root, leaves[index], at, 5, tree.proof(index))]
        assert held == [index]


def test_attack_inner_node_as_leaf() -> None:
    """Second preimage: an inner node with a shorter path must not verify."""
    leaves = words(4)
    tree = build(leaves)
    inner = node(leaves[0], leaves[1])
    assert not verify(tree.root, inner, 0, 4, tree.proof(0)[1:])
    assert not verify(tree.root, inner, 0, 2, tree.proof(0))


def test_attack_padding_word_as_leaf() -> None:
    tree = build(words(3))
    assert not verify(tree.root, bytes(32), 3, 3, tree.proof(2))


def test_attack_reordered_range() -> None:
    leaves = words(6)
    tree = build(leaves)
    proof = tree.range_proof(1, 4)
    assert verify_range(tree.root, leaves[1:4], 1, 6, proof)
    assert not verify_range(tree.root, [leaves[2], leaves[1], leaves[3]], 1, 6, proof)
    assert not verify_range(tree.root, leaves[1:4], 2, 6, proof)
    assert not verify_range(tree.root, leaves[1:4], 1, 6, (*proof, bytes(32)))


def test_outside_is_an_error_that_names_the_range() -> None:
    with pytest.raises(MerkleError, match=r"within \[0, 3\)"):
        build(words(3)).proof(3)
