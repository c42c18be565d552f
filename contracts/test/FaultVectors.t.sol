// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IFaults} from "../src/interfaces/IFaults.sol";
import {Anchor, Item, Pay, Posted, Terms, Vote} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice Every case of vectors/faults.json against the contracts: posted as it is, proven as it says.
contract FaultVectorsTest is World {
    string internal constant FILE = "../vectors/faults.json";
    string internal constant TERMS =
        "Terms(address requester,address token,bytes32 specDigest,uint96 unitReward,int32 thresholdMilli,uint16 reviewFeeBps,uint16 operatorFeeBps,uint16 depositBps,uint16 ownerBps,uint16 feeBps,uint40 deadline,uint40 settleWindow,uint40 challengeWindow,uint40 lapseWindow,uint8 mode,bytes32 licence,uint32 purposes,uint256 regions,uint8 minimumAge,uint96 pool,uint128 poolFloor)";
    string internal constant ITEM =
        "Item(uint32 item,address contributor,bytes32 contribution,int32 llr,int32 prior,uint16 grade,uint16 novelty,bytes32 votesRoot,uint8 verdict,uint96 reward,uint32 payIndex,uint64 shareWeight,bytes32 opening)";
    string internal constant VOTE = "Vote(address reviewer,uint8 round,uint8 verdict,uint16 weight,bytes32 commit)";
    string internal constant PAY =
        "Pay(uint32 index,address account,uint96 amount,uint96 cumulative,uint8 kind,bytes32 items)";

    uint256[] private _budgets;

    function test_fault_vectors() public {
        uint256 fresh = vm.snapshotState();
        uint256 n;
        for (; this.exists(_at(".faults", n, "")); ++n) {
            // a call of its own gives its memory back
            this.arithmetic(_at(".faults", n, ""));
            vm.revertToState(fresh);
        }
        vm.assertTrue(n >= 100, "cases read");
    }

    function exists(string calldata path) external view returns (bool) {
        return vm.keyExistsJson(vm.readFile(FILE), path);
    }

    /// @notice One case of Faults.
    function arithmetic(string calldata path) external {
        string memory json = vm.readFile(FILE);
        Terms memory t = _termsOf(json, path);
        Draft memory d = _draftOf(json, path);
        uint256 id = _fund(t, BUDGET);
        Anchor[] memory anchors = _one(_anchor(id, t, uint32(d.items.length), operator));
        vm.assertEq(id, vm.parseJsonUint(json, ".campaign"), "campaign");
        vm.assertEq(operator, vm.parseJsonAddress(json, ".settler"), "settler");
        Posted memory p = _settle(id, t, anchors, d, operator);
        bytes memory call = _callOf(json, path, t, d, p);
        _prove(address(faults), call, IFaults.Faults_NoFault.selector, json, path);
        vm.assertTrue(_isVoid(p.key) == vm.parseJsonBool(json, string.concat(path, ".holds")), _name(json, path));
    }

    /// @dev Voids if the case holds; else refuses as no fault, and for no other reason.
    function _prove(address at, bytes memory call, bytes4 refusal, string memory json, string memory path) internal {
        vm.prank(watcher);
        (bool done, bytes memory reason) = at.call(call);
        bool holds = vm.parseJsonBool(json, string.concat(path, ".holds"));
        vm.assertTrue(done == holds, _name(json, path));
        if (!done) {
            vm.assertTrue(bytes4(reason) == refusal, string.concat(_name(json, path), ": refused for another reason"));
        }
    }

    // The calls

    function _callOf(string memory json, string memory path, Terms memory t, Draft memory d, Posted memory p)
        private
        view
        returns (bytes memory)
    {
        bytes32 name = keccak256(bytes(vm.parseJsonString(json, string.concat(path, ".function"))));
        if (name == keccak256("proveVerdict")) return _verdict(json, path, t, d, p);
        if (name == keccak256("proveByte")) return _byte(json, path, d, p);
        if (name == keccak256("proveReward")) return _reward(json, path, t, d, p);
        if (name == keccak256("proveOrder")) return _order(json, path, d, p);
        if (name == keccak256("provePay")) return _pay(json, path, d, p);
        if (name == keccak256("proveUnpaid")) return _unpaid(json, path, d, p);
        if (name == keccak256("proveFee")) return _fee(json, path, t, d, p);
        if (name == keccak256("proveSum")) return _sum(json, path, d, p);
        revert(string.concat("no such function in ", path));
    }

    function _verdict(string memory json, string memory path, Terms memory t, Draft memory d, Posted memory p)
        private
        view
        returns (bytes memory)
    {
        uint256 at = _given(json, path, "at");
        return abi.encodeCall(faults.proveVerdict, (p, t, d.items[at], _itemProof(p, d, at), _votesOf(json, path)));
    }

    function _byte(string memory json, string memory path, Draft memory d, Posted memory p)
        private
        view
        returns (bytes memory)
    {
        uint256 at = _given(json, path, "at");
        bytes32[] memory proof = _itemProof(p, d, at);
        return abi.encodeCall(faults.proveByte, (p, d.items[at], proof, d.verdicts, _votesOf(json, path)));
    }

    function _reward(string memory json, string memory path, Terms memory t, Draft memory d, Posted memory p)
        private
        view
        returns (bytes memory)
    {
        uint256 at = _given(json, path, "at");
        return abi.encodeCall(faults.proveReward, (p, t, d.items[at], _itemProof(p, d, at), _votesOf(json, path)));
    }

    function _order(string memory json, string memory path, Draft memory d, Posted memory p)
        private
        view
        returns (bytes memory)
    {
        uint256 at = _given(json, path, "at");
        return abi.encodeCall(faults.proveOrder, (p, at, d.items[at], _itemProof(p, d, at)));
    }

    function _pay(string memory json, string memory path, Draft memory d, Posted memory p)
        private
        view
        returns (bytes memory)
    {
        uint256 at = _given(json, path, "pay");
        uint256[] memory listed = vm.parseJsonUintArray(json, string.concat(path, ".given.items"));
        Item[] memory items = new Item[](listed.length);
        bytes32[][] memory proofs = new bytes32[][](listed.length);
        for (uint256 i; i < listed.length; ++i) {
            (items[i], proofs[i]) = (d.items[listed[i]], _itemProof(p, d, listed[i]));
        }
        return abi.encodeCall(faults.provePay, (p, d.pays[at], _payProof(p, d, at), items, proofs));
    }

    function _unpaid(string memory json, string memory path, Draft memory d, Posted memory p)
        private
        view
        returns (bytes memory)
    {
        (uint256 at, uint256 pay) = (_given(json, path, "at"), _given(json, path, "pay"));
        uint256[] memory listed = vm.parseJsonUintArray(json, string.concat(path, ".given.numbers"));
        uint32[] memory numbers = new uint32[](listed.length);
        for (uint256 i; i < listed.length; ++i) {
            numbers[i] = uint32(listed[i]);
        }
        bytes32[] memory proof = _itemProof(p, d, at);
        return abi.encodeCall(faults.proveUnpaid, (p, d.items[at], proof, d.pays[pay], _payProof(p, d, pay), numbers));
    }

    function _fee(string memory json, string memory path, Terms memory t, Draft memory d, Posted memory p)
        private
        view
        returns (bytes memory)
    {
        (uint256 first, uint256 last) = (_given(json, path, "first"), _given(json, path, "last"));
        bytes32[] memory proof = _payProof(p, d, first);
        return abi.encodeCall(faults.proveFee, (p, t, d.pays[first], proof, d.pays[last], _payProof(p, d, last)));
    }

    function _sum(string memory json, string memory path, Draft memory d, Posted memory p)
        private
        view
        returns (bytes memory)
    {
        (uint256 a, uint256 b) = (_given(json, path, "a"), _given(json, path, "b"));
        return abi.encodeCall(faults.proveSum, (p, d.pays[a], _payProof(p, d, a), d.pays[b], _payProof(p, d, b)));
    }

    // What is read

    function _termsOf(string memory json, string memory path) internal view returns (Terms memory t) {
        string memory name = vm.parseJsonString(json, string.concat(path, ".terms"));
        t = abi.decode(vm.parseJsonType(json, string.concat(".terms.", name), TERMS), (Terms));
        (t.requester, t.token) = (requester, address(dollar));
    }

    function _draftOf(string memory json, string memory path) internal returns (Draft memory d) {
        d.items = abi.decode(vm.parseJsonTypeArray(json, string.concat(path, ".items"), ITEM), (Item[]));
        d.pays = abi.decode(vm.parseJsonTypeArray(json, string.concat(path, ".pays"), PAY), (Pay[]));
        d.total = uint96(vm.parseJsonUint(json, string.concat(path, ".total")));
        d.verdicts = vm.parseJsonBytes(json, string.concat(path, ".verdicts"));
        string memory budgets = string.concat(path, ".budgets");
        if (vm.keyExistsJson(json, budgets)) _budgets = vm.parseJsonUintArray(json, budgets);
    }

    function _votesOf(string memory json, string memory path) internal pure returns (Vote[] memory) {
        return abi.decode(vm.parseJsonTypeArray(json, string.concat(path, ".given.votes"), VOTE), (Vote[]));
    }

    function _budget(Draft memory d, uint256 word) internal view override returns (uint96) {
        return _budgets.length == 0 ? super._budget(d, word) : uint96(_budgets[word]);
    }

    function _given(string memory json, string memory path, string memory key) internal pure returns (uint256) {
        return vm.parseJsonUint(json, string.concat(path, ".given.", key));
    }

    function _name(string memory json, string memory path) internal pure returns (string memory) {
        string memory function_ = vm.parseJsonString(json, string.concat(path, ".function"));
        return string.concat(function_, ": ", vm.parseJsonString(json, string.concat(path, ".name")));
    }

    function _at(string memory path, uint256 i, string memory key) internal pure returns (string memory) {
        return string.concat(path, "[", vm.toString(i), "]", key);
    }
}
