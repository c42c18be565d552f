// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Anchor, Contribution, Item, Pay, Posted, Terms} from "./Structs.sol";

/// @title ContentFaults
/// @notice What can be proven wrong about an item's origin: that it was never anchored, not signed, signed for something
/// else, is a copy, or was left out (spec/settlement.md section 7). As in Faults, a proof that holds voids the
/// settlement and rewards the caller, and one that does not reverts.
/// @dev One thing voids an item alone: a copy its settler could not know of. Nobody is slashed for content that others
/// kept to themselves, or a settler could be made to pay for a clip hidden beforehand.
interface IContentFaults {
    /// @notice An item with everything that shows whose it is and since when: its settlement, its leaf there, what was
    /// signed, and the anchor whose leaf it opens.
    struct Origin {
        Posted posted;
        Terms terms;
        Item item;
        bytes32[] itemProof;
        Contribution contribution;
        Anchor anchor;
        bytes32 salt;
        bytes32[] anchorProof;
    }

    /// @notice A copy: it is not paid, and nothing else of its settlement changes.
    event ItemVoided(uint256 indexed key, uint256 indexed item, address indexed watcher, uint256 first, uint256 copied);
    event ContentShown(bytes32 indexed contentRoot, uint256 indexed key, uint256 item);

    error ContentFaults_NoFault();
    error ContentFaults_WrongItem(uint256 item);
    error ContentFaults_WrongAnchor(uint256 campaign, uint256 firstItem);
    error ContentFaults_WrongLeaf(uint256 item);
    error ContentFaults_WrongOpening(uint256 item);
    error ContentFaults_WrongContribution(uint256 item);
    error ContentFaults_WrongTerms(uint256 key);
    error ContentFaults_WrongPay(uint256 item, uint256 payIndex);
    error ContentFaults_NotAccepted(uint256 item);
    error ContentFaults_AlreadyShown(bytes32 contentRoot);
    error ContentFaults_AlreadyVoid(uint256 key, uint256 item);
    error ContentFaults_AlreadyFinal(uint256 key);

    /// @notice The item's salt, contributor and contribution do not give the leaf that was anchored: it was invented.
    /// @param signatureHash with `salt` it hashes to `item.opening`
    /// @param leaf what was anchored at the item's place
    function proveOpening(
        Posted calldata posted,
        Anchor calldata anchor,
        Item calldata item,
        bytes32[] calldata itemProof,
        bytes32 salt,
        bytes32 signatureHash,
        bytes32 leaf,
        bytes32[] calldata anchorProof
    ) external;

    /// @notice The item has no opening, and does not say that its data never came.
    function proveUnopened(Posted calldata posted, Item calldata item, bytes32[] calldata itemProof) external;

    /// @notice What was signed names another campaign or another contributor than the item.
    function proveContribution(
        Posted calldata posted,
        Item calldata item,
        bytes32[] calldata itemProof,
        Contribution calldata contribution
    ) external;

    /// @notice The signature is not the contributor's, and no approval of his was recorded before the anchor.
    function proveSignature(
        Posted calldata posted,
        Anchor calldata anchor,
        Item calldata item,
        bytes32[] calldata itemProof,
        bytes32 salt,
        bytes calldata signature
    ) external;

    /// @notice Two accepted items have exactly the same content; the one anchored later is the copy. Voids its settlement
    /// if its settler knew: he settled both, or the content had been shown half a challenge window before. Else the
    /// item alone is void: its reward goes back to its campaign.
    /// @param pay the leaf that pays the copy, for the second case
    function proveDuplicate(
        Origin calldata earlier,
        Origin calldata later,
        Pay calldata pay,
        bytes32[] calldata payProof
    ) external;

    /// @notice Writes down that this content was accepted, for every settler to see; anyone may.
    function show(Origin calldata origin) external;

    /// @notice A direct anchor within 1,024 items of the settlement's first, older than the settle window when it was
    /// posted, was left out.
    function proveSkippedAnchor(Posted calldata posted, Terms calldata terms, Anchor calldata anchor) external;

    /// @notice Chain time since when everybody can know that this content was accepted, 0 for never.
    function shownAt(bytes32 contentRoot) external view returns (uint256);

    /// @notice Whether an item alone was voided, as a copy.
    function isItemVoid(uint256 key, uint256 item) external view returns (bool);

    /// @notice What a contributor signs for these fields.
    function digestOf(Contribution calldata contribution) external view returns (bytes32);
}
