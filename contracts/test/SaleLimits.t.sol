// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDatasets} from "../src/interfaces/IDatasets.sol";
import {Offer, Posted, Share, Terms, Use, Version} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice Sales at the ends of their ranges, and papers that are not what they say.
contract SaleLimitsTest is World {
    function test_attack_gross_that_wraps() public {
        Version memory version = _own();
        version.ownerBps = 10_000;
        version.offers[0].price = type(uint96).max;
        _publish(version);
        _give(buyer, 2 * uint256(type(uint96).max));
        vm.prank(buyer);
        datasets.buy(version, 0, buyer, Use(0, 0));
        vm.prank(buyer);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasets.Datasets_GrossTooLarge.selector, 2 * uint256(type(uint96).max))
        );
        datasets.buy(version, 0, buyer, Use(0, 0));
        vm.warp(block.timestamp + 5);
        datasets.claimOwner(version);
        vm.assertEq(dollar.balanceOf(address(datasets)), 0, "all of the largest sale is paid out");
    }

    function test_attack_share_beyond_the_total() public {
        _claimRefused(8, 11); // cumulative above the total of 10
        _claimRefused(11, 10); // more than what is cumulated with it
        _claimRefused(type(uint128).max, type(uint128).max);
    }

    function test_share_of_all_is_the_pool_once() public {
        Version memory version = _own();
        Share memory share = _share(10, 10);
        _publishShares(version, share);
        uint256 amount = datasets.claimShare(version, share, new bytes32[](0));
        vm.assertEq(amount, R, "all of it");
        vm.assertEq(datasets.paidOf(version.dataset << 32 | 1).pool, R, "and told");
        vm.assertEq(datasets.latestOf(version.dataset), 1, "the first version");
        vm.assertEq(datasets.campaignOf(version.dataset), 0, "of no campaign");
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NothingToClaim.selector, version.dataset << 32 | 1));
        datasets.claimShare(version, share, new bytes32[](0));
    }

    function test_campaign_data_must_have_shares() public {
        (Version memory version, Terms memory terms, uint256[] memory keys) = _ofCampaign();
        (version.shares, version.shareRoot, version.totalWeight) = (0, 0, 0);
        _publishRefused(version, terms, keys, IDatasets.Datasets_NoShares.selector);
    }

    function test_attack_a_settlement_counted_twice() public {
        (Version memory version, Terms memory terms, uint256[] memory keys) = _ofCampaign();
        uint256[] memory twice = new uint256[](2);
        twice[0] = twice[1] = keys[0];
        version.settlements = keccak256(abi.encode(twice));
        _publishRefused(version, terms, twice, IDatasets.Datasets_WrongSettlements.selector);
    }

    function test_attack_consent_withdrawn_from_a_pending_settlement() public {
        (,, Draft memory draft, Posted memory posted) = _settled(4, 2);
        bytes32[] memory proof = _itemProof(posted, draft, 0);
        vm.prank(draft.items[0].contributor);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_SettlementNotFinal.selector, posted.key));
        datasets.withdrawConsent(posted, draft.items[0], proof);
    }

    function _claimRefused(uint128 weight, uint128 cumulative) private {
        Version memory version = _own();
        Share memory share = _share(weight, cumulative);
        _publishShares(version, share);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_WrongShare.selector, weight, cumulative, 10));
        datasets.claimShare(version, share, new bytes32[](0));
    }

    function _share(uint128 weight, uint128 cumulative) private view returns (Share memory share) {
        (share.account, share.weight, share.cumulative) = (stranger, weight, cumulative);
    }

    /// @dev One share in the tree, one sale, unlocked.
    function _publishShares(Version memory version, Share memory share) private {
        (version.shares, version.totalWeight) = (1, 10);
        version.shareRoot = _leaf("headwater.share.v1", address(datasets), version.dataset << 32 | 1, abi.encode(share));
        _publish(version);
        vm.prank(buyer);
        datasets.buy(version, 0, buyer, Use(0, 0));
        vm.warp(block.timestamp + 5);
    }

    function _own() private returns (Version memory version) {
        _setFee(0);
        vm.prank(rival);
        version.dataset = datasets.createOwn();
        _fill(version);
        version.settlements = keccak256(abi.encode(new uint256[](0)));
    }

    function _publish(Version memory version) private {
        Terms memory none;
        vm.prank(rival);
        datasets.publish(none, version, new uint256[](0));
    }

    function _ofCampaign() private returns (Version memory version, Terms memory terms, uint256[] memory keys) {
        Posted memory posted;
        (terms,,, posted) = _settled(4, 2);
        _final(posted);
        vm.prank(operator);
        version.dataset = datasets.create(posted.campaign, terms);
        _fill(version);
        version.campaign = posted.campaign;
        (version.ownerBps, version.feeBps) = (terms.ownerBps, terms.feeBps);
        (version.shareRoot, version.shares, version.totalWeight) = (keccak256("shares"), 2, 1e6);
        version.offers[0].terms = terms.licence;
        keys = new uint256[](1);
        keys[0] = posted.key;
        version.settlements = keccak256(abi.encode(keys));
    }

    function _publishRefused(Version memory version, Terms memory terms, uint256[] memory keys, bytes4 reason) private {
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(reason));
        datasets.publish(terms, version, keys);
    }

    function _fill(Version memory version) private view {
        version.number = 1;
        (version.episodeRoot, version.episodes) = (keccak256("episodes"), 5);
        version.manifest = keccak256("manifest");
        version.token = address(dollar);
        version.offers = new Offer[](1);
        version.offers[0] = Offer(0, R, 30 days, 7, 0);
    }
}
