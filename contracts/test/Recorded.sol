// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {ICalls} from "../src/interfaces/ICalls.sol";
import {IContentFaults} from "../src/interfaces/IContentFaults.sol";
import {Anchor, Contribution, Item, Posted, Terms, Vote} from "../src/interfaces/Structs.sol";
import {World} from "./World.sol";

/// @notice A world whose items have an origin: keys that sign, salts, anchors over real leaves, votes with commits on
/// chain. Clip `n` is everywhere contributor `n`'s content `n`.
abstract contract Recorded is World {
    struct Clip {
        Contribution contribution;
        bytes32 digest;
        bytes32 salt;
        bytes signature;
    }

    /// @notice A settlement of one anchor, with everything that stands behind it.
    struct Case {
        uint256 id;
        Terms terms;
        Anchor anchor;
        Clip[] clips;
        Draft draft;
        Posted posted;
    }

    function _clip(uint256 id, uint256 n) internal view returns (Clip memory) {
        return _clipOf(id, n, n);
    }

    /// @notice Content `content`, signed by contributor `n` for campaign `id`.
    function _clipOf(uint256 id, uint256 n, uint256 content) internal view returns (Clip memory clip) {
        clip.contribution = Contribution({
            campaign: id,
            contributor: vm.addr(_keyOf(n)),
            manifest: keccak256(abi.encode("manifest", n)),
            contentRoot: keccak256(abi.encode("content", content)),
            consent: keccak256(abi.encode("consent", n)),
            nonce: n
        });
        clip.salt = keccak256(abi.encode("salt", id, n, content));
        _sign(clip, _keyOf(n));
    }

    function _sign(Clip memory clip, uint256 key) internal view {
        clip.digest = contentFaults.digestOf(clip.contribution);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, clip.digest);
        clip.signature = abi.encodePacked(r, s, v);
    }

    function _keyOf(uint256 n) internal pure returns (uint256) {
        return 0xC0FFEE + n;
    }

    function _clips(uint256 id, uint256 from, uint256 count) internal view returns (Clip[] memory clips) {
        clips = new Clip[](count);
        for (uint256 i; i < count; ++i) {
            clips[i] = _clip(id, from + i);
        }
    }

    function _anchorLeaf(Clip memory clip, uint256 id) internal view returns (bytes32) {
        bytes memory fields = abi.encode(clip.salt, clip.contribution.contributor, clip.digest);
        return _leaf("headwater.anchor.v1", address(campaigns), id, fields);
    }

    function _anchorLeaves(Case memory c) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](c.clips.length);
        for (uint256 i; i < leaves.length; ++i) {
            leaves[i] = _anchorLeaf(c.clips[i], c.id);
        }
    }

    function _anchorRoot(uint256 id, Terms memory t, bytes32 root, uint32 count, address who, bool direct)
        internal
        returns (Anchor memory a)
    {
        a.sequence = uint64(campaigns.anchorCount() + 1);
        a.firstItem = campaigns.stateOf(id).anchored;
        a.count = count;
        a.anchorer = who;
        a.time = uint40(block.timestamp);
        a.block_ = uint40(block.number);
        a.direct = direct;
        a.root = root;
        a.cid = keccak256("cid");
        vm.prank(who);
        if (direct) campaigns.anchorDirect(id, t, root, a.cid);
        else campaigns.anchor(id, t, root, count, a.cid);
    }

    /// @notice Campaign, anchor and an honest draft over clips `from..`, not posted.
    function _case(uint256 from, uint32 count, address who) internal returns (Case memory c) {
        c.terms = _terms();
        c.id = _fund(c.terms, BUDGET);
        c.clips = _clips(c.id, from, count);
        _anchorAndDraft(c, who);
    }

    function _anchorAndDraft(Case memory c, address who) internal {
        c.anchor = _anchorRoot(c.id, c.terms, Merkle.rootOf(_anchorLeaves(c)), uint32(c.clips.length), who, false);
        c.draft = _draftOf(c, who);
    }

    /// @notice One payee an item, in queue order.
    function _draftOf(Case memory c, address settler) internal pure returns (Draft memory d) {
        d = _honest(c.terms, _one(c.anchor), c.clips.length, settler);
        for (uint256 i; i < c.clips.length; ++i) {
            _setOrigin(d, i, c.clips[i]);
        }
    }

    function _setOrigin(Draft memory d, uint256 i, Clip memory clip) internal pure {
        d.items[i].contributor = clip.contribution.contributor;
        d.items[i].contribution = clip.digest;
        d.items[i].opening = _opening(clip);
        d.pays[i].account = clip.contribution.contributor;
    }

    function _opening(Clip memory clip) internal pure returns (bytes32) {
        return keccak256(abi.encode(clip.salt, keccak256(clip.signature)));
    }

    function _post(Case memory c, address settler) internal {
        c.posted = _settle(c.id, c.terms, _one(c.anchor), c.draft, settler);
    }

    function _posted(uint256 from, uint32 count, address who) internal returns (Case memory c) {
        c = _case(from, count, who);
        _post(c, who);
    }

    function _proofOf(Case memory c, uint256 i) internal view returns (bytes32[] memory) {
        return _itemProof(c.posted, c.draft, i);
    }

    function _anchorProof(Case memory c, uint256 i) internal view returns (bytes32[] memory) {
        return _proof(_anchorLeaves(c), i);
    }

    function _origin(Case memory c, uint256 i) internal view returns (IContentFaults.Origin memory) {
        return IContentFaults.Origin({
            posted: c.posted,
            terms: c.terms,
            item: c.draft.items[i],
            itemProof: _proofOf(c, i),
            contribution: c.clips[i].contribution,
            anchor: c.anchor,
            salt: c.clips[i].salt,
            anchorProof: _anchorProof(c, i)
        });
    }

    // Votes

    /// @notice Two votes on item `i`: the first in a root of the operator's, the second committed by the reviewer.
    function _vote(Case memory c, uint256 i, address settler)
        internal
        returns (Vote[] memory votes, ICalls.Reveal[] memory reveals)
    {
        votes = new Vote[](2);
        reveals = new ICalls.Reveal[](2);
        uint32 item = c.anchor.firstItem + uint32(i);
        for (uint8 r; r < 2; ++r) {
            votes[r] = Vote(r == 0 ? _payee(99) : reviewer, r, 1, 847, 0);
            reveals[r].reasons = keccak256(abi.encode("reasons", i, r));
            reveals[r].salt = keccak256(abi.encode("ballot", i, r));
            votes[r].commit = _commitOf(c.id, item, votes[r], reveals[r]);
            reveals[r].time = uint40(block.timestamp);
        }
        bytes32[] memory leaves = new bytes32[](c.anchor.count);
        leaves[i] = _leaf(
            "headwater.commit.v1",
            address(campaigns),
            c.id,
            abi.encode(item, uint8(0), votes[0].reviewer, votes[0].commit)
        );
        (reveals[0].operator, reveals[0].count) = (settler, c.anchor.count);
        reveals[0].proof = _proof(leaves, i);
        vm.prank(settler);
        campaigns.commitVotes(c.id, c.anchor.firstItem, 0, Merkle.rootOf(leaves), c.anchor.count);
        vm.prank(reviewer);
        campaigns.commitVote(c.id, item, 1, votes[1].commit);
        c.draft.items[i].votesRoot = keccak256(abi.encode(votes));
    }

    function _commitOf(uint256 id, uint32 item, Vote memory vote, ICalls.Reveal memory reveal)
        internal
        view
        returns (bytes32)
    {
        bytes memory head = abi.encode(keccak256("headwater.vote.v1"), block.chainid, address(campaigns), id, item);
        bytes memory tail = abi.encode(vote.round, vote.reviewer, vote.verdict, reveal.reasons, reveal.salt);
        return keccak256(bytes.concat(head, tail));
    }

    function _record(Case memory c, uint256 i, Vote[] memory votes, ICalls.Reveal[] memory reveals)
        internal
        view
        returns (ICalls.Record memory)
    {
        return ICalls.Record({
            contribution: c.clips[i].contribution,
            salt: c.clips[i].salt,
            signature: c.clips[i].signature,
            anchor: c.anchor,
            anchorProof: _anchorProof(c, i),
            votes: votes,
            reveals: reveals
        });
    }

    function _record(Case memory c, uint256 i) internal view returns (ICalls.Record memory) {
        return _record(c, i, new Vote[](0), new ICalls.Reveal[](0));
    }
}
