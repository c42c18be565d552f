// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IFaults} from "../src/interfaces/IFaults.sol";
import {Anchor, Item, Posted, Terms} from "../src/interfaces/Structs.sol";
import {FaultVectors} from "./FaultVectors.sol";

/// @notice The arithmetic of vectors/faults.json.
contract FaultVectorsTest is FaultVectors {
    function _file() internal pure override returns (string memory) {
        return "../vectors/faults.json";
    }

    function test_fault_vectors() public {
        _all(".cases", this.arithmetic, 100);
    }

    /// @notice One case of Faults.
    function arithmetic(string calldata path) external {
        string memory json = vm.readFile(_file());
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
            items[i].item = uint32(listed[i]);
            if (listed[i] >= d.items.length) continue; // there is no leaf to show
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
}
