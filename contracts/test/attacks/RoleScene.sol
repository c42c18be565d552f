// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDisputes} from "../../src/interfaces/IDisputes.sol";
import {Anchor, Closing, Offer, Share, ShareProof, Terms, Use, Version} from "../../src/interfaces/Structs.sol";
import {Rules} from "../../src/Rules.sol";
import {Arbitrated, InCourt} from "../Arbitrated.sol";
import {Recorded} from "../Recorded.sol";
import {ShareBook} from "../ShareBook.sol";
import {World} from "../World.sol";

/// @notice What two role keys may try their hands on, all of it honestly made: a campaign whose work was accepted and
/// settled, another one's pool that is being closed, and a dataset of it that is on sale. An honest watcher answers calls
/// and carries out rulings.
abstract contract RoleScene is Recorded, ShareBook, InCourt {
    uint32 internal constant CLIPS = 20;
    uint96 internal constant FUNDED = 100 * 1_500_000;
    uint96 internal constant POOL = 40 * R;

    address internal holder = address(0x0f09);
    uint256 public id;
    Terms internal _t;
    uint40 internal _begun;
    bytes private _caseBytes;
    bytes private _anchorBytes; // the second, which nobody has settled
    bytes private _bookBytes;
    bytes private _closingBytes;
    bytes private _ownBytes;
    bytes private _versionBytes;
    uint256[] internal _places; // called for
    Doubted[] internal _doubted;

    /// @notice A dispute about an item.
    struct Doubted {
        uint256 dispute;
        uint256 item;
    }

    function setUp() public virtual override(World, Arbitrated) {
        Arbitrated.setUp();
    }

    function _play() internal {
        _join(stranger, 4);
        _join(holder, 8);
        _fundPool();
        _fundPrice();
        _sell(_ofPool());
        _listOwn();
    }

    function _fundPrice() private {
        Case memory c;
        (c.terms, _begun) = (_terms(), uint40(block.timestamp));
        _t = c.terms;
        c.id = id = _fund(c.terms, FUNDED);
        c.clips = _clips(c.id, 0, CLIPS);
        _anchorAndDraft(c, rival);
        _post(c, rival);
        _caseBytes = abi.encode(c);
        // In the queue: the operator may settle it wrongly.
        _anchorBytes = abi.encode(_anchor(c.id, c.terms, 5, operator));
    }

    /// @dev Closed, and for another 20 seconds open to be proven wrong.
    function _fundPool() private {
        Terms memory t = _terms();
        (t.mode, t.pool, t.poolFloor, t.ownerBps) = (Rules.POOL_MODE, POOL, 1e7, 0);
        t.deadline = uint40(block.timestamp + 21);
        address own = operator;
        operator = rival;
        Book memory b = _book(t, 1, 4, 0);
        operator = own;
        vm.warp(t.deadline + 1);
        _divide(b);
        (b.checker, b.scope) = (address(pools), b.campaign);
        vm.prank(rival);
        pools.close(b.campaign, t, b.keys, _shareRoot(b), uint32(b.shares.length), _total(b), 0);
        Closing memory c = _closingOf(b);
        vm.assertTrue(pools.closingHash(b.campaign) == keccak256(abi.encode(c)), "the closing");
        (_bookBytes, _closingBytes) = (abi.encode(b), abi.encode(c));
    }

    function _closingOf(Book memory b) private view returns (Closing memory c) {
        (c.campaign, c.token) = (b.campaign, b.terms.token);
        (c.pool, c.poolFloor) = (POOL, b.terms.poolFloor);
        c.settlements = keccak256(abi.encode(b.keys));
        (c.shareRoot, c.shares, c.totalWeight, c.closer) = (_shareRoot(b), uint32(b.shares.length), _total(b), rival);
        c.bond = POOL / 4;
        (c.closedAt, c.finalAt) = (uint40(block.timestamp), uint40(block.timestamp) + b.terms.challengeWindow);
        c.lapsesAt = b.terms.deadline + b.terms.lapseWindow;
    }

    /// @dev The pool campaign's data: the requester owns the dataset, and the contributors get all of every sale.
    function _sell(Book memory b) private {
        Version memory v;
        vm.prank(rival);
        v.dataset = datasets.create(b.campaign, b.terms);
        (v.number, v.campaign) = (1, b.campaign);
        (v.episodeRoot, v.episodes) = (keccak256("episodes"), 4);
        (b.checker, b.scope) = (address(datasets), v.dataset << 32 | 1);
        (v.shareRoot, v.shares, v.totalWeight) = (_shareRoot(b), uint32(b.shares.length), _total(b));
        v.settlements = keccak256(abi.encode(b.keys));
        (v.token, v.feeBps) = (b.terms.token, b.terms.feeBps);
        v.offers = new Offer[](1);
        v.offers[0] = Offer(b.terms.licence, R, 0, 7, 0);
        vm.prank(rival);
        datasets.publish(b.terms, v, b.keys);
        vm.prank(buyer);
        datasets.buy(v, 0, buyer, Use(0, 0));
        _versionBytes = abi.encode(v);
    }

    /// @dev The rival's own data, with one share.
    function _listOwn() private {
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
        _ownBytes = abi.encode(v);
    }

    // What there is

    function _case() internal view returns (Case memory) {
        return abi.decode(_caseBytes, (Case));
    }

    function _queued() internal view returns (Anchor memory) {
        return abi.decode(_anchorBytes, (Anchor));
    }

    function _own() internal view returns (Version memory) {
        return abi.decode(_ownBytes, (Version));
    }

    function _version() internal view returns (Version memory) {
        return abi.decode(_versionBytes, (Version));
    }

    function _closing() internal view returns (Closing memory) {
        return abi.decode(_closingBytes, (Closing));
    }

    /// @notice The shares of the pool, as leaves of its closing.
    function _ofPool() internal view returns (Book memory b) {
        b = abi.decode(_bookBytes, (Book));
        (b.checker, b.scope) = (address(pools), b.campaign);
    }

    /// @notice The same shares, as leaves of the version.
    function _ofSale() internal view returns (Book memory b) {
        b = abi.decode(_bookBytes, (Book));
        (b.checker, b.scope) = (address(datasets), _version().dataset << 32 | 1);
    }

    function _share(address account) internal pure returns (Share memory) {
        return Share(0, account, 0, 0, 9, 9);
    }

    function _sceneOf(Case memory c) internal pure returns (Scene memory s) {
        (s.t, s.anchors, s.d, s.p) = (c.terms, _one(c.anchor), c.draft, c.posted);
    }

    // Whoever is honest

    /// @notice Shows what was called for, before time passes.
    function _answerCalls() internal {
        Case memory c = _case();
        for (; _places.length > 0; _places.pop()) {
            uint256 place = _places[_places.length - 1];
            vm.startPrank(rival);
            if (place < 1 << 32) {
                uint256 i = place - c.posted.firstItem;
                calls.answer(c.posted, c.draft.items[i], _proofOf(c, i), _record(c, i));
            } else {
                uint256 i = place - (1 << 32);
                bytes memory numbers = abi.encodePacked(uint32(i));
                calls.answerPay(c.posted, c.draft.pays[i], _payProof(c.posted, c.draft, i), numbers);
            }
            vm.stopPrank();
        }
        _showShares();
    }

    function _showShares() private {
        (Book memory pool, Book memory sale) = (_ofPool(), _ofSale());
        vm.startPrank(rival);
        for (uint256 i; i < pool.shares.length; ++i) {
            if (pools.callOf(pool.campaign << 32, i).open && block.timestamp < _closing().finalAt) {
                try pools.showShare(_closing(), _shareProof(pool, i)) {} catch {}
            }
            if (shareFaults.callOf(sale.scope, i).open) {
                try shareFaults.showShare(_version(), _shareProof(sale, i)) {} catch {}
            }
        }
        vm.stopPrank();
    }

    /// @notice Carries out what was never ruled on, and pays everybody.
    function _finish() internal {
        _answerCalls();
        Case memory c = _case();
        if (_doubted.length > 0) vm.warp(block.timestamp + PATIENCE);
        for (uint256 i; i < _doubted.length; ++i) {
            if (disputes.caseOf(_doubted[i].dispute).state != IDisputes.State.Open) continue;
            disputes.execute(_doubted[i].dispute, c.posted, c.draft.items[_doubted[i].item]);
        }
        uint256 finalAt = settlement.slotOf(c.posted.key).finalAt;
        if (block.timestamp < finalAt) vm.warp(finalAt);
        _push(c.posted, c.draft, 0, c.draft.pays.length);
        vm.warp(block.timestamp + 20);
        (Book memory pool, Book memory sale) = (_ofPool(), _ofSale());
        for (uint256 i; i < pool.shares.length; ++i) {
            ShareProof memory leaf = _shareProof(pool, i);
            if (!pools.isClaimed(pool.campaign, i)) pools.claim(_closing(), leaf.share, leaf.proof);
            try datasets.claimShare(_version(), leaf.share, _shareProof(sale, i).proof) {} catch {}
        }
    }

    /// @notice What the contributors have, and the least of what is theirs.
    function _contributors() internal view returns (uint256 owed, uint256 paid) {
        Case memory c = _case();
        for (uint256 i; i < CLIPS; ++i) {
            owed += c.draft.pays[i].amount;
            paid += dollar.balanceOf(c.draft.pays[i].account);
        }
        Book memory b = _ofPool();
        owed += _poolPaid();
        for (uint256 i; i < b.shares.length; ++i) {
            owed += uint256(R - R * b.terms.feeBps / 10_000) * b.shares[i].weight / _total(b);
            paid += dollar.balanceOf(b.shares[i].account);
        }
    }

    function _poolPaid() private view returns (uint256 sum) {
        Book memory b = _ofPool();
        for (uint256 i; i < b.shares.length; ++i) {
            sum += Rules.poolPart(POOL, b.shares[i].weight, _total(b), b.terms.poolFloor);
        }
    }

    /// @notice What of both escrows is the requester's: all that no accepted work has earned.
    function _unearned() internal view returns (uint256) {
        Book memory b = _ofPool();
        return FUNDED - _case().draft.total + BUDGET - b.posted[0].total - _poolPaid();
    }

    function _stands() internal view returns (bool) {
        uint256 pool = _ofPool().campaign;
        bool escrows = _escrowCovers(id) && _escrowCovers(pool);
        return escrows && !_isVoid(_key(id, 0, 0)) && pools.closingHash(pool) != 0
            && datasets.salesOf(_ofSale().scope).status == 1;
    }

    function _escrowCovers(uint256 campaign) private view returns (bool) {
        return campaigns.stateOf(campaign).reserved <= campaigns.stateOf(campaign).escrow;
    }
}
