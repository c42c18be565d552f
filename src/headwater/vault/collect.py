"""Asking holders for the parts of many contributions, and putting keys together from whoever answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives.eip712 import Domain
from headwater.primitives.errors import HeadwaterError
from headwater.records.envelope import KeyEnvelope
from headwater.records.release import Release, ReleaseRequest, SignedReleaseRequest
from headwater.vault.envelope import confirm_shares
from headwater.vault.errors import NotEnoughPartsError, ShareError
from headwater.vault.models import OpenedKey, PartFault
from headwater.vault.release import open_parts, open_release


@dataclass(frozen=True)
class Ask:
    """One signed request and the envelope whose share it asks for."""

    signed: SignedReleaseRequest
    envelope: KeyEnvelope


class HolderPort(Protocol):
    """A key holder somewhere.

    Liveness: it may be slow, down or lying; every answer is checked by who asked. ``ask`` raises HeadwaterError if the
    holder cannot be reached.
    """

    @property
    def address(self) -> str: ...

    def ask(self, batch: Sequence[Ask]) -> list[Release | str]:
        """A release for each request in order, or the reason it was refused."""
        ...


@dataclass(frozen=True)
class Wanted:
    """One contribution whose key is wanted; ``sign`` makes the signed request for one holder's account."""

    contribution: bytes
    envelope: KeyEnvelope
    sign: Callable[[str], SignedReleaseRequest]


@dataclass(frozen=True)
class Collected:
    """A key, the releases it came from (their receipts are evidence), and the faults on the way."""

    opened: OpenedKey
    releases: tuple[Release, ...]


def collect(
    wanted: Sequence[Wanted],
    holders: Sequence[HolderPort],
    private_key: X25519PrivateKey,
    domain: Domain,
    *,
    confirm_all: bool = False,
) -> list[Collected]:
    """Keys of all wanted contributions, one batch a holder.

    Holders are asked in turn until every key has its t right parts; with ``confirm_all`` (the checker's duty) all of
    them are asked and every dealt share is confirmed.

    Raises:
        NotEnoughPartsError: fewer than t right parts for one of them; names who failed and why.
        ShareError, BadDealerError: with ``confirm_all``, a missing or contradicting share.
    """
    answers: list[list[tuple[ReleaseRequest, Release]]] = [[] for _ in wanted]
    faults: list[list[PartFault]] = [[] for _ in wanted]
    for holder in holders:
        open_ = [i for i, w in enumerate(wanted) if confirm_all or len(answers[i]) < w.envelope.t]
        mine = [i for i in open_ if any(h.address == holder.address for h in wanted[i].envelope.holders)]
        if mine:
            _ask_one(holder, mine, wanted, answers, faults, private_key, domain)
    return [
        _put_together(w, answers[i], faults[i], private_key, domain, confirm_all=confirm_all)
        for i, w in enumerate(wanted)
    ]


def _ask_one(
    holder: HolderPort,
    mine: Sequence[int],
    wanted: Sequence[Wanted],
    answers: list[list[tuple[ReleaseRequest, Release]]],
    faults: list[list[PartFault]],
    private_key: X25519PrivateKey,
    domain: Domain,
) -> None:
    asks = [Ask(wanted[i].sign(holder.address), wanted[i].envelope) for i in mine]
    try:
        replies = holder.ask(asks)
        if len(replies) != len(asks):
            raise HeadwaterError("holder's answer", actual=f"{len(replies)} replies", allowed=f"{len(asks)}")
    except HeadwaterError as error:
        for i in mine:
            faults[i].append(_fault(wanted[i].envelope, holder.address, error.line()))
        return
    for i, ask, reply in zip(mine, asks, replies, strict=True):
        if isinstance(reply, str):
            faults[i].append(_fault(wanted[i].envelope, holder.address, reply))
            continue
        try:
            open_release(reply, ask.signed.request, wanted[i].envelope, private_key, domain)
        except ShareError as error:
            faults[i].append(PartFault(error.index, error.holder, error.reason))
        else:
            answers[i].append((ask.signed.request, reply))


def _put_together(
    want: Wanted,
    answers: Sequence[tuple[ReleaseRequest, Release]],
    faults: Sequence[PartFault],
    private_key: X25519PrivateKey,
    domain: Domain,
    *,
    confirm_all: bool,
) -> Collected:
    releases = tuple(release for _, release in answers)
    if not confirm_all or len(answers) < want.envelope.n:
        if confirm_all:
            raise NotEnoughPartsError(len(answers), want.envelope.n, list(faults))
        return Collected(open_parts(answers, want.envelope, private_key, domain, faults), releases)
    shares = [open_release(release, request, want.envelope, private_key, domain) for request, release in answers]
    return Collected(OpenedKey(confirm_shares(want.envelope, shares), ()), releases)


def _fault(envelope: KeyEnvelope, address: str, reason: str) -> PartFault:
    return PartFault(envelope.holder(address).index, address, reason)
