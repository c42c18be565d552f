// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {Parameters} from "../src/Parameters.sol";
import {Reputation} from "../src/Reputation.sol";
import {Stakes} from "../src/Stakes.sol";
import {HeadwaterToken} from "../src/Token.sol";
import {Weights} from "../src/Weights.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";
import {IReputation} from "../src/interfaces/IReputation.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {Test} from "./Test.sol";

/// @notice A network with epochs, and an honest poster in Solidity that tests can then bend.
abstract contract ReputationWorld is Test {
    uint96 internal constant BOND = 101 ether + 1; // odd, so that halves round
    uint256 internal constant DEMAND = 5 ether;
    uint256 internal constant WINDOW = 20;

    HeadwaterToken internal token;
    Stakes internal stakes;
    Parameters internal parameters;
    Reputation internal reputation;

    address internal operator = address(0x0f01);
    address internal rival = address(0x0f02);
    address internal watcher = address(0x0f03);
    address internal stranger = address(0x0f04);
    address internal treasury = address(0x0f05);
    address internal judge = address(0x0f06);

    /// @notice What an epoch adds to a reviewer's record, in tenths.
    struct Change {
        address reviewer;
        uint16 right;
        uint16 wrong;
    }

    /// @notice An epoch before it is posted.
    struct Draft {
        IReputation.Row[] rows;
        Change[] changes;
    }

    function _keepers(address reputation_) internal pure returns (IStakes.Keepers memory keepers) {
        keepers.reputation = reputation_;
    }

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        token = new HeadwaterToken(address(this), 1e9 ether);
        parameters = new Parameters(_setup());
        address at = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        stakes = new Stakes(address(token), parameters, _keepers(at), 40);
        reputation = new Reputation(stakes, parameters, address(token), judge, DEMAND);
        _equip(operator);
        _equip(rival);
        _equip(watcher);
    }

    function _setup() internal view returns (IParameters.Setup memory setup) {
        setup.timelock = address(this);
        setup.treasury = treasury;
        (setup.networkFeeBps, setup.reviewFeeBps, setup.operatorFeeBps) = (250, 300, 500);
        setup.windows = IParameters.Windows(20, 20, 60, 20, uint40(WINDOW));
        setup.floors = IParameters.Windows(2, 2, 2, 2, 2);
        setup.publishBond = IParameters.Range(0, 10 ether, 100 ether);
        setup.epochBond = IParameters.Range(1 ether, BOND, 5000 ether);
        setup.stakes = [uint96(100 ether), 100 ether, 100 ether, 100 ether];
        (setup.stakeFloor, setup.stakeCeiling) = (10 ether, 1000 ether);
        setup.suite = keccak256("suite");
    }

    function _equip(address who) internal {
        token.transfer(who, 3000 ether);
        vm.startPrank(who);
        token.approve(address(stakes), type(uint256).max);
        if (who != watcher) stakes.join(1, 100 ether);
        stakes.deposit(address(token), 2000 ether);
        vm.stopPrank();
    }

    // Honest epochs

    function _reviewer(uint256 i) internal pure returns (address) {
        return address(uint160(0x100000 + 16 * i));
    }

    function _list(Change memory a) internal pure returns (Change[] memory list) {
        list = new Change[](1);
        list[0] = a;
    }

    /// @notice The rows that follow from earlier ones and a list of changes; both ascend.
    function _follow(IReputation.Row[] memory before, Change[] memory changes)
        internal
        pure
        returns (IReputation.Row[] memory rows)
    {
        rows = new IReputation.Row[](before.length + changes.length);
        (uint256 n, uint256 i, uint256 j) = (0, 0, 0);
        while (i < before.length || j < changes.length) {
            bool old = i < before.length && (j == changes.length || before[i].reviewer <= changes[j].reviewer);
            bool more = j < changes.length && (i == before.length || changes[j].reviewer <= before[i].reviewer);
            IReputation.Row memory row = old
                ? IReputation.Row(before[i].reviewer, before[i].right, before[i].wrong, 0)
                : IReputation.Row(changes[j].reviewer, 28, 12, 0);
            if (more) {
                row.right += changes[j].right;
                row.wrong += changes[j].wrong;
                ++j;
            }
            if (old) ++i;
            row.weight = uint16(Weights.milli(row.right, row.wrong));
            rows[n++] = row;
        }
        assembly ("memory-safe") {
            mstore(rows, n)
        }
    }

    function _draft(IReputation.Row[] memory before, Change[] memory changes) internal pure returns (Draft memory) {
        return Draft(_follow(before, changes), changes);
    }

    /// @notice A first epoch of `n` reviewers with records of their own.
    function _first(uint256 n) internal pure returns (Draft memory) {
        Change[] memory changes = new Change[](n);
        for (uint256 i; i < n; ++i) {
            changes[i] = Change(_reviewer(i), uint16(10 * (1 + i % 50)), uint16(10 * (i % 7)));
        }
        return _draft(new IReputation.Row[](0), changes);
    }

    function _bytes(Change[] memory changes) internal pure returns (bytes memory out) {
        for (uint256 i; i < changes.length; ++i) {
            out = bytes.concat(out, abi.encodePacked(changes[i].reviewer, changes[i].right, changes[i].wrong));
        }
    }

    function _input(Draft memory d) internal view returns (IReputation.Post memory input) {
        uint256 number = reputation.epochCount() + 1;
        input.previous = reputation.epochHash(reputation.head());
        input.root = Merkle.rootOf(_leaves(number, d.rows));
        input.count = uint32(d.rows.length);
        input.gold = keccak256("gold");
        input.golds = 7;
        input.evidence = keccak256("evidence");
    }

    function _posted(Draft memory d, address poster) internal view returns (IReputation.Epoch memory e) {
        IReputation.Post memory input = _input(d);
        e.number = reputation.epochCount() + 1;
        e.previous = input.previous;
        (e.root, e.count) = (input.root, input.count);
        e.changes = keccak256(_bytes(d.changes));
        (e.gold, e.golds, e.evidence) = (input.gold, input.golds, input.evidence);
        e.poster = poster;
        IParameters.EpochLimits memory limits = parameters.epochLimits();
        e.bond = limits.bond;
        e.time = uint40(block.timestamp);
        e.finalAt = uint40(block.timestamp) + limits.window;
    }

    function _post(Draft memory d, address poster) internal returns (IReputation.Epoch memory e) {
        e = _posted(d, poster);
        IReputation.Post memory input = _input(d);
        bytes memory changes = _bytes(d.changes);
        vm.prank(poster);
        reputation.post(input, changes);
        vm.assertEq(reputation.epochHash(e.number), keccak256(abi.encode(e)), "as the spec says it");
    }

    /// @notice An epoch of `n` reviewers, final.
    function _settled(uint256 n) internal returns (Draft memory d, IReputation.Epoch memory e) {
        d = _first(n);
        e = _post(d, operator);
        vm.warp(e.finalAt);
    }

    // Proofs

    function _leaves(uint256 number, IReputation.Row[] memory rows) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](rows.length);
        for (uint256 i; i < rows.length; ++i) {
            leaves[i] = _leaf(number, rows[i]);
        }
    }

    /// @dev By the definition: fields of a static struct encode to the same words inside or outside of it.
    function _leaf(uint256 number, IReputation.Row memory row) internal view returns (bytes32) {
        bytes memory head = abi.encode(keccak256("headwater.row.v1"), block.chainid, address(reputation), number);
        return keccak256(bytes.concat(keccak256(bytes.concat(head, abi.encode(row)))));
    }

    /// @notice `size` rows from `index` on, with their range proof.
    function _at(uint256 number, IReputation.Row[] memory rows, uint256 index, uint256 size)
        internal
        view
        returns (IReputation.Lookup memory at)
    {
        at.index = uint32(index);
        at.rows = new IReputation.Row[](size);
        for (uint256 i; i < size; ++i) {
            at.rows[i] = rows[index + i];
        }
        at.proof = _rangeProof(_leaves(number, rows), index, index + size);
    }

    /// @notice A reviewer's row, or the proof that he has none; rows ascend.
    function _find(uint256 number, IReputation.Row[] memory rows, address reviewer)
        internal
        view
        returns (IReputation.Lookup memory at)
    {
        if (rows.length == 0) return at;
        uint256 i;
        while (i < rows.length && rows[i].reviewer < reviewer) ++i;
        if (i < rows.length && rows[i].reviewer == reviewer) return _at(number, rows, i, 1);
        if (i == 0) return _at(number, rows, 0, 1);
        if (i == rows.length) return _at(number, rows, i - 1, 1);
        return _at(number, rows, i - 1, 2);
    }

    function _rangeProof(bytes32[] memory leaves, uint256 from, uint256 to)
        internal
        pure
        returns (bytes32[] memory proof)
    {
        uint256 height = Merkle.depth(leaves.length);
        bytes32[] memory level = new bytes32[](1 << height);
        for (uint256 i; i < leaves.length; ++i) {
            level[i] = leaves[i];
        }
        bytes32[] memory words = new bytes32[](2 * height);
        uint256 used;
        for (uint256 h; h < height; ++h) {
            if (from & 1 == 1) words[used++] = level[from - 1];
            if (to & 1 == 1) words[used++] = level[to];
            for (uint256 i; i < level.length >> (h + 1); ++i) {
                level[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
            }
            (from, to) = (from >> 1, (to + 1) >> 1);
        }
        proof = new bytes32[](used);
        for (uint256 i; i < used; ++i) {
            proof[i] = words[i];
        }
    }

    // Attempts: whether a proof voids

    function _triesWeight(IReputation.Epoch memory e, IReputation.Row[] memory rows, uint256 i)
        internal
        returns (bool)
    {
        return _tries(abi.encodeCall(reputation.proveWeight, (e, _at(e.number, rows, i, 1))));
    }

    function _triesOrder(IReputation.Epoch memory e, IReputation.Row[] memory rows, uint256 i) internal returns (bool) {
        return _tries(abi.encodeCall(reputation.proveOrder, (e, _at(e.number, rows, i, 2))));
    }

    function _triesChange(IReputation.Epoch memory e, IReputation.Row[] memory before, Draft memory d, address reviewer)
        internal
        returns (bool)
    {
        return _tries(
            abi.encodeCall(
                reputation.proveChange,
                (
                    e,
                    _bytes(d.changes),
                    reviewer,
                    _find(reputation.slotOf(e.number).previous, before, reviewer),
                    _find(e.number, d.rows, reviewer)
                )
            )
        );
    }

    /// @dev True if it voids; false if there is no fault; anything else fails the test.
    function _tries(bytes memory call_) internal returns (bool) {
        vm.prank(watcher);
        (bool done, bytes memory why) = address(reputation).call(call_);
        if (!done) {
            vm.assertEq(
                keccak256(why), keccak256(abi.encodeWithSelector(IReputation.Reputation_NoFault.selector)), "no fault"
            );
        }
        return done;
    }

    function _isVoid(IReputation.Epoch memory e, uint32 head) internal {
        vm.assertEq(reputation.slotOf(e.number).status, 2, "void");
        vm.assertEq(reputation.head(), head, "the one before leads");
        vm.assertTrue(!reputation.isFinal(e.number), "not final");
        vm.warp(block.timestamp + 10 * WINDOW);
        vm.assertTrue(!reputation.isFinal(e.number), "never");
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotFinal.selector, e.number));
        reputation.rootOf(e.number);
    }

    function _free(address who) internal view returns (uint256 free) {
        (free,) = stakes.collateralOf(who, address(token));
    }

    function _locked(address who) internal view returns (uint256 locked) {
        (, locked) = stakes.collateralOf(who, address(token));
    }
}

/// @notice Posting, citing, and every way of forging a weight.
contract ReputationTest is ReputationWorld {
    // The chain

    function test_everyone_starts_alike() public view {
        IReputation.Lookup memory none;
        vm.assertTrue(reputation.isFinal(0), "epoch 0 may be cited");
        vm.assertEq(reputation.weightAt(0, _reviewer(3), none), 847, "start");
        vm.assertEq(reputation.weightOf(28, 12), 847, "of the starting counts");
        vm.assertEq(reputation.rootOf(0), 0, "no tree");
        vm.assertEq(reputation.finalSince(0), 0, "always");
        vm.assertEq(reputation.latest(), 0, "newest");
    }

    function test_epochs_follow_one_another() public {
        (Draft memory first, IReputation.Epoch memory e) = _settled(5);
        vm.assertEq(reputation.latest(), 1, "final");
        vm.assertEq(reputation.rootOf(1), e.root, "root");
        vm.assertEq(reputation.finalSince(1), e.finalAt, "since");
        Draft memory second = _draft(first.rows, _list(Change(_reviewer(2), 30, 0)));
        IReputation.Epoch memory f = _post(second, rival);
        vm.assertEq(f.previous, keccak256(abi.encode(e)), "chained");
        vm.assertEq(reputation.latest(), 1, "pending ones are not cited");
        vm.warp(f.finalAt);
        vm.assertEq(reputation.latest(), 2, "final");
        IReputation.Lookup memory at = _find(2, second.rows, _reviewer(2));
        vm.assertEq(reputation.weightAt(2, _reviewer(2), at), second.rows[2].weight, "grown");
        at = _find(1, first.rows, _reviewer(2));
        vm.assertEq(reputation.weightAt(1, _reviewer(2), at), first.rows[2].weight, "the earlier one stands");
    }

    function test_bond_is_locked_until_final_and_released_once() public {
        IReputation.Epoch memory e = _post(_first(3), operator);
        vm.assertEq(_locked(operator), BOND, "locked");
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotFinal.selector, 1));
        reputation.release(e);
        vm.warp(e.finalAt);
        reputation.release(e);
        vm.assertEq(_locked(operator), 0, "unlocked");
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_AlreadyReleased.selector, 1));
        reputation.release(e);
        e.bond += 1;
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongEpoch.selector, 1));
        reputation.release(e);
    }

    function test_attack_posted_by_someone_without_role_or_bond() public {
        Draft memory d = _first(3);
        IReputation.Post memory input = _input(d);
        bytes memory changes = _bytes(d.changes);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, watcher, 1));
        vm.prank(watcher);
        reputation.post(input, changes);
        vm.startPrank(operator);
        stakes.requestWithdraw(address(token), 2000 ether - BOND + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IStakes.Stakes_NotFree.selector, operator, address(token), BOND, BOND - 1)
        );
        reputation.post(input, changes);
        vm.stopPrank();
    }

    function test_attack_bond_withdrawn_while_pending() public {
        _post(_first(3), operator);
        vm.startPrank(operator);
        stakes.leave(1);
        uint256 free = _free(operator);
        vm.expectRevert(
            abi.encodeWithSelector(IStakes.Stakes_NotFree.selector, operator, address(token), free + 1, free)
        );
        stakes.requestWithdraw(address(token), free + 1);
        vm.stopPrank();
    }

    /// @notice Nobody builds on what is not final, nor on anything but the newest epoch.
    function test_attack_previous_hash_wrong() public {
        Draft memory d = _first(3);
        IReputation.Epoch memory e = _post(d, operator);
        Draft memory next = _draft(d.rows, _list(Change(_reviewer(0), 10, 0)));
        IReputation.Post memory input = _input(next);
        bytes memory changes = _bytes(next.changes);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_HeadPending.selector, 1));
        vm.prank(rival);
        reputation.post(input, changes);
        vm.warp(e.finalAt);
        bytes32 head = input.previous;
        input.previous = 0; // the start again
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotHead.selector, bytes32(0), head));
        vm.prank(rival);
        reputation.post(input, changes);
        input.previous = head;
        vm.prank(rival);
        reputation.post(input, changes);
    }

    function test_changes_are_well_formed() public {
        Draft memory d = _first(3);
        IReputation.Post memory input = _input(d);
        bytes4 length = IReputation.Reputation_ChangesLength.selector;
        _refuses(input, "", abi.encodeWithSelector(length, 0));
        _refuses(input, new bytes(23), abi.encodeWithSelector(length, 23));
        _refuses(input, new bytes(24 * 4097), abi.encodeWithSelector(length, 24 * 4097));
        _wrongChange(input, d, 0, Change(address(0), 10, 0));
        _wrongChange(input, d, 1, Change(d.changes[0].reviewer, 10, 0)); // twice
        _wrongChange(input, d, 2, Change(_reviewer(0), 10, 0)); // descending
        _wrongChange(input, d, 1, Change(_reviewer(1), 0, 0)); // nothing
        _wrongChange(input, d, 1, Change(_reviewer(1), 15, 0));
        _wrongChange(input, d, 1, Change(_reviewer(1), 10, 1));
    }

    function test_tree_is_well_formed() public {
        Draft memory d = _first(3);
        IReputation.Post memory input = _input(d);
        bytes memory changes = _bytes(d.changes);
        bytes4 range = IReputation.Reputation_CountOutOfRange.selector;
        input.count = 0;
        _refuses(input, changes, abi.encodeWithSelector(range, 0, 1, 3));
        input.count = 4;
        _refuses(input, changes, abi.encodeWithSelector(range, 4, 1, 3));
        input.count = 3;
        input.golds = 0;
        _refuses(input, changes, abi.encodeWithSelector(IReputation.Reputation_EmptyRoot.selector));
        (input.gold, input.root) = (0, 0);
        _refuses(input, changes, abi.encodeWithSelector(IReputation.Reputation_EmptyRoot.selector));
        _settled(3);
        Draft memory next = _draft(d.rows, _list(Change(_reviewer(0), 10, 0)));
        input = _input(next);
        input.count = 2; // fewer than there were
        _refuses(input, _bytes(next.changes), abi.encodeWithSelector(range, 2, 3, 4));
    }

    /// @notice Governance changes bond and window of later epochs, not of a pending one.
    function test_parameters_do_not_reach_a_pending_epoch() public {
        Draft memory d = _first(3);
        IReputation.Epoch memory e = _post(d, operator);
        parameters.setEpochBond(1 ether);
        parameters.setEpochWindow(2);
        vm.warp(e.finalAt - 1);
        vm.assertTrue(!reputation.isFinal(1), "its own window");
        vm.warp(e.finalAt);
        reputation.release(e);
        vm.assertEq(_locked(operator), 0, "its own bond");
        e = _post(_draft(d.rows, _list(Change(_reviewer(0), 10, 0))), operator);
        vm.assertEq(_locked(operator), 1 ether, "the new one's");
        vm.assertEq(e.finalAt, block.timestamp + 2, "the new one's");
    }

    // Forged weights

    function test_attack_forged_weight() public {
        (Draft memory good,) = _settled(5);
        Draft memory d = _draft(good.rows, _list(Change(_reviewer(1), 10, 0)));
        d.rows[3].weight = 2944;
        IReputation.Epoch memory e = _post(d, rival);
        uint256 before = _free(watcher);
        vm.assertTrue(_triesWeight(e, d.rows, 3), "void");
        vm.assertEq(_free(watcher) - before, BOND / 2, "half to the watcher");
        vm.assertEq(_free(treasury), BOND - BOND / 2, "half to the network");
        vm.assertEq(_locked(rival), 0, "nothing left of the bond");
        _isVoid(e, 1);
        vm.assertEq(reputation.latest(), 1, "back to the one before");
        e = _post(_draft(good.rows, _list(Change(_reviewer(1), 10, 0))), operator);
        vm.assertEq(e.number, 3, "the void one keeps its number");
        vm.assertEq(e.previous, reputation.epochHash(1), "and is not in the chain");
        vm.warp(e.finalAt);
        vm.assertEq(reputation.latest(), 3, "goes on");
    }

    function test_attack_every_row_forged_by_one_milli() public {
        for (uint256 i; i < 4; ++i) {
            Draft memory d = _first(4);
            d.rows[i].weight += 1;
            IReputation.Epoch memory e = _post(d, operator);
            vm.assertTrue(_triesWeight(e, d.rows, i), "void");
        }
    }

    function test_attack_row_changed_without_being_listed() public {
        (Draft memory good,) = _settled(5);
        Draft memory d = _draft(good.rows, _list(Change(_reviewer(1), 10, 0)));
        d.rows[3].right += 200;
        d.rows[3].weight = uint16(Weights.milli(d.rows[3].right, d.rows[3].wrong)); // consistent in itself
        IReputation.Epoch memory e = _post(d, rival);
        vm.assertTrue(!_triesWeight(e, d.rows, 3), "the weight is right");
        vm.assertTrue(!_triesChange(e, good.rows, d, _reviewer(1)), "the listed one is right");
        vm.assertTrue(_triesChange(e, good.rows, d, _reviewer(3)), "void");
        _isVoid(e, 1);
    }

    function test_attack_listed_change_not_made_or_made_twice() public {
        (Draft memory good,) = _settled(5);
        Change[] memory changes = _list(Change(_reviewer(1), 0, 30));
        Draft memory d = Draft(good.rows, changes); // a bad answer listed, the row as before
        IReputation.Epoch memory e = _post(d, rival);
        vm.assertTrue(_triesChange(e, good.rows, d, _reviewer(1)), "not made");
        _isVoid(e, 1);
        changes = _list(Change(_reviewer(1), 30, 0));
        d = Draft(_follow(_follow(good.rows, changes), changes), changes);
        e = _post(d, rival);
        vm.assertTrue(_triesChange(e, good.rows, d, _reviewer(1)), "twice");
    }

    /// @notice A reviewer with a bad record is dropped, to start afresh at 847.
    function test_attack_whitewash_by_dropping_a_row() public {
        (Draft memory good,) = _settled(5);
        Draft memory d = _draft(good.rows, _list(Change(_reviewer(7), 10, 0)));
        Draft memory bent = Draft(new IReputation.Row[](5), d.changes);
        for (uint256 i; i < 5; ++i) {
            bent.rows[i] = d.rows[i < 2 ? i : i + 1]; // without reviewer 2, with the new one
        }
        IReputation.Epoch memory e = _post(bent, rival);
        vm.assertTrue(_triesChange(e, good.rows, bent, _reviewer(2)), "dropped");
        _isVoid(e, 1);
        bent = Draft(good.rows, d.changes); // the newcomer's bad start is left out
        e = _post(bent, rival);
        vm.assertTrue(_triesChange(e, good.rows, bent, _reviewer(7)), "listed, no row");
    }

    function test_attack_row_out_of_nowhere() public {
        (Draft memory good,) = _settled(3);
        Draft memory d = _draft(good.rows, _list(Change(_reviewer(1), 10, 0)));
        Draft memory bent = Draft(_follow(d.rows, _list(Change(_reviewer(9), 220, 0))), d.changes);
        IReputation.Epoch memory e = _post(bent, rival);
        vm.assertTrue(_triesChange(e, good.rows, bent, _reviewer(9)), "never listed");
        bent.rows[3] = IReputation.Row(_reviewer(9), 28, 12, 847); // even if it says nothing
        e = _post(bent, rival);
        vm.assertTrue(_triesChange(e, good.rows, bent, _reviewer(9)), "never listed");
        bent.rows[3] = IReputation.Row(address(0), 28, 12, 847);
        (bent.rows[0], bent.rows[3]) = (bent.rows[3], bent.rows[0]);
        e = _post(bent, rival);
        vm.assertTrue(_triesOrder(e, bent.rows, 2), "nobody's, and out of place");
    }

    function test_attack_two_rows_of_one_reviewer() public {
        (Draft memory good,) = _settled(3);
        Draft memory d = _draft(good.rows, _list(Change(_reviewer(7), 220, 0)));
        d.rows[2] = d.rows[3];
        IReputation.Epoch memory e = _post(d, rival);
        vm.assertTrue(_triesOrder(e, d.rows, 2), "equal neighbours");
        _isVoid(e, 1);
    }

    function test_attack_rows_out_of_order() public {
        (Draft memory good,) = _settled(4);
        Draft memory d = _draft(good.rows, _list(Change(_reviewer(1), 10, 0)));
        (d.rows[1], d.rows[2]) = (d.rows[2], d.rows[1]);
        IReputation.Epoch memory e = _post(d, rival);
        vm.assertTrue(!_triesOrder(e, d.rows, 0), "still ascending");
        vm.assertTrue(_triesOrder(e, d.rows, 1), "descending");
    }

    /// @notice A right epoch stands against every proof there is.
    function testFuzz_honest_epochs_hold(uint256 seed) public {
        IReputation.Row[] memory before = new IReputation.Row[](0);
        for (uint256 n; n < 4; ++n) {
            Draft memory d = _draft(before, _randomChanges(uint256(keccak256(abi.encode(seed, n)))));
            IReputation.Epoch memory e = _post(d, operator);
            for (uint256 i; i < d.rows.length; ++i) {
                vm.assertTrue(!_triesWeight(e, d.rows, i), "weight");
                if (i > 0) vm.assertTrue(!_triesOrder(e, d.rows, i - 1), "order");
            }
            for (uint256 i; i < 12; ++i) {
                vm.assertTrue(!_triesChange(e, before, d, _reviewer(i)), "change");
            }
            vm.warp(e.finalAt);
            for (uint256 i; i < 12; ++i) {
                _weighs(e.number, d.rows, _reviewer(i));
            }
            before = d.rows;
        }
        vm.assertEq(reputation.latest(), 4, "all of them");
    }

    /// @notice Any one lie in a tree is provable.
    function testFuzz_attack_any_lie_is_provable(uint256 seed) public {
        Draft memory good = _draft(new IReputation.Row[](0), _randomChanges(seed));
        vm.warp(_post(good, operator).finalAt);
        Draft memory d = _draft(good.rows, _randomChanges(uint256(keccak256(abi.encode(seed)))));
        uint256 at = (seed >> 8) % d.rows.length;
        uint256 kind = seed % 5;
        if (kind == 0) {
            d.rows[at].weight = uint16(bound(seed >> 16, 0, 65_534));
            if (d.rows[at].weight == Weights.milli(d.rows[at].right, d.rows[at].wrong)) d.rows[at].weight += 1;
        } else if (kind == 1) {
            d.rows[at].right += uint32(bound(seed >> 16, 1, 10_000));
        } else if (kind == 2) {
            d.rows[at].wrong -= uint32(bound(seed >> 16, 1, d.rows[at].wrong));
        } else if (kind == 3) {
            d.rows[at].reviewer = address(uint160(bound(seed >> 16, 1, type(uint160).max)));
            if (d.rows[at].reviewer == good.rows[0].reviewer) d.rows[at].reviewer = address(1);
        } else {
            if (d.rows.length == good.rows.length) return; // no row may go, the contract sees that itself
            for (uint256 i = at; i + 1 < d.rows.length; ++i) {
                d.rows[i] = d.rows[i + 1];
            }
            IReputation.Row[] memory rows = d.rows;
            assembly ("memory-safe") {
                mstore(rows, sub(mload(rows), 1))
            }
        }
        IReputation.Epoch memory e = _post(d, rival);
        vm.assertTrue(_someProofVoids(e, good.rows, d), "provable");
        _isVoid(e, 1);
    }

    // Proofs that prove nothing

    function test_attack_absence_forged() public {
        (Draft memory d,) = _settled(6);
        address known = _reviewer(3);
        bytes memory nothing = abi.encodeWithSelector(IReputation.Reputation_ProvesNothing.selector, known);
        IReputation.Lookup memory at = _at(1, d.rows, 0, 1); // before the first? no
        vm.expectRevert(nothing);
        reputation.weightAt(1, known, at);
        at = _at(1, d.rows, 5, 1); // after the last? no
        vm.expectRevert(nothing);
        reputation.weightAt(1, known, at);
        at = _at(1, d.rows, 2, 2); // he is one of the two
        vm.expectRevert(nothing);
        reputation.weightAt(1, known, at);
        at = _at(1, d.rows, 4, 2); // not between them
        vm.expectRevert(nothing);
        reputation.weightAt(1, known, at);
        at = _at(1, d.rows, 2, 3); // he is within
        vm.expectRevert(nothing);
        reputation.weightAt(1, known, at);
        at = _at(1, d.rows, 2, 2);
        at.rows[1] = d.rows[4]; // neighbours that are none
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongProof.selector, 2));
        reputation.weightAt(1, known, at);
        IReputation.Lookup memory none;
        vm.expectRevert(abi.encodeWithSelector(Merkle.Merkle_IndexOutOfRange.selector, 0, 6));
        reputation.weightAt(1, known, none);
        at = _at(1, d.rows, 3, 1);
        vm.assertEq(reputation.weightAt(1, known, at), d.rows[3].weight, "his row");
    }

    /// @notice Behind the last row the tree is padded with zeros, which are no rows.
    function test_attack_row_in_the_padding() public {
        (Draft memory d,) = _settled(5);
        IReputation.Lookup memory at = _at(1, d.rows, 4, 1);
        at.index = 5;
        vm.expectRevert(abi.encodeWithSelector(Merkle.Merkle_IndexOutOfRange.selector, 5, 5));
        reputation.weightAt(1, _reviewer(4), at);
        at.index = type(uint32).max;
        vm.expectRevert(abi.encodeWithSelector(Merkle.Merkle_IndexOutOfRange.selector, type(uint32).max, 5));
        reputation.weightAt(1, _reviewer(4), at);
    }

    function test_attack_row_of_another_epoch_contract_or_chain() public {
        (Draft memory d,) = _settled(5);
        IReputation.Epoch memory e = _post(_draft(d.rows, _list(Change(_reviewer(0), 10, 0))), operator);
        vm.warp(e.finalAt);
        IReputation.Lookup memory at = _at(1, d.rows, 2, 1);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongProof.selector, 2));
        reputation.weightAt(2, _reviewer(2), at);
        vm.assertEq(reputation.weightAt(1, _reviewer(2), at), d.rows[2].weight, "in its own");
        vm.chainId(777);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongProof.selector, 2));
        reputation.weightAt(1, _reviewer(2), at);
    }

    /// @notice An inner node given as a row, and a proof cut short: rows are hashed twice and the depth is fixed.
    function test_attack_second_preimage() public {
        (Draft memory d,) = _settled(5);
        IReputation.Lookup memory at = _at(1, d.rows, 2, 1);
        bytes32[] memory shorter = new bytes32[](2);
        (shorter[0], shorter[1]) = (at.proof[1], at.proof[2]);
        at.proof = shorter;
        vm.expectRevert(abi.encodeWithSelector(Merkle.Merkle_ProofLength.selector, 2, 3));
        reputation.weightAt(1, _reviewer(2), at);
    }

    function test_attack_pending_and_void_epochs_are_not_cited() public {
        Draft memory d = _first(5);
        d.rows[0].weight = 2944;
        IReputation.Epoch memory e = _post(d, operator);
        IReputation.Lookup memory at = _at(1, d.rows, 0, 1);
        bytes memory no = abi.encodeWithSelector(IReputation.Reputation_NotFinal.selector, 1);
        vm.expectRevert(no);
        reputation.weightAt(1, _reviewer(0), at);
        vm.expectRevert(no);
        reputation.rootOf(1);
        vm.expectRevert(no);
        reputation.finalSince(1);
        vm.assertTrue(_triesWeight(e, d.rows, 0), "void");
        vm.expectRevert(no);
        reputation.weightAt(1, _reviewer(0), at);
        _isVoid(e, 0);
        vm.assertTrue(!reputation.isFinal(99), "nor unknown ones");
    }

    function test_attack_fault_of_a_final_or_void_epoch() public {
        Draft memory d = _first(5);
        d.rows[0].weight = 2944;
        IReputation.Epoch memory e = _post(d, operator);
        IReputation.Lookup memory at = _at(1, d.rows, 0, 1);
        uint256 now_ = vm.snapshotState();
        vm.warp(e.finalAt);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotPending.selector, 1));
        reputation.proveWeight(e, at);
        vm.revertToState(now_);
        vm.warp(e.finalAt - 1);
        reputation.proveWeight(e, at);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotPending.selector, 1)); // twice
        reputation.proveWeight(e, at);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotFinal.selector, 1));
        reputation.release(e);
    }

    /// @notice Neither other changes nor another epoch's record make a fault.
    function test_attack_fault_from_forged_papers() public {
        (Draft memory good,) = _settled(5);
        Draft memory d = _draft(good.rows, _list(Change(_reviewer(1), 10, 0)));
        IReputation.Epoch memory e = _post(d, rival);
        IReputation.Lookup memory before = _find(1, good.rows, _reviewer(1));
        IReputation.Lookup memory current = _find(2, d.rows, _reviewer(1));
        bytes memory changes = _bytes(_list(Change(_reviewer(1), 20, 0)));
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongChanges.selector, 2));
        reputation.proveChange(e, changes, _reviewer(1), before, current);
        changes = _bytes(d.changes);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongProof.selector, 1));
        reputation.proveChange(e, changes, _reviewer(1), current, current);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongProof.selector, 1));
        reputation.proveChange(e, changes, _reviewer(1), before, before);
        e.poster = watcher;
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongEpoch.selector, 2));
        reputation.proveChange(e, changes, _reviewer(1), before, current);
    }

    function test_attack_fault_from_too_many_or_too_few_rows() public {
        Draft memory d = _first(5);
        d.rows[0].weight = 2944;
        IReputation.Epoch memory e = _post(d, operator);
        IReputation.Lookup memory two = _at(1, d.rows, 0, 2);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_RowsLength.selector, 2, 1));
        reputation.proveWeight(e, two);
        IReputation.Lookup memory one = _at(1, d.rows, 0, 1);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_RowsLength.selector, 1, 2));
        reputation.proveOrder(e, one);
    }

    /// @notice A liar who proves himself wrong before others do saves half of his bond, no more.
    function test_attack_poster_voids_himself() public {
        Draft memory d = _first(5);
        d.rows[0].weight = 2944;
        uint256 before = _free(operator);
        IReputation.Epoch memory e = _post(d, operator);
        IReputation.Lookup memory at = _at(1, d.rows, 0, 1);
        vm.prank(operator);
        reputation.proveWeight(e, at);
        vm.assertEq(before - _free(operator), BOND - BOND / 2, "half is gone");
        vm.assertEq(_locked(operator), 0, "nothing locked");
    }

    function _wrongChange(IReputation.Post memory input, Draft memory d, uint256 i, Change memory change) private {
        Change memory kept = d.changes[i];
        d.changes[i] = change;
        _refuses(input, _bytes(d.changes), abi.encodeWithSelector(IReputation.Reputation_WrongChange.selector, i));
        d.changes[i] = kept;
    }

    function _refuses(IReputation.Post memory input, bytes memory changes, bytes memory why) private {
        vm.expectRevert(why);
        vm.prank(operator);
        reputation.post(input, changes);
    }

    /// @dev One to six reviewers of twelve, ascending.
    function _randomChanges(uint256 seed) private pure returns (Change[] memory changes) {
        uint256 chosen = (seed & seed >> 16) & 0xfff;
        if (chosen == 0) chosen = 1 << seed % 12;
        changes = new Change[](12);
        uint256 n;
        for (uint256 i; i < 12; ++i) {
            if (chosen >> i & 1 == 0) continue;
            seed = uint256(keccak256(abi.encode(seed)));
            uint16 right = uint16(10 * (seed % 30));
            changes[n++] = Change(_reviewer(i), right, uint16(10 * ((seed >> 16) % 10 + (right == 0 ? 1 : 0))));
        }
        assembly ("memory-safe") {
            mstore(changes, n)
        }
    }

    function _weighs(uint256 number, IReputation.Row[] memory rows, address reviewer) private view {
        uint256 expected = 847;
        for (uint256 i; i < rows.length; ++i) {
            if (rows[i].reviewer == reviewer) expected = rows[i].weight;
        }
        IReputation.Lookup memory at = _find(number, rows, reviewer);
        vm.assertEq(reputation.weightAt(number, reviewer, at), expected, "weight");
    }

    /// @dev What a watcher does: rows by themselves, neighbours, then everyone in either list.
    function _someProofVoids(IReputation.Epoch memory e, IReputation.Row[] memory before, Draft memory d)
        private
        returns (bool)
    {
        for (uint256 i; i < d.rows.length; ++i) {
            if (_triesWeight(e, d.rows, i)) return true;
            if (i > 0 && _triesOrder(e, d.rows, i - 1)) return true;
        }
        for (uint256 i; i < 12; ++i) {
            if (_triesChange(e, before, d, _reviewer(i))) return true;
        }
        for (uint256 i; i < d.rows.length; ++i) {
            if (_triesChange(e, before, d, d.rows[i].reviewer)) return true;
        }
        return false;
    }
}

/// @notice Rows nobody published, and the judge.
contract ReputationDemandsTest is ReputationWorld {
    /// @notice Without the rows nothing can be proven: a root of secret rows must not become final.
    function test_attack_rows_withheld() public {
        Draft memory d = _first(200);
        IReputation.Epoch memory e = _post(d, operator);
        uint256 before = _free(watcher);
        vm.prank(watcher);
        reputation.demand(e, 1);
        vm.assertEq(_locked(watcher), DEMAND, "locked");
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_StillTime.selector, e.time + 10, e.time));
        reputation.expire(e, 1);
        vm.warp(e.finalAt);
        vm.assertTrue(!reputation.isFinal(1), "an open demand keeps it pending");
        vm.prank(stranger); // whoever calls
        reputation.expire(e, 1);
        vm.assertEq(_free(watcher), before - DEMAND + BOND / 2, "who asked is rewarded");
        reputation.close(1, 1);
        vm.assertEq(_free(watcher), before + BOND / 2, "and has his bond back");
        vm.assertEq(_locked(watcher), 0, "unlocked");
        vm.assertEq(_free(treasury), BOND - BOND / 2, "the rest");
        _isVoid(e, 0);
    }

    /// @notice A leaf that is no row, or whose words no row can have, cannot be shown.
    function test_attack_unreadable_leaf() public {
        Draft memory d = _first(4);
        bytes32[] memory leaves = _leaves(1, d.rows);
        // A reviewer with a bit above his 160: hashed as it lies it is a leaf, but no call can carry it as a row.
        bytes memory head = abi.encode(keccak256("headwater.row.v1"), block.chainid, address(reputation), uint256(1));
        bytes memory dirty = abi.encode(uint256(uint160(_reviewer(1))) | 1 << 200, 38, 22, 547);
        leaves[1] = keccak256(bytes.concat(keccak256(bytes.concat(head, dirty))));
        bytes32 root = Merkle.rootOf(leaves);
        IReputation.Epoch memory e = _posted(d, operator);
        IReputation.Post memory input = _input(d);
        (input.root, e.root) = (root, root);
        bytes memory changes = _bytes(d.changes);
        vm.prank(operator);
        reputation.post(input, changes);
        vm.prank(watcher);
        reputation.demand(e, 0);
        bytes memory call_ = abi.encodeCall(reputation.show, (e, 0, d.rows, new bytes32[](0)));
        uint256 word = 4 + 32 * (12 + 3 + 1 + 4); // epoch, block, offsets; length; one row; the second's reviewer
        assembly ("memory-safe") {
            let at := add(add(call_, 0x20), word)
            mstore(at, or(mload(at), shl(200, 1)))
        }
        (bool done,) = address(reputation).call(call_);
        vm.assertTrue(!done, "not shown");
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongProof.selector, 0));
        reputation.show(e, 0, d.rows, new bytes32[](0));
        vm.warp(e.time + 11);
        reputation.expire(e, 0);
        _isVoid(e, 0);
    }

    function test_rows_shown_pay_the_answerer_and_reopen() public {
        Draft memory d = _first(200);
        IReputation.Epoch memory e = _post(d, operator);
        vm.warp(e.time + 9);
        vm.prank(watcher);
        reputation.demand(e, 1);
        vm.warp(e.time + 18);
        IReputation.Lookup memory at = _at(1, d.rows, 128, 72);
        uint256 before = _free(rival);
        vm.prank(rival); // anyone who has the rows
        reputation.show(e, 1, at.rows, at.proof);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotDecided.selector, 1));
        reputation.close(1, 1);
        vm.assertEq(reputation.slotOf(1).finalAt, e.time + 28, "half a window to prove them wrong");
        vm.assertEq(reputation.demandOf(1, 1).answerer, rival, "noted");
        vm.warp(e.time + 28);
        vm.assertTrue(reputation.isFinal(1), "then final");
        vm.assertEq(reputation.finalSince(1), e.time + 28, "since then");
        reputation.close(1, 1);
        vm.assertEq(_free(rival) - before, DEMAND, "paid");
        vm.assertEq(_locked(watcher), 0, "by who asked");
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotDemanded.selector, 1, 1));
        reputation.close(1, 1);
    }

    /// @notice A liar hides one row of many and shows what is asked for first: that earns him nothing.
    function test_attack_demands_milked_by_a_liar() public {
        Draft memory d = _first(300);
        IReputation.Epoch memory e = _post(d, operator);
        uint256 before = _free(watcher);
        uint256 his = _free(operator);
        vm.startPrank(watcher);
        for (uint256 i; i < 3; ++i) {
            reputation.demand(e, i);
        }
        vm.stopPrank();
        for (uint256 i; i < 2; ++i) {
            IReputation.Lookup memory at = _at(1, d.rows, 128 * i, 128);
            vm.prank(operator);
            reputation.show(e, i, at.rows, at.proof);
        }
        vm.warp(e.time + 11);
        reputation.expire(e, 2);
        for (uint256 i; i < 3; ++i) {
            reputation.close(1, i);
        }
        vm.assertEq(_free(watcher), before + BOND / 2, "all demand bonds back");
        vm.assertEq(_free(operator), his, "nothing for the answers");
    }

    /// @notice A lie that comes out only under pressure can still be proven.
    function test_attack_forged_row_shown_at_the_last_second() public {
        Draft memory d = _first(3);
        d.rows[1].weight = 2944;
        IReputation.Epoch memory e = _post(d, operator);
        vm.warp(e.time + 10);
        vm.prank(watcher);
        reputation.demand(e, 0);
        vm.warp(e.time + 20);
        IReputation.Lookup memory at = _at(1, d.rows, 0, 3);
        vm.prank(operator);
        reputation.show(e, 0, at.rows, at.proof);
        vm.warp(e.time + 29);
        vm.assertTrue(!reputation.isFinal(1), "reopened");
        vm.assertTrue(_triesWeight(e, d.rows, 1), "void");
    }

    function test_attack_demands_as_drain_or_at_the_last_hour() public {
        Draft memory d = _first(200);
        IReputation.Epoch memory e = _post(d, operator);
        vm.startPrank(watcher);
        reputation.demand(e, 0);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_AlreadyDemanded.selector, 1, 0));
        reputation.demand(e, 0);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_UnknownBlock.selector, 2, 2));
        reputation.demand(e, 2);
        vm.stopPrank();
        IReputation.Lookup memory at = _at(1, d.rows, 0, 128);
        reputation.show(e, 0, at.rows, at.proof);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_AlreadyDemanded.selector, 1, 0)); // shown
        vm.prank(watcher);
        reputation.demand(e, 0);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_AlreadyShown.selector, 1, 0));
        reputation.show(e, 0, at.rows, at.proof);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_NotFree.selector, stranger, address(token), DEMAND, 0));
        vm.prank(stranger);
        reputation.demand(e, 1);
        vm.warp(e.time + 11);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_TooLate.selector, e.time + 10, e.time + 11));
        vm.prank(watcher);
        reputation.demand(e, 1);
        vm.warp(e.finalAt);
        vm.assertTrue(reputation.isFinal(1), "all answered");
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotPending.selector, 1));
        vm.prank(watcher);
        reputation.demand(e, 1);
    }

    /// @notice However many demands, whoever answers them: an epoch is final at most half a window late.
    function testFuzz_attack_demands_delay_by_half_a_window_at_most(uint256 asked, uint256 answered) public {
        asked = bound(asked, 0, 10);
        Draft memory d = _first(3);
        IReputation.Epoch memory e = _post(d, operator);
        vm.warp(e.time + asked);
        vm.prank(operator);
        reputation.demand(e, 0);
        vm.warp(e.time + asked + bound(answered, 0, 10));
        IReputation.Lookup memory at = _at(1, d.rows, 0, 3);
        vm.prank(operator);
        reputation.show(e, 0, at.rows, at.proof);
        vm.assertTrue(reputation.slotOf(1).finalAt <= e.finalAt + WINDOW / 2, "half");
        vm.assertTrue(reputation.slotOf(1).finalAt >= e.finalAt, "never sooner");
    }

    function test_attack_answer_too_late_or_wrong() public {
        Draft memory d = _first(200);
        IReputation.Epoch memory e = _post(d, operator);
        vm.prank(watcher);
        reputation.demand(e, 1);
        IReputation.Lookup memory at = _at(1, d.rows, 128, 71);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_RowsLength.selector, 71, 72));
        reputation.show(e, 1, at.rows, at.proof);
        at = _at(1, d.rows, 128, 72);
        at.rows[5].weight += 1;
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_WrongProof.selector, 128));
        reputation.show(e, 1, at.rows, at.proof);
        at.rows[5].weight -= 1;
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotDemanded.selector, 1, 0));
        reputation.show(e, 0, at.rows, at.proof);
        vm.warp(e.time + 11);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_TooLate.selector, e.time + 10, e.time + 11));
        reputation.show(e, 1, at.rows, at.proof);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotDemanded.selector, 1, 0));
        reputation.expire(e, 0);
    }

    function test_demands_of_an_epoch_void_for_another_reason_come_back() public {
        Draft memory d = _first(200);
        d.rows[3].weight = 2944;
        IReputation.Epoch memory e = _post(d, operator);
        vm.prank(watcher);
        reputation.demand(e, 1);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotDecided.selector, 1));
        reputation.close(1, 1);
        vm.assertTrue(_triesWeight(e, d.rows, 3), "void");
        reputation.close(1, 1);
        vm.assertEq(_locked(watcher), 0, "unlocked");
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotDemanded.selector, 1, 1));
        reputation.close(1, 1);
    }

    // The judge

    function test_judge_voids_what_arithmetic_cannot() public {
        Draft memory d = _first(5); // right in itself, but the gold answers were made up
        IReputation.Epoch memory e = _post(d, operator);
        vm.prank(judge);
        reputation.suspend(e);
        vm.warp(e.finalAt + 100);
        vm.assertTrue(!reputation.isFinal(1), "waits for the ruling");
        vm.prank(judge);
        reputation.rule(e, false, watcher);
        vm.assertEq(_free(treasury), BOND - BOND / 2, "slashed");
        _isVoid(e, 0);
        vm.prank(judge);
        reputation.rule(e, false, watcher); // a second ruling changes nothing and does not stick in the court's throat
    }

    /// @notice An upheld epoch is final from the ruling on: settlements that cited the one before stay right.
    function test_attack_epoch_final_in_hindsight() public {
        IReputation.Epoch memory e = _post(_first(5), operator);
        vm.startPrank(judge);
        reputation.suspend(e);
        vm.warp(e.finalAt + 100);
        reputation.rule(e, true, watcher);
        vm.stopPrank();
        vm.assertTrue(reputation.isFinal(1), "final");
        vm.assertEq(reputation.finalSince(1), block.timestamp, "since now");
    }

    function test_judge_upholds_within_the_window() public {
        IReputation.Epoch memory e = _post(_first(5), operator);
        vm.startPrank(judge);
        reputation.suspend(e);
        reputation.rule(e, true, watcher);
        vm.stopPrank();
        vm.assertTrue(!reputation.isFinal(1), "the window still runs");
        vm.warp(e.finalAt);
        vm.assertEq(reputation.finalSince(1), e.finalAt, "its own time");
    }

    function test_attack_judge_out_of_bounds() public {
        IReputation.Epoch memory e = _post(_first(5), operator);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotJudge.selector, address(this)));
        reputation.suspend(e);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotJudge.selector, address(this)));
        reputation.rule(e, false, watcher);
        vm.startPrank(judge);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotSuspended.selector, 1));
        reputation.rule(e, false, watcher);
        vm.warp(e.finalAt);
        vm.expectRevert(abi.encodeWithSelector(IReputation.Reputation_NotPending.selector, 1)); // final is final
        reputation.suspend(e);
        vm.stopPrank();
    }
}

/// @notice vectors/reputation.json: weights, and a chain of epochs posted and read as a stranger's program made them.
contract ReputationVectorsTest is ReputationWorld {
    string private json;
    address private poster;

    function setUp() public override {
        super.setUp();
        json = vm.readFile("../vectors/reputation.json");
        poster = vm.parseJsonAddress(json, ".poster");
        address at = vm.parseJsonAddress(json, ".reputation");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        stakes = new Stakes(address(token), parameters, _keepers(at), 40);
        // The leaves are bound to an address: the code of another deployment goes there.
        vm.etch(at, address(new Reputation(stakes, parameters, address(token), judge, DEMAND)).code);
        reputation = Reputation(at);
        _equip(poster);
        parameters.setEpochBond(uint96(vm.parseJsonUint(json, ".bond")));
        parameters.setEpochWindow(uint40(vm.parseJsonUint(json, ".window")));
    }

    function test_weight_vectors() public view {
        uint256[] memory right = vm.parseJsonUintArray(json, ".right");
        uint256[] memory wrong = vm.parseJsonUintArray(json, ".wrong");
        uint256[] memory weight = vm.parseJsonUintArray(json, ".weight");
        vm.assertTrue(weight.length > 500 && right.length == weight.length && wrong.length == weight.length, "read");
        for (uint256 i; i < weight.length; ++i) {
            vm.assertEq(reputation.weightOf(uint32(right[i]), uint32(wrong[i])), weight[i], vm.toString(i));
        }
    }

    function test_epoch_vectors() public {
        uint256 n;
        for (; vm.keyExistsJson(json, string.concat(".epochs[", vm.toString(n), "]")); ++n) {
            string memory path = string.concat(".epochs[", vm.toString(n), "]");
            vm.warp(vm.parseJsonUint(json, string.concat(path, ".time")));
            IReputation.Post memory input = IReputation.Post({
                previous: vm.parseJsonBytes32(json, string.concat(path, ".previous")),
                root: vm.parseJsonBytes32(json, string.concat(path, ".root")),
                count: uint32(vm.parseJsonUint(json, string.concat(path, ".count"))),
                gold: vm.parseJsonBytes32(json, string.concat(path, ".gold")),
                golds: uint32(vm.parseJsonUint(json, string.concat(path, ".golds"))),
                evidence: vm.parseJsonBytes32(json, string.concat(path, ".evidence"))
            });
            bytes memory changes = vm.parseJsonBytes(json, string.concat(path, ".changes"));
            vm.prank(poster);
            uint256 number = reputation.post(input, changes);
            vm.assertEq(number, vm.parseJsonUint(json, string.concat(path, ".number")), "number");
            vm.assertEq(reputation.epochHash(number), vm.parseJsonBytes32(json, string.concat(path, ".hash")), "hash");
            vm.warp(block.timestamp + WINDOW);
            _lookups(number, path);
        }
        vm.assertEq(n, 3, "epochs read");
    }

    function _lookups(uint256 number, string memory path) private view {
        uint256 n;
        while (true) {
            string memory each = string.concat(path, ".lookups[", vm.toString(n), "]");
            if (!vm.keyExistsJson(json, each)) break;
            ++n;
            address reviewer = vm.parseJsonAddress(json, string.concat(each, ".reviewer"));
            IReputation.Lookup memory at = _lookup(each);
            uint256 weight = vm.parseJsonUint(json, string.concat(each, ".weight"));
            vm.assertEq(reputation.weightAt(number, reviewer, at), weight, each);
        }
        vm.assertTrue(n > 8, "lookups read");
    }

    function _lookup(string memory path) private view returns (IReputation.Lookup memory at) {
        at.index = uint32(vm.parseJsonUint(json, string.concat(path, ".index")));
        at.proof = vm.parseJsonBytes32Array(json, string.concat(path, ".proof"));
        uint256[] memory numbers = vm.parseJsonUintArray(json, string.concat(path, ".rows"));
        at.rows = new IReputation.Row[](numbers.length / 3);
        for (uint256 i; i < at.rows.length; ++i) {
            at.rows[i] = IReputation.Row({
                reviewer: vm.parseJsonAddress(json, string.concat(path, ".reviewers[", vm.toString(i), "]")),
                right: uint32(numbers[3 * i]),
                wrong: uint32(numbers[3 * i + 1]),
                weight: uint16(numbers[3 * i + 2])
            });
        }
    }
}

/// @notice Asks as a fault contract does, from memory of its own.
contract Asker {
    function weight(Reputation reputation, uint256 number, address reviewer, IReputation.Lookup calldata at)
        external
        view
        returns (uint256 used)
    {
        used = gasleft();
        reputation.weightAt(number, reviewer, at);
        used -= gasleft();
    }

    function rule(Reputation reputation, uint32 right, uint32 wrong) external view returns (uint256 used) {
        reputation.weightOf(28, 12); // warm
        used = gasleft();
        reputation.weightOf(right, wrong);
        used -= gasleft();
    }
}

/// @notice Whole transactions, everything cold.
contract ReputationGasTest is ReputationWorld {
    /// forge-config: default.isolate = true
    function test_gas_epoch() public {
        (Draft memory d,) = _settled(1000);
        Draft memory next = _hundred(d.rows);
        next.rows[500].weight += 1;
        IReputation.Epoch memory e = _posted(next, operator);
        IReputation.Post memory input = _input(next);
        bytes memory changes = _bytes(next.changes);
        vm.prank(operator);
        reputation.post(input, changes);
        _report("post an epoch of 1,000 rows, 100 changed", 290_000);
        uint256 now_ = vm.snapshotState();
        IReputation.Lookup memory at = _at(2, next.rows, 500, 1);
        vm.prank(watcher);
        reputation.proveWeight(e, at);
        _report("prove a forged weight of 1,000", 125_000);
        vm.revertToState(now_);
        vm.prank(watcher);
        reputation.demand(e, 3);
        _report("demand 128 rows", 130_000);
        at = _at(2, next.rows, 384, 128);
        vm.prank(operator);
        reputation.show(e, 3, at.rows, at.proof);
        _report("show 128 rows", 550_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_change() public {
        (Draft memory d,) = _settled(1000);
        Draft memory next = _hundred(d.rows);
        next.rows[501].right += 10;
        IReputation.Epoch memory e = _post(next, operator);
        bytes memory listed = _bytes(next.changes);
        IReputation.Lookup memory before = _find(1, d.rows, _reviewer(501));
        IReputation.Lookup memory current = _find(2, next.rows, _reviewer(501));
        vm.prank(watcher);
        reputation.proveChange(e, listed, _reviewer(501), before, current);
        _report("prove an unlisted change, 1,000 rows, 100 listed", 175_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_weight() public {
        (Draft memory d,) = _settled(1000);
        Asker asker = new Asker();
        IReputation.Lookup memory at = _find(1, d.rows, _reviewer(501));
        uint256 used = asker.weight(reputation, 1, _reviewer(501), at);
        log("weightAt of 1,000 rows, cold, as a fault pays for it", used);
        vm.assertLe(used, 16_000, "weightAt");
        address nobody = address(uint160(_reviewer(501)) + 1);
        used = asker.weight(reputation, 1, nobody, _find(1, d.rows, nobody));
        log("weightAt of a reviewer without a row", used);
        vm.assertLe(used, 28_000, "weightAt, absent");
        used = asker.rule(reputation, 12_345, 1234);
        log("the weight rule alone", used);
        vm.assertLe(used, 6000, "rule");
    }

    function _hundred(IReputation.Row[] memory rows) private pure returns (Draft memory) {
        Change[] memory changes = new Change[](100);
        for (uint256 i; i < 100; ++i) {
            changes[i] = Change(_reviewer(10 * i), 30, 10);
        }
        return _draft(rows, changes);
    }

    function _report(string memory what, uint256 limit) private view {
        log(what, vm.lastCallGas().gasTotalUsed);
        vm.assertLe(vm.lastCallGas().gasTotalUsed, limit, what);
    }
}
