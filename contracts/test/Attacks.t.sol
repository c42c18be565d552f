// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {Pays} from "../src/Pays.sol";
import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {IFaults} from "../src/interfaces/IFaults.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {Anchor, Due, Item, Pay, Posted, SettleInput, Terms, Vote} from "../src/interfaces/Structs.sol";
import {ReentrantToken} from "./Hostile.sol";
import {World} from "./World.sol";

/// @notice What an attacker would try against campaign money; none of it pays. More stand beside the contract they
/// concern, all named `test_attack_...`.
contract AttacksTest is World {
    /// @notice A watcher of the mempool sees a salted leaf, not the contribution: he can anchor the same word, but the
    /// leaf opens to the first contributor's address only.
    function test_attack_copied_blinded_commitment_opens_to_its_author_only() public view {
        bytes32 clip = keccak256("clip");
        bytes32 salt = keccak256("salt");
        bytes32 honest = _commitment(salt, _payee(1), clip);
        vm.assertTrue(honest != _commitment(salt, _payee(2), clip), "another author, another leaf");
        vm.assertTrue(honest != _commitment(bytes32(0), _payee(1), clip), "without the salt nobody can test a guess");
        vm.assertTrue(
            honest != _leaf("headwater.anchor.v1", address(campaigns), 2, abi.encode(salt, _payee(1), clip)),
            "in another campaign it is worthless"
        );
    }

    function test_attack_claim_replayed_in_another_campaign() public {
        (,, Draft memory d, Posted memory p) = _settled(4, 2);
        (,,, Posted memory q) = _settled(4, 2);
        _final(q);
        bytes32[] memory proof = _payProof(p, d, 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongProof.selector, q.key, 0));
        settlement.claim(_head(q), d.pays[0], proof);
    }

    function test_attack_claim_replayed_on_another_chain() public {
        (,, Draft memory d, Posted memory p) = _settled(4, 2);
        _final(p);
        bytes32[] memory proof = _payProof(p, d, 0);
        vm.chainId(777); // a fork with the same state
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongProof.selector, p.key, 0));
        settlement.claim(_head(p), d.pays[0], proof);
    }

    function test_attack_push_then_claim_and_claim_then_push_pay_once() public {
        (,, Draft memory d, Posted memory p) = _settled(4, 2);
        _final(p);
        bytes32[] memory proof = _payProof(p, d, 0);
        settlement.claim(_head(p), d.pays[0], proof);
        _push(p, d, 0, 3);
        _push(p, d, 0, 3);
        vm.assertEq(dollar.balanceOf(d.pays[0].account), d.pays[0].amount, "once");
        vm.assertEq(_paid(p.key), d.total, "in all the total");
        proof = _payProof(p, d, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AlreadyPaid.selector, p.key, 1));
        settlement.claim(_head(p), d.pays[1], proof);
    }

    function test_attack_same_leaf_twice_in_claim_many() public {
        (,, Draft memory d, Posted memory p) = _settled(4, 2);
        _final(p);
        Posted[] memory ps = new Posted[](2);
        Pay[] memory pays = new Pay[](2);
        bytes32[][] memory proofs = new bytes32[][](2);
        (ps[0], ps[1], pays[0], pays[1]) = (p, p, d.pays[0], d.pays[0]);
        (proofs[0], proofs[1]) = (_payProof(p, d, 0), _payProof(p, d, 0));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AlreadyPaid.selector, p.key, 0));
        settlement.claimMany(_heads(ps), pays, proofs);
    }

    /// @notice Two leaves with one index: only the one in that place proves, so neither burns the other.
    function test_attack_duplicate_index_in_the_pay_tree() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory anchors = _one(_anchor(id, t, 4, operator));
        Draft memory d = _honest(t, anchors, 2, operator);
        d.pays[1].index = 0;
        Posted memory p = _settle(id, t, anchors, d, operator);
        _final(p);
        bytes32[] memory proof = _payProof(p, d, 1);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongProof.selector, p.key, 0));
        settlement.claim(_head(p), d.pays[1], proof);
        proof = _payProof(p, d, 0);
        settlement.claim(_head(p), d.pays[0], proof);
    }

    /// @notice An inner node given as a leaf: leaves are hashed twice and bound to their tree, and the depth is fixed.
    function test_attack_second_preimage_and_wrong_length_proof() public {
        (,, Draft memory d, Posted memory p) = _settled(4, 3);
        _final(p);
        bytes32[] memory proof = _payProof(p, d, 0);
        bytes32[] memory shorter = new bytes32[](2);
        (shorter[0], shorter[1]) = (proof[1], proof[2]);
        vm.expectRevert(abi.encodeWithSelector(Pays.Pays_ProofLength.selector, 2, 3));
        settlement.claim(_head(p), d.pays[0], shorter);
        d.pays[0].index = 4;
        vm.expectRevert(abi.encodeWithSelector(Pays.Pays_IndexOutOfRange.selector, 4, 4));
        settlement.claim(_head(p), d.pays[0], proof);
    }

    /// @notice Leaves beyond what was funded are not paid, even if nobody noticed the wrong sums in time.
    function test_attack_pay_tree_above_its_total_takes_nobody_elses_money() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        _settled(8, 2); // another campaign's money is in the same contract
        Anchor[] memory anchors = _one(_anchor(id, t, 4, operator));
        Draft memory d = _honest(t, anchors, 2, operator);
        d.pays[0].amount = uint96(BUDGET);
        Posted memory p = _settle(id, t, anchors, d, operator);
        _final(p);
        bytes32[] memory proof = _payProof(p, d, 0);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AboveBudget.selector, p.key, BUDGET, d.total));
        settlement.claim(_head(p), d.pays[0], proof);
        d.pays[0].cumulative = uint96(BUDGET); // where the push finds its place from
        vm.expectRevert(); // another leaf now
        _push(p, d, 0, 3);
    }

    /// @notice Nor are they pushed, when sums and leaves agree and only the budget does not.
    function test_attack_push_above_the_budget_of_its_word() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        _settled(8, 2); // another campaign's money is in the same contract
        Anchor[] memory anchors = _one(_anchor(id, t, 4, operator));
        Draft memory d = _honest(t, anchors, 2, operator);
        (d.pays[0].amount, d.pays[0].cumulative) = (uint96(BUDGET), uint96(BUDGET));
        Posted memory p = _settle(id, t, anchors, d, operator);
        _final(p);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AboveBudget.selector, p.key, BUDGET, d.total));
        this.push(p, d, 0, 1);
    }

    function test_attack_push_without_a_budget() public {
        (,, Draft memory d, Posted memory p) = _settled(4, 2);
        _final(p);
        Due[] memory dues = new Due[](1);
        dues[0] = Due(d.pays[0].account, d.pays[0].amount, d.pays[0].kind, d.pays[0].items);
        bytes32[] memory proof = _rangeProof(_wordLeaves(p.key, d, 0), 0, 1);
        vm.expectRevert(abi.encodeWithSelector(Pays.Pays_ProofLength.selector, 0, 1));
        settlement.push(_head(p), dues, 0, 0, proof, new bytes32[](0));
    }

    /// @notice An honest settlement is not voided with papers of the batch before it, nor with a pay row that is not its.
    function test_attack_fault_with_papers_of_another_place() public {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory first = _one(_anchor(id, t, 4, operator));
        Anchor[] memory second = _one(_anchor(id, t, 4, operator));
        Draft memory d = _honest(t, first, 2, operator);
        d.items[1].reward += 1;
        Posted memory before = _settle(id, t, first, d, operator);
        Draft memory honest = _honest(t, second, 2, operator);
        Posted memory p = _settle(id, t, second, honest, operator);
        bytes32[] memory proof = _itemProof(before, d, 1);
        vm.expectRevert(abi.encodeWithSelector(IFaults.Faults_WrongProof.selector, d.items[1].item));
        faults.proveReward(p, t, d.items[1], proof, new Vote[](0));
        proof = _payProof(p, honest, 0);
        honest.pays[0].amount += 1;
        vm.expectRevert(abi.encodeWithSelector(IFaults.Faults_WrongProof.selector, 0));
        faults.provePay(p, honest.pays[0], proof, new Item[](0), new bytes32[][](0));
        vm.assertTrue(!_isVoid(p.key), "stands");
    }

    function push(Posted memory p, Draft memory d, uint256 from, uint256 size) external {
        _push(p, d, from, size);
    }

    function test_attack_root_swapped_between_proof_and_claim() public {
        (,, Draft memory d, Posted memory p) = _settled(4, 2);
        _final(p);
        Draft memory mine = abi.decode(abi.encode(d), (Draft));
        mine.pays[0].account = stranger;
        bytes32[] memory proof = _payProof(p, mine, 0);
        p.payRoot = _payRoot(_words(p.key, mine));
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_WrongProof.selector, p.key, 0));
        settlement.claim(_head(p), mine.pays[0], proof);
    }

    function test_attack_reentrant_token_claims_and_pushes_once() public {
        ReentrantToken coin = new ReentrantToken();
        (Draft memory d, Posted memory p) = _settledIn(coin);
        _final(p);
        bytes32[] memory proof = _payProof(p, d, 0);
        coin.arm(address(settlement), abi.encodeCall(settlement.claim, (_head(p), d.pays[0], proof)));
        settlement.claim(_head(p), d.pays[0], proof);
        vm.assertTrue(coin.tried() && !coin.succeeded(), "the second entry is refused");
        vm.assertEq(coin.balanceOf(d.pays[0].account), d.pays[0].amount, "once");
        proof = _payProof(p, d, 1);
        coin.arm(address(settlement), abi.encodeCall(settlement.claim, (_head(p), d.pays[1], proof)));
        _push(p, d, 0, 3);
        vm.assertTrue(!coin.succeeded(), "not inside a push either");
        vm.assertEq(coin.balanceOf(d.pays[1].account), d.pays[1].amount, "once");
    }

    function test_attack_reentrant_token_refunds_once() public {
        ReentrantToken coin = new ReentrantToken();
        Terms memory t = _terms();
        (t.requester, t.token) = (address(this), address(coin));
        coin.approve(address(campaigns), 2 * BUDGET);
        uint256 id = campaigns.fund(t, BUDGET);
        campaigns.fund(t, BUDGET);
        vm.warp(uint256(t.deadline) + 1);
        coin.arm(address(campaigns), abi.encodeCall(campaigns.refund, (id, t, BUDGET)));
        campaigns.refund(id, t, BUDGET);
        vm.assertTrue(coin.tried() && !coin.succeeded(), "the second entry is refused");
        vm.assertEq(coin.balanceOf(address(settlement)), BUDGET, "the other campaign's money");
    }

    function test_attack_stranger_settles() public {
        (Terms memory t, Anchor[] memory anchors, SettleInput memory input) = _open();
        vm.warp(block.timestamp + t.settleWindow + 1);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, stranger, 1));
        settlement.settle(t, anchors, input);
    }

    function test_attack_another_operator_settles_in_the_anchorers_window() public {
        (Terms memory t, Anchor[] memory anchors, SettleInput memory input) = _open();
        uint256 until = block.timestamp + t.settleWindow;
        vm.warp(until);
        vm.prank(rival);
        vm.expectRevert(abi.encodeWithSelector(ISettlement.Settlement_AnchorersWindow.selector, until, operator));
        settlement.settle(t, anchors, input);
        vm.warp(until + 1); // the anchorer has disappeared: someone else carries on
        vm.prank(rival);
        settlement.settle(t, anchors, input);
    }

    function test_attack_settle_twice() public {
        (Terms memory t, Anchor[] memory anchors, SettleInput memory input) = _open();
        vm.startPrank(operator);
        settlement.settle(t, anchors, input);
        vm.expectPartialRevert(ISettlement.Settlement_AttemptTaken.selector);
        settlement.settle(t, anchors, input);
        vm.stopPrank();
    }

    function test_attack_settle_without_a_bond() public {
        (Terms memory t, Anchor[] memory anchors, SettleInput memory input) = _open();
        vm.startPrank(operator);
        (uint256 free,) = stakes.collateralOf(operator, address(dollar));
        stakes.requestWithdraw(address(dollar), free - 10 * R + 1);
        vm.expectPartialRevert(IStakes.Stakes_NotFree.selector);
        settlement.settle(t, anchors, input);
        vm.stopPrank();
    }

    /// @notice The bond is locked, not free: leaving the role and asking for everything back does not dodge the slash.
    function test_attack_unbonding_to_dodge_a_slash() public {
        (Terms memory t, Anchor[] memory anchors,) = _open();
        Draft memory d = _honest(t, anchors, 2, operator);
        d.items[0].llr = 0;
        Posted memory p = _settle(1, t, anchors, d, operator);
        vm.startPrank(operator);
        (uint256 free, uint256 locked) = stakes.collateralOf(operator, address(dollar));
        stakes.requestWithdraw(address(dollar), free);
        stakes.leave(1);
        vm.warp(block.timestamp + 16);
        stakes.withdraw(address(dollar));
        vm.expectPartialRevert(IStakes.Stakes_NotFree.selector);
        stakes.requestWithdraw(address(dollar), 1);
        vm.stopPrank();
        bytes32[] memory proof = _itemProof(p, d, 0);
        vm.prank(watcher);
        faults.proveVerdict(p, t, d.items[0], proof, new Vote[](0));
        settlement.collect(p, watcher);
        (, uint256 left) = stakes.collateralOf(operator, address(dollar));
        vm.assertEq(left, locked - p.bond, "slashed in full");
    }

    /// @notice The requester waits for ever: what is settled stays the contributors'.
    function testFuzz_attack_requester_takes_back_accepted_work(uint256 delay) public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p) = _settled(4, 2);
        vm.warp(uint256(t.deadline) + t.lapseWindow + 1 + delay % 36_500 days);
        settlement.release(p, t, anchors, d.verdicts);
        uint256 escrow = campaigns.stateOf(p.campaign).escrow;
        vm.startPrank(requester);
        vm.expectRevert(abi.encodeWithSelector(ICampaigns.Campaigns_NotUnreserved.selector, escrow + 1, escrow));
        campaigns.refund(p.campaign, t, escrow + 1);
        campaigns.refund(p.campaign, t, escrow);
        vm.stopPrank();
        _push(p, d, 0, 3);
        vm.assertEq(_paid(p.key), d.total, "paid in full");
    }

    /// @notice Every role key alone, and every pair: no entry point pays them from escrow.
    function test_attack_role_keys_cannot_move_escrow() public {
        (Terms memory t,, Draft memory d, Posted memory p) = _settled(4, 2);
        _join(stranger, 4);
        _join(watcher, 8);
        address[5] memory keys = [requester, operator, reviewer, stranger, watcher];
        uint256 held = dollar.balanceOf(address(settlement));
        for (uint256 i; i < keys.length; ++i) {
            vm.startPrank(keys[i]);
            vm.expectRevert();
            settlement.disburse(address(dollar), keys[i], 1);
            vm.expectRevert();
            campaigns.refund(p.campaign, t, 1);
            vm.expectRevert();
            settlement.void(p, keys[i], bytes4(0), 0);
            vm.expectRevert();
            stakes.slash(operator, address(dollar), 1, keys[i], 1);
            vm.expectRevert();
            dollar.transferFrom(address(settlement), keys[i], 1);
            vm.stopPrank();
        }
        vm.assertEq(dollar.balanceOf(address(settlement)), held, "nothing moved");
        d;
    }

    function test_attack_dust_reward_of_one_unit() public {
        Terms memory t = _terms();
        t.unitReward = 1;
        uint256 id = _fund(t, 100);
        vm.assertEq(campaigns.reserveOf(t), 3, "each cap rounded up");
        Anchor[] memory anchors = _one(_anchor(id, t, 33, operator));
        Draft memory d = _honest(t, anchors, 2, operator);
        vm.assertEq(d.total, 1, "rewards round down to 0, the fee to 1");
        d.pays[0].items = d.pays[2].items;
        Posted memory p = _settle(id, t, anchors, d, operator);
        _final(p);
        _push(p, d, 0, 3);
        vm.assertEq(campaigns.stateOf(id).escrow, 99, "the rest stays in escrow");
    }

    function _open() private returns (Terms memory t, Anchor[] memory anchors, SettleInput memory input) {
        t = _terms();
        uint256 id = _fund(t, BUDGET);
        anchors = _one(_anchor(id, t, 4, operator));
        input = _input(id, _key(id, 0, 0), _honest(t, anchors, 2, operator));
    }

    function _settledIn(ReentrantToken coin) private returns (Draft memory d, Posted memory p) {
        Terms memory t = _terms();
        (t.requester, t.token) = (address(this), address(coin));
        coin.approve(address(campaigns), BUDGET);
        coin.approve(address(stakes), BUDGET);
        stakes.depositFor(operator, address(coin), BUDGET);
        uint256 id = campaigns.fund(t, BUDGET);
        Anchor[] memory anchors = _one(_anchor(id, t, 8, operator));
        d = _honest(t, anchors, 2, operator);
        p = _settle(id, t, anchors, d, operator);
    }

    function _commitment(bytes32 salt, address who, bytes32 clip) private view returns (bytes32) {
        return _leaf("headwater.anchor.v1", address(campaigns), 1, abi.encode(salt, who, clip));
    }
}
