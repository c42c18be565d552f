"""Asking holders for the parts of many contributions side by side, and putting keys together from whoever answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from time import monotonic
from typing import Generic, Protocol, TypeVar

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from headwater.primitives.eip712 import Domain
from headwater.primitives.errors import HeadwaterError
from headwater.records.envelope import KeyEnvelope
from headwater.records.release import Release, SignedReleaseRequest
from headwater.vault.envelope import combine_shares, confirm_shares
from headwater.vault.errors import HolderDownError, NotEnoughPartsError, ShareError
from headwater.vault.models import OpenedKey, PartFault, Share
from headwater.vault.release import open_release

PATIENCE_S = 0.25
"""How long a holder may take before one more is asked beside it, and as much again for every hundred parts."""


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


H = TypeVar("H", bound=HolderPort)
Got = list[Share | PartFault]
Question = Callable[[H, list[int]], Callable[[], Got]]
"""From a holder and places among the envelopes (signing, in the caller's thread) to what asks it, in another thread."""


@dataclass
class Gathering(Generic[H]):
    """Shares of many envelopes from whichever holders have them, as few as are needed, none waited for in vain.

    As many holders are asked at once as there are parts missing; one more for each that fails, and for each that takes
    longer than ``PATIENCE_S``. A holder that is still thinking when every key is there is not waited for.
    """

    envelopes: Sequence[KeyEnvelope]
    question: Question[H]
    confirm_all: bool = False
    shares: list[dict[int, Share]] = field(init=False)
    faults: list[list[PartFault]] = field(init=False)
    _running: dict[Future[Got], tuple[H, list[int], float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.shares = [{} for _ in self.envelopes]
        self.faults = [[] for _ in self.envelopes]

    def run(self, holders: Sequence[H]) -> list[OpenedKey]:
        """The keys, in order; errors as ``collect``."""
        pool = ThreadPoolExecutor(max(1, len(holders)), "holder")
        try:
            self._gather(list(holders), pool)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
        return [self._put_together(at) for at in range(len(self.envelopes))]

    def _gather(self, waiting: list[H], pool: ThreadPoolExecutor) -> None:
        while not self._done():
            while waiting and self._missing() > 0:
                self._start(waiting.pop(0), pool)
            if not self._running:
                return
            in_time = [late - monotonic() for _, _, late in self._running.values() if late > monotonic()]
            timeout = max(0.0, min(in_time)) + 0.001 if waiting and in_time else None
            done, _ = wait(list(self._running), timeout, FIRST_COMPLETED)
            for future in done:
                self._finish(future)

    def _done(self) -> bool:
        return not self.confirm_all and not any(map(self._needs, range(len(self.envelopes))))

    def _needs(self, at: int) -> bool:
        return self.confirm_all or len(self.shares[at]) < self.envelopes[at].t

    def _missing(self) -> int:
        """How many more answers some key needs, those on their way and not late counted as right."""
        coming = [0] * len(self.envelopes)
        for _, mine, late in self._running.values():
            if monotonic() < late:
                for at in mine:
                    coming[at] += 1
        goals = [e.n if self.confirm_all else e.t for e in self.envelopes]
        short = (goal - len(got) - due for goal, got, due in zip(goals, self.shares, coming, strict=True))
        return max(short, default=0)

    def _start(self, holder: H, pool: ThreadPoolExecutor) -> None:
        has = [any(h.address == holder.address for h in envelope.holders) for envelope in self.envelopes]
        mine = [at for at, one in enumerate(has) if one and self._needs(at)]
        if mine:
            asking = self.question(holder, mine)
            self._running[pool.submit(asking)] = (holder, mine, monotonic() + PATIENCE_S * (1 + len(mine) / 100))

    def _finish(self, future: Future[Got]) -> None:
        holder, mine, _ = self._running.pop(future)
        try:
            got = future.result()
        except HeadwaterError as error:
            reason = error.reason if isinstance(error, ShareError | HolderDownError) else error.line()
            got = [PartFault(0, holder.address, reason) for _ in mine]
        for at, one in zip(mine, got, strict=True):
            if isinstance(one, Share):
                self.shares[at][one.index] = one
            else:
                index = self.envelopes[at].holder(holder.address).index
                self.faults[at].append(PartFault(index, one.holder, one.reason))

    def _put_together(self, at: int) -> OpenedKey:
        envelope, shares = self.envelopes[at], list(self.shares[at].values())
        needed = envelope.n if self.confirm_all else envelope.t
        if len(shares) < needed:
            raise NotEnoughPartsError(len(shares), needed, self.faults[at])
        if self.confirm_all:
            return OpenedKey(confirm_shares(envelope, shares), ())
        return OpenedKey(combine_shares(envelope, shares), tuple(self.faults[at]))


def collect(
    wanted: Sequence[Wanted],
    holders: Sequence[HolderPort],
    private_key: X25519PrivateKey,
    domain: Domain,
    *,
    confirm_all: bool = False,
) -> list[Collected]:
    """Keys of all wanted contributions, each under a signature of its own, one call a holder.

    With ``confirm_all`` (the checker's duty) all holders are asked and every dealt share is confirmed.

    Raises:
        NotEnoughPartsError: fewer than t right parts for one of them; names who failed and why.
        ShareError, BadDealerError: with ``confirm_all``, a missing or contradicting share.
    """
    releases: list[list[Release]] = [[] for _ in wanted]

    def question(holder: HolderPort, mine: list[int]) -> Callable[[], Got]:
        asks = [Ask(wanted[at].sign(holder.address), wanted[at].envelope) for at in mine]

        def asking() -> Got:
            got = ask_each(holder, asks, private_key, domain)
            for at, (_, release) in zip(mine, got, strict=True):
                releases[at] += [release] if release else []
            return [one for one, _ in got]

        return asking

    opened = Gathering([one.envelope for one in wanted], question, confirm_all).run(holders)
    return [Collected(one, tuple(given)) for one, given in zip(opened, releases, strict=True)]


def ask_each(
    holder: HolderPort, asks: Sequence[Ask], private_key: X25519PrivateKey, domain: Domain
) -> list[tuple[Share | PartFault, Release | None]]:
    """A holder's answers, each checked: the share and its release, or the fault.

    Raises:
        HeadwaterError: the holder cannot be reached, or answers another number of questions.
    """
    replies = holder.ask(asks)
    if len(replies) != len(asks):
        raise HeadwaterError("holder's answer", actual=f"{len(replies)} replies", allowed=f"{len(asks)}")
    return [_checked(ask, reply, holder.address, private_key, domain) for ask, reply in zip(asks, replies, strict=True)]


def _checked(
    ask: Ask, reply: Release | str, address: str, private_key: X25519PrivateKey, domain: Domain
) -> tuple[Share | PartFault, Release | None]:
    if isinstance(reply, str):
        return PartFault(0, address, reply), None
    try:
        return open_release(reply, ask.signed.request, ask.envelope, private_key, domain), reply
    except ShareError as error:
        return PartFault(error.index, error.holder, error.reason), None
