// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor, Pay, Posted, SettleInput, Terms} from "./Structs.sol";

/// @title Settlement
/// @notice Verdicts and pay for consecutive anchors, optimistic: final unless proven wrong within the window.
/// @dev Holds no tokens. A settlement can only ever spend its own `funded`.
interface ISettlement {
    /// @param funded what the settlement may pay in all
    /// @param paid what it has paid
    /// @param finalAt from when claims run
    /// @param status 0 unknown, 1 posted, 2 void
    /// @param challenges open ones block finality (the court, later)
    /// @param released bond and deposits were settled
    struct Slot {
        uint96 funded;
        uint96 paid;
        uint40 finalAt;
        uint8 status;
        uint8 challenges;
        bool released;
    }

    event Settled(uint256 indexed key, uint256 indexed campaign, Posted posted, bytes verdicts);
    event Voided(uint256 indexed key, address indexed watcher, address indexed settler, uint256 bond);
    event Claimed(uint256 indexed key, address indexed account, uint256 index, uint256 amount);
    event Pushed(uint256 indexed key, uint256 from, uint256 count, uint256 paid);
    event Released(uint256 indexed key, uint256 bond, uint256 forfeited);
    event Reclaimed(uint256 indexed key);

    error Settlement_NotFaults(address caller);
    error Settlement_NoAnchors();
    error Settlement_AnchorsNotConsecutive(uint256 firstItem, uint256 expected);
    error Settlement_AnchorersWindow(uint256 until, address anchorer);
    error Settlement_VerdictBytes(uint256 length, uint256 expected);
    error Settlement_TotalAboveReserve(uint256 total, uint256 reserve);
    error Settlement_PayCountOutOfRange(uint256 count, uint256 limit);
    error Settlement_TotalWithoutPays(uint256 total, uint256 payCount);
    error Settlement_WrongPreimage(uint256 key);
    error Settlement_WrongTerms(uint256 key);
    error Settlement_WrongAnchors(uint256 key);
    error Settlement_WrongVerdicts(uint256 key);
    error Settlement_NotVoid(uint256 key);
    error Settlement_AttemptTaken(uint256 key);
    error Settlement_VoidedSettler(address settler);
    error Settlement_NotFinal(uint256 key, uint256 finalAt, uint256 nowAt);
    error Settlement_AlreadyFinal(uint256 key, uint256 finalAt, uint256 nowAt);
    error Settlement_AlreadyReleased(uint256 key);
    error Settlement_NotLapsed(uint256 key, uint256 at);
    error Settlement_WrongProof(uint256 key, uint256 index);
    error Settlement_AlreadyPaid(uint256 key, uint256 index);
    error Settlement_AboveFunded(uint256 key, uint256 wanted, uint256 funded);
    error Settlement_TransferFailed(address token, address account, uint256 amount);
    error Settlement_LengthMismatch(uint256 a, uint256 b);
    error Settlement_NotInOrder(uint256 index, uint256 expected);

    /// @notice Posts verdicts and pay for the next anchors of a campaign's queue; operators with free collateral only.
    function settle(Terms calldata terms, Anchor[] calldata anchors, SettleInput calldata input)
        external
        returns (uint256 key);

    /// @notice Replaces a voided settlement over exactly its anchors; `voided` has every earlier attempt, 0 first.
    function resettle(
        Terms calldata terms,
        Anchor[] calldata anchors,
        SettleInput calldata input,
        Posted[] calldata voided
    ) external returns (uint256 key);

    /// @notice Pays one leaf to its account, whoever calls.
    function claim(Posted calldata posted, Pay calldata pay, bytes32[] calldata proof) external;

    /// @notice One leaf of each of several settlements.
    function claimMany(Posted[] calldata posted, Pay[] calldata pays, bytes32[][] calldata proofs) external;

    /// @notice Pays the leaves `[from, from + pays.length)`; skips what is paid and what a token refuses.
    function push(Posted calldata posted, Pay[] calldata pays, uint256 from, bytes32[] calldata proof) external;

    /// @notice After final, once: unlocks the bond and the anchors' deposits, forfeits those of verdicts 2 and 3.
    function release(Posted calldata posted, Terms calldata terms, Anchor[] calldata anchors, bytes calldata verdicts)
        external;

    /// @notice Unlocks the deposits of a voided settlement nobody replaced, past deadline and lapse window.
    function reclaim(Posted calldata posted, Terms calldata terms, Anchor[] calldata anchors) external;

    /// @notice Faults only: a fault was proven. Funds and reserve return, the bond goes half to `watcher`.
    function void(Posted calldata posted, address watcher) external;

    function slotOf(uint256 key) external view returns (Slot memory);

    function postedHash(uint256 key) external view returns (bytes32);

    function isFinal(uint256 key) external view returns (bool);

    function isPaid(uint256 key, uint256 index) external view returns (bool);

    /// @notice Reverts unless `posted` is what stands under its key.
    function check(Posted calldata posted) external view;
}
