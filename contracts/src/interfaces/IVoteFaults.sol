// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICampaigns} from "./ICampaigns.sol";
import {IParameters} from "./IParameters.sol";
import {IReputation} from "./IReputation.sol";
import {IReviewers} from "./IReviewers.sol";
import {ISettlement} from "./ISettlement.sol";
import {IStakes} from "./IStakes.sol";
import {Anchor, Ballot, CommitRoot, Item, Posted, Terms, Vote} from "./Structs.sol";

/// @title Vote faults
/// @notice What is wrong with the votes a pending settlement counts, proven by preimages, proofs and what stands on chain
/// (spec/settlement.md section 7). A proof that holds voids the settlement and rewards the caller; one that does not
/// reverts `VoteFaults_NoFault`. And the one thing a reviewer's stake answers for: two votes in one round.
interface IVoteFaults {
    /// @notice Everything this contract is told at deployment.
    struct Parts {
        ISettlement settlement;
        ICampaigns campaigns;
        IStakes stakes;
        IReviewers reviewers;
        IReputation reputation;
        IParameters parameters;
    }

    /// @notice An item of the settlement: its leaf, the leaf's proof, and the votes that hash to its `votesRoot`.
    struct Counted {
        Item item;
        bytes32[] proof;
        Vote[] votes;
    }

    /// @notice Everywhere a commit could stand, and what stands there: the reviewer's own commit and its time, zero for
    /// none; the leaf of the anchorer's root, then of the settler's if he is another.
    struct Absence {
        bytes32 commit;
        uint40 time;
        CommitRoot[] roots;
    }

    /// @notice A stored commit root without its leaves; zero where none is stored.
    struct RootAt {
        bytes32 root;
        uint32 count;
        uint40 time;
    }

    /// @notice An operator's root of a round, and of the round before it.
    struct Turn {
        RootAt earlier;
        RootAt own;
    }

    /// @notice One reviewer in one round of an item.
    struct Place {
        uint256 campaign;
        uint32 item;
        uint8 round;
        address reviewer;
    }

    /// @notice A reviewer's commit that stands on chain: his own, stored at `time`, if `operator` is zero; else the leaf of
    /// that operator's root over the anchor that begins with `firstItem`, with his signature for it.
    struct Placed {
        bytes32 commit;
        uint40 time;
        address operator;
        uint32 firstItem;
        CommitRoot root;
        bytes signature;
    }

    event Equivocated(
        uint256 indexed campaign,
        uint256 indexed item,
        address indexed reviewer,
        uint8 round,
        address watcher,
        uint256 taken
    );

    error VoteFaults_NoFault();
    error VoteFaults_WrongTerms(uint256 key);
    error VoteFaults_WrongVotes(uint256 item);
    error VoteFaults_WrongProof(uint256 item);
    error VoteFaults_WrongAnchor(uint256 item);
    error VoteFaults_UnknownVote(uint256 index, uint256 votes);
    error VoteFaults_WrongCommit(uint256 item, address account);
    error VoteFaults_RootsLength(uint256 length, uint256 expected);
    error VoteFaults_WrongBallot(uint256 item);
    error VoteFaults_UnknownEpoch(bytes32 hash);
    error VoteFaults_WrongSignature(address reviewer);
    error VoteFaults_TooLate(uint256 until, uint256 nowAt);
    error VoteFaults_AlreadyProven(bytes32 key);

    /// @notice The votes are not those of the reviewers drawn, each in the round that is his place, ascending; or no seed
    /// stands to draw from.
    function proveDraw(Posted calldata posted, Counted calldata at, Anchor calldata anchor) external;

    /// @notice A counted vote's commit was not on chain when the settlement was posted: not as the reviewer's own, nor at
    /// the item's position in the anchorer's root or the settler's. What a root hides whose leaves nobody knows, Calls asks.
    function proveCommit(
        Posted calldata posted,
        Terms calldata terms,
        Counted calldata at,
        Anchor calldata anchor,
        uint256 index,
        Absence calldata absence
    ) external;

    /// @notice What opens a counted vote's commit says another verdict, or is another item's, round's or reviewer's.
    function proveReveal(Posted calldata posted, Counted calldata at, uint256 index, Ballot calldata ballot) external;

    /// @notice A drawn reviewer's vote was opened on chain before the settlement was posted and is not counted, though the
    /// item is not decided without it. Of rounds before the last that counts, `proveReplaced` speaks.
    function proveOmitted(
        Posted calldata posted,
        Terms calldata terms,
        Counted calldata at,
        Anchor calldata anchor,
        uint8 round,
        address reviewer
    ) external;

    /// @notice A round without a counted vote came before one with a vote, and its reviewer was not given his time: no root
    /// of the round was stored once it was over, or he opened his vote on chain within it.
    /// @param turns of the anchorer, then of the settler if he is another
    function proveReplaced(
        Posted calldata posted,
        Terms calldata terms,
        Counted calldata at,
        Anchor calldata anchor,
        uint8 round,
        Turn[] calldata turns
    ) external;

    /// @notice A vote's weight is not its reviewer's in the epoch the settlement cites; the starting weight if it cites none.
    function proveWeight(Posted calldata posted, Counted calldata at, uint256 index, IReputation.Lookup calldata lookup)
        external;

    /// @notice The cited epoch is none, was not final when the settlement's first anchor was made, or epoch `newer` was, too.
    function proveCitation(Posted calldata posted, Anchor calldata anchor, uint256 newer) external;

    /// @notice A reviewer committed to one vote on chain and signed another for the same item and round: takes the minimum
    /// stake, half of it for the caller, the rest for the treasury. Once a round, while the first commit is younger than the
    /// unbonding delay, so that his stake cannot have left.
    /// @param commit the other one, `signature` his for it (EIP-712 `VoteCommit`)
    function proveEquivocation(Place calldata place, Placed calldata placed, bytes32 commit, bytes calldata signature)
        external;

    /// @notice EIP-712 digest a reviewer signs for a commit.
    function digestOf(Place calldata place, bytes32 commit) external view returns (bytes32);

    /// @notice Whether a reviewer was punished for this round, by `H(abi.encode(campaign, item, round, reviewer))`.
    function proven(bytes32 key) external view returns (bool);
}
