// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Ballots} from "../../src/Ballots.sol";
import {IAdvances} from "../../src/interfaces/IAdvances.sol";
import {ICampaigns} from "../../src/interfaces/ICampaigns.sol";
import {
    Anchor,
    Ballot,
    CommitRoot,
    Due,
    Item,
    Pay,
    Posted,
    PostedHead,
    SettleInput,
    Terms,
    Use,
    Version,
    Vote
} from "../../src/interfaces/Structs.sol";
import {RoleScene} from "./RoleScene.sol";

/// @notice Every function of the books, the money and the sales that changes anything, with what an attacker would give it.
abstract contract RoleCalls is RoleScene {
    function _ofCampaigns(uint256 i, address me) internal view returns (bytes memory) {
        Terms memory t = _t;
        ICampaigns.State memory s = campaigns.stateOf(id);
        if (i == 0) return abi.encodeCall(campaigns.refund, (id, t, s.escrow));
        if (i == 1) return abi.encodeCall(campaigns.refund, (id, t, s.escrow - s.reserved));
        if (i == 2) return abi.encodeCall(campaigns.lapse, (id, t));
        if (i == 3) return abi.encodeCall(campaigns.reclaim, (id, t, _queued()));
        if (i == 4) return abi.encodeCall(campaigns.take, (_taken(), new uint32[](0), new bytes32[](0)));
        if (i == 5) return abi.encodeCall(campaigns.book, (id, R, 0, 0));
        if (i == 6) return abi.encodeCall(campaigns.book, (id, 0, R, 0));
        if (i == 7) return abi.encodeCall(campaigns.book, (id, 0, 0, R));
        if (i == 8) return abi.encodeCall(campaigns.anchor, (id, t, keccak256("mine"), 1, 0));
        if (i == 9) return abi.encodeCall(campaigns.anchorDirect, (id, t, keccak256("mine"), 0));
        if (i == 10) return abi.encodeCall(campaigns.recordSeed, (id, _queued()));
        if (i == 11) return abi.encodeCall(campaigns.commitVotes, (id, 20, 1, _commitRoot().root, 1));
        if (i == 12) return abi.encodeCall(campaigns.commitVote, (id, 21, 1, _commitOf(_ballot(21))));
        if (i == 13) return abi.encodeCall(campaigns.topUp, (id, t, 0));
        (t.requester, t.unitReward) = (me, 1);
        if (block.timestamp & 1 == 0) return abi.encodeCall(campaigns.fund, (t, 0));
        return abi.encodeCall(campaigns.fundWithPermit, (t, 0, 0, 0, 0, 0));
    }

    function _ofVotesAndPools(uint256 i, address me) internal view returns (bytes memory) {
        (uint256 pool, address coin) = (_ofPool().campaign, address(dollar));
        if (i == 0) return abi.encodeCall(campaigns.revealVote, (_ballot(21), _begun));
        if (i == 1) return abi.encodeCall(campaigns.revealVoteIn, (_ballot(20), operator, 20, _commitRoot()));
        if (i == 2) return abi.encodeCall(campaigns.lockPool, (pool, rival, coin, R));
        if (i == 3) return abi.encodeCall(campaigns.reopenPool, (pool));
        if (i == 4) return abi.encodeCall(campaigns.unlockPool, (rival, coin, R));
        if (i == 5) return abi.encodeCall(campaigns.slashPool, (pool, rival, coin, R, me, R));
        if (i == 6) return abi.encodeCall(campaigns.payPool, (pool, coin, me, R));
        return abi.encodeCall(campaigns.freePool, (pool, R));
    }

    function _ballot(uint32 item) private view returns (Ballot memory) {
        return Ballot(id, item, 1, reviewer, 1, keccak256("reasons"), keccak256("salt"));
    }

    function _commitOf(Ballot memory ballot) private view returns (bytes32) {
        return keccak256(abi.encode(keccak256("headwater.vote.v1"), block.chainid, address(campaigns), ballot));
    }

    /// @dev Of the vote on the first item the operator may commit.
    function _commitRoot() private view returns (CommitRoot memory at) {
        at.leaf = Ballots.leaf(address(campaigns), id, 20, 1, reviewer, _commitOf(_ballot(20)));
        (at.root, at.count, at.time) = (at.leaf, 1, _begun);
    }

    function _taken() private view returns (ICampaigns.Take memory) {
        return ICampaigns.Take(id, keccak256(abi.encode(_t)), 20, 0, R, false);
    }

    function _ofSettlement(uint256 i, address me) internal view returns (bytes memory) {
        Case memory c = _case();
        (Posted memory p, Draft memory d) = (c.posted, c.draft);
        Anchor[] memory anchors = _one(c.anchor);
        bytes32[] memory proof = _payProof(p, d, 0);
        Pay memory mine = d.pays[0];
        mine.account = me;
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

    function _ofStakes(uint256 i, address me) internal view returns (bytes memory) {
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

    function _ofSales(uint256 i, address me) internal view returns (bytes memory) {
        Version memory v = _own();
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

    function _ofDatasets(uint256 i, address me) internal view returns (bytes memory) {
        if (i == 0) return abi.encodeCall(datasets.create, (id, _t));
        if (i == 1) return abi.encodeCall(datasets.createOwn, ());
        if (i == 2) {
            Case memory c = _case();
            (Posted memory p, Draft memory d) = (c.posted, c.draft);
            return abi.encodeCall(datasets.withdrawConsent, (p, d.items[0], _itemProof(p, d, 0)));
        }
        if (i == 3) return abi.encodeCall(datasets.transferFrom, (rival, me, 1));
        if (i == 4) return abi.encodeCall(datasets.approve, (me, 1));
        if (i == 5) return abi.encodeCall(datasets.setApprovalForAll, (me, true));
        uint256 key = _version().dataset << 32 | 1;
        if (i == 6) return abi.encodeCall(datasets.voidVersion, (key, me, bytes4(0), 0));
        if (i == 7) return abi.encodeCall(datasets.carry, (key, _own().dataset << 32 | 1));
        if (i == 8) return abi.encodeCall(datasets.claimOwner, (_version()));
        return abi.encodeCall(datasets.claimShare, (_version(), _share(me), new bytes32[](0)));
    }

    function _ofLicences(uint256 i, address me) internal view returns (bytes memory) {
        uint256 licence = datasets.licenceId(uint256(1) << 32 | 1, 0, keccak256("licence"));
        if (i == 0) return abi.encodeCall(licences.mint, (me, licence, 0));
        if (i == 1) return abi.encodeCall(licences.safeTransferFrom, (buyer, me, licence, 1, ""));
        return abi.encodeCall(licences.safeBatchTransferFrom, (buyer, me, new uint256[](0), new uint256[](0), ""));
    }

    function _ofDoubts(uint256 i, address me) internal view returns (bytes memory) {
        Case memory c = _case();
        (Posted memory p, Draft memory d) = (c.posted, c.draft);
        if (i == 0) return abi.encodeCall(doubts.holdBond, (p));
        if (i == 1) return abi.encodeCall(doubts.freeBond, (p));
        if (i == 2) return abi.encodeCall(doubts.holdLeaf, (p, d.pays[0], _payProof(p, d, 0)));
        if (i == 3) return abi.encodeCall(doubts.freeLeaf, (p, 0, 0, R));
        if (i == 4) return abi.encodeCall(doubts.suspend, (p));
        if (block.timestamp & 1 == 0) return abi.encodeCall(doubts.resume, (p, type(uint40).max));
        if (block.timestamp % 4 == 1) return abi.encodeCall(doubts.returnCut, (p.key, 0));
        return abi.encodeCall(doubts.fine, (p, R, me, R));
    }

    function _ofFaults(uint256 i) internal view returns (bytes memory) {
        Case memory c = _case();
        (Posted memory p, Draft memory d) = (c.posted, c.draft);
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

    function _ofAdvances(address me) internal view returns (bytes memory) {
        Case memory c = _case();
        (Posted memory p, Draft memory d) = (c.posted, c.draft);
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
