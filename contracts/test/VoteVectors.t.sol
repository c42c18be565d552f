// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReputation} from "../src/interfaces/IReputation.sol";
import {IReviewers} from "../src/interfaces/IReviewers.sol";
import {IVoteFaults} from "../src/interfaces/IVoteFaults.sol";
import {Anchor, Ballot, CommitRoot, Posted, SettleInput, Terms, Vote} from "../src/interfaces/Structs.sol";
import {NetworkVectors} from "./NetworkVectors.sol";

/// @notice The votes of vectors/faults_votes.json: drawn, committed, opened, weighed and settled as it says.
contract VoteVectorsTest is NetworkVectors {
    string private constant EPOCH = "VectorEpoch(uint256 at,bytes32 root,uint32 count,bytes changes)";
    string private constant BALLOT =
        "Ballot(uint256 campaign,uint32 item,uint8 round,address reviewer,uint8 verdict,bytes32 reasons,bytes32 salt)";
    string private constant SHOWN = "VectorShown(uint256 at,uint40 time,address operator,bytes32 leaf,bytes32[] proof)";
    string private constant COMMIT_ROOT =
        "CommitRoot(bytes32 root,uint32 count,uint40 time,bytes32 leaf,bytes32[] proof)";
    string private constant ROOT_AT = "RootAt(bytes32 root,uint32 count,uint40 time)";
    string private constant ROW = "Row(address reviewer,uint32 right,uint32 wrong,uint16 weight)";
    string private constant PLACE = "Place(uint256 campaign,uint32 item,uint8 round,address reviewer)";

    struct VectorEpoch {
        uint256 at;
        bytes32 root;
        uint32 count;
        bytes changes;
    }

    struct VectorShown {
        uint256 at;
        uint40 time;
        address operator;
        bytes32 leaf;
        bytes32[] proof;
    }

    struct Scene {
        Terms terms;
        Anchor anchor;
        Draft draft;
        Posted posted;
        uint256 settledAt;
    }

    bytes32 private _reasons;

    function _file() internal pure override returns (string memory) {
        return "../vectors/faults_votes.json";
    }

    function test_vote_vectors() public {
        _each(this.votes, 100);
    }

    /// @notice One case of VoteFaults.
    function votes(string calldata head, string calldata json) external {
        Scene memory s;
        s.terms = _termsIn(head);
        _panelOf(json);
        _epochs(json);
        _anchorOf(json, s);
        s.settledAt = vm.parseJsonUint(json, ".settledAt");
        _history(json, s, false);
        _settleAs(json, s);
        _history(json, s, true);
        _drawnOf(json, s);
        _check(json, s);
    }

    function _check(string memory json, Scene memory s) private {
        if (_is(json, "proveEquivocation")) {
            _equivocation(json);
            return;
        }
        IVoteFaults.Counted memory at = _counted(json, s);
        bool done = _meet(address(voteFaults), _call(json, s, at), json);
        vm.assertTrue(_isVoid(s.posted.key) == done, _name(json, ""));
    }

    // The calls

    function _call(string memory json, Scene memory s, IVoteFaults.Counted memory at)
        private
        view
        returns (bytes memory)
    {
        if (_is(json, "proveDraw")) return abi.encodeCall(voteFaults.proveDraw, (s.posted, at, s.anchor));
        if (_is(json, "proveCitation")) {
            uint256 newer = _given(json, "", "newer");
            return abi.encodeCall(voteFaults.proveCitation, (s.posted, s.anchor, newer));
        }
        if (_is(json, "proveOmitted")) {
            uint8 round = uint8(_given(json, "", "round"));
            address who = vm.parseJsonAddress(json, ".given.reviewer");
            return abi.encodeCall(voteFaults.proveOmitted, (s.posted, s.terms, at, s.anchor, round, who));
        }
        if (_is(json, "proveReplaced")) {
            uint8 round = uint8(_given(json, "", "round"));
            return abi.encodeCall(voteFaults.proveReplaced, (s.posted, s.terms, at, s.anchor, round, _turns(json)));
        }
        uint256 vote = _given(json, "", "vote");
        if (_is(json, "proveCommit")) {
            IVoteFaults.Absence memory absence = _absence(json);
            return abi.encodeCall(voteFaults.proveCommit, (s.posted, s.terms, at, s.anchor, vote, absence));
        }
        if (_is(json, "proveReveal")) {
            Ballot memory ballot = _ballotOf(json, ".given.ballot");
            return abi.encodeCall(voteFaults.proveReveal, (s.posted, at, vote, ballot));
        }
        if (_is(json, "proveWeight")) {
            return abi.encodeCall(voteFaults.proveWeight, (s.posted, at, vote, _lookup(json)));
        }
        revert("no such function");
    }

    function _counted(string memory json, Scene memory s) private view returns (IVoteFaults.Counted memory at) {
        uint256 i = _given(json, "", "at");
        at.item = s.draft.items[i];
        at.proof = _itemProof(s.posted, s.draft, i);
        at.votes = _votesAt(json, i);
        for (uint256 k; k < s.draft.items.length; ++k) {
            bytes32 root = keccak256(abi.encode(_votesAt(json, k)));
            vm.assertEq(root, s.draft.items[k].votesRoot, _name(json, ""));
        }
    }

    function _turns(string memory json) private view returns (IVoteFaults.Turn[] memory turns) {
        turns = new IVoteFaults.Turn[](_length(json, ".given.turns"));
        for (uint256 i; i < turns.length; ++i) {
            turns[i].earlier = _storedAt(json, _at(".given.turns", i, ".earlier"));
            turns[i].own = _storedAt(json, _at(".given.turns", i, ".own"));
        }
    }

    function _storedAt(string memory json, string memory path) private pure returns (IVoteFaults.RootAt memory) {
        return abi.decode(vm.parseJsonType(json, path, ROOT_AT), (IVoteFaults.RootAt));
    }

    function _absence(string memory json) private view returns (IVoteFaults.Absence memory absence) {
        absence.commit = vm.parseJsonBytes32(json, ".given.absence.commit");
        absence.time = uint40(vm.parseJsonUint(json, ".given.absence.time"));
        uint256 n = _length(json, ".given.absence.roots");
        absence.roots = new CommitRoot[](n);
        for (uint256 i; i < n; ++i) {
            absence.roots[i] = _rootAt(json, _at(".given.absence.roots", i, ""));
        }
    }

    function _lookup(string memory json) private view returns (IReputation.Lookup memory lookup) {
        lookup.index = uint32(vm.parseJsonUint(json, ".given.lookup.index"));
        lookup.proof = vm.parseJsonBytes32Array(json, ".given.lookup.proof");
        uint256 n = _length(json, ".given.lookup.rows");
        lookup.rows = new IReputation.Row[](n);
        for (uint256 i; i < n; ++i) {
            bytes memory row = vm.parseJsonType(json, _at(".given.lookup.rows", i, ""), ROW);
            lookup.rows[i] = abi.decode(row, (IReputation.Row));
        }
    }

    function _equivocation(string memory json) private {
        vm.warp(_given(json, "", "now"));
        IVoteFaults.Place memory place = abi.decode(vm.parseJsonType(json, ".given.place", PLACE), (IVoteFaults.Place));
        bytes32 commit = vm.parseJsonBytes32(json, ".given.commit");
        bytes memory signature = vm.parseJsonBytes(json, ".given.signature");
        bytes memory call = abi.encodeCall(voteFaults.proveEquivocation, (place, _placed(json), commit, signature));
        _meet(address(voteFaults), call, json);
        vm.assertEq(stakes.stakeOf(place.reviewer, 2), _given(json, "", "left"), _name(json, ""));
        uint256 rewarded = _given(json, "", "rewarded");
        (uint256 free,) = stakes.collateralOf(watcher, address(token));
        vm.assertEq(free, rewarded, _name(json, ""));
        (free,) = stakes.collateralOf(treasury, address(token));
        vm.assertEq(free, _given(json, "", "taken") - rewarded, _name(json, ""));
    }

    function _placed(string memory json) private pure returns (IVoteFaults.Placed memory placed) {
        placed.commit = vm.parseJsonBytes32(json, ".given.placed.commit");
        placed.time = uint40(vm.parseJsonUint(json, ".given.placed.time"));
        placed.operator = vm.parseJsonAddress(json, ".given.placed.operator");
        placed.firstItem = uint32(vm.parseJsonUint(json, ".given.placed.firstItem"));
        placed.root = _rootAt(json, ".given.placed.root");
        placed.signature = vm.parseJsonBytes(json, ".given.placed.signature");
    }

    // What stands

    function _network(string memory json) internal override {
        super._network(json);
        _reasons = sha256(vm.parseJsonBytes(json, ".reasons"));
    }

    /// @dev Who has no stake had one before: his leaf stays his.
    function _panelOf(string memory json) private {
        uint256[] memory weights = vm.parseJsonUintArray(json, ".stakes");
        for (uint256 i; i < weights.length; ++i) {
            address who = vm.addr(keys[i]);
            uint256 stake = weights[i] == 0 ? MINIMUM : weights[i];
            token.transfer(who, stake);
            vm.startPrank(who);
            token.approve(address(stakes), stake);
            stakes.join(2, stake);
            reviewers.sync(who);
            if (weights[i] == 0) stakes.leave(2);
            reviewers.sync(who);
            vm.stopPrank();
        }
    }

    function _epochs(string memory json) private {
        uint256 n = _length(json, ".epochs");
        for (uint256 i; i < n; ++i) {
            bytes memory row = vm.parseJsonType(json, _at(".epochs", i, ""), EPOCH);
            VectorEpoch memory epoch = abi.decode(row, (VectorEpoch));
            vm.warp(epoch.at);
            bytes32 previous = reputation.epochHash(reputation.head());
            vm.prank(operator);
            reputation.post(IReputation.Post(previous, epoch.root, epoch.count, 0, 0, 0), epoch.changes);
        }
    }

    function _anchorOf(string memory json, Scene memory s) private {
        s.draft = _draftOf(json, "");
        vm.warp(vm.parseJsonUint(json, ".anchoredAt"));
        vm.assertEq(_fund(s.terms, BUDGET), campaign, "campaign");
        s.anchor = _anchor(campaign, s.terms, uint32(s.draft.items.length), operator);
        bytes32 seed = vm.parseJsonBytes32(json, ".seed");
        if (seed == 0) return;
        vm.roll(s.anchor.block_ + 2);
        vm.setBlockhash(s.anchor.block_ + 1, seed);
        campaigns.recordSeed(campaign, s.anchor);
    }

    /// @dev What happened until it was settled, or after.
    function _history(string memory json, Scene memory s, bool after_) private {
        uint256 n = _length(json, ".roots");
        for (uint256 i; i < n; ++i) {
            string memory path = _at(".roots", i, "");
            if (_isAfter(json, path, s) == after_) _commitRoot(json, path);
        }
        n = _length(json, ".own");
        for (uint256 i; i < n; ++i) {
            string memory path = _at(".own", i, "");
            if (_isAfter(json, path, s) == after_) _commitOwn(json, path);
        }
        n = _length(json, ".reveals");
        for (uint256 i; i < n; ++i) {
            string memory path = _at(".reveals", i, "");
            if (_isAfter(json, path, s) == after_) _show(json, path);
        }
    }

    function _isAfter(string memory json, string memory path, Scene memory s) private pure returns (bool) {
        return vm.parseJsonUint(json, string.concat(path, ".at")) > s.settledAt;
    }

    function _show(string memory json, string memory path) private {
        VectorShown memory one = abi.decode(vm.parseJsonType(json, path, SHOWN), (VectorShown));
        Ballot memory ballot = _ballotOf(json, string.concat(path, ".ballot"));
        vm.warp(one.at);
        if (one.operator == address(0)) {
            vm.assertEq(one.leaf, 0, _name(json, ""));
            campaigns.revealVote(ballot, one.time);
            return;
        }
        uint256 n = _length(json, ".roots");
        for (uint256 i; i < n; ++i) {
            VectorRoot memory root = _rootOf(json, _at(".roots", i, ""));
            if (root.operator != one.operator || root.round != ballot.round) continue;
            CommitRoot memory shown = CommitRoot(root.root, uint32(root.leaves.length), one.time, one.leaf, one.proof);
            campaigns.revealVoteIn(ballot, one.operator, 0, shown);
            return;
        }
        revert("no such root");
    }

    function _settleAs(string memory json, Scene memory s) private {
        address settler = vm.parseJsonAddress(json, ".settler");
        uint256 cites = vm.parseJsonUint(json, ".cites");
        bytes32 epoch = cites == 0 ? bytes32(0) : reputation.epochHash(cites);
        if (cites != 0 && epoch == 0) epoch = keccak256("no epoch");
        vm.warp(s.settledAt);
        uint256 key = _key(campaign, 0, 0);
        s.posted = _posted(campaign, key, s.terms, _one(s.anchor), s.draft, settler);
        s.posted.reputation = epoch;
        SettleInput memory input = _input(campaign, key, s.draft);
        input.reputation = epoch;
        vm.prank(settler);
        settlement.settle(s.terms, _one(s.anchor), input);
        settlement.check(s.posted);
    }

    function _drawnOf(string memory json, Scene memory s) private view {
        uint256 i = _given(json, "", "at");
        bytes32 seed = campaigns.seedOf(campaign, 0);
        uint256 n = _length(json, ".drawn");
        if (seed == 0) {
            vm.assertEq(n, 0, _name(json, ""));
            return;
        }
        address contributor = s.draft.items[i].contributor;
        address[] memory list =
            reviewers.drawn(IReviewers.Draw(campaign, uint32(i), seed, s.anchor.weights, contributor, operator), 10);
        vm.assertEq(list.length, n, _name(json, ""));
        for (uint256 k; k < n; ++k) {
            vm.assertEq(list[k], vm.parseJsonAddress(json, _at(".drawn", k, "")), _name(json, ""));
        }
    }

    // What is read

    function _termsIn(string memory head) private view returns (Terms memory t) {
        t = abi.decode(vm.parseJsonType(head, ".terms.price", TERMS), (Terms));
        (t.requester, t.token) = (requester, address(dollar));
    }

    function _votesAt(string memory json, uint256 i) private view returns (Vote[] memory list) {
        string memory path = _at(".votes", i, "");
        list = new Vote[](_length(json, path));
        for (uint256 k; k < list.length; ++k) {
            list[k] = abi.decode(vm.parseJsonType(json, _at(path, k, ""), VOTE), (Vote));
        }
    }

    function _ballotOf(string memory json, string memory path) private view returns (Ballot memory ballot) {
        ballot = abi.decode(vm.parseJsonType(json, path, BALLOT), (Ballot));
        vm.assertEq(ballot.reasons, _reasons, _name(json, ""));
    }

    function _rootAt(string memory json, string memory path) private pure returns (CommitRoot memory) {
        return abi.decode(vm.parseJsonType(json, path, COMMIT_ROOT), (CommitRoot));
    }
}
