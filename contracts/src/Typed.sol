// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

/// @title Typed
/// @notice EIP-712 digests in another contract's domain: name `Headwater`, version `1`.
library Typed {
    bytes32 private constant _DOMAIN =
        keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)");

    /// @notice What is signed for `verifier`: worthless on another chain and for another deployment.
    function digest(address verifier, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(abi.encode(_DOMAIN, keccak256("Headwater"), keccak256("1"), block.chainid, verifier));
        return MessageHashUtils.toTypedDataHash(domain, structHash);
    }
}
