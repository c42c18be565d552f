// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {IDoubts} from "./interfaces/IDoubts.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Anchor, Due, Pay, Posted, PostedHead, SettleInput, Terms} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Merkle} from "./Merkle.sol";
import {Pays} from "./Pays.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";
import {Tokens} from "./Tokens.sol";

/// @title Settlement
/// @notice See ISettlement.
contract Settlement is ISettlement, ReentrancyGuardTransient {
    using SafeCast for uint256;

    uint256 public constant MAX_PAYS = 2048;
    uint256 public constant MIN_BOND_REWARDS = 10;
    uint8 public constant POSTED = 1;
    uint8 public constant VOID = 2;
    uint8 public constant RELEASED = 4;
    uint8 public constant COLLECTED = 8;
    uint8 public constant ASSIGNED = 16;
    uint8 public constant DOUBTED = 32;
    uint8 public constant SUSPENDED = 64;
    uint8 private constant _SPECIAL = ASSIGNED | DOUBTED;
    uint8 private constant _OPERATOR = 1;
    uint8 private constant _CONTRIBUTOR = 0; // kind of a pay leaf

    ICampaigns public immutable campaigns;
    IStakes public immutable stakes;
    address public immutable advances;
    address public immutable faults;
    address public immutable voteFaults;
    address public immutable contentFaults;
    address public immutable calls;
    address public immutable disputes;
    IDoubts public immutable doubts;

    mapping(uint256 key => Slot) private _slots;
    /// @dev A word's paid leaves in the low half, what was paid of its budget above.
    mapping(uint256 key => mapping(uint256 word => uint256)) private _words;
    /// @dev By `key >> 16`: campaign and first item, whatever the attempt.
    mapping(uint256 range => mapping(address account => address)) private _assignees;

    constructor(Parts memory parts) {
        campaigns = ICampaigns(parts.campaigns);
        stakes = IStakes(parts.stakes);
        advances = parts.advances;
        faults = parts.faults;
        voteFaults = parts.voteFaults;
        contentFaults = parts.contentFaults;
        calls = parts.calls;
        disputes = parts.disputes;
        doubts = IDoubts(parts.doubts);
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
        return _post(terms, anchors, input, 0, POSTED);
    }

    /// @inheritdoc ISettlement
    function resettle(
        Terms calldata terms,
        Anchor[] calldata anchors,
        SettleInput calldata input,
        Posted[] calldata voided,
        address[] calldata watchers
    ) external returns (uint256) {
        if (voided.length == 0 || anchors.length == 0) revert Settlement_NoAnchors();
        if (voided.length != watchers.length) revert Settlement_LengthMismatch(voided.length, watchers.length);
        uint256 first = _key(input.campaign, anchors[0].firstItem, 0);
        uint8 flags = POSTED;
        for (uint256 attempt; attempt < voided.length; ++attempt) {
            Posted calldata earlier = voided[attempt];
            if (earlier.key != first + attempt) revert Settlement_WrongPreimage(earlier.key);
            Slot memory slot = _matchVoid(earlier, watchers[attempt]);
            if (slot.flags & RELEASED != 0) revert Settlement_AlreadyReleased(earlier.key);
            if (earlier.settler == msg.sender) revert Settlement_VoidedSettler(msg.sender);
            flags |= slot.flags & ASSIGNED;
        }
        if (voided[0].anchorsHash != Preimage.digest(anchors)) revert Settlement_WrongAnchors(first);
        return _post(terms, anchors, input, voided.length, flags);
    }

    function _post(
        Terms calldata terms,
        Anchor[] calldata anchors,
        SettleInput calldata input,
        uint256 attempt,
        uint8 flags
    ) private returns (uint256) {
        (uint32[] memory firstItems, bytes32[] memory hashes, uint256 count) = _consecutive(anchors);
        _checkInput(input, count);
        Posted memory posted;
        posted.key = _key(input.campaign, firstItems[0], attempt);
        if (_slots[posted.key].flags != 0) revert Settlement_AttemptTaken(posted.key);
        posted.campaign = input.campaign;
        posted.terms = Preimage.digest(terms);
        posted.token = terms.token;
        posted.firstItem = firstItems[0];
        posted.count = uint32(count);
        posted.settler = msg.sender;
        posted.itemRoot = input.itemRoot;
        posted.payRoot = _payRoot(input);
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

        _slots[posted.key] = Slot(bytes26(Preimage.digestOf(posted)), posted.finalAt, flags);
        emit Settled(posted.key, posted.campaign, posted, input.verdicts);
        campaigns.take(
            ICampaigns.Take({
                campaign: posted.campaign,
                terms: posted.terms,
                firstItem: posted.firstItem,
                count: posted.count,
                total: posted.total,
                again: attempt > 0
            }),
            firstItems,
            hashes
        );
        stakes.lock(msg.sender, posted.token, posted.bond, _OPERATOR);
        return posted.key;
    }

    // Paying

    /// @inheritdoc ISettlement
    function claim(PostedHead calldata posted, Pay calldata pay, bytes32[] calldata proof) external {
        _claim(posted, pay, proof);
    }

    /// @inheritdoc ISettlement
    function claimMany(PostedHead[] calldata posted, Pay[] calldata pays, bytes32[][] calldata proofs) external {
        if (posted.length != pays.length) revert Settlement_LengthMismatch(posted.length, pays.length);
        if (posted.length != proofs.length) revert Settlement_LengthMismatch(posted.length, proofs.length);
        for (uint256 i; i < posted.length; ++i) {
            _claim(posted[i], pays[i], proofs[i]);
        }
    }

    /// @inheritdoc ISettlement
    function push(
        PostedHead calldata posted,
        Due[] calldata dues,
        uint256 from,
        uint256 before,
        bytes32[] calldata proof,
        bytes32[] calldata top
    ) external nonReentrant {
        (uint256 flags, uint256 budget) = _matchRange(posted, dues, from, before, proof, top);
        uint256 marked = _markAll(posted.key, dues, from, budget);
        uint256 refused = _payAll(posted, dues, from, marked, flags);
        // What the token refused is unmarked in the word as it is now: claims may have come in between.
        if (refused != 0) _words[posted.key][from / Pays.WORD] -= refused;
        emit Pushed(posted.key, from, dues.length, (marked >> 128) - (refused >> 128));
    }

    /// @inheritdoc ISettlement
    function release(Posted calldata posted, Terms calldata terms, Anchor[] calldata anchors, bytes calldata verdicts)
        external
        nonReentrant
    {
        uint256 key = posted.key;
        Slot memory slot = _match(posted);
        if (!_isFinal(slot)) revert Settlement_NotFinal(key, slot.finalAt, block.timestamp);
        if (slot.flags & RELEASED != 0) revert Settlement_AlreadyReleased(key);
        _matchDeposits(posted, terms, anchors);
        if (keccak256(verdicts) != posted.verdictsHash) revert Settlement_WrongVerdicts(key);
        _slots[key].flags = slot.flags | RELEASED;
        uint256 forfeited = _releaseDeposits(posted.token, Rules.deposit(terms), anchors, verdicts);
        uint256 bond = posted.bond;
        if (slot.flags & DOUBTED != 0) bond -= doubts.settledFine(key);
        _book(posted.campaign, forfeited.toUint96(), 0, posted.reserve - posted.total);
        emit Released(key, bond, forfeited);
        stakes.unlock(posted.settler, posted.token, bond);
    }

    /// @inheritdoc ISettlement
    function reclaim(Posted calldata posted, address watcher, Terms calldata terms, Anchor[] calldata anchors)
        external
    {
        uint256 key = posted.key;
        Slot memory slot = _matchVoid(posted, watcher);
        if (_slots[key + 1].flags != 0) revert Settlement_NotVoid(key);
        if (slot.flags & RELEASED != 0) revert Settlement_AlreadyReleased(key);
        _matchDeposits(posted, terms, anchors);
        uint256 at = uint256(terms.deadline) + terms.lapseWindow;
        if (block.timestamp <= at) revert Settlement_NotLapsed(key, at);
        _slots[key].flags = slot.flags | RELEASED;
        emit Reclaimed(key);
        _book(posted.campaign, 0, 0, posted.reserve);
        uint256 deposit = Rules.deposit(terms);
        for (uint256 i; i < anchors.length; ++i) {
            stakes.unlock(anchors[i].anchorer, posted.token, anchors[i].count * deposit);
        }
    }

    // Faults

    /// @inheritdoc ISettlement
    function void(Posted calldata posted, address watcher, bytes4 fault, uint256 index) external {
        if (!_provesFaults(msg.sender)) revert Settlement_NotFaults(msg.sender);
        uint256 key = posted.key;
        Slot memory slot = _matchPending(posted);
        slot.flags |= VOID;
        slot.digest = _voidDigest(posted, watcher);
        _slots[key] = slot;
        emit Voided(key, watcher, fault, index);
        _book(posted.campaign, 0, posted.total, 0);
    }

    /// @inheritdoc ISettlement
    function collect(Posted calldata posted, address watcher) external nonReentrant {
        uint256 key = posted.key;
        Slot memory slot = _matchVoid(posted, watcher);
        if (slot.flags & COLLECTED != 0) revert Settlement_AlreadyReleased(key);
        _slots[key].flags = slot.flags | COLLECTED;
        uint96 bond = posted.bond;
        if (slot.flags & DOUBTED != 0) bond -= doubts.doubtOf(key).fined;
        uint96 rewarded = bond / 2;
        emit Collected(key, watcher, rewarded, bond - rewarded);
        _book(posted.campaign, bond - rewarded, 0, 0);
        stakes.slash(posted.settler, posted.token, bond, watcher, rewarded);
    }

    /// @inheritdoc ISettlement
    function amend(Posted calldata posted, uint8 set, uint8 clear, uint40 finalAt) external {
        if (msg.sender != address(doubts)) revert Settlement_NotDoubts(msg.sender);
        Slot memory slot = _matchPending(posted);
        slot.flags = slot.flags & ~clear | set;
        if (finalAt > slot.finalAt) slot.finalAt = finalAt;
        _slots[posted.key] = slot;
    }

    /// @inheritdoc ISettlement
    function credit(uint256 campaign, uint96 amount) external {
        if (msg.sender != address(doubts)) revert Settlement_NotDoubts(msg.sender);
        _book(campaign, amount, 0, 0);
    }

    // Escrow

    /// @inheritdoc ISettlement
    function assign(PostedHead calldata posted, Pay calldata pay, bytes32[] calldata proof, address to)
        external
        nonReentrant
    {
        if (msg.sender != advances) revert Settlement_NotAdvances(msg.sender);
        uint256 key = posted.key;
        (bytes32 root,) = Pays.root(Leaves.pay(address(this), key, pay), pay.index, posted.payCount, proof);
        (uint256 flags,) = _matchHead(posted, root, pay.index);
        bool paid = _words[key][pay.index / Pays.WORD] >> (pay.index % Pays.WORD) & 1 == 1;
        address known = _assignees[key >> 16][pay.account];
        bool held;
        if (flags & DOUBTED != 0) (held,) = doubts.leftOf(key, pay.index, 0);
        if (held || pay.kind != _CONTRIBUTOR || paid || known != address(0) || to == address(0)) {
            revert Settlement_NotAssignable(key, pay.index);
        }
        _assignees[key >> 16][pay.account] = to;
        _slots[key].flags = uint8(flags) | ASSIGNED;
        emit Assigned(key, pay.account, to, pay.index);
    }

    /// @inheritdoc ISettlement
    function disburse(address token, address to, uint256 amount) external {
        if (msg.sender != address(campaigns)) revert Settlement_NotCampaigns(msg.sender);
        Tokens.send(token, to, amount);
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
    function assigneeOf(uint256 campaign, uint256 firstItem, address account) external view returns (address) {
        return _assignees[campaign << 48 | firstItem][account];
    }

    /// @inheritdoc ISettlement
    function isVoid(uint256 key) external view returns (bool) {
        return _slots[key].flags & VOID != 0;
    }

    /// @inheritdoc ISettlement
    function isPaid(uint256 key, uint256 index) external view returns (bool) {
        return _words[key][index / Pays.WORD] >> (index % Pays.WORD) & 1 == 1;
    }

    /// @inheritdoc ISettlement
    function wordOf(uint256 key, uint256 word) external view returns (uint128, uint96) {
        uint256 own = _words[key][word];
        return (uint128(own), uint96(own >> 128));
    }

    /// @inheritdoc ISettlement
    function check(Posted calldata posted) external view {
        _match(posted);
    }

    /// @dev Needs no lock: the leaf is marked before the token is called.
    function _claim(PostedHead calldata posted, Pay calldata pay, bytes32[] calldata proof) private {
        uint256 key = posted.key;
        uint256 index = pay.index;
        (bytes32 root, uint256 budget) = Pays.root(Leaves.pay(address(this), key, pay), index, posted.payCount, proof);
        uint256 flags = _matchFinal(posted, root, index);
        address account = pay.account;
        uint256 amount = pay.amount;
        _mark(key, index, amount, budget);
        emit Claimed(key, index);
        if (flags & _SPECIAL != 0) {
            (account, amount) = _special(key, index, account, pay.kind, amount, flags);
            if (account == address(0)) revert Settlement_Held(key, index);
            if (amount == 0) return; // all of it was cut
        }
        if (!Tokens.trySend(posted.token, account, amount)) {
            revert Settlement_TransferFailed(posted.token, account, amount);
        }
    }

    /// @return to whom the leaf is paid: its account, who took over its claim, or nobody while it is held
    /// @return left of the amount
    function _special(uint256 key, uint256 index, address account, uint256 kind, uint256 amount, uint256 flags)
        private
        view
        returns (address to, uint256 left)
    {
        left = amount;
        if (flags & DOUBTED != 0) {
            bool held;
            (held, left) = doubts.leftOf(key, index, uint96(amount));
            if (held) return (address(0), 0);
        }
        if (flags & ASSIGNED != 0 && kind == _CONTRIBUTOR) to = _assignees[key >> 16][account];
        if (to == address(0)) to = account;
    }

    function _mark(uint256 key, uint256 index, uint256 amount, uint256 budget) private {
        mapping(uint256 => uint256) storage words = _words[key];
        uint256 word = words[index >> 7];
        uint256 bit = 1 << (index & 127);
        if (word & bit != 0) revert Settlement_AlreadyPaid(key, index);
        unchecked {
            uint256 paid = (word >> 128) + amount; // both below 2^96
            if (paid > budget) revert Settlement_AboveBudget(key, paid, budget);
            words[index >> 7] = word + (bit | amount << 128);
        }
    }

    /// @dev Marks what is unpaid of these leaves before any of it is paid.
    /// @return marked bits of the leaves and above them their sum, as they were added to the word
    function _markAll(uint256 key, Due[] calldata dues, uint256 from, uint256 budget) private returns (uint256 marked) {
        uint256 word = _words[key][from / Pays.WORD];
        uint256 bit = 1 << (from % Pays.WORD);
        unchecked {
            // At most 128 leaves below 2^96 each.
            for (uint256 i; i < dues.length; ++i) {
                if (word & bit == 0) marked += bit | uint256(dues[i].amount) << 128;
                bit <<= 1;
            }
        }
        uint256 paid = (word >> 128) + (marked >> 128);
        if (paid > budget) revert Settlement_AboveBudget(key, paid, budget);
        _words[key][from / Pays.WORD] = word + marked;
    }

    /// @dev Pays the leaves whose bits are marked, as far as the token lets us.
    /// @return refused bits and sum of those it did not let us pay
    function _payAll(PostedHead calldata posted, Due[] calldata dues, uint256 from, uint256 marked, uint256 flags)
        private
        returns (uint256 refused)
    {
        address token = posted.token;
        uint256 bit = 1 << (from % Pays.WORD);
        unchecked {
            for (uint256 i; i < dues.length; ++i) {
                if (marked & bit != 0) {
                    Due calldata due = dues[i];
                    bool paid = flags & _SPECIAL == 0
                        ? Tokens.trySend(token, due.account, due.amount)
                        : _trySpecial(posted.key, from + i, token, due, flags);
                    if (!paid) refused += bit | uint256(due.amount) << 128;
                }
                bit <<= 1;
            }
        }
    }

    function _trySpecial(uint256 key, uint256 index, address token, Due calldata due, uint256 flags)
        private
        returns (bool)
    {
        (address account, uint256 amount) = _special(key, index, due.account, due.kind, due.amount, flags);
        return account != address(0) && (amount == 0 || Tokens.trySend(token, account, amount));
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

    /// @return flags of the settlement
    /// @return budget of the word all the leaves lie in
    function _matchRange(
        PostedHead calldata posted,
        Due[] calldata dues,
        uint256 from,
        uint256 sum,
        bytes32[] calldata proof,
        bytes32[] calldata top
    ) private view returns (uint256 flags, uint256 budget) {
        if (from % Pays.WORD + dues.length > Pays.WORD) {
            revert Settlement_PushAcrossWords(from, from + dues.length);
        }
        bytes32 root = Merkle.rangeRoot(
            _leaves(posted.key, dues, from, sum), from % Pays.WORD, Pays.innerCount(posted.payCount), proof
        );
        (root, budget) = Pays.top(root, from, posted.payCount, top);
        flags = _matchFinal(posted, root, from);
    }

    function _leaves(uint256 key, Due[] calldata dues, uint256 from, uint256 sum)
        private
        view
        returns (bytes32[] memory nodes)
    {
        nodes = new bytes32[](dues.length);
        unchecked {
            // What overflows is no leaf of the tree.
            for (uint256 i; i < dues.length; ++i) {
                Due calldata due = dues[i];
                sum += due.amount;
                nodes[i] = Leaves.due(address(this), key, from + i, sum, due);
            }
        }
    }

    function _book(uint256 campaign, uint96 credited, uint96 restored, uint96 freed) private {
        campaigns.book(campaign, credited, restored, freed);
    }

    function _provesFaults(address caller) private view returns (bool) {
        return
            caller == faults || caller == voteFaults || caller == contentFaults || caller == calls || caller == disputes;
    }

    function _voidDigest(Posted calldata posted, address watcher) private pure returns (bytes26) {
        return bytes26(keccak256(abi.encode(Preimage.digest(posted), watcher)));
    }

    function _matchVoid(Posted calldata posted, address watcher) private view returns (Slot memory slot) {
        slot = _slots[posted.key];
        if (slot.flags & VOID == 0) revert Settlement_NotVoid(posted.key);
        if (slot.digest != _voidDigest(posted, watcher)) revert Settlement_WrongPreimage(posted.key);
    }

    /// @dev Stands and is not final: can be proven wrong, held and suspended.
    function _matchPending(Posted calldata posted) private view returns (Slot memory slot) {
        slot = _slots[posted.key];
        if (slot.flags & VOID != 0 || (slot.flags & SUSPENDED == 0 && block.timestamp >= slot.finalAt)) {
            revert Settlement_AlreadyFinal(posted.key, slot.finalAt, block.timestamp);
        }
        _match(posted);
    }

    function _match(Posted calldata posted) private view returns (Slot memory slot) {
        slot = _slots[posted.key];
        if (slot.digest != bytes26(Preimage.digest(posted)) || slot.flags == 0) {
            revert Settlement_WrongPreimage(posted.key);
        }
    }

    /// @dev A wrong proof gives another root, and that another hash: nothing tells it from a wrong preimage.
    function _matchFinal(PostedHead calldata posted, bytes32 payRoot, uint256 index)
        private
        view
        returns (uint256 flags)
    {
        uint256 finalAt;
        (flags, finalAt) = _matchHead(posted, payRoot, index);
        if (flags & (POSTED | SUSPENDED) != POSTED || block.timestamp < finalAt) {
            revert Settlement_NotFinal(posted.key, finalAt, block.timestamp);
        }
    }

    function _matchHead(PostedHead calldata posted, bytes32 payRoot, uint256 index)
        private
        view
        returns (uint256 flags, uint256 finalAt)
    {
        Slot storage slot = _slots[posted.key];
        bytes32 digest = Preimage.digest(posted, payRoot);
        uint256 word;
        assembly ("memory-safe") {
            word := sload(slot.slot)
        }
        // In storage the first member lies lowest: 26 bytes of hash, 5 of time, 1 of flags.
        if ((word ^ uint256(digest) >> 48) << 48 != 0) _refuse(posted.key, index, word);
        return (word >> 248, word >> 208 & type(uint40).max);
    }

    function _refuse(uint256 key, uint256 index, uint256 word) private pure {
        if (word >> 248 & VOID != 0) revert Settlement_IsVoid(key);
        revert Settlement_WrongProof(key, index);
    }

    function _isFinal(Slot memory slot) private view returns (bool) {
        return slot.flags & (POSTED | VOID | SUSPENDED) == POSTED && block.timestamp >= slot.finalAt;
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
        uint256 words = Pays.wordsOf(input.payCount);
        if (input.words.length != words) revert Settlement_WordCount(input.words.length, words);
    }

    function _payRoot(SettleInput calldata input) private pure returns (bytes32 root) {
        uint256 total;
        (root, total) = Pays.rootOf(input.words);
        if (total != input.total) revert Settlement_BudgetsNotTotal(total, input.total);
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
