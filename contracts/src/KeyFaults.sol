// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IArbitrable} from "./interfaces/IArbitrable.sol";
import {IArbitrator} from "./interfaces/IArbitrator.sol";
import {ICampaigns} from "./interfaces/ICampaigns.sol";
import {IEvidence} from "./interfaces/IEvidence.sol";
import {IKeyFaults} from "./interfaces/IKeyFaults.sol";
import {IParameters} from "./interfaces/IParameters.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Envelopes} from "./Envelopes.sol";
import {Merkle} from "./Merkle.sol";
import {Typed} from "./Typed.sol";

/// @title KeyFaults
/// @notice See IKeyFaults.
contract KeyFaults is IKeyFaults, IArbitrable, IEvidence, ReentrancyGuardTransient {
    /// @notice Rulings beside 0, "refused": the part was right, or the record shows nothing; the part was wrong.
    uint256 public constant CHOICES = 2;
    uint8 public constant WRONG = 2;

    uint8 private constant _HOLDER = 8;
    bytes32 private constant _ENTRY = keccak256("headwater.batch-entry.v1");
    bytes32 private constant _RECEIPT = keccak256(
        "ReleaseReceipt(bytes32 request,string role,uint256 campaign,uint256 dataset,uint32 version,bytes32 licence,"
        "bytes32 contribution,address holder,address requester,bytes32 envelope,bytes32 commitment,bytes32 part,uint64 time)"
    );
    bytes32 private constant _BATCH = keccak256(
        "BatchReceipt(bytes32 request,uint256 campaign,uint256 dataset,uint32 version,bytes32 licence,address holder,"
        "address requester,bytes32 entries,uint32 count,bytes32 part,uint64 time)"
    );

    ICampaigns public immutable campaigns;
    IStakes public immutable stakes;
    IParameters public immutable parameters;
    IArbitrator public immutable arbitrator;
    uint256 public immutable caseValue;
    uint40 public immutable patience;

    /// @notice What a stake has answered for: the digest of an envelope, or of a fault record before a jury.
    mapping(address holder => mapping(bytes32 digest => bool)) public isProven;
    mapping(uint256 dispute => Case) private _cases;
    mapping(address account => uint256) public owed;
    uint256 private _totalOwed;

    /// @param question URI of the ERC-1497 document that says what is asked
    constructor(Parts memory parts, string memory question) {
        if (parts.patience == 0) revert KeyFaults_ZeroPatience();
        campaigns = parts.campaigns;
        stakes = parts.stakes;
        parameters = parts.parameters;
        arbitrator = parts.arbitrator;
        caseValue = parts.caseValue;
        patience = parts.patience;
        emit MetaEvidence(0, question);
    }

    /// @dev An arbitrator returns fees nobody earned; they are the treasury's.
    receive() external payable {}

    // Proving

    /// @inheritdoc IKeyFaults
    function proveCommitment(
        ReleaseReceipt calldata receipt,
        bytes calldata signature,
        bytes calldata envelope,
        uint256 at
    ) external {
        _checkSigned(receipt.holder, digestOf(receipt), signature);
        _punish(receipt.holder, receipt.envelope, receipt.commitment, envelope, at);
    }

    /// @inheritdoc IKeyFaults
    function proveEntry(
        BatchReceipt calldata receipt,
        bytes calldata signature,
        BatchEntry calldata entry,
        uint256 index,
        bytes32[] calldata proof,
        bytes calldata envelope,
        uint256 at
    ) external {
        _checkSigned(receipt.holder, digestOfBatch(receipt), signature);
        bytes32 leaf = keccak256(bytes.concat(keccak256(abi.encode(_ENTRY, entry))));
        if (Merkle.root(leaf, index, receipt.count, proof) != receipt.entries) revert KeyFaults_NoFault();
        _punish(receipt.holder, entry.envelope, entry.commitment, envelope, at);
    }

    /// @inheritdoc IKeyFaults
    function digestOf(ReleaseReceipt calldata r) public view returns (bytes32) {
        bytes memory head =
            abi.encode(_RECEIPT, r.request, keccak256(bytes(r.role)), r.campaign, r.dataset, r.version, r.licence);
        bytes memory tail = abi.encode(r.contribution, r.holder, r.requester, r.envelope, r.commitment, r.part, r.time);
        return Typed.digest(address(campaigns), keccak256(bytes.concat(head, tail)));
    }

    /// @inheritdoc IKeyFaults
    function digestOfBatch(BatchReceipt calldata receipt) public view returns (bytes32) {
        return Typed.digest(address(campaigns), keccak256(abi.encode(_BATCH, receipt)));
    }

    function _checkSigned(address holder, bytes32 digest, bytes calldata signature) private pure {
        (address signer, ECDSA.RecoverError failed,) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failed != ECDSA.RecoverError.NoError || signer != holder) revert KeyFaults_NotSigned(holder);
    }

    /// @dev One envelope costs a holder once, however many receipts it signed: a stake answers for shares, not for askers.
    function _punish(address holder, bytes32 digest, bytes32 signed, bytes calldata envelope, uint256 at) private {
        if (sha256(envelope) != digest) revert KeyFaults_WrongEnvelope(digest, sha256(envelope));
        (bool found, bytes32 committed) = Envelopes.commitmentOf(envelope, at, holder);
        if (!found) revert KeyFaults_NotItsPlace(holder, at);
        if (committed == signed) revert KeyFaults_NoFault();
        _once(holder, digest);
        emit WrongCommitment(holder, digest, msg.sender, _take(holder, stakes.minimumOf(_HOLDER), msg.sender));
    }

    // Asking

    /// @inheritdoc IKeyFaults
    /// @dev The arbitrator numbers the case, so it is called before the case is written; whatever it calls meanwhile finds the
    /// lock taken and the number unknown.
    function accuse(address holder, bytes32 fault, string calldata evidence)
        external
        payable
        nonReentrant
        returns (uint256 dispute)
    {
        uint256 price = cost();
        if (msg.value < price) revert KeyFaults_PaidTooLittle(msg.value, price);
        _once(holder, fault);
        uint256 amount = stakes.minimumOf(_HOLDER);
        (uint256 leaving,) = stakes.stakeUnbonding(holder, _HOLDER);
        if (stakes.stakeOf(holder, _HOLDER) + leaving == 0) revert KeyFaults_NotHolder(holder);
        if (msg.value > price) _owe(msg.sender, msg.value - price);
        dispute = arbitrator.createDispute{value: price}(CHOICES, abi.encode(caseValue));
        if (_cases[dispute].state != State.None) revert KeyFaults_KnownNumber(dispute);
        _cases[dispute] = Case(holder, State.Open, 0, msg.sender, uint40(block.timestamp), uint96(amount));
        emit Accused(dispute, holder, msg.sender, fault, amount);
        emit Dispute(arbitrator, dispute, 0, dispute);
        emit Evidence(arbitrator, dispute, msg.sender, evidence);
        assert(stakes.holdStake(holder, _HOLDER, amount, 0));
    }

    /// @inheritdoc IArbitrable
    /// @dev Only recorded; what is no choice counts as refused, what comes too late changes nothing.
    function rule(uint256 _disputeID, uint256 _ruling) external {
        if (msg.sender != address(arbitrator)) revert KeyFaults_NotArbitrator(msg.sender);
        Case storage own = _cases[_disputeID];
        if (own.state == State.Open) {
            own.state = State.Ruled;
            own.ruling = _ruling > CHOICES ? 0 : uint8(_ruling);
        } else if (own.state != State.Closed) {
            revert KeyFaults_NotOpen(_disputeID, own.state);
        }
        emit Ruling(arbitrator, _disputeID, _ruling);
    }

    /// @inheritdoc IKeyFaults
    function execute(uint256 dispute) external nonReentrant {
        Case memory own = _cases[dispute];
        if (own.state != State.Open && own.state != State.Ruled) revert KeyFaults_NotOpen(dispute, own.state);
        uint256 until = uint256(own.openedAt) + patience;
        if (own.state == State.Open && block.timestamp < until) revert KeyFaults_NotRuled(dispute, until);
        _cases[dispute].state = State.Closed;
        stakes.freeStake(own.holder, _HOLDER, own.held);
        uint256 taken = own.ruling == WRONG ? _take(own.holder, own.held, own.accuser) : 0;
        emit CaseClosed(dispute, own.holder, own.ruling, taken);
    }

    /// @dev Half to who found it; the treasury's half keeps a holder from accusing himself for free.
    function _take(address holder, uint256 amount, address watcher) private returns (uint256 taken) {
        uint256 rewarded = amount / 2;
        taken = stakes.slashStake(holder, _HOLDER, amount, watcher, rewarded);
        if (taken < amount) rewarded = rewarded * taken / amount;
        if (taken > rewarded) stakes.award(parameters.treasury(), stakes.networkToken(), taken - rewarded);
    }

    function _once(address holder, bytes32 digest) private {
        if (isProven[holder][digest]) revert KeyFaults_AlreadyProven(holder, digest);
        isProven[holder][digest] = true;
    }

    // Coin

    /// @inheritdoc IKeyFaults
    /// @dev What nobody is owed came back from the arbitrator; it goes out when the treasury is named.
    function withdraw(address account) external nonReentrant {
        if (account == parameters.treasury()) _owe(account, address(this).balance - _totalOwed);
        uint256 amount = owed[account];
        if (amount == 0) revert KeyFaults_NothingOwed(account);
        owed[account] = 0;
        _totalOwed -= amount;
        emit CoinWithdrawn(account, amount);
        (bool done,) = account.call{value: amount}("");
        if (!done) revert KeyFaults_CoinRefused(account, amount);
    }

    function _owe(address account, uint256 amount) private {
        owed[account] += amount;
        _totalOwed += amount;
    }

    // Views

    /// @inheritdoc IKeyFaults
    function cost() public view returns (uint256) {
        return arbitrator.arbitrationCost(abi.encode(caseValue));
    }

    /// @inheritdoc IKeyFaults
    function caseOf(uint256 dispute) external view returns (Case memory) {
        return _cases[dispute];
    }
}
