// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReputation} from "../src/interfaces/IReputation.sol";
import {IVoteFaults} from "../src/interfaces/IVoteFaults.sol";
import {Posted, Vote} from "../src/interfaces/Structs.sol";
import {Voted} from "./Voted.sol";

/// @notice What votes weigh: the epoch a settlement cites, and what that epoch says of its reviewers.
contract VoteWeightsTest is Voted {
    IReputation.Row private _row;

    // Weights

    function test_attack_forged_weight_before_any_epoch() public {
        _open();
        Vote[] memory votes = _voted(2, 1);
        votes[1].weight = 2944;
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300);
        _weight(p, at, 0, 0, NO_FAULT);
        _weight(p, at, 1, 0, bytes4(0));
    }

    function test_attack_forged_reputation_weights() public {
        uint256 epoch = _epoch(28 + 10, 12);
        _pastFinal();
        _openUntilRated();
        Vote[] memory votes = _voted(2, 1);
        uint256 before = vm.snapshotState();
        votes[0].weight = uint16(_row.weight);
        (Posted memory p, IVoteFaults.Counted memory at) = _post(votes, 1300, operator, reputation.epochHash(epoch));
        _weight(p, at, 0, epoch, NO_FAULT);
        _weight(p, at, 1, epoch, NO_FAULT);
        _citation(p, 0, NO_FAULT);
        vm.revertToState(before);
        votes[0].weight = 847;
        (p, at) = _post(votes, 1300, operator, reputation.epochHash(epoch));
        _weight(p, at, 0, epoch, bytes4(0)); // the starting weight though he has a row
        vm.revertToState(before);
        votes[1].weight = uint16(_row.weight);
        (p, at) = _post(votes, 1300, operator, reputation.epochHash(epoch));
        _weight(p, at, 1, epoch, bytes4(0)); // another's
    }

    // Citations

    function test_attack_stale_epoch_cited() public {
        uint256 first = _epoch(38, 12);
        _pastFinal();
        uint256 second = _epoch(48, 12);
        _pastFinal();
        _open();
        Vote[] memory none = new Vote[](0);
        uint256 before = vm.snapshotState();
        (Posted memory p,) = _post(none, 8000, operator, reputation.epochHash(first));
        _citation(p, first, NO_FAULT);
        _citation(p, 0, NO_FAULT);
        _citation(p, 7, NO_FAULT);
        _citation(p, second, bytes4(0));
        vm.revertToState(before);
        (p,) = _post(none, 8000, operator, 0);
        _citation(p, first, bytes4(0)); // zero, though epochs were final
        vm.revertToState(before);
        (p,) = _post(none, 8000, operator, reputation.epochHash(second));
        _citation(p, first, NO_FAULT);
        _citation(p, second, NO_FAULT);
    }

    function test_attack_citation_of_nothing() public {
        _open();
        (Posted memory p, IVoteFaults.Counted memory at) =
            _post(_voted(2, 1), 1300, operator, keccak256("my own epoch"));
        _weight(p, at, 0, 0, IVoteFaults.VoteFaults_UnknownEpoch.selector);
        _citation(p, 0, bytes4(0));
    }

    /// @notice What was not final when the anchor was made is the wrong epoch, however final it is now.
    function test_attack_epoch_too_young_cited() public {
        uint256 first = _epoch(38, 12);
        vm.warp(block.timestamp + 18);
        _open();
        _pastFinal();
        uint256 before = vm.snapshotState();
        (Posted memory p,) = _post(new Vote[](0), 8000, operator, reputation.epochHash(first));
        _citation(p, 0, bytes4(0));
        vm.revertToState(before);
        (p,) = _post(new Vote[](0), 8000, operator, 0);
        _citation(p, first, NO_FAULT);
    }

    function test_attack_pending_epoch_cited() public {
        _open();
        uint256 first = _epoch(38, 12);
        (Posted memory p,) = _post(new Vote[](0), 8000, operator, reputation.epochHash(first));
        _citation(p, 0, bytes4(0));
    }

    /// @notice Final at this very second counts: newest final *at* the time of the anchor.
    function test_epoch_final_in_the_anchors_second() public {
        uint256 first = _epoch(38, 12);
        vm.warp(reputation.slotOf(first).finalAt);
        _open();
        uint256 before = vm.snapshotState();
        (Posted memory p,) = _post(new Vote[](0), 8000, operator, reputation.epochHash(first));
        _citation(p, first, NO_FAULT);
        vm.revertToState(before);
        (p,) = _post(new Vote[](0), 8000, operator, 0);
        _citation(p, first, bytes4(0));
    }

    function test_citation_is_about_the_first_anchor() public {
        _open();
        (Posted memory p,) = _post(new Vote[](0), 8000, operator, keccak256("none"));
        a = _anchor(id, t, 1, operator);
        _citation(p, 0, IVoteFaults.VoteFaults_WrongAnchor.selector);
    }

    function test_numbers_of_epochs() public {
        uint256 first = _epoch(38, 12);
        vm.assertEq(reputation.numberOf(reputation.epochHash(first)), first, "by its hash");
        vm.assertEq(reputation.numberOf(0), 0, "none");
    }

    function _weight(Posted memory p, IVoteFaults.Counted memory at, uint256 i, uint256 epoch, bytes4 refusal) private {
        IReputation.Lookup memory lookup;
        lookup.rows = new IReputation.Row[](epoch == 0 ? 0 : 1);
        if (epoch > 0) lookup.rows[0] = _row;
        _expect(refusal);
        voteFaults.proveWeight(p, at, i, lookup);
        if (refusal == bytes4(0)) vm.assertTrue(_isVoid(p.key), "void");
    }

    function _citation(Posted memory p, uint256 newer, bytes4 refusal) private {
        _expect(refusal);
        voteFaults.proveCitation(p, a, newer);
        if (refusal == bytes4(0)) vm.assertTrue(_isVoid(p.key), "void");
    }

    /// @notice An epoch whose only row is the first panel member's.
    function _epoch(uint32 right, uint32 wrong) private returns (uint256 number) {
        number = reputation.epochCount() + 1;
        uint32 before = _row.right == 0 ? 28 : _row.right;
        _row = IReputation.Row(panel[0], right, wrong, uint16(reputation.weightOf(right, wrong)));
        bytes32 root = _leaf("headwater.row.v1", address(reputation), number, abi.encode(_row));
        bytes32 previous = reputation.epochHash(reputation.head());
        vm.prank(operator);
        reputation.post(
            IReputation.Post(previous, root, 1, 0, 0, keccak256("evidence")),
            abi.encodePacked(panel[0], uint16(right - before), uint16(0))
        );
    }

    function _pastFinal() private {
        vm.warp(block.timestamp + 20);
        vm.roll(block.number + 20);
    }

    /// @notice An anchor whose first item draws the reviewer with a row first.
    function _openUntilRated() private {
        uint256 from = vm.snapshotState();
        for (uint256 i; i < 300; ++i) {
            vm.roll(block.number + i);
            _open();
            if (_drawn(1)[0] == panel[0]) return;
            vm.revertToState(from);
        }
        revert("never drawn");
    }
}
