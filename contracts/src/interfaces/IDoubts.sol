// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Pay, Posted} from "./Structs.sol";

/// @title Doubts
/// @notice What keeps part of a settlement from being paid, or all of it from being final, while somebody decides
/// (spec/settlement.md section 6). Decides nothing itself.
/// @dev Calls suspends; ContentFaults holds; Disputes does both, and fines. All of it is over before the bond is released.
interface IDoubts {
    /// @notice What is unsettled about a settlement.
    /// @param holds not yet lifted; the bond stays locked
    /// @param blocks suspensions not yet lifted
    /// @param rest seconds that were left of the window when the first suspension came
    /// @param fined is gone from the bond
    struct Doubt {
        uint32 holds;
        uint32 blocks;
        uint40 rest;
        uint96 fined;
    }

    /// @param left what the leaf will still be paid, if it was ever held
    /// @param cut goes back to the campaign's escrow when the leaf is paid
    /// @param holds not yet lifted
    struct Held {
        uint96 left;
        uint96 cut;
        uint32 holds;
        bool ever;
    }

    /// @notice Everything this contract is told at deployment.
    struct Parts {
        address settlement;
        address stakes;
        address contentFaults;
        address calls;
        address disputes;
    }

    event BondHeld(uint256 indexed key);
    event BondFreed(uint256 indexed key);
    event LeafHeld(uint256 indexed key, uint256 indexed index);
    event LeafFreed(uint256 indexed key, uint256 indexed index, uint256 cut, uint256 left);
    event CutReturned(uint256 indexed key, uint256 indexed index, uint256 cut);
    event Suspended(uint256 indexed key);
    event Resumed(uint256 indexed key, uint40 finalAt);
    event Fined(uint256 indexed key, uint256 amount, address indexed beneficiary, uint256 rewarded);

    error Doubts_NotKeeper(address caller);
    error Doubts_WrongProof(uint256 key, uint256 index);
    error Doubts_NotHeld(uint256 key, uint256 index);
    error Doubts_NothingCut(uint256 key, uint256 index);
    error Doubts_NotSuspended(uint256 key);
    error Doubts_InDoubt(uint256 key, uint256 holds);
    error Doubts_AboveBond(uint256 key, uint256 fined, uint256 bond);

    /// @notice Keeps a settlement's bond from being released; before it is final.
    function holdBond(Posted calldata posted) external;

    /// @notice Lifts one such hold.
    function freeBond(Posted calldata posted) external;

    /// @notice Keeps one pay leaf of a settlement that is not final from being paid.
    function holdLeaf(Posted calldata posted, Pay calldata pay, bytes32[] calldata proof) external;

    /// @notice Lifts one such hold; `cut`, or what is left of the leaf if that is less, is not paid but goes back to the
    /// campaign's escrow, by `returnCut`. Nothing is cut for an item that was cut before, whoever found it wrong.
    function freeLeaf(Posted calldata posted, uint256 index, uint256 item, uint96 cut) external;

    /// @notice Anyone: what was cut of a leaf whose rest is paid goes back to the campaign's escrow.
    function returnCut(uint256 key, uint256 index) external;

    /// @notice Keeps a settlement that is not final from becoming so.
    function suspend(Posted calldata posted) external;

    /// @notice Lifts one suspension; final not before `finalAt`, and with the last one not before the window has had the
    /// seconds again that were left of it at the first.
    function resume(Posted calldata posted, uint40 finalAt) external;

    /// @notice Takes part of the bond of a settlement that is not void and of which something is held; `rewarded` of it goes to the beneficiary's
    /// collateral, the rest to the campaign's escrow.
    function fine(Posted calldata posted, uint96 amount, address beneficiary, uint96 rewarded) external;

    /// @notice What is gone from the bond; reverts while anything is held.
    function settledFine(uint256 key) external view returns (uint96);

    /// @notice Who a leaf is kept from: holds not yet lifted, and what it will be paid of `amount`.
    function leftOf(uint256 key, uint256 index, uint96 amount) external view returns (bool held, uint96 left);

    function doubtOf(uint256 key) external view returns (Doubt memory);

    /// @notice Whether the pay for an item of a settlement was cut.
    function isCut(uint256 key, uint256 item) external view returns (bool);

    function heldOf(uint256 key, uint256 index) external view returns (Held memory);
}
