// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title LocalDollar
/// @notice LOCAL NETWORKS ONLY. Stands in for a stablecoin in demos and tests; its deployer mints at will.
contract LocalDollar is ERC20, ERC20Permit {
    address public immutable minter;

    error LocalDollar_NotMinter(address caller, address minter);

    constructor() ERC20("Local Dollar", "LUSD") ERC20Permit("Local Dollar") {
        minter = msg.sender;
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @notice Mints `amount` (6 decimals) to `to`; only the deployer.
    function mint(address to, uint256 amount) external {
        if (msg.sender != minter) revert LocalDollar_NotMinter(msg.sender, minter);
        _mint(to, amount);
    }
}
