// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IDoubts} from "./interfaces/IDoubts.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Pay, Posted} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Pays} from "./Pays.sol";
import {Tokens} from "./Tokens.sol";

/// @title Doubts
/// @notice See IDoubts.
contract Doubts is IDoubts, ReentrancyGuardTransient {
    uint8 private constant _DOUBTED = 32;
    uint8 private constant _SUSPENDED = 64;

    ISettlement public immutable settlement;
    IStakes public immutable stakes;
    address public immutable contentFaults;
    address public immutable calls;
    address public immutable disputes;

    mapping(uint256 key => Doubt) private _doubts;
    mapping(uint256 key => mapping(uint256 index => Held)) private _held;
    mapping(uint256 key => mapping(uint256 item => bool)) public isCut;

    constructor(Parts memory parts) {
        settlement = ISettlement(parts.settlement);
        stakes = IStakes(parts.stakes);
        contentFaults = parts.contentFaults;
        calls = parts.calls;
        disputes = parts.disputes;
    }

    modifier onlyHolders() {
        if (msg.sender != disputes && msg.sender != contentFaults) revert Doubts_NotKeeper(msg.sender);
        _;
    }

    modifier onlySuspenders() {
        if (msg.sender != disputes && msg.sender != calls) revert Doubts_NotKeeper(msg.sender);
        _;
    }

    /// @inheritdoc IDoubts
    function holdBond(Posted calldata posted) external onlyHolders {
        _doubts[posted.key].holds += 1;
        emit BondHeld(posted.key);
        settlement.amend(posted, _DOUBTED, 0, 0);
    }

    /// @inheritdoc IDoubts
    function freeBond(Posted calldata posted) external onlyHolders {
        Doubt storage doubt = _doubts[posted.key];
        if (doubt.holds == 0) revert Doubts_NotHeld(posted.key, type(uint256).max);
        doubt.holds -= 1;
        emit BondFreed(posted.key);
    }

    /// @inheritdoc IDoubts
    function holdLeaf(Posted calldata posted, Pay calldata pay, bytes32[] calldata proof) external onlyHolders {
        (uint256 key, uint256 index) = (posted.key, pay.index);
        (bytes32 root,) = Pays.root(Leaves.pay(address(settlement), key, pay), index, posted.payCount, proof);
        if (root != posted.payRoot) revert Doubts_WrongProof(key, index);
        Held memory held = _held[key][index];
        _held[key][index] = Held(held.ever ? held.left : pay.amount, held.cut, held.holds + 1, true);
        _doubts[key].holds += 1;
        emit LeafHeld(key, index);
        settlement.amend(posted, _DOUBTED, 0, 0);
    }

    /// @inheritdoc IDoubts
    function freeLeaf(Posted calldata posted, uint256 index, uint256 item, uint96 cut) external onlyHolders {
        uint256 key = posted.key;
        Held memory held = _held[key][index];
        if (held.holds == 0) revert Doubts_NotHeld(key, index);
        if (cut > 0 && isCut[key][item]) cut = 0;
        if (cut > 0) isCut[key][item] = true;
        if (cut > held.left) cut = held.left;
        _held[key][index] = Held(held.left - cut, held.cut + cut, held.holds - 1, true);
        _doubts[key].holds -= 1;
        emit LeafFreed(key, index, cut, held.left - cut);
    }

    /// @inheritdoc IDoubts
    /// @dev Paying a leaf takes its whole amount out of its word's budget: only then is there money behind the cut, and
    /// only then can the settlement no longer be void, which gives its whole total back.
    function returnCut(uint256 key, uint256 index) external {
        uint96 cut = _held[key][index].cut;
        if (cut == 0 || !settlement.isPaid(key, index)) revert Doubts_NothingCut(key, index);
        _held[key][index].cut = 0;
        emit CutReturned(key, index, cut);
        settlement.credit(key >> 64, cut);
    }

    /// @inheritdoc IDoubts
    function suspend(Posted calldata posted) external onlySuspenders {
        Doubt storage doubt = _doubts[posted.key];
        if (doubt.blocks == 0) {
            uint256 finalAt = settlement.slotOf(posted.key).finalAt;
            doubt.rest = finalAt > block.timestamp ? uint40(finalAt - block.timestamp) : 0;
        }
        doubt.blocks += 1;
        emit Suspended(posted.key);
        settlement.amend(posted, _SUSPENDED, 0, 0);
    }

    /// @inheritdoc IDoubts
    function resume(Posted calldata posted, uint40 finalAt) external onlySuspenders {
        Doubt storage doubt = _doubts[posted.key];
        if (doubt.blocks == 0) revert Doubts_NotSuspended(posted.key);
        uint32 blocks = doubt.blocks - 1;
        doubt.blocks = blocks;
        uint40 rested = uint40(block.timestamp) + doubt.rest;
        if (blocks == 0 && rested > finalAt) finalAt = rested;
        emit Resumed(posted.key, finalAt);
        if (!settlement.isVoid(posted.key)) settlement.amend(posted, 0, blocks == 0 ? _SUSPENDED : 0, finalAt);
    }

    /// @inheritdoc IDoubts
    function fine(Posted calldata posted, uint96 amount, address beneficiary, uint96 rewarded) external nonReentrant {
        if (msg.sender != disputes) revert Doubts_NotKeeper(msg.sender);
        settlement.check(posted);
        Doubt storage doubt = _doubts[posted.key];
        if (doubt.holds == 0) revert Doubts_NotHeld(posted.key, type(uint256).max);
        if (rewarded > amount) revert Doubts_AboveBond(posted.key, rewarded, amount);
        uint96 fined = doubt.fined + amount;
        if (fined > posted.bond) revert Doubts_AboveBond(posted.key, fined, posted.bond);
        doubt.fined = fined;
        emit Fined(posted.key, amount, beneficiary, rewarded);
        uint96 rest = amount - rewarded;
        if (rest > 0) settlement.credit(posted.campaign, rest);
        stakes.slash(posted.settler, posted.token, amount, beneficiary, rewarded);
        if (rest > 0) Tokens.send(posted.token, address(settlement), rest);
    }

    /// @inheritdoc IDoubts
    function settledFine(uint256 key) external view returns (uint96) {
        Doubt memory doubt = _doubts[key];
        if (doubt.holds > 0) revert Doubts_InDoubt(key, doubt.holds);
        return doubt.fined;
    }

    /// @inheritdoc IDoubts
    function leftOf(uint256 key, uint256 index, uint96 amount) external view returns (bool, uint96) {
        Held memory held = _held[key][index];
        return (held.holds > 0, held.ever ? held.left : amount);
    }

    /// @inheritdoc IDoubts
    function doubtOf(uint256 key) external view returns (Doubt memory) {
        return _doubts[key];
    }

    /// @inheritdoc IDoubts
    function heldOf(uint256 key, uint256 index) external view returns (Held memory) {
        return _held[key][index];
    }
}
