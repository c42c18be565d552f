// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IAdvances} from "../../src/interfaces/IAdvances.sol";
import {ICampaigns} from "../../src/interfaces/ICampaigns.sol";
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
    Use,
    Version,
    Vote
} from "../../src/interfaces/Structs.sol";
import {Test} from "../Test.sol";
import {World} from "../World.sol";

/// @notice A funded campaign whose work was accepted and settled by an honest operator, and two role keys that try every
/// function of every contract on it, in any order and at any time. An honest watcher proves what they post wrong.
contract RolesHandler is World {
    uint256 public constant ROLES = 6; // requester, operator, reviewer, juror, holder, owner of another dataset
    uint256 public constant CALLS = 79;

    uint256 public id;
    uint256 private _start; // what the two had, in their own hands and as collateral
    uint256 private _done; // calls that went through
    address[2] private _keys;
    Terms private _t;
    bytes private _anchorBytes;
    bytes private _draftBytes;
    bytes private _postedBytes;
    bytes private _versionBytes;
    bytes private _false; // what the pair posted and nobody has proven wrong yet

    function begin(uint256 a, uint256 b) public {
        setUp();
        _join(stranger, 4);
        _join(treasury, 8);
        _give(treasury, BUDGET);
        _give(stranger, BUDGET);
        _give(reviewer, BUDGET);
        address[6] memory all = [requester, operator, reviewer, stranger, treasury, watcher];
        _keys = [all[a], all[b]];
        _t = _terms();
        id = _fund(_t, 100 * 1_500_000);
        Anchor[] memory anchors = _one(_anchor(id, _t, 20, rival));
        Draft memory d = _honest(_t, anchors, 4, rival);
        (_anchorBytes, _draftBytes) = (abi.encode(anchors), abi.encode(d));
        _postedBytes = abi.encode(_settle(id, _t, anchors, d, rival));
        _anchor(id, _t, 5, operator); // in the queue: the operator may settle it wrongly
        _list();
        _start = _wealth();
    }

    /// @notice One of the two keys makes one call. What they post falsely is proven wrong before time passes.
    function attempt(uint256 who, uint256 which) public {
        (address target_, bytes memory data) = _call(which % CALLS, _keys[who & 1]);
        vm.prank(_keys[who & 1]);
        (bool ok,) = target_.call(data);
        if (ok) ++_done;
    }

    /// @notice They post every pay threefold, or nothing for anybody; the watcher is awake.
    function settleFalsely(uint256 who, bool nothing) external {
        address key = _keys[who & 1];
        uint32 first = campaigns.stateOf(id).settled;
        if (_false.length > 0 || first == campaigns.stateOf(id).anchored) return;
        Anchor[] memory anchors = _one(_queued(first));
        Draft memory d = _honest(_t, anchors, 1, key);
        d.items[0].llr = -1;
        if (nothing) (d.pays, d.total) = (new Pay[](0), 0);
        uint256 settlementKey = _key(id, first, 0);
        Posted memory p = _posted(id, settlementKey, _t, anchors, d, key);
        vm.prank(key);
        try settlement.settle(_t, anchors, _input(id, settlementKey, d)) {
            _false = abi.encode(p, d.items[0], _itemProof(p, d, 0));
            ++_done;
        } catch {}
    }

    function wait_(uint256 seconds_) external {
        watch();
        vm.warp(block.timestamp + bound(seconds_, 1, 60));
        vm.roll(block.number + 1);
    }

    function watch() public {
        if (_false.length == 0) return;
        (Posted memory p, Item memory item, bytes32[] memory proof) = abi.decode(_false, (Posted, Item, bytes32[]));
        delete _false;
        vm.prank(rival);
        faults.proveVerdict(p, _t, item, proof, new Vote[](0));
    }

    /// @notice What the two have gained above what is theirs: the requester's own unreserved escrow.
    function gained() external view returns (int256) {
        uint256 own;
        if (_keys[0] == requester || _keys[1] == requester) own = 100 * 1_500_000 - _accepted();
        return int256(_wealth()) - int256(_start + own);
    }

    /// @notice At the end the contributors are paid in full, whatever the two did.
    function payEverybody() external returns (uint256 owed, uint256 paid) {
        watch();
        Posted memory p = abi.decode(_postedBytes, (Posted));
        Draft memory d = abi.decode(_draftBytes, (Draft));
        if (block.timestamp < p.finalAt) _final(p);
        _push(p, d, 0, d.pays.length);
        for (uint256 i; i < 4; ++i) {
            owed += d.pays[i].amount;
            paid += dollar.balanceOf(d.pays[i].account);
        }
    }

    function covered() external view returns (bool) {
        ICampaigns.State memory s = campaigns.stateOf(id);
        return s.reserved <= s.escrow && !_isVoid(_key(id, 0, 0));
    }

    function done() external view returns (uint256) {
        return _done;
    }

    function _wealth() private view returns (uint256 sum) {
        for (uint256 i; i < 2; ++i) {
            if (i == 1 && _keys[1] == _keys[0]) break;
            (uint256 free, uint256 locked) = stakes.collateralOf(_keys[i], address(dollar));
            (uint256 leaving,) = stakes.unbondingOf(_keys[i], address(dollar));
            sum += dollar.balanceOf(_keys[i]) + free + locked + leaving;
        }
    }

    function _accepted() private view returns (uint256) {
        return abi.decode(_draftBytes, (Draft)).total;
    }

    function _queued(uint32 first) private view returns (Anchor memory a) {
        (a.sequence, a.firstItem, a.count, a.anchorer) = (2, first, 5, operator);
        (a.time, a.block_) = (1_800_000_000, 1000);
        (a.root, a.cid) = (keccak256(abi.encode("root", id, first)), keccak256("cid"));
    }

    function _list() private {
        Version memory v;
        vm.prank(rival);
        v.dataset = datasets.createOwn();
        v.number = 1;
        (v.episodeRoot, v.episodes, v.token) = (keccak256("episodes"), 1, address(dollar));
        v.settlements = keccak256(abi.encode(new uint256[](0)));
        (v.ownerBps, v.feeBps) = (5000, 250);
        v.offers = new Offer[](1);
        v.offers[0] = Offer(keccak256("licence"), R, 0, 7, 0);
        (v.shares, v.totalWeight) = (1, 9);
        v.shareRoot = _leaf("headwater.share.v1", address(datasets), v.dataset << 32 | 1, abi.encode(_share(_payee(0))));
        Terms memory none;
        vm.prank(rival);
        datasets.publish(none, v, new uint256[](0));
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        _versionBytes = abi.encode(v);
    }

    function _share(address account) private pure returns (Share memory) {
        return Share(0, account, 0, 0, 9, 9);
    }

    // Every function that changes anything, with what an attacker would give it

    function _call(uint256 which, address me) private view returns (address, bytes memory) {
        if (which < 15) return (address(campaigns), _ofCampaigns(which, me));
        if (which < 28) return (address(settlement), _ofSettlement(which - 15, me));
        if (which < 45) return (address(stakes), _ofStakes(which - 28, me));
        if (which < 54) return (address(datasets), _ofSales(which - 45, me));
        if (which < 60) return (address(datasets), _ofDatasets(which - 54, me));
        if (which < 63) return (address(licences), _ofLicences(which - 60, me));
        if (which < 69) return (address(doubts), _ofDoubts(which - 63, me));
        if (which < 77) return (address(faults), _ofFaults(which - 69));
        if (which == 77) return (address(advances), _ofAdvances(me));
        return (address(dollar), abi.encodeCall(dollar.transferFrom, (address(settlement), me, R)));
    }

    function _ofCampaigns(uint256 i, address me) private view returns (bytes memory) {
        Terms memory t = _t;
        ICampaigns.State memory s = campaigns.stateOf(id);
        if (i == 0) return abi.encodeCall(campaigns.refund, (id, t, s.escrow));
        if (i == 1) return abi.encodeCall(campaigns.refund, (id, t, s.escrow - s.reserved));
        if (i == 2) return abi.encodeCall(campaigns.lapse, (id, t));
        if (i == 3) return abi.encodeCall(campaigns.reclaim, (id, t, _queued(20)));
        if (i == 4) return abi.encodeCall(campaigns.take, (_taken(), new uint32[](0), new bytes32[](0)));
        if (i == 5) return abi.encodeCall(campaigns.book, (id, R, 0, 0));
        if (i == 6) return abi.encodeCall(campaigns.book, (id, 0, R, 0));
        if (i == 7) return abi.encodeCall(campaigns.book, (id, 0, 0, R));
        if (i == 8) return abi.encodeCall(campaigns.anchor, (id, t, keccak256("mine"), 1, 0));
        if (i == 9) return abi.encodeCall(campaigns.anchorDirect, (id, t, keccak256("mine"), 0));
        if (i == 10) return abi.encodeCall(campaigns.recordSeed, (id, _queued(20)));
        if (i == 11) return abi.encodeCall(campaigns.commitVotes, (id, 0, 1, keccak256("votes"), 1));
        if (i == 12) return abi.encodeCall(campaigns.commitVote, (id, 0, 1, keccak256("vote")));
        if (i == 13) return abi.encodeCall(campaigns.topUp, (id, t, 0));
        (t.requester, t.unitReward) = (me, 1);
        if (block.timestamp & 1 == 0) return abi.encodeCall(campaigns.fund, (t, 0));
        return abi.encodeCall(campaigns.fundWithPermit, (t, 0, 0, 0, 0, 0));
    }

    function _taken() private view returns (ICampaigns.Take memory) {
        return ICampaigns.Take(id, keccak256(abi.encode(_t)), 20, 0, R, false);
    }

    function _ofSettlement(uint256 i, address me) private view returns (bytes memory) {
        Posted memory p = abi.decode(_postedBytes, (Posted));
        Anchor[] memory anchors = abi.decode(_anchorBytes, (Anchor[]));
        Draft memory d = abi.decode(_draftBytes, (Draft));
        Pay memory mine = d.pays[0];
        mine.account = me;
        bytes32[] memory proof = _payProof(p, abi.decode(_draftBytes, (Draft)), 0);
        if (i == 0) return abi.encodeCall(settlement.claim, (_head(p), mine, proof));
        if (i == 1) return abi.encodeCall(settlement.claimMany, (_two(p), _twice(mine), _both(proof)));
        if (i == 2) {
            Due[] memory dues = new Due[](1);
            dues[0] = Due(me, mine.amount, 0, mine.items);
            return abi.encodeCall(settlement.push, (_head(p), dues, 0, 0, proof, _top(p.key, d, 0)));
        }
        if (i == 3) return abi.encodeCall(settlement.release, (p, _t, anchors, d.verdicts));
        if (i == 4) return abi.encodeCall(settlement.reclaim, (p, me, _t, anchors));
        if (i == 5) return abi.encodeCall(settlement.void, (p, me, bytes4(0), 0));
        if (i == 6) return abi.encodeCall(settlement.collect, (p, me));
        if (i == 7) return abi.encodeCall(settlement.amend, (p, 2, 1, 0));
        if (i == 8) return abi.encodeCall(settlement.assign, (_head(p), d.pays[1], proof, me));
        if (i == 9) return abi.encodeCall(settlement.disburse, (address(dollar), me, R));
        if (i == 10) return abi.encodeCall(settlement.credit, (id, R));
        SettleInput memory input = _input(id, p.key, d);
        if (i == 11) return abi.encodeCall(settlement.settle, (_t, anchors, input));
        Posted[] memory voided = new Posted[](1);
        voided[0] = p;
        return abi.encodeCall(settlement.resettle, (_t, anchors, input, voided, _watchers(1)));
    }

    function _ofStakes(uint256 i, address me) private view returns (bytes memory) {
        address coin = address(dollar);
        if (i == 0) return abi.encodeCall(stakes.slash, (rival, coin, R, me, R));
        if (i == 1) return abi.encodeCall(stakes.unlock, (rival, coin, R));
        if (i == 2) return abi.encodeCall(stakes.lock, (rival, coin, R, 1));
        if (i == 3) return abi.encodeCall(stakes.award, (me, coin, R));
        if (i == 4) return abi.encodeCall(stakes.slashStake, (rival, 1, 1e18, me, 1e18));
        if (i == 5) return abi.encodeCall(stakes.holdStake, (rival, 1, 1e18, 0));
        if (i == 6) return abi.encodeCall(stakes.freeStake, (rival, 1, 1e18));
        if (i == 7) return abi.encodeCall(stakes.deposit, (coin, R));
        if (i == 8) return abi.encodeCall(stakes.depositFor, (me, coin, R));
        if (i == 9) return abi.encodeCall(stakes.requestWithdraw, (coin, R));
        if (i == 10) {
            (uint256 free,) = stakes.collateralOf(me, coin);
            return abi.encodeCall(stakes.requestWithdraw, (coin, free + 1));
        }
        if (i == 11) return abi.encodeCall(stakes.withdraw, (coin));
        if (i == 12) return abi.encodeCall(stakes.join, (8, MINIMUM));
        if (i == 13) return abi.encodeCall(stakes.leave, (1));
        if (i == 14) return abi.encodeCall(stakes.withdrawStake, (1));
        if (i == 15) return abi.encodeCall(stakes.registerHolder, ("me", keccak256("key")));
        return abi.encodeCall(stakes.leave, (2));
    }

    function _ofSales(uint256 i, address me) private view returns (bytes memory) {
        Version memory v = abi.decode(_versionBytes, (Version));
        if (i == 0) return abi.encodeCall(datasets.claimShare, (v, _share(me), new bytes32[](0)));
        if (i == 1) return abi.encodeCall(datasets.claimShare, (v, _share(_payee(0)), new bytes32[](0)));
        if (i == 2) return abi.encodeCall(datasets.claimOwner, (v));
        if (i == 3) return abi.encodeCall(datasets.claimFee, (v));
        if (i == 4) return abi.encodeCall(datasets.releaseBond, (v));
        if (i == 5) return abi.encodeCall(datasets.buy, (v, 0, me, Use(0, 0)));
        if (i == 6) return abi.encodeCall(datasets.buyWithPermit, (v, 0, me, Use(0, 0), 0, 0, 0, 0));
        if (i == 7) {
            v.number = 2;
            v.shareRoot = _leaf("headwater.share.v1", address(datasets), v.dataset << 32 | 2, abi.encode(_share(me)));
            Terms memory none;
            return abi.encodeCall(datasets.publish, (none, v, new uint256[](0)));
        }
        return abi.encodeCall(datasets.withdrawOwn, (v.dataset, keccak256("clip")));
    }

    function _ofDatasets(uint256 i, address me) private view returns (bytes memory) {
        if (i == 0) return abi.encodeCall(datasets.create, (id, _t));
        if (i == 1) return abi.encodeCall(datasets.createOwn, ());
        if (i == 2) {
            Posted memory p = abi.decode(_postedBytes, (Posted));
            Draft memory d = abi.decode(_draftBytes, (Draft));
            return abi.encodeCall(datasets.withdrawConsent, (p, d.items[0], _itemProof(p, d, 0)));
        }
        if (i == 3) return abi.encodeCall(datasets.transferFrom, (rival, me, 1));
        if (i == 4) return abi.encodeCall(datasets.approve, (me, 1));
        return abi.encodeCall(datasets.setApprovalForAll, (me, true));
    }

    function _ofLicences(uint256 i, address me) private view returns (bytes memory) {
        uint256 licence = datasets.licenceId(uint256(1) << 32 | 1, 0, keccak256("licence"));
        if (i == 0) return abi.encodeCall(licences.mint, (me, licence, 0));
        if (i == 1) return abi.encodeCall(licences.safeTransferFrom, (buyer, me, licence, 1, ""));
        return abi.encodeCall(licences.safeBatchTransferFrom, (buyer, me, new uint256[](0), new uint256[](0), ""));
    }

    function _ofDoubts(uint256 i, address me) private view returns (bytes memory) {
        Posted memory p = abi.decode(_postedBytes, (Posted));
        Draft memory d = abi.decode(_draftBytes, (Draft));
        if (i == 0) return abi.encodeCall(doubts.holdBond, (p));
        if (i == 1) return abi.encodeCall(doubts.freeBond, (p));
        if (i == 2) return abi.encodeCall(doubts.holdLeaf, (p, d.pays[0], _payProof(p, d, 0)));
        if (i == 3) return abi.encodeCall(doubts.freeLeaf, (p, 0, 0, R));
        if (i == 4) return abi.encodeCall(doubts.suspend, (p));
        if (block.timestamp & 1 == 0) return abi.encodeCall(doubts.resume, (p, type(uint40).max));
        if (block.timestamp % 4 == 1) return abi.encodeCall(doubts.returnCut, (p.key, 0));
        return abi.encodeCall(doubts.fine, (p, R, me, R));
    }

    function _ofFaults(uint256 i) private view returns (bytes memory) {
        Posted memory p = abi.decode(_postedBytes, (Posted));
        Draft memory d = abi.decode(_draftBytes, (Draft));
        (bytes32[] memory item, bytes32[] memory pay) = (_itemProof(p, d, 0), _payProof(p, d, 0));
        Vote[] memory none = new Vote[](0);
        if (i == 0) return abi.encodeCall(faults.proveVerdict, (p, _t, d.items[0], item, none));
        if (i == 1) return abi.encodeCall(faults.proveByte, (p, d.items[0], item, d.verdicts, none));
        if (i == 2) return abi.encodeCall(faults.proveReward, (p, _t, d.items[0], item, none));
        if (i == 3) return abi.encodeCall(faults.proveOrder, (p, 0, d.items[0], item));
        if (i == 4) return abi.encodeCall(faults.proveSum, (p, d.pays[0], pay, d.pays[0], pay));
        if (i == 5) return abi.encodeCall(faults.proveFee, (p, _t, d.pays[0], pay, d.pays[0], pay));
        if (i == 6) {
            return abi.encodeCall(faults.proveUnpaid, (p, d.items[0], item, d.pays[0], pay, d.lists[0]));
        }
        return abi.encodeCall(faults.provePay, (p, d.pays[0], pay, new Item[](0), new bytes32[][](0)));
    }

    function _ofAdvances(address me) private view returns (bytes memory) {
        Posted memory p = abi.decode(_postedBytes, (Posted));
        Draft memory d = abi.decode(_draftBytes, (Draft));
        IAdvances.Assignment memory mine =
            IAdvances.Assignment(id, 0, d.pays[0].account, me, 0, uint40(block.timestamp + 1));
        return abi.encodeCall(advances.advance, (_head(p), d.pays[0], _payProof(p, d, 0), mine, new bytes(65)));
    }

    function _two(Posted memory p) private pure returns (PostedHead[] memory heads) {
        heads = new PostedHead[](2);
        (heads[0], heads[1]) = (_head(p), _head(p));
    }

    function _twice(Pay memory pay) private pure returns (Pay[] memory pays) {
        pays = new Pay[](2);
        (pays[0], pays[1]) = (pay, pay);
    }

    function _both(bytes32[] memory proof) private pure returns (bytes32[][] memory proofs) {
        proofs = new bytes32[][](2);
        (proofs[0], proofs[1]) = (proof, proof);
    }
}

/// @notice No role key alone and no pair of them takes a unit that is not theirs, nor keeps one from the contributors.
/// @dev Requester and a majority of a jury is the one pair that can: jurors decide what is accepted (spec/court.md).
contract RolesTest is Test {
    function test_attack_role_keys_alone_and_in_pairs_divert_no_escrow() public {
        RolesHandler world = new RolesHandler();
        for (uint256 a; a < world.ROLES(); ++a) {
            for (uint256 b = a; b < world.ROLES(); ++b) {
                world.begin(a, b);
                _everything(world);
            }
        }
    }

    /// @dev Every call by both keys while the settlement is pending, final, and long after the deadline.
    function _everything(RolesHandler world) private {
        for (uint256 round; round < 4; ++round) {
            for (uint256 which; which < world.CALLS(); ++which) {
                world.attempt(0, which);
                world.attempt(1, which);
            }
            world.settleFalsely(round, round & 1 == 0);
            _holds(world);
            world.watch();
            vm.warp(block.timestamp + [uint256(21), 1000, 100, 0][round]);
        }
        vm.assertTrue(world.done() > 10, "some of it went through");
        (uint256 owed, uint256 paid) = world.payEverybody();
        vm.assertLe(owed, paid, "contributors paid in full");
        _holds(world);
    }

    function _holds(RolesHandler world) private view {
        vm.assertTrue(world.gained() <= 0, "gained");
        vm.assertTrue(world.covered(), "escrow covers the reserve, the settlement stands");
    }
}

/// @notice The same in random order, one contract for each kind of pair the requester or an operator is in.
abstract contract RolesInvariant is Test {
    RolesHandler internal world;

    function _with(uint256 a, uint256 b) internal {
        world = new RolesHandler();
        world.begin(a, b);
        bytes4[] memory steps = new bytes4[](3);
        steps[0] = RolesHandler.attempt.selector;
        steps[1] = RolesHandler.settleFalsely.selector;
        steps[2] = RolesHandler.wait_.selector;
        target(address(world), steps);
    }

    function invariant_two_keys_gain_nothing() public view {
        vm.assertTrue(world.gained() <= 0, "gained");
        vm.assertTrue(world.covered(), "escrow covers the reserve, the settlement stands");
    }

    function afterInvariant() public {
        (uint256 owed, uint256 paid) = world.payEverybody();
        vm.assertLe(owed, paid, "contributors paid in full");
    }
}

contract RequesterAndOperatorInvariant is RolesInvariant {
    function setUp() public {
        _with(0, 1);
    }
}

contract OperatorAndReviewerInvariant is RolesInvariant {
    function setUp() public {
        _with(1, 2);
    }
}
