// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {Anchor, Item, Posted, Terms} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Merkle} from "./Merkle.sol";
import {Preimage} from "./Preimage.sol";

/// @title Places
/// @notice Where an item stands and when it was settled (spec/settlement.md sections 4 and 5).
library Places {
    /// @notice Whether an item is in a settlement, at its place.
    function isSettled(address settlement, Posted calldata posted, Item calldata item, bytes32[] calldata proof)
        internal
        view
        returns (bool)
    {
        (uint256 number, uint256 first) = (item.item, posted.firstItem);
        if (number < first) return false;
        bytes32 leaf = Leaves.item(settlement, posted.key, item);
        return Merkle.root(leaf, number - first, posted.count, proof) == posted.itemRoot;
    }

    /// @notice Whether an anchor of this campaign stands and covers an item.
    function isAnchored(ICampaigns campaigns, uint256 campaign, Anchor calldata anchor, uint256 item)
        internal
        view
        returns (bool)
    {
        uint256 first = anchor.firstItem;
        if (item < first || item >= first + anchor.count) return false;
        return campaigns.anchorHash(campaign, first) == Preimage.digest(anchor);
    }

    /// @notice When a settlement was posted; its terms must have been matched.
    function postedAt(Posted calldata posted, Terms calldata terms) internal pure returns (uint256) {
        return posted.finalAt - terms.challengeWindow;
    }
}
