// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IArbitrator} from "./IArbitrator.sol";

/// @title Arbitrable
/// @notice ERC-792: a contract that asks an arbitrator and does as it says. Names, types and order are the standard's.
interface IArbitrable {
    /// @notice A ruling was given and enforced.
    event Ruling(IArbitrator indexed _arbitrator, uint256 indexed _disputeID, uint256 _ruling);

    /// @notice Called by the arbitrator. Ruling 0 means "not able or wanting to decide".
    function rule(uint256 _disputeID, uint256 _ruling) external;
}
