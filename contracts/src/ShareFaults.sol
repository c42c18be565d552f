// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDatasets} from "./interfaces/IDatasets.sol";
import {ISettlement} from "./interfaces/ISettlement.sol";
import {IShareFaults} from "./interfaces/IShareFaults.sol";
import {ItemProof, ShareProof, Version} from "./interfaces/Structs.sol";
import {ShareTrees} from "./ShareTrees.sol";

/// @title ShareFaults
/// @notice See IShareFaults.
contract ShareFaults is IShareFaults, ShareTrees {
    uint8 private constant _PUBLISHED = 1;

    IDatasets public immutable datasets;

    constructor(IDatasets datasets_, ISettlement settlement_, address networkToken_, uint256 callBond_)
        ShareTrees(settlement_, networkToken_, callBond_)
    {
        datasets = datasets_;
    }

    /// @inheritdoc IShareFaults
    function proveShareList(Version calldata version, ShareProof calldata leaf) external {
        Tree memory tree = _tree(version);
        _void(tree, _listWrong(tree, leaf), leaf.share.index);
    }

    /// @inheritdoc IShareFaults
    function proveShareItem(
        Version calldata version,
        uint256[] calldata keys,
        ShareProof calldata leaf,
        uint256 at,
        ItemProof calldata item
    ) external {
        Tree memory tree = _tree(version);
        _void(tree, _itemWrong(tree, keys, leaf, at, item), leaf.share.index);
    }

    /// @inheritdoc IShareFaults
    function proveShareWeight(Version calldata version, ShareProof calldata leaf, ItemProof[] calldata items) external {
        Tree memory tree = _tree(version);
        _void(tree, _weightWrong(tree, leaf, items), leaf.share.index);
    }

    /// @inheritdoc IShareFaults
    function proveShareSum(Version calldata version, ShareProof calldata a, ShareProof calldata b) external {
        Tree memory tree = _tree(version);
        _void(tree, _sumWrong(tree, a, b), a.share.index);
    }

    /// @inheritdoc IShareFaults
    /// @dev A withdrawn clip may be left out: its contributor alone can have withdrawn it.
    function proveUnlisted(
        Version calldata version,
        uint256[] calldata keys,
        ItemProof calldata item,
        ShareProof calldata low,
        ShareProof calldata high
    ) external {
        Tree memory tree = _tree(version);
        bool missing = _unlisted(tree, keys, item, low, high);
        _void(tree, missing && !datasets.isWithdrawn(version.dataset, item.item.contribution), low.share.index);
    }

    /// @inheritdoc IShareFaults
    function callShare(Version calldata version, uint256 index) external {
        _call(_tree(version), index);
    }

    /// @inheritdoc IShareFaults
    function showShare(Version calldata version, ShareProof calldata leaf) external {
        _show(_tree(version), leaf);
    }

    /// @inheritdoc IShareFaults
    function proveUnshown(Version calldata version, uint256 index) external {
        Tree memory tree = _tree(version);
        _void(tree, _unshown(tree, index), index);
    }

    /// @inheritdoc IShareFaults
    /// @dev One dataset has one campaign, and that one token and one split.
    function carry(Version calldata from, uint256[] calldata fromKeys, Version calldata to, uint256[] calldata toKeys)
        external
    {
        (uint256 source, uint256 target) = (_match(from), _match(to));
        if (from.dataset != to.dataset || to.number <= from.number) revert Shares_NotSuccessor(source, target);
        if (keccak256(abi.encode(fromKeys)) != from.settlements) revert Shares_WrongKeys(source);
        if (keccak256(abi.encode(toKeys)) != to.settlements) revert Shares_WrongKeys(target);
        if (!_includes(toKeys, fromKeys)) revert Shares_NotSuccessor(source, target);
        datasets.carry(source, target);
    }

    function _void(Tree memory tree, bool fault, uint256 index) private {
        if (!fault) revert Shares_NoFault();
        datasets.voidVersion(tree.id, msg.sender, msg.sig, index);
    }

    function _tree(Version calldata version) private view returns (Tree memory) {
        uint256 key = _match(version);
        IDatasets.Sales memory sales = datasets.salesOf(key);
        if (version.campaign == 0 || sales.status != _PUBLISHED) revert Shares_WrongTree(key);
        return Tree({
            id: key,
            book: address(datasets),
            scope: key,
            root: version.shareRoot,
            count: version.shares,
            total: version.totalWeight,
            settlements: version.settlements,
            from: sales.publishedAt,
            until: sales.unlockAt
        });
    }

    function _answerable(uint256 key) internal view override returns (uint256) {
        IDatasets.Sales memory sales = datasets.salesOf(key);
        return sales.status == _PUBLISHED ? sales.unlockAt : 0;
    }

    function _match(Version calldata version) private view returns (uint256 key) {
        key = version.dataset << 32 | version.number;
        if (datasets.versionHash(key) != keccak256(abi.encode(version))) revert Shares_WrongTree(key);
    }

    /// @dev Whether all of `some` are among `all`; both ascend.
    function _includes(uint256[] calldata all, uint256[] calldata some) private pure returns (bool) {
        uint256 found;
        for (uint256 i; i < all.length && found < some.length; ++i) {
            if (all[i] == some[found]) ++found;
        }
        return found == some.length;
    }
}
