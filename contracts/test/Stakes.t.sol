// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Stakes} from "../src/Stakes.sol";
import {Tokens} from "../src/Tokens.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {Courtroom} from "./Courtroom.sol";
import {FeeToken} from "./Hostile.sol";

contract StakesTest is Courtroom {
    function test_deposit_for_another() public {
        vm.prank(watcher);
        stakes.depositFor(stranger, address(dollar), 5 * R);
        _collateral(stranger, 5 * R, 0);
    }

    function test_deposit_zero_refused() public {
        vm.expectRevert(IStakes.Stakes_ZeroAmount.selector);
        stakes.deposit(address(dollar), 0);
    }

    function test_attack_fee_on_transfer_deposit_refused() public {
        FeeToken fee = new FeeToken();
        fee.approve(address(stakes), 100);
        vm.expectRevert(abi.encodeWithSelector(Tokens.Tokens_NotExact.selector, address(fee), 100, 99));
        stakes.deposit(address(fee), 100);
    }

    function test_withdraw_after_the_delay_only() public {
        vm.startPrank(watcher);
        stakes.deposit(address(dollar), 10 * R);
        vm.expectRevert(
            abi.encodeWithSelector(IStakes.Stakes_NotFree.selector, watcher, address(dollar), 11 * R, 10 * R)
        );
        stakes.requestWithdraw(address(dollar), 11 * R);
        vm.expectRevert(IStakes.Stakes_ZeroAmount.selector);
        stakes.requestWithdraw(address(dollar), 0);
        stakes.requestWithdraw(address(dollar), 4 * R);
        _collateral(watcher, 6 * R, 0);
        (uint256 amount, uint256 readyAt) = stakes.unbondingOf(watcher, address(dollar));
        vm.assertEq(amount, 4 * R, "unbonding");
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_StillUnbonding.selector, readyAt, readyAt - 1));
        stakes.withdraw(address(dollar));
        vm.warp(readyAt);
        uint256 before = dollar.balanceOf(watcher);
        stakes.withdraw(address(dollar));
        vm.assertEq(dollar.balanceOf(watcher) - before, 4 * R, "paid out");
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_NothingUnbonding.selector, watcher));
        stakes.withdraw(address(dollar));
        vm.stopPrank();
    }

    function test_second_request_restarts_the_delay() public {
        vm.startPrank(watcher);
        stakes.deposit(address(dollar), 10 * R);
        stakes.requestWithdraw(address(dollar), R);
        vm.warp(block.timestamp + UNBONDING - 1);
        stakes.requestWithdraw(address(dollar), R);
        vm.warp(block.timestamp + UNBONDING - 1);
        vm.expectPartialRevert(IStakes.Stakes_StillUnbonding.selector);
        stakes.withdraw(address(dollar));
        vm.stopPrank();
    }

    function test_modules_lock_unlock_slash() public {
        vm.prank(watcher);
        stakes.deposit(address(dollar), 10 * R);
        vm.startPrank(address(settlement));
        stakes.lock(watcher, address(dollar), 8 * R, 0);
        _collateral(watcher, 2 * R, 8 * R);
        vm.expectPartialRevert(IStakes.Stakes_NotFree.selector);
        stakes.lock(watcher, address(dollar), 3 * R, 0);
        stakes.unlock(watcher, address(dollar), 3 * R);
        _collateral(watcher, 5 * R, 5 * R);
        vm.expectPartialRevert(IStakes.Stakes_NotLocked.selector);
        stakes.unlock(watcher, address(dollar), 6 * R);
        vm.expectPartialRevert(IStakes.Stakes_NotLocked.selector);
        stakes.slash(watcher, address(dollar), 6 * R, stranger, R);
        stakes.slash(watcher, address(dollar), 5 * R, stranger, 2 * R);
        vm.stopPrank();
        _collateral(watcher, 5 * R, 0);
        _collateral(stranger, 2 * R, 0);
        vm.assertEq(dollar.balanceOf(address(settlement)), 3 * R, "the rest");
    }

    function test_attack_strangers_cannot_lock_unlock_or_slash() public {
        bytes memory reason = abi.encodeWithSelector(IStakes.Stakes_NotModule.selector, operator);
        vm.startPrank(operator);
        vm.expectRevert(reason);
        stakes.lock(rival, address(dollar), 1, 0);
        vm.expectRevert(reason);
        stakes.unlock(operator, address(dollar), 1);
        vm.expectRevert(reason);
        stakes.slash(rival, address(dollar), 1, operator, 1);
        vm.stopPrank();
    }

    function test_lock_for_a_role_needs_it() public {
        vm.prank(watcher);
        stakes.deposit(address(dollar), R);
        vm.prank(address(campaigns));
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, watcher, 1));
        stakes.lock(watcher, address(dollar), 0, 1);
    }

    function test_join_and_leave() public {
        vm.assertEq(stakes.rolesOf(operator), 1, "operator");
        vm.assertEq(stakes.stakeOf(operator, 1), MINIMUM, "stake");
        vm.assertEq(stakes.memberCount(1), 2, "members");
        vm.prank(operator);
        stakes.leave(1);
        vm.assertTrue(!stakes.hasRole(operator, 1), "left");
        vm.assertEq(stakes.memberCount(1), 1, "one fewer");
        vm.assertEq(stakes.memberAt(1, 0), rival, "the last moved up");
        (uint256 amount, uint256 readyAt) = stakes.stakeUnbonding(operator, 1);
        vm.assertEq(amount, MINIMUM, "unbonding");
        vm.startPrank(operator);
        vm.expectPartialRevert(IStakes.Stakes_StillUnbonding.selector);
        stakes.withdrawStake(1);
        vm.warp(readyAt);
        uint256 before = token.balanceOf(operator);
        stakes.withdrawStake(1);
        vm.assertEq(token.balanceOf(operator) - before, MINIMUM, "stake back");
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, operator, 1));
        stakes.leave(1);
        vm.stopPrank();
    }

    function test_join_below_minimum_or_unknown_role_refused() public {
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_BelowMinimum.selector, 4, MINIMUM - 1, MINIMUM));
        stakes.join(4, MINIMUM - 1);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_UnknownRole.selector, 3));
        stakes.join(3, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_UnknownRole.selector, 0));
        stakes.join(0, MINIMUM);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_UnknownRole.selector, 16));
        stakes.hasRole(operator, 16);
    }

    function test_holder_registers_from_one() public {
        _join(stranger, 8);
        vm.startPrank(stranger);
        vm.expectRevert(IStakes.Stakes_EmptyKeyOrEndpoint.selector);
        stakes.registerHolder("", keccak256("key"));
        vm.expectRevert(IStakes.Stakes_EmptyKeyOrEndpoint.selector);
        stakes.registerHolder("http://127.0.0.1:1", bytes32(0));
        vm.assertEq(stakes.registerHolder("http://127.0.0.1:1", keccak256("key")), 1, "first");
        vm.assertEq(stakes.registerHolder("http://127.0.0.1:2", keccak256("key2")), 2, "rotated");
        vm.stopPrank();
        vm.assertEq(stakes.holderIndexOf(stranger), 2, "latest");
        vm.assertEq(stakes.holderCount(), 2, "both stay");
        vm.assertEq(stakes.holderAt(1).account, stranger, "account");
        vm.assertEq(stakes.holderAt(2).publicKey, keccak256("key2"), "key");
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, operator, 8));
        vm.prank(operator);
        stakes.registerHolder("x", keccak256("key"));
    }

    function test_unbonding_floor() public {
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_DelayTooShort.selector, 1, 2));
        new Stakes(address(token), parameters, _keepers(address(court)), 1);
    }

    // Stakes that are held and slashed

    function test_hold_and_free_are_counted() public {
        _join(stranger, JUROR);
        vm.startPrank(address(court));
        vm.assertTrue(stakes.holdStake(stranger, JUROR, 60e18, MINIMUM), "held");
        vm.assertTrue(!stakes.holdStake(stranger, JUROR, 1, MINIMUM + 1), "less stake than asked for");
        vm.assertTrue(stakes.holdStake(stranger, JUROR, 60e18, 1), "one stake stands behind several votes");
        vm.assertEq(stakes.heldOf(stranger, JUROR), 120e18, "both");
        stakes.freeStake(stranger, JUROR, 60e18);
        vm.assertEq(stakes.heldOf(stranger, JUROR), 60e18, "one");
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_NotHeld.selector, stranger, JUROR, 60e18 + 1, 60e18));
        stakes.freeStake(stranger, JUROR, 60e18 + 1);
        vm.stopPrank();
    }

    function test_attack_leaving_does_not_free_what_is_held() public {
        _join(stranger, JUROR);
        vm.prank(address(court));
        stakes.holdStake(stranger, JUROR, 10e18, 1);
        vm.startPrank(stranger);
        stakes.leave(JUROR);
        vm.warp(block.timestamp + 10 * UNBONDING);
        bytes memory reason = abi.encodeWithSelector(IStakes.Stakes_StillHeld.selector, stranger, JUROR, 10e18);
        vm.expectRevert(reason);
        stakes.withdrawStake(JUROR);
        vm.stopPrank();
        vm.startPrank(address(court));
        vm.assertEq(stakes.slashStake(stranger, JUROR, 10e18, watcher, 5e18), 10e18, "from what is leaving");
        stakes.freeStake(stranger, JUROR, 10e18);
        vm.stopPrank();
        uint256 before = token.balanceOf(stranger);
        vm.prank(stranger);
        stakes.withdrawStake(JUROR);
        vm.assertEq(token.balanceOf(stranger) - before, MINIMUM - 10e18, "the rest");
        vm.assertEq(_free(watcher), 5e18, "half to the watcher");
        vm.assertEq(_free(address(court)), 5e18, "half to the keeper");
    }

    /// @notice What is held must be covered by what stays, not by what leaves.
    function test_attack_leave_and_rejoin_does_not_free_what_is_held() public {
        _join(stranger, JUROR);
        vm.prank(address(court));
        stakes.holdStake(stranger, JUROR, 30e18, 1);
        token.transfer(stranger, MINIMUM);
        vm.startPrank(stranger);
        stakes.leave(JUROR);
        stakes.join(JUROR, MINIMUM);
        vm.warp(block.timestamp + UNBONDING);
        stakes.withdrawStake(JUROR); // the new stake stands behind the vote
        stakes.leave(JUROR);
        vm.warp(block.timestamp + UNBONDING);
        vm.expectPartialRevert(IStakes.Stakes_StillHeld.selector);
        stakes.withdrawStake(JUROR);
        vm.stopPrank();
    }

    function test_slash_takes_the_stake_first_and_then_what_is_leaving() public {
        _join(stranger, 2);
        vm.startPrank(stranger);
        stakes.leave(2);
        stakes.join(2, MINIMUM);
        vm.stopPrank();
        vm.startPrank(faults);
        vm.assertEq(stakes.slashStake(stranger, 2, 40e18, address(0), 0), 40e18, "stake");
        vm.assertEq(stakes.stakeOf(stranger, 2), 60e18, "left");
        vm.assertTrue(stakes.hasRole(stranger, 2), "above half the minimum");
        vm.assertEq(stakes.slashStake(stranger, 2, 130e18, watcher, 65e18), 130e18, "stake and leaving");
        vm.assertEq(stakes.stakeOf(stranger, 2), 0, "none");
        (uint256 leaving,) = stakes.stakeUnbonding(stranger, 2);
        vm.assertEq(leaving, 30e18, "left of what is leaving");
        vm.assertTrue(!stakes.hasRole(stranger, 2), "no longer");
        vm.assertEq(stakes.memberCount(2), 0, "no member");
        vm.assertEq(stakes.slashStake(stranger, 2, 60e18, watcher, 30e18), 30e18, "what is there");
        vm.assertEq(_free(watcher), 65e18 + 15e18, "the same part of less");
        vm.assertEq(_free(faults), 40e18 + 65e18 + 15e18, "the keeper's");
        vm.assertEq(stakes.slashStake(stranger, 2, 1, watcher, 1), 0, "nothing left");
        vm.stopPrank();
    }

    function test_below_half_the_minimum_the_role_is_lost_and_the_rest_is_leaving() public {
        _join(stranger, 2);
        vm.prank(reputation);
        stakes.slashStake(stranger, 2, 51e18, address(0), 0);
        vm.assertTrue(!stakes.hasRole(stranger, 2), "lost");
        (uint256 leaving, uint256 readyAt) = stakes.stakeUnbonding(stranger, 2);
        vm.assertEq(leaving, 49e18, "the rest");
        vm.assertEq(readyAt, block.timestamp + UNBONDING, "after the delay");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_BelowMinimum.selector, 2, 51e18, MINIMUM));
        stakes.join(2, 51e18);
    }

    /// @notice A raise after joining makes nobody's stake too small: one unit of a slash then costs one unit, not the role.
    function test_attack_minimum_raised_to_throw_members_out() public {
        _join(stranger, 2);
        vm.prank(timelock);
        parameters.setMinimumStake(2, uint96(10 * MINIMUM));
        vm.prank(reputation);
        stakes.slashStake(stranger, 2, 50e18, address(0), 0);
        vm.assertTrue(stakes.hasRole(stranger, 2), "half of what he joined under is there");
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_BelowMinimum.selector, 2, MINIMUM - 40e18, 10 * MINIMUM));
        stakes.join(2, 10e18);
        vm.prank(reputation);
        stakes.slashStake(stranger, 2, 1, address(0), 0);
        vm.assertTrue(!stakes.hasRole(stranger, 2), "less than half is not");
        // Whoever joins again joins under today's minimum.
        token.transfer(stranger, 10 * MINIMUM);
        vm.startPrank(stranger);
        token.approve(address(stakes), type(uint256).max);
        stakes.join(2, 10 * MINIMUM);
        vm.stopPrank();
        vm.prank(reputation);
        stakes.slashStake(stranger, 2, 5 * MINIMUM + 1, address(0), 0);
        vm.assertTrue(!stakes.hasRole(stranger, 2), "under which half is more");
    }

    function test_minimum_lowered_holds_members_to_no_more_than_newcomers() public {
        _join(stranger, 2);
        vm.prank(timelock);
        parameters.setMinimumStake(2, uint96(MINIMUM / 10));
        vm.startPrank(reputation);
        stakes.slashStake(stranger, 2, 95e18, address(0), 0);
        vm.assertTrue(stakes.hasRole(stranger, 2), "half of today's");
        stakes.slashStake(stranger, 2, 1, address(0), 0);
        vm.assertTrue(!stakes.hasRole(stranger, 2), "less");
        vm.stopPrank();
        vm.assertEq(stakes.minimumOf(2), MINIMUM / 10, "what newcomers need");
        vm.assertEq(stakes.minimumOf(1), MINIMUM, "of this role alone");
    }

    function test_disputes_and_calls_are_modules() public {
        _join(stranger, 2);
        address[2] memory modules = [disputes, calls];
        for (uint256 i; i < 2; ++i) {
            vm.startPrank(modules[i]);
            stakes.lock(operator, address(dollar), 1, 1);
            stakes.unlock(operator, address(dollar), 1);
            vm.assertEq(stakes.slashStake(stranger, 2, 1, address(0), 0), 1, "of every role but jurors");
            stakes.award(watcher, address(token), 1);
            vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_NotKeeper.selector, modules[i], JUROR));
            stakes.holdStake(stranger, JUROR, 1, 0);
            vm.stopPrank();
        }
    }

    function test_slash_rewards_at_most_itself_and_somebody() public {
        _join(stranger, JUROR);
        vm.startPrank(address(court));
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_BadReward.selector, watcher, 2, 1));
        stakes.slashStake(stranger, JUROR, 1, watcher, 2);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_BadReward.selector, address(0), 1, 1));
        stakes.slashStake(stranger, JUROR, 1, address(0), 1);
        vm.stopPrank();
        vm.prank(faults);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_UnknownRole.selector, 3));
        stakes.slashStake(stranger, 3, 1, address(0), 0);
    }

    function test_award_gives_only_what_is_the_keepers() public {
        _join(stranger, 1);
        vm.startPrank(settlement);
        stakes.slashStake(stranger, 1, 10, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_NotFree.selector, settlement, address(token), 11, 10));
        stakes.award(watcher, address(token), 11);
        stakes.award(watcher, address(token), 10);
        vm.stopPrank();
        vm.assertEq(_free(watcher), 10, "given");
        vm.assertEq(_free(settlement), 0, "none left");
    }

    /// @notice A role key, a stranger and the wrong keeper: none can hold, free, slash or award.
    function test_attack_only_a_roles_keeper_touches_its_stakes() public {
        _join(stranger, JUROR);
        address[4] memory callers = [operator, settlement, campaigns, stranger];
        for (uint256 i; i < 4; ++i) {
            bytes memory reason = abi.encodeWithSelector(IStakes.Stakes_NotKeeper.selector, callers[i], JUROR);
            vm.startPrank(callers[i]);
            vm.expectRevert(reason);
            stakes.holdStake(stranger, JUROR, 1, 1);
            vm.expectRevert(reason);
            stakes.freeStake(stranger, JUROR, 1);
            vm.expectRevert(reason);
            stakes.slashStake(stranger, JUROR, 1, callers[i], 1);
            vm.stopPrank();
        }
        vm.startPrank(address(court));
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_NotKeeper.selector, address(court), 1));
        stakes.slashStake(operator, 1, 1, address(0), 0);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_NotModule.selector, address(court)));
        stakes.lock(operator, address(dollar), 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_NotModule.selector, address(court)));
        stakes.slash(operator, address(dollar), 1, address(court), 1);
        vm.stopPrank();
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_NotModule.selector, operator));
        stakes.award(operator, address(dollar), 1);
    }

    /// @notice Whatever is held, slashed, left and taken: every unit of stake is somewhere.
    function testFuzz_stake_is_all_there(uint256 seed) public {
        address[3] memory who = [address(0xabc0), address(0xabc1), address(0xabc2)];
        for (uint256 i; i < 3; ++i) {
            _join(who[i], JUROR);
        }
        for (uint256 step; step < 30; ++step) {
            uint256 roll = uint256(keccak256(abi.encode(seed, step)));
            _step(who[roll % 3], roll >> 8);
        }
        uint256 owed = _free(address(court)) + _free(watcher);
        for (uint256 i; i < 3; ++i) {
            (uint256 leaving,) = stakes.stakeUnbonding(who[i], JUROR);
            owed += leaving + stakes.stakeOf(who[i], JUROR);
        }
        owed += stakes.stakeOf(operator, 1) + stakes.stakeOf(rival, 1);
        vm.assertEq(token.balanceOf(address(stakes)), owed, "all there");
    }

    function _step(address who, uint256 roll) private {
        uint256 amount = 1 + (roll >> 8) % 80e18;
        uint256 kind = roll % 5;
        if (kind < 2) {
            vm.prank(address(court));
            kind == 0
                ? stakes.slashStake(who, JUROR, amount, watcher, amount / 2) > 0
                : stakes.holdStake(who, JUROR, amount, 1);
        } else if (kind == 2) {
            uint256 held = stakes.heldOf(who, JUROR);
            vm.prank(address(court));
            stakes.freeStake(who, JUROR, held);
        } else if (stakes.hasRole(who, JUROR)) {
            vm.prank(who);
            stakes.leave(JUROR);
        } else {
            vm.warp(block.timestamp + UNBONDING);
            (uint256 leaving,) = stakes.stakeUnbonding(who, JUROR);
            if (leaving > 0 && stakes.heldOf(who, JUROR) == 0) {
                vm.prank(who);
                stakes.withdrawStake(JUROR);
            }
            token.transfer(who, MINIMUM);
            vm.prank(who);
            stakes.join(JUROR, MINIMUM);
        }
    }

    /// @notice Members are exactly those who joined and did not leave, whatever the order.
    function testFuzz_members(uint256 seed) public {
        uint256 count = bound(seed, 2, 8);
        for (uint256 i; i < count; ++i) {
            _join(address(uint160(0xabc0 + i)), 4);
        }
        uint256 gone = bound(seed >> 8, 0, count - 1);
        vm.prank(address(uint160(0xabc0 + gone)));
        stakes.leave(4);
        vm.assertEq(stakes.memberCount(4), count - 1, "count");
        for (uint256 i; i < count - 1; ++i) {
            vm.assertTrue(stakes.hasRole(stakes.memberAt(4, i), 4), "a member");
            for (uint256 j; j < i; ++j) {
                vm.assertTrue(stakes.memberAt(4, i) != stakes.memberAt(4, j), "once");
            }
        }
    }

    function _collateral(address who, uint256 free, uint256 locked) private view {
        (uint256 f, uint256 l) = stakes.collateralOf(who, address(dollar));
        vm.assertEq(f, free, "free");
        vm.assertEq(l, locked, "locked");
    }
}
