"""A buyer asks one holder for a run of a version's episodes: one signature, one seal, one receipt (spec/keys.md, 6).

Rows and entries travel as words, joined: ten thousand maps would take longer to read than to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.primitives.abi import tag
from headwater.primitives.eip712 import Domain, Types, typed_digest
from headwater.primitives.hashing import keccak256
from headwater.primitives.merkle import Tree, build
from headwater.records.codec import record
from headwater.records.errors import RecordError
from headwater.records.signed import demand_one_form, message_of

ENTRY_TAG = "headwater.batch-entry.v1"
ROW_BYTES, ENTRY_BYTES = 96, 64
MAX_ROWS = 10_000  # so that the answer, 97 bytes a row, is one block of storage

BATCH_TYPES: Types = {
    "BatchRequest": (
        ("dataset", "uint256"),
        ("version", "uint32"),
        ("licence", "bytes32"),
        ("rows", "bytes32"),
        ("count", "uint32"),
        ("holder", "address"),
        ("requester", "address"),
        ("recipientKey", "bytes32"),
        ("expiry", "uint64"),
        ("nonce", "bytes32"),
    )
}
BATCH_RECEIPT_TYPES: Types = {
    "BatchReceipt": (
        ("request", "bytes32"),
        ("campaign", "uint256"),
        ("dataset", "uint256"),
        ("version", "uint32"),
        ("licence", "bytes32"),
        ("holder", "address"),
        ("requester", "address"),
        ("entries", "bytes32"),
        ("count", "uint32"),
        ("part", "bytes32"),
        ("time", "uint64"),
    )
}


@dataclass(frozen=True)
class BatchRow:
    """What an episode leaf of a version holds; 32 bytes each, joined in this order.

    Attributes:
        envelope: digest of the key envelope record.
    """

    contribution: bytes
    content_root: bytes
    envelope: bytes


@dataclass(frozen=True)
class BatchEntry:
    """A share that was given; 32 bytes each, joined in this order. Of which envelope, the request's row says.

    Attributes:
        commitment: the share's.
    """

    contribution: bytes
    commitment: bytes


@dataclass(frozen=True)
class BatchRefusal:
    """A row that was not answered.

    Attributes:
        place: in the request, from 0.
    """

    place: int
    reason: str


@record("batch-request", 1)
@dataclass(frozen=True)
class BatchRequest:
    """One buyer asks one holder for ``count`` episodes of a version he bought.

    Attributes:
        licence: the ERC-1155 id, 32 bytes big endian.
        rows: sha256 of the rows.
        recipient_key: X25519 public key the parts are to be sealed to, 32 bytes.
        expiry, nonce: as of a release request.
    """

    dataset: int
    version: int
    licence: bytes
    rows: bytes
    count: int
    holder: str
    requester: str
    recipient_key: bytes
    expiry: int
    nonce: bytes

    def __post_init__(self) -> None:
        demand_one_form(self, "batch-request/1", BATCH_TYPES["BatchRequest"])

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest, 32 bytes: what the buyer signs."""
        return typed_digest(domain, "BatchRequest", BATCH_TYPES, message_of(self, BATCH_TYPES["BatchRequest"]))


@record("signed-batch", 1)
@dataclass(frozen=True)
class SignedBatch:
    """A batch request and what proves its rows.

    Attributes:
        published: abi.encode of the Version struct the chain has the hash of.
        first: place of the first row among the version's episodes; ``rows`` are consecutive, see ``rows_of``.
        path: range proof of the rows in the version's episode tree.
    """

    request: BatchRequest
    signature: bytes
    published: bytes
    first: int
    rows: bytes
    path: tuple[bytes, ...]


@record("batch-receipt", 1)
@dataclass(frozen=True)
class BatchReceipt:
    """A holder's statement that it gave its parts.

    Attributes:
        request: EIP-712 digest of the request, 32 bytes.
        entries: Merkle root over what was given, see ``entry_tree``; ``count`` of them.
        part: sha256 of the sealed parts, 32 bytes.
        time: chain time of the decision, Unix seconds.
    """

    request: bytes
    campaign: int
    dataset: int
    version: int
    licence: bytes
    holder: str
    requester: str
    entries: bytes
    count: int
    part: bytes
    time: int

    def __post_init__(self) -> None:
        demand_one_form(self, "batch-receipt/1", BATCH_RECEIPT_TYPES["BatchReceipt"])

    def digest(self, domain: Domain) -> bytes:
        """EIP-712 digest, 32 bytes: what the holder signs."""
        fields = BATCH_RECEIPT_TYPES["BatchReceipt"]
        return typed_digest(domain, "BatchReceipt", BATCH_RECEIPT_TYPES, message_of(self, fields))


@record("batch-release", 1)
@dataclass(frozen=True)
class BatchRelease:
    """A holder's whole answer.

    Attributes:
        entries: what was given, in the order of the rows, see ``entries_of``; ``refused`` says why the others were not.
        sealed: HPKE ciphertext of the shares of ``entries``, 33 bytes each, joined.
    """

    receipt: BatchReceipt
    signature: bytes
    entries: bytes
    refused: tuple[BatchRefusal, ...]
    sealed: bytes


def packed(rows: Sequence[BatchRow]) -> bytes:
    """Rows, joined."""
    return b"".join([row.contribution + row.content_root + row.envelope for row in rows])


def packed_entries(entries: Sequence[BatchEntry]) -> bytes:
    """Entries, joined."""
    return b"".join([entry.contribution + entry.commitment for entry in entries])


def rows_of(signed: SignedBatch) -> list[BatchRow]:
    """The rows of a request; RecordError if the bytes are not rows."""
    data = signed.rows
    starts = _starts("rows", data, ROW_BYTES)
    return [BatchRow(data[at : at + 32], data[at + 32 : at + 64], data[at + 64 : at + 96]) for at in starts]


def entries_of(release: BatchRelease) -> list[BatchEntry]:
    """What a holder says it gave; RecordError if the bytes are not entries."""
    data = release.entries
    return [BatchEntry(data[at : at + 32], data[at + 32 : at + 64]) for at in _starts("entries", data, ENTRY_BYTES)]


def entry_tree(entries: Sequence[BatchEntry], envelopes: Sequence[bytes]) -> Tree:
    """One leaf an entry, so that a wrong one can be shown without the others.

    Args:
        envelopes: digest of each entry's key envelope record, as its row has it.
    """
    head, pairs = tag(ENTRY_TAG), zip(entries, envelopes, strict=True)
    return build([keccak256(keccak256(head + e.contribution + envelope + e.commitment)) for e, envelope in pairs])


def _starts(what: str, data: bytes, size: int) -> range:
    if len(data) % size:
        raise RecordError(f"batch: {what}", actual=f"{len(data)} bytes", allowed=f"a multiple of {size}")
    return range(0, len(data), size)
