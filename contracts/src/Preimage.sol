// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor, Offer, Posted, PostedHead, Terms, Version, Vote} from "./interfaces/Structs.sol";

/// @title Preimage
/// @notice `keccak256(abi.encode(struct))` of calldata that is to be compared with a stored hash.
/// @dev A static struct's ABI encoding is its calldata as it lies. Dirty high bits give another hash and so no match;
/// never store what this returns for a struct that has not been matched before.
library Preimage {
    function digest(Terms calldata terms) internal pure returns (bytes32) {
        uint256 at;
        assembly {
            at := terms
        }
        return _hash(at, 21);
    }

    function digest(Anchor calldata anchor) internal pure returns (bytes32) {
        uint256 at;
        assembly {
            at := anchor
        }
        return _hash(at, 10);
    }

    function digest(Posted calldata posted) internal pure returns (bytes32) {
        uint256 at;
        assembly {
            at := posted
        }
        return _headed(at, _hash(at + 0x80, 14));
    }

    /// @notice The hash of a settlement whose pay tree has this root.
    function digest(PostedHead calldata head, bytes32 payRoot) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, head, 0x40)
            mstore(add(free, 0x40), payRoot)
            calldatacopy(add(free, 0x60), add(head, 0x40), 0x40)
            hash := keccak256(free, 0xa0)
        }
    }

    /// @notice The same of one in memory, to be stored.
    function digestOf(Posted memory posted) internal pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mcopy(free, posted, 0x80)
            mstore(add(free, 0x80), keccak256(add(posted, 0x80), 0x1c0))
            hash := keccak256(free, 0xa0)
        }
    }

    /// @dev Four words at `at`, then the hash of the rest.
    function _headed(uint256 at, bytes32 rest) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, at, 0x80)
            mstore(add(free, 0x80), rest)
            hash := keccak256(free, 0xa0)
        }
    }

    function digest(Anchor[] calldata anchors) internal pure returns (bytes32) {
        uint256 at;
        assembly {
            at := anchors.offset
        }
        return _listed(at, anchors.length, 10);
    }

    function digest(Vote[] calldata votes) internal pure returns (bytes32) {
        uint256 at;
        assembly {
            at := votes.offset
        }
        return _listed(at, votes.length, 5);
    }

    /// @dev `abi.encode(list)` of `count` structs: offset, length, members.
    function _listed(uint256 at, uint256 count, uint256 words) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, 0x20)
            mstore(add(free, 0x20), count)
            let size := shl(5, mul(count, words))
            calldatacopy(add(free, 0x40), at, size)
            hash := keccak256(free, add(0x40, size))
        }
    }

    /// @dev `abi.encode(version)`: offset, 13 members, the offset of the offers, their number, they.
    function digest(Version calldata version) internal pure returns (bytes32 hash) {
        Offer[] calldata offers = version.offers;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, 0x20)
            calldatacopy(add(free, 0x20), version, 0x1a0)
            mstore(add(free, 0x1c0), 0x1c0)
            mstore(add(free, 0x1e0), offers.length)
            calldatacopy(add(free, 0x200), offers.offset, mul(offers.length, 0xa0))
            hash := keccak256(free, add(0x200, mul(offers.length, 0xa0)))
        }
    }

    function _hash(uint256 at, uint256 words) private pure returns (bytes32 hash) {
        assembly ("memory-safe") {
            let free := mload(0x40)
            calldatacopy(free, at, shl(5, words))
            hash := keccak256(free, shl(5, words))
        }
    }
}
