"""The code a contract must have on a chain: what the compiler made, with its immutables filled in.

Masking the immutables would let through a contract whose getter tells one address while another is used inside, so
every one of them is written where the compiler says it is read, and the whole is compared byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from headwater.chain.errors import ArtifactError
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address

Word = int | str | bytes  # a number, an address, 32 bytes
_WORD = 32
_SHORT_STRING = 31


@dataclass(frozen=True)
class Runtime:
    """Deployed code with zeros where its immutables go.

    Attributes:
        immutables: offsets of each one's words, by ``Contract.variable``.
        source_hash: of the sources it was made from.
    """

    name: str
    code: bytes = field(repr=False)
    immutables: Mapping[str, tuple[int, ...]]
    source_hash: str

    def filled(self, values: Mapping[str, Word]) -> bytes:
        """The code as it must stand.

        Raises:
            ArtifactError: an immutable without a value, or a value for none.
        """
        if odd := sorted(set(self.immutables) ^ set(values)):
            fix = "correct the contract's immutables in chain/deploy.py, or build the artifacts again"
            raise ArtifactError(f"immutables of {self.name}", actual=", ".join(odd), fix=fix)
        code = bytearray(self.code)
        for name, offsets in self.immutables.items():
            for offset in offsets:
                code[offset : offset + _WORD] = word(values[name])
        return bytes(code)

    def differences(self, found: bytes, values: Mapping[str, Word]) -> Iterator[str]:
        """In words, where ``found`` is not ``filled(values)``; nothing if it is."""
        if found == self.filled(values):
            return
        if not found:
            yield "no code"
        elif len(found) != len(self.code) or self._masked(found) != self.code:
            yield f"other code than was built from these sources (keccak256 {keccak256(found).hex()[:12]}...)"
        else:
            for name, offsets in self.immutables.items():
                there = {found[offset : offset + _WORD] for offset in offsets} - {word(values[name])}
                if there:
                    yield f"{name} is {_shown(min(there))}, not {_shown(word(values[name]))}"

    def _masked(self, found: bytes) -> bytes:
        code = bytearray(found)
        for offset in (one for offsets in self.immutables.values() for one in offsets):
            code[offset : offset + _WORD] = bytes(_WORD)
        return bytes(code)


@cache
def load(name: str) -> Runtime:
    """From the committed artifact.

    Raises:
        ArtifactError: none, or one of an older form.
    """
    file = resources.files("headwater.chain") / "artifacts" / f"{name}.json"
    try:
        content = json.loads(file.read_text())
        start, size = content["deployedOffset"], content["deployedSize"]
        code = bytes.fromhex(content["bytecode"].removeprefix("0x"))[start : start + size]
        immutables = {key: tuple(offsets) for key, offsets in content["immutables"].items()}
        return Runtime(name, code, immutables, content["sourceHash"])
    except (FileNotFoundError, KeyError):
        raise ArtifactError(f"contract {name}", actual="no artifact of this form", fix="run 'make artifacts'") from None


def word(value: Word) -> bytes:
    """A value as its 32 bytes lie in code: numbers and addresses to the right."""
    if isinstance(value, bytes):
        return value.rjust(_WORD, b"\0")
    return (int(value, 16) if isinstance(value, str) else value).to_bytes(_WORD, "big")


def eip712(name: str, address: str, chain_id: int, version: str = "1") -> dict[str, Word]:
    """Immutables of OpenZeppelin's ``EIP712(name, version)`` in a contract at ``address``."""
    kind = b"EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    hashes = keccak256(name.encode()), keccak256(version.encode())
    separator = keccak256(b"".join((keccak256(kind), *hashes, word(chain_id), word(address))))
    return {
        "EIP712._cachedDomainSeparator": separator,
        "EIP712._cachedChainId": chain_id,
        "EIP712._cachedThis": address,
        "EIP712._hashedName": hashes[0],
        "EIP712._hashedVersion": hashes[1],
        "EIP712._name": _short_string(name),
        "EIP712._version": _short_string(version),
    }


def _short_string(text: str) -> bytes:
    """OpenZeppelin's ``ShortString``: the bytes to the left, their number in the last one."""
    body = text.encode()
    if len(body) > _SHORT_STRING:
        raise ArtifactError(f"name {text!r}", actual=f"{len(body)} bytes", allowed=f"at most {_SHORT_STRING}")
    return body.ljust(_SHORT_STRING, b"\0") + bytes([len(body)])


def _shown(value: bytes) -> str:
    """An address as one, a number as one, anything else as hex."""
    number = int.from_bytes(value, "big")
    if number < 1 << 64:
        return str(number)
    return checksum_address(value[12:].hex()) if number < 1 << 160 else "0x" + value.hex()
