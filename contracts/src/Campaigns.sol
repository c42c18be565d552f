// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IReviewers} from "./interfaces/IReviewers.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Anchor, Ballot, CommitRoot, Terms} from "./interfaces/Structs.sol";
import {Ballots} from "./Ballots.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";
import {Tokens} from "./Tokens.sol";

/// @title Campaigns
/// @notice See ICampaigns.
contract Campaigns is ICampaigns, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 public constant MAX_REVIEW_FEE_BPS = 300;
    uint256 public constant MAX_OPERATOR_FEE_BPS = 1000;
    uint256 public constant MAX_NETWORK_FEE_BPS = 500;
    uint256 public constant MAX_ANCHOR = 1024;
    uint256 public constant MAX_WINDOW = 365 days;
    uint256 public constant MAX_DEADLINE = 3650 days;
    uint8 private constant _OPERATOR = 1;
    uint8 private constant _REVIEWER = 2;

    IStakes public immutable stakes;
    ISettlement public immutable settlement;
    IParameters public immutable parameters;
    address public immutable pools;
    IReviewers public immutable reviewers;

    uint128 private _campaigns;
    uint64 private _anchors;
    mapping(uint256 campaign => bytes32) public termsHash;
    mapping(uint256 campaign => State) private _states;
    mapping(uint256 campaign => mapping(uint256 firstItem => bytes32)) public anchorHash;
    mapping(uint256 campaign => mapping(uint256 firstItem => bytes32)) public seedOf;
    mapping(bytes32 key => bytes32) public commitRoots;
    mapping(bytes32 key => bytes32) public commits;
    mapping(bytes32 key => Revealed) private _reveals;
    mapping(uint256 campaign => uint256) public lapsedFrom;
    mapping(uint256 campaign => Pool) private _pools;

    constructor(
        IStakes stakes_,
        ISettlement settlement_,
        IParameters parameters_,
        address pools_,
        IReviewers reviewers_
    ) {
        stakes = stakes_;
        settlement = settlement_;
        parameters = parameters_;
        pools = pools_;
        reviewers = reviewers_;
    }

    modifier onlySettlement() {
        if (msg.sender != address(settlement)) revert Campaigns_NotSettlement(msg.sender);
        _;
    }

    modifier onlyPools() {
        if (msg.sender != pools) revert Campaigns_NotPools(msg.sender);
        _;
    }

    // Money

    /// @inheritdoc ICampaigns
    function fund(Terms calldata terms, uint256 amount) public nonReentrant returns (uint256 campaign) {
        _checkTerms(terms);
        _checkPool(terms, amount);
        campaign = ++_campaigns;
        termsHash[campaign] = keccak256(abi.encode(terms));
        _states[campaign] = State(amount.toUint96(), terms.pool, 0, 0);
        if (terms.pool > 0) _pools[campaign].left = terms.pool;
        emit Funded(campaign, msg.sender, amount, terms);
        if (amount > 0) Tokens.pull(terms.token, msg.sender, address(settlement), amount);
    }

    /// @inheritdoc ICampaigns
    function fundWithPermit(Terms calldata terms, uint256 amount, uint256 deadline, uint8 v, bytes32 r, bytes32 s)
        external
        returns (uint256)
    {
        // A permit someone else has already delivered must not stop the funding: the allowance decides.
        try IERC20Permit(terms.token).permit(msg.sender, address(this), amount, deadline, v, r, s) {} catch {}
        return fund(terms, amount);
    }

    /// @inheritdoc ICampaigns
    function topUp(uint256 campaign, Terms calldata terms, uint256 amount) external nonReentrant {
        _match(campaign, terms);
        _states[campaign].escrow += amount.toUint96();
        emit ToppedUp(campaign, msg.sender, amount);
        Tokens.pull(terms.token, msg.sender, address(settlement), amount);
    }

    /// @inheritdoc ICampaigns
    function refund(uint256 campaign, Terms calldata terms, uint256 amount) external nonReentrant {
        _match(campaign, terms);
        if (msg.sender != terms.requester) revert Campaigns_NotRequester(msg.sender, terms.requester);
        if (block.timestamp <= terms.deadline) revert Campaigns_DeadlineAhead(terms.deadline, block.timestamp);
        _spendUnreserved(_states[campaign], amount);
        _states[campaign].escrow -= uint96(amount);
        emit Refunded(campaign, msg.sender, amount);
        settlement.disburse(terms.token, msg.sender, amount);
    }

    /// @inheritdoc ICampaigns
    function lapse(uint256 campaign, Terms calldata terms) external {
        _match(campaign, terms);
        uint256 at = uint256(terms.deadline) + terms.lapseWindow;
        if (block.timestamp <= at) revert Campaigns_DeadlineAhead(at, block.timestamp);
        State storage state = _states[campaign];
        uint256 first = state.settled;
        uint256 count = state.anchored - first;
        if (count == 0) revert Campaigns_NothingReserved(campaign);
        // What pending and void settlements have reserved is theirs until they are released or reclaimed.
        uint256 reserve = count * Rules.reserve(terms);
        lapsedFrom[campaign] = first + 1;
        state.reserved -= uint96(reserve);
        state.settled = state.anchored;
        emit Lapsed(campaign, first, reserve);
    }

    /// @inheritdoc ICampaigns
    function reclaim(uint256 campaign, Terms calldata terms, Anchor calldata anchor_) external {
        _match(campaign, terms);
        _matchAnchor(campaign, anchor_);
        uint256 from = lapsedFrom[campaign];
        if (from == 0 || anchor_.firstItem + 1 < from) revert Campaigns_NotLapsed(campaign, anchor_.firstItem);
        delete anchorHash[campaign][anchor_.firstItem];
        uint256 deposit = anchor_.count * Rules.deposit(terms);
        emit DepositReclaimed(campaign, anchor_.firstItem, anchor_.anchorer, deposit);
        stakes.unlock(anchor_.anchorer, terms.token, deposit);
    }

    // Queue

    /// @inheritdoc ICampaigns
    function anchor(uint256 campaign, Terms calldata terms, bytes32 root, uint32 count, bytes32 cid)
        external
        returns (uint256)
    {
        return _anchor(campaign, terms, root, count, cid, false);
    }

    /// @inheritdoc ICampaigns
    function anchorDirect(uint256 campaign, Terms calldata terms, bytes32 leaf, bytes32 cid)
        external
        returns (uint256)
    {
        return _anchor(campaign, terms, leaf, 1, cid, true);
    }

    /// @inheritdoc ICampaigns
    function recordSeed(uint256 campaign, Anchor calldata anchor_) external {
        _matchAnchor(campaign, anchor_);
        uint256 from = uint256(anchor_.block_) + 2;
        if (block.number < from) revert Campaigns_SeedTooEarly(block.number, from);
        if (seedOf[campaign][anchor_.firstItem] != 0) revert Campaigns_SeedExists(campaign, anchor_.firstItem);
        // Missed for 256 blocks, one block in 256 counts: whoever records cannot choose among many.
        uint256 missed = (block.number - from) / 256;
        bytes32 seed = blockhash(from - 1 + 256 * missed);
        bool late = missed > 0;
        seedOf[campaign][anchor_.firstItem] = seed;
        emit SeedRecorded(campaign, anchor_.firstItem, seed, late);
    }

    /// @inheritdoc ICampaigns
    function commitVotes(uint256 campaign, uint32 firstItem, uint8 round, bytes32 root, uint32 count) external {
        if (!stakes.hasRole(msg.sender, _OPERATOR)) revert IStakes.Stakes_LacksRole(msg.sender, _OPERATOR);
        if (root == 0) revert Campaigns_EmptyRoot();
        if (count == 0) revert Campaigns_CountOutOfRange(count, type(uint32).max);
        if (anchorHash[campaign][firstItem] == 0) revert Campaigns_UnknownAnchor(campaign, firstItem);
        bytes32 key = Ballots.key(campaign, firstItem, round, msg.sender);
        if (commitRoots[key] != 0) revert Campaigns_CommitExists(key);
        commitRoots[key] = keccak256(abi.encode(root, count, uint40(block.timestamp)));
        emit VotesCommitted(campaign, firstItem, msg.sender, round, root, count, uint40(block.timestamp));
    }

    /// @inheritdoc ICampaigns
    function commitVote(uint256 campaign, uint32 item, uint8 round, bytes32 commit) external {
        if (!stakes.hasRole(msg.sender, _REVIEWER)) revert IStakes.Stakes_LacksRole(msg.sender, _REVIEWER);
        if (commit == 0) revert Campaigns_EmptyRoot();
        if (item >= _states[campaign].anchored) revert Campaigns_UnknownAnchor(campaign, item);
        bytes32 key = Ballots.key(campaign, item, round, msg.sender);
        if (commits[key] != 0) revert Campaigns_CommitExists(key);
        commits[key] = Ballots.stored(commit, uint40(block.timestamp));
        emit VoteCommitted(campaign, item, msg.sender, round, commit, uint40(block.timestamp));
    }

    /// @inheritdoc ICampaigns
    function revealVote(Ballot calldata ballot, uint40 time) external {
        bytes32 key = Ballots.key(ballot.campaign, ballot.item, ballot.round, ballot.reviewer);
        bytes32 commit = Ballots.commitOf(address(this), ballot);
        if (commits[key] != Ballots.stored(commit, time)) revert Campaigns_NotCommitted(key);
        _reveal(ballot, key, time);
    }

    /// @inheritdoc ICampaigns
    function revealVoteIn(Ballot calldata ballot, address operator, uint32 firstItem, CommitRoot calldata at) external {
        (uint256 campaign, uint256 item, uint256 round) = (ballot.campaign, ballot.item, ballot.round);
        bytes32 key = Ballots.key(campaign, firstItem, round, operator);
        bytes32 commit = Ballots.commitOf(address(this), ballot);
        bytes32 leaf = Ballots.leaf(address(this), campaign, item, round, ballot.reviewer, commit);
        if (commitRoots[key] != Ballots.stored(at) || at.leaf != leaf || !Ballots.stands(at, item - firstItem)) {
            revert Campaigns_NotCommitted(key);
        }
        _reveal(ballot, Ballots.key(campaign, item, round, ballot.reviewer), at.time);
    }

    // Settlement only

    /// @inheritdoc ICampaigns
    function take(Take calldata taken, uint32[] calldata firstItems, bytes32[] calldata anchors)
        external
        onlySettlement
    {
        uint256 campaign = taken.campaign;
        if (termsHash[campaign] != taken.terms) revert Campaigns_WrongTerms(campaign);
        State memory state = _states[campaign];
        Pool memory pool = _pools[campaign];
        if (taken.again && pool.closing) revert Campaigns_PoolClosing(campaign);
        if (!taken.again) {
            if (taken.firstItem != state.settled) revert Campaigns_NotNext(taken.firstItem, state.settled);
            for (uint256 i; i < anchors.length; ++i) {
                if (anchorHash[campaign][firstItems[i]] != anchors[i]) {
                    revert Campaigns_UnknownAnchor(campaign, firstItems[i]);
                }
            }
            state.settled += taken.count;
        }
        // What it does not spend stays reserved until it is final: proven wrong, it will be needed again.
        state.reserved -= taken.total;
        state.escrow -= taken.total;
        _states[campaign] = state;
    }

    /// @inheritdoc ICampaigns
    function book(uint256 campaign, uint96 credited, uint96 restored, uint96 freed) external onlySettlement {
        State memory state = _states[campaign];
        state.escrow += credited + restored;
        state.reserved = state.reserved + restored - freed;
        _states[campaign] = state;
        if (credited > 0) emit Credited(campaign, credited);
    }

    // Pools only

    /// @inheritdoc ICampaigns
    function lockPool(uint256 campaign, address closer, address token, uint256 bond) external onlyPools {
        _pools[campaign].closing = true;
        stakes.lock(closer, token, bond, 0);
    }

    /// @inheritdoc ICampaigns
    function reopenPool(uint256 campaign) external onlyPools {
        _pools[campaign].closing = false;
    }

    /// @inheritdoc ICampaigns
    function unlockPool(address closer, address token, uint256 bond) external onlyPools {
        stakes.unlock(closer, token, bond);
    }

    /// @inheritdoc ICampaigns
    function slashPool(uint256 campaign, address closer, address token, uint96 bond, address watcher, uint96 rewarded)
        external
        onlyPools
        nonReentrant
    {
        uint96 rest = bond - rewarded;
        State storage state = _states[campaign];
        state.escrow += rest;
        state.reserved += rest;
        _pools[campaign].left += rest;
        emit PoolRaised(campaign, rest);
        stakes.slash(closer, token, bond, watcher, rewarded);
        if (rest > 0) Tokens.send(token, address(settlement), rest);
    }

    /// @inheritdoc ICampaigns
    function payPool(uint256 campaign, address token, address to, uint96 amount) external onlyPools nonReentrant {
        _pools[campaign].left -= amount;
        State storage state = _states[campaign];
        state.escrow -= amount;
        state.reserved -= amount;
        emit PoolPaid(campaign, to, amount);
        settlement.disburse(token, to, amount);
    }

    /// @inheritdoc ICampaigns
    function freePool(uint256 campaign, uint96 amount) external onlyPools {
        _pools[campaign].left -= amount;
        _states[campaign].reserved -= amount;
        emit PoolFreed(campaign, amount);
    }

    // Views

    /// @inheritdoc ICampaigns
    function poolOf(uint256 campaign) external view returns (Pool memory) {
        return _pools[campaign];
    }

    /// @inheritdoc ICampaigns
    function reserveOf(Terms calldata terms) external pure returns (uint256) {
        return Rules.reserve(terms);
    }

    /// @inheritdoc ICampaigns
    function stateOf(uint256 campaign) external view returns (State memory) {
        return _states[campaign];
    }

    /// @inheritdoc ICampaigns
    function revealOf(uint256 campaign, uint32 item, uint8 round, address reviewer)
        external
        view
        returns (Revealed memory)
    {
        return _reveals[Ballots.key(campaign, item, round, reviewer)];
    }

    /// @inheritdoc ICampaigns
    function campaignCount() external view returns (uint256) {
        return _campaigns;
    }

    /// @inheritdoc ICampaigns
    function anchorCount() external view returns (uint256) {
        return _anchors;
    }

    function _anchor(uint256 campaign, Terms calldata terms, bytes32 root, uint32 count, bytes32 cid, bool direct)
        private
        returns (uint256)
    {
        _match(campaign, terms);
        if (block.timestamp > terms.deadline) revert Campaigns_DeadlinePassed(terms.deadline, block.timestamp);
        if (count == 0 || count > MAX_ANCHOR) revert Campaigns_CountOutOfRange(count, MAX_ANCHOR);
        if (root == 0) revert Campaigns_EmptyRoot();
        State memory state = _states[campaign];
        uint256 reserve = count * Rules.reserve(terms);
        _spendUnreserved(state, reserve);
        Anchor memory made = Anchor({
            sequence: ++_anchors,
            firstItem: state.anchored,
            count: count,
            anchorer: msg.sender,
            time: uint40(block.timestamp),
            block_: uint40(block.number),
            direct: direct,
            root: root,
            cid: cid,
            weights: reviewers.seal()
        });
        anchorHash[campaign][made.firstItem] = keccak256(abi.encode(made));
        state.anchored += count;
        state.reserved += uint96(reserve);
        _states[campaign] = state;
        emit Anchored(campaign, msg.sender, made);
        stakes.lock(msg.sender, terms.token, count * Rules.deposit(terms), direct ? 0 : _OPERATOR);
        return made.firstItem;
    }

    /// @param time when the commit was stored
    function _reveal(Ballot calldata ballot, bytes32 key, uint40 time) private {
        if (block.timestamp <= time) revert Campaigns_RevealTooEarly(time, block.timestamp);
        if (ballot.verdict > Rules.ACCEPT) revert Campaigns_NoVerdict(ballot.verdict);
        if (_reveals[key].time != 0) revert Campaigns_RevealExists(key);
        _reveals[key] = Revealed(uint40(block.timestamp), ballot.verdict);
        emit VoteRevealed(ballot.campaign, ballot.item, ballot.reviewer, ballot, uint40(block.timestamp));
    }

    function _spendUnreserved(State memory state, uint256 amount) private pure {
        uint256 unreserved = state.escrow - state.reserved;
        if (amount > unreserved) revert Campaigns_NotUnreserved(amount, unreserved);
    }

    function _match(uint256 campaign, Terms calldata terms) private view {
        if (termsHash[campaign] != Preimage.digest(terms)) revert Campaigns_WrongTerms(campaign);
    }

    function _matchAnchor(uint256 campaign, Anchor calldata anchor_) private view {
        if (anchorHash[campaign][anchor_.firstItem] != Preimage.digest(anchor_)) {
            revert Campaigns_UnknownAnchor(campaign, anchor_.firstItem);
        }
    }

    function _checkTerms(Terms calldata terms) private view {
        if (msg.sender != terms.requester) revert Campaigns_NotRequester(msg.sender, terms.requester);
        if (terms.unitReward == 0) revert Campaigns_ZeroReward();
        IParameters.FundingLimits memory limits = parameters.fundingLimits();
        if (terms.feeBps != limits.networkFeeBps) revert Campaigns_WrongFee(terms.feeBps, limits.networkFeeBps);
        // Held here too: no vote goes above them, whatever Parameters says.
        _atMost(terms.feeBps, MAX_NETWORK_FEE_BPS);
        _atMost(terms.reviewFeeBps, _least(limits.reviewFeeBps, MAX_REVIEW_FEE_BPS));
        _atMost(terms.operatorFeeBps, _least(limits.operatorFeeBps, MAX_OPERATOR_FEE_BPS));
        _atMost(terms.depositBps, Rules.BPS);
        _atMost(uint256(terms.ownerBps) + terms.feeBps, Rules.BPS);
        if (terms.deadline <= block.timestamp || terms.deadline > block.timestamp + MAX_DEADLINE) {
            revert Campaigns_DeadlineOutOfRange(terms.deadline, block.timestamp);
        }
        _within(terms.settleWindow, limits.settle);
        _within(terms.challengeWindow, limits.challenge);
        // Whoever voids a settlement at its last second leaves time for another one before the reserve lapses.
        uint256 replace = uint256(terms.settleWindow) + 2 * uint256(terms.challengeWindow);
        _within(terms.lapseWindow, replace > limits.lapse ? replace : limits.lapse);
    }

    /// @dev A pool is there from the start and has a floor: little work never takes all of it.
    function _checkPool(Terms calldata terms, uint256 amount) private pure {
        if (terms.mode > Rules.POOL_MODE) revert Campaigns_UnknownMode(terms.mode);
        bool priced = terms.mode == Rules.PRICE_MODE;
        if (priced != (terms.pool == 0) || priced != (terms.poolFloor == 0) || amount < terms.pool) {
            revert Campaigns_WrongPool(terms.pool, terms.poolFloor, amount);
        }
    }

    function _atMost(uint256 bps, uint256 limit) private pure {
        if (bps > limit) revert Campaigns_FeeTooHigh(bps, limit);
    }

    function _least(uint256 a, uint256 b) private pure returns (uint256) {
        return a < b ? a : b;
    }

    function _within(uint256 window, uint256 floor) private pure {
        if (window < floor || window > MAX_WINDOW) revert Campaigns_WindowOutOfRange(window, floor, MAX_WINDOW);
    }
}
