"""Keys of a whole version at once: one signed request and one answer a holder, however many episodes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives.eip712 import Domain
from headwater.records.batch import BatchRelease, BatchRow, SignedBatch
from headwater.records.envelope import KeyEnvelope
from headwater.records.release import Release, SignedReleaseRequest
from headwater.vault.batch import open_batch
from headwater.vault.collect import Ask, Gathering, Got, HolderPort, ask_each
from headwater.vault.errors import ShareError
from headwater.vault.models import OpenedKey, PartFault, Reason


class BatchPort(HolderPort, Protocol):
    """A holder that answers for many episodes at once."""

    def ask_batch(self, signed: SignedBatch) -> BatchRelease | str:
        """All parts it gives in one answer, or why it gives none; HeadwaterError as ``ask``."""
        ...


@dataclass(frozen=True)
class WantedVersion:
    """A run of a version's episodes whose keys are wanted.

    Attributes:
        envelopes: of each row, by its digest.
        sign: makes the signed request for one holder's account.
        sign_one: the same for the row at a place alone, for a holder that has not taken its share in.
    """

    rows: Sequence[BatchRow]
    envelopes: Sequence[KeyEnvelope]
    sign: Callable[[str], SignedBatch]
    sign_one: Callable[[int, str], SignedReleaseRequest]


@dataclass(frozen=True)
class CollectedVersion:
    """The keys in the order of the rows, and every answer they came from."""

    keys: tuple[OpenedKey, ...]
    releases: tuple[Release | BatchRelease, ...]


def collect_version(
    wanted: WantedVersion, holders: Sequence[BatchPort], private_key: X25519PrivateKey, domain: Domain
) -> CollectedVersion:
    """Keys of all rows; holders are asked as ``Gathering`` says.

    Raises:
        NotEnoughPartsError: fewer than t right parts for one of them; names who failed and why.
        BadDealerError: t right parts that do not give the committed key.
    """
    releases = list[Release | BatchRelease]()

    def question(holder: BatchPort, mine: list[int]) -> Callable[[], Got]:
        signed = wanted.sign(holder.address)

        def asking() -> Got:
            reply = holder.ask_batch(signed)
            if isinstance(reply, str):
                raise ShareError(0, holder.address, reply)
            got = open_batch(reply, signed.request, wanted.rows, wanted.envelopes, private_key, domain)
            releases.append(reply)
            got, more = _take_in(wanted, holder, got, private_key, domain)
            releases.extend(more)
            return [got[at] for at in mine]

        return asking

    keys = Gathering(wanted.envelopes, question).run(holders)
    return CollectedVersion(tuple(keys), tuple(releases))


def _take_in(
    wanted: WantedVersion, holder: BatchPort, got: Got, private_key: X25519PrivateKey, domain: Domain
) -> tuple[Got, list[Release]]:
    """Rows whose share the holder never took in, asked for one by one with their envelopes."""
    new = [at for at, one in enumerate(got) if isinstance(one, PartFault) and one.reason == Reason.NOT_TAKEN_IN]
    if not new:
        return got, []
    asks = [Ask(wanted.sign_one(at, holder.address), wanted.envelopes[at]) for at in new]
    answers = dict(zip(new, ask_each(holder, asks, private_key, domain), strict=True))
    filled = [answers[at][0] if at in answers else one for at, one in enumerate(got)]
    return filled, [release for _, release in answers.values() if release]
