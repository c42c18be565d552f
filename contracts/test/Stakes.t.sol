// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Stakes} from "../src/Stakes.sol";
import {Tokens} from "../src/Tokens.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {FeeToken} from "./Hostile.sol";
import {World} from "./World.sol";

contract StakesTest is World {
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
        vm.warp(block.timestamp + 9);
        stakes.requestWithdraw(address(dollar), R);
        vm.warp(block.timestamp + 9);
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
        new Stakes(address(token), address(1), address(2), address(3), 1, [MINIMUM, MINIMUM, MINIMUM, MINIMUM]);
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
