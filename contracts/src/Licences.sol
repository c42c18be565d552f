// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1155} from "@openzeppelin/contracts/token/ERC1155/IERC1155.sol";
import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";
import {ERC1155Utils} from "@openzeppelin/contracts/token/ERC1155/utils/ERC1155Utils.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {ILicences} from "./interfaces/ILicences.sol";

/// @title Licences
/// @notice See ILicences.
contract Licences is ILicences {
    struct Held {
        uint64 balance;
        uint64 expiry;
    }

    address public immutable datasets;
    string private _uri;

    mapping(uint256 id => mapping(address account => Held)) private _held;

    constructor(address datasets_, string memory uri_) {
        datasets = datasets_;
        _uri = uri_;
    }

    /// @inheritdoc ILicences
    function mint(address account, uint256 id, uint256 duration) external {
        if (msg.sender != datasets) revert Licences_NotDatasets(msg.sender);
        if (account == address(0)) revert Licences_ZeroAccount();
        Held memory held = _held[id][account];
        if (duration == 0 || (held.balance > 0 && held.expiry == 0)) {
            held.expiry = 0;
        } else {
            held.expiry = uint64((held.expiry > block.timestamp ? held.expiry : block.timestamp) + duration);
        }
        held.balance += 1;
        _held[id][account] = held;
        emit TransferSingle(msg.sender, address(0), account, id, 1);
        if (held.expiry != 0) emit Extended(account, id, held.expiry);
        ERC1155Utils.checkOnERC1155Received(msg.sender, address(0), account, id, 1, "");
    }

    /// @inheritdoc ILicences
    function expiryOf(address account, uint256 id) external view returns (uint256) {
        return _held[id][account].expiry;
    }

    /// @inheritdoc ILicences
    function isValid(address account, uint256 id) external view returns (bool) {
        Held memory held = _held[id][account];
        return held.balance > 0 && (held.expiry == 0 || block.timestamp < held.expiry);
    }

    /// @inheritdoc IERC1155
    function balanceOf(address account, uint256 id) public view returns (uint256) {
        return _held[id][account].balance;
    }

    /// @inheritdoc IERC1155
    function balanceOfBatch(address[] calldata accounts, uint256[] calldata ids)
        external
        view
        returns (uint256[] memory balances)
    {
        if (accounts.length != ids.length) revert Licences_LengthMismatch(accounts.length, ids.length);
        balances = new uint256[](ids.length);
        for (uint256 i; i < ids.length; ++i) {
            balances[i] = balanceOf(accounts[i], ids[i]);
        }
    }

    /// @notice The same template for every id; clients put the id in for `{id}`.
    function uri(uint256) external view returns (string memory) {
        return _uri;
    }

    /// @notice A licence stays with its buyer.
    function setApprovalForAll(address, bool) external pure {
        revert Licences_Soulbound();
    }

    /// @inheritdoc IERC1155
    function isApprovedForAll(address, address) external pure returns (bool) {
        return false;
    }

    /// @notice A licence stays with its buyer.
    function safeTransferFrom(address, address, uint256, uint256, bytes calldata) external pure {
        revert Licences_Soulbound();
    }

    /// @notice A licence stays with its buyer.
    function safeBatchTransferFrom(address, address, uint256[] calldata, uint256[] calldata, bytes calldata)
        external
        pure
    {
        revert Licences_Soulbound();
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 id) external pure returns (bool) {
        return id == type(IERC165).interfaceId || id == type(IERC1155).interfaceId
            || id == type(IERC1155MetadataURI).interfaceId;
    }
}
