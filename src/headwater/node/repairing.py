"""Repair between holders. Helpers keep nothing of it, so a kill at any step costs the loser a new try, no more."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from secrets import token_bytes
from typing import Protocol

from headwater.chain.contracts import Contracts
from headwater.chain.rpc import FINAL
from headwater.node.entitlements import ChainEntitlements, Remembered
from headwater.node.holder import HolderService
from headwater.primitives import eip712
from headwater.primitives.abi import tag
from headwater.primitives.errors import HeadwaterError
from headwater.primitives.hashing import keccak256
from headwater.records import codec
from headwater.records.batch import BatchRow
from headwater.records.envelope import KeyEnvelope
from headwater.vault import Share, ShareError, open_share
from headwater.vault.batch import Held
from headwater.vault.errors import RepairError
from headwater.vault.repair import Session, add_up, deal, restore
from headwater.vault.shamir import share_commitment
from headwater.vault.shelf import Place

_TAG = "headwater.repair.v1"


@dataclass(frozen=True)
class RepairCall:
    """A session, the campaign of its contribution, and the loser's signature over it."""

    session: Session
    campaign: int
    signature: bytes

    def digest(self, contracts: Contracts) -> bytes:
        """32 bytes, bound to chain and contract."""
        domain = contracts.campaigns_domain
        where = domain.chain_id.to_bytes(32, "big") + bytes.fromhex(domain.contract[2:])
        return keccak256(tag(_TAG) + where + self.campaign.to_bytes(8, "big") + keccak256(self.session.info("", "")))


class Helper(Protocol):
    """Another holder, in this process or far."""

    @property
    def address(self) -> str: ...

    def deal(self, call: RepairCall) -> list[bytes]: ...

    def add_up(self, call: RepairCall, pieces: Sequence[bytes]) -> bytes: ...


class Helping:
    """A holder's part as a helper (implements ``Helper``). Both steps check everything anew."""

    def __init__(self, service: HolderService, contracts: Contracts) -> None:
        self.address = service.keys.address
        self._service = service
        self._contracts = contracts
        self._remembered = Remembered()

    def deal(self, call: RepairCall) -> list[bytes]:
        """Pieces of this holder's weighted share; RepairError if the loser may not have them."""
        keys = self._allowed(call)
        return deal(call.session, self._own(call.session), self.address, keys)

    def add_up(self, call: RepairCall, pieces: Sequence[bytes]) -> bytes:
        """The sum of one piece of each helper, for the loser; RepairError as ``deal``."""
        keys = self._allowed(call)
        return add_up(call.session, pieces, self._service.keys, keys[call.session.loser])

    def _allowed(self, call: RepairCall) -> dict[str, bytes]:
        """Registered opening keys of all concerned, if the loser signed and consent stands."""
        session = call.session
        session.check()
        if self.address not in session.helpers:
            raise RepairError("helper", actual=self.address, allowed=", ".join(session.helpers))
        if eip712.recover(call.digest(self._contracts), call.signature) != session.loser:
            raise RepairError("repair", actual="not signed by the holder whose share it is")
        facts = ChainEntitlements(self._contracts, None, self._remembered)
        if (call.campaign, session.contribution) in facts.withdrawals():
            raise RepairError("repair", actual="consent was withdrawn")
        stakes, keys = self._contracts.stakes.at(FINAL), dict[str, bytes]()
        for who in (*session.helpers, session.loser):
            index = stakes.holder_index(who)
            if not index:
                raise RepairError(f"key holder {who}", actual="not registered at a final block")
            keys[who] = stakes.holder(index).public_key
        return keys

    def _own(self, session: Session) -> Share:
        place = Place(session.contribution, codec.digest(session.envelope))
        with closing(self._service.shelf.open()) as db:
            held = self._service.shelf.get(db, place)
        return held.share if held else open_share(session.envelope, self._service.keys)


def repair(
    service: HolderService,
    contracts: Contracts,
    campaign: int,
    row: BatchRow,
    envelope: KeyEnvelope,
    helpers: Sequence[Helper],
) -> Share:
    """Puts this holder's share of one contribution back on its shelf, from the first t helpers that can.

    Raises:
        RepairError: fewer than t helpers could; names who failed. ShareError: together they gave no right share.
    """
    known = [h for h in helpers if h.address != service.keys.address]
    chosen, failed = list[Helper](), list[str]()
    for helper in known:
        if len(chosen) == envelope.t:
            break
        chosen.append(helper)
    rest = known[len(chosen) :]
    while len(chosen) == envelope.t:
        try:
            share = _with(service, contracts, campaign, row, envelope, chosen)
        except _HelperError as error:
            failed.append(f"{error.helper.address}: {error.reason}")
            chosen = [h for h in chosen if h is not error.helper] + rest[:1]
            rest = rest[1:]
            continue
        held = Held(share, share_commitment(envelope.label, share))
        with closing(service.shelf.open()) as db:
            service.shelf.put(db, Place(row.contribution, row.envelope), campaign, envelope.label, held)
        return share
    what = f"repair of contribution {row.contribution.hex()}"
    raise RepairError(what, actual=f"too few helpers: {'; '.join(failed)}", fix="run it again when holders are back")


class _HelperError(Exception):
    def __init__(self, helper: Helper, reason: str) -> None:
        self.helper, self.reason = helper, reason
        super().__init__(reason)


def _with(
    service: HolderService,
    contracts: Contracts,
    campaign: int,
    row: BatchRow,
    envelope: KeyEnvelope,
    helpers: Sequence[Helper],
) -> Share:
    names = tuple(h.address for h in helpers)
    session = Session(envelope, row.contribution, service.keys.address, names, token_bytes(32))
    unsigned = RepairCall(session, campaign, b"")
    call = RepairCall(session, campaign, service.keys.sign_digest(unsigned.digest(contracts)))
    dealt, sums = list[list[bytes]](), list[bytes]()
    for helper in helpers:
        try:
            dealt.append(helper.deal(call))
        except (HeadwaterError, ShareError) as error:
            raise _HelperError(helper, error.line()) from None
    for at, helper in enumerate(helpers):
        try:
            sums.append(helper.add_up(call, [pieces[at] for pieces in dealt]))
        except HeadwaterError as error:
            raise _HelperError(helper, error.line()) from None
    return restore(session, sums, service.keys)
