// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Due, Item, Pay, Share} from "./interfaces/Structs.sol";

/// @title Leaves
/// @notice Double-hashed leaves, bound to tree, chain, contract and scope (spec/settlement.md section 2).
library Leaves {
    bytes32 internal constant ITEM = keccak256("headwater.item.v1");
    bytes32 internal constant PAY = keccak256("headwater.pay.v1");
    bytes32 internal constant SHARE = keccak256("headwater.share.v1");

    function item(address settlement, uint256 key, Item calldata i) internal view returns (bytes32 leaf) {
        uint256 at;
        assembly {
            at := i
        }
        return _leaf(ITEM, settlement, key, at, 13);
    }

    function pay(address settlement, uint256 key, Pay calldata p) internal view returns (bytes32 leaf) {
        uint256 at;
        assembly {
            at := p
        }
        return _leaf(PAY, settlement, key, at, 6);
    }

    /// @notice A pay leaf of a push, its index and running sum given.
    function due(address settlement, uint256 key, uint256 index, uint256 cumulative, Due calldata d)
        internal
        view
        returns (bytes32 leaf)
    {
        bytes32 tag = PAY;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, tag)
            mstore(add(free, 0x20), chainid())
            mstore(add(free, 0x40), settlement)
            mstore(add(free, 0x60), key)
            mstore(add(free, 0x80), index)
            calldatacopy(add(free, 0xa0), d, 0x40)
            mstore(add(free, 0xe0), cumulative)
            calldatacopy(add(free, 0x100), add(d, 0x40), 0x40)
            mstore(0, keccak256(free, 0x140))
            leaf := keccak256(0, 32)
        }
    }

    function share(address datasets, uint256 key, Share calldata s) internal view returns (bytes32 leaf) {
        uint256 at;
        assembly {
            at := s
        }
        return _leaf(SHARE, datasets, key, at, 6);
    }

    /// @dev `keccak256(abi.encode(tag, chainid, checker, scope, struct))`, twice. A static struct's ABI encoding is its
    /// calldata as it lies; dirty high bits only give a leaf that is in no tree, and reading the member reverts.
    function _leaf(bytes32 tag, address checker, uint256 scope, uint256 at, uint256 words)
        private
        view
        returns (bytes32 leaf)
    {
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, tag)
            mstore(add(free, 0x20), chainid())
            mstore(add(free, 0x40), checker)
            mstore(add(free, 0x60), scope)
            calldatacopy(add(free, 0x80), at, shl(5, words))
            mstore(0, keccak256(free, add(0x80, shl(5, words))))
            leaf := keccak256(0, 32)
        }
    }
}
