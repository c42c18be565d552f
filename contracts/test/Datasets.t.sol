// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {IDatasets} from "../src/interfaces/IDatasets.sol";
import {ILicences} from "../src/interfaces/ILicences.sol";
import {Anchor, Offer, Pay, Posted, Share, Terms, Use, Version} from "../src/interfaces/Structs.sol";
import {FeeToken, ReentrantBuyer} from "./Hostile.sol";
import {Tokens} from "../src/Tokens.sol";
import {World} from "./World.sol";

contract DatasetsTest is World {
    uint256[] private _keys;

    function test_create_once_by_an_operator_to_the_requester() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotOperator.selector, stranger));
        datasets.create(id, t);
        vm.prank(operator);
        uint256 dataset = datasets.create(id, t);
        vm.assertEq(datasets.ownerOf(dataset), requester, "owner");
        vm.assertEq(datasets.datasetOf(id), dataset, "of campaign");
        vm.prank(rival);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_AlreadyCreated.selector, id, dataset));
        datasets.create(id, t);
        t.requester = operator;
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_WrongTerms.selector, id));
        datasets.create(id, t);
    }

    function test_publish_refusals() public {
        (Version memory v, Terms memory t, uint256[] memory keys,) = _campaignVersion();
        _refused(0, v, t, keys, IDatasets.Datasets_NotOfCampaign.selector);
        _refused(1, v, t, keys, IDatasets.Datasets_WrongNumber.selector);
        _refused(2, v, t, keys, IDatasets.Datasets_WrongSaleTerms.selector);
        _refused(3, v, t, keys, IDatasets.Datasets_WrongSaleTerms.selector);
        _refused(4, v, t, keys, IDatasets.Datasets_WrongSaleTerms.selector);
        _refused(5, v, t, keys, IDatasets.Datasets_WrongSaleTerms.selector);
        _refused(6, v, t, keys, IDatasets.Datasets_NoShares.selector);
        _refused(7, v, t, keys, IDatasets.Datasets_EmptyRoot.selector);
        _refused(8, v, t, keys, IDatasets.Datasets_NoOffers.selector);
        _refused(9, v, t, keys, IDatasets.Datasets_ZeroPrice.selector);
        _refused(10, v, t, keys, IDatasets.Datasets_WrongSettlements.selector);
        _refused(11, v, t, keys, IDatasets.Datasets_SettlementNotOfCampaign.selector);
        _refused(12, v, t, keys, IDatasets.Datasets_SettlementNotFinal.selector);
        _refused(13, v, t, keys, IDatasets.Datasets_WrongSettlements.selector);
        _refused(14, v, t, keys, IDatasets.Datasets_WrongTerms.selector);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotOperator.selector, stranger));
        datasets.publish(t, v, keys);
    }

    function _refused(uint256 which, Version memory v, Terms memory t, uint256[] memory keys, bytes4 reason) private {
        (v, t, keys) = abi.decode(abi.encode(v, t, keys), (Version, Terms, uint256[])); // a deep copy
        if (which == 0) v.campaign += 1;
        if (which == 1) v.number = 2;
        if (which == 2) v.token = address(token);
        if (which == 3) v.ownerBps += 1;
        if (which == 4) v.feeBps -= 1;
        if (which == 5) v.offers[0].terms = keccak256("another licence");
        if (which == 6) v.shares = 0;
        if (which == 7) v.episodeRoot = 0;
        if (which == 8) v.offers = new Offer[](0);
        if (which == 9) v.offers[0].price = 0;
        if (which == 10) keys[0] += 1;
        if (which == 11) keys[0] += 1 << 64;
        if (which == 12) keys[0] += 1;
        if (which == 13) keys = new uint256[](0);
        if (which >= 11 && which <= 13) v.settlements = keccak256(abi.encode(keys));
        if (which == 14) t.ownerBps = 10_000;
        vm.prank(operator);
        vm.expectPartialRevert(reason);
        datasets.publish(t, v, keys);
    }

    function test_pending_settlement_cannot_be_published() public {
        (Version memory v, Terms memory t, uint256[] memory keys, Posted memory p) = _campaignVersion();
        vm.warp(p.finalAt - 1);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_SettlementNotFinal.selector, p.key));
        datasets.publish(t, v, keys);
    }

    function test_publish_locks_a_bond_until_unlock() public {
        (Version memory v, uint256 key) = _published();
        (, uint256 locked) = stakes.collateralOf(operator, address(token));
        vm.assertEq(locked, 10e18, "bond");
        vm.expectPartialRevert(IDatasets.Datasets_StillLocked.selector);
        datasets.releaseBond(v);
        vm.warp(block.timestamp + 5);
        datasets.releaseBond(v);
        (, locked) = stakes.collateralOf(operator, address(token));
        vm.assertEq(locked, 0, "released");
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NoBond.selector, key));
        datasets.releaseBond(v);
    }

    function test_buy_mints_a_licence_that_ends() public {
        (Version memory v, uint256 key) = _published();
        vm.prank(buyer);
        uint256 licence = datasets.buy(v, 0, buyer, Use(0, 0));
        vm.assertEq(licence, datasets.licenceId(key, 0, v.offers[0].terms), "id");
        vm.assertEq(licences.balanceOf(buyer, licence), 1, "balance");
        vm.assertEq(datasets.salesOf(key).gross, v.offers[0].price, "gross");
        bytes32 clip = keccak256("clip");
        vm.assertTrue(datasets.entitled(licence, v.dataset, 1, clip, buyer), "entitled");
        vm.assertTrue(!datasets.entitled(licence, v.dataset, 1, clip, stranger), "a stranger is not");
        vm.assertTrue(!datasets.entitled(licence, v.dataset, 2, clip, buyer), "another version is not");
        vm.assertTrue(!datasets.entitled(licence, v.dataset, 1 + (1 << 32), clip, buyer), "nor one that wraps");
        vm.warp(block.timestamp + 30 days - 1);
        vm.assertTrue(datasets.entitled(licence, v.dataset, 1, clip, buyer), "to the last second");
        vm.warp(block.timestamp + 1);
        vm.assertTrue(!datasets.entitled(licence, v.dataset, 1, clip, buyer), "expired");
        vm.startPrank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        datasets.buy(v, 0, buyer, Use(0, 0));
        vm.stopPrank();
        vm.assertEq(licences.expiryOf(buyer, licence), block.timestamp + 60 days, "time adds up");
    }

    function test_licence_for_ever_and_as_a_gift() public {
        (Version memory v,) = _published();
        vm.prank(buyer);
        uint256 licence = datasets.buy(v, 1, stranger, Use(0, 0));
        vm.warp(block.timestamp + 36_500 days);
        vm.assertTrue(datasets.entitled(licence, v.dataset, 1, keccak256("clip"), stranger), "for ever");
        vm.assertTrue(!datasets.entitled(licence, v.dataset, 1, keccak256("clip"), buyer), "the payer is not");
    }

    function test_buy_refusals() public {
        (Version memory v, uint256 key) = _published();
        vm.startPrank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_UnknownOffer.selector, 2, 2));
        datasets.buy(v, 2, buyer, Use(0, 0));
        vm.expectRevert(ILicences.Licences_ZeroAccount.selector);
        datasets.buy(v, 0, address(0), Use(0, 0));
        v.offers[0].price = 1;
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_WrongVersion.selector, key));
        datasets.buy(v, 0, buyer, Use(0, 0));
        vm.stopPrank();
    }

    function test_attack_soulbound_licence_moves_nowhere() public {
        (Version memory v,) = _published();
        vm.startPrank(buyer);
        uint256 licence = datasets.buy(v, 0, buyer, Use(0, 0));
        vm.expectRevert(ILicences.Licences_Soulbound.selector);
        licences.safeTransferFrom(buyer, stranger, licence, 1, "");
        vm.expectRevert(ILicences.Licences_Soulbound.selector);
        licences.safeBatchTransferFrom(buyer, stranger, new uint256[](1), new uint256[](1), "");
        vm.expectRevert(ILicences.Licences_Soulbound.selector);
        licences.setApprovalForAll(stranger, true);
        vm.expectRevert(abi.encodeWithSelector(ILicences.Licences_NotDatasets.selector, buyer));
        licences.mint(buyer, licence, 0);
        vm.stopPrank();
        vm.assertTrue(!licences.isApprovedForAll(buyer, stranger), "never approved");
        address[] memory who = new address[](1);
        (who[0]) = (buyer);
        uint256[] memory ids = new uint256[](1);
        ids[0] = licence;
        vm.assertEq(licences.balanceOfBatch(who, ids)[0], 1, "still his");
        vm.expectRevert(abi.encodeWithSelector(ILicences.Licences_LengthMismatch.selector, 1, 2));
        licences.balanceOfBatch(who, new uint256[](2));
        vm.assertTrue(licences.supportsInterface(0xd9b67a26) && licences.supportsInterface(0x0e89341c), "1155");
        vm.assertTrue(bytes(licences.uri(licence)).length > 0, "uri");
    }

    function test_attack_forged_licence_id_entitles_nobody() public {
        (Version memory v, uint256 key) = _published();
        uint256 forged = key << 160 | uint160(uint256(keccak256("forged")));
        vm.assertTrue(!datasets.entitled(forged, v.dataset, 1, keccak256("clip"), buyer), "never minted");
        Version memory cheap = _own(1, 1);
        vm.prank(buyer);
        uint256 mine = datasets.buy(cheap, 0, buyer, Use(0, 0));
        vm.assertTrue(
            !datasets.entitled(mine, v.dataset, 1, keccak256("clip"), buyer), "a cheap one of another dataset"
        );
    }

    /// @notice Every unit of every sale is the owner's, the network's or a contributor's, whatever the price.
    function testFuzz_sale_split_is_exact(uint96 price, uint256 sales, uint16 ownerBps, uint16 feeBps, uint256 seed)
        public
    {
        price = uint96(bound(price, 1, R));
        ownerBps = uint16(ownerBps % 9501);
        (Version memory v, Share[] memory shares, bytes32[] memory leaves) =
            _ownVersion(price, ownerBps, uint16(feeBps % 501), seed);
        sales = bound(sales, 1, 4);
        for (uint256 i; i < sales; ++i) {
            vm.prank(buyer);
            datasets.buy(v, 0, buyer, Use(0, 0));
            if (i == 0 && sales > 1) _claimAll(v, shares, leaves, seed & 3); // some claim in between
        }
        _claimAll(v, shares, leaves, 99);
        uint256 gross = uint256(price) * sales;
        uint256 pool = gross - gross * (uint256(ownerBps) + v.feeBps) / 10_000;
        vm.assertEq(dollar.balanceOf(treasury), gross * v.feeBps / 10_000, "the fee");
        vm.assertEq(dollar.balanceOf(rival), BUDGET + gross * ownerBps / 10_000, "the owner's");
        for (uint256 i; i < shares.length; ++i) {
            uint256 part = pool * shares[i].weight / v.totalWeight;
            vm.assertEq(dollar.balanceOf(shares[i].account), part, "each his part, however often he claimed");
        }
        vm.assertLe(dollar.balanceOf(address(datasets)), shares.length, "less than a unit a part waits");
    }

    function test_attack_price_of_one_unit_and_many_contributors() public {
        (Version memory v, Share[] memory shares, bytes32[] memory leaves) = _ownVersion(1, 5000, 250, 13);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        _claimAll(v, shares, leaves, 99);
        vm.assertEq(dollar.balanceOf(address(datasets)), 1, "a unit nobody's part is large enough for waits");
        for (uint256 i; i < 9999; ++i) {
            vm.prank(buyer);
            datasets.buy(v, 0, buyer, Use(0, 0));
        }
        _claimAll(v, shares, leaves, 99);
        vm.assertLe(dollar.balanceOf(address(datasets)), shares.length, "and is paid with later sales");
    }

    function test_claims_wait_for_unlock_and_never_repeat() public {
        (Version memory v, Share[] memory shares, bytes32[] memory leaves) = _ownVersion(1000, 5000, 250, 13);
        uint256 key = v.dataset << 32 | 1;
        (Version memory w,) = _published();
        vm.expectPartialRevert(IDatasets.Datasets_StillLocked.selector);
        datasets.claimOwner(w);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        bytes32[] memory proof = _proof(leaves, 1);
        datasets.claimShare(v, shares[1], proof);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NothingToClaim.selector, key));
        datasets.claimShare(v, shares[1], proof);
        datasets.claimOwner(v);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NothingToClaim.selector, key));
        datasets.claimOwner(v);
        datasets.claimFee(v);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NothingToClaim.selector, key));
        datasets.claimFee(v);
        shares[1].account = stranger;
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_WrongProof.selector, key, 1));
        datasets.claimShare(v, shares[1], proof);
    }

    /// @notice A share tree whose leaves overlap pays at most the pool: later claims fail, other money is untouched.
    function test_attack_overlapping_share_tree_cannot_pay_more_than_the_pool() public {
        (Version memory other,,) = _ownVersion(1000, 0, 0, 7);
        vm.prank(buyer);
        datasets.buy(other, 0, buyer, Use(0, 0));
        Version memory v = _ownShell();
        uint256 key = v.dataset << 32 | 1;
        bytes32[] memory leaves = new bytes32[](2);
        Share memory a = Share(0, operator, 0, 0, 100, 100);
        Share memory b = Share(1, rival, 0, 0, 100, 100);
        Share memory c = Share(0, operator, 0, 0, 101, 100);
        leaves[0] = _leaf("headwater.share.v1", address(datasets), key, abi.encode(a));
        leaves[1] = _leaf("headwater.share.v1", address(datasets), key, abi.encode(b));
        (v.shareRoot, v.shares, v.totalWeight) = (Merkle.hash(leaves[0], leaves[1]), 2, 100);
        _publishOwn(v);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        vm.warp(block.timestamp + 5);
        bytes32[] memory proof = _proof(leaves, 0);
        datasets.claimShare(v, a, proof);
        proof = _proof(leaves, 1);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_AbovePool.selector, 2000, 1000));
        datasets.claimShare(v, b, proof);
        vm.expectPartialRevert(IDatasets.Datasets_WrongProof.selector);
        datasets.claimShare(v, c, proof);
        vm.assertEq(dollar.balanceOf(address(datasets)), 1000, "the other version's");
    }

    function test_owner_share_follows_the_dataset() public {
        (Version memory v,,) = _ownVersion(1000, 5000, 0, 7);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        vm.prank(rival);
        datasets.transferFrom(rival, stranger, v.dataset);
        datasets.claimOwner(v);
        vm.assertEq(dollar.balanceOf(stranger), 500, "the present owner");
    }

    function test_own_data_bounds() public {
        Version memory v = _ownShell();
        v.feeBps = 251;
        _ownRefused(v, IDatasets.Datasets_WrongFee.selector);
        v.feeBps = 249;
        _ownRefused(v, IDatasets.Datasets_WrongFee.selector);
        (v.feeBps, v.ownerBps) = (250, 9751);
        _ownRefused(v, IDatasets.Datasets_FeeTooHigh.selector);
        (v.feeBps, v.ownerBps) = (250, 9749);
        _ownRefused(v, IDatasets.Datasets_NoShares.selector); // a pool for nobody
        v.campaign = 1;
        _ownRefused(v, IDatasets.Datasets_NotOfCampaign.selector);
        v.campaign = 0;
        Terms memory t;
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotOwner.selector, operator, rival));
        datasets.publish(t, v, new uint256[](0));
    }

    function test_own_without_shares_leaves_at_most_a_unit() public {
        Version memory v = _ownShell();
        (v.ownerBps, v.feeBps, v.offers[0].price) = (9750, 250, 33);
        _publishOwn(v);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        vm.warp(block.timestamp + 5);
        datasets.claimOwner(v);
        vm.expectPartialRevert(IDatasets.Datasets_NothingToClaim.selector);
        datasets.claimFee(v); // 0.825 of a unit, rounded down
        vm.assertEq(dollar.balanceOf(address(datasets)), 1, "33 - 32 (32.175) - 0 (0.825)");
    }

    function _ownRefused(Version memory v, bytes4 reason) private {
        Terms memory t;
        vm.prank(rival);
        vm.expectPartialRevert(reason);
        datasets.publish(t, v, new uint256[](0));
    }

    function test_withdrawn_consent_ends_entitled_for_that_clip_only() public {
        (Version memory v, Draft memory d, Posted memory p) = _publishedDraft();
        vm.prank(buyer);
        uint256 licence = datasets.buy(v, 0, buyer, Use(0, 0));
        bytes32 clip = d.items[2].contribution;
        vm.assertTrue(datasets.entitled(licence, v.dataset, 1, clip, buyer), "before");
        bytes32[] memory proof = _itemProof(p, d, 2);
        vm.prank(d.items[2].contributor);
        datasets.withdrawConsent(p, d.items[2], proof);
        vm.assertTrue(!datasets.entitled(licence, v.dataset, 1, clip, buyer), "after");
        vm.assertTrue(datasets.entitled(licence, v.dataset, 1, d.items[1].contribution, buyer), "others stay");
        vm.prank(d.items[2].contributor);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_AlreadyWithdrawn.selector, clip));
        datasets.withdrawConsent(p, d.items[2], proof);
    }

    function test_attack_withdrawing_anothers_clip() public {
        (, Draft memory d, Posted memory p) = _publishedDraft();
        bytes32[] memory proof = _itemProof(p, d, 2);
        vm.startPrank(stranger);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasets.Datasets_NotContributor.selector, stranger, d.items[2].contributor)
        );
        datasets.withdrawConsent(p, d.items[2], proof);
        d.items[2].contributor = stranger;
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_WrongProof.selector, p.key, 2));
        datasets.withdrawConsent(p, d.items[2], proof);
        d.items[2].verdict = 0;
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotAccepted.selector, 2));
        datasets.withdrawConsent(p, d.items[2], proof);
        vm.stopPrank();
    }

    function test_owner_withdraws_of_his_own_dataset_only() public {
        (Version memory v,,) = _ownVersion(1000, 5000, 0, 7);
        vm.prank(buyer);
        uint256 licence = datasets.buy(v, 0, buyer, Use(0, 0));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotOwner.selector, stranger, rival));
        datasets.withdrawOwn(v.dataset, keccak256("clip"));
        vm.prank(rival);
        datasets.withdrawOwn(v.dataset, keccak256("clip"));
        vm.assertTrue(!datasets.entitled(licence, v.dataset, 1, keccak256("clip"), buyer), "withdrawn");
        _setFee(250);
        (Version memory w,) = _published();
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotOfCampaign.selector, w.dataset, 0));
        datasets.withdrawOwn(w.dataset, keccak256("clip"));
    }

    function test_attack_fee_on_transfer_sale_refused() public {
        FeeToken fee = new FeeToken();
        Version memory v = _ownShell();
        v.token = address(fee);
        (v.ownerBps, v.feeBps) = (9750, 250);
        _publishOwn(v);
        fee.approve(address(datasets), 1000);
        vm.expectRevert(abi.encodeWithSelector(Tokens.Tokens_NotExact.selector, address(fee), 1000, 990));
        datasets.buy(v, 0, address(this), Use(0, 0));
    }

    function test_attack_reentrant_buyer_gets_one_licence_per_payment() public {
        (Version memory v,) = _published();
        ReentrantBuyer hook = new ReentrantBuyer();
        hook.arm(address(datasets), abi.encodeCall(datasets.buy, (v, 0, address(hook), Use(0, 0))));
        vm.prank(buyer);
        uint256 licence = datasets.buy(v, 0, address(hook), Use(0, 0));
        vm.assertTrue(hook.tried() && !hook.succeeded(), "the second entry is refused");
        vm.assertEq(licences.balanceOf(address(hook), licence), 1, "one");
    }

    function _claimAll(Version memory v, Share[] memory shares, bytes32[] memory leaves, uint256 until) private {
        vm.warp(block.timestamp + 5);
        for (uint256 i; i < shares.length && i < until; ++i) {
            bytes32[] memory proof = _proof(leaves, i);
            try datasets.claimShare(v, shares[i], proof) {} catch {} // nothing due is fine
        }
        try datasets.claimOwner(v) {} catch {}
        try datasets.claimFee(v) {} catch {}
    }

    function _ownShell() private returns (Version memory v) {
        vm.prank(rival);
        v.dataset = datasets.createOwn();
        v.number = 1;
        (v.episodeRoot, v.episodes) = (keccak256("episodes"), 5);
        v.manifest = keccak256("manifest");
        v.settlements = keccak256(abi.encode(new uint256[](0)));
        v.token = address(dollar);
        v.offers = new Offer[](1);
        v.offers[0] = Offer(keccak256("licence"), 1000, 30 days, 7, 0);
    }

    function _publishOwn(Version memory v) private {
        Terms memory none;
        vm.prank(rival);
        datasets.publish(none, v, new uint256[](0));
    }

    function _ownVersion(uint96 price, uint16 ownerBps, uint16 feeBps, uint256 seed)
        private
        returns (Version memory v, Share[] memory shares, bytes32[] memory leaves)
    {
        v = _ownShell();
        _setFee(feeBps);
        (v.ownerBps, v.feeBps, v.offers[0].price) = (ownerBps, feeBps, price);
        uint256 count = 1 + seed % 7;
        shares = new Share[](count);
        leaves = new bytes32[](count);
        for (uint32 i; i < count; ++i) {
            uint128 weight = uint128(uint256(keccak256(abi.encode(seed, i))) % 1e6);
            if (i == 0) weight += 1;
            v.totalWeight += weight;
            shares[i] = Share(i, _payee(i), 0, 0, weight, v.totalWeight);
            leaves[i] = _leaf("headwater.share.v1", address(datasets), v.dataset << 32 | 1, abi.encode(shares[i]));
        }
        v.shares = uint32(count);
        bytes32[] memory copy = abi.decode(abi.encode(leaves), (bytes32[]));
        v.shareRoot = Merkle.rootOf(copy);
        _publishOwn(v);
        vm.warp(block.timestamp + 5);
    }

    function _own(uint96 price, uint256 seed) private returns (Version memory v) {
        (v,,) = _ownVersion(price, 0, 0, seed);
    }

    function _campaignVersion()
        private
        returns (Version memory v, Terms memory t, uint256[] memory keys, Posted memory p)
    {
        Draft memory d;
        (t,, d, p) = _settled(4, 2);
        _final(p);
        vm.prank(operator);
        v.dataset = datasets.create(p.campaign, t);
        keys = new uint256[](1);
        keys[0] = p.key;
        v.number = 1;
        v.campaign = p.campaign;
        (v.episodeRoot, v.episodes) = (keccak256("episodes"), 4);
        (v.shareRoot, v.shares, v.totalWeight) = (keccak256("shares"), 2, 1e6);
        v.manifest = keccak256("manifest");
        v.settlements = keccak256(abi.encode(keys));
        (v.token, v.ownerBps, v.feeBps) = (t.token, t.ownerBps, t.feeBps);
        v.offers = new Offer[](2);
        v.offers[0] = Offer(t.licence, R, 30 days, 7, 0);
        v.offers[1] = Offer(t.licence, 10 * R, 0, 7, 0);
    }

    function _published() private returns (Version memory v, uint256 key) {
        Terms memory t;
        uint256[] memory keys;
        (v, t, keys,) = _campaignVersion();
        vm.prank(operator);
        key = datasets.publish(t, v, keys);
    }

    function _publishedDraft() private returns (Version memory v, Draft memory d, Posted memory p) {
        Terms memory t;
        uint256[] memory keys;
        (v, t, keys, p) = _campaignVersion();
        d = _honest(t, _one(_anchorOf(p)), 2, operator);
        vm.prank(operator);
        datasets.publish(t, v, keys);
    }

    /// @dev `_honest` reads only number and count of the anchor.
    function _anchorOf(Posted memory p) private pure returns (Anchor memory a) {
        (a.firstItem, a.count) = (p.firstItem, p.count);
    }
}
