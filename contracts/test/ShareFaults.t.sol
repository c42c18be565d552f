// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDatasets} from "../src/interfaces/IDatasets.sol";
import {IShareFaults} from "../src/interfaces/IShareFaults.sol";
import {IShareTrees} from "../src/interfaces/IShareTrees.sol";
import {Item, ItemProof, Offer, Posted, Share, ShareProof, Terms, Use, Version} from "../src/interfaces/Structs.sol";
import {ShareBook} from "./ShareBook.sol";

contract ShareFaultsTest is ShareBook {
    bytes4 private constant _NO_FAULT = IShareTrees.Shares_NoFault.selector;

    // Attacks

    function test_attack_share_tree_pays_only_the_requester() public {
        Book memory b = _honestBook(2, 4);
        uint256[] memory all = b.lists[0];
        _cut(b, 1);
        b.shares[0] = Share(0, requester, all[0], keccak256(abi.encode(all)), 1e6, 1e6);
        Version memory v = _publish(b);
        vm.prank(watcher);
        shareFaults.proveShareItem(v, b.keys, _shareProof(b, 0), 0, _itemAt(b, all[0]));
        _isVoid(v);
    }

    function test_attack_requester_hides_his_leaf_behind_an_unknown_hash() public {
        Book memory b = _honestBook(1, 4);
        uint256 last = b.shares.length - 1;
        b.shares[last].items = keccak256("no list of anything");
        (b.shares[last].weight, b.shares[last].cumulative) = (1e12, 1e12);
        _sum(b);
        _callAndVoid(b, last);
    }

    function test_attack_a_leaf_nobody_can_open() public {
        Book memory b = _honestBook(1, 4);
        b.hidden = 2;
        _callAndVoid(b, 1);
    }

    function test_attack_one_contributor_weighs_double() public {
        Book memory b = _honestBook(2, 4);
        b.shares[1].weight *= 2;
        _sum(b);
        Version memory v = _publish(b);
        vm.prank(watcher);
        shareFaults.proveShareWeight(v, _shareProof(b, 1), _itemsOf(b, 1));
        _isVoid(v);
    }

    function test_attack_one_contributor_left_out() public {
        for (uint256 i; i < PAYEES; ++i) {
            Book memory b = _honestBook(2, 4);
            uint256 listed = b.lists[i][0];
            _without(b, i);
            _sum(b);
            Version memory v = _publish(b);
            (uint256 low, uint256 high) = (i == 0 ? 0 : i - 1, i == PAYEES - 1 ? i - 1 : i);
            vm.prank(watcher);
            shareFaults.proveUnlisted(v, b.keys, _itemAt(b, listed), _shareProof(b, low), _shareProof(b, high));
            _isVoid(v);
        }
    }

    function test_attack_one_item_left_out() public {
        Book memory b = _honestBook(2, 4);
        uint256 listed = b.lists[1][1];
        b.lists[1] = _slice(b.lists[1], 0, 1);
        _weigh(b, 1);
        _sum(b);
        Version memory v = _publish(b);
        vm.prank(watcher);
        shareFaults.proveUnlisted(v, b.keys, _itemAt(b, listed), _shareProof(b, 1), _shareProof(b, 2));
        _isVoid(v);
    }

    function test_attack_victims_item_listed_under_another_account() public {
        Book memory b = _honestBook(2, 4);
        b.lists[0] = _with(b.lists[0], b.lists[1][1]);
        _weigh(b, 0);
        _sum(b);
        Version memory v = _publish(b);
        uint256 at = b.lists[0].length - 1;
        vm.prank(watcher);
        shareFaults.proveShareItem(v, b.keys, _shareProof(b, 0), at, _itemAt(b, b.lists[0][at]));
        _isVoid(v);
    }

    function test_attack_leaf_order_forged_to_hide_one() public {
        Book memory b = _honestBook(2, 4);
        (b.shares[0], b.shares[2]) = (b.shares[2], b.shares[0]);
        (b.lists[0], b.lists[2]) = (b.lists[2], b.lists[0]);
        _sum(b);
        Version memory v = _publish(b);
        vm.prank(watcher);
        shareFaults.proveShareSum(v, _shareProof(b, 0), _shareProof(b, 1));
        _isVoid(v);
    }

    function test_attack_one_item_in_two_leaves_of_its_account() public {
        Book memory b = _honestBook(2, 4);
        // (first, last) and (last) of the same account: the second begins where the first has not ended.
        uint256[] memory again = new uint256[](1);
        again[0] = b.lists[2][b.lists[2].length - 1];
        (b.shares, b.lists) = (_longer(b.shares), _longerLists(b.lists));
        b.lists[3] = again;
        b.shares[3].account = b.shares[2].account;
        _weigh(b, 3);
        _sum(b);
        Version memory v = _publish(b);
        vm.prank(watcher);
        shareFaults.proveShareSum(v, _shareProof(b, 2), _shareProof(b, 3));
        _isVoid(v);
    }

    function test_attack_share_of_a_rejected_item() public {
        Book memory b = _bookOf(1, 6, 0);
        Item memory item = b.drafts[0].items[0];
        (item.verdict, item.shareWeight) = (0, 0);
        b = _again(b);
        _divide(b);
        b.lists[0] = _with(b.lists[0], 0);
        for (uint256 i = b.lists[0].length - 1; i > 0; --i) {
            b.lists[0][i] = b.lists[0][i - 1];
        }
        b.lists[0][0] = b.keys[0] << 32 | item.item;
        _weigh(b, 0);
        _sum(b);
        Version memory v = _publish(b);
        vm.prank(watcher);
        shareFaults.proveShareItem(v, b.keys, _shareProof(b, 0), 0, _itemAt(b, b.lists[0][0]));
        _isVoid(v);
    }

    function test_attack_items_of_another_campaign_or_of_nowhere() public {
        for (uint256 kind = 8; kind < 10; ++kind) {
            Book memory b = _honestBook(2, 4);
            _lie(b, kind, 1);
            Version memory v = _publish(b);
            uint256 at = b.lists[1].length - 1;
            vm.prank(watcher);
            shareFaults.proveShareItem(v, b.keys, _shareProof(b, 1), at, _itemAt(b, b.lists[1][at]));
            _isVoid(v);
        }
    }

    function test_attack_more_items_than_a_proof_can_carry() public {
        Book memory b = _bookOf(1, 260, 0);
        for (uint256 i; i < 260; ++i) {
            b.drafts[0].items[i].contributor = _payee(0);
        }
        b = _again(b);
        _divide(b);
        vm.assertEq(b.shares.length, 2, "256 a leaf");
        _neverFaulty(_publish(b), b);
        b.lists[0] = _accepted(b, _payee(0));
        _cut(b, 1);
        _weigh(b, 0);
        _sum(b);
        Version memory v = _publish(b);
        vm.prank(watcher);
        shareFaults.proveShareList(v, _shareProof(b, 0));
        _isVoid(v);
    }

    // What a void version does and does not

    function test_void_version_splits_its_bond_and_sells_no_more() public {
        Version memory v = _voided();
        (uint256 freed,) = stakes.collateralOf(watcher, address(token));
        vm.assertEq(freed, 5e18, "half to the watcher");
        vm.assertEq(token.balanceOf(treasury), 5e18, "half to the treasury");
        (, uint256 locked) = stakes.collateralOf(operator, address(token));
        vm.assertEq(locked, 0, "nothing left of the bond");
        uint256 key = v.dataset << 32 | v.number;
        bytes memory void_ = abi.encodeWithSelector(IDatasets.Datasets_IsVoid.selector, key);
        vm.prank(buyer);
        vm.expectRevert(void_);
        datasets.buy(v, 0, buyer, Use(0, 0));
        vm.warp(block.timestamp + 100);
        vm.expectRevert(void_);
        datasets.claimOwner(v);
        vm.expectRevert(void_);
        datasets.claimFee(v);
        vm.expectRevert(void_);
        datasets.releaseBond(v);
        Share memory none;
        vm.expectRevert(void_);
        datasets.claimShare(v, none, new bytes32[](0));
    }

    function test_attack_buyer_is_not_hurt_by_a_void_version() public {
        Book memory b = _honestBook(2, 4);
        b.shares[0].weight += 1;
        Version memory v = _publish(b);
        vm.prank(buyer);
        uint256 licence = datasets.buy(v, 0, buyer, Use(0, 0));
        vm.prank(watcher);
        shareFaults.proveShareSum(v, _shareProof(b, 0), _shareProof(b, 0));
        _isVoid(v);
        vm.assertTrue(datasets.entitled(licence, v.dataset, v.number, keccak256("clip"), buyer), "still entitled");
    }

    function test_void_sales_are_carried_to_a_successor_and_split_there() public {
        (Book memory b, Version memory bad) = _soldAndVoid();
        _divide(b);
        Version memory good = _publish(b);
        shareFaults.carry(bad, b.keys, good, b.keys);
        vm.assertEq(datasets.salesOf(good.dataset << 32 | good.number).gross, R, "carried");
        vm.warp(block.timestamp + 5);
        uint256 pool = R - uint256(R) * (good.ownerBps + good.feeBps) / 10_000;
        for (uint256 i; i < b.shares.length; ++i) {
            ShareProof memory leaf = _shareProof(b, i);
            uint256 paid = datasets.claimShare(good, leaf.share, leaf.proof);
            vm.assertEq(paid, pool * leaf.share.weight / good.totalWeight, "his part");
        }
    }

    function test_attack_carry_twice() public {
        (Book memory b, Version memory bad) = _soldAndVoid();
        _divide(b);
        Version memory good = _publish(b);
        shareFaults.carry(bad, b.keys, good, b.keys);
        Version memory more = _publish(b);
        uint256 key = bad.dataset << 32 | bad.number;
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NothingToClaim.selector, key));
        shareFaults.carry(bad, b.keys, good, b.keys);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NothingToClaim.selector, key));
        shareFaults.carry(bad, b.keys, more, b.keys);
    }

    function test_attack_carry_into_another_campaign_or_backwards_or_from_what_stands() public {
        Book memory first = _honestBook(2, 4);
        Version memory early = _publish(first);
        (Book memory b, Version memory bad) = _soldAndVoid();
        Book memory other = _honestBook(2, 4);
        Version memory foreign = _publish(other);
        vm.expectPartialRevert(IShareFaults.Shares_NotSuccessor.selector);
        shareFaults.carry(bad, b.keys, foreign, other.keys);
        Version memory late = _publish(first);
        vm.expectPartialRevert(IDatasets.Datasets_NotVoid.selector);
        shareFaults.carry(early, first.keys, late, first.keys);
        first.shares[0].weight += 1;
        Version memory second = _publish(first);
        vm.prank(buyer);
        datasets.buy(second, 0, buyer, Use(0, 0));
        vm.prank(watcher);
        shareFaults.proveShareSum(second, _shareProof(first, 0), _shareProof(first, 0));
        vm.expectPartialRevert(IShareFaults.Shares_NotSuccessor.selector);
        shareFaults.carry(second, first.keys, early, first.keys);
    }

    function test_attack_carry_into_a_version_without_the_contributors() public {
        (Book memory b, Version memory bad) = _soldAndVoid();
        uint256[] memory all = b.keys;
        Book memory part = abi.decode(abi.encode(b), (Book));
        part.keys = _slice(all, 1, 2);
        (part.posted[0], part.drafts[0]) = (part.posted[1], part.drafts[1]);
        Posted[] memory posted = part.posted;
        Draft[] memory drafts = part.drafts;
        assembly ("memory-safe") {
            mstore(posted, 1)
            mstore(drafts, 1)
        }
        _divide(part);
        Version memory less = _publish(part);
        _neverFaulty(less, part); // leaving out a settlement is no fault
        vm.expectPartialRevert(IShareFaults.Shares_NotSuccessor.selector);
        shareFaults.carry(bad, all, less, part.keys);
        vm.expectPartialRevert(IShareTrees.Shares_WrongKeys.selector);
        shareFaults.carry(bad, part.keys, less, part.keys);
        vm.expectPartialRevert(IShareTrees.Shares_WrongKeys.selector);
        shareFaults.carry(bad, all, less, all);
    }

    function test_carry_into_a_void_version_refused() public {
        (Book memory b, Version memory bad) = _soldAndVoid();
        Version memory worse = _publish(b);
        vm.prank(watcher);
        shareFaults.proveShareSum(worse, _shareProof(b, 0), _shareProof(b, 0));
        vm.expectPartialRevert(IDatasets.Datasets_IsVoid.selector);
        shareFaults.carry(bad, b.keys, worse, b.keys);
    }

    // When, and who

    function test_faults_end_when_sales_unlock() public {
        Book memory b = _honestBook(1, 4);
        b.shares[0].weight += 1;
        Version memory v = _publish(b);
        vm.warp(block.timestamp + 5);
        vm.expectPartialRevert(IDatasets.Datasets_AlreadyUnlocked.selector);
        shareFaults.proveShareSum(v, _shareProof(b, 0), _shareProof(b, 0));
        vm.warp(block.timestamp - 1);
        shareFaults.proveShareSum(v, _shareProof(b, 0), _shareProof(b, 0));
        vm.expectPartialRevert(IShareTrees.Shares_WrongTree.selector);
        shareFaults.proveShareSum(v, _shareProof(b, 0), _shareProof(b, 0));
    }

    function test_only_share_faults_voids_a_version() public {
        Version memory v = _publish(_honestBook(1, 4));
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotShareFaults.selector, operator));
        datasets.voidVersion(v.dataset << 32 | v.number, operator, 0, 0);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_NotShareFaults.selector, operator));
        datasets.carry(v.dataset << 32 | v.number, 1);
    }

    function test_own_data_is_not_under_share_faults() public {
        Book memory b = _honestBook(1, 4);
        Version memory v = _versionOf(b);
        vm.prank(rival);
        v.dataset = datasets.createOwn();
        (v.number, v.campaign, v.settlements) = (1, 0, keccak256(abi.encode(new uint256[](0))));
        vm.prank(rival);
        datasets.publish(b.terms, v, new uint256[](0));
        vm.expectPartialRevert(IShareTrees.Shares_WrongTree.selector);
        shareFaults.proveShareSum(v, _shareProof(b, 0), _shareProof(b, 0));
        v.campaign = b.campaign;
        vm.expectPartialRevert(IShareTrees.Shares_WrongTree.selector);
        shareFaults.proveShareSum(v, _shareProof(b, 0), _shareProof(b, 0));
    }

    function test_withdrawn_clip_may_be_left_out_or_not() public {
        Book memory b = _honestBook(1, 4);
        uint256 listed = b.lists[0][0];
        ItemProof memory item = _itemAt(b, listed);
        vm.prank(item.item.contributor);
        datasets.withdrawConsent(item.posted, item.item, item.proof);
        _neverFaulty(_publish(b), b);
        b.lists[0] = _slice(b.lists[0], 1, b.lists[0].length);
        _weigh(b, 0);
        _sum(b);
        _neverFaulty(_publish(b), b);
    }

    function test_wrong_preimages_and_proofs_are_refused() public {
        Book memory b = _honestBook(2, 4);
        Version memory v = _publish(b);
        ShareProof memory leaf = _shareProof(b, 0);
        ItemProof memory item = _itemAt(b, b.lists[0][0]);
        leaf.references = b.lists[1];
        vm.expectRevert(abi.encodeWithSelector(IShareTrees.Shares_WrongReferences.selector, 0));
        shareFaults.proveShareList(v, leaf);
        leaf = _shareProof(b, 1);
        leaf.share.index = 0;
        vm.expectRevert(abi.encodeWithSelector(IShareTrees.Shares_WrongProof.selector, 0));
        shareFaults.proveShareList(v, leaf);
        leaf.share.index = 1; // memory is shared with the book
        leaf = _shareProof(b, 0);
        vm.expectRevert(abi.encodeWithSelector(IShareTrees.Shares_IndexOutOfRange.selector, 9, leaf.references.length));
        shareFaults.proveShareItem(v, b.keys, leaf, 9, item);
        vm.expectPartialRevert(IShareTrees.Shares_WrongKeys.selector);
        shareFaults.proveShareItem(v, new uint256[](1), leaf, 0, item);
        vm.expectPartialRevert(IShareTrees.Shares_WrongItem.selector);
        shareFaults.proveShareItem(v, b.keys, leaf, 1, item);
        ItemProof memory other = _itemAt(b, b.lists[1][0]); // same settlement, not the one listed
        vm.expectPartialRevert(IShareTrees.Shares_WrongItem.selector);
        shareFaults.proveShareItem(v, b.keys, leaf, 0, other);
        item.item.contributor = stranger;
        vm.expectPartialRevert(IShareTrees.Shares_WrongItem.selector);
        shareFaults.proveShareItem(v, b.keys, leaf, 0, item);
        vm.expectPartialRevert(IShareTrees.Shares_WrongItem.selector);
        shareFaults.proveUnlisted(v, b.keys, item, leaf, leaf);
        item.item.item = 0;
        item.posted.firstItem = 1;
        vm.expectRevert();
        shareFaults.proveUnlisted(v, b.keys, item, leaf, leaf);
        vm.expectPartialRevert(IShareTrees.Shares_LengthMismatch.selector);
        shareFaults.proveShareWeight(v, leaf, new ItemProof[](0));
        vm.expectPartialRevert(IShareTrees.Shares_WrongItem.selector);
        shareFaults.proveShareWeight(v, _shareProof(b, 2), _itemsOf(b, 1));
    }

    function test_items_of_another_settlement_are_refused() public {
        Book memory b = _honestBook(2, 4);
        Version memory v = _publish(b);
        ShareProof memory leaf = _shareProof(b, 0);
        uint256 last = leaf.references[leaf.references.length - 1];
        vm.assertTrue(last >> 32 != leaf.references[0] >> 32, "of two settlements");
        vm.expectRevert(abi.encodeWithSelector(IShareTrees.Shares_WrongItem.selector, leaf.references[0]));
        shareFaults.proveShareItem(v, b.keys, leaf, 0, _itemAt(b, last));
        Book memory other = _honestBook(1, 4);
        ItemProof memory foreign = _itemAt(other, other.lists[0][0]);
        vm.expectRevert(abi.encodeWithSelector(IShareTrees.Shares_WrongItem.selector, other.lists[0][0]));
        shareFaults.proveUnlisted(v, b.keys, foreign, leaf, leaf);
        ItemProof memory before = _itemAt(b, last);
        before.item.item = 0; // before its settlement's first
        vm.expectRevert(abi.encodeWithSelector(IShareTrees.Shares_WrongItem.selector, 0));
        shareFaults.proveUnlisted(v, b.keys, before, leaf, leaf);
    }

    function test_void_version_without_a_bond_takes_none() public {
        vm.prank(address(timelock));
        parameters.setPublishBond(0);
        Book memory b = _honestBook(1, 4);
        b.shares[0].weight += 1;
        Version memory v = _publish(b);
        (, uint256 locked) = stakes.collateralOf(operator, address(token));
        vm.assertEq(locked, 0, "no bond");
        ShareProof memory leaf = _shareProof(b, 0);
        vm.prank(watcher);
        shareFaults.proveShareSum(v, leaf, leaf);
        _isVoid(v);
        vm.prank(address(shareFaults));
        vm.expectRevert(abi.encodeWithSelector(IDatasets.Datasets_IsVoid.selector, v.dataset << 32 | v.number));
        datasets.voidVersion(v.dataset << 32 | v.number, watcher, 0, 0);
    }

    function test_attack_unlisted_shown_at_the_wrong_place() public {
        Book memory b = _honestBook(2, 4);
        Version memory v = _publish(b);
        ItemProof memory item = _itemAt(b, b.lists[1][0]);
        ShareProof memory zero = _shareProof(b, 0);
        vm.startPrank(watcher);
        for (uint256 low; low < 3; ++low) {
            for (uint256 high; high < 3; ++high) {
                vm.expectRevert(_NO_FAULT);
                shareFaults.proveUnlisted(v, b.keys, item, _shareProof(b, low), _shareProof(b, high));
            }
        }
        item = _itemAt(b, b.lists[0][0]);
        zero.references = new uint256[](0); // it lists him, whatever the prover leaves out
        vm.expectPartialRevert(IShareTrees.Shares_WrongReferences.selector);
        shareFaults.proveUnlisted(v, b.keys, item, zero, _shareProof(b, 1));
        vm.stopPrank();
    }

    // Calls

    function test_shown_leaf_earns_the_bond_and_stands() public {
        Book memory b = _honestBook(1, 4);
        Version memory v = _publish(b);
        _call(v, 1);
        vm.expectPartialRevert(IShareTrees.Shares_AlreadyCalled.selector);
        shareFaults.callShare(v, 1);
        vm.expectRevert(_NO_FAULT);
        shareFaults.proveUnshown(v, 1);
        ShareProof memory wrong = _shareProof(b, 1);
        wrong.references = b.lists[0];
        vm.expectPartialRevert(IShareTrees.Shares_WrongReferences.selector);
        shareFaults.showShare(v, wrong);
        uint256 before = token.balanceOf(rival);
        vm.prank(rival);
        shareFaults.showShare(v, _shareProof(b, 1));
        vm.assertEq(token.balanceOf(rival), before + 1e18, "the bond");
        vm.expectPartialRevert(IShareTrees.Shares_NotCalled.selector);
        shareFaults.showShare(v, _shareProof(b, 1));
        vm.warp(block.timestamp + 4);
        vm.expectRevert(_NO_FAULT);
        shareFaults.proveUnshown(v, 1);
        vm.expectPartialRevert(IShareTrees.Shares_NotCalled.selector);
        shareFaults.refundCall(v.dataset << 32 | v.number, 1);
        vm.expectRevert(_NO_FAULT);
        shareFaults.proveUnshown(v, 0);
    }

    function test_attack_call_at_the_last_hour() public {
        Book memory b = _honestBook(1, 4);
        Version memory v = _publish(b);
        vm.warp(block.timestamp + 2); // 5 / 3 is 1
        vm.expectPartialRevert(IShareTrees.Shares_TooLate.selector);
        shareFaults.callShare(v, 0);
        vm.warp(block.timestamp - 1);
        vm.expectPartialRevert(IShareTrees.Shares_IndexOutOfRange.selector);
        shareFaults.callShare(v, b.shares.length);
        _call(v, 0);
        vm.warp(block.timestamp + 3);
        vm.expectPartialRevert(IShareTrees.Shares_TooLate.selector);
        shareFaults.showShare(v, _shareProof(b, 0));
    }

    function test_bond_of_an_unanswered_call_nobody_acted_on_returns() public {
        Book memory b = _honestBook(1, 4);
        Version memory v = _publish(b);
        _call(v, 0);
        uint256 key = v.dataset << 32 | v.number;
        vm.expectPartialRevert(IShareTrees.Shares_TooEarly.selector);
        shareFaults.refundCall(key, 0);
        vm.warp(block.timestamp + 5);
        shareFaults.refundCall(key, 0);
        vm.assertEq(token.balanceOf(watcher), 1e18, "his again");
        vm.assertTrue(!shareFaults.callOf(key, 0).open, "and only once");
        vm.expectPartialRevert(IShareTrees.Shares_NotCalled.selector);
        shareFaults.refundCall(key, 0);
    }

    // Any tree

    function testFuzz_right_trees_are_never_faulty(uint256 seed) public {
        Book memory b = _bookOf(2, 4, seed | 1);
        _divide(b);
        if (b.shares.length == 0) return;
        _neverFaulty(_publish(b), b);
    }

    function testFuzz_every_lie_can_be_proven(uint256 seed, uint256 kind, uint256 dice) public {
        Book memory b = _bookOf(2, 4, seed | 1);
        _divide(b);
        if (b.shares.length == 0 || !_lie(b, kind % LIES, dice) || b.shares.length == 0) return;
        Version memory v = _publish(b);
        vm.assertTrue(_faulty(v, b), "some fault holds");
        _isVoid(v);
    }

    /// @dev Tries every fault at every place, the way a watcher would.
    function _faulty(Version memory v, Book memory b) private returns (bool) {
        for (uint256 i; i < b.shares.length; ++i) {
            for (uint256 j = i; j < b.shares.length && j < i + 2; ++j) {
                if (_try(abi.encodeCall(IShareFaults.proveShareSum, (v, _shareProof(b, i), _shareProof(b, j))))) {
                    return true;
                }
                if (_unlistedBetween(v, b, i, j)) return true;
            }
            if (_leafFaulty(v, b, i)) return true;
        }
        return false;
    }

    function _leafFaulty(Version memory v, Book memory b, uint256 i) private returns (bool) {
        ShareProof memory leaf = _shareProof(b, i);
        if (_try(abi.encodeCall(IShareFaults.proveShareList, (v, leaf)))) return true;
        for (uint256 at; at < b.lists[i].length; ++at) {
            ItemProof memory item = _itemAt(b, b.lists[i][at]);
            if (_try(abi.encodeCall(IShareFaults.proveShareItem, (v, b.keys, leaf, at, item)))) return true;
        }
        return _try(abi.encodeCall(IShareFaults.proveShareWeight, (v, leaf, _itemsOf(b, i))));
    }

    function _unlistedBetween(Version memory v, Book memory b, uint256 low, uint256 high) private returns (bool) {
        ShareProof memory first = _shareProof(b, low);
        ShareProof memory last = _shareProof(b, high);
        for (uint256 s; s < b.keys.length; ++s) {
            for (uint256 i; i < b.drafts[s].items.length; ++i) {
                ItemProof memory item = _itemAt(b, b.keys[s] << 32 | b.drafts[s].items[i].item);
                if (_try(abi.encodeCall(IShareFaults.proveUnlisted, (v, b.keys, item, first, last)))) return true;
            }
        }
        return false;
    }

    function _try(bytes memory data) private returns (bool done) {
        vm.prank(watcher);
        (done,) = address(shareFaults).call(data);
    }

    function _neverFaulty(Version memory v, Book memory b) private {
        if (b.drafts[0].items.length > 8) {
            for (uint256 i; i < b.shares.length; ++i) {
                vm.assertTrue(!_try(abi.encodeCall(IShareFaults.proveShareList, (v, _shareProof(b, i)))), "list");
            }
            return;
        }
        vm.assertTrue(!_faulty(v, b), "no fault holds");
    }

    function _callAndVoid(Book memory b, uint256 index) private {
        Version memory v = _publish(b);
        _call(v, index);
        vm.warp(block.timestamp + 4);
        vm.prank(watcher);
        shareFaults.proveUnshown(v, index);
        _isVoid(v);
        shareFaults.refundCall(v.dataset << 32 | v.number, index);
        vm.assertEq(token.balanceOf(watcher), 1e18, "the call's bond is the caller's again");
    }

    function _call(Version memory v, uint256 index) private {
        token.transfer(watcher, 1e18);
        vm.startPrank(watcher);
        token.approve(address(shareFaults), 1e18);
        shareFaults.callShare(v, index);
        vm.stopPrank();
    }

    function _isVoid(Version memory v) private view {
        vm.assertEq(datasets.salesOf(v.dataset << 32 | v.number).status, 2, "void");
    }

    function _voided() private returns (Version memory v) {
        (, v) = _soldAndVoid();
    }

    /// @dev The book it returns is bent: `_divide` makes it right again.
    function _soldAndVoid() private returns (Book memory b, Version memory v) {
        b = _honestBook(2, 4);
        b.shares[0].weight += 1;
        v = _publish(b);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        vm.prank(watcher);
        shareFaults.proveShareSum(v, _shareProof(b, 0), _shareProof(b, 0));
    }

    function _honestBook(uint256 batches, uint32 count) private returns (Book memory b) {
        b = _bookOf(batches, count, 0);
        _divide(b);
    }

    function _bookOf(uint256 batches, uint32 count, uint256 seed) private returns (Book memory b) {
        vm.warp(1_800_000_000);
        b = _book(_terms(), batches, count, seed);
    }

    /// @dev Another campaign, settled with the items as the test has bent them.
    function _again(Book memory bent) private returns (Book memory b) {
        vm.warp(1_800_000_000);
        b = abi.decode(abi.encode(bent), (Book));
        b.campaign = _fund(b.terms, BUDGET);
        for (uint256 s; s < b.drafts.length; ++s) {
            uint32 count = uint32(b.drafts[s].items.length);
            b.posted[s] = _settle(
                b.campaign, b.terms, _one(_anchor(b.campaign, b.terms, count, operator)), b.drafts[s], operator
            );
            b.keys[s] = b.posted[s].key;
        }
        _final(b.posted[b.posted.length - 1]);
    }

    /// @dev Sets the book's scope, for which its leaves are then made.
    function _publish(Book memory b) private returns (Version memory v) {
        v = _versionOf(b);
        vm.prank(operator);
        datasets.publish(b.terms, v, b.keys);
    }

    function _versionOf(Book memory b) private returns (Version memory v) {
        v.dataset = datasets.datasetOf(b.campaign);
        if (v.dataset == 0) {
            vm.prank(operator);
            v.dataset = datasets.create(b.campaign, b.terms);
        }
        v.number = uint32(datasets.latestOf(v.dataset) + 1);
        v.campaign = b.campaign;
        (v.episodeRoot, v.episodes) = (keccak256("episodes"), 4);
        (b.checker, b.scope) = (address(datasets), v.dataset << 32 | v.number);
        (v.shareRoot, v.shares, v.totalWeight) = (_shareRoot(b), uint32(b.shares.length), _total(b));
        v.manifest = keccak256("manifest");
        v.settlements = keccak256(abi.encode(b.keys));
        (v.token, v.ownerBps, v.feeBps) = (b.terms.token, b.terms.ownerBps, b.terms.feeBps);
        v.offers = new Offer[](1);
        v.offers[0] = Offer(b.terms.licence, R, 30 days, 7, 0);
    }

    function _longer(Share[] memory shares) private pure returns (Share[] memory more) {
        more = new Share[](shares.length + 1);
        for (uint256 i; i < shares.length; ++i) {
            more[i] = shares[i];
        }
    }

    function _longerLists(uint256[][] memory lists) private pure returns (uint256[][] memory more) {
        more = new uint256[][](lists.length + 1);
        for (uint256 i; i < lists.length; ++i) {
            more[i] = lists[i];
        }
    }
}
