// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICampaigns} from "../../src/interfaces/ICampaigns.sol";
import {Anchor, Pay, Posted, SettleInput, Terms, Vote} from "../../src/interfaces/Structs.sol";
import {World} from "../World.sol";

/// @notice The requester after money that accepted work is promised.
contract EscrowAttacks is World {
    /// @notice An operator in league with the requester settles everything at nothing; after the deadline the requester
    /// asks back what that freed; the settlement is proven wrong: the money for an honest one must still be there.
    /// @dev Found by the stateful model (tests/contract): escrow fell below what was reserved.
    function test_attack_refund_of_what_a_false_settlement_freed() public {
        (Terms memory t, Anchor[] memory anchors, uint256 id) = _queued(100, 100 * 1_500_000);
        Posted memory p = _settleAtNothing(id, t, anchors, operator);
        vm.startPrank(requester);
        uint256 reserved = campaigns.stateOf(id).reserved;
        uint256 escrow = campaigns.stateOf(id).escrow;
        vm.expectPartialRevert(ICampaigns.Campaigns_NotUnreserved.selector);
        campaigns.refund(id, t, escrow - reserved + 1);
        campaigns.refund(id, t, escrow - reserved);
        vm.stopPrank();
        _void(p, t, anchors, 0);
        _covered(id);
        Posted memory again = _resettle(id, t, anchors, p);
        _final(again);
        vm.assertEq(_paid(again.key), 0, "not yet");
        Draft memory d = _honest(t, anchors, 50, rival);
        _push(again, d, 0, d.pays.length);
        vm.assertEq(_paid(again.key), d.total, "everybody was paid");
    }

    /// @notice The same with new anchors instead of a refund: what a pending settlement freed is not promised twice.
    function test_attack_anchoring_on_what_a_false_settlement_freed() public {
        (Terms memory t, Anchor[] memory anchors, uint256 id) = _queued(100, 145 * 1_000_000 + 5 * 1_000_000);

        vm.warp(t.deadline - 10);
        Posted memory p = _settleAtNothing(id, t, anchors, operator);
        vm.prank(rival);
        vm.expectPartialRevert(ICampaigns.Campaigns_NotUnreserved.selector);
        campaigns.anchor(id, t, keccak256("more"), 50, 0);
        _void(p, t, anchors, 0);
        _covered(id);
        _resettle(id, t, anchors, p);
    }

    /// @notice Once it is final and released, what it did not spend is the requester's again, to the last unit.
    function test_what_a_final_settlement_did_not_spend_is_refunded() public {
        (Terms memory t, Anchor[] memory anchors, uint256 id) = _queued(4, BUDGET);
        Draft memory d = _honest(t, anchors, 2, operator);
        Posted memory p = _settle(id, t, anchors, d, operator);
        vm.assertEq(campaigns.stateOf(id).reserved, p.reserve - p.total, "the rest waits for the window");
        _final(p);
        settlement.release(p, t, anchors, d.verdicts);
        vm.assertEq(campaigns.stateOf(id).reserved, 0, "free");
        vm.prank(requester);
        campaigns.refund(id, t, BUDGET - d.total);
        vm.assertEq(campaigns.stateOf(id).escrow, 0, "all of it");
    }

    /// @notice Nor does the reserve lapse while a settlement is pending: proven wrong late, it can still be replaced.
    function test_attack_lapse_between_settlement_and_its_void() public {
        (Terms memory t, Anchor[] memory anchors, uint256 id) = _queued(4, BUDGET);
        vm.warp(uint256(t.deadline) + t.lapseWindow);
        Posted memory p = _settleAtNothing(id, t, anchors, operator);
        vm.warp(block.timestamp + 1);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_NothingReserved.selector, id));
        campaigns.lapse(id, t);
        _void(p, t, anchors, 0);
        _covered(id);
        _resettle(id, t, anchors, p);
    }

    /// @notice What nobody replaced is free once its deposits were reclaimed, and not before.
    function test_reclaim_of_a_void_settlement_frees_its_reserve() public {
        (Terms memory t, Anchor[] memory anchors, uint256 id) = _queued(4, BUDGET);
        Posted memory p = _settleAtNothing(id, t, anchors, operator);
        _void(p, t, anchors, 0);
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1);
        vm.assertEq(campaigns.stateOf(id).reserved, p.reserve, "still reserved");
        settlement.reclaim(p, watcher, t, anchors);
        vm.assertEq(campaigns.stateOf(id).reserved, 0, "free");
        vm.prank(requester);
        campaigns.refund(id, t, BUDGET);
    }

    function _queued(uint32 count, uint256 budget)
        private
        returns (Terms memory t, Anchor[] memory anchors, uint256 id)
    {
        t = _terms();
        id = _fund(t, budget);
        _fund(t, BUDGET); // another campaign's money is in the same contract
        anchors = _one(_anchor(id, t, count, operator));
        vm.warp(uint256(t.deadline) + 1);
    }

    /// @dev Every item rejected against its own numbers, nobody paid.
    function _settleAtNothing(uint256 id, Terms memory t, Anchor[] memory anchors, address who)
        private
        returns (Posted memory)
    {
        return _settle(id, t, anchors, _nothing(t, anchors, who), who);
    }

    function _nothing(Terms memory t, Anchor[] memory anchors, address who) private pure returns (Draft memory d) {
        d = _honest(t, anchors, 1, who);
        for (uint256 i; i < d.items.length; ++i) {
            (d.items[i].verdict, d.items[i].reward, d.items[i].payIndex) = (0, 0, NO_PAY);
            d.items[i].shareWeight = 0;
            (d.verdicts[2 * i], d.verdicts[2 * i + 1]) = (0, 0);
        }
        (d.pays, d.total) = (new Pay[](0), 0);
    }

    function _void(Posted memory p, Terms memory t, Anchor[] memory anchors, uint256 i) private {
        Draft memory d = _nothing(t, anchors, p.settler);
        bytes32[] memory proof = _itemProof(p, d, i);
        vm.prank(watcher);
        faults.proveVerdict(p, t, d.items[i], proof, new Vote[](0));
    }

    function _resettle(uint256 id, Terms memory t, Anchor[] memory anchors, Posted memory old)
        private
        returns (Posted memory p)
    {
        Draft memory d = _honest(t, anchors, 50, rival);
        p = _posted(id, old.key + 1, t, anchors, d, rival);
        SettleInput memory input = _input(id, p.key, d);
        Posted[] memory voided = new Posted[](1);
        voided[0] = old;
        vm.prank(rival);
        settlement.resettle(t, anchors, input, voided, _watchers(1));
    }

    function _covered(uint256 id) private view {
        vm.assertLe(campaigns.stateOf(id).reserved, campaigns.stateOf(id).escrow, "I1");
    }
}
