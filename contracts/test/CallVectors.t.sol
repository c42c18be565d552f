// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {ICalls} from "../src/interfaces/ICalls.sol";
import {Anchor, Contribution, Item, Pay, Posted, Terms, Vote} from "../src/interfaces/Structs.sol";
import {NetworkVectors} from "./NetworkVectors.sol";

/// @notice The calls of vectors/faults_calls.json: what stands behind an item or a pay leaf, shown or not.
contract CallVectorsTest is NetworkVectors {
    string private constant APPROVED = "VectorApproval(address contributor,bytes32 digest,uint256 at)";
    string private constant ASKED = "VectorCall(uint256 place,uint256 at)";
    string private constant CONTRIBUTION =
        "Contribution(uint256 campaign,address contributor,bytes32 manifest,bytes32 contentRoot,bytes32 consent,uint256 nonce)";
    string private constant REVEAL =
        "Reveal(bytes32 reasons,bytes32 salt,address operator,uint32 count,uint40 time,bytes32[] proof)";

    struct VectorApproval {
        address contributor;
        bytes32 digest;
        uint256 at;
    }

    struct VectorCall {
        uint256 place;
        uint256 at;
    }

    struct Scene {
        Terms terms;
        Anchor anchor;
        Draft draft;
        Posted posted;
    }

    function _file() internal pure override returns (string memory) {
        return "../vectors/faults_calls.json";
    }

    function setUp() public override {
        super.setUp();
        token.transfer(watcher, 100e18);
        vm.startPrank(watcher);
        token.approve(address(stakes), type(uint256).max);
        stakes.deposit(address(token), 100e18);
        vm.stopPrank();
    }

    function test_call_vectors() public {
        _each(this.calling, 70);
    }

    /// @notice One case of Calls.
    function calling(string calldata head, string calldata json) external {
        Scene memory s;
        s.terms = abi.decode(vm.parseJsonType(head, ".terms.price", TERMS), (Terms));
        (s.terms.requester, s.terms.token) = (requester, address(dollar));
        _stand(json, s);
        _ask(json, s);
        vm.warp(_given(json, "", "now"));
        if (_meet(address(calls), _callOf(json, s), json)) _follow(json, s);
    }

    /// @dev What it leads to: suspended, answered or void.
    function _follow(string memory json, Scene memory s) private view {
        uint256 key = s.posted.key;
        if (_is(json, "call")) {
            ICalls.Call memory asked = calls.callOf(key, _given(json, "", "place"));
            vm.assertEq(asked.due, block.timestamp + s.terms.challengeWindow / 2, _name(json, ""));
            vm.assertTrue(settlement.slotOf(key).flags & 64 != 0, _name(json, ""));
        } else if (_is(json, "expire")) {
            vm.assertTrue(_isVoid(key), _name(json, ""));
        } else {
            uint256 place = _given(json, "", "at") + (_is(json, "answerPay") ? 1 << 32 : 0);
            vm.assertEq(calls.callOf(key, place).answerer, watcher, _name(json, ""));
            vm.assertTrue(settlement.slotOf(key).flags & 64 == 0, _name(json, ""));
            uint256 open = block.timestamp + s.terms.challengeWindow / 2;
            uint256 least = s.posted.finalAt > open ? s.posted.finalAt : open;
            vm.assertTrue(settlement.slotOf(key).finalAt >= least, _name(json, ""));
        }
    }

    // The calls

    function _callOf(string memory json, Scene memory s) private view returns (bytes memory) {
        if (_is(json, "call")) return abi.encodeCall(calls.call, (s.posted, s.terms, _given(json, "", "place")));
        if (_is(json, "answer")) return _answer(json, s);
        if (_is(json, "expire")) return abi.encodeCall(calls.expire, (s.posted, _given(json, "", "place")));
        if (!_is(json, "answerPay")) revert("no such function");
        bytes32[] memory proof = _payProof(s.posted, s.draft, _given(json, "", "at"));
        Pay memory pay = abi.decode(vm.parseJsonType(json, ".given.pay", PAY), (Pay));
        bytes memory numbers = vm.parseJsonBytes(json, ".given.numbers");
        return abi.encodeCall(calls.answerPay, (s.posted, pay, proof, numbers));
    }

    function _answer(string memory json, Scene memory s) private view returns (bytes memory) {
        Item memory item = abi.decode(vm.parseJsonType(json, ".given.item", ITEM), (Item));
        bytes32[] memory proof = _itemProof(s.posted, s.draft, _given(json, "", "at"));
        return abi.encodeCall(calls.answer, (s.posted, item, proof, _record(json, s)));
    }

    function _record(string memory json, Scene memory s) private view returns (ICalls.Record memory record) {
        string memory path = ".given.record";
        record.contribution =
            abi.decode(vm.parseJsonType(json, string.concat(path, ".contribution"), CONTRIBUTION), (Contribution));
        record.salt = vm.parseJsonBytes32(json, string.concat(path, ".salt"));
        record.signature = vm.parseJsonBytes(json, string.concat(path, ".signature"));
        record.anchor = s.anchor;
        record.anchorProof = vm.parseJsonBytes32Array(json, string.concat(path, ".anchorProof"));
        string memory list = string.concat(path, ".votes");
        record.votes = new Vote[](_length(json, list));
        for (uint256 i; i < record.votes.length; ++i) {
            record.votes[i] = abi.decode(vm.parseJsonType(json, _at(list, i, ""), VOTE), (Vote));
        }
        list = string.concat(path, ".reveals");
        record.reveals = new ICalls.Reveal[](_length(json, list));
        for (uint256 i; i < record.reveals.length; ++i) {
            record.reveals[i] = abi.decode(vm.parseJsonType(json, _at(list, i, ""), REVEAL), (ICalls.Reveal));
        }
    }

    // What stands

    function _network(string memory json) internal override {
        super._network(json);
        for (uint256 i; i < 2; ++i) {
            _join(vm.addr(keys[i]), 2);
        }
    }

    function _stand(string memory json, Scene memory s) private {
        s.draft = _draftOf(json, "");
        vm.assertEq(_fund(s.terms, BUDGET), campaign, "campaign");
        for (uint256 i; vm.keyExistsJson(json, _at(".approved", i, "")); ++i) {
            bytes memory row = vm.parseJsonType(json, _at(".approved", i, ""), APPROVED);
            VectorApproval memory one = abi.decode(row, (VectorApproval));
            vm.warp(one.at);
            vm.prank(one.contributor);
            approvals.approve(one.digest);
        }
        vm.warp(vm.parseJsonUint(json, ".anchoredAt"));
        _anchorLeaves(vm.parseJsonBytes32Array(json, ".leaves"), s);
        _commitRoot(json, ".root");
        _commitOwn(json, ".own");
        vm.warp(vm.parseJsonUint(json, ".settledAt"));
        s.posted = _settle(campaign, s.terms, _one(s.anchor), s.draft, operator);
    }

    function _anchorLeaves(bytes32[] memory leaves, Scene memory s) private {
        s.anchor.sequence = 1;
        s.anchor.count = uint32(leaves.length);
        (s.anchor.anchorer, s.anchor.root, s.anchor.cid) = (operator, Merkle.rootOf(leaves), keccak256("cid"));
        (s.anchor.time, s.anchor.block_) = (uint40(block.timestamp), uint40(block.number));
        s.anchor.weights = reviewers.state();
        vm.prank(operator);
        campaigns.anchor(campaign, s.terms, s.anchor.root, s.anchor.count, s.anchor.cid);
    }

    /// @dev Who calls, and who answered before what is asked of the case.
    function _ask(string memory json, Scene memory s) private {
        for (uint256 i; vm.keyExistsJson(json, _at(".given.called", i, "")); ++i) {
            bytes memory row = vm.parseJsonType(json, _at(".given.called", i, ""), ASKED);
            VectorCall memory one = abi.decode(row, (VectorCall));
            vm.warp(one.at);
            vm.prank(watcher);
            calls.call(s.posted, s.terms, one.place);
        }
        if (!_is(json, "expire") || !vm.keyExistsJson(json, ".given.record")) return;
        (bool shown,) = address(calls).call(_answer(json, s));
        vm.assertTrue(shown, _name(json, ""));
    }
}
