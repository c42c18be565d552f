"""Governor: proposals, votes, and what becomes of them. OpenZeppelin's, under its own names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from headwater.chain.contract import Contract
from headwater.chain.models import Receipt
from headwater.chain.ports import TransactionSigner
from headwater.primitives.hashing import keccak256


class ProposalState(IntEnum):
    """Where a proposal stands."""

    PENDING = 0
    ACTIVE = 1
    CANCELED = 2
    DEFEATED = 3
    SUCCEEDED = 4
    QUEUED = 5
    EXPIRED = 6
    EXECUTED = 7


class Support(IntEnum):
    """A vote."""

    AGAINST = 0
    FOR = 1
    ABSTAIN = 2


@dataclass(frozen=True)
class Calls:
    """What a proposal does when it is carried out: all of it or nothing."""

    targets: Sequence[str]
    values: Sequence[int]
    data: Sequence[bytes]
    description: str

    def named(self) -> tuple[list[str], list[int], list[bytes], bytes]:
        """As every call after ``propose`` names it: the description as its hash."""
        return list(self.targets), list(self.values), list(self.data), keccak256(self.description.encode())


class Governor(Contract):
    """Times are chain seconds; ids are the governor's own."""

    NAME = "HeadwaterGovernor"

    def propose(self, signer: TransactionSigner, calls: Calls) -> Receipt:
        """Put calls to the vote; emits ``ProposalCreated``."""
        targets, values, data, _ = calls.named()
        return self._write(signer, "propose", targets, values, data, calls.description)

    def cast_vote(self, signer: TransactionSigner, proposal: int, support: int) -> Receipt:
        """Vote, once; see ``Support``."""
        return self._write(signer, "castVote", proposal, support)

    def cast_vote_with_reason(self, signer: TransactionSigner, proposal: int, support: int, reason: str) -> Receipt:
        """Vote and say why."""
        return self._write(signer, "castVoteWithReason", proposal, support, reason)

    def queue(self, signer: TransactionSigner, calls: Calls) -> Receipt:
        """Put what has passed into the timelock; anyone may."""
        return self._write(signer, "queue", *calls.named())

    def execute(self, signer: TransactionSigner, calls: Calls) -> Receipt:
        """Carry out what has waited; anyone may."""
        return self._write(signer, "execute", *calls.named())

    def cancel(self, signer: TransactionSigner, calls: Calls) -> Receipt:
        """Take the signer's own proposal back, before its vote begins."""
        return self._write(signer, "cancel", *calls.named())

    def proposal_id(self, calls: Calls) -> int:
        """As the contract reckons it."""
        return int(self._read("hashProposal", *calls.named()))

    def state(self, proposal: int) -> ProposalState:
        return ProposalState(self._read("state", proposal))

    def snapshot(self, proposal: int) -> int:
        """Second whose votes count."""
        return int(self._read("proposalSnapshot", proposal))

    def deadline(self, proposal: int) -> int:
        """Last second of the vote."""
        return int(self._read("proposalDeadline", proposal))

    def eta(self, proposal: int) -> int:
        """Second from which it can be executed; 0 until it is queued."""
        return int(self._read("proposalEta", proposal))

    def tally(self, proposal: int) -> tuple[int, int, int]:
        """Votes against, for, abstaining."""
        against, pro, abstain = self._read("proposalVotes", proposal)
        return int(against), int(pro), int(abstain)

    def has_voted(self, proposal: int, account: str) -> bool:
        return bool(self._read("hasVoted", proposal, account))

    def quorum(self, when: int) -> int:
        """Votes for and abstaining that make a vote of that second count."""
        return int(self._read("quorum", when))

    def threshold(self) -> int:
        """Votes a proposer needs."""
        return int(self._read("proposalThreshold"))

    def voting_delay(self) -> int:
        return int(self._read("votingDelay"))

    def voting_period(self) -> int:
        return int(self._read("votingPeriod"))
