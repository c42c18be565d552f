// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IContentFaults} from "../../src/interfaces/IContentFaults.sol";
import {IReputation} from "../../src/interfaces/IReputation.sol";
import {IVoteFaults} from "../../src/interfaces/IVoteFaults.sol";
import {
    Ballot,
    Closing,
    CommitRoot,
    Item,
    ItemProof,
    Pay,
    Share,
    ShareProof,
    Version,
    Vote
} from "../../src/interfaces/Structs.sol";
import {RoleScene} from "./RoleScene.sol";

/// @notice Every function of what may call honest work wrong, doubtful or hidden, with what an attacker would give it.
abstract contract RoleFaultCalls is RoleScene {
    /// @dev Four times the same: two keys have eight items in dispute after one round, and the batch is suspended.
    function _ofDisputes(uint256 i, address me) internal view returns (bytes memory) {
        Case memory c = _case();
        if (i < 4) return _openCall(_sceneOf(c), _doubted.length % CLIPS);
        Doubted memory last;
        if (_doubted.length > 0) last = _doubted[_doubted.length - 1];
        if (i == 4) return abi.encodeCall(disputes.submitEvidence, (last.dispute, "/ipfs/mine"));
        if (i == 5) return abi.encodeCall(disputes.execute, (last.dispute, c.posted, c.draft.items[last.item]));
        if (i == 6) return abi.encodeCall(disputes.rule, (last.dispute, REJECT));
        if (i == 7) return abi.encodeCall(disputes.withdraw, (me));
        return abi.encodeCall(disputes.returnFees, ());
    }

    function _ofCalls(uint256 i) internal view returns (bytes memory) {
        Case memory c = _case();
        uint256 place = _places.length % CLIPS;
        if (i == 0) return abi.encodeCall(calls.call, (c.posted, c.terms, place));
        if (i == 1) return abi.encodeCall(calls.call, (c.posted, c.terms, (1 << 32) + place));
        if (i == 2) return abi.encodeCall(calls.answer, (c.posted, c.draft.items[1], _proofOf(c, 1), _record(c, 0)));
        if (i == 3) {
            Pay memory mine = c.draft.pays[0];
            bytes32[] memory proof = _payProof(c.posted, c.draft, 0);
            mine.amount = R;
            return abi.encodeCall(calls.answerPay, (c.posted, mine, proof, ""));
        }
        if (i == 4) return abi.encodeCall(calls.expire, (c.posted, 0));
        return abi.encodeCall(calls.close, (c.posted.key, 0));
    }

    function _ofContent(uint256 i) internal view returns (bytes memory) {
        Case memory c = _case();
        Item memory item = c.draft.items[0];
        bytes32[] memory proof = _proofOf(c, 0);
        if (i == 0) return _opened(c);
        if (i == 1) return abi.encodeCall(contentFaults.proveUnopened, (c.posted, item, proof));
        if (i == 2) {
            return abi.encodeCall(contentFaults.proveContribution, (c.posted, item, proof, c.clips[0].contribution));
        }
        if (i == 3) return _copied(c);
        if (i == 4) {
            bytes memory signature = c.clips[0].signature;
            bytes32 salt = c.clips[0].salt;
            return abi.encodeCall(contentFaults.proveSignature, (c.posted, c.anchor, item, proof, salt, signature));
        }
        if (i == 5) return abi.encodeCall(contentFaults.proveSkippedAnchor, (c.posted, c.terms, _queued()));
        return abi.encodeCall(contentFaults.show, (_origin(c, 1)));
    }

    /// @dev In two parts, or it is too much for the stack.
    function _opened(Case memory c) private view returns (bytes memory) {
        bytes32 leaf = _anchorLeaf(c.clips[0], c.id);
        return _opening(c, _proofOf(c, 0), leaf, _anchorProof(c, 0));
    }

    function _opening(Case memory c, bytes32[] memory proof, bytes32 leaf, bytes32[] memory anchorProof)
        private
        view
        returns (bytes memory)
    {
        return abi.encodeCall(
            contentFaults.proveOpening,
            (
                c.posted,
                c.anchor,
                c.draft.items[0],
                proof,
                c.clips[0].salt,
                keccak256(c.clips[0].signature),
                leaf,
                anchorProof
            )
        );
    }

    function _copied(Case memory c) private view returns (bytes memory) {
        IContentFaults.Origin memory earlier = _origin(c, 0);
        IContentFaults.Origin memory later = _origin(c, 1);
        Pay memory pay = c.draft.pays[1];
        return abi.encodeCall(contentFaults.proveDuplicate, (earlier, later, pay, _payProof(c.posted, c.draft, 1)));
    }

    function _ofVotes(uint256 i) internal view returns (bytes memory) {
        Case memory c = _case();
        IVoteFaults.Counted memory at = IVoteFaults.Counted(c.draft.items[0], _proofOf(c, 0), new Vote[](0));
        if (i == 0) return abi.encodeCall(voteFaults.proveDraw, (c.posted, at, c.anchor));
        if (i == 1) {
            return abi.encodeCall(voteFaults.proveOmitted, (c.posted, c.terms, at, c.anchor, 0, reviewer));
        }
        if (i == 2) return abi.encodeCall(voteFaults.proveCitation, (c.posted, c.anchor, 1));
        // A vote nobody counted.
        at.votes = new Vote[](1);
        at.votes[0] = Vote(reviewer, 0, 0, 847, keccak256("commit"));
        if (i == 3) {
            IVoteFaults.Absence memory absence;
            absence.roots = new CommitRoot[](1);
            return abi.encodeCall(voteFaults.proveCommit, (c.posted, c.terms, at, c.anchor, 0, absence));
        }
        if (i == 4) {
            Ballot memory ballot;
            return abi.encodeCall(voteFaults.proveReveal, (c.posted, at, 0, ballot));
        }
        if (i == 5) {
            IReputation.Lookup memory lookup;
            return abi.encodeCall(voteFaults.proveWeight, (c.posted, at, 0, lookup));
        }
        IVoteFaults.Placed memory placed;
        IVoteFaults.Place memory place = IVoteFaults.Place(id, 21, 1, reviewer);
        return abi.encodeCall(voteFaults.proveEquivocation, (place, placed, keccak256("other"), new bytes(65)));
    }

    /// @dev The second drawn voted and the first did not, and nobody closed his round.
    function _ofReplacement() internal view returns (bytes memory) {
        Case memory c = _case();
        IVoteFaults.Counted memory at = IVoteFaults.Counted(c.draft.items[0], _proofOf(c, 0), new Vote[](1));
        at.votes[0] = Vote(reviewer, 1, 1, 847, keccak256("commit"));
        IVoteFaults.Turn[] memory turns = new IVoteFaults.Turn[](1);
        return abi.encodeCall(voteFaults.proveReplaced, (c.posted, c.terms, at, c.anchor, 0, turns));
    }

    function _ofOthers(uint256 i, address me) internal view returns (bytes memory) {
        if (i == 0) return abi.encodeCall(reviewers.sync, (me));
        if (i == 1) return abi.encodeCall(reviewers.seal, ());
        bytes32 digest = _case().draft.items[0].contribution;
        if (i == 2) return abi.encodeCall(approvals.approve, (digest));
        return abi.encodeCall(approvals.approveFor, (rival, digest, new bytes(65)));
    }

    /// @dev A row of his own making, of an epoch nobody posted.
    function _ofStanding(address me) internal view returns (bytes memory) {
        IReputation.Lookup memory lookup;
        lookup.rows = new IReputation.Row[](1);
        lookup.rows[0] = IReputation.Row(me, 98, 42, 847);
        return abi.encodeCall(reviewers.heed, (me, lookup));
    }

    function _ofPools(uint256 i, address me) internal view returns (bytes memory) {
        (Book memory b, Closing memory c) = (_ofPool(), _closing());
        ShareProof memory leaf = _shareProof(b, 0);
        if (i == 0) return abi.encodeCall(pools.claim, (c, leaf.share, leaf.proof));
        if (i == 1) {
            Share memory mine = leaf.share;
            mine.account = me;
            return abi.encodeCall(pools.claim, (c, mine, leaf.proof));
        }
        if (i == 2) return abi.encodeCall(pools.close, (c.campaign, b.terms, b.keys, c.shareRoot, 1, 1, 0));
        if (i == 3) return abi.encodeCall(pools.release, (c));
        if (i == 4) return abi.encodeCall(pools.collect, (c, me));
        if (i == 5) return abi.encodeCall(pools.proveMissingSettlement, (c, b.keys, b.keys[0]));
        if (i == 6) return abi.encodeCall(pools.proveShareList, (c, leaf));
        if (i == 7) return abi.encodeCall(pools.proveShareItem, (c, b.keys, leaf, 0, _itemAt(b, b.lists[0][0])));
        if (i == 8) return abi.encodeCall(pools.proveShareWeight, (c, leaf, _itemsOf(b, 0)));
        if (i == 9) return abi.encodeCall(pools.proveShareSum, (c, leaf, _shareProof(b, 1)));
        if (i == 10) {
            ItemProof memory item = _itemAt(b, b.lists[0][0]);
            return abi.encodeCall(pools.proveUnlisted, (c, b.keys, item, leaf, _shareProof(b, 1)));
        }
        if (i == 11) return abi.encodeCall(pools.callShare, (c, 0));
        if (i == 12) return abi.encodeCall(pools.showShare, (c, leaf));
        if (i == 13) return abi.encodeCall(pools.proveUnshown, (c, 0));
        return abi.encodeCall(pools.refundCall, (c.campaign << 32, 0));
    }

    function _ofShares(uint256 i) internal view returns (bytes memory) {
        (Book memory b, Version memory v) = (_ofSale(), _version());
        ShareProof memory leaf = _shareProof(b, 0);
        if (i == 0) return abi.encodeCall(shareFaults.proveShareList, (v, leaf));
        if (i == 1) return abi.encodeCall(shareFaults.proveShareItem, (v, b.keys, leaf, 0, _itemAt(b, b.lists[0][0])));
        if (i == 2) return abi.encodeCall(shareFaults.proveShareWeight, (v, leaf, _itemsOf(b, 0)));
        if (i == 3) return abi.encodeCall(shareFaults.proveShareSum, (v, leaf, _shareProof(b, 1)));
        if (i == 4) {
            ItemProof memory item = _itemAt(b, b.lists[0][0]);
            return abi.encodeCall(shareFaults.proveUnlisted, (v, b.keys, item, leaf, _shareProof(b, 1)));
        }
        if (i == 5) return abi.encodeCall(shareFaults.callShare, (v, 0));
        if (i == 6) return abi.encodeCall(shareFaults.showShare, (v, leaf));
        if (i == 7) return abi.encodeCall(shareFaults.proveUnshown, (v, 0));
        if (i == 8) return abi.encodeCall(shareFaults.carry, (v, b.keys, _own(), b.keys));
        return abi.encodeCall(shareFaults.refundCall, (b.scope, 0));
    }
}
