"""Who takes part: the same people with the same keys in every run."""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain.signer import KeySigner
from headwater.primitives.hashing import keccak256


@dataclass(frozen=True)
class Person:
    """An account with a key of its own."""

    name: str
    signer: KeySigner

    @property
    def address(self) -> str:
        return self.signer.address

    def __repr__(self) -> str:
        return self.name


def person(name: str) -> Person:
    return Person(name, KeySigner(keccak256(f"headwater model: {name}".encode())))


REQUESTERS = RITA, RON = person("rita"), person("ron")
OPERATORS = OLGA, OTTO, ODA = person("olga"), person("otto"), person("oda")
REVIEWERS = REX, ROY, RAE = person("rex"), person("roy"), person("rae")
CONTRIBUTORS = CLEO, CARL, CATO = person("cleo"), person("carl"), person("cato")
WANDA = person("wanda")  # watches
BUYERS = BEA, BO = person("bea"), person("bo")
SAM = person("sam")  # a stranger
TREASURY = person("treasury")
WALLY = person("wally")  # a contract wallet that says yes to whatever it is asked
PEOPLE = (*REQUESTERS, *OPERATORS, *REVIEWERS, *CONTRIBUTORS, WANDA, *BUYERS, SAM)
JURORS = (*CONTRIBUTORS, *REVIEWERS, *BUYERS, WANDA, SAM)
FRUGAL = (RON, BO)  # pay by permit: the contracts may not take anything of theirs otherwise
NAMES = {one.address: one.name for one in (*PEOPLE, WALLY, TREASURY)}


def signer_of(address: str) -> KeySigner:
    return next(one.signer for one in (*PEOPLE, WALLY, TREASURY) if one.address == address)
