// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor, Item, Pay, Posted, Vote} from "../../src/interfaces/Structs.sol";
import {IApprovals} from "../../src/interfaces/IApprovals.sol";
import {ICalls} from "../../src/interfaces/ICalls.sol";
import {ICampaigns} from "../../src/interfaces/ICampaigns.sol";
import {IContentFaults} from "../../src/interfaces/IContentFaults.sol";
import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {IPools} from "../../src/interfaces/IPools.sol";
import {IReviewers} from "../../src/interfaces/IReviewers.sol";
import {IShareFaults} from "../../src/interfaces/IShareFaults.sol";
import {Test} from "../Test.sol";
import {RoleCalls} from "./RoleCalls.sol";
import {RoleFaultCalls} from "./RoleFaultCalls.sol";

/// @notice Two role keys that try every function of every contract on accepted work, a pool and a sale, in any order and
/// at any time. An honest watcher proves what they post wrong, and shows what they call for.
contract RolesHandler is RoleCalls, RoleFaultCalls {
    uint256 public constant ROLES = 6; // requester, operator, reviewer, juror, holder, owner of another dataset
    uint256 public constant CALLS = 151;

    uint256 private _start; // what the two had, in their own hands and as collateral
    uint256 private _done; // calls that went through
    mapping(bytes4 selector => uint256) public through; // how often, over all pairs
    address[2] private _keys;
    bytes private _false; // what the pair posted and nobody has proven wrong yet

    function begin(uint256 a, uint256 b) public {
        setUp();
        delete _doubted;
        delete _places;
        delete _false;
        address[6] memory all = [requester, operator, reviewer, stranger, holder, watcher];
        _keys = [all[a], all[b]];
        for (uint256 i; i < 2; ++i) {
            if (i == 0 || _keys[0] != _keys[1]) _endow(_keys[i]);
        }
        _play();
        _start = _wealth();
    }

    /// @dev Enough for every bond there is.
    function _endow(address key) private {
        _challenger(key);
        _give(key, BUDGET);
        token.transfer(key, 100e18);
        vm.startPrank(key);
        token.approve(address(stakes), type(uint256).max);
        token.approve(address(shareFaults), type(uint256).max);
        token.approve(address(pools), type(uint256).max);
        stakes.deposit(address(token), 50e18);
        vm.stopPrank();
    }

    /// @notice One of the two keys makes one call. What they post falsely is proven wrong before time passes.
    function attempt(uint256 who, uint256 which) public {
        (address target_, bytes memory data) = _call(which % CALLS, _keys[who & 1]);
        bool opens = bytes4(data) == IDisputes.open.selector;
        uint256 coin = opens ? disputes.cost() : 0;
        vm.prank(_keys[who & 1]);
        (bool ok, bytes memory said) = target_.call{value: coin}(data);
        if (!ok) return;
        ++_done;
        ++through[bytes4(data)];
        if (opens) _doubted.push(Doubted(abi.decode(said, (uint256)), _doubted.length % CLIPS));
        if (bytes4(data) == ICalls.call.selector) _places.push(_placeOf(data));
    }

    /// @dev The last of the call's words.
    function _placeOf(bytes memory data) private pure returns (uint256 place) {
        assembly {
            place := mload(add(data, mload(data)))
        }
    }

    /// @notice They post every pay threefold, or nothing for anybody; the watcher is awake.
    function settleFalsely(uint256 who, bool nothing) external {
        address key = _keys[who & 1];
        Anchor[] memory anchors = _one(_queued());
        uint32 first = anchors[0].firstItem;
        if (_false.length > 0 || first != campaigns.stateOf(id).settled) return;
        Draft memory d = _honest(_t, anchors, 1, key);
        d.items[0].llr = -1;
        if (nothing) (d.pays, d.total) = (new Pay[](0), 0);
        uint256 settlementKey = _key(id, first, 0);
        Posted memory p = _posted(id, settlementKey, _t, anchors, d, key);
        vm.prank(key);
        try settlement.settle(_t, anchors, _input(id, settlementKey, d)) {
            _false = abi.encode(p, d.items[0], _itemProof(p, d, 0));
            ++_done;
        } catch {}
    }

    function wait_(uint256 seconds_) external {
        watch();
        vm.warp(block.timestamp + bound(seconds_, 1, 60));
        vm.roll(block.number + 1);
    }

    function watch() public {
        _answerCalls();
        if (_false.length == 0) return;
        (Posted memory p, Item memory item, bytes32[] memory proof) = abi.decode(_false, (Posted, Item, bytes32[]));
        delete _false;
        vm.prank(rival);
        faults.proveVerdict(p, _t, item, proof, new Vote[](0));
    }

    /// @notice What the two have gained above what is theirs: the requester's own unreserved escrow.
    function gained() external view returns (int256) {
        uint256 own;
        if (_keys[0] == requester || _keys[1] == requester) own = _unearned();
        return int256(_wealth()) - int256(_start + own);
    }

    /// @notice At the end the contributors are paid in full, whatever the two did.
    function payEverybody() external returns (uint256 owed, uint256 paid) {
        watch();
        _finish();
        return _contributors();
    }

    function covered() external view returns (bool) {
        return _stands();
    }

    function done() external view returns (uint256) {
        return _done;
    }

    function _wealth() private view returns (uint256 sum) {
        for (uint256 i; i < 2; ++i) {
            if (i == 1 && _keys[1] == _keys[0]) break;
            (uint256 free, uint256 locked) = stakes.collateralOf(_keys[i], address(dollar));
            (uint256 leaving,) = stakes.unbondingOf(_keys[i], address(dollar));
            sum += dollar.balanceOf(_keys[i]) + free + locked + leaving;
        }
    }

    // Every function that changes anything

    function _call(uint256 which, address me) private view returns (address, bytes memory) {
        if (which < 15) return (address(campaigns), _ofCampaigns(which, me));
        if (which < 28) return (address(settlement), _ofSettlement(which - 15, me));
        if (which < 45) return (address(stakes), _ofStakes(which - 28, me));
        if (which < 54) return (address(datasets), _ofSales(which - 45, me));
        if (which < 64) return (address(datasets), _ofDatasets(which - 54, me));
        if (which < 67) return (address(licences), _ofLicences(which - 64, me));
        if (which < 73) return (address(doubts), _ofDoubts(which - 67, me));
        if (which < 81) return (address(faults), _ofFaults(which - 73));
        if (which == 81) return (address(advances), _ofAdvances(me));
        if (which == 82) {
            return (address(dollar), abi.encodeCall(dollar.transferFrom, (address(settlement), me, R)));
        }
        return _callOfLater(which - 83, me);
    }

    function _callOfLater(uint256 which, address me) private view returns (address, bytes memory) {
        if (which < 8) return (address(campaigns), _ofVotesAndPools(which, me));
        if (which < 17) return (address(disputes), _ofDisputes(which - 8, me));
        if (which < 23) return (address(calls), _ofCalls(which - 17));
        if (which < 30) return (address(contentFaults), _ofContent(which - 23));
        if (which < 37) return (address(voteFaults), _ofVotes(which - 30));
        if (which < 39) return (address(reviewers), _ofOthers(which - 37, me));
        if (which < 41) return (address(approvals), _ofOthers(which - 37, me));
        if (which < 56) return (address(pools), _ofPools(which - 41, me));
        if (which < 66) return (address(shareFaults), _ofShares(which - 56));
        if (which == 66) return (address(reviewers), _ofStanding(me));
        return (address(voteFaults), _ofReplacement());
    }
}

/// @notice No role key alone and no pair of them takes a unit that is not theirs, nor keeps one from the contributors.
/// @dev Requester and a majority of a jury is the one pair that can: jurors decide what is accepted (spec/court.md).
contract RolesTest is Test {
    function test_attack_role_keys_alone_and_in_pairs_divert_no_escrow() public {
        RolesHandler world = new RolesHandler();
        for (uint256 a; a < world.ROLES(); ++a) {
            for (uint256 b = a; b < world.ROLES(); ++b) {
                world.begin(a, b);
                _everything(world);
            }
        }
        _reached(world);
    }

    /// @dev What anybody, or one of the roles, may do did happen: the refusals above are not for want of a bond or a proof.
    function _reached(RolesHandler world) private view {
        bytes4[14] memory selectors = [
            ICampaigns.refund.selector,
            ICampaigns.revealVote.selector,
            ICampaigns.revealVoteIn.selector,
            IDisputes.open.selector,
            IDisputes.execute.selector,
            ICalls.call.selector,
            ICalls.close.selector,
            IContentFaults.show.selector,
            IApprovals.approve.selector,
            IReviewers.sync.selector,
            IPools.claim.selector,
            IPools.callShare.selector,
            IPools.release.selector,
            IShareFaults.callShare.selector
        ];
        for (uint256 i; i < selectors.length; ++i) {
            vm.assertTrue(world.through(selectors[i]) > 0, "went through for somebody");
        }
    }

    /// @dev Every call by both keys while the settlement is pending, final, and long after the deadline.
    function _everything(RolesHandler world) private {
        for (uint256 round; round < 4; ++round) {
            for (uint256 which; which < world.CALLS(); ++which) {
                world.attempt(0, which);
                world.attempt(1, which);
            }
            world.settleFalsely(round, round & 1 == 0);
            _holds(world);
            world.watch();
            vm.warp(block.timestamp + [uint256(21), 1000, 100, 0][round]);
        }
        vm.assertTrue(world.done() > 10, "some of it went through");
        (uint256 owed, uint256 paid) = world.payEverybody();
        vm.assertLe(owed, paid, "contributors paid in full");
        _holds(world);
    }

    function _holds(RolesHandler world) private view {
        vm.assertTrue(world.gained() <= 0, "gained");
        vm.assertTrue(world.covered(), "escrow covers the reserve, the settlement stands");
    }
}

/// @notice The same in random order, one contract for each kind of pair the requester or an operator is in.
abstract contract RolesInvariant is Test {
    RolesHandler internal world;

    function _with(uint256 a, uint256 b) internal {
        world = new RolesHandler();
        world.begin(a, b);
        bytes4[] memory steps = new bytes4[](3);
        steps[0] = RolesHandler.attempt.selector;
        steps[1] = RolesHandler.settleFalsely.selector;
        steps[2] = RolesHandler.wait_.selector;
        target(address(world), steps);
    }

    function invariant_two_keys_gain_nothing() public view {
        vm.assertTrue(world.gained() <= 0, "gained");
        vm.assertTrue(world.covered(), "escrow covers the reserve, the settlement stands");
    }

    function afterInvariant() public {
        (uint256 owed, uint256 paid) = world.payEverybody();
        vm.assertLe(owed, paid, "contributors paid in full");
    }
}

contract RequesterAndOperatorInvariant is RolesInvariant {
    function setUp() public {
        _with(0, 1);
    }
}

contract OperatorAndReviewerInvariant is RolesInvariant {
    function setUp() public {
        _with(1, 2);
    }
}
