// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {FaultVectors} from "./FaultVectors.sol";

/// @notice Reads vectors that say where the contracts stand, and so every hash: a case a line, so that what is read for
/// one is not the whole file.
/// @dev If World deploys in another order, put its addresses into vectors/fault_cases/votes.py and run
/// vectors/make_faults.py.
abstract contract NetworkVectors is FaultVectors {
    string private constant ROOT = "VectorRoot(uint256 at,address operator,uint8 round,bytes32 root,bytes32[] leaves)";
    string private constant OWN = "VectorOwn(uint256 at,uint32 item,uint8 round,address reviewer,bytes32 commit)";

    /// @notice A round's commits, stored by an operator.
    struct VectorRoot {
        uint256 at;
        address operator;
        uint8 round;
        bytes32 root;
        bytes32[] leaves;
    }

    /// @notice A commit its reviewer stored himself.
    struct VectorOwn {
        uint256 at;
        uint32 item;
        uint8 round;
        address reviewer;
        bytes32 commit;
    }

    uint256 internal campaign;
    uint256[] internal keys; // the panel's

    /// @notice Runs every case in a call of its own and from one state.
    function _each(function(string memory, string memory) external run, uint256 least) internal {
        string memory json = vm.readFile(_file());
        _network(json);
        uint256 fresh = vm.snapshotState();
        uint256 n;
        bytes32 digest;
        for (string memory line = vm.readLine(_file()); bytes(line).length > 0; line = vm.readLine(_file())) {
            if (!_begins(line, ' "digest"')) digest = keccak256(abi.encode(digest, keccak256(bytes(line))));
            if (!_begins(line, "  {")) continue;
            run(json, _object(line));
            vm.revertToState(fresh);
            ++n;
        }
        vm.assertTrue(n >= least, "cases read");
        vm.assertEq(digest, vm.parseJsonBytes32(json, ".digest"), "a line is not as make_faults.py writes it");
    }

    function _network(string memory json) internal virtual {
        vm.assertEq(block.chainid, vm.parseJsonUint(json, ".chain"), "chain");
        vm.assertEq(address(campaigns), vm.parseJsonAddress(json, ".contracts.campaigns"), "campaigns");
        vm.assertEq(address(settlement), vm.parseJsonAddress(json, ".contracts.settlement"), "settlement");
        vm.assertEq(address(reviewers), vm.parseJsonAddress(json, ".contracts.reviewers"), "reviewers");
        vm.assertEq(address(reputation), vm.parseJsonAddress(json, ".contracts.reputation"), "reputation");
        vm.assertEq(operator, vm.parseJsonAddress(json, ".settler"), "settler");
        vm.assertEq(stakes.unbonding(), vm.parseJsonUint(json, ".unbonding"), "unbonding");
        vm.assertEq(stakes.minimumOf(2), vm.parseJsonUint(json, ".minimum"), "least stake");
        vm.assertEq(parameters.epochLimits().window, vm.parseJsonUint(json, ".epochWindow"), "epoch window");
        bytes32[] memory panel = vm.parseJsonBytes32Array(json, ".keys");
        for (uint256 i; i < panel.length; ++i) {
            keys.push(uint256(panel[i]));
        }
        campaign = vm.parseJsonUint(json, ".campaign");
    }

    /// @return done it went through, as the case says; else it was refused by the error the case names
    function _meet(address at, bytes memory call, string memory json) internal returns (bool done) {
        bytes memory reason;
        vm.prank(watcher);
        (done, reason) = at.call(call);
        vm.assertTrue(done == vm.parseJsonBool(json, ".holds"), _name(json, ""));
        string memory refused = vm.parseJsonString(json, ".refused");
        if (done) vm.assertTrue(bytes(refused).length == 0, _name(json, ""));
        else vm.assertTrue(_isError(bytes4(reason), refused), string.concat(_name(json, ""), ": another reason"));
    }

    function _commitRoot(string memory json, string memory path) internal {
        VectorRoot memory one = _rootOf(json, path);
        vm.assertEq(Merkle.rootOf(one.leaves), one.root, _name(json, ""));
        vm.warp(one.at);
        vm.prank(one.operator);
        campaigns.commitVotes(campaign, 0, one.round, one.root, uint32(one.leaves.length));
    }

    function _commitOwn(string memory json, string memory path) internal {
        VectorOwn memory one = abi.decode(vm.parseJsonType(json, path, OWN), (VectorOwn));
        vm.warp(one.at);
        vm.prank(one.reviewer);
        campaigns.commitVote(campaign, one.item, one.round, one.commit);
    }

    function _rootOf(string memory json, string memory path) internal pure returns (VectorRoot memory) {
        return abi.decode(vm.parseJsonType(json, path, ROOT), (VectorRoot));
    }

    function _is(string memory json, string memory function_) internal pure returns (bool) {
        return keccak256(bytes(vm.parseJsonString(json, ".function"))) == keccak256(bytes(function_));
    }

    function _length(string memory json, string memory path) internal view returns (uint256 n) {
        while (vm.keyExistsJson(json, _at(path, n, ""))) ++n;
    }

    function _isError(bytes4 selector, string memory name) private pure returns (bool) {
        string[5] memory args = ["()", "(uint256)", "(uint256,uint256)", "(address)", "(uint256,address)"];
        for (uint256 i; i < args.length; ++i) {
            if (bytes4(keccak256(bytes(string.concat(name, args[i])))) == selector) return true;
        }
        return false;
    }

    function _begins(string memory line, bytes memory with) private pure returns (bool) {
        bytes memory text = bytes(line);
        for (uint256 i; i < with.length; ++i) {
            if (i >= text.length || text[i] != with[i]) return false;
        }
        return true;
    }

    /// @dev A line without its indent and its comma.
    function _object(string memory line) private pure returns (string memory) {
        bytes memory text = bytes(line);
        uint256 end = text.length;
        while (text[end - 1] != "}") --end;
        bytes memory out = new bytes(end - 2);
        for (uint256 i = 2; i < end; ++i) {
            out[i - 2] = text[i];
        }
        return string(out);
    }
}
