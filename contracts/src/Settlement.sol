// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Anchor, Pay, Posted, SettleInput, Terms} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Merkle} from "./Merkle.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";

/// @title Settlement
/// @notice See ISettlement.
contract Settlement is ISettlement, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 public constant MAX_PAYS = 65_536;
    uint256 public constant MIN_BOND_REWARDS = 10;
    uint8 public constant POSTED = 1;
    uint8 public constant VOID = 2;
    uint8 private constant _OPERATOR = 1;

    ICampaigns public immutable campaigns;
    IStakes public immutable stakes;
    address public immutable faults;

    mapping(uint256 key => bytes32) public postedHash;
    mapping(uint256 key => Slot) private _slots;
    mapping(uint256 key => mapping(uint256 word => uint256)) private _paid;

    constructor(ICampaigns campaigns_, IStakes stakes_, address faults_) {
        campaigns = campaigns_;
        stakes = stakes_;
        faults = faults_;
    }

    // Posting

    /// @inheritdoc ISettlement
    function settle(Terms calldata terms, Anchor[] calldata anchors, SettleInput calldata input)
        external
        returns (uint256)
    {
        for (uint256 i; i < anchors.length; ++i) {
            uint256 until = uint256(anchors[i].time) + terms.settleWindow;
            if (block.timestamp <= until && msg.sender != anchors[i].anchorer && !anchors[i].direct) {
                revert Settlement_AnchorersWindow(until, anchors[i].anchorer);
            }
        }
        return _post(terms, anchors, input, 0, false);
    }

    /// @inheritdoc ISettlement
    function resettle(
        Terms calldata terms,
        Anchor[] calldata anchors,
        SettleInput calldata input,
        Posted[] calldata voided
    ) external returns (uint256) {
        if (voided.length == 0 || anchors.length == 0) revert Settlement_NoAnchors();
        uint256 first = _key(input.campaign, anchors[0].firstItem, 0);
        for (uint256 attempt; attempt < voided.length; ++attempt) {
            Posted calldata earlier = voided[attempt];
            check(earlier);
            if (earlier.key != first + attempt) revert Settlement_WrongPreimage(earlier.key);
            Slot memory slot = _slots[earlier.key];
            if (slot.status != VOID) revert Settlement_NotVoid(earlier.key);
            if (slot.released) revert Settlement_AlreadyReleased(earlier.key);
            if (earlier.settler == msg.sender) revert Settlement_VoidedSettler(msg.sender);
        }
        if (voided[0].anchorsHash != Preimage.digest(anchors)) revert Settlement_WrongAnchors(first);
        return _post(terms, anchors, input, voided.length, true);
    }

    function _post(
        Terms calldata terms,
        Anchor[] calldata anchors,
        SettleInput calldata input,
        uint256 attempt,
        bool again
    ) private returns (uint256) {
        (uint32[] memory firstItems, bytes32[] memory hashes, uint256 count) = _consecutive(anchors);
        _checkInput(input, count);
        Posted memory posted;
        posted.key = _key(input.campaign, firstItems[0], attempt);
        if (_slots[posted.key].status != 0) revert Settlement_AttemptTaken(posted.key);
        posted.campaign = input.campaign;
        posted.terms = Preimage.digest(terms);
        posted.token = terms.token;
        posted.firstItem = firstItems[0];
        posted.count = uint32(count);
        posted.settler = msg.sender;
        posted.itemRoot = input.itemRoot;
        posted.payRoot = input.payRoot;
        posted.payCount = input.payCount;
        posted.total = input.total;
        posted.reserve = (count * Rules.reserve(terms)).toUint96();
        if (input.total > posted.reserve) revert Settlement_TotalAboveReserve(input.total, posted.reserve);
        posted.verdictsHash = keccak256(input.verdicts);
        posted.evidence = input.evidence;
        posted.reputation = input.reputation;
        posted.anchorsHash = Preimage.digest(anchors);
        posted.finalAt = uint40(block.timestamp + terms.challengeWindow);
        posted.bond = _bond(input.total, terms.unitReward);

        postedHash[posted.key] = keccak256(abi.encode(posted));
        _slots[posted.key] = Slot(input.total, 0, posted.finalAt, POSTED, 0, false);
        emit Settled(posted.key, posted.campaign, posted, input.verdicts);
        campaigns.take(
            ICampaigns.Take({
                campaign: posted.campaign,
                terms: posted.terms,
                firstItem: posted.firstItem,
                count: posted.count,
                total: posted.total,
                reserve: posted.reserve,
                again: again
            }),
            firstItems,
            hashes
        );
        stakes.lock(msg.sender, posted.token, posted.bond, _OPERATOR);
        return posted.key;
    }

    // Paying

    /// @inheritdoc ISettlement
    function claim(Posted calldata posted, Pay calldata pay, bytes32[] calldata proof) external nonReentrant {
        _claim(posted, pay, proof);
    }

    /// @inheritdoc ISettlement
    function claimMany(Posted[] calldata posted, Pay[] calldata pays, bytes32[][] calldata proofs)
        external
        nonReentrant
    {
        if (posted.length != pays.length) revert Settlement_LengthMismatch(posted.length, pays.length);
        if (posted.length != proofs.length) revert Settlement_LengthMismatch(posted.length, proofs.length);
        for (uint256 i; i < posted.length; ++i) {
            _claim(posted[i], pays[i], proofs[i]);
        }
    }

    /// @inheritdoc ISettlement
    function push(Posted calldata posted, Pay[] calldata pays, uint256 from, bytes32[] calldata proof)
        external
        nonReentrant
    {
        Slot memory slot = _finalSlot(posted);
        _checkRange(posted, pays, from, proof);
        uint256 before = slot.paid;
        for (uint256 i; i < pays.length;) {
            i = _pushWord(posted, pays, from, i, slot);
        }
        _slots[posted.key].paid = slot.paid;
        emit Pushed(posted.key, from, pays.length, slot.paid - before);
    }

    /// @inheritdoc ISettlement
    function release(Posted calldata posted, Terms calldata terms, Anchor[] calldata anchors, bytes calldata verdicts)
        external
        nonReentrant
    {
        uint256 key = posted.key;
        Slot memory slot = _finalSlot(posted);
        if (slot.released) revert Settlement_AlreadyReleased(key);
        _matchDeposits(posted, terms, anchors);
        if (keccak256(verdicts) != posted.verdictsHash) revert Settlement_WrongVerdicts(key);
        _slots[key].released = true;
        uint256 forfeited = _releaseDeposits(posted.token, Rules.deposit(terms), anchors, verdicts);
        if (forfeited > 0) campaigns.credit(posted.campaign, forfeited.toUint96());
        emit Released(key, posted.bond, forfeited);
        stakes.unlock(posted.settler, posted.token, posted.bond);
    }

    /// @inheritdoc ISettlement
    function reclaim(Posted calldata posted, Terms calldata terms, Anchor[] calldata anchors) external {
        check(posted);
        uint256 key = posted.key;
        Slot memory slot = _slots[key];
        if (slot.status != VOID || _slots[key + 1].status != 0) revert Settlement_NotVoid(key);
        if (slot.released) revert Settlement_AlreadyReleased(key);
        _matchDeposits(posted, terms, anchors);
        uint256 at = uint256(terms.deadline) + terms.lapseWindow;
        if (block.timestamp <= at) revert Settlement_NotLapsed(key, at);
        _slots[key].released = true;
        emit Reclaimed(key);
        uint256 deposit = Rules.deposit(terms);
        for (uint256 i; i < anchors.length; ++i) {
            stakes.unlock(anchors[i].anchorer, posted.token, anchors[i].count * deposit);
        }
    }

    // Faults

    /// @inheritdoc ISettlement
    function void(Posted calldata posted, address watcher) external nonReentrant {
        if (msg.sender != faults) revert Settlement_NotFaults(msg.sender);
        check(posted);
        uint256 key = posted.key;
        Slot memory slot = _slots[key];
        if (slot.status != POSTED) revert Settlement_AlreadyFinal(key, slot.finalAt, block.timestamp);
        if (block.timestamp >= slot.finalAt) revert Settlement_AlreadyFinal(key, slot.finalAt, block.timestamp);
        slot.status = VOID;
        slot.funded = 0;
        _slots[key] = slot;
        uint96 rewarded = posted.bond / 2;
        emit Voided(key, watcher, posted.settler, posted.bond);
        campaigns.restore(posted.campaign, posted.total, posted.reserve, posted.bond - rewarded);
        stakes.slash(posted.settler, posted.token, posted.bond, watcher, rewarded);
    }

    // Views

    /// @inheritdoc ISettlement
    function slotOf(uint256 key) external view returns (Slot memory) {
        return _slots[key];
    }

    /// @inheritdoc ISettlement
    function isFinal(uint256 key) external view returns (bool) {
        return _isFinal(_slots[key]);
    }

    /// @inheritdoc ISettlement
    function isPaid(uint256 key, uint256 index) external view returns (bool) {
        return _paid[key][index >> 8] >> (index & 255) & 1 == 1;
    }

    /// @inheritdoc ISettlement
    function check(Posted calldata posted) public view {
        if (postedHash[posted.key] != Preimage.digest(posted)) revert Settlement_WrongPreimage(posted.key);
    }

    function _claim(Posted calldata posted, Pay calldata pay, bytes32[] calldata proof) private {
        uint256 key = posted.key;
        Slot memory slot = _finalSlot(posted);
        bytes32 leaf = Leaves.pay(address(this), key, pay);
        if (Merkle.root(leaf, pay.index, posted.payCount, proof) != posted.payRoot) {
            revert Settlement_WrongProof(key, pay.index);
        }
        uint256 bits = _paid[key][pay.index >> 8];
        uint256 bit = 1 << (pay.index & 255);
        if (bits & bit != 0) revert Settlement_AlreadyPaid(key, pay.index);
        uint256 paid = uint256(slot.paid) + pay.amount;
        if (paid > slot.funded) revert Settlement_AboveFunded(key, paid, slot.funded);
        _paid[key][pay.index >> 8] = bits | bit;
        _slots[key].paid = uint96(paid);
        emit Claimed(key, pay.account, pay.index, pay.amount);
        if (!campaigns.pay(posted.token, pay.account, pay.amount)) {
            revert Settlement_TransferFailed(posted.token, pay.account, pay.amount);
        }
    }

    /// @dev Pays what is unpaid of one bitmap word, from `pays[i]` on, and returns where the next word starts. The guard
    /// keeps everyone from claiming before the word and the sum are written.
    function _pushWord(Posted calldata posted, Pay[] calldata pays, uint256 from, uint256 i, Slot memory slot)
        private
        returns (uint256)
    {
        uint256 word = (from + i) >> 8;
        uint256 bits = _paid[posted.key][word];
        for (; i < pays.length && (from + i) >> 8 == word; ++i) {
            uint256 bit = 1 << ((from + i) & 255);
            if (bits & bit != 0) continue;
            Pay calldata one = pays[i];
            uint256 paid = uint256(slot.paid) + one.amount;
            if (paid > slot.funded) revert Settlement_AboveFunded(posted.key, paid, slot.funded);
            if (!campaigns.pay(posted.token, one.account, one.amount)) continue;
            bits |= bit;
            slot.paid = uint96(paid);
        }
        _paid[posted.key][word] = bits;
        return i;
    }

    /// @return forfeited what was slashed and moved to Campaigns
    function _releaseDeposits(address token, uint256 deposit, Anchor[] calldata anchors, bytes calldata verdicts)
        private
        returns (uint256 forfeited)
    {
        uint256 at;
        for (uint256 i; i < anchors.length; ++i) {
            uint256 count = anchors[i].count;
            uint256 lost = _forfeits(verdicts[2 * at:2 * (at + count)]) * deposit;
            at += count;
            forfeited += lost;
            stakes.unlock(anchors[i].anchorer, token, count * deposit - lost);
            if (lost > 0) stakes.slash(anchors[i].anchorer, token, lost, address(0), 0);
        }
    }

    /// @dev Counts the items whose verdict byte is 2 or 3; each item has two bytes, the verdict first.
    function _forfeits(bytes calldata verdicts) private pure returns (uint256 lost) {
        assembly ("memory-safe") {
            let at := verdicts.offset
            for { let end := add(at, verdicts.length) } lt(at, end) { at := add(at, 2) } {
                lost := add(lost, eq(shr(1, byte(0, calldataload(at))), 1))
            }
        }
    }

    function _checkRange(Posted calldata posted, Pay[] calldata pays, uint256 from, bytes32[] calldata proof)
        private
        view
    {
        bytes32[] memory nodes = new bytes32[](pays.length);
        uint256 key = posted.key;
        for (uint256 i; i < pays.length; ++i) {
            Pay calldata one = pays[i];
            if (one.index != from + i) revert Settlement_NotInOrder(one.index, from + i);
            nodes[i] = Leaves.pay(address(this), key, one);
        }
        if (Merkle.rangeRoot(nodes, from, posted.payCount, proof) != posted.payRoot) {
            revert Settlement_WrongProof(posted.key, from);
        }
    }

    function _finalSlot(Posted calldata posted) private view returns (Slot memory slot) {
        check(posted);
        slot = _slots[posted.key];
        if (!_isFinal(slot)) revert Settlement_NotFinal(posted.key, slot.finalAt, block.timestamp);
    }

    function _isFinal(Slot memory slot) private view returns (bool) {
        return slot.status == POSTED && slot.challenges == 0 && block.timestamp >= slot.finalAt;
    }

    function _matchDeposits(Posted calldata posted, Terms calldata terms, Anchor[] calldata anchors) private pure {
        if (Preimage.digest(terms) != posted.terms) revert Settlement_WrongTerms(posted.key);
        if (Preimage.digest(anchors) != posted.anchorsHash) revert Settlement_WrongAnchors(posted.key);
    }

    function _consecutive(Anchor[] calldata anchors)
        private
        pure
        returns (uint32[] memory firstItems, bytes32[] memory hashes, uint256 count)
    {
        if (anchors.length == 0) revert Settlement_NoAnchors();
        firstItems = new uint32[](anchors.length);
        hashes = new bytes32[](anchors.length);
        uint256 next = anchors[0].firstItem;
        for (uint256 i; i < anchors.length; ++i) {
            if (anchors[i].firstItem != next) revert Settlement_AnchorsNotConsecutive(anchors[i].firstItem, next);
            firstItems[i] = anchors[i].firstItem;
            hashes[i] = Preimage.digest(anchors[i]);
            next += anchors[i].count;
        }
        count = next - anchors[0].firstItem;
    }

    function _checkInput(SettleInput calldata input, uint256 count) private pure {
        if (input.verdicts.length != 2 * count) revert Settlement_VerdictBytes(input.verdicts.length, 2 * count);
        if (input.payCount > MAX_PAYS) revert Settlement_PayCountOutOfRange(input.payCount, MAX_PAYS);
        bool none = input.total == 0;
        if (none != (input.payCount == 0) || none != (input.payRoot == 0)) {
            revert Settlement_TotalWithoutPays(input.total, input.payCount);
        }
    }

    function _bond(uint256 total, uint256 unitReward) private pure returns (uint96) {
        uint256 quarter = total / 4;
        uint256 least = MIN_BOND_REWARDS * unitReward;
        return (quarter > least ? quarter : least).toUint96();
    }

    function _key(uint256 campaign, uint256 firstItem, uint256 attempt) private pure returns (uint256) {
        return campaign << 64 | firstItem << 16 | attempt;
    }
}
