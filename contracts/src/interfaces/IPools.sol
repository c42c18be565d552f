// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IShareTrees} from "./IShareTrees.sol";
import {Closing, ItemProof, Share, ShareProof, Terms} from "./Structs.sol";

/// @title Pools
/// @notice Pool mode: one closing after the deadline divides a campaign's pool among everything accepted, by share weight
/// (spec/settlement.md section 10). Optimistic like a settlement: final unless proven wrong within the campaign's window.
/// The share tree is under the faults of every share tree, here with a Closing for the tree's preimage.
interface IPools is IShareTrees {
    /// @param attempt counts void closings
    /// @param finalAt of the closing that stands, 0 if none
    /// @param released whether its bond is unlocked
    /// @param claims shares paid
    /// @param paid of the pool
    struct Standing {
        uint32 attempt;
        uint40 finalAt;
        bool released;
        uint32 claims;
        uint96 paid;
    }

    event Closed(uint256 indexed campaign, address indexed closer, Closing closing, uint256[] settlements);
    /// @param fault selector of the function that held; `index` the leaf it was shown on
    event ClosingVoided(
        uint256 indexed campaign, address indexed watcher, bytes4 indexed fault, uint256 attempt, uint256 index
    );
    event ClosingCollected(uint256 indexed campaign, address indexed watcher, uint256 rewarded, uint256 credited);
    event ClosingReleased(uint256 indexed campaign, address indexed closer, uint256 bond);
    event PoolClaimed(uint256 indexed campaign, address indexed account, uint256 index, uint256 amount);

    error Pools_WrongTerms(uint256 campaign);
    error Pools_NotPoolMode(uint256 campaign);
    error Pools_DeadlineAhead(uint256 deadline, uint256 nowAt);
    error Pools_Unsettled(uint256 settled, uint256 anchored);
    error Pools_AlreadyClosed(uint256 campaign);
    error Pools_NotCollected(uint256 campaign, uint256 attempt);
    error Pools_WrongSettlements(uint256 key);
    error Pools_WrongShares(uint256 shares, uint256 totalWeight);
    error Pools_WrongClosing(uint256 campaign);
    error Pools_NotFinal(uint256 finalAt, uint256 nowAt);
    error Pools_AlreadyFinal(uint256 finalAt, uint256 nowAt);
    error Pools_WrongShare(uint256 weight, uint256 cumulative, uint256 total);
    error Pools_AlreadyClaimed(uint256 campaign, uint256 index);
    error Pools_AbovePool(uint256 wanted, uint256 payable_);
    error Pools_NothingToFree(uint256 campaign);

    /// @notice Closes a pool: after the deadline, when nothing is unsettled. Anyone with free collateral may, the requester
    /// too: the bond is a quarter of the pool, at least 10 R.
    /// @param keys every settlement of the campaign that was not voided, all final, ascending
    function close(
        uint256 campaign,
        Terms calldata terms,
        uint256[] calldata keys,
        bytes32 shareRoot,
        uint32 shares,
        uint128 totalWeight,
        bytes32 evidence
    ) external;

    /// @notice Pays a share of a final closing to its account, once, whoever calls.
    function claim(Closing calldata closing, Share calldata share, bytes32[] calldata proof) external;

    /// @notice After final, anyone: unlocks the bond, and makes unreserved what no share can claim; again when all shares
    /// are paid, for what rounding left.
    function release(Closing calldata closing) external;

    /// @notice Takes the bond of a void closing: half to the watcher's collateral, half to the campaign's pool:
    /// so a requester who stalls with lies pays his contributors for it. The next closing waits for this.
    function collect(Closing calldata closing, address watcher) external;

    /// @notice A settlement of the campaign was left out: it stands and is not among `keys`, or it is void and could still
    /// be replaced when the pool was closed.
    function proveMissingSettlement(Closing calldata closing, uint256[] calldata keys, uint256 key) external;

    /// @notice As IShareFaults.
    function proveShareList(Closing calldata closing, ShareProof calldata leaf) external;

    /// @notice As IShareFaults.
    function proveShareItem(
        Closing calldata closing,
        uint256[] calldata keys,
        ShareProof calldata leaf,
        uint256 at,
        ItemProof calldata item
    ) external;

    /// @notice As IShareFaults.
    function proveShareWeight(Closing calldata closing, ShareProof calldata leaf, ItemProof[] calldata items) external;

    /// @notice As IShareFaults.
    function proveShareSum(Closing calldata closing, ShareProof calldata a, ShareProof calldata b) external;

    /// @notice As IShareFaults; a withdrawn clip is paid for all the same. Of a closing without leaves `low` and `high` are
    /// not read.
    function proveUnlisted(
        Closing calldata closing,
        uint256[] calldata keys,
        ItemProof calldata item,
        ShareProof calldata low,
        ShareProof calldata high
    ) external;

    /// @notice As IShareFaults.
    function callShare(Closing calldata closing, uint256 index) external;

    /// @notice As IShareFaults.
    function showShare(Closing calldata closing, ShareProof calldata leaf) external;

    /// @notice As IShareFaults.
    function proveUnshown(Closing calldata closing, uint256 index) external;

    /// @notice Hash of the closing that stands, or zero.
    function closingHash(uint256 campaign) external view returns (bytes32);

    function standingOf(uint256 campaign) external view returns (Standing memory);

    function isClaimed(uint256 campaign, uint256 index) external view returns (bool);
}
