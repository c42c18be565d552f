"""CIDv1 names, in the one form Headwater uses: sha2-256, base32 lower case ("b...").

A CID is text at every face of the house (records, chain events, file names) and 36 bytes inside a dag-pb link.
Only three codecs occur: raw leaves, the dag-pb nodes above them, and dag-cbor records. Layout from
https://github.com/multiformats/cid: version 1, codec, multihash (0x12 sha2-256, 0x20 length, digest).
"""

from __future__ import annotations

from base64 import b32decode, b32encode
from binascii import Error as Base32Error
from hashlib import sha256
from typing import NewType

from headwater.primitives.errors import HeadwaterError

Cid = NewType("Cid", str)

RAW = 0x55
DAG_PB = 0x70
DAG_CBOR = 0x71
CODECS = (RAW, DAG_PB, DAG_CBOR)

_TEXT_LENGTH = 59
_BYTES_LENGTH = 36


class CidError(HeadwaterError):
    """The text or bytes are not one of Headwater's CIDs, or not in canonical form."""


def cid_encode(codec: int, digest: bytes) -> Cid:
    """The text of a CID. ``digest`` is the 32-byte sha2-256 of the block; raises CidError on anything else."""
    return cid_from_bytes(bytes((1, codec if codec in CODECS else 0, 0x12, 0x20)) + digest)


def cid_decode(text: str) -> tuple[int, bytes]:
    """(codec, 32-byte digest) of a CID; raises CidError unless ``text`` is exactly what cid_encode would write."""
    binary = cid_bytes(text)
    return binary[1], binary[4:]


def cid_bytes(text: str) -> bytes:
    """The 36-byte binary form, as it stands in a dag-pb link."""
    try:
        binary = b32decode(text[1:].upper() + "=" * 6) if len(text) == _TEXT_LENGTH and text[0] == "b" else b""
    except (Base32Error, ValueError):
        binary = b""
    # base32 of 36 bytes has two spare bits: only re-encoding tells a canonical text from its aliases.
    if not binary or cid_from_bytes(binary) != text:
        raise CidError("not a CID", actual=text[:80], allowed="CIDv1, base32 lower case, sha2-256", fix="copy it whole")
    return binary


def cid_from_bytes(binary: bytes) -> Cid:
    """The text of a 36-byte binary CID; raises CidError for other versions, codecs, hashes or lengths."""
    if len(binary) != _BYTES_LENGTH or binary[0] != 1 or binary[1] not in CODECS or binary[2:4] != b"\x12\x20":
        allowed = "CIDv1 raw, dag-pb or dag-cbor, sha2-256, 36 bytes"
        raise CidError("not a CID", actual=binary[:40].hex(), allowed=allowed)
    return Cid("b" + b32encode(binary).decode().rstrip("=").lower())


def raw_cid(digest: bytes) -> Cid:
    """The name of a raw block with this sha2-256."""
    return cid_encode(RAW, digest)


def dag_cbor_cid(digest: bytes) -> Cid:
    """The name of a dag-cbor record with this sha2-256."""
    return cid_encode(DAG_CBOR, digest)


def cid_digest(text: str) -> bytes:
    """The 32-byte sha2-256 inside a CID: what goes on chain."""
    return cid_decode(text)[1]


def cid_matches(text: str, block: bytes | bytearray | memoryview) -> bool:
    """Whether ``block`` is what ``text`` names."""
    return cid_digest(text) == sha256(block).digest()
