// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

/// @title Tokens
/// @notice Moves ERC-20 tokens and refuses those that do not move exactly what they say.
library Tokens {
    error Tokens_NotExact(address token, uint256 expected, uint256 received);

    /// @notice Pulls `amount` from `from`; the balance here must grow by exactly that.
    function pull(address token, address from, uint256 amount) internal {
        pull(token, from, address(this), amount);
    }

    /// @notice Pulls `amount` from `from` to `to`, whose balance must grow by exactly that.
    function pull(address token, address from, address to, uint256 amount) internal {
        uint256 before = SafeTransferLib.balanceOf(token, to);
        SafeTransferLib.safeTransferFrom(token, from, to, amount);
        uint256 received = SafeTransferLib.balanceOf(token, to) - before;
        if (received != amount) revert Tokens_NotExact(token, amount, received);
    }

    function send(address token, address to, uint256 amount) internal {
        SafeTransferLib.safeTransfer(token, to, amount);
    }

    /// @notice Sends if the token lets us; never reverts for the token's sake and copies at most one word it returns.
    function trySend(address token, address to, uint256 amount) internal returns (bool done) {
        assembly ("memory-safe") {
            mstore(0x14, to)
            mstore(0x34, amount)
            mstore(0x00, 0xa9059cbb000000000000000000000000) // transfer(address,uint256)
            done := call(gas(), token, 0, 0x10, 0x44, 0x00, 0x20)
            if done {
                switch returndatasize()
                case 0 { done := gt(extcodesize(token), 0) }
                default { done := and(gt(returndatasize(), 31), eq(mload(0x00), 1)) }
            }
            mstore(0x34, 0) // the upper bytes of the free memory pointer
        }
    }
}
