// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {
    Anchor,
    Item,
    Offer,
    Pay,
    Posted,
    SettleInput,
    Share,
    Terms,
    Use,
    Version,
    Vote,
    Word
} from "../src/interfaces/Structs.sol";
import {LocalDollar} from "../src/LocalDollar.sol";
import {ERC20} from "solady/tokens/ERC20.sol";
import {World} from "./World.sol";

/// @notice A token as light as the peers' figures were measured with.
contract LightDollar is ERC20 {
    function name() public pure override returns (string memory) {
        return "Light Dollar";
    }

    function symbol() public pure override returns (string memory) {
        return "LIGHT";
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }
}

/// @notice Whole transactions (isolated: everything cold, 21,000 and calldata included). The limits here keep what is
/// reached from getting worse; bench/results/gas.json has them beside what DESIGN asks for.
contract GasTest is World {
    function _newDollar() internal override returns (LocalDollar) {
        return LocalDollar(address(new LightDollar()));
    }

    /// forge-config: default.isolate = true
    function test_gas_launch() public {
        Terms memory t = _terms();
        dollar.mint(requester, BUDGET);
        vm.prank(requester);
        dollar.approve(address(campaigns), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit(REQUESTER_KEY, requester, address(campaigns), BUDGET);
        vm.prank(requester);
        campaigns.fundWithPermit(t, BUDGET, type(uint256).max, v, r, s);
        _report("launch with permit", 200_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_settle_256() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, uint256 id) = _ready(256, 100);
        SettleInput memory input = _input(id, _key(id, 0, 0), d);
        vm.prank(operator);
        settlement.settle(t, anchors, input);
        _report("settle 256 verdicts", 120_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_claim() public {
        _claims(100, 0);
    }

    /// @notice The largest pay tree the contract admits; its leaf and path are made up, the depth is real.
    /// forge-config: default.isolate = true
    function test_gas_claim_largest_tree() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, uint256 id) = _ready(100, 10);
        uint256 key = _key(id, 0, 0);
        Pay[2] memory pays =
            [Pay(0, _payee(1), R, R, 0, keccak256("a")), Pay(1, _payee(2), R, 2 * R, 0, keccak256("b"))];
        SettleInput memory input = _input(id, key, d);
        bytes32[2] memory leaves;
        for (uint256 i; i < 2; ++i) {
            leaves[i] = _leaf("headwater.pay.v1", address(settlement), key, abi.encode(pays[i]));
        }
        bytes32[] memory proof = _largest(input, leaves, d.total);
        Posted memory p = _posted(id, key, t, anchors, d, operator);
        (p.payRoot, p.payCount) = (_payRoot(input.words), 2048);
        vm.prank(operator);
        settlement.settle(t, anchors, input);
        _final(p);
        proof[0] = leaves[1];
        vm.prank(pays[0].account);
        settlement.claim(_head(p), pays[0], proof);
        _report("claim, 2^11 leaves, first of a word, payee new to the token", 93_000);
        dollar.mint(pays[1].account, 1);
        proof[0] = leaves[0];
        vm.prank(pays[1].account);
        settlement.claim(_head(p), pays[1], proof);
        _report("claim, 2^11 leaves, repeat (payee holds the token)", 60_000);
    }

    /// @dev Makes `input` a tree of 2,048 leaves that begins with `leaves`; returns their proof but for its first word.
    function _largest(SettleInput memory input, bytes32[2] memory leaves, uint96 budget)
        private
        pure
        returns (bytes32[] memory proof)
    {
        proof = new bytes32[](12); // 7 in the word, its budget, 4 of 16 words
        bytes32 root = keccak256(abi.encode(leaves[0], leaves[1]));
        for (uint256 i = 1; i < 7; ++i) {
            proof[i] = keccak256(abi.encode(i));
            root = keccak256(abi.encode(root, proof[i]));
        }
        (input.words, input.payCount) = (new Word[](16), 2048);
        input.words[0] = Word(root, budget);
        for (uint256 i = 1; i < 16; ++i) {
            input.words[i] = Word(keccak256(abi.encode("word", i)), 0);
        }
        bytes32[] memory path = _proof(_wordNodes(input.words), 0);
        proof[7] = bytes32(uint256(budget));
        for (uint256 i; i < 4; ++i) {
            proof[8 + i] = path[i];
        }
    }

    /// forge-config: default.isolate = true
    function test_gas_push_100_fresh() public {
        _push(false, 31_900);
    }

    /// forge-config: default.isolate = true
    function test_gas_push_100_existing() public {
        _push(true, 14_800);
    }

    /// forge-config: default.isolate = true
    function test_gas_publish_and_buy() public {
        (Version memory version, Terms memory t, uint256[] memory keys) = _version(256);
        vm.prank(operator);
        datasets.publish(t, version, keys);
        _report("publish a dataset of 256 episodes", 150_000);
        version.number = 2;
        version.episodes = 1_000_000;
        vm.prank(operator);
        datasets.publish(t, version, keys);
        _report("publish a dataset of 1,000,000 episodes", 150_000);
        vm.prank(buyer);
        datasets.buy(version, 0, buyer, Use(0, 0));
        _report("buy with allowance, first of the version", 130_000);
        vm.prank(watcher);
        datasets.buy(version, 0, watcher, Use(0, 0));
        _report("buy with allowance, later", 130_000);
        version.number = 3;
        vm.prank(operator);
        datasets.publish(t, version, keys);
        vm.prank(buyer);
        dollar.approve(address(datasets), 0);
        (uint8 v, bytes32 r, bytes32 s) = _permit(BUYER_KEY, buyer, address(datasets), version.offers[0].price);
        vm.prank(buyer);
        datasets.buyWithPermit(version, 0, buyer, Use(0, 0), type(uint256).max, v, r, s);
        _report("buy with permit", 180_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_prove_verdict_256() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, uint256 id) = _ready(256, 100);
        d.items[77].llr = 1000;
        Posted memory p = _settle(id, t, anchors, d, operator);
        bytes32[] memory proof = _itemProof(p, d, 77);
        vm.prank(watcher);
        stakes.deposit(address(dollar), 1);
        vm.prank(watcher);
        faults.proveVerdict(p, t, d.items[77], proof, new Vote[](0));
        _report("prove a wrong verdict, 256 items", 89_000);
        settlement.collect(p, watcher);
        _report("collect the bond of a void settlement", 90_000);
    }

    /// forge-config: default.isolate = true
    function test_gas_prove_byte_256() public {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, uint256 id) = _ready(256, 100);
        d.verdicts[2 * 77 + 1] = bytes1(uint8(98));
        Posted memory p = _settle(id, t, anchors, d, operator);
        bytes32[] memory proof = _itemProof(p, d, 77);
        vm.prank(watcher);
        stakes.deposit(address(dollar), 1);
        vm.prank(watcher);
        faults.proveByte(p, d.items[77], proof, d.verdicts, new Vote[](0));
        _report("prove a wrong score byte, 256 items, verdict bytes resupplied", 95_000);
    }

    function _claims(uint32 count, uint256 first) private {
        (Terms memory t, Anchor[] memory anchors, Draft memory d, uint256 id) = _ready(count, count);
        Posted memory p = _settle(id, t, anchors, d, operator);
        _final(p);
        bytes32[] memory proof = _payProof(p, d, first);
        vm.prank(d.pays[first].account);
        settlement.claim(_head(p), d.pays[first], proof);
        _report("claim, 2^7 leaves, first of a word, payee new to the token", 90_500);
        dollar.mint(d.pays[1].account, 1);
        proof = _payProof(p, d, 1);
        vm.prank(d.pays[1].account);
        settlement.claim(_head(p), d.pays[1], proof);
        _report("claim, 2^7 leaves, repeat (payee holds the token)", 56_500);
    }

    function _push(bool existing, uint256 limit) private {
        Terms memory t = _terms();
        uint256 id = _fund(t, BUDGET);
        _fund(t, BUDGET);
        if (existing) {
            for (uint256 i; i < 100; ++i) {
                dollar.mint(_payee(i), 1);
            }
        }
        Anchor[] memory anchors = _one(_anchor(id, t, 100, operator));
        uint256 all = _used();
        vm.roll(block.number + 2);
        campaigns.recordSeed(id, anchors[0]);
        all += _used();
        vm.prank(operator);
        campaigns.commitVotes(id, 0, 1, keccak256("commits"), 300);
        all += _used();
        Draft memory d = _honest(t, anchors, 100, operator);
        Posted memory p = _posted(id, _key(id, 0, 0), t, anchors, d, operator);
        SettleInput memory input = _input(id, p.key, d);
        vm.prank(operator);
        settlement.settle(t, anchors, input);
        all += _used();
        _final(p);
        _push(p, d, 0, d.pays.length);
        log(existing ? "push alone, 100 existing payees" : "push alone, 100 fresh payees", _used());
        all += _used();
        settlement.release(p, t, anchors, d.verdicts);
        log("release, one anchor of 100", _used());
        log(existing ? "per contribution, existing payees" : "per contribution, fresh payees", all / 100);
        vm.assertLe(all / 100, limit, "per contribution");
    }

    function _ready(uint32 count, uint256 payees)
        private
        returns (Terms memory t, Anchor[] memory anchors, Draft memory d, uint256 id)
    {
        t = _terms();
        _fund(t, BUDGET);
        id = _fund(t, BUDGET);
        anchors = _one(_anchor(id, t, count, operator));
        d = _honest(t, anchors, payees, operator);
    }

    function _version(uint32 count) private returns (Version memory v, Terms memory t, uint256[] memory keys) {
        Anchor[] memory anchors;
        Draft memory d;
        uint256 id;
        (t, anchors, d, id) = _ready(count, 100);
        Posted memory p = _settle(id, t, anchors, d, operator);
        _final(p);
        vm.prank(operator);
        v.dataset = datasets.create(id, t);
        keys = new uint256[](1);
        keys[0] = p.key;
        v.number = 1;
        v.campaign = id;
        (v.episodeRoot, v.episodes) = (keccak256("episodes"), count);
        (v.shareRoot, v.shares, v.totalWeight) = (keccak256("shares"), 100, 1e9);
        v.manifest = keccak256("manifest");
        v.settlements = keccak256(abi.encode(keys));
        (v.token, v.ownerBps, v.feeBps) = (t.token, t.ownerBps, t.feeBps);
        v.offers = new Offer[](1);
        v.offers[0] = Offer(t.licence, 100 * R, 30 days, 7, 0);
    }

    function _permit(uint256 key, address owner, address spender, uint256 value)
        private
        view
        returns (uint8, bytes32, bytes32)
    {
        bytes32 kind = keccak256("Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)");
        bytes32 message = keccak256(abi.encode(kind, owner, spender, value, dollar.nonces(owner), type(uint256).max));
        return vm.sign(key, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), message)));
    }

    function _used() private view returns (uint256) {
        return vm.lastCallGas().gasTotalUsed;
    }

    function _report(string memory what, uint256 limit) private view {
        log(what, _used());
        vm.assertLe(_used(), limit, what);
    }
}
