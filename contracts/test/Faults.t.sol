// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {IFaults} from "../src/interfaces/IFaults.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Anchor, Item, Pay, Posted, SettleInput, Terms, Vote} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice Each fault: an honest settlement withstands it, one bent in a single place falls to it.
contract FaultsTest is World {
    Vote[] private _none;

    function test_void_returns_everything_and_splits_the_bond() public {
        (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
        d.items[1].llr = 1500;
        Posted memory p = _settle(id, t, anchors, d, operator);
        _verdict(p, t, d, 1, _none, true);
        ICampaigns.State memory s = campaigns.stateOf(id);
        vm.assertEq(s.escrow, BUDGET, "everything is back at once");
        vm.prank(stranger);
        settlement.collect(p, watcher);
        s = campaigns.stateOf(id);
        vm.assertEq(s.escrow, BUDGET + p.bond / 2, "escrow and half the bond");
        vm.assertEq(s.reserved, p.reserve, "reserve restored");
        (uint256 free,) = stakes.collateralOf(watcher, address(dollar));
        vm.assertEq(free, p.bond / 2, "the watcher's half");
        vm.assertTrue(_isVoid(p.key), "void");
        _verdict(p, t, d, 1, _none, ISettlement.Settlement_AlreadyFinal.selector);
    }

    function test_too_late_once_final() public {
        (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
        d.items[1].llr = 1500;
        Posted memory p = _settle(id, t, anchors, d, operator);
        vm.warp(p.finalAt);
        _verdict(p, t, d, 1, _none, ISettlement.Settlement_AlreadyFinal.selector);
    }

    function test_verdict_table() public {
        // llr, prior, verdict, novelty, votes (signed weights) -> whether it is a fault; threshold 1500
        _row(1501, 0, 1, 10_000, "", false);
        _row(1500, 0, 1, 10_000, "", true);
        _row(1500, 0, 0, 10_000, "", false);
        _row(1501, 0, 0, 10_000, "", true);
        _row(-2943, 0, 0, 10_000, "", false);
        _row(-2944, 0, 0, 10_000, "", true);
        _row(-2944, 0, 2, 10_000, "", false);
        _row(-2943, 0, 2, 10_000, "", true);
        _row(5000, 0, 2, 0, "", false);
        _row(5000, 0, 2, 1, "", true);
        _row(5000, 0, 1, 0, "", true);
        _row(0, 0, 0, 0, "", true);
        _row(0, 0, 3, 10_000, "", false);
        _row(0, 0, 3, 10_000, abi.encode(int256(200)), true);
        _row(0, 0, 4, 10_000, "", true);
        _row(5000, 2200, 1, 10_000, "", false);
        _row(5000, 2201, 1, 10_000, "", true);
        _row(9000, -2201, 1, 10_000, "", true);
        _row(1000, 0, 1, 10_000, abi.encode(int256(847), int256(-200)), false);
        _row(1000, 0, 1, 10_000, abi.encode(int256(847), int256(-400)), true);
        _row(5000, 0, 1, 10_000, abi.encode(int256(199)), true);
        _row(5000, 0, 1, 10_000, abi.encode(int256(2945)), true);
        _row(5000, 0, 1, 10_000, new bytes(0), false);
    }

    function test_too_many_votes_or_a_reviewer_twice_or_a_strange_vote() public {
        (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
        Vote[] memory nine = _votes(_same(9, 200));
        Vote[] memory ten = _votes(_same(10, 200));
        Vote[] memory twice = _votes(_same(2, 200));
        twice[1].reviewer = twice[0].reviewer;
        Vote[] memory strange = _votes(_same(2, 200));
        strange[1].verdict = 2;
        d.items[0].votesRoot = keccak256(abi.encode(nine));
        d.items[1].votesRoot = keccak256(abi.encode(ten));
        d.items[2].votesRoot = keccak256(abi.encode(twice));
        d.items[3].votesRoot = keccak256(abi.encode(strange));
        Posted memory p = _settle(id, t, anchors, d, operator);
        uint256 snapshot = vm.snapshotState();
        _verdict(p, t, d, 0, nine, false);
        _verdict(p, t, d, 0, ten, IFaults.Faults_WrongVotes.selector);
        _verdict(p, t, d, 1, ten, true);
        vm.revertToState(snapshot);
        _verdict(p, t, d, 2, twice, true);
        vm.revertToState(snapshot);
        _verdict(p, t, d, 3, strange, true);
    }

    function test_wrong_terms_proofs_or_preimages_refused() public {
        (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
        d.items[1].llr = 1500;
        Posted memory p = _settle(id, t, anchors, d, operator);
        t.thresholdMilli = 8000;
        _verdict(p, t, d, 0, _none, IFaults.Faults_WrongTerms.selector);
        t.thresholdMilli = 1500;
        d.items[0].llr = -8000;
        bytes32[] memory proof = _itemProof(p, d, 1);
        vm.expectPartialRevert(IFaults.Faults_WrongProof.selector);
        faults.proveVerdict(p, t, d.items[0], proof, _none);
        d.items[0].llr = 8000;
        p.itemRoot = keccak256("forged");
        vm.expectPartialRevert(IFaults.Faults_WrongProof.selector);
        faults.proveVerdict(p, t, d.items[1], proof, _none);
    }

    /// @notice A forged preimage with its own root proves anything to Faults, and nothing to Settlement.
    function test_attack_forged_posted_voids_nothing() public {
        (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
        Posted memory p = _settle(id, t, anchors, d, operator);
        d.items[1].llr = 0;
        Posted memory forged = _posted(id, p.key, t, anchors, d, operator);
        _verdict(forged, t, d, 1, _none, ISettlement.Settlement_WrongPreimage.selector);
    }

    function test_attack_only_faults_voids() public {
        (,,, Posted memory p) = _settled(4, 2);
        vm.prank(watcher);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotFaults.selector, watcher));
        settlement.void(p, watcher, bytes4(0), 0);
    }

    function test_byte() public {
        (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
        d.verdicts[2] = 0x00;
        d.verdicts[5] = bytes1(uint8(98));
        d.items[3].verdict = 0;
        d.verdicts[6] = 0x00; // item 3 rejected, but with a score
        Posted memory p = _settle(id, t, anchors, d, operator);
        _byte(p, d, 0, false);
        _byte(p, d, 1, true);
        _byte(p, d, 2, true);
        _byte(p, d, 3, true);
        bytes32[] memory proof = _itemProof(p, d, 1);
        vm.expectRevert(abi.encodeWithSelector(IFaults.Faults_WrongVerdicts.selector, p.key));
        faults.proveByte(p, d.items[1], proof, new bytes(8), _none);
        t;
    }

    function test_reward() public {
        (Terms memory t, Draft memory d,,) = _ready();
        for (uint256 which; which < 12; ++which) {
            (Terms memory u, Draft memory e, uint256 id, Anchor[] memory anchors) = _ready();
            if (which == 1) e.items[0].reward += 1;
            if (which == 2) e.items[0].reward -= 1;
            if (which == 3) e.items[0].shareWeight += 1;
            if (which == 4) e.items[0].payIndex = uint32(e.pays.length);
            if (which == 5) e.items[0].payIndex = NO_PAY;
            if (which == 6) e.items[0].grade = 101;
            if (which == 7) e.items[0].novelty = 10_001;
            if (which == 8) e.items[0].verdict = 0; // rejected and paid
            if (which >= 9) (e.items[0].verdict, e.items[0].reward) = (0, 0);
            if (which == 9) (e.items[0].shareWeight, e.items[0].payIndex) = (0, NO_PAY); // as it should be
            if (which == 10) e.items[0].payIndex = NO_PAY; // still weighs in sales
            if (which == 11) e.items[0].shareWeight = 0; // still points somewhere
            Posted memory p = _settle(id, u, anchors, e, operator);
            bytes32[] memory proof = _itemProof(p, e, 0);
            bool fault = which != 0 && which != 9;
            if (!fault) vm.expectRevert(IFaults.Faults_NoFault.selector);
            faults.proveReward(p, u, e.items[0], proof, _none);
            vm.assertTrue(_isVoid(p.key) == (fault), "reward row");
        }
        t;
        d;
    }

    function test_pay() public {
        for (uint256 which; which < 6; ++which) {
            (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
            if (which == 1) d.pays[0].amount += 1;
            if (which == 2) d.items[2].contributor = stranger;
            if (which == 3) d.items[2].payIndex = 1;
            if (which == 4) (d.lists[0][0], d.lists[0][1]) = (d.lists[0][1], d.lists[0][0]);
            if (which == 5) d.lists[0][1] = d.lists[0][0];
            d.pays[0].items = keccak256(abi.encode(d.lists[0]));
            Posted memory p = _settle(id, t, anchors, d, operator);
            _provePay(p, d, which != 0);
        }
    }

    function _provePay(Posted memory p, Draft memory d, bool fault) private {
        Item[] memory items = new Item[](d.lists[0].length);
        bytes32[][] memory proofs = new bytes32[][](items.length);
        for (uint256 i; i < items.length; ++i) {
            items[i] = d.items[d.lists[0][i]];
            proofs[i] = _itemProof(p, d, d.lists[0][i]);
        }
        bytes32[] memory proof = _payProof(p, d, 0);
        if (!fault) vm.expectRevert(IFaults.Faults_NoFault.selector);
        faults.provePay(p, d.pays[0], proof, items, proofs);
        vm.assertTrue(_isVoid(p.key) == (fault), "pay row");
        if (fault) return;
        items[0] = d.items[1];
        proofs[0] = _itemProof(p, d, 1);
        vm.expectRevert(abi.encodeWithSelector(IFaults.Faults_WrongNumbers.selector, 0));
        faults.provePay(p, d.pays[0], proof, items, proofs);
        vm.expectPartialRevert(IFaults.Faults_LengthMismatch.selector);
        faults.provePay(p, d.pays[0], proof, items, new bytes32[][](1));
    }

    function test_unpaid() public {
        for (uint256 which; which < 5; ++which) {
            (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
            if (which == 1) d.lists[0] = _just(0); // leaves item 2 out
            if (which == 2) d.pays[0].account = stranger;
            if (which == 3) d.pays[0].kind = 1;
            if (which == 4) d.items[2].payIndex = 77;
            d.pays[0].items = keccak256(abi.encode(d.lists[0]));
            Posted memory p = _settle(id, t, anchors, d, operator);
            bytes32[] memory itemProof = _itemProof(p, d, 2);
            bytes32[] memory payProof = _payProof(p, d, 0);
            if (which == 0) vm.expectRevert(IFaults.Faults_NoFault.selector);
            faults.proveUnpaid(p, d.items[2], itemProof, d.pays[0], payProof, d.lists[0]);
            vm.assertTrue(_isVoid(p.key) == (which != 0), "unpaid row");
            if (which > 0) continue;
            payProof = _payProof(p, d, 1);
            vm.expectRevert(IFaults.Faults_NoFault.selector); // another leaf is no omission
            faults.proveUnpaid(p, d.items[2], itemProof, d.pays[1], payProof, d.lists[1]);
            vm.expectRevert(abi.encodeWithSelector(IFaults.Faults_WrongNumbers.selector, 1));
            faults.proveUnpaid(p, d.items[2], itemProof, d.pays[1], payProof, d.lists[0]);
        }
    }

    function test_fee() public {
        for (uint256 which; which < 6; ++which) {
            (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
            uint96 cap = uint96(4 * uint256(R) * 45 / 100);
            uint256 at = 2;
            if (which == 1) d.pays[2].amount += 1;
            if (which == 2) d.pays[2].account = stranger;
            if (which == 3) d.pays[2].kind = 3;
            if (which >= 4) {
                at = 1;
                d.pays[1].kind = 1;
                d.pays[1].amount = cap + (which == 5 ? 1 : 0);
                d.pays[1].cumulative = d.pays[0].cumulative + d.pays[1].amount;
            }
            Posted memory p = _settle(id, t, anchors, d, operator);
            bytes32[] memory proof = _payProof(p, d, at);
            bool fault = which != 0 && which != 4;
            if (!fault) vm.expectRevert(IFaults.Faults_NoFault.selector);
            faults.proveFee(p, t, d.pays[at], proof, d.pays[at], proof);
            vm.assertTrue(_isVoid(p.key) == (fault), "fee row");
        }
    }

    /// @notice A word that may pay less than it owes, another more: the total fits, and yet somebody would go empty.
    function test_budget_of_a_word() public {
        for (uint256 which; which < 2; ++which) {
            Terms memory t = _terms();
            uint256 id = _fund(t, BUDGET);
            Anchor[] memory anchors = _one(_anchor(id, t, 200, operator));
            Draft memory d = _honest(t, anchors, 200, operator);
            uint256 key = _key(id, 0, 0);
            SettleInput memory input = _input(id, key, d);
            Posted memory p = _posted(id, key, t, anchors, d, operator);
            input.words[0].budget -= uint96(which);
            input.words[1].budget += uint96(which);
            p.payRoot = _payRoot(input.words);
            vm.prank(operator);
            settlement.settle(t, anchors, input);
            bytes32[][2] memory proofs;
            for (uint256 i; i < 2; ++i) {
                proofs[i] = _concat(_proof(_wordLeaves(key, d, 0), 127 * i), _proof(_wordNodes(input.words), 0));
                proofs[i] = _insert(proofs[i], 7, bytes32(uint256(input.words[0].budget)));
            }
            vm.prank(watcher);
            if (which == 0) vm.expectRevert(IFaults.Faults_NoFault.selector);
            faults.proveSum(p, d.pays[0], proofs[0], d.pays[127], proofs[1]);
            vm.assertTrue(_isVoid(key) == (which == 1), "budget row");
        }
    }

    function test_sum() public {
        for (uint256 which; which < 6; ++which) {
            (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
            (uint256 a, uint256 b) = (0, 1);
            if (which == 1) d.pays[0].cumulative += 1;
            if (which == 2) d.pays[1].cumulative += 1;
            if (which == 3) (a, b, d.total) = (1, 2, d.total + 1);
            if (which == 4) d.pays[1].account = d.pays[0].account; // the same account twice
            if (which == 5) d.pays[0].kind = 2; // out of order
            Posted memory p = _settle(id, t, anchors, d, operator);
            bytes32[] memory proofA = _payProof(p, d, a);
            bytes32[] memory proofB = _payProof(p, d, b);
            if (which == 0) vm.expectRevert(IFaults.Faults_NoFault.selector);
            faults.proveSum(p, d.pays[a], proofA, d.pays[b], proofB);
            vm.assertTrue(_isVoid(p.key) == (which != 0), "sum row");
        }
    }

    function test_order() public {
        (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
        d.items[2].item = 3;
        Posted memory p = _settle(id, t, anchors, d, operator);
        bytes32[] memory proof = _itemProof(p, d, 1);
        vm.expectRevert(IFaults.Faults_NoFault.selector);
        faults.proveOrder(p, 1, d.items[1], proof);
        vm.expectRevert(abi.encodeWithSelector(IFaults.Faults_WrongProof.selector, 2));
        faults.proveOrder(p, 2, d.items[1], proof);
        proof = _itemProof(p, d, 2);
        faults.proveOrder(p, 2, d.items[2], proof);
        vm.assertTrue(_isVoid(p.key), "void");
    }

    /// @notice No fault function holds against an honest settlement, whichever item or leaf is shown.
    function testFuzz_honest_settlement_withstands_every_fault(uint256 count, uint256 payees, uint256 pick) public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) =
            _settled(uint32(bound(count, 1, 9)), bound(payees, 1, 9));
        uint256 i = pick % d.items.length;
        uint256 j = (pick >> 64) % d.pays.length;
        uint256 k = (pick >> 128) % d.pays.length;
        bytes32[] memory proof = _itemProof(p, d, i);
        bytes32[] memory proofJ = _payProof(p, d, j);
        bytes32[] memory proofK = _payProof(p, d, k);
        bytes4 no = IFaults.Faults_NoFault.selector;
        vm.expectRevert(no);
        faults.proveVerdict(p, t, d.items[i], proof, _none);
        vm.expectRevert(no);
        faults.proveByte(p, d.items[i], proof, d.verdicts, _none);
        vm.expectRevert(no);
        faults.proveReward(p, t, d.items[i], proof, _none);
        vm.expectRevert(no);
        faults.proveOrder(p, i, d.items[i], proof);
        vm.expectRevert(no);
        faults.proveUnpaid(p, d.items[i], proof, d.pays[j], proofJ, d.lists[j]);
        vm.expectRevert(no);
        faults.proveFee(p, t, d.pays[j], proofJ, d.pays[k], proofK);
        vm.expectRevert(no);
        faults.proveSum(p, d.pays[j], proofJ, d.pays[k], proofK);
        anchors;
    }

    function _insert(bytes32[] memory list, uint256 at, bytes32 word) private pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i; i < longer.length; ++i) {
            longer[i] = i < at ? list[i] : i == at ? word : list[i - 1];
        }
    }

    function _row(int32 llr, int32 prior, uint8 verdict, uint16 novelty, bytes memory weights, bool fault) private {
        (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) = _ready();
        Vote[] memory votes = _votes(weights);
        (d.items[1].llr, d.items[1].prior) = (llr, prior);
        (d.items[1].verdict, d.items[1].novelty) = (verdict, novelty);
        d.items[1].votesRoot = keccak256(abi.encode(votes));
        Posted memory p = _settle(id, t, anchors, d, operator);
        _verdict(p, t, d, 1, votes, fault);
    }

    function _verdict(Posted memory p, Terms memory t, Draft memory d, uint256 i, Vote[] memory votes, bool fault)
        private
    {
        if (!fault) return _verdict(p, t, d, i, votes, IFaults.Faults_NoFault.selector);
        bytes32[] memory proof = _itemProof(p, d, i);
        vm.prank(watcher);
        faults.proveVerdict(p, t, d.items[i], proof, votes);
        vm.assertTrue(_isVoid(p.key), "void");
    }

    function _verdict(Posted memory p, Terms memory t, Draft memory d, uint256 i, Vote[] memory votes, bytes4 reason)
        private
    {
        bytes32[] memory proof = _itemProof(p, d, i);
        vm.prank(watcher);
        vm.expectPartialRevert(reason);
        faults.proveVerdict(p, t, d.items[i], proof, votes);
    }

    function _byte(Posted memory p, Draft memory d, uint256 i, bool fault) private {
        uint256 snapshot = vm.snapshotState();
        bytes32[] memory proof = _itemProof(p, d, i);
        if (!fault) vm.expectRevert(IFaults.Faults_NoFault.selector);
        faults.proveByte(p, d.items[i], proof, d.verdicts, _none);
        vm.assertTrue(_isVoid(p.key) == (fault), "byte row");
        vm.revertToState(snapshot);
    }

    function _ready() private returns (Terms memory t, Draft memory d, uint256 id, Anchor[] memory anchors) {
        t = _terms();
        dollar.mint(requester, BUDGET);
        id = _fund(t, BUDGET);
        anchors = _one(_anchor(id, t, 4, operator));
        d = _honest(t, anchors, 2, operator);
    }

    function _votes(bytes memory signed) private pure returns (Vote[] memory votes) {
        votes = new Vote[](signed.length / 32);
        for (uint256 i; i < votes.length; ++i) {
            int256 w;
            assembly ("memory-safe") {
                w := mload(add(add(signed, 32), mul(i, 32)))
            }
            votes[i].reviewer = address(uint160(0x7000 + i));
            votes[i].round = 1;
            votes[i].verdict = w > 0 ? 1 : 0;
            votes[i].weight = uint16(uint256(w > 0 ? w : -w));
        }
    }

    function _same(uint256 count, int256 weight) private pure returns (bytes memory signed) {
        for (uint256 i; i < count; ++i) {
            signed = bytes.concat(signed, abi.encode(weight));
        }
    }

    function _just(uint32 number) private pure returns (uint32[] memory list) {
        list = new uint32[](1);
        list[0] = number;
    }
}
