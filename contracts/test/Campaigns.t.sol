// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Tokens} from "../src/Tokens.sol";
import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {Anchor, Terms} from "../src/interfaces/Structs.sol";
import {FeeToken} from "./Hostile.sol";
import {World} from "./World.sol";

contract CampaignsTest is World {
    function test_fund_stores_terms_and_escrow() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        vm.assertEq(id, 1, "ids from one");
        vm.assertEq(campaigns.termsHash(id), keccak256(abi.encode(t)), "terms");
        _state(id, BUDGET, 0, 0, 0);
        vm.assertEq(dollar.balanceOf(address(settlement)), BUDGET, "held");
        vm.assertEq(campaigns.campaignCount(), 1, "count");
    }

    function test_fund_by_another_refused() public {
        Terms memory t = _terms();
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_NotRequester.selector, operator, requester));
        vm.prank(operator);
        campaigns.fund(t, 1);
    }

    function test_fund_out_of_bounds_refused() public {
        _refused(0, ICampaigns.Campaigns_ZeroReward.selector);
        for (uint256 i = 1; i <= 3; ++i) {
            _refused(i, ICampaigns.Campaigns_FeeTooHigh.selector);
        }
        _refused(4, ICampaigns.Campaigns_WrongFee.selector);
        _refused(5, ICampaigns.Campaigns_FeeTooHigh.selector);
        _refused(14, ICampaigns.Campaigns_WrongFee.selector);
        _refused(6, ICampaigns.Campaigns_DeadlineOutOfRange.selector);
        _refused(7, ICampaigns.Campaigns_DeadlineOutOfRange.selector);
        for (uint256 i = 8; i <= 12; ++i) {
            _refused(i, ICampaigns.Campaigns_WindowOutOfRange.selector);
        }
        _refused(13, ICampaigns.Campaigns_WrongPool.selector);
    }

    function _refused(uint256 which, bytes4 reason) private {
        Terms memory t = _terms();
        if (which == 0) t.unitReward = 0;
        if (which == 1) t.reviewFeeBps = 301;
        if (which == 2) t.operatorFeeBps = 1001;
        if (which == 3) t.depositBps = 10_001;
        if (which == 4) t.feeBps = 251;
        if (which == 5) t.ownerBps = 9751;
        if (which == 6) t.deadline = uint40(block.timestamp);
        if (which == 7) t.deadline = type(uint40).max;
        if (which == 8) t.settleWindow = 1;
        if (which == 9) t.challengeWindow = 1;
        if (which == 10) t.lapseWindow = 59; // settle 20 + twice challenge 20
        if (which == 11) t.challengeWindow = 366 days;
        if (which == 12) t.settleWindow = 366 days;
        if (which == 13) t.mode = 1;
        if (which == 14) t.feeBps = 0;
        vm.prank(requester);
        vm.expectPartialRevert(reason);
        campaigns.fund(t, 1);
    }

    function test_fund_with_permit_survives_a_delivered_permit() public {
        Terms memory t = _terms();
        vm.prank(requester);
        dollar.approve(address(campaigns), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit();
        dollar.permit(requester, address(campaigns), BUDGET, type(uint256).max, v, r, s); // someone else was first
        vm.prank(requester);
        campaigns.fundWithPermit(t, BUDGET, type(uint256).max, v, r, s);
        _state(1, BUDGET, 0, 0, 0);
    }

    function test_fund_with_bad_permit_pulls_nothing() public {
        Terms memory t = _terms();
        vm.prank(requester);
        dollar.approve(address(campaigns), 0);
        vm.prank(requester);
        vm.expectRevert();
        campaigns.fundWithPermit(t, BUDGET, type(uint256).max, 27, bytes32(0), bytes32(0));
    }

    function test_attack_fee_on_transfer_campaign_refused() public {
        FeeToken fee = new FeeToken();
        Terms memory t = _terms();
        (t.requester, t.token) = (address(this), address(fee));
        fee.approve(address(campaigns), BUDGET);
        vm.expectRevert(
            abi.encodeWithSelector(Tokens.Tokens_NotExact.selector, address(fee), BUDGET, BUDGET - BUDGET / 100)
        );
        campaigns.fund(t, BUDGET);
    }

    function test_fund_with_no_token_at_the_address_refused() public {
        Terms memory t = _terms();
        t.token = address(0xdead);
        vm.prank(requester);
        vm.expectRevert();
        campaigns.fund(t, BUDGET);
    }

    function test_top_up_by_anyone() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        vm.prank(buyer);
        dollar.approve(address(campaigns), 5);
        vm.prank(buyer);
        campaigns.topUp(id, t, 5);
        _state(id, BUDGET + 5, 0, 0, 0);
        t.unitReward += 1;
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_WrongTerms.selector, id));
        campaigns.topUp(id, t, 5);
    }

    /// @notice No call takes terms again: another fee is another hash, refused everywhere.
    function test_attack_fee_raised_after_funding() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        t.operatorFeeBps = 1000;
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_WrongTerms.selector, id));
        campaigns.anchor(id, t, keccak256("root"), 1, 0);
    }

    function test_anchor_reserves_and_locks() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor memory a = _anchor(id, t, 10, operator);
        vm.assertEq(campaigns.anchorHash(id, 0), keccak256(abi.encode(a)), "anchor");
        _state(id, BUDGET, 10 * campaigns.reserveOf(t), 10, 0);
        vm.assertEq(campaigns.reserveOf(t), 1_500_000, "R + .45 R + .05 R");
        (uint256 free, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(locked, 10 * R / 2, "half of R an item");
        vm.assertEq(free, 9 * BUDGET - 5 * R, "free");
        a = _anchor(id, t, 3, rival);
        vm.assertEq(a.sequence, 2, "global order");
        vm.assertEq(a.firstItem, 10, "queue goes on");
    }

    function test_anchor_refusals() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, 10 * 1_500_000);
        vm.startPrank(operator);
        vm.expectPartialRevert(ICampaigns.Campaigns_CountOutOfRange.selector);
        campaigns.anchor(id, t, keccak256("root"), 0, 0);
        vm.expectPartialRevert(ICampaigns.Campaigns_CountOutOfRange.selector);
        campaigns.anchor(id, t, keccak256("root"), 1025, 0);
        vm.expectRevert(ICampaigns.Campaigns_EmptyRoot.selector);
        campaigns.anchor(id, t, 0, 1, 0);
        vm.expectRevert(
            abi.encodeWithSelector(ICampaigns.Campaigns_NotUnreserved.selector, 11 * 1_500_000, 10 * 1_500_000)
        );
        campaigns.anchor(id, t, keccak256("root"), 11, 0);
        vm.stopPrank();
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, watcher, 1));
        campaigns.anchor(id, t, keccak256("root"), 1, 0);
        vm.warp(uint256(t.deadline) + 1);
        vm.prank(operator);
        vm.expectPartialRevert(ICampaigns.Campaigns_DeadlinePassed.selector);
        campaigns.anchor(id, t, keccak256("root"), 1, 0);
    }

    function test_direct_anchor_needs_collateral_not_a_role() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        vm.startPrank(watcher);
        vm.expectPartialRevert(IStakes.Stakes_NotFree.selector);
        campaigns.anchorDirect(id, t, keccak256("leaf"), 0);
        stakes.deposit(address(dollar), R);
        campaigns.anchorDirect(id, t, keccak256("leaf"), 0);
        vm.stopPrank();
        (, uint256 locked) = stakes.collateralOf(watcher, address(dollar));
        vm.assertEq(locked, R / 2, "deposit");
    }

    function test_refund_after_deadline_by_requester_only() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        vm.startPrank(requester);
        vm.expectPartialRevert(ICampaigns.Campaigns_DeadlineAhead.selector);
        campaigns.refund(id, t, 1);
        vm.warp(uint256(t.deadline) + 1);
        uint256 before = dollar.balanceOf(requester);
        campaigns.refund(id, t, BUDGET);
        vm.assertEq(dollar.balanceOf(requester) - before, BUDGET, "all unreserved");
        vm.stopPrank();
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_NotRequester.selector, operator, requester));
        campaigns.refund(id, t, 0);
    }

    function testFuzz_attack_refund_never_touches_the_reserve(uint32 count, uint256 amount, uint256 delay) public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        count = uint32(bound(count, 1, 1024));
        _anchor(id, t, count, operator);
        uint256 reserved = count * campaigns.reserveOf(t);
        vm.warp(t.deadline + 1 + delay % 36_500 days);
        amount = bound(amount, BUDGET - reserved + 1, BUDGET);
        vm.startPrank(requester);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_NotUnreserved.selector, amount, BUDGET - reserved));
        campaigns.refund(id, t, amount);
        campaigns.refund(id, t, BUDGET - reserved);
        vm.stopPrank();
        _state(id, reserved, reserved, count, 0);
    }

    function test_lapse_frees_the_reserve_and_the_deposit_only_then() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor memory a = _anchor(id, t, 10, operator);
        vm.warp(uint256(t.deadline) + t.lapseWindow);
        vm.expectPartialRevert(ICampaigns.Campaigns_DeadlineAhead.selector);
        campaigns.lapse(id, t);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_NotLapsed.selector, id, 0));
        campaigns.reclaim(id, t, a);
        vm.warp(block.timestamp + 1);
        campaigns.lapse(id, t);
        _state(id, BUDGET, 0, 10, 10);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_NothingReserved.selector, id));
        campaigns.lapse(id, t);
        campaigns.reclaim(id, t, a);
        (, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(locked, 0, "deposit back");
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_UnknownAnchor.selector, id, 0));
        campaigns.reclaim(id, t, a);
        vm.prank(requester);
        campaigns.refund(id, t, BUDGET);
    }

    function test_seed_is_the_next_block_once() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor memory a = _anchor(id, t, 1, operator);
        vm.roll(a.block_ + 1);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_SeedTooEarly.selector, a.block_ + 1, a.block_ + 2));
        campaigns.recordSeed(id, a);
        vm.roll(a.block_ + 2);
        campaigns.recordSeed(id, a);
        vm.assertTrue(campaigns.seedOf(id, 0) != 0, "a block hash");
        vm.assertEq(campaigns.seedOf(id, 0), blockhash(a.block_ + 1), "seed");
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_SeedExists.selector, id, 0));
        campaigns.recordSeed(id, a);
        a.count = 2;
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_UnknownAnchor.selector, id, 0));
        campaigns.recordSeed(id, a);
    }

    function test_attack_late_seed_cannot_be_chosen() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor memory a = _anchor(id, t, 1, operator);
        vm.roll(a.block_ + 300);
        campaigns.recordSeed(id, a);
        vm.assertEq(campaigns.seedOf(id, 0), blockhash(a.block_ + 257), "late seed");
    }

    function test_commits_once_each_by_their_roles() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        _anchor(id, t, 4, operator);
        vm.startPrank(operator);
        campaigns.commitVotes(id, 0, 1, keccak256("root"), 8);
        bytes32 key = keccak256(abi.encode(id, uint32(0), uint8(1), operator));
        vm.assertEq(
            campaigns.commitRoots(key), keccak256(abi.encode(keccak256("root"), 8, block.timestamp)), "root and time"
        );
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_CommitExists.selector, key));
        campaigns.commitVotes(id, 0, 1, keccak256("another"), 8);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_UnknownAnchor.selector, id, 1));
        campaigns.commitVotes(id, 1, 1, keccak256("root"), 8);
        vm.expectRevert(ICampaigns.Campaigns_EmptyRoot.selector);
        campaigns.commitVotes(id, 0, 2, 0, 8);
        vm.expectPartialRevert(ICampaigns.Campaigns_CountOutOfRange.selector);
        campaigns.commitVotes(id, 0, 2, keccak256("root"), 0);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, operator, 2));
        campaigns.commitVote(id, 0, 1, keccak256("commit"));
        vm.stopPrank();
        vm.startPrank(reviewer);
        campaigns.commitVote(id, 3, 1, keccak256("commit"));
        key = keccak256(abi.encode(id, uint32(3), uint8(1), reviewer));
        vm.assertEq(campaigns.commits(key), keccak256(abi.encode(keccak256("commit"), block.timestamp)), "commit");
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_CommitExists.selector, key));
        campaigns.commitVote(id, 3, 1, keccak256("commit2"));
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_UnknownAnchor.selector, id, 4));
        campaigns.commitVote(id, 4, 1, keccak256("commit"));
        vm.expectRevert(ICampaigns.Campaigns_EmptyRoot.selector);
        campaigns.commitVote(id, 2, 1, 0);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, reviewer, 1));
        campaigns.commitVotes(id, 0, 1, keccak256("root"), 8);
        vm.stopPrank();
    }

    function test_attack_only_settlement_moves_settled_money() public {
        address[5] memory callers = [requester, operator, reviewer, watcher, address(datasets)];
        for (uint256 i; i < callers.length; ++i) {
            bytes memory reason = abi.encodeWithSelector(ICampaigns.Campaigns_NotSettlement.selector, callers[i]);
            vm.startPrank(callers[i]);
            vm.expectRevert(reason);
            campaigns.book(1, 1, 1, 1);
            vm.expectRevert(reason);
            campaigns.take(ICampaigns.Take(1, 0, 0, 1, 1, false), new uint32[](0), new bytes32[](0));
            vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotCampaigns.selector, callers[i]));
            settlement.disburse(address(dollar), callers[i], 1);
            vm.stopPrank();
        }
    }

    function testFuzz_reserve_rounds_up(uint96 unit, uint16 review, uint16 fee) public view {
        Terms memory t = _terms();
        t.unitReward = unit;
        t.reviewFeeBps = uint16(review % 301);
        t.operatorFeeBps = uint16(fee % 1001);
        uint256 reserve = campaigns.reserveOf(t);
        uint256 exact = uint256(unit) * (10_000 + 15 * t.reviewFeeBps + t.operatorFeeBps);
        vm.assertTrue(reserve * 10_000 >= exact, "never short");
        vm.assertTrue(reserve * 10_000 < exact + 20_000, "two roundings at most");
    }

    function _state(uint256 id, uint256 escrow, uint256 reserved, uint256 anchored, uint256 settled) private view {
        ICampaigns.State memory s = campaigns.stateOf(id);
        vm.assertEq(s.escrow, escrow, "escrow");
        vm.assertEq(s.reserved, reserved, "reserved");
        vm.assertEq(s.anchored, anchored, "anchored");
        vm.assertEq(s.settled, settled, "settled");
    }

    function _permit() private view returns (uint8, bytes32, bytes32) {
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message =
            keccak256(abi.encode(kind, requester, address(campaigns), BUDGET, uint256(0), type(uint256).max));
        return vm.sign(REQUESTER_KEY, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), message)));
    }
}
