// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Reputation
/// @notice What reviewers weigh: a chain of epochs, each the root of a tree of all records that differ from the start,
/// ascending by reviewer (spec/reputation.md).
/// @dev An epoch's tree follows from the one before and a list of changes in calldata. A bonded operator posts its root;
/// until it is final anyone can prove it wrong, or ask for rows that were not published. One epoch is pending at a time,
/// and what is wrong leaves no trace in the chain: the next epoch follows the one before it.
interface IReputation {
    /// @notice A reviewer's record; counts in tenths (start 28 and 12), weight in milli log-odds.
    struct Row {
        address reviewer;
        uint32 right;
        uint32 wrong;
        uint16 weight;
    }

    /// @notice An epoch as stored: one hash of this struct.
    /// @param number counts posts, from 1; a void one keeps its number
    /// @param previous hash of the epoch it follows, zero for none
    /// @param root of the tree of `count` rows
    /// @param changes keccak-256 of the changes, 24 bytes each
    /// @param gold root of the tree of `golds` gold items this epoch's answers are judged by; zero for none
    /// @param evidence digest of the record everything can be recomputed from
    /// @param bond of the network token, the poster's
    /// @param time chain time of the post
    /// @param finalAt when it is final, if nobody asks for a row
    struct Epoch {
        uint32 number;
        bytes32 previous;
        bytes32 root;
        uint32 count;
        bytes32 changes;
        bytes32 gold;
        uint32 golds;
        bytes32 evidence;
        address poster;
        uint96 bond;
        uint40 time;
        uint40 finalAt;
    }

    /// @notice What an operator posts; `previous` must be the hash of the newest epoch.
    struct Post {
        bytes32 previous;
        bytes32 root;
        uint32 count;
        bytes32 gold;
        uint32 golds;
        bytes32 evidence;
    }

    /// @notice One or two neighbouring rows from `index` on, with a range proof. Shows a reviewer's row (one row), or
    /// that he has none: he would stand between the two, before the first or after the last (one row). No rows for an
    /// empty tree.
    struct Lookup {
        uint32 index;
        Row[] rows;
        bytes32[] proof;
    }

    /// @param finalAt later than the epoch's once a row was shown late or a judge has ruled
    /// @param count of rows
    /// @param previous number of the epoch it follows, 0 for none
    /// @param open demands nobody has answered
    /// @param status 0 unknown, 1 posted, 2 void
    /// @param suspended the judge's; not final meanwhile
    /// @param released the bond is back
    struct Slot {
        uint40 finalAt;
        uint32 count;
        uint32 previous;
        uint32 open;
        uint8 status;
        bool suspended;
        bool released;
    }

    /// @param by who asked, and gets the reward if nobody answers
    /// @param due last second for an answer
    /// @param answerer who showed the rows, zero for nobody yet
    struct Demand {
        address by;
        uint40 due;
        address answerer;
    }

    event EpochPosted(uint256 indexed number, address indexed poster, Epoch epoch, bytes changes);
    event EpochVoided(uint256 indexed number, address indexed watcher, bytes4 indexed fault);
    event EpochReleased(uint256 indexed number, address indexed poster, uint256 bond);
    event RowsDemanded(uint256 indexed number, uint256 indexed block_, address indexed by, uint40 due);
    event RowsShown(uint256 indexed number, uint256 indexed block_, address indexed by, Row[] rows);
    event DemandClosed(uint256 indexed number, uint256 indexed block_, address indexed paid);
    event EpochSuspended(uint256 indexed number);
    event EpochUpheld(uint256 indexed number, uint40 finalAt);

    error Reputation_NotJudge(address caller);
    error Reputation_HeadPending(uint256 head);
    error Reputation_NotHead(bytes32 previous, bytes32 head);
    error Reputation_ChangesLength(uint256 length);
    error Reputation_WrongChange(uint256 index);
    error Reputation_CountOutOfRange(uint256 count, uint256 least, uint256 most);
    error Reputation_EmptyRoot();
    error Reputation_WrongEpoch(uint256 number);
    error Reputation_WrongChanges(uint256 number);
    error Reputation_WrongProof(uint256 index);
    error Reputation_ProvesNothing(address reviewer);
    error Reputation_NoFault();
    error Reputation_NotPending(uint256 number);
    error Reputation_NotFinal(uint256 number);
    error Reputation_NotDecided(uint256 number);
    error Reputation_AlreadyReleased(uint256 number);
    error Reputation_TooLate(uint256 until, uint256 nowAt);
    error Reputation_UnknownBlock(uint256 block_, uint256 blocks);
    error Reputation_AlreadyDemanded(uint256 number, uint256 block_);
    error Reputation_NotDemanded(uint256 number, uint256 block_);
    error Reputation_AlreadyShown(uint256 number, uint256 block_);
    error Reputation_StillTime(uint256 due, uint256 nowAt);
    error Reputation_RowsLength(uint256 length, uint256 expected);
    error Reputation_NotSuspended(uint256 number);

    /// @notice Posts the next epoch; the newest one must be final. `changes` has 24 bytes for each reviewer whose record
    /// grew: address, right added, wrong added (uint16 each, tenths), ascending by address.
    /// @return number the epoch's
    function post(Post calldata input, bytes calldata changes) external returns (uint256 number);

    /// @notice A row's weight is not what its counts say.
    function proveWeight(Epoch calldata epoch, Lookup calldata at) external;

    /// @notice Two neighbouring rows do not ascend.
    function proveOrder(Epoch calldata epoch, Lookup calldata at) external;

    /// @notice A reviewer's row is not his row of the epoch before with the listed change: changed without being listed,
    /// listed and not changed, dropped, or out of nowhere.
    function proveChange(
        Epoch calldata epoch,
        bytes calldata changes,
        address reviewer,
        Lookup calldata before,
        Lookup calldata current
    ) external;

    /// @notice Asks for rows `[128 block_, 128 block_ + 128)` of a pending epoch, in the first half of its window; locks
    /// the demand bond of the caller's collateral. It pays whoever answers if the epoch becomes final, and comes back if
    /// it is void: a liar earns nothing by showing the rows that are right.
    function demand(Epoch calldata epoch, uint256 block_) external;

    /// @notice Answers a demand, with all its rows; anyone may. Leaves at least half a window to prove them wrong.
    function show(Epoch calldata epoch, uint256 block_, Row[] calldata rows, bytes32[] calldata proof) external;

    /// @notice Voids an epoch whose rows were not shown in time; rewards who asked.
    function expire(Epoch calldata epoch, uint256 block_) external;

    /// @notice Gives the bond of a demand to its answerer if the epoch is final, back to who asked if it is void.
    function close(uint256 number, uint256 block_) external;

    /// @notice Judge only: keeps a pending epoch from becoming final until it rules.
    function suspend(Epoch calldata epoch) external;

    /// @notice Judge only: upholds a suspended epoch, final from now or its own time on, or voids it for `watcher`. Does
    /// nothing if it is void already.
    function rule(Epoch calldata epoch, bool upheld, address watcher) external;

    /// @notice Unlocks the poster's bond once final.
    function release(Epoch calldata epoch) external;

    /// @notice A reviewer's weight in a final epoch; the starting weight if he has no row.
    function weightAt(uint256 number, address reviewer, Lookup calldata at) external view returns (uint256);

    /// @notice Whether an epoch may be cited. Epoch 0, where everyone has the starting weight, always may.
    function isFinal(uint256 number) external view returns (bool);

    /// @notice Root of a final epoch's rows.
    function rootOf(uint256 number) external view returns (bytes32);

    /// @notice Chain time since when a final epoch may be cited; never before the moment everyone could know.
    function finalSince(uint256 number) external view returns (uint256);

    /// @notice Number of the newest final epoch.
    function latest() external view returns (uint256);

    /// @notice Number of the newest epoch that is not void, final or pending.
    function head() external view returns (uint32);

    function epochCount() external view returns (uint32);

    function epochHash(uint256 number) external view returns (bytes32);

    /// @notice Number of the epoch with this hash, void or not; 0 for none.
    function numberOf(bytes32 hash) external view returns (uint256);

    function slotOf(uint256 number) external view returns (Slot memory);

    function demandOf(uint256 number, uint256 block_) external view returns (Demand memory);

    /// @notice Weight of a record in tenths.
    function weightOf(uint32 right, uint32 wrong) external pure returns (uint256);
}
