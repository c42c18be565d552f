// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";

/// @title Approvals
/// @notice See IApprovals.
contract Approvals is IApprovals {
    mapping(address wallet => mapping(bytes32 digest => uint256)) public approvedAt;

    /// @inheritdoc IApprovals
    function approve(bytes32 digest) external {
        _approve(msg.sender, digest);
    }

    /// @inheritdoc IApprovals
    function approveFor(address wallet, bytes32 digest, bytes calldata signature) external {
        if (!SignatureChecker.isValidERC1271SignatureNow(wallet, digest, signature)) {
            revert Approvals_NotApproved(wallet, digest);
        }
        _approve(wallet, digest);
    }

    function _approve(address wallet, bytes32 digest) private {
        uint256 at = approvedAt[wallet][digest];
        if (at != 0) revert Approvals_AlreadyApproved(wallet, digest, at);
        approvedAt[wallet][digest] = block.timestamp;
        emit Approved(wallet, digest);
    }
}
