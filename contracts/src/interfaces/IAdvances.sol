// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Pay, PostedHead} from "./Structs.sol";

/// @title Advances
/// @notice Pay under a challenge window: somebody pays a contributor at once, less a discount both have agreed on, and takes
/// over what the settlement owes him. If the settlement is voided, the claim is to what its replacement owes.
/// @dev Holds nothing. The contributor signs; he needs no gas.
interface IAdvances {
    /// @notice What a contributor signs (EIP-712): for `price` now, `to` gets whatever the items from `firstItem` on,
    /// settled together, pay `account`.
    struct Assignment {
        uint256 campaign;
        uint32 firstItem;
        address account;
        address to;
        uint96 price;
        uint40 deadline;
    }

    event Advanced(uint256 indexed key, address indexed account, address indexed to, uint256 price, uint256 owed);

    error Advances_Expired(uint256 deadline, uint256 nowAt);
    error Advances_WrongSignature(address account);
    error Advances_OtherItems(uint256 key);
    error Advances_AboveOwed(uint256 price, uint256 owed);

    /// @notice Pays `assignment.price` from the caller to the account and makes `assignment.to` the claim's owner.
    /// @param pay the account's leaf of the settlement, `proof` as for a claim
    function advance(
        PostedHead calldata posted,
        Pay calldata pay,
        bytes32[] calldata proof,
        Assignment calldata assignment,
        bytes calldata signature
    ) external;

    /// @notice EIP-712 digest an account signs.
    function digestOf(Assignment calldata assignment) external view returns (bytes32);
}
