"""EIP-712 signatures: one domain, one way to sign, one way to check.

Every message Headwater signs carries chain id and contract in its domain and the campaign or dataset in its fields,
so a signature for one is worthless in another. Contract wallets (ERC-1271, ERC-6492) are asked through ``WalletCheck``,
which ``chain`` implements; everything else is decided here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Protocol

from headwater.primitives.errors import HeadwaterError
from headwater.primitives.ids import checksum_address

Types = Mapping[str, Sequence[tuple[str, str]]]


class SignatureError(HeadwaterError):
    """A signature that does not belong to who it should."""


class WalletCheck(Protocol):
    """Asks a contract account whether a digest is its own (ERC-1271; ERC-6492 before deployment)."""

    def is_valid(self, account: str, digest: bytes, signature: bytes) -> bool: ...


class Signer(Protocol):
    """Holds a key and signs; the key never leaves it."""

    @property
    def address(self) -> str: ...

    def sign_digest(self, digest: bytes) -> bytes:
        """65 bytes r, s, v (27 or 28) over a 32-byte digest."""
        ...


@dataclass(frozen=True)
class Domain:
    """EIP-712 domain: name ``Headwater``, version ``1``, chain id and contract."""

    chain_id: int
    contract: str

    def fields(self) -> dict[str, Any]:
        return {"name": "Headwater", "version": "1", "chainId": self.chain_id, "verifyingContract": self.contract}


def typed_digest(domain: Domain, primary: str, types: Types, message: Mapping[str, Any]) -> bytes:
    """The 32 bytes that are signed: ``keccak256(0x19 0x01 ‖ domainSeparator ‖ hashStruct(message))``.

    One flat struct of words and texts, which is all we sign, is hashed here, many times as fast as eth-account does it;
    nested structs, and every value that does not fit, are eth-account's.
    """
    from headwater.primitives.hashing import keccak256

    if len(types) == 1 and (whole := _flat_struct(primary, tuple(types.get(primary, ())), message)) is not None:
        return keccak256(b"\x19\x01" + _separator(domain) + whole)
    from eth_account.messages import encode_typed_data

    declared = {name: [{"name": f, "type": t} for f, t in fields] for name, fields in types.items()}
    if primary not in declared:
        raise SignatureError("EIP-712 primary type", actual=primary, allowed=sorted(declared))
    signable = encode_typed_data(domain.fields(), declared, dict(message))
    return keccak256(b"\x19" + signable.version + signable.header + signable.body)


@lru_cache(maxsize=64)
def _separator(domain: Domain) -> bytes:
    """hashStruct of the domain."""
    fields = (("name", "string"), ("version", "string"), ("chainId", "uint256"), ("verifyingContract", "address"))
    found = _flat_struct("EIP712Domain", fields, domain.fields())
    if found is None:
        raise SignatureError("EIP-712 domain", actual=domain.contract, allowed="an address and a chain id")
    return found


def _flat_struct(primary: str, fields: tuple[tuple[str, str], ...], message: Mapping[str, Any]) -> bytes | None:
    """hashStruct of words and texts; ``None`` if it is anything else."""
    from headwater.primitives.abi import pack_words
    from headwater.primitives.hashing import keccak256

    if set(message) != {name for name, _ in fields}:
        return None
    kinds = ("bytes32", *("bytes32" if kind == "string" else kind for _, kind in fields))
    texts = [message[name] for name, kind in fields if kind == "string"]
    if not fields or not all(isinstance(text, str) for text in texts):
        return None
    words = [keccak256(message[n].encode()) if kind == "string" else message[n] for n, kind in fields]
    packed = pack_words(kinds, (_type_hash(primary, fields), *words))
    return None if packed is None else keccak256(packed)


@cache
def _type_hash(primary: str, fields: tuple[tuple[str, str], ...]) -> bytes:
    from headwater.primitives.hashing import keccak256

    return keccak256(f"{primary}({','.join(f'{kind} {name}' for name, kind in fields)})".encode())


def recover(digest: bytes, signature: bytes) -> str | None:
    """Address whose key made the signature, or ``None`` if there is none. High s values are refused (EIP-2)."""
    from coincurve import PublicKey

    from headwater.primitives.hashing import keccak256

    half_order = 0x7FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF5D576E7357A4501DDFE92F46681B20A0
    if len(signature) != 65 or signature[64] not in (27, 28):
        return None
    if int.from_bytes(signature[32:64], "big") > half_order:
        return None
    try:
        key = PublicKey.from_signature_and_message(signature[:64] + bytes([signature[64] - 27]), digest, hasher=None)
    except Exception:  # libsecp256k1 says no in several ways; all mean "no key made this"
        return None
    return checksum_address("0x" + keccak256(key.format(compressed=False)[1:])[-20:].hex())


def check(account: str, digest: bytes, signature: bytes, wallets: WalletCheck | None = None) -> bool:
    """Whether ``account`` signed: by its own key, else (when ``wallets`` is given) as a contract account."""
    if recover(digest, signature) == checksum_address(account):
        return True
    return wallets is not None and wallets.is_valid(account, digest, signature)
