// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Stakes
/// @notice Collateral per token that modules lock and slash, and roles bought with the network token.
/// @dev Only tokens that move exactly what they say can be deposited. Locked collateral leaves only through the module
/// that guards it; free collateral and role stakes leave after the unbonding delay, and a stake not while it is held.
/// *Modules* are campaigns, settlement, datasets, faults, reputation, disputes and calls; *keepers* are the modules,
/// the court and the vote faults.
interface IStakes {
    /// @notice Who may lock, hold and slash; fixed at deployment. The court answers for jurors' stakes alone, the vote
    /// faults for reviewers' alone, the modules for everything but jurors'.
    struct Keepers {
        address campaigns;
        address settlement;
        address datasets;
        address faults;
        address reputation;
        address court;
        address disputes;
        address calls;
        address voteFaults;
        address keyFaults;
    }

    /// @param amount what stands behind the role
    /// @param held what open votes may cost, in all; can be above `amount`: one stake stands behind all of them
    struct RoleStake {
        uint96 amount;
        uint96 held;
    }

    /// @param free may be locked by a module or asked back by its owner
    /// @param locked stands behind an open anchor, settlement or version
    struct Collateral {
        uint96 free;
        uint96 locked;
    }

    /// @param amount asked back, no longer free
    /// @param readyAt chain time from which it can be taken
    struct Unbonding {
        uint96 amount;
        uint40 readyAt;
    }

    /// @param account the holder
    /// @param publicKey its X25519 key, to which key shares are sealed
    /// @param endpoint where it answers
    struct Holder {
        address account;
        bytes32 publicKey;
        string endpoint;
    }

    event Deposited(address indexed account, address indexed token, uint256 amount);
    event WithdrawRequested(address indexed account, address indexed token, uint256 amount, uint256 readyAt);
    event Withdrawn(address indexed account, address indexed token, uint256 amount);
    event Locked(address indexed account, address indexed token, uint256 amount);
    event Unlocked(address indexed account, address indexed token, uint256 amount);
    event Slashed(address indexed account, address indexed token, uint256 amount, address watcher, uint256 rewarded);
    event Joined(address indexed account, uint8 indexed role, uint256 amount, uint256 stake);
    event Left(address indexed account, uint8 indexed role, uint256 stake, uint256 readyAt);
    event StakeHeld(address indexed account, uint8 indexed role, uint256 amount, uint256 held);
    event StakeFreed(address indexed account, uint8 indexed role, uint256 amount, uint256 held);
    event StakeSlashed(
        address indexed account,
        uint8 indexed role,
        uint256 amount,
        uint256 stake,
        address beneficiary,
        uint256 rewarded
    );
    event Awarded(address indexed keeper, address indexed account, address indexed token, uint256 amount);
    event StakeWithdrawn(address indexed account, uint8 indexed role, uint256 amount);
    event HolderRegistered(uint256 indexed index, address indexed account, bytes32 publicKey, string endpoint);

    error Stakes_NotModule(address caller);
    error Stakes_NotKeeper(address caller, uint8 role);
    error Stakes_ZeroAmount();
    error Stakes_NotFree(address account, address token, uint256 wanted, uint256 free);
    error Stakes_NotLocked(address account, address token, uint256 wanted, uint256 locked);
    error Stakes_NotHeld(address account, uint8 role, uint256 wanted, uint256 held);
    error Stakes_StillHeld(address account, uint8 role, uint256 held);
    error Stakes_BadReward(address beneficiary, uint256 rewarded, uint256 slashed);
    error Stakes_StillUnbonding(uint256 readyAt, uint256 nowAt);
    error Stakes_NothingUnbonding(address account);
    error Stakes_UnknownRole(uint8 role);
    error Stakes_LacksRole(address account, uint8 role);
    error Stakes_BelowMinimum(uint8 role, uint256 stake, uint256 minimum);
    error Stakes_DelayTooShort(uint256 delay, uint256 floor);
    error Stakes_EmptyKeyOrEndpoint();

    /// @notice Adds `amount` of `token` to the caller's free collateral.
    function deposit(address token, uint256 amount) external;

    /// @notice The same for `account`, paid by the caller.
    function depositFor(address account, address token, uint256 amount) external;

    /// @notice Takes `amount` out of free and starts the unbonding delay; a second request restarts it for the sum.
    function requestWithdraw(address token, uint256 amount) external;

    /// @notice Pays out what was requested, once the delay has passed.
    function withdraw(address token) external;

    /// @notice Modules only: moves `amount` from free to locked; with `role` not 0 the account must have it.
    function lock(address account, address token, uint256 amount, uint8 role) external;

    /// @notice Modules only: moves `amount` from locked to free.
    function unlock(address account, address token, uint256 amount) external;

    /// @notice Modules only: takes `amount` of locked; `rewarded` of it becomes `watcher`'s free collateral, the rest
    /// moves to the calling module, which books it.
    function slash(address account, address token, uint256 amount, address watcher, uint256 rewarded) external;

    /// @notice Keepers only: moves `amount` of the caller's own free collateral, which slashes left there, to `account`'s.
    function award(address account, address token, uint256 amount) external;

    /// @notice Buys `role` (one bit: 1 operator, 2 reviewer, 4 juror, 8 holder) or adds to its stake, which then is at
    /// least today's minimum.
    function join(uint8 role, uint256 amount) external;

    /// @notice Gives `role` up; its stake can be taken after the delay.
    function leave(uint8 role) external;

    /// @notice Takes the stake of a role that was left; not while more is held than a new stake in that role covers.
    function withdrawStake(uint8 role) external;

    /// @notice The role's keeper only: holds `amount` for a vote, if the stake is at least `least`; says whether it did.
    /// What is held cannot be withdrawn until it is freed, however long that takes.
    function holdStake(address account, uint8 role, uint256 amount, uint256 least) external returns (bool);

    /// @notice The role's keeper only: frees what was held.
    function freeStake(address account, uint8 role, uint256 amount) external;

    /// @notice The role's keeper only: takes `amount` from the stake, then from what is leaving; `taken` is less where
    /// less is there. `rewarded` of it (the same part of less) becomes `beneficiary`'s free collateral in the network
    /// token, the rest the caller's, who awards it on. Whose stake falls below half the least
    /// he was or is asked for, the minimum when he joined or today's, loses the role.
    function slashStake(address account, uint8 role, uint256 amount, address beneficiary, uint256 rewarded)
        external
        returns (uint256 taken);

    /// @notice Announces a key holder's endpoint and X25519 key under a new index (from 1; the latest one counts).
    function registerHolder(string calldata endpoint, bytes32 publicKey) external returns (uint256 index);

    function collateralOf(address account, address token) external view returns (uint256 free, uint256 locked);

    function unbondingOf(address account, address token) external view returns (uint256 amount, uint256 readyAt);

    function stakeOf(address account, uint8 role) external view returns (uint256);

    /// @notice What open votes of the account may cost its stake, in all.
    function heldOf(address account, uint8 role) external view returns (uint256);

    function stakeUnbonding(address account, uint8 role) external view returns (uint256 amount, uint256 readyAt);

    /// @notice The token of role stakes.
    function networkToken() external view returns (address);

    /// @notice Seconds from leaving to withdrawing.
    function unbonding() external view returns (uint256);

    /// @notice Least stake of those who join a role now (IParameters); reverts unless `role` is exactly one known bit.
    function minimumOf(uint8 role) external view returns (uint256);

    /// @notice Bitmask of the account's roles.
    function rolesOf(address account) external view returns (uint8);

    function hasRole(address account, uint8 role) external view returns (bool);

    /// @notice Current members, in no lasting order: leaving moves the last one into the gap.
    function memberCount(uint8 role) external view returns (uint256);

    function memberAt(uint8 role, uint256 i) external view returns (address);

    /// @notice Holder indices run from 1 to this.
    function holderCount() external view returns (uint256);

    function holderAt(uint256 index) external view returns (Holder memory);

    /// @notice The account's latest holder index, 0 if none.
    function holderIndexOf(address account) external view returns (uint256);
}
