// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";

/// @title HeadwaterTimelock
/// @notice OpenZeppelin's timelock, owner of Parameters. The Governor alone proposes, anyone executes, nobody is admin
/// but the timelock itself, from its first block on.
/// @dev What it adds: the delay stays between a floor fixed at deployment and a ceiling. A captured vote can then not
/// take away the time others have to leave, and no vote can lock governance up for good.
contract HeadwaterTimelock is TimelockController {
    uint256 public constant MAX_DELAY = 30 days;

    /// @notice Least seconds between queueing and execution that any proposal can set.
    uint256 public immutable minDelayFloor;

    error HeadwaterTimelock_DelayOutOfRange(uint256 delay, uint256 floor, uint256 ceiling);

    /// @param delay seconds between queueing and execution
    /// @param floor least such delay, for ever
    /// @param governor the only proposer and canceller
    constructor(uint256 delay, uint256 floor, address governor)
        TimelockController(delay, _only(governor), _only(address(0)), address(0))
    {
        minDelayFloor = floor;
        _check(delay, floor);
    }

    /// @inheritdoc TimelockController
    function updateDelay(uint256 newDelay) public override {
        _check(newDelay, minDelayFloor);
        super.updateDelay(newDelay);
    }

    function _check(uint256 delay, uint256 floor) private pure {
        if (delay < floor || delay > MAX_DELAY) revert HeadwaterTimelock_DelayOutOfRange(delay, floor, MAX_DELAY);
    }

    function _only(address account) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = account;
    }
}
