// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IParameters} from "./interfaces/IParameters.sol";
import {IReputation} from "./interfaces/IReputation.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Merkle} from "./Merkle.sol";
import {Weights} from "./Weights.sol";

/// @title Reputation
/// @notice See IReputation.
contract Reputation is IReputation {
    uint256 public constant MAX_CHANGES = 4096;
    /// @notice Rows in one demand.
    uint256 public constant BLOCK = 128;
    uint8 public constant POSTED = 1;
    uint8 public constant VOID = 2;
    uint8 private constant _OPERATOR = 1;
    uint256 private constant _CHANGE = 24;
    /// @dev Gold counts 1, a court's item 3: in tenths always whole tens.
    uint256 private constant _STEP = 10;
    bytes32 private constant _ROW = keccak256("headwater.row.v1");

    /// @dev What an epoch says of a reviewer, or a list adds to it.
    struct Record {
        bool there;
        uint256 right;
        uint256 wrong;
    }

    IStakes public immutable stakes;
    IParameters public immutable parameters;
    address public immutable networkToken;
    /// @notice May suspend and void pending epochs; zero for nobody.
    address public immutable judge;
    /// @notice What a demand locks and an answer earns, in the network token.
    uint256 public immutable demandBond;

    uint32 public epochCount;
    uint32 public head;
    mapping(uint256 number => bytes32) public epochHash;
    mapping(bytes32 hash => uint256) public numberOf;
    mapping(uint256 number => Slot) private _slots;
    mapping(uint256 number => bytes32) private _roots;
    mapping(uint256 number => mapping(uint256 block_ => Demand)) private _demands;

    constructor(IStakes stakes_, IParameters parameters_, address networkToken_, address judge_, uint256 demandBond_) {
        stakes = stakes_;
        parameters = parameters_;
        networkToken = networkToken_;
        judge = judge_;
        demandBond = demandBond_;
    }

    modifier onlyJudge() {
        if (msg.sender != judge) revert Reputation_NotJudge(msg.sender);
        _;
    }

    // Posting

    /// @inheritdoc IReputation
    function post(Post calldata input, bytes calldata changes) external returns (uint256 number) {
        uint32 previous = head;
        if (!isFinal(previous)) revert Reputation_HeadPending(previous);
        if (input.previous != epochHash[previous]) revert Reputation_NotHead(input.previous, epochHash[previous]);
        uint256 changed = _checkChanges(changes);
        _checkTree(input, _slots[previous].count, changed);
        IParameters.EpochLimits memory limits = parameters.epochLimits();
        number = ++epochCount;
        head = uint32(number);
        Epoch memory epoch = Epoch({
            number: uint32(number),
            previous: input.previous,
            root: input.root,
            count: input.count,
            changes: keccak256(changes),
            gold: input.gold,
            golds: input.golds,
            evidence: input.evidence,
            poster: msg.sender,
            bond: limits.bond,
            time: uint40(block.timestamp),
            finalAt: uint40(block.timestamp) + limits.window
        });
        bytes32 hash = keccak256(abi.encode(epoch));
        (epochHash[number], numberOf[hash]) = (hash, number);
        _slots[number] = Slot(epoch.finalAt, epoch.count, previous, 0, POSTED, false, false);
        _roots[number] = epoch.root;
        emit EpochPosted(number, msg.sender, epoch, changes);
        stakes.lock(msg.sender, networkToken, epoch.bond, _OPERATOR);
    }

    /// @inheritdoc IReputation
    function release(Epoch calldata epoch) external {
        _match(epoch);
        if (!isFinal(epoch.number)) revert Reputation_NotFinal(epoch.number);
        Slot storage slot = _slots[epoch.number];
        if (slot.released) revert Reputation_AlreadyReleased(epoch.number);
        slot.released = true;
        emit EpochReleased(epoch.number, epoch.poster, epoch.bond);
        stakes.unlock(epoch.poster, networkToken, epoch.bond);
    }

    // Faults

    /// @inheritdoc IReputation
    function proveWeight(Epoch calldata epoch, Lookup calldata at) external {
        _matchPending(epoch);
        if (at.rows.length != 1) revert Reputation_RowsLength(at.rows.length, 1);
        _matchRows(epoch.number, at);
        Row calldata row = at.rows[0];
        _fault(epoch, row.weight != Weights.milli(row.right, row.wrong));
    }

    /// @inheritdoc IReputation
    function proveOrder(Epoch calldata epoch, Lookup calldata at) external {
        _matchPending(epoch);
        if (at.rows.length != 2) revert Reputation_RowsLength(at.rows.length, 2);
        _matchRows(epoch.number, at);
        _fault(epoch, at.rows[0].reviewer >= at.rows[1].reviewer);
    }

    /// @inheritdoc IReputation
    function proveChange(
        Epoch calldata epoch,
        bytes calldata changes,
        address reviewer,
        Lookup calldata before,
        Lookup calldata current
    ) external {
        _matchPending(epoch);
        if (keccak256(changes) != epoch.changes) revert Reputation_WrongChanges(epoch.number);
        Record memory had = _record(_slots[epoch.number].previous, reviewer, before);
        Record memory more = _changeOf(changes, reviewer);
        Record memory has = _record(epoch.number, reviewer, current);
        bool follows = has.there == (had.there || more.there) && has.right == had.right + more.right
            && has.wrong == had.wrong + more.wrong;
        _fault(epoch, !follows);
    }

    // Rows that were not published

    /// @inheritdoc IReputation
    function demand(Epoch calldata epoch, uint256 block_) external {
        _matchPending(epoch);
        uint256 number = epoch.number;
        uint256 until = epoch.time + _half(epoch);
        if (block.timestamp > until) revert Reputation_TooLate(until, block.timestamp);
        uint256 blocks = (uint256(epoch.count) + BLOCK - 1) / BLOCK;
        if (block_ >= blocks) revert Reputation_UnknownBlock(block_, blocks);
        if (_demands[number][block_].by != address(0)) revert Reputation_AlreadyDemanded(number, block_);
        uint40 due = uint40(block.timestamp + _half(epoch));
        _demands[number][block_] = Demand(msg.sender, due, address(0));
        ++_slots[number].open;
        emit RowsDemanded(number, block_, msg.sender, due);
        stakes.lock(msg.sender, networkToken, demandBond, 0);
    }

    /// @inheritdoc IReputation
    function show(Epoch calldata epoch, uint256 block_, Row[] calldata rows, bytes32[] calldata proof) external {
        _matchPending(epoch);
        uint256 number = epoch.number;
        Demand memory asked = _openDemand(number, block_);
        if (block.timestamp > asked.due) revert Reputation_TooLate(asked.due, block.timestamp);
        uint256 from = block_ * BLOCK;
        uint256 size = epoch.count - from < BLOCK ? epoch.count - from : BLOCK;
        if (rows.length != size) revert Reputation_RowsLength(rows.length, size);
        if (_rowsRoot(number, from, epoch.count, rows, proof) != epoch.root) revert Reputation_WrongProof(from);
        _demands[number][block_].answerer = msg.sender;
        Slot storage slot = _slots[number];
        --slot.open;
        uint40 reopened = uint40(block.timestamp + _half(epoch));
        if (reopened > slot.finalAt) slot.finalAt = reopened;
        emit RowsShown(number, block_, msg.sender, rows);
    }

    /// @inheritdoc IReputation
    function expire(Epoch calldata epoch, uint256 block_) external {
        _matchPending(epoch);
        Demand memory asked = _openDemand(epoch.number, block_);
        if (block.timestamp <= asked.due) revert Reputation_StillTime(asked.due, block.timestamp);
        _void(epoch, asked.by);
    }

    /// @inheritdoc IReputation
    function close(uint256 number, uint256 block_) external {
        bool void_ = _slots[number].status == VOID;
        if (!void_ && !isFinal(number)) revert Reputation_NotDecided(number);
        Demand memory asked = _demands[number][block_];
        if (asked.by == address(0)) revert Reputation_NotDemanded(number, block_);
        delete _demands[number][block_];
        emit DemandClosed(number, block_, void_ ? asked.by : asked.answerer);
        if (void_) stakes.unlock(asked.by, networkToken, demandBond);
        else _move(asked.by, demandBond, asked.answerer);
    }

    // The judge

    /// @inheritdoc IReputation
    function suspend(Epoch calldata epoch) external onlyJudge {
        _matchPending(epoch);
        _slots[epoch.number].suspended = true;
        emit EpochSuspended(epoch.number);
    }

    /// @inheritdoc IReputation
    function rule(Epoch calldata epoch, bool upheld, address watcher) external onlyJudge {
        _match(epoch);
        Slot storage slot = _slots[epoch.number];
        if (slot.status == VOID) return;
        if (!slot.suspended) revert Reputation_NotSuspended(epoch.number);
        slot.suspended = false;
        if (!upheld) {
            _void(epoch, watcher);
            return;
        }
        // Never final in hindsight: what was settled meanwhile cited the epoch before, and rightly.
        if (block.timestamp > slot.finalAt) slot.finalAt = uint40(block.timestamp);
        emit EpochUpheld(epoch.number, slot.finalAt);
    }

    // Views

    /// @inheritdoc IReputation
    function weightAt(uint256 number, address reviewer, Lookup calldata at) external view returns (uint256) {
        if (!isFinal(number)) revert Reputation_NotFinal(number);
        return _find(number, reviewer, at) ? at.rows[0].weight : Weights.START;
    }

    /// @inheritdoc IReputation
    function isFinal(uint256 number) public view returns (bool) {
        if (number == 0) return true;
        Slot memory slot = _slots[number];
        return slot.status == POSTED && block.timestamp >= slot.finalAt && slot.open == 0 && !slot.suspended;
    }

    /// @inheritdoc IReputation
    function rootOf(uint256 number) external view returns (bytes32) {
        if (!isFinal(number)) revert Reputation_NotFinal(number);
        return _roots[number];
    }

    /// @inheritdoc IReputation
    function finalSince(uint256 number) external view returns (uint256) {
        if (!isFinal(number)) revert Reputation_NotFinal(number);
        return _slots[number].finalAt;
    }

    /// @inheritdoc IReputation
    function latest() external view returns (uint256) {
        return isFinal(head) ? head : _slots[head].previous;
    }

    /// @inheritdoc IReputation
    function slotOf(uint256 number) external view returns (Slot memory) {
        return _slots[number];
    }

    /// @inheritdoc IReputation
    function demandOf(uint256 number, uint256 block_) external view returns (Demand memory) {
        return _demands[number][block_];
    }

    /// @inheritdoc IReputation
    function weightOf(uint32 right, uint32 wrong) external pure returns (uint256) {
        return Weights.milli(right, wrong);
    }

    function _fault(Epoch calldata epoch, bool holds) private {
        if (!holds) revert Reputation_NoFault();
        _void(epoch, msg.sender);
    }

    /// @dev Half of the bond is the watcher's collateral, the rest the treasury's; none of it passes through campaigns.
    function _void(Epoch calldata epoch, address watcher) private {
        Slot storage slot = _slots[epoch.number];
        slot.status = VOID;
        head = slot.previous;
        emit EpochVoided(epoch.number, watcher, msg.sig);
        uint256 half = epoch.bond / 2;
        _move(epoch.poster, half, watcher);
        _move(epoch.poster, epoch.bond - half, parameters.treasury());
    }

    /// @dev Locked collateral of one account becomes free collateral of another.
    function _move(address from, uint256 amount, address to) private {
        if (amount > 0) stakes.slash(from, networkToken, amount, to, amount);
    }

    function _match(Epoch calldata epoch) private view {
        if (epochHash[epoch.number] != keccak256(abi.encode(epoch))) revert Reputation_WrongEpoch(epoch.number);
    }

    function _matchPending(Epoch calldata epoch) private view {
        _match(epoch);
        if (_slots[epoch.number].status != POSTED || isFinal(epoch.number)) {
            revert Reputation_NotPending(epoch.number);
        }
    }

    function _openDemand(uint256 number, uint256 block_) private view returns (Demand memory asked) {
        asked = _demands[number][block_];
        if (asked.by == address(0)) revert Reputation_NotDemanded(number, block_);
        if (asked.answerer != address(0)) revert Reputation_AlreadyShown(number, block_);
    }

    /// @dev A reviewer's record in an epoch; the start if he has no row.
    function _record(uint256 number, address reviewer, Lookup calldata at) private view returns (Record memory) {
        if (!_find(number, reviewer, at)) return Record(false, Weights.START_RIGHT, Weights.START_WRONG);
        return Record(true, at.rows[0].right, at.rows[0].wrong);
    }

    /// @dev Whether a reviewer has a row, `at.rows[0]`, or provably none; reverts if the lookup says neither.
    function _find(uint256 number, address reviewer, Lookup calldata at) private view returns (bool) {
        uint256 count = _slots[number].count;
        if (count == 0 && at.rows.length == 0) return false;
        _matchRows(number, at);
        address first = at.rows[0].reviewer;
        if (at.rows.length == 1) {
            if (first == reviewer) return true;
            if (at.index == 0 && reviewer < first) return false;
            if (at.index == count - 1 && first < reviewer) return false;
        } else if (at.rows.length == 2 && first < reviewer && reviewer < at.rows[1].reviewer) {
            return false;
        }
        revert Reputation_ProvesNothing(reviewer);
    }

    function _matchRows(uint256 number, Lookup calldata at) private view {
        bytes32 root = _rowsRoot(number, at.index, _slots[number].count, at.rows, at.proof);
        if (root != _roots[number]) revert Reputation_WrongProof(at.index);
    }

    function _rowsRoot(uint256 number, uint256 from, uint256 count, Row[] calldata rows, bytes32[] calldata proof)
        private
        view
        returns (bytes32)
    {
        if (rows.length == 1) return Merkle.root(_leaf(number, rows[0]), from, count, proof);
        bytes32[] memory leaves = new bytes32[](rows.length);
        for (uint256 i; i < rows.length; ++i) {
            leaves[i] = _leaf(number, rows[i]);
        }
        return Merkle.rangeRoot(leaves, from, count, proof);
    }

    /// @dev Encoded member by member, so that high bits no row can have revert: else a leaf that no proof can read would
    /// pass for shown.
    function _leaf(uint256 number, Row calldata row) private view returns (bytes32) {
        bytes32 inner = keccak256(
            abi.encode(_ROW, block.chainid, address(this), number, row.reviewer, row.right, row.wrong, row.weight)
        );
        return keccak256(bytes.concat(inner));
    }

    /// @dev How many changes; each adds something in whole tens, and reviewers strictly ascend.
    function _checkChanges(bytes calldata changes) private pure returns (uint256 changed) {
        changed = changes.length / _CHANGE;
        if (changed == 0 || changed > MAX_CHANGES || changes.length % _CHANGE != 0) {
            revert Reputation_ChangesLength(changes.length);
        }
        address last;
        for (uint256 i; i < changed; ++i) {
            (address reviewer, uint256 right, uint256 wrong) = _change(changes, i);
            if (reviewer <= last || right + wrong == 0 || right % _STEP != 0 || wrong % _STEP != 0) {
                revert Reputation_WrongChange(i);
            }
            last = reviewer;
        }
    }

    /// @dev Rows never go, and come only with a change.
    function _checkTree(Post calldata input, uint256 count, uint256 changed) private pure {
        uint256 least = count == 0 ? 1 : count;
        if (input.count < least || input.count > count + changed) {
            revert Reputation_CountOutOfRange(input.count, least, count + changed);
        }
        if (input.root == 0 || (input.gold == 0) != (input.golds == 0)) revert Reputation_EmptyRoot();
    }

    /// @dev What an epoch's list adds to a reviewer's record.
    function _changeOf(bytes calldata changes, address reviewer) private pure returns (Record memory) {
        uint256 low;
        uint256 high = changes.length / _CHANGE;
        while (low < high) {
            uint256 middle = (low + high) / 2;
            (address there, uint256 right, uint256 wrong) = _change(changes, middle);
            if (there == reviewer) return Record(true, right, wrong);
            if (there < reviewer) low = middle + 1;
            else high = middle;
        }
        return Record(false, 0, 0);
    }

    function _change(bytes calldata changes, uint256 i)
        private
        pure
        returns (address reviewer, uint256 right, uint256 wrong)
    {
        uint256 word;
        assembly {
            word := calldataload(add(changes.offset, mul(i, 24)))
        }
        return (address(uint160(word >> 96)), uint16(word >> 80), uint16(word >> 64));
    }

    /// @dev Half an epoch's window, in seconds.
    function _half(Epoch calldata epoch) private pure returns (uint256) {
        return (epoch.finalAt - epoch.time) / 2;
    }
}
