// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {PoolHandler} from "./PoolHandler.sol";
import {Test} from "./Test.sol";

/// @notice What must hold of pools, INVARIANTS.md I8 and I9.
contract PoolInvariantTest is Test {
    PoolHandler private world;

    function setUp() public {
        world = new PoolHandler();
        world.setUp();
        bytes4[] memory steps = new bytes4[](9);
        steps[0] = PoolHandler.open.selector;
        steps[1] = PoolHandler.close.selector;
        steps[2] = PoolHandler.challenge.selector;
        steps[3] = PoolHandler.collect.selector;
        steps[4] = PoolHandler.claim.selector;
        steps[5] = PoolHandler.release.selector;
        steps[6] = PoolHandler.refund.selector;
        steps[7] = PoolHandler.lapse.selector;
        steps[8] = PoolHandler.wait_.selector;
        target(address(world), steps);
    }

    function test_steps_reach_every_state() public {
        world.open(2, 4, 3, 1);
        world.close(0, 1);
        world.challenge(0);
        world.close(0, 0); // refused until the bond is collected
        world.collect(0);
        world.close(0, 0);
        vm.warp(block.timestamp + 20);
        for (uint256 i; i < 3; ++i) {
            world.claim(0, i);
        }
        world.claim(0, 0);
        world.release(0);
        world.refund(0, 1);
        _all();
        (uint256[5] memory m,) = world.money(world.ids(0));
        vm.assertTrue(m[1] > 0 && m[3] == 0 && world.raised(1) > 0, "paid, all freed, raised by a lie");
        vm.assertTrue(world.steps() >= 8, "the steps were taken");
    }

    function invariant_pools() public view {
        _all();
    }

    function _all() private view {
        vm.assertEq(world.doubles(), 0, "nobody is paid twice");
        for (uint256 i; i < world.count(); ++i) {
            (uint256[5] memory m, bool covered) = world.money(world.ids(i));
            vm.assertEq(m[0], m[1] + m[2] + m[3], "I8: a pool is what was paid, freed and is left, whatever happens");
            vm.assertTrue(covered, "I8: what is left is reserved, and there");
        }
        (uint256 has, uint256 owes) = world.held();
        vm.assertEq(has, owes, "I9: Settlement holds every escrow, pools included");
    }
}
