// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDatasets} from "../../src/interfaces/IDatasets.sol";
import {Anchor, Item, Offer, Posted, Terms, Use, Version} from "../../src/interfaces/Structs.sol";
import {World} from "../World.sol";

/// @notice Withdrawn clips and licences used for what they are not.
contract RansomAttacks is World {
    /// @notice A thief anchors a clip he saw opened, under his own address, to withdraw it from a dataset until he is paid:
    /// his copy is not accepted, and only an accepted item's contributor can withdraw. And a contributor who withdraws
    /// holds back that one clip: sales and what was earned go on.
    function test_attack_withdrawn_clip_held_as_ransom() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _settled(4, 2);
        (Item memory stolen, Posted memory q, bytes32[] memory proof) = _stolen(p.campaign, t, d.items[0].contribution);
        _final(q);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotAccepted.selector, stolen.item));
        datasets.withdrawConsent(q, stolen, proof);
        Item memory his = abi.decode(abi.encode(d.items[0]), (Item));
        his.contributor = stranger;
        bytes32[] memory path = _itemProof(p, d, 0);
        vm.expectPartialRevert(IDatasets.Datasets_WrongProof.selector);
        datasets.withdrawConsent(p, his, path);
        vm.stopPrank();
        Version memory v = _listed(t, p);
        vm.prank(buyer);
        uint256 licence = datasets.buy(v, 0, buyer, Use(0, 0));
        vm.prank(d.items[0].contributor);
        datasets.withdrawConsent(p, d.items[0], path);
        vm.assertTrue(!datasets.entitled(licence, v.dataset, 1, d.items[0].contribution, buyer), "that clip");
        vm.assertTrue(datasets.entitled(licence, v.dataset, 1, d.items[1].contribution, buyer), "no other");
        vm.prank(watcher);
        datasets.buy(v, 0, watcher, Use(0, 0));
        vm.warp(block.timestamp + 10);
        vm.assertEq(datasets.claimOwner(v), R, "both sales pay");
        settlement.release(p, t, anchors, d.verdicts);
    }

    function test_attack_licence_of_another_version() public {
        (Terms memory t,, Draft memory d, Posted memory p) = _settled(4, 2);
        _final(p);
        Version memory v = _listed(t, p);
        vm.prank(buyer);
        uint256 cheap = datasets.buy(v, 0, buyer, Use(0, 0));
        v.number = 2;
        v.offers[0].price = 100 * R;
        uint256[] memory keys = new uint256[](1);
        keys[0] = p.key;
        vm.prank(operator);
        datasets.publish(t, v, keys);
        bytes32 clip = d.items[0].contribution;
        vm.assertTrue(datasets.entitled(cheap, v.dataset, 1, clip, buyer), "the one bought");
        vm.assertTrue(!datasets.entitled(cheap, v.dataset, 2, clip, buyer), "not the dear one");
        uint256 dear = datasets.licenceId(v.dataset << 32 | 2, 0, v.offers[0].terms);
        vm.assertTrue(!datasets.entitled(dear, v.dataset, 2, clip, buyer), "nor its id without buying");
        vm.assertTrue(!datasets.entitled(cheap, v.dataset + 1, 1, clip, buyer), "nor another dataset");
    }

    /// @dev Anchored directly, settled as what it is: a copy.
    function _stolen(uint256 id, Terms memory t, bytes32 clip)
        private
        returns (Item memory item, Posted memory q, bytes32[] memory proof)
    {
        _give(stranger, R);
        vm.startPrank(stranger);
        stakes.deposit(address(dollar), R);
        campaigns.anchorDirect(id, t, keccak256("mine"), 0);
        vm.stopPrank();
        Anchor memory a;
        (a.sequence, a.firstItem, a.count, a.anchorer) = (2, 4, 1, stranger);
        (a.time, a.block_, a.direct, a.root) = (uint40(block.timestamp), uint40(block.number), true, keccak256("mine"));
        Draft memory d = _honest(t, _one(a), 1, operator);
        (d.items[0].contributor, d.items[0].contribution, d.items[0].novelty) = (stranger, clip, 0);
        (d.items[0].verdict, d.items[0].reward, d.items[0].payIndex, d.items[0].shareWeight) = (2, 0, NO_PAY, 0);
        d.verdicts = hex"0200";
        d.pays[0] = d.pays[1];
        (d.pays[0].index, d.pays[0].cumulative) = (0, d.pays[0].amount);
        d.total = d.pays[0].amount;
        assembly {
            mstore(mload(add(d, 0x20)), 1) // one leaf
        }
        q = _settle(id, t, _one(a), d, operator);
        return (d.items[0], q, _itemProof(q, d, 0));
    }

    function _listed(Terms memory t, Posted memory p) private returns (Version memory v) {
        vm.prank(operator);
        v.dataset = datasets.create(p.campaign, t);
        (v.number, v.campaign, v.episodes, v.shares, v.totalWeight) = (1, p.campaign, 4, 2, 100);
        (v.episodeRoot, v.shareRoot) = (keccak256("episodes"), keccak256("shares"));
        (v.token, v.ownerBps, v.feeBps) = (t.token, t.ownerBps, t.feeBps);
        uint256[] memory keys = new uint256[](1);
        keys[0] = p.key;
        v.settlements = keccak256(abi.encode(keys));
        v.offers = new Offer[](1);
        v.offers[0] = Offer(t.licence, R, 0, 7, 0);
        vm.prank(operator);
        datasets.publish(t, v, keys);
    }
}
