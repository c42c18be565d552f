// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Parameters
/// @notice The numbers governance decides, each between bounds that nobody can move (spec/governance.md).
/// @dev Only the timelock writes. Nothing here holds money, and nothing here is read again once it has been used: a
/// campaign, a version, a role's stake and an epoch keep what stood when they were made.
interface IParameters {
    /// @notice What a campaign's terms are held to when it is funded; one slot.
    /// @param networkFeeBps the network's part of later sales
    /// @param reviewFeeBps ceiling of `reviewFeeBps`
    /// @param operatorFeeBps ceiling of `operatorFeeBps`
    /// @param settle seconds, floor of `settleWindow`
    /// @param challenge seconds, floor of `challengeWindow`
    /// @param lapse seconds, floor of `lapseWindow`
    /// @param suite number of the current check suite
    struct FundingLimits {
        uint16 networkFeeBps;
        uint16 reviewFeeBps;
        uint16 operatorFeeBps;
        uint40 settle;
        uint40 challenge;
        uint40 lapse;
        uint32 suite;
    }

    /// @notice What publishing a dataset version takes.
    /// @param bond of the network token, locked until sales unlock
    /// @param window seconds until sales unlock
    struct PublishLimits {
        uint96 bond;
        uint40 window;
    }

    /// @notice What posting a reputation epoch takes.
    /// @param bond of the network token, locked until the epoch is final
    /// @param window seconds in which it can be proven wrong
    struct EpochLimits {
        uint96 bond;
        uint40 window;
    }

    /// @notice Seconds; what each is for stands at its setter.
    struct Windows {
        uint40 settle;
        uint40 challenge;
        uint40 lapse;
        uint40 publish;
        uint40 epoch;
    }

    /// @notice A first value of the network token and the bounds it can never leave.
    struct Range {
        uint96 floor;
        uint96 value;
        uint96 ceiling;
    }

    /// @notice First values, and the bounds that are fixed with them. Ceilings of fees and windows are constants.
    /// @param timelock the only writer, for ever
    /// @param treasury receives network fees and the network's half of a slashed epoch bond
    /// @param windows first values
    /// @param floors what no proposal can take a window below
    /// @param stakes first values of operator, reviewer, juror and holder
    /// @param stakeFloor, stakeCeiling bounds of all four
    /// @param suite digest of check suite 1
    struct Setup {
        address timelock;
        address treasury;
        uint16 networkFeeBps;
        uint16 reviewFeeBps;
        uint16 operatorFeeBps;
        Windows windows;
        Windows floors;
        Range publishBond;
        Range epochBond;
        uint96[4] stakes;
        uint96 stakeFloor;
        uint96 stakeCeiling;
        bytes32 suite;
    }

    event ParameterSet(bytes32 indexed name, uint256 before, uint256 value);
    event StakeSet(uint8 indexed role, uint256 before, uint256 value);
    event SuiteAdded(uint32 indexed number, bytes32 digest);

    error Parameters_NotTimelock(address caller);
    error Parameters_OutOfRange(bytes32 name, uint256 value, uint256 floor, uint256 ceiling);
    error Parameters_UnknownRole(uint8 role);
    error Parameters_ZeroAddress();
    error Parameters_WrongSuite(uint32 number, uint32 expected, bytes32 digest);

    /// @notice The network's part of sales in campaigns funded from now on; at most 500.
    function setNetworkFee(uint16 bps) external;

    /// @notice Highest review fee of campaigns funded from now on; at most 300.
    function setReviewFeeCeiling(uint16 bps) external;

    /// @notice Highest operator fee of campaigns funded from now on; at most 1,000.
    function setOperatorFeeCeiling(uint16 bps) external;

    /// @notice Shortest settle window of campaigns funded from now on.
    function setSettleFloor(uint40 window) external;

    /// @notice Shortest challenge window of campaigns funded from now on.
    function setChallengeFloor(uint40 window) external;

    /// @notice Shortest lapse window of campaigns funded from now on.
    function setLapseFloor(uint40 window) external;

    /// @notice Seconds until the sales of versions published from now on unlock.
    function setPublishWindow(uint40 window) external;

    /// @notice Bond of versions published from now on.
    function setPublishBond(uint96 bond) external;

    /// @notice Seconds in which epochs posted from now on can be proven wrong.
    function setEpochWindow(uint40 window) external;

    /// @notice Bond of epochs posted from now on.
    function setEpochBond(uint96 bond) external;

    /// @notice Least stake of those who join `role` from now on.
    function setMinimumStake(uint8 role, uint96 stake) external;

    /// @notice Where network fees go from now on.
    function setTreasury(address treasury_) external;

    /// @notice Makes `digest` the current check suite; `number` is one more than the current one's. Earlier suites stay
    /// readable for the campaigns that were funded under them.
    function addSuite(uint32 number, bytes32 digest) external;

    /// @notice One call, one slot.
    function fundingLimits() external view returns (FundingLimits memory);

    function publishLimits() external view returns (PublishLimits memory);

    function epochLimits() external view returns (EpochLimits memory);

    function treasury() external view returns (address);

    /// @notice Least stake of a role; reverts unless `role` is exactly one known bit.
    function minimumOf(uint8 role) external view returns (uint256);

    /// @notice Digest of a check suite, zero for one that never was.
    function suiteDigest(uint32 number) external view returns (bytes32);
}
