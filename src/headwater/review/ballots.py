"""Taking a vote in: was he drawn, is the commit his, does the ballot open it, is there a reason."""

from __future__ import annotations

from headwater.primitives import eip712
from headwater.primitives.eip712 import Domain, WalletCheck
from headwater.records.verdict import CountedVote
from headwater.records.vote import ACCEPT, REJECT, Ballot, VoteCommit
from headwater.review.errors import BadBallotError, NotDrawnError


def take_commit(domain: Domain, commit: VoteCommit, drawn: str, wallets: WalletCheck | None = None) -> None:
    """Accepts a signed commit or says why not.

    Raises:
        NotDrawnError: the seed drew somebody else for this item and round.
        BadBallotError: the signature is not the reviewer's.
    """
    where = f"item {commit.item}, round {commit.round}"
    if commit.reviewer.lower() != drawn.lower():
        raise NotDrawnError(f"reviewer of {where}", actual=commit.reviewer, allowed=drawn)
    if not eip712.check(commit.reviewer, commit.digest(domain), commit.signature, wallets):
        raise BadBallotError(f"signature on the commit for {where}", fix="sign again with the reviewer's own key")


def take_ballot(domain: Domain, ballot: Ballot, commit: VoteCommit) -> None:
    """Accepts the opening of a commit or says why not.

    Raises:
        BadBallotError: it names another item, is no verdict, gives no reason, or does not open the commit.
    """
    where = f"ballot for item {ballot.item}, round {ballot.round}"
    named = (ballot.campaign, ballot.item, ballot.round, ballot.reviewer.lower())
    if named != (commit.campaign, commit.item, commit.round, commit.reviewer.lower()):
        raise BadBallotError(where, actual="names another item, round or reviewer than its commit")
    if ballot.verdict not in (ACCEPT, REJECT):
        raise BadBallotError(f"{where}: verdict", actual=ballot.verdict, allowed="0 reject, 1 accept")
    if ballot.verdict == REJECT and not ballot.reasons.evidence:
        raise BadBallotError(
            f"{where}: reasons",
            actual="none",
            allowed="a reason code with start and end time",
            fix="mark what is wrong",
        )
    if ballot.commit(domain) != commit.commit:
        raise BadBallotError(where, actual="does not open the commit", fix="reveal the vote that was committed")


def counted(ballot: Ballot, commit: VoteCommit, weight: int) -> CountedVote:
    """The vote as it enters the sum."""
    return CountedVote(ballot.reviewer, ballot.round, ballot.verdict, weight, commit.commit)
