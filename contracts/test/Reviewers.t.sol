// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReviewers} from "../src/interfaces/IReviewers.sol";
import {Anchor, Terms} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice The weights reviewers are drawn by, and the draw.
contract ReviewersTest is World {
    function test_sync_takes_the_stake_over() public {
        reviewers.sync(reviewer);
        vm.assertEq(reviewers.weightOf(reviewer), MINIMUM, "his stake");
        vm.assertEq(reviewers.totalWeight(), MINIMUM, "sum");
        vm.assertEq(reviewers.accountAt(0), reviewer, "his leaf");
        vm.prank(reviewer);
        stakes.join(2, MINIMUM / 2);
        vm.assertEq(reviewers.weightOf(reviewer), MINIMUM, "only a sync changes it");
        vm.prank(stranger);
        reviewers.sync(reviewer);
        vm.assertEq(reviewers.weightOf(reviewer), MINIMUM * 3 / 2, "anyone may");
        vm.prank(reviewer);
        stakes.leave(2);
        reviewers.sync(reviewer);
        vm.assertEq(reviewers.totalWeight(), 0, "gone with the role");
        reviewers.sync(stranger);
        vm.assertEq(reviewers.leafCount(), 1, "nobody gets a leaf for nothing");
    }

    function test_only_campaigns_seals() public {
        vm.expectRevert(abi.encodeWithSelector(IReviewers.Reviewers_NotCampaigns.selector, address(this)));
        reviewers.seal();
    }

    function test_anchor_carries_the_sealed_weights() public {
        _panel(3);
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor memory a = _anchor(id, t, 2, operator);
        vm.assertTrue(a.weights != 0, "three reviewers");
        vm.assertEq(campaigns.anchorHash(id, 0), keccak256(abi.encode(a)), "the anchor stored");
    }

    /// @notice Whatever happens to stakes later, the draw of an anchor stays what it was.
    function test_attack_sync_after_the_seed_is_known() public {
        address[] memory panel = _panel(5);
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor memory a = _anchor(id, t, 2, operator);
        IReviewers.Draw memory draw = IReviewers.Draw(id, 0, keccak256("seed"), a.weights, _payee(0), operator);
        address[] memory before = reviewers.drawn(draw, 5);
        vm.assertEq(before.length, 5, "all of them");
        for (uint256 i; i < 5; ++i) {
            vm.prank(panel[i]);
            if (i % 2 == 0) stakes.leave(2);
            else stakes.join(2, MINIMUM / (i + 1));
            reviewers.sync(panel[i]);
        }
        for (uint256 i; i < 40; ++i) {
            address late = address(uint160(0x500000 + i));
            _join(late, 2);
            reviewers.sync(late);
        }
        address[] memory later = reviewers.drawn(draw, 9);
        vm.assertEq(keccak256(abi.encode(later)), keccak256(abi.encode(before)), "nothing moved");
        Anchor memory next = _anchor(id, t, 1, operator);
        vm.assertTrue(next.weights != a.weights, "the next anchor has the new ones");
        draw.weights = next.weights;
        vm.assertEq(reviewers.drawn(draw, 100).length, 42, "two and forty");
    }

    /// @notice Who joins after the anchor has no place in its draw to be taken out of, and moves nobody by it.
    function test_attack_contributor_joins_after_the_seal() public {
        _panel(2);
        IReviewers.Draw memory draw;
        (draw.weights, draw.contributor, draw.seed) = (reviewers.state(), _payee(7), keccak256("seed"));
        address[] memory before = reviewers.drawn(draw, 2);
        _panelOf(0x600000, 3);
        _join(_payee(7), 2);
        reviewers.sync(_payee(7));
        vm.assertEq(keccak256(abi.encode(reviewers.drawn(draw, 9))), keccak256(abi.encode(before)), "nothing moved");
    }

    function test_attack_contributor_or_anchorer_draws_himself() public {
        address[] memory panel = _panel(6);
        IReviewers.Draw memory draw;
        draw.weights = reviewers.state();
        (draw.contributor, draw.anchorer) = (panel[1], panel[4]);
        for (uint256 i; i < 20; ++i) {
            draw.seed = keccak256(abi.encode(i));
            address[] memory list = reviewers.drawn(draw, 9);
            vm.assertEq(list.length, 4, "less these two");
            for (uint256 j; j < 4; ++j) {
                vm.assertTrue(list[j] != panel[1] && list[j] != panel[4], "nobody reviews his own");
            }
        }
        draw.anchorer = panel[1];
        vm.assertEq(reviewers.drawn(draw, 9).length, 5, "taken out once");
    }

    function _panelOf(uint160 from, uint160 n) private {
        for (uint160 i; i < n; ++i) {
            _join(address(from + i), 2);
            reviewers.sync(address(from + i));
        }
    }

    /// @notice By the definition: intervals in order of leaves, less what is taken.
    function test_fuzz_draw_is_a_walk_over_the_leaves(uint256 seed, uint8 members, uint8 out, uint8 linked) public {
        uint256 n = bound(members, 1, 12);
        address[] memory panel = _panel(n);
        uint256[] memory weights = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            vm.prank(panel[i]);
            if (uint256(keccak256(abi.encode(seed, i))) % 5 == 0) stakes.leave(2);
            else stakes.join(2, uint256(keccak256(abi.encode(seed, "stake", i))) % MINIMUM);
            reviewers.sync(panel[i]);
            weights[i] = reviewers.weightOf(panel[i]);
        }
        IReviewers.Draw memory draw = IReviewers.Draw(
            7, 3, bytes32(seed), reviewers.state(), panel[out % n], linked % 3 == 0 ? address(1) : panel[linked % n]
        );
        address[] memory list = reviewers.drawn(draw, 9);
        for (uint256 i; i < n; ++i) {
            if (panel[i] == draw.contributor || panel[i] == draw.anchorer) weights[i] = 0;
        }
        for (uint256 k; k < 9; ++k) {
            uint256 i = _walk(weights, draw, k);
            if (i == n) {
                vm.assertEq(list.length, k, "nobody is left");
                return;
            }
            vm.assertEq(list[k], panel[i], "the same");
            weights[i] = 0;
        }
        vm.assertEq(list.length, 9, "full");
    }

    function _walk(uint256[] memory weights, IReviewers.Draw memory d, uint256 k) private view returns (uint256 i) {
        uint256 left;
        for (; i < weights.length; ++i) {
            left += weights[i];
        }
        if (left == 0) return weights.length;
        uint256 point = uint256(
            keccak256(
                abi.encode(
                    keccak256("headwater.draw.v1"), block.chainid, address(reviewers), d.campaign, d.item, d.seed, k
                )
            )
        ) % left;
        for (i = 0; point >= weights[i]; ++i) {
            point -= weights[i];
        }
    }
}
