// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IParameters} from "./interfaces/IParameters.sol";

/// @title Parameters
/// @notice See IParameters.
contract Parameters is IParameters {
    uint256 public constant MAX_NETWORK_FEE_BPS = 500;
    uint256 public constant MAX_REVIEW_FEE_BPS = 300;
    uint256 public constant MAX_OPERATOR_FEE_BPS = 1000;
    /// @notice No deployment may have shorter windows, whatever its profile.
    uint256 public constant WINDOW_FLOOR = 2;
    /// @notice Ceilings of windows. With every floor at its ceiling a campaign can still be funded: its lapse window is
    /// at least settle + 2 challenge and at most 365 days.
    uint256 public constant MAX_WINDOW = 30 days;
    uint256 public constant MAX_LAPSE = 180 days;

    address public immutable timelock;
    /// @notice Seconds no proposal can take a window below.
    uint40 public immutable hardSettle;
    uint40 public immutable hardChallenge;
    uint40 public immutable hardLapse;
    uint40 public immutable hardPublish;
    uint40 public immutable hardEpoch;
    /// @notice Bounds of bonds and stakes, in the network token.
    uint96 public immutable publishBondFloor;
    uint96 public immutable publishBondCeiling;
    uint96 public immutable epochBondFloor;
    uint96 public immutable epochBondCeiling;
    uint96 public immutable stakeFloor;
    uint96 public immutable stakeCeiling;

    FundingLimits private _funding;
    PublishLimits private _publish;
    EpochLimits private _epoch;
    address public treasury;
    uint96[4] private _stakes;
    mapping(uint32 number => bytes32) public suiteDigest;

    constructor(Setup memory setup) {
        if (setup.timelock == address(0)) revert Parameters_ZeroAddress();
        timelock = setup.timelock;
        hardSettle = setup.floors.settle;
        hardChallenge = setup.floors.challenge;
        hardLapse = setup.floors.lapse;
        hardPublish = setup.floors.publish;
        hardEpoch = setup.floors.epoch;
        (publishBondFloor, publishBondCeiling) = (setup.publishBond.floor, setup.publishBond.ceiling);
        (epochBondFloor, epochBondCeiling) = (setup.epochBond.floor, setup.epochBond.ceiling);
        (stakeFloor, stakeCeiling) = (setup.stakeFloor, setup.stakeCeiling);
        _funding = FundingLimits({
            networkFeeBps: setup.networkFeeBps,
            reviewFeeBps: setup.reviewFeeBps,
            operatorFeeBps: setup.operatorFeeBps,
            settle: setup.windows.settle,
            challenge: setup.windows.challenge,
            lapse: setup.windows.lapse,
            suite: 1
        });
        _publish = PublishLimits(setup.publishBond.value, setup.windows.publish);
        _epoch = EpochLimits(setup.epochBond.value, setup.windows.epoch);
        (treasury, _stakes, suiteDigest[1]) = (setup.treasury, setup.stakes, setup.suite);
        _checkFirst();
    }

    modifier onlyTimelock() {
        if (msg.sender != timelock) revert Parameters_NotTimelock(msg.sender);
        _;
    }

    // Fees

    /// @inheritdoc IParameters
    function setNetworkFee(uint16 bps) external onlyTimelock {
        _within("networkFee", bps, 0, MAX_NETWORK_FEE_BPS);
        emit ParameterSet("networkFee", _funding.networkFeeBps, bps);
        _funding.networkFeeBps = bps;
    }

    /// @inheritdoc IParameters
    function setReviewFeeCeiling(uint16 bps) external onlyTimelock {
        _within("reviewFeeCeiling", bps, 0, MAX_REVIEW_FEE_BPS);
        emit ParameterSet("reviewFeeCeiling", _funding.reviewFeeBps, bps);
        _funding.reviewFeeBps = bps;
    }

    /// @inheritdoc IParameters
    function setOperatorFeeCeiling(uint16 bps) external onlyTimelock {
        _within("operatorFeeCeiling", bps, 0, MAX_OPERATOR_FEE_BPS);
        emit ParameterSet("operatorFeeCeiling", _funding.operatorFeeBps, bps);
        _funding.operatorFeeBps = bps;
    }

    /// @inheritdoc IParameters
    function setTreasury(address treasury_) external onlyTimelock {
        if (treasury_ == address(0)) revert Parameters_ZeroAddress();
        emit ParameterSet("treasury", uint160(treasury), uint160(treasury_));
        treasury = treasury_;
    }

    // Windows

    /// @inheritdoc IParameters
    function setSettleFloor(uint40 window) external onlyTimelock {
        _within("settleFloor", window, hardSettle, MAX_WINDOW);
        emit ParameterSet("settleFloor", _funding.settle, window);
        _funding.settle = window;
    }

    /// @inheritdoc IParameters
    function setChallengeFloor(uint40 window) external onlyTimelock {
        _within("challengeFloor", window, hardChallenge, MAX_WINDOW);
        emit ParameterSet("challengeFloor", _funding.challenge, window);
        _funding.challenge = window;
    }

    /// @inheritdoc IParameters
    function setLapseFloor(uint40 window) external onlyTimelock {
        _within("lapseFloor", window, hardLapse, MAX_LAPSE);
        emit ParameterSet("lapseFloor", _funding.lapse, window);
        _funding.lapse = window;
    }

    /// @inheritdoc IParameters
    function setPublishWindow(uint40 window) external onlyTimelock {
        _within("publishWindow", window, hardPublish, MAX_WINDOW);
        emit ParameterSet("publishWindow", _publish.window, window);
        _publish.window = window;
    }

    /// @inheritdoc IParameters
    function setEpochWindow(uint40 window) external onlyTimelock {
        _within("epochWindow", window, hardEpoch, MAX_WINDOW);
        emit ParameterSet("epochWindow", _epoch.window, window);
        _epoch.window = window;
    }

    // Bonds and stakes

    /// @inheritdoc IParameters
    function setPublishBond(uint96 bond) external onlyTimelock {
        _within("publishBond", bond, publishBondFloor, publishBondCeiling);
        emit ParameterSet("publishBond", _publish.bond, bond);
        _publish.bond = bond;
    }

    /// @inheritdoc IParameters
    function setEpochBond(uint96 bond) external onlyTimelock {
        _within("epochBond", bond, epochBondFloor, epochBondCeiling);
        emit ParameterSet("epochBond", _epoch.bond, bond);
        _epoch.bond = bond;
    }

    /// @inheritdoc IParameters
    function setMinimumStake(uint8 role, uint96 stake) external onlyTimelock {
        uint256 i = _index(role);
        _within("minimumStake", stake, stakeFloor, stakeCeiling);
        emit StakeSet(role, _stakes[i], stake);
        _stakes[i] = stake;
    }

    // Check suite

    /// @inheritdoc IParameters
    function addSuite(uint32 number, bytes32 digest) external onlyTimelock {
        uint32 expected = _funding.suite + 1;
        if (number != expected || digest == 0) revert Parameters_WrongSuite(number, expected, digest);
        _funding.suite = number;
        suiteDigest[number] = digest;
        emit SuiteAdded(number, digest);
    }

    // Views

    /// @inheritdoc IParameters
    function fundingLimits() external view returns (FundingLimits memory) {
        return _funding;
    }

    /// @inheritdoc IParameters
    function publishLimits() external view returns (PublishLimits memory) {
        return _publish;
    }

    /// @inheritdoc IParameters
    function epochLimits() external view returns (EpochLimits memory) {
        return _epoch;
    }

    /// @inheritdoc IParameters
    function minimumOf(uint8 role) external view returns (uint256) {
        return _stakes[_index(role)];
    }

    /// @dev First values keep the bounds that later ones do, and the bounds are in order.
    function _checkFirst() private view {
        _within("settleFloor", hardSettle, WINDOW_FLOOR, MAX_WINDOW);
        _within("challengeFloor", hardChallenge, WINDOW_FLOOR, MAX_WINDOW);
        _within("lapseFloor", hardLapse, WINDOW_FLOOR, MAX_LAPSE);
        _within("publishWindow", hardPublish, WINDOW_FLOOR, MAX_WINDOW);
        _within("epochWindow", hardEpoch, WINDOW_FLOOR, MAX_WINDOW);
        if (treasury == address(0)) revert Parameters_ZeroAddress();
        if (suiteDigest[1] == 0) revert Parameters_WrongSuite(1, 1, 0);
        _within("networkFee", _funding.networkFeeBps, 0, MAX_NETWORK_FEE_BPS);
        _within("reviewFeeCeiling", _funding.reviewFeeBps, 0, MAX_REVIEW_FEE_BPS);
        _within("operatorFeeCeiling", _funding.operatorFeeBps, 0, MAX_OPERATOR_FEE_BPS);
        _within("settleFloor", _funding.settle, hardSettle, MAX_WINDOW);
        _within("challengeFloor", _funding.challenge, hardChallenge, MAX_WINDOW);
        _within("lapseFloor", _funding.lapse, hardLapse, MAX_LAPSE);
        _within("publishWindow", _publish.window, hardPublish, MAX_WINDOW);
        _within("epochWindow", _epoch.window, hardEpoch, MAX_WINDOW);
        _within("publishBond", _publish.bond, publishBondFloor, publishBondCeiling);
        _within("epochBond", _epoch.bond, epochBondFloor, epochBondCeiling);
        for (uint256 i; i < 4; ++i) {
            _within("minimumStake", _stakes[i], stakeFloor, stakeCeiling);
        }
    }

    /// @dev 1, 2, 4, 8 to 0, 1, 2, 3.
    function _index(uint8 role) private pure returns (uint256) {
        if (role == 1) return 0;
        if (role == 2) return 1;
        if (role == 4) return 2;
        if (role == 8) return 3;
        revert Parameters_UnknownRole(role);
    }

    function _within(bytes32 name, uint256 value, uint256 floor, uint256 ceiling) private pure {
        if (value < floor || value > ceiling) revert Parameters_OutOfRange(name, value, floor, ceiling);
    }
}
