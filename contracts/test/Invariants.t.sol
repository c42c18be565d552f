// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Handler} from "./Handler.sol";
import {Test} from "./Test.sol";

/// @notice INVARIANTS.md, checked after every random step.
contract InvariantTest is Test {
    Handler private world;

    function setUp() public {
        world = new Handler();
        world.setUp();
        bytes4[] memory steps = new bytes4[](15);
        steps[0] = Handler.open.selector;
        steps[1] = Handler.anchor.selector;
        steps[2] = Handler.settle.selector;
        steps[3] = Handler.challenge.selector;
        steps[4] = Handler.resettle.selector;
        steps[5] = Handler.claim.selector;
        steps[6] = Handler.push.selector;
        steps[7] = Handler.release.selector;
        steps[8] = Handler.refund.selector;
        steps[9] = Handler.lapse.selector;
        steps[10] = Handler.list.selector;
        steps[11] = Handler.buy.selector;
        steps[12] = Handler.draw.selector;
        steps[13] = Handler.wait_.selector;
        steps[14] = Handler.waitLong.selector;
        target(address(world), steps);
    }

    /// @notice The steps do reach what the invariants are about; otherwise they would hold of nothing.
    function test_steps_reach_every_state() public {
        world.open(1e12, 500);
        world.anchor(0, 4);
        world.settle(0, 2, 1);
        world.anchor(0, 4);
        world.settle(0, 2, 3);
        world.challenge(1, 3);
        _all();
        world.resettle(1);
        vm.assertEq(world.keyCount(), 3, "settled, settled wrong, settled again");
        (,, uint256 bits, bool void) = world.paidBits(world.keys(1));
        vm.assertTrue(void, "the wrong one is void");
        vm.warp(block.timestamp + 25);
        world.claim(0, 0);
        world.push(0, 0);
        world.push(2, 0);
        world.release(0);
        _all();
        (,, bits,) = world.paidBits(world.keys(2));
        vm.assertTrue(bits > 0 && world.claimed() > bits, "paid");
        world.list(999, 5000, 250, 9); // price 1,000
        world.buy(0);
        world.drain();
        vm.assertTrue(
            world.drawn() >= 999 && world.drawn() <= 1000 && world.steps() == 17, "sold, drawn, every step counted"
        );
    }

    function _all() private view {
        invariant_escrow_covers_the_reserve();
        invariant_campaign_money_is_all_there_and_all_owed();
        invariant_nobody_is_paid_twice_nor_above_the_funds();
        invariant_collateral_is_all_there_and_all_owed();
        invariant_sales_pay_out_to_the_last_unit();
    }

    function invariant_escrow_covers_the_reserve() public view {
        for (uint256 id = 1; id <= world.campaignCount(); ++id) {
            (uint256 escrow, uint256 reserved) = world.escrowAndReserve(id);
            vm.assertLe(reserved, escrow, "I1");
        }
    }

    function invariant_campaign_money_is_all_there_and_all_owed() public view {
        (uint256 held, uint256 owed) = world.campaignMoney();
        vm.assertEq(held, owed, "I2");
    }

    function invariant_nobody_is_paid_twice_nor_above_the_funds() public view {
        vm.assertEq(world.doubles(), 0, "I3");
        uint256 sum;
        for (uint256 i; i < world.keyCount(); ++i) {
            (uint256 paid, uint256 funded, uint256 byBits, bool void) = world.paidBits(world.keys(i));
            vm.assertLe(paid, funded, "I4");
            vm.assertEq(paid, byBits, "I3: each bit once");
            if (void) vm.assertEq(paid, 0, "I5");
            sum += paid;
        }
        vm.assertEq(sum, world.claimed(), "I3: what went out");
    }

    function invariant_collateral_is_all_there_and_all_owed() public view {
        (uint256 held, uint256 owed) = world.stakeMoney();
        vm.assertEq(held, owed, "I6");
    }

    function invariant_sales_pay_out_to_the_last_unit() public view {
        vm.assertEq(world.saleMoney(), world.bought() - world.drawn(), "I7");
    }

    /// @dev At the end of a run everybody draws what is his.
    function afterInvariant() public {
        world.drain();
        vm.assertLe(world.saleMoney(), 2 * world.versionCount(), "I7: under a unit a part is left over");
    }
}
