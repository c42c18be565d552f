// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IShareTrees} from "./IShareTrees.sol";
import {ItemProof, ShareProof, Version} from "./Structs.sol";

/// @title ShareFaults
/// @notice Objective faults of the share tree of a campaign's dataset version, until its sales unlock. A proof that holds
/// voids the version and rewards the caller; one that does not reverts `Shares_NoFault`. A version may leave out whole
/// settlements (an earlier version does): that is no fault. A version of own data has no settlements to be measured by.
interface IShareFaults is IShareTrees {
    error Shares_NotSuccessor(uint256 from, uint256 to);

    /// @notice A leaf lists nothing, more than 256 items, items that do not ascend, or others than it says from `first` on.
    function proveShareList(Version calldata version, ShareProof calldata leaf) external;

    /// @notice What a leaf lists at `at` is of none of the version's settlements, no item of its settlement, another
    /// account's, or not accepted.
    /// @param keys the version's settlements
    /// @param item the item, or, where the settlement has none of that number, its settlement alone; ignored where the
    /// settlement is not among `keys`
    function proveShareItem(
        Version calldata version,
        uint256[] calldata keys,
        ShareProof calldata leaf,
        uint256 at,
        ItemProof calldata item
    ) external;

    /// @notice A leaf's weight is not the sum of its items' share weights; `items` are all it lists, in order.
    function proveShareWeight(Version calldata version, ShareProof calldata leaf, ItemProof[] calldata items) external;

    /// @notice Neighbours do not add up, are not in order of (account, first), or `a` lists items beyond where `b`, of the
    /// same account, begins (`a.references` may be empty otherwise); the first leaf does not start at its weight, or the
    /// last does not end at the total. `a` may be `b`.
    function proveShareSum(Version calldata version, ShareProof calldata a, ShareProof calldata b) external;

    /// @notice An accepted item with weight, of one of the version's settlements and not withdrawn, is in no leaf. Its
    /// place is between neighbours `low` and `high` by (account, first), before the first leaf (both are it) or after the
    /// last one (both are it); `low.references` are read where `low` is of the item's contributor.
    function proveUnlisted(
        Version calldata version,
        uint256[] calldata keys,
        ItemProof calldata item,
        ShareProof calldata low,
        ShareProof calldata high
    ) external;

    /// @notice Calls for the leaf at `index`, in the first third of the window; the bond is paid by the caller.
    function callShare(Version calldata version, uint256 index) external;

    /// @notice Shows a leaf that was called for and the items it lists, before the second third ends; earns the bond.
    function showShare(Version calldata version, ShareProof calldata leaf) external;

    /// @notice A leaf that was called for was not shown in time.
    function proveUnshown(Version calldata version, uint256 index) external;

    /// @notice Carries what buyers paid for a void version, once, to a later one that stands, of the same dataset and with
    /// at least its settlements: there it is split like any sale. Anyone may call.
    /// @param fromKeys settlements of the void version
    /// @param toKeys settlements of its successor
    function carry(Version calldata from, uint256[] calldata fromKeys, Version calldata to, uint256[] calldata toKeys)
        external;
}
