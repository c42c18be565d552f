// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IArbitrable} from "./IArbitrable.sol";

/// @title Arbitrator
/// @notice ERC-792: who decides disputes for contracts that ask. Names, types and order are the standard's.
interface IArbitrator {
    enum DisputeStatus {
        Waiting,
        Appealable,
        Solved
    }

    /// @notice A dispute was created by `_arbitrable`.
    event DisputeCreation(uint256 indexed _disputeID, IArbitrable indexed _arbitrable);

    /// @notice The current ruling can be appealed.
    event AppealPossible(uint256 indexed _disputeID, IArbitrable indexed _arbitrable);

    /// @notice The current ruling was appealed.
    event AppealDecision(uint256 indexed _disputeID, IArbitrable indexed _arbitrable);

    /// @notice Called by the arbitrable with at least `arbitrationCost(_extraData)`; choices are 1 to `_choices`, and 0
    /// is "refused to arbitrate".
    function createDispute(uint256 _choices, bytes calldata _extraData) external payable returns (uint256 disputeID);

    /// @notice What a dispute costs, in the chain's coin.
    function arbitrationCost(bytes calldata _extraData) external view returns (uint256 cost);

    /// @notice Called by the arbitrable with at least `appealCost(_disputeID, _extraData)`.
    function appeal(uint256 _disputeID, bytes calldata _extraData) external payable;

    /// @notice What an appeal costs, in the chain's coin.
    function appealCost(uint256 _disputeID, bytes calldata _extraData) external view returns (uint256 cost);

    /// @notice The current or next appeal period; (0, 0) if there is none or it is not known yet.
    function appealPeriod(uint256 _disputeID) external view returns (uint256 start, uint256 end);

    function disputeStatus(uint256 _disputeID) external view returns (DisputeStatus status);

    /// @notice The ruling that was given, or that will be given if there is no appeal.
    function currentRuling(uint256 _disputeID) external view returns (uint256 ruling);
}
