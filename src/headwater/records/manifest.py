"""One contribution, described: what the files are, where the ciphertext lies, what recorded it, who consented."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.primitives.hashing import keccak256
from headwater.primitives.merkle import build
from headwater.records.codec import record

SCHEMA_MODALITIES = ("robot_episode", "egocentric_video", "image", "medical_image", "labels")


@dataclass(frozen=True)
class ManifestFile:
    """One encrypted file.

    Attributes:
        path: relative path inside the recording.
        size_bytes: plaintext size.
        sha256: of the plaintext, 32 bytes.
        cid: UnixFS CIDv1 (profile unixfs-v1-2025) of the ciphertext.
    """

    path: str
    size_bytes: int
    media_type: str
    sha256: bytes
    cid: str


@dataclass(frozen=True)
class SensorInfo:
    """A stream and the clock that stamped it; rate in Hz x 1000."""

    name: str
    kind: str
    clock: str
    unit: str
    rate_milli_hz: int


@record("manifest", 1)
@dataclass(frozen=True)
class Manifest:
    """One contribution's manifest.

    Attributes:
        campaign: campaign id on its chain.
        format: ``lerobot-v3.0``, ``lerobot-v2.1``, ``gopro-mp4``, ``video-csv``.
        episode: index of the episode within the files.
        check_suite: version of the suite the contributor ran before sending.
        consent: digest of the consent receipt, 32 bytes.
        envelope: CID of the key envelope record.
        previews: CIDs of preview pictures (plain).
        derived_from: digests of contributions this one is made from; of a label contribution exactly its origin.
    """

    campaign: int
    modality: str
    format: str
    episode: int
    task: str
    embodiment: str
    device: str
    length: int
    fps_milli: int
    files: tuple[ManifestFile, ...]
    sensors: tuple[SensorInfo, ...]
    check_suite: str
    consent: bytes
    envelope: str
    previews: tuple[str, ...]
    derived_from: tuple[bytes, ...]


def content_root(hashes: tuple[bytes, ...]) -> bytes:
    """Merkle root over plaintext file hashes (sha-256), in manifest order; equal content gives an equal root.

    Leaves are ``keccak256(sha256)`` so that a root of one file is not the file's own hash.
    """
    return build([keccak256(h) for h in hashes]).root
