// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Item, Pay, Share} from "./interfaces/Structs.sol";

/// @title Leaves
/// @notice Double-hashed leaves, bound to tree, chain, contract and scope (spec/settlement.md section 2).
library Leaves {
    bytes32 internal constant ITEM = keccak256("headwater.item.v1");
    bytes32 internal constant PAY = keccak256("headwater.pay.v1");
    bytes32 internal constant SHARE = keccak256("headwater.share.v1");

    function item(address settlement, uint256 key, Item calldata i) internal view returns (bytes32) {
        return twice(keccak256(abi.encode(ITEM, block.chainid, settlement, key, i)));
    }

    function pay(address settlement, uint256 key, Pay calldata p) internal view returns (bytes32) {
        return twice(keccak256(abi.encode(PAY, block.chainid, settlement, key, p)));
    }

    function share(address datasets, uint256 key, Share calldata s) internal view returns (bytes32) {
        return twice(keccak256(abi.encode(SHARE, block.chainid, datasets, key, s)));
    }

    function twice(bytes32 once) internal pure returns (bytes32 leaf) {
        assembly ("memory-safe") {
            mstore(0, once)
            leaf := keccak256(0, 32)
        }
    }
}
