// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDatasets} from "../src/interfaces/IDatasets.sol";
import {IPools} from "../src/interfaces/IPools.sol";
import {IShareFaults} from "../src/interfaces/IShareFaults.sol";
import {IShareTrees} from "../src/interfaces/IShareTrees.sol";
import {
    Anchor,
    Closing,
    Item,
    ItemProof,
    Offer,
    Posted,
    Share,
    ShareProof,
    Terms,
    Version
} from "../src/interfaces/Structs.sol";
import {FaultVectors} from "./FaultVectors.sol";
import {ShareBook} from "./ShareBook.sol";
import {World} from "./World.sol";

/// @notice The share trees of vectors/faults_shares.json, as a version's and as a pool's.
contract ShareVectorsTest is FaultVectors, ShareBook {
    string private constant SHARE =
        "Share(uint32 index,address account,uint256 first,bytes32 items,uint128 weight,uint128 cumulative)";

    function _budget(Draft memory d, uint256 word) internal view override(World, FaultVectors) returns (uint96) {
        return FaultVectors._budget(d, word);
    }

    function _file() internal pure override returns (string memory) {
        return "../vectors/faults_shares.json";
    }

    function test_version_vectors() public {
        _all(".cases", this.version, 50);
    }

    function test_pool_vectors() public {
        _all(".cases", this.pool, 50);
    }

    /// @notice One case of ShareFaults, if it is one.
    function version(string calldata path) external {
        string memory json = vm.readFile(_file());
        if (!_isFor(json, path, "ShareFaults")) return;
        Book memory b = _bookOf(json, path, "price");
        _withdraw(json, path, b);
        Version memory v = _publish(json, path, b);
        uint256 key = v.dataset << 32 | v.number;
        _ask(json, path, b, abi.encode(v), IDatasets(address(datasets)).salesOf(key).unlockAt);
        bytes memory rest = _rest(json, path, b);
        bytes memory call = _onVersion(_function(json, path), rest, v);
        _prove(address(shareFaults), call, IShareTrees.Shares_NoFault.selector, json, path);
        bool void_ = datasets.salesOf(key).status == 2;
        vm.assertTrue(void_ == vm.parseJsonBool(json, string.concat(path, ".holds")), _name(json, path));
    }

    /// @notice One case of Pools, if it is one.
    function pool(string calldata path) external {
        string memory json = vm.readFile(_file());
        if (!_isFor(json, path, "Pools")) return;
        Book memory b = _bookOf(json, path, "pool");
        _withdraw(json, path, b);
        Closing memory c = _close(json, path, b);
        _ask(json, path, b, abi.encode(c), c.finalAt);
        bytes memory call = _onClosing(_function(json, path), _rest(json, path, b), c);
        _prove(address(pools), call, IShareTrees.Shares_NoFault.selector, json, path);
        bool void_ = pools.closingHash(b.campaign) == 0;
        vm.assertTrue(void_ == vm.parseJsonBool(json, string.concat(path, ".holds")), _name(json, path));
    }

    // The calls: what both take beside the tree

    struct Given {
        uint256[] keys;
        ShareProof a;
        ShareProof b;
        uint256 at;
        ItemProof item;
        ItemProof[] items;
    }

    function _rest(string memory json, string memory path, Book memory b) private view returns (bytes memory) {
        Given memory g;
        g.keys = vm.parseJsonUintArray(json, string.concat(path, ".keys"));
        bytes32 name = _function(json, path);
        if (name == keccak256("proveUnshown")) g.at = _given(json, path, "index");
        if (name == keccak256("proveMissingSettlement")) g.at = _given(json, path, "key");
        if (name == keccak256("proveShareSum")) _pair(b, g, _given(json, path, "a"), _given(json, path, "b"));
        if (name == keccak256("proveUnlisted")) {
            g.item = _itemAt(b, _given(json, path, "item"));
            if (b.shares.length > 0) _pair(b, g, _given(json, path, "low"), _given(json, path, "high"));
        }
        if (name == keccak256("proveShareList")) g.a = _shareProof(b, _given(json, path, "leaf"));
        if (name == keccak256("proveShareItem")) {
            (uint256 leaf, uint256 at) = (_given(json, path, "leaf"), _given(json, path, "at"));
            (g.a, g.at, g.item) = (_shareProof(b, leaf), at, _itemAt(b, b.lists[leaf][at]));
        }
        if (name == keccak256("proveShareWeight")) {
            uint256 leaf = _given(json, path, "leaf");
            (g.a, g.items) = (_shareProof(b, leaf), _itemsOf(b, leaf));
        }
        return abi.encode(g);
    }

    function _pair(Book memory b, Given memory g, uint256 one, uint256 other) private view {
        (g.a, g.b) = (_shareProof(b, one), _shareProof(b, other));
    }

    function _onVersion(bytes32 name, bytes memory rest, Version memory v) private pure returns (bytes memory) {
        Given memory g = abi.decode(rest, (Given));
        if (name == keccak256("proveShareList")) return abi.encodeCall(IShareFaults.proveShareList, (v, g.a));
        if (name == keccak256("proveShareItem")) {
            return abi.encodeCall(IShareFaults.proveShareItem, (v, g.keys, g.a, g.at, g.item));
        }
        if (name == keccak256("proveShareWeight")) {
            return abi.encodeCall(IShareFaults.proveShareWeight, (v, g.a, g.items));
        }
        if (name == keccak256("proveShareSum")) return abi.encodeCall(IShareFaults.proveShareSum, (v, g.a, g.b));
        if (name == keccak256("proveUnlisted")) {
            return abi.encodeCall(IShareFaults.proveUnlisted, (v, g.keys, g.item, g.a, g.b));
        }
        if (name == keccak256("proveUnshown")) return abi.encodeCall(IShareFaults.proveUnshown, (v, g.at));
        revert("no such function");
    }

    function _onClosing(bytes32 name, bytes memory rest, Closing memory c) private pure returns (bytes memory) {
        Given memory g = abi.decode(rest, (Given));
        if (name == keccak256("proveShareList")) return abi.encodeCall(IPools.proveShareList, (c, g.a));
        if (name == keccak256("proveShareItem")) {
            return abi.encodeCall(IPools.proveShareItem, (c, g.keys, g.a, g.at, g.item));
        }
        if (name == keccak256("proveShareWeight")) return abi.encodeCall(IPools.proveShareWeight, (c, g.a, g.items));
        if (name == keccak256("proveShareSum")) return abi.encodeCall(IPools.proveShareSum, (c, g.a, g.b));
        if (name == keccak256("proveUnlisted")) {
            return abi.encodeCall(IPools.proveUnlisted, (c, g.keys, g.item, g.a, g.b));
        }
        if (name == keccak256("proveUnshown")) return abi.encodeCall(IPools.proveUnshown, (c, g.at));
        if (name == keccak256("proveMissingSettlement")) {
            return abi.encodeCall(IPools.proveMissingSettlement, (c, g.keys, g.at));
        }
        revert("no such function");
    }

    // What stands

    function _bookOf(string memory json, string memory path, string memory mode) private returns (Book memory b) {
        b.terms = abi.decode(vm.parseJsonType(json, string.concat(".terms.", mode), TERMS), (Terms));
        (b.terms.requester, b.terms.token) = (requester, address(dollar));
        b.campaign = _fund(b.terms, BUDGET);
        (b.keys, b.posted, b.drafts) = (new uint256[](2), new Posted[](2), new Draft[](2));
        for (uint256 s; s < 2; ++s) {
            b.drafts[s] = _draftOf(json, _at(string.concat(".books.", mode), s, ""));
            Anchor[] memory anchors = _one(_anchor(b.campaign, b.terms, 4, operator));
            b.posted[s] = _settle(b.campaign, b.terms, anchors, b.drafts[s], operator);
            b.keys[s] = b.posted[s].key;
        }
        _final(b.posted[1]);
        string memory shares = string.concat(path, ".shares");
        if (vm.keyExistsJson(json, string.concat(shares, "[0]"))) {
            b.shares = abi.decode(vm.parseJsonTypeArray(json, shares, SHARE), (Share[]));
        }
        b.lists = new uint256[][](b.shares.length);
        for (uint256 i; i < b.lists.length; ++i) {
            b.lists[i] = vm.parseJsonUintArray(json, _at(string.concat(path, ".lists"), i, ""));
        }
        b.hidden = uint256(vm.parseJsonInt(json, string.concat(path, ".hidden")) + 1);
    }

    function _withdraw(string memory json, string memory path, Book memory b) private {
        uint256[] memory gone = vm.parseJsonUintArray(json, string.concat(path, ".withdrawn"));
        for (uint256 i; i < gone.length; ++i) {
            ItemProof memory item = _itemAt(b, gone[i]);
            vm.prank(item.item.contributor);
            datasets.withdrawConsent(item.posted, item.item, item.proof);
        }
    }

    function _publish(string memory json, string memory path, Book memory b) private returns (Version memory v) {
        vm.startPrank(operator);
        v.dataset = datasets.create(b.campaign, b.terms);
        (v.number, v.campaign, v.episodeRoot, v.episodes) = (1, b.campaign, keccak256("episodes"), 4);
        (b.checker, b.scope) = (address(datasets), v.dataset << 32 | 1);
        (v.shareRoot, v.shares) = (_shareRoot(b), uint32(b.shares.length));
        v.totalWeight = uint128(vm.parseJsonUint(json, string.concat(path, ".total")));
        uint256[] memory keys = vm.parseJsonUintArray(json, string.concat(path, ".keys"));
        (v.manifest, v.settlements) = (keccak256("manifest"), keccak256(abi.encode(keys)));
        (v.token, v.ownerBps, v.feeBps) = (b.terms.token, b.terms.ownerBps, b.terms.feeBps);
        v.offers = new Offer[](1);
        v.offers[0] = Offer(b.terms.licence, R, 30 days, 7, 0);
        datasets.publish(b.terms, v, keys);
        vm.stopPrank();
    }

    function _close(string memory json, string memory path, Book memory b) private returns (Closing memory c) {
        vm.warp(b.terms.deadline + 1);
        (b.checker, b.scope) = (address(pools), b.campaign);
        uint256[] memory keys = vm.parseJsonUintArray(json, string.concat(path, ".keys"));
        (c.campaign, c.token, c.pool, c.poolFloor) =
        (b.campaign, b.terms.token, campaigns.poolOf(b.campaign).left, b.terms.poolFloor);
        c.settlements = keccak256(abi.encode(keys));
        (c.shareRoot, c.shares) = (b.shares.length == 0 ? bytes32(0) : _shareRoot(b), uint32(b.shares.length));
        c.totalWeight = uint128(vm.parseJsonUint(json, string.concat(path, ".total")));
        (c.closer, c.bond) = (rival, c.pool / 4 > 10 * R ? c.pool / 4 : 10 * R);
        (c.closedAt, c.finalAt) = (uint40(block.timestamp), uint40(block.timestamp) + b.terms.challengeWindow);
        c.lapsesAt = b.terms.deadline + b.terms.lapseWindow;
        vm.prank(rival);
        pools.close(b.campaign, b.terms, keys, c.shareRoot, c.shares, c.totalWeight, 0);
        vm.assertTrue(pools.closingHash(b.campaign) == keccak256(abi.encode(c)), "closed as expected");
    }

    /// @dev Calls for a leaf and shows it, if the case does, and waits as long as it does.
    function _ask(string memory json, string memory path, Book memory b, bytes memory tree, uint256 until) private {
        if (_function(json, path) != keccak256("proveUnshown")) return;
        uint256 window = until - block.timestamp;
        uint256 last = block.timestamp + 2 * window / 3;
        uint256 called = _given(json, path, "called");
        bool shown = vm.parseJsonBool(json, string.concat(path, ".given.shown"));
        if (b.checker == address(pools)) _askPool(abi.decode(tree, (Closing)), b, called, shown);
        else _askVersion(abi.decode(tree, (Version)), b, called, shown);
        vm.warp(last + _given(json, path, "after"));
    }

    function _askVersion(Version memory v, Book memory b, uint256 called, bool shown) private {
        _bond(address(shareFaults));
        vm.startPrank(watcher);
        shareFaults.callShare(v, called);
        if (shown) shareFaults.showShare(v, _shareProof(b, called));
        vm.stopPrank();
    }

    function _askPool(Closing memory c, Book memory b, uint256 called, bool shown) private {
        _bond(address(pools));
        vm.startPrank(watcher);
        pools.callShare(c, called);
        if (shown) pools.showShare(c, _shareProof(b, called));
        vm.stopPrank();
    }

    function _bond(address at) private {
        token.transfer(watcher, CALL_BOND);
        vm.prank(watcher);
        token.approve(at, CALL_BOND);
    }

    function _function(string memory json, string memory path) private pure returns (bytes32) {
        return keccak256(bytes(vm.parseJsonString(json, string.concat(path, ".function"))));
    }

    function _isFor(string memory json, string memory path, string memory name) private view returns (bool) {
        path = string.concat(path, ".contracts");
        for (uint256 i; vm.keyExistsJson(json, _at(path, i, "")); ++i) {
            if (keccak256(bytes(vm.parseJsonString(json, _at(path, i, "")))) == keccak256(bytes(name))) return true;
        }
        return false;
    }
}
