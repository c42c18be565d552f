// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IArbitrator} from "./IArbitrator.sol";
import {IStakes} from "./IStakes.sol";

/// @title Court
/// @notice An ERC-792 arbitrator with a jury of its own: rounds of 7, 15, 31 and 63 jurors drawn by stake, who commit
/// and then reveal (spec/court.md). Disputes and their choices count from 1; ruling 0 is "refused to arbitrate".
/// @dev No transaction passes a phase: once a jury is drawn, time alone says which one it is. Coin is owed to accounts
/// and pulled; stakes stay in Stakes. There is no owner: the timelock sets fee and windows of later disputes between
/// bounds fixed at deployment, and with no timelock nobody does.
interface ICourt is IArbitrator {
    /// @notice Where a dispute's present round stands.
    /// @dev Draw lasts until the jury is drawn and the window for evidence is over; Final until the end of time.
    enum Phase {
        Draw,
        Commit,
        Reveal,
        Appeal,
        Final
    }

    /// @notice What became of a place in a jury's order.
    /// @dev Passed: the account had less stake than it was drawn with, and the next in order came up.
    enum State {
        None,
        Drawn,
        Committed,
        Revealed,
        Passed
    }

    /// @notice Seconds. `draw` is for evidence and drawing and can last longer; the others are exact.
    struct Windows {
        uint32 draw;
        uint32 commit;
        uint32 reveal;
        uint32 appeal;
    }

    /// @notice Everything the court is told at deployment.
    /// @param treasury gets coin and stake that nobody has a claim to: what does not divide, and the slashes of a round in
    /// which nobody was right and nobody appealed
    /// @param timelock may call `adjust`; zero for nobody
    /// @param windows first windows
    /// @param floors what no window ever goes below
    /// @param fee first fee of one juror, in the chain's coin; never 0, or no side of an appeal could be funded
    /// @param feeCap what the fee never goes above
    /// @param wrongPenalty network token a juror loses who is not with the jury in the end
    /// @param absentPenalty network token a juror loses who does not reveal; at least `wrongPenalty`
    struct Parts {
        IStakes stakes;
        address treasury;
        address timelock;
        Windows windows;
        Windows floors;
        uint96 fee;
        uint96 feeCap;
        uint96 wrongPenalty;
        uint96 absentPenalty;
    }

    /// @notice The present round of a dispute and the windows frozen for it; one slot.
    /// @param round from 0
    /// @param choices highest choice
    /// @param ruled the arbitrable was told
    /// @param announced AppealPossible was emitted for this round
    /// @param opened when the round began
    /// @param start when its commit window begins; 0 until the jury is drawn
    struct Clock {
        uint256 round;
        uint256 choices;
        bool ruled;
        bool announced;
        uint256 opened;
        uint256 start;
        uint256 draw;
        uint256 commit;
        uint256 reveal;
        uint256 appeal;
    }

    /// @notice One jury; one slot, beside its seed and its tally.
    /// @param root of the weights it is drawn from
    /// @param depth of that tree
    /// @param seedBlock whose hash is the seed
    /// @param order places in its order so far, those passed over included
    /// @param seated jurors
    /// @param cursor places judged, then places rewarded
    /// @param sideA first side whose appeal was fully funded
    /// @param sideB second
    /// @param funded how many sides were
    /// @param direct the arbitrable appealed for itself
    /// @param settled everyone is paid
    /// @param penalties stake taken from the jurors so far
    struct Round {
        uint256 root;
        uint256 depth;
        uint256 seedBlock;
        uint256 order;
        uint256 seated;
        uint256 cursor;
        uint256 sideA;
        uint256 sideB;
        uint256 funded;
        bool direct;
        bool settled;
        uint256 penalties;
    }

    /// @notice A place in a jury's order, in words.
    struct Seat {
        State state;
        address juror;
        uint256 choice;
    }

    event Synced(address indexed account, uint256 indexed leaf, uint256 weight);
    event DisputeFrozen(uint256 indexed dispute, uint256 choices, uint256 value, Windows windows, uint256 fee);
    event RoundOpened(uint256 indexed dispute, uint256 indexed round, uint256 size, uint256 seedBlock);
    event SeedRecorded(uint256 indexed dispute, uint256 indexed round, bytes32 seed, bool late);
    event Drawn(uint256 indexed dispute, uint256 indexed round, address indexed juror, uint256 seat);
    event PassedOver(uint256 indexed dispute, uint256 indexed round, address indexed account, uint256 seat);
    event JuryComplete(uint256 indexed dispute, uint256 indexed round, uint256 seated, uint256 start);
    event Committed(
        uint256 indexed dispute, uint256 indexed round, address indexed juror, uint256 seat, bytes32 commitment
    );
    event Revealed(uint256 indexed dispute, uint256 indexed round, address indexed juror, uint256 seat, uint256 choice);
    event AppealFunded(
        uint256 indexed dispute, uint256 indexed round, uint256 side, address indexed contributor, uint256 amount
    );
    event SideFunded(uint256 indexed dispute, uint256 indexed round, uint256 side);
    event AppealClaimed(
        uint256 indexed dispute,
        uint256 indexed round,
        uint256 side,
        address indexed contributor,
        uint256 amount,
        uint256 stake
    );
    event Judged(uint256 indexed dispute, uint256 indexed round, address indexed juror, uint256 seat, uint256 penalty);
    event Rewarded(
        uint256 indexed dispute,
        uint256 indexed round,
        address indexed juror,
        uint256 seat,
        uint256 amount,
        uint256 stake
    );
    event RoundSettled(uint256 indexed dispute, uint256 indexed round);
    event RulingGiven(uint256 indexed dispute, address indexed arbitrable, uint256 ruling);
    event Withdrawn(address indexed account, uint256 amount);
    event Adjusted(Windows windows, uint256 fee);

    error Court_NotTimelock(address caller);
    error Court_WindowTooShort(uint256 window, uint256 floor);
    error Court_FeeOutOfRange(uint256 fee, uint256 cap);
    error Court_ZeroTreasury();
    error Court_PenaltyOutOfRange(uint256 wrong, uint256 absent, uint256 minimum);
    error Court_UnbondingTooShort(uint256 unbonding, uint256 longestCase);
    error Court_UnknownDispute(uint256 dispute);
    error Court_UnknownRound(uint256 dispute, uint256 round);
    error Court_WrongPhase(uint256 dispute, Phase phase);
    error Court_ChoicesOutOfRange(uint256 choices, uint256 max);
    error Court_ChoiceOutOfRange(uint256 choice, uint256 choices);
    error Court_BadExtraData(uint256 length);
    error Court_ValueAboveStakes(uint256 value, uint256 atRisk);
    error Court_NoJurors();
    error Court_PaidTooLittle(uint256 paid, uint256 cost);
    error Court_SeedTooEarly(uint256 block_, uint256 from);
    error Court_SeedExists(uint256 dispute, uint256 round);
    error Court_NotYourSeat(uint256 dispute, uint256 seat, address caller);
    error Court_WrongState(uint256 dispute, uint256 seat, State state);
    error Court_WrongReveal(uint256 dispute, uint256 seat);
    error Court_NotArbitrable(uint256 dispute, address caller);
    error Court_LoserTooLate(uint256 dispute, uint256 side, uint256 until);
    error Court_SideFunded(uint256 dispute, uint256 side);
    error Court_NotJudged(uint256 dispute, uint256 round);
    error Court_AlreadySettled(uint256 dispute, uint256 round);
    error Court_AlreadyRuled(uint256 dispute);
    error Court_AlreadyAnnounced(uint256 dispute);
    error Court_NothingOwed(address account);
    error Court_SendFailed(address account, uint256 amount);

    /// @notice Brings the account's weight in the draw to its present stake as juror. Anyone; a juror is drawn by what
    /// was synced before the round opened, and not at all if its stake is less by then.
    function sync(address account) external;

    /// @notice Stores the hash of the round's seed block, or, once that is 256 blocks ago, of the latest block that is a
    /// multiple of 256 blocks after it. Anyone; `draw` does it too.
    function recordSeed(uint256 dispute) external;

    /// @notice Draws up to `count` further places of the present jury's order. Anyone. The jury is full with its size,
    /// with everyone who has weight, or after 255 places, and then the clock starts.
    function draw(uint256 dispute, uint256 count) external;

    /// @notice The juror of `seat` commits to a vote: `commitmentOf` with itself as juror and a salt of its own.
    function commit(uint256 dispute, uint256 seat, bytes32 commitment) external;

    /// @notice The juror of `seat` opens its commitment.
    function reveal(uint256 dispute, uint256 seat, uint256 choice, bytes32 salt) external;

    /// @notice Emits ERC-792's AppealPossible, once a round. Anyone; nothing depends on it.
    function announce(uint256 dispute) external;

    /// @notice Pays toward `side`'s part of an appeal, for anyone: the appeal cost for the current ruling, twice that for
    /// any other, and the latter in the first half of the window only. What is too much is owed back. Two funded sides
    /// open the next round; one alone has its way.
    function fundAppeal(uint256 dispute, uint256 side) external payable;

    /// @notice Judges and then rewards up to `count` places of a round, once the dispute is final. Anyone; it depends on
    /// nothing the arbitrable does.
    function pay(uint256 dispute, uint256 round, uint256 count) external;

    /// @notice Owes `contributor` what its part of an appeal came to: everything if no second side was funded; else to
    /// those who funded the final ruling both sums less the cost; and to those who funded what the last jury found,
    /// against an earlier jury, half the stake that one lost (all of it if nobody there was right).
    function claimAppeal(uint256 dispute, uint256 round, uint256 side, address contributor) external;

    /// @notice Tells the arbitrable the final ruling. Anyone; reverts with the arbitrable, and can be tried again.
    function executeRuling(uint256 dispute) external;

    /// @notice Sends the account all the coin it is owed. Anyone.
    function withdraw(address account) external;

    /// @notice The timelock only: windows and fee of disputes created from now on.
    function adjust(Windows calldata windows, uint96 fee) external;

    // Views

    function phaseOf(uint256 dispute) external view returns (Phase);

    function clockOf(uint256 dispute) external view returns (Clock memory);

    /// @notice Who asked, and what each juror of the dispute earns.
    function caseOf(uint256 dispute) external view returns (address arbitrable, uint96 fee);

    function roundOf(uint256 dispute, uint256 round) external view returns (Round memory);

    /// @notice The seed of a jury, 0 until it is recorded.
    function seedOf(uint256 dispute, uint256 round) external view returns (bytes32);

    function seatOf(uint256 dispute, uint256 round, uint256 seat) external view returns (Seat memory);

    /// @notice Votes revealed for a choice.
    function votesOf(uint256 dispute, uint256 round, uint256 choice) external view returns (uint256);

    /// @notice What a side has of its part of an appeal, and what that part is now.
    function sideOf(uint256 dispute, uint256 round, uint256 side) external view returns (uint256 paid, uint256 cost);

    function contributionOf(uint256 dispute, uint256 round, uint256 side, address contributor)
        external
        view
        returns (uint256);

    /// @notice What a juror commits to; bound to chain, court, dispute, round and juror.
    function commitmentOf(uint256 dispute, uint256 round, address juror, uint256 choice, bytes32 salt)
        external
        view
        returns (bytes32);

    /// @notice The account's synced weight.
    function weightOf(address account) external view returns (uint256);

    function totalWeight() external view returns (uint256);

    /// @notice Coin the account can withdraw.
    function owed(address account) external view returns (uint256);

    /// @notice Stake the largest possible jury would have at risk; no dispute may be worth more.
    function atRisk() external view returns (uint256);

    /// @notice Seconds from the first window of a dispute to its end, if every jury is drawn within its window.
    function longestCase() external view returns (uint256);
}
