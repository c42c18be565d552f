// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Court} from "../src/Court.sol";
import {LocalDollar} from "../src/LocalDollar.sol";
import {Parameters} from "../src/Parameters.sol";
import {Stakes} from "../src/Stakes.sol";
import {HeadwaterToken} from "../src/Token.sol";
import {IArbitrable} from "../src/interfaces/IArbitrable.sol";
import {IArbitrator} from "../src/interfaces/IArbitrator.sol";
import {ICourt} from "../src/interfaces/ICourt.sol";
import {IEvidence} from "../src/interfaces/IEvidence.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {newParameters} from "./Limits.sol";
import {Test} from "./Test.sol";

/// @notice Cheatcodes that only these tests use.
interface More {
    function deal(address account, uint256 amount) external;
    function expectEmit(address emitter) external;
}

/// @notice Stakes and a court on their own, with jurors, somebody who asks, and a jury that votes as it is told.
abstract contract Courtroom is Test {
    More internal constant more = More(address(vm));
    uint96 internal constant R = 1_000_000; // one local dollar
    uint96 internal constant BUDGET = 3000 * R;
    uint256 internal constant MINIMUM = 100e18;
    uint96 internal constant WRONG = 5e18;
    uint96 internal constant ABSENT = 10e18;
    uint96 internal constant FEE = 0.01 ether;
    uint96 internal constant FEE_CAP = 0.02 ether;
    uint256 internal constant UNBONDING = 321;
    uint8 internal constant JUROR = 4;
    /// @notice Votes of a juror who does not come, and of one who commits and then does not reveal.
    uint256 internal constant ABSENTEE = 255;
    uint256 internal constant SILENT = 254;

    HeadwaterToken internal token;
    LocalDollar internal dollar;
    Parameters internal parameters;
    Stakes internal stakes;
    Court internal court;
    Asker internal asker;

    address internal campaigns = address(0xca01);
    address internal settlement = address(0xca02);
    address internal datasets = address(0xca03);
    address internal faults = address(0xca04);
    address internal reputation = address(0xca05);
    address internal disputes = address(0xca06);
    address internal calls = address(0xca07);
    address internal operator = address(0x0f01);
    address internal rival = address(0x0f02);
    address internal watcher = address(0x0f03);
    address internal stranger = address(0x0f04);
    address internal treasury = address(0x0f05);
    address internal timelock = address(0x0f07);

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1000);
        token = new HeadwaterToken(address(this), 1e9 ether);
        dollar = new LocalDollar();
        parameters = newParameters(timelock, treasury, MINIMUM);
        address court_ = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        stakes = new Stakes(address(token), parameters, _keepers(court_), UNBONDING);
        court = new Court(_parts());
        asker = new Asker(court);
        _equip(operator);
        _equip(rival);
        _give(watcher, BUDGET);
        address[6] memory rich = [operator, rival, watcher, stranger, address(asker), address(this)];
        for (uint256 i; i < rich.length; ++i) {
            _coin(rich[i], 1000 ether);
        }
    }

    receive() external payable {}

    function _coin(address account, uint256 amount) internal {
        more.deal(account, amount);
    }

    function _keepers(address court_) internal view returns (IStakes.Keepers memory) {
        return IStakes.Keepers(
            campaigns, settlement, datasets, faults, reputation, court_, disputes, calls, address(0), address(0)
        );
    }

    function _parts() internal view returns (ICourt.Parts memory parts) {
        parts.stakes = stakes;
        (parts.treasury, parts.timelock) = (treasury, timelock);
        parts.windows = ICourt.Windows(10, 20, 20, 40);
        parts.floors = ICourt.Windows(2, 4, 4, 4);
        (parts.fee, parts.feeCap) = (FEE, FEE_CAP);
        (parts.wrongPenalty, parts.absentPenalty) = (WRONG, ABSENT);
    }

    // People

    function _equip(address who) internal {
        _join(who, 1);
        _give(who, 10 * BUDGET);
        vm.startPrank(who);
        stakes.deposit(address(dollar), 9 * BUDGET);
        vm.stopPrank();
    }

    function _join(address who, uint8 role) internal {
        _join(who, role, MINIMUM);
    }

    function _join(address who, uint8 role, uint256 stake) internal {
        token.transfer(who, 2 * stake);
        vm.startPrank(who);
        token.approve(address(stakes), type(uint256).max);
        stakes.join(role, stake);
        vm.stopPrank();
    }

    function _give(address who, uint256 amount) internal {
        dollar.mint(who, amount);
        vm.prank(who);
        dollar.approve(address(stakes), type(uint256).max);
    }

    function _jurorAt(uint256 i) internal pure returns (address) {
        return address(uint160(0x70000000 + i));
    }

    function _jurors(uint256 count) internal {
        for (uint256 i; i < count; ++i) {
            _newJuror(_jurorAt(i), MINIMUM);
        }
    }

    function _newJuror(address who, uint256 stake) internal {
        _join(who, JUROR, stake);
        court.sync(who);
    }

    // A dispute

    function _open() internal returns (uint256) {
        return asker.ask(2, 0);
    }

    /// @notice Draws the whole jury and waits for its commit window.
    function _drawn(uint256 id) internal {
        vm.roll(block.number + 2);
        court.draw(id, 255);
        vm.warp(court.clockOf(id).start);
    }

    function _seated(uint256 id) internal view returns (uint256) {
        return court.roundOf(id, court.clockOf(id).round).order;
    }

    function _seat(uint256 id, uint256 seat) internal view returns (address) {
        return court.seatOf(id, court.clockOf(id).round, seat).juror;
    }

    function _salt(address juror) internal pure returns (bytes32) {
        return keccak256(abi.encode("salt", juror));
    }

    function _commitment(uint256 id, address juror, uint256 choice) internal view returns (bytes32) {
        return court.commitmentOf(id, court.clockOf(id).round, juror, choice, _salt(juror));
    }

    function _commit(uint256 id, uint256 seat, uint256 choice) internal {
        address juror = _seat(id, seat);
        bytes32 commitment = _commitment(id, juror, choice);
        vm.prank(juror);
        court.commit(id, seat, commitment);
    }

    function _reveal(uint256 id, uint256 seat, uint256 choice) internal {
        address juror = _seat(id, seat);
        vm.prank(juror);
        court.reveal(id, seat, choice, _salt(juror));
    }

    /// @notice The present jury, seat after seat, votes so; the last vote counts for everyone after it. Ends where the
    /// reveal window does.
    function _vote(uint256 id, uint256[] memory votes) internal {
        uint256 seats = _seated(id);
        for (uint256 i; i < seats; ++i) {
            uint256 vote = votes[i < votes.length ? i : votes.length - 1];
            if (vote == ABSENTEE || court.seatOf(id, court.clockOf(id).round, i).state != ICourt.State.Drawn) continue;
            _commit(id, i, vote == SILENT ? 1 : vote);
        }
        _pass(court.clockOf(id).commit);
        for (uint256 i; i < seats; ++i) {
            uint256 vote = votes[i < votes.length ? i : votes.length - 1];
            if (vote > 30 || court.seatOf(id, court.clockOf(id).round, i).state != ICourt.State.Committed) continue;
            _reveal(id, i, vote);
        }
        _pass(court.clockOf(id).reveal);
    }

    /// @notice `yes` jurors for 1, then `no` for 2, everyone after them absent.
    function _split(uint256 yes, uint256 no) internal pure returns (uint256[] memory votes) {
        votes = new uint256[](yes + no + 1);
        for (uint256 i; i < yes + no; ++i) {
            votes[i] = i < yes ? 1 : 2;
        }
        votes[yes + no] = ABSENTEE;
    }

    function _pass(uint256 time) internal {
        vm.warp(block.timestamp + time);
    }

    function _fund(uint256 id, address who, uint256 side, uint256 amount) internal {
        vm.prank(who);
        court.fundAppeal{value: amount}(id, side);
    }

    /// @notice A dispute with 40 jurors that the rival appeals for `side`, the operator for 1, and what both juries said.
    function _appealed(uint256[] memory first, uint256 side, uint256[] memory second)
        internal
        returns (uint256 id, uint256 cost)
    {
        _jurors(40);
        id = _open();
        _drawn(id);
        _vote(id, first);
        cost = 15 * uint256(FEE);
        _fund(id, rival, side, 2 * cost);
        _fund(id, operator, 1, cost);
        _drawn(id);
        _vote(id, second);
    }

    function _payAll(uint256 id) internal {
        uint256 rounds = court.clockOf(id).round;
        for (uint256 i; i <= rounds; ++i) {
            court.pay(id, i, 1000);
        }
    }

    function _value(uint256 value) internal pure returns (bytes memory) {
        return abi.encode(value);
    }

    function _free(address who) internal view returns (uint256 free) {
        (free,) = stakes.collateralOf(who, address(token));
    }
}

/// @notice An arbitrable that asks and remembers, and can be told to misbehave.
contract Asker is IArbitrable, IEvidence {
    Court private immutable _court;
    mapping(uint256 dispute => uint256) public rulingOf;
    mapping(uint256 dispute => uint256) public times;
    bool public stubborn;
    bytes private _call;
    bool public tried;
    bool public succeeded;

    error Stubborn();
    error NotTheCourt();

    constructor(Court court_) {
        _court = court_;
        emit MetaEvidence(0, "/ipfs/question");
    }

    receive() external payable {}

    function ask(uint256 choices, uint256 value) external returns (uint256 id) {
        id = askWith(choices, value, _court.arbitrationCost(""));
    }

    function askWith(uint256 choices, uint256 value, uint256 coin) public returns (uint256 id) {
        id = _court.createDispute{value: coin}(choices, abi.encode(value));
        emit Dispute(_court, id, 0, id);
        emit Evidence(_court, id, msg.sender, "/ipfs/evidence");
    }

    function appeal(uint256 id, uint256 coin) external {
        _court.appeal{value: coin}(id, "");
    }

    function setStubborn(bool on) external {
        stubborn = on;
    }

    /// @notice Called back with this while it is told a ruling.
    function arm(bytes calldata call) external {
        _call = call;
    }

    function rule(uint256 id, uint256 ruling) external {
        if (msg.sender != address(_court)) revert NotTheCourt();
        if (stubborn) revert Stubborn();
        rulingOf[id] = ruling;
        ++times[id];
        emit Ruling(IArbitrator(msg.sender), id, ruling);
        if (_call.length > 0) {
            tried = true;
            (succeeded,) = msg.sender.call(_call);
        }
    }
}

/// @notice A juror that is a contract, and calls back when it is sent coin.
contract GreedyJuror {
    Court private immutable _court;
    bytes private _call;
    bool public tried;
    bool public succeeded;
    bool public refusing;

    constructor(Court court_) {
        _court = court_;
    }

    receive() external payable {
        require(!refusing);
        if (_call.length > 0) {
            tried = true;
            (succeeded,) = address(_court).call(_call);
        }
    }

    function arm(bytes calldata call) external {
        _call = call;
    }

    function refuse(bool on) external {
        refusing = on;
    }
}
