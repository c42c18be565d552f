// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Word} from "./interfaces/Structs.sol";
import {Merkle} from "./Merkle.sol";

/// @title Pays
/// @notice The pay tree (spec/settlement.md section 6): words of 128 leaves, each with a budget, under one root. Budgets
/// are summed when a settlement is posted, so whatever the leaves say, no word pays more than its part of the total.
library Pays {
    error Pays_ProofLength(uint256 length, uint256 expected);
    error Pays_IndexOutOfRange(uint256 index, uint256 count);

    uint256 internal constant WORD = 128;

    /// @notice How many words `count` leaves need.
    function wordsOf(uint256 count) internal pure returns (uint256) {
        return (count + WORD - 1) / WORD;
    }

    /// @notice Root and total of the words. Nothing can be paid twice out of two words, so their sum is what it may cost.
    function rootOf(Word[] calldata words) internal pure returns (bytes32 node, uint256 total) {
        bytes32[] memory nodes = new bytes32[](words.length);
        for (uint256 i; i < words.length; ++i) {
            nodes[i] = Merkle.hash(words[i].root, bytes32(uint256(words[i].budget)));
            total += words[i].budget;
        }
        node = Merkle.rootOf(nodes);
    }

    /// @notice Root and budget that a leaf gives with siblings, budget and the word's siblings in `proof`.
    function root(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata proof)
        internal
        pure
        returns (bytes32 node, uint256 budget)
    {
        if (index >= count) revert Pays_IndexOutOfRange(index, count);
        // 7 levels in a word and the depth of the words; a lone word has but the levels its leaves need.
        uint256 inner = Merkle.depth(count);
        uint256 levels;
        unchecked {
            levels = inner + 1;
        }
        if (inner > 7) inner = 7;
        if (proof.length != levels) revert Pays_ProofLength(proof.length, levels);
        assembly ("memory-safe") {
            function climb(from, to, at, hash) -> above {
                above := hash
                for {} lt(from, to) { from := add(from, 32) } {
                    let right := shl(5, and(at, 1))
                    mstore(right, above)
                    mstore(xor(right, 32), calldataload(from))
                    above := keccak256(0, 64)
                    at := shr(1, at)
                }
            }
            let middle := add(proof.offset, shl(5, inner))
            budget := calldataload(middle)
            mstore(0, climb(proof.offset, middle, index, leaf))
            mstore(32, budget)
            node := climb(add(middle, 32), add(proof.offset, shl(5, levels)), shr(7, index), keccak256(0, 64))
        }
    }

    /// @notice Root and budget that a word's own root gives with budget and siblings in `path`.
    function top(bytes32 wordRoot, uint256 index, uint256 count, bytes32[] calldata path)
        internal
        pure
        returns (bytes32 node, uint256 budget)
    {
        if (path.length == 0) revert Pays_ProofLength(0, 1);
        budget = uint256(path[0]);
        node = Merkle.root(Merkle.hash(wordRoot, path[0]), index / WORD, wordsOf(count), path[1:]);
    }

    /// @notice Leaves of a word's tree: all there are if one word holds them, else 128.
    function innerCount(uint256 count) internal pure returns (uint256) {
        return count > WORD ? WORD : count;
    }
}
