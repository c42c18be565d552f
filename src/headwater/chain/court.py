"""Court: juries drawn by stake, their votes, appeals, and what everyone is owed in the end."""

from __future__ import annotations

from enum import IntEnum

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.chain.structs import CourtWindows
from headwater.chain.views import Clock, Round, Seat


class Phase(IntEnum):
    """Where a dispute's present round stands."""

    DRAW = 0
    COMMIT = 1
    REVEAL = 2
    APPEAL = 3
    FINAL = 4


class Court(Contract):
    """Disputes count from 1, rounds and seats from 0; choice 0 is "refused to arbitrate". Coin is the chain's own."""

    NAME = "Court"

    def sync(self, signer: TransactionSigner, account: str) -> Receipt:
        """Bring an account's weight in later draws to its present stake; anyone may."""
        return self._write(signer, "sync", account)

    def record_seed(self, signer: TransactionSigner, dispute: int) -> Receipt:
        """Store the present round's seed."""
        return self._write(signer, "recordSeed", dispute)

    def draw(self, signer: TransactionSigner, dispute: int, count: int) -> Receipt:
        """Draw up to ``count`` further places of the present jury."""
        return self._write(signer, "draw", dispute, count)

    def commit(self, signer: TransactionSigner, dispute: int, seat: int, commitment: bytes) -> Receipt:
        """Commit the signer's vote on its seat."""
        return self._write(signer, "commit", dispute, seat, commitment)

    def reveal(self, signer: TransactionSigner, dispute: int, seat: int, choice: int, salt: bytes) -> Receipt:
        """Open the signer's commitment."""
        return self._write(signer, "reveal", dispute, seat, choice, salt)

    def announce(self, signer: TransactionSigner, dispute: int) -> Receipt:
        """Emit ERC-792's ``AppealPossible``, once a round."""
        return self._write(signer, "announce", dispute)

    def fund_appeal(self, signer: TransactionSigner, dispute: int, side: int, coin: int) -> Receipt:
        """Pay toward a side's part of an appeal; what is too much is owed back."""
        return self._write(signer, "fundAppeal", dispute, side, coin=coin)

    def pay(self, signer: TransactionSigner, dispute: int, round_: int, count: int) -> Receipt:
        """Judge and then reward up to ``count`` places of a round that is final."""
        return self._write(signer, "pay", dispute, round_, count)

    def claim_appeal(
        self, signer: TransactionSigner, dispute: int, round_: int, side: int, contributor: str
    ) -> Receipt:
        """Owe a contributor what its part of an appeal came to."""
        return self._write(signer, "claimAppeal", dispute, round_, side, contributor)

    def execute_ruling(self, signer: TransactionSigner, dispute: int) -> Receipt:
        """Tell the arbitrable the final ruling."""
        return self._write(signer, "executeRuling", dispute)

    def withdraw(self, signer: TransactionSigner, account: str) -> Receipt:
        """Send an account all the coin it is owed."""
        return self._write(signer, "withdraw", account)

    def phase(self, dispute: int) -> Phase:
        return Phase(self._read("phaseOf", dispute))

    def clock(self, dispute: int) -> Clock:
        return Clock.of(self._read("clockOf", dispute))

    def case(self, dispute: int) -> tuple[str, int]:
        """Who asked, and what a juror earns."""
        arbitrable, fee = self._read("caseOf", dispute)
        return str(arbitrable), int(fee)

    def round(self, dispute: int, number: int) -> Round:
        return Round.of(self._read("roundOf", dispute, number))

    def seed(self, dispute: int, round_: int) -> bytes:
        """Seed of a jury, the zero word until it is recorded."""
        return bytes(self._read("seedOf", dispute, round_))

    def seat(self, dispute: int, round_: int, seat: int) -> Seat:
        return Seat.of(self._read("seatOf", dispute, round_, seat))

    def votes(self, dispute: int, round_: int, choice: int) -> int:
        """Votes revealed for a choice."""
        return int(self._read("votesOf", dispute, round_, choice))

    def side(self, dispute: int, round_: int, side: int) -> tuple[int, int]:
        """What a side has of its part of an appeal, and what that part is."""
        paid, cost = self._read("sideOf", dispute, round_, side)
        return int(paid), int(cost)

    def contribution(self, dispute: int, round_: int, side: int, contributor: str) -> int:
        return int(self._read("contributionOf", dispute, round_, side, contributor))

    def commitment(self, dispute: int, round_: int, juror: str, choice: int, salt: bytes) -> bytes:
        """What a juror commits to, as the contract reckons it."""
        return bytes(self._read("commitmentOf", dispute, round_, juror, choice, salt))

    def weight(self, account: str) -> int:
        """Weight in later draws."""
        return int(self._read("weightOf", account))

    def total_weight(self) -> int:
        return int(self._read("totalWeight"))

    def owed(self, account: str) -> int:
        """Coin an account can withdraw."""
        return int(self._read("owed", account))

    def at_risk(self) -> int:
        """Most a dispute may be worth."""
        return int(self._read("atRisk"))

    def settings(self) -> tuple[CourtWindows, int]:
        """Windows and juror's fee of disputes created now."""
        windows, fee = self._read("settings")
        return windows, int(fee)

    def cost(self) -> int:
        """Coin that creating a dispute takes."""
        return int(self._read("arbitrationCost", b""))

    def appeal_cost(self, dispute: int) -> int:
        return int(self._read("appealCost", dispute, b""))

    def ruling(self, dispute: int) -> int:
        """Final in ``Phase.FINAL``, what it would be before."""
        return int(self._read("currentRuling", dispute))

    def longest_case(self) -> int:
        """Seconds a dispute takes at most, if every jury is drawn within its window."""
        return int(self._read("longestCase"))
