// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Item, Pay, Terms, Vote} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice Reads a file of vectors/faults*.json: every case in a fresh network, posted as it is, proven as it says.
abstract contract FaultVectors is World {
    string internal constant TERMS =
        "Terms(address requester,address token,bytes32 specDigest,uint96 unitReward,int32 thresholdMilli,uint16 reviewFeeBps,uint16 operatorFeeBps,uint16 depositBps,uint16 ownerBps,uint16 feeBps,uint40 deadline,uint40 settleWindow,uint40 challengeWindow,uint40 lapseWindow,uint8 mode,bytes32 licence,uint32 purposes,uint256 regions,uint8 minimumAge,uint96 pool,uint128 poolFloor)";
    string internal constant ITEM =
        "Item(uint32 item,address contributor,bytes32 contribution,int32 llr,int32 prior,uint16 grade,uint16 novelty,bytes32 votesRoot,uint8 verdict,uint96 reward,uint32 payIndex,uint64 shareWeight,bytes32 opening)";
    string internal constant VOTE = "Vote(address reviewer,uint8 round,uint8 verdict,uint16 weight,bytes32 commit)";
    string internal constant PAY =
        "Pay(uint32 index,address account,uint96 amount,uint96 cumulative,uint8 kind,bytes32 items)";

    uint256[] private _budgets;

    function _file() internal pure virtual returns (string memory);

    /// @notice Runs every case of a group in a call of its own, which gives its memory back, and from one state.
    function _all(string memory group, function(string memory) external run, uint256 least) internal {
        uint256 fresh = vm.snapshotState();
        uint256 n;
        for (; this.exists(_at(group, n, "")); ++n) {
            run(_at(group, n, ""));
            vm.revertToState(fresh);
        }
        vm.assertTrue(n >= least, "cases read");
    }

    function exists(string calldata path) external view returns (bool) {
        return vm.keyExistsJson(vm.readFile(_file()), path);
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

    function _budget(Draft memory d, uint256 word) internal view virtual override returns (uint96) {
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
