// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Merkle} from "../src/Merkle.sol";
import {Anchor, Offer, Pay, Posted, Share, Terms, Use, Version, Vote} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice Takes random steps of the whole protocol and remembers what should then be true. Steps that a correct
/// contract refuses are tried as well: settling wrong, claiming twice, refunding early.
contract Handler is World {
    struct Step {
        Terms terms;
        Anchor[] anchors;
        Draft draft;
        Posted posted;
    }

    uint256[] public keys; // every settlement, void ones too
    uint256[] public versions;
    mapping(uint256 key => bytes) private _steps;
    mapping(uint256 version => bytes) private _shells;
    mapping(uint256 campaign => bytes) private _anchors; // not yet settled, in order
    mapping(uint256 campaign => bytes) private _termBytes;
    uint256 public bought; // paid for licences
    uint256 public drawn; // paid out of sales
    uint256 public claimed; // paid to payees by settlements
    uint256 public doubles; // second payments that went through
    uint256 public steps;

    function open(uint256 budget, uint256 fee) external {
        if (campaigns.campaignCount() >= 4) return;
        Terms memory t = _termsOf(fee);
        _fund(t, bound(budget, 0, BUDGET));
        ++steps;
    }

    function anchor(uint256 which, uint256 count) external {
        (uint256 id, Terms memory t) = _campaign(which);
        if (id == 0) return;
        uint32 n = uint32(bound(count, 1, 6));
        Anchor[] memory waiting = _waiting(id);
        uint256 sequence = campaigns.anchorCount() + 1;
        uint32 first = campaigns.stateOf(id).anchored;
        vm.prank(operator);
        try campaigns.anchor(id, t, keccak256("root"), n, 0) {
            Anchor[] memory longer = new Anchor[](waiting.length + 1);
            for (uint256 i; i < waiting.length; ++i) {
                longer[i] = waiting[i];
            }
            longer[waiting.length] = Anchor(
                uint64(sequence),
                first,
                n,
                operator,
                uint40(block.timestamp),
                uint40(block.number),
                false,
                keccak256("root"),
                0,
                0
            );
            _anchors[id] = abi.encode(longer);
            ++steps;
        } catch {}
    }

    function settle(uint256 which, uint256 payees, uint256 bend) external {
        (uint256 id, Terms memory t) = _campaign(which);
        if (id == 0) return;
        Step memory s;
        s.anchors = _waiting(id);
        if (s.anchors.length == 0) return;
        s.terms = t;
        s.draft = _honest(t, s.anchors, bound(payees, 1, 4), operator);
        if (bend % 3 == 0) s.draft.items[bend % s.draft.items.length].llr = -1; // a wrong accept
        if (bend % 7 == 0) s.draft.pays[0].amount *= 3; // more than its total
        uint256 key = _key(id, s.anchors[0].firstItem, 0);
        s.posted = _posted(id, key, t, s.anchors, s.draft, operator);
        vm.prank(operator);
        try settlement.settle(t, s.anchors, _input(id, key, s.draft)) {
            keys.push(key);
            _steps[key] = abi.encode(s);
            _anchors[id] = abi.encode(new Anchor[](0));
            ++steps;
        } catch {}
    }

    function challenge(uint256 which, uint256 item) external {
        if (keys.length == 0) return;
        Step memory s = _step(which);
        uint256 i = item % s.draft.items.length;
        bytes32[] memory proof = _itemProof(s.posted, s.draft, i);
        vm.prank(watcher);
        try faults.proveVerdict(s.posted, s.terms, s.draft.items[i], proof, new Vote[](0)) {
            ++steps;
        } catch {}
    }

    function resettle(uint256 which) external {
        if (keys.length == 0) return;
        Step memory s = _step(which);
        Posted[] memory voided = new Posted[](1);
        voided[0] = s.posted;
        s.draft = _honest(s.terms, s.anchors, 2, rival);
        uint256 key = s.posted.key + 1;
        s.posted = _posted(s.posted.campaign, key, s.terms, s.anchors, s.draft, rival);
        vm.prank(rival);
        try settlement.resettle(s.terms, s.anchors, _input(s.posted.campaign, key, s.draft), voided, _watchers(1)) {
            keys.push(key);
            _steps[key] = abi.encode(s);
            ++steps;
        } catch {}
    }

    function claim(uint256 which, uint256 index) external {
        if (keys.length == 0) return;
        Step memory s = _step(which);
        uint256 i = index % s.draft.pays.length;
        bytes32[] memory proof = _payProof(s.posted, s.draft, i);
        bool before = settlement.isPaid(s.posted.key, i);
        try settlement.claim(_head(s.posted), s.draft.pays[i], proof) {
            if (before) ++doubles;
            claimed += s.draft.pays[i].amount;
            ++steps;
        } catch {}
    }

    function push(uint256 which, uint256 from) external {
        if (keys.length == 0) return;
        Step memory s = _step(which);
        uint256 n = s.draft.pays.length;
        from %= n;
        uint256 due;
        for (uint256 i = from; i < n; ++i) {
            if (!settlement.isPaid(s.posted.key, i)) due += s.draft.pays[i].amount;
        }
        try this.pushed(s, from, n - from) {
            claimed += due;
            ++steps;
        } catch {}
    }

    /// @dev An external face, so that a refusal can be caught.
    function pushed(Step calldata s, uint256 from, uint256 size) external {
        _push(s.posted, s.draft, from, size);
    }

    function collect(uint256 which) external {
        if (keys.length == 0) return;
        Step memory s = _step(which);
        try settlement.collect(s.posted, watcher) {
            ++steps;
        } catch {}
    }

    function release(uint256 which) external {
        if (keys.length == 0) return;
        Step memory s = _step(which);
        try settlement.release(s.posted, s.terms, s.anchors, s.draft.verdicts) {
            ++steps;
        } catch {}
    }

    function refund(uint256 which, uint256 amount) external {
        (uint256 id, Terms memory t) = _campaign(which);
        if (id == 0) return;
        vm.prank(requester);
        try campaigns.refund(id, t, bound(amount, 0, BUDGET)) {
            ++steps;
        } catch {}
    }

    function lapse(uint256 which) external {
        (uint256 id, Terms memory t) = _campaign(which);
        if (id == 0) return;
        try campaigns.lapse(id, t) {
            _anchors[id] = abi.encode(new Anchor[](0));
            ++steps;
        } catch {}
    }

    function list(uint256 price, uint256 ownerBps, uint256 feeBps, uint256 weight) external {
        if (versions.length >= 4) return;
        Version memory v;
        vm.prank(rival);
        v.dataset = datasets.createOwn();
        v.number = 1;
        (v.episodeRoot, v.episodes, v.token) = (keccak256("episodes"), 1, address(dollar));
        v.settlements = keccak256(abi.encode(new uint256[](0)));
        (v.ownerBps, v.feeBps) = (uint16(ownerBps % 9501), uint16(feeBps % 501));
        _setFee(v.feeBps);
        v.offers = new Offer[](1);
        v.offers[0] = Offer(keccak256("licence"), uint96(bound(price, 1, 1000)), 1, 7, 0);
        (v.shares, v.totalWeight) = (2, uint128(bound(weight, 2, 1000)));
        (bytes32 a, bytes32 b) = _shareLeaves(v);
        v.shareRoot = Merkle.hash(a, b);
        Terms memory none;
        vm.prank(rival);
        uint256 key = datasets.publish(none, v, new uint256[](0));
        versions.push(key);
        _shells[key] = abi.encode(v);
        ++steps;
    }

    function buy(uint256 which) external {
        if (versions.length == 0) return;
        Version memory v = _version(which);
        vm.prank(buyer);
        try datasets.buy(v, 0, buyer, Use(0, 0)) {
            bought += v.offers[0].price;
            ++steps;
        } catch {}
    }

    function draw(uint256 which, uint256 who) external {
        if (versions.length == 0) return;
        Version memory v = _version(which);
        (bytes32 a, bytes32 b) = _shareLeaves(v);
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = who & 1 == 0 ? b : a;
        (Share memory x, Share memory y) = _shares(v);
        if (who % 4 == 2) {
            try datasets.claimOwner(v) returns (uint256 amount) {
                drawn += amount;
            } catch {}
        } else if (who % 4 == 3) {
            try datasets.claimFee(v) returns (uint256 amount) {
                drawn += amount;
            } catch {}
        } else {
            try datasets.claimShare(v, who & 1 == 0 ? x : y, proof) returns (uint256 amount) {
                drawn += amount;
            } catch {}
        }
        ++steps;
    }

    function wait_(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 25));
        vm.roll(block.number + 1);
    }

    function waitLong(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 400));
    }

    // What the invariants read

    function escrowAndReserve(uint256 id) external view returns (uint256, uint256) {
        return (campaigns.stateOf(id).escrow, campaigns.stateOf(id).reserved);
    }

    function campaignMoney() external view returns (uint256 held, uint256 owed) {
        held = dollar.balanceOf(address(settlement));
        for (uint256 id = 1; id <= campaigns.campaignCount(); ++id) {
            owed += campaigns.stateOf(id).escrow;
        }
        for (uint256 i; i < keys.length; ++i) {
            Step memory s = abi.decode(_steps[keys[i]], (Step));
            if (!_isVoid(keys[i])) owed += s.posted.total - _paid(keys[i]);
        }
    }

    function stakeMoney() external view returns (uint256 held, uint256 owed) {
        held = dollar.balanceOf(address(stakes));
        address[3] memory who = [operator, rival, watcher];
        for (uint256 i; i < 3; ++i) {
            (uint256 free, uint256 locked) = stakes.collateralOf(who[i], address(dollar));
            (uint256 leaving,) = stakes.unbondingOf(who[i], address(dollar));
            owed += free + locked + leaving;
        }
    }

    function saleMoney() external view returns (uint256 held) {
        return dollar.balanceOf(address(datasets));
    }

    function paidBits(uint256 key) external view returns (uint256 paid, uint256 funded, uint256 byBits, bool void) {
        Step memory s = abi.decode(_steps[key], (Step));
        (paid, funded, void) = (_paid(key), s.posted.total, _isVoid(key));
        for (uint256 i; i < s.draft.pays.length; ++i) {
            if (settlement.isPaid(key, i)) byBits += s.draft.pays[i].amount;
        }
    }

    function campaignCount() external view returns (uint256) {
        return campaigns.campaignCount();
    }

    function versionCount() external view returns (uint256) {
        return versions.length;
    }

    function keyCount() external view returns (uint256) {
        return keys.length;
    }

    /// @notice Ends every sale: all claims of every version; what is then left should be nothing.
    function drain() external {
        vm.warp(block.timestamp + 100);
        for (uint256 i; i < versions.length; ++i) {
            for (uint256 who; who < 4; ++who) {
                this.draw(i, who);
            }
        }
    }

    function _termsOf(uint256 fee) private view returns (Terms memory t) {
        t = _terms();
        t.operatorFeeBps = uint16(fee % 1001);
        t.feeBps = parameters.fundingLimits().networkFeeBps;
        t.deadline = uint40(block.timestamp + 200);
    }

    /// @dev Terms are not stored on chain; the handler finds them again by what varies.
    function _campaign(uint256 which) private view returns (uint256 id, Terms memory t) {
        uint256 n = campaigns.campaignCount();
        if (n == 0) return (0, t);
        id = 1 + which % n;
        t = abi.decode(_termBytes[id], (Terms));
    }

    function _fund(Terms memory t, uint256 amount) internal override returns (uint256 id) {
        id = super._fund(t, amount);
        _termBytes[id] = abi.encode(t);
    }

    function _waiting(uint256 id) private view returns (Anchor[] memory list_) {
        if (_anchors[id].length == 0) return list_;
        return abi.decode(_anchors[id], (Anchor[]));
    }

    function _step(uint256 which) private view returns (Step memory) {
        return abi.decode(_steps[keys[which % keys.length]], (Step));
    }

    function _version(uint256 which) private view returns (Version memory) {
        return abi.decode(_shells[versions[which % versions.length]], (Version));
    }

    function _shares(Version memory v) private pure returns (Share memory x, Share memory y) {
        uint128 first = v.totalWeight / 3;
        x = Share(0, _payee(1), 0, 0, first, first);
        y = Share(1, _payee(2), 0, 0, v.totalWeight - first, v.totalWeight);
    }

    function _shareLeaves(Version memory v) private view returns (bytes32 a, bytes32 b) {
        (Share memory x, Share memory y) = _shares(v);
        uint256 key = v.dataset << 32 | v.number;
        a = _leaf("headwater.share.v1", address(datasets), key, abi.encode(x));
        b = _leaf("headwater.share.v1", address(datasets), key, abi.encode(y));
    }
}
