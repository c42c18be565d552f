// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

/// @title Sortition
/// @notice A sum tree of weights whose earlier states stay readable: a draw reads the state that was sealed for it, while
/// weights go on changing. Setting a weight and finding one by a point both walk the depth of the tree.
/// @dev Nodes are one word: left child 32 bits, right child 32, left sum 96, right sum 96; a child of the lowest level is
/// the weight itself, child 0 an empty subtree. Nodes up to `shared` belong to a sealed state and are copied before they
/// change; younger ones are changed in place, so that without draws in between a weight costs no new nodes.
library Sortition {
    using SafeCast for uint256;

    /// @param root node of the present state
    /// @param depth the tree holds 2^depth leaves
    /// @param nodes number of the youngest node
    /// @param shared number of the youngest node some sealed state may reach
    struct Tree {
        uint32 root;
        uint8 depth;
        uint32 nodes;
        uint32 shared;
        mapping(uint256 id => uint256) node;
    }

    uint256 private constant _SUM = type(uint96).max;
    uint256 private constant _ID = type(uint32).max;

    /// @notice Keeps the present state for ever: whoever knows its root and depth reads it.
    function seal(Tree storage tree) internal returns (uint32 root, uint8 depth) {
        tree.shared = tree.nodes;
        return (tree.root, tree.depth);
    }

    function set(Tree storage tree, uint256 leaf, uint256 weight) internal {
        _grow(tree, leaf);
        uint256 depth = tree.depth;
        uint256 before = weightOf(tree, tree.root, depth, leaf);
        (uint256 nodes, uint256 shared) = (tree.nodes, tree.shared);
        uint256 from = tree.root;
        uint256 to = from > shared ? from : ++nodes;
        tree.root = uint32(to);
        for (uint256 level = depth; level > 0;) {
            --level;
            uint256 shift = 96 * (leaf >> level & 1);
            uint256 word = tree.node[from];
            uint256 sum = (word >> (64 + shift) & _SUM) + weight - before;
            word = word & ~(_SUM << (64 + shift)) | uint256(sum.toUint96()) << (64 + shift);
            if (level == 0) {
                tree.node[to] = word;
                break;
            }
            uint256 side = 32 * (leaf >> level & 1);
            from = word >> side & _ID;
            uint256 child = from > shared ? from : ++nodes;
            tree.node[to] = word & ~(_ID << side) | child << side;
            to = child;
        }
        tree.nodes = nodes.toUint32();
    }

    /// @notice Sum of all weights of a state.
    function total(Tree storage tree, uint256 root) internal view returns (uint256) {
        uint256 word = tree.node[root];
        return (word >> 64 & _SUM) + (word >> 160);
    }

    function weightOf(Tree storage tree, uint256 root, uint256 depth, uint256 leaf) internal view returns (uint256) {
        if (leaf >> depth != 0) return 0;
        for (uint256 level = depth; level > 1; --level) {
            root = tree.node[root] >> 32 * (leaf >> (level - 1) & 1) & _ID;
        }
        return tree.node[root] >> (64 + 96 * (leaf & 1)) & _SUM;
    }

    /// @notice The leaf in whose interval `point` lies, where intervals of the leaves' weights follow each other from 0.
    /// @param point below the state's total
    /// @return place `leaf << 216 | start << 96 | weight`: its number, where its interval begins and how long it is
    function find(Tree storage tree, uint256 root, uint256 depth, uint256 point) internal view returns (uint256 place) {
        (uint256 leaf, uint256 start, uint256 weight) = (0, 0, 0);
        for (uint256 level = depth; level > 0; --level) {
            uint256 word = tree.node[root];
            weight = word >> 64 & _SUM;
            bool right = point - start >= weight;
            if (right) {
                start += weight;
                weight = word >> 160;
            }
            leaf = leaf << 1 | (right ? 1 : 0);
            root = word >> (right ? 32 : 0) & _ID;
        }
        return leaf << 216 | start << 96 | weight;
    }

    /// @notice Where a leaf's interval lies in a state.
    /// @return place as `find` gives it; of weight 0 for a leaf the state has not
    function placeOf(Tree storage tree, uint256 root, uint256 depth, uint256 leaf)
        internal
        view
        returns (uint256 place)
    {
        if (leaf >> depth != 0) return leaf << 216;
        (uint256 start, uint256 weight) = (0, 0);
        for (uint256 level = depth; level > 0; --level) {
            uint256 word = tree.node[root];
            weight = word >> 64 & _SUM;
            bool right = leaf >> (level - 1) & 1 == 1;
            if (right) {
                start += weight;
                weight = word >> 160;
            }
            root = word >> (right ? 32 : 0) & _ID;
        }
        return leaf << 216 | start << 96 | weight;
    }

    /// @notice Moves a point of what is left over to the whole: past every interval already taken.
    /// @param taken the lower 192 bits of places, ascending; the first `count` count
    function skip(uint256[] memory taken, uint256 count, uint256 point) internal pure returns (uint256) {
        for (uint256 i; i < count; ++i) {
            if (point < taken[i] >> 96) break;
            point += taken[i] & _SUM;
        }
        return point;
    }

    /// @notice Adds a place to the `count` of `taken`, in order.
    function take(uint256[] memory taken, uint256 count, uint256 place) internal pure {
        uint256 interval = uint192(place);
        uint256 i = count;
        for (; i > 0 && taken[i - 1] > interval; --i) {
            taken[i] = taken[i - 1];
        }
        taken[i] = interval;
    }

    /// @dev Until the leaf has a place; the old tree becomes the left half.
    function _grow(Tree storage tree, uint256 leaf) private {
        (uint256 root, uint256 depth, uint256 nodes) = (tree.root, tree.depth, tree.nodes);
        if (depth > 0 && leaf >> depth == 0) return;
        while (depth == 0 || leaf >> depth != 0) {
            if (root != 0) {
                tree.node[++nodes] = root | total(tree, root) << 64;
                root = nodes;
            }
            ++depth;
        }
        (tree.root, tree.depth, tree.nodes) = (uint32(root), uint8(depth), uint32(nodes));
    }
}
