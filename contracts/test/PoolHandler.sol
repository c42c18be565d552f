// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor, Closing, Posted, Share, ShareProof, Terms} from "../src/interfaces/Structs.sol";
import {ShareBook} from "./ShareBook.sol";

/// @notice Random steps of pool campaigns: rightly and wrongly closed, voided, collected, claimed twice, released, refunded.
contract PoolHandler is ShareBook {
    uint96 private constant POOL = 100 * R;

    uint256[] public ids;
    mapping(uint256 campaign => bytes) private _books;
    mapping(uint256 campaign => bytes) private _closings;
    mapping(uint256 campaign => bytes) private _lies; // void, not collected
    mapping(uint256 campaign => uint256) public raised;
    mapping(uint256 campaign => uint256) public freed;
    uint256 public doubles; // second payments that went through
    uint256 public steps;

    function open(uint256 batches, uint256 count, uint256 seed, uint256 floor) external {
        if (ids.length >= 3) return;
        Terms memory t = _terms();
        (t.mode, t.pool, t.poolFloor) = (1, POOL, uint128(bound(floor, 1, 2e7)));
        t.deadline = uint40(block.timestamp + 100);
        Book memory b = _book(t, bound(batches, 1, 2), uint32(bound(count, 1, 4)), seed | 1);
        ids.push(b.campaign);
        _books[b.campaign] = abi.encode(b);
        ++steps;
    }

    /// @dev Wrong where `lie` is odd.
    function close(uint256 which, uint256 lie) external {
        (uint256 id, Book memory b) = _at(which);
        if (id == 0 || pools.closingHash(id) != 0) return;
        if (block.timestamp <= b.terms.deadline) vm.warp(b.terms.deadline + 1);
        _divide(b);
        (b.checker, b.scope) = (address(pools), id);
        if (b.shares.length > 0 && lie & 1 == 1) b.shares[0].weight += 1;
        bytes32 root = b.shares.length == 0 ? bytes32(0) : _shareRoot(b);
        uint32 attempt = pools.standingOf(id).attempt;
        vm.prank(rival);
        try pools.close(id, b.terms, b.keys, root, uint32(b.shares.length), _total(b), 0) {
            Closing memory c = _closing(b, root, attempt);
            vm.assertTrue(pools.closingHash(id) == keccak256(abi.encode(c)), "the closing");
            (_closings[id], _books[id]) = (abi.encode(c), abi.encode(b));
            ++steps;
        } catch {} // a void one waits for its bond to be collected
    }

    function challenge(uint256 which) external {
        (uint256 id, Book memory b) = _at(which);
        if (id == 0 || pools.closingHash(id) == 0 || b.shares.length == 0) return;
        Closing memory c = abi.decode(_closings[id], (Closing));
        ShareProof memory leaf = _shareProof(b, 0);
        vm.prank(watcher);
        try pools.proveShareSum(c, leaf, leaf) {
            _lies[id] = abi.encode(c);
            ++steps;
        } catch {}
    }

    function collect(uint256 which) external {
        (uint256 id,) = _at(which);
        if (id == 0 || _lies[id].length == 0) return;
        Closing memory c = abi.decode(_lies[id], (Closing));
        pools.collect(c, watcher);
        raised[id] += c.bond - c.bond / 2;
        delete _lies[id];
        ++steps;
    }

    function claim(uint256 which, uint256 share) external {
        (uint256 id, Book memory b) = _at(which);
        if (id == 0 || pools.closingHash(id) == 0 || b.shares.length == 0) return;
        ShareProof memory leaf = _shareProof(b, share % b.shares.length);
        bool before = pools.isClaimed(id, leaf.share.index);
        try pools.claim(abi.decode(_closings[id], (Closing)), leaf.share, leaf.proof) {
            if (before) ++doubles;
            ++steps;
        } catch {}
    }

    function release(uint256 which) external {
        (uint256 id,) = _at(which);
        if (id == 0 || pools.closingHash(id) == 0) return;
        uint256 left = campaigns.poolOf(id).left;
        try pools.release(abi.decode(_closings[id], (Closing))) {
            freed[id] += left - campaigns.poolOf(id).left;
            ++steps;
        } catch {}
    }

    function refund(uint256 which, uint256 amount) external {
        (uint256 id, Book memory b) = _at(which);
        if (id == 0) return;
        vm.prank(requester);
        try campaigns.refund(id, b.terms, bound(amount, 0, 2 * BUDGET)) {
            ++steps;
        } catch {}
    }

    function lapse(uint256 which) external {
        (uint256 id, Book memory b) = _at(which);
        if (id == 0) return;
        try campaigns.lapse(id, b.terms) {} catch {}
    }

    function wait_(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 30));
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    /// @notice Funded and raised, paid, freed and left of a pool, and what its campaign's escrow and reserve are.
    function money(uint256 id) external view returns (uint256[5] memory m, bool covered) {
        m[0] = POOL + raised[id];
        m[1] = pools.standingOf(id).paid;
        (m[2], m[3]) = (freed[id], campaigns.poolOf(id).left);
        m[4] = campaigns.stateOf(id).escrow;
        covered = m[4] >= campaigns.stateOf(id).reserved && campaigns.stateOf(id).reserved >= m[3];
    }

    /// @notice What Settlement holds, and all it owes: escrows and unclaimed pay of settlements.
    function held() external view returns (uint256 has, uint256 owes) {
        has = dollar.balanceOf(address(settlement));
        for (uint256 i; i < ids.length; ++i) {
            owes += campaigns.stateOf(ids[i]).escrow;
            Book memory b = abi.decode(_books[ids[i]], (Book));
            for (uint256 s; s < b.posted.length; ++s) {
                owes += b.posted[s].total;
            }
        }
    }

    function _at(uint256 which) private view returns (uint256 id, Book memory b) {
        if (ids.length == 0) return (0, b);
        id = ids[which % ids.length];
        b = abi.decode(_books[id], (Book));
    }

    function _closing(Book memory b, bytes32 root, uint32 attempt) private view returns (Closing memory c) {
        (c.campaign, c.attempt, c.token) = (b.campaign, attempt, b.terms.token);
        (c.pool, c.poolFloor) = (campaigns.poolOf(b.campaign).left, b.terms.poolFloor);
        c.settlements = keccak256(abi.encode(b.keys));
        (c.shareRoot, c.shares, c.totalWeight, c.closer) = (root, uint32(b.shares.length), _total(b), rival);
        c.bond = c.pool / 4 > 10 * R ? c.pool / 4 : 10 * R;
        (c.closedAt, c.finalAt) = (uint40(block.timestamp), uint40(block.timestamp) + b.terms.challengeWindow);
        c.lapsesAt = b.terms.deadline + b.terms.lapseWindow;
    }
}
