// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDatasets} from "../src/interfaces/IDatasets.sol";
import {Anchor, Offer, Posted, Terms, Use, Version} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice What a campaign's data may be sold for, and where: terms bound offers, an offer bounds its sales.
contract ConsentTest is World {
    uint32 private constant RESEARCH = 1;
    uint32 private constant EVALUATION = 2;
    uint32 private constant COMMERCIAL = 4;
    uint256 private constant FR = 1 << 74;
    uint256 private constant DE = 1 << 56;

    Version private _version;
    Terms private _bound;
    uint256 private _settlement;

    function test_offers_within_the_terms_are_published() public {
        _campaign(RESEARCH | EVALUATION, FR | DE);
        _published(RESEARCH | EVALUATION, FR | DE);
        _published(EVALUATION, DE);
        _campaign(COMMERCIAL, 0);
        _published(COMMERCIAL, 0);
        _published(COMMERCIAL, FR); // narrower than anywhere
    }

    function test_attack_operator_publishes_an_offer_with_a_wider_purpose() public {
        _campaign(RESEARCH | EVALUATION, 0);
        _refused(RESEARCH | COMMERCIAL, 0);
        _refused(COMMERCIAL, 0);
        _refused(RESEARCH | 1 << 31, 0); // one that is not in the registry yet
    }

    function test_attack_offer_without_a_purpose() public {
        _campaign(RESEARCH, 0);
        _refused(0, 0);
        _campaign(0, 0); // data that is for nobody but its requester
        _refused(0, 0);
        _refused(RESEARCH, 0);
    }

    function test_attack_operator_publishes_an_offer_for_a_region_outside() public {
        _campaign(RESEARCH, FR | DE);
        _refused(RESEARCH, FR | DE | 1 << 60);
        _refused(RESEARCH, 1 << 255);
        _refused(RESEARCH, type(uint256).max);
    }

    /// @notice 0 is every region, not none.
    function test_attack_offer_for_anywhere_under_terms_for_one_region() public {
        _campaign(RESEARCH, FR);
        _refused(RESEARCH, 0);
    }

    function test_attack_the_owner_cannot_widen_what_contributors_agreed_to() public {
        _campaign(RESEARCH, FR);
        _offer(COMMERCIAL, 0);
        vm.prank(requester);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_OutsideTerms.selector, 0, COMMERCIAL, 0));
        datasets.publish(_bound, _version, _keys());
    }

    function test_attack_a_wider_offer_behind_an_honest_one() public {
        _campaign(RESEARCH, FR);
        _offer(RESEARCH, FR);
        _version.offers.push(Offer(_bound.licence, R, 0, RESEARCH | COMMERCIAL, FR));
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_OutsideTerms.selector, 1, RESEARCH | COMMERCIAL, FR));
        datasets.publish(_bound, _version, _keys());
    }

    function test_attack_publish_under_terms_with_wider_masks() public {
        _campaign(RESEARCH, FR);
        Terms memory wider = _bound;
        (wider.purposes, wider.regions) = (7, 0);
        _offer(7, 0);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_WrongTerms.selector, _version.campaign));
        datasets.publish(wider, _version, _keys());
    }

    function test_sale_says_what_the_buyer_declared() public {
        _campaign(7, FR | DE);
        _published(RESEARCH | COMMERCIAL, FR);
        uint256 licence = datasets.licenceId(_version.dataset << 32 | _version.number, 0, _bound.licence);
        vm.expectEmit(address(datasets));
        emit IDatasets.Sold(_version.dataset << 32 | _version.number, buyer, watcher, 0, licence, R, 2, 74);
        vm.prank(buyer);
        datasets.buy(_version, 0, watcher, Use(2, 74));
    }

    function test_attack_buyer_declares_a_purpose_the_offer_does_not_grant() public {
        _campaign(7, 0);
        _published(RESEARCH, 0);
        for (uint256 purpose = 1; purpose < 256; ++purpose) {
            _unsold(uint8(purpose), 0);
        }
        _sold(0, 0);
    }

    function test_attack_buyer_declares_a_region_the_offer_does_not_grant() public {
        _campaign(RESEARCH, 0);
        _published(RESEARCH, FR | DE);
        for (uint256 region; region < 256; ++region) {
            if (region == 74 || region == 56) _sold(0, uint8(region));
            else _unsold(0, uint8(region));
        }
    }

    function test_attack_buyer_shows_the_version_with_a_wider_offer() public {
        _campaign(RESEARCH | EVALUATION, FR | DE);
        _published(RESEARCH, FR);
        uint256 key = _version.dataset << 32 | _version.number;
        vm.assertEq(datasets.versionHash(key), keccak256(abi.encode(_version)), "the hash is that of the encoding");
        for (uint256 i; i < 3; ++i) {
            (_version.offers[0].purposes, _version.offers[0].regions) = (RESEARCH, FR);
            if (i == 0) _version.offers[0].purposes = RESEARCH | EVALUATION;
            if (i == 1) _version.offers[0].regions = FR | DE;
            if (i == 2) _version.offers.push(Offer(_bound.licence, R, 0, EVALUATION, DE));
            vm.prank(buyer);
            vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_WrongVersion.selector, key));
            datasets.buy(_version, 0, buyer, Use(0, 74));
        }
    }

    function test_attack_the_permit_takes_no_money_for_a_use_outside() public {
        _campaign(RESEARCH, FR);
        _published(RESEARCH, FR);
        uint256 before = dollar.balanceOf(buyer);
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_OutsideOffer.selector, 0, 2, 74));
        datasets.buyWithPermit(_version, 0, buyer, Use(2, 74), type(uint256).max, 27, 0, 0);
        vm.assertEq(dollar.balanceOf(buyer), before, "unchanged");
    }

    function test_own_data_is_offered_as_its_owner_says() public {
        _own(COMMERCIAL, DE);
        _unsold(0, 56);
        _unsold(2, 74);
        _sold(2, 56);
        _own(0, 0);
        _unsold(0, 0); // an offer without purposes is for nobody
    }

    /// @notice High bits a struct's type does not have would give a version a second hash.
    function test_attack_dirty_bits_publish_nothing() public {
        _campaign(7, 0);
        _offer(7, 0);
        _dirtied(operator, abi.encodeCall(datasets.publish, (_bound, _version, _keys())));
        vm.assertEq(
            datasets.versionHash(_version.dataset << 32 | _version.number),
            keccak256(abi.encode(_version)),
            "its encoding"
        );
    }

    function test_attack_dirty_bits_publish_no_own_data() public {
        _own(7, 0);
        _offer(7, 0);
        Terms memory none;
        _dirtied(rival, abi.encodeCall(datasets.publish, (none, _version, new uint256[](0))));
    }

    function _dirtied(address who, bytes memory data) private {
        uint256 members = 4 + 32 * 23; // terms are 21 words, then two offsets, then the version
        uint256[7] memory narrow = [uint256(1), 4, 6, 7, 10, 11, 12];
        for (uint256 i; i < narrow.length; ++i) {
            _dirty(who, data, members + 32 * narrow[i]);
        }
        for (uint256 i = 1; i < 4; ++i) {
            _dirty(who, data, members + 32 * (15 + i)); // price, duration and purposes of the offer
        }
        vm.prank(who);
        (bool clean,) = address(datasets).call(data);
        vm.assertTrue(clean, "and the clean one is");
    }

    /// @notice The same cases in Python: tests/conformance/test_vectors.py.
    function test_vectors_of_offers() public {
        string memory json = vm.readFile("../vectors/uses.json");
        bytes32[] memory purposes = vm.parseJsonBytes32Array(json, ".offers.purposes");
        bytes32[] memory regions = vm.parseJsonBytes32Array(json, ".offers.regions");
        bytes32[] memory offered = vm.parseJsonBytes32Array(json, ".offers.offered");
        bytes32[] memory places = vm.parseJsonBytes32Array(json, ".offers.where");
        for (uint256 i; i < purposes.length; ++i) {
            uint256 state = vm.snapshotState();
            _campaign(uint32(uint256(purposes[i])), uint256(regions[i]));
            bool within = vm.parseJsonBool(json, string.concat(".within[", vm.toString(i), "]"));
            if (within) _published(uint32(uint256(offered[i])), uint256(places[i]));
            else _refused(uint32(uint256(offered[i])), uint256(places[i]));
            vm.revertToState(state);
        }
        vm.assertLe(100, purposes.length, "cases were read");
    }

    function test_vectors_of_sales() public {
        string memory json = vm.readFile("../vectors/uses.json");
        bytes32[] memory offered = vm.parseJsonBytes32Array(json, ".sales.offered");
        bytes32[] memory places = vm.parseJsonBytes32Array(json, ".sales.where");
        bytes32[] memory purposes = vm.parseJsonBytes32Array(json, ".sales.purpose");
        bytes32[] memory regions = vm.parseJsonBytes32Array(json, ".sales.region");
        for (uint256 i; i < offered.length; ++i) {
            uint256 state = vm.snapshotState();
            _own(uint32(uint256(offered[i])), uint256(places[i]));
            bool granted = vm.parseJsonBool(json, string.concat(".granted[", vm.toString(i), "]"));
            if (granted) _sold(uint8(uint256(purposes[i])), uint8(uint256(regions[i])));
            else _unsold(uint8(uint256(purposes[i])), uint8(uint256(regions[i])));
            vm.revertToState(state);
        }
        vm.assertLe(20, offered.length, "cases were read");
    }

    /// forge-config: default.fuzz.runs = 64
    function testFuzz_an_offer_is_published_exactly_if_it_lies_within(
        uint32 purposes,
        uint256 regions,
        uint32 offered,
        uint256 where
    ) public {
        if (offered & 3 == 0) offered &= purposes; // else nearly every case is a refusal
        if (where & 3 == 0) where &= regions;
        if (where & 5 == 0) where = 0;
        _campaign(purposes, regions);
        bool within = offered != 0 && offered & purposes == offered;
        if (regions != 0) within = within && where != 0 && where & regions == where;
        if (within) _published(offered, where);
        else _refused(offered, where);
    }

    function _dirty(address who, bytes memory data, uint256 at) private {
        uint8 kept = uint8(data[at]);
        data[at] = bytes1(kept ^ 0x80);
        vm.prank(who);
        (bool done,) = address(datasets).call(data);
        vm.assertTrue(!done, "dirty");
        data[at] = bytes1(kept);
    }

    function _campaign(uint32 purposes, uint256 regions) private {
        _bound = _terms();
        (_bound.purposes, _bound.regions) = (purposes, regions);
        Posted memory p = _settledUnder(_bound);
        _final(p);
        _settlement = p.key;
        delete _version;
        vm.prank(operator);
        _version.dataset = datasets.create(p.campaign, _bound);
        _version.campaign = p.campaign;
        (_version.episodeRoot, _version.episodes) = (keccak256("episodes"), 4);
        (_version.shareRoot, _version.shares, _version.totalWeight) = (keccak256("shares"), 2, 1e6);
        _version.settlements = keccak256(abi.encode(_keys()));
        (_version.token, _version.ownerBps, _version.feeBps) = (_bound.token, _bound.ownerBps, _bound.feeBps);
    }

    function _own(uint32 purposes, uint256 regions) private {
        delete _version;
        _bound.licence = keccak256("licence");
        vm.prank(rival);
        _version.dataset = datasets.createOwn();
        (_version.episodeRoot, _version.episodes) = (keccak256("episodes"), 4);
        _version.settlements = keccak256(abi.encode(new uint256[](0)));
        (_version.token, _version.ownerBps, _version.feeBps) = (address(dollar), 9750, 250);
        _offer(purposes, regions);
        Terms memory none;
        vm.prank(rival);
        datasets.publish(none, _version, new uint256[](0));
    }

    function _offer(uint32 purposes, uint256 regions) private {
        _version.number = uint32(datasets.latestOf(_version.dataset)) + 1;
        delete _version.offers;
        _version.offers.push(Offer(_bound.licence, R, 0, purposes, regions));
    }

    function _published(uint32 purposes, uint256 regions) private {
        _offer(purposes, regions);
        vm.prank(operator);
        datasets.publish(_bound, _version, _keys());
    }

    function _refused(uint32 purposes, uint256 regions) private {
        _offer(purposes, regions);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_OutsideTerms.selector, 0, purposes, regions));
        datasets.publish(_bound, _version, _keys());
    }

    function _sold(uint8 purpose, uint8 region) private {
        vm.prank(buyer);
        datasets.buy(_version, 0, buyer, Use(purpose, region));
    }

    function _unsold(uint8 purpose, uint8 region) private {
        vm.prank(buyer);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_OutsideOffer.selector, 0, purpose, region));
        datasets.buy(_version, 0, buyer, Use(purpose, region));
    }

    function _settledUnder(Terms memory t) private returns (Posted memory) {
        uint256 id = _fund(t, 100 * R);
        Anchor[] memory anchors = _one(_anchor(id, t, 4, operator));
        Draft memory d = _honest(t, anchors, 2, operator);
        return _settle(id, t, anchors, d, operator);
    }

    function _keys() private view returns (uint256[] memory keys) {
        keys = new uint256[](1);
        keys[0] = _settlement;
    }
}
