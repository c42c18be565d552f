// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor, Offer, Pay, Posted, SettleInput, Share, Terms, Use, Version, Vote} from "../src/interfaces/Structs.sol";
import {LightDollar} from "./Gas.t.sol";
import {LocalDollar} from "../src/LocalDollar.sol";
import {World} from "./World.sol";

/// @notice What an operation costs as a campaign grows to 10,000 items and as campaigns grow to 1,000. Whole
/// transactions (isolated). A campaign of n items is anchored and settled in batches of at most 1,024; what is measured
/// is the last batch with all before it settled, then one operation on it.
contract ScaleTest is World {
    uint32 private constant BATCH = 1024;
    uint256 private constant BLOCK_LIMIT = 30_000_000;
    uint256 private _most; // largest transaction so far
    mapping(string operation => uint256) private _first; // what it cost at the smallest scale

    function _newDollar() internal override returns (LocalDollar) {
        return LocalDollar(address(new LightDollar()));
    }

    /// forge-config: default.isolate = true
    function test_scale_items_1() public {
        _items(1);
    }

    /// forge-config: default.isolate = true
    function test_scale_items_10() public {
        _items(10);
    }

    /// forge-config: default.isolate = true
    function test_scale_items_100() public {
        _items(100);
    }

    /// forge-config: default.isolate = true
    function test_scale_items_1000() public {
        _items(1000);
    }

    /// forge-config: default.isolate = true
    function test_scale_items_10000() public {
        _items(10_000);
        log("items 10000: largest transaction of all", _most);
        vm.assertLe(_most, BLOCK_LIMIT / 6, "far from a block's gas");
    }

    /// @notice Escrow operations cost the same whatever else is open, within two percent.
    /// forge-config: default.isolate = true
    function test_scale_open_campaigns() public {
        uint256 open;
        uint256[4] memory sizes = [uint256(1), 10, 100, 1000];
        for (uint256 i; i < 4; ++i) {
            while (open < sizes[i]) {
                _fund(_cheap(), 10_000);
                ++open;
            }
            _escrow(string.concat("campaigns ", vm.toString(sizes[i]), ": "));
        }
    }

    /// @dev A campaign of its own among those open: its operations, each compared with the first time.
    function _escrow(string memory at) private {
        Terms memory t = _cheap();
        vm.prank(requester);
        uint256 id = campaigns.fund(t, BUDGET);
        _flat(at, "fund");
        vm.prank(requester);
        campaigns.topUp(id, t, R);
        _flat(at, "topUp");
        Anchor[] memory anchors = _one(_anchor(id, t, 100, operator));
        _flat(at, "anchor");
        Draft memory d = _honest(t, anchors, 100, operator);
        Posted memory p = _posted(id, _key(id, 0, 0), t, anchors, d, operator);
        SettleInput memory input = _input(id, p.key, d);
        vm.prank(operator);
        settlement.settle(t, anchors, input);
        _flat(at, "settle");
        _final(p);
        dollar.mint(d.pays[7].account, 1);
        bytes32[] memory proof = _payProof(p, d, 7);
        settlement.claim(_head(p), d.pays[7], proof);
        _flat(at, "claim");
        settlement.release(p, t, anchors, d.verdicts);
        _flat(at, "release");
        uint256 now_ = block.timestamp;
        vm.warp(uint256(t.deadline) + 1);
        vm.prank(requester);
        campaigns.refund(id, t, R);
        _flat(at, "refund");
        vm.warp(now_);
    }

    function _flat(string memory at, string memory operation) private {
        uint256 gas = _log(at, operation);
        if (_first[operation] == 0) _first[operation] = gas;
        // The first campaigns, anchors and sales of all write fresh slots; they come before the first that is measured.
        vm.assertLe(100 * gas, 102 * _first[operation], string.concat(operation, ": grows with open campaigns"));
        vm.assertLe(98 * _first[operation], 100 * gas, string.concat(operation, ": shrinks with open campaigns"));
    }

    /// @dev `count` items in a campaign; the last batch, one leaf of it, and the version made of all.
    function _items(uint32 count) private {
        string memory at = string.concat("items ", vm.toString(count), ": ");
        Terms memory t = _cheap();
        _fund(t, BUDGET);
        uint256 id = _fund(t, uint256(count) * 2000);
        Anchor[] memory anchors;
        Draft memory d;
        Posted memory p;
        uint256[] memory keys = new uint256[]((count + BATCH - 1) / BATCH);
        for (uint32 first; first < count; first += BATCH) {
            bool last = first + BATCH >= count;
            anchors = _one(_anchor(id, t, last ? count - first : BATCH, operator));
            _measured(at, "anchor", last);
            // Contents do not change what is measured: batches before the last repeat one draft's shape.
            d = _honest(t, anchors, 128, operator);
            if (last) _fault(at, id, t, anchors, d);
            p = _posted(id, _key(id, first, 0), t, anchors, d, operator);
            keys[first / BATCH] = p.key;
            SettleInput memory input = _input(id, p.key, d);
            vm.prank(operator);
            settlement.settle(t, anchors, input);
            _measured(at, "settle", last);
        }
        _final(p);
        _pay(at, p, d);
        settlement.release(p, t, anchors, d.verdicts);
        _measured(at, "release", true);
        _sell(at, id, t, keys, count);
        vm.warp(uint256(t.deadline) + 1);
        vm.prank(requester);
        campaigns.refund(id, t, 1);
        _measured(at, "refund", true);
    }

    /// @dev The last batch once more with a wrong verdict in its last item, proven wrong, and all of that undone.
    function _fault(string memory at, uint256 id, Terms memory t, Anchor[] memory anchors, Draft memory d) private {
        uint256 before = vm.snapshotState();
        uint256 last = d.items.length - 1;
        int32 llr = d.items[last].llr;
        d.items[last].llr = 0;
        Posted memory p = _settle(id, t, anchors, d, operator);
        bytes32[] memory proof = _itemProof(p, d, last);
        vm.prank(watcher);
        stakes.deposit(address(dollar), 1);
        vm.prank(watcher);
        faults.proveVerdict(p, t, d.items[last], proof, new Vote[](0));
        _measured(at, "prove a fault", true);
        d.items[last].llr = llr;
        vm.revertToState(before);
    }

    function _pay(string memory at, Posted memory p, Draft memory d) private {
        uint256 i = d.pays.length / 2;
        bytes32[] memory proof = _payProof(p, d, i);
        settlement.claim(_head(p), d.pays[i], proof);
        _measured(at, "claim", true);
        uint256 size = d.pays.length < 128 ? d.pays.length : 128;
        _push(p, d, 0, size);
        _measured(at, "push a word", true);
    }

    function _sell(string memory at, uint256 id, Terms memory t, uint256[] memory keys, uint32 count) private {
        vm.prank(operator);
        uint256 dataset = datasets.create(id, t);
        Version memory v;
        (v.dataset, v.number, v.campaign) = (dataset, 1, id);
        (v.episodeRoot, v.episodes) = (keccak256("episodes"), count);
        (v.shareRoot, v.shares, v.totalWeight) = (keccak256("shares"), 128, 1e9);
        v.manifest = keccak256("manifest");
        v.settlements = keccak256(abi.encode(keys));
        (v.token, v.ownerBps, v.feeBps) = (t.token, t.ownerBps, t.feeBps);
        v.offers = new Offer[](1);
        v.offers[0] = Offer(t.licence, R, 30 days, 7, 0);
        vm.prank(operator);
        datasets.publish(t, v, keys);
        _measured(at, "publish", true);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        _measured(at, "buy", true);
    }

    function _cheap() private view returns (Terms memory t) {
        t = _terms();
        t.unitReward = 1000;
        t.deadline = uint40(block.timestamp + 100_000);
    }

    function _measured(string memory at, string memory operation, bool shown) private {
        uint256 gas = vm.lastCallGas().gasTotalUsed;
        if (gas > _most) _most = gas;
        if (shown) _log(at, operation);
    }

    function _log(string memory at, string memory operation) private view returns (uint256 gas) {
        gas = vm.lastCallGas().gasTotalUsed;
        log(string.concat(at, operation), gas);
    }
}
