// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Parameters} from "../src/Parameters.sol";
import {IParameters} from "../src/interfaces/IParameters.sol";

/// @notice Parameters that tests begin with; `minimum` is the least stake of every role.
function newParameters(address timelock, address treasury, uint256 minimum) returns (Parameters) {
    IParameters.Setup memory setup;
    (setup.timelock, setup.treasury) = (timelock, treasury);
    (setup.networkFeeBps, setup.reviewFeeBps, setup.operatorFeeBps) = (250, 300, 1000);
    setup.windows = IParameters.Windows(2, 2, 2, 5, 20);
    setup.floors = IParameters.Windows(2, 2, 2, 2, 2);
    setup.publishBond = IParameters.Range(0, 10 ether, 100 ether);
    setup.epochBond = IParameters.Range(1 ether, 50 ether, 5000 ether);
    for (uint256 i; i < 4; ++i) {
        setup.stakes[i] = uint96(minimum);
    }
    (setup.stakeFloor, setup.stakeCeiling) = (uint96(minimum / 10), uint96(10 * minimum));
    setup.suite = keccak256("suite");
    return new Parameters(setup);
}
