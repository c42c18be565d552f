// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {IReputation} from "../src/interfaces/IReputation.sol";
import {IReviewers} from "../src/interfaces/IReviewers.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IVoteFaults} from "../src/interfaces/IVoteFaults.sol";
import {Anchor, Ballot, CommitRoot, Posted, Vote} from "../src/interfaces/Structs.sol";
import {Voted} from "./Voted.sol";

/// @notice Who voted, and what they committed to.
contract VoteFaultsTest is Voted {
    function test_honest_votes_withstand_everything() public {
        _open();
        Vote[] memory votes = _voted(2, 1);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _draw(p, at, NO_FAULT);
        _absent(p, at, 0, NO_FAULT);
        _absent(p, at, 1, NO_FAULT);
        _opened(p, at, 0, _ballot(votes[0].reviewer, 0, 1), NO_FAULT);
        _omitted(p, at, 0, votes[0].reviewer, NO_FAULT);
        _omitted(p, at, 2, _drawn(3)[2], NO_FAULT);
        _gap(p, at, 0, NO_FAULT);
        IReputation.Lookup memory none;
        _expect(NO_FAULT);
        voteFaults.proveWeight(p, at, 0, none);
        _expect(NO_FAULT);
        voteFaults.proveCitation(p, a, 0);
    }

    function test_forged_preimages_prove_nothing() public {
        _open();
        Vote[] memory votes = _voted(2, 1);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        votes[0].reviewer = stranger;
        _draw(p, at, IVoteFaults.VoteFaults_WrongVotes.selector);
        at.item.votesRoot = keccak256(abi.encode(votes));
        _draw(p, at, IVoteFaults.VoteFaults_WrongProof.selector);
        p.itemRoot = _leaf("headwater.item.v1", address(settlement), p.key, abi.encode(at.item));
        (p.count, at.proof) = (1, new bytes32[](0));
        _draw(p, at, ISettlement.Settlement_WrongPreimage.selector);
    }

    function test_attack_forged_anchor_draws_nobody() public {
        _open();
        (Posted memory p, IVoteFaults.Counted memory at) = _post(_voted(2, 1), 1300);
        Anchor memory kept = a;
        a.weights = 0;
        _draw(p, at, IVoteFaults.VoteFaults_WrongAnchor.selector);
        a = kept;
        t.challengeWindow += 1;
        _absent(p, at, 0, IVoteFaults.VoteFaults_WrongTerms.selector);
        _omitted(p, at, 2, stranger, IVoteFaults.VoteFaults_WrongTerms.selector);
        t.challengeWindow -= 1;
        _absent(p, at, 1, NO_FAULT);
        IVoteFaults.Absence memory empty;
        _absent(p, at, 1, empty, IVoteFaults.VoteFaults_RootsLength.selector);
        CommitRoot memory none;
        empty.roots = _rootsOf(none);
        _absent(p, at, 1, empty, IVoteFaults.VoteFaults_WrongCommit.selector);
        _expect(IVoteFaults.VoteFaults_UnknownVote.selector);
        voteFaults.proveCommit(p, t, at, a, 2, empty);
    }

    // The draw

    function test_attack_reviewer_not_drawn() public {
        _open();
        Vote[] memory votes = _voted(2, 1);
        votes[1] = _counted(_ballot(_drawn(12)[7], 1, 1));
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _draw(p, at, bytes4(0));
    }

    function test_attack_rounds_out_of_order_or_twice() public {
        _open();
        Vote[] memory votes = _voted(3, 1);
        uint256 before = vm.snapshotState();
        Vote[] memory bent = new Vote[](2);
        (bent[0], bent[1]) = (votes[1], votes[0]);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(bent, 1300);
        _draw(p, at, bytes4(0));
        vm.revertToState(before);
        (bent[0], bent[1]) = (votes[1], votes[1]);
        (p, at) = _post(bent, 1300);
        _draw(p, at, bytes4(0));
    }

    /// @notice Places past the last are nobody's, however many reviewers there are.
    function test_attack_place_past_the_last() public {
        for (uint256 i; i < 10; ++i) {
            address who = address(uint160(0x900000 + i));
            _join(who, 2);
            reviewers.sync(who);
        }
        _open();
        address[] memory list = _drawn(19);
        Vote[] memory one = new Vote[](1);
        one[0] = _counted(_ballot(list[17], 17, 1));
        uint256 before = vm.snapshotState();
        (Posted memory p, IVoteFaults.Counted memory at) = _post(one, 3000);
        _draw(p, at, NO_FAULT);
        vm.revertToState(before);
        one[0] = _counted(_ballot(list[18], 18, 1));
        (p, at) = _post(one, 3000);
        _draw(p, at, bytes4(0));
    }

    // Replacement: places 0 and 2 vote, place 1 does not

    function test_who_stayed_silent_for_his_turn_is_replaced() public {
        (Posted memory p, IVoteFaults.Counted memory at) = _replaced(2);
        _draw(p, at, NO_FAULT);
        _gap(p, at, 1, NO_FAULT);
        _gap(p, at, 0, NO_FAULT); // not left out
        _gap(p, at, 2, NO_FAULT);
        _gap(p, at, 3, NO_FAULT); // not reached
    }

    function test_attack_replaced_before_his_turn_was_over() public {
        (Posted memory p, IVoteFaults.Counted memory at) = _replaced(1);
        _draw(p, at, NO_FAULT);
        _gap(p, at, 1, bytes4(0));
    }

    function test_attack_his_round_was_never_closed() public {
        _open();
        address[] memory list = _drawn(3);
        Vote[] memory votes = new Vote[](2);
        votes[0] = _counted(_ballot(list[0], 0, 1));
        votes[1] = _counted(_ballot(list[2], 2, 1));
        _commitRound(operator, votes[0]);
        vm.warp(block.timestamp + 5);
        _commitRound(operator, votes[1]);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _gap(p, at, 1, bytes4(0));
    }

    function test_attack_the_first_was_replaced_too_soon() public {
        for (uint256 wait; wait < 2; ++wait) {
            uint256 before = vm.snapshotState();
            _open();
            Vote[] memory votes = new Vote[](1);
            votes[0] = _counted(_ballot(_drawn(2)[1], 1, 1));
            vm.warp(a.time + 3 + wait); // a turn to record the seed, and one for the first
            _closeEmpty(operator, 0);
            _commitRound(operator, votes[0]);
            (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
            _gap(p, at, 0, wait == 0 ? bytes4(0) : NO_FAULT);
            vm.revertToState(before);
        }
    }

    /// @notice Who cannot reach the operator votes on chain: within his turn that counts, later it need not.
    function test_attack_who_voted_on_chain_is_said_to_be_silent() public {
        for (uint256 late; late < 2; ++late) {
            uint256 before = vm.snapshotState();
            _open(80);
            address[] memory list = _drawn(3);
            Vote[] memory votes = new Vote[](2);
            votes[0] = _counted(_ballot(list[0], 0, 1));
            votes[1] = _counted(_ballot(list[2], 2, 1));
            _commitRound(operator, votes[0]);
            uint256 until = roots[0].time + 10;
            vm.warp(until - 2 + late);
            _revealed(list[1], 1, 0);
            vm.assertTrue(campaigns.revealOf(id, a.firstItem, 1, list[1]).time == until - 1 + late, "time");
            vm.warp(until + 1);
            _closeEmpty(operator, 1);
            _commitRound(operator, votes[1]);
            (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
            _omitted(p, at, 1, list[1], NO_FAULT);
            _gap(p, at, 1, late == 0 ? bytes4(0) : NO_FAULT);
            vm.revertToState(before);
        }
    }

    function test_attack_forged_turns_prove_nothing() public {
        (Posted memory p, IVoteFaults.Counted memory at) = _replaced(2);
        IVoteFaults.Turn[] memory turns = _turns(1);
        turns[0].own.time -= 1;
        _gap(p, at, 1, turns, IVoteFaults.VoteFaults_WrongCommit.selector);
        turns = _turns(1);
        turns[0].earlier.time += 1;
        _gap(p, at, 1, turns, IVoteFaults.VoteFaults_WrongCommit.selector);
        _gap(p, at, 1, new IVoteFaults.Turn[](2), IVoteFaults.VoteFaults_RootsLength.selector);
        t.settleWindow += 8;
        _gap(p, at, 1, _turns(1), IVoteFaults.VoteFaults_WrongTerms.selector);
        t.settleWindow -= 8;
        _gap(p, at, 1, NO_FAULT);
    }

    function test_attack_repeated_reviewer() public {
        _open();
        Vote[] memory votes = _voted(2, 1);
        votes[1] = _counted(_ballot(votes[0].reviewer, 1, 1));
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _draw(p, at, bytes4(0));
    }

    /// @notice The contributor of item 0 is a reviewer, and so is the anchorer: places of their own are nobody's.
    function test_attack_contributor_or_anchorer_reviews_himself() public {
        _join(_payee(0), 2);
        _join(operator, 2);
        reviewers.sync(_payee(0));
        reviewers.sync(operator);
        _open();
        Vote[] memory votes = _voted(2, 1);
        address[2] memory own = [_payee(0), operator];
        for (uint256 i; i < 2; ++i) {
            uint256 before = vm.snapshotState();
            votes[0] = _counted(_ballot(own[i], 0, 1));
            (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
            _draw(p, at, bytes4(0));
            vm.revertToState(before);
        }
        address[] memory all = _drawn(14);
        vm.assertEq(all.length, 12, "neither of them");
    }

    /// @notice The settler cannot draw from a seed of his own: without the stored one no vote counts.
    function test_attack_seed_chosen() public {
        t = _terms();
        id = _fund(t, BUDGET);
        a = _anchor(id, t, size, operator);
        Vote[] memory votes = new Vote[](1);
        IReviewers.Draw memory own = IReviewers.Draw(id, 0, keccak256("mine"), a.weights, _payee(0), operator);
        votes[0] = _counted(_ballot(reviewers.drawn(own, 1)[0], 0, 1));
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
        uint256 before = vm.snapshotState();
        _draw(p, at, bytes4(0));
        vm.revertToState(before);
        _seed();
        bool right = _drawn(1)[0] == votes[0].reviewer;
        _draw(p, at, right ? NO_FAULT : bytes4(0));
    }

    function test_more_votes_than_reviewers() public {
        for (uint256 i = 1; i < 12; ++i) {
            vm.prank(panel[i]);
            stakes.leave(2);
            reviewers.sync(panel[i]);
        }
        _open();
        Vote[] memory votes = new Vote[](2);
        votes[0] = _counted(_ballot(panel[0], 0, 1));
        votes[1] = _counted(_ballot(panel[1], 1, 1));
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _draw(p, at, bytes4(0));
    }

    // Commits

    function test_attack_votes_without_commit_on_chain() public {
        _open();
        address[] memory list = _drawn(2);
        Vote[] memory votes = new Vote[](2);
        for (uint8 i; i < 2; ++i) {
            votes[i] = _counted(_ballot(list[i], i, 1));
        }
        _commitRound(operator, votes[0]);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _absent(p, at, 0, NO_FAULT);
        _absent(p, at, 1, bytes4(0));
    }

    function test_attack_commit_at_another_place_or_of_another() public {
        _open();
        Vote[] memory votes = _voted(2, 1);
        votes[1].commit = keccak256("made up");
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        IVoteFaults.Absence memory absence;
        absence.roots = _rootsOf(roots[1]);
        absence.roots[0].leaf = keccak256("forged");
        _absent(p, at, 1, absence, IVoteFaults.VoteFaults_WrongCommit.selector);
        absence.roots = _rootsOf(roots[1]);
        absence.roots[0].time -= 1;
        _absent(p, at, 1, absence, IVoteFaults.VoteFaults_WrongCommit.selector);
        _absent(p, at, 1, bytes4(0));
    }

    /// @notice Roots over another number of leaves hold nothing: no position in them is the item's.
    function test_attack_root_of_another_size() public {
        _open();
        Vote[] memory votes = new Vote[](1);
        votes[0] = _counted(_ballot(_drawn(1)[0], 0, 1));
        roots[0] = _rootOf(_commitLeaf(votes[0]), size + 1);
        vm.prank(operator);
        campaigns.commitVotes(id, a.firstItem, 0, roots[0].root, size + 1);
        _pass();
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
        _absent(p, at, 0, bytes4(0));
    }

    function test_attack_root_posted_after_the_settlement() public {
        _open();
        Vote[] memory votes = new Vote[](1);
        votes[0] = _counted(_ballot(_drawn(1)[0], 0, 1));
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
        _pass();
        _commitRound(operator, votes[0]);
        vm.prank(votes[0].reviewer);
        campaigns.commitVote(id, a.firstItem, 0, votes[0].commit);
        IVoteFaults.Absence memory absence;
        absence.roots = _rootsOf(roots[0]);
        (absence.commit, absence.time) = (votes[0].commit, uint40(block.timestamp));
        _absent(p, at, 0, absence, bytes4(0));
    }

    function test_own_commit_counts_without_an_operator() public {
        _open();
        Vote[] memory votes = new Vote[](1);
        votes[0] = _counted(_ballot(_drawn(1)[0], 0, 1));
        vm.prank(votes[0].reviewer);
        campaigns.commitVote(id, a.firstItem, 0, votes[0].commit);
        IVoteFaults.Absence memory absence;
        (absence.commit, absence.time) = (votes[0].commit, uint40(block.timestamp));
        absence.roots = new CommitRoot[](1);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
        _absent(p, at, 0, absence, NO_FAULT);
        absence.time += 1;
        _absent(p, at, 0, absence, IVoteFaults.VoteFaults_WrongCommit.selector);
    }

    /// @notice Another settler's own root counts as well as the anchorer's.
    function test_settlers_root_counts() public {
        _open();
        Vote[] memory votes = new Vote[](1);
        votes[0] = _counted(_ballot(_drawn(1)[0], 0, 1));
        _commitRound(rival, votes[0]);
        vm.warp(block.timestamp + t.settleWindow);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000, rival, 0);
        IVoteFaults.Absence memory absence;
        absence.roots = new CommitRoot[](2);
        absence.roots[1] = roots[0];
        _absent(p, at, 0, absence, NO_FAULT);
        absence.roots[1].leaf = 0;
        _absent(p, at, 0, absence, IVoteFaults.VoteFaults_WrongCommit.selector);
    }

    // Openings

    function test_attack_vote_counted_with_flipped_verdict() public {
        _open();
        Vote[] memory votes = _voted(2, 0);
        Ballot memory said = _ballot(votes[1].reviewer, 1, 0);
        votes[1].verdict = 1;
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
        _absent(p, at, 1, NO_FAULT);
        campaigns.revealVoteIn(said, operator, a.firstItem, roots[1]);
        vm.assertEq(campaigns.revealOf(id, 0, 1, said.reviewer).time, block.timestamp, "opened on chain");
        _opened(p, at, 1, said, bytes4(0));
    }

    /// @notice A copied commit opens to him it was copied from.
    function test_attack_copied_commit_of_another_reviewer() public {
        _open();
        address[] memory list = _drawn(2);
        Ballot memory first = _ballot(list[0], 0, 1);
        Vote[] memory votes = new Vote[](2);
        votes[0] = _counted(first);
        votes[1] = Vote(list[1], 1, 1, 847, votes[0].commit);
        _commitRound(operator, votes[0]);
        _commitRound(operator, votes[1]);
        Ballot memory mine = _ballot(list[1], 1, 1);
        (mine.reasons, mine.salt) = (first.reasons, first.salt);
        vm.expectPartialRevert(ICampaigns.Campaigns_NotCommitted.selector);
        campaigns.revealVoteIn(mine, operator, a.firstItem, roots[1]);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _opened(p, at, 1, mine, IVoteFaults.VoteFaults_WrongBallot.selector);
        _opened(p, at, 0, first, NO_FAULT);
        _opened(p, at, 1, first, bytes4(0));
    }

    // Votes left out

    /// @notice Asked one after the other, the settler keeps those he likes: who was left out shows his vote.
    function test_attack_best_of_k_by_leaving_reveals_out() public {
        _open();
        _revealed(_drawn(1)[0], 0, 0);
        Vote[] memory none = new Vote[](0);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(none, 3000);
        _draw(p, at, NO_FAULT);
        _omitted(p, at, 0, _drawn(1)[0], bytes4(0));
    }

    function test_attack_vote_left_out_in_the_middle() public {
        _open();
        address[] memory list = _drawn(3);
        _revealed(list[0], 0, 0);
        Vote[] memory votes = new Vote[](2);
        votes[0] = _counted(_ballot(list[1], 0, 1));
        votes[1] = _counted(_ballot(list[2], 1, 1));
        _commitRound(operator, votes[0]);
        _commitRound(operator, votes[1]);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _draw(p, at, bytes4(0));
    }

    function test_attack_stopped_before_the_rule_did() public {
        _open();
        Vote[] memory votes = _voted(2, 1);
        Ballot memory third = _revealed(_drawn(3)[2], 2, 0);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1249);
        _omitted(p, at, 2, third.reviewer, bytes4(0));
    }

    /// @notice A vote that is on chain and counted is left out by nobody, wherever it stands.
    function test_counted_reveal_is_not_left_out() public {
        _open();
        address[] memory list = _drawn(2);
        Vote[] memory votes = new Vote[](2);
        votes[0] = _counted(_revealed(list[0], 0, 1));
        votes[1] = _counted(_revealed(list[1], 1, 1));
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _omitted(p, at, 0, list[0], NO_FAULT);
        _omitted(p, at, 1, list[1], NO_FAULT);
        _omitted(p, at, 0, list[1], NO_FAULT);
    }

    function test_nine_votes_are_enough() public {
        _open();
        Vote[] memory votes = _voted(9, 1);
        Ballot memory tenth = _revealed(_drawn(10)[9], 9, 0);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, -7000);
        _omitted(p, at, 9, tenth.reviewer, NO_FAULT);
    }

    function test_decided_items_need_no_more_votes() public {
        _open();
        Vote[] memory votes = _voted(2, 1);
        Ballot memory third = _revealed(_drawn(3)[2], 2, 0);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1250);
        _omitted(p, at, 2, third.reviewer, NO_FAULT);
    }

    function test_clear_items_need_none_unless_audited() public {
        _open();
        Ballot memory first = _revealed(_drawn(1)[0], 0, 0);
        Vote[] memory none = new Vote[](0);
        bytes32 seed = campaigns.seedOf(id, 0);
        bool audited = uint256(keccak256(abi.encodePacked("headwater.audit.v1", seed, uint32(0)))) % 10_000 < 500;
        uint256 before = vm.snapshotState();
        int32[4] memory sums = [int32(3476), 3475, -3475, -3476];
        for (uint256 i; i < 4; ++i) {
            (Posted memory p, IVoteFaults.Counted memory at) = _post(none, sums[i]);
            bool clear = (i == 0 || i == 3) && !audited;
            _omitted(p, at, 0, first.reviewer, clear ? NO_FAULT : bytes4(0));
            vm.revertToState(before);
        }
    }

    function test_audited_items_need_votes() public {
        size = 100;
        _open();
        bytes32 seed = campaigns.seedOf(id, 0);
        uint32 item;
        while (uint256(keccak256(abi.encodePacked("headwater.audit.v1", seed, item))) % 10_000 >= 500) ++item;
        if (item >= size) return;
        address who = reviewers.drawn(IReviewers.Draw(id, item, seed, a.weights, _payee(item % 2), operator), 1)[0];
        Ballot memory b = _ballot(who, 0, 0);
        b.item = item;
        vm.prank(who);
        campaigns.commitVote(id, item, 0, _commit(b));
        _pass();
        campaigns.revealVote(b, uint40(block.timestamp - 1));
        _pass();
        Draft memory d = _honest(t, _one(a), 2, operator);
        Posted memory p = _settle(id, t, _one(a), d, operator);
        IVoteFaults.Counted memory at;
        (at.item, at.proof) = (d.items[item], _itemProof(p, d, item));
        _omitted(p, at, 0, who, bytes4(0));
    }

    function test_reveal_of_the_same_second_or_later_or_of_nobody_drawn() public {
        _open();
        address[] memory list = _drawn(12);
        _revealed(list[5], 0, 0);
        _revealed(list[0], 0, 0);
        vm.warp(block.timestamp - 1);
        Vote[] memory none = new Vote[](0);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(none, 3000);
        _omitted(p, at, 0, list[5], NO_FAULT);
        _omitted(p, at, 0, list[0], NO_FAULT); // revealed in the settlement's second
        _pass();
        _omitted(p, at, 0, list[0], NO_FAULT);
    }

    // Reveals

    function test_reveals_are_kept_once_and_not_in_the_commits_second() public {
        _open();
        address who = _drawn(1)[0];
        Ballot memory b = _ballot(who, 0, 1);
        vm.prank(who);
        campaigns.commitVote(id, 0, 0, _commit(b));
        uint40 time = uint40(block.timestamp);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_RevealTooEarly.selector, time, block.timestamp));
        campaigns.revealVote(b, time);
        _pass();
        b.verdict = 0;
        vm.expectPartialRevert(ICampaigns.Campaigns_NotCommitted.selector);
        campaigns.revealVote(b, time);
        b.verdict = 1;
        campaigns.revealVote(b, time);
        ICampaigns.Revealed memory reveal = campaigns.revealOf(id, 0, 0, who);
        vm.assertEq(reveal.time, block.timestamp, "when");
        vm.assertEq(reveal.verdict, 1, "what");
        vm.expectPartialRevert(ICampaigns.Campaigns_RevealExists.selector);
        campaigns.revealVote(b, time);
        Ballot memory odd = _ballot(stranger, 0, 2);
        _join(stranger, 2);
        vm.prank(stranger);
        campaigns.commitVote(id, 0, 0, _commit(odd));
        _pass();
        vm.expectPartialRevert(ICampaigns.Campaigns_NoVerdict.selector);
        campaigns.revealVote(odd, uint40(block.timestamp - 1));
    }

    function test_reveal_in_an_operators_root() public {
        _open();
        Ballot memory b = _ballot(_drawn(1)[0], 0, 1);
        CommitRoot memory root = _rootOf(_commitLeaf(_counted(b)), size);
        vm.prank(operator);
        campaigns.commitVotes(id, 0, 0, root.root, size);
        vm.expectPartialRevert(ICampaigns.Campaigns_RevealTooEarly.selector);
        campaigns.revealVoteIn(b, operator, 0, root);
        _pass();
        vm.expectPartialRevert(ICampaigns.Campaigns_NotCommitted.selector);
        campaigns.revealVoteIn(b, rival, 0, root);
        root.proof[0] = keccak256("other");
        vm.expectPartialRevert(ICampaigns.Campaigns_NotCommitted.selector);
        campaigns.revealVoteIn(b, operator, 0, root);
        root.proof[0] = 0;
        campaigns.revealVoteIn(b, operator, 0, root);
        vm.assertEq(campaigns.revealOf(id, 0, 0, b.reviewer).verdict, 1, "kept");
    }
}
