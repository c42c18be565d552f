// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Advances} from "../src/Advances.sol";
import {Approvals} from "../src/Approvals.sol";
import {Calls} from "../src/Calls.sol";
import {Campaigns} from "../src/Campaigns.sol";
import {ContentFaults} from "../src/ContentFaults.sol";
import {Court} from "../src/Court.sol";
import {Datasets} from "../src/Datasets.sol";
import {Doubts} from "../src/Doubts.sol";
import {Faults} from "../src/Faults.sol";
import {HeadwaterGovernor} from "../src/HeadwaterGovernor.sol";
import {Licences} from "../src/Licences.sol";
import {LocalDollar} from "../src/LocalDollar.sol";
import {Parameters} from "../src/Parameters.sol";
import {Reputation} from "../src/Reputation.sol";
import {Pools} from "../src/Pools.sol";
import {Reviewers} from "../src/Reviewers.sol";
import {Settlement} from "../src/Settlement.sol";
import {ShareFaults} from "../src/ShareFaults.sol";
import {Stakes} from "../src/Stakes.sol";
import {HeadwaterTimelock} from "../src/Timelock.sol";
import {HeadwaterToken} from "../src/Token.sol";
import {Usage} from "../src/Usage.sol";
import {VoteFaults} from "../src/VoteFaults.sol";
import {Merkle} from "../src/Merkle.sol";
import {ICourt} from "../src/interfaces/ICourt.sol";
import {IDoubts} from "../src/interfaces/IDoubts.sol";
import {ISettlement} from "../src/interfaces/ISettlement.sol";
import {IReviewers} from "../src/interfaces/IReviewers.sol";
import {IStakes} from "../src/interfaces/IStakes.sol";
import {IVoteFaults} from "../src/interfaces/IVoteFaults.sol";
import {
    Anchor,
    Due,
    Item,
    Offer,
    Pay,
    Posted,
    PostedHead,
    SettleInput,
    Share,
    Terms,
    Version,
    Vote,
    Word
} from "../src/interfaces/Structs.sol";
import {newParameters} from "./Limits.sol";
import {Test} from "./Test.sol";

/// @notice A deployed network with its actors, and an honest settler in Solidity that tests can then bend.
abstract contract World is Test {
    uint96 internal constant R = 1_000_000; // one local dollar
    uint96 internal constant BUDGET = 3000 * R;
    uint256 internal constant MINIMUM = 100e18;
    uint256 internal constant PARTS = 23; // how many contracts are deployed here
    uint256 internal constant CALL_BOND = 1e18;
    uint32 internal constant NO_PAY = type(uint32).max;

    HeadwaterToken internal token;
    LocalDollar internal dollar;
    HeadwaterTimelock internal timelock;
    HeadwaterGovernor internal governor;
    Parameters internal parameters;
    Stakes internal stakes;
    Campaigns internal campaigns;
    Settlement internal settlement;
    Faults internal faults;
    Licences internal licences;
    Datasets internal datasets;
    Advances internal advances;
    Doubts internal doubts;
    Approvals internal approvals;
    ContentFaults internal contentFaults;
    Calls internal calls;
    Reputation internal reputation;
    Usage internal usage;
    Court internal court;
    ShareFaults internal shareFaults;
    Pools internal pools;
    Reviewers internal reviewers;
    VoteFaults internal voteFaults;

    uint256 internal constant REQUESTER_KEY = 0xA11CE;
    uint256 internal constant BUYER_KEY = 0xB0B;
    address internal requester = vm.addr(REQUESTER_KEY);
    address internal buyer = vm.addr(BUYER_KEY);
    address internal operator = address(0x0f01);
    address internal rival = address(0x0f02);
    address internal watcher = address(0x0f03);
    address internal stranger = address(0x0f04);
    address internal treasury = address(0x0f05);
    address internal reviewer = address(0x0f06);
    address internal doubter = address(0x0f07); // stands for Disputes where a test has none
    address internal keyKeeper = address(0x0f09); // stands for KeyFaults where a test has none
    uint256 internal unbonding = 16;

    /// @notice A settlement before it is posted.
    struct Draft {
        Item[] items;
        Pay[] pays;
        uint32[][] lists; // item numbers of each pay
        bytes verdicts;
        uint96 total;
    }

    function setUp() public virtual {
        vm.warp(1_800_000_000);
        vm.roll(1000);
        _deploy();
        _equip(operator);
        _equip(rival);
        _give(requester, 10 * BUDGET);
        _give(buyer, BUDGET);
        _give(watcher, BUDGET);
        _join(reviewer, 2);
    }

    function _deploy() private {
        token = new HeadwaterToken(address(this), 1e9 ether);
        dollar = _newDollar();
        timelock = new HeadwaterTimelock(50, 10, _next(1));
        governor = new HeadwaterGovernor(token, timelock, HeadwaterGovernor.Settings(10, 100, 5, 10, 1e6 ether, 4));
        parameters = newParameters(address(timelock), treasury, MINIMUM);
        stakes = new Stakes(address(token), parameters, _keepers(), unbonding);
        campaigns = new Campaigns(stakes, ISettlement(_next(1)), parameters, _next(14), IReviewers(_next(15)));
        settlement = new Settlement(_settlementParts());
        faults = new Faults(settlement);
        licences = new Licences(_next(1), "headwater:{id}");
        datasets =
            new Datasets(Datasets.Parts(campaigns, settlement, stakes, licences, parameters, address(token), _next(9)));
        advances = new Advances(settlement);
        doubts = new Doubts(IDoubts.Parts(address(settlement), address(stakes), _next(5), _next(6), doubter));
        reputation = new Reputation(stakes, parameters, address(token), address(0), 5 ether);
        usage = new Usage(stakes);
        court = new Court(_courtParts());
        approvals = new Approvals();
        contentFaults = new ContentFaults(settlement, campaigns, doubts, approvals);
        calls = new Calls(Calls.Parts(settlement, campaigns, doubts, approvals, stakes, address(token), CALL_BOND));
        shareFaults = new ShareFaults(datasets, settlement, address(token), CALL_BOND);
        pools = new Pools(campaigns, settlement, address(token), CALL_BOND);
        reviewers = new Reviewers(stakes, reputation, address(campaigns));
        voteFaults = new VoteFaults(IVoteFaults.Parts(settlement, campaigns, stakes, reviewers, reputation, parameters));
    }

    /// @dev Address of the contract created `n` creations after the next one.
    function _next(uint256 n) private view returns (address) {
        return vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + n);
    }

    /// @dev Called as Stakes is about to be created.
    function _keepers() private view returns (IStakes.Keepers memory) {
        return IStakes.Keepers({
            campaigns: _next(1),
            settlement: _next(2),
            datasets: _next(5),
            faults: _next(7), // doubts: faults themselves slash nobody
            reputation: _next(8),
            court: _next(10),
            disputes: doubter,
            calls: _next(13),
            voteFaults: _next(17),
            keyFaults: keyKeeper
        });
    }

    /// @dev Called as Settlement is about to be created.
    function _settlementParts() private view returns (ISettlement.Parts memory parts) {
        (parts.campaigns, parts.stakes) = (address(campaigns), address(stakes));
        (parts.faults, parts.advances) = (_next(1), _next(4));
        (parts.contentFaults, parts.calls) = (_next(10), _next(11));
        parts.voteFaults = _next(15);
        (parts.disputes, parts.doubts) = (doubter, _next(5));
    }

    function _courtParts() private view returns (ICourt.Parts memory parts) {
        parts.stakes = stakes;
        (parts.treasury, parts.timelock) = (treasury, address(timelock));
        parts.windows = ICourt.Windows(1, 1, 1, 1);
        parts.floors = ICourt.Windows(1, 1, 1, 1);
        (parts.fee, parts.feeCap) = (0.01 ether, 0.02 ether);
        (parts.wrongPenalty, parts.absentPenalty) = (uint96(MINIMUM / 4), uint96(MINIMUM / 2));
    }

    /// @notice The network's fee from now on, as a passed proposal would set it.
    function _setFee(uint16 bps) internal {
        vm.prank(address(timelock));
        parameters.setNetworkFee(bps);
    }

    function _newDollar() internal virtual returns (LocalDollar) {
        return new LocalDollar();
    }

    function _equip(address who) internal {
        _join(who, 1);
        _give(who, 10 * BUDGET);
        vm.startPrank(who);
        stakes.deposit(address(dollar), 9 * BUDGET);
        stakes.deposit(address(token), 100e18);
        vm.stopPrank();
    }

    function _join(address who, uint8 role) internal {
        token.transfer(who, 2 * MINIMUM);
        vm.startPrank(who);
        token.approve(address(stakes), type(uint256).max);
        stakes.join(role, MINIMUM);
        vm.stopPrank();
    }

    /// @notice `n` reviewers with the least stake and a weight.
    function _panel(uint256 n) internal returns (address[] memory panel) {
        panel = new address[](n);
        for (uint256 i; i < n; ++i) {
            panel[i] = vm.addr(0x7000 + i);
            _join(panel[i], 2);
            reviewers.sync(panel[i]);
        }
    }

    function _give(address who, uint256 amount) internal {
        dollar.mint(who, amount);
        vm.startPrank(who);
        dollar.approve(address(campaigns), type(uint256).max);
        dollar.approve(address(stakes), type(uint256).max);
        dollar.approve(address(datasets), type(uint256).max);
        dollar.approve(address(advances), type(uint256).max);
        vm.stopPrank();
    }

    /// @notice Who proved each of `n` attempts wrong: the watcher.
    function _watchers(uint256 n) internal view returns (address[] memory list) {
        list = new address[](n);
        for (uint256 i; i < n; ++i) {
            list[i] = watcher;
        }
    }

    // Campaigns

    function _terms() internal view returns (Terms memory t) {
        t.requester = requester;
        t.token = address(dollar);
        t.specDigest = keccak256("spec");
        t.unitReward = R;
        t.thresholdMilli = 1500;
        t.reviewFeeBps = 300;
        t.operatorFeeBps = 500;
        t.depositBps = 5000;
        t.ownerBps = 5000;
        t.feeBps = 250;
        t.deadline = 1_800_000_000 + 1000;
        t.settleWindow = 20;
        t.challengeWindow = 20;
        t.lapseWindow = 60;
        t.licence = keccak256("headwater-research-1");
        t.purposes = 7;
    }

    function _fund(Terms memory t, uint256 amount) internal virtual returns (uint256) {
        vm.prank(t.requester);
        return campaigns.fund(t, amount);
    }

    function _anchor(uint256 id, Terms memory t, uint32 count, address who) internal returns (Anchor memory a) {
        a.sequence = uint64(campaigns.anchorCount() + 1);
        a.firstItem = campaigns.stateOf(id).anchored;
        a.count = count;
        a.anchorer = who;
        a.time = uint40(block.timestamp);
        a.block_ = uint40(block.number);
        a.root = keccak256(abi.encode("root", id, a.firstItem));
        a.cid = keccak256("cid");
        a.weights = reviewers.state();
        vm.prank(who);
        campaigns.anchor(id, t, a.root, count, a.cid);
    }

    function _one(Anchor memory a) internal pure returns (Anchor[] memory list) {
        list = new Anchor[](1);
        list[0] = a;
    }

    // Settlements

    function _payee(uint256 i) internal pure returns (address) {
        return address(uint160(0x100000 + i));
    }

    /// @notice All accepted on the automatic check alone, `payees` contributors by turns, the operator's fee last.
    function _honest(Terms memory t, Anchor[] memory anchors, uint256 payees, address settler)
        internal
        pure
        returns (Draft memory d)
    {
        uint32 first = anchors[0].firstItem;
        uint32 count;
        for (uint256 i; i < anchors.length; ++i) {
            count += anchors[i].count;
        }
        if (payees > count) payees = count;
        d.items = new Item[](count);
        d.verdicts = new bytes(2 * count);
        for (uint32 i; i < count; ++i) {
            d.items[i] = _goodItem(t, first + i, _payee(i % payees), uint32(i % payees));
            d.verdicts[2 * i] = 0x01;
            d.verdicts[2 * i + 1] = bytes1(uint8(99));
        }
        _pays(t, d, payees, settler);
    }

    function _goodItem(Terms memory t, uint32 number, address contributor, uint32 payIndex)
        internal
        pure
        returns (Item memory item)
    {
        item.item = number;
        item.contributor = contributor;
        item.contribution = keccak256(abi.encode("clip", number));
        item.llr = 8000;
        item.grade = 100;
        item.novelty = 10_000;
        item.votesRoot = keccak256(abi.encode(new Vote[](0)));
        item.verdict = 1;
        item.reward = uint96(uint256(t.unitReward) * 9993 / 10_000);
        item.payIndex = payIndex;
        item.shareWeight = 9993 * 100;
    }

    function _pays(Terms memory t, Draft memory d, uint256 payees, address settler) private pure {
        uint256 fee = d.items.length * t.unitReward * t.operatorFeeBps / 10_000;
        uint256 size = payees + (fee > 0 ? 1 : 0);
        d.pays = new Pay[](size);
        d.lists = new uint32[][](size);
        for (uint256 p; p < size; ++p) {
            uint256 n = p == payees ? d.items.length : (d.items.length - p + payees - 1) / payees;
            d.lists[p] = new uint32[](n);
            uint256 amount;
            for (uint256 j; j < n; ++j) {
                Item memory item = d.items[p == payees ? j : p + j * payees];
                d.lists[p][j] = item.item;
                amount += item.reward;
            }
            if (p == payees) amount = fee;
            d.total += uint96(amount);
            bytes32 items = keccak256(abi.encode(d.lists[p]));
            bool last = p == payees;
            d.pays[p] = Pay(uint32(p), last ? settler : _payee(p), uint96(amount), d.total, last ? 2 : 0, items);
        }
    }

    function _key(uint256 id, uint256 first, uint256 attempt) internal pure returns (uint256) {
        return id << 64 | first << 16 | attempt;
    }

    function _input(uint256 id, uint256 key, Draft memory d) internal view returns (SettleInput memory input) {
        input.campaign = id;
        input.itemRoot = Merkle.rootOf(_itemLeaves(key, d));
        input.words = _words(key, d);
        input.payCount = uint32(d.pays.length);
        input.total = d.total;
        input.verdicts = d.verdicts;
        input.evidence = keccak256("evidence");
    }

    function _posted(uint256 id, uint256 key, Terms memory t, Anchor[] memory anchors, Draft memory d, address settler)
        internal
        view
        returns (Posted memory p)
    {
        SettleInput memory input = _input(id, key, d);
        p.key = key;
        p.campaign = id;
        p.terms = keccak256(abi.encode(t));
        p.token = t.token;
        p.firstItem = anchors[0].firstItem;
        p.count = uint32(d.items.length);
        p.settler = settler;
        p.itemRoot = input.itemRoot;
        p.payRoot = _payRoot(input.words);
        p.payCount = input.payCount;
        p.total = input.total;
        p.reserve = uint96(d.items.length * campaigns.reserveOf(t));
        p.verdictsHash = keccak256(d.verdicts);
        p.evidence = input.evidence;
        p.anchorsHash = keccak256(abi.encode(anchors));
        p.finalAt = uint40(block.timestamp + t.challengeWindow);
        uint256 quarter = d.total / 4;
        p.bond = uint96(quarter > 10 * t.unitReward ? quarter : 10 * t.unitReward);
    }

    function _settle(uint256 id, Terms memory t, Anchor[] memory anchors, Draft memory d, address settler)
        internal
        returns (Posted memory p)
    {
        uint256 key = _key(id, anchors[0].firstItem, 0);
        p = _posted(id, key, t, anchors, d, settler);
        SettleInput memory input = _input(id, key, d);
        vm.prank(settler);
        settlement.settle(t, anchors, input);
        settlement.check(p);
    }

    /// @notice Campaign, anchor and an honest settlement in one.
    function _settled(uint32 count, uint256 payees)
        internal
        returns (Terms memory t, Anchor[] memory anchors, Draft memory d, Posted memory p)
    {
        t = _terms();
        uint256 id = _fund(t, BUDGET);
        anchors = _one(_anchor(id, t, count, operator));
        d = _honest(t, anchors, payees, operator);
        p = _settle(id, t, anchors, d, operator);
    }

    function _final(Posted memory p) internal {
        vm.warp(p.finalAt);
    }

    // Trees

    function _itemLeaves(uint256 key, Draft memory d) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](d.items.length);
        for (uint256 i; i < leaves.length; ++i) {
            leaves[i] = _leaf("headwater.item.v1", address(settlement), key, abi.encode(d.items[i]));
        }
    }

    function _payLeaves(uint256 key, Draft memory d) internal view returns (bytes32[] memory leaves) {
        leaves = new bytes32[](d.pays.length);
        for (uint256 i; i < leaves.length; ++i) {
            leaves[i] = _leaf("headwater.pay.v1", address(settlement), key, abi.encode(d.pays[i]));
        }
    }

    function _itemProof(Posted memory p, Draft memory d, uint256 i) internal view returns (bytes32[] memory) {
        return _proof(_itemLeaves(p.key, d), i);
    }

    /// @notice Siblings in the word, the word's budget, siblings of the word.
    function _payProof(Posted memory p, Draft memory d, uint256 i) internal view returns (bytes32[] memory) {
        return _concat(_proof(_wordLeaves(p.key, d, i / 128), i % 128), _top(p.key, d, i));
    }

    function _top(uint256 key, Draft memory d, uint256 i) internal view returns (bytes32[] memory) {
        bytes32[] memory budget = new bytes32[](1);
        budget[0] = bytes32(uint256(_budget(d, i / 128)));
        return _concat(budget, _proof(_wordNodes(_words(key, d)), i / 128));
    }

    /// @notice A word's leaves, padded to 128 where there are more words than one.
    function _wordLeaves(uint256 key, Draft memory d, uint256 word) internal view returns (bytes32[] memory part) {
        bytes32[] memory all = _payLeaves(key, d);
        part = new bytes32[](all.length > 128 ? 128 : all.length);
        for (uint256 i; i < part.length && 128 * word + i < all.length; ++i) {
            part[i] = all[128 * word + i];
        }
    }

    function _words(uint256 key, Draft memory d) internal view returns (Word[] memory words) {
        words = new Word[]((d.pays.length + 127) / 128);
        for (uint256 w; w < words.length; ++w) {
            words[w] = Word(Merkle.rootOf(_wordLeaves(key, d, w)), _budget(d, w));
        }
    }

    function _budget(Draft memory d, uint256 word) internal view virtual returns (uint96 budget) {
        uint256 last = 128 * word + 127 < d.pays.length ? 128 * word + 127 : d.pays.length - 1;
        if (last == d.pays.length - 1) budget = d.total;
        else budget = d.pays[last].cumulative;
        if (word > 0) budget -= d.pays[128 * word - 1].cumulative;
    }

    function _wordNodes(Word[] memory words) internal pure returns (bytes32[] memory nodes) {
        nodes = new bytes32[](words.length);
        for (uint256 w; w < words.length; ++w) {
            nodes[w] = keccak256(abi.encode(words[w].root, uint256(words[w].budget)));
        }
    }

    function _payRoot(Word[] memory words) internal pure returns (bytes32) {
        return Merkle.rootOf(_wordNodes(words));
    }

    function _head(Posted memory p) internal pure returns (PostedHead memory) {
        bytes memory all = abi.encode(p);
        bytes32 rest;
        assembly {
            rest := keccak256(add(all, 0xa0), 0x1c0)
        }
        return PostedHead(p.key, p.token, p.payCount, rest);
    }

    function _heads(Posted[] memory all) internal pure returns (PostedHead[] memory heads) {
        heads = new PostedHead[](all.length);
        for (uint256 i; i < all.length; ++i) {
            heads[i] = _head(all[i]);
        }
    }

    /// @notice Pushes `[from, from + size)` of one word.
    function _push(Posted memory p, Draft memory d, uint256 from, uint256 size) internal {
        Due[] memory dues = new Due[](size);
        for (uint256 i; i < size; ++i) {
            Pay memory pay = d.pays[from + i];
            dues[i] = Due(pay.account, pay.amount, pay.kind, pay.items);
        }
        uint256 before = d.pays[from].cumulative - d.pays[from].amount;
        bytes32[] memory proof = _rangeProof(_wordLeaves(p.key, d, from / 128), from % 128, from % 128 + size);
        settlement.push(_head(p), dues, from, before, proof, _top(p.key, d, from));
    }

    function _paid(uint256 key) internal view returns (uint256 sum) {
        for (uint256 w; w < 16; ++w) {
            (, uint96 paid) = settlement.wordOf(key, w);
            sum += paid;
        }
    }

    function _isVoid(uint256 key) internal view returns (bool) {
        return settlement.slotOf(key).flags & 2 != 0;
    }

    function _concat(bytes32[] memory a, bytes32[] memory b) internal pure returns (bytes32[] memory c) {
        c = new bytes32[](a.length + b.length);
        for (uint256 i; i < c.length; ++i) {
            c[i] = i < a.length ? a[i] : b[i - a.length];
        }
    }

    /// @dev Fields of a static struct encode to the same words inside or outside the struct.
    function _leaf(string memory tag, address checker, uint256 scope, bytes memory fields)
        internal
        view
        returns (bytes32)
    {
        bytes memory head = abi.encode(keccak256(bytes(tag)), block.chainid, checker, scope);
        return keccak256(bytes.concat(keccak256(bytes.concat(head, fields))));
    }

    /// @notice Proof by the definition: pad, hash level by level, note the sibling.
    function _proof(bytes32[] memory leaves, uint256 index) internal pure returns (bytes32[] memory proof) {
        uint256 height = Merkle.depth(leaves.length);
        bytes32[] memory level = new bytes32[](1 << height);
        for (uint256 i; i < leaves.length; ++i) {
            level[i] = leaves[i];
        }
        proof = new bytes32[](height);
        for (uint256 h; h < height; ++h) {
            proof[h] = level[(index >> h) ^ 1];
            for (uint256 i; i < level.length >> (h + 1); ++i) {
                level[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
            }
        }
    }

    function _rangeProof(bytes32[] memory leaves, uint256 from, uint256 to)
        internal
        pure
        returns (bytes32[] memory proof)
    {
        uint256 height = Merkle.depth(leaves.length);
        bytes32[] memory level = new bytes32[](1 << height);
        for (uint256 i; i < leaves.length; ++i) {
            level[i] = leaves[i];
        }
        bytes32[] memory words = new bytes32[](2 * height);
        uint256 used;
        for (uint256 h; h < height; ++h) {
            if (from & 1 == 1) words[used++] = level[from - 1];
            if (to & 1 == 1) words[used++] = level[to];
            for (uint256 i; i < level.length >> (h + 1); ++i) {
                level[i] = keccak256(abi.encode(level[2 * i], level[2 * i + 1]));
            }
            (from, to) = (from >> 1, (to + 1) >> 1);
        }
        proof = new bytes32[](used);
        for (uint256 i; i < used; ++i) {
            proof[i] = words[i];
        }
    }
}
