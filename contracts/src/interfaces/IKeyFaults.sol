// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IArbitrator} from "./IArbitrator.sol";
import {ICampaigns} from "./ICampaigns.sol";
import {IParameters} from "./IParameters.sol";
import {IStakes} from "./IStakes.sol";

/// @title Key faults
/// @notice What a key holder's stake answers for (spec/keys.md section 9): a signed receipt for another share than the
/// envelope commits to, proven by bytes; and a sealed part that does not open to the share, which no contract can open, asked of
/// a jury that can.
interface IKeyFaults {
    /// @notice Everything this contract is told at deployment.
    /// @param campaigns in whose EIP-712 domain holders sign
    /// @param treasury gets what of a stake is not the watcher's, and fees an arbitrator returned
    /// @param caseValue what every case tells the arbitrator is at stake, in its unit
    /// @param patience seconds after which an arbitrator that has not ruled counts as one that refused
    struct Parts {
        ICampaigns campaigns;
        IStakes stakes;
        IParameters parameters;
        IArbitrator arbitrator;
        uint256 caseValue;
        uint40 patience;
    }

    /// @notice As a holder signs it for one part.
    struct ReleaseReceipt {
        bytes32 request;
        string role;
        uint256 campaign;
        uint256 dataset;
        uint32 version;
        bytes32 licence;
        bytes32 contribution;
        address holder;
        address requester;
        bytes32 envelope;
        bytes32 commitment;
        bytes32 part;
        uint64 time;
    }

    /// @notice As a holder signs it for many; `entries` is the root of `count` of them.
    struct BatchReceipt {
        bytes32 request;
        uint256 campaign;
        uint256 dataset;
        uint32 version;
        bytes32 licence;
        address holder;
        address requester;
        bytes32 entries;
        uint32 count;
        bytes32 part;
        uint64 time;
    }

    struct BatchEntry {
        bytes32 contribution;
        bytes32 envelope;
        bytes32 commitment;
    }

    enum State {
        None,
        Open,
        Ruled,
        Closed
    }

    /// @param held of the holder's stake, until the case is closed
    struct Case {
        address holder;
        State state;
        uint8 ruling;
        address accuser;
        uint40 openedAt;
        uint96 held;
    }

    event WrongCommitment(address indexed holder, bytes32 indexed envelope, address indexed watcher, uint256 taken);
    event Accused(
        uint256 indexed dispute, address indexed holder, address indexed accuser, bytes32 fault, uint256 held
    );
    event CaseClosed(uint256 indexed dispute, address indexed holder, uint256 ruling, uint256 taken);
    event CoinWithdrawn(address indexed account, uint256 amount);

    error KeyFaults_NoFault();
    error KeyFaults_NotSigned(address holder);
    error KeyFaults_WrongEnvelope(bytes32 expected, bytes32 actual);
    error KeyFaults_NotItsPlace(address holder, uint256 at);
    error KeyFaults_AlreadyProven(address holder, bytes32 fault);
    error KeyFaults_NotHolder(address account);
    error KeyFaults_PaidTooLittle(uint256 paid, uint256 cost);
    error KeyFaults_KnownNumber(uint256 dispute);
    error KeyFaults_NotArbitrator(address caller);
    error KeyFaults_NotOpen(uint256 dispute, State state);
    error KeyFaults_NotRuled(uint256 dispute, uint256 until);
    error KeyFaults_NothingOwed(address account);
    error KeyFaults_CoinRefused(address account, uint256 amount);
    error KeyFaults_ZeroPatience();

    /// @notice A holder signed that it gave a share whose commitment is not the envelope's.
    /// @param envelope the record's canonical bytes, whose sha256 the receipt names
    /// @param at where in it the holder's `address` field begins
    function proveCommitment(
        ReleaseReceipt calldata receipt,
        bytes calldata signature,
        bytes calldata envelope,
        uint256 at
    ) external;

    /// @notice The same of one entry of many.
    function proveEntry(
        BatchReceipt calldata receipt,
        bytes calldata signature,
        BatchEntry calldata entry,
        uint256 index,
        bytes32[] calldata proof,
        bytes calldata envelope,
        uint256 at
    ) external;

    /// @notice Asks a jury about a `holder-fault/1` record: `fault` is its sha256, `evidence` where it lies. The caller pays
    /// `cost()` in the chain's coin; the holder's stake is held meanwhile. One case for one record.
    function accuse(address holder, bytes32 fault, string calldata evidence) external payable returns (uint256 dispute);

    /// @notice Carries a ruling out, or closes what the arbitrator never ruled. Anyone.
    function execute(uint256 dispute) external;

    /// @notice Sends `account` the coin it is owed.
    function withdraw(address account) external;

    /// @notice Coin for a case now.
    function cost() external view returns (uint256);

    function caseOf(uint256 dispute) external view returns (Case memory);

    /// @notice EIP-712 digests, in Campaigns' domain: what a holder signs.
    function digestOf(ReleaseReceipt calldata receipt) external view returns (bytes32);

    function digestOfBatch(BatchReceipt calldata receipt) external view returns (bytes32);
}
