// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {Anchor, Pay, Posted, SettleInput, Terms, Vote} from "../src/interfaces/Structs.sol";
import {BlockingToken, ReentrantToken} from "./Hostile.sol";
import {World} from "./World.sol";

contract SettlementTest is World {
    function test_settle_funds_and_locks() public {
        (Terms memory t,, Draft memory d, Posted memory p) = _settled(8, 3);
        ICampaigns.State memory s = campaigns.stateOf(1);
        vm.assertEq(s.escrow, BUDGET - d.total, "escrow");
        vm.assertEq(s.reserved, p.reserve - d.total, "what it does not spend waits until it is final");
        vm.assertEq(s.settled, 8, "settled");
        ISettlement.Slot memory slot = settlement.slotOf(p.key);
        vm.assertEq(slot.flags, 1, "posted");
        vm.assertEq(slot.finalAt, block.timestamp + t.challengeWindow, "final at");
        (, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(locked, 8 * R / 2 + 10 * R, "deposits and the least bond");
        vm.assertTrue(!settlement.isFinal(p.key), "not yet");
        _final(p);
        vm.assertTrue(settlement.isFinal(p.key), "final by time alone");
    }

    function test_settle_refusals() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory anchors = _one(_anchor(id, t, 4, operator));
        Draft memory d = _honest(t, anchors, 2, operator);
        SettleInput memory input = _input(id, _key(id, 0, 0), d);
        _refuse(t, new Anchor[](0), input, ISettlement.Settlement_NoAnchors.selector);
        input.verdicts = new bytes(7);
        _refuse(t, anchors, input, ISettlement.Settlement_VerdictBytes.selector);
        input.verdicts = d.verdicts;
        input.total = uint96(4 * campaigns.reserveOf(t) + 1);
        input.words[0].budget = input.total;
        _refuse(t, anchors, input, ISettlement.Settlement_TotalAboveReserve.selector);
        input.words[0].budget = d.total;
        input.total = d.total - 1;
        _refuse(t, anchors, input, ISettlement.Settlement_BudgetsNotTotal.selector);
        input.total = d.total;
        input.payCount = 2049;
        _refuse(t, anchors, input, ISettlement.Settlement_PayCountOutOfRange.selector);
        input.payCount = 0;
        _refuse(t, anchors, input, ISettlement.Settlement_WordCount.selector);
        input.payCount = 129;
        _refuse(t, anchors, input, ISettlement.Settlement_WordCount.selector);
        input.payCount = uint32(d.pays.length);
        anchors[0].root = keccak256("another");
        _refuse(t, anchors, input, ICampaigns.Campaigns_UnknownAnchor.selector);
        anchors[0].root = keccak256(abi.encode("root", id, uint32(0)));
        t.unitReward -= 1;
        (input.total, input.words[0].budget) = (1, 1);
        _refuse(t, anchors, input, ICampaigns.Campaigns_WrongTerms.selector);
    }

    function _refuse(Terms memory t, Anchor[] memory anchors, SettleInput memory input, bytes4 reason) private {
        vm.prank(operator);
        vm.expectPartialRevert(reason);
        settlement.settle(t, anchors, input);
    }

    function test_anchors_must_follow_the_queue() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory anchors = new Anchor[](2);
        anchors[0] = _anchor(id, t, 2, operator);
        anchors[1] = _anchor(id, t, 3, operator);
        Anchor memory third = _anchor(id, t, 1, operator);
        Draft memory d = _honest(t, _one(anchors[1]), 2, operator);
        _refuse(t, _one(anchors[1]), _input(id, _key(id, 2, 0), d), ICampaigns.Campaigns_NotNext.selector);
        anchors[1] = third;
        d = _honest(t, anchors, 2, operator);
        _refuse(t, anchors, _input(id, _key(id, 0, 0), d), ISettlement.Settlement_AnchorsNotConsecutive.selector);
    }

    function test_several_pending_settlements_are_independent() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory a = _one(_anchor(id, t, 4, operator));
        Anchor[] memory b = _one(_anchor(id, t, 4, operator));
        Draft memory da = _honest(t, a, 2, operator);
        da.items[1].reward += 1;
        Posted memory pa = _settle(id, t, a, da, operator);
        Draft memory db = _honest(t, b, 2, operator);
        Posted memory pb = _settle(id, t, b, db, operator);
        bytes32[] memory proof = _itemProof(pa, da, 1);
        vm.prank(watcher);
        faults.proveReward(pa, t, da.items[1], proof, new Vote[](0));
        _final(pb);
        vm.assertTrue(settlement.isFinal(pb.key), "the other stands");
        vm.assertTrue(!settlement.isFinal(pa.key), "void is never final");
        proof = _payProof(pb, db, 0);
        settlement.claim(_head(pb), db.pays[0], proof);
    }

    function test_claim_pays_the_account_whoever_calls() public {
        (,, Draft memory d, Posted memory p) = _settled(8, 3);
        bytes32[] memory proof = _payProof(p, d, 1);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlement.Settlement_NotFinal.selector, p.key, p.finalAt, block.timestamp)
        );
        settlement.claim(_head(p), d.pays[1], proof);
        _final(p);
        vm.prank(stranger);
        settlement.claim(_head(p), d.pays[1], proof);
        vm.assertEq(dollar.balanceOf(d.pays[1].account), d.pays[1].amount, "paid");
        vm.assertEq(dollar.balanceOf(stranger), 0, "not to the caller");
        vm.assertTrue(settlement.isPaid(p.key, 1), "bit");
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AlreadyPaid.selector, p.key, 1));
        settlement.claim(_head(p), d.pays[1], proof);
    }

    function test_claim_many() public {
        (,, Draft memory d, Posted memory p) = _settled(8, 3);
        _final(p);
        Posted[] memory ps = new Posted[](4);
        bytes32[][] memory proofs = new bytes32[][](4);
        for (uint256 i; i < 4; ++i) {
            ps[i] = p;
            proofs[i] = _payProof(p, d, i);
        }
        settlement.claimMany(_heads(ps), d.pays, proofs);
        for (uint256 i; i < 4; ++i) {
            vm.assertTrue(settlement.isPaid(p.key, i), "all paid");
        }
        vm.assertEq(_paid(p.key), d.total, "the whole total");
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_LengthMismatch.selector, 4, 3));
        settlement.claimMany(_heads(ps), new Pay[](3), proofs);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_LengthMismatch.selector, 4, 3));
        settlement.claimMany(_heads(ps), d.pays, new bytes32[][](3));
    }

    function testFuzz_push_any_range_then_claim_the_rest(uint256 payees, uint256 from, uint256 size) public {
        payees = bound(payees, 1, 12);
        (,, Draft memory d, Posted memory p) = _settled(12, payees);
        _final(p);
        from = bound(from, 0, payees);
        size = bound(size, 1, payees + 1 - from);
        _push(p, d, from, size);
        for (uint256 i; i <= payees; ++i) {
            vm.assertTrue(settlement.isPaid(p.key, i) == (i >= from && i < from + size), "exactly the range");
        }
        _push(p, d, 0, payees + 1);
        for (uint256 i; i <= payees; ++i) {
            uint256 before = i == payees ? BUDGET : 0; // what the operator kept in hand
            vm.assertEq(dollar.balanceOf(d.pays[i].account), before + d.pays[i].amount, "once");
        }
    }

    function test_push_out_of_order_or_forged_refused() public {
        (,, Draft memory d, Posted memory p) = _settled(8, 3);
        _final(p);
        bytes memory wrong = abi.encodeWithSelector(ISettlement.Settlement_WrongProof.selector, p.key, 0);
        Draft memory forged = abi.decode(abi.encode(d), (Draft));
        (forged.pays[0].account, forged.pays[1].account) = (d.pays[1].account, d.pays[0].account);
        vm.expectRevert(wrong);
        _push(p, forged, 0, 4);
        forged = abi.decode(abi.encode(d), (Draft));
        forged.pays[2].amount += 1;
        vm.expectRevert(wrong);
        _push(p, forged, 0, 4);
        forged = abi.decode(abi.encode(d), (Draft));
        forged.total += 1; // a larger budget
        vm.expectRevert(wrong);
        _push(p, forged, 0, 4);
    }

    function test_push_and_claim_in_the_words_of_a_large_tree() public {
        (,, Draft memory d, Posted memory p) = _settled(300, 300);
        _final(p);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_PushAcrossWords.selector, 120, 140));
        _push(p, d, 120, 20);
        _push(p, d, 120, 8);
        _push(p, d, 128, 20);
        vm.assertTrue(settlement.isPaid(p.key, 127) && settlement.isPaid(p.key, 128), "both words");
        vm.assertTrue(!settlement.isPaid(p.key, 119) && !settlement.isPaid(p.key, 148), "no others");
        bytes32[] memory proof = _payProof(p, d, 300);
        settlement.claim(_head(p), d.pays[300], proof);
        _push(p, d, 0, 128);
        _push(p, d, 128, 128);
        _push(p, d, 256, 45);
        vm.assertEq(_paid(p.key), d.total, "everything");
    }

    function test_push_skips_a_refusing_transfer_and_claim_reverts_on_it() public {
        BlockingToken blocking = new BlockingToken();
        (Draft memory d, Posted memory p) = _settledIn(address(blocking));
        blocking.setBlocked(d.pays[1].account);
        _final(p);
        _push(p, d, 0, 4);
        vm.assertTrue(!settlement.isPaid(p.key, 1), "its bit stays unset");
        vm.assertTrue(settlement.isPaid(p.key, 0) && settlement.isPaid(p.key, 2), "others are paid");
        bytes32[] memory proof = _payProof(p, d, 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlement.Settlement_TransferFailed.selector, address(blocking), d.pays[1].account, d.pays[1].amount
            )
        );
        settlement.claim(_head(p), d.pays[1], proof);
        blocking.setBlocked(address(0));
        settlement.claim(_head(p), d.pays[1], proof);
        vm.assertEq(_paid(p.key), d.total, "in the end all");
    }

    function test_release_unlocks_and_forfeits() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory anchors = new Anchor[](2);
        anchors[0] = _anchor(id, t, 2, operator);
        anchors[1] = _anchor(id, t, 3, rival);
        vm.warp(block.timestamp + t.settleWindow + 1);
        Draft memory d = _honest(t, anchors, 2, operator);
        d.verdicts[2] = 0x02; // item 1, operator's
        d.verdicts[6] = 0x03; // item 3, rival's
        d.verdicts[8] = 0x00; // item 4: rejected, not forfeited
        Posted memory p = _settle(id, t, anchors, d, operator);
        vm.expectPartialRevert(ISettlement.Settlement_NotFinal.selector);
        settlement.release(p, t, anchors, d.verdicts);
        _final(p);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongVerdicts.selector, p.key));
        settlement.release(p, t, anchors, new bytes(10));
        uint256 escrow = campaigns.stateOf(id).escrow;
        settlement.release(p, t, anchors, d.verdicts);
        vm.assertEq(campaigns.stateOf(id).escrow, escrow + R, "two deposits of half R");
        (uint256 free, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(free, 9 * BUDGET - R / 2, "operator lost one");
        vm.assertEq(locked, 0, "nothing locked");
        (free,) = stakes.collateralOf(rival, address(dollar));
        vm.assertEq(free, 9 * BUDGET - R / 2, "rival lost one");
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AlreadyReleased.selector, p.key));
        settlement.release(p, t, anchors, d.verdicts);
    }

    function test_release_with_other_anchors_or_terms_refused() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _settled(4, 2);
        _final(p);
        anchors[0].anchorer = rival;
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongAnchors.selector, p.key));
        settlement.release(p, t, anchors, d.verdicts);
        t.depositBps = 0;
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongTerms.selector, p.key));
        settlement.release(p, t, anchors, d.verdicts);
    }

    function test_resettle_after_void_by_anyone_but_the_voided() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _voided();
        uint256 id = p.campaign;
        Draft memory good = _honest(t, anchors, 2, rival);
        SettleInput memory input = _input(id, _key(id, 0, 1), good);
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_VoidedSettler.selector, operator));
        settlement.resettle(t, anchors, input, voided, _watchers(1));
        vm.prank(rival);
        vm.expectRevert(ISettlement.Settlement_NoAnchors.selector);
        settlement.resettle(t, anchors, input, new Posted[](0), new address[](0));
        vm.prank(rival);
        settlement.resettle(t, anchors, input, voided, _watchers(1));
        Posted memory q = _posted(id, _key(id, 0, 1), t, anchors, good, rival);
        settlement.check(q);
        vm.prank(rival);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AttemptTaken.selector, q.key));
        settlement.resettle(t, anchors, input, voided, _watchers(1));
        _final(q);
        bytes32[] memory proof = _payProof(q, good, 0);
        settlement.claim(_head(q), good.pays[0], proof);
        settlement.release(q, t, anchors, good.verdicts);
        d;
    }

    function test_resettle_other_anchors_or_a_standing_settlement_refused() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _settled(4, 2);
        SettleInput memory input = _input(p.campaign, _key(p.campaign, 0, 1), d);
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        vm.prank(rival);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotVoid.selector, p.key));
        settlement.resettle(t, anchors, input, voided, _watchers(1));
        (t, anchors, d, p) = _voided();
        voided[0] = p;
        input = _input(p.campaign, _key(p.campaign, 0, 1), d);
        anchors[0].cid = keccak256("another");
        vm.prank(rival);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongAnchors.selector, p.key));
        settlement.resettle(t, anchors, input, voided, _watchers(1));
    }

    function test_resettle_with_wrong_papers_of_the_void_attempts_refused() public {
        (Terms memory t, Anchor[] memory anchors,, Posted memory p) = _voided();
        SettleInput memory input = _input(p.campaign, p.key + 1, _honest(t, anchors, 2, rival));
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        vm.startPrank(rival);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_LengthMismatch.selector, 1, 2));
        settlement.resettle(t, anchors, input, voided, _watchers(2));
        address[] memory watchers = new address[](1);
        watchers[0] = rival; // would be paid for what another has found
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongPreimage.selector, p.key));
        settlement.resettle(t, anchors, input, voided, watchers);
        voided = new Posted[](2);
        (voided[0], voided[1]) = (p, p); // to skip an attempt
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongPreimage.selector, p.key));
        settlement.resettle(t, anchors, input, voided, _watchers(2));
        vm.stopPrank();
    }

    /// @notice The reserve and the deposits are the replacement's: to reclaim the void one as well would free them twice.
    function test_attack_reclaim_of_what_was_replaced() public {
        (Terms memory t, Anchor[] memory anchors,, Posted memory p) = _voided();
        Draft memory good = _honest(t, anchors, 2, rival);
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        SettleInput memory input = _input(p.campaign, p.key + 1, good);
        vm.prank(rival);
        settlement.resettle(t, anchors, input, voided, _watchers(1));
        Posted memory q = _posted(p.campaign, p.key + 1, t, anchors, good, rival);
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotVoid.selector, p.key));
        settlement.reclaim(p, watcher, t, anchors);
        settlement.release(q, t, anchors, good.verdicts);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotVoid.selector, p.key));
        settlement.reclaim(p, watcher, t, anchors);
    }

    function test_void_that_nobody_replaced_lapses_and_gives_deposits_back() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _voided();
        vm.expectPartialRevert(ISettlement.Settlement_NotLapsed.selector);
        settlement.reclaim(p, watcher, t, anchors);
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1);
        settlement.reclaim(p, watcher, t, anchors);
        (, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(locked, p.bond, "deposits unlocked, the bond waits to be collected");
        settlement.collect(p, watcher);
        (, locked) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(locked, 0, "and is");
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AlreadyReleased.selector, p.key));
        settlement.collect(p, watcher);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AlreadyReleased.selector, p.key));
        settlement.reclaim(p, watcher, t, anchors);
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        SettleInput memory input = _input(p.campaign, p.key + 1, d);
        vm.prank(rival);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AlreadyReleased.selector, p.key));
        settlement.resettle(t, anchors, input, voided, _watchers(1));
    }

    function test_lapsed_reserve_cannot_be_resettled() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _voided();
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_NothingReserved.selector, p.campaign));
        campaigns.lapse(p.campaign, t); // every item is in a settlement: reclaiming it frees the reserve
        vm.assertEq(campaigns.stateOf(p.campaign).reserved, p.reserve, "still reserved");
        settlement.reclaim(p, watcher, t, anchors);
        vm.assertEq(campaigns.stateOf(p.campaign).reserved, 0, "free");
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        SettleInput memory input = _input(p.campaign, p.key + 1, d);
        vm.prank(rival);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AlreadyReleased.selector, p.key));
        settlement.resettle(t, anchors, input, voided, _watchers(1));
    }

    function test_nothing_accepted_settles_with_no_pay() public {
        Terms memory t = _terms();
        t.operatorFeeBps = 0;
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory anchors = _one(_anchor(id, t, 2, operator));
        Draft memory d = _honest(t, anchors, 1, operator);
        d.pays = new Pay[](0);
        d.total = 0;
        d.verdicts = new bytes(4);
        Posted memory p = _settle(id, t, anchors, d, operator);
        vm.assertEq(campaigns.stateOf(id).escrow, BUDGET, "all stays");
        _final(p);
        settlement.release(p, t, anchors, d.verdicts);
    }

    function _voided() private returns (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) {
        t = _terms();
        uint256 id = _fund(t, BUDGET);
        anchors = _one(_anchor(id, t, 4, operator));
        d = _honest(t, anchors, 2, operator);
        d.items[2].llr = -100;
        p = _settle(id, t, anchors, d, operator);
        bytes32[] memory proof = _itemProof(p, d, 2);
        vm.prank(watcher);
        faults.proveVerdict(p, t, d.items[2], proof, new Vote[](0));
    }

    function _settledIn(address other) private returns (Draft memory d, Posted memory p) {
        Terms memory t = _terms();
        (t.requester, t.token) = (address(this), other);
        BlockingToken coin = BlockingToken(other);
        coin.approve(address(campaigns), BUDGET);
        coin.approve(address(stakes), BUDGET);
        stakes.depositFor(operator, other, BUDGET);
        uint256 id = campaigns.fund(t, BUDGET);
        Anchor[] memory anchors = _one(_anchor(id, t, 8, operator));
        d = _honest(t, anchors, 3, operator);
        p = _settle(id, t, anchors, d, operator);
    }
}
