// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IStakes} from "./interfaces/IStakes.sol";
import {IUsage} from "./interfaces/IUsage.sol";

/// @title Usage
/// @notice See IUsage.
contract Usage is IUsage {
    uint8 public constant RECEIPTS = 0;
    uint8 public constant RELEASES = 1;
    uint8 private constant _OPERATOR = 1;
    uint8 private constant _HOLDER = 8;
    bytes32 private constant _LINK = keccak256("headwater.usage.v1");

    IStakes public immutable stakes;

    mapping(address poster => bytes32) public headOf;

    constructor(IStakes stakes_) {
        stakes = stakes_;
    }

    /// @inheritdoc IUsage
    function anchorUsage(uint256 dataset, uint32 number, bytes32 root, uint32 count, bytes32 cid)
        external
        returns (bytes32)
    {
        return _append(_OPERATOR, RECEIPTS, dataset, number, root, count, cid);
    }

    /// @inheritdoc IUsage
    function anchorReleases(bytes32 root, uint32 count, bytes32 cid) external returns (bytes32) {
        return _append(_HOLDER, RELEASES, 0, 0, root, count, cid);
    }

    /// @inheritdoc IUsage
    function linkHash(Link memory link) public view returns (bytes32) {
        return keccak256(abi.encode(_LINK, block.chainid, address(this), link));
    }

    function _append(uint8 role, uint8 kind, uint256 dataset, uint32 number, bytes32 root, uint32 count, bytes32 cid)
        private
        returns (bytes32 hash)
    {
        if (stakes.rolesOf(msg.sender) & role == 0) revert IStakes.Stakes_LacksRole(msg.sender, role);
        if (root == 0 || count == 0) revert Usage_EmptyRoot();
        Link memory link =
            Link(headOf[msg.sender], msg.sender, kind, dataset, number, root, count, cid, uint40(block.timestamp));
        hash = linkHash(link);
        headOf[msg.sender] = hash;
        emit UsageAnchored(msg.sender, dataset, link);
    }
}
