"""Asking holders for the parts of many contributions side by side, and putting keys together from whoever answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import monotonic
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives.eip712 import Domain
from headwater.primitives.errors import HeadwaterError
from headwater.records.envelope import KeyEnvelope
from headwater.records.release import Release, ReleaseRequest, SignedReleaseRequest
from headwater.vault.envelope import combine_shares, confirm_shares
from headwater.vault.errors import NotEnoughPartsError, ShareError
from headwater.vault.models import OpenedKey, PartFault, Share
from headwater.vault.release import open_release

PATIENCE_S = 0.25
"""How long a batch may take before one more holder is asked beside it, and as much again for every hundred parts."""


@dataclass(frozen=True)
class Ask:
    """One signed request and the envelope whose share it asks for."""

    signed: SignedReleaseRequest
    envelope: KeyEnvelope


class HolderPort(Protocol):
    """A key holder somewhere.

    Liveness: it may be slow, down or lying; every answer is checked by who asked. ``ask`` raises HeadwaterError if the
    holder cannot be reached. It is called from a thread of its own.
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


@dataclass
class _Parts:
    """What came in for one contribution."""

    wanted: Wanted
    shares: dict[int, Share] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    faults: list[PartFault] = field(default_factory=list)

    def has(self, account: str) -> bool:
        return any(holder.address == account for holder in self.wanted.envelope.holders)

    def fail(self, account: str, reason: str) -> None:
        self.faults.append(PartFault(self.wanted.envelope.holder(account).index, account, reason))


def collect(
    wanted: Sequence[Wanted],
    holders: Sequence[HolderPort],
    private_key: X25519PrivateKey,
    domain: Domain,
    *,
    confirm_all: bool = False,
) -> list[Collected]:
    """Keys of all wanted contributions, one batch a holder.

    As many holders are asked at once as there are parts missing; one more for each that fails, and for each that takes
    longer than ``PATIENCE_S``. With ``confirm_all`` (the checker's duty) all are asked and every dealt share is
    confirmed. A holder that is still thinking when every key is there is not waited for.

    Raises:
        NotEnoughPartsError: fewer than t right parts for one of them; names who failed and why.
        ShareError, BadDealerError: with ``confirm_all``, a missing or contradicting share.
    """
    parts = [_Parts(one) for one in wanted]
    pool = ThreadPoolExecutor(max(1, len(holders)), "holder")
    try:
        _gather(_Round(parts, pool, private_key, domain, confirm_all), list(holders))
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    return [_put_together(one, confirm_all) for one in parts]


@dataclass
class _Round:
    parts: Sequence[_Parts]
    pool: ThreadPoolExecutor
    private_key: X25519PrivateKey
    domain: Domain
    confirm_all: bool
    running: dict[Future[list[tuple[ReleaseRequest, Release | str]]], tuple[HolderPort, list[int], float]] = field(
        default_factory=dict
    )

    def missing(self) -> int:
        """How many more answers some key needs, those on their way counted as right."""
        short = 0
        for at, one in enumerate(self.parts):
            envelope = one.wanted.envelope
            coming = sum(at in asked for _, asked, late in self.running.values() if monotonic() < late)
            goal = envelope.n if self.confirm_all else envelope.t
            short = max(short, goal - len(one.shares) - coming)
        return short

    def done(self) -> bool:
        return not self.confirm_all and all(len(p.shares) >= p.wanted.envelope.t for p in self.parts)

    def start(self, holder: HolderPort) -> None:
        """Asks a holder for what it has a share of and is still needed; signing is the caller's thread's work."""
        mine = [at for at, one in enumerate(self.parts) if one.has(holder.address) and self._needs(one)]
        if not mine:
            return
        asks = [Ask(self.parts[at].wanted.sign(holder.address), self.parts[at].wanted.envelope) for at in mine]
        late = monotonic() + PATIENCE_S * (1 + len(mine) / 100)
        self.running[self.pool.submit(_ask, holder, asks)] = (holder, mine, late)

    def finish(self, future: Future[list[tuple[ReleaseRequest, Release | str]]]) -> None:
        holder, mine, _ = self.running.pop(future)
        try:
            replies = future.result()
        except HeadwaterError as error:
            for at in mine:
                self.parts[at].fail(holder.address, error.line())
            return
        for at, (request, reply) in zip(mine, replies, strict=True):
            self._take(self.parts[at], holder.address, request, reply)

    def _needs(self, one: _Parts) -> bool:
        return self.confirm_all or len(one.shares) < one.wanted.envelope.t

    def _take(self, one: _Parts, account: str, request: ReleaseRequest, reply: Release | str) -> None:
        if isinstance(reply, str):
            one.fail(account, reply)
            return
        try:
            share = open_release(reply, request, one.wanted.envelope, self.private_key, self.domain)
        except ShareError as error:
            one.faults.append(PartFault(error.index, error.holder, error.reason))
        else:
            one.shares[share.index] = share
            one.releases.append(reply)


def _gather(round_: _Round, waiting: list[HolderPort]) -> None:
    while not round_.done():
        while waiting and round_.missing() > 0:
            round_.start(waiting.pop(0))
        if not round_.running:
            return
        in_time = [late - monotonic() for _, _, late in round_.running.values() if late > monotonic()]
        timeout = max(0.0, min(in_time)) + 0.001 if waiting and in_time else None
        done, _ = wait(list(round_.running), timeout, FIRST_COMPLETED)
        for future in done:
            round_.finish(future)


def _ask(holder: HolderPort, asks: Sequence[Ask]) -> list[tuple[ReleaseRequest, Release | str]]:
    replies = holder.ask(asks)
    if len(replies) != len(asks):
        raise HeadwaterError("holder's answer", actual=f"{len(replies)} replies", allowed=f"{len(asks)}")
    return [(ask.signed.request, reply) for ask, reply in zip(asks, replies, strict=True)]


def _put_together(one: _Parts, confirm_all: bool) -> Collected:
    envelope, shares = one.wanted.envelope, list(one.shares.values())
    needed = envelope.n if confirm_all else envelope.t
    if len(shares) < needed:
        raise NotEnoughPartsError(len(shares), needed, one.faults)
    releases = tuple(one.releases)
    if confirm_all:
        return Collected(OpenedKey(confirm_shares(envelope, shares), ()), releases)
    return Collected(OpenedKey(combine_shares(envelope, shares), tuple(one.faults)), releases)
