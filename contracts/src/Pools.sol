// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {IPools} from "./interfaces/IPools.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {Closing, ItemProof, Share, ShareProof, Terms} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Merkle} from "./Merkle.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";
import {ShareTrees} from "./ShareTrees.sol";

/// @title Pools
/// @notice See IPools. Holds nothing but the bonds of calls: pools lie in Settlement, Campaigns keeps the books.
contract Pools is IPools, ShareTrees, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 public constant MIN_BOND_REWARDS = 10;
    uint8 private constant _POSTED = 1; // flags of a settlement
    uint8 private constant _VOID = 2;

    ICampaigns public immutable campaigns;

    mapping(uint256 campaign => bytes32) public closingHash;
    mapping(uint256 campaign => Standing) private _standings;
    mapping(uint256 campaign => mapping(uint256 word => uint256)) private _claimed;
    /// @dev Of a void closing: its hash together with the watcher, until its bond is collected.
    mapping(uint256 tree => bytes32) private _voided;

    constructor(ICampaigns campaigns_, ISettlement settlement_, address networkToken_, uint256 callBond_)
        ShareTrees(settlement_, networkToken_, callBond_)
    {
        campaigns = campaigns_;
    }

    // Closing

    /// @inheritdoc IPools
    function close(
        uint256 campaign,
        Terms calldata terms,
        uint256[] calldata keys,
        bytes32 shareRoot,
        uint32 shares,
        uint128 totalWeight,
        bytes32 evidence
    ) external {
        _checkDue(campaign, terms);
        _checkSettlements(campaign, keys);
        bool none = totalWeight == 0;
        if (none != (shares == 0) || none != (shareRoot == 0)) revert Pools_WrongShares(shares, totalWeight);
        Standing storage standing = _standings[campaign];
        if (standing.finalAt != 0) revert Pools_AlreadyClosed(campaign);
        uint256 attempt = standing.attempt;
        if (attempt > 0 && _voided[campaign << 32 | attempt - 1] != 0) {
            revert Pools_NotCollected(campaign, attempt - 1);
        }
        Closing memory closing;
        closing.campaign = campaign;
        closing.attempt = standing.attempt;
        closing.token = terms.token;
        closing.pool = campaigns.poolOf(campaign).left;
        closing.poolFloor = terms.poolFloor;
        closing.settlements = keccak256(abi.encode(keys));
        closing.shareRoot = shareRoot;
        closing.shares = shares;
        closing.totalWeight = totalWeight;
        closing.evidence = evidence;
        closing.closer = msg.sender;
        closing.bond = _bond(closing.pool, terms.unitReward);
        closing.closedAt = uint40(block.timestamp);
        closing.finalAt = uint40(block.timestamp) + terms.challengeWindow;
        closing.lapsesAt = terms.deadline + terms.lapseWindow;
        closingHash[campaign] = keccak256(abi.encode(closing));
        standing.finalAt = closing.finalAt;
        emit Closed(campaign, msg.sender, closing, keys);
        campaigns.lockPool(campaign, msg.sender, closing.token, closing.bond);
    }

    /// @inheritdoc IPools
    function claim(Closing calldata closing, Share calldata share, bytes32[] calldata proof) external nonReentrant {
        uint256 campaign = closing.campaign;
        _matchFinal(closing);
        if (
            Merkle.root(Leaves.share(address(this), campaign, share), share.index, closing.shares, proof)
                != closing.shareRoot
        ) revert Shares_WrongProof(share.index);
        uint256 total = closing.totalWeight;
        if (share.cumulative > total || share.weight > share.cumulative) {
            revert Pools_WrongShare(share.weight, share.cumulative, total);
        }
        if (isClaimed(campaign, share.index)) revert Pools_AlreadyClaimed(campaign, share.index);
        _claimed[campaign][share.index >> 8] |= 1 << (share.index & 255);
        uint96 amount = uint96(Rules.poolPart(closing.pool, share.weight, total, closing.poolFloor));
        Standing storage standing = _standings[campaign];
        uint96 paid = standing.paid + amount;
        if (paid > _payable(closing)) revert Pools_AbovePool(paid, _payable(closing));
        (standing.paid, standing.claims) = (paid, standing.claims + 1);
        emit PoolClaimed(campaign, share.account, share.index, amount);
        campaigns.payPool(campaign, closing.token, share.account, amount);
    }

    /// @inheritdoc IPools
    function release(Closing calldata closing) external {
        uint256 campaign = closing.campaign;
        _matchFinal(closing);
        Standing storage standing = _standings[campaign];
        // Whoever has not claimed yet still can: only what no share is owed is free, and that is all when all are paid.
        uint256 owed = standing.claims == closing.shares ? 0 : _payable(closing) - standing.paid;
        uint96 free = campaigns.poolOf(campaign).left - uint96(owed);
        bool bonded = !standing.released;
        if (!bonded && free == 0) revert Pools_NothingToFree(campaign);
        standing.released = true;
        if (free > 0) campaigns.freePool(campaign, free);
        if (!bonded) return;
        emit ClosingReleased(campaign, closing.closer, closing.bond);
        campaigns.unlockPool(closing.closer, closing.token, closing.bond);
    }

    /// @inheritdoc IPools
    function collect(Closing calldata closing, address watcher) external {
        uint256 tree = _idOf(closing);
        if (_voided[tree] != _voidHash(keccak256(abi.encode(closing)), watcher)) {
            revert Pools_WrongClosing(closing.campaign);
        }
        delete _voided[tree];
        uint96 rewarded = closing.bond / 2;
        emit ClosingCollected(closing.campaign, watcher, rewarded, closing.bond - rewarded);
        campaigns.slashPool(closing.campaign, closing.closer, closing.token, closing.bond, watcher, rewarded);
    }

    // Faults

    /// @inheritdoc IPools
    function proveMissingSettlement(Closing calldata closing, uint256[] calldata keys, uint256 key) external {
        Tree memory tree = _tree(closing);
        _void(closing, key >> 64 == closing.campaign && !_covers(tree, keys, key) && _belongs(closing, key), key);
    }

    /// @inheritdoc IPools
    function proveShareList(Closing calldata closing, ShareProof calldata leaf) external {
        _void(closing, _listWrong(_tree(closing), leaf), leaf.share.index);
    }

    /// @inheritdoc IPools
    function proveShareItem(
        Closing calldata closing,
        uint256[] calldata keys,
        ShareProof calldata leaf,
        uint256 at,
        ItemProof calldata item
    ) external {
        _void(closing, _itemWrong(_tree(closing), keys, leaf, at, item), leaf.share.index);
    }

    /// @inheritdoc IPools
    function proveShareWeight(Closing calldata closing, ShareProof calldata leaf, ItemProof[] calldata items) external {
        _void(closing, _weightWrong(_tree(closing), leaf, items), leaf.share.index);
    }

    /// @inheritdoc IPools
    function proveShareSum(Closing calldata closing, ShareProof calldata a, ShareProof calldata b) external {
        _void(closing, _sumWrong(_tree(closing), a, b), a.share.index);
    }

    /// @inheritdoc IPools
    function proveUnlisted(
        Closing calldata closing,
        uint256[] calldata keys,
        ItemProof calldata item,
        ShareProof calldata low,
        ShareProof calldata high
    ) external {
        _void(closing, _unlisted(_tree(closing), keys, item, low, high), low.share.index);
    }

    /// @inheritdoc IPools
    function callShare(Closing calldata closing, uint256 index) external {
        _call(_tree(closing), index);
    }

    /// @inheritdoc IPools
    function showShare(Closing calldata closing, ShareProof calldata leaf) external {
        _show(_tree(closing), leaf);
    }

    /// @inheritdoc IPools
    function proveUnshown(Closing calldata closing, uint256 index) external {
        _void(closing, _unshown(_tree(closing), index), index);
    }

    // Views

    /// @inheritdoc IPools
    function standingOf(uint256 campaign) external view returns (Standing memory) {
        return _standings[campaign];
    }

    /// @inheritdoc IPools
    function isClaimed(uint256 campaign, uint256 index) public view returns (bool) {
        return _claimed[campaign][index >> 8] >> (index & 255) & 1 == 1;
    }

    /// @dev Calls no token, so no token can keep a lie standing.
    function _void(Closing calldata closing, bool fault, uint256 index) private {
        if (!fault) revert Shares_NoFault();
        if (block.timestamp >= closing.finalAt) revert Pools_AlreadyFinal(closing.finalAt, block.timestamp);
        uint256 campaign = closing.campaign;
        _voided[_idOf(closing)] = _voidHash(closingHash[campaign], msg.sender);
        delete closingHash[campaign];
        Standing storage standing = _standings[campaign];
        (standing.finalAt, standing.attempt) = (0, closing.attempt + 1);
        emit ClosingVoided(campaign, msg.sender, msg.sig, closing.attempt, index);
        campaigns.reopenPool(campaign);
    }

    /// @dev Whether the closing had to wait for this settlement, or count it. While a closing stands nothing is settled
    /// again, so what stands now stood then.
    function _belongs(Closing calldata closing, uint256 key) private view returns (bool) {
        ISettlement.Slot memory slot = settlement.slotOf(key);
        if (slot.flags & _POSTED == 0) return false;
        if (slot.flags & _VOID == 0) return true;
        bool replaced = settlement.slotOf(key + 1).flags != 0;
        return !replaced && (closing.closedAt <= closing.lapsesAt || slot.finalAt > closing.closedAt);
    }

    function _checkDue(uint256 campaign, Terms calldata terms) private view {
        if (campaigns.termsHash(campaign) != Preimage.digest(terms)) revert Pools_WrongTerms(campaign);
        if (terms.mode != Rules.POOL_MODE) revert Pools_NotPoolMode(campaign);
        if (block.timestamp <= terms.deadline) revert Pools_DeadlineAhead(terms.deadline, block.timestamp);
        ICampaigns.State memory state = campaigns.stateOf(campaign);
        if (state.settled != state.anchored) revert Pools_Unsettled(state.settled, state.anchored);
    }

    function _checkSettlements(uint256 campaign, uint256[] calldata keys) private view {
        for (uint256 i; i < keys.length; ++i) {
            bool ascends = i == 0 || keys[i] > keys[i - 1];
            if (!ascends || keys[i] >> 64 != campaign || !settlement.isFinal(keys[i])) {
                revert Pools_WrongSettlements(keys[i]);
            }
        }
    }

    function _matchFinal(Closing calldata closing) private view {
        _match(closing);
        if (block.timestamp < closing.finalAt) revert Pools_NotFinal(closing.finalAt, block.timestamp);
    }

    function _match(Closing calldata closing) private view {
        if (closingHash[closing.campaign] != keccak256(abi.encode(closing))) {
            revert Pools_WrongClosing(closing.campaign);
        }
    }

    function _tree(Closing calldata closing) private view returns (Tree memory) {
        _match(closing);
        return Tree({
            id: _idOf(closing),
            book: address(this),
            scope: closing.campaign,
            root: closing.shareRoot,
            count: closing.shares,
            total: closing.totalWeight,
            settlements: closing.settlements,
            from: closing.closedAt,
            until: closing.finalAt
        });
    }

    function _answerable(uint256 tree) internal view override returns (uint256) {
        Standing memory standing = _standings[tree >> 32];
        return standing.attempt == uint32(tree) ? standing.finalAt : 0;
    }

    /// @dev All that shares can claim together; less by rounding.
    function _payable(Closing calldata closing) private pure returns (uint256) {
        return Rules.poolPart(closing.pool, closing.totalWeight, closing.totalWeight, closing.poolFloor);
    }

    function _bond(uint256 pool, uint256 unitReward) private pure returns (uint96) {
        uint256 quarter = pool / 4;
        uint256 least = MIN_BOND_REWARDS * unitReward;
        return (quarter > least ? quarter : least).toUint96();
    }

    function _idOf(Closing calldata closing) private pure returns (uint256) {
        return closing.campaign << 32 | closing.attempt;
    }

    function _voidHash(bytes32 closing, address watcher) private pure returns (bytes32) {
        return keccak256(abi.encode(closing, watcher));
    }
}
