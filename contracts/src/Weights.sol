// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Weights
/// @notice A reviewer's weight from his record, `round(1000 ln(p / (1 - p)))` with `p = right / (right + wrong)` held to
/// [.55, .95], exactly (spec/reputation.md section 2).
/// @dev `p / (1 - p)` is `right / wrong`, and `round(1000 ln q) = (floor(2000 ln q) + 1) / 2`. The floor is found bit by
/// bit as the largest k with `e^(k/2000) <= q`, the power a product of at most 13 constants in units of 2^-120, each
/// cut off, as are the products. So a power is too small by less than 2^-115 of itself, and wrong only for a quotient closer than that to it:
/// of counts below 2^32 none comes closer than 2^-77 to any such power (vectors/make_reputation.py checks all), and
/// none is equal (e to a rational is irrational).
library Weights {
    /// @notice A record starts with 2.8 right and 1.2 wrong, in tenths; its weight.
    uint256 internal constant START_RIGHT = 28;
    uint256 internal constant START_WRONG = 12;
    uint256 internal constant START = 847;
    /// @notice Weights at p = .55 and p = .95.
    uint256 internal constant LEAST = 201;
    uint256 internal constant MOST = 2944;

    /// @dev floor(2^120 e^(2^i / 2000)) for i = 12 down to 0, 16 bytes each.
    bytes private constant _POWERS =
        hex"07c09c07b107c2d0c4806c86915399f302c8c886395a90c1f6bad97e06b26a9901ab2b03e555928914189df0459eece3014ab04e8905128835f29e3be89283d90122f52338c125322646771ae1509e8f0110eb6e7331e213f1a7eac71fb592530108531135d53ed70e7b4daf1258eb5a010421027058be09897e5b47b1d11ddc01020e64088f3d5c97e4ec3e3233ea6e010106ab42c7fcdd35c85991e55e68f80100833402418e6d656f8a6e43be19cc010041919b7ee33ce8184f77d3f23c51010020c6b49bc03640e78d4884d07675";

    /// @param right, wrong counts below 2^32
    function milli(uint256 right, uint256 wrong) internal pure returns (uint256) {
        if (9 * right <= 11 * wrong) return LEAST;
        if (right >= 19 * wrong) return MOST;
        bytes memory powers = _POWERS;
        uint256 power = 1 << 120;
        uint256 k;
        for (uint256 i; i < 13; ++i) {
            uint256 next;
            assembly ("memory-safe") {
                next := shr(128, mload(add(add(powers, 0x20), shl(4, i))))
            }
            next = power * next >> 120;
            if (next * wrong <= right << 120) {
                power = next;
                k |= 4096 >> i;
            }
        }
        return (k + 1) >> 1;
    }
}
