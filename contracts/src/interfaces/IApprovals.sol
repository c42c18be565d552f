// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Approvals
/// @notice Contract wallets cannot sign, and what they answer can change. So what one approves is written down, once and
/// for ever, before it is anchored (spec/settlement.md section 4).
/// @dev Holds nothing. The first time counts; nobody can take an approval back.
interface IApprovals {
    event Approved(address indexed wallet, bytes32 indexed digest);

    error Approvals_AlreadyApproved(address wallet, bytes32 digest, uint256 at);
    error Approvals_NotApproved(address wallet, bytes32 digest);

    /// @notice The caller approves a digest.
    function approve(bytes32 digest) external;

    /// @notice Writes down that a wallet approves a digest, which it must say now when asked (ERC-1271); anyone may.
    function approveFor(address wallet, bytes32 digest, bytes calldata signature) external;

    /// @notice Chain time of the approval, 0 for none.
    function approvedAt(address wallet, bytes32 digest) external view returns (uint256);
}
