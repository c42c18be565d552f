// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Item, Pay, Posted, Terms, Vote} from "./Structs.sol";

/// @title Faults
/// @notice Objective faults of a pending settlement, each proven by preimages and proofs alone (section 7). A proof
/// that holds voids the settlement and rewards the caller; one that does not reverts `Faults_NoFault`.
interface IFaults {
    error Faults_NoFault();
    error Faults_WrongTerms(uint256 key);
    error Faults_WrongVotes(uint256 item);
    error Faults_WrongVerdicts(uint256 key);
    error Faults_WrongNumbers(uint256 payIndex);
    error Faults_WrongProof(uint256 index);
    error Faults_LengthMismatch(uint256 a, uint256 b);

    /// @notice The verdict is not what llr, prior, votes and threshold say, or they are out of bounds.
    function proveVerdict(
        Posted calldata posted,
        Terms calldata terms,
        Item calldata item,
        bytes32[] calldata proof,
        Vote[] calldata votes
    ) external;

    /// @notice The item's two calldata bytes differ from its leaf's verdict and score.
    function proveByte(
        Posted calldata posted,
        Item calldata item,
        bytes32[] calldata proof,
        bytes calldata verdicts,
        Vote[] calldata votes
    ) external;

    /// @notice Reward, share weight or pay index is wrong.
    function proveReward(
        Posted calldata posted,
        Terms calldata terms,
        Item calldata item,
        bytes32[] calldata proof,
        Vote[] calldata votes
    ) external;

    /// @notice A contributor's leaf is not the sum of the items it lists, or lists one the settlement does not have. `items`
    /// must hash to `pay.items` by number; of a number that is none of the settlement's nothing else is read.
    function provePay(
        Posted calldata posted,
        Pay calldata pay,
        bytes32[] calldata proof,
        Item[] calldata items,
        bytes32[][] calldata proofs
    ) external;

    /// @notice A rewarded item points to no leaf, to another's, or to one that does not list it.
    function proveUnpaid(
        Posted calldata posted,
        Item calldata item,
        bytes32[] calldata itemProof,
        Pay calldata pay,
        bytes32[] calldata payProof,
        uint32[] calldata numbers
    ) external;

    /// @notice An unknown kind, a wrong operator leaf, or reviewer leaves `first` to `last` above their cap.
    function proveFee(
        Posted calldata posted,
        Terms calldata terms,
        Pay calldata first,
        bytes32[] calldata firstProof,
        Pay calldata last,
        bytes32[] calldata lastProof
    ) external;

    /// @notice Running sums, order or total of the pay tree are wrong, or a word's budget (`a` its first leaf, `b` its
    /// last) is not what its leaves add up to; `a` may be `b`.
    function proveSum(
        Posted calldata posted,
        Pay calldata a,
        bytes32[] calldata proofA,
        Pay calldata b,
        bytes32[] calldata proofB
    ) external;

    /// @notice The leaf at `index` of the item tree carries another number than `firstItem + index`.
    function proveOrder(Posted calldata posted, uint256 index, Item calldata item, bytes32[] calldata proof) external;
}
