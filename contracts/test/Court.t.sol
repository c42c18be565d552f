// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Court} from "../src/Court.sol";
import {Sortition} from "../src/Sortition.sol";
import {Stakes} from "../src/Stakes.sol";
import {IArbitrable} from "../src/interfaces/IArbitrable.sol";
import {IArbitrator} from "../src/interfaces/IArbitrator.sol";
import {ICourt} from "../src/interfaces/ICourt.sol";
import {IEvidence} from "../src/interfaces/IEvidence.sol";
import {Courtroom} from "./Courtroom.sol";
import {Test} from "./Test.sol";

contract CourtTest is Courtroom {
    event DisputeCreation(uint256 indexed _disputeID, address indexed _arbitrable);
    event AppealPossible(uint256 indexed _disputeID, address indexed _arbitrable);
    event AppealDecision(uint256 indexed _disputeID, address indexed _arbitrable);
    event Ruling(address indexed _arbitrator, uint256 indexed _disputeID, uint256 _ruling);

    // The standards

    /// @notice Selectors as the two standards' texts give them, so that arbitrables and arbitrators of others fit.
    function test_interfaces_are_the_standards() public pure {
        _selector(IArbitrator.createDispute.selector, "createDispute(uint256,bytes)");
        _selector(IArbitrator.arbitrationCost.selector, "arbitrationCost(bytes)");
        _selector(IArbitrator.appeal.selector, "appeal(uint256,bytes)");
        _selector(IArbitrator.appealCost.selector, "appealCost(uint256,bytes)");
        _selector(IArbitrator.appealPeriod.selector, "appealPeriod(uint256)");
        _selector(IArbitrator.disputeStatus.selector, "disputeStatus(uint256)");
        _selector(IArbitrator.currentRuling.selector, "currentRuling(uint256)");
        _selector(IArbitrable.rule.selector, "rule(uint256,uint256)");
        _topic(IArbitrator.DisputeCreation.selector, "DisputeCreation(uint256,address)");
        _topic(IArbitrator.AppealPossible.selector, "AppealPossible(uint256,address)");
        _topic(IArbitrator.AppealDecision.selector, "AppealDecision(uint256,address)");
        _topic(IArbitrable.Ruling.selector, "Ruling(address,uint256,uint256)");
        _topic(IEvidence.MetaEvidence.selector, "MetaEvidence(uint256,string)");
        _topic(IEvidence.Evidence.selector, "Evidence(address,uint256,address,string)");
        _topic(IEvidence.Dispute.selector, "Dispute(address,uint256,uint256,uint256)");
    }

    function test_the_standards_events_are_emitted() public {
        _jurors(20);
        more.expectEmit(address(court));
        emit DisputeCreation(1, address(asker));
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(7, 0));
        more.expectEmit(address(court));
        emit AppealPossible(id, address(asker));
        court.announce(id);
        uint256 cost = court.appealCost(id, "");
        more.expectEmit(address(court));
        emit AppealDecision(id, address(asker));
        asker.appeal(id, cost);
        _drawn(id);
        _vote(id, _split(15, 0));
        court.announce(id); // once a round
        _pass(40);
        more.expectEmit(address(asker));
        emit Ruling(address(court), id, 1);
        court.executeRuling(id);
    }

    function _selector(bytes4 actual, string memory signature) private pure {
        vm.assertEq(bytes32(actual), bytes32(bytes4(keccak256(bytes(signature)))), signature);
    }

    function _topic(bytes32 actual, string memory signature) private pure {
        vm.assertEq(actual, keccak256(bytes(signature)), signature);
    }

    // Asking

    function test_create_dispute_takes_the_fees_of_seven_and_owes_back_the_rest() public {
        _jurors(10);
        vm.assertEq(court.arbitrationCost(""), 7 * uint256(FEE), "cost");
        asker.askWith(2, 0, 7 * uint256(FEE) + 5);
        vm.assertEq(court.owed(address(asker)), 5, "the rest");
        vm.assertEq(address(court).balance, 7 * uint256(FEE) + 5, "held");
        court.withdraw(address(asker));
        vm.assertEq(address(court).balance, 7 * uint256(FEE), "the fees stay");
        vm.assertEq(uint256(court.disputeStatus(1)), uint256(IArbitrator.DisputeStatus.Waiting), "waiting");
    }

    function test_create_dispute_refuses_bad_input() public {
        _jurors(10);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_ChoicesOutOfRange.selector, 0, 30));
        asker.ask(0, 0);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_ChoicesOutOfRange.selector, 31, 30));
        asker.ask(31, 0);
        uint256 cost = 7 * uint256(FEE);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_PaidTooLittle.selector, cost - 1, cost));
        asker.askWith(2, 0, cost - 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_BadExtraData.selector, 0));
        court.createDispute{value: cost}(2, "");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_BadExtraData.selector, 64));
        court.createDispute{value: cost}(2, abi.encode(0, 0));
    }

    function test_no_jurors_no_dispute() public {
        vm.expectRevert(ICourt.Court_NoJurors.selector);
        asker.ask(2, 0);
        _join(_jurorAt(0), JUROR); // a member, but nobody synced it
        vm.expectRevert(ICourt.Court_NoJurors.selector);
        asker.ask(2, 0);
    }

    function test_unknown_dispute_refused_everywhere() public {
        bytes memory reason = abi.encodeWithSelector(ICourt.Court_UnknownDispute.selector, 7);
        vm.expectRevert(reason);
        court.draw(7, 1);
        vm.expectRevert(reason);
        court.recordSeed(7);
        vm.expectRevert(reason);
        court.commit(7, 0, 0);
        vm.expectRevert(reason);
        court.executeRuling(7);
        vm.expectRevert(reason);
        court.currentRuling(7);
        vm.expectRevert(reason);
        court.appealCost(7, "");
        vm.expectRevert(reason);
        court.pay(7, 0, 1);
    }

    // The whole road

    function test_a_unanimous_jury() public {
        _jurors(20);
        uint256 id = _open();
        vm.assertEq(uint256(court.phaseOf(id)), uint256(ICourt.Phase.Draw), "draw");
        _drawn(id);
        vm.assertEq(court.roundOf(id, 0).seated, 7, "seven");
        vm.assertEq(uint256(court.seatOf(id, 0, 7).state), uint256(ICourt.State.None), "and no eighth");
        vm.assertEq(court.seatOf(id, 0, 7).juror, address(0), "nobody's");
        vm.assertEq(uint256(court.phaseOf(id)), uint256(ICourt.Phase.Commit), "commit");
        vm.assertEq(court.currentRuling(id), 0, "not yet");
        _vote(id, _split(7, 0));
        vm.assertEq(uint256(court.disputeStatus(id)), uint256(IArbitrator.DisputeStatus.Appealable), "appealable");
        vm.assertEq(court.currentRuling(id), 1, "one");
        vm.assertEq(court.votesOf(id, 0, 1), 7, "votes");
        (uint256 start, uint256 end) = court.appealPeriod(id);
        vm.assertEq(start, block.timestamp, "from now");
        vm.assertEq(end, block.timestamp + 40, "for forty seconds");
        vm.warp(end);
        vm.assertEq(uint256(court.disputeStatus(id)), uint256(IArbitrator.DisputeStatus.Solved), "solved");
        court.executeRuling(id);
        vm.assertEq(asker.rulingOf(id), 1, "told");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_AlreadyRuled.selector, id));
        court.executeRuling(id);
        court.pay(id, 0, 1000);
        for (uint256 i; i < 7; ++i) {
            address juror = court.seatOf(id, 0, i).juror;
            vm.assertEq(court.owed(juror), FEE, "a fee each");
            vm.assertEq(stakes.heldOf(juror, JUROR), 0, "free");
            vm.assertEq(stakes.stakeOf(juror, JUROR), MINIMUM, "nothing lost");
            court.withdraw(juror);
            vm.assertEq(juror.balance, FEE, "in hand");
        }
        vm.assertEq(address(court).balance, 0, "nothing left");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_AlreadySettled.selector, id, 0));
        court.pay(id, 0, 1);
    }

    function test_the_wrong_pay_the_right() public {
        _jurors(20);
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(5, 2));
        _pass(40);
        court.pay(id, 0, 1000);
        uint256 fees = 7 * uint256(FEE);
        for (uint256 i; i < 7; ++i) {
            address juror = court.seatOf(id, 0, i).juror;
            bool right = i < 5;
            vm.assertEq(stakes.stakeOf(juror, JUROR), right ? MINIMUM : MINIMUM - WRONG, "stake");
            vm.assertEq(court.owed(juror), right ? fees / 5 : 0, "fee");
            vm.assertEq(_free(juror), right ? 2 * WRONG / 5 : 0, "their stake");
        }
        vm.assertEq(_free(address(court)), 0, "all given on");
    }

    function test_who_does_not_reveal_loses_more_than_who_is_wrong() public {
        _jurors(20);
        uint256 id = _open();
        _drawn(id);
        uint256[] memory votes = new uint256[](7);
        (votes[0], votes[1], votes[2], votes[3]) = (1, 1, 1, 2);
        (votes[4], votes[5], votes[6]) = (SILENT, ABSENTEE, ABSENTEE);
        _vote(id, votes);
        _pass(40);
        court.pay(id, 0, 1000);
        uint256 pot = WRONG + 3 * uint256(ABSENT);
        for (uint256 i; i < 3; ++i) {
            vm.assertEq(_free(court.seatOf(id, 0, i).juror), pot / 3, "shared");
        }
        vm.assertEq(stakes.stakeOf(court.seatOf(id, 0, 3).juror, JUROR), MINIMUM - WRONG, "wrong");
        for (uint256 i = 4; i < 7; ++i) {
            vm.assertEq(stakes.stakeOf(court.seatOf(id, 0, i).juror, JUROR), MINIMUM - ABSENT, "absent");
        }
        vm.assertEq(_free(treasury), pot % 3, "what does not divide");
        vm.assertEq(court.owed(treasury), 7 * uint256(FEE) % 3, "nor here");
    }

    function test_a_tie_is_ruling_zero_and_pays_everyone_who_revealed() public {
        _jurors(20);
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(3, 3));
        vm.assertEq(court.currentRuling(id), 0, "tie");
        _pass(40);
        court.executeRuling(id);
        vm.assertEq(asker.times(id), 1, "told");
        vm.assertEq(asker.rulingOf(id), 0, "refused to arbitrate");
        court.pay(id, 0, 1000);
        for (uint256 i; i < 6; ++i) {
            address juror = court.seatOf(id, 0, i).juror;
            vm.assertEq(stakes.stakeOf(juror, JUROR), MINIMUM, "nobody is blamed");
            vm.assertEq(court.owed(juror), 7 * uint256(FEE) / 6, "everyone is paid");
        }
        vm.assertEq(stakes.stakeOf(court.seatOf(id, 0, 6).juror, JUROR), MINIMUM - ABSENT, "but the absent");
    }

    function test_nobody_revealed_is_ruling_zero_and_the_fees_go_back() public {
        _jurors(20);
        uint256 id = _open();
        uint256 before = address(asker).balance;
        _drawn(id);
        _vote(id, _split(0, 0));
        vm.assertEq(court.currentRuling(id), 0, "nobody");
        _pass(40);
        court.pay(id, 0, 1000);
        vm.assertEq(court.owed(address(asker)), 7 * uint256(FEE), "back");
        court.withdraw(address(asker));
        vm.assertEq(address(asker).balance - before, 7 * uint256(FEE), "in hand");
        vm.assertEq(_free(treasury), 7 * uint256(ABSENT), "nobody else has a claim");
        vm.assertEq(address(court).balance, 0, "nothing left");
    }

    function test_jurors_may_refuse_to_arbitrate() public {
        _jurors(20);
        uint256 id = _open();
        _drawn(id);
        uint256[] memory votes = new uint256[](7);
        (votes[0], votes[1], votes[2]) = (1, 1, 2);
        _vote(id, votes); // the others 0
        _pass(40);
        court.executeRuling(id);
        vm.assertEq(asker.rulingOf(id), 0, "a ruling like others");
        court.pay(id, 0, 1000);
        vm.assertEq(stakes.stakeOf(court.seatOf(id, 0, 0).juror, JUROR), MINIMUM - WRONG, "1 was wrong");
        vm.assertEq(stakes.stakeOf(court.seatOf(id, 0, 6).juror, JUROR), MINIMUM, "0 was right");
    }

    function test_too_few_jurors_all_of_them() public {
        _jurors(4);
        uint256 id = _open();
        _drawn(id);
        vm.assertEq(court.roundOf(id, 0).seated, 4, "all");
        _vote(id, _split(4, 0));
        _pass(40);
        court.pay(id, 0, 1000);
        vm.assertEq(court.owed(_jurorAt(0)), 7 * uint256(FEE) / 4, "they share the fees");
    }

    function test_draw_and_pay_in_slices_come_to_the_same() public {
        _jurors(30);
        uint256 id = _open();
        vm.roll(block.number + 2);
        uint256 snapshot = vm.snapshotState();
        court.draw(id, 255);
        address[7] memory whole;
        for (uint256 i; i < 7; ++i) {
            whole[i] = court.seatOf(id, 0, i).juror;
        }
        vm.revertToState(snapshot);
        court.draw(id, 1);
        court.draw(id, 0);
        court.draw(id, 3);
        vm.assertEq(court.clockOf(id).start, 0, "not complete");
        court.draw(id, 9);
        for (uint256 i; i < 7; ++i) {
            vm.assertEq(court.seatOf(id, 0, i).juror, whole[i], "same jury");
        }
        vm.warp(court.clockOf(id).start);
        _vote(id, _split(5, 2));
        _pass(40);
        for (uint256 i; i < 13; ++i) {
            court.pay(id, 0, 1);
            vm.assertTrue(!court.roundOf(id, 0).settled, "not yet");
        }
        court.pay(id, 0, 1);
        vm.assertTrue(court.roundOf(id, 0).settled, "settled");
        vm.assertEq(court.owed(court.seatOf(id, 0, 0).juror), 7 * uint256(FEE) / 5, "the same share");
    }

    /// @notice The largest jury in slices of 16: each well below a small block.
    function test_sixty_three_jurors_fit_in_any_block() public {
        _jurors(80);
        uint256 id = _open();
        for (uint256 i; i < 3; ++i) {
            _drawn(id);
            _vote(id, _split(63, 0));
            _fund(id, rival, 2, 100 ether);
            _fund(id, operator, 1, 100 ether);
        }
        vm.roll(block.number + 2);
        uint256 most;
        while (court.clockOf(id).start == 0) {
            uint256 before = gasleft();
            court.draw(id, 16);
            if (before - gasleft() > most) most = before - gasleft();
        }
        log("draw of 16, 80 jurors, at most", most);
        vm.assertLe(most, 4_000_000, "draw");
        vm.assertEq(court.roundOf(id, 3).seated, 63, "sixty-three");
        vm.warp(court.clockOf(id).start);
        _vote(id, _split(40, 23));
        vm.assertEq(uint256(court.phaseOf(id)), uint256(ICourt.Phase.Final), "no appeal from here");
        vm.assertEq(court.appealCost(id, ""), type(uint256).max / 2, "at no price");
        (uint256 start, uint256 end) = court.appealPeriod(id);
        vm.assertEq(start + end, 0, "nor time");
        most = 0;
        while (!court.roundOf(id, 3).settled) {
            uint256 before = gasleft();
            court.pay(id, 3, 16);
            if (before - gasleft() > most) most = before - gasleft();
        }
        log("pay of 16, at most", most);
        vm.assertLe(most, 2_000_000, "pay");
    }

    // Appeals

    function test_the_loser_wins_the_appeal() public {
        _jurors(40);
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(5, 2)); // 1 leads
        uint256 cost = 15 * uint256(FEE);
        vm.assertEq(court.appealCost(id, ""), cost, "fifteen fees");
        (, uint256 asked) = court.sideOf(id, 0, 2);
        vm.assertEq(asked, 2 * cost, "loser twice");
        _fund(id, rival, 2, cost);
        _fund(id, watcher, 2, cost); // anybody may join in
        (, asked) = court.sideOf(id, 0, 1);
        vm.assertEq(asked, cost, "winner once");
        _fund(id, operator, 1, cost);
        vm.assertEq(court.clockOf(id).round, 1, "next round");
        vm.assertEq(court.currentRuling(id), 1, "until the next jury has spoken");
        _drawn(id);
        vm.assertEq(court.roundOf(id, 1).seated, 15, "fifteen");
        _vote(id, _split(4, 11));
        vm.assertEq(court.currentRuling(id), 2, "overturned");
        _pass(40);
        court.pay(id, 1, 1000);
        uint256 before = _free(court.seatOf(id, 0, 6).juror); // may have sat in both
        court.pay(id, 0, 1000);
        // The five of the first jury were wrong: half of what they lose is the challengers', half the right two's.
        uint256 lost = 5 * uint256(WRONG);
        court.claimAppeal(id, 0, 2, rival);
        court.claimAppeal(id, 0, 2, watcher);
        court.claimAppeal(id, 0, 1, operator);
        vm.assertEq(court.owed(rival), cost, "their money back");
        vm.assertEq(court.owed(watcher), cost, "both of them");
        vm.assertEq(court.owed(operator), 0, "the winner of the first round paid the jury");
        vm.assertEq(_free(rival), lost / 4, "half of half");
        vm.assertEq(_free(watcher), lost / 4, "each");
        vm.assertEq(_free(court.seatOf(id, 0, 6).juror) - before, lost / 4, "and so the two right jurors");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NothingOwed.selector, rival));
        court.claimAppeal(id, 0, 2, rival);
    }

    function test_the_winner_wins_the_appeal_and_takes_the_rest() public {
        _jurors(40);
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(7, 0));
        uint256 cost = 15 * uint256(FEE);
        _fund(id, rival, 2, 2 * cost);
        _fund(id, operator, 1, cost / 3);
        _fund(id, watcher, 1, cost); // two thirds are taken
        vm.assertEq(court.owed(watcher), cost - (cost - cost / 3), "the rest is owed back");
        court.withdraw(watcher);
        _drawn(id);
        _vote(id, _split(15, 0));
        _pass(40);
        court.claimAppeal(id, 0, 1, operator);
        court.claimAppeal(id, 0, 1, watcher);
        court.claimAppeal(id, 0, 2, rival);
        vm.assertEq(court.owed(operator), 2 * cost * (cost / 3) / cost, "twice what he gave");
        vm.assertEq(court.owed(watcher), 2 * cost * (cost - cost / 3) / cost, "twice");
        vm.assertEq(court.owed(rival), 0, "lost");
        _payAll(id);
        vm.assertEq(_free(treasury), 0, "nobody was slashed");
    }

    function test_one_side_funded_alone_wins_but_no_juror_pays_for_it() public {
        _jurors(20);
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(7, 0));
        _fund(id, rival, 2, 30 * uint256(FEE));
        vm.assertEq(court.currentRuling(id), 1, "until the window is over");
        _pass(40);
        vm.assertEq(court.currentRuling(id), 2, "the other side did not defend");
        court.executeRuling(id);
        vm.assertEq(asker.rulingOf(id), 2, "told");
        _payAll(id);
        vm.assertEq(court.owed(court.seatOf(id, 0, 0).juror), FEE, "the jurors did their work");
        vm.assertEq(stakes.stakeOf(court.seatOf(id, 0, 0).juror, JUROR), MINIMUM, "and lose nothing");
        court.claimAppeal(id, 0, 2, rival);
        vm.assertEq(court.owed(rival), 30 * uint256(FEE), "no jury sat, nothing was spent");
        vm.assertEq(_free(rival), 0, "nothing to gain from jurors");
    }

    function test_a_side_partly_funded_changes_nothing_and_is_paid_back() public {
        _jurors(20);
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(7, 0));
        _fund(id, rival, 2, 30 * uint256(FEE) - 1);
        _pass(40);
        vm.assertEq(court.currentRuling(id), 1, "stands");
        court.claimAppeal(id, 0, 2, rival);
        vm.assertEq(court.owed(rival), 30 * uint256(FEE) - 1, "back");
    }

    function test_neither_funded_side_is_right_both_share_what_is_left() public {
        _jurors(40);
        uint256 id = asker.ask(3, 0);
        _drawn(id);
        _vote(id, _split(7, 0));
        uint256 cost = 15 * uint256(FEE);
        _fund(id, rival, 2, 2 * cost);
        _fund(id, stranger, 1, cost - 1); // not quite, and too late once two others stand
        _fund(id, watcher, 3, 2 * cost);
        _drawn(id);
        _vote(id, _split(15, 0));
        _pass(40);
        court.claimAppeal(id, 0, 1, stranger);
        vm.assertEq(court.owed(stranger), cost - 1, "back: its side was not in the appeal");
        court.claimAppeal(id, 0, 2, rival);
        court.claimAppeal(id, 0, 3, watcher);
        vm.assertEq(court.owed(rival), 3 * cost / 2, "half of what is left");
        vm.assertEq(court.owed(watcher), 3 * cost / 2, "half");
    }

    /// @notice The second jury does not come: its fees go back to who paid them, and nobody of the first is blamed.
    function test_appeal_jury_nobody_revealed_returns_its_fees() public {
        (uint256 id, uint256 cost) = _appealed(_split(7, 0), 2, _split(0, 0));
        _pass(40);
        vm.assertEq(court.currentRuling(id), 0, "refused");
        court.claimAppeal(id, 0, 2, rival);
        court.claimAppeal(id, 0, 1, operator);
        vm.assertEq(court.owed(rival), 2 * cost, "back");
        vm.assertEq(court.owed(operator), cost, "back");
        _payAll(id);
        for (uint256 i; i < 7; ++i) {
            vm.assertEq(court.owed(court.seatOf(id, 0, i).juror), FEE, "the first jury revealed");
        }
        vm.assertEq(_free(treasury), 15 * uint256(ABSENT), "the absent pay");
    }

    /// @notice A last jury that finds nothing proves no jury wrong: side 0 has its ruling and nothing of the jurors'.
    function test_a_last_jury_that_ties_makes_no_challenger() public {
        (uint256 id, uint256 cost) = _appealed(_split(5, 0), 0, _split(7, 7)); // two absent
        _pass(40);
        vm.assertEq(court.currentRuling(id), 0, "tie");
        _payAll(id);
        court.claimAppeal(id, 0, 0, rival);
        vm.assertEq(court.owed(rival), 2 * cost, "the ruling is its side");
        vm.assertEq(_free(rival), 0, "but nobody was proven wrong");
    }

    function test_an_overturned_unanimous_jury_pays_its_challengers() public {
        (uint256 id,) = _appealed(_split(7, 0), 2, _split(0, 15));
        _pass(40);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotJudged.selector, id, 0));
        court.claimAppeal(id, 0, 2, rival);
        _payAll(id);
        court.claimAppeal(id, 0, 2, rival);
        vm.assertEq(_free(rival), 7 * uint256(WRONG), "all of it: nobody there was right");
        vm.assertEq(court.owed(address(asker)), 7 * uint256(FEE), "nobody earned the first fees");
        vm.assertEq(_free(treasury), 0, "nothing is left over");
    }

    function test_the_arbitrable_may_appeal_itself() public {
        _jurors(40);
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(7, 0));
        uint256 cost = court.appealCost(id, "");
        _fund(id, rival, 2, cost); // half its part
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotArbitrable.selector, id, address(this)));
        court.appeal{value: cost}(id, "");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_PaidTooLittle.selector, cost - 1, cost));
        asker.appeal(id, cost - 1);
        asker.appeal(id, cost + 3);
        vm.assertEq(court.owed(address(asker)), 3, "the rest");
        _drawn(id);
        vm.assertEq(court.roundOf(id, 1).seated, 15, "fifteen");
        _vote(id, _split(0, 0));
        _pass(40);
        _payAll(id);
        vm.assertEq(court.owed(address(asker)), cost + 3, "nobody came: its fees are back");
        court.claimAppeal(id, 0, 2, rival);
        vm.assertEq(court.owed(rival), cost, "and so is what others gave");
    }

    function test_loser_in_the_first_half_winner_until_the_end() public {
        _jurors(40);
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(7, 0));
        (uint256 start, uint256 end) = court.appealPeriod(id);
        uint256 cost = court.appealCost(id, "");
        _fund(id, rival, 2, cost);
        vm.warp(start + 20);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_LoserTooLate.selector, id, 2, start + 20));
        _fund(id, rival, 2, cost);
        vm.warp(end - 1);
        _fund(id, operator, 1, cost);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_SideFunded.selector, id, 1));
        _fund(id, operator, 1, 1);
        vm.warp(end);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Final));
        _fund(id, operator, 1, 1);
    }

    function test_fund_appeal_refuses_nothing_and_unknown_sides() public {
        _jurors(20);
        uint256 id = _open();
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Draw));
        _fund(id, rival, 2, 1);
        _drawn(id);
        _vote(id, _split(7, 0));
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_ChoiceOutOfRange.selector, 3, 2));
        _fund(id, rival, 3, 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_PaidTooLittle.selector, 0, 30 * uint256(FEE)));
        _fund(id, rival, 2, 0);
    }

    function test_announce_once_a_round_and_only_when_it_can_be_appealed() public {
        _jurors(20);
        uint256 id = _open();
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Draw));
        court.announce(id);
        _drawn(id);
        _vote(id, _split(7, 0));
        court.announce(id);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_AlreadyAnnounced.selector, id));
        court.announce(id);
    }

    // Weights

    function test_sync_follows_the_stake() public {
        address who = _jurorAt(1);
        court.sync(who);
        vm.assertEq(court.totalWeight(), 0, "nobody");
        _newJuror(who, MINIMUM);
        vm.assertEq(court.weightOf(who), MINIMUM, "in");
        vm.prank(who);
        stakes.join(JUROR, 7);
        vm.assertEq(court.weightOf(who), MINIMUM, "not yet");
        court.sync(who);
        court.sync(who);
        vm.assertEq(court.weightOf(who), MINIMUM + 7, "more");
        vm.prank(who);
        stakes.leave(JUROR);
        court.sync(who);
        vm.assertEq(court.weightOf(who), 0, "out");
        vm.assertEq(court.totalWeight(), 0, "nobody");
    }

    /// @notice Where an absent juror loses all of the least stake, one that was slashed once has no weight until it adds.
    function test_too_little_to_lose_is_no_weight() public {
        address court_ = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        stakes = new Stakes(address(token), parameters, _keepers(court_), UNBONDING);
        ICourt.Parts memory parts = _parts();
        parts.absentPenalty = uint96(MINIMUM);
        court = new Court(parts);
        _newJuror(_jurorAt(0), MINIMUM);
        vm.prank(address(court));
        stakes.slashStake(_jurorAt(0), JUROR, 1, address(0), 0);
        court.sync(_jurorAt(0));
        vm.assertTrue(stakes.hasRole(_jurorAt(0), JUROR), "still a juror");
        vm.assertEq(court.weightOf(_jurorAt(0)), 0, "but not drawn");
        vm.prank(_jurorAt(0));
        stakes.join(JUROR, 1);
        court.sync(_jurorAt(0));
        vm.assertEq(court.weightOf(_jurorAt(0)), MINIMUM, "again");
    }

    function test_at_risk_is_what_the_largest_possible_jury_can_lose() public {
        vm.assertEq(court.atRisk(), 0, "nobody");
        _jurors(10);
        vm.assertEq(court.atRisk(), 10 * uint256(WRONG), "ten");
        _jurors2(10, 70);
        vm.assertEq(court.atRisk(), 63 * uint256(WRONG), "no jury is larger");
    }

    function _jurors2(uint256 from, uint256 to) private {
        for (uint256 i = from; i < to; ++i) {
            _newJuror(_jurorAt(i), MINIMUM);
        }
    }

    // Settings

    function test_the_timelock_adjusts_later_disputes_only() public {
        _jurors(20);
        uint256 id = _open();
        ICourt.Windows memory windows = ICourt.Windows(4, 5, 6, 8);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotTimelock.selector, address(this)));
        court.adjust(windows, 1);
        vm.prank(timelock);
        court.adjust(windows, 2 * FEE);
        vm.assertEq(court.clockOf(id).commit, 20, "frozen");
        (, uint96 fee) = court.caseOf(id);
        vm.assertEq(fee, FEE, "frozen");
        _drawn(id);
        _vote(id, _split(7, 0));
        vm.assertEq(court.appealCost(id, ""), 15 * uint256(FEE), "appeals of it too");
        uint256 later = _open();
        vm.assertEq(court.clockOf(later).commit, 5, "new");
        vm.assertEq(court.arbitrationCost(""), 14 * uint256(FEE), "new");
        (ICourt.Windows memory now_, uint96 nowFee) = court.settings();
        vm.assertEq(now_.appeal, 8, "appeal window");
        vm.assertEq(nowFee, 2 * FEE, "fee");
    }

    function test_settings_keep_floors_cap_and_unbonding() public {
        vm.startPrank(timelock);
        ICourt.Windows memory windows = ICourt.Windows(1, 4, 4, 4);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WindowTooShort.selector, 1, 2));
        court.adjust(windows, FEE);
        windows = ICourt.Windows(2, 3, 4, 4);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WindowTooShort.selector, 3, 4));
        court.adjust(windows, FEE);
        windows = ICourt.Windows(2, 4, 3, 4);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WindowTooShort.selector, 3, 4));
        court.adjust(windows, FEE);
        windows = ICourt.Windows(2, 4, 4, 3);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WindowTooShort.selector, 3, 4));
        court.adjust(windows, FEE);
        windows = ICourt.Windows(2, 4, 4, 4);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_FeeOutOfRange.selector, FEE_CAP + 1, FEE_CAP));
        court.adjust(windows, FEE_CAP + 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_FeeOutOfRange.selector, 0, FEE_CAP));
        court.adjust(windows, 0);
        windows = ICourt.Windows(10, 20, 20, 41); // 4 * 50 + 3 * 41 = 323
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_UnbondingTooShort.selector, UNBONDING, 323));
        court.adjust(windows, FEE);
        windows = ICourt.Windows(8, 20, 20, 43); // 321, as long as unbonding
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_UnbondingTooShort.selector, UNBONDING, 321));
        court.adjust(windows, FEE);
        vm.stopPrank();
    }

    function test_constructor_keeps_the_same_bounds() public {
        ICourt.Parts memory parts = _parts();
        parts.windows.draw = 1;
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WindowTooShort.selector, 1, 2));
        new Court(parts);
        parts = _parts();
        (parts.windows.draw, parts.floors.draw) = (0, 0);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WindowTooShort.selector, 0, 0));
        new Court(parts);
        parts = _parts();
        parts.absentPenalty = WRONG - 1;
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_PenaltyOutOfRange.selector, WRONG, WRONG - 1, MINIMUM));
        new Court(parts);
        parts.wrongPenalty = 0;
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_PenaltyOutOfRange.selector, 0, WRONG - 1, MINIMUM));
        new Court(parts);
        parts = _parts();
        parts.treasury = address(0);
        vm.expectRevert(ICourt.Court_ZeroTreasury.selector);
        new Court(parts);
        parts = _parts();
        parts.absentPenalty = uint96(MINIMUM) + 1;
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_PenaltyOutOfRange.selector, WRONG, MINIMUM + 1, MINIMUM));
        new Court(parts);
    }

    /// @notice The longest case: four rounds of draw, commit and reveal and three of appeal. What stands behind a juror's
    /// vote takes longer to get out, and is held besides, should somebody dawdle.
    function test_unbonding_is_longer_than_the_longest_case() public {
        ICourt.Windows memory w = _parts().windows;
        uint256 sum = 4 * (uint256(w.draw) + w.commit + w.reveal) + 3 * uint256(w.appeal);
        vm.assertEq(court.longestCase(), sum, "sum of windows");
        vm.assertTrue(stakes.unbonding() > sum, "longer");
        uint256 from = block.timestamp;
        _jurors(80);
        uint256 id = _open();
        for (uint256 i; i < 3; ++i) {
            _drawn(id);
            _vote(id, _split(63, 0));
            _pass(19);
            _fund(id, rival, 2, 100 ether);
            _pass(20);
            _fund(id, operator, 1, 100 ether);
        }
        _drawn(id);
        _vote(id, _split(63, 0));
        vm.assertEq(uint256(court.phaseOf(id)), uint256(ICourt.Phase.Final), "over");
        vm.assertLe(block.timestamp - from, sum, "within the sum");
        vm.assertLe(sum - 3, block.timestamp - from, "and it is used up to a second an appeal");
    }

    // Fuzz

    /// @notice Whatever the votes: fees and penalties all find an owner, to the smallest unit.
    function testFuzz_money_and_stake_all_find_an_owner(uint256 seed, uint256 fee) public {
        _jurors(12);
        fee = bound(fee, 1, FEE_CAP);
        ICourt.Windows memory windows = _parts().windows;
        vm.prank(timelock);
        court.adjust(windows, uint96(fee));
        uint256 id = _open();
        _drawn(id);
        uint256[] memory votes = new uint256[](7);
        for (uint256 i; i < 7; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i))) % 5;
            votes[i] = roll == 4 ? ABSENTEE : roll == 3 ? SILENT : roll;
        }
        _vote(id, votes);
        _pass(40);
        while (!court.roundOf(id, 0).settled) {
            court.pay(id, 0, bound(seed, 1, 14));
        }
        uint256 coin = court.owed(treasury) + court.owed(address(asker));
        uint256 stake = _free(treasury);
        for (uint256 i; i < 7; ++i) {
            address juror = court.seatOf(id, 0, i).juror;
            coin += court.owed(juror);
            stake += _free(juror) + stakes.stakeOf(juror, JUROR);
            vm.assertEq(stakes.heldOf(juror, JUROR), 0, "free");
        }
        vm.assertEq(coin, 7 * fee, "coin");
        vm.assertEq(coin, address(court).balance, "all there");
        vm.assertEq(stake, 7 * MINIMUM, "stake");
        vm.assertEq(_free(address(court)), 0, "none kept");
    }

    /// @notice The order is a weighted draw without repeats, as the spec words it: walk the weights, leave out the taken.
    function testFuzz_order_is_the_one_of_the_spec(uint256 seed, uint256 count) public {
        count = bound(count, 1, 24);
        uint256[] memory weights = new uint256[](count);
        uint256 left;
        for (uint256 i; i < count; ++i) {
            weights[i] = MINIMUM + uint256(keccak256(abi.encode(seed, i))) % 1e21;
            left += weights[i];
            _newJuror(_jurorAt(i), weights[i]);
        }
        uint256 id = _open();
        _jurors2(100, 103); // too late for this jury
        vm.roll(block.number + 2);
        court.draw(id, 255);
        bytes32 tag = keccak256("headwater.jury-draw.v1");
        bytes32 drawSeed = court.seedOf(id, 0);
        vm.assertEq(drawSeed, blockhash(court.roundOf(id, 0).seedBlock), "seed");
        uint256 size = count < 7 ? count : 7;
        vm.assertEq(court.roundOf(id, 0).seated, size, "size");
        for (uint256 k; k < size; ++k) {
            uint256 point =
                uint256(keccak256(abi.encode(tag, block.chainid, address(court), id, uint256(0), drawSeed, k))) % left;
            uint256 i;
            while (point >= weights[i]) {
                point -= weights[i++];
            }
            vm.assertEq(court.seatOf(id, 0, k).juror, _jurorAt(i), "juror");
            left -= weights[i];
            weights[i] = 0;
        }
    }

    /// @notice How often each of three is first of the order, over many seeds: by stake.
    function test_draws_are_proportional_to_stake() public {
        _newJuror(_jurorAt(0), MINIMUM);
        _newJuror(_jurorAt(1), 3 * MINIMUM);
        _newJuror(_jurorAt(2), 6 * MINIMUM);
        uint256[3] memory first;
        for (uint256 i; i < 1000; ++i) {
            uint256 id = _open();
            vm.roll(block.number + 2);
            court.draw(id, 1);
            ++first[uint160(_seat(id, 0)) - uint160(_jurorAt(0))];
        }
        vm.assertTrue(first[0] > 60 && first[0] < 140, "a tenth");
        vm.assertTrue(first[1] > 240 && first[1] < 360, "three tenths");
        vm.assertTrue(first[2] > 530 && first[2] < 670, "six tenths");
    }
}

/// @notice The sum tree against a list.
contract SortitionTest is Test {
    using Sortition for Sortition.Tree;

    Sortition.Tree private _tree;

    /// @notice Sealed states keep every weight and every interval while later ones change.
    function testFuzz_sealed_states_never_change(uint256 seed) public {
        uint256[40] memory weights;
        uint256[40] memory kept;
        uint32 root;
        uint8 depth;
        uint256 steps = bound(seed, 10, 60);
        for (uint256 step; step < steps; ++step) {
            uint256 roll = uint256(keccak256(abi.encode(seed, step)));
            if (step == steps / 2) {
                (root, depth) = _tree.seal();
                for (uint256 i; i < 40; ++i) {
                    kept[i] = weights[i];
                }
            }
            uint256 leaf = roll % 40;
            weights[leaf] = roll >> 8 & 1 == 0 ? 0 : (roll >> 16) % 1e27;
            _tree.set(leaf, weights[leaf]);
        }
        _same(_tree.root, _tree.depth, weights);
        _same(root, depth, kept);
    }

    /// @notice Points of what is left map one to one, in order, to the points nobody has taken.
    function testFuzz_skip_leaves_out_what_is_taken_and_nothing_else(uint256 seed) public pure {
        uint256[] memory taken = new uint256[](12);
        bool[40] memory gone;
        uint256 count;
        uint256 left = 40;
        for (uint256 i; i < 12; ++i) {
            uint256 roll = uint256(keccak256(abi.encode(seed, i)));
            (uint256 start, uint256 weight) = (roll % 38, 1 + (roll >> 8) % 3);
            bool free = true;
            for (uint256 j; j < weight; ++j) {
                if (start + j >= 40 || gone[start + j]) free = false;
            }
            if (!free) continue;
            for (uint256 j; j < weight; ++j) {
                gone[start + j] = true;
            }
            Sortition.take(taken, count++, 7 << 216 | start << 96 | weight);
            left -= weight;
        }
        uint256 point;
        for (uint256 at; at < 40; ++at) {
            if (gone[at]) continue;
            vm.assertEq(Sortition.skip(taken, count, point++), at, "the next that is free");
        }
        vm.assertEq(point, left, "all of them");
    }

    function _same(uint256 root, uint256 depth, uint256[40] memory weights) private view {
        uint256 start;
        for (uint256 i; i < 40; ++i) {
            vm.assertEq(_tree.weightOf(root, depth, i), weights[i], "weight");
            if (weights[i] == 0) continue;
            _found(root, depth, start, i, start, weights[i]);
            _found(root, depth, start + weights[i] - 1, i, start, weights[i]);
            start += weights[i];
        }
        vm.assertEq(_tree.total(root), start, "total");
    }

    function _found(uint256 root, uint256 depth, uint256 point, uint256 leaf, uint256 start, uint256 weight)
        private
        view
    {
        vm.assertEq(_tree.find(root, depth, point), leaf << 216 | start << 96 | weight, "found");
    }
}

/// @notice Whole transactions, isolated: everything cold, 21,000 and calldata included.
contract CourtGasTest is Courtroom {
    /// @notice The first vote of a choice, on a jury of 7 out of 100. The draw is not in it.
    /// forge-config: default.isolate = true
    function test_gas_juror_vote() public {
        _jurors(100);
        uint256 id = _open();
        _drawn(id);
        uint256 most;
        uint256[7] memory used;
        for (uint256 i; i < 7; ++i) {
            _commitOf(id, i, 1 + i % 2);
            used[i] = _used();
        }
        log("commit", used[0]);
        _pass(20);
        for (uint256 i; i < 7; ++i) {
            _reveal1(id, i, 1 + i % 2);
            if (i == 0) log("reveal", _used());
            used[i] += _used();
            if (used[i] > most) most = used[i];
        }
        log("commit + reveal of one juror vote", most);
        vm.assertLe(most, 80_000, "juror vote");
    }

    /// forge-config: default.isolate = true
    function test_gas_of_the_rest() public {
        _jurors(99);
        address last = _jurorAt(99);
        _join(last, JUROR);
        court.sync(last);
        log("sync a new juror, the hundredth, no dispute since", _used());
        uint256 id = asker.ask(2, 0);
        log("createDispute through an arbitrable", _used());
        vm.prank(last);
        stakes.join(JUROR, 1);
        court.sync(last);
        log("sync a known juror after a dispute was created", _used());
        vm.roll(block.number + 2);
        court.draw(id, 255);
        log("draw of 7 of 100, a juror", _used() / 7);
        vm.warp(court.clockOf(id).start);
        _vote(id, _split(5, 2));
        vm.prank(rival);
        court.fundAppeal{value: 1 ether}(id, 2);
        log("fundAppeal, first of a side", _used());
        vm.prank(operator);
        court.fundAppeal{value: 1 ether}(id, 1);
        log("fundAppeal that opens the next round", _used());
        _drawn(id);
        _vote(id, _split(15, 0));
        _pass(40);
        court.executeRuling(id);
        log("executeRuling", _used());
        court.pay(id, 1, 1000);
        log("pay a jury of 15, a juror", _used() / 15);
        court.pay(id, 0, 1000);
        log("pay a jury of 7 with two wrong, a juror", _used() / 7);
        court.claimAppeal(id, 0, 1, operator);
        log("claimAppeal", _used());
    }

    function _commitOf(uint256 id, uint256 seat, uint256 choice) private {
        address juror = _seat(id, seat);
        bytes32 commitment = _commitment(id, juror, choice);
        vm.prank(juror);
        court.commit(id, seat, commitment);
    }

    function _reveal1(uint256 id, uint256 seat, uint256 choice) private {
        address juror = _seat(id, seat);
        vm.prank(juror);
        court.reveal(id, seat, choice, _salt(juror));
    }

    function _used() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }
}
