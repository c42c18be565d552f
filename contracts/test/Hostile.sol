// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";

/// @notice Keeps one percent of every transfer.
contract FeeToken is ERC20("Fee", "FEE") {
    constructor() {
        _mint(msg.sender, 1e30);
    }

    function _update(address from, address to, uint256 value) internal override {
        if (from != address(0) && to != address(0)) {
            super._update(from, address(0xfee), value / 100);
            value -= value / 100;
        }
        super._update(from, to, value);
    }
}

/// @notice Calls back into whoever it is told to on every transfer, and notes whether that succeeded.
contract ReentrantToken is ERC20("Reentrant", "RE") {
    address private _target;
    bytes private _call;
    bool public tried;
    bool public succeeded;

    constructor() {
        _mint(msg.sender, 1e30);
    }

    function arm(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (_target == address(0)) return;
        address target = _target;
        _target = address(0);
        tried = true;
        (succeeded,) = target.call(_call);
    }
}

/// @notice Refuses transfers to one account.
contract BlockingToken is ERC20("Blocking", "BL") {
    address public blocked;

    error Blocked();

    constructor() {
        _mint(msg.sender, 1e30);
    }

    function setBlocked(address account) external {
        blocked = account;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (to == blocked && to != address(0)) revert Blocked();
        super._update(from, to, value);
    }
}

/// @notice A buyer whose hook tries to buy again.
contract ReentrantBuyer {
    address private _target;
    bytes private _call;
    bool public tried;
    bool public succeeded;

    function arm(address target, bytes calldata call) external {
        (_target, _call) = (target, call);
    }

    function onERC1155Received(address, address, uint256, uint256, bytes calldata) external returns (bytes4) {
        if (_target != address(0)) {
            address target = _target;
            _target = address(0);
            tried = true;
            (succeeded,) = target.call(_call);
        }
        return this.onERC1155Received.selector;
    }
}
