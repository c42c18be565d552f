// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IAdvances} from "./interfaces/IAdvances.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Pay, PostedHead} from "./interfaces/Structs.sol";
import {Tokens} from "./Tokens.sol";

/// @title Advances
/// @notice See IAdvances.
contract Advances is IAdvances, EIP712 {
    bytes32 private constant _ASSIGNMENT = keccak256(
        "Assignment(uint256 campaign,uint32 firstItem,address account,address to,uint96 price,uint40 deadline)"
    );

    ISettlement public immutable settlement;

    constructor(ISettlement settlement_) EIP712("Headwater", "1") {
        settlement = settlement_;
    }

    /// @inheritdoc IAdvances
    function advance(
        PostedHead calldata posted,
        Pay calldata pay,
        bytes32[] calldata proof,
        Assignment calldata assignment,
        bytes calldata signature
    ) external {
        if (block.timestamp > assignment.deadline) {
            revert Advances_Expired(assignment.deadline, block.timestamp);
        }
        uint256 range = assignment.campaign << 48 | assignment.firstItem;
        if (posted.key >> 16 != range || pay.account != assignment.account) revert Advances_OtherItems(posted.key);
        if (assignment.price > pay.amount) revert Advances_AboveOwed(assignment.price, pay.amount);
        if (!SignatureChecker.isValidSignatureNow(assignment.account, digestOf(assignment), signature)) {
            revert Advances_WrongSignature(assignment.account);
        }
        settlement.assign(posted, pay, proof, assignment.to);
        emit Advanced(posted.key, assignment.account, assignment.to, assignment.price, pay.amount);
        Tokens.pull(posted.token, msg.sender, assignment.account, assignment.price);
    }

    /// @inheritdoc IAdvances
    function digestOf(Assignment calldata assignment) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(_ASSIGNMENT, assignment)));
    }
}
