"""What can go wrong with keys and ciphertext.

VaultError
├── SecretRangeError          bytes that cannot be a key, share or coefficient
├── CiphertextError           ciphertext that does not open; names file and frame
│   └── TruncatedError        ... because the end is missing
├── PlaintextMismatchError    the bytes are not those of the sha256 they were declared with
├── PlaintextRangeError       a range outside the plaintext
├── ShareError                one holder's share is wrong; names the holder
├── BadDealerError            the contributor dealt shares that do not agree
├── RelabelledError           an envelope made for another contribution
├── KeyCommitmentError        a key that is not the one the envelope commits to
├── HolderDownError           a holder that does not answer, or not in our protocol
├── FaultError                evidence against a holder that proves nothing
├── RepairError               a repair that may not be, or cannot be done
├── NotEnoughPartsError       fewer than t right parts; says who failed and why
└── KeystoreError             a key file that is missing, damaged or locked with another password
"""

from __future__ import annotations

from collections.abc import Sequence

from headwater.primitives.errors import HeadwaterError
from headwater.vault.models import PartFault


class VaultError(HeadwaterError):
    """Base of this room's errors. None of them ever carries secret bytes."""


class SecretRangeError(VaultError):
    """Not 32 bytes, or not below the field prime; the value itself is not shown."""


class CiphertextError(VaultError):
    """A frame does not open: changed, moved, of another file, or under another key."""

    def __init__(self, path: str, frame: int, actual: str) -> None:
        self.path = path
        self.frame = frame
        super().__init__(f"{path}, frame {frame}", actual=actual, fix="fetch the file again and check its key")


class TruncatedError(CiphertextError):
    """Every frame is right, but the last of the file is missing."""


class PlaintextMismatchError(VaultError):
    """The file's bytes differ from the sha256 they were declared with."""


class PlaintextRangeError(VaultError):
    """The range does not lie inside the file."""


class ShareError(VaultError):
    """A holder's share is not the one it was dealt, or does not open."""

    def __init__(self, index: int, holder: str, reason: str) -> None:
        self.index = index
        self.holder = holder
        self.reason = reason
        super().__init__(f"share {index} of holder {holder}", actual=reason)


class BadDealerError(VaultError):
    """Shares match their commitments but do not lie on one polynomial through the committed key."""

    def __init__(self, indices: Sequence[int]) -> None:
        self.indices = tuple(indices)
        which = (
            f"shares {list(self.indices)} contradict the others" if indices else "no t shares open the committed key"
        )
        super().__init__("key envelope was dealt wrongly", actual=which, fix="reject the contribution")


class RelabelledError(VaultError):
    """The envelope's label is not the one its contribution has on chain."""


class KeyCommitmentError(VaultError):
    """The key is not the one that was committed to."""


class NotEnoughPartsError(VaultError):
    """The key cannot be put together yet; ``faults`` names every holder that failed and why."""

    def __init__(self, right: int, needed: int, faults: Sequence[PartFault]) -> None:
        self.right = right
        self.needed = needed
        self.faults = tuple(faults)
        named = "".join(f"; holder {f.index} ({f.holder}): {f.reason}" for f in self.faults)
        self.told = f"{right} of {needed} right parts{named}"
        super().__init__("parts of a key", actual=self.told, fix="ask the holders that have not answered")


class FaultError(VaultError):
    """Evidence against a holder that would convince nobody else."""


class RepairError(VaultError):
    """A lost share that this holder may not have, or that too few help to restore."""


class KeystoreError(VaultError):
    """The key file cannot be opened."""


class HolderDownError(VaultError):
    """A holder that does not answer, or not in our protocol."""

    def __init__(self, address: str, endpoint: str, reason: str) -> None:
        self.address = address
        self.reason = f"does not answer at {endpoint} ({reason})"
        fix = "start it, or ask again later: any t holders are enough"
        super().__init__(f"key holder {address} at {endpoint}", actual=reason, fix=fix)
