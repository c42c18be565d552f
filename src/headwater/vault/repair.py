"""Giving a holder its lost share back without the key, or any share, standing on another machine (spec/keys.md, 7).

t helpers with shares s_j compute the lost share s at x as the sum of w_j s_j, w_j their Lagrange weights at x. Each
cuts w_j s_j into t random pieces, one for each helper; each helper adds up the pieces it got; the loser adds up the t
sums. Pieces are uniform, so a helper learns nothing, and the loser learns the one sum that is its own share: whatever
it mixes of several deals, each helper adds exactly one piece of each.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from secrets import randbelow

from cryptography.exceptions import InvalidTag

from headwater.primitives import canonical
from headwater.records import codec
from headwater.records.envelope import KeyEnvelope
from headwater.vault.envelope import check_share
from headwater.vault.errors import RepairError
from headwater.vault.models import Share
from headwater.vault.ports import HolderKeys
from headwater.vault.seal import seal_to
from headwater.vault.shamir import PRIME, weight

_INFO = b"headwater.repair.v1"


@dataclass(frozen=True)
class Session:
    """One repair of one share.

    Attributes:
        loser: account of the holder whose share is lost; ``helpers`` those of exactly t others.
        nonce: 32 random bytes, of the loser's signed requests.
    """

    envelope: KeyEnvelope
    contribution: bytes
    loser: str
    helpers: tuple[str, ...]
    nonce: bytes

    def check(self) -> None:
        """RepairError unless exactly t different holders of the envelope help another one."""
        known, names = {h.address for h in self.envelope.holders}, set(self.helpers)
        right = len(self.helpers) == len(names) == self.envelope.t and names <= known - {self.loser}
        if not right or self.loser not in known:
            allowed = f"{self.envelope.t} other holders of this envelope"
            raise RepairError("helpers of a repair", actual=len(self.helpers), allowed=allowed)

    def info(self, sender: str, receiver: str) -> bytes:
        """HPKE info of what one sends another in this session."""
        fields = {
            "envelope": codec.digest(self.envelope),
            "contribution": self.contribution,
            "loser": self.loser,
            "helpers": list(self.helpers),
            "nonce": self.nonce,
            "from": sender,
            "to": receiver,
        }
        return _INFO + canonical.encode(fields)


def deal(session: Session, share: Share, sender: str, keys_of: Mapping[str, bytes]) -> list[bytes]:
    """A helper's pieces, sealed to each helper in order.

    Args:
        keys_of: X25519 public keys by account, as the chain has them.
    """
    session.check()
    indices = [session.envelope.holder(who).index for who in session.helpers]
    lost = session.envelope.holder(session.loser).index
    whole = share.value * weight(indices, share.index, lost) % PRIME
    pieces = [randbelow(PRIME) for _ in session.helpers[1:]]
    pieces.insert(0, (whole - sum(pieces)) % PRIME)
    return [
        seal_to(keys_of[to], piece.to_bytes(32, "big"), session.info(sender, to))
        for to, piece in zip(session.helpers, pieces, strict=True)
    ]


def add_up(session: Session, sealed: Sequence[bytes], keys: HolderKeys, loser_key: bytes) -> bytes:
    """A helper's second step: exactly one piece of each helper, added up and sealed to the loser.

    Raises:
        RepairError: not one piece of each helper of this session.
    """
    session.check()
    if len(sealed) != len(session.helpers):
        raise RepairError("pieces of a repair", actual=len(sealed), allowed=f"one of each of {len(session.helpers)}")
    try:
        pieces = [
            int.from_bytes(keys.unseal(one, session.info(sender, keys.address)), "big")
            for sender, one in zip(session.helpers, sealed, strict=True)
        ]
    except (InvalidTag, ValueError):
        raise RepairError("pieces of a repair", actual="one that is not for this helper and session") from None
    total = sum(pieces) % PRIME
    return seal_to(loser_key, total.to_bytes(32, "big"), session.info(keys.address, session.loser))


def restore(session: Session, sums: Sequence[bytes], keys: HolderKeys) -> Share:
    """The loser's last step: its share, which must match the envelope's commitment.

    Raises:
        RepairError: a sum that does not open. ShareError: some helper lied, or the envelope was dealt wrongly.
    """
    try:
        values = [
            int.from_bytes(keys.unseal(one, session.info(sender, session.loser)), "big")
            for sender, one in zip(session.helpers, sums, strict=True)
        ]
    except (InvalidTag, ValueError):
        raise RepairError("sums of a repair", actual="one that does not open") from None
    mine = session.envelope.holder(session.loser)
    return check_share(session.envelope, mine, bytes((mine.index,)) + (sum(values) % PRIME).to_bytes(32, "big"))
