// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReputation} from "../src/interfaces/IReputation.sol";
import {IVoteFaults} from "../src/interfaces/IVoteFaults.sol";
import {Ballot, Posted, Vote} from "../src/interfaces/Structs.sol";
import {Voted} from "./Voted.sol";

/// @notice Vote faults as whole transactions at 256 items (isolated: everything cold).
contract VoteGasTest is Voted {
    function setUp() public override {
        size = 256;
        super.setUp();
    }

    /// forge-config: default.isolate = true
    /// forge-config: quick.isolate = true
    function test_gas_prove_commit() public {
        _open();
        Vote[] memory votes = _voted(1, 1);
        votes[0].commit = keccak256("made up");
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
        _absent(p, at, 0, bytes4(0));
        _report("prove an absent commit, 256 items", 95_000);
    }

    /// forge-config: default.isolate = true
    /// forge-config: quick.isolate = true
    function test_gas_prove_reveal() public {
        _open();
        Vote[] memory votes = _voted(1, 0);
        Ballot memory said = _ballot(votes[0].reviewer, 0, 0);
        votes[0].verdict = 1;
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
        _opened(p, at, 0, said, bytes4(0));
        _report("prove a flipped verdict, 256 items", 95_000);
    }

    /// forge-config: default.isolate = true
    /// forge-config: quick.isolate = true
    function test_gas_prove_weight_and_citation() public {
        _open();
        Vote[] memory votes = _voted(1, 1);
        votes[0].weight = 2944;
        uint256 before = vm.snapshotState();
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
        IReputation.Lookup memory none;
        vm.prank(watcher);
        voteFaults.proveWeight(p, at, 0, none);
        spent = vm.lastCallGas().gasTotalUsed;
        _report("prove a weight, 256 items", 95_000);
        vm.revertToState(before);
        (p,) = _post(votes, 3000, operator, keccak256("no epoch"));
        vm.prank(watcher);
        voteFaults.proveCitation(p, a, 0);
        spent = vm.lastCallGas().gasTotalUsed;
        _report("prove a citation", 95_000);
    }

    /// forge-config: default.isolate = true
    /// forge-config: quick.isolate = true
    function test_gas_prove_draw() public {
        _open();
        Vote[] memory votes = _voted(9, 1);
        Vote[] memory one = new Vote[](1);
        one[0] = votes[0];
        one[0].reviewer = panel[0] == one[0].reviewer ? panel[1] : panel[0];
        uint256 before = vm.snapshotState();
        (Posted memory p, IVoteFaults.Counted memory at) = _post(one, 3000);
        _draw(p, at, bytes4(0));
        _report("prove a draw, 1 vote, 12 reviewers, 256 items", 130_000);
        vm.revertToState(before);
        votes[8].reviewer = stranger;
        (p, at) = _post(votes, 3000);
        _draw(p, at, bytes4(0));
        _report("prove a draw, 9 votes, 12 reviewers, 256 items", 260_000);
    }

    /// forge-config: default.isolate = true
    /// forge-config: quick.isolate = true
    function test_gas_prove_replaced() public {
        (Posted memory p, IVoteFaults.Counted memory at) = _replaced(1);
        _gap(p, at, 1, bytes4(0));
        _report("prove a reviewer replaced too soon, round 1, 12 reviewers, 256 items", 150_000);
    }

    /// forge-config: default.isolate = true
    /// forge-config: quick.isolate = true
    function test_gas_prove_omitted() public {
        _open();
        address[] memory list = _drawn(9);
        _revealed(list[0], 0, 0);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(new Vote[](0), 3000);
        _omitted(p, at, 0, list[0], bytes4(0));
        _report("prove a vote left out, round 0, 12 reviewers, 256 items", 130_000);
    }

    /// forge-config: default.isolate = true
    /// forge-config: quick.isolate = true
    function test_gas_reviewers_of_a_thousand() public {
        for (uint256 i; i < 1012; ++i) {
            address who = address(uint160(0x900000 + i));
            _join(who, 2);
            reviewers.sync(who);
        }
        _open();
        Vote[] memory votes = _voted(9, 1);
        votes[8].reviewer = stranger;
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 3000);
        _draw(p, at, bytes4(0));
        _report("prove a draw, 9 votes, 1,024 reviewers, 256 items", 420_000);
        vm.prank(panel[3]);
        stakes.join(2, 1);
        vm.prank(stranger);
        reviewers.sync(panel[3]);
        spent = vm.lastCallGas().gasTotalUsed;
        _report("sync, 1,024 reviewers, after a seal", 340_000);
    }

    /// forge-config: default.isolate = true
    /// forge-config: quick.isolate = true
    function test_gas_reveal() public {
        _open();
        Ballot memory b = _ballot(_drawn(1)[0], 0, 1);
        _commitRound(operator, _counted(b));
        campaigns.revealVoteIn(b, operator, 0, roots[0]);
        spent = vm.lastCallGas().gasTotalUsed;
        _report("reveal in an operator's root, 256 items", 75_000);
    }

    function _report(string memory what, uint256 limit) private view {
        log(what, spent);
        vm.assertLe(spent, limit, what);
    }
}
