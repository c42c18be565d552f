// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {Campaigns} from "../src/Campaigns.sol";
import {ContentFaults} from "../src/ContentFaults.sol";
import {IApprovals} from "../src/interfaces/IApprovals.sol";
import {IContentFaults} from "../src/interfaces/IContentFaults.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {Anchor, Pay, Posted, SettleInput, Terms} from "../src/interfaces/Structs.sol";
import {Recorded} from "./Recorded.sol";

/// @notice Says yes to everything, until it is told to say no.
contract MoodyWallet is IERC1271 {
    bool public sulks;

    function setSulks(bool sulks_) external {
        sulks = sulks_;
    }

    function approve(IApprovals approvals, bytes32 digest) external {
        approvals.approve(digest);
    }

    function isValidSignature(bytes32, bytes memory) external view returns (bytes4) {
        return sulks ? bytes4(0) : IERC1271.isValidSignature.selector;
    }
}

/// @notice given a pending settlement whose items have an origin
///   when every item opens, is signed, for this campaign, and unlike any other: nothing holds
///   when an item does not open, is not signed, or was signed for something else: the settlement is void
///   when an item is a copy
///     when its settler knew of the first: the settlement is void
///     when he could not know: the item alone is void
///   when an old direct anchor was left out: the settlement is void
contract ContentFaultsTest is Recorded {
    function test_an_honest_settlement_withstands_everything() public {
        Case memory c = _posted(0, 5, operator);
        for (uint256 i; i < 5; ++i) {
            _opened(c, i, false);
            _signed(c, i, false);
            _contributed(c, i, c.clips[i], false);
            _unopened(c, i, false);
        }
        _duplicate(c, 0, c, 4, IContentFaults.ContentFaults_NoFault.selector);
        _duplicate(c, 2, c, 2, IContentFaults.ContentFaults_NoFault.selector);
    }

    // Origin

    function test_attack_operator_invents_a_contribution() public {
        Case memory c = _case(0, 5, operator);
        Clip memory invented = _clip(c.id, 77);
        Clip memory anchored = c.clips[3];
        _setOrigin(c.draft, 3, invented); // signed by a friend, and never anchored
        _post(c, operator);
        bytes32 leaf = _anchorLeaf(anchored, c.id);
        bytes32[] memory anchorProof = _anchorProof(c, 3);
        bytes32[] memory proof = _proofOf(c, 3);
        vm.prank(watcher);
        contentFaults.proveOpening(
            c.posted, c.anchor, c.draft.items[3], proof, invented.salt, keccak256(invented.signature), leaf, anchorProof
        );
        vm.assertTrue(_isVoid(c.posted.key), "void");
        settlement.collect(c.posted, watcher);
        (uint256 free,) = stakes.collateralOf(watcher, address(dollar));
        vm.assertEq(free, c.posted.bond / 2, "half the bond");
    }

    /// @notice What can be seen of a submission under way is a salted leaf. Whoever anchors the same word under his own
    /// name cannot open it, and settled as his it is a fault.
    function test_attack_copied_mempool_submission_opens_for_its_author_only() public {
        Case memory c;
        c.terms = _terms();
        c.id = _fund(c.terms, BUDGET);
        c.clips = new Clip[](2);
        c.clips[0] = _clip(c.id, 0);
        c.clips[1] = c.clips[0]; // the very same leaf, twice
        _anchorAndDraft(c, operator);
        c.draft.items[1].contributor = stranger;
        c.draft.pays[1].account = stranger;
        _post(c, operator);
        _opened(c, 1, true);
    }

    function test_attack_an_item_without_an_opening() public {
        Case memory c = _case(0, 3, operator);
        c.draft.items[1].opening = 0;
        _post(c, operator);
        _unopened(c, 0, false);
        _unopened(c, 1, true);
    }

    function test_data_that_never_came_needs_no_opening() public {
        Case memory c = _case(0, 3, operator);
        (c.draft.items[1].opening, c.draft.items[1].verdict) = (0, 3);
        _post(c, operator);
        _unopened(c, 1, false);
    }

    function test_attack_signature_replayed_in_another_campaign() public {
        Case memory first = _posted(0, 2, operator);
        Case memory c;
        c.terms = _terms();
        c.id = _fund(c.terms, BUDGET);
        c.clips = new Clip[](1);
        c.clips[0] = first.clips[1]; // signed for the first campaign, anchored here
        _anchorAndDraft(c, rival);
        _post(c, rival);
        _opened(c, 0, false);
        _signed(c, 0, false);
        _contributed(c, 0, c.clips[0], true);
    }

    function test_attack_somebody_elses_signed_contribution_as_ones_own() public {
        Case memory c = _case(0, 2, operator);
        c.draft.items[1].contributor = stranger;
        _post(c, operator);
        _contributed(c, 0, c.clips[0], false);
        _contributed(c, 1, c.clips[1], true);
    }

    function test_attack_signature_replayed_from_another_deployment() public {
        Campaigns other = new Campaigns(stakes, settlement, parameters, address(0), reviewers);
        ContentFaults theirs = new ContentFaults(settlement, other, doubts, approvals);
        Case memory c = _case(0, 2, operator);
        _forge(c, 1, theirs.digestOf(c.clips[1].contribution));
        _post(c, operator);
        _signed(c, 1, true);
    }

    function test_attack_signature_replayed_from_another_chain() public {
        Case memory c = _case(0, 2, operator);
        uint256 here = block.chainid;
        vm.chainId(777);
        bytes32 there = contentFaults.digestOf(c.clips[1].contribution);
        vm.chainId(here);
        vm.assertTrue(there != c.clips[1].digest, "another chain, another digest");
        _forge(c, 1, there);
        _post(c, operator);
        _signed(c, 1, true);
    }

    function test_attack_malleable_signature() public {
        Case memory c = _case(0, 2, operator);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf(1), c.clips[1].digest);
        uint256 order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;
        c.clips[1].signature = abi.encodePacked(r, order - uint256(s), v == 27 ? uint8(28) : uint8(27));
        c.draft = _draftOf(c, operator);
        _post(c, operator);
        _signed(c, 1, true);
    }

    /// @notice A failed recovery gives the zero address, which must not pass for a contributor.
    function test_attack_nobody_signs_for_the_zero_address() public {
        Case memory c = _case(0, 2, operator);
        c.clips[1].signature = "";
        c.clips[1].contribution.contributor = address(0);
        c.draft = _draftOf(c, operator);
        _post(c, operator);
        _signed(c, 1, true);
    }

    // Contract wallets

    function test_attack_contract_wallet_flips_its_answer_after_settlement() public {
        MoodyWallet wallet = new MoodyWallet();
        Case memory c = _walletCase(address(wallet));
        approvals.approveFor(address(wallet), c.clips[1].digest, "");
        _anchorAndDraft(c, operator);
        _post(c, operator);
        wallet.setSulks(true);
        _signed(c, 1, false);
        _opened(c, 1, false);
    }

    /// @notice The other way round: no now, yes once it is anchored or settled.
    function test_attack_contract_wallet_approves_only_afterwards() public {
        MoodyWallet wallet = new MoodyWallet();
        wallet.setSulks(true);
        Case memory c = _walletCase(address(wallet));
        vm.expectPartialRevert(IApprovals.Approvals_NotApproved.selector);
        approvals.approveFor(address(wallet), c.clips[1].digest, "");
        _anchorAndDraft(c, operator);
        vm.warp(block.timestamp + 1);
        wallet.setSulks(false);
        approvals.approveFor(address(wallet), c.clips[1].digest, "");
        _post(c, operator);
        _signed(c, 1, true);
    }

    function test_attack_contract_wallet_that_never_approved() public {
        MoodyWallet wallet = new MoodyWallet(); // would say yes if it were asked now
        Case memory c = _walletCase(address(wallet));
        _anchorAndDraft(c, operator);
        _post(c, operator);
        _signed(c, 1, true);
    }

    function test_a_wallet_approves_by_itself_and_once() public {
        MoodyWallet wallet = new MoodyWallet();
        Case memory c = _walletCase(address(wallet));
        wallet.approve(approvals, c.clips[1].digest);
        vm.assertEq(approvals.approvedAt(address(wallet), c.clips[1].digest), block.timestamp, "at once");
        vm.warp(block.timestamp + 1);
        vm.expectPartialRevert(IApprovals.Approvals_AlreadyApproved.selector);
        approvals.approveFor(address(wallet), c.clips[1].digest, "");
        _anchorAndDraft(c, operator);
        _post(c, operator);
        _signed(c, 1, false);
    }

    function test_attack_approval_of_somebody_else_or_for_an_account_without_code() public {
        bytes32 digest = keccak256("digest");
        vm.expectPartialRevert(IApprovals.Approvals_NotApproved.selector);
        approvals.approveFor(stranger, digest, "");
        vm.prank(rival);
        approvals.approve(digest);
        vm.assertEq(approvals.approvedAt(stranger, digest), 0, "his own alone");
    }

    // Copies

    function test_attack_same_content_under_five_identities_in_one_settlement() public {
        Case memory c = _copies(5);
        _post(c, operator);
        for (uint256 i = 1; i < 5; ++i) {
            uint256 snapshot = vm.snapshotState();
            _duplicate(c, 0, c, i, bytes4(0));
            vm.assertTrue(_isVoid(c.posted.key), "he had both in his hands");
            vm.revertToState(snapshot);
        }
        _duplicate(c, 4, c, 0, IContentFaults.ContentFaults_NoFault.selector);
    }

    /// @notice Another address, another manifest (files, CIDs and seals are there, not in the content root): five
    /// settlers in five campaigns who cannot know of each other. Only the first anchored is paid.
    function test_attack_same_content_under_another_address_and_another_cid_is_paid_once() public {
        Case[] memory all = new Case[](5);
        for (uint256 i; i < 5; ++i) {
            address who = address(uint160(0xaaa0 + i));
            _equip(who);
            all[i].terms = _terms();
            all[i].id = _fund(all[i].terms, BUDGET);
            all[i].clips = _clips(all[i].id, 10 * i, 3);
            all[i].clips[1] = _clipOf(all[i].id, 10 * i + 1, 12_345);
            _anchorAndDraft(all[i], who);
        }
        for (uint256 i = 5; i > 0; --i) {
            _post(all[i - 1], all[i - 1].anchor.anchorer); // the order of settling says nothing
        }
        for (uint256 i = 1; i < 5; ++i) {
            _duplicate(all[0], 1, all[i], 1, bytes4(0));
            vm.assertTrue(!_isVoid(all[i].posted.key), "nobody is slashed for what he could not know");
            _duplicate(all[0], 1, all[i], 1, IContentFaults.ContentFaults_AlreadyVoid.selector);
        }
        _final(all[0].posted);
        for (uint256 i; i < 5; ++i) {
            _push(all[i].posted, all[i].draft, 0, all[i].draft.pays.length);
            uint256 got = dollar.balanceOf(all[i].clips[1].contribution.contributor);
            vm.assertEq(got, i == 0 ? all[i].draft.items[1].reward : 0, "only the first");
            vm.assertEq(
                dollar.balanceOf(all[i].clips[2].contribution.contributor), all[i].draft.items[2].reward, "the others"
            );
            vm.assertTrue(contentFaults.isItemVoid(all[i].posted.key, 1) == (i > 0), "noted");
        }
        uint256 index = all[4].draft.items[1].payIndex;
        doubts.returnCut(all[4].posted.key, index);
        uint96 escrow = campaigns.stateOf(all[4].id).escrow;
        vm.assertEq(escrow, BUDGET - all[4].posted.total + all[4].draft.items[1].reward, "back to the campaign");
        settlement.release(all[4].posted, all[4].terms, _one(all[4].anchor), all[4].draft.verdicts);
    }

    /// @notice A settlement whose evidence nobody saw holds a clip; the clip is then sold to an honest settler.
    function test_attack_honest_settler_framed_with_hidden_content() public {
        (Case memory hidden, Case memory honest) = _pair();
        _post(hidden, rival);
        _final(hidden.posted);
        _post(honest, operator);
        IContentFaults.Origin memory first = _origin(hidden, 0);
        contentFaults.show(first); // shown too late to be known
        vm.warp(block.timestamp + 10);
        _duplicate(hidden, 0, honest, 0, bytes4(0));
        vm.assertTrue(!_isVoid(honest.posted.key), "not slashed");
        vm.assertTrue(contentFaults.isItemVoid(honest.posted.key, 0), "and not paid");
    }

    function test_attack_copy_of_content_that_was_shown() public {
        (Case memory first, Case memory copy) = _pair();
        _post(first, rival);
        contentFaults.show(_origin(first, 0));
        vm.expectPartialRevert(IContentFaults.ContentFaults_AlreadyShown.selector);
        contentFaults.show(_origin(first, 0));
        uint256 snapshot = vm.snapshotState();
        vm.warp(block.timestamp + 9); // half a window is 10
        _post(copy, operator);
        _duplicate(first, 0, copy, 0, bytes4(0));
        vm.assertTrue(!_isVoid(copy.posted.key), "a moment before it counts");
        vm.revertToState(snapshot);
        vm.warp(block.timestamp + 10);
        copy.posted = _settle(copy.id, copy.terms, _one(copy.anchor), copy.draft, operator);
        _duplicate(first, 0, copy, 0, bytes4(0));
        vm.assertTrue(_isVoid(copy.posted.key), "he could look it up");
    }

    function test_attack_settler_pays_his_own_copy_in_a_later_settlement() public {
        (Case memory first, Case memory copy) = _pair();
        vm.warp(block.timestamp + 21); // the anchorer's window is over
        _post(first, operator);
        _post(copy, operator);
        _duplicate(first, 0, copy, 0, bytes4(0));
        vm.assertTrue(_isVoid(copy.posted.key), "he settled both");
    }

    function test_a_copy_is_none_if_the_first_was_rejected_or_its_settlement_fell() public {
        (Case memory first, Case memory copy) = _pair();
        uint256 snapshot = vm.snapshotState();
        first.draft.items[0].verdict = 0;
        _post(first, rival);
        _post(copy, operator);
        _duplicate(first, 0, copy, 0, IContentFaults.ContentFaults_NoFault.selector);
        vm.expectPartialRevert(IContentFaults.ContentFaults_NotAccepted.selector);
        contentFaults.show(_origin(first, 0));
        vm.revertToState(snapshot);
        first.draft.items[0].verdict = 1;
        first.draft.items[1].opening = 0;
        _post(first, rival);
        _unopened(first, 1, true);
        _post(copy, operator);
        _duplicate(first, 0, copy, 0, ISettlement.Settlement_WrongPreimage.selector);
        vm.expectPartialRevert(ISettlement.Settlement_WrongPreimage.selector);
        contentFaults.show(_origin(first, 0));
    }

    /// @notice A settlement that lies about what was anchored voids nobody else's item with it.
    function test_attack_invented_earlier_item_voids_nothing() public {
        (Case memory first, Case memory copy) = _pair();
        _post(copy, operator);
        Clip memory invented = _clipOf(first.id, 66, 12_345);
        first.clips[1] = invented;
        _setOrigin(first.draft, 1, invented);
        _post(first, rival);
        _duplicate(first, 1, copy, 0, IContentFaults.ContentFaults_WrongLeaf.selector);
    }

    function test_a_final_copy_stays() public {
        (Case memory first, Case memory copy) = _pair();
        _post(first, rival);
        _post(copy, operator);
        _final(copy.posted);
        _duplicate(first, 0, copy, 0, ISettlement.Settlement_AlreadyFinal.selector);
    }

    function test_a_copy_without_a_reward_is_noted_until_final() public {
        (Case memory first, Case memory copy) = _pair();
        copy.draft.items[0].reward = 0;
        _post(first, rival);
        _post(copy, operator);
        uint256 snapshot = vm.snapshotState();
        _duplicate(first, 0, copy, 0, bytes4(0));
        vm.assertTrue(contentFaults.isItemVoid(copy.posted.key, 0), "noted");
        vm.revertToState(snapshot);
        _final(copy.posted);
        _duplicate(first, 0, copy, 0, IContentFaults.ContentFaults_AlreadyFinal.selector);
    }

    function test_a_copys_pay_is_its_own_leaf() public {
        (Case memory first, Case memory copy) = _pair();
        _post(first, rival);
        _post(copy, operator);
        (IContentFaults.Origin memory a, IContentFaults.Origin memory b) = (_origin(first, 0), _origin(copy, 0));
        bytes32[] memory proof = _payProof(copy.posted, copy.draft, 1);
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongPay.selector);
        contentFaults.proveDuplicate(a, b, copy.draft.pays[1], proof);
    }

    // The queue

    function test_attack_direct_anchor_left_out() public {
        (Case memory c, Anchor memory direct) = _withDirect(5);
        vm.warp(direct.time + c.terms.settleWindow);
        uint256 snapshot = vm.snapshotState();
        _post(c, operator);
        _skipped(c, direct, IContentFaults.ContentFaults_NoFault.selector);
        vm.revertToState(snapshot);
        vm.warp(direct.time + c.terms.settleWindow + 1);
        c.posted = _settle(c.id, c.terms, _one(c.anchor), c.draft, operator);
        _skipped(c, c.anchor, IContentFaults.ContentFaults_NoFault.selector); // covered, and no direct one
        _skipped(c, direct, bytes4(0));
        vm.assertTrue(_isVoid(c.posted.key), "void");
    }

    function test_direct_anchor_included_or_out_of_reach_is_no_fault() public {
        (Case memory c, Anchor memory direct) = _withDirect(5);
        vm.warp(direct.time + 100);
        Anchor[] memory both = new Anchor[](2);
        (both[0], both[1]) = (c.anchor, direct);
        Draft memory d = _honest(c.terms, both, 3, operator);
        uint256 snapshot = vm.snapshotState();
        c.posted = _settle(c.id, c.terms, both, d, operator);
        _skipped(c, direct, IContentFaults.ContentFaults_NoFault.selector);
        vm.revertToState(snapshot);
        Case memory far = _far();
        _skipped(far, _anchorOf(far), IContentFaults.ContentFaults_NoFault.selector);
    }

    /// @notice Who replaces a void settlement has no choice of anchors, so what it stops before is not his fault.
    function test_a_replacement_is_not_to_blame_for_its_range() public {
        (Case memory c, Anchor memory direct) = _withDirect(5);
        vm.warp(direct.time + 100);
        _post(c, operator);
        _skipped(c, direct, bytes4(0));
        Posted[] memory voided = new Posted[](1);
        voided[0] = c.posted;
        Draft memory d = _draftOf(c, rival);
        uint256 key = c.posted.key + 1;
        c.posted = _posted(c.id, key, c.terms, _one(c.anchor), d, rival);
        SettleInput memory input = _input(c.id, key, d);
        vm.prank(rival);
        settlement.resettle(c.terms, _one(c.anchor), input, voided, _watchers(1));
        _skipped(c, direct, IContentFaults.ContentFaults_NoFault.selector);
    }

    // Preimages

    function test_wrong_preimages_are_refused() public {
        Case memory c = _posted(0, 5, operator);
        Case memory other = _posted(10, 5, rival);
        bytes32[] memory proof = _proofOf(c, 1);
        bytes32[] memory wrong = _proofOf(c, 2);
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongItem.selector);
        contentFaults.proveUnopened(c.posted, c.draft.items[1], wrong);
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongAnchor.selector);
        contentFaults.proveSignature(c.posted, other.anchor, c.draft.items[1], proof, 0, "");
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongOpening.selector);
        contentFaults.proveSignature(c.posted, c.anchor, c.draft.items[1], proof, 0, "");
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongContribution.selector);
        contentFaults.proveContribution(c.posted, c.draft.items[1], proof, c.clips[2].contribution);
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongLeaf.selector);
        contentFaults.proveOpening(
            c.posted, c.anchor, c.draft.items[1], proof, c.clips[1].salt, 0, keccak256("leaf"), _anchorProof(c, 1)
        );
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongAnchor.selector);
        contentFaults.proveSkippedAnchor(c.posted, c.terms, other.anchor);
        c.posted.firstItem = 2; // an item before the first
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongItem.selector);
        contentFaults.proveUnopened(c.posted, c.draft.items[1], proof);
        c.posted.firstItem = 0;
        other.terms.unitReward = 7;
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongTerms.selector);
        contentFaults.proveSkippedAnchor(c.posted, other.terms, c.anchor);
    }

    function test_attack_forged_settlement_or_anchor_voids_nothing() public {
        Case memory c = _case(0, 5, operator);
        c.draft.items[3].opening = 0;
        c.posted = _posted(c.id, _key(c.id, 0, 0), c.terms, _one(c.anchor), c.draft, operator);
        Posted memory forged = c.posted;
        Draft memory honest = _draftOf(c, operator);
        Posted memory stands = _settle(c.id, c.terms, _one(c.anchor), honest, operator);
        bytes32[] memory proof = _itemProof(forged, c.draft, 3);
        vm.expectPartialRevert(ISettlement.Settlement_WrongPreimage.selector);
        contentFaults.proveUnopened(forged, c.draft.items[3], proof);
        Anchor memory made = c.anchor;
        made.root = keccak256("another");
        proof = _itemProof(stands, honest, 3);
        vm.expectPartialRevert(IContentFaults.ContentFaults_WrongAnchor.selector);
        contentFaults.proveOpening(stands, made, honest.items[3], proof, 0, 0, 0, proof);
    }

    // Helpers

    function _forge(Case memory c, uint256 i, bytes32 digest) private view {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_keyOf(i), digest);
        c.clips[i].signature = abi.encodePacked(r, s, v);
        c.draft = _draftOf(c, operator);
    }

    function _walletCase(address wallet) private returns (Case memory c) {
        c.terms = _terms();
        c.id = _fund(c.terms, BUDGET);
        c.clips = _clips(c.id, 0, 2);
        c.clips[1].contribution.contributor = wallet;
        c.clips[1].digest = contentFaults.digestOf(c.clips[1].contribution);
        c.clips[1].signature = "";
    }

    /// @notice One anchor of `count` contributors with one content.
    function _copies(uint256 count) private returns (Case memory c) {
        c.terms = _terms();
        c.id = _fund(c.terms, BUDGET);
        c.clips = new Clip[](count);
        for (uint256 i; i < count; ++i) {
            c.clips[i] = _clipOf(c.id, i, 12_345);
        }
        _anchorAndDraft(c, operator);
    }

    /// @notice Two campaigns; the first item of the rival's is anchored first, that of the operator's is its copy.
    function _pair() private returns (Case memory first, Case memory copy) {
        first.terms = _terms();
        first.id = _fund(first.terms, BUDGET);
        first.clips = _clips(first.id, 0, 2);
        first.clips[0] = _clipOf(first.id, 0, 12_345);
        _anchorAndDraft(first, rival);
        copy.terms = _terms();
        copy.id = _fund(copy.terms, BUDGET);
        copy.clips = _clips(copy.id, 20, 2);
        copy.clips[0] = _clipOf(copy.id, 20, 12_345);
        _anchorAndDraft(copy, operator);
    }

    /// @notice An operator's anchor and then a direct one.
    function _withDirect(uint32 count) private returns (Case memory c, Anchor memory direct) {
        c = _case(0, count, operator);
        direct = _anchorRoot(c.id, c.terms, keccak256("direct"), 1, rival, true);
    }

    /// @notice An anchor of 1,024 items: what follows it is out of reach.
    function _far() private returns (Case memory c) {
        c.terms = _terms();
        c.terms.unitReward = 1000;
        c.id = _fund(c.terms, BUDGET);
        c.anchor = _anchor(c.id, c.terms, 1024, operator);
        c.draft = _honest(c.terms, _one(c.anchor), 1, operator);
        _anchorRoot(c.id, c.terms, keccak256("direct"), 1, rival, true);
        vm.warp(block.timestamp + 100);
        _post(c, operator);
    }

    function _anchorOf(Case memory c) private view returns (Anchor memory a) {
        a.sequence = uint64(campaigns.anchorCount());
        (a.firstItem, a.count, a.anchorer) = (1024, 1, rival);
        (a.time, a.block_) = (c.anchor.time, c.anchor.block_);
        (a.direct, a.root, a.cid) = (true, keccak256("direct"), keccak256("cid"));
    }

    function _opened(Case memory c, uint256 i, bool holds) private {
        bytes32[] memory proof = _proofOf(c, i);
        bytes32[] memory anchorProof = _anchorProof(c, i);
        _expect(holds);
        contentFaults.proveOpening(
            c.posted,
            c.anchor,
            c.draft.items[i],
            proof,
            c.clips[i].salt,
            keccak256(c.clips[i].signature),
            _anchorLeaf(c.clips[i], c.id),
            anchorProof
        );
        vm.assertTrue(_isVoid(c.posted.key) == holds, "opening");
    }

    function _signed(Case memory c, uint256 i, bool holds) private {
        bytes32[] memory proof = _proofOf(c, i);
        _expect(holds);
        contentFaults.proveSignature(c.posted, c.anchor, c.draft.items[i], proof, c.clips[i].salt, c.clips[i].signature);
        vm.assertTrue(_isVoid(c.posted.key) == holds, "signature");
    }

    function _contributed(Case memory c, uint256 i, Clip memory clip, bool holds) private {
        bytes32[] memory proof = _proofOf(c, i);
        _expect(holds);
        contentFaults.proveContribution(c.posted, c.draft.items[i], proof, clip.contribution);
        vm.assertTrue(_isVoid(c.posted.key) == holds, "contribution");
    }

    function _unopened(Case memory c, uint256 i, bool holds) private {
        bytes32[] memory proof = _proofOf(c, i);
        _expect(holds);
        contentFaults.proveUnopened(c.posted, c.draft.items[i], proof);
        vm.assertTrue(_isVoid(c.posted.key) == holds, "unopened");
    }

    /// @param refused the error it must fail with, zero if it must hold
    function _duplicate(Case memory first, uint256 i, Case memory copy, uint256 j, bytes4 refused) private {
        IContentFaults.Origin memory a = _origin(first, i);
        IContentFaults.Origin memory b = _origin(copy, j);
        bytes32[] memory payProof = _payProof(copy.posted, copy.draft, j);
        if (refused != 0) vm.expectPartialRevert(refused);
        vm.prank(watcher);
        contentFaults.proveDuplicate(a, b, copy.draft.pays[j], payProof);
    }

    function _skipped(Case memory c, Anchor memory direct, bytes4 refused) private {
        if (refused != 0) vm.expectPartialRevert(refused);
        vm.prank(watcher);
        contentFaults.proveSkippedAnchor(c.posted, c.terms, direct);
    }

    function _expect(bool holds) private {
        if (!holds) vm.expectRevert(IContentFaults.ContentFaults_NoFault.selector);
        vm.prank(watcher);
    }
}

/// @notice Whole transactions, as in Gas.t.sol.
contract ContentGasTest is Recorded {
    uint256 private constant _LIMIT = 95_000;

    /// forge-config: default.isolate = true
    function test_gas_prove_opening_256() public {
        Case memory c = _case(0, 256, operator);
        c.draft.items[77].contributor = stranger;
        _post(c, operator);
        bytes32[] memory proof = _proofOf(c, 77);
        bytes32[] memory anchorProof = _anchorProof(c, 77);
        bytes32 leaf = _anchorLeaf(c.clips[77], c.id);
        bytes32 hash = keccak256(c.clips[77].signature);
        vm.prank(watcher);
        contentFaults.proveOpening(
            c.posted, c.anchor, c.draft.items[77], proof, c.clips[77].salt, hash, leaf, anchorProof
        );
        _report("prove an invented contribution, 256 items");
    }

    /// forge-config: default.isolate = true
    function test_gas_prove_signature_256() public {
        Case memory c = _case(0, 256, operator);
        c.clips[77].signature = c.clips[78].signature;
        c.draft.items[77].opening = _opening(c.clips[77]);
        _post(c, operator);
        bytes32[] memory proof = _proofOf(c, 77);
        vm.prank(watcher);
        contentFaults.proveSignature(
            c.posted, c.anchor, c.draft.items[77], proof, c.clips[77].salt, c.clips[77].signature
        );
        _report("prove a wrong signature, 256 items");
    }

    /// forge-config: default.isolate = true
    function test_gas_prove_contribution_256() public {
        Case memory c = _case(0, 256, operator);
        c.draft.items[77].contributor = stranger;
        _post(c, operator);
        bytes32[] memory proof = _proofOf(c, 77);
        vm.prank(watcher);
        contentFaults.proveContribution(c.posted, c.draft.items[77], proof, c.clips[77].contribution);
        _report("prove a contribution of another account, 256 items");
    }

    function _report(string memory what) private view {
        uint256 used = vm.lastCallGas().gasTotalUsed;
        log(what, used);
        vm.assertLe(used, _LIMIT, what);
    }
}
