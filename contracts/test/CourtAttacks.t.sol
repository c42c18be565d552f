// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Court} from "../src/Court.sol";
import {ICourt} from "../src/interfaces/ICourt.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {Courtroom, GreedyJuror} from "./Courtroom.sol";
import {Test} from "./Test.sol";

/// @notice What a juror, a party, an arbitrable or a stranger would try; none of it pays.
contract CourtAttacksTest is Courtroom {
    // Votes

    /// @notice A commitment seen in the mempool and committed again opens for its author only.
    function test_attack_commit_copied_between_jurors() public {
        uint256 id = _sitting(20);
        (address honest, address copier) = (_seat(id, 0), _seat(id, 1));
        bytes32 commitment = _commitment(id, honest, 1);
        vm.prank(honest);
        court.commit(id, 0, commitment);
        vm.prank(copier);
        court.commit(id, 1, commitment);
        _pass(20);
        _reveal(id, 0, 1);
        vm.prank(copier);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongReveal.selector, id, 1));
        court.reveal(id, 1, 1, _salt(honest));
        _pass(60);
        court.pay(id, 0, 1000);
        vm.assertEq(stakes.stakeOf(copier, JUROR), MINIMUM - ABSENT, "and costs him as much as not coming");
    }

    function test_attack_commitment_is_worthless_elsewhere() public {
        uint256 id = _sitting(20);
        address juror = _seat(id, 0);
        bytes32 own = court.commitmentOf(id, 0, juror, 1, _salt(juror));
        vm.assertTrue(own != court.commitmentOf(id + 1, 0, juror, 1, _salt(juror)), "another dispute");
        vm.assertTrue(own != court.commitmentOf(id, 1, juror, 1, _salt(juror)), "another round");
        vm.assertTrue(own != court.commitmentOf(id, 0, _seat(id, 1), 1, _salt(juror)), "another juror");
        vm.assertTrue(own != court.commitmentOf(id, 0, juror, 2, _salt(juror)), "another choice");
        vm.assertTrue(own != new Court(_parts()).commitmentOf(id, 0, juror, 1, _salt(juror)), "another court");
        vm.chainId(777);
        vm.assertTrue(own != court.commitmentOf(id, 0, juror, 1, _salt(juror)), "another chain");
        bytes32 spec = keccak256(
            abi.encode(
                keccak256("headwater.jury-vote.v1"),
                777,
                address(court),
                id,
                uint256(0),
                juror,
                uint256(1),
                _salt(juror)
            )
        );
        vm.assertEq(spec, court.commitmentOf(id, 0, juror, 1, _salt(juror)), "as the spec says it");
    }

    function test_attack_reveal_of_anothers_commit() public {
        uint256 id = _sitting(20);
        _commit(id, 0, 1);
        _pass(20);
        address honest = _seat(id, 0);
        address other = _seat(id, 1);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongReveal.selector, id, 0));
        vm.prank(other);
        court.reveal(id, 0, 1, _salt(honest)); // even with choice and salt known
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongReveal.selector, id, 0));
        vm.prank(honest);
        court.reveal(id, 0, 2, _salt(honest)); // and nobody changes his mind
    }

    function test_attack_commit_in_anothers_seat_or_in_none() public {
        uint256 id = _sitting(20);
        address other = _seat(id, 1);
        vm.startPrank(other);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotYourSeat.selector, id, 0, other));
        court.commit(id, 0, keccak256("x"));
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongState.selector, id, 7, ICourt.State.None));
        court.commit(id, 7, keccak256("x"));
        vm.stopPrank();
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NotYourSeat.selector, id, 0, stranger));
        court.commit(id, 0, keccak256("x"));
    }

    function test_attack_early_reveal_late_commit_late_reveal() public {
        _jurors(20);
        uint256 id = _open();
        vm.roll(block.number + 2);
        court.draw(id, 255);
        address juror = _seat(id, 0);
        bytes memory reason = abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Draw);
        vm.startPrank(juror);
        vm.expectRevert(reason);
        court.commit(id, 0, keccak256("early"));
        vm.stopPrank();
        vm.warp(court.clockOf(id).start);
        _commit(id, 0, 1);
        reason = abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Commit);
        vm.startPrank(juror);
        vm.expectRevert(reason);
        court.reveal(id, 0, 1, _salt(juror)); // others could still follow what he shows
        vm.stopPrank();
        _pass(20);
        address late = _seat(id, 1);
        reason = abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Reveal);
        vm.prank(late);
        vm.expectRevert(reason);
        court.commit(id, 1, keccak256("after seeing reveals"));
        _pass(20);
        reason = abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Appeal);
        vm.prank(juror);
        vm.expectRevert(reason);
        court.reveal(id, 0, 1, _salt(juror));
    }

    function test_attack_double_commit_and_double_reveal() public {
        uint256 id = _sitting(20);
        address juror = _seat(id, 0);
        _commit(id, 0, 1);
        vm.prank(juror);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongState.selector, id, 0, ICourt.State.Committed));
        court.commit(id, 0, keccak256("again"));
        _pass(20);
        _reveal(id, 0, 1);
        vm.prank(juror);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongState.selector, id, 0, ICourt.State.Revealed));
        court.reveal(id, 0, 1, _salt(juror));
        vm.assertEq(court.votesOf(id, 0, 1), 1, "once");
    }

    function test_attack_reveal_without_commit_or_of_a_choice_that_is_none() public {
        uint256 id = _sitting(20);
        _commit(id, 1, 3);
        _pass(20);
        address absentee = _seat(id, 0);
        vm.prank(absentee);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongState.selector, id, 0, ICourt.State.Drawn));
        court.reveal(id, 0, 1, _salt(absentee));
        address odd = _seat(id, 1);
        vm.prank(odd);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_ChoiceOutOfRange.selector, 3, 2));
        court.reveal(id, 1, 3, _salt(odd));
    }

    /// @notice Who sees in the reveal window that he will be wrong gains nothing by keeping silent.
    function test_attack_not_revealing_a_losing_vote_costs_more() public {
        uint256 id = _sitting(20);
        uint256[] memory votes = new uint256[](7);
        for (uint256 i; i < 5; ++i) {
            votes[i] = 1;
        }
        (votes[5], votes[6]) = (2, SILENT);
        _vote(id, votes);
        _pass(40);
        court.pay(id, 0, 1000);
        vm.assertTrue(stakes.stakeOf(_seat(id, 6), JUROR) < stakes.stakeOf(_seat(id, 5), JUROR), "silent loses more");
    }

    /// @notice Half a jury that forces a tie blames nobody, so it takes nobody's stake.
    function test_attack_a_forced_tie_takes_nobodys_stake() public {
        uint256 id = _sitting(20);
        _vote(id, _split(3, 3));
        _pass(40);
        court.pay(id, 0, 1000);
        for (uint256 i; i < 3; ++i) {
            vm.assertEq(stakes.stakeOf(_seat(id, i), JUROR), MINIMUM, "honest");
            vm.assertEq(court.owed(_seat(id, i)), court.owed(_seat(id, i + 3)), "no gain");
        }
    }

    // Draws

    /// @notice Nine tenths of the stake in one hand is one seat a round, whatever the seed.
    function testFuzz_attack_juror_drawn_twice(uint256 seed) public {
        _jurors(9);
        _newJuror(_jurorAt(9), 10_000e18);
        vm.roll(block.number + seed % 1000);
        uint256 id = _open();
        for (uint256 round; round < 2; ++round) {
            _drawn(id);
            uint256 seats = _seated(id);
            for (uint256 i; i < seats; ++i) {
                for (uint256 j; j < i; ++j) {
                    vm.assertTrue(_seat(id, i) != _seat(id, j), "once");
                }
            }
            if (round == 1) break;
            _vote(id, _split(7, 0));
            _fund(id, rival, 2, 10 ether);
            _fund(id, operator, 1, 10 ether);
        }
    }

    /// @notice Nobody who creates a dispute can see its jury in the same block, nor in the next.
    function test_attack_seed_of_a_block_already_known() public {
        _jurors(20);
        uint256 id = _open();
        uint256 seedBlock = block.number + 1;
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_SeedTooEarly.selector, block.number, seedBlock + 1));
        court.draw(id, 7);
        vm.roll(seedBlock);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_SeedTooEarly.selector, seedBlock, seedBlock + 1));
        court.recordSeed(id);
        vm.roll(seedBlock + 1);
        court.recordSeed(id);
        vm.assertEq(court.seedOf(id, 0), blockhash(seedBlock), "the block after the call");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_SeedExists.selector, id, 0));
        court.recordSeed(id);
    }

    /// @notice Who missed 256 blocks gets one block in 256, not the one he likes.
    function test_attack_waiting_for_a_better_seed() public {
        _jurors(20);
        uint256 id = _open();
        uint256 seedBlock = block.number + 1;
        vm.roll(seedBlock + 256);
        uint256 snapshot = vm.snapshotState();
        court.recordSeed(id);
        vm.assertEq(court.seedOf(id, 0), blockhash(seedBlock), "still there after 256");
        vm.revertToState(snapshot);
        bytes32 first;
        for (uint256 i = 257; i <= 512; i += 51) {
            vm.roll(seedBlock + i);
            snapshot = vm.snapshotState();
            court.recordSeed(id);
            if (i == 257) first = court.seedOf(id, 0);
            vm.assertEq(court.seedOf(id, 0), first, "whenever he calls");
            vm.assertEq(court.seedOf(id, 0), blockhash(seedBlock + 256), "the same one");
            vm.revertToState(snapshot);
        }
        vm.roll(seedBlock + 513);
        court.recordSeed(id);
        vm.assertEq(court.seedOf(id, 0), blockhash(seedBlock + 512), "and then the next");
    }

    /// @notice Stake that comes, grows or moves after the round opened does not change its order.
    function test_attack_weights_changed_after_the_seed_is_known() public {
        _jurors(20);
        uint256 id = _open();
        vm.roll(block.number + 2);
        court.recordSeed(id);
        uint256 snapshot = vm.snapshotState();
        address[7] memory order = _order(id);
        vm.revertToState(snapshot);
        _newJuror(address(0xdead), 1_000_000e18);
        address grown = _jurorAt(3);
        token.transfer(grown, 1_000_000e18);
        vm.prank(grown);
        stakes.join(JUROR, 1_000_000e18);
        court.sync(grown);
        address[7] memory after_ = _order(id);
        for (uint256 i; i < 7; ++i) {
            vm.assertEq(after_[i], order[i], "as sealed");
        }
    }

    /// @notice A juror who likes the jury less without itself hands its place to the next and moves nobody else.
    function test_attack_leaving_to_roll_the_others_again() public {
        _jurors(20);
        uint256 id = _open();
        vm.roll(block.number + 2);
        uint256 snapshot = vm.snapshotState();
        address[7] memory order = _order(id);
        vm.revertToState(snapshot);
        vm.prank(order[2]);
        stakes.leave(JUROR);
        vm.prank(order[4]);
        stakes.leave(JUROR);
        court.sync(order[4]); // synced or not
        court.draw(id, 255);
        vm.assertEq(court.roundOf(id, 0).seated, 7, "full");
        vm.assertEq(court.roundOf(id, 0).order, 9, "two more places");
        for (uint256 i; i < 7; ++i) {
            vm.assertEq(_seat(id, i), order[i], "same order");
        }
        vm.assertEq(uint256(court.seatOf(id, 0, 2).state), uint256(ICourt.State.Passed), "passed over");
        vm.warp(court.clockOf(id).start);
        vm.prank(order[2]);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongState.selector, id, 2, ICourt.State.Passed));
        court.commit(id, 2, keccak256("still here"));
        _vote(id, _split(9, 0));
        _pass(40);
        court.pay(id, 0, 1000);
        vm.assertEq(court.owed(order[2]), 0, "nor paid");
        vm.assertEq(court.owed(order[0]), FEE, "the seven are");
    }

    /// @notice A slashed juror is not drawn by the weight it had, and after a sync by the one it has.
    function test_attack_drawn_with_stale_weight() public {
        _jurors(7);
        address cut = _jurorAt(2);
        vm.prank(address(court));
        stakes.slashStake(cut, JUROR, 1, address(0), 0);
        uint256 id = _open();
        _drawn(id);
        vm.assertEq(court.roundOf(id, 0).seated, 6, "passed over");
        court.sync(cut);
        id = _open();
        _drawn(id);
        vm.assertEq(court.roundOf(id, 0).seated, 7, "by its present stake");
        vm.prank(address(court));
        stakes.slashStake(cut, JUROR, MINIMUM - ABSENT, address(0), 0);
        court.sync(cut);
        vm.assertEq(court.weightOf(cut), 0, "too little to lose");
    }

    /// @notice A tree full of accounts that have left costs places, not seats; and it is synced out for good.
    function test_attack_ghosts_in_the_tree() public {
        _jurors(60);
        for (uint256 i; i < 40; ++i) {
            vm.prank(_jurorAt(i));
            stakes.leave(JUROR);
        }
        uint256 id = _open();
        _drawn(id);
        vm.assertEq(court.roundOf(id, 0).seated, 7, "seven of the twenty that are left");
        for (uint256 i; i < 40; ++i) {
            court.sync(_jurorAt(i));
        }
        vm.assertEq(court.totalWeight(), 20 * MINIMUM, "gone");
    }

    /// @notice Even a tree of nothing but ghosts cannot hold a dispute up: 255 places are the end.
    function test_attack_only_ghosts_and_more_than_places() public {
        _jurors(260);
        for (uint256 i; i < 260; ++i) {
            vm.prank(_jurorAt(i));
            stakes.leave(JUROR);
        }
        uint256 id = _open();
        vm.roll(block.number + 2);
        court.draw(id, 200);
        court.draw(id, 200);
        vm.assertEq(court.roundOf(id, 0).order, 255, "the end");
        vm.assertEq(court.roundOf(id, 0).seated, 0, "nobody");
        vm.warp(court.clockOf(id).start + 80);
        court.executeRuling(id);
        court.pay(id, 0, 1000);
        vm.assertEq(court.owed(address(asker)), 7 * uint256(FEE), "fees are back");
    }

    /// @notice Stake borrowed for the length of a call: it is in no jury of a dispute created before, and does not come
    /// back before the delay.
    function test_attack_flash_stake() public {
        _jurors(10);
        uint256 id = _open();
        _newJuror(stranger, 1_000_000e18);
        vm.prank(stranger);
        stakes.leave(JUROR);
        vm.prank(stranger);
        vm.expectPartialRevert(IStakes.Stakes_StillUnbonding.selector);
        stakes.withdrawStake(JUROR);
        _drawn(id);
        for (uint256 i; i < 7; ++i) {
            vm.assertTrue(_seat(id, i) != stranger, "not he");
        }
    }

    // Stakes

    /// @notice Wrong, gone, and nobody in a hurry to judge him: the stake waits for the judgement, not for the clock.
    function test_attack_unbonding_to_dodge_a_slash() public {
        uint256 id = _sitting(20);
        _vote(id, _split(5, 2));
        address wrong = _seat(id, 6);
        vm.startPrank(wrong);
        stakes.leave(JUROR);
        _pass(10 * UNBONDING);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_StillHeld.selector, wrong, JUROR, ABSENT));
        stakes.withdrawStake(JUROR);
        vm.stopPrank();
        court.pay(id, 0, 1000);
        uint256 before = token.balanceOf(wrong);
        vm.prank(wrong);
        stakes.withdrawStake(JUROR);
        vm.assertEq(token.balanceOf(wrong) - before, MINIMUM - WRONG, "less what he lost");
    }

    /// @notice In more cases than his stake covers, a juror loses what he has and the others' pay does not fail.
    function test_attack_more_votes_than_stake() public {
        _jurors(7);
        uint256[] memory ids = new uint256[](12);
        for (uint256 i; i < 12; ++i) {
            ids[i] = _open();
        }
        vm.roll(block.number + 2);
        address idle = _jurorAt(0);
        for (uint256 i; i < 12; ++i) {
            court.draw(ids[i], 255);
        }
        vm.warp(court.clockOf(ids[0]).start);
        vm.assertEq(stakes.heldOf(idle, JUROR), 12 * uint256(ABSENT), "held in all");
        for (uint256 i; i < 12; ++i) {
            for (uint256 seat; seat < 7; ++seat) {
                if (_seat(ids[i], seat) != idle) _commit(ids[i], seat, 1);
            }
        }
        _pass(20);
        for (uint256 i; i < 12; ++i) {
            for (uint256 seat; seat < 7; ++seat) {
                if (_seat(ids[i], seat) != idle) _reveal(ids[i], seat, 1);
            }
        }
        _pass(60);
        for (uint256 i; i < 12; ++i) {
            court.pay(ids[i], 0, 1000);
        }
        (uint256 leaving,) = stakes.stakeUnbonding(idle, JUROR);
        vm.assertEq(stakes.stakeOf(idle, JUROR) + leaving, 0, "all of it");
        vm.assertTrue(!stakes.hasRole(idle, JUROR), "a juror no longer");
        vm.assertEq(stakes.heldOf(idle, JUROR), 0, "nothing held");
        uint256 shared = _free(treasury);
        for (uint256 i = 1; i < 7; ++i) {
            shared += _free(_jurorAt(i));
        }
        vm.assertEq(shared, MINIMUM, "and no more was given than he had");
    }

    function test_attack_dispute_worth_more_than_the_stake_at_risk() public {
        _jurors(10);
        uint256 most = 10 * uint256(WRONG);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_ValueAboveStakes.selector, most + 1, most));
        asker.ask(2, most + 1);
        asker.ask(2, most);
        for (uint256 i; i < 5; ++i) {
            vm.prank(_jurorAt(i));
            stakes.leave(JUROR); // still in the tree, but no longer at risk
        }
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_ValueAboveStakes.selector, most, most / 2));
        asker.ask(2, most);
    }

    // Appeals

    /// @notice The loser's last second is in the first half: the winner always has the second to answer.
    function test_attack_appeal_funded_at_the_last_second() public {
        uint256 id = _sitting(40);
        _vote(id, _split(7, 0));
        uint256 cost = court.appealCost(id, "");
        _pass(19);
        _fund(id, rival, 2, 2 * cost);
        _pass(20);
        _fund(id, operator, 1, cost);
        vm.assertEq(court.clockOf(id).round, 1, "defended");
    }

    /// @notice Delay is all a losing side can buy, for the price of each jury and its own stake in the appeal.
    function test_attack_appeal_griefing_pays_for_every_jury() public {
        uint256 id = _sitting(80);
        uint256 spent;
        for (uint256 i; i < 3; ++i) {
            _vote(id, _split(63, 0));
            uint256 cost = court.appealCost(id, "");
            _fund(id, rival, 2, 2 * cost);
            _fund(id, operator, 1, cost);
            spent += 2 * cost;
            _drawn(id);
        }
        _vote(id, _split(63, 0));
        vm.assertEq(uint256(court.phaseOf(id)), uint256(ICourt.Phase.Final), "four rounds are the end");
        uint256 gained;
        for (uint256 i; i < 3; ++i) {
            court.claimAppeal(id, i, 2, rival);
            gained = court.owed(operator);
            court.claimAppeal(id, i, 1, operator);
            uint256 cost = (15 + 16 * ((1 << i) - 1)) * uint256(FEE);
            vm.assertEq(court.owed(operator) - gained, 2 * cost, "who defended doubles his money");
        }
        vm.assertEq(court.owed(rival), 0, "the griefer lost it all");
        vm.assertEq(spent, 2 * (15 + 31 + 63) * uint256(FEE), "which was this much");
    }

    /// @notice Funding two wrong sides to shut the right one out of funding: the jury votes as before, and a jury is paid.
    function test_attack_appeal_between_two_wrong_sides() public {
        _jurors(40);
        uint256 id = asker.ask(3, 0);
        _drawn(id);
        _vote(id, _split(7, 0));
        uint256 cost = court.appealCost(id, "");
        _fund(id, rival, 2, 2 * cost);
        _fund(id, rival, 3, 2 * cost);
        _drawn(id);
        _vote(id, _split(15, 0));
        _pass(40);
        vm.assertEq(court.currentRuling(id), 1, "as before");
        court.claimAppeal(id, 0, 2, rival);
        court.claimAppeal(id, 0, 3, rival);
        vm.assertEq(court.owed(rival), 3 * cost, "a jury poorer");
    }

    /// @notice Money cannot punish jurors: an appeal nobody answered gives the ruling and nothing of theirs.
    function test_attack_undefended_appeal_slashes_nobody() public {
        uint256 id = _sitting(20);
        _vote(id, _split(7, 0));
        _fund(id, rival, 2, 10 ether);
        _pass(40);
        court.executeRuling(id);
        vm.assertEq(asker.rulingOf(id), 2, "bought, for lack of a defence");
        court.pay(id, 0, 1000);
        court.claimAppeal(id, 0, 2, rival);
        for (uint256 i; i < 7; ++i) {
            vm.assertEq(stakes.stakeOf(_seat(id, i), JUROR), MINIMUM, "no stake");
            vm.assertEq(court.owed(_seat(id, i)), FEE, "and paid");
        }
        vm.assertEq(_free(rival), 0, "no reward");
    }

    function test_attack_claiming_an_appeal_early_twice_or_for_another() public {
        uint256 id = _sitting(40);
        _vote(id, _split(7, 0));
        uint256 cost = court.appealCost(id, "");
        _fund(id, rival, 2, 2 * cost);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Appeal));
        court.claimAppeal(id, 0, 2, rival);
        _fund(id, operator, 1, cost);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Draw));
        court.claimAppeal(id, 0, 2, rival);
        _drawn(id);
        _vote(id, _split(15, 0));
        _pass(40);
        vm.startPrank(stranger);
        court.claimAppeal(id, 0, 1, operator);
        vm.assertEq(court.owed(stranger), 0, "it is the contributor's, whoever calls");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NothingOwed.selector, operator));
        court.claimAppeal(id, 0, 1, operator);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NothingOwed.selector, stranger));
        court.claimAppeal(id, 0, 1, stranger);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_UnknownRound.selector, id, 2));
        court.claimAppeal(id, 2, 1, operator);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_UnknownRound.selector, id, 2));
        court.pay(id, 2, 1);
        vm.stopPrank();
    }

    /// @notice Rounding takes nobody's unit and gives nobody one too many, whoever gives how much to a side.
    function testFuzz_attack_draining_fees_by_rounding(uint256 seed) public {
        ICourt.Windows memory windows = _parts().windows;
        vm.prank(timelock);
        court.adjust(windows, uint96(1 + seed % 50)); // fees of a few wei: every division has a rest
        _jurors(16);
        uint256 id = _open();
        _drawn(id);
        _vote(id, _split(3 + seed % 5, 2));
        uint256 winner = court.currentRuling(id);
        uint256 put = _crowd(id, winner, seed) + _crowd(id, 3 - winner, seed >> 16);
        uint256 fees = 7 * (1 + seed % 50);
        vm.assertEq(court.clockOf(id).round, 1, "appealed");
        _drawn(id);
        _vote(id, seed & 1 == 0 ? _split(9, 4) : _split(4, 9));
        _pass(40);
        _payAll(id);
        for (uint256 i; i < 8; ++i) {
            for (uint256 side = 1; side <= 2; ++side) {
                address who = address(uint160(0x90000 + i));
                if (court.contributionOf(id, 0, side, who) > 0) court.claimAppeal(id, 0, side, who);
            }
        }
        uint256 out = court.owed(treasury) + court.owed(address(asker));
        for (uint256 i; i < 16; ++i) {
            out += court.owed(_jurorAt(i));
        }
        for (uint256 i; i < 8; ++i) {
            out += court.owed(address(uint160(0x90000 + i)));
        }
        vm.assertEq(address(court).balance, put + fees, "held");
        vm.assertLe(out, put + fees, "never more than there is");
        vm.assertLe(put + fees - out, 8, "and less by under a unit a contributor");
        vm.assertLe(_free(address(court)), 8, "stake alike");
    }

    function _crowd(uint256 id, uint256 side, uint256 seed) private returns (uint256 put) {
        uint256 round = court.clockOf(id).round;
        for (uint256 i; i < 8; ++i) {
            (uint256 paid, uint256 cost) = court.sideOf(id, round, side);
            if (cost == 0 || paid == cost) break;
            uint256 part = i == 7 ? cost - paid : 1 + uint256(keccak256(abi.encode(seed, i))) % (cost - paid);
            address who = address(uint160(0x90000 + i));
            _coin(who, part);
            _fund(id, who, side, part);
            put += part;
        }
    }

    // Calls out

    function test_attack_reverting_arbitrable_locks_nobodys_pay() public {
        uint256 id = _sitting(20);
        _vote(id, _split(7, 0));
        _pass(40);
        asker.setStubborn(true);
        vm.expectRevert();
        court.executeRuling(id);
        court.pay(id, 0, 1000);
        address juror = _seat(id, 0);
        court.withdraw(juror);
        vm.assertEq(juror.balance, FEE, "paid");
        asker.setStubborn(false);
        court.executeRuling(id);
        vm.assertEq(asker.rulingOf(id), 1, "told when it listens");
    }

    /// @notice A call with too little gas for the arbitrable must not count as told.
    function test_attack_ruling_executed_with_too_little_gas() public {
        uint256 id = _sitting(20);
        _vote(id, _split(7, 0));
        _pass(40);
        for (uint256 gas_ = 20_000; gas_ < 100_000; gas_ += 5000) {
            uint256 snapshot = vm.snapshotState();
            try court.executeRuling{gas: gas_}(id) {
                vm.assertEq(asker.times(id), 1, "told");
            } catch {
                vm.assertTrue(!court.clockOf(id).ruled, "can be tried again");
            }
            vm.revertToState(snapshot);
        }
    }

    function test_attack_reentrancy_of_an_arbitrable() public {
        uint256 id = _sitting(20);
        uint256 other = _open();
        _vote(id, _split(0, 0));
        _pass(40);
        court.pay(id, 0, 1000); // its fees are owed back to the arbitrable
        bytes[4] memory calls = [
            abi.encodeCall(ICourt.executeRuling, (id)),
            abi.encodeCall(ICourt.withdraw, (address(asker))),
            abi.encodeCall(ICourt.pay, (id, 0, 1)),
            abi.encodeCall(ICourt.claimAppeal, (id, 0, 1, address(asker)))
        ];
        for (uint256 i; i < 4; ++i) {
            uint256 snapshot = vm.snapshotState();
            asker.arm(calls[i]);
            court.executeRuling(id);
            vm.assertTrue(asker.tried() && !asker.succeeded(), "refused");
            vm.assertEq(asker.times(id), 1, "once");
            vm.revertToState(snapshot);
        }
        vm.assertEq(address(court).balance, 14 * uint256(FEE), "nothing left");
        vm.assertEq(uint256(court.phaseOf(other)), uint256(ICourt.Phase.Draw), "the other is untouched");
    }

    function test_attack_rule_called_by_a_stranger_or_too_early() public {
        uint256 id = _sitting(20);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Commit));
        court.executeRuling(id);
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_WrongPhase.selector, id, ICourt.Phase.Commit));
        court.pay(id, 0, 1);
        vm.prank(stranger);
        vm.expectRevert();
        asker.rule(id, 2);
    }

    function test_attack_reentrancy_of_a_juror_receiving_coin() public {
        (uint256 id, GreedyJuror greedy) = _withGreedyJuror();
        uint256 due = court.owed(address(greedy));
        vm.assertEq(due, 7 * uint256(FEE) / 4, "its share");
        bytes[3] memory calls = [
            abi.encodeCall(ICourt.withdraw, (address(greedy))),
            abi.encodeCall(ICourt.pay, (id, 0, 1000)),
            abi.encodeCall(ICourt.executeRuling, (id))
        ];
        for (uint256 i; i < 3; ++i) {
            uint256 snapshot = vm.snapshotState();
            greedy.arm(calls[i]);
            court.withdraw(address(greedy));
            vm.assertTrue(greedy.tried() && !greedy.succeeded(), "refused");
            vm.assertEq(address(greedy).balance, due, "once");
            vm.revertToState(snapshot);
        }
    }

    function test_attack_juror_refusing_coin_hurts_itself_only() public {
        (, GreedyJuror greedy) = _withGreedyJuror();
        greedy.refuse(true);
        uint256 due = court.owed(address(greedy));
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_SendFailed.selector, address(greedy), due));
        court.withdraw(address(greedy));
        court.withdraw(_jurorAt(0));
        vm.assertEq(_jurorAt(0).balance, 7 * uint256(FEE) / 4, "the others");
        greedy.refuse(false);
        court.withdraw(address(greedy));
        vm.assertEq(address(greedy).balance, due, "still its own");
        vm.expectRevert(abi.encodeWithSelector(ICourt.Court_NothingOwed.selector, address(greedy)));
        court.withdraw(address(greedy));
    }

    // Help

    /// @notice A dispute whose jury of seven, out of `count`, may commit.
    function _sitting(uint256 count) private returns (uint256 id) {
        _jurors(count);
        id = _open();
        _drawn(id);
    }

    function _order(uint256 id) private returns (address[7] memory order) {
        uint256 snapshot = vm.snapshotState();
        court.draw(id, 255);
        for (uint256 i; i < 7; ++i) {
            order[i] = _seat(id, i);
        }
        vm.revertToState(snapshot);
    }

    /// @notice Four jurors, one of them a contract; all voted 1, the dispute is over, pay is owed.
    function _withGreedyJuror() private returns (uint256 id, GreedyJuror greedy) {
        _jurors(3);
        greedy = new GreedyJuror(court);
        _newJuror(address(greedy), MINIMUM);
        id = _open();
        _drawn(id);
        _vote(id, _split(4, 0));
        _pass(40);
        court.pay(id, 0, 1000);
    }
}

/// @notice Random steps of jurors, parties and strangers, and what should then be true.
contract CourtHandler is Courtroom {
    uint256 private constant _POOL = 12;
    uint256 private constant _CROWD = 3;

    mapping(uint256 key => uint256) public put; // into a round's appeal
    mapping(uint256 key => uint256) public taken; // out of it
    mapping(bytes32 vote => uint256) private _choice;
    uint256 public steps;

    function setUp() public override {
        super.setUp();
        _jurors(_POOL);
    }

    function open(uint256 choices) external {
        if (court.disputeCount() >= 4) return;
        asker.ask(bound(choices, 1, 3), 0);
        ++steps;
    }

    function draw(uint256 which, uint256 count) external {
        uint256 id = _any(which);
        if (id == 0) return;
        try court.draw(id, bound(count, 1, 20)) {
            ++steps;
        } catch {}
    }

    function commit(uint256 which, uint256 choice) external {
        uint256 id = _any(which);
        if (id == 0 || court.phaseOf(id) != ICourt.Phase.Commit) return;
        for (uint256 i; i < _seated(id); ++i) {
            uint256 roll = uint256(keccak256(abi.encode(choice, i))) % 8;
            if (roll > 5 || court.seatOf(id, court.clockOf(id).round, i).state != ICourt.State.Drawn) continue;
            uint256 vote = roll % 3 % (court.clockOf(id).choices + 1);
            _choice[keccak256(abi.encode(id, court.clockOf(id).round, i))] = vote;
            _commit(id, i, vote);
            ++steps;
        }
    }

    function reveal(uint256 which, uint256 some) external {
        uint256 id = _any(which);
        if (id == 0 || court.phaseOf(id) != ICourt.Phase.Reveal) return;
        uint256 round = court.clockOf(id).round;
        for (uint256 i; i < _seated(id); ++i) {
            if (some >> i & 7 == 0 || court.seatOf(id, round, i).state != ICourt.State.Committed) continue;
            _reveal(id, i, _choice[keccak256(abi.encode(id, round, i))]);
            ++steps;
        }
    }

    function fund(uint256 which, uint256 who, uint256 side, uint256 amount) external {
        uint256 id = _any(which);
        if (id == 0) return;
        uint256 round = court.clockOf(id).round;
        address from = _crowdAt(who % _CROWD);
        amount = bound(amount, 1, 2 ether);
        side = side % (court.clockOf(id).choices + 1);
        uint256 owedBefore = court.owed(from);
        vm.prank(from);
        try court.fundAppeal{value: amount}(id, side) {
            put[id << 8 | round] += amount - (court.owed(from) - owedBefore);
            ++steps;
        } catch {}
    }

    function appeal(uint256 which) external {
        uint256 id = _any(which);
        if (id == 0 || which % 4 != 0) return;
        try asker.appeal(id, court.appealCost(id, "")) {
            ++steps;
        } catch {}
    }

    function pay(uint256 which, uint256 round, uint256 count) external {
        uint256 id = _any(which);
        if (id == 0) return;
        try court.pay(id, round % (court.clockOf(id).round + 1), bound(count, 1, 12)) {
            ++steps;
        } catch {}
    }

    function claim(uint256 which, uint256 round, uint256 side, uint256 who) external {
        uint256 id = _any(which);
        if (id == 0) return;
        _claim(id, round % (court.clockOf(id).round + 1), side % 4, _crowdAt(who % _CROWD));
    }

    function withdraw(uint256 who) external {
        address[] memory all = accounts();
        try court.withdraw(all[who % all.length]) {
            ++steps;
        } catch {}
    }

    function leave(uint256 who) external {
        address juror = _jurorAt(who % _POOL);
        if (who % 5 != 0 || !stakes.hasRole(juror, JUROR)) return;
        vm.prank(juror);
        stakes.leave(JUROR);
        ++steps;
    }

    function back(uint256 who) external {
        address juror = _jurorAt(who % _POOL);
        if (!stakes.hasRole(juror, JUROR)) {
            token.transfer(juror, MINIMUM);
            vm.prank(juror);
            stakes.join(JUROR, MINIMUM);
        }
        court.sync(juror);
        vm.prank(juror);
        try stakes.withdrawStake(JUROR) {
            ++steps;
        } catch {}
    }

    function wait_(uint256 time) external {
        vm.warp(block.timestamp + bound(time, 1, 21));
        vm.roll(block.number + 2);
    }

    /// @notice To the end of a dispute's present phase.
    function turn(uint256 which) external {
        uint256 id = _any(which);
        vm.roll(block.number + 2);
        if (id == 0) return;
        ICourt.Clock memory clock = court.clockOf(id);
        if (clock.start == 0) return;
        uint256 at = clock.start;
        uint32[4] memory windows = [0, uint32(clock.commit), uint32(clock.reveal), uint32(clock.appeal)];
        for (uint256 i; i < 4; ++i) {
            at += windows[i];
            if (at > block.timestamp) break;
        }
        if (at > block.timestamp) vm.warp(at);
    }

    // What the invariants read

    function ledger() external view returns (Court) {
        return court;
    }

    /// @notice Everyone coin can be owed to.
    function accounts() public view returns (address[] memory all) {
        all = new address[](_POOL + _CROWD + 2);
        for (uint256 i; i < _POOL; ++i) {
            all[i] = _jurorAt(i);
        }
        for (uint256 i; i < _CROWD; ++i) {
            all[_POOL + i] = _crowdAt(i);
        }
        (all[_POOL + _CROWD], all[_POOL + _CROWD + 1]) = (treasury, address(asker));
    }

    /// @notice Coin held, and coin owed: to accounts, to juries not yet paid, to contributors of appeals.
    function coin() external view returns (uint256 held, uint256 owed) {
        held = address(court).balance;
        address[] memory all = accounts();
        for (uint256 i; i < all.length; ++i) {
            owed += court.owed(all[i]);
        }
        for (uint256 id = 1; id <= court.disputeCount(); ++id) {
            for (uint256 round; round <= court.clockOf(id).round; ++round) {
                bool back_ = round > 0 && _crowdPaysBack(id, round - 1);
                if (!court.roundOf(id, round).settled && !back_) {
                    owed += court.sizeOf(round) * FEE - _rewarded(id, round);
                }
                uint256 key = id << 8 | round;
                owed += put[key] - taken[key];
                if (court.roundOf(id, round).funded == 2 && !_crowdPaysBack(id, round)) {
                    owed -= court.sizeOf(round + 1) * FEE;
                }
            }
        }
    }

    /// @dev Whether the jury that a round's appeal paid for earned nothing, so that its fees are the contributors' again.
    function _crowdPaysBack(uint256 id, uint256 round) private view returns (bool) {
        if (court.phaseOf(id) != ICourt.Phase.Final || court.roundOf(id, round).funded < 2) return false;
        return _right(id, round + 1) == 0;
    }

    /// @dev What a round that is being paid has already paid.
    function _rewarded(uint256 id, uint256 round) private view returns (uint256) {
        ICourt.Round memory r = court.roundOf(id, round);
        if (r.cursor <= r.order) return 0;
        (uint256 choice, bool found) = _finding(id);
        uint256 count;
        for (uint256 i; i < r.cursor - r.order; ++i) {
            ICourt.Seat memory seat = court.seatOf(id, round, i);
            if (seat.state == ICourt.State.Revealed && (!found || seat.choice == choice)) ++count;
        }
        return court.sizeOf(round) * FEE / _right(id, round) * count;
    }

    function _right(uint256 id, uint256 round) private view returns (uint256 right) {
        (uint256 choice, bool found) = _finding(id);
        if (found) return court.votesOf(id, round, choice);
        for (uint256 i; i <= court.clockOf(id).choices; ++i) {
            right += court.votesOf(id, round, i);
        }
    }

    /// @dev What the last jury found, if anything.
    function _finding(uint256 id) private view returns (uint256 choice, bool found) {
        uint256 most;
        for (uint256 i; i <= court.clockOf(id).choices; ++i) {
            uint256 votes_ = court.votesOf(id, court.clockOf(id).round, i);
            if (votes_ == most) found = false;
            if (votes_ > most) (most, choice, found) = (votes_, i, true);
        }
    }

    /// @notice Stake held by the token, and stake the accounts have.
    function stake() external view returns (uint256 held, uint256 owed) {
        held = token.balanceOf(address(stakes));
        address[] memory all = accounts();
        owed = _free(address(court)) + stakes.stakeOf(operator, 1) + stakes.stakeOf(rival, 1);
        for (uint256 i; i < all.length; ++i) {
            (uint256 leaving,) = stakes.stakeUnbonding(all[i], JUROR);
            owed += _free(all[i]) + stakes.stakeOf(all[i], JUROR) + leaving;
        }
    }

    /// @notice What is held of all jurors, and what their open votes hold.
    function holds() external view returns (uint256 held, uint256 open_) {
        for (uint256 i; i < _POOL; ++i) {
            held += stakes.heldOf(_jurorAt(i), JUROR);
        }
        for (uint256 id = 1; id <= court.disputeCount(); ++id) {
            for (uint256 round; round <= court.clockOf(id).round; ++round) {
                ICourt.Round memory r = court.roundOf(id, round);
                for (uint256 seat = r.cursor; seat < r.order; ++seat) {
                    if (court.seatOf(id, round, seat).state != ICourt.State.Passed) open_ += ABSENT;
                }
            }
        }
    }

    /// @notice Votes counted are votes revealed, and no juror has two seats.
    function votes() external view returns (bool same) {
        for (uint256 id = 1; id <= court.disputeCount(); ++id) {
            for (uint256 round; round <= court.clockOf(id).round; ++round) {
                if (!_votesOf(id, round)) return false;
            }
        }
        return true;
    }

    function _votesOf(uint256 id, uint256 round) private view returns (bool) {
        uint256 counted;
        for (uint256 i; i <= court.clockOf(id).choices; ++i) {
            counted += court.votesOf(id, round, i);
        }
        for (uint256 i; i < court.roundOf(id, round).order; ++i) {
            ICourt.Seat memory seat = court.seatOf(id, round, i);
            if (seat.state == ICourt.State.Revealed) --counted;
            for (uint256 j; j < i; ++j) {
                if (court.seatOf(id, round, j).juror == seat.juror) return false;
            }
        }
        return counted == 0;
    }

    /// @notice Ends every dispute and lets everybody take what is his.
    function drain() external {
        for (uint256 id = 1; id <= court.disputeCount(); ++id) {
            vm.roll(block.number + 2);
            if (court.clockOf(id).start == 0) court.draw(id, 255);
        }
        vm.warp(block.timestamp + 200);
        for (uint256 id = 1; id <= court.disputeCount(); ++id) {
            for (uint256 round; round <= court.clockOf(id).round; ++round) {
                if (!court.roundOf(id, round).settled) court.pay(id, round, 1000);
            }
            for (uint256 i; i < 16 * _CROWD; ++i) {
                _claim(id, i >> 2 & 3, i & 3, _crowdAt(i >> 4));
            }
            if (!court.clockOf(id).ruled) court.executeRuling(id);
        }
        address[] memory all = accounts();
        for (uint256 i; i < all.length; ++i) {
            if (court.owed(all[i]) > 0) court.withdraw(all[i]);
        }
    }

    function _claim(uint256 id, uint256 round, uint256 side, address who) private {
        uint256 before = court.owed(who);
        try court.claimAppeal(id, round, side, who) {
            taken[id << 8 | round] += court.owed(who) - before;
            ++steps;
        } catch {}
    }

    function _any(uint256 which) private view returns (uint256) {
        uint256 n = court.disputeCount();
        return n == 0 ? 0 : 1 + which % n;
    }

    function _crowdAt(uint256 i) private view returns (address) {
        return [operator, rival, watcher][i];
    }
}

/// @notice The court's invariants after every random step (spec/court.md, section 9).
contract CourtInvariantTest is Test {
    CourtHandler private world;

    function setUp() public {
        world = new CourtHandler();
        world.setUp();
        bytes4[] memory steps = new bytes4[](14);
        steps[0] = CourtHandler.open.selector;
        steps[1] = CourtHandler.draw.selector;
        steps[2] = CourtHandler.commit.selector;
        steps[3] = CourtHandler.reveal.selector;
        steps[4] = CourtHandler.fund.selector;
        steps[5] = CourtHandler.appeal.selector;
        steps[6] = CourtHandler.pay.selector;
        steps[7] = CourtHandler.claim.selector;
        steps[8] = CourtHandler.withdraw.selector;
        steps[9] = CourtHandler.leave.selector;
        steps[10] = CourtHandler.back.selector;
        steps[11] = CourtHandler.wait_.selector;
        steps[12] = CourtHandler.turn.selector;
        steps[13] = CourtHandler.draw.selector; // twice as likely, or few disputes would get anywhere
        target(address(world), steps);
    }

    /// @notice The steps do reach what the invariants are about; otherwise they would hold of nothing.
    function test_steps_reach_every_state() public {
        world.open(2);
        for (uint256 round; round < 3; ++round) {
            world.turn(0);
            world.draw(0, 19);
            world.draw(0, 19);
            world.turn(0);
            world.commit(0, round);
            world.turn(0);
            world.reveal(0, 0x5f5f5f);
            _all();
            world.turn(0);
            world.leave(10 * round);
            for (uint256 side; side < 4; ++side) {
                world.fund(0, side, side, 2 ether - 1);
            }
            _all();
        }
        vm.assertEq(world.ledger().clockOf(1).round, 3, "three appeals");
        world.turn(0);
        world.draw(0, 19);
        for (uint256 i; i < 4; ++i) {
            world.turn(0);
        }
        vm.assertTrue(world.ledger().phaseOf(1) == ICourt.Phase.Final, "over");
        for (uint256 round; round < 4; ++round) {
            world.pay(0, round, round);
            _all();
            for (uint256 who; who < 12; ++who) {
                world.claim(0, round, who & 3, who >> 2);
            }
            _all();
            world.pay(0, round, 11);
            world.back(round);
        }
        _all();
        world.withdraw(3);
        _all();
        afterInvariant();
    }

    function _all() private view {
        invariant_coin_is_all_there_and_all_owed();
        invariant_stake_is_all_there();
        invariant_what_is_held_is_what_open_votes_may_cost();
        invariant_votes_are_reveals_and_jurors_sit_once();
    }

    function invariant_coin_is_all_there_and_all_owed() public view {
        (uint256 held, uint256 owed) = world.coin();
        vm.assertEq(owed, held, "J1");
    }

    function invariant_stake_is_all_there() public view {
        (uint256 held, uint256 owed) = world.stake();
        vm.assertEq(held, owed, "J2");
    }

    function invariant_what_is_held_is_what_open_votes_may_cost() public view {
        (uint256 held, uint256 open) = world.holds();
        vm.assertEq(held, open, "J3");
    }

    function invariant_votes_are_reveals_and_jurors_sit_once() public view {
        vm.assertTrue(world.votes(), "J4");
    }

    /// @dev At the end of a run everybody takes what is his; under a unit a contribution is left.
    function afterInvariant() public {
        world.drain();
        (uint256 held,) = world.coin();
        vm.assertLe(held, 4 * 3 * 3 * 3, "J1: nothing is stuck");
        (uint256 held_,) = world.holds();
        vm.assertEq(held_, 0, "J3: everything is freed");
    }
}
