"""A reviewer's vote: sent twice it is the same one, so that no crash makes him sign two."""

from __future__ import annotations

from headwater.chain.signer import KeySigner
from headwater.client.review import vote
from headwater.primitives.eip712 import Domain
from headwater.records.vote import ACCEPT, REJECT, Ballot, Evidence, VoteCommit

DOMAIN = Domain(31337, "0x" + "c1" * 20)


class Taken:
    """A gateway that takes every vote."""

    def __init__(self) -> None:
        self.votes: list[tuple[VoteCommit, Ballot]] = []

    def vote(self, commit: VoteCommit, ballot: Ballot) -> None:
        self.votes.append((commit, ballot))


def test_the_same_vote_sent_again_is_the_same_commit() -> None:
    gateway, signer = Taken(), KeySigner.create()
    for _ in range(2):
        vote(DOMAIN, signer, gateway, 1, 2, 0, ACCEPT)  # type: ignore[arg-type]
    first, second = gateway.votes
    assert first == second


def test_attack_salts_cannot_be_guessed_from_another_vote() -> None:
    gateway, signer, other = Taken(), KeySigner.create(), KeySigner.create()
    mark = (Evidence("dropped", 0, 1),)
    vote(DOMAIN, signer, gateway, 1, 2, 0, ACCEPT)  # type: ignore[arg-type]
    vote(DOMAIN, signer, gateway, 1, 2, 1, ACCEPT)  # type: ignore[arg-type]
    vote(DOMAIN, signer, gateway, 1, 3, 0, ACCEPT)  # type: ignore[arg-type]
    vote(DOMAIN, signer, gateway, 1, 2, 0, REJECT, mark)  # type: ignore[arg-type]
    vote(DOMAIN, other, gateway, 1, 2, 0, ACCEPT)  # type: ignore[arg-type]
    vote(Domain(1, DOMAIN.contract), signer, gateway, 1, 2, 0, ACCEPT)  # type: ignore[arg-type]
    assert len({ballot.salt for _, ballot in gateway.votes}) == 6
