// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICampaigns} from "../../src/interfaces/ICampaigns.sol";
import {ISettlement} from "../../src/interfaces/ISettlement.sol";
import {IStakes} from "../../src/interfaces/IStakes.sol";
import {Anchor, Posted, SettleInput, Terms, Vote} from "../../src/interfaces/Structs.sol";
import {World} from "../World.sol";

/// @notice Whoever would rather have another verdict.
contract VerdictAttacks is World {
    /// @notice Nobody posts a second verdict beside one that stands, and who was proven wrong does not get another try.
    function test_attack_best_of_k_verdicts() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _settled(4, 2);
        SettleInput memory better = _input(p.campaign, p.key, _worse(t, anchors));
        vm.warp(block.timestamp + 1);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AttemptTaken.selector, p.key));
        settlement.settle(t, anchors, better);
        Posted[] memory standing = new Posted[](1);
        standing[0] = p;
        better = _input(p.campaign, p.key + 1, d);
        vm.prank(rival);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotVoid.selector, p.key));
        settlement.resettle(t, anchors, better, standing, _watchers(1));
    }

    function test_attack_best_of_k_verdicts_by_proving_oneself_wrong() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory anchors = _one(_anchor(id, t, 4, operator));
        Draft memory d = _worse(t, anchors);
        Posted memory p = _settle(id, t, anchors, d, operator);
        bytes32[] memory proof = _itemProof(p, d, 0);
        vm.startPrank(operator);
        faults.proveVerdict(p, t, d.items[0], proof, new Vote[](0));
        Posted[] memory voided = new Posted[](1);
        address[] memory watchers = new address[](1);
        (voided[0], watchers[0]) = (p, operator);
        SettleInput memory again = _input(id, p.key + 1, _honest(t, anchors, 2, operator));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_VoidedSettler.selector, operator));
        settlement.resettle(t, anchors, again, voided, watchers);
        vm.stopPrank();
        settlement.collect(p, operator);
        (uint256 free, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(
            free + locked, 9 * BUDGET - (p.bond - p.bond / 2), "half of the bond is the campaign's all the same"
        );
    }

    function test_attack_stranger_commits_votes() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        _anchor(id, t, 4, operator);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, stranger, 1));
        campaigns.commitVotes(id, 0, 1, keccak256("root"), 4);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, stranger, 2));
        campaigns.commitVote(id, 0, 1, keccak256("commit"));
        vm.stopPrank();
        vm.startPrank(operator);
        campaigns.commitVotes(id, 0, 1, keccak256("root"), 4);
        vm.expectPartialRevert(ICampaigns.Campaigns_CommitExists.selector);
        campaigns.commitVotes(id, 0, 1, keccak256("another"), 4);
        vm.stopPrank();
    }

    /// @notice The seed is of one block, known to nobody at the anchor; there is no other for whoever waits or asks again.
    function test_attack_seed_of_an_anchor_not_yet_mined_or_recorded_twice() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor memory a = _anchor(id, t, 4, operator);
        for (uint256 i; i < 2; ++i) {
            vm.expectPartialRevert(ICampaigns.Campaigns_SeedTooEarly.selector);
            campaigns.recordSeed(id, a);
            vm.roll(block.number + 1);
        }
        Anchor memory forged = abi.decode(abi.encode(a), (Anchor));
        forged.block_ -= 5;
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_UnknownAnchor.selector, id, 0));
        campaigns.recordSeed(id, forged);
        campaigns.recordSeed(id, a);
        bytes32 seed = campaigns.seedOf(id, 0);
        vm.roll(block.number + 300);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_SeedExists.selector, id, 0));
        campaigns.recordSeed(id, a);
        vm.assertEq(campaigns.seedOf(id, 0), seed, "the first one stays");
    }

    function _worse(Terms memory t, Anchor[] memory anchors) private view returns (Draft memory d) {
        d = _honest(t, anchors, 2, operator);
        d.items[0].llr = -1;
    }
}
