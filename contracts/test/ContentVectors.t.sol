// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Merkle} from "../src/Merkle.sol";
import {IContentFaults} from "../src/interfaces/IContentFaults.sol";
import {Anchor, Contribution, Item, Pay, Posted, Terms} from "../src/interfaces/Structs.sol";
import {FaultVectors} from "./FaultVectors.sol";

/// @notice The origins of vectors/faults_content.json: anchored, signed and posted as it says.
contract ContentVectorsTest is FaultVectors {
    string private constant CLIP =
        "VectorClip(uint256 campaign,address contributor,bytes32 manifest,bytes32 contentRoot,bytes32 consent,uint256 nonce,bytes32 salt,bytes32 key,string form)";
    string private constant AFTER = "After(bool direct,address anchorer,uint32 count,uint256 wait)";
    uint256 private constant CURVE_ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    struct VectorClip {
        uint256 campaign;
        address contributor;
        bytes32 manifest;
        bytes32 contentRoot;
        bytes32 consent;
        uint256 nonce;
        bytes32 salt;
        bytes32 key;
        string form;
    }

    struct After {
        bool direct;
        address anchorer;
        uint32 count;
        uint256 wait;
    }

    struct Batch {
        uint256 id;
        Terms terms;
        address settler;
        Anchor anchor;
        Anchor[] later;
        VectorClip[] anchored;
        VectorClip[] opened;
        Draft draft;
        Posted posted;
    }

    function _file() internal pure override returns (string memory) {
        return "../vectors/faults_content.json";
    }

    function test_content_vectors() public {
        _all(".cases", this.content, 40);
    }

    /// @notice One case of ContentFaults.
    function content(string calldata path) external {
        string memory json = vm.readFile(_file());
        string memory batches = string.concat(path, ".batches");
        Batch memory first = _stand(json, _at(batches, 0, ""));
        Batch memory last = first;
        if (vm.keyExistsJson(json, _at(batches, 1, ""))) {
            string memory shown = string.concat(path, ".given.shown");
            if (vm.parseJsonBool(json, shown)) contentFaults.show(_origin(first, 0));
            last = _stand(json, _at(batches, 1, ""));
        }
        bytes memory call = _call(json, path, first, last);
        _prove(address(contentFaults), call, IContentFaults.ContentFaults_NoFault.selector, json, path);
        _decided(json, path, first, last);
    }

    function _decided(string memory json, string memory path, Batch memory first, Batch memory last) private view {
        bytes32 voids = keccak256(bytes(vm.parseJsonString(json, string.concat(path, ".voids"))));
        vm.assertTrue(_isVoid(last.posted.key) == (voids == keccak256("settlement")), _name(json, path));
        bool alone = contentFaults.isItemVoid(last.posted.key, 0);
        vm.assertTrue(alone == (voids == keccak256("item")), _name(json, path));
        if (last.id != first.id) vm.assertTrue(!_isVoid(first.posted.key), _name(json, path));
    }

    // The calls

    function _call(string memory json, string memory path, Batch memory first, Batch memory last)
        private
        view
        returns (bytes memory)
    {
        bytes32 name = keccak256(bytes(vm.parseJsonString(json, string.concat(path, ".function"))));
        if (name == keccak256("proveDuplicate")) return _duplicate(json, path, first, last);
        if (name == keccak256("proveSkippedAnchor")) {
            Anchor memory skipped = first.later[_given(json, path, "anchor")];
            return abi.encodeCall(contentFaults.proveSkippedAnchor, (first.posted, first.terms, skipped));
        }
        uint256 at = _given(json, path, "at");
        if (name == keccak256("proveOpening")) return _opening(first, at);
        if (name == keccak256("proveUnopened")) {
            bytes32[] memory proof = _itemProof(first.posted, first.draft, at);
            return abi.encodeCall(contentFaults.proveUnopened, (first.posted, first.draft.items[at], proof));
        }
        if (name == keccak256("proveContribution")) return _contribution(first, at);
        if (name == keccak256("proveSignature")) return _signed(first, at);
        revert(string.concat("no such function in ", path));
    }

    function _opening(Batch memory b, uint256 at) private view returns (bytes memory) {
        bytes32[] memory leaves = _leaves(b);
        return abi.encodeCall(
            contentFaults.proveOpening,
            (
                b.posted,
                b.anchor,
                b.draft.items[at],
                _itemProof(b.posted, b.draft, at),
                b.opened[at].salt,
                keccak256(_signature(b.opened[at])),
                leaves[at],
                _proof(leaves, at)
            )
        );
    }

    function _contribution(Batch memory b, uint256 at) private view returns (bytes memory) {
        bytes32[] memory proof = _itemProof(b.posted, b.draft, at);
        Contribution memory fields = _fields(b.opened[at]);
        return abi.encodeCall(contentFaults.proveContribution, (b.posted, b.draft.items[at], proof, fields));
    }

    function _signed(Batch memory b, uint256 at) private view returns (bytes memory) {
        bytes32[] memory proof = _itemProof(b.posted, b.draft, at);
        bytes memory signature = _signature(b.opened[at]);
        return abi.encodeCall(
            contentFaults.proveSignature, (b.posted, b.anchor, b.draft.items[at], proof, b.opened[at].salt, signature)
        );
    }

    function _duplicate(string memory json, string memory path, Batch memory first, Batch memory last)
        private
        view
        returns (bytes memory)
    {
        uint256[] memory earlier = vm.parseJsonUintArray(json, string.concat(path, ".given.earlier"));
        uint256[] memory later = vm.parseJsonUintArray(json, string.concat(path, ".given.later"));
        Batch memory b = later[0] == 0 ? first : last;
        uint256 index = b.draft.items[later[1]].payIndex;
        if (index == NO_PAY) index = 0;
        return abi.encodeCall(
            contentFaults.proveDuplicate,
            (
                _origin(earlier[0] == 0 ? first : last, earlier[1]),
                _origin(b, later[1]),
                b.draft.pays[index],
                _payProof(b.posted, b.draft, index)
            )
        );
    }

    function _origin(Batch memory b, uint256 at) private view returns (IContentFaults.Origin memory) {
        return IContentFaults.Origin({
            posted: b.posted,
            terms: b.terms,
            item: b.draft.items[at],
            itemProof: _itemProof(b.posted, b.draft, at),
            contribution: _fields(b.opened[at]),
            anchor: b.anchor,
            salt: b.opened[at].salt,
            anchorProof: _proof(_leaves(b), at)
        });
    }

    // What stands

    function _stand(string memory json, string memory path) private returns (Batch memory b) {
        _later(vm.parseJsonUint(json, string.concat(path, ".wait")));
        b.terms = _termsOf(json, path);
        b.settler = vm.parseJsonAddress(json, string.concat(path, ".settler"));
        b.anchored = _clipsOf(json, string.concat(path, ".anchored"));
        b.opened = _clipsOf(json, string.concat(path, ".opened"));
        b.draft = _draftOf(json, path);
        b.id = _fund(b.terms, BUDGET);
        vm.assertEq(b.id, vm.parseJsonUint(json, string.concat(path, ".campaign")), "campaign");
        _fill(json, path, b);
        _approve(vm.parseJsonUintArray(json, string.concat(path, ".approved")), b);
        b.anchor = _anchorAs(b, Merkle.rootOf(_leaves(b)), After(false, b.settler, uint32(b.anchored.length), 0));
        _approveLate(vm.parseJsonUintArray(json, string.concat(path, ".late")), b);
        _follow(json, path, b);
        _later(vm.parseJsonUint(json, string.concat(path, ".hold")));
        b.posted = _settle(b.id, b.terms, _one(b.anchor), b.draft, b.settler);
    }

    function _fill(string memory json, string memory path, Batch memory b) private view {
        uint256[] memory bare = vm.parseJsonUintArray(json, string.concat(path, ".bare"));
        for (uint256 i; i < b.opened.length; ++i) {
            b.draft.items[i].contribution = contentFaults.digestOf(_fields(b.opened[i]));
            b.draft.items[i].opening = keccak256(abi.encode(b.opened[i].salt, keccak256(_signature(b.opened[i]))));
        }
        for (uint256 i; i < bare.length; ++i) {
            b.draft.items[bare[i]].opening = 0;
        }
    }

    function _approve(uint256[] memory list, Batch memory b) private {
        for (uint256 i; i < list.length; ++i) {
            vm.prank(b.draft.items[list[i]].contributor);
            approvals.approve(b.draft.items[list[i]].contribution);
        }
    }

    function _approveLate(uint256[] memory list, Batch memory b) private {
        if (list.length == 0) return;
        _later(1);
        _approve(list, b);
    }

    function _follow(string memory json, string memory path, Batch memory b) private {
        path = string.concat(path, ".after");
        if (!vm.keyExistsJson(json, string.concat(path, "[0]"))) return;
        After[] memory list = abi.decode(vm.parseJsonTypeArray(json, path, AFTER), (After[]));
        b.later = new Anchor[](list.length);
        for (uint256 i; i < list.length; ++i) {
            _later(list[i].wait);
            b.later[i] = _anchorAs(b, keccak256(abi.encode("after", i)), list[i]);
        }
    }

    function _anchorAs(Batch memory b, bytes32 root, After memory one) private returns (Anchor memory a) {
        a.sequence = uint64(campaigns.anchorCount() + 1);
        a.firstItem = campaigns.stateOf(b.id).anchored;
        (a.count, a.anchorer, a.direct, a.root, a.cid) = (one.count, one.anchorer, one.direct, root, keccak256("cid"));
        (a.time, a.block_) = (uint40(block.timestamp), uint40(block.number));
        a.weights = reviewers.state();
        vm.prank(one.anchorer);
        if (one.direct) campaigns.anchorDirect(b.id, b.terms, root, a.cid);
        else campaigns.anchor(b.id, b.terms, root, one.count, a.cid);
    }

    function _leaves(Batch memory b) private view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](b.anchored.length);
        for (uint256 i; i < leaves.length; ++i) {
            VectorClip memory clip = b.anchored[i];
            bytes memory fields = abi.encode(clip.salt, clip.contributor, contentFaults.digestOf(_fields(clip)));
            leaves[i] = _leaf("headwater.anchor.v1", address(campaigns), b.id, fields);
        }
    }

    function _signature(VectorClip memory clip) private view returns (bytes memory) {
        bytes32 form = keccak256(bytes(clip.form));
        if (form == keccak256("none")) return "";
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(uint256(clip.key), contentFaults.digestOf(_fields(clip)));
        if (form == keccak256("high-s")) (v, s) = (55 - v, bytes32(CURVE_ORDER - uint256(s)));
        return abi.encodePacked(r, s, v);
    }

    function _fields(VectorClip memory clip) private pure returns (Contribution memory) {
        return Contribution(clip.campaign, clip.contributor, clip.manifest, clip.contentRoot, clip.consent, clip.nonce);
    }

    function _clipsOf(string memory json, string memory path) private pure returns (VectorClip[] memory) {
        return abi.decode(vm.parseJsonTypeArray(json, path, CLIP), (VectorClip[]));
    }

    function _later(uint256 seconds_) private {
        vm.warp(block.timestamp + seconds_);
    }
}
