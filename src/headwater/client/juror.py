"""A juror's part: seats it was drawn for, a vote closed and later opened, its pay."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.catalog.institutions import DisputeFacts
from headwater.chain.court import Phase
from headwater.chain.ports import TransactionSigner
from headwater.chain.stakes import JUROR_ROLE
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.primitives.eip712 import Domain, Signer, typed_digest
from headwater.primitives.hashing import keccak256

_DRAWN, _COMMITTED = 1, 2  # states of a seat
_ALL = 255  # places in the order of a round, at most
_SALT = {"JurorSalt": (("dispute", "uint256"), ("round", "uint256"), ("choice", "uint256"))}


@dataclass(frozen=True)
class Seated:
    """A seat in the present round of a dispute; ``evidence`` are URIs jurors should read."""

    dispute: int
    round: int
    seat: int
    phase: Phase
    state: int
    item: str
    evidence: tuple[str, ...]


def join(network: Network, signer: TransactionSigner) -> None:
    """Stakes the least of a juror, once, and lets the court know."""
    contracts = network.contracts
    if not contracts.stakes.has_role(signer.address, JUROR_ROLE):
        least = contracts.stakes.minimum(JUROR_ROLE)
        contracts.network_token.approve(signer, contracts.stakes.address, least)
        contracts.stakes.join(signer, JUROR_ROLE, least)
    contracts.court.sync(signer, signer.address)


def seats(network: Network, account: str) -> list[Seated]:
    """Seats of an account in cases that are not final."""
    found, court, ledger = [], network.contracts.court, network.ledger()
    for number, facts in sorted(ledger.institutions.disputes.items()):
        phase, last = court.phase(number), len(facts.rounds) - 1
        if phase is Phase.FINAL or last < 0:
            continue
        made = ledger.disputes.get(number)
        item = "" if made is None else f"{made.opened.key >> 64}/{made.item}"
        evidence = () if made is None else tuple(uri for _, uri in made.evidence)
        for seat, juror in sorted(facts.rounds[last].seats.items()):
            if juror == account:
                state = court.seat(number, last, seat).state
                found.append(Seated(number, last, seat, phase, state, item, evidence))
    return found


def vote(network: Network, signer: TransactionSigner, dispute: int, choice: int) -> int:
    """Commits a vote on every own seat of a dispute; how many. Nothing has to be kept: see ``salt_of``.

    Raises:
        ClientError: no seat of this account waits for a vote, or there is no such choice.
    """
    own = [s for s in seats(network, signer.address) if s.dispute == dispute and s.state == _DRAWN]
    if not own:
        fix = "see 'headwater juror seats'"
        raise ClientError(f"dispute {dispute}", actual="no seat of yours without a vote", fix=fix)
    most = _facts(network, dispute).choices
    if not 0 <= choice <= most:
        raise ClientError("choice", actual=choice, allowed=f"0 to {most}", fix="0 refuses to decide")
    for one in own:
        made, _ = _commitment(network, signer, one, choice)
        network.contracts.court.commit(signer, dispute, one.seat, made)
    return len(own)


def open_votes(network: Network, signer: TransactionSigner) -> int:
    """Reveals every committed vote whose time has come; how many. What was chosen is found from the commitment.

    Raises:
        ClientError: a commitment is not one that ``vote`` makes with this key.
    """
    opened, strange = 0, []
    for one in seats(network, signer.address):
        if one.phase is not Phase.REVEAL or one.state != _COMMITTED:
            continue
        made = _committed(network, signer, one)
        if made is None:
            strange.append(str(one.dispute))
            continue
        network.contracts.court.reveal(signer, one.dispute, one.seat, *made)
        opened += 1
    if strange:
        fix = "open it with the tool that committed it, before the reveal window ends"
        what = f"vote of dispute {', '.join(strange)}"
        raise ClientError(what, actual=f"a commitment of another tool; {opened} others are open", fix=fix)
    return opened


def salt_of(domain: Domain, signer: Signer, dispute: int, round_: int, choice: int) -> bytes:
    """A salt only the juror can make, always the same for the same vote: the hash of his signature over it.

    So the commitment on chain and the key are enough to open a vote: two terminals, a killed process or a lost disk
    lose none. The signer must be deterministic (RFC 6979), as ours are.

    Args:
        domain: of the court.
    """
    message = {"dispute": dispute, "round": round_, "choice": choice}
    return keccak256(signer.sign_digest(typed_digest(domain, "JurorSalt", _SALT, message)))


def turn(network: Network, signer: TransactionSigner) -> list[str]:
    """What anybody can do for the court now: draw juries, give rulings, pay jurors. What was done, in words."""
    court, done = network.contracts.court, []
    for number, facts in sorted(network.ledger().institutions.disputes.items()):
        clock, phase = court.clock(number), court.phase(number)
        head = network.contracts.chain.latest().number
        if phase is Phase.DRAW and not clock.start and head > court.round(number, clock.round).seed_block:
            court.draw(signer, number, _ALL)
            done.append(f"drew the jury of dispute {number}")
        if phase is not Phase.FINAL:
            continue
        if facts.ruling is None:
            court.execute_ruling(signer, number)
            done.append(f"gave the ruling of dispute {number}")
        for round_, held in enumerate(facts.rounds):
            if not held.settled:
                court.pay(signer, number, round_, 2 * _ALL)
                done.append(f"paid round {round_} of dispute {number}")
    return done


def _facts(network: Network, dispute: int) -> DisputeFacts:
    return network.ledger().institutions.disputes[dispute]


def _commitment(network: Network, signer: Signer, one: Seated, choice: int) -> tuple[bytes, bytes]:
    """What this juror commits to for a choice, and the salt in it."""
    court = network.contracts.court
    domain = Domain(network.contracts.chain.chain_id, court.address)
    salt = salt_of(domain, signer, one.dispute, one.round, choice)
    return court.commitment(one.dispute, one.round, signer.address, choice, salt), salt


def _committed(network: Network, signer: Signer, one: Seated) -> tuple[int, bytes] | None:
    """Choice and salt of the commitment on chain; ``None`` if ``vote`` did not make it."""
    facts = _facts(network, one.dispute)
    stands = facts.rounds[one.round].commitments[one.seat]
    for choice in range(facts.choices + 1):
        made, salt = _commitment(network, signer, one, choice)
        if made == stands:
            return choice, salt
    return None
