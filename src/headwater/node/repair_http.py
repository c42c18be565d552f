"""Repair over HTTP: a helper far away, and how its calls are written and read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx

from headwater.node.repairing import RepairCall
from headwater.primitives import canonical
from headwater.records.envelope import KeyEnvelope
from headwater.records.errors import RecordError
from headwater.vault.errors import HolderDownError
from headwater.vault.remote import MEDIA_TYPE
from headwater.vault.repair import Session

_TIMEOUT_S = 10.0


class HttpHelper:
    """Implements ``Helper`` for a holder registered on chain with this account and endpoint."""

    def __init__(self, address: str, endpoint: str, timeout_s: float = _TIMEOUT_S) -> None:
        self.address = address
        self._endpoint = endpoint.rstrip("/")
        self._timeout_s = timeout_s

    def deal(self, call: RepairCall) -> list[bytes]:
        """Sealed pieces; HolderDownError if there are none, with the holder's reason."""
        pieces = self._post("deal", to_plain(call))
        if not isinstance(pieces, list) or not all(isinstance(one, bytes) for one in pieces):
            raise HolderDownError(self.address, self._endpoint, "an answer that is not ours")
        return pieces

    def add_up(self, call: RepairCall, pieces: Sequence[bytes]) -> bytes:
        """The sealed sum; HolderDownError as ``deal``."""
        total = self._post("sum", {**to_plain(call), "pieces": list(pieces)})
        if not isinstance(total, bytes):
            raise HolderDownError(self.address, self._endpoint, "an answer that is not ours")
        return total

    def _post(self, step: str, plain: dict[str, Any]) -> Any:
        where, body = f"{self._endpoint}/repair/{step}", canonical.encode(plain)
        try:
            answer = httpx.post(where, content=body, headers={"content-type": MEDIA_TYPE}, timeout=self._timeout_s)
            if answer.status_code != 200:
                raise HolderDownError(self.address, self._endpoint, answer.text[:200])
            return canonical.decode(answer.content)
        except httpx.HTTPError as error:
            raise HolderDownError(self.address, self._endpoint, type(error).__name__) from None
        except canonical.CanonicalError as error:
            raise HolderDownError(self.address, self._endpoint, f"an answer that is not ours: {error}") from None


def to_plain(call: RepairCall) -> dict[str, Any]:
    """A call as canonical bytes hold it."""
    session = call.session
    return {
        "envelope": session.envelope.to_record(),
        "contribution": session.contribution,
        "loser": session.loser,
        "helpers": list(session.helpers),
        "nonce": session.nonce,
        "campaign": call.campaign,
        "signature": call.signature,
    }


def from_plain(plain: Any) -> tuple[RepairCall, list[bytes]]:
    """A call, and the pieces that came with it; RecordError if it is none."""
    kinds = {"contribution": bytes, "loser": str, "helpers": list, "nonce": bytes, "campaign": int, "signature": bytes}
    if not isinstance(plain, dict) or not {"envelope", *kinds} <= set(plain) <= {"envelope", "pieces", *kinds}:
        raise RecordError("repair call", allowed=f"a map of envelope, {', '.join(kinds)}")
    for name, kind in kinds.items():
        if type(plain[name]) is not kind:
            raise RecordError(f"repair call: {name}", actual=type(plain[name]).__name__, allowed=kind.__name__)
    helpers, pieces = plain["helpers"], plain.get("pieces", [])
    if not all(isinstance(one, str) for one in helpers) or not isinstance(pieces, list):
        raise RecordError("repair call: helpers, pieces", allowed="lists of accounts and of bytes")
    if not all(isinstance(one, bytes) for one in pieces) or not 0 <= plain["campaign"] < 1 << 64:
        raise RecordError("repair call: pieces, campaign", allowed="a list of bytes, a number of 64 bits")
    envelope = KeyEnvelope.from_record(plain["envelope"])
    session = Session(envelope, plain["contribution"], plain["loser"], tuple(helpers), plain["nonce"])
    return RepairCall(session, plain["campaign"], plain["signature"]), pieces
