// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor, Ballot, CommitRoot, Terms} from "./Structs.sol";

/// @title Campaigns
/// @notice Escrow, terms and the queue of anchored items. All campaign money, settled or not, is held here.
interface ICampaigns {
    /// @param escrow unsettled money
    /// @param reserved part of it promised to anchored items; never above escrow
    /// @param anchored items in the queue
    /// @param settled items some settlement covers, pending, final or void
    struct State {
        uint96 escrow;
        uint96 reserved;
        uint32 anchored;
        uint32 settled;
    }

    /// @notice What Settlement tells Campaigns when it takes items from the queue.
    struct Take {
        uint256 campaign;
        bytes32 terms;
        uint32 firstItem;
        uint32 count;
        uint96 total;
        bool again;
    }

    /// @param left of the pool: neither paid nor freed
    /// @param closing whether a closing stands, pending or final: nothing is settled again meanwhile
    struct Pool {
        uint96 left;
        bool closing;
    }

    /// @notice A vote opened on chain; time 0 for none.
    struct Revealed {
        uint40 time;
        uint8 verdict;
    }

    event Funded(uint256 indexed campaign, address indexed requester, uint256 amount, Terms terms);
    event ToppedUp(uint256 indexed campaign, address indexed from, uint256 amount);
    event Refunded(uint256 indexed campaign, address indexed requester, uint256 amount);
    event Lapsed(uint256 indexed campaign, uint256 firstItem, uint256 unreserved);
    event Anchored(uint256 indexed campaign, address indexed anchorer, Anchor anchor);
    event DepositReclaimed(uint256 indexed campaign, uint256 indexed firstItem, address anchorer, uint256 amount);
    event SeedRecorded(uint256 indexed campaign, uint256 indexed firstItem, bytes32 seed, bool late);
    event VotesCommitted(
        uint256 indexed campaign,
        uint256 indexed firstItem,
        address indexed operator,
        uint8 round,
        bytes32 root,
        uint32 count,
        uint40 time
    );
    event VoteCommitted(
        uint256 indexed campaign,
        uint256 indexed item,
        address indexed reviewer,
        uint8 round,
        bytes32 commit,
        uint40 time
    );
    event VoteRevealed(
        uint256 indexed campaign, uint256 indexed item, address indexed reviewer, Ballot ballot, uint40 time
    );
    event Credited(uint256 indexed campaign, uint256 amount);
    event PoolPaid(uint256 indexed campaign, address indexed to, uint256 amount);
    event PoolRaised(uint256 indexed campaign, uint256 amount);
    event PoolFreed(uint256 indexed campaign, uint256 amount);

    error Campaigns_NotSettlement(address caller);
    error Campaigns_NotRequester(address caller, address requester);
    error Campaigns_WrongTerms(uint256 campaign);
    error Campaigns_ZeroReward();
    error Campaigns_FeeTooHigh(uint256 bps, uint256 limit);
    error Campaigns_WrongFee(uint256 bps, uint256 expected);
    error Campaigns_WindowOutOfRange(uint256 window, uint256 floor, uint256 ceiling);
    error Campaigns_DeadlineOutOfRange(uint256 deadline, uint256 nowAt);
    error Campaigns_DeadlinePassed(uint256 deadline, uint256 nowAt);
    error Campaigns_DeadlineAhead(uint256 deadline, uint256 nowAt);
    error Campaigns_UnknownMode(uint8 mode);
    error Campaigns_WrongPool(uint256 pool, uint256 floor, uint256 funded);
    error Campaigns_PoolClosing(uint256 campaign);
    error Campaigns_NotPools(address caller);
    error Campaigns_CountOutOfRange(uint256 count, uint256 limit);
    error Campaigns_EmptyRoot();
    error Campaigns_NotUnreserved(uint256 wanted, uint256 unreserved);
    error Campaigns_NothingReserved(uint256 campaign);
    error Campaigns_UnknownAnchor(uint256 campaign, uint256 firstItem);
    error Campaigns_NotLapsed(uint256 campaign, uint256 firstItem);
    error Campaigns_SeedTooEarly(uint256 block_, uint256 from);
    error Campaigns_SeedExists(uint256 campaign, uint256 firstItem);
    error Campaigns_CommitExists(bytes32 key);
    error Campaigns_NotCommitted(bytes32 key);
    error Campaigns_RevealTooEarly(uint256 committed, uint256 nowAt);
    error Campaigns_RevealExists(bytes32 key);
    error Campaigns_NoVerdict(uint8 verdict);
    error Campaigns_NotNext(uint256 firstItem, uint256 expected);

    /// @notice Opens a campaign with `amount` of the caller's tokens; the caller must be `terms.requester`. In pool mode at
    /// least the pool, which is reserved from the start.
    /// @return campaign its id, from 1
    function fund(Terms calldata terms, uint256 amount) external returns (uint256 campaign);

    /// @notice The same with an ERC-2612 permit of `amount` to this contract.
    function fundWithPermit(Terms calldata terms, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256 campaign);

    /// @notice Adds to a campaign's escrow; anyone may.
    function topUp(uint256 campaign, Terms calldata terms, uint256 amount) external;

    /// @notice Pays unreserved escrow back to the requester, after the deadline.
    function refund(uint256 campaign, Terms calldata terms, uint256 amount) external;

    /// @notice Frees the reserve of unsettled items, after deadline and lapse window; they can no longer be settled. What
    /// pending and void settlements have reserved is freed by `Settlement.release` and `Settlement.reclaim`. A pool stays
    /// reserved until it is closed: anyone bonded can close it.
    function lapse(uint256 campaign, Terms calldata terms) external;

    /// @notice Unlocks the deposit of an anchor that lapsed unsettled.
    function reclaim(uint256 campaign, Terms calldata terms, Anchor calldata anchor_) external;

    /// @notice Appends `count` blinded commitments under `root`; locks the operator's deposit and the items' reserve.
    function anchor(uint256 campaign, Terms calldata terms, bytes32 root, uint32 count, bytes32 cid)
        external
        returns (uint256 firstItem);

    /// @notice Appends the caller's own commitment; needs no role, locks the caller's deposit.
    function anchorDirect(uint256 campaign, Terms calldata terms, bytes32 leaf, bytes32 cid)
        external
        returns (uint256 firstItem);

    /// @notice Stores the block hash reviewers of this anchor are drawn from, once.
    function recordSeed(uint256 campaign, Anchor calldata anchor_) external;

    /// @notice Stores an operator's root of vote commits for a round over an anchor, once. Leaf i of its `count` leaves,
    /// as many as the anchor has items, is the commit for item `firstItem + i`, a zero word where it has none.
    function commitVotes(uint256 campaign, uint32 firstItem, uint8 round, bytes32 root, uint32 count) external;

    /// @notice Stores a reviewer's own vote commit, once.
    function commitVote(uint256 campaign, uint32 item, uint8 round, bytes32 commit) external;

    /// @notice Opens a vote the reviewer himself committed at `time`, so that no settler can leave it out. Whoever holds
    /// the opening may; not in the second of the commit.
    function revealVote(Ballot calldata ballot, uint40 time) external;

    /// @notice The same for a commit that stands in an operator's root over the anchor that begins with `firstItem`.
    function revealVoteIn(Ballot calldata ballot, address operator, uint32 firstItem, CommitRoot calldata at) external;

    /// @notice Settlement only: takes items off the queue (or again, after a void) and turns `total` of escrow into
    /// the settlement's funds. The rest of the items' reserve stays reserved until it is freed by `book`.
    function take(Take calldata taken, uint32[] calldata firstItems, bytes32[] calldata anchors) external;

    /// @notice Settlement only: what became of a settlement's money.
    /// @param credited tokens received for the campaign from Stakes, unreserved
    /// @param restored funds of a void settlement: escrow and reserved
    /// @param freed what a final settlement did not spend, or all that one which nobody replaced had reserved
    function book(uint256 campaign, uint96 credited, uint96 restored, uint96 freed) external;

    /// @notice Pools only: locks a closer's collateral and keeps the campaign's void settlements from being settled again.
    function lockPool(uint256 campaign, address closer, address token, uint256 bond) external;

    /// @notice Pools only: the closing is void.
    function reopenPool(uint256 campaign) external;

    /// @notice Pools only: unlocks a closer's collateral.
    function unlockPool(address closer, address token, uint256 bond) external;

    /// @notice Pools only: slashes a closer; what the watcher does not get is added to the pool.
    function slashPool(uint256 campaign, address closer, address token, uint96 bond, address watcher, uint96 rewarded)
        external;

    /// @notice Pools only: pays a part of the pool out of the escrow.
    function payPool(uint256 campaign, address token, address to, uint96 amount) external;

    /// @notice Pools only: makes a part of the pool unreserved.
    function freePool(uint256 campaign, uint96 amount) external;

    function poolOf(uint256 campaign) external view returns (Pool memory);

    /// @notice R, in price mode, and the fee caps, each rounded up: what one anchored item reserves.
    function reserveOf(Terms calldata terms) external pure returns (uint256);

    function termsHash(uint256 campaign) external view returns (bytes32);

    function stateOf(uint256 campaign) external view returns (State memory);

    function anchorHash(uint256 campaign, uint256 firstItem) external view returns (bytes32);

    function seedOf(uint256 campaign, uint256 firstItem) external view returns (bytes32);

    /// @notice `H(abi.encode(root, count, time))` of a commit root, by `H(abi.encode(id, firstItem, round, operator))`.
    function commitRoots(bytes32 key) external view returns (bytes32);

    /// @notice `H(abi.encode(commit, time))` of a lone commit, by `H(abi.encode(id, item, round, reviewer))`.
    function commits(bytes32 key) external view returns (bytes32);

    function revealOf(uint256 campaign, uint32 item, uint8 round, address reviewer)
        external
        view
        returns (Revealed memory);

    /// @notice One more than the first item that lapsed; 0 while nothing did.
    function lapsedFrom(uint256 campaign) external view returns (uint256);

    function campaignCount() external view returns (uint256);

    function anchorCount() external view returns (uint256);
}
