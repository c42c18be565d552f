// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IERC1155MetadataURI} from "@openzeppelin/contracts/token/ERC1155/extensions/IERC1155MetadataURI.sol";

/// @title Licences
/// @notice Soulbound ERC-1155: one id per dataset version and offer, the expiry packed with the balance.
interface ILicences is IERC1155MetadataURI {
    error Licences_Soulbound();
    error Licences_NotDatasets(address caller);
    error Licences_ZeroAccount();
    error Licences_LengthMismatch(uint256 a, uint256 b);

    /// @notice Expiry of a licence moved (0: for ever).
    event Extended(address indexed account, uint256 indexed id, uint256 expiry);

    /// @notice Datasets only: one more licence for `account`; `duration` seconds are added to what is left, 0 is for ever.
    function mint(address account, uint256 id, uint256 duration) external;

    /// @return expiry chain time the licence ends, 0 for ever (see `isValid` for whether there is one)
    function expiryOf(address account, uint256 id) external view returns (uint256 expiry);

    /// @notice Whether `account` holds `id`, unexpired.
    function isValid(address account, uint256 id) external view returns (bool);
}
