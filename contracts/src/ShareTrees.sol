// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ISettlement} from "./interfaces/ISettlement.sol";
import {IShareTrees} from "./interfaces/IShareTrees.sol";
import {ItemProof, Share, ShareProof} from "./interfaces/Structs.sol";
import {Leaves} from "./Leaves.sol";
import {Merkle} from "./Merkle.sol";
import {Places} from "./Places.sol";
import {Rules} from "./Rules.sol";
import {Tokens} from "./Tokens.sol";

/// @title ShareTrees
/// @notice See IShareTrees. What holds a tree is the heir's; what is wrong with it is decided here.
abstract contract ShareTrees is IShareTrees {
    uint256 public constant MAX_SHARE_ITEMS = 256;

    /// @param id of the tree among all of this contract
    /// @param book contract its leaves are bound to
    /// @param scope they are bound to
    /// @param settlements hash of the keys of the settlements it divides
    /// @param from when it was posted
    /// @param until when it is final
    struct Tree {
        uint256 id;
        address book;
        uint256 scope;
        bytes32 root;
        uint32 count;
        uint128 total;
        bytes32 settlements;
        uint40 from;
        uint40 until;
    }

    ISettlement public immutable settlement;
    address public immutable networkToken;
    uint96 public immutable callBond;

    mapping(uint256 tree => mapping(uint256 index => Call)) private _calls;

    constructor(ISettlement settlement_, address networkToken_, uint256 callBond_) {
        settlement = settlement_;
        networkToken = networkToken_;
        callBond = uint96(callBond_);
    }

    /// @inheritdoc IShareTrees
    function refundCall(uint256 tree, uint256 index) external {
        Call storage call = _calls[tree][index];
        if (!call.open) revert Shares_NotCalled(tree, index);
        uint256 until = _answerable(tree);
        if (block.timestamp < until) revert Shares_TooEarly(until, block.timestamp);
        call.open = false;
        emit CallRefunded(tree, index, call.caller);
        Tokens.send(networkToken, call.caller, callBond);
    }

    /// @inheritdoc IShareTrees
    function callOf(uint256 tree, uint256 index) external view returns (Call memory) {
        return _calls[tree][index];
    }

    /// @dev Until when a call for a leaf of a tree may bind its bond: 0 for a void one.
    function _answerable(uint256 tree) internal view virtual returns (uint256);

    // Calls

    function _call(Tree memory tree, uint256 index) internal {
        if (index >= tree.count) revert Shares_IndexOutOfRange(index, tree.count);
        uint256 until = tree.from + uint256(tree.until - tree.from) / 3;
        if (block.timestamp > until) revert Shares_TooLate(until, block.timestamp);
        Call storage call = _calls[tree.id][index];
        if (call.caller != address(0)) revert Shares_AlreadyCalled(tree.id, index);
        (call.caller, call.open) = (msg.sender, true);
        emit ShareCalled(tree.id, index, msg.sender);
        Tokens.pull(networkToken, msg.sender, callBond);
    }

    function _show(Tree memory tree, ShareProof calldata leaf) internal {
        uint256 index = leaf.share.index;
        Call storage call = _calls[tree.id][index];
        if (!call.open || call.shown) revert Shares_NotCalled(tree.id, index);
        uint256 until = _showUntil(tree);
        if (block.timestamp > until) revert Shares_TooLate(until, block.timestamp);
        _matchLeaf(tree, leaf);
        _matchReferences(leaf);
        (call.open, call.shown) = (false, true);
        emit ShareShown(tree.id, index, msg.sender, leaf);
        Tokens.send(networkToken, msg.sender, callBond);
    }

    /// @dev Holds when the leaf was called for and nobody showed it in time.
    function _unshown(Tree memory tree, uint256 index) internal view returns (bool) {
        Call memory call = _calls[tree.id][index];
        return call.caller != address(0) && !call.shown && block.timestamp > _showUntil(tree);
    }

    // Faults

    function _listWrong(Tree memory tree, ShareProof calldata leaf) internal view returns (bool) {
        _matchLeaf(tree, leaf);
        _matchReferences(leaf);
        uint256[] calldata references = leaf.references;
        if (references.length == 0 || references.length > MAX_SHARE_ITEMS) return true;
        if (references[0] != leaf.share.first) return true;
        for (uint256 i = 1; i < references.length; ++i) {
            if (references[i] <= references[i - 1]) return true;
        }
        return false;
    }

    function _itemWrong(
        Tree memory tree,
        uint256[] calldata keys,
        ShareProof calldata leaf,
        uint256 at,
        ItemProof calldata item
    ) internal view returns (bool) {
        _matchLeaf(tree, leaf);
        _matchReferences(leaf);
        if (at >= leaf.references.length) revert Shares_IndexOutOfRange(at, leaf.references.length);
        uint256 listed = leaf.references[at];
        if (!_covers(tree, keys, listed >> 32)) return true;
        if (item.posted.key != listed >> 32) revert Shares_WrongItem(listed);
        settlement.check(item.posted);
        uint256 number = uint32(listed);
        if (number < item.posted.firstItem || number - item.posted.firstItem >= item.posted.count) return true;
        _matchItem(item);
        if (item.item.item != number) revert Shares_WrongItem(listed);
        return item.item.contributor != leaf.share.account || item.item.verdict != Rules.ACCEPT;
    }

    function _weightWrong(Tree memory tree, ShareProof calldata leaf, ItemProof[] calldata items)
        internal
        view
        returns (bool)
    {
        _matchLeaf(tree, leaf);
        _matchReferences(leaf);
        uint256 count = items.length;
        if (count != leaf.references.length) revert Shares_LengthMismatch(count, leaf.references.length);
        uint256 sum;
        for (uint256 i; i < count; ++i) {
            ItemProof calldata item = items[i];
            if (_reference(item) != leaf.references[i]) revert Shares_WrongItem(leaf.references[i]);
            settlement.check(item.posted);
            _matchItem(item);
            sum += item.item.shareWeight;
        }
        return sum != leaf.share.weight;
    }

    function _sumWrong(Tree memory tree, ShareProof calldata a, ShareProof calldata b) internal view returns (bool) {
        _matchLeaf(tree, a);
        _matchLeaf(tree, b);
        Share calldata one = a.share;
        Share calldata two = b.share;
        if (one.index == 0 && one.cumulative != one.weight) return true;
        if (two.index == tree.count - 1 && two.cumulative != tree.total) return true;
        if (two.index != uint256(one.index) + 1) return false;
        if (uint256(one.cumulative) + two.weight != two.cumulative) return true;
        if (!_before(one.account, one.first, two)) return true;
        if (one.account != two.account || a.references.length == 0) return false;
        _matchReferences(a);
        return a.references[a.references.length - 1] >= two.first;
    }

    /// @dev The leaves are in order, or `_sumWrong` holds: an item stands in the last leaf that does not begin after it,
    /// or in none.
    function _unlisted(
        Tree memory tree,
        uint256[] calldata keys,
        ItemProof calldata item,
        ShareProof calldata low,
        ShareProof calldata high
    ) internal view returns (bool) {
        if (!_covers(tree, keys, item.posted.key)) revert Shares_WrongItem(_reference(item));
        settlement.check(item.posted);
        _matchItem(item);
        if (item.item.verdict != Rules.ACCEPT || item.item.shareWeight == 0) return false;
        if (tree.count == 0) return true;
        _matchLeaf(tree, low);
        _matchLeaf(tree, high);
        return _between(tree.count, item, low.share, high.share) && !_lists(low, item);
    }

    /// @dev Whether an item's place is behind `low` and before `high`, and no leaf between them.
    function _between(uint256 count, ItemProof calldata item, Share calldata low, Share calldata high)
        private
        pure
        returns (bool)
    {
        address account = item.item.contributor;
        uint256 listed = _reference(item);
        bool first = _before(account, listed, low);
        if (low.index == high.index) return first ? low.index == 0 : low.index == count - 1;
        return high.index == uint256(low.index) + 1 && !first && _before(account, listed, high);
    }

    function _lists(ShareProof calldata leaf, ItemProof calldata item) private pure returns (bool) {
        if (leaf.share.account != item.item.contributor) return false;
        _matchReferences(leaf);
        uint256 listed = _reference(item);
        for (uint256 i; i < leaf.references.length; ++i) {
            if (leaf.references[i] == listed) return true;
        }
        return false;
    }

    // Preimages and proofs

    function _matchLeaf(Tree memory tree, ShareProof calldata leaf) internal view {
        bytes32 hash = Leaves.share(tree.book, tree.scope, leaf.share);
        if (Merkle.root(hash, leaf.share.index, tree.count, leaf.proof) != tree.root) {
            revert Shares_WrongProof(leaf.share.index);
        }
    }

    function _matchReferences(ShareProof calldata leaf) internal pure {
        if (keccak256(abi.encode(leaf.references)) != leaf.share.items) {
            revert Shares_WrongReferences(leaf.share.index);
        }
    }

    function _matchItem(ItemProof calldata item) internal view {
        bool settled = Places.isSettled(address(settlement), item.posted, item.item, item.proof);
        if (!settled) revert Shares_WrongItem(item.item.item);
    }

    /// @dev Whether the tree divides this settlement.
    function _covers(Tree memory tree, uint256[] calldata keys, uint256 key) internal pure returns (bool) {
        if (keccak256(abi.encode(keys)) != tree.settlements) revert Shares_WrongKeys(tree.id);
        for (uint256 i; i < keys.length; ++i) {
            if (keys[i] == key) return true;
        }
        return false;
    }

    function _showUntil(Tree memory tree) private pure returns (uint256) {
        return tree.from + 2 * uint256(tree.until - tree.from) / 3;
    }

    function _reference(ItemProof calldata item) private pure returns (uint256) {
        return item.posted.key << 32 | item.item.item;
    }

    function _before(address account, uint256 listed, Share calldata share) private pure returns (bool) {
        return account != share.account ? account < share.account : listed < share.first;
    }
}
