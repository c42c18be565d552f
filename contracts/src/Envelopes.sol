// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Envelopes
/// @notice Reads one field of a canonical `key-envelope/1` (spec/keys.md section 4) without decoding it.
/// @dev In dag-cbor a holder's map is {index, sealed, address, commitment}, shorter keys first. The bytes looked for, 97 of
/// them, are longer than any byte string in the record, and a holder signs only for envelopes it has read: so they can
/// stand nowhere but in that holder's map.
library Envelopes {
    uint256 private constant _TEXT = 42; // an account as EIP-55 text
    uint256 private constant _LENGTH = 97;

    /// @notice What the envelope commits `holder` to, if its `address` field begins at `at`.
    function commitmentOf(bytes calldata envelope, uint256 at, address holder)
        internal
        pure
        returns (bool found, bytes32 commitment)
    {
        if (at > envelope.length || envelope.length - at < _LENGTH) return (false, 0);
        bytes calldata field = envelope[at:at + _LENGTH];
        found = bytes10(field[0:10]) == bytes10(hex"6761646472657373782a")
            && bytes13(field[10 + _TEXT:65]) == bytes13(hex"6a636f6d6d69746d656e745820")
            && _account(field[10:10 + _TEXT]) == holder;
        commitment = bytes32(field[65:_LENGTH]);
    }

    /// @dev Zero for what is no account; capitals are the checksum's and say nothing here.
    function _account(bytes calldata text) private pure returns (address) {
        if (text[0] != "0" || text[1] != "x") return address(0);
        uint160 value;
        for (uint256 i = 2; i < _TEXT; ++i) {
            uint8 c = uint8(text[i]) | 0x20;
            bool digit = uint8(text[i]) >= 48 && uint8(text[i]) <= 57;
            if (!digit && (c < 97 || c > 102)) return address(0);
            value = value * 16 + (digit ? uint8(text[i]) - 48 : c - 87);
        }
        return address(value);
    }
}
