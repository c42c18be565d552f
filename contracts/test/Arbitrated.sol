// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Disputes} from "../src/Disputes.sol";
import {ICourt} from "../src/interfaces/ICourt.sol";
import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {Anchor, Pay, Posted, Terms} from "../src/interfaces/Structs.sol";
import {More} from "./Courtroom.sol";
import {OtherArbitrator} from "./OtherArbitrator.sol";
import {World} from "./World.sol";

/// @notice A network with Disputes before an arbitrator, which is left open.
abstract contract Arbitrated is World {
    More internal constant more = More(address(vm));
    uint96 internal constant REWARD = R * 9993 / 10_000; // of an accepted item
    uint256 internal constant KEEP = 1;
    uint256 internal constant ACCEPT = 2;
    uint256 internal constant REJECT = 3;
    uint256 internal constant CASE_VALUE = 450e18;
    uint40 internal constant PATIENCE = 1000;

    Disputes internal disputes;
    address internal justice; // the arbitrator
    address internal challenger = address(0x0f08);

    /// @notice A settled batch and all that is needed to speak about it.
    struct Scene {
        Terms t;
        Anchor[] anchors;
        Draft d;
        Posted p;
    }

    function setUp() public virtual override {
        doubter = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + PARTS);
        unbonding = 100;
        super.setUp();
        justice = _seat(vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1));
        disputes = new Disputes(
            IDisputes.Parts(
                address(settlement), address(doubts), address(stakes), justice, treasury, CASE_VALUE, PATIENCE
            ),
            "/ipfs/question"
        );
        vm.assertEq(address(disputes), doubter, "where Stakes, Settlement and Doubts expect it");
        _arbitrator();
        _challenger(challenger);
    }

    receive() external payable {}

    /// @notice Where the arbitrator is: at `next`, if the test creates one.
    function _seat(address next) internal virtual returns (address) {
        return next;
    }

    /// @notice Creates the arbitrator, with the next nonce, or makes the one there is ready.
    function _arbitrator() internal virtual;

    /// @notice Lets the arbitrator rule so, appeal windows and all.
    function _decide(uint256 id, uint256 ruling) internal virtual;

    function _challenger(address who) internal {
        _give(who, BUDGET);
        vm.prank(who);
        stakes.deposit(address(dollar), BUDGET);
        more.deal(who, 100 ether);
    }

    // A batch

    /// @notice `count` items of `payees` contributors by turns, the first `rejected` of them rejected.
    function _scene(uint32 count, uint256 payees, uint256 rejected) internal returns (Scene memory s) {
        return _sceneOf(_terms(), count, payees, rejected);
    }

    function _sceneOf(Terms memory t, uint32 count, uint256 payees, uint256 rejected)
        internal
        returns (Scene memory s)
    {
        s.t = t;
        uint256 id = _fund(t, BUDGET);
        s.anchors = _one(_anchor(id, t, count, operator));
        s.d = _honest(t, s.anchors, payees, operator);
        for (uint256 i; i < rejected; ++i) {
            _reject(s.d, i);
        }
        s.p = _settle(id, t, s.anchors, s.d, operator);
    }

    /// @dev Takes item `i` out of its contributor's pay.
    function _reject(Draft memory d, uint256 i) internal pure {
        uint256 index = d.items[i].payIndex;
        uint96 reward = d.items[i].reward;
        d.pays[index].amount -= reward;
        for (uint256 p = index; p < d.pays.length; ++p) {
            d.pays[p].cumulative -= reward;
        }
        d.total -= reward;
        uint32[] memory list = new uint32[](d.lists[index].length - 1);
        uint256 at;
        for (uint256 j; j < d.lists[index].length; ++j) {
            if (d.lists[index][j] != d.items[i].item) list[at++] = d.lists[index][j];
        }
        d.lists[index] = list;
        d.pays[index].items = keccak256(abi.encode(list));
        d.items[i].llr = 1000;
        (d.items[i].verdict, d.items[i].reward, d.items[i].shareWeight) = (0, 0, 0);
        d.items[i].payIndex = NO_PAY;
        (d.verdicts[2 * i], d.verdicts[2 * i + 1]) = (bytes1(0), bytes1(0));
    }

    // Disputes

    function _open(Scene memory s, uint256 i) internal returns (uint256) {
        return _openBy(s, i, challenger);
    }

    function _openBy(Scene memory s, uint256 i, address who) internal returns (uint256) {
        return _openWith(s, i, who, disputes.cost());
    }

    function _openWith(Scene memory s, uint256 i, address who, uint256 coin) internal returns (uint256) {
        bytes memory call = _openCall(s, i);
        vm.prank(who);
        (bool done, bytes memory said) = address(disputes).call{value: coin}(call);
        if (done) return abi.decode(said, (uint256));
        assembly {
            revert(add(said, 32), mload(said))
        }
    }

    function _openCall(Scene memory s, uint256 i) internal view returns (bytes memory) {
        Pay memory pay;
        bytes32[] memory payProof;
        uint256 index = s.d.items[i].payIndex;
        if (index != NO_PAY) (pay, payProof) = (s.d.pays[index], _payProof(s.p, s.d, index));
        return abi.encodeCall(
            IDisputes.open, (s.p, s.t, s.d.items[i], _itemProof(s.p, s.d, i), pay, payProof, "/ipfs/evidence")
        );
    }

    function _execute(Scene memory s, uint256 id, uint256 i) internal {
        disputes.execute(id, s.p, s.d.items[i]);
    }

    function _disputed(Scene memory s, uint256 i, uint256 ruling) internal returns (uint256 id) {
        id = _open(s, i);
        _decide(id, ruling);
        _execute(s, id, i);
    }

    function _claim(Scene memory s, uint256 i) internal {
        bytes32[] memory proof = _payProof(s.p, s.d, i);
        settlement.claim(_head(s.p), s.d.pays[i], proof);
    }

    function _release(Scene memory s) internal {
        settlement.release(s.p, s.t, s.anchors, s.d.verdicts);
    }

    function _finalNow(Scene memory s) internal {
        uint256 at = settlement.slotOf(s.p.key).finalAt;
        if (block.timestamp < at) vm.warp(at);
    }

    function _free(address who) internal view returns (uint256 free) {
        (free,) = stakes.collateralOf(who, address(dollar));
    }

    function _locked(address who) internal view returns (uint256 locked) {
        (, locked) = stakes.collateralOf(who, address(dollar));
    }

    function _outcomeIs(uint256 id, IDisputes.State state) internal view {
        vm.assertEq(uint256(disputes.caseOf(id).state), uint256(state), "state");
    }
}

/// @notice Before the Court: real jurors, drawn, committing and revealing.
abstract contract InCourt is Arbitrated {
    uint256 internal constant JURORS = 20;

    function _seat(address) internal virtual override returns (address) {
        return address(court);
    }

    function _arbitrator() internal virtual override {
        vm.prank(address(timelock));
        court.adjust(ICourt.Windows(2, 2, 2, 2), 0.01 ether);
        for (uint256 i; i < JURORS; ++i) {
            address juror = address(uint160(0x70000000 + i));
            _join(juror, 4);
            court.sync(juror);
        }
    }

    function _decide(uint256 id, uint256 ruling) internal virtual override {
        _round(id, ruling, 0);
        vm.warp(block.timestamp + court.clockOf(id).appeal);
        court.executeRuling(id);
    }

    /// @notice One jury: `dissent` of its members vote 1 more than the others. Ends where the appeal window opens.
    function _round(uint256 id, uint256 vote, uint256 dissent) internal {
        vm.roll(block.number + 2);
        court.draw(id, 255);
        ICourt.Clock memory clock = court.clockOf(id);
        vm.warp(clock.start);
        uint256 seats = court.roundOf(id, clock.round).order;
        for (uint256 i; i < seats; ++i) {
            address juror = court.seatOf(id, clock.round, i).juror;
            uint256 choice = i < dissent ? vote % 3 + 1 : vote;
            bytes32 commitment = court.commitmentOf(id, clock.round, juror, choice, keccak256(abi.encode(juror)));
            vm.prank(juror);
            court.commit(id, i, commitment);
        }
        vm.warp(block.timestamp + clock.commit);
        for (uint256 i; i < seats; ++i) {
            address juror = court.seatOf(id, clock.round, i).juror;
            vm.prank(juror);
            court.reveal(id, i, i < dissent ? vote % 3 + 1 : vote, keccak256(abi.encode(juror)));
        }
        vm.warp(block.timestamp + clock.reveal);
    }
}

/// @notice Before somebody else altogether.
abstract contract Elsewhere is Arbitrated {
    OtherArbitrator internal other;

    function _arbitrator() internal virtual override {
        other = new OtherArbitrator();
        vm.assertEq(address(other), justice, "where Disputes expects it");
        more.deal(address(other), 1 ether);
    }

    function _decide(uint256 id, uint256 ruling) internal virtual override {
        other.give(id, ruling);
        vm.warp(block.timestamp + other.APPEAL_WINDOW());
        other.executeRuling(id);
    }
}
