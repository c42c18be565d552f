// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {IApprovals} from "./interfaces/IApprovals.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {Anchor, Contribution, Item, Posted, Vote} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Merkle} from "./Merkle.sol";
import {Preimage} from "./Preimage.sol";

/// @title Origins
/// @notice Where an item comes from: who signed what, under which blinded leaf it was anchored, and who voted on it
/// (spec/settlement.md sections 2 and 4).
library Origins {
    bytes32 internal constant ANCHOR = keccak256("headwater.anchor.v1");
    bytes32 internal constant COMMIT = keccak256("headwater.commit.v1");
    bytes32 internal constant VOTE = keccak256("headwater.vote.v1");
    bytes32 private constant _DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");
    bytes32 private constant _CONTRIBUTION = keccak256(
        "Contribution(uint256 campaign,address contributor,bytes32 manifest,bytes32 contentRoot,bytes32 consent,uint256 nonce)"
    );

    /// @notice What the contributor signed: worthless on another chain and for another deployment.
    function digest(ICampaigns campaigns, Contribution calldata contribution) internal view returns (bytes32) {
        bytes32 domain =
            keccak256(abi.encode(_DOMAIN, keccak256("Headwater"), keccak256("1"), block.chainid, campaigns));
        return MessageHashUtils.toTypedDataHash(domain, keccak256(abi.encode(_CONTRIBUTION, contribution)));
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

    /// @notice What a reviewer committed to, if it was this vote.
    function commit(
        ICampaigns campaigns,
        uint256 campaign,
        uint32 item,
        Vote calldata vote,
        bytes32 reasons,
        bytes32 salt
    ) internal view returns (bytes32) {
        bytes memory head = abi.encode(VOTE, block.chainid, campaigns, campaign, item);
        return keccak256(bytes.concat(head, abi.encode(vote.round, vote.reviewer, vote.verdict, reasons, salt)));
    }

    /// @notice The leaf of a vote's commit.
    function commitLeaf(ICampaigns campaigns, uint256 campaign, uint32 item, Vote calldata vote)
        internal
        view
        returns (bytes32)
    {
        bytes32 inner = keccak256(
            abi.encode(COMMIT, block.chainid, campaigns, campaign, item, vote.round, vote.reviewer, vote.commit)
        );
        return keccak256(bytes.concat(inner));
    }

    /// @notice Whether an item is in a settlement, at its place.
    function isSettled(address settlement, Posted calldata posted, Item calldata item, bytes32[] calldata proof)
        internal
        view
        returns (bool)
    {
        if (item.item < posted.firstItem) return false;
        bytes32 leaf = Leaves.item(settlement, posted.key, item);
        return Merkle.root(leaf, item.item - posted.firstItem, posted.count, proof) == posted.itemRoot;
    }

    /// @notice Whether an anchor of this campaign stands and covers an item.
    function isAnchored(ICampaigns campaigns, uint256 campaign, Anchor calldata anchor, uint256 item)
        internal
        view
        returns (bool)
    {
        return item >= anchor.firstItem && item < uint256(anchor.firstItem) + anchor.count
            && campaigns.anchorHash(campaign, anchor.firstItem) == Preimage.digest(anchor);
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
