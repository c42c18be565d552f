// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor, Contribution, Item, Pay, Posted, Terms, Vote} from "./Structs.sol";

/// @title Calls
/// @notice The duty to show evidence: what nobody can see, nobody can prove wrong. Who cannot get the record of an item,
/// or a pay leaf, calls for it on chain; unanswered, the settlement is void (spec/settlement.md section 7).
/// @dev A call comes in the first half of the challenge window and costs a bond, which pays the answerer once the
/// settlement is final and comes back if it is void: whoever hides a lie earns nothing by showing it at last. Finality
/// waits for the answer and then for another half window, so that what it shows can still be proven wrong.
interface ICalls {
    /// @param by who called, and is rewarded if nobody answers
    /// @param due last second for an answer
    /// @param half of the campaign's challenge window, in seconds
    /// @param answerer who answered, zero for nobody yet
    struct Call {
        address by;
        uint40 due;
        uint40 half;
        address answerer;
    }

    /// @notice What a vote's commit opens to, and where the commit stands on chain.
    /// @param operator under whose root, with `count` and `time` as they were stored; zero if the reviewer committed
    /// himself
    /// @param proof of the commit at the item's place in the anchor
    struct Reveal {
        bytes32 reasons;
        bytes32 salt;
        address operator;
        uint32 count;
        uint40 time;
        bytes32[] proof;
    }

    /// @notice All that stands behind an item; one reveal a vote. At most 4 KiB but for the proofs.
    struct Record {
        Contribution contribution;
        bytes32 salt;
        bytes signature;
        Anchor anchor;
        bytes32[] anchorProof;
        Vote[] votes;
        Reveal[] reveals;
    }

    event Called(uint256 indexed key, uint256 indexed place, address indexed by, uint40 due);
    event Answered(uint256 indexed key, uint256 indexed place, address indexed by, Item item, Record record);
    event PayAnswered(uint256 indexed key, uint256 indexed place, address indexed by, Pay pay, bytes numbers);
    event CallExpired(uint256 indexed key, uint256 indexed place, address indexed by);
    event CallClosed(uint256 indexed key, uint256 indexed place, address indexed paid);

    error Calls_WrongTerms(uint256 key);
    error Calls_TooLate(uint256 until, uint256 nowAt);
    error Calls_UnknownPlace(uint256 key, uint256 place);
    error Calls_AlreadyCalled(uint256 key, uint256 place);
    error Calls_NotCalled(uint256 key, uint256 place);
    error Calls_AlreadyAnswered(uint256 key, uint256 place);
    error Calls_StillTime(uint256 due, uint256 nowAt);
    error Calls_NotDecided(uint256 key);
    error Calls_TooLong(uint256 length, uint256 limit);
    error Calls_LengthMismatch(uint256 votes, uint256 reveals);
    error Calls_WrongItem(uint256 item);
    error Calls_WrongAnchor(uint256 campaign, uint256 firstItem);
    error Calls_WrongLeaf(uint256 item);
    error Calls_WrongOpening(uint256 item);
    error Calls_WrongContribution(uint256 item);
    error Calls_NotSigned(uint256 item);
    error Calls_WrongVotes(uint256 item);
    error Calls_WrongReveal(uint256 item, uint256 round);
    error Calls_WrongCommit(uint256 item, uint256 round);
    error Calls_WrongPay(uint256 index);
    error Calls_WrongNumbers(uint256 index);

    /// @notice Calls for the record of an item, or for the pay leaf `place - 2^32`; once a place, in the first half of the
    /// window. Locks the call bond of the caller's collateral.
    /// @param place the item's number in the queue, or 2^32 and the index of a pay leaf
    function call(Posted calldata posted, Terms calldata terms, uint256 place) external;

    /// @notice Shows an item's record, which must be right in everything this contract can see; anyone may. An item whose
    /// data never came has none: its leaf, and that it has no votes, is enough.
    function answer(Posted calldata posted, Item calldata item, bytes32[] calldata itemProof, Record calldata record)
        external;

    /// @notice Shows a pay leaf and, of a contributor's, the items it pays for: four bytes each.
    function answerPay(Posted calldata posted, Pay calldata pay, bytes32[] calldata proof, bytes calldata numbers)
        external;

    /// @notice Voids a settlement that did not answer in time; rewards who called and frees his bond.
    function expire(Posted calldata posted, uint256 place) external;

    /// @notice Gives the bond of a call to who answered if the settlement is final, back to who called if it is void.
    function close(uint256 key, uint256 place) external;

    function callOf(uint256 key, uint256 place) external view returns (Call memory);

    /// @notice What a call locks and an answer earns, in the network token.
    function callBond() external view returns (uint256);
}
