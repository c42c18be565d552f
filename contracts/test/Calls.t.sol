// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ICalls} from "../src/interfaces/ICalls.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {Pay, Vote} from "../src/interfaces/Structs.sol";
import {Recorded} from "./Recorded.sol";

/// @notice Agrees to whatever it is asked.
contract AgreeableWallet is IERC1271 {
    function isValidSignature(bytes32, bytes memory) external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }
}

/// @notice given a pending settlement
///   when somebody calls for a record in the first half of the window: it is not final until that is answered
///     when it is answered: final not before another half window; the bond is the answerer's once it is final
///     when it is not: void for the caller, whose bond comes back
///     when it falls for another reason: the bond comes back, answered or not
///   when somebody calls later, twice, for nothing or without a bond: refused
///   when an answer is wrong anywhere, late, or nobody asked: refused
contract CallsTest is Recorded {
    uint256 private constant _PAYS = 1 << 32;
    address private caller = address(0x0ca11);

    Vote[] private _noVotes;
    ICalls.Reveal[] private _noReveals;

    function setUp() public override {
        super.setUp();
        token.transfer(caller, 100e18);
        vm.startPrank(caller);
        token.approve(address(stakes), type(uint256).max);
        stakes.deposit(address(token), 100e18);
        vm.stopPrank();
    }

    function test_a_call_is_answered_and_pays_the_answerer() public {
        (Case memory c, Vote[] memory votes, ICalls.Reveal[] memory reveals) = _voted();
        uint256 free = _free(operator);
        vm.warp(block.timestamp + 10);
        _call(c, 2);
        vm.assertEq(_locked(caller), CALL_BOND, "locked");
        vm.warp(c.posted.finalAt);
        vm.assertTrue(!settlement.isFinal(c.posted.key), "suspended");
        vm.expectPartialRevert(ICalls.Calls_NotDecided.selector);
        calls.close(c.posted.key, 2);
        _answer(c, 2, _record(c, 2, votes, reveals), operator, bytes4(0));
        vm.assertEq(calls.callOf(c.posted.key, 2).answerer, operator, "noted");
        vm.assertTrue(!settlement.isFinal(c.posted.key), "another half window");
        vm.warp(c.posted.finalAt + 9);
        vm.assertTrue(!settlement.isFinal(c.posted.key), "not yet");
        vm.warp(c.posted.finalAt + 10);
        vm.assertTrue(settlement.isFinal(c.posted.key), "final");
        calls.close(c.posted.key, 2);
        vm.assertEq(_free(operator), free + CALL_BOND, "the answerer's");
        vm.assertEq(_locked(caller), 0, "and nobody else's");
        vm.expectPartialRevert(ICalls.Calls_NotCalled.selector);
        calls.close(c.posted.key, 2);
        _push(c.posted, c.draft, 0, c.draft.pays.length);
        settlement.release(c.posted, c.terms, _one(c.anchor), c.draft.verdicts);
    }

    function test_attack_withheld_data_voids_the_settlement() public {
        (Case memory c,,) = _voted();
        _call(c, 1);
        vm.warp(block.timestamp + 10);
        vm.expectPartialRevert(ICalls.Calls_StillTime.selector);
        calls.expire(c.posted, 1);
        vm.warp(block.timestamp + 1);
        _answer(c, 1, _record(c, 1), operator, ICalls.Calls_TooLate.selector);
        vm.prank(stranger);
        calls.expire(c.posted, 1);
        vm.assertTrue(_isVoid(c.posted.key), "void");
        vm.assertEq(_free(caller), 100e18, "the bond is back");
        settlement.collect(c.posted, caller);
        (uint256 reward,) = stakes.collateralOf(caller, address(dollar));
        vm.assertEq(reward, c.posted.bond / 2, "and half the settler's with it");
        vm.expectPartialRevert(ICalls.Calls_NotCalled.selector);
        calls.expire(c.posted, 1);
    }

    /// @notice What is hidden in the pay tree can be called for as well, and is void if it stays hidden.
    function test_attack_hidden_pay_leaf() public {
        Case memory c = _case(0, 4, operator);
        uint256 last = c.draft.pays.length - 1;
        c.draft.pays[last].account = rival; // says who is paid the operator's fee
        _post(c, operator);
        _call(c, _PAYS + last);
        uint256 snapshot = vm.snapshotState();
        vm.warp(block.timestamp + 11);
        calls.expire(c.posted, _PAYS + last);
        vm.assertTrue(_isVoid(c.posted.key), "hidden: void");
        vm.revertToState(snapshot);
        bytes32[] memory proof = _payProof(c.posted, c.draft, last);
        calls.answerPay(c.posted, c.draft.pays[last], proof, "");
        vm.prank(watcher);
        faults.proveFee(c.posted, c.terms, c.draft.pays[last], proof, c.draft.pays[last], proof);
        vm.assertTrue(_isVoid(c.posted.key), "shown: proven wrong");
    }

    function test_a_contributors_pay_leaf_is_shown_with_its_items() public {
        Case memory c = _posted(0, 4, operator);
        _call(c, _PAYS + 2);
        bytes32[] memory proof = _payProof(c.posted, c.draft, 2);
        bytes32[] memory wrong = _payProof(c.posted, c.draft, 1);
        Pay memory pay = c.draft.pays[2];
        vm.expectPartialRevert(ICalls.Calls_WrongPay.selector);
        calls.answerPay(c.posted, pay, wrong, hex"00000002");
        bytes[4] memory bad = [bytes(""), bytes(hex"00000003"), bytes(hex"0000000200000003"), bytes(hex"000002")];
        for (uint256 i; i < 4; ++i) {
            vm.expectPartialRevert(ICalls.Calls_WrongNumbers.selector);
            calls.answerPay(c.posted, pay, proof, bad[i]);
        }
        calls.answerPay(c.posted, pay, proof, hex"00000002");
        vm.expectPartialRevert(ICalls.Calls_AlreadyAnswered.selector);
        calls.answerPay(c.posted, pay, proof, hex"00000002");
    }

    /// @notice There is nothing to show of data that never came but that the settler says so: the contributor disputes.
    function test_an_item_whose_data_never_came_answers_with_its_leaf() public {
        Case memory c = _case(0, 4, operator);
        (c.draft.items[1].opening, c.draft.items[1].verdict, c.draft.items[1].contributor) = (0, 3, address(0));
        c.draft.items[2].votesRoot = keccak256("hidden"); // says 3, and hides votes
        c.draft.items[2].verdict = 3;
        _post(c, operator);
        _call(c, 1);
        _call(c, 2);
        ICalls.Record memory record = _record(c, 1);
        (record.salt, record.signature) = (0, "");
        _answer(c, 1, record, operator, bytes4(0));
        _answer(c, 2, _record(c, 2), operator, ICalls.Calls_WrongVotes.selector);
    }

    // Who calls to do harm

    function test_attack_show_calls_at_the_last_hour() public {
        (Case memory c,,) = _voted();
        vm.warp(c.posted.finalAt - 9);
        _call(c, 1, ICalls.Calls_TooLate.selector);
        vm.warp(c.posted.finalAt);
        _call(c, 1, ICalls.Calls_TooLate.selector);
    }

    /// @notice Each call costs a bond, and the answers cost the caller more than they do the answerer: he gets it.
    function test_attack_show_calls_as_gas_drain() public {
        Case memory c = _posted(0, 8, operator);
        uint256 free = _free(operator);
        for (uint256 i; i < 8; ++i) {
            _call(c, i);
            _call(c, i, ICalls.Calls_AlreadyCalled.selector);
        }
        for (uint256 i; i < 8; ++i) {
            _answer(c, i, _record(c, i), operator, bytes4(0));
            _call(c, i, ICalls.Calls_AlreadyCalled.selector);
        }
        vm.warp(c.posted.finalAt);
        vm.assertTrue(settlement.isFinal(c.posted.key), "answered at once, nothing is delayed");
        for (uint256 i; i < 8; ++i) {
            calls.close(c.posted.key, i);
        }
        vm.assertEq(_free(operator), free + 8 * CALL_BOND, "paid eight times");
        vm.assertEq(_free(caller), 100e18 - 8 * CALL_BOND, "by the caller");
    }

    function test_attack_calls_without_a_bond() public {
        Case memory c = _posted(0, 4, operator);
        vm.prank(stranger);
        vm.expectPartialRevert(IStakes.Stakes_NotFree.selector);
        calls.call(c.posted, c.terms, 0);
        vm.prank(caller);
        stakes.requestWithdraw(address(token), 99e18);
        _call(c, 0);
        _call(c, 1, IStakes.Stakes_NotFree.selector);
        vm.assertTrue(settlement.slotOf(c.posted.key).flags & 64 != 0, "suspended by the one");
    }

    /// @notice However many call and however late each answer: a window and a half, not more.
    function test_attack_calls_to_delay_for_ever() public {
        Case memory c = _posted(0, 4, operator);
        vm.warp(c.posted.finalAt - 10); // the last moment
        for (uint256 i; i < 4; ++i) {
            _call(c, i);
        }
        vm.warp(c.posted.finalAt);
        for (uint256 i; i < 4; ++i) {
            _answer(c, i, _record(c, i), caller, bytes4(0)); // the caller answers himself, as late as he may
        }
        vm.warp(c.posted.finalAt + 10);
        vm.assertTrue(settlement.isFinal(c.posted.key), "final");
    }

    function test_attack_caller_takes_his_bond_back_after_the_answer() public {
        Case memory c = _posted(0, 4, operator);
        _call(c, 0);
        _answer(c, 0, _record(c, 0), operator, bytes4(0));
        vm.warp(block.timestamp + 11);
        vm.expectPartialRevert(ICalls.Calls_AlreadyAnswered.selector);
        calls.expire(c.posted, 0);
        vm.prank(caller);
        vm.expectPartialRevert(ICalls.Calls_NotDecided.selector);
        calls.close(c.posted.key, 0);
    }

    /// @notice Hiding a lie, waiting to be called and showing it then earns nothing: what was shown is proven wrong.
    function test_attack_liar_lives_from_calls() public {
        Case memory c = _case(0, 4, operator);
        c.draft.items[3].opening = 0; // the lie
        _post(c, operator);
        _call(c, 0);
        _call(c, 1);
        _answer(c, 0, _record(c, 0), operator, bytes4(0));
        bytes32[] memory proof = _proofOf(c, 3);
        vm.prank(watcher);
        contentFaults.proveUnopened(c.posted, c.draft.items[3], proof);
        _answer(c, 1, _record(c, 1), operator, ISettlement.Settlement_WrongPreimage.selector);
        calls.close(c.posted.key, 0);
        calls.close(c.posted.key, 1);
        vm.assertEq(_free(caller), 100e18, "both bonds are back");
    }

    function test_attack_void_settlement_expires_for_nobody() public {
        Case memory c = _case(0, 4, operator);
        c.draft.items[3].opening = 0;
        _post(c, operator);
        _call(c, 0);
        vm.warp(block.timestamp + 11);
        bytes32[] memory proof = _proofOf(c, 3);
        contentFaults.proveUnopened(c.posted, c.draft.items[3], proof);
        vm.expectPartialRevert(ISettlement.Settlement_AlreadyFinal.selector);
        calls.expire(c.posted, 0);
    }

    function test_calls_for_what_is_not_there_are_refused() public {
        Case memory c = _posted(0, 4, operator);
        _call(c, 4, ICalls.Calls_UnknownPlace.selector);
        _call(c, _PAYS - 1, ICalls.Calls_UnknownPlace.selector);
        _call(c, _PAYS + c.draft.pays.length, ICalls.Calls_UnknownPlace.selector);
        c.posted.total += 1;
        _call(c, 0, ISettlement.Settlement_WrongPreimage.selector);
        c.terms.challengeWindow = 40;
        _call(c, 0, ICalls.Calls_WrongTerms.selector);
    }

    // Who answers in bad faith

    function test_attack_stranger_answers_wrongly() public {
        (Case memory c, Vote[] memory votes, ICalls.Reveal[] memory reveals) = _voted();
        _call(c, 2);
        ICalls.Record memory r = _record(c, 2, votes, reveals);
        _answer(c, 1, _record(c, 1), stranger, ICalls.Calls_NotCalled.selector);
        r.votes = _noVotes;
        _bad(c, r, ICalls.Calls_LengthMismatch.selector);
        r.reveals = _noReveals;
        _bad(c, r, ICalls.Calls_WrongVotes.selector);
        r = _record(c, 2, votes, reveals);
        r.salt = keccak256("another");
        _bad(c, r, ICalls.Calls_WrongOpening.selector);
        r = _record(c, 2, votes, reveals);
        r.signature = c.clips[1].signature;
        _bad(c, r, ICalls.Calls_WrongOpening.selector);
        r.signature = new bytes(1025);
        _bad(c, r, ICalls.Calls_TooLong.selector);
        r = _record(c, 2, votes, reveals);
        r.contribution = c.clips[1].contribution;
        _bad(c, r, ICalls.Calls_WrongContribution.selector);
        r = _record(c, 2, votes, reveals);
        r.anchorProof = _anchorProof(c, 1);
        _bad(c, r, ICalls.Calls_WrongLeaf.selector);
        r = _record(c, 2, votes, reveals);
        r.anchor.time -= 1;
        _bad(c, r, ICalls.Calls_WrongAnchor.selector);
        r.anchor.time += 1; // the same in memory as the case's
        c.draft.items[2].llr += 1; // another item than was settled
        _bad(c, r, ICalls.Calls_WrongItem.selector);
        c.draft.items[2].llr -= 1;
        r = _record(c, 2, votes, reveals);
        Vote[] memory more = new Vote[](10);
        (r.votes, r.reveals) = (more, new ICalls.Reveal[](10));
        _bad(c, r, ICalls.Calls_TooLong.selector);
        _answer(c, 2, _record(c, 2, votes, reveals), stranger, bytes4(0));
    }

    function test_attack_answer_with_votes_that_were_not_committed() public {
        (Case memory c, Vote[] memory votes, ICalls.Reveal[] memory reveals) = _voted();
        _call(c, 2);
        for (uint256 i; i < 2; ++i) {
            ICalls.Record memory r = _record(c, 2, votes, _copyOf(reveals));
            r.reveals[i].reasons = keccak256("others");
            _bad(c, r, ICalls.Calls_WrongReveal.selector);
            r = _record(c, 2, votes, _copyOf(reveals));
            r.reveals[i].salt = keccak256("other");
            _bad(c, r, ICalls.Calls_WrongReveal.selector);
            r = _record(c, 2, votes, _copyOf(reveals));
            r.reveals[i].time += 1;
            _bad(c, r, ICalls.Calls_WrongCommit.selector);
            r = _record(c, 2, votes, _copyOf(reveals));
            r.reveals[i].operator = i == 0 ? address(0) : operator;
            r.reveals[i].proof = reveals[0].proof;
            _bad(c, r, ICalls.Calls_WrongCommit.selector);
        }
        ICalls.Record memory last = _record(c, 2, votes, _copyOf(reveals));
        last.reveals[0].count += 1;
        _bad(c, last, ICalls.Calls_WrongCommit.selector);
        last = _record(c, 2, votes, _copyOf(reveals));
        last.reveals[0].proof[0] = keccak256("sibling");
        _bad(c, last, ICalls.Calls_WrongCommit.selector);
    }

    /// @notice A vote counted the other way round has no answer: its commit does not open to it.
    function test_attack_counted_otherwise_than_committed_cannot_be_shown() public {
        (Case memory c, Vote[] memory votes, ICalls.Reveal[] memory reveals) = _ready();
        votes[1].verdict = 0;
        c.draft.items[2].votesRoot = keccak256(abi.encode(votes));
        _post(c, operator);
        _call(c, 2);
        _bad(c, _record(c, 2, votes, reveals), ICalls.Calls_WrongReveal.selector);
    }

    function test_attack_answer_for_another_campaigns_or_unsigned_contribution() public {
        Case memory c;
        c.terms = _terms();
        c.id = _fund(c.terms, BUDGET);
        c.clips = _clips(c.id, 0, 2);
        c.clips[0] = _clip(c.id + 1, 0);
        c.clips[1].signature = c.clips[0].signature;
        _anchorAndDraft(c, operator);
        _post(c, operator);
        _call(c, 0);
        _call(c, 1);
        _answer(c, 0, _record(c, 0), stranger, ICalls.Calls_WrongContribution.selector);
        _answer(c, 1, _record(c, 1), stranger, ICalls.Calls_NotSigned.selector);
    }

    function test_a_wallets_approval_answers_for_its_signature() public {
        AgreeableWallet wallet = new AgreeableWallet();
        Case memory c;
        c.terms = _terms();
        c.id = _fund(c.terms, BUDGET);
        c.clips = _clips(c.id, 0, 2);
        for (uint256 i; i < 2; ++i) {
            c.clips[i].contribution.contributor = address(wallet);
            c.clips[i].digest = contentFaults.digestOf(c.clips[i].contribution);
            c.clips[i].signature = i == 0 ? bytes("") : new bytes(1024);
        }
        approvals.approveFor(address(wallet), c.clips[0].digest, "");
        _anchorAndDraft(c, operator);
        _post(c, operator);
        _call(c, 0);
        _call(c, 1);
        _answer(c, 0, _record(c, 0), stranger, bytes4(0));
        _answer(c, 1, _record(c, 1), stranger, ICalls.Calls_NotSigned.selector);
    }

    /// @notice What an answer shows at the last moment can still be proven wrong.
    function test_an_answer_leaves_time_to_prove_it_wrong() public {
        Case memory c = _case(0, 4, operator);
        c.draft.items[1].llr = 1000;
        _post(c, operator);
        vm.warp(block.timestamp + 10);
        _call(c, 1);
        vm.warp(c.posted.finalAt);
        _answer(c, 1, _record(c, 1), operator, bytes4(0));
        vm.warp(c.posted.finalAt + 9);
        bytes32[] memory proof = _proofOf(c, 1);
        vm.prank(watcher);
        faults.proveVerdict(c.posted, c.terms, c.draft.items[1], proof, _noVotes);
        vm.assertTrue(_isVoid(c.posted.key), "void");
    }

    function test_one_answer_does_not_lift_another_call() public {
        Case memory c = _posted(0, 4, operator);
        _call(c, 0);
        _call(c, 1);
        _answer(c, 0, _record(c, 0), operator, bytes4(0));
        vm.warp(c.posted.finalAt + 100);
        vm.assertTrue(!settlement.isFinal(c.posted.key), "still open");
        calls.expire(c.posted, 1);
        calls.close(c.posted.key, 0);
        vm.assertEq(_free(caller), 100e18, "both are back");
    }

    /// forge-config: default.isolate = true
    function test_gas_call_and_answer() public {
        (Case memory c, Vote[] memory votes, ICalls.Reveal[] memory reveals) = _voted();
        vm.prank(caller);
        calls.call(c.posted, c.terms, 2);
        log("call for a record", vm.lastCallGas().gasTotalUsed);
        ICalls.Record memory record = _record(c, 2, votes, reveals);
        bytes32[] memory proof = _proofOf(c, 2);
        vm.prank(operator);
        calls.answer(c.posted, c.draft.items[2], proof, record);
        log("answer with two votes", vm.lastCallGas().gasTotalUsed);
        vm.assertLe(vm.lastCallGas().gasTotalUsed, 250_000, "an answer");
    }

    // Helpers

    function _ready() private returns (Case memory c, Vote[] memory votes, ICalls.Reveal[] memory reveals) {
        c = _case(0, 5, operator);
        (votes, reveals) = _vote(c, 2, operator);
    }

    function _voted() private returns (Case memory c, Vote[] memory votes, ICalls.Reveal[] memory reveals) {
        (c, votes, reveals) = _ready();
        _post(c, operator);
    }

    function _call(Case memory c, uint256 place) private {
        _call(c, place, bytes4(0));
    }

    function _call(Case memory c, uint256 place, bytes4 refused) private {
        if (refused != 0) vm.expectPartialRevert(refused);
        vm.prank(caller);
        calls.call(c.posted, c.terms, place);
    }

    function _answer(Case memory c, uint256 i, ICalls.Record memory record, address who, bytes4 refused) private {
        bytes32[] memory proof = _proofOf(c, i);
        if (refused != 0) vm.expectPartialRevert(refused);
        vm.prank(who);
        calls.answer(c.posted, c.draft.items[i], proof, record);
    }

    function _bad(Case memory c, ICalls.Record memory record, bytes4 refused) private {
        _answer(c, 2, record, stranger, refused);
    }

    function _copyOf(ICalls.Reveal[] memory reveals) private pure returns (ICalls.Reveal[] memory) {
        return abi.decode(abi.encode(reveals), (ICalls.Reveal[]));
    }

    function _free(address who) private view returns (uint256 free) {
        (free,) = stakes.collateralOf(who, address(token));
    }

    function _locked(address who) private view returns (uint256 locked) {
        (, locked) = stakes.collateralOf(who, address(token));
    }
}
