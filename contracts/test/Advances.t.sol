// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Advances} from "../src/Advances.sol";
import {IAdvances} from "../src/interfaces/IAdvances.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Anchor, Pay, Posted, SettleInput, Terms, Vote} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice given a pending settlement
///   when its contributor signed: the payer pays the discount price, the claim is his by claim and by push
///   when the settlement is voided: the claim is to what the replacement owes, and nobody is paid twice
///   when anything was changed, replayed, expired or is somebody else's: refused
contract AdvancesTest is World {
    uint256 private constant _ANA_KEY = 0xA7A;
    address private ana = vm.addr(_ANA_KEY);
    address private payer = address(0x0f07);

    function setUp() public override {
        super.setUp();
        _give(payer, BUDGET);
    }

    function test_paid_at_once_and_the_claim_is_the_payers() public {
        (,, Draft memory d, Posted memory p) = _anas(4, operator, 0);
        _advance(p, d, 0, 800_000);
        vm.assertEq(dollar.balanceOf(ana), 800_000, "at once");
        vm.assertEq(settlement.assigneeOf(p.campaign, 0, ana), payer, "shown");
        _final(p);
        uint256 before = dollar.balanceOf(payer);
        bytes32[] memory proof = _payProof(p, d, 0);
        settlement.claim(_head(p), d.pays[0], proof);
        vm.assertEq(dollar.balanceOf(payer) - before, d.pays[0].amount, "the whole claim");
        vm.assertEq(dollar.balanceOf(ana), 800_000, "and not twice");
    }

    function test_push_pays_the_assignee_and_everybody_else_himself() public {
        (,, Draft memory d, Posted memory p) = _anas(4, operator, 0);
        _advance(p, d, 0, 500_000);
        _final(p);
        uint256 before = dollar.balanceOf(payer);
        _push(p, d, 0, d.pays.length);
        vm.assertEq(dollar.balanceOf(payer) - before, d.pays[0].amount, "assigned");
        vm.assertEq(dollar.balanceOf(d.pays[1].account), d.pays[1].amount, "own");
        vm.assertEq(_paid(p.key), d.total, "all");
    }

    /// @notice The settlement was a lie: the payer bears it, and has the claim to what the honest one owes.
    function test_attack_slash_after_an_advance_never_pays_twice() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _anas(4, operator, 1);
        _advance(p, d, 0, 800_000);
        bytes32[] memory proof = _itemProof(p, d, 0);
        vm.prank(watcher);
        faults.proveVerdict(p, t, d.items[0], proof, new Vote[](0));
        Draft memory honest = _drafted(t, anchors, rival, 2);
        uint256 key = p.key + 1;
        Posted memory q = _posted(p.campaign, key, t, anchors, honest, rival);
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        SettleInput memory input = _input(p.campaign, key, honest);
        vm.prank(rival);
        settlement.resettle(t, anchors, input, voided, _watchers(1));
        vm.assertEq(settlement.slotOf(key).flags, 17, "posted, some claims assigned");
        _final(q);
        uint256 before = dollar.balanceOf(payer);
        _push(q, honest, 0, honest.pays.length);
        vm.assertEq(dollar.balanceOf(payer) - before, honest.pays[0].amount, "what the honest one owes");
        vm.assertEq(dollar.balanceOf(ana), 800_000, "once");
        vm.expectRevert();
        settlement.claim(_head(p), d.pays[0], proof);
    }

    function test_attack_assignments_changed_replayed_or_forged() public {
        (,, Draft memory d, Posted memory p) = _anas(4, operator, 0);
        (,, Draft memory other, Posted memory q) = _anas(4, operator, 0);
        IAdvances.Assignment memory a = _assignment(p, 800_000);
        bytes memory signature = _sign(a);
        bytes32[] memory proof = _payProof(p, d, 0);
        bytes32[] memory proofQ = _payProof(q, other, 0);
        vm.startPrank(payer);
        vm.expectRevert(abi.encodeWithSelector(IAdvances.Advances_OtherItems.selector, q.key));
        advances.advance(_head(q), other.pays[0], proofQ, a, signature);
        IAdvances.Assignment memory b = _assignment(p, 1);
        vm.expectRevert(abi.encodeWithSelector(IAdvances.Advances_WrongSignature.selector, ana));
        advances.advance(_head(p), d.pays[0], proof, b, signature);
        b = _assignment(p, 800_000);
        b.to = stranger;
        vm.expectRevert(abi.encodeWithSelector(IAdvances.Advances_WrongSignature.selector, ana));
        advances.advance(_head(p), d.pays[0], proof, b, signature);
        b = _assignment(p, d.pays[0].amount + 1);
        bytes memory above = _sign(b);
        vm.expectRevert(
            abi.encodeWithSelector(IAdvances.Advances_AboveOwed.selector, d.pays[0].amount + 1, d.pays[0].amount)
        );
        advances.advance(_head(p), d.pays[0], proof, b, above);
        advances.advance(_head(p), d.pays[0], proof, a, signature);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotAssignable.selector, p.key, 0));
        advances.advance(_head(p), d.pays[0], proof, a, signature);
        vm.warp(a.deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IAdvances.Advances_Expired.selector, a.deadline, block.timestamp));
        advances.advance(_head(p), d.pays[0], proof, a, signature);
        vm.stopPrank();
    }

    function test_attack_signature_of_another_deployment_or_chain() public {
        (,, Draft memory d, Posted memory p) = _anas(4, operator, 0);
        IAdvances.Assignment memory a = _assignment(p, 800_000);
        Advances elsewhere = new Advances(settlement);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_ANA_KEY, elsewhere.digestOf(a));
        bytes32[] memory proof = _payProof(p, d, 0);
        vm.startPrank(payer);
        vm.expectRevert(abi.encodeWithSelector(IAdvances.Advances_WrongSignature.selector, ana));
        advances.advance(_head(p), d.pays[0], proof, a, abi.encodePacked(r, s, v));
        bytes memory here = _sign(a);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotAdvances.selector, address(elsewhere)));
        elsewhere.advance(_head(p), d.pays[0], proof, a, abi.encodePacked(r, s, v));
        vm.chainId(777);
        vm.expectRevert(abi.encodeWithSelector(IAdvances.Advances_WrongSignature.selector, ana));
        advances.advance(_head(p), d.pays[0], proof, a, here);
        vm.stopPrank();
    }

    function test_paid_void_or_other_kinds_cannot_be_assigned() public {
        (Terms memory t,, Draft memory d, Posted memory p) = _anas(4, operator, 1);
        bytes32[] memory proof = _payProof(p, d, 2);
        vm.prank(address(advances));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotAssignable.selector, p.key, 2));
        settlement.assign(_head(p), d.pays[2], proof, payer); // the operator's fee
        proof = _itemProof(p, d, 0);
        vm.prank(watcher);
        faults.proveVerdict(p, t, d.items[0], proof, new Vote[](0));
        proof = _payProof(p, d, 0);
        vm.prank(address(advances));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_IsVoid.selector, p.key));
        settlement.assign(_head(p), d.pays[0], proof, payer);
        (,, d, p) = _anas(4, operator, 0);
        _final(p);
        _push(p, d, 0, 1);
        proof = _payProof(p, d, 0);
        vm.prank(address(advances));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotAssignable.selector, p.key, 0));
        settlement.assign(_head(p), d.pays[0], proof, payer);
    }

    /// @param wrong how many leading items have an accepted verdict their numbers do not bear
    function _anas(uint32 count, address settler, uint256 wrong)
        private
        returns (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p)
    {
        t = _terms();
        uint256 id = _fund(t, BUDGET);
        anchors = _one(_anchor(id, t, count, operator));
        d = _drafted(t, anchors, settler, 2);
        for (uint256 i; i < wrong; ++i) {
            d.items[i].llr = 1000;
        }
        p = _settle(id, t, anchors, d, settler);
    }

    /// @dev An honest draft whose first payee is Ana.
    function _drafted(Terms memory t, Anchor[] memory anchors, address settler, uint256 payees)
        private
        view
        returns (Draft memory d)
    {
        d = _honest(t, anchors, payees, settler);
        for (uint256 i; i < d.items.length; ++i) {
            if (d.items[i].payIndex == 0) d.items[i].contributor = ana;
        }
        d.pays[0].account = ana;
    }

    function _advance(Posted memory p, Draft memory d, uint256 i, uint96 price) private {
        IAdvances.Assignment memory a = _assignment(p, price);
        bytes memory signature = _sign(a);
        bytes32[] memory proof = _payProof(p, d, i);
        vm.prank(payer);
        advances.advance(_head(p), d.pays[i], proof, a, signature);
    }

    function _assignment(Posted memory p, uint96 price) private view returns (IAdvances.Assignment memory) {
        return IAdvances.Assignment(p.campaign, p.firstItem, ana, payer, price, uint40(block.timestamp + 60));
    }

    function _sign(IAdvances.Assignment memory a) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_ANA_KEY, advances.digestOf(a));
        return abi.encodePacked(r, s, v);
    }
}
