// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ShareProof} from "./Structs.sol";

/// @title ShareTrees
/// @notice What the faults of every share tree have in common (spec/settlement.md section 9): a tree that divides money
/// among the accepted items of some final settlements, and stands unless proven wrong before its window ends.
/// @dev A leaf nobody has seen could hide anything. So anyone may call for a leaf in the first third of the window; unless
/// it is shown with its references before the second third ends, that is a fault. The last third is for what it shows.
interface IShareTrees {
    /// @param caller who paid the call's bond
    /// @param open whether the bond is still here
    /// @param shown whether the leaf was shown
    struct Call {
        address caller;
        bool open;
        bool shown;
    }

    event ShareCalled(uint256 indexed tree, uint256 indexed index, address indexed caller);
    event ShareShown(uint256 indexed tree, uint256 indexed index, address indexed by, ShareProof leaf);
    event CallRefunded(uint256 indexed tree, uint256 indexed index, address indexed caller);

    error Shares_NoFault();
    error Shares_WrongTree(uint256 tree);
    error Shares_WrongKeys(uint256 tree);
    error Shares_WrongProof(uint256 index);
    error Shares_WrongReferences(uint256 index);
    error Shares_WrongItem(uint256 listed);
    error Shares_IndexOutOfRange(uint256 index, uint256 count);
    error Shares_LengthMismatch(uint256 a, uint256 b);
    error Shares_TooLate(uint256 until, uint256 nowAt);
    error Shares_TooEarly(uint256 from, uint256 nowAt);
    error Shares_AlreadyCalled(uint256 tree, uint256 index);
    error Shares_NotCalled(uint256 tree, uint256 index);

    /// @notice Returns the bond of a call that was not answered, to who called, once the tree is void or its window over.
    function refundCall(uint256 tree, uint256 index) external;

    function callOf(uint256 tree, uint256 index) external view returns (Call memory);

    /// @notice Network token a call for a leaf costs; it goes to whoever shows the leaf.
    function callBond() external view returns (uint96);
}
