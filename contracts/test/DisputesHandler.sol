// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IDoubts} from "../src/interfaces/IDoubts.sol";
import {Elsewhere} from "./Arbitrated.sol";

/// @notice Random steps of batches in dispute: opened, ruled, carried out, paid, pushed, advanced, released, void, refunded.
contract DisputesHandler is Elsewhere {
    uint32 private constant ITEMS = 12;
    uint256 private constant PAYEES = 3;

    struct Known {
        uint256 scene;
        uint256 item;
    }

    bytes[] private _scenes;
    Known[] private _disputes; // by the arbitrator's number
    uint256 public steps;
    uint256 public doubles; // second payments that went through
    uint256 public again; // second disputes of one item, or second executions
    uint256 public paidOut;

    function settle(uint256 rejected) external {
        if (_scenes.length >= 3) return;
        _scenes.push(abi.encode(_scene(ITEMS, PAYEES, bound(rejected, 0, 8))));
        ++steps;
    }

    function open(uint256 which, uint256 item) external {
        if (_scenes.length == 0) return;
        which %= _scenes.length;
        Scene memory s = sceneAt(which);
        item %= ITEMS;
        bool before = disputes.isDisputed(s.p.key, item);
        (bool done,) = address(this).call(abi.encodeCall(this.opened, (which, item)));
        if (!done) return;
        if (before) ++again;
        _disputes.push(Known(which, item));
        ++steps;
    }

    function opened(uint256 which, uint256 item) external {
        _open(sceneAt(which), item);
    }

    function rule(uint256 which, uint256 ruling) external {
        if (_disputes.length == 0) return;
        which %= _disputes.length;
        try other.give(which, ruling % 4) {
            vm.warp(block.timestamp + 5);
            other.executeRuling(which);
            ++steps;
        } catch {}
    }

    function execute(uint256 which) external {
        if (_disputes.length == 0) return;
        which %= _disputes.length;
        Scene memory s = sceneAt(_disputes[which].scene);
        bool closed = disputes.caseOf(which).state == IDisputes.State.Closed;
        try disputes.execute(which, s.p, s.d.items[_disputes[which].item]) {
            if (closed) ++again;
            ++steps;
        } catch {}
    }

    function claim(uint256 which, uint256 i) external {
        if (_scenes.length == 0) return;
        Scene memory s = sceneAt(which % _scenes.length);
        i %= s.d.pays.length;
        bool before = settlement.isPaid(s.p.key, i);
        bytes32[] memory proof = _payProof(s.p, s.d, i);
        uint256 there = dollar.balanceOf(address(settlement));
        try settlement.claim(_head(s.p), s.d.pays[i], proof) {
            if (before) ++doubles;
            paidOut += there - dollar.balanceOf(address(settlement));
            ++steps;
        } catch {}
    }

    function push(uint256 which) external {
        if (_scenes.length == 0) return;
        uint256 there = dollar.balanceOf(address(settlement));
        try this.pushed(which % _scenes.length) {
            paidOut += there - dollar.balanceOf(address(settlement));
            ++steps;
        } catch {}
    }

    function pushed(uint256 which) external {
        Scene memory s = sceneAt(which);
        _push(s.p, s.d, 0, s.d.pays.length);
    }

    function returnCut(uint256 which, uint256 i) external {
        if (_scenes.length == 0) return;
        Scene memory s = sceneAt(which % _scenes.length);
        try doubts.returnCut(s.p.key, i % s.d.pays.length) {
            ++steps;
        } catch {}
    }

    function advance(uint256 which, uint256 i) external {
        if (_scenes.length == 0) return;
        Scene memory s = sceneAt(which % _scenes.length);
        i %= s.d.pays.length;
        bytes32[] memory proof = _payProof(s.p, s.d, i);
        vm.prank(address(advances));
        try settlement.assign(_head(s.p), s.d.pays[i], proof, watcher) {
            ++steps;
        } catch {}
    }

    function release(uint256 which) external {
        if (_scenes.length == 0) return;
        Scene memory s = sceneAt(which % _scenes.length);
        try settlement.release(s.p, s.t, s.anchors, s.d.verdicts) {
            ++steps;
        } catch {}
    }

    function void(uint256 which, uint256 sure) external {
        if (_scenes.length == 0 || sure % 4 != 0) return;
        Scene memory s = sceneAt(which % _scenes.length);
        vm.prank(address(faults));
        try settlement.void(s.p, watcher, bytes4(0), 0) {
            ++steps;
        } catch {}
    }

    function collect(uint256 which, bool last) external {
        if (_scenes.length == 0) return;
        Scene memory s = sceneAt(which % _scenes.length);
        try settlement.collect(s.p, last ? challenger : watcher) {
            ++steps;
        } catch {}
    }

    function refund(uint256 which, uint256 amount) external {
        if (_scenes.length == 0) return;
        Scene memory s = sceneAt(which % _scenes.length);
        vm.prank(requester);
        try campaigns.refund(s.p.campaign, s.t, bound(amount, 1, BUDGET)) {
            ++steps;
        } catch {}
    }

    function wait_(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 15));
    }

    function waitLong(uint256 seconds_) external {
        vm.warp(block.timestamp + bound(seconds_, 1, 1100));
    }

    // What the invariants read

    function sceneCount() external view returns (uint256) {
        return _scenes.length;
    }

    function sceneAt(uint256 i) public view returns (Scene memory) {
        return abi.decode(_scenes[i], (Scene));
    }

    function campaignMoney() external view returns (uint256 held, uint256 owed) {
        held = dollar.balanceOf(address(settlement));
        for (uint256 i; i < _scenes.length; ++i) {
            Scene memory s = sceneAt(i);
            owed += campaigns.stateOf(s.p.campaign).escrow;
            if (_isVoid(s.p.key)) continue;
            owed += s.p.total - _paid(s.p.key);
            for (uint256 j; j < s.d.pays.length; ++j) {
                if (settlement.isPaid(s.p.key, j)) owed += doubts.heldOf(s.p.key, j).cut;
            }
        }
    }

    function stakeMoney() external view returns (uint256 held, uint256 owed) {
        held = dollar.balanceOf(address(stakes));
        address[6] memory who = [operator, rival, watcher, challenger, treasury, address(disputes)];
        for (uint256 i; i < who.length + PAYEES; ++i) {
            (uint256 free, uint256 locked) =
                stakes.collateralOf(i < who.length ? who[i] : _payee(i - who.length), address(dollar));
            owed += free + locked;
        }
    }

    /// @notice What accounts got of settlements, and what settlements say they were paid.
    function received() external view returns (uint256 got, uint256 due) {
        for (uint256 i; i < PAYEES; ++i) {
            got += dollar.balanceOf(_payee(i));
        }
        got += dollar.balanceOf(watcher) - BUDGET;
        got += dollar.balanceOf(operator) - BUDGET;
        for (uint256 i; i < _scenes.length; ++i) {
            Scene memory s = sceneAt(i);
            for (uint256 j; j < s.d.pays.length; ++j) {
                if (!settlement.isPaid(s.p.key, j)) continue;
                IDoubts.Held memory held = doubts.heldOf(s.p.key, j);
                due += held.ever ? held.left : s.d.pays[j].amount;
            }
        }
    }

    /// @notice Locks of the settler and the challenger, and what they should be.
    function locks() external view returns (uint256 settlers, uint256 settlersDue, uint256 theirs, uint256 theirsDue) {
        (settlers, theirs) = (_locked(operator), _locked(challenger));
        for (uint256 i; i < _scenes.length; ++i) {
            Scene memory s = sceneAt(i);
            uint8 flags = settlement.slotOf(s.p.key).flags;
            uint256 fined = doubts.doubtOf(s.p.key).fined;
            if (flags & 4 == 0) settlersDue += ITEMS * uint256(R) / 2; // deposits
            if (flags & 12 == 0) settlersDue += s.p.bond - fined;
            theirsDue += disputes.tallyOf(s.p.key).open * (R / 2);
        }
    }

    /// @notice Everything that should agree about one settlement.
    function agrees(uint256 i) external view returns (bool) {
        Scene memory s = sceneAt(i);
        IDisputes.Tally memory tally = disputes.tallyOf(s.p.key);
        IDoubts.Doubt memory doubt = doubts.doubtOf(s.p.key);
        uint8 flags = settlement.slotOf(s.p.key).flags;
        bool void = flags & 2 != 0;
        if (doubt.fined > s.p.bond || doubt.holds != tally.open) return false;
        if (flags & 4 != 0 && (void || doubt.holds != 0)) return false;
        if (!void && tally.suspended != (flags & 64 != 0)) return false;
        if (!void && !tally.late && tally.suspended != (tally.open + tally.overturned >= 8)) return false;
        return void || tally.overturned < 8 || tally.late;
    }

    function coin() external view returns (uint256 held, uint256 owed) {
        return (address(disputes).balance, disputes.owed(challenger) + disputes.owed(treasury));
    }

    function disputeCount() external view returns (uint256) {
        return _disputes.length;
    }
}
