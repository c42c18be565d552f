// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {Anchor, Item, ItemProof, Pay, Posted, Share, ShareProof, Terms} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice A campaign with settlements whose items tests can bend, and the right share tree over them.
abstract contract ShareBook is World {
    /// @notice What a share tree is made of; `hidden` is one more than the position of a leaf that is not what it says.
    struct Book {
        Terms terms;
        uint256 campaign;
        uint256[] keys;
        Posted[] posted;
        Draft[] drafts;
        address checker;
        uint256 scope;
        Share[] shares;
        uint256[][] lists;
        uint256 hidden;
    }

    uint256 internal constant PAYEES = 3;

    /// @notice `batches` final settlements of `count` items each, by random contributors, not all accepted.
    function _book(Terms memory t, uint256 batches, uint32 count, uint256 seed) internal returns (Book memory b) {
        b.terms = t;
        b.campaign = _fund(t, BUDGET);
        (b.keys, b.posted, b.drafts) = (new uint256[](batches), new Posted[](batches), new Draft[](batches));
        for (uint256 s; s < batches; ++s) {
            Anchor[] memory anchors = _one(_anchor(b.campaign, t, count, operator));
            b.drafts[s] = _random(t, anchors, seed == 0 ? 0 : uint256(keccak256(abi.encode(seed, s))));
            b.posted[s] = _settle(b.campaign, t, anchors, b.drafts[s], operator);
            b.keys[s] = b.posted[s].key;
        }
        _final(b.posted[batches - 1]);
    }

    /// @dev Seed 0: all accepted with the same weight, contributors by turns.
    function _random(Terms memory t, Anchor[] memory anchors, uint256 seed) internal view returns (Draft memory d) {
        d = _honest(t, anchors, PAYEES, operator);
        if (t.mode == 1) _unpriced(t, d);
        if (seed == 0) return d;
        for (uint256 i; i < d.items.length; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            d.items[i].contributor = _payee(dice % PAYEES);
            d.items[i].shareWeight = uint64((dice >> 8) % 1000 + 1);
            if ((dice >> 32) % 4 == 0) (d.items[i].verdict, d.items[i].shareWeight) = (0, 0);
        }
    }

    /// @notice In pool mode nothing but the operator's fee is paid by a settlement.
    function _unpriced(Terms memory t, Draft memory d) internal view {
        uint32[] memory numbers = new uint32[](d.items.length);
        for (uint256 i; i < d.items.length; ++i) {
            (d.items[i].reward, d.items[i].payIndex, numbers[i]) = (0, NO_PAY, d.items[i].item);
        }
        d.total = uint96(d.items.length * t.unitReward * t.operatorFeeBps / 10_000);
        (d.pays, d.lists) = (new Pay[](1), new uint32[][](1));
        d.lists[0] = numbers;
        d.pays[0] = Pay(0, operator, d.total, d.total, 2, keccak256(abi.encode(numbers)));
    }

    /// @notice The right leaves: ascending by account and first item, at most 256 items each.
    function _divide(Book memory b) internal pure {
        uint256 most = PAYEES * b.drafts.length * (1 + b.drafts[0].items.length / 256);
        (b.shares, b.lists) = (new Share[](most), new uint256[][](most));
        uint256 made;
        for (uint256 p; p < PAYEES; ++p) {
            uint256[] memory all = _accepted(b, _payee(p));
            for (uint256 from; from < all.length; from += 256) {
                b.lists[made++] = _slice(all, from, from + 256 < all.length ? from + 256 : all.length);
                b.shares[made - 1].account = _payee(p);
            }
        }
        _cut(b, made);
        for (uint256 i; i < made; ++i) {
            _weigh(b, i);
        }
        _sum(b);
    }

    function _cut(Book memory b, uint256 made) internal pure {
        (Share[] memory shares, uint256[][] memory lists) = (b.shares, b.lists);
        assembly ("memory-safe") {
            mstore(shares, made)
            mstore(lists, made)
        }
    }

    /// @notice First, hash and weight of what a leaf lists.
    function _weigh(Book memory b, uint256 i) internal pure {
        Share memory share = b.shares[i];
        share.first = b.lists[i][0];
        share.items = keccak256(abi.encode(b.lists[i]));
        share.weight = 0;
        for (uint256 j; j < b.lists[i].length; ++j) {
            share.weight += _item(b, b.lists[i][j]).shareWeight;
        }
    }

    /// @notice Index and running sum of every leaf.
    function _sum(Book memory b) internal pure {
        uint128 sum;
        for (uint32 i; i < b.shares.length; ++i) {
            sum += b.shares[i].weight;
            (b.shares[i].index, b.shares[i].cumulative) = (i, sum);
        }
    }

    function _accepted(Book memory b, address account) internal pure returns (uint256[] memory list) {
        list = new uint256[](b.drafts.length * b.drafts[0].items.length);
        uint256 found;
        for (uint256 s; s < b.drafts.length; ++s) {
            for (uint256 i; i < b.drafts[s].items.length; ++i) {
                Item memory item = b.drafts[s].items[i];
                if (item.contributor == account && item.shareWeight > 0) list[found++] = b.keys[s] << 32 | item.item;
            }
        }
        assembly ("memory-safe") {
            mstore(list, found)
        }
    }

    function _slice(uint256[] memory all, uint256 from, uint256 to) internal pure returns (uint256[] memory part) {
        part = new uint256[](to - from);
        for (uint256 i = from; i < to; ++i) {
            part[i - from] = all[i];
        }
    }

    /// @notice The item a reference names, or nothing.
    function _item(Book memory b, uint256 listed) internal pure returns (Item memory item) {
        for (uint256 s; s < b.keys.length; ++s) {
            uint256 number = uint32(listed);
            if (b.keys[s] == listed >> 32 && number >= b.posted[s].firstItem) {
                uint256 i = number - b.posted[s].firstItem;
                if (i < b.drafts[s].items.length) return b.drafts[s].items[i];
            }
        }
    }

    function _shareLeaves(Book memory b) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](b.shares.length);
        for (uint256 i; i < leaves.length; ++i) {
            leaves[i] = b.hidden == i + 1
                ? keccak256("nobody knows what of")
                : _leaf("headwater.share.v1", b.checker, b.scope, abi.encode(b.shares[i]));
        }
    }

    function _shareRoot(Book memory b) internal view returns (bytes32) {
        return Merkle.rootOf(_shareLeaves(b));
    }

    function _total(Book memory b) internal pure returns (uint128 sum) {
        for (uint256 i; i < b.shares.length; ++i) {
            sum += b.shares[i].weight;
        }
    }

    function _shareProof(Book memory b, uint256 i) internal view returns (ShareProof memory) {
        return ShareProof(b.shares[i], _proof(_shareLeaves(b), i), b.lists[i]);
    }

    /// @notice The item a reference names with its proof; the settlement alone where it has none of that number.
    function _itemAt(Book memory b, uint256 listed) internal view returns (ItemProof memory proof) {
        for (uint256 s; s < b.keys.length; ++s) {
            if (b.keys[s] != listed >> 32) continue;
            proof.posted = b.posted[s];
            uint256 number = uint32(listed);
            if (number < b.posted[s].firstItem) return proof;
            uint256 i = number - b.posted[s].firstItem;
            if (i >= b.drafts[s].items.length) return proof;
            (proof.item, proof.proof) = (b.drafts[s].items[i], _itemProof(b.posted[s], b.drafts[s], i));
        }
    }

    function _itemsOf(Book memory b, uint256 leaf) internal view returns (ItemProof[] memory items) {
        items = new ItemProof[](b.lists[leaf].length);
        for (uint256 i; i < items.length; ++i) {
            items[i] = _itemAt(b, b.lists[leaf][i]);
        }
    }

    // Lies

    uint256 internal constant LIES = 12;

    /// @notice Bends one thing of a right tree; false where this tree has no room for the lie.
    function _lie(Book memory b, uint256 kind, uint256 dice) internal view returns (bool) {
        uint256 i = dice % b.shares.length;
        Share memory share = b.shares[i];
        if (kind == 0) (share.weight, share.cumulative) = (share.weight + 1, share.cumulative + 1);
        if (kind == 1) share.weight *= 2;
        if (kind == 2) share.account = requester;
        if (kind == 3) b.lists[i] = _slice(b.lists[i], 1, b.lists[i].length);
        if (kind == 4) b.lists[i] = _slice(b.lists[i], 0, b.lists[i].length - 1);
        if (kind == 3 || kind == 4) {
            if (b.lists[i].length == 0) return false;
            _weigh(b, i);
        }
        if (kind == 5) {
            if (b.shares.length < 2) return false;
            uint256 j = (i + 1) % b.shares.length;
            (b.shares[i], b.shares[j]) = (b.shares[j], b.shares[i]);
            (b.lists[i], b.lists[j]) = (b.lists[j], b.lists[i]);
        }
        if (kind == 6) share.first += 1;
        if (kind == 7) b.lists[i] = _with(b.lists[i], b.lists[i][0]); // twice
        if (kind == 8) b.lists[i] = _with(b.lists[i], b.keys[0] << 32 | (1 << 31)); // no such item
        if (kind == 9) b.lists[i] = _with(b.lists[i], b.keys[0] << 40); // no such settlement
        if (kind == 7) _weigh(b, i);
        if (kind == 8 || kind == 9) share.items = keccak256(abi.encode(b.lists[i]));
        if (kind == 10) b.lists[i] = new uint256[](0);
        if (kind == 10) share.items = keccak256(abi.encode(b.lists[i]));
        if (kind == 11) {
            if (b.shares.length < 2) return false;
            _without(b, i);
        }
        if (kind != 0) _sum(b);
        return true;
    }

    /// @notice Leaves one leaf out.
    function _without(Book memory b, uint256 i) internal pure {
        for (; i + 1 < b.shares.length; ++i) {
            (b.shares[i], b.lists[i]) = (b.shares[i + 1], b.lists[i + 1]);
        }
        _cut(b, b.shares.length - 1);
    }

    function _with(uint256[] memory list, uint256 last) internal pure returns (uint256[] memory longer) {
        longer = new uint256[](list.length + 1);
        for (uint256 i; i < list.length; ++i) {
            longer[i] = list[i];
        }
        longer[list.length] = last;
    }
}
