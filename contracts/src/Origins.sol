// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {Contribution, Item} from "./interfaces/Structs.sol";
import {Merkle} from "./Merkle.sol";
import {Typed} from "./Typed.sol";

/// @title Origins
/// @notice Where an item comes from: who signed what, and under which blinded leaf it was anchored (spec/settlement.md
/// sections 2 and 4).
library Origins {
    bytes32 internal constant ANCHOR = keccak256("headwater.anchor.v1");
    bytes32 private constant _CONTRIBUTION = keccak256(
        "Contribution(uint256 campaign,address contributor,bytes32 manifest,bytes32 contentRoot,bytes32 consent,uint256 nonce)"
    );

    /// @notice What the contributor signed: worthless on another chain and for another deployment.
    function digest(ICampaigns campaigns, Contribution calldata contribution) internal view returns (bytes32) {
        return Typed.digest(address(campaigns), keccak256(abi.encode(_CONTRIBUTION, contribution)));
    }

    /// @notice `Item.opening`.
    function opening(bytes32 salt, bytes32 signatureHash) internal pure returns (bytes32) {
        return Merkle.hash(salt, signatureHash);
    }

    /// @notice The blinded commitment an item must have been anchored under.
    function anchorLeaf(ICampaigns campaigns, uint256 campaign, bytes32 salt, Item calldata item)
        internal
        view
        returns (bytes32)
    {
        bytes32 inner = keccak256(
            abi.encode(ANCHOR, block.chainid, campaigns, campaign, salt, item.contributor, item.contribution)
        );
        return keccak256(bytes.concat(inner));
    }

    /// @notice Whether the contributor signed before he was anchored: by his key, or by an approval that was recorded.
    /// @dev A wallet is not asked now: it could answer otherwise than it did then.
    function isSigned(IApprovals approvals, Item calldata item, bytes calldata signature, uint256 anchoredAt)
        internal
        view
        returns (bool)
    {
        (address signer, ECDSA.RecoverError error,) = ECDSA.tryRecover(item.contribution, signature);
        if (error == ECDSA.RecoverError.NoError && signer == item.contributor) return true;
        uint256 approved = approvals.approvedAt(item.contributor, item.contribution);
        return approved != 0 && approved <= anchoredAt;
    }
}
