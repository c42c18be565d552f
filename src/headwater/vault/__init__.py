"""Encryption, key envelopes, and the decision to release a key. Normative text: ``spec/keys.md``.

Nothing here reads a chain: files go in as streams, facts through the ``Entitlements`` port. Only ``remote`` opens a
socket, to ask holders.
"""

from headwater.records.envelope import SUITE, KeyEnvelope, SealedShare
from headwater.records.release import KeyPart, Release, ReleaseReceipt, ReleaseRequest, Role, SignedReleaseRequest
from headwater.vault.collect import Ask, HolderPort, Wanted, collect
from headwater.vault.envelope import (
    combine_shares,
    confirm_shares,
    contribution_label,
    key_commitment,
    open_share,
    require_commitment,
    require_label,
    seal,
)
from headwater.vault.errors import (
    BadDealerError,
    CiphertextError,
    FaultError,
    KeyCommitmentError,
    KeystoreError,
    NotEnoughPartsError,
    PlaintextMismatchError,
    PlaintextRangeError,
    RelabelledError,
    SecretRangeError,
    ShareError,
    TruncatedError,
    VaultError,
)
from headwater.vault.faults import Asked, ask_again
from headwater.vault.faults import judge as judge_fault
from headwater.vault.keystore import HolderSecret
from headwater.vault.models import (
    ContentKey,
    Decision,
    FileRef,
    HolderKey,
    OpenedKey,
    PartFault,
    Reason,
    Secret,
    Share,
)
from headwater.vault.ports import Entitlements, HolderKeys
from headwater.vault.release import answer, check_receipt, decide, open_parts, open_release, signature_ok
from headwater.vault.shamir import key_from_seed, new_key
from headwater.vault.stream import (
    FRAME_BYTES,
    PLAIN_BYTES,
    FileCipher,
    ciphertext_bytes,
    decrypt_range,
    decrypt_stream,
    encrypt_stream,
    frame_count,
)

__all__ = [
    "FRAME_BYTES",
    "PLAIN_BYTES",
    "SUITE",
    "Ask",
    "Asked",
    "BadDealerError",
    "CiphertextError",
    "ContentKey",
    "Decision",
    "Entitlements",
    "FaultError",
    "FileCipher",
    "FileRef",
    "HolderKey",
    "HolderKeys",
    "HolderPort",
    "HolderSecret",
    "KeyCommitmentError",
    "KeyEnvelope",
    "KeyPart",
    "KeystoreError",
    "NotEnoughPartsError",
    "OpenedKey",
    "PartFault",
    "PlaintextMismatchError",
    "PlaintextRangeError",
    "Reason",
    "RelabelledError",
    "Release",
    "ReleaseReceipt",
    "ReleaseRequest",
    "Role",
    "SealedShare",
    "Secret",
    "SecretRangeError",
    "Share",
    "ShareError",
    "SignedReleaseRequest",
    "TruncatedError",
    "VaultError",
    "Wanted",
    "answer",
    "ask_again",
    "check_receipt",
    "ciphertext_bytes",
    "collect",
    "combine_shares",
    "confirm_shares",
    "contribution_label",
    "decide",
    "decrypt_range",
    "decrypt_stream",
    "encrypt_stream",
    "frame_count",
    "judge_fault",
    "key_commitment",
    "key_from_seed",
    "new_key",
    "open_parts",
    "open_release",
    "open_share",
    "require_commitment",
    "require_label",
    "seal",
    "signature_ok",
]
