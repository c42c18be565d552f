// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";
import {ERC20Votes} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Votes.sol";
import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {Time} from "@openzeppelin/contracts/utils/types/Time.sol";

/// @title HeadwaterToken
/// @notice The network token: staked for roles, voted with by the Governor. Fixed supply, nobody can mint more.
contract HeadwaterToken is ERC20, ERC20Permit, ERC20Votes {
    /// @param holder receives the whole supply
    /// @param supply in the smallest unit (18 decimals)
    constructor(address holder, uint256 supply) ERC20("Headwater", "HDW") ERC20Permit("Headwater") {
        _mint(holder, supply);
    }

    /// @notice Votes are kept by chain time, not by block: block times differ per chain, and the windows of a vote are
    /// seconds like every other window (EIP-6372).
    function clock() public view override returns (uint48) {
        return Time.timestamp();
    }

    function CLOCK_MODE() public pure override returns (string memory) {
        return "mode=timestamp";
    }

    function nonces(address owner) public view override(ERC20Permit, Nonces) returns (uint256) {
        return super.nonces(owner);
    }

    function _update(address from, address to, uint256 value) internal override(ERC20, ERC20Votes) {
        super._update(from, to, value);
    }
}
