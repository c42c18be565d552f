// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {LibBit} from "solady/utils/LibBit.sol";

/// @title Merkle
/// @notice Ordered keccak trees padded with zero words to a power of two (spec/settlement.md section 2).
/// @dev A proof's length must be the depth of the tree, so an inner node can never pass for a leaf; leaves are double
/// hashed besides.
library Merkle {
    error Merkle_IndexOutOfRange(uint256 index, uint256 count);
    error Merkle_ProofLength(uint256 length, uint256 expected);

    /// @notice `ceil(log2 count)`, 0 for one leaf.
    function depth(uint256 count) internal pure returns (uint256) {
        return count < 2 ? 0 : LibBit.fls(count - 1) + 1;
    }

    /// @notice Root that `leaf` at `index` of `count` leaves gives with `proof`.
    function root(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata proof)
        internal
        pure
        returns (bytes32 node)
    {
        if (index >= count) revert Merkle_IndexOutOfRange(index, count);
        uint256 height = depth(count);
        if (proof.length != height) revert Merkle_ProofLength(proof.length, height);
        node = leaf;
        assembly ("memory-safe") {
            let at := proof.offset
            for { let end := add(at, shl(5, height)) } lt(at, end) { at := add(at, 32) } {
                let right := shl(5, and(index, 1))
                mstore(right, node)
                mstore(xor(right, 32), calldataload(at))
                node := keccak256(0, 64)
                index := shr(1, index)
            }
        }
    }

    /// @notice Root that `nodes` at `[from, from + nodes.length)` give with the neighbours in `proof`, lowest height
    /// first, left before right. Overwrites `nodes`.
    function rangeRoot(bytes32[] memory nodes, uint256 from, uint256 count, bytes32[] calldata proof)
        internal
        pure
        returns (bytes32)
    {
        uint256 to = from + nodes.length;
        if (nodes.length == 0 || to > count) revert Merkle_IndexOutOfRange(to, count);
        uint256 used;
        for (uint256 height = depth(count); height > 0; --height) {
            uint256 words = (from & 1) + (to & 1);
            if (used + words > proof.length) revert Merkle_ProofLength(proof.length, used + words);
            _raise(nodes, to - from, from & 1, proof[used:used + words]);
            used += words;
            from >>= 1;
            to = (to + 1) >> 1;
        }
        if (used != proof.length) revert Merkle_ProofLength(proof.length, used);
        return nodes[0];
    }

    /// @dev Hashes `size` nodes pairwise in place, `words` completing the pairs at either end (`left` of them, 0 or 1,
    /// before). Writing pair j never touches a node a later pair reads: those start at 2j + 1 and beyond.
    function _raise(bytes32[] memory nodes, uint256 size, uint256 left, bytes32[] calldata words) private pure {
        uint256 right = words.length - left;
        assembly ("memory-safe") {
            let to := add(nodes, 0x20)
            let from := to
            let end := add(to, shl(5, size))
            if left {
                mstore(0, calldataload(words.offset))
                mstore(0x20, mload(from))
                mstore(to, keccak256(0, 0x40))
                to := add(to, 0x20)
                from := add(from, 0x20)
            }
            for {} lt(add(from, 0x20), end) { from := add(from, 0x40) } {
                mstore(to, keccak256(from, 0x40))
                to := add(to, 0x20)
            }
            if right {
                mstore(0, mload(from))
                mstore(0x20, calldataload(add(words.offset, shl(5, left))))
                mstore(to, keccak256(0, 0x40))
            }
        }
    }

    /// @notice Root of `leaves`, zero for none. Overwrites `leaves`.
    function rootOf(bytes32[] memory leaves) internal pure returns (bytes32) {
        uint256 count = leaves.length;
        if (count == 0) return bytes32(0);
        bytes32 zero;
        for (uint256 height = depth(count); height > 0; --height) {
            for (uint256 j; 2 * j < count; ++j) {
                leaves[j] = hash(leaves[2 * j], 2 * j + 1 < count ? leaves[2 * j + 1] : zero);
            }
            count = (count + 1) >> 1;
            zero = hash(zero, zero);
        }
        return leaves[0];
    }

    /// @notice Parent of two nodes; the order matters.
    function hash(bytes32 a, bytes32 b) internal pure returns (bytes32 node) {
        assembly ("memory-safe") {
            mstore(0, a)
            mstore(32, b)
            node := keccak256(0, 64)
        }
    }
}
