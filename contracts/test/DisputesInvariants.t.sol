// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {DisputesHandler} from "./DisputesHandler.sol";
import {Test} from "./Test.sol";

/// @notice Batches in dispute: books, locks and holds after every random step.
contract DisputesInvariantTest is Test {
    DisputesHandler private world;

    function setUp() public {
        world = new DisputesHandler();
        world.setUp();
        bytes4[] memory steps = new bytes4[](18);
        steps[0] = DisputesHandler.settle.selector;
        (steps[1], steps[2], steps[3]) =
        (DisputesHandler.open.selector, DisputesHandler.open.selector, DisputesHandler.open.selector);
        (steps[4], steps[5]) = (DisputesHandler.rule.selector, DisputesHandler.rule.selector);
        (steps[6], steps[7]) = (DisputesHandler.execute.selector, DisputesHandler.execute.selector);
        steps[8] = DisputesHandler.claim.selector;
        steps[9] = DisputesHandler.push.selector;
        steps[10] = DisputesHandler.returnCut.selector;
        steps[11] = DisputesHandler.advance.selector;
        steps[12] = DisputesHandler.release.selector;
        steps[13] = DisputesHandler.void.selector;
        steps[14] = DisputesHandler.collect.selector;
        steps[15] = DisputesHandler.refund.selector;
        steps[16] = DisputesHandler.wait_.selector;
        steps[17] = DisputesHandler.waitLong.selector;
        target(address(world), steps);
    }

    /// @notice The steps do reach what the invariants are about.
    function test_steps_reach_every_state() public {
        world.settle(8);
        for (uint256 i; i < 9; ++i) {
            world.open(0, i);
        }
        vm.assertEq(world.disputeCount(), 9, "open");
        _all();
        world.open(0, 3);
        vm.assertEq(world.disputeCount(), 9, "not again");
        for (uint256 i; i < 8; ++i) {
            world.rule(i, 2);
            world.execute(i);
            _all();
        }
        world.execute(8);
        world.collect(0, true);
        _all();
        world.settle(0);
        world.open(1, 0);
        world.open(1, 1);
        world.advance(1, 2);
        world.waitLong(60);
        world.push(1);
        world.claim(1, 0);
        world.rule(9, 3);
        world.execute(9);
        world.rule(10, 1);
        world.execute(10);
        world.push(1);
        world.returnCut(1, 0);
        world.release(1);
        world.waitLong(1000);
        world.refund(1, 5);
        _all();
        vm.assertEq(world.steps(), 41, "every step counted");
        vm.assertTrue(world.paidOut() > 0, "paid");
    }

    function invariant_books_and_money_agree() public view {
        (uint256 held, uint256 owed) = world.campaignMoney();
        vm.assertEq(held, owed, "Settlement holds every escrow, what is unpaid and what was cut");
        (held, owed) = world.stakeMoney();
        vm.assertEq(held, owed, "Stakes holds every collateral");
        (held, owed) = world.coin();
        vm.assertTrue(held >= owed, "Disputes holds the coin it owes");
    }

    function invariant_nobody_is_paid_twice() public view {
        vm.assertEq(world.doubles() + world.again(), 0, "nothing twice");
        (uint256 got, uint256 due) = world.received();
        vm.assertEq(got, due, "everyone got what is left of his leaf");
        vm.assertEq(got, world.paidOut(), "and no more left Settlement");
    }

    function invariant_locks_are_what_is_at_stake() public view {
        (uint256 settlers, uint256 settlersDue, uint256 theirs, uint256 theirsDue) = world.locks();
        vm.assertEq(settlers, settlersDue, "bonds less fines, and deposits");
        vm.assertEq(theirs, theirsDue, "half a reward for every open dispute");
    }

    function invariant_doubts_and_disputes_agree() public view {
        for (uint256 i; i < world.sceneCount(); ++i) {
            vm.assertTrue(world.agrees(i), "holds, suspension, fines, void");
        }
    }

    function _all() private view {
        invariant_books_and_money_agree();
        invariant_nobody_is_paid_twice();
        invariant_locks_are_what_is_at_stake();
        invariant_doubts_and_disputes_agree();
    }
}
