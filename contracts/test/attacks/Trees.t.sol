// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDatasets} from "../../src/interfaces/IDatasets.sol";
import {Due, Offer, Pay, Posted, Share, Terms, Use, Version} from "../../src/interfaces/Structs.sol";
import {Merkle} from "../../src/Merkle.sol";
import {World} from "../World.sol";

/// @notice Forged ranges, and money too small to split.
contract TreeAttacks is World {
    /// @notice Any one word of a push changed, be it a leaf, its place, the sum before it, the range proof or the path: no
    /// money moves.
    /// forge-config: default.fuzz.runs = 256
    function testFuzz_attack_range_proof_forged(uint256 what, uint256 where, bytes32 change) public {
        vm.assume(uint256(change) > 1 && uint256(change) % 4 != 0);
        (,, Draft memory d, Posted memory p) = _settled(40, 20);
        _final(p);
        uint256 from = where % 20;
        uint256 size = 1 + (where >> 8) % (21 - from);
        bytes32[] memory proof = _rangeProof(_wordLeaves(p.key, d, 0), from, from + size);
        bytes32[] memory top = _top(p.key, d, from);
        Due[] memory dues = _dues(d, from, size);
        uint256 before = d.pays[from].cumulative - d.pays[from].amount;
        uint256 shown = from;
        what %= 7;
        if (what == 0) dues[where % size].account = stranger;
        if (what == 1) dues[where % size].amount += 1;
        if (what == 2) dues[where % size].items = change;
        if (what == 3) before += 1;
        if (what == 4) shown = (from + 1) % 21;
        if (what == 5) proof = _forged(proof, where, change);
        if (what == 6) top[0] = change;
        uint256 held = dollar.balanceOf(address(settlement));
        vm.expectRevert();
        settlement.push(_head(p), dues, shown, before, proof, top);
        vm.assertEq(dollar.balanceOf(address(settlement)), held, "nothing moved");
    }

    /// @notice 10,000 contributors and licences for one unit: nobody is paid a part of a unit, nothing is lost either: when
    /// enough has come in each has exactly his part, and the parts never exceed the pool.
    function test_attack_dust_sale_of_one_unit_among_10000() public {
        (Version memory v, bytes32[] memory leaves) = _dusty(10_000);
        for (uint256 i; i < 3; ++i) {
            vm.prank(buyer);
            datasets.buy(v, 0, buyer, Use(0, 0));
        }
        vm.warp(block.timestamp + 10);
        _nothing(v, leaves, 0);
        _nothing(v, leaves, 9999);
        vm.prank(buyer);
        datasets.buy(v, 1, buyer, Use(0, 0)); // 10,256 in all, 256 of it the fee: a unit for each
        for (uint256 i; i < 10_000; i += 3333) {
            bytes32[] memory proof = _proof(leaves, i);
            vm.assertEq(datasets.claimShare(v, _share(i), proof), 1, "a unit");
            _nothing(v, leaves, i);
        }
        uint256 key = v.dataset << 32 | 1;
        vm.assertEq(datasets.paidOf(key).pool, 4, "four of ten thousand");
        vm.assertEq(dollar.balanceOf(address(datasets)), 10_252, "the rest waits for the others");
    }

    function _nothing(Version memory v, bytes32[] memory leaves, uint256 i) private {
        bytes32[] memory proof = _proof(leaves, i);
        vm.expectPartialRevert(IDatasets.Datasets_NothingToClaim.selector);
        datasets.claimShare(v, _share(i), proof);
    }

    function _dusty(uint256 count) private returns (Version memory v, bytes32[] memory leaves) {
        vm.prank(rival);
        v.dataset = datasets.createOwn();
        (v.number, v.episodes, v.token, v.feeBps) = (1, 1, address(dollar), 250);
        v.episodeRoot = keccak256("episodes");
        v.settlements = keccak256(abi.encode(new uint256[](0)));
        v.offers = new Offer[](2);
        v.offers[0] = Offer(keccak256("licence"), 1, 0, 7, 0);
        v.offers[1] = Offer(keccak256("licence"), uint96(count + 253), 0, 7, 0);
        (v.shares, v.totalWeight) = (uint32(count), uint128(count));
        leaves = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            leaves[i] = _leaf("headwater.share.v1", address(datasets), v.dataset << 32 | 1, abi.encode(_share(i)));
        }
        v.shareRoot = Merkle.rootOf(abi.decode(abi.encode(leaves), (bytes32[])));
        Terms memory none;
        vm.prank(rival);
        datasets.publish(none, v, new uint256[](0));
    }

    function _share(uint256 i) private pure returns (Share memory) {
        return Share(uint32(i), _payee(i), 0, 0, 1, uint128(i + 1));
    }

    function _dues(Draft memory d, uint256 from, uint256 size) private pure returns (Due[] memory dues) {
        dues = new Due[](size);
        for (uint256 i; i < size; ++i) {
            Pay memory pay = d.pays[from + i];
            dues[i] = Due(pay.account, pay.amount, pay.kind, pay.items);
        }
    }

    /// @dev One word changed, one dropped, or one too many.
    function _forged(bytes32[] memory proof, uint256 where, bytes32 change) private pure returns (bytes32[] memory) {
        bytes32[] memory one = new bytes32[](1);
        one[0] = change;
        if (proof.length == 0 || where & 1 == 1) return _concat(proof, one);
        proof[where % proof.length] = change;
        return proof;
    }
}
