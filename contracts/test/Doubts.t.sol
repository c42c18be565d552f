// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDoubts} from "../src/interfaces/IDoubts.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Anchor, Pay, Posted, Terms} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice Doubts on its own; `doubter` holds, suspends and fines as a faithful keeper would, or not.
contract DoubtsTest is World {
    uint256 private constant ANY = type(uint256).max;

    Terms private t;
    Anchor private anchor;
    Posted private p;
    bytes private draft;

    function setUp() public override {
        super.setUp();
        (Terms memory terms, Anchor[] memory anchors, Draft memory d, Posted memory posted) = _settled(20, 4);
        (t, anchor, p, draft) = (terms, anchors[0], posted, abi.encode(d));
    }

    function test_only_keepers() public {
        (Pay memory pay, bytes32[] memory proof) = _leafAt(0);
        bytes[7] memory calls = [
            abi.encodeCall(IDoubts.holdBond, (p)),
            abi.encodeCall(IDoubts.freeBond, (p)),
            abi.encodeCall(IDoubts.holdLeaf, (p, pay, proof)),
            abi.encodeCall(IDoubts.freeLeaf, (p, 0, 0, 0)),
            abi.encodeCall(IDoubts.suspend, (p)),
            abi.encodeCall(IDoubts.resume, (p, 0)),
            abi.encodeCall(IDoubts.fine, (p, 1, stranger, 1))
        ];
        for (uint256 i; i < calls.length; ++i) {
            vm.prank(stranger);
            (bool done, bytes memory said) = address(doubts).call(calls[i]);
            vm.assertTrue(!done, "refused");
            bytes memory why = abi.encodeWithSelector(IDoubts.Doubts_NotKeeper.selector, stranger);
            vm.assertEq(keccak256(said), keccak256(why), "for this reason");
        }
        vm.prank(doubter);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotDoubts.selector, doubter));
        settlement.amend(p, 1, 0, 0);
        vm.prank(doubter);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotDoubts.selector, doubter));
        settlement.credit(p.campaign, 1);
    }

    function test_attack_hold_of_a_leaf_that_is_none() public {
        (Pay memory pay, bytes32[] memory proof) = _leafAt(1);
        pay.amount += 1;
        vm.prank(doubter);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_WrongProof.selector, p.key, 1));
        doubts.holdLeaf(p, pay, proof);
    }

    function test_attack_hold_of_what_is_final_or_void() public {
        (Pay memory pay, bytes32[] memory proof) = _leafAt(1);
        vm.prank(address(faults));
        uint256 state = vm.snapshotState();
        settlement.void(p, watcher, bytes4(0), 0);
        _all(pay, proof);
        vm.revertToState(state);
        vm.warp(p.finalAt);
        _all(pay, proof);
    }

    function test_attack_free_what_is_not_held() public {
        vm.startPrank(doubter);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NotHeld.selector, p.key, 0));
        doubts.freeLeaf(p, 0, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NotHeld.selector, p.key, ANY));
        doubts.freeBond(p);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NotSuspended.selector, p.key));
        doubts.resume(p, 0);
        vm.stopPrank();
    }

    function test_two_holds_of_a_leaf_are_lifted_one_by_one() public {
        _hold(0);
        _hold(0);
        vm.assertEq(doubts.doubtOf(p.key).holds, 2, "two");
        vm.startPrank(doubter);
        doubts.freeLeaf(p, 0, 0, R);
        vm.warp(p.finalAt);
        vm.stopPrank();
        (Pay memory pay, bytes32[] memory proof) = _leafAt(0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_Held.selector, p.key, 0));
        settlement.claim(_head(p), pay, proof);
        vm.prank(doubter);
        doubts.freeLeaf(p, 0, 4, type(uint96).max);
        vm.assertEq(doubts.heldOf(p.key, 0).left, 0, "cut to what was left, and no further");
        vm.assertEq(doubts.heldOf(p.key, 0).cut, pay.amount, "all of it");
        settlement.claim(_head(p), pay, proof);
        vm.assertEq(dollar.balanceOf(pay.account), 0, "nothing");
    }

    function test_attack_one_item_cut_by_two_who_found_it_wrong() public {
        // Its contributor's other items would pay for the second cut.
        _hold(0);
        _hold(0);
        vm.startPrank(doubter);
        doubts.freeLeaf(p, 0, 4, R);
        vm.assertTrue(doubts.isCut(p.key, 4), "noted");
        doubts.freeLeaf(p, 0, 4, R);
        vm.stopPrank();
        vm.assertEq(doubts.heldOf(p.key, 0).cut, R, "once");
    }

    function test_cut_returns_once_and_only_when_the_leaf_is_paid() public {
        _hold(0);
        vm.prank(doubter);
        doubts.freeLeaf(p, 0, 0, R / 2);
        vm.warp(p.finalAt);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NothingCut.selector, p.key, 0));
        doubts.returnCut(p.key, 0);
        (Pay memory pay, bytes32[] memory proof) = _leafAt(0);
        settlement.claim(_head(p), pay, proof);
        vm.assertEq(dollar.balanceOf(pay.account), pay.amount - R / 2, "the rest");
        uint256 escrow = campaigns.stateOf(p.campaign).escrow;
        doubts.returnCut(p.key, 0);
        vm.assertEq(campaigns.stateOf(p.campaign).escrow, escrow + R / 2, "back");
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NothingCut.selector, p.key, 0));
        doubts.returnCut(p.key, 0);
        uint256 owed = campaigns.stateOf(p.campaign).escrow + p.total - _paid(p.key);
        vm.assertEq(dollar.balanceOf(address(settlement)), owed, "books and money agree");
    }

    function test_attack_cut_counted_again_when_the_batch_is_void() public {
        _hold(0);
        vm.prank(doubter);
        doubts.freeLeaf(p, 0, 0, R / 2);
        vm.prank(address(faults));
        settlement.void(p, watcher, bytes4(0), 0);
        vm.assertEq(campaigns.stateOf(p.campaign).escrow, BUDGET, "its whole total, once");
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NothingCut.selector, p.key, 0));
        doubts.returnCut(p.key, 0);
        vm.assertEq(dollar.balanceOf(address(settlement)), BUDGET, "books and money agree");
    }

    function test_leaf_held_when_the_batch_is_void_can_be_freed() public {
        _hold(0);
        vm.prank(address(faults));
        settlement.void(p, watcher, bytes4(0), 0);
        vm.prank(doubter);
        doubts.freeLeaf(p, 0, 0, R);
        vm.assertEq(campaigns.stateOf(p.campaign).escrow, BUDGET, "nothing moves");
    }

    function test_bond_is_kept_while_anything_is_held() public {
        _hold(0);
        vm.prank(doubter);
        doubts.holdBond(p);
        vm.warp(p.finalAt);
        _releaseRefused(2);
        vm.prank(doubter);
        doubts.freeLeaf(p, 0, 0, 0);
        _releaseRefused(1);
        vm.prank(doubter);
        doubts.freeBond(p);
        _release();
    }

    function test_fine_shrinks_what_is_released() public {
        _holdBond();
        (, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        vm.startPrank(doubter);
        doubts.fine(p, p.bond / 4, stranger, 7);
        doubts.freeBond(p);
        vm.stopPrank();
        (uint256 got,) = stakes.collateralOf(stranger, address(dollar));
        vm.assertEq(got, 7, "rewarded");
        vm.assertEq(
            campaigns.stateOf(p.campaign).escrow, BUDGET - p.total + p.bond / 4 - 7, "the campaign has the rest"
        );
        vm.warp(p.finalAt);
        _release();
        (, uint256 left) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(left, 0, "nothing stays locked");
        vm.assertEq(locked, p.bond + 10 * R, "of bond and deposits");
    }

    function test_attack_fine_above_the_bond() public {
        _holdBond();
        vm.startPrank(doubter);
        doubts.fine(p, p.bond - 1, stranger, 1);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_AboveBond.selector, p.key, p.bond + 1, p.bond));
        doubts.fine(p, 2, stranger, 0);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_AboveBond.selector, p.key, 2, 1));
        doubts.fine(p, 1, stranger, 2);
        doubts.fine(p, 1, stranger, 1);
        vm.stopPrank();
    }

    function test_attack_fine_out_of_another_settlements_bond() public {
        // The settler's locks are one sum: once this bond is released, a fine would take another batch's.
        _settled(20, 4);
        vm.warp(p.finalAt);
        _release();
        vm.prank(doubter);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NotHeld.selector, p.key, ANY));
        doubts.fine(p, 1, stranger, 1);
    }

    function test_attack_fine_beside_the_collected_bond() public {
        _holdBond();
        vm.prank(doubter);
        doubts.fine(p, 100, stranger, 100);
        vm.prank(address(faults));
        settlement.void(p, watcher, bytes4(0), 0);
        vm.prank(doubter);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongPreimage.selector, p.key));
        doubts.fine(p, 1, stranger, 1);
        settlement.collect(p, watcher);
        (, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(locked, 10 * R, "the bond once, deposits not at all");
    }

    function test_suspended_is_not_final_but_can_be_proven_wrong() public {
        vm.prank(doubter);
        doubts.suspend(p);
        vm.warp(p.finalAt + 100);
        (Pay memory pay, bytes32[] memory proof) = _leafAt(0);
        vm.expectPartialRevert(ISettlement.Settlement_NotFinal.selector);
        settlement.claim(_head(p), pay, proof);
        vm.expectPartialRevert(ISettlement.Settlement_NotFinal.selector);
        settlement.release(p, t, _anchors(), _draft().verdicts);
        vm.prank(address(faults));
        settlement.void(p, watcher, bytes4(0), 0);
        vm.prank(doubter);
        doubts.resume(p, 0); // of a void one: only the books
        vm.assertTrue(settlement.isVoid(p.key), "void");
    }

    function test_resumed_has_the_rest_of_its_window() public {
        vm.warp(p.finalAt - 7);
        vm.prank(doubter);
        doubts.suspend(p);
        vm.warp(p.finalAt + 100);
        vm.prank(doubter);
        doubts.resume(p, 0);
        vm.assertEq(settlement.slotOf(p.key).finalAt, block.timestamp + 7, "seven seconds");
        vm.assertTrue(!settlement.isFinal(p.key), "not final yet");
        vm.warp(block.timestamp + 7);
        vm.assertTrue(settlement.isFinal(p.key), "final");
    }

    function test_attack_second_suspension_swallows_the_rest() public {
        // One suspends with ten seconds left, another past the window; whoever lifts last, ten seconds remain.
        vm.warp(p.finalAt - 10);
        vm.startPrank(doubter);
        doubts.suspend(p);
        vm.warp(p.finalAt + 50);
        doubts.suspend(p);
        doubts.resume(p, 0);
        vm.assertTrue(!settlement.isFinal(p.key), "one still suspends");
        doubts.resume(p, 0);
        vm.stopPrank();
        vm.assertEq(settlement.slotOf(p.key).finalAt, block.timestamp + 10, "ten seconds");
    }

    function test_resumed_early_keeps_its_window_or_gets_more() public {
        vm.startPrank(doubter);
        doubts.suspend(p);
        doubts.resume(p, 0);
        vm.assertEq(settlement.slotOf(p.key).finalAt, p.finalAt, "as before");
        doubts.suspend(p);
        doubts.resume(p, p.finalAt + 9);
        vm.assertEq(settlement.slotOf(p.key).finalAt, p.finalAt + 9, "as told");
        vm.stopPrank();
    }

    // Helpers

    function _all(Pay memory pay, bytes32[] memory proof) private {
        vm.startPrank(doubter);
        vm.expectPartialRevert(ISettlement.Settlement_AlreadyFinal.selector);
        doubts.holdLeaf(p, pay, proof);
        vm.expectPartialRevert(ISettlement.Settlement_AlreadyFinal.selector);
        doubts.holdBond(p);
        vm.expectPartialRevert(ISettlement.Settlement_AlreadyFinal.selector);
        doubts.suspend(p);
        vm.stopPrank();
    }

    function _draft() private view returns (Draft memory) {
        return abi.decode(draft, (Draft));
    }

    function _anchors() private view returns (Anchor[] memory) {
        return _one(anchor);
    }

    function _leafAt(uint256 i) private view returns (Pay memory, bytes32[] memory) {
        Draft memory d = _draft();
        return (d.pays[i], _payProof(p, d, i));
    }

    function _hold(uint256 i) private {
        (Pay memory pay, bytes32[] memory proof) = _leafAt(i);
        vm.prank(doubter);
        doubts.holdLeaf(p, pay, proof);
    }

    function _holdBond() private {
        vm.prank(doubter);
        doubts.holdBond(p);
    }

    function _release() private {
        settlement.release(p, t, _anchors(), _draft().verdicts);
    }

    function _releaseRefused(uint256 holds) private {
        bytes memory verdicts = _draft().verdicts;
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_InDoubt.selector, p.key, holds));
        settlement.release(p, t, _anchors(), verdicts);
    }
}
