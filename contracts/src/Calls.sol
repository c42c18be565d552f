// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IApprovals} from "./interfaces/IApprovals.sol";
import {ICalls} from "./interfaces/ICalls.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {IDoubts} from "./interfaces/IDoubts.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Anchor, Ballot, Item, Pay, Posted, Terms, Vote} from "./interfaces/Structs.sol";
import {Ballots} from "./Ballots.sol";
import {Leaves} from "./Leaves.sol";
import {Merkle} from "./Merkle.sol";
import {Origins} from "./Origins.sol";
import {Pays} from "./Pays.sol";
import {Places} from "./Places.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";

/// @title Calls
/// @notice See ICalls.
contract Calls is ICalls {
    /// @notice Bytes of a signature; nine votes, their reveals and it stay below 4 KiB.
    uint256 public constant MAX_SIGNATURE = 1024;
    /// @notice From here on a place is a pay leaf's.
    uint256 public constant PAYS = 1 << 32;
    uint8 private constant _CONTRIBUTOR = 0;

    ISettlement public immutable settlement;
    ICampaigns public immutable campaigns;
    IDoubts public immutable doubts;
    IApprovals public immutable approvals;
    IStakes public immutable stakes;
    address public immutable networkToken;
    uint256 public immutable callBond;

    mapping(uint256 key => mapping(uint256 place => Call)) private _calls;

    /// @notice Everything this contract is told at deployment.
    struct Parts {
        ISettlement settlement;
        ICampaigns campaigns;
        IDoubts doubts;
        IApprovals approvals;
        IStakes stakes;
        address networkToken;
        uint256 callBond;
    }

    constructor(Parts memory parts) {
        settlement = parts.settlement;
        campaigns = parts.campaigns;
        doubts = parts.doubts;
        approvals = parts.approvals;
        stakes = parts.stakes;
        networkToken = parts.networkToken;
        callBond = parts.callBond;
    }

    /// @inheritdoc ICalls
    function call(Posted calldata posted, Terms calldata terms, uint256 place) external {
        uint256 key = posted.key;
        if (Preimage.digest(terms) != posted.terms) revert Calls_WrongTerms(key);
        uint256 half = terms.challengeWindow / 2;
        uint256 until = Places.postedAt(posted, terms) + half;
        if (block.timestamp > until) revert Calls_TooLate(until, block.timestamp);
        if (!_exists(posted, place)) revert Calls_UnknownPlace(key, place);
        if (_calls[key][place].by != address(0)) revert Calls_AlreadyCalled(key, place);
        uint40 due = uint40(block.timestamp + half);
        _calls[key][place] = Call(msg.sender, due, uint40(half), address(0));
        emit Called(key, place, msg.sender, due);
        doubts.suspend(posted); // checks the preimage, and that it is not final
        stakes.lock(msg.sender, networkToken, callBond, 0);
    }

    /// @inheritdoc ICalls
    function answer(Posted calldata posted, Item calldata item, bytes32[] calldata itemProof, Record calldata record)
        external
    {
        if (!Places.isSettled(address(settlement), posted, item, itemProof)) revert Calls_WrongItem(item.item);
        if (!Places.isAnchored(campaigns, posted.campaign, record.anchor, item.item)) {
            revert Calls_WrongAnchor(posted.campaign, record.anchor.firstItem);
        }
        if (item.verdict != Rules.MISSING) _checkOrigin(posted.campaign, item, record);
        _checkVotes(posted.campaign, item, record);
        uint40 reopened = _answered(posted, item.item);
        emit Answered(posted.key, item.item, msg.sender, item, record);
        doubts.resume(posted, reopened);
    }

    /// @inheritdoc ICalls
    function answerPay(Posted calldata posted, Pay calldata pay, bytes32[] calldata proof, bytes calldata numbers)
        external
    {
        bytes32 leaf = Leaves.pay(address(settlement), posted.key, pay);
        (bytes32 root,) = Pays.root(leaf, pay.index, posted.payCount, proof);
        if (root != posted.payRoot) revert Calls_WrongPay(pay.index);
        if (pay.kind == _CONTRIBUTOR && _numbersHash(numbers) != pay.items) revert Calls_WrongNumbers(pay.index);
        uint40 reopened = _answered(posted, PAYS + pay.index);
        emit PayAnswered(posted.key, PAYS + pay.index, msg.sender, pay, numbers);
        doubts.resume(posted, reopened);
    }

    /// @inheritdoc ICalls
    function expire(Posted calldata posted, uint256 place) external {
        uint256 key = posted.key;
        Call memory asked = _open(key, place);
        if (block.timestamp <= asked.due) revert Calls_StillTime(asked.due, block.timestamp);
        delete _calls[key][place];
        emit CallExpired(key, place, asked.by);
        settlement.void(posted, asked.by, msg.sig, place); // checks the preimage, too
        stakes.unlock(asked.by, networkToken, callBond);
    }

    /// @inheritdoc ICalls
    function close(uint256 key, uint256 place) external {
        Call memory asked = _calls[key][place];
        if (asked.by == address(0)) revert Calls_NotCalled(key, place);
        bool void_ = settlement.isVoid(key);
        if (!void_ && !settlement.isFinal(key)) revert Calls_NotDecided(key);
        delete _calls[key][place];
        emit CallClosed(key, place, void_ ? asked.by : asked.answerer);
        if (void_) stakes.unlock(asked.by, networkToken, callBond);
        else stakes.slash(asked.by, networkToken, callBond, asked.answerer, callBond);
    }

    /// @inheritdoc ICalls
    function callOf(uint256 key, uint256 place) external view returns (Call memory) {
        return _calls[key][place];
    }

    /// @return reopened before when the settlement is not final
    function _answered(Posted calldata posted, uint256 place) private returns (uint40 reopened) {
        Call memory asked = _open(posted.key, place);
        if (block.timestamp > asked.due) revert Calls_TooLate(asked.due, block.timestamp);
        settlement.check(posted);
        _calls[posted.key][place].answerer = msg.sender;
        reopened = uint40(block.timestamp) + asked.half;
    }

    function _open(uint256 key, uint256 place) private view returns (Call memory asked) {
        asked = _calls[key][place];
        if (asked.by == address(0)) revert Calls_NotCalled(key, place);
        if (asked.answerer != address(0)) revert Calls_AlreadyAnswered(key, place);
    }

    function _exists(Posted calldata posted, uint256 place) private pure returns (bool) {
        if (place >= PAYS) return place - PAYS < posted.payCount;
        return place >= posted.firstItem && place - posted.firstItem < posted.count;
    }

    /// @dev Anchored, and signed by the contributor for this campaign.
    function _checkOrigin(uint256 campaign, Item calldata item, Record calldata record) private view {
        uint256 number = item.item;
        bytes calldata signature = record.signature;
        if (signature.length > MAX_SIGNATURE) revert Calls_TooLong(signature.length, MAX_SIGNATURE);
        if (Origins.opening(record.salt, keccak256(signature)) != item.opening) revert Calls_WrongOpening(number);
        if (
            Origins.digest(campaigns, record.contribution) != item.contribution
                || record.contribution.campaign != campaign || record.contribution.contributor != item.contributor
        ) revert Calls_WrongContribution(number);
        bytes32 leaf = Origins.anchorLeaf(campaigns, campaign, record.salt, item);
        Anchor calldata anchor = record.anchor;
        if (Merkle.root(leaf, number - anchor.firstItem, anchor.count, record.anchorProof) != anchor.root) {
            revert Calls_WrongLeaf(number);
        }
        if (!Origins.isSigned(approvals, item, signature, anchor.time)) revert Calls_NotSigned(number);
    }

    function _checkVotes(uint256 campaign, Item calldata item, Record calldata record) private view {
        Vote[] calldata votes = record.votes;
        if (votes.length > Rules.MAX_VOTES) revert Calls_TooLong(votes.length, Rules.MAX_VOTES);
        if (votes.length != record.reveals.length) revert Calls_LengthMismatch(votes.length, record.reveals.length);
        if (Preimage.digest(votes) != item.votesRoot) revert Calls_WrongVotes(item.item);
        for (uint256 i; i < votes.length; ++i) {
            _checkVote(campaign, item.item, record.anchor, votes[i], record.reveals[i]);
        }
    }

    /// @dev On chain at its place, and open to the verdict that was counted.
    function _checkVote(
        uint256 campaign,
        uint32 item,
        Anchor calldata anchor,
        Vote calldata vote,
        Reveal calldata reveal
    ) private view {
        (address book, uint8 round, address reviewer) = (address(campaigns), vote.round, vote.reviewer);
        Ballot memory ballot = Ballot(campaign, item, round, reviewer, vote.verdict, reveal.reasons, reveal.salt);
        if (Ballots.commitOf(book, ballot) != vote.commit) revert Calls_WrongReveal(item, round);
        bytes32 found;
        bytes32 stored;
        if (reveal.operator == address(0)) {
            found = campaigns.commits(Ballots.key(campaign, item, round, reviewer));
            stored = Ballots.stored(vote.commit, reveal.time);
        } else {
            found = campaigns.commitRoots(Ballots.key(campaign, anchor.firstItem, round, reveal.operator));
            bytes32 leaf = Ballots.leaf(book, campaign, item, round, reviewer, vote.commit);
            bytes32 root = Merkle.root(leaf, item - anchor.firstItem, anchor.count, reveal.proof);
            stored = Ballots.stored(root, reveal.count, reveal.time);
        }
        if (found == 0 || found != stored) revert Calls_WrongCommit(item, round);
    }

    /// @dev `H(abi.encode(uint32[]))` of numbers of four bytes each.
    function _numbersHash(bytes calldata numbers) private pure returns (bytes32) {
        uint32[] memory list = new uint32[](numbers.length / 4);
        for (uint256 i; i < list.length; ++i) {
            list[i] = uint32(bytes4(numbers[4 * i:4 * i + 4]));
        }
        return keccak256(abi.encode(list));
    }
}
