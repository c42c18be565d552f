"""What the client asks of others."""

from __future__ import annotations

from typing import Protocol

from headwater.records.contribution import SignedContribution
from headwater.records.vote import Ballot, VoteCommit


class Gateway(Protocol):
    """An operator's front door. Handing the same thing in twice is harmless."""

    def submit(self, signed: SignedContribution) -> bytes:
        """Digest under which the contribution waits for the next anchor; a HeadwaterError says what is wrong."""
        ...

    def vote(self, commit: VoteCommit, ballot: Ballot) -> None:
        """A drawn reviewer's vote."""
        ...
