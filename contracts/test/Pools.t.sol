// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {IPools} from "../src/interfaces/IPools.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IShareTrees} from "../src/interfaces/IShareTrees.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {
    Anchor,
    Closing,
    Item,
    ItemProof,
    Posted,
    SettleInput,
    Share,
    ShareProof,
    Terms,
    Vote
} from "../src/interfaces/Structs.sol";
import {ShareBook} from "./ShareBook.sol";

contract PoolsTest is ShareBook {
    uint96 private constant POOL = 100 * R;
    uint128 private constant FLOOR = 4_000_000; // four perfect items, about

    // Money

    function test_fund_reserves_the_pool_from_the_start() public {
        Terms memory t = _poolTerms();
        uint256 id = _fund(t, POOL);
        ICampaigns.State memory state = campaigns.stateOf(id);
        vm.assertEq(state.escrow, POOL, "escrow");
        vm.assertEq(state.reserved, POOL, "all of it reserved");
        vm.assertEq(campaigns.poolOf(id).left, POOL, "the pool");
        vm.assertEq(campaigns.reserveOf(t), R * 45 / 100 + R * 5 / 100, "items reserve the fee caps only");
        vm.startPrank(requester);
        for (uint256 kind; kind < 6; ++kind) {
            t = _poolTerms();
            uint256 amount = kind == 0 ? POOL - 1 : POOL;
            if (kind == 1) t.pool = 0;
            if (kind == 2) t.poolFloor = 0;
            if (kind == 3) t.mode = 0;
            if (kind == 4) (t.mode, t.pool) = (0, 0);
            if (kind == 5) t.mode = 2;
            vm.expectPartialRevert(
                kind == 5 ? ICampaigns.Campaigns_UnknownMode.selector : ICampaigns.Campaigns_WrongPool.selector
            );
            campaigns.fund(t, amount);
        }
        vm.stopPrank();
    }

    function test_pool_is_divided_by_weight_and_the_rest_returns() public {
        (Book memory b, Closing memory c) = _closed(0);
        _final(c);
        uint256 total = c.totalWeight;
        vm.assertTrue(total > FLOOR, "above the floor");
        for (uint256 i; i < b.shares.length; ++i) {
            uint256 before = dollar.balanceOf(b.shares[i].account);
            _claim(b, c, i);
            uint256 part = uint256(POOL) * b.shares[i].weight / total;
            vm.assertEq(dollar.balanceOf(b.shares[i].account) - before, part, "his part");
        }
        uint256 dust = campaigns.poolOf(b.campaign).left;
        vm.assertLe(dust + 1, b.shares.length, "less than a unit each");
        pools.release(c);
        vm.assertEq(campaigns.poolOf(b.campaign).left, 0, "nothing waits");
        ICampaigns.State memory state = campaigns.stateOf(b.campaign);
        uint256 unspent; // of the fees: reserved until the settlements are released
        for (uint256 i; i < b.posted.length; ++i) {
            unspent += b.posted[i].reserve - b.posted[i].total;
        }
        vm.assertEq(state.reserved, unspent, "nothing else reserved");
        vm.prank(requester);
        campaigns.refund(b.campaign, b.terms, state.escrow - unspent);
        (, uint256 locked) = stakes.collateralOf(rival, address(dollar));
        vm.assertEq(locked, 0, "the bond is free");
        vm.expectPartialRevert(IPools.Pools_NothingToFree.selector);
        pools.release(c);
    }

    /// @notice Released before anybody claimed, a pool keeps what shares are owed; what rounding leaves of it is freed later.
    function test_release_before_the_last_claim_frees_the_dust_later() public {
        Book memory b = _dueBook(1, 7, 0); // sevenths
        _divide(b);
        Closing memory c = _close(b);
        _final(c);
        pools.release(c);
        vm.assertTrue(campaigns.poolOf(b.campaign).left > 0, "what shares are owed");
        for (uint256 i; i < b.shares.length; ++i) {
            _claim(b, c, i);
        }
        vm.assertTrue(campaigns.poolOf(b.campaign).left > 0, "dust");
        (, uint256 locked) = stakes.collateralOf(rival, address(dollar));
        pools.release(c);
        vm.assertEq(campaigns.poolOf(b.campaign).left, 0, "nothing waits");
        (, uint256 after_) = stakes.collateralOf(rival, address(dollar));
        vm.assertEq(after_, locked, "the bond was unlocked once");
    }

    function test_nothing_accepted_and_everything_returns() public {
        Terms memory t = _poolTerms();
        uint256 id = _fund(t, POOL);
        vm.warp(t.deadline + 1);
        vm.prank(requester);
        vm.expectPartialRevert(ICampaigns.Campaigns_NotUnreserved.selector);
        campaigns.refund(id, t, POOL);
        _give(requester, 0);
        vm.startPrank(requester);
        stakes.deposit(address(dollar), POOL);
        Closing memory c = _closing(id, t, new uint256[](0), 0, 0, 0, requester);
        pools.close(id, t, new uint256[](0), 0, 0, 0, 0);
        vm.assertTrue(pools.closingHash(id) == keccak256(abi.encode(c)), "any bonded account closes");
        vm.expectPartialRevert(IPools.Pools_NotFinal.selector);
        pools.release(c);
        _final(c);
        pools.release(c);
        campaigns.refund(id, t, POOL);
        vm.stopPrank();
    }

    /// @notice However an account's items are spread over accounts, they are paid the same, less rounding.
    function testFuzz_identities_split_gain_nothing(
        uint96 pool,
        uint64[6] calldata weights,
        uint128 floor,
        uint256 splits
    ) public pure {
        uint256 total;
        for (uint256 i; i < 6; ++i) {
            total += weights[i];
        }
        uint256 whole;
        uint256 parts;
        uint256 sum;
        for (uint256 i; i < 6; ++i) {
            if (splits >> i & 1 == 1) {
                whole += weights[i];
                parts += _part(pool, weights[i], total, floor);
            }
            sum += _part(pool, weights[i], total, floor);
        }
        uint256 joined = _part(pool, whole, total, floor);
        vm.assertLe(parts, joined, "splitting never gains");
        vm.assertLe(joined, parts + 6, "and loses less than a unit an identity");
        vm.assertLe(sum, pool, "never more than the pool");
    }

    function _part(uint256 pool, uint256 weight, uint256 total, uint256 floor) private pure returns (uint256) {
        return total == 0 ? 0 : pool * weight / (total > floor ? total : floor);
    }

    // Attacks

    function test_attack_requester_takes_the_pool_back() public {
        (Book memory b,) = _closed(0);
        uint256 free = campaigns.stateOf(b.campaign).escrow - campaigns.stateOf(b.campaign).reserved;
        vm.startPrank(requester);
        for (uint256 i; i < 3; ++i) {
            vm.expectPartialRevert(ICampaigns.Campaigns_NotUnreserved.selector);
            campaigns.refund(b.campaign, b.terms, free + 1);
            vm.warp(block.timestamp + 300 days);
        }
        vm.expectPartialRevert(ICampaigns.Campaigns_NothingReserved.selector);
        campaigns.lapse(b.campaign, b.terms); // nothing unsettled
        vm.stopPrank();
    }

    function test_attack_lapse_does_not_free_the_pool() public {
        Terms memory t = _poolTerms();
        uint256 id = _fund(t, BUDGET);
        _anchor(id, t, 4, operator);
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1);
        vm.prank(rival);
        vm.expectPartialRevert(IPools.Pools_Unsettled.selector);
        pools.close(id, t, new uint256[](0), 0, 0, 0, 0);
        campaigns.lapse(id, t);
        vm.assertEq(campaigns.stateOf(id).reserved, POOL, "the pool stays");
        vm.expectPartialRevert(ICampaigns.Campaigns_NothingReserved.selector);
        campaigns.lapse(id, t);
        vm.prank(rival);
        pools.close(id, t, new uint256[](0), 0, 0, 0, 0);
    }

    function test_lapse_without_reserved_fees_lets_the_pool_close() public {
        Terms memory t = _poolTerms();
        (t.reviewFeeBps, t.operatorFeeBps) = (0, 0);
        uint256 id = _fund(t, BUDGET);
        _anchor(id, t, 4, operator);
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1);
        campaigns.lapse(id, t);
        vm.prank(rival);
        pools.close(id, t, new uint256[](0), 0, 0, 0, 0);
    }

    function test_attack_little_work_does_not_take_the_whole_pool() public {
        Terms memory t = _poolTerms();
        t.poolFloor = 100_000_000;
        Book memory b = _book(t, 1, 1, 0);
        vm.warp(t.deadline + 1);
        _divide(b);
        Closing memory c = _close(b);
        _final(c);
        _claim(b, c, 0);
        vm.assertEq(dollar.balanceOf(_payee(0)), uint256(POOL) * 999_300 / 100_000_000, "a hundredth");
        pools.release(c);
        vm.assertEq(campaigns.poolOf(b.campaign).left, 0, "the rest is the requester's again");
    }

    function test_attack_price_paid_in_pool_mode() public {
        Terms memory t = _poolTerms();
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory anchors = _one(_anchor(id, t, 4, operator));
        Draft memory d = _random(t, anchors, 0);
        Posted memory p = _settle(id, t, anchors, d, operator);
        bytes32[] memory proof = _itemProof(p, d, 0);
        vm.expectRevert(bytes4(keccak256("Faults_NoFault()")));
        faults.proveReward(p, t, d.items[0], proof, new Vote[](0));
        anchors = _one(_anchor(id, t, 4, operator));
        d = _random(t, anchors, 0);
        (d.items[0].reward, d.items[0].payIndex) = (1, 0);
        p = _settle(id, t, anchors, d, operator);
        proof = _itemProof(p, d, 0);
        faults.proveReward(p, t, d.items[0], proof, new Vote[](0));
        vm.assertTrue(_isVoid(p.key), "no item of a pool has a price");
    }

    function test_attack_closing_leaves_a_settlement_out() public {
        Book memory b = _dueBook(2, 4, 0);
        uint256 missing = b.keys[1];
        _forget(b);
        _divide(b);
        Closing memory c = _close(b);
        vm.prank(watcher);
        vm.expectRevert(IShareTrees.Shares_NoFault.selector);
        pools.proveMissingSettlement(c, b.keys, b.keys[0]);
        vm.expectRevert(IShareTrees.Shares_NoFault.selector);
        pools.proveMissingSettlement(c, b.keys, missing + 1); // never posted
        vm.expectPartialRevert(IShareTrees.Shares_WrongKeys.selector);
        pools.proveMissingSettlement(c, new uint256[](0), missing);
        vm.prank(watcher);
        pools.proveMissingSettlement(c, b.keys, missing);
        _voided(c);
    }

    function test_attack_closing_before_a_settlement_is_final() public {
        Terms memory t = _poolTerms();
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory anchors = _one(_anchor(id, t, 4, operator));
        vm.warp(t.deadline + 1);
        Posted memory p = _settle(id, t, anchors, _random(t, anchors, 0), operator);
        uint256[] memory keys = new uint256[](1);
        keys[0] = p.key;
        vm.startPrank(rival);
        vm.expectPartialRevert(IPools.Pools_WrongSettlements.selector);
        pools.close(id, t, keys, keccak256("root"), 1, 1, 0);
        pools.close(id, t, new uint256[](0), 0, 0, 0, 0);
        vm.stopPrank();
        Closing memory c = _closing(id, t, new uint256[](0), 0, 0, 0, rival);
        vm.prank(watcher);
        pools.proveMissingSettlement(c, new uint256[](0), p.key);
        _voided(c);
    }

    function test_attack_closing_while_a_void_settlement_can_be_replaced() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _voidSettlement();
        uint256[] memory none = new uint256[](0);
        vm.warp(t.deadline + 1);
        vm.prank(rival);
        pools.close(p.campaign, t, none, 0, 0, 0, 0);
        Closing memory c = _closing(p.campaign, t, none, 0, 0, 0, rival);
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        SettleInput memory input = _input(p.campaign, p.key + 1, d);
        vm.prank(rival);
        vm.expectPartialRevert(ICampaigns.Campaigns_PoolClosing.selector);
        settlement.resettle(t, anchors, input, voided, _watchers(1));
        vm.prank(watcher);
        pools.proveMissingSettlement(c, none, p.key);
        _voided(c);
        vm.prank(rival);
        settlement.resettle(t, anchors, input, voided, _watchers(1));
    }

    /// @notice Past the lapse window nobody can void a closing by digging a void settlement up again.
    function test_attack_resettle_to_void_an_honest_closing() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _voidSettlement();
        uint256[] memory none = new uint256[](0);
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1);
        vm.prank(rival);
        pools.close(p.campaign, t, none, 0, 0, 0, 0);
        Closing memory c = _closing(p.campaign, t, none, 0, 0, 0, rival);
        vm.expectRevert(IShareTrees.Shares_NoFault.selector);
        pools.proveMissingSettlement(c, none, p.key);
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        SettleInput memory input = _input(p.campaign, p.key + 1, d);
        vm.prank(rival);
        vm.expectPartialRevert(ICampaigns.Campaigns_PoolClosing.selector);
        settlement.resettle(t, anchors, input, voided, _watchers(1));
        _final(c);
        pools.release(c);
    }

    /// @notice After the items have lapsed a void settlement's fees cannot be taken out of the pool.
    function test_attack_fees_taken_from_the_pool() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _voidSettlement();
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1);
        settlement.reclaim(p, watcher, t, anchors);
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        SettleInput memory input = _input(p.campaign, p.key + 1, d);
        vm.prank(rival);
        vm.expectPartialRevert(ISettlement.Settlement_AlreadyReleased.selector);
        settlement.resettle(t, anchors, input, voided, _watchers(1));
        vm.assertEq(campaigns.stateOf(p.campaign).reserved, POOL, "whole");
    }

    function test_attack_closing_pays_only_the_requester() public {
        Book memory b = _dueBook(2, 4, 0);
        _divide(b);
        b.shares[0].account = requester;
        _cut(b, 1);
        _sum(b);
        Closing memory c = _close(b);
        vm.prank(watcher);
        pools.proveShareItem(c, b.keys, _shareProof(b, 0), 0, _itemAt(b, b.lists[0][0]));
        _voided(c);
    }

    function test_attack_closing_says_nothing_was_accepted() public {
        Book memory b = _dueBook(2, 4, 0);
        _cut2(b);
        Closing memory c = _close(b);
        ShareProof memory none;
        ItemProof memory item = _itemAt(b, b.keys[0] << 32);
        vm.prank(watcher);
        pools.proveUnlisted(c, b.keys, item, none, none);
        _voided(c);
    }

    function test_attack_weight_doubled_or_left_out_or_out_of_order_or_hidden() public {
        for (uint256 kind; kind < 5; ++kind) {
            vm.warp(1_800_000_000);
            Book memory b = _dueBook(2, 4, 0);
            _divide(b);
            uint256 listed = b.lists[1][0];
            if (kind == 0) b.shares[1].weight *= 2;
            if (kind == 1) _without(b, 1);
            if (kind == 2) (b.shares[0], b.shares[1]) = (b.shares[1], b.shares[0]);
            if (kind == 2) (b.lists[0], b.lists[1]) = (b.lists[1], b.lists[0]);
            if (kind == 3) b.shares[1].first += 1;
            if (kind == 4) b.hidden = 2;
            _sum(b);
            Closing memory c = _close(b);
            if (kind == 4) {
                token.transfer(watcher, 1e18);
                vm.startPrank(watcher);
                token.approve(address(pools), 1e18);
                pools.callShare(c, 1);
                vm.stopPrank();
                vm.warp(c.finalAt - 1);
            }
            vm.startPrank(watcher);
            if (kind == 0) pools.proveShareWeight(c, _shareProof(b, 1), _itemsOf(b, 1));
            if (kind == 1) pools.proveUnlisted(c, b.keys, _itemAt(b, listed), _shareProof(b, 0), _shareProof(b, 1));
            if (kind == 2) pools.proveShareSum(c, _shareProof(b, 0), _shareProof(b, 1));
            if (kind == 3) pools.proveShareList(c, _shareProof(b, 1));
            if (kind == 4) pools.proveUnshown(c, 1);
            vm.stopPrank();
            vm.assertTrue(pools.closingHash(b.campaign) == 0, "void");
            if (kind != 4) continue;
            pools.refundCall(b.campaign << 32, 1);
            vm.assertEq(token.balanceOf(watcher), 1e18, "the caller's again");
        }
    }

    function test_shown_leaf_earns_the_call() public {
        (Book memory b, Closing memory c) = _closed(0);
        token.transfer(watcher, 1e18);
        vm.startPrank(watcher);
        token.approve(address(pools), 1e18);
        pools.callShare(c, 1);
        vm.stopPrank();
        vm.prank(stranger);
        pools.showShare(c, _shareProof(b, 1));
        vm.assertEq(token.balanceOf(stranger), 1e18, "paid for showing");
    }

    function test_attack_lies_to_stall_raise_the_pool() public {
        (Book memory b, Closing memory c) = _closed(0);
        b.shares[0].weight += 1;
        vm.expectPartialRevert(IPools.Pools_AlreadyClosed.selector);
        this.closeFor(b);
        vm.warp(c.closedAt);
        (Book memory other,) = _closedWrong();
        Closing memory wrong = _closing(other, rival);
        vm.prank(requester); // in league with the closer
        pools.proveShareSum(wrong, _shareProof(other, 0), _shareProof(other, 0));
        _divide(other);
        vm.expectPartialRevert(IPools.Pools_NotCollected.selector);
        this.closeFor(other);
        vm.expectPartialRevert(IPools.Pools_WrongClosing.selector);
        pools.collect(wrong, rival);
        pools.collect(wrong, requester);
        vm.expectPartialRevert(IPools.Pools_WrongClosing.selector);
        pools.collect(wrong, requester);
        uint256 raised = POOL + wrong.bond - wrong.bond / 2;
        vm.assertEq(campaigns.poolOf(other.campaign).left, raised, "his contributors'");
        Closing memory right = _close(other);
        vm.assertEq(right.pool, raised, "divided with it");
        _final(right);
        for (uint256 i; i < other.shares.length; ++i) {
            _claim(other, right, i);
        }
    }

    function test_attack_claims() public {
        (Book memory b, Closing memory c) = _closed(0);
        ShareProof memory leaf = _shareProof(b, 0);
        vm.expectPartialRevert(IPools.Pools_NotFinal.selector);
        pools.claim(c, leaf.share, leaf.proof);
        _final(c);
        c.totalWeight -= 1;
        vm.expectPartialRevert(IPools.Pools_WrongClosing.selector);
        pools.claim(c, leaf.share, leaf.proof);
        c.totalWeight += 1;
        pools.claim(c, leaf.share, leaf.proof);
        vm.expectPartialRevert(IPools.Pools_AlreadyClaimed.selector);
        pools.claim(c, leaf.share, leaf.proof);
        vm.expectPartialRevert(IShareTrees.Shares_WrongProof.selector);
        pools.claim(c, leaf.share, new bytes32[](2));
    }

    function test_faults_end_when_a_closing_is_final() public {
        (Book memory b, Closing memory c) = _closedWrong();
        ShareProof memory leaf = _shareProof(b, 0);
        _final(c);
        vm.expectPartialRevert(IPools.Pools_AlreadyFinal.selector);
        pools.proveShareSum(c, leaf, leaf);
        vm.warp(c.finalAt - 1);
        pools.proveShareSum(c, leaf, leaf);
    }

    /// @dev A tree that adds up to more than it says pays no more than the pool, should nobody have watched.
    function test_attack_unwatched_tree_pays_at_most_the_pool() public {
        Book memory b = _dueBook(1, 6, 0);
        _divide(b);
        for (uint256 i; i < 3; ++i) {
            (b.shares[i].weight, b.shares[i].cumulative) = (6_000_000, 6_000_000);
        }
        (b.checker, b.scope) = (address(pools), b.campaign);
        vm.prank(rival);
        pools.close(b.campaign, b.terms, b.keys, _shareRoot(b), 3, 6_000_000, 0);
        Closing memory c = _closing(b.campaign, b.terms, b.keys, _shareRoot(b), 3, 6_000_000, rival);
        _final(c);
        _claim(b, c, 0);
        ShareProof memory leaf = _shareProof(b, 1);
        vm.expectPartialRevert(IPools.Pools_AbovePool.selector);
        pools.claim(c, leaf.share, leaf.proof);
    }

    function test_close_refusals() public {
        Terms memory t = _poolTerms();
        Book memory b = _book(t, 1, 4, 0);
        _divide(b);
        vm.startPrank(rival);
        vm.expectPartialRevert(IPools.Pools_DeadlineAhead.selector);
        pools.close(b.campaign, t, b.keys, keccak256("root"), 1, 1, 0);
        vm.warp(t.deadline + 1);
        vm.expectPartialRevert(IPools.Pools_WrongShares.selector);
        pools.close(b.campaign, t, b.keys, 0, 1, 1, 0);
        vm.expectPartialRevert(IPools.Pools_WrongShares.selector);
        pools.close(b.campaign, t, b.keys, keccak256("root"), 1, 0, 0);
        t.poolFloor += 1;
        vm.expectPartialRevert(IPools.Pools_WrongTerms.selector);
        pools.close(b.campaign, t, b.keys, keccak256("root"), 1, 1, 0);
        uint256[] memory twice = new uint256[](2);
        (twice[0], twice[1]) = (b.keys[0], b.keys[0]);
        t = b.terms;
        t.poolFloor = FLOOR;
        vm.expectPartialRevert(IPools.Pools_WrongSettlements.selector);
        pools.close(b.campaign, t, twice, keccak256("root"), 1, 1, 0);
        vm.stopPrank();
        vm.prank(stranger);
        vm.expectPartialRevert(IStakes.Stakes_NotFree.selector);
        pools.close(b.campaign, t, b.keys, keccak256("root"), 1, 1, 0);
        Terms memory priced = _terms();
        priced.deadline = uint40(block.timestamp + 10);
        uint256 id = _fund(priced, BUDGET);
        vm.warp(priced.deadline + 1);
        vm.expectPartialRevert(IPools.Pools_NotPoolMode.selector);
        pools.close(id, priced, new uint256[](0), 0, 0, 0, 0);
    }

    function test_only_pools_moves_a_pool() public {
        bytes memory refused = abi.encodeWithSelector(ICampaigns.Campaigns_NotPools.selector, operator);
        vm.startPrank(operator);
        vm.expectRevert(refused);
        campaigns.lockPool(1, operator, address(dollar), 1);
        vm.expectRevert(refused);
        campaigns.reopenPool(1);
        vm.expectRevert(refused);
        campaigns.unlockPool(operator, address(dollar), 1);
        vm.expectRevert(refused);
        campaigns.slashPool(1, operator, address(dollar), 1, operator, 1);
        vm.expectRevert(refused);
        campaigns.payPool(1, address(dollar), operator, 1);
        vm.expectRevert(refused);
        campaigns.freePool(1, 1);
        vm.stopPrank();
    }

    function closeFor(Book memory b) external {
        _close(b);
    }

    function _poolTerms() private view returns (Terms memory t) {
        t = _terms();
        (t.mode, t.pool, t.poolFloor) = (1, POOL, FLOOR);
    }

    function _dueBook(uint256 batches, uint32 count, uint256 seed) private returns (Book memory b) {
        b = _book(_poolTerms(), batches, count, seed);
        vm.warp(b.terms.deadline + 1);
    }

    function _closed(uint256 seed) private returns (Book memory b, Closing memory c) {
        b = _dueBook(2, 4, seed);
        _divide(b);
        c = _close(b);
    }

    function _closedWrong() private returns (Book memory b, Closing memory c) {
        vm.warp(1_800_000_000);
        b = _dueBook(2, 4, 0);
        _divide(b);
        b.shares[0].weight += 1;
        c = _close(b);
    }

    function _close(Book memory b) private returns (Closing memory c) {
        (b.checker, b.scope) = (address(pools), b.campaign);
        bytes32 root = b.shares.length == 0 ? bytes32(0) : _shareRoot(b);
        c = _closing(b, rival);
        vm.prank(rival);
        pools.close(b.campaign, b.terms, b.keys, root, uint32(b.shares.length), _total(b), 0);
        vm.assertTrue(pools.closingHash(b.campaign) == keccak256(abi.encode(c)), "as expected");
    }

    function _closing(Book memory b, address closer) private view returns (Closing memory) {
        bytes32 root = b.shares.length == 0 ? bytes32(0) : _shareRoot(b);
        return _closing(b.campaign, b.terms, b.keys, root, uint32(b.shares.length), _total(b), closer);
    }

    function _closing(
        uint256 id,
        Terms memory t,
        uint256[] memory keys,
        bytes32 root,
        uint32 shares,
        uint128 total,
        address closer
    ) private view returns (Closing memory c) {
        (c.campaign, c.token, c.pool, c.poolFloor) = (id, t.token, campaigns.poolOf(id).left, t.poolFloor);
        c.attempt = pools.standingOf(id).attempt;
        c.settlements = keccak256(abi.encode(keys));
        (c.shareRoot, c.shares, c.totalWeight, c.closer) = (root, shares, total, closer);
        c.bond = c.pool / 4 > 10 * R ? c.pool / 4 : 10 * R;
        (c.closedAt, c.finalAt) = (uint40(block.timestamp), uint40(block.timestamp) + t.challengeWindow);
        c.lapsesAt = t.deadline + t.lapseWindow;
    }

    function _claim(Book memory b, Closing memory c, uint256 i) private {
        ShareProof memory leaf = _shareProof(b, i);
        pools.claim(c, leaf.share, leaf.proof);
    }

    function _final(Closing memory c) private {
        vm.warp(c.finalAt);
    }

    /// @dev A closing of `rival` proven wrong by `watcher`.
    function _voided(Closing memory c) private {
        vm.assertTrue(pools.closingHash(c.campaign) == 0, "void");
        vm.assertTrue(!campaigns.poolOf(c.campaign).closing, "open again");
        (uint256 before,) = stakes.collateralOf(watcher, address(dollar));
        pools.collect(c, watcher);
        (uint256 free,) = stakes.collateralOf(watcher, address(dollar));
        vm.assertEq(free - before, c.bond / 2, "half to the watcher");
    }

    /// @dev Forgets the second settlement.
    function _forget(Book memory b) private pure {
        b.keys = _slice(b.keys, 0, 1);
        Posted[] memory posted = b.posted;
        Draft[] memory drafts = b.drafts;
        assembly ("memory-safe") {
            mstore(posted, 1)
            mstore(drafts, 1)
        }
    }

    function _cut2(Book memory b) private pure {
        (b.shares, b.lists) = (new Share[](0), new uint256[][](0));
    }

    function _voidSettlement()
        private
        returns (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p)
    {
        t = _poolTerms();
        uint256 id = _fund(t, BUDGET);
        anchors = _one(_anchor(id, t, 4, operator));
        d = _random(t, anchors, 0);
        Item memory item = d.items[0];
        uint64 right = item.shareWeight;
        item.shareWeight = right + 1;
        p = _settle(id, t, anchors, d, operator);
        bytes32[] memory proof = _itemProof(p, d, 0);
        vm.prank(watcher);
        faults.proveReward(p, t, item, proof, new Vote[](0));
        item.shareWeight = right;
    }
}
