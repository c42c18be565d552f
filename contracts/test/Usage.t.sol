// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Stakes} from "../src/Stakes.sol";
import {HeadwaterToken} from "../src/Token.sol";
import {Usage} from "../src/Usage.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {IUsage} from "../src/interfaces/IUsage.sol";
import {newParameters} from "./Limits.sol";
import {Test} from "./Test.sol";

/// @notice The cheatcodes that read events back.
interface Logs {
    struct Log {
        bytes32[] topics;
        bytes data;
        address emitter;
    }

    function recordLogs() external;
    function getRecordedLogs() external returns (Log[] memory);
}

/// @notice Append only, one chain a poster, all of it in events.
contract UsageTest is Test {
    HeadwaterToken private token;
    Stakes private stakes;
    Usage private usage;

    address private operator = address(0x0f01);
    address private rival = address(0x0f02);
    address private holder = address(0x0f03);
    address private stranger = address(0x0f04);

    function setUp() public {
        vm.warp(1_800_000_000);
        token = new HeadwaterToken(address(this), 1e9 ether);
        IStakes.Keepers memory nobody;
        stakes = new Stakes(address(token), newParameters(address(this), address(this), 100), nobody, 40);
        usage = new Usage(stakes);
        _join(operator, 1);
        _join(rival, 1);
        _join(holder, 8);
    }

    function test_first_link() public {
        IUsage.Link memory link = _link(0, operator, 0, 7, 2, 1);
        vm.prank(operator);
        bytes32 hash = usage.anchorUsage(7, 2, link.root, 100, link.cid);
        vm.assertEq(hash, _hash(link), "as the spec says it");
        vm.assertEq(usage.headOf(operator), hash, "head");
        vm.assertEq(usage.linkHash(link), hash, "view");
    }

    /// @notice Whoever recomputes a poster's chain from the events gets the head; with one event less he does not.
    function test_attack_link_dropped_reordered_or_changed() public {
        Logs logs = Logs(address(vm));
        logs.recordLogs();
        vm.startPrank(operator);
        usage.anchorUsage(7, 2, keccak256("a"), 100, keccak256("cid a"));
        vm.warp(block.timestamp + 10);
        usage.anchorUsage(9, 1, keccak256("b"), 1, keccak256("cid b"));
        vm.stopPrank();
        vm.prank(rival); // a chain of his own between them
        usage.anchorUsage(7, 2, keccak256("x"), 3, keccak256("cid x"));
        vm.prank(operator);
        usage.anchorUsage(7, 2, keccak256("c"), 5, keccak256("cid c"));
        IUsage.Link[] memory links = _of(logs.getRecordedLogs(), operator);
        vm.assertEq(links.length, 3, "all in events");
        vm.assertEq(_replay(links, 3), usage.headOf(operator), "the head");
        vm.assertEq(links[2].dataset, 7, "dataset");
        vm.assertEq(links[2].root, keccak256("c"), "root");
        vm.assertEq(links[2].cid, keccak256("cid c"), "cid");
        (links[1], links[2]) = (links[2], links[1]);
        vm.assertTrue(_replay(links, 3) != usage.headOf(operator), "reordered");
        vm.assertTrue(_replay(links, 2) != usage.headOf(operator), "dropped");
        (links[1], links[2]) = (links[2], links[1]);
        links[0].count = 99;
        vm.assertTrue(_replay(links, 3) != usage.headOf(operator), "changed");
    }

    function test_attack_anchored_by_someone_without_the_role() public {
        address[3] memory no = [stranger, holder, address(this)];
        for (uint256 i; i < 3; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, no[i], 1));
            vm.prank(no[i]);
            usage.anchorUsage(7, 2, keccak256("a"), 1, 0);
        }
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, operator, 8));
        vm.prank(operator);
        usage.anchorReleases(keccak256("a"), 1, 0);
        vm.prank(operator);
        stakes.leave(1);
        vm.expectRevert(abi.encodeWithSelector(IStakes.Stakes_LacksRole.selector, operator, 1));
        vm.prank(operator);
        usage.anchorUsage(7, 2, keccak256("a"), 1, 0);
    }

    /// @notice Nobody can write into another's chain, nor start his own anew.
    function test_attack_chains_do_not_mix() public {
        vm.prank(operator);
        bytes32 first = usage.anchorUsage(7, 2, keccak256("a"), 1, 0);
        vm.prank(rival);
        bytes32 other = usage.anchorUsage(7, 2, keccak256("a"), 1, 0);
        vm.assertTrue(first != other, "bound to the poster");
        vm.assertEq(usage.headOf(operator), first, "untouched");
        vm.startPrank(operator);
        stakes.leave(1);
        token.approve(address(stakes), 100);
        stakes.join(1, 100);
        bytes32 second = usage.anchorUsage(7, 2, keccak256("a"), 1, 0);
        vm.stopPrank();
        vm.assertEq(second, _hash(_of(first, operator, keccak256("a"), 1, 0)), "goes on where it was");
    }

    function test_releases_and_receipts_share_a_chain() public {
        _join(holder, 1);
        vm.startPrank(holder);
        bytes32 first = usage.anchorReleases(keccak256("a"), 100, keccak256("cid"));
        vm.assertEq(
            first,
            _hash(IUsage.Link(0, holder, 1, 0, 0, keccak256("a"), 100, keccak256("cid"), uint40(block.timestamp))),
            "releases"
        );
        bytes32 second = usage.anchorUsage(7, 2, keccak256("b"), 1, 0);
        vm.stopPrank();
        vm.assertEq(second, _hash(_of(first, holder, keccak256("b"), 1, 0)), "receipts after it");
    }

    function test_attack_link_replayed_elsewhere() public {
        IUsage.Link memory link = _link(0, operator, 0, 7, 2, 1);
        bytes32 here = usage.linkHash(link);
        vm.assertTrue(new Usage(stakes).linkHash(link) != here, "another contract");
        vm.chainId(777);
        vm.assertTrue(usage.linkHash(link) != here, "another chain");
    }

    function test_empty_roots_are_refused() public {
        vm.startPrank(operator);
        vm.expectRevert(IUsage.Usage_EmptyRoot.selector);
        usage.anchorUsage(7, 2, 0, 1, 0);
        vm.expectRevert(IUsage.Usage_EmptyRoot.selector);
        usage.anchorUsage(7, 2, keccak256("a"), 0, 0);
        vm.stopPrank();
    }

    function testFuzz_chain(uint8 size, uint256 seed) public {
        bytes32 head;
        for (uint256 i; i < size % 16; ++i) {
            IUsage.Link memory link = _link(head, operator, 0, seed % 1e6, uint32(seed >> 32), seed);
            vm.prank(operator);
            usage.anchorUsage(link.dataset, link.number, link.root, 100, link.cid);
            head = _hash(link);
            vm.assertEq(usage.headOf(operator), head, "head");
            seed = uint256(keccak256(abi.encode(seed)));
            vm.warp(block.timestamp + seed % 100);
        }
    }

    function test_link_vectors() public {
        string memory json = vm.readFile("../vectors/reputation.json");
        address poster = vm.parseJsonAddress(json, ".poster");
        vm.chainId(vm.parseJsonUint(json, ".chainId"));
        vm.etch(vm.parseJsonAddress(json, ".usage"), address(usage).code);
        usage = Usage(vm.parseJsonAddress(json, ".usage"));
        _join(poster, 1);
        _join(poster, 8);
        uint256 n;
        for (; vm.keyExistsJson(json, string.concat(".links[", vm.toString(n), "]")); ++n) {
            string memory path = string.concat(".links[", vm.toString(n), "]");
            vm.warp(vm.parseJsonUint(json, string.concat(path, ".time")));
            bytes32 root = vm.parseJsonBytes32(json, string.concat(path, ".root"));
            uint32 count = uint32(vm.parseJsonUint(json, string.concat(path, ".count")));
            bytes32 cid = vm.parseJsonBytes32(json, string.concat(path, ".cid"));
            uint256 dataset = vm.parseJsonUint(json, string.concat(path, ".dataset"));
            uint32 number = uint32(vm.parseJsonUint(json, string.concat(path, ".number")));
            vm.prank(poster);
            if (vm.parseJsonUint(json, string.concat(path, ".kind")) == 1) usage.anchorReleases(root, count, cid);
            else usage.anchorUsage(dataset, number, root, count, cid);
            vm.assertEq(usage.headOf(poster), vm.parseJsonBytes32(json, string.concat(path, ".head")), path);
        }
        vm.assertEq(n, 3, "links read");
    }

    /// forge-config: default.isolate = true
    function test_gas_usage() public {
        vm.prank(operator);
        usage.anchorUsage(7, 2, keccak256("a"), 10_000, keccak256("cid"));
        _report("anchor a usage root, the poster's first", 60_000);
        vm.prank(operator);
        usage.anchorUsage(7, 2, keccak256("b"), 10_000, keccak256("cid b"));
        _report("anchor a usage root, later", 43_000);
        vm.prank(holder);
        usage.anchorReleases(keccak256("a"), 10_000, keccak256("cid"));
        _report("anchor a release log, the holder's first", 60_000);
    }

    function _report(string memory what, uint256 limit) private view {
        log(what, vm.lastCallGas().gasTotalUsed);
        vm.assertLe(vm.lastCallGas().gasTotalUsed, limit, what);
    }

    function _join(address who, uint8 role) private {
        token.transfer(who, 1000);
        vm.startPrank(who);
        token.approve(address(stakes), 100);
        stakes.join(role, 100);
        vm.stopPrank();
    }

    function _link(bytes32 previous, address poster, uint8 kind, uint256 dataset, uint32 number, uint256 seed)
        private
        view
        returns (IUsage.Link memory)
    {
        bytes32 root = keccak256(abi.encode("root", seed));
        bytes32 cid = keccak256(abi.encode("cid", seed));
        return IUsage.Link(previous, poster, kind, dataset, number, root, 100, cid, uint40(block.timestamp));
    }

    function _of(bytes32 previous, address poster, bytes32 root, uint32 count, bytes32 cid)
        private
        view
        returns (IUsage.Link memory)
    {
        return IUsage.Link(previous, poster, 0, 7, 2, root, count, cid, uint40(block.timestamp));
    }

    function _hash(IUsage.Link memory link) private view returns (bytes32) {
        return keccak256(
            bytes.concat(abi.encode(keccak256("headwater.usage.v1"), block.chainid, address(usage)), abi.encode(link))
        );
    }

    function _of(Logs.Log[] memory logs, address poster) private pure returns (IUsage.Link[] memory links) {
        links = new IUsage.Link[](logs.length);
        uint256 n;
        for (uint256 i; i < logs.length; ++i) {
            if (logs[i].topics[0] != IUsage.UsageAnchored.selector) continue;
            if (logs[i].topics[1] == bytes32(uint256(uint160(poster)))) {
                links[n++] = abi.decode(logs[i].data, (IUsage.Link));
            }
        }
        assembly ("memory-safe") {
            mstore(links, n)
        }
    }

    function _replay(IUsage.Link[] memory links, uint256 n) private view returns (bytes32 head) {
        for (uint256 i; i < n; ++i) {
            links[i].previous = head;
            head = _hash(links[i]);
        }
    }
}
