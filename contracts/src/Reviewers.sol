// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IReputation} from "./interfaces/IReputation.sol";
import {IReviewers} from "./interfaces/IReviewers.sol";
import {IStakes} from "./interfaces/IStakes.sol";
import {Sortition} from "./Sortition.sol";
import {Weights} from "./Weights.sol";

/// @title Reviewers
/// @notice See IReviewers.
contract Reviewers is IReviewers {
    using Sortition for Sortition.Tree;

    bytes32 private constant _DRAW = keccak256("headwater.draw.v1");
    uint8 private constant _REVIEWER = 2;

    IStakes public immutable stakes;
    IReputation public immutable reputation;
    address public immutable campaigns;

    Sortition.Tree private _tree;
    uint256 public leafCount;
    mapping(uint256 leaf => address) public accountAt;
    mapping(address account => uint256) private _leaves; // plus one
    mapping(address account => Standing) public standingOf;

    constructor(IStakes stakes_, IReputation reputation_, address campaigns_) {
        stakes = stakes_;
        reputation = reputation_;
        campaigns = campaigns_;
    }

    /// @inheritdoc IReviewers
    /// @dev Two rows of one epoch cannot differ, and the newest is the only one taken: so the order of calls is nothing.
    function heed(address account, IReputation.Lookup calldata at) external {
        uint256 number = reputation.latest();
        uint256 weight = reputation.weightAt(number, account, at);
        if (at.rows.length != 1 || at.rows[0].reviewer != account) revert Reviewers_NoRow(number, account);
        Standing standing = weight > Weights.LEAST ? Standing.ADMITTED : Standing.SUSPENDED;
        if (standingOf[account] != standing) {
            standingOf[account] = standing;
            emit Heeded(account, number, standing);
        }
        _sync(account);
    }

    /// @inheritdoc IReviewers
    function sync(address account) external {
        _sync(account);
    }

    function _sync(address account) private {
        uint256 leaf = _leaves[account];
        uint256 stake =
            _mayBeDrawn(account, leaf) && stakes.hasRole(account, _REVIEWER) ? stakes.stakeOf(account, _REVIEWER) : 0;
        if (leaf == 0) {
            if (stake == 0) return;
            leaf = ++leafCount;
            (_leaves[account], accountAt[leaf - 1]) = (leaf, account);
        } else if (_tree.weightOf(_tree.root, _tree.depth, leaf - 1) == stake) {
            return;
        }
        _tree.set(leaf - 1, stake);
        emit Synced(account, leaf - 1, stake);
    }

    /// @dev Who came before the first epoch was final needs no entry: somebody has to be the first.
    function _mayBeDrawn(address account, uint256 leaf) private view returns (bool) {
        Standing standing = standingOf[account];
        if (standing != Standing.NONE) return standing == Standing.ADMITTED;
        return leaf != 0 || reputation.latest() == 0;
    }

    /// @inheritdoc IReviewers
    function seal() external returns (uint40) {
        if (msg.sender != campaigns) revert Reviewers_NotCampaigns(msg.sender);
        (uint256 root, uint256 depth) = _tree.seal();
        return uint40(root << 8 | depth);
    }

    /// @inheritdoc IReviewers
    /// @dev Who is excluded has his interval taken out like one who already has a place: nobody else's odds among
    /// themselves change by it.
    function drawn(Draw calldata draw, uint256 count) external view returns (address[] memory list) {
        (uint256 root, uint256 depth) = (draw.weights >> 8, draw.weights & 0xff);
        uint256[] memory taken = new uint256[](count + 2);
        uint256 left = _tree.total(root);
        uint256 used;
        (used, left) = _exclude(taken, 0, left, draw.contributor, draw.weights);
        if (draw.anchorer != draw.contributor) {
            (used, left) = _exclude(taken, used, left, draw.anchorer, draw.weights);
        }
        list = new address[](count);
        uint256 places;
        for (; places < count && left > 0; ++places) {
            uint256 point = Sortition.skip(taken, used, _roll(draw, places) % left);
            uint256 place = _tree.find(root, depth, point);
            Sortition.take(taken, used++, place);
            left -= uint96(place);
            list[places] = accountAt[place >> 216];
        }
        assembly ("memory-safe") {
            mstore(list, places)
        }
    }

    /// @inheritdoc IReviewers
    function state() external view returns (uint40) {
        return uint40(uint256(_tree.root) << 8 | _tree.depth);
    }

    /// @inheritdoc IReviewers
    function weightOf(address account) external view returns (uint256) {
        uint256 leaf = _leaves[account];
        return leaf == 0 ? 0 : _tree.weightOf(_tree.root, _tree.depth, leaf - 1);
    }

    /// @inheritdoc IReviewers
    function totalWeight() external view returns (uint256) {
        return _tree.total(_tree.root);
    }

    /// @dev Takes an account's interval out, if it had one in that state.
    function _exclude(uint256[] memory taken, uint256 used, uint256 left, address account, uint256 weights)
        private
        view
        returns (uint256, uint256)
    {
        uint256 leaf = _leaves[account];
        if (leaf == 0) return (used, left);
        uint256 place = _tree.placeOf(weights >> 8, weights & 0xff, leaf - 1);
        if (uint96(place) == 0) return (used, left);
        Sortition.take(taken, used, place);
        return (used + 1, left - uint96(place));
    }

    function _roll(Draw calldata draw, uint256 number) private view returns (uint256) {
        return uint256(
            keccak256(abi.encode(_DRAW, block.chainid, address(this), draw.campaign, draw.item, draw.seed, number))
        );
    }
}
