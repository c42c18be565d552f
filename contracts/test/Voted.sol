// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReviewers} from "../src/interfaces/IReviewers.sol";
import {IVoteFaults} from "../src/interfaces/IVoteFaults.sol";
import {Anchor, Ballot, CommitRoot, Posted, SettleInput, Terms, Vote} from "../src/interfaces/Structs.sol";
import {Merkle} from "../src/Merkle.sol";
import {World} from "./World.sol";

/// @notice One anchor, its first item voted on, and everything a settler, a reviewer or a thief can bend about it.
abstract contract Voted is World {
    bytes4 internal constant NO_FAULT = IVoteFaults.VoteFaults_NoFault.selector;
    uint32 internal size = 4;
    uint256 internal spent; // gas of the last proof

    Terms internal t;
    uint256 internal id;
    Anchor internal a;
    address[] internal panel;
    mapping(uint256 round => CommitRoot) internal roots;

    function setUp() public virtual override {
        super.setUp();
        panel = _panel(12);
    }

    /// @notice Campaign, anchor and its seed.
    function _open() internal {
        _open(20);
    }

    /// @notice The same where a reviewer's turn is an eighth of `settleWindow`.
    function _open(uint40 settleWindow) internal {
        t = _terms();
        t.lapseWindow += settleWindow - t.settleWindow;
        t.settleWindow = settleWindow;
        id = _fund(t, BUDGET);
        a = _anchor(id, t, size, operator);
        _seed();
    }

    function _seed() internal {
        vm.roll(block.number + 2);
        campaigns.recordSeed(id, a);
        _pass();
    }

    function _pass() internal {
        vm.warp(block.timestamp + 1);
        vm.roll(block.number + 1);
    }

    function _drawn(uint256 n) internal view returns (address[] memory) {
        bytes32 seed = campaigns.seedOf(id, a.firstItem);
        return reviewers.drawn(IReviewers.Draw(id, a.firstItem, seed, a.weights, _payee(0), a.anchorer), n);
    }

    function _ballot(address who, uint8 round, uint8 verdict) internal view returns (Ballot memory) {
        return Ballot(id, a.firstItem, round, who, verdict, keccak256("reasons"), keccak256(abi.encode(who, round)));
    }

    function _commit(Ballot memory b) internal view returns (bytes32) {
        return keccak256(abi.encode(keccak256("headwater.vote.v1"), block.chainid, address(campaigns), b));
    }

    function _counted(Ballot memory b) internal view returns (Vote memory) {
        return Vote(b.reviewer, b.round, b.verdict, 847, _commit(b));
    }

    function _commitLeaf(Vote memory v) internal view returns (bytes32) {
        bytes memory fields = abi.encode(a.firstItem, v.round, v.reviewer, v.commit);
        return _leaf("headwater.commit.v1", address(campaigns), id, fields);
    }

    /// @notice A round's root of the whole anchor, with a leaf at the first item alone.
    function _rootOf(bytes32 leaf, uint32 count) internal view returns (CommitRoot memory root) {
        bytes32[] memory leaves = new bytes32[](count);
        leaves[0] = leaf;
        (root.count, root.time, root.leaf) = (count, uint40(block.timestamp), leaf);
        root.proof = _proof(leaves, 0);
        root.root = Merkle.rootOf(leaves);
    }

    function _commitRound(address who, Vote memory v) internal {
        CommitRoot memory root = _rootOf(_commitLeaf(v), size);
        vm.prank(who);
        campaigns.commitVotes(id, a.firstItem, v.round, root.root, root.count);
        roots[v.round] = root;
        _pass();
    }

    /// @notice The first `n` drawn, all saying `verdict`, their commits in the operator's roots.
    function _voted(uint256 n, uint8 verdict) internal returns (Vote[] memory votes) {
        address[] memory list = _drawn(n);
        votes = new Vote[](n);
        for (uint8 i; i < n; ++i) {
            votes[i] = _counted(_ballot(list[i], i, verdict));
            _commitRound(operator, votes[i]);
        }
    }

    function _draft(Vote[] memory votes, int32 llr, address settler) internal view returns (Draft memory d) {
        d = _honest(t, _one(a), 2, settler);
        (d.items[0].llr, d.items[0].votesRoot) = (llr, keccak256(abi.encode(votes)));
    }

    /// @notice Posts and returns what proofs need.
    function _post(Vote[] memory votes, int32 llr) internal returns (Posted memory p, IVoteFaults.Counted memory at) {
        return _post(votes, llr, operator, 0);
    }

    function _post(Vote[] memory votes, int32 llr, address settler, bytes32 epoch)
        internal
        returns (Posted memory p, IVoteFaults.Counted memory at)
    {
        Draft memory d = _draft(votes, llr, settler);
        uint256 key = _key(id, a.firstItem, 0);
        p = _posted(id, key, t, _one(a), d, settler);
        p.reputation = epoch;
        _send(p, d, key, settler);
        at.item = d.items[0];
        at.proof = _itemProof(p, d, 0);
        at.votes = votes;
    }

    function _send(Posted memory p, Draft memory d, uint256 key, address settler) private {
        vm.prank(settler);
        settlement.settle(t, _one(a), _inputFor(d, key, p.reputation));
        settlement.check(p);
    }

    // Proofs; an empty selector expects that it holds

    function _expect(bytes4 refusal) internal {
        if (refusal != bytes4(0)) vm.expectPartialRevert(refusal);
        vm.prank(watcher);
    }

    function _draw(Posted memory p, IVoteFaults.Counted memory at, bytes4 refusal) internal {
        _expect(refusal);
        voteFaults.proveDraw(p, at, a);
        spent = vm.lastCallGas().gasTotalUsed;
        if (refusal == bytes4(0)) vm.assertTrue(_isVoid(p.key), "void");
    }

    function _absent(Posted memory p, IVoteFaults.Counted memory at, uint256 i, bytes4 refusal) internal {
        IVoteFaults.Absence memory absence;
        absence.roots = _rootsOf(roots[at.votes[i].round]);
        _absent(p, at, i, absence, refusal);
    }

    function _absent(
        Posted memory p,
        IVoteFaults.Counted memory at,
        uint256 i,
        IVoteFaults.Absence memory absence,
        bytes4 refusal
    ) internal {
        _expect(refusal);
        voteFaults.proveCommit(p, t, at, a, i, absence);
        spent = vm.lastCallGas().gasTotalUsed;
        if (refusal == bytes4(0)) vm.assertTrue(_isVoid(p.key), "void");
    }

    function _rootsOf(CommitRoot memory root) internal pure returns (CommitRoot[] memory list) {
        list = new CommitRoot[](1);
        list[0] = root;
    }

    function _opened(Posted memory p, IVoteFaults.Counted memory at, uint256 i, Ballot memory b, bytes4 refusal)
        internal
    {
        _expect(refusal);
        voteFaults.proveReveal(p, at, i, b);
        spent = vm.lastCallGas().gasTotalUsed;
        if (refusal == bytes4(0)) vm.assertTrue(_isVoid(p.key), "void");
    }

    function _omitted(Posted memory p, IVoteFaults.Counted memory at, uint8 round, address who, bytes4 refusal)
        internal
    {
        _expect(refusal);
        voteFaults.proveOmitted(p, t, at, a, round, who);
        spent = vm.lastCallGas().gasTotalUsed;
        if (refusal == bytes4(0)) vm.assertTrue(_isVoid(p.key), "void");
    }

    /// @notice Places 0 and 2 vote, and place 1's round is closed without him `wait` seconds after place 0's.
    function _replaced(uint256 wait) internal returns (Posted memory p, IVoteFaults.Counted memory at) {
        _open();
        address[] memory list = _drawn(3);
        Vote[] memory votes = new Vote[](2);
        votes[0] = _counted(_ballot(list[0], 0, 1));
        votes[1] = _counted(_ballot(list[2], 2, 1));
        _commitRound(operator, votes[0]);
        vm.warp(roots[0].time + wait);
        _closeEmpty(operator, 1);
        _commitRound(operator, votes[1]);
        return _post(votes, 1300);
    }

    function _closeEmpty(address who, uint8 round) internal {
        CommitRoot memory root = _rootOf(bytes32(0), size);
        vm.prank(who);
        campaigns.commitVotes(id, a.firstItem, round, root.root, root.count);
        roots[round] = root;
        _pass();
    }

    /// @notice What the anchorer stored of a round and of the one before.
    function _turns(uint8 round) internal view returns (IVoteFaults.Turn[] memory turns) {
        turns = new IVoteFaults.Turn[](1);
        CommitRoot memory own = roots[round];
        turns[0].own = IVoteFaults.RootAt(own.root, own.count, own.time);
        if (round == 0) return turns;
        CommitRoot memory earlier = roots[round - 1];
        turns[0].earlier = IVoteFaults.RootAt(earlier.root, earlier.count, earlier.time);
    }

    function _gap(Posted memory p, IVoteFaults.Counted memory at, uint8 round, bytes4 refusal) internal {
        _gap(p, at, round, _turns(round), refusal);
    }

    function _gap(
        Posted memory p,
        IVoteFaults.Counted memory at,
        uint8 round,
        IVoteFaults.Turn[] memory turns,
        bytes4 refusal
    ) internal {
        _expect(refusal);
        voteFaults.proveReplaced(p, t, at, a, round, turns);
        spent = vm.lastCallGas().gasTotalUsed;
        if (refusal == bytes4(0)) vm.assertTrue(_isVoid(p.key), "void");
    }

    /// @notice A drawn reviewer's own commit, and its opening a second later.
    function _revealed(address who, uint8 round, uint8 verdict) internal returns (Ballot memory b) {
        b = _ballot(who, round, verdict);
        vm.prank(who);
        campaigns.commitVote(id, a.firstItem, round, _commit(b));
        uint40 time = uint40(block.timestamp);
        _pass();
        campaigns.revealVote(b, time);
        _pass();
    }

    function _inputFor(Draft memory d, uint256 key, bytes32 epoch) private view returns (SettleInput memory input) {
        input = _input(id, key, d);
        input.reputation = epoch;
    }
}
