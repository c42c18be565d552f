// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ballot, CommitRoot} from "./interfaces/Structs.sol";
import {Merkle} from "./Merkle.sol";

/// @title Ballots
/// @notice Commits of votes, the leaves they stand in, and how both are stored (spec/settlement.md section 4).
library Ballots {
    bytes32 private constant _VOTE = keccak256("headwater.vote.v1");
    bytes32 private constant _COMMIT = keccak256("headwater.commit.v1");

    /// @notice The commit a ballot opens.
    function commitOf(address campaigns, Ballot memory ballot) internal view returns (bytes32) {
        return keccak256(abi.encode(_VOTE, block.chainid, campaigns, ballot));
    }

    /// @notice Leaf of a round's tree.
    function leaf(address campaigns, uint256 campaign, uint256 item, uint256 round, address reviewer, bytes32 commit)
        internal
        view
        returns (bytes32 out)
    {
        bytes32 tag = _COMMIT;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, tag)
            mstore(add(free, 0x20), chainid())
            mstore(add(free, 0x40), campaigns)
            mstore(add(free, 0x60), campaign)
            mstore(add(free, 0x80), item)
            mstore(add(free, 0xa0), round)
            mstore(add(free, 0xc0), reviewer)
            mstore(add(free, 0xe0), commit)
            mstore(0, keccak256(free, 0x100))
            out := keccak256(0, 0x20)
        }
    }

    /// @notice Under what a commit root (`place` the anchor's first item, `who` the operator) or a lone commit (the item,
    /// the reviewer) is stored.
    function key(uint256 campaign, uint256 place, uint256 round, address who) internal pure returns (bytes32 out) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, campaign)
            mstore(add(free, 0x20), place)
            mstore(add(free, 0x40), round)
            mstore(add(free, 0x60), who)
            out := keccak256(free, 0x80)
        }
    }

    /// @notice What is stored of a commit root.
    function stored(CommitRoot calldata at) internal pure returns (bytes32) {
        return stored(at.root, at.count, at.time);
    }

    /// @notice The same of its parts.
    function stored(bytes32 root, uint256 count, uint256 time) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, root)
            mstore(add(free, 0x20), count)
            mstore(add(free, 0x40), time)
            hash := keccak256(free, 0x60)
        }
    }

    /// @notice What is stored of a lone commit.
    function stored(bytes32 commit, uint40 time) internal pure returns (bytes32) {
        return keccak256(abi.encode(commit, time));
    }

    /// @notice Whether the leaf shown stands at a position under the root shown; reverts if nothing can.
    function stands(CommitRoot calldata at, uint256 index) internal pure returns (bool) {
        return Merkle.root(at.leaf, index, at.count, at.proof) == at.root;
    }
}
