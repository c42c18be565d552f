from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from headwater.primitives.merkle import build, verify, verify_range

LEAVES = st.lists(st.binary(min_size=32, max_size=32), min_size=1, max_size=40, unique=True)


@given(LEAVES, st.data())
def test_every_leaf_and_range_proves(leaves: list[bytes], data: st.DataObject) -> None:
    tree, count = build(leaves), len(leaves)
    start = data.draw(st.integers(0, count - 1))
    stop = data.draw(st.integers(start + 1, count))
    assert verify(tree.root, leaves[start], start, count, tree.proof(start))
    assert verify_range(tree.root, leaves[start:stop], start, count, tree.range_proof(start, stop))


@given(LEAVES, st.data())
def test_a_changed_leaf_changes_the_root(leaves: list[bytes], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(leaves) - 1))
    bit = data.draw(st.integers(0, 255))
    changed = bytearray(leaves[at])
    changed[bit // 8] ^= 1 << bit % 8
    other = [*leaves[:at], bytes(changed), *leaves[at + 1 :]]
    assert build(other).root != build(leaves).root
