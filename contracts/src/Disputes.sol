// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IArbitrable} from "./interfaces/IArbitrable.sol";
import {IArbitrator} from "./interfaces/IArbitrator.sol";
import {IDisputes} from "./interfaces/IDisputes.sol";
import {IDoubts} from "./interfaces/IDoubts.sol";
import {IEvidence} from "./interfaces/IEvidence.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Item, Pay, Posted, Terms} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Places} from "./Places.sol";
import {Preimage} from "./Preimage.sol";
import {Rules} from "./Rules.sol";

/// @title Disputes
/// @notice See IDisputes.
contract Disputes is IDisputes, IArbitrable, IEvidence, ReentrancyGuardTransient {
    /// @notice Rulings beside 0, "refused": the verdict is right; it should have been to accept; to reject.
    uint256 public constant CHOICES = 3;
    uint8 public constant KEEP = 1;
    uint8 public constant ACCEPT = 2;
    uint8 public constant REJECT = 3;
    /// @notice So many overturned items void a settlement; so many that may become it suspend it. Each costs the settler
    /// this part of its bond.
    uint32 public constant LIMIT = 8;

    uint8 private constant _CONTRIBUTOR = 0; // kind of a pay leaf
    uint8 private constant _VOID = 2;
    uint8 private constant _SUSPENDED = 64;

    ISettlement public immutable settlement;
    IDoubts public immutable doubts;
    IStakes public immutable stakes;
    IArbitrator public immutable arbitrator;
    address public immutable treasury;
    uint256 public immutable caseValue;
    uint40 public immutable patience;

    mapping(uint256 dispute => Case) private _cases;
    mapping(uint256 key => Tally) private _tallies;
    mapping(uint256 key => mapping(uint256 item => bool)) public isDisputed;
    mapping(address account => uint256) public owed;
    uint256 private _totalOwed;

    /// @param question URI of the ERC-1497 document that says what is asked
    constructor(Parts memory parts, string memory question) {
        if (parts.patience == 0) revert Disputes_ZeroPatience();
        if (parts.treasury == address(0)) revert Disputes_ZeroTreasury();
        settlement = ISettlement(parts.settlement);
        doubts = IDoubts(parts.doubts);
        stakes = IStakes(parts.stakes);
        arbitrator = IArbitrator(parts.arbitrator);
        treasury = parts.treasury;
        caseValue = parts.caseValue;
        patience = parts.patience;
        emit MetaEvidence(0, question);
    }

    /// @dev An arbitrator returns fees nobody earned; `returnFees` gives them on.
    receive() external payable {}

    // Asking

    /// @inheritdoc IDisputes
    /// @dev Doubts checks that `posted` stands and that the pay leaf is in it. The arbitrator numbers the dispute, so it is
    /// called before the case is written; whatever it calls meanwhile finds the lock taken and the number unknown.
    function open(
        Posted calldata posted,
        Terms calldata terms,
        Item calldata item,
        bytes32[] calldata itemProof,
        Pay calldata pay,
        bytes32[] calldata payProof,
        string calldata evidence
    ) external payable nonReentrant returns (uint256 dispute) {
        _check(posted, terms, item, itemProof);
        if (item.reward > 0) _checkPay(item, pay);
        isDisputed[posted.key][item.item] = true;
        bool suspends = _count(posted);
        dispute = _ask(posted, item, terms.unitReward);
        if (bytes(evidence).length > 0) emit Evidence(arbitrator, dispute, msg.sender, evidence);
        stakes.lock(msg.sender, posted.token, terms.unitReward / 2, 0);
        if (item.reward > 0) doubts.holdLeaf(posted, pay, payProof);
        else doubts.holdBond(posted);
        if (suspends) doubts.suspend(posted);
    }

    /// @inheritdoc IDisputes
    function submitEvidence(uint256 dispute, string calldata evidence) external {
        State state = _cases[dispute].state;
        if (state != State.Open) revert Disputes_NotOpen(dispute, state);
        emit Evidence(arbitrator, dispute, msg.sender, evidence);
    }

    /// @dev No new dispute while a suspension alone keeps the settlement from being final: else disputes opened one after
    /// another would keep it so for as long as it has items.
    function _check(Posted calldata posted, Terms calldata terms, Item calldata item, bytes32[] calldata proof)
        private
        view
    {
        (uint256 key, uint256 number) = (posted.key, item.item);
        if (Preimage.digest(terms) != posted.terms) revert Disputes_WrongTerms(key);
        if (!Places.isSettled(address(settlement), posted, item, proof)) revert Disputes_WrongProof(number);
        if (isDisputed[key][number]) revert Disputes_AlreadyDisputed(key, number);
        uint256 finalAt = settlement.slotOf(key).finalAt;
        if (block.timestamp >= finalAt) revert Disputes_WindowOver(key, finalAt, block.timestamp);
    }

    /// @dev Where an item names another's leaf, Faults.proveUnpaid holds; nobody is held up for it.
    function _checkPay(Item calldata item, Pay calldata pay) private pure {
        if (pay.index != item.payIndex || pay.account != item.contributor || pay.kind != _CONTRIBUTOR) {
            revert Disputes_NotItsPay(item.item, pay.index);
        }
    }

    /// @return suspends whether the settlement could be void once all that is open is decided, and is not suspended yet.
    /// After the window it was posted with that happens once: whatever is paid, disputes hold up a batch no longer than two
    /// cases take.
    function _count(Posted calldata posted) private returns (bool suspends) {
        Tally memory tally = _tallies[posted.key];
        tally.open += 1;
        if (tally.open + tally.overturned >= LIMIT && !tally.suspended && !tally.late) {
            suspends = true;
            tally.suspended = true;
            tally.late = block.timestamp >= posted.finalAt;
        }
        _tallies[posted.key] = tally;
    }

    function _ask(Posted calldata posted, Item calldata item, uint96 unitReward) private returns (uint256 dispute) {
        uint256 price = cost();
        if (msg.value < price) revert Disputes_PaidTooLittle(msg.value, price);
        if (msg.value > price) _owe(msg.sender, msg.value - price);
        dispute = arbitrator.createDispute{value: price}(CHOICES, abi.encode(caseValue));
        if (_cases[dispute].state != State.None) revert Disputes_KnownNumber(dispute);
        bytes25 digest = _digest(posted, item);
        _cases[dispute] = Case(digest, uint40(block.timestamp), State.Open, 0, msg.sender, unitReward);
        emit DisputeOpened(dispute, posted.key, msg.sender, item, unitReward / 2, price);
        emit Dispute(arbitrator, dispute, 0, dispute);
    }

    // Deciding

    /// @inheritdoc IArbitrable
    /// @dev Only recorded. What is no choice counts as refused, or the dispute would never end; what comes after patience
    /// ran out or the settlement is void changes nothing.
    function rule(uint256 _disputeID, uint256 _ruling) external {
        if (msg.sender != address(arbitrator)) revert Disputes_NotArbitrator(msg.sender);
        Case storage own = _cases[_disputeID];
        if (own.state == State.Open) {
            own.state = State.Ruled;
            own.ruling = _ruling > CHOICES ? 0 : uint8(_ruling);
        } else if (own.state != State.Closed) {
            revert Disputes_NotOpen(_disputeID, own.state);
        }
        emit Ruling(arbitrator, _disputeID, _ruling);
    }

    /// @inheritdoc IDisputes
    /// @dev Fines while the bond is still held, and pays in collateral: no token is called but for what goes to escrow.
    function execute(uint256 dispute, Posted calldata posted, Item calldata item) external nonReentrant {
        Case memory own = _cases[dispute];
        if (own.state != State.Open && own.state != State.Ruled) revert Disputes_NotOpen(dispute, own.state);
        if (own.digest != _digest(posted, item)) revert Disputes_WrongPreimage(dispute);
        ISettlement.Slot memory slot = settlement.slotOf(posted.key);
        bool standing = slot.flags & _VOID == 0;
        uint256 until = uint256(own.openedAt) + patience;
        if (standing && own.state == State.Open && block.timestamp < until) revert Disputes_NotRuled(dispute, until);

        Outcome outcome = standing ? _outcome(own.ruling, item) : Outcome.Unchanged;
        _cases[dispute].state = State.Closed;
        (uint96 fine, bool resumes, bool voids) = _conclude(posted, outcome, slot);
        emit DisputeClosed(dispute, posted.key, item.item, outcome, own.ruling, fine);
        _settleBonds(own, posted, item, outcome, fine);
        if (item.reward > 0) {
            doubts.freeLeaf(posted, item.payIndex, item.item, outcome == Outcome.Rejected ? item.reward : 0);
        } else {
            doubts.freeBond(posted);
        }
        if (resumes) doubts.resume(posted, 0);
        if (voids) settlement.void(posted, own.challenger, msg.sig, item.item);
    }

    /// @dev "To reject" keeps what was rejected; "to accept" of an accepted item says it was worth far more.
    function _outcome(uint8 ruling, Item calldata item) private pure returns (Outcome) {
        if (ruling == 0) return Outcome.Unchanged;
        if (ruling == ACCEPT) return Outcome.Accepted;
        return ruling == REJECT && item.verdict == Rules.ACCEPT ? Outcome.Rejected : Outcome.Kept;
    }

    /// @return fine what the settler pays; nothing once all of its bond is gone
    /// @return resumes so few may still be overturned that the settlement can become final
    /// @return voids so many were overturned that it cannot
    function _conclude(Posted calldata posted, Outcome outcome, ISettlement.Slot memory slot)
        private
        returns (uint96 fine, bool resumes, bool voids)
    {
        Tally memory tally = _tallies[posted.key];
        tally.open -= 1;
        if (outcome == Outcome.Accepted || outcome == Outcome.Rejected) {
            tally.overturned += 1;
            if (tally.overturned <= LIMIT) fine = posted.bond / LIMIT;
            voids = tally.overturned == LIMIT && (slot.flags & _SUSPENDED != 0 || block.timestamp < slot.finalAt);
        }
        if (slot.flags & _VOID == 0 && tally.suspended && tally.open + tally.overturned < LIMIT) {
            resumes = true;
            tally.suspended = false;
        }
        _tallies[posted.key] = tally;
    }

    function _settleBonds(Case memory own, Posted calldata posted, Item calldata item, Outcome outcome, uint96 fine)
        private
    {
        uint96 bond = own.unitReward / 2;
        if (outcome == Outcome.Kept) {
            address held = item.reward > 0 ? item.contributor : treasury;
            stakes.slash(own.challenger, posted.token, bond / 2, posted.settler, bond / 2);
            stakes.slash(own.challenger, posted.token, bond - bond / 2, held, bond - bond / 2);
            return;
        }
        stakes.unlock(own.challenger, posted.token, bond);
        if (fine == 0) return;
        if (outcome == Outcome.Rejected) {
            doubts.fine(posted, fine, own.challenger, fine / 2);
            return;
        }
        // The bond is at least ten unit rewards, so its eighth covers one.
        uint96 missing = item.reward < own.unitReward ? own.unitReward - item.reward : 0;
        bool known = item.contributor != address(0);
        if (missing > 0) doubts.fine(posted, missing, item.contributor, known ? missing : 0);
        doubts.fine(posted, fine - missing, own.challenger, fine - missing);
    }

    // Coin

    /// @inheritdoc IDisputes
    function withdraw(address account) external nonReentrant {
        uint256 amount = owed[account];
        if (amount == 0) revert Disputes_NothingOwed(account);
        owed[account] = 0;
        _totalOwed -= amount;
        emit CoinWithdrawn(account, amount);
        (bool done,) = account.call{value: amount}("");
        if (!done) revert Disputes_CoinRefused(account, amount);
    }

    /// @inheritdoc IDisputes
    function returnFees() external nonReentrant {
        uint256 amount = address(this).balance - _totalOwed;
        if (amount == 0) revert Disputes_NothingOwed(treasury);
        _owe(treasury, amount);
        emit FeesReturned(amount);
    }

    function _owe(address account, uint256 amount) private {
        owed[account] += amount;
        _totalOwed += amount;
    }

    // Views

    /// @inheritdoc IDisputes
    function cost() public view returns (uint256) {
        return arbitrator.arbitrationCost(abi.encode(caseValue));
    }

    /// @inheritdoc IDisputes
    function caseOf(uint256 dispute) external view returns (Case memory) {
        return _cases[dispute];
    }

    /// @inheritdoc IDisputes
    function tallyOf(uint256 key) external view returns (Tally memory) {
        return _tallies[key];
    }

    function _digest(Posted calldata posted, Item calldata item) private view returns (bytes25) {
        bytes32 leaf = Leaves.item(address(settlement), posted.key, item);
        return bytes25(keccak256(abi.encode(Preimage.digest(posted), leaf)));
    }
}
