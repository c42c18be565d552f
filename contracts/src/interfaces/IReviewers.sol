// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReputation} from "./IReputation.sol";

/// @title Reviewers
/// @notice Who reviews: stakes of reviewers as weights, kept as they were when an anchor was made, and the draw from them
/// (spec/review.md section 2). An anchor fixes the weights before anybody can know the block its seed comes from.
/// @dev Leaves are numbered in the order accounts first got a weight, and never reused.
interface IReviewers {
    /// @notice An item whose reviewers are drawn. Contributor and anchorer are taken out before the first place.
    /// @param seed the one stored for the item's anchor
    /// @param weights the anchor's: root << 8 | depth of a sealed state
    struct Draw {
        uint256 campaign;
        uint32 item;
        bytes32 seed;
        uint40 weights;
        address contributor;
        address anchorer;
    }

    /// @notice What the newest epoch taken in says of an account: nothing yet, to be drawn, or out of draws.
    enum Standing {
        NONE,
        ADMITTED,
        SUSPENDED
    }

    event Heeded(address indexed account, uint256 indexed epoch, Standing standing);
    event Synced(address indexed account, uint256 indexed leaf, uint256 weight);

    error Reviewers_NoRow(uint256 epoch, address account);
    error Reviewers_NotCampaigns(address caller);

    /// @notice Takes in an account's row of the newest final epoch, then syncs: a row at the least weight puts it out of
    /// draws, any other lets it in. Anyone may, for anyone.
    function heed(address account, IReputation.Lookup calldata at) external;

    /// @notice Brings an account's weight to its reviewer stake: 0 if it lacks the role, is suspended, or came once an epoch
    /// was final and no row of it was taken in. Anyone may, for anyone.
    function sync(address account) external;

    /// @notice Campaigns only: keeps the present weights for ever.
    /// @return weights root << 8 | depth
    function seal() external returns (uint40 weights);

    /// @notice The first `count` reviewers of an item, in order of their places; fewer if there are not so many.
    function drawn(Draw calldata draw, uint256 count) external view returns (address[] memory);

    /// @notice The present weights, as `seal` would keep them: root << 8 | depth.
    function state() external view returns (uint40 weights);

    /// @notice An account's present weight.
    function weightOf(address account) external view returns (uint256);

    /// @notice What the newest row that was taken in says of an account.
    function standingOf(address account) external view returns (Standing);

    /// @notice Sum of all present weights.
    function totalWeight() external view returns (uint256);

    /// @notice Accounts that ever had a weight.
    function leafCount() external view returns (uint256);

    /// @notice Whose a leaf is; zero for none.
    function accountAt(uint256 leaf) external view returns (address);
}
