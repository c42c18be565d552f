// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";

import {Ballots} from "../src/Ballots.sol";
import {Leaves} from "../src/Leaves.sol";
import {Merkle} from "../src/Merkle.sol";
import {Origins} from "../src/Origins.sol";
import {Pays} from "../src/Pays.sol";
import {Reviewers} from "../src/Reviewers.sol";
import {Rules} from "../src/Rules.sol";
import {ICampaigns} from "../src/interfaces/ICampaigns.sol";
import {IReputation} from "../src/interfaces/IReputation.sol";
import {IReviewers} from "../src/interfaces/IReviewers.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {Ballot, Contribution, Item, Share, Vote, Word} from "../src/interfaces/Structs.sol";
import {Test} from "./Test.sol";

/// @notice The libraries behind an external face, so that calldata is calldata and reverts can be expected.
contract Libraries {
    function root(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata proof)
        external
        pure
        returns (bytes32)
    {
        return Merkle.root(leaf, index, count, proof);
    }

    function payRoot(bytes32 leaf, uint256 index, uint256 count, bytes32[] calldata proof)
        external
        pure
        returns (bytes32, uint256)
    {
        return Pays.root(leaf, index, count, proof);
    }

    function wordsRoot(Word[] calldata words) external pure returns (bytes32, uint256) {
        return Pays.rootOf(words);
    }

    function rangeRoot(bytes32[] memory leaves, uint256 from, uint256 count, bytes32[] calldata proof)
        external
        pure
        returns (bytes32)
    {
        return Merkle.rangeRoot(leaves, from, count, proof);
    }

    function rootOf(bytes32[] memory leaves) external pure returns (bytes32) {
        return Merkle.rootOf(leaves);
    }

    function share(address book, uint256 scope, Share calldata s) external view returns (bytes32) {
        return Leaves.share(book, scope, s);
    }

    function sum(int256 llr, int256 prior, Vote[] calldata votes) external pure returns (int256) {
        return Rules.sum(llr, prior, votes);
    }

    function wellFormed(int256 prior, Vote[] calldata votes) external pure returns (bool) {
        return Rules.wellFormed(prior, votes);
    }

    function digest(address campaigns, Contribution calldata contribution) external view returns (bytes32) {
        return Origins.digest(ICampaigns(campaigns), contribution);
    }

    function opening(bytes32 salt, bytes32 signatureHash) external pure returns (bytes32) {
        return Origins.opening(salt, signatureHash);
    }

    function anchorLeaf(address campaigns, uint256 campaign, bytes32 salt, Item calldata item)
        external
        view
        returns (bytes32)
    {
        return Origins.anchorLeaf(ICampaigns(campaigns), campaign, salt, item);
    }

    function commit(address campaigns, Ballot calldata ballot) external view returns (bytes32) {
        return Ballots.commitOf(campaigns, ballot);
    }

    function commitLeaf(address campaigns, Ballot calldata b, bytes32 made) external view returns (bytes32) {
        return Ballots.leaf(campaigns, b.campaign, b.item, b.round, b.reviewer, made);
    }

    function stands(uint8 verdict, int256 s, int256 threshold, uint256 novelty, uint256 votes)
        external
        pure
        returns (bool)
    {
        return Rules.stands(verdict, s, threshold, novelty, votes);
    }
}

/// @notice The vectors every implementation runs.
contract ConformanceTest is Test {
    Libraries private lib = new Libraries();

    function test_merkle_vectors() public view {
        string memory json = vm.readFile("../vectors/merkle.json");
        uint256 n;
        for (; vm.keyExistsJson(json, _at(".cases", n, "")); ++n) {
            string memory path = _at(".cases", n, "");
            bytes32[] memory leaves = vm.parseJsonBytes32Array(json, string.concat(path, ".leaves"));
            bytes32 root = vm.parseJsonBytes32(json, string.concat(path, ".root"));
            vm.assertEq(lib.rootOf(leaves), root, path);
            _proofs(json, path, leaves, root);
            _ranges(json, path, leaves, root);
        }
        vm.assertTrue(n >= 13, "cases read");
    }

    function test_pay_tree_vectors() public view {
        string memory json = vm.readFile("../vectors/pays.json");
        uint256 n;
        for (; vm.keyExistsJson(json, _at(".cases", n, "")); ++n) {
            _payTree(json, _at(".cases", n, ""));
        }
        vm.assertTrue(n >= 7, "cases read");
    }

    function _payTree(string memory json, string memory path) private view {
        bytes32 root = vm.parseJsonBytes32(json, string.concat(path, ".root"));
        bytes32[] memory roots = vm.parseJsonBytes32Array(json, string.concat(path, ".words"));
        uint256[] memory budgets = vm.parseJsonUintArray(json, string.concat(path, ".budgets"));
        Word[] memory words = new Word[](roots.length);
        for (uint256 i; i < words.length; ++i) {
            words[i] = Word(roots[i], uint96(budgets[i]));
        }
        (bytes32 found,) = lib.wordsRoot(words);
        vm.assertEq(found, root, path);
        uint256 shown = vm.parseJsonUintArray(json, string.concat(path, ".indices")).length;
        for (uint256 i; i < shown; ++i) {
            _payProof(json, path, i, root, budgets);
        }
    }

    function _payProof(string memory json, string memory path, uint256 i, bytes32 root, uint256[] memory budgets)
        private
        view
    {
        uint256 index = _uint(json, _at(string.concat(path, ".indices"), i, ""), "");
        bytes32[] memory proof = vm.parseJsonBytes32Array(json, _at(string.concat(path, ".proofs"), i, ""));
        bytes32 leaf = keccak256(abi.encodePacked("leaf", uint32(index)));
        (bytes32 found, uint256 budget) = lib.payRoot(leaf, index, _uint(json, path, ".count"), proof);
        vm.assertEq(found, root, path);
        vm.assertEq(budget, budgets[index / 128], path);
    }

    function test_share_vectors() public view {
        string memory json = vm.readFile("../vectors/shares.json");
        uint256 n;
        for (; vm.keyExistsJson(json, _at(".cases", n, "")); ++n) {
            string memory path = _at(".cases", n, "");
            bytes32[] memory leaves = vm.parseJsonBytes32Array(json, string.concat(path, ".leaves"));
            for (uint256 i; i < leaves.length; ++i) {
                _shareLeaf(json, path, i, leaves);
            }
        }
        vm.assertTrue(n >= 4, "cases read");
        for (n = 0; vm.keyExistsJson(json, _at(".pools", n, "")); ++n) {
            _poolParts(json, _at(".pools", n, ""));
        }
        vm.assertTrue(n >= 8, "pools read");
    }

    function _shareLeaf(string memory json, string memory path, uint256 i, bytes32[] memory leaves) private view {
        uint256[] memory listed = vm.parseJsonUintArray(json, _at(string.concat(path, ".listed"), i, ""));
        Share memory made;
        made.index = uint32(i);
        made.account = vm.parseJsonAddress(json, _at(string.concat(path, ".accounts"), i, ""));
        made.first = listed[0];
        made.items = keccak256(abi.encode(listed));
        made.weight = uint128(_uint(json, _at(string.concat(path, ".weights"), i, ""), ""));
        made.cumulative = uint128(_uint(json, _at(string.concat(path, ".cumulatives"), i, ""), ""));
        bytes32 leaf = lib.share(vm.parseJsonAddress(json, ".contract"), _uint(json, "", ".scope"), made);
        vm.assertEq(leaf, leaves[i], path);
        bytes32[] memory proof = vm.parseJsonBytes32Array(json, _at(string.concat(path, ".proofs"), i, ""));
        bytes32 root = vm.parseJsonBytes32(json, string.concat(path, ".root"));
        vm.assertEq(lib.root(leaf, i, leaves.length, proof), root, path);
    }

    function _poolParts(string memory json, string memory path) private pure {
        uint256[] memory weights = vm.parseJsonUintArray(json, string.concat(path, ".weights"));
        uint256[] memory parts = vm.parseJsonUintArray(json, string.concat(path, ".parts"));
        uint256 total;
        for (uint256 i; i < weights.length; ++i) {
            total += weights[i];
        }
        for (uint256 i; i < weights.length; ++i) {
            uint256 part = Rules.poolPart(_uint(json, path, ".pool"), weights[i], total, _uint(json, path, ".floor"));
            vm.assertEq(part, parts[i], path);
        }
    }

    function test_quality_vectors() public view {
        uint256[] memory table = vm.parseJsonUintArray(vm.readFile("../vectors/quality.json"), ".table");
        vm.assertEq(table.length, 81, "entries");
        for (uint256 k; k < 81; ++k) {
            vm.assertEq(Rules.quality(int256(100 * k)), table[k], "entry");
            vm.assertEq(Rules.quality(int256(100 * k + 99)), table[k], "its last milli");
        }
        vm.assertEq(Rules.quality(type(int256).max), table[80], "flat above");
        vm.assertEq(Rules.quality(type(int256).min), 0, "zero below");
    }

    function test_verdict_vectors() public view {
        string memory json = vm.readFile("../vectors/verdict.json");
        uint256 n;
        for (; vm.keyExistsJson(json, _at(".cases", n, "")); ++n) {
            _verdict(json, _at(".cases", n, ""));
        }
        vm.assertTrue(n >= 80, "cases read");
    }

    function test_opening_vectors() public {
        string memory json = vm.readFile("../vectors/openings.json");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        uint256 n;
        for (; vm.keyExistsJson(json, _at(".cases", n, "")); ++n) {
            _opening(json, _at(".cases", n, ""));
            _commit(json, _at(".cases", n, ""));
        }
        vm.assertTrue(n >= 3, "cases read");
    }

    function _opening(string memory json, string memory path) private view {
        address campaigns = vm.parseJsonAddress(json, ".contract");
        string memory at = string.concat(path, ".message");
        Contribution memory given;
        given.campaign = _uint(json, at, ".campaign");
        given.contributor = vm.parseJsonAddress(json, string.concat(at, ".contributor"));
        given.manifest = vm.parseJsonBytes32(json, string.concat(at, ".manifest"));
        given.contentRoot = vm.parseJsonBytes32(json, string.concat(at, ".contentRoot"));
        given.consent = vm.parseJsonBytes32(json, string.concat(at, ".consent"));
        given.nonce = _uint(json, at, ".nonce");
        Item memory item;
        item.contributor = given.contributor;
        item.contribution = lib.digest(campaigns, given);
        _same(json, path, ".digest", item.contribution);
        bytes32 salt = vm.parseJsonBytes32(json, string.concat(path, ".salt"));
        bytes memory signature = vm.parseJsonBytes(json, string.concat(path, ".signature"));
        _same(json, path, ".opening", lib.opening(salt, keccak256(signature)));
        _same(json, path, ".leaf", lib.anchorLeaf(campaigns, given.campaign, salt, item));
        if (signature.length > 0) {
            vm.assertEq(ECDSA.recover(item.contribution, signature), given.contributor, path);
        }
    }

    function _commit(string memory json, string memory path) private view {
        address campaigns = vm.parseJsonAddress(json, ".contract");
        Ballot memory ballot;
        ballot.campaign = _uint(json, path, ".message.campaign");
        ballot.item = uint32(vm.parseJsonUint(json, ".item"));
        ballot.round = uint8(vm.parseJsonUint(json, ".round"));
        ballot.reviewer = vm.parseJsonAddress(json, ".reviewer");
        ballot.verdict = uint8(_uint(json, path, ".verdict"));
        ballot.reasons = vm.parseJsonBytes32(json, ".reasons");
        ballot.salt = vm.parseJsonBytes32(json, ".secret");
        bytes32 made = lib.commit(campaigns, ballot);
        _same(json, path, ".commit", made);
        _same(json, path, ".commitLeaf", lib.commitLeaf(campaigns, ballot, made));
    }

    function _same(string memory json, string memory path, string memory field, bytes32 found) private pure {
        vm.assertEq(found, vm.parseJsonBytes32(json, string.concat(path, field)), string.concat(path, field));
    }

    function test_eip712_vectors() public view {
        string memory json = vm.readFile("../vectors/eip712.json");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Headwater"),
                keccak256("1"),
                vm.parseJsonUint(json, ".chainId"),
                vm.parseJsonAddress(json, ".contract")
            )
        );
        uint256 read;
        for (uint256 n; vm.keyExistsJson(json, _at(".cases", n, "")); ++n) {
            bytes32 message = _message(json, _at(".cases", n, ""));
            if (message == 0) continue;
            _signed(json, n, domain, message);
            ++read;
        }
        vm.assertEq(read, 3, "messages contracts read");
    }

    /// @dev Zero for those no contract reads: requests and receipts of keys, and usage.
    function _message(string memory json, string memory path) private pure returns (bytes32) {
        bytes32 primary = keccak256(bytes(vm.parseJsonString(json, string.concat(path, ".primary"))));
        path = string.concat(path, ".message");
        if (primary == keccak256("Contribution")) return _contribution(json, path);
        if (primary == keccak256("VoteCommit")) return _voteCommit(json, path);
        if (primary == keccak256("Assignment")) return _assignment(json, path);
        return 0;
    }

    function _assignment(string memory json, string memory path) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "Assignment(uint256 campaign,uint32 firstItem,address account,address to,uint96 price,uint40 deadline)"
                ),
                _uint(json, path, ".campaign"),
                _uint(json, path, ".firstItem"),
                vm.parseJsonAddress(json, string.concat(path, ".account")),
                vm.parseJsonAddress(json, string.concat(path, ".to")),
                _uint(json, path, ".price"),
                _uint(json, path, ".deadline")
            )
        );
    }

    function _contribution(string memory json, string memory path) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256(
                    "Contribution(uint256 campaign,address contributor,bytes32 manifest,bytes32 contentRoot,bytes32 consent,uint256 nonce)"
                ),
                _uint(json, path, ".campaign"),
                vm.parseJsonAddress(json, string.concat(path, ".contributor")),
                vm.parseJsonBytes32(json, string.concat(path, ".manifest")),
                vm.parseJsonBytes32(json, string.concat(path, ".contentRoot")),
                vm.parseJsonBytes32(json, string.concat(path, ".consent")),
                _uint(json, path, ".nonce")
            )
        );
    }

    function _voteCommit(string memory json, string memory path) private pure returns (bytes32) {
        return keccak256(
            abi.encode(
                keccak256("VoteCommit(uint256 campaign,uint32 item,uint8 round,address reviewer,bytes32 commit)"),
                _uint(json, path, ".campaign"),
                _uint(json, path, ".item"),
                _uint(json, path, ".round"),
                vm.parseJsonAddress(json, string.concat(path, ".reviewer")),
                vm.parseJsonBytes32(json, string.concat(path, ".commit"))
            )
        );
    }

    function _signed(string memory json, uint256 n, bytes32 domain, bytes32 message) private pure {
        string memory path = _at(".cases", n, "");
        bytes32 digest = keccak256(abi.encodePacked(hex"1901", domain, message));
        vm.assertEq(digest, vm.parseJsonBytes32(json, string.concat(path, ".digest")), path);
        bytes memory signature = vm.parseJsonBytes(json, string.concat(path, ".signature"));
        vm.assertEq(ECDSA.recover(digest, signature), vm.parseJsonAddress(json, ".signer"), path);
    }

    function _verdict(string memory json, string memory path) private view {
        Vote[] memory votes = _votes(json, path);
        int256 prior = _int(json, path, ".prior");
        vm.assertTrue(lib.wellFormed(prior, votes), path);
        int256 sum = lib.sum(_int(json, path, ".llr"), prior, votes);
        vm.assertTrue(sum == _int(json, path, ".sum"), path);
        uint256 quality = Rules.quality(sum);
        vm.assertEq(quality, _uint(json, path, ".quality"), path);
        uint8 verdict = uint8(_uint(json, path, ".byte"));
        _stands(json, path, verdict, sum, votes.length);
        bool accepted = verdict == Rules.ACCEPT;
        uint256 grade = _uint(json, path, ".grade");
        uint256 novelty = _uint(json, path, ".novelty");
        vm.assertEq(accepted ? Rules.score(quality, grade) : 0, _uint(json, path, ".score"), path);
        uint256 reward = Rules.reward(_uint(json, path, ".unit_reward"), quality, grade, novelty);
        vm.assertEq(accepted ? reward : 0, _uint(json, path, ".reward"), path);
        uint256 weight = Rules.shareWeight(quality, grade, novelty);
        vm.assertEq(accepted ? weight : 0, _uint(json, path, ".share_weight"), path);
    }

    /// @dev The vector's byte stands; accept stands exactly if the vector accepts.
    function _stands(string memory json, string memory path, uint8 verdict, int256 sum, uint256 votes) private view {
        int256 threshold = _int(json, path, ".threshold");
        uint256 novelty = _uint(json, path, ".novelty");
        vm.assertTrue(lib.stands(verdict, sum, threshold, novelty, votes), path);
        bool accept = vm.parseJsonBool(json, string.concat(path, ".accept"));
        vm.assertTrue(lib.stands(1, sum, threshold, novelty, votes) == accept, path);
        if (accept) vm.assertTrue(!lib.stands(0, sum, threshold, novelty, votes), path);
        vm.assertTrue(lib.stands(2, sum, threshold, novelty, votes) == (verdict == 2), path);
        vm.assertTrue(lib.stands(3, sum, threshold, novelty, votes) == (votes == 0), path);
    }

    function _proofs(string memory json, string memory path, bytes32[] memory leaves, bytes32 root) private view {
        for (uint256 i; i < leaves.length; ++i) {
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, _at(string.concat(path, ".proofs"), i, ""));
            vm.assertEq(lib.root(leaves[i], i, leaves.length, proof), root, path);
            if (leaves.length > 1) {
                vm.assertTrue(
                    lib.root(leaves[i], i ^ 1 < leaves.length ? i ^ 1 : 0, leaves.length, proof) != root, path
                );
            }
        }
    }

    function _ranges(string memory json, string memory path, bytes32[] memory leaves, bytes32 root) private view {
        for (uint256 r; vm.keyExistsJson(json, _at(string.concat(path, ".ranges"), r, "")); ++r) {
            string memory range = _at(string.concat(path, ".ranges"), r, "");
            uint256 from = _uint(json, range, ".from");
            uint256 to = _uint(json, range, ".to");
            bytes32[] memory part = new bytes32[](to - from);
            for (uint256 i = from; i < to; ++i) {
                part[i - from] = leaves[i];
            }
            bytes32[] memory proof = vm.parseJsonBytes32Array(json, string.concat(range, ".proof"));
            vm.assertEq(lib.rangeRoot(part, from, leaves.length, proof), root, range);
        }
    }

    function _votes(string memory json, string memory path) private pure returns (Vote[] memory votes) {
        uint256[] memory verdicts = vm.parseJsonUintArray(json, string.concat(path, ".votes"));
        uint256[] memory weights = vm.parseJsonUintArray(json, string.concat(path, ".weights"));
        votes = new Vote[](verdicts.length);
        for (uint256 i; i < votes.length; ++i) {
            votes[i] = Vote(address(uint160(i + 1)), 1, uint8(verdicts[i]), uint16(weights[i]), bytes32(0));
        }
    }

    function _uint(string memory json, string memory path, string memory key) private pure returns (uint256) {
        return vm.parseJsonUint(json, string.concat(path, key));
    }

    function _int(string memory json, string memory path, string memory key) private pure returns (int256) {
        return vm.parseJsonInt(json, string.concat(path, key));
    }

    function _at(string memory path, uint256 i, string memory key) private pure returns (string memory) {
        return string.concat(path, "[", vm.toString(i), "]", key);
    }
}

/// @notice Trees against the definition and against forgers.
contract MerkleTest is Test {
    Libraries private lib = new Libraries();

    function testFuzz_every_proof_and_no_other(uint256 seed, uint256 count, uint256 index, uint256 other) public view {
        count = bound(count, 1, 70);
        (index, other) = (bound(index, 0, count - 1), bound(other, 0, count - 1));
        bytes32[] memory leaves = _leaves(seed, count);
        bytes32[] memory proof = _proof(leaves, index);
        bytes32 root = lib.rootOf(leaves);
        vm.assertEq(lib.root(leaves[index], index, count, proof), root, "own place");
        if (other != index) vm.assertTrue(lib.root(leaves[index], other, count, proof) != root, "another place");
        vm.assertTrue(lib.root(bytes32(seed), index, count, proof) != root, "another leaf");
    }

    function testFuzz_wrong_length_proof_refused(uint256 seed, uint256 count, uint256 length) public {
        count = bound(count, 1, 70);
        length = bound(length, 0, 9);
        vm.assume(length != Merkle.depth(count));
        bytes memory reason = abi.encodeWithSelector(Merkle.Merkle_ProofLength.selector, length, Merkle.depth(count));
        vm.expectRevert(reason);
        lib.root(bytes32(seed), 0, count, new bytes32[](length));
    }

    function testFuzz_index_outside_refused(uint256 count, uint256 index) public {
        vm.assume(index >= count);
        vm.expectRevert(abi.encodeWithSelector(Merkle.Merkle_IndexOutOfRange.selector, index, count));
        lib.root(bytes32(uint256(1)), index, count, new bytes32[](0));
    }

    function testFuzz_every_range(uint256 seed, uint256 count, uint256 from, uint256 size) public {
        count = bound(count, 1, 70);
        from = bound(from, 0, count - 1);
        size = bound(size, 1, count - from);
        bytes32[] memory leaves = _leaves(seed, count);
        bytes32 root = lib.rootOf(leaves);
        bytes32[] memory part = new bytes32[](size);
        for (uint256 i; i < size; ++i) {
            part[i] = leaves[from + i];
        }
        bytes32[] memory proof = _range(leaves, from, from + size);
        vm.assertEq(lib.rangeRoot(part, from, count, proof), root, "range");
        bytes32[] memory longer = new bytes32[](proof.length + 1);
        for (uint256 i; i < proof.length; ++i) {
            longer[i] = proof[i];
        }
        vm.expectPartialRevert(Merkle.Merkle_ProofLength.selector);
        lib.rangeRoot(part, from, count, longer);
        if (proof.length > 0) {
            bytes32[] memory shorter = new bytes32[](seed % proof.length);
            vm.expectPartialRevert(Merkle.Merkle_ProofLength.selector);
            lib.rangeRoot(part, from, count, shorter);
        }
        part[seed % size] = bytes32(seed);
        vm.assertTrue(lib.rangeRoot(part, from, count, proof) != root, "a changed leaf");
    }

    /// @notice An inner node in a leaf's place needs a shorter proof, which is refused.
    function test_attack_second_preimage_inner_node_as_leaf() public {
        bytes32[] memory leaves = _leaves(1, 4);
        bytes32 inner = Merkle.hash(leaves[0], leaves[1]);
        bytes32[] memory proof = new bytes32[](1);
        proof[0] = Merkle.hash(leaves[2], leaves[3]);
        vm.assertEq(lib.root(inner, 0, 2, proof), lib.rootOf(leaves), "it would pass in a tree of two");
        vm.expectRevert(abi.encodeWithSelector(Merkle.Merkle_ProofLength.selector, 1, 2));
        lib.root(inner, 0, 4, proof);
    }

    function test_attack_padding_proves_nothing() public {
        bytes32[] memory leaves = _leaves(1, 3);
        bytes32[] memory proof = new bytes32[](2);
        vm.expectRevert(abi.encodeWithSelector(Merkle.Merkle_IndexOutOfRange.selector, 3, 3));
        lib.root(bytes32(0), 3, 3, proof);
        leaves;
        vm.expectRevert(abi.encodeWithSelector(Merkle.Merkle_IndexOutOfRange.selector, 0, 0));
        lib.root(bytes32(0), 0, 0, new bytes32[](0));
    }

    function _leaves(uint256 seed, uint256 count) private pure returns (bytes32[] memory leaves) {
        leaves = new bytes32[](count);
        for (uint256 i; i < count; ++i) {
            leaves[i] = keccak256(abi.encode(seed, i));
        }
    }

    /// @dev By the definition, independent of the library: pad, hash level by level, note the neighbours.
    function _range(bytes32[] memory leaves, uint256 from, uint256 to) private pure returns (bytes32[] memory proof) {
        uint256 width = 1;
        while (width < leaves.length) {
            width *= 2;
        }
        bytes32[] memory level = new bytes32[](width);
        for (uint256 i; i < leaves.length; ++i) {
            level[i] = leaves[i];
        }
        bytes32[] memory words = new bytes32[](20);
        uint256 used;
        for (; width > 1; width /= 2) {
            if (from % 2 == 1) words[used++] = level[from - 1];
            if (to % 2 == 1) words[used++] = level[to];
            for (uint256 i; i < width / 2; ++i) {
                level[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
            }
            (from, to) = (from / 2, (to + 1) / 2);
        }
        proof = new bytes32[](used);
        for (uint256 i; i < used; ++i) {
            proof[i] = words[i];
        }
    }

    function _proof(bytes32[] memory leaves, uint256 index) private pure returns (bytes32[] memory) {
        return _range(leaves, index, index + 1);
    }
}

/// @notice Stakes as far as Reviewers asks them.
contract SetStakes {
    mapping(address account => uint256) private _stakes;

    function set(address account, uint256 stake) external {
        _stakes[account] = stake;
    }

    function hasRole(address account, uint8) external view returns (bool) {
        return _stakes[account] > 0;
    }

    function stakeOf(address account, uint8) external view returns (uint256) {
        return _stakes[account];
    }

    /// @dev As Reputation: no epoch is final yet.
    function latest() external pure returns (uint256) {
        return 0;
    }
}

/// @notice The draw every implementation must make; by a contract at the vectors' address.
contract DrawConformanceTest is Test {
    SetStakes private _stakes = new SetStakes();
    Reviewers private _drawing;

    function test_draw_vectors() public {
        string memory json = vm.readFile("../vectors/draw.json");
        vm.chainId(vm.parseJsonUint(json, ".chain_id"));
        _drawing = Reviewers(vm.parseJsonAddress(json, ".reviewers"));
        vm.etch(
            address(_drawing),
            address(new Reviewers(IStakes(address(_stakes)), IReputation(address(_stakes)), address(this))).code
        );
        uint256 fresh = vm.snapshotState();
        uint256 n;
        for (; vm.keyExistsJson(json, _at(".cases", n, "")); ++n) {
            _case(json, _at(".cases", n, ""));
            vm.revertToState(fresh);
        }
        vm.assertTrue(n >= 10, "cases read");
    }

    function _case(string memory json, string memory path) private {
        _sync(json, path);
        IReviewers.Draw memory draw;
        draw.campaign = vm.parseJsonUint(json, string.concat(path, ".campaign"));
        draw.item = uint32(vm.parseJsonUint(json, string.concat(path, ".item")));
        draw.seed = vm.parseJsonBytes32(json, string.concat(path, ".seed"));
        draw.weights = _drawing.seal();
        draw.contributor = vm.parseJsonAddress(json, string.concat(path, ".contributor"));
        draw.anchorer = vm.parseJsonAddress(json, string.concat(path, ".anchorer"));
        address[] memory list = _drawing.drawn(draw, vm.parseJsonUint(json, string.concat(path, ".count")));
        uint256 i;
        for (; vm.keyExistsJson(json, _at(string.concat(path, ".drawn"), i, "")); ++i) {
            vm.assertEq(list[i], vm.parseJsonAddress(json, _at(string.concat(path, ".drawn"), i, "")), path);
        }
        vm.assertEq(list.length, i, path);
    }

    /// @dev Who has no stake had one before: his leaf stays his.
    function _sync(string memory json, string memory path) private {
        uint256[] memory stakes = vm.parseJsonUintArray(json, string.concat(path, ".stakes"));
        for (uint256 i; i < stakes.length; ++i) {
            address account = vm.parseJsonAddress(json, _at(string.concat(path, ".accounts"), i, ""));
            _stakes.set(account, stakes[i] == 0 ? 1 : stakes[i]);
            _drawing.sync(account);
            _stakes.set(account, stakes[i]);
            _drawing.sync(account);
        }
    }

    function _at(string memory path, uint256 i, string memory key) private pure returns (string memory) {
        return string.concat(path, "[", vm.toString(i), "]", key);
    }
}
