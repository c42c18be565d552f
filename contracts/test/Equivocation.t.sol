// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakes} from "../src/interfaces/IStakes.sol";
import {IVoteFaults} from "../src/interfaces/IVoteFaults.sol";
import {Ballot, CommitRoot, Posted, Vote} from "../src/interfaces/Structs.sol";
import {Voted} from "./Voted.sol";

/// @notice Two votes of one reviewer in one round cost him his minimum stake.
contract EquivocationTest is Voted {
    address private _who;
    uint256 private _secret;
    Vote private _first;
    bytes32 private _other = keccak256("another vote");

    function test_attack_two_signed_votes_in_one_round() public {
        IVoteFaults.Placed memory placed = _inRoot();
        bytes memory signature = _sign(_other);
        _prove(placed, _other, signature, bytes4(0));
        (uint256 free,) = stakes.collateralOf(watcher, address(token));
        vm.assertEq(free, MINIMUM / 2, "the watcher's half");
        (free,) = stakes.collateralOf(treasury, address(token));
        vm.assertEq(free, MINIMUM / 2, "the treasury's half");
        vm.assertEq(stakes.stakeOf(_who, 2), 0, "gone");
        vm.assertTrue(!stakes.hasRole(_who, 2), "and the role with it");
        vm.assertEq(reviewers.weightOf(_who), 0, "and its weight at once");
        _prove(placed, _other, signature, IVoteFaults.VoteFaults_AlreadyProven.selector);
        bytes32 third = keccak256("a third");
        _prove(placed, third, _sign(third), IVoteFaults.VoteFaults_AlreadyProven.selector);
    }

    function test_attack_own_commit_against_a_signed_one() public {
        _ready();
        vm.prank(_who);
        campaigns.commitVote(id, 0, 0, _first.commit);
        IVoteFaults.Placed memory placed;
        (placed.commit, placed.time) = (_first.commit, uint40(block.timestamp));
        placed.time += 1;
        _prove(placed, _other, _sign(_other), IVoteFaults.VoteFaults_WrongCommit.selector);
        placed.time -= 1;
        _prove(placed, _other, _sign(_other), bytes4(0));
        vm.assertEq(stakes.stakeOf(_who, 2), 0, "gone");
    }

    /// @notice Who was let in with less has no more to lose; the watcher's part of it stays a half.
    function test_attack_with_less_than_the_minimum_staked() public {
        IVoteFaults.Placed memory placed = _inRoot();
        vm.prank(address(timelock));
        parameters.setMinimumStake(2, uint96(2 * MINIMUM));
        uint256 had = stakes.stakeOf(_who, 2);
        uint256 least = stakes.minimumOf(2);
        vm.prank(address(voteFaults));
        stakes.slashStake(_who, 2, had - MINIMUM / 2, address(0), 0);
        vm.assertTrue(least > MINIMUM / 2, "less than that is left");
        _prove(placed, _other, _sign(_other), bytes4(0));
        vm.assertEq(stakes.stakeOf(_who, 2), 0, "all of it");
        (uint256 free,) = stakes.collateralOf(watcher, address(token));
        vm.assertEq(free, MINIMUM / 4, "the watcher's half");
        (free,) = stakes.collateralOf(treasury, address(token));
        vm.assertEq(free, MINIMUM / 4, "the treasury's half");
    }

    function test_same_vote_twice_is_no_fault() public {
        IVoteFaults.Placed memory placed = _inRoot();
        _prove(placed, _first.commit, _sign(_first.commit), NO_FAULT);
    }

    /// @notice What he did not sign, or signed for another place, is not his.
    function test_attack_framed_by_what_he_did_not_sign() public {
        IVoteFaults.Placed memory placed = _inRoot();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(0xbad, voteFaults.digestOf(_place(), _other));
        bytes memory forged = abi.encodePacked(r, s, v);
        _prove(placed, _other, forged, IVoteFaults.VoteFaults_WrongSignature.selector);
        IVoteFaults.Place memory next = _place();
        next.round = 1;
        (v, r, s) = vm.sign(_secret, voteFaults.digestOf(next, _other));
        _prove(placed, _other, abi.encodePacked(r, s, v), IVoteFaults.VoteFaults_WrongSignature.selector);
        placed.signature = forged;
        _prove(placed, _other, _sign(_other), IVoteFaults.VoteFaults_WrongSignature.selector);
    }

    /// @notice An operator puts whatever he likes into a root; without the reviewer's signature it is nothing.
    function test_attack_framed_by_an_operators_root() public {
        _ready();
        Vote memory made = _first;
        made.commit = keccak256("the operator's");
        _commitRound(operator, made);
        IVoteFaults.Placed memory placed;
        placed.operator = operator;
        (placed.commit, placed.root, placed.signature) = (made.commit, roots[0], _sign(_first.commit));
        _prove(placed, _first.commit, _sign(_first.commit), IVoteFaults.VoteFaults_WrongSignature.selector);
        placed.operator = rival;
        _prove(placed, _first.commit, _sign(_first.commit), IVoteFaults.VoteFaults_WrongCommit.selector);
        placed.operator = operator;
        placed.root.proof[0] = keccak256("other");
        _prove(placed, _first.commit, _sign(_first.commit), IVoteFaults.VoteFaults_WrongCommit.selector);
    }

    /// @notice The unbonding delay is the window: whoever leaves after his commit cannot be gone while it is open.
    function test_attack_leaves_before_he_is_caught() public {
        IVoteFaults.Placed memory placed = _inRoot();
        vm.prank(_who);
        stakes.leave(2);
        vm.warp(placed.root.time + stakes.unbonding() - 1);
        vm.expectPartialRevert(IStakes.Stakes_StillUnbonding.selector);
        vm.prank(_who);
        stakes.withdrawStake(2);
        uint256 before = vm.snapshotState();
        _prove(placed, _other, _sign(_other), bytes4(0));
        (uint256 leaving,) = stakes.stakeUnbonding(_who, 2);
        vm.assertEq(leaving, 0, "taken from what was leaving");
        vm.revertToState(before);
        vm.warp(placed.root.time + stakes.unbonding());
        _prove(placed, _other, _sign(_other), IVoteFaults.VoteFaults_TooLate.selector);
    }

    function test_only_vote_faults_take_reviewers_stakes_and_nothing_else() public {
        _ready();
        vm.startPrank(address(voteFaults));
        vm.expectPartialRevert(IStakes.Stakes_NotKeeper.selector);
        stakes.slashStake(operator, 1, 1, watcher, 0);
        vm.expectPartialRevert(IStakes.Stakes_NotKeeper.selector);
        stakes.slashStake(operator, 4, 1, watcher, 0);
        vm.expectPartialRevert(IStakes.Stakes_NotModule.selector);
        stakes.slash(operator, address(dollar), 1, watcher, 0);
        vm.expectPartialRevert(IStakes.Stakes_NotModule.selector);
        stakes.lock(operator, address(dollar), 1, 0);
        stakes.slashStake(_who, 2, 1, watcher, 0);
        vm.stopPrank();
        vm.prank(stranger);
        vm.expectPartialRevert(IStakes.Stakes_NotKeeper.selector);
        stakes.slashStake(_who, 2, 1, watcher, 0);
    }

    function test_digest_is_the_one_reviewers_sign() public {
        _ready();
        bytes32 type_ =
            keccak256("VoteCommit(uint256 campaign,uint32 item,uint8 round,address reviewer,bytes32 commit)");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Headwater"),
                keccak256("1"),
                block.chainid,
                address(campaigns)
            )
        );
        bytes32 message = keccak256(abi.encode(type_, id, uint256(0), uint256(0), _who, _other));
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, message));
        vm.assertEq(voteFaults.digestOf(_place(), _other), digest, "EIP-712");
    }

    function _ready() private {
        _open();
        _who = _drawn(1)[0];
        for (uint256 i; i < panel.length; ++i) {
            if (panel[i] == _who) _secret = 0x7000 + i;
        }
        _first = _counted(_ballot(_who, 0, 1));
    }

    /// @notice The first drawn reviewer's commit in the operator's root, with his signature.
    function _inRoot() private returns (IVoteFaults.Placed memory placed) {
        _ready();
        _commitRound(operator, _first);
        placed.operator = operator;
        (placed.commit, placed.root, placed.signature) = (_first.commit, roots[0], _sign(_first.commit));
    }

    function _place() private view returns (IVoteFaults.Place memory) {
        return IVoteFaults.Place(id, 0, 0, _who);
    }

    function _sign(bytes32 commit) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(_secret, voteFaults.digestOf(_place(), commit));
        return abi.encodePacked(r, s, v);
    }

    function _prove(IVoteFaults.Placed memory placed, bytes32 commit, bytes memory signature, bytes4 refusal) private {
        IVoteFaults.Place memory place = _place();
        _expect(refusal);
        voteFaults.proveEquivocation(place, placed, commit, signature);
    }
}
