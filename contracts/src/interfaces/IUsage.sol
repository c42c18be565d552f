// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Usage
/// @notice Roots of what was done with data: operators anchor buyers' usage receipts, key holders their release logs.
/// @dev Append only. Each poster's roots are a chain of hashes whose head is all that is stored, so that nobody can drop,
/// reorder or change what he once anchored: recomputing the chain from the events must give `headOf`. A root says that
/// its poster vouched for it then; what it holds is for readers to check.
interface IUsage {
    /// @notice One root in a poster's chain.
    /// @param previous hash of the poster's link before, zero for none
    /// @param kind 0 usage receipts, 1 releases
    /// @param dataset, number version the receipts are of; zero for releases
    /// @param root of the tree of `count` digests
    /// @param cid digest of the record that lists them
    /// @param time chain time
    struct Link {
        bytes32 previous;
        address poster;
        uint8 kind;
        uint256 dataset;
        uint32 number;
        bytes32 root;
        uint32 count;
        bytes32 cid;
        uint40 time;
    }

    event UsageAnchored(address indexed poster, uint256 indexed dataset, Link link);

    error Usage_EmptyRoot();

    /// @notice Anchors `count` usage receipts of a dataset version; operators only.
    /// @return hash of the new link
    function anchorUsage(uint256 dataset, uint32 number, bytes32 root, uint32 count, bytes32 cid)
        external
        returns (bytes32 hash);

    /// @notice Anchors `count` entries of the caller's release log; key holders only.
    /// @return hash of the new link
    function anchorReleases(bytes32 root, uint32 count, bytes32 cid) external returns (bytes32 hash);

    /// @notice Hash of a poster's latest link, zero for none.
    function headOf(address poster) external view returns (bytes32);

    /// @notice `H(abi.encode(tag, chainId, Usage, link))`.
    function linkHash(Link calldata link) external view returns (bytes32);
}
