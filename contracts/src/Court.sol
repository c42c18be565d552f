// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IArbitrable} from "./interfaces/IArbitrable.sol";
import {IArbitrator} from "./interfaces/IArbitrator.sol";
import {ICourt} from "./interfaces/ICourt.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Sortition} from "./Sortition.sol";

/// @title Court
/// @notice See ICourt.
contract Court is ICourt, ReentrancyGuardTransient {
    using Sortition for Sortition.Tree;

    uint256 public constant LAST_ROUND = 3;
    uint256 public constant MAX_JURY = 63;
    /// @dev The tally is one word, a byte a choice; its last byte is never zero, so that no reveal pays for a fresh slot.
    uint256 public constant MAX_CHOICES = 30;
    uint256 public constant MAX_ORDER = 255;
    /// @notice `appealCost` where no appeal is possible: nobody can pay it.
    uint256 public constant NOT_PAYABLE = type(uint256).max / 2;

    bytes32 private constant _VOTE = keccak256("headwater.jury-vote.v1");
    bytes32 private constant _DRAW = keccak256("headwater.jury-draw.v1");
    uint256 private constant _MARK = 1 << 248;
    uint8 private constant _JUROR = 4;

    /// @dev One slot beside the clock.
    struct Case {
        address arbitrable;
        uint96 fee;
    }

    /// @dev What disputes created now get; one slot.
    struct Settings {
        Windows windows;
        uint96 fee;
    }

    /// @dev How a dispute ended.
    /// @param ruling what the arbitrable is told: the jury's choice, or the side that alone was funded against it
    /// @param choice what the last jury found, by which jurors are judged; nobody is punished for a side that could not
    /// pay for its appeal
    /// @param found whether that jury found anything; if not, everyone who revealed was right
    struct Outcome {
        uint256 ruling;
        uint256 choice;
        bool found;
    }

    /// @dev What `pay` and `claimAppeal` need of a round.
    /// @param right jurors who revealed and were right
    /// @param challenged the round was appealed for what the last jury found, against what this one did
    struct Sums {
        uint256 right;
        bool challenged;
    }

    IStakes public immutable stakes;
    address public immutable treasury;
    address public immutable timelock;
    uint256 public immutable feeCap;
    uint256 public immutable wrongPenalty;
    uint256 public immutable absentPenalty;
    address private immutable _token;
    uint32 private immutable _drawFloor;
    uint32 private immutable _commitFloor;
    uint32 private immutable _revealFloor;
    uint32 private immutable _appealFloor;

    Settings private _settings;
    uint256 public disputeCount;
    mapping(uint256 dispute => uint256) private _clocks; // a Clock, its first field lowest
    mapping(uint256 dispute => Case) private _cases;
    mapping(uint256 key => uint256) private _rounds; // a Round, its first field lowest
    mapping(uint256 key => bytes32) private _seeds;
    mapping(uint256 key => uint256) private _tallies;
    /// @dev State 8 bits, leaf 32, then 216: start 96 and weight 96 when drawn or passed, the commitment's upper bits when
    /// committed, the choice when revealed.
    mapping(uint256 key => mapping(uint256 seat => uint256)) private _seats;
    mapping(uint256 key => mapping(uint256 side => uint256)) private _sides;
    mapping(uint256 key => mapping(uint256 side => mapping(address contributor => uint256))) private _contributions;
    mapping(address account => uint256) public owed;

    Sortition.Tree private _tree;
    uint256 private _leafCount;
    mapping(uint256 leaf => address) private _accounts;
    mapping(address account => uint256) private _leaves; // plus one

    constructor(Parts memory parts) {
        if (parts.treasury == address(0)) revert Court_ZeroTreasury();
        stakes = parts.stakes;
        _token = parts.stakes.networkToken();
        treasury = parts.treasury;
        timelock = parts.timelock;
        feeCap = parts.feeCap;
        wrongPenalty = parts.wrongPenalty;
        absentPenalty = parts.absentPenalty;
        uint256 minimum = parts.stakes.minimumOf(_JUROR);
        if (parts.wrongPenalty == 0 || parts.wrongPenalty > parts.absentPenalty || parts.absentPenalty > minimum) {
            revert Court_PenaltyOutOfRange(parts.wrongPenalty, parts.absentPenalty, minimum);
        }
        (_drawFloor, _commitFloor) = (parts.floors.draw, parts.floors.commit);
        (_revealFloor, _appealFloor) = (parts.floors.reveal, parts.floors.appeal);
        _adjust(parts.windows, parts.fee, parts.floors, parts.feeCap, parts.stakes.unbonding());
    }

    // Asking

    /// @inheritdoc IArbitrator
    /// @dev `_extraData` is `abi.encode(uint256 value)`: what is at stake, in the network token's smallest unit. Whoever
    /// understates it harms those who chose that arbitrable.
    function createDispute(uint256 _choices, bytes calldata _extraData) external payable returns (uint256 disputeID) {
        if (_choices == 0 || _choices > MAX_CHOICES) revert Court_ChoicesOutOfRange(_choices, MAX_CHOICES);
        if (_extraData.length != 32) revert Court_BadExtraData(_extraData.length);
        uint256 value = abi.decode(_extraData, (uint256));
        if (value > atRisk()) revert Court_ValueAboveStakes(value, atRisk());
        if (totalWeight() == 0) revert Court_NoJurors();
        Settings memory now_ = _settings;
        uint256 cost = sizeOf(0) * now_.fee;
        if (msg.value < cost) revert Court_PaidTooLittle(msg.value, cost);

        disputeID = ++disputeCount;
        _cases[disputeID] = Case(msg.sender, now_.fee);
        if (msg.value > cost) owed[msg.sender] += msg.value - cost;
        emit DisputeCreation(disputeID, IArbitrable(msg.sender));
        emit DisputeFrozen(disputeID, _choices, value, now_.windows, now_.fee);
        Clock memory clock;
        clock.choices = _choices;
        (clock.draw, clock.commit) = (now_.windows.draw, now_.windows.commit);
        (clock.reveal, clock.appeal) = (now_.windows.reveal, now_.windows.appeal);
        _openRound(disputeID, clock);
    }

    /// @inheritdoc IArbitrator
    function appeal(uint256 _disputeID, bytes calldata) external payable {
        Clock memory clock = _inPhase(_disputeID, Phase.Appeal);
        address arbitrable = _cases[_disputeID].arbitrable;
        if (msg.sender != arbitrable) revert Court_NotArbitrable(_disputeID, msg.sender);
        uint256 cost = _appealCost(_disputeID, clock.round);
        if (msg.value < cost) revert Court_PaidTooLittle(msg.value, cost);
        uint256 key = _key(_disputeID, clock.round);
        Round memory round = _round(key);
        round.direct = true;
        _setRound(key, round);
        if (msg.value > cost) owed[msg.sender] += msg.value - cost;
        _appealed(_disputeID, clock);
    }

    // Drawing

    /// @inheritdoc ICourt
    function sync(address account) external {
        uint256 stake = stakes.stakeOf(account, _JUROR);
        if (stake < absentPenalty) stake = 0;
        uint256 leaf = _leaves[account];
        if (leaf == 0) {
            if (stake == 0) return;
            leaf = ++_leafCount;
            (_leaves[account], _accounts[leaf - 1]) = (leaf, account);
        } else if (_tree.weightOf(_tree.root, _tree.depth, leaf - 1) == stake) {
            return;
        }
        _tree.set(leaf - 1, stake);
        emit Synced(account, leaf - 1, stake);
    }

    /// @inheritdoc ICourt
    function recordSeed(uint256 dispute) external {
        Clock memory clock = _known(dispute);
        uint256 key = _key(dispute, clock.round);
        if (_seeds[key] != 0) revert Court_SeedExists(dispute, clock.round);
        _recordSeed(dispute, clock.round, _round(key).seedBlock);
    }

    /// @inheritdoc ICourt
    /// @dev The order is a function of the seed and of the weights sealed when the round opened, before anyone could know
    /// the seed. Passing over an account takes its interval out just as seating it does: by leaving, a juror hands its
    /// place to the next in order and moves nobody else's. Stakes, which is asked before the round is written, calls nobody.
    function draw(uint256 dispute, uint256 count) external {
        Clock memory clock = _known(dispute);
        if (clock.start != 0) revert Court_WrongPhase(dispute, _phase(clock));
        uint256 key = _key(dispute, clock.round);
        Round memory round = _round(key);
        bytes32 seed = _seeds[key];
        if (seed == 0) seed = _recordSeed(dispute, clock.round, round.seedBlock);
        uint256 size = sizeOf(clock.round);
        uint256 left = _tree.total(round.root);
        if (count > MAX_ORDER - round.order) count = MAX_ORDER - round.order;
        uint256[] memory taken = new uint256[](round.order + count);
        for (uint256 i; i < round.order; ++i) {
            uint256 seat = _seats[key][i];
            left -= uint96(seat);
            Sortition.take(taken, i, seat);
        }
        for (; count > 0 && round.seated < size && left > 0; --count) {
            bytes32 roll =
                keccak256(abi.encode(_DRAW, block.chainid, address(this), dispute, clock.round, seed, round.order));
            left -= _place(dispute, clock.round, round, taken, uint256(roll) % left);
        }
        if (round.seated == size || round.order == MAX_ORDER || left == 0) {
            uint256 start = clock.opened + clock.draw;
            clock.start = start > block.timestamp ? start : block.timestamp;
            _setClock(dispute, clock);
            _tallies[key] = _MARK;
            emit JuryComplete(dispute, clock.round, round.seated, clock.start);
        }
        _setRound(key, round);
    }

    /// @dev Gives the account at `point` of what is left the next place in the order.
    /// @return weight what is left shrinks by
    function _place(uint256 dispute, uint256 number, Round memory round, uint256[] memory taken, uint256 point)
        private
        returns (uint256 weight)
    {
        uint256 seat = round.order;
        uint256 place = _tree.find(round.root, round.depth, Sortition.skip(taken, seat, point));
        Sortition.take(taken, seat, place);
        round.order = seat + 1;
        weight = uint96(place);
        address account = _accounts[_leafOf(place)];
        bool seated = stakes.holdStake(account, _JUROR, absentPenalty, weight);
        _seats[_key(dispute, number)][seat] = uint256(seated ? State.Drawn : State.Passed) << 248 | place;
        if (seated) {
            ++round.seated;
            emit Drawn(dispute, number, account, seat);
        } else {
            emit PassedOver(dispute, number, account, seat);
        }
    }

    /// @dev While nobody records, a block has 256 blocks in which anyone can, and only then the next one counts: waiting
    /// for a better seed works only as long as nobody else calls.
    function _recordSeed(uint256 dispute, uint256 round, uint256 seedBlock) private returns (bytes32 seed) {
        if (block.number <= seedBlock) revert Court_SeedTooEarly(block.number, seedBlock + 1);
        uint256 missed = (block.number - 1 - seedBlock) / 256;
        seed = blockhash(seedBlock + 256 * missed);
        _seeds[_key(dispute, round)] = seed;
        emit SeedRecorded(dispute, round, seed, missed > 0);
    }

    // Voting

    /// @inheritdoc ICourt
    function commit(uint256 dispute, uint256 seat, bytes32 commitment) external {
        Clock memory clock = _inPhase(dispute, Phase.Commit);
        uint256 key = _key(dispute, clock.round);
        uint256 word = _seats[key][seat];
        _inState(dispute, seat, word, State.Drawn);
        if (_accounts[_leafOf(word)] != msg.sender) revert Court_NotYourSeat(dispute, seat, msg.sender);
        _seats[key][seat] = uint256(State.Committed) << 248 | _leafOf(word) << 216 | uint256(commitment) >> 40;
        emit Committed(dispute, clock.round, msg.sender, seat, commitment);
    }

    /// @inheritdoc ICourt
    /// @dev The commitment is the caller's: it has the juror's address in it, and 216 of its bits are compared.
    function reveal(uint256 dispute, uint256 seat, uint256 choice, bytes32 salt) external {
        Clock memory clock = _inPhase(dispute, Phase.Reveal);
        if (choice > clock.choices) revert Court_ChoiceOutOfRange(choice, clock.choices);
        uint256 key = _key(dispute, clock.round);
        uint256 word = _seats[key][seat];
        _inState(dispute, seat, word, State.Committed);
        bytes32 commitment = commitmentOf(dispute, clock.round, msg.sender, choice, salt);
        if (uint216(word) != uint256(commitment) >> 40) revert Court_WrongReveal(dispute, seat);
        _seats[key][seat] = uint256(State.Revealed) << 248 | _leafOf(word) << 216 | choice;
        _tallies[key] += 1 << (8 * choice);
        emit Revealed(dispute, clock.round, msg.sender, seat, choice);
    }

    // Appealing

    /// @inheritdoc ICourt
    function announce(uint256 dispute) external {
        Clock memory clock = _inPhase(dispute, Phase.Appeal);
        if (clock.announced) revert Court_AlreadyAnnounced(dispute);
        clock.announced = true;
        _setClock(dispute, clock);
        emit AppealPossible(dispute, IArbitrable(_cases[dispute].arbitrable));
    }

    /// @inheritdoc ICourt
    function fundAppeal(uint256 dispute, uint256 side) external payable {
        Clock memory clock = _inPhase(dispute, Phase.Appeal);
        if (side > clock.choices) revert Court_ChoiceOutOfRange(side, clock.choices);
        uint256 key = _key(dispute, clock.round);
        uint256 cost = _sideCost(dispute, clock, side);
        if (side != _jurysChoice(key, clock.choices)) {
            uint256 until = _appealStart(clock) + clock.appeal / 2;
            if (block.timestamp >= until) revert Court_LoserTooLate(dispute, side, until);
        }
        uint256 before = _sides[key][side];
        if (before == cost) revert Court_SideFunded(dispute, side);
        if (msg.value == 0) revert Court_PaidTooLittle(0, cost - before);
        uint256 part = msg.value < cost - before ? msg.value : cost - before;
        _sides[key][side] = before + part;
        _contributions[key][side][msg.sender] += part;
        if (msg.value > part) owed[msg.sender] += msg.value - part;
        emit AppealFunded(dispute, clock.round, side, msg.sender, part);
        if (before + part == cost) _sideFunded(dispute, clock, side);
    }

    /// @inheritdoc ICourt
    function claimAppeal(uint256 dispute, uint256 round, uint256 side, address contributor) external nonReentrant {
        (Clock memory clock, Outcome memory end) = _ended(dispute, round);
        uint256 key = _key(dispute, round);
        uint256 part = _contributions[key][side][contributor];
        if (part == 0) revert Court_NothingOwed(contributor);
        Round memory own = _round(key);
        Sums memory sums = _sums(key, clock.choices, own, end);
        uint256 stake;
        if (sums.challenged && side == end.choice) {
            if (own.cursor < own.order) revert Court_NotJudged(dispute, round);
            stake = _challengersPart(own, sums) * part / _sides[key][side];
        }
        uint256 amount = _appealShare(dispute, round, side, part, clock, end);
        delete _contributions[key][side][contributor];
        owed[contributor] += amount;
        emit AppealClaimed(dispute, round, side, contributor, amount, stake);
        if (stake > 0) stakes.award(contributor, _token, stake);
    }

    // Ending

    /// @inheritdoc ICourt
    /// @dev Stakes calls nobody back, and the guard keeps the coin where it is meanwhile; so the round's slot is written
    /// once, after the places.
    function pay(uint256 dispute, uint256 round, uint256 count) external nonReentrant {
        (Clock memory clock, Outcome memory end) = _ended(dispute, round);
        uint256 key = _key(dispute, round);
        Round memory own = _round(key);
        if (own.settled) revert Court_AlreadySettled(dispute, round);
        Sums memory sums = _sums(key, clock.choices, own, end);
        for (; count > 0 && own.cursor < own.order; --count) {
            own.penalties += _judge(dispute, round, own.cursor++, end);
        }
        if (own.cursor >= own.order) {
            uint256 fees = sizeOf(round) * _cases[dispute].fee;
            uint256 stake = own.penalties - _challengersPart(own, sums);
            uint256 last = sums.right == 0 ? own.order : 2 * own.order;
            for (; count > 0 && own.cursor < last; --count) {
                _reward(dispute, round, own.cursor++ - own.order, end, fees / sums.right, stake / sums.right);
            }
            if (own.cursor == last) {
                own.settled = true;
                _settle(dispute, round, fees, stake, sums.right);
            }
        }
        _setRound(key, own);
    }

    /// @inheritdoc ICourt
    function executeRuling(uint256 dispute) external nonReentrant {
        Clock memory clock = _inPhase(dispute, Phase.Final);
        if (clock.ruled) revert Court_AlreadyRuled(dispute);
        clock.ruled = true;
        _setClock(dispute, clock);
        uint256 ruling = _outcome(dispute, clock).ruling;
        address arbitrable = _cases[dispute].arbitrable;
        emit RulingGiven(dispute, arbitrable, ruling);
        IArbitrable(arbitrable).rule(dispute, ruling);
    }

    /// @inheritdoc ICourt
    function withdraw(address account) external nonReentrant {
        uint256 amount = owed[account];
        if (amount == 0) revert Court_NothingOwed(account);
        owed[account] = 0;
        emit Withdrawn(account, amount);
        (bool sent,) = account.call{value: amount}("");
        if (!sent) revert Court_SendFailed(account, amount);
    }

    /// @inheritdoc ICourt
    function adjust(Windows calldata windows, uint96 fee) external {
        if (msg.sender != timelock) revert Court_NotTimelock(msg.sender);
        Windows memory floors = Windows(_drawFloor, _commitFloor, _revealFloor, _appealFloor);
        _adjust(windows, fee, floors, feeCap, stakes.unbonding());
    }

    // Views

    /// @inheritdoc IArbitrator
    function arbitrationCost(bytes calldata) external view returns (uint256) {
        return sizeOf(0) * _settings.fee;
    }

    /// @inheritdoc IArbitrator
    function appealCost(uint256 _disputeID, bytes calldata) external view returns (uint256) {
        Clock memory clock = _known(_disputeID);
        return clock.round == LAST_ROUND ? NOT_PAYABLE : _appealCost(_disputeID, clock.round);
    }

    /// @inheritdoc IArbitrator
    function appealPeriod(uint256 _disputeID) external view returns (uint256 start, uint256 end) {
        Clock memory clock = _known(_disputeID);
        if (clock.start == 0 || clock.round == LAST_ROUND) return (0, 0);
        start = _appealStart(clock);
        end = start + clock.appeal;
    }

    /// @inheritdoc IArbitrator
    function disputeStatus(uint256 _disputeID) external view returns (DisputeStatus) {
        Phase phase = _phase(_known(_disputeID));
        if (phase == Phase.Final) return DisputeStatus.Solved;
        return phase == Phase.Appeal ? DisputeStatus.Appealable : DisputeStatus.Waiting;
    }

    /// @inheritdoc IArbitrator
    /// @dev Until a jury's reveal window is over, what the jury before it found; before the first, 0.
    function currentRuling(uint256 _disputeID) external view returns (uint256) {
        Clock memory clock = _known(_disputeID);
        Phase phase = _phase(clock);
        if (phase == Phase.Final) return _outcome(_disputeID, clock).ruling;
        if (phase == Phase.Appeal) return _jurysChoice(_key(_disputeID, clock.round), clock.choices);
        return clock.round == 0 ? 0 : _jurysChoice(_key(_disputeID, clock.round - 1), clock.choices);
    }

    /// @inheritdoc ICourt
    function phaseOf(uint256 dispute) external view returns (Phase) {
        return _phase(_known(dispute));
    }

    /// @inheritdoc ICourt
    function clockOf(uint256 dispute) external view returns (Clock memory) {
        return _known(dispute);
    }

    /// @inheritdoc ICourt
    function caseOf(uint256 dispute) external view returns (address arbitrable, uint96 fee) {
        return (_cases[dispute].arbitrable, _cases[dispute].fee);
    }

    /// @inheritdoc ICourt
    function roundOf(uint256 dispute, uint256 round) external view returns (Round memory) {
        return _round(_key(dispute, round));
    }

    /// @inheritdoc ICourt
    function seedOf(uint256 dispute, uint256 round) external view returns (bytes32) {
        return _seeds[_key(dispute, round)];
    }

    /// @inheritdoc ICourt
    function seatOf(uint256 dispute, uint256 round, uint256 seat) external view returns (Seat memory out) {
        uint256 word = _seats[_key(dispute, round)][seat];
        out.state = State(word >> 248);
        if (out.state == State.None) return out;
        out.juror = _accounts[_leafOf(word)];
        if (out.state == State.Revealed) out.choice = uint216(word);
    }

    /// @inheritdoc ICourt
    function votesOf(uint256 dispute, uint256 round, uint256 choice) external view returns (uint256) {
        return choice > MAX_CHOICES ? 0 : uint8(_tallies[_key(dispute, round)] >> 8 * choice);
    }

    /// @inheritdoc ICourt
    function sideOf(uint256 dispute, uint256 round, uint256 side) external view returns (uint256 paid, uint256 cost) {
        Clock memory clock = _known(dispute);
        paid = _sides[_key(dispute, round)][side];
        if (round == clock.round && _phase(clock) == Phase.Appeal) cost = _sideCost(dispute, clock, side);
    }

    /// @inheritdoc ICourt
    function contributionOf(uint256 dispute, uint256 round, uint256 side, address contributor)
        external
        view
        returns (uint256)
    {
        return _contributions[_key(dispute, round)][side][contributor];
    }

    /// @inheritdoc ICourt
    function commitmentOf(uint256 dispute, uint256 round, address juror, uint256 choice, bytes32 salt)
        public
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(_VOTE, block.chainid, address(this), dispute, round, juror, choice, salt));
    }

    /// @inheritdoc ICourt
    function weightOf(address account) external view returns (uint256) {
        uint256 leaf = _leaves[account];
        return leaf == 0 ? 0 : _tree.weightOf(_tree.root, _tree.depth, leaf - 1);
    }

    /// @inheritdoc ICourt
    function totalWeight() public view returns (uint256) {
        return _tree.total(_tree.root);
    }

    /// @inheritdoc ICourt
    function atRisk() public view returns (uint256) {
        uint256 jurors = stakes.memberCount(_JUROR);
        return (jurors < MAX_JURY ? jurors : MAX_JURY) * wrongPenalty;
    }

    /// @inheritdoc ICourt
    function longestCase() external view returns (uint256) {
        return _longestCase(_settings.windows);
    }

    /// @notice What disputes created now get.
    function settings() external view returns (Windows memory windows, uint96 fee) {
        return (_settings.windows, _settings.fee);
    }

    /// @notice Jurors of a round: 7, 15, 31, 63.
    function sizeOf(uint256 round) public pure returns (uint256) {
        return (1 << (round + 3)) - 1;
    }

    // Rounds

    function _openRound(uint256 dispute, Clock memory clock) private {
        (clock.announced, clock.opened, clock.start) = (false, block.timestamp, 0);
        _setClock(dispute, clock);
        Round memory round;
        (round.root, round.depth) = _tree.seal();
        round.seedBlock = block.number + 1;
        _setRound(_key(dispute, clock.round), round);
        emit RoundOpened(dispute, clock.round, sizeOf(clock.round), round.seedBlock);
    }

    function _appealed(uint256 dispute, Clock memory clock) private {
        emit AppealDecision(dispute, IArbitrable(_cases[dispute].arbitrable));
        ++clock.round;
        _openRound(dispute, clock);
    }

    function _sideFunded(uint256 dispute, Clock memory clock, uint256 side) private {
        uint256 key = _key(dispute, clock.round);
        Round memory round = _round(key);
        ++round.funded;
        if (round.funded == 1) round.sideA = side;
        else round.sideB = side;
        _setRound(key, round);
        emit SideFunded(dispute, clock.round, side);
        if (round.funded == 2) _appealed(dispute, clock);
    }

    /// @dev Takes what an absent or wrong juror loses and frees what was held of everyone.
    function _judge(uint256 dispute, uint256 round, uint256 seat, Outcome memory end)
        private
        returns (uint256 penalty)
    {
        uint256 word = _seats[_key(dispute, round)][seat];
        if (_stateOf(word) == State.Passed) return 0;
        address juror = _accounts[_leafOf(word)];
        if (_stateOf(word) != State.Revealed) {
            penalty = stakes.slashStake(juror, _JUROR, absentPenalty, address(0), 0);
        } else if (!_wasRight(word, end)) {
            penalty = stakes.slashStake(juror, _JUROR, wrongPenalty, address(0), 0);
        }
        stakes.freeStake(juror, _JUROR, absentPenalty);
        emit Judged(dispute, round, juror, seat, penalty);
    }

    function _reward(uint256 dispute, uint256 round, uint256 seat, Outcome memory end, uint256 amount, uint256 stake)
        private
    {
        uint256 word = _seats[_key(dispute, round)][seat];
        if (_stateOf(word) != State.Revealed || !_wasRight(word, end)) return;
        address juror = _accounts[_leafOf(word)];
        owed[juror] += amount;
        emit Rewarded(dispute, round, juror, seat, amount, stake);
        if (stake > 0) stakes.award(juror, _token, stake);
    }

    /// @dev What does not divide goes to the treasury. Fees nobody earned go back to who paid them: to the arbitrable here,
    /// to those who funded the appeal in `_appealShare`.
    function _settle(uint256 dispute, uint256 round, uint256 fees, uint256 stake, uint256 right) private {
        if (right > 0) {
            owed[treasury] += fees % right;
            stake %= right;
        } else if (round == 0 || _round(_key(dispute, round - 1)).direct) {
            owed[_cases[dispute].arbitrable] += fees;
        }
        emit RoundSettled(dispute, round);
        if (stake > 0) stakes.award(treasury, _token, stake);
    }

    /// @dev What a contribution came to. Rounded down, so that the parts never exceed the pot.
    function _appealShare(
        uint256 dispute,
        uint256 number,
        uint256 side,
        uint256 part,
        Clock memory clock,
        Outcome memory end
    ) private view returns (uint256) {
        uint256 key = _key(dispute, number);
        Round memory round = _round(key);
        if (round.funded < 2 || (side != round.sideA && side != round.sideB)) return part;
        (uint256 a, uint256 b) = (_sides[key][round.sideA], _sides[key][round.sideB]);
        uint256 pot = a + b;
        uint256 next = _key(dispute, number + 1);
        if (_rightVotes(_tallies[next], clock.choices, end) > 0) pot -= _appealCost(dispute, number);
        if (end.ruling == round.sideA || end.ruling == round.sideB) {
            return side == end.ruling ? pot * part / _sides[key][side] : 0;
        }
        return pot * part / (a + b);
    }

    function _adjust(Windows memory windows, uint96 fee, Windows memory floors, uint256 cap, uint256 unbonding)
        private
    {
        _atLeast(windows.draw, floors.draw);
        _atLeast(windows.commit, floors.commit);
        _atLeast(windows.reveal, floors.reveal);
        _atLeast(windows.appeal, floors.appeal);
        if (fee == 0 || fee > cap) revert Court_FeeOutOfRange(fee, cap);
        uint256 longest = _longestCase(windows);
        if (unbonding <= longest) revert Court_UnbondingTooShort(unbonding, longest);
        _settings = Settings(windows, fee);
        emit Adjusted(windows, fee);
    }

    // Reading

    function _known(uint256 dispute) private view returns (Clock memory clock) {
        uint256 word = _clocks[dispute];
        if (word == 0) revert Court_UnknownDispute(dispute);
        (clock.round, clock.choices) = (uint8(word), uint8(word >> 8));
        (clock.ruled, clock.announced) = (uint8(word >> 16) != 0, uint8(word >> 24) != 0);
        (clock.opened, clock.start) = (uint40(word >> 32), uint40(word >> 72));
        (clock.draw, clock.commit) = (uint32(word >> 112), uint32(word >> 144));
        (clock.reveal, clock.appeal) = (uint32(word >> 176), uint32(word >> 208));
    }

    function _setClock(uint256 dispute, Clock memory clock) private {
        _clocks[dispute] = clock.round | clock.choices << 8 | _bit(clock.ruled) << 16 | _bit(clock.announced) << 24
            | clock.opened << 32 | clock.start << 72 | clock.draw << 112 | clock.commit << 144 | clock.reveal << 176
            | clock.appeal << 208;
    }

    function _round(uint256 key) private view returns (Round memory round) {
        uint256 word = _rounds[key];
        (round.root, round.depth, round.seedBlock) = (uint32(word), uint8(word >> 32), uint48(word >> 40));
        (round.order, round.seated, round.cursor) = (uint8(word >> 88), uint8(word >> 96), uint16(word >> 104));
        (round.sideA, round.sideB, round.funded) = (uint8(word >> 120), uint8(word >> 128), uint8(word >> 136));
        (round.direct, round.settled) = (uint8(word >> 144) != 0, uint8(word >> 152) != 0);
        round.penalties = uint96(word >> 160);
    }

    function _setRound(uint256 key, Round memory round) private {
        _rounds[key] = round.root | round.depth << 32 | round.seedBlock << 40 | round.order << 88 | round.seated << 96
            | round.cursor << 104 | round.sideA << 120 | round.sideB << 128 | round.funded << 136 | _bit(round.direct)
            << 144 | _bit(round.settled) << 152 | round.penalties << 160;
    }

    function _bit(bool set) private pure returns (uint256) {
        return set ? 1 : 0;
    }

    function _inPhase(uint256 dispute, Phase wanted) private view returns (Clock memory clock) {
        clock = _known(dispute);
        Phase phase = _phase(clock);
        if (phase != wanted) revert Court_WrongPhase(dispute, phase);
    }

    function _ended(uint256 dispute, uint256 round) private view returns (Clock memory clock, Outcome memory end) {
        clock = _inPhase(dispute, Phase.Final);
        if (round > clock.round) revert Court_UnknownRound(dispute, round);
        end = _outcome(dispute, clock);
    }

    function _phase(Clock memory clock) private view returns (Phase) {
        if (clock.start == 0 || block.timestamp < clock.start) return Phase.Draw;
        uint256 end = clock.start + clock.commit;
        if (block.timestamp < end) return Phase.Commit;
        end += clock.reveal;
        if (block.timestamp < end) return Phase.Reveal;
        return clock.round < LAST_ROUND && block.timestamp < end + clock.appeal ? Phase.Appeal : Phase.Final;
    }

    function _appealStart(Clock memory clock) private pure returns (uint256) {
        return clock.start + clock.commit + clock.reveal;
    }

    /// @dev Of a final dispute: were two sides funded, or had the arbitrable appealed, this would not be the last round.
    function _outcome(uint256 dispute, Clock memory clock) private view returns (Outcome memory end) {
        uint256 key = _key(dispute, clock.round);
        (end.choice, end.found) = _winner(_tallies[key], clock.choices);
        Round memory round = _round(key);
        end.ruling = round.funded == 1 ? round.sideA : end.choice;
    }

    function _sums(uint256 key, uint256 choices, Round memory round, Outcome memory end)
        private
        view
        returns (Sums memory sums)
    {
        sums.right = _rightVotes(_tallies[key], choices, end);
        if (!end.found || round.funded < 2) return sums;
        uint256 choice = _jurysChoice(key, choices);
        sums.challenged = choice != end.choice && (round.sideA == end.choice || round.sideB == end.choice);
    }

    /// @dev Half of what the round's jurors lost, or all of it if none of them was right.
    function _challengersPart(Round memory round, Sums memory sums) private pure returns (uint256) {
        if (!sums.challenged) return 0;
        return sums.right == 0 ? round.penalties : round.penalties / 2;
    }

    function _rightVotes(uint256 tally, uint256 choices, Outcome memory end) private pure returns (uint256 right) {
        if (end.found) return uint8(tally >> 8 * end.choice);
        for (uint256 i; i <= choices; ++i) {
            right += uint8(tally >> 8 * i);
        }
    }

    function _wasRight(uint256 word, Outcome memory end) private pure returns (bool) {
        return !end.found || uint216(word) == end.choice;
    }

    function _jurysChoice(uint256 key, uint256 choices) private view returns (uint256 choice) {
        (choice,) = _winner(_tallies[key], choices);
    }

    /// @return choice with the most votes; 0 on a tie or without any
    /// @return found false on a tie or without any
    function _winner(uint256 tally, uint256 choices) private pure returns (uint256 choice, bool found) {
        uint256 most;
        for (uint256 i; i <= choices; ++i) {
            uint256 votes = uint8(tally >> 8 * i);
            if (votes == most) found = false;
            if (votes > most) (most, choice, found) = (votes, i, true);
        }
        if (!found) choice = 0;
    }

    function _appealCost(uint256 dispute, uint256 round) private view returns (uint256) {
        return sizeOf(round + 1) * _cases[dispute].fee;
    }

    function _sideCost(uint256 dispute, Clock memory clock, uint256 side) private view returns (uint256) {
        uint256 cost = _appealCost(dispute, clock.round);
        return side == _jurysChoice(_key(dispute, clock.round), clock.choices) ? cost : 2 * cost;
    }

    function _longestCase(Windows memory windows) private pure returns (uint256) {
        uint256 round = uint256(windows.draw) + windows.commit + windows.reveal;
        return (LAST_ROUND + 1) * round + LAST_ROUND * windows.appeal;
    }

    function _atLeast(uint256 window, uint256 floor) private pure {
        if (window < floor || window == 0) revert Court_WindowTooShort(window, floor);
    }

    function _inState(uint256 dispute, uint256 seat, uint256 word, State wanted) private pure {
        State state = _stateOf(word);
        if (state != wanted) revert Court_WrongState(dispute, seat, state);
    }

    function _stateOf(uint256 word) private pure returns (State) {
        return State(word >> 248);
    }

    function _leafOf(uint256 word) private pure returns (uint256) {
        return word >> 216 & type(uint32).max;
    }

    function _key(uint256 dispute, uint256 round) private pure returns (uint256) {
        return dispute << 8 | round;
    }
}
