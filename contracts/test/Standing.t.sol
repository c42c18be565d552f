// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {Reviewers} from "../src/Reviewers.sol";
import {IReputation} from "../src/interfaces/IReputation.sol";
import {IReviewers} from "../src/interfaces/IReviewers.sol";
import {ReputationWorld} from "./Reputation.t.sol";

/// @notice Entry and suspension: who may be drawn, as the rows of final epochs say.
/// given no epoch is final: whoever stakes is drawn.
/// given one is: who came before stays; who comes after needs a row; a row at the least weight puts anybody out.
contract StandingTest is ReputationWorld {
    Reviewers private reviewers;
    address private founder = _reviewer(0);
    address private newcomer = _reviewer(1);

    function setUp() public override {
        super.setUp();
        reviewers = new Reviewers(stakes, reputation, address(this));
        _stake(founder);
        reviewers.sync(founder);
    }

    function test_the_first_reviewers_need_no_entry() public {
        vm.assertEq(reviewers.weightOf(founder), 100 ether, "no epoch is final");
        _epoch(_change(_reviewer(9), 70, 30));
        reviewers.sync(founder);
        vm.assertEq(reviewers.weightOf(founder), 100 ether, "nobody said otherwise");
    }

    function test_attack_a_newcomer_syncs_himself_into_the_draw() public {
        _epoch(_change(founder, 10, 0));
        _stake(newcomer);
        vm.prank(newcomer);
        reviewers.sync(newcomer);
        vm.assertEq(reviewers.weightOf(newcomer), 0, "no entry, no draw");
        vm.assertEq(reviewers.leafCount(), 1, "and no leaf");
    }

    function test_entry_is_a_row_of_a_final_epoch() public {
        Draft memory first = _epoch(_change(founder, 10, 0));
        _stake(newcomer);
        Draft memory d = _draft(first.rows, _list(_change(newcomer, 70, 30)));
        IReputation.Epoch memory e = _post(d, operator);
        IReputation.Lookup memory at = _find(2, d.rows, newcomer);
        vm.expectRevert(abi.encodeWithSelector(Merkle.Merkle_IndexOutOfRange.selector, 1, 1)); // not final: epoch 1 has one row
        reviewers.heed(newcomer, at);
        vm.warp(e.finalAt);
        vm.prank(stranger);
        reviewers.heed(newcomer, at);
        vm.assertEq(reviewers.weightOf(newcomer), 100 ether, "let in, by anyone");
        vm.assertEq(d.rows[1].weight, 847, "entry leaves the weight where it starts");
        vm.prank(newcomer);
        stakes.leave(2);
        reviewers.sync(newcomer);
        vm.assertEq(reviewers.weightOf(newcomer), 0, "the role is needed all the same");
    }

    function test_attack_another_row_or_none_lets_nobody_in() public {
        Draft memory d = _epoch(_change(founder, 10, 0));
        _stake(newcomer);
        IReputation.Lookup memory none = _find(1, d.rows, newcomer);
        vm.expectRevert(abi.encodeWithSelector(IReviewers.Reviewers_NoRow.selector, 1, newcomer));
        reviewers.heed(newcomer, none);
        IReputation.Lookup memory forged = _find(1, d.rows, founder);
        forged.rows[0].reviewer = newcomer;
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongProof.selector, 0));
        reviewers.heed(newcomer, forged);
    }

    function test_the_least_weight_puts_out_until_a_later_row_lets_in() public {
        Draft memory d = _epoch(_change(founder, 60, 60)); // 88 right, 72 wrong: p = .55
        reviewers.heed(founder, _find(1, d.rows, founder));
        vm.assertEq(reviewers.weightOf(founder), 0, "out");
        vm.prank(founder);
        reviewers.sync(founder);
        vm.assertEq(reviewers.weightOf(founder), 0, "a sync brings nobody back");
        IReputation.Lookup memory old = _find(1, d.rows, founder);
        d = _draft(d.rows, _list(_change(founder, 30, 0)));
        vm.warp(_post(d, operator).finalAt);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongProof.selector, 0));
        reviewers.heed(founder, old);
        reviewers.heed(founder, _find(2, d.rows, founder));
        vm.assertEq(reviewers.weightOf(founder), 100 ether, "a jury said he was right");
    }

    function _change(address who, uint16 right, uint16 wrong) private pure returns (Change memory) {
        return Change(who, right, wrong);
    }

    function _epoch(Change memory change) private returns (Draft memory d) {
        d = _draft(new IReputation.Row[](0), _list(change));
        vm.warp(_post(d, operator).finalAt);
    }

    function _stake(address who) private {
        token.transfer(who, 100 ether);
        vm.startPrank(who);
        token.approve(address(stakes), type(uint256).max);
        stakes.join(2, 100 ether);
        vm.stopPrank();
    }
}
