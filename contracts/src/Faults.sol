// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IFaults} from "./interfaces/IFaults.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Item, Pay, Posted, Terms, Vote} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Merkle} from "./Merkle.sol";
import {Pays} from "./Pays.sol";
import {Places} from "./Places.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";

/// @title Faults
/// @notice See IFaults. Holds nothing and decides nothing that a stranger could not recompute.
contract Faults is IFaults {
    uint8 private constant _CONTRIBUTOR = 0;
    uint8 private constant _REVIEWER = 1;
    uint8 private constant _OPERATOR = 2;

    ISettlement public immutable settlement;

    constructor(ISettlement settlement_) {
        settlement = settlement_;
    }

    // Items

    /// @inheritdoc IFaults
    function proveVerdict(
        Posted calldata posted,
        Terms calldata terms,
        Item calldata item,
        bytes32[] calldata proof,
        Vote[] calldata votes
    ) external {
        _matchTerms(posted, terms);
        _matchItem(posted, item, proof);
        _matchVotes(item, votes);
        int256 sum = Rules.sum(item.llr, item.prior, votes);
        bool right = Rules.wellFormed(item.prior, votes)
            && Rules.stands(item.verdict, sum, terms.thresholdMilli, item.novelty, votes.length);
        _void(posted, !right, item.item);
    }

    /// @inheritdoc IFaults
    function proveByte(
        Posted calldata posted,
        Item calldata item,
        bytes32[] calldata proof,
        bytes calldata verdicts,
        Vote[] calldata votes
    ) external {
        _matchItem(posted, item, proof);
        _matchVotes(item, votes);
        if (keccak256(verdicts) != posted.verdictsHash) revert Faults_WrongVerdicts(posted.key);
        uint256 at = 2 * uint256(item.item - posted.firstItem);
        uint256 score;
        if (item.verdict == Rules.ACCEPT) {
            score = Rules.score(Rules.quality(Rules.sum(item.llr, item.prior, votes)), item.grade);
        }
        bool right = uint8(verdicts[at]) == item.verdict && uint8(verdicts[at + 1]) == score;
        _void(posted, !right, item.item);
    }

    /// @inheritdoc IFaults
    function proveReward(
        Posted calldata posted,
        Terms calldata terms,
        Item calldata item,
        bytes32[] calldata proof,
        Vote[] calldata votes
    ) external {
        _matchTerms(posted, terms);
        _matchItem(posted, item, proof);
        _matchVotes(item, votes);
        _void(posted, !_rewardRight(posted, terms, item, votes), item.item);
    }

    /// @inheritdoc IFaults
    function proveOrder(Posted calldata posted, uint256 index, Item calldata item, bytes32[] calldata proof) external {
        bytes32 leaf = Leaves.item(address(settlement), posted.key, item);
        if (Merkle.root(leaf, index, posted.count, proof) != posted.itemRoot) revert Faults_WrongProof(index);
        _void(posted, item.item != posted.firstItem + index, index);
    }

    // Pay

    /// @inheritdoc IFaults
    function provePay(
        Posted calldata posted,
        Pay calldata pay,
        bytes32[] calldata proof,
        Item[] calldata items,
        bytes32[][] calldata proofs
    ) external {
        _matchPay(posted, pay, proof);
        if (items.length != proofs.length) revert Faults_LengthMismatch(items.length, proofs.length);
        uint32[] memory numbers = new uint32[](items.length);
        uint256 sum;
        bool right = true;
        for (uint256 i; i < items.length; ++i) {
            numbers[i] = items[i].item;
            if (!_covers(posted, items[i].item)) {
                right = false; // there is no leaf to show
                continue;
            }
            _matchItem(posted, items[i], proofs[i]);
            sum += items[i].reward;
            if (items[i].contributor != pay.account || items[i].payIndex != pay.index) right = false;
            if (i > 0 && numbers[i] <= numbers[i - 1]) right = false;
        }
        if (keccak256(abi.encode(numbers)) != pay.items) revert Faults_WrongNumbers(pay.index);
        _void(posted, pay.kind == _CONTRIBUTOR && (!right || sum != pay.amount), pay.index);
    }

    /// @inheritdoc IFaults
    function proveUnpaid(
        Posted calldata posted,
        Item calldata item,
        bytes32[] calldata itemProof,
        Pay calldata pay,
        bytes32[] calldata payProof,
        uint32[] calldata numbers
    ) external {
        _matchItem(posted, item, itemProof);
        if (item.payIndex >= posted.payCount) {
            _void(posted, item.reward > 0, item.item);
            return;
        }
        _matchPay(posted, pay, payProof);
        if (keccak256(abi.encode(numbers)) != pay.items) revert Faults_WrongNumbers(pay.index);
        bool listed;
        for (uint256 i; i < numbers.length; ++i) {
            if (numbers[i] == item.item) listed = true;
        }
        bool right = listed && pay.kind == _CONTRIBUTOR && pay.account == item.contributor;
        _void(posted, item.reward > 0 && item.payIndex == pay.index && !right, item.item);
    }

    /// @inheritdoc IFaults
    function proveFee(
        Posted calldata posted,
        Terms calldata terms,
        Pay calldata first,
        bytes32[] calldata firstProof,
        Pay calldata last,
        bytes32[] calldata lastProof
    ) external {
        _matchTerms(posted, terms);
        _matchPay(posted, first, firstProof);
        _matchPay(posted, last, lastProof);
        bool wrong;
        if (first.kind > _OPERATOR) {
            wrong = true;
        } else if (first.kind == _OPERATOR) {
            wrong = first.account != posted.settler || first.amount != Rules.operatorFee(terms, posted.count);
        } else if (first.kind == _REVIEWER && last.kind == _REVIEWER && first.index <= last.index) {
            // Leaves ascend by kind, or `proveSum` holds: all between the two are reviewers'.
            uint256 until = uint256(last.cumulative) + first.amount;
            uint256 cap = uint256(posted.count) * Rules.reviewCap(terms);
            wrong = until > uint256(first.cumulative) + cap;
        }
        _void(posted, wrong, first.index);
    }

    /// @inheritdoc IFaults
    function proveSum(
        Posted calldata posted,
        Pay calldata a,
        bytes32[] calldata proofA,
        Pay calldata b,
        bytes32[] calldata proofB
    ) external {
        uint256 budget = _matchPay(posted, a, proofA);
        _matchPay(posted, b, proofB);
        bool wrong = (a.index == 0 && a.cumulative != a.amount)
            || (b.index == posted.payCount - 1 && b.cumulative != posted.total);
        if (b.index == uint256(a.index) + 1) {
            wrong = wrong || uint256(a.cumulative) + b.amount != b.cumulative || _rank(a) >= _rank(b);
        }
        if (_bounds(a.index, b.index, posted.payCount)) {
            wrong = wrong || uint256(b.cumulative) + a.amount != a.cumulative + budget;
        }
        _void(posted, wrong, a.index);
    }

    /// @dev Whether `first` and `last` are a word's first and last leaf.
    function _bounds(uint256 first, uint256 last, uint256 count) private pure returns (bool) {
        uint256 end = first + Pays.WORD < count ? first + Pays.WORD : count;
        return first % Pays.WORD == 0 && last + 1 == end;
    }

    function _void(Posted calldata posted, bool fault, uint256 index) private {
        if (!fault) revert Faults_NoFault();
        settlement.void(posted, msg.sender, msg.sig, index); // checks the preimage, too
    }

    function _rewardRight(Posted calldata posted, Terms calldata terms, Item calldata item, Vote[] calldata votes)
        private
        pure
        returns (bool)
    {
        if (item.grade > 100 || item.novelty > Rules.BPS) return false;
        if (item.reward == 0 ? item.payIndex != Rules.NO_PAY : item.payIndex >= posted.payCount) return false;
        if (item.verdict != Rules.ACCEPT) return item.reward == 0 && item.shareWeight == 0;
        uint256 quality = Rules.quality(Rules.sum(item.llr, item.prior, votes));
        // A pool is divided by share weights when it is closed: no item of it has a price.
        uint256 unitReward = terms.mode == Rules.POOL_MODE ? 0 : terms.unitReward;
        return item.reward == Rules.reward(unitReward, quality, item.grade, item.novelty)
            && item.shareWeight == Rules.shareWeight(quality, item.grade, item.novelty);
    }

    function _covers(Posted calldata posted, uint256 item) private pure returns (bool) {
        return item >= posted.firstItem && item - posted.firstItem < posted.count;
    }

    function _matchTerms(Posted calldata posted, Terms calldata terms) private pure {
        if (Preimage.digest(terms) != posted.terms) revert Faults_WrongTerms(posted.key);
    }

    function _matchVotes(Item calldata item, Vote[] calldata votes) private pure {
        if (Preimage.digest(votes) != item.votesRoot) revert Faults_WrongVotes(item.item);
    }

    function _matchItem(Posted calldata posted, Item calldata item, bytes32[] calldata proof) private view {
        if (!Places.isSettled(address(settlement), posted, item, proof)) revert Faults_WrongProof(item.item);
    }

    function _matchPay(Posted calldata posted, Pay calldata pay, bytes32[] calldata proof)
        private
        view
        returns (uint256 budget)
    {
        bytes32 leaf = Leaves.pay(address(settlement), posted.key, pay);
        bytes32 root;
        (root, budget) = Pays.root(leaf, pay.index, posted.payCount, proof);
        if (root != posted.payRoot) revert Faults_WrongProof(pay.index);
    }

    /// @dev Order of pay leaves: kind, then account.
    function _rank(Pay calldata pay) private pure returns (uint256) {
        return uint256(pay.kind) << 160 | uint160(pay.account);
    }
}
