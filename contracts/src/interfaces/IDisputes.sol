// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Item, Pay, Posted, Terms} from "./Structs.sol";

/// @title Disputes
/// @notice Disputes of what arithmetic cannot decide of an item, its LLR, grade and novelty and whether its data came, before
/// any ERC-792 arbitrator (spec/settlement.md section 11). An item is disputed at most once a settlement.
/// @dev While a dispute runs only the item's own pay leaf is held; everything else of the batch is paid. A ruling is
/// recorded first and carried out later by anyone, so no token can keep an arbitrator from ruling.
interface IDisputes {
    enum State {
        None,
        Open,
        Ruled,
        Closed
    }

    /// @notice What a dispute came to.
    /// @param Unchanged the arbitrator refused or never answered, or the settlement is void: bonds back
    /// @param Kept the verdict was right: the challenger's bond goes to whom he held up
    /// @param Accepted the item should have been accepted, or paid more: the settler pays its contributor
    /// @param Rejected the item should not have been accepted: its reward is cut
    enum Outcome {
        Unchanged,
        Kept,
        Accepted,
        Rejected
    }

    /// @param digest of settlement and item, the first 200 bits
    /// @param unitReward the campaign's
    struct Case {
        bytes25 digest;
        uint40 openedAt;
        State state;
        uint8 ruling;
        address challenger;
        uint96 unitReward;
    }

    /// @notice A settlement's disputes; `late` if its last suspension began after the window it was posted with.
    struct Tally {
        uint32 open;
        uint32 overturned;
        bool suspended;
        bool late;
    }

    /// @notice Everything this contract is told at deployment.
    /// @param treasury gets half the bond of who disputed what was held from nobody, and fees an arbitrator returned
    /// @param caseValue what every dispute tells the arbitrator is at stake, in its unit
    /// @param patience seconds after which an arbitrator that has not ruled counts as one that refused
    struct Parts {
        address settlement;
        address doubts;
        address stakes;
        address arbitrator;
        address treasury;
        uint256 caseValue;
        uint40 patience;
    }

    event DisputeOpened(
        uint256 indexed dispute, uint256 indexed key, address indexed challenger, Item item, uint256 bond, uint256 cost
    );
    event DisputeClosed(
        uint256 indexed dispute,
        uint256 indexed key,
        uint256 indexed item,
        Outcome outcome,
        uint256 ruling,
        uint256 fined
    );
    event CoinWithdrawn(address indexed account, uint256 amount);
    event FeesReturned(uint256 amount);

    error Disputes_ZeroPatience();
    error Disputes_ZeroTreasury();
    error Disputes_NotArbitrator(address caller);
    error Disputes_WrongTerms(uint256 key);
    error Disputes_WrongProof(uint256 item);
    error Disputes_NotItsPay(uint256 item, uint256 index);
    error Disputes_AlreadyDisputed(uint256 key, uint256 item);
    error Disputes_WindowOver(uint256 key, uint256 finalAt, uint256 nowAt);
    error Disputes_PaidTooLittle(uint256 paid, uint256 cost);
    error Disputes_KnownNumber(uint256 dispute);
    error Disputes_NotOpen(uint256 dispute, State state);
    error Disputes_NotRuled(uint256 dispute, uint256 until);
    error Disputes_WrongPreimage(uint256 dispute);
    error Disputes_NothingOwed(address account);
    error Disputes_CoinRefused(address account, uint256 amount);

    /// @notice Disputes one item of a settlement that is not final. Pays the arbitrator out of what is sent, owes the rest
    /// back, and locks half a unit reward of the caller's collateral. `pay` is the item's leaf if it has a reward.
    function open(
        Posted calldata posted,
        Terms calldata terms,
        Item calldata item,
        bytes32[] calldata itemProof,
        Pay calldata pay,
        bytes32[] calldata payProof,
        string calldata evidence
    ) external payable returns (uint256 dispute);

    /// @notice Emits evidence on an open dispute, by anyone.
    function submitEvidence(uint256 dispute, string calldata evidence) external;

    /// @notice Carries out what was ruled, or closes a dispute that has become pointless; anyone.
    function execute(uint256 dispute, Posted calldata posted, Item calldata item) external;

    /// @notice Sends the account the coin it is owed.
    function withdraw(address account) external;

    /// @notice Coin an arbitrator sent back is owed to the treasury.
    function returnFees() external;

    /// @notice What opening a dispute costs now, in coin.
    function cost() external view returns (uint256);

    function owed(address account) external view returns (uint256);

    function caseOf(uint256 dispute) external view returns (Case memory);

    function tallyOf(uint256 key) external view returns (Tally memory);

    /// @notice Whether the item of a settlement is or was disputed.
    function isDisputed(uint256 key, uint256 item) external view returns (bool);
}
