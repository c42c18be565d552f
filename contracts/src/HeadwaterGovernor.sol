// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Governor} from "@openzeppelin/contracts/governance/Governor.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {GovernorCountingSimple} from "@openzeppelin/contracts/governance/extensions/GovernorCountingSimple.sol";
import {GovernorSettings} from "@openzeppelin/contracts/governance/extensions/GovernorSettings.sol";
import {GovernorTimelockControl} from "@openzeppelin/contracts/governance/extensions/GovernorTimelockControl.sol";
import {GovernorVotes} from "@openzeppelin/contracts/governance/extensions/GovernorVotes.sol";
import {
    GovernorVotesQuorumFraction
} from "@openzeppelin/contracts/governance/extensions/GovernorVotesQuorumFraction.sol";
import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @title HeadwaterGovernor
/// @notice OpenZeppelin's Governor over the network token, with its names and events, so that tools that know it work.
/// Times are seconds (the token's clock). What passes runs from the timelock.
/// @dev What it adds: its own settings stay between bounds. Floors are fixed at deployment, so that no vote can hurry the
/// next one; ceilings are here, so that no majority can price everyone else out of proposing.
contract HeadwaterGovernor is
    Governor,
    GovernorSettings,
    GovernorCountingSimple,
    GovernorVotes,
    GovernorVotesQuorumFraction,
    GovernorTimelockControl
{
    uint256 public constant MAX_VOTING_DELAY = 30 days;
    uint256 public constant MAX_VOTING_PERIOD = 30 days;
    uint256 public constant MIN_QUORUM_PERCENT = 1;
    uint256 public constant MAX_QUORUM_PERCENT = 30;
    uint256 public constant MAX_THRESHOLD_PERCENT = 1;

    /// @notice Floors of `votingDelay` and `votingPeriod`, in seconds.
    uint256 public immutable votingDelayFloor;
    uint256 public immutable votingPeriodFloor;
    /// @notice Ceiling of `proposalThreshold`; the supply is fixed.
    uint256 public immutable maxThreshold;

    /// @param votingDelay seconds from proposal to snapshot
    /// @param votingPeriod seconds from snapshot to the last vote
    /// @param votingDelayFloor what no proposal can go below, for ever
    /// @param votingPeriodFloor the same
    /// @param proposalThreshold votes a proposer needs, in the token's smallest unit
    /// @param quorumPercent of the supply: votes for and abstaining that make a vote count
    struct Settings {
        uint48 votingDelay;
        uint32 votingPeriod;
        uint48 votingDelayFloor;
        uint32 votingPeriodFloor;
        uint256 proposalThreshold;
        uint256 quorumPercent;
    }

    error HeadwaterGovernor_OutOfRange(uint256 value, uint256 floor, uint256 ceiling);

    constructor(IVotes token_, TimelockController timelock_, Settings memory settings)
        Governor("Headwater Governor")
        GovernorSettings(settings.votingDelay, settings.votingPeriod, settings.proposalThreshold)
        GovernorVotes(token_)
        GovernorVotesQuorumFraction(settings.quorumPercent)
        GovernorTimelockControl(timelock_)
    {
        votingDelayFloor = settings.votingDelayFloor;
        votingPeriodFloor = settings.votingPeriodFloor;
        maxThreshold = IERC20(address(token_)).totalSupply() * MAX_THRESHOLD_PERCENT / 100;
        _within(settings.votingDelay, settings.votingDelayFloor, MAX_VOTING_DELAY);
        _within(settings.votingPeriod, settings.votingPeriodFloor, MAX_VOTING_PERIOD);
        _within(settings.proposalThreshold, 0, maxThreshold);
        _within(settings.quorumPercent, MIN_QUORUM_PERCENT, MAX_QUORUM_PERCENT);
    }

    // Bounded settings

    /// @inheritdoc GovernorSettings
    function setVotingDelay(uint48 newVotingDelay) public override {
        _within(newVotingDelay, votingDelayFloor, MAX_VOTING_DELAY);
        super.setVotingDelay(newVotingDelay);
    }

    /// @inheritdoc GovernorSettings
    function setVotingPeriod(uint32 newVotingPeriod) public override {
        _within(newVotingPeriod, votingPeriodFloor, MAX_VOTING_PERIOD);
        super.setVotingPeriod(newVotingPeriod);
    }

    /// @inheritdoc GovernorSettings
    function setProposalThreshold(uint256 newProposalThreshold) public override {
        _within(newProposalThreshold, 0, maxThreshold);
        super.setProposalThreshold(newProposalThreshold);
    }

    /// @inheritdoc GovernorVotesQuorumFraction
    function updateQuorumNumerator(uint256 newQuorumNumerator) public override {
        _within(newQuorumNumerator, MIN_QUORUM_PERCENT, MAX_QUORUM_PERCENT);
        super.updateQuorumNumerator(newQuorumNumerator);
    }

    // What two bases both say

    function state(uint256 proposalId) public view override(Governor, GovernorTimelockControl) returns (ProposalState) {
        return super.state(proposalId);
    }

    function proposalNeedsQueuing(uint256 proposalId)
        public
        view
        override(Governor, GovernorTimelockControl)
        returns (bool)
    {
        return super.proposalNeedsQueuing(proposalId);
    }

    function proposalThreshold() public view override(Governor, GovernorSettings) returns (uint256) {
        return super.proposalThreshold();
    }

    function _queueOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint48) {
        return super._queueOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _executeOperations(
        uint256 proposalId,
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) {
        super._executeOperations(proposalId, targets, values, calldatas, descriptionHash);
    }

    function _cancel(
        address[] memory targets,
        uint256[] memory values,
        bytes[] memory calldatas,
        bytes32 descriptionHash
    ) internal override(Governor, GovernorTimelockControl) returns (uint256) {
        return super._cancel(targets, values, calldatas, descriptionHash);
    }

    function _executor() internal view override(Governor, GovernorTimelockControl) returns (address) {
        return super._executor();
    }

    function _within(uint256 value, uint256 floor, uint256 ceiling) private pure {
        if (value < floor || value > ceiling) revert HeadwaterGovernor_OutOfRange(value, floor, ceiling);
    }
}
