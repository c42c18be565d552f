// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Disputes} from "../src/Disputes.sol";
import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {ICourt} from "../src/interfaces/ICourt.sol";
import {IDisputes} from "../src/interfaces/IDisputes.sol";
import {IDoubts} from "../src/interfaces/IDoubts.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {Pay, Posted, Terms} from "../src/interfaces/Structs.sol";
import {Arbitrated, Elsewhere, InCourt} from "./Arbitrated.sol";
import {BlockingToken, ReentrantToken} from "./Hostile.sol";
import {EvilArbitrator} from "./OtherArbitrator.sol";

/// @notice What holds before every arbitrator; run with two below. How jurors are kept honest (copied commits, votes not
/// shown, seats, ties, seeds) is CourtAttacksTest.
abstract contract DisputesSuite is Arbitrated {
    uint96 private constant BOND = R / 2;

    // Outcomes

    function test_kept_pays_those_it_held_up() public {
        Scene memory s = _scene(20, 4, 0);
        (uint256 had, uint256 settlers) = (_free(challenger), _free(operator));
        uint256 id = _open(s, 1);
        vm.assertEq(_free(challenger), had - BOND, "the challenger's bond is locked");
        vm.assertTrue(disputes.isDisputed(s.p.key, s.d.items[1].item), "disputed");
        _decide(id, KEEP);
        _execute(s, id, 1);
        vm.assertEq(_free(challenger), had - BOND, "and gone");
        vm.assertEq(_locked(challenger), 0, "nothing left locked");
        vm.assertEq(_free(operator), settlers + BOND / 2, "half to the settler");
        vm.assertEq(_free(_payee(1)), BOND / 2, "half to whose pay was held");
        _finalNow(s);
        _claim(s, 1);
        vm.assertEq(dollar.balanceOf(_payee(1)), s.d.pays[1].amount, "paid in full");
        _release(s);
        vm.assertEq(_locked(operator), 0, "the whole bond and deposits are back");
    }

    function test_kept_rejection_pays_settler_and_treasury() public {
        Scene memory s = _scene(20, 4, 1);
        uint256 settlers = _free(operator);
        _disputed(s, 0, KEEP);
        vm.assertEq(_free(operator), settlers + BOND / 2, "half to the settler");
        vm.assertEq(_free(treasury), BOND / 2, "nobody's pay was held: half to the treasury");
        vm.assertEq(_free(_payee(0)), 0, "nothing to who may be the challenger himself");
        _finalNow(s);
        _release(s);
    }

    function test_a_ruling_to_reject_keeps_what_was_rejected() public {
        Scene memory s = _scene(20, 4, 1);
        uint256 had = _free(challenger);
        _disputed(s, 0, REJECT);
        vm.assertEq(_free(challenger), had - BOND, "the verdict stands, the bond does not");
        vm.assertEq(disputes.tallyOf(s.p.key).overturned, 0, "nothing overturned");
    }

    function test_overturned_rejection_pays_the_contributor() public {
        Scene memory s = _scene(20, 4, 1);
        (uint256 had, uint256 settlers) = (_free(challenger), _locked(operator));
        uint256 id = _disputed(s, 0, ACCEPT);
        _outcomeIs(id, IDisputes.State.Closed);
        uint96 fine = s.p.bond / 8;
        vm.assertEq(_free(_payee(0)), R, "what the best item earns, in collateral");
        vm.assertEq(_free(challenger), had + fine - R, "the challenger's bond is back, with the rest of the fine");
        vm.assertEq(_locked(operator), settlers - fine, "out of the settler's bond");
        vm.assertEq(doubts.doubtOf(s.p.key).fined, fine, "noted");
        _finalNow(s);
        _release(s);
        vm.assertEq(_locked(operator), 0, "nothing of it stays locked");
    }

    function test_a_contributor_without_funds_is_spoken_for() public {
        Scene memory s = _scene(20, 4, 1);
        address poor = _payee(0);
        vm.assertEq(poor.balance + dollar.balanceOf(poor), 0, "has neither coin nor money");
        _disputed(s, 0, ACCEPT);
        vm.prank(poor);
        stakes.requestWithdraw(address(dollar), R);
        vm.warp(block.timestamp + unbonding);
        vm.prank(poor);
        stakes.withdraw(address(dollar));
        vm.assertEq(dollar.balanceOf(poor), R, "paid");
    }

    function test_overturned_acceptance_cuts_and_fines() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 had = _free(challenger);
        uint256 escrow = campaigns.stateOf(s.p.campaign).escrow;
        _disputed(s, 2, REJECT);
        uint96 fine = s.p.bond / 8;
        vm.assertEq(_free(challenger), had + fine / 2, "half of the fine to the challenger");
        vm.assertEq(campaigns.stateOf(s.p.campaign).escrow, escrow + fine - fine / 2, "half to the campaign");
        _finalNow(s);
        _claim(s, 2);
        uint96 left = s.d.pays[2].amount - s.d.items[2].reward;
        vm.assertEq(dollar.balanceOf(_payee(2)), left, "the leaf without this item");
        escrow = campaigns.stateOf(s.p.campaign).escrow;
        doubts.returnCut(s.p.key, 2);
        vm.assertEq(campaigns.stateOf(s.p.campaign).escrow, escrow + s.d.items[2].reward, "its reward to the campaign");
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NothingCut.selector, s.p.key, 2));
        doubts.returnCut(s.p.key, 2);
        _books(s);
    }

    function test_an_item_paid_too_little_is_made_up() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Scene memory s;
        (s.t, s.anchors) = (t, _one(_anchor(id, t, 4, operator)));
        s.d = _honest(t, s.anchors, 4, operator);
        uint96 less = REWARD - REWARD / 10;
        (s.d.items[0].grade, s.d.items[0].reward) = (10, REWARD - less);
        s.d.pays[0].amount -= less;
        for (uint256 i; i < s.d.pays.length; ++i) {
            s.d.pays[i].cumulative -= less;
        }
        s.d.total -= less;
        s.p = _settle(id, t, s.anchors, s.d, operator);
        uint256 had = _free(challenger);
        _disputed(s, 0, ACCEPT);
        vm.assertEq(_free(_payee(0)), R - s.d.items[0].reward, "what is missing to a whole reward");
        vm.assertEq(_free(challenger), had + s.p.bond / 8 - (R - s.d.items[0].reward), "the rest to the challenger");
        _finalNow(s);
        _claim(s, 0);
        vm.assertEq(dollar.balanceOf(_payee(0)), s.d.items[0].reward, "and its pay");
    }

    function test_refused_changes_nothing() public {
        Scene memory s = _scene(20, 4, 0);
        (uint256 had, uint256 settlers) = (_free(challenger), _locked(operator));
        _disputed(s, 0, 0);
        vm.assertEq(_free(challenger), had, "the bond is back; the arbitrator's price is not");
        vm.assertEq(_locked(operator), settlers, "no fine");
        _finalNow(s);
        _claim(s, 0);
        vm.assertEq(dollar.balanceOf(_payee(0)), s.d.pays[0].amount, "paid in full");
    }

    function test_others_are_paid_while_a_leaf_is_held() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 id = _open(s, 1);
        _final(s.p);
        bytes32[] memory proof = _payProof(s.p, s.d, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_Held.selector, s.p.key, 1));
        settlement.claim(_head(s.p), s.d.pays[1], proof);
        _claim(s, 0);
        _push(s.p, s.d, 0, s.d.pays.length);
        for (uint256 i; i < s.d.pays.length; ++i) {
            vm.assertTrue(settlement.isPaid(s.p.key, i) == (i != 1), "all but the held one");
        }
        vm.assertEq(dollar.balanceOf(_payee(1)), 0, "held");
        _decide(id, KEEP);
        _execute(s, id, 1);
        _push(s.p, s.d, 0, s.d.pays.length);
        vm.assertEq(dollar.balanceOf(_payee(1)), s.d.pays[1].amount, "paid");
    }

    function test_two_items_of_one_leaf() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 a = _open(s, 1);
        uint256 b = _open(s, 5);
        _decide(a, REJECT);
        _execute(s, a, 1);
        _finalNow(s);
        bytes32[] memory proof = _payProof(s.p, s.d, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_Held.selector, s.p.key, 1));
        settlement.claim(_head(s.p), s.d.pays[1], proof);
        _decide(b, REJECT);
        _execute(s, b, 5);
        _claim(s, 1);
        vm.assertEq(dollar.balanceOf(_payee(1)), s.d.pays[1].amount - 2 * REWARD, "without both");
    }

    function test_a_leaf_cut_to_nothing_is_settled_all_the_same() public {
        Scene memory s = _scene(4, 4, 0);
        _disputed(s, 0, REJECT);
        _disputed(s, 1, REJECT);
        _finalNow(s);
        _claim(s, 0);
        _push(s.p, s.d, 0, 5);
        doubts.returnCut(s.p.key, 0);
        doubts.returnCut(s.p.key, 1);
        vm.assertEq(dollar.balanceOf(_payee(0)) + dollar.balanceOf(_payee(1)), 0, "nothing was left of either");
        vm.assertEq(dollar.balanceOf(_payee(2)), REWARD, "others got theirs");
        _books(s);
    }

    function test_coin_beyond_the_price_is_owed() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 price = disputes.cost();
        uint256 had = challenger.balance;
        _openWith(s, 0, challenger, price + 1 ether);
        vm.assertEq(disputes.owed(challenger), 1 ether, "owed");
        disputes.withdraw(challenger);
        vm.assertEq(challenger.balance, had - price, "sent, whoever calls");
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NothingOwed.selector, challenger));
        disputes.withdraw(challenger);
    }

    function test_coin_an_account_refuses_stays_owed() public {
        Scene memory s = _scene(20, 4, 0);
        address proud = address(dollar); // takes no coin
        _challenger(proud);
        _openWith(s, 0, proud, disputes.cost() + 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_CoinRefused.selector, proud, 1 ether));
        disputes.withdraw(proud);
        vm.assertEq(disputes.owed(proud), 1 ether, "still");
    }

    function test_fees_an_arbitrator_returns_go_to_the_treasury() public {
        Scene memory s = _scene(20, 4, 0);
        _openWith(s, 0, challenger, disputes.cost() + 1 ether);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NothingOwed.selector, treasury));
        disputes.returnFees();
        more.deal(address(disputes), address(disputes).balance + 3 ether);
        disputes.returnFees();
        disputes.withdraw(treasury);
        vm.assertEq(treasury.balance, 3 ether, "what came back");
        vm.assertEq(disputes.owed(challenger), 1 ether, "and not what is owed to others");
        disputes.withdraw(challenger);
    }

    function test_evidence_by_anyone_while_it_is_open() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 id = _open(s, 0);
        vm.prank(stranger);
        disputes.submitEvidence(id, "/ipfs/more");
        _decide(id, KEEP);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, id, uint256(IDisputes.State.Ruled)));
        disputes.submitEvidence(id, "/ipfs/late");
    }

    /// @notice What people pay for, the arbitrator's own work not taken off.
    /// forge-config: default.isolate = true
    function test_gas_of_a_dispute() public {
        Scene memory s = _scene(20, 4, 1);
        uint256 id = _open(s, 1);
        vm.assertLe(_gas("open"), 620_000, "open");
        uint256 second = _open(s, 0);
        vm.assertLe(_gas("open, the bond alone"), 500_000, "open, the bond alone");
        _decide(id, REJECT);
        _execute(s, id, 1);
        vm.assertLe(_gas("execute, cut and fine"), 320_000, "execute, cut and fine");
        _decide(second, ACCEPT);
        _execute(s, second, 0);
        vm.assertLe(_gas("execute, paid"), 320_000, "execute, paid");
    }

    function _gas(string memory what) private view returns (uint256 used) {
        used = vm.lastCallGas().gasTotalUsed;
        log(what, used);
    }

    // Suspension

    function test_eight_suspend_and_seven_do_not() public {
        Scene memory s = _scene(20, 4, 0);
        uint256[] memory ids = _openMany(s, 7);
        vm.assertTrue(!disputes.tallyOf(s.p.key).suspended, "seven hold their leaves only");
        vm.warp(s.p.finalAt - 5);
        uint256 eighth = _open(s, 7);
        vm.assertTrue(disputes.tallyOf(s.p.key).suspended, "eight could void it");
        vm.warp(s.p.finalAt + 1);
        vm.assertTrue(!settlement.isFinal(s.p.key), "not final");
        _decide(ids[0], KEEP);
        _execute(s, ids[0], 0);
        vm.assertTrue(!disputes.tallyOf(s.p.key).suspended, "seven are left");
        vm.assertEq(settlement.slotOf(s.p.key).finalAt, block.timestamp + 5, "the rest of the window is given back");
        vm.warp(block.timestamp + 5);
        _claim(s, 4); // the operator's
        _decide(eighth, KEEP);
        _execute(s, eighth, 7);
    }

    function test_eight_overturned_void_it() public {
        Scene memory s = _scene(20, 4, 10);
        uint256 bystander = _openBy(s, 15, _armedWatcher());
        uint256 had = _free(challenger);
        uint256[] memory ids = _openMany(s, 8);
        for (uint256 i; i < 8; ++i) {
            vm.assertTrue(!settlement.isVoid(s.p.key), "not yet");
            _decide(ids[i], ACCEPT);
            _execute(s, ids[i], i);
        }
        vm.assertTrue(settlement.isVoid(s.p.key), "void");
        uint96 fine = s.p.bond / 8;
        vm.assertEq(_free(challenger), had + 8 * uint256(fine - R), "all rewarded");
        vm.assertEq(_locked(operator), s.p.bond % 8 + 10 * R, "what is left of the bond, and the deposits");
        settlement.collect(s.p, challenger);
        vm.assertEq(_locked(operator), 10 * R, "the deposits wait for who settles it again");
        vm.assertEq(campaigns.stateOf(s.p.campaign).escrow, BUDGET + s.p.bond % 8 - s.p.bond % 8 / 2, "escrow whole");
        uint256 before = _free(watcher);
        _execute(s, bystander, 15);
        vm.assertEq(_free(watcher), before + BOND, "who still disputed gets the bond back, unruled");
        _outcomeIs(bystander, IDisputes.State.Closed);
        _decide(bystander, KEEP); // a late ruling troubles nobody
        vm.assertEq(_free(watcher), before + BOND, "and changes nothing");
        _books(s);
    }

    // Attacks

    function test_attack_griefing_costs_and_delays_nobody_else() public {
        Scene memory s = _scene(20, 4, 0);
        (uint256 had, uint256 coin, uint256 price) = (_free(challenger), challenger.balance, disputes.cost());
        uint256 id = _open(s, 3);
        _final(s.p);
        _push(s.p, s.d, 0, 5);
        for (uint256 i; i < 3; ++i) {
            vm.assertEq(dollar.balanceOf(_payee(i)), s.d.pays[i].amount, "others are paid at once");
        }
        _decide(id, KEEP);
        _execute(s, id, 3);
        vm.assertEq(had - _free(challenger), R / 2, "costs half a reward");
        vm.assertEq(coin - challenger.balance, price, "and the arbitrator's price");
        vm.assertEq(_free(_payee(3)), R / 4, "who was held up has a quarter of a reward for it");
    }

    function test_attack_same_question_again_after_a_ruling_or_beside_it() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 id = _open(s, 0);
        _refused(s, 0, abi.encodeWithSelector(IDisputes.Disputes_AlreadyDisputed.selector, s.p.key, 0));
        _decide(id, 0);
        _refused(s, 0, abi.encodeWithSelector(IDisputes.Disputes_AlreadyDisputed.selector, s.p.key, 0));
        _execute(s, id, 0);
        _refused(s, 0, abi.encodeWithSelector(IDisputes.Disputes_AlreadyDisputed.selector, s.p.key, 0));
    }

    function test_attack_holding_another_accounts_leaf() public {
        Scene memory s = _scene(20, 4, 0);
        Pay memory pay = s.d.pays[2];
        bytes32[] memory payProof = _payProof(s.p, s.d, 2);
        bytes32[] memory itemProof = _itemProof(s.p, s.d, 1);
        uint256 price = disputes.cost();
        vm.prank(challenger);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotItsPay.selector, 1, 2));
        disputes.open{value: price}(s.p, s.t, s.d.items[1], itemProof, pay, payProof, "");
        // A settler who points an item at another's leaf is at fault; that leaf is not held for it.
        Scene memory bent = s;
        bent.d.items[1].payIndex = 2;
        uint256 id = _fund(s.t, BUDGET);
        bent.anchors = _one(_anchor(id, s.t, 20, operator));
        bent.p = _settle(id, s.t, bent.anchors, bent.d, operator);
        _refused(bent, 1, abi.encodeWithSelector(IDisputes.Disputes_NotItsPay.selector, 1, 2));
    }

    function test_attack_items_terms_and_settlements_that_are_none() public {
        Scene memory s = _scene(20, 4, 0);
        bytes memory why = abi.encodeWithSelector(IDisputes.Disputes_WrongProof.selector, 0);
        bytes memory call = abi.encodeCall(
            IDisputes.open, (s.p, s.t, s.d.items[1], _itemProof(s.p, s.d, 0), s.d.pays[1], _payProof(s.p, s.d, 1), "")
        );
        _callRefused(call, abi.encodeWithSelector(IDisputes.Disputes_WrongProof.selector, 1));
        s.t.unitReward = 2; // a smaller bond
        _refused(s, 0, abi.encodeWithSelector(IDisputes.Disputes_WrongTerms.selector, s.p.key));
        s.t.unitReward = R;
        s.p.bond *= 100; // a greater fine
        _refused(s, 0, abi.encodeWithSelector(ISettlement.Settlement_WrongPreimage.selector, s.p.key));
        s.p.bond /= 100;
        s.p.firstItem = 1;
        _refused(s, 0, why);
        s.p.firstItem = 0;
        _open(s, 0);
    }

    function test_attack_too_late_or_too_cheap() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 price = disputes.cost();
        bytes memory call = _openCall(s, 0);
        vm.prank(challenger);
        (bool done, bytes memory said) = address(disputes).call{value: price - 1}(call);
        vm.assertTrue(!done, "too cheap");
        vm.assertEq(
            keccak256(said),
            keccak256(abi.encodeWithSelector(IDisputes.Disputes_PaidTooLittle.selector, price - 1, price)),
            "why"
        );
        _final(s.p);
        _refused(
            s, 0, abi.encodeWithSelector(IDisputes.Disputes_WindowOver.selector, s.p.key, s.p.finalAt, s.p.finalAt)
        );
    }

    function test_attack_challenge_without_a_bond() public {
        Scene memory s = _scene(20, 4, 0);
        more.deal(stranger, 1 ether);
        bytes memory call = _openCall(s, 0);
        uint256 price = disputes.cost();
        vm.prank(stranger);
        (bool done, bytes memory said) = address(disputes).call{value: price}(call);
        vm.assertTrue(!done, "refused");
        bytes memory why = abi.encodeWithSelector(IStakes.Stakes_NotFree.selector, stranger, address(dollar), BOND, 0);
        vm.assertEq(keccak256(said), keccak256(why), "why");
    }

    function test_attack_ruling_by_a_stranger() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 id = _open(s, 0);
        vm.prank(operator);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotArbitrator.selector, operator));
        disputes.rule(id, KEEP);
        vm.prank(justice);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, id + 7, uint256(IDisputes.State.None))
        );
        disputes.rule(id + 7, KEEP);
    }

    function test_attack_ruling_twice_or_of_no_choice() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 id = _open(s, 0);
        vm.prank(justice);
        disputes.rule(id, 4);
        vm.assertEq(disputes.caseOf(id).ruling, 0, "no choice: refused");
        vm.prank(justice);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, id, uint256(IDisputes.State.Ruled)));
        disputes.rule(id, REJECT);
    }

    function test_attack_executing_early_twice_or_something_else() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 id = _open(s, 0);
        uint256 until = block.timestamp + PATIENCE;
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_NotRuled.selector, id, until));
        disputes.execute(id, s.p, s.d.items[0]);
        _decide(id, REJECT);
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongPreimage.selector, id));
        disputes.execute(id, s.p, s.d.items[1]);
        s.p.bond *= 2;
        vm.expectRevert(abi.encodeWithSelector(IDisputes.Disputes_WrongPreimage.selector, id));
        disputes.execute(id, s.p, s.d.items[0]);
        s.p.bond /= 2;
        _execute(s, id, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IDisputes.Disputes_NotOpen.selector, id, uint256(IDisputes.State.Closed))
        );
        disputes.execute(id, s.p, s.d.items[0]);
        vm.assertEq(doubts.doubtOf(s.p.key).fined, s.p.bond / 8, "fined once");
    }

    function test_attack_silent_arbitrator() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 had = _free(challenger);
        uint256 id = _open(s, 0);
        vm.warp(block.timestamp + PATIENCE);
        _execute(s, id, 0);
        vm.assertEq(_free(challenger), had, "counts as refused");
        _claim(s, 0);
        vm.prank(justice);
        disputes.rule(id, REJECT);
        _outcomeIs(id, IDisputes.State.Closed);
    }

    function test_attack_settler_takes_its_bond_while_disputed() public {
        Scene memory s = _scene(20, 4, 1);
        uint256 a = _open(s, 0); // a rejected item: no leaf, the bond alone
        uint256 b = _open(s, 1);
        uint256 had = _free(operator);
        _final(s.p);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_InDoubt.selector, s.p.key, 2));
        settlement.release(s.p, s.t, s.anchors, s.d.verdicts);
        vm.prank(operator);
        vm.expectRevert(
            abi.encodeWithSelector(IStakes.Stakes_NotFree.selector, operator, address(dollar), had + 1, had)
        );
        stakes.requestWithdraw(address(dollar), had + 1);
        _decide(b, KEEP);
        _execute(s, b, 1);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_InDoubt.selector, s.p.key, 1));
        settlement.release(s.p, s.t, s.anchors, s.d.verdicts);
        _decide(a, ACCEPT);
        _execute(s, a, 0);
        _release(s);
        vm.assertEq(_free(_payee(0)), R, "the victim was paid out of it");
    }

    function test_attack_eight_disputes_to_delay_a_batch() public {
        Scene memory s = _scene(20, 4, 0);
        (uint256 had, uint256 coin, uint256 price) = (_free(challenger), challenger.balance, disputes.cost());
        uint256 started = block.timestamp;
        uint256[] memory ids = _openMany(s, 8);
        for (uint256 i; i < 8; ++i) {
            _decide(ids[i], KEEP);
            _execute(s, ids[i], i);
        }
        vm.assertEq(had - _free(challenger), 4 * R, "four rewards");
        vm.assertEq(coin - challenger.balance, 8 * price, "and eight times the arbitrator's price");
        uint256 finalAt = settlement.slotOf(s.p.key).finalAt;
        vm.assertLe(
            finalAt, started + PATIENCE + 2 * s.t.challengeWindow, "for one case and what was left of the window"
        );
    }

    function test_attack_disputes_one_after_another_to_delay_for_ever() public {
        Scene memory s = _scene(40, 4, 0);
        vm.warp(s.p.finalAt - 1);
        uint256[] memory ids = _openMany(s, 8);
        vm.warp(s.p.finalAt);
        _refused(
            s, 8, abi.encodeWithSelector(IDisputes.Disputes_WindowOver.selector, s.p.key, s.p.finalAt, s.p.finalAt)
        );
        _keepAll(s, ids, 0);
        // The window has its last second again: once more they can hold it up, and then no more.
        vm.assertEq(settlement.slotOf(s.p.key).finalAt, block.timestamp + 1, "a second");
        ids = _openFrom(s, 8, 8);
        vm.assertTrue(disputes.tallyOf(s.p.key).suspended, "again");
        _keepAll(s, ids, 8);
        vm.assertEq(settlement.slotOf(s.p.key).finalAt, block.timestamp + 1, "a second");
        _openFrom(s, 16, 9);
        vm.assertTrue(!disputes.tallyOf(s.p.key).suspended, "but not a third time");
        vm.warp(block.timestamp + 1);
        vm.assertTrue(settlement.isFinal(s.p.key), "final");
        _claim(s, 4);
    }

    function test_attack_void_takes_no_more_than_the_bond() public {
        Scene memory s = _scene(20, 4, 8);
        _disputed(s, 0, ACCEPT);
        _disputed(s, 9, REJECT);
        uint256 locked = _locked(operator);
        uint96 fined = 2 * (s.p.bond / 8);
        vm.prank(address(faults));
        settlement.void(s.p, watcher, bytes4(0), 0);
        settlement.collect(s.p, watcher);
        vm.assertEq(_locked(operator), locked - (s.p.bond - fined), "the rest of the bond");
        vm.assertEq(_locked(operator), 10 * R, "deposits are not touched");
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AlreadyReleased.selector, s.p.key));
        settlement.collect(s.p, watcher);
        bytes32[] memory proof = _payProof(s.p, s.d, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_IsVoid.selector, s.p.key));
        settlement.claim(_head(s.p), s.d.pays[1], proof);
        _books(s);
    }

    function test_attack_refund_of_a_cut_leaf_before_the_batch_is_void() public {
        Terms memory t = _terms();
        t.deadline = uint40(block.timestamp + 1);
        t.challengeWindow = 100;
        t.lapseWindow = 300;
        Scene memory s = _sceneOf(t, 20, 4, 0);
        uint256 escrow = campaigns.stateOf(s.p.campaign).escrow;
        _disputed(s, 0, REJECT);
        ICampaigns.State memory state = campaigns.stateOf(s.p.campaign);
        vm.assertEq(state.escrow - escrow, s.p.bond / 8 - s.p.bond / 8 / 2, "half the fine, not the cut");
        vm.prank(requester);
        campaigns.refund(s.p.campaign, t, state.escrow - state.reserved);
        // Had the cut been in the books by now, the reserve would lack it when the batch is void.
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NothingCut.selector, s.p.key, 0));
        doubts.returnCut(s.p.key, 0);
        vm.prank(address(faults));
        settlement.void(s.p, watcher, bytes4(0), 0);
        state = campaigns.stateOf(s.p.campaign);
        vm.assertTrue(state.escrow >= state.reserved, "every reserved item can still be paid");
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NothingCut.selector, s.p.key, 0));
        doubts.returnCut(s.p.key, 0);
        Posted[] memory voided = new Posted[](1);
        voided[0] = s.p;
        Draft memory again = _honest(t, s.anchors, 4, rival);
        vm.prank(rival);
        settlement.resettle(t, s.anchors, _input(s.p.campaign, s.p.key + 1, again), voided, _watchers(1));
    }

    function test_attack_cut_of_a_leaf_nobody_funded() public {
        _scene(20, 4, 0); // somebody else's money lies in Settlement
        Terms memory t = _terms();
        Scene memory s;
        s.t = t;
        uint256 id = _fund(t, BUDGET);
        s.anchors = _one(_anchor(id, t, 4, operator));
        s.d = _honest(t, s.anchors, 4, operator);
        // Requester and settler are one: an item is worth a fortune, its leaf says so, the word's budget does not.
        s.d.items[0].reward = 1000 * BUDGET;
        s.d.pays[0].amount = 1000 * BUDGET;
        s.p = _settle(id, t, s.anchors, s.d, operator);
        uint256 escrow = campaigns.stateOf(id).escrow;
        _disputed(s, 0, REJECT);
        _finalNow(s);
        bytes32[] memory proof = _payProof(s.p, s.d, 0);
        vm.expectPartialRevert(ISettlement.Settlement_AboveBudget.selector);
        settlement.claim(_head(s.p), s.d.pays[0], proof);
        vm.expectRevert(abi.encodeWithSelector(IDoubts.Doubts_NothingCut.selector, s.p.key, 0));
        doubts.returnCut(s.p.key, 0);
        vm.assertEq(campaigns.stateOf(id).escrow, escrow + s.p.bond / 8 - s.p.bond / 8 / 2, "half the fine and no more");
    }

    function test_attack_advance_of_a_held_leaf() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 id = _open(s, 0);
        bytes32[] memory proof = _payProof(s.p, s.d, 0);
        vm.prank(address(advances));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_NotAssignable.selector, s.p.key, 0));
        settlement.assign(_head(s.p), s.d.pays[0], proof, watcher);
        _decide(id, REJECT);
        _execute(s, id, 0);
        vm.prank(address(advances));
        settlement.assign(_head(s.p), s.d.pays[0], proof, watcher);
        uint256 had = dollar.balanceOf(watcher);
        _finalNow(s);
        _claim(s, 0);
        vm.assertEq(dollar.balanceOf(watcher) - had, s.d.pays[0].amount - REWARD, "what is left, to who took it over");
    }

    function test_attack_dispute_of_a_claim_advanced_before() public {
        Scene memory s = _scene(20, 4, 0);
        bytes32[] memory proof = _payProof(s.p, s.d, 0);
        vm.prank(address(advances));
        settlement.assign(_head(s.p), s.d.pays[0], proof, watcher);
        uint256 had = dollar.balanceOf(watcher);
        _disputed(s, 0, REJECT);
        _finalNow(s);
        _push(s.p, s.d, 0, 5);
        vm.assertEq(dollar.balanceOf(watcher) - had, s.d.pays[0].amount - REWARD, "cut all the same");
        vm.assertEq(dollar.balanceOf(_payee(0)), 0, "and nothing twice");
    }

    function test_attack_settler_disputes_itself() public {
        // So that nobody else can, and to be its own challenger: the victim has its reward all the same.
        Scene memory s = _scene(20, 4, 1);
        more.deal(operator, 1 ether);
        (uint256 free, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        uint256 id = _openBy(s, 0, operator);
        _decide(id, ACCEPT);
        _execute(s, id, 0);
        vm.assertEq(_free(_payee(0)), R, "paid");
        vm.assertEq(free + locked - _free(operator) - _locked(operator), R, "by the settler, besides the price");
        // Of its own acceptance, to shield it: half the fine is gone to the campaign.
        (free, locked) = stakes.collateralOf(operator, address(dollar));
        id = _openBy(s, 1, operator);
        _decide(id, REJECT);
        _execute(s, id, 1);
        uint96 fine = s.p.bond / 8;
        vm.assertEq(free + locked - _free(operator) - _locked(operator), fine - fine / 2, "half the fine");
    }

    function test_attack_item_without_an_account() public {
        // A settler who leaves the contributor out cannot be the one who is paid for it.
        Terms memory t = _terms();
        Scene memory s;
        s.t = t;
        uint256 campaign = _fund(t, BUDGET);
        s.anchors = _one(_anchor(campaign, t, 8, operator));
        s.d = _honest(t, s.anchors, 4, operator);
        _reject(s.d, 0);
        s.d.items[0].contributor = address(0);
        s.d.items[0].verdict = 3;
        s.p = _settle(campaign, t, s.anchors, s.d, operator);
        uint256 escrow = campaigns.stateOf(campaign).escrow;
        _disputed(s, 0, ACCEPT);
        vm.assertEq(_free(address(0)), 0, "nobody's collateral");
        vm.assertEq(campaigns.stateOf(campaign).escrow, escrow + R, "the campaign's");
    }

    function test_attack_refusing_token_blocks_no_ruling() public {
        BlockingToken bad = new BlockingToken();
        Scene memory s = _foreign(address(bad));
        uint256 a = _open(s, 0);
        uint256 b = _open(s, 1);
        bad.setBlocked(address(settlement));
        _decide(a, REJECT);
        _decide(b, ACCEPT);
        _execute(s, b, 1); // moves collateral only
        vm.expectRevert();
        disputes.execute(a, s.p, s.d.items[0]); // its campaign's part has nowhere to go
        bad.setBlocked(address(0));
        _execute(s, a, 0);
        bad.setBlocked(_payee(2));
        _finalNow(s);
        _push(s.p, s.d, 0, 5);
        vm.assertEq(bad.balanceOf(_payee(1)), REWARD, "others are paid");
    }

    function test_attack_reentrancy_of_a_token_in_execute() public {
        ReentrantToken bad = new ReentrantToken();
        Scene memory s = _foreign(address(bad));
        uint256 id = _open(s, 0);
        _decide(id, REJECT);
        bad.arm(address(disputes), abi.encodeCall(IDisputes.execute, (id, s.p, s.d.items[0])));
        _execute(s, id, 0);
        vm.assertTrue(bad.tried() && !bad.succeeded(), "locked");
        vm.assertEq(doubts.doubtOf(s.p.key).fined, s.p.bond / 8, "fined once");
        // And claiming the very leaf from within: it is still held when the token is called.
        id = _open(s, 1);
        _decide(id, REJECT);
        _finalNow(s);
        bytes32[] memory proof = _payProof(s.p, s.d, 1);
        bad.arm(address(settlement), abi.encodeCall(ISettlement.claim, (_head(s.p), s.d.pays[1], proof)));
        _execute(s, id, 1);
        vm.assertTrue(!bad.succeeded(), "held until it is cut");
        _claim(s, 1);
        vm.assertEq(bad.balanceOf(_payee(1)), 0, "cut");
    }

    // Helpers

    function _armedWatcher() internal returns (address) {
        vm.prank(watcher);
        stakes.deposit(address(dollar), 10 * R);
        more.deal(watcher, 1 ether);
        return watcher;
    }

    function _openMany(Scene memory s, uint256 n) internal returns (uint256[] memory) {
        return _openFrom(s, 0, n);
    }

    function _openFrom(Scene memory s, uint256 from, uint256 n) internal returns (uint256[] memory ids) {
        ids = new uint256[](n);
        for (uint256 i; i < n; ++i) {
            ids[i] = _open(s, from + i);
        }
    }

    /// @dev All rulings first, so that no window of the settlement runs between the first and the last.
    function _keepAll(Scene memory s, uint256[] memory ids, uint256 from) internal {
        for (uint256 i; i < ids.length; ++i) {
            _decide(ids[i], KEEP);
        }
        for (uint256 i; i < ids.length; ++i) {
            _execute(s, ids[i], from + i);
        }
    }

    function _refused(Scene memory s, uint256 i, bytes memory why) internal {
        _callRefused(_openCall(s, i), why);
    }

    function _callRefused(bytes memory call, bytes memory why) internal {
        uint256 price = disputes.cost();
        vm.prank(challenger);
        (bool done, bytes memory said) = address(disputes).call{value: price}(call);
        vm.assertTrue(!done, "refused");
        vm.assertEq(keccak256(said), keccak256(why), "for this reason");
    }

    /// @notice A batch in a token of its own, four items of four contributors.
    function _foreign(address bad) internal returns (Scene memory s) {
        address[3] memory who = [requester, operator, challenger];
        for (uint256 i; i < 3; ++i) {
            BlockingToken(bad).transfer(who[i], 10 * BUDGET);
            vm.startPrank(who[i]);
            BlockingToken(bad).approve(address(stakes), type(uint256).max);
            BlockingToken(bad).approve(address(campaigns), type(uint256).max);
            if (i > 0) stakes.deposit(bad, 9 * BUDGET);
            vm.stopPrank();
        }
        Terms memory t = _terms();
        t.token = bad;
        t.challengeWindow = 100;
        t.lapseWindow = 300;
        s = _sceneOf(t, 4, 4, 0);
    }

    /// @notice Books and money agree: one campaign, nothing assigned.
    function _books(Scene memory s) internal view {
        uint256 owed = campaigns.stateOf(s.p.campaign).escrow;
        if (!settlement.isVoid(s.p.key)) owed += s.p.total - _paid(s.p.key);
        for (uint256 i; i < s.d.pays.length; ++i) {
            if (settlement.isPaid(s.p.key, i)) owed += doubts.heldOf(s.p.key, i).cut;
        }
        vm.assertEq(dollar.balanceOf(address(settlement)), owed, "escrow, unpaid and cut are what is there");
    }
}

contract DisputesInCourtTest is DisputesSuite, InCourt {
    function _seat(address next) internal override(Arbitrated, InCourt) returns (address) {
        return InCourt._seat(next);
    }

    function _arbitrator() internal override(Arbitrated, InCourt) {
        InCourt._arbitrator();
    }

    function _decide(uint256 id, uint256 ruling) internal override(Arbitrated, InCourt) {
        InCourt._decide(id, ruling);
    }

    function test_seven_jurors_keep_a_verdict() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 id = _open(s, 0);
        _round(id, KEEP, 2);
        vm.assertEq(court.roundOf(id, 0).seated, 7, "seven");
        vm.assertEq(court.currentRuling(id), KEEP, "five of seven");
        vm.warp(block.timestamp + 2);
        court.executeRuling(id);
        court.pay(id, 0, 255);
        _execute(s, id, 0);
        vm.assertEq(_free(_payee(0)), R / 4, "held up for nothing");
        vm.assertEq(disputes.owed(treasury) + address(disputes).balance, 0, "the jury earned the price");
    }

    function test_seven_jurors_overturn_a_rejection() public {
        Scene memory s = _scene(20, 4, 1);
        uint256 id = _open(s, 0);
        _round(id, ACCEPT, 3);
        vm.warp(block.timestamp + 2);
        court.executeRuling(id);
        _execute(s, id, 0);
        vm.assertEq(_free(_payee(0)), R, "four of seven are enough");
    }

    function test_fifteen_jurors_on_appeal_overturn_seven() public {
        Scene memory s = _scene(20, 4, 1);
        uint256 id = _open(s, 0);
        _round(id, KEEP, 0);
        uint256 price = court.appealCost(id, "");
        // Anyone can speak for a contributor without coin, and the other side answers.
        more.deal(stranger, 10 ether);
        more.deal(operator, 10 ether);
        vm.prank(stranger);
        court.fundAppeal{value: 2 * price}(id, ACCEPT);
        vm.prank(operator);
        court.fundAppeal{value: price}(id, KEEP);
        _round(id, ACCEPT, 1);
        vm.assertEq(court.roundOf(id, 1).seated, 15, "fifteen");
        vm.warp(block.timestamp + 2);
        court.executeRuling(id);
        court.pay(id, 0, 255);
        court.pay(id, 1, 255);
        court.claimAppeal(id, 0, ACCEPT, stranger);
        _execute(s, id, 0);
        vm.assertEq(_free(_payee(0)), R, "overturned");
        vm.assertEq(court.owed(address(disputes)), 7 * 0.01 ether, "nobody of the seven was right: the price is back");
        court.withdraw(address(disputes));
        disputes.returnFees();
        vm.assertEq(disputes.owed(treasury), 7 * 0.01 ether, "for the treasury");
    }

    function test_a_jury_that_cannot_agree_refuses() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 had = _free(challenger);
        uint256 id = _open(s, 0);
        vm.roll(block.number + 2);
        court.draw(id, 255);
        ICourt.Clock memory clock = court.clockOf(id);
        vm.warp(clock.start + clock.commit + clock.reveal + clock.appeal);
        court.executeRuling(id); // nobody came
        _execute(s, id, 0);
        vm.assertEq(_free(challenger), had, "bond back");
        court.pay(id, 0, 255);
        court.withdraw(address(disputes));
        disputes.returnFees();
        vm.assertEq(disputes.owed(treasury), 7 * 0.01 ether, "fees nobody earned");
    }

    function test_attack_case_worth_more_than_the_jury() public {
        Scene memory s = _scene(20, 4, 0);
        for (uint256 i; i < JURORS - 9; ++i) {
            vm.prank(address(uint160(0x70000000 + i)));
            stakes.leave(4);
        }
        _refused(s, 0, abi.encodeWithSelector(ICourt.Court_ValueAboveStakes.selector, CASE_VALUE, 225e18));
    }
}

contract DisputesElsewhereTest is DisputesSuite, Elsewhere {
    function _arbitrator() internal override(Arbitrated, Elsewhere) {
        Elsewhere._arbitrator();
    }

    function _decide(uint256 id, uint256 ruling) internal override(Arbitrated, Elsewhere) {
        Elsewhere._decide(id, ruling);
    }

    function test_the_first_dispute_has_number_zero() public {
        Scene memory s = _scene(20, 4, 0);
        vm.assertEq(_open(s, 0), 0, "an arbitrator may count from 0");
        vm.assertEq(disputes.cost(), 0.02 ether + 32 gwei, "and ask its own price");
    }

    function test_an_appeal_of_the_arbitrators_own() public {
        Scene memory s = _scene(20, 4, 1);
        uint256 id = _open(s, 0);
        other.give(id, KEEP);
        more.deal(stranger, 1 ether);
        uint256 price = other.appealCost(id, abi.encode(CASE_VALUE));
        vm.prank(stranger);
        other.appeal{value: price}(id, abi.encode(CASE_VALUE));
        _decide(id, ACCEPT);
        _execute(s, id, 0);
        vm.assertEq(_free(_payee(0)), R, "the last word counts");
    }

    function test_coin_it_gives_back_goes_on() public {
        Scene memory s = _scene(20, 4, 0);
        uint256 id = _open(s, 0);
        other.giveBack(id, 1 gwei);
        disputes.returnFees();
        vm.assertEq(disputes.owed(treasury), 1 gwei, "to the treasury");
    }
}

/// @notice An arbitrator that does not keep to its part.
contract DisputesHostileTest is Arbitrated {
    EvilArbitrator private evil;

    function _arbitrator() internal override {
        evil = new EvilArbitrator();
        vm.assertEq(address(evil), justice, "where Disputes expects it");
    }

    function _decide(uint256 id, uint256 ruling) internal override {
        evil.say(address(disputes), id, ruling);
    }

    function test_attack_reentrancy_of_an_arbitrator() public {
        Scene memory s = _scene(20, 4, 0);
        evil.arm(address(disputes), _openCall(s, 1));
        uint256 id = _open(s, 0);
        vm.assertTrue(evil.tried() && !evil.succeeded(), "no dispute within a dispute");
        evil.arm(address(disputes), abi.encodeWithSignature("rule(uint256,uint256)", id + 1, REJECT));
        _open(s, 1);
        vm.assertTrue(!evil.succeeded(), "no ruling before there is a dispute");
        _decide(id, KEEP);
        evil.arm(address(disputes), abi.encodeCall(IDisputes.execute, (id, s.p, s.d.items[0])));
        _open(s, 2);
        vm.assertTrue(!evil.succeeded(), "no execution within");
        _execute(s, id, 0);
    }

    function test_attack_arbitrator_gives_one_number_twice() public {
        Scene memory s = _scene(20, 4, 0);
        _open(s, 0);
        evil.stick(true);
        bytes memory call = _openCall(s, 1);
        vm.prank(challenger);
        (bool done, bytes memory said) = address(disputes).call{value: 1 gwei}(call);
        vm.assertTrue(!done, "refused");
        vm.assertEq(
            keccak256(said), keccak256(abi.encodeWithSelector(IDisputes.Disputes_KnownNumber.selector, 1)), "why"
        );
    }

    function test_nothing_is_deployed_without_patience_or_treasury() public {
        IDisputes.Parts memory parts =
            IDisputes.Parts(address(settlement), address(doubts), address(stakes), justice, treasury, 1, 0);
        vm.expectRevert(IDisputes.Disputes_ZeroPatience.selector);
        new Disputes(parts, "");
        (parts.patience, parts.treasury) = (1, address(0));
        vm.expectRevert(IDisputes.Disputes_ZeroTreasury.selector);
        new Disputes(parts, "");
    }
}
