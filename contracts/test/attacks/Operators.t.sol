// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICampaigns} from "../../src/interfaces/ICampaigns.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {Anchor, Item, Posted, SettleInput, Terms} from "../../src/interfaces/Structs.sol";
import {World} from "../World.sol";

/// @notice What a dishonest operator would post, and what follows when he is gone.
contract OperatorAttacks is World {
    function test_attack_omitting_an_item_or_an_anchor() public {
        (Terms memory t, uint256 id, Anchor[] memory both) = _two();
        Anchor[] memory second = _one(both[1]);
        SettleInput memory input = _input(id, _key(id, 4, 0), _honest(t, second, 2, operator));
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_NotNext.selector, 4, 0));
        settlement.settle(t, second, input);
        Anchor[] memory first = _one(both[0]);
        Draft memory d = _honest(t, first, 2, operator);
        d.verdicts = new bytes(6);
        input = _input(id, _key(id, 0, 0), d);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_VerdictBytes.selector, 6, 8));
        settlement.settle(t, first, input);
        // An accepted item that no leaf pays
        d = _honest(t, first, 2, operator);
        d.lists[0] = new uint32[](1);
        d.lists[0][0] = 0; // was 0 and 2
        d.pays[0].items = keccak256(abi.encode(d.lists[0]));
        Posted memory p = _settle(id, t, first, d, operator);
        bytes32[] memory item = _itemProof(p, d, 2);
        bytes32[] memory pay = _payProof(p, d, 0);
        vm.prank(watcher);
        faults.proveUnpaid(p, d.items[2], item, d.pays[0], pay, d.lists[0]);
        vm.assertTrue(_isVoid(p.key), "void");
    }

    function test_attack_operator_pays_himself() public {
        (Terms memory t, uint256 id, Anchor[] memory both) = _two();
        Draft memory d = _honest(t, _one(both[0]), 2, operator);
        d.pays[0].account = operator;
        Posted memory p = _settle(id, t, _one(both[0]), d, operator);
        _provePay(p, d, 0);
        d = _honest(t, _one(both[1]), 2, operator);
        d.pays[2].amount += 1; // his fee
        d.pays[2].cumulative += 1;
        d.total += 1;
        p = _settle(id, t, _one(both[1]), d, operator);
        bytes32[] memory proof = _payProof(p, d, 2);
        vm.prank(watcher);
        faults.proveFee(p, t, d.pays[2], proof, d.pays[2], proof);
        vm.assertTrue(_isVoid(p.key), "void");
        settlement.collect(p, watcher);
    }

    /// @notice One item in a leaf's list twice, and paid twice; or in two leaves.
    function test_attack_operator_pays_an_item_twice() public {
        (Terms memory t, uint256 id, Anchor[] memory both) = _two();
        Draft memory d = _honest(t, _one(both[0]), 2, operator);
        d.lists[0][1] = d.lists[0][0];
        d.pays[0].items = keccak256(abi.encode(d.lists[0]));
        Posted memory p = _settle(id, t, _one(both[0]), d, operator);
        _provePay(p, d, 0);
        d = _honest(t, _one(both[1]), 2, operator);
        (d.lists[1][0], d.pays[1].items) = (d.lists[0][0], 0);
        d.pays[1].items = keccak256(abi.encode(d.lists[1]));
        p = _settle(id, t, _one(both[1]), d, operator);
        _provePay(p, d, 1);
    }

    /// @notice A leaf for an item that is in no settlement: no leaf of it could be shown, and what is reserved for reviewers
    /// pays his friend. His number alone convicts him.
    function test_attack_operator_pays_for_an_item_there_is_not() public {
        (Terms memory t, uint256 id, Anchor[] memory both) = _two();
        for (uint256 batch; batch < 2; ++batch) {
            Draft memory d = _honest(t, _one(both[batch]), 2, operator);
            d.lists[0] = new uint32[](1);
            d.lists[0][0] = batch == 0 ? 999 : 3; // behind it, and of the settlement before
            d.pays[0].items = keccak256(abi.encode(d.lists[0]));
            Posted memory p = _settle(id, t, _one(both[batch]), d, operator);
            Item[] memory items = new Item[](1);
            items[0].item = d.lists[0][0];
            bytes32[] memory proof = _payProof(p, d, 0);
            vm.prank(watcher);
            faults.provePay(p, d.pays[0], proof, items, new bytes32[][](1));
            vm.assertTrue(_isVoid(p.key), "void");
            if (batch == 0) _settleAgain(p, t, id, both[0]);
        }
    }

    function _settleAgain(Posted memory p, Terms memory t, uint256 id, Anchor memory a) private {
        Draft memory d = _honest(t, _one(a), 2, rival);
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        SettleInput memory input = _input(id, _key(id, 0, 1), d);
        vm.prank(rival);
        settlement.resettle(t, _one(a), input, voided, _watchers(1));
    }

    /// @notice Settled half of what he anchored and is never seen again: a stranger to the batch settles the rest with
    /// what is on chain, and everybody is paid.
    function test_attack_operator_disappears_mid_batch() public {
        (Terms memory t, uint256 id, Anchor[] memory both) = _two();
        Draft memory half = _honest(t, _one(both[0]), 2, operator);
        Posted memory p = _settle(id, t, _one(both[0]), half, operator);
        Draft memory rest = _honest(t, _one(both[1]), 2, rival);
        SettleInput memory input = _input(id, _key(id, 4, 0), rest);
        vm.prank(rival);
        vm.expectPartialRevert(ISettlement.Settlement_AnchorersWindow.selector);
        settlement.settle(t, _one(both[1]), input);
        vm.warp(uint256(both[1].time) + t.settleWindow + 1);
        Posted memory q = _settle(id, t, _one(both[1]), rest, rival);
        _final(q);
        _push(p, half, 0, half.pays.length);
        _push(q, rest, 0, rest.pays.length);
        vm.assertEq(_paid(p.key) + _paid(q.key), half.total + rest.total, "everybody");
        settlement.release(p, t, _one(both[0]), half.verdicts);
        settlement.release(q, t, _one(both[1]), rest.verdicts);
        vm.assertEq(campaigns.stateOf(id).reserved, 0, "nothing is left waiting for him");
    }

    /// @notice Gone before he settled anything: the other operator gets the fee.
    function test_attack_operator_disappears_before_settling() public {
        (Terms memory t, uint256 id, Anchor[] memory both) = _two();
        vm.warp(uint256(both[1].time) + t.settleWindow + 1);
        Draft memory d = _honest(t, both, 2, rival);
        Posted memory p = _settle(id, t, both, d, rival);
        _final(p);
        uint256 before = dollar.balanceOf(rival);
        _push(p, d, 0, d.pays.length);
        vm.assertEq(dollar.balanceOf(rival) - before, d.pays[2].amount, "the fee");
    }

    function _two() private returns (Terms memory t, uint256 id, Anchor[] memory both) {
        t = _terms();
        id = _fund(t, BUDGET);
        both = new Anchor[](2);
        both[0] = _anchor(id, t, 4, operator);
        both[1] = _anchor(id, t, 4, operator);
    }

    function _provePay(Posted memory p, Draft memory d, uint256 i) private {
        Item[] memory items = new Item[](d.lists[i].length);
        bytes32[][] memory proofs = new bytes32[][](items.length);
        for (uint256 j; j < items.length; ++j) {
            items[j] = d.items[d.lists[i][j] - p.firstItem];
            proofs[j] = _itemProof(p, d, d.lists[i][j] - p.firstItem);
        }
        bytes32[] memory proof = _payProof(p, d, i);
        vm.prank(watcher);
        faults.provePay(p, d.pays[i], proof, items, proofs);
        vm.assertTrue(_isVoid(p.key), "void");
    }
}
