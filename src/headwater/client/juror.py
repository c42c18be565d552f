"""A juror's part: seats it was drawn for, a vote closed and later opened, its pay."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from headwater.catalog.institutions import DisputeFacts
from headwater.chain.court import Phase
from headwater.chain.deployment import write_json
from headwater.chain.ports import TransactionSigner
from headwater.chain.stakes import JUROR_ROLE
from headwater.client.errors import ClientError
from headwater.client.network import Network

_DRAWN, _COMMITTED = 1, 2  # states of a seat
_ALL = 255  # places in the order of a round, at most


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


def vote(network: Network, signer: TransactionSigner, folder: Path, dispute: int, choice: int) -> int:
    """Commits a vote on every own seat of a dispute; how many. Salts are on disk before anything is sent.

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
    court = network.contracts.court
    for one in own:
        salt = secrets.token_bytes(32)
        write_json(_file(network, folder, one), {"choice": choice, "salt": salt.hex()})
        made = court.commitment(dispute, one.round, signer.address, choice, salt)
        court.commit(signer, dispute, one.seat, made)
    return len(own)


def open_votes(network: Network, signer: TransactionSigner, folder: Path) -> int:
    """Reveals every committed vote whose time has come; how many.

    Raises:
        ClientError: the salt of one is not in this folder.
    """
    opened = 0
    for one in seats(network, signer.address):
        if one.phase is not Phase.REVEAL or one.state != _COMMITTED:
            continue
        path = _file(network, folder, one)
        if not path.exists():
            fix = "run it in the home the vote was committed from"
            raise ClientError(f"vote of dispute {one.dispute}", actual=f"no {path.name}", fix=fix)
        kept = json.loads(path.read_text())
        salt = bytes.fromhex(kept["salt"])
        network.contracts.court.reveal(signer, one.dispute, one.seat, kept["choice"], salt)
        opened += 1
    return opened


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


def _file(network: Network, folder: Path, one: Seated) -> Path:
    court = network.contracts.court.address[2:10].lower()
    return folder / f"{network.contracts.chain.chain_id}-{court}-{one.dispute}-{one.round}-{one.seat}.json"
