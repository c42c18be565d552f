"""The front door of an operator on this machine (implements ``client.Gateway``)."""

from __future__ import annotations

from headwater.node.operator.desk import Desk
from headwater.node.operator.entry import take_any
from headwater.node.operator.intake import receive
from headwater.records.contribution import SignedContribution
from headwater.records.vote import Ballot, VoteCommit


class LocalGateway:
    """Hands straight to the operator's desk; the HTTP one comes with the node issue."""

    def __init__(self, desk: Desk) -> None:
        """Raises RoleError if the desk is no operator's: before anything is encrypted or stored for it."""
        desk.demand_operator()
        self._desk = desk

    def submit(self, signed: SignedContribution) -> bytes:
        return receive(self._desk, signed)

    def vote(self, commit: VoteCommit, ballot: Ballot) -> None:
        take_any(self._desk, commit, ballot)
