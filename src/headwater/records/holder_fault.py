"""What shows anybody that a holder gave a wrong part: what was signed, and the throwaway key the part was sealed to."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.records.codec import record
from headwater.records.envelope import KeyEnvelope
from headwater.records.release import Release, ReleaseRequest


@record("holder-fault", 1)
@dataclass(frozen=True)
class HolderFault:
    """One holder's wrong answer, to be judged by ``vault.faults.judge``.

    Attributes:
        request: what was asked, of this one holder with a recipient key of its own.
        envelope: the record the share belongs to; its digest is in the receipt.
        release: the answer; its receipt is signed by the holder.
        recipient_secret: X25519 private key of ``request.recipient_key``, 32 bytes, made for this one question: it
            opens the wrong part and nothing else. Empty if the receipt alone is proof.
    """

    request: ReleaseRequest
    envelope: KeyEnvelope
    release: Release
    recipient_secret: bytes
