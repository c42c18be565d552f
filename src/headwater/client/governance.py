"""Governance for people: every parameter with its bounds, and a change of one from proposal to execution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from headwater.catalog.institutions import ProposalFacts
from headwater.chain.contracts import Contracts
from headwater.chain.events import ProposalCreated
from headwater.chain.governor import Calls, ProposalState, Support
from headwater.chain.ports import TransactionSigner
from headwater.chain.stakes import HOLDER_ROLE, JUROR_ROLE, OPERATOR_ROLE, REVIEWER_ROLE
from headwater.client.errors import ClientError
from headwater.client.network import Network
from headwater.primitives.amounts import from_units, to_units
from headwater.primitives.ids import checksum_address

DECIMALS = 18
Read = Callable[[Contracts], int]
Calldata = Callable[[Contracts, int], bytes]


@dataclass(frozen=True)
class Parameter:
    """A parameter now, between what it can never leave. Values in ``unit``; an address and a suite have no bounds."""

    name: str
    unit: str
    value: int
    floor: int
    ceiling: int

    def shown(self, value: int) -> str:
        """A value as people write it: tokens whole, addresses as such."""
        if self.unit == "tokens":
            return from_units(value, DECIMALS)
        return checksum_address(f"{value:040x}") if self.unit == "address" else str(value)

    def parsed(self, text: str) -> int:
        """What ``shown`` shows, read back; ClientError, AmountError or IdError if it cannot be or is out of bounds."""
        if self.unit == "tokens":
            value = to_units(text, DECIMALS)
        elif self.unit == "address":
            value = int(checksum_address(text), 16)
        elif self.unit == "digest":
            value = _digest(text)
        else:
            value = _whole(self.name, text)
        if not self.floor <= value <= self.ceiling:
            allowed = f"{self.shown(self.floor)} to {self.shown(self.ceiling)} {self.unit}"
            fix = "no vote reaches further; choose a value between them"
            raise ClientError(self.name, actual=self.shown(value), allowed=allowed, fix=fix)
        return value


@dataclass(frozen=True)
class _Row:
    unit: str
    now: Read
    floor: Read
    ceiling: Read
    change: Calldata


def parameters(contracts: Contracts) -> list[Parameter]:
    """All of them, as they stand."""
    return [parameter(contracts, name) for name in _ROWS]


def parameter(contracts: Contracts, name: str) -> Parameter:
    """One of them; ClientError if there is none of the name."""
    row = _row(name)
    return Parameter(name, row.unit, row.now(contracts), row.floor(contracts), row.ceiling(contracts))


def propose(network: Network, signer: TransactionSigner, name: str, text: str, why: str = "") -> ProposalCreated:
    """Propose to set a parameter; refused here already if it would fail when executed.

    Raises:
        ClientError: no such parameter, or a value out of bounds.
        RevertError: the signer has too few votes.
    """
    found = parameter(network.contracts, name)
    value = found.parsed(text)
    said = f"Set {name} to {text}" + (f"\n\n{why}" if why else "")
    data = _row(name).change(network.contracts, value)
    calls = Calls((network.contracts.parameters.address,), (0,), (data,), said)
    return network.contracts.governor.propose(signer, calls).only(ProposalCreated)


def vote(network: Network, signer: TransactionSigner, number: int, support: Support) -> int:
    """Cast the signer's vote on a proposal, by its number or id; the weight it had."""
    facts = network.ledger().institutions.proposal(number)
    governor = network.contracts.governor
    governor.cast_vote(signer, facts.id, support)
    return network.contracts.votes.at_time(signer.address, governor.snapshot(facts.id))


def queue(network: Network, signer: TransactionSigner, number: int) -> int:
    """Put what has passed into the timelock; the chain second from which it can be executed."""
    facts = network.ledger().institutions.proposal(number)
    network.contracts.governor.queue(signer, calls_of(facts))
    return network.contracts.governor.eta(facts.id)


def execute(network: Network, signer: TransactionSigner, number: int) -> None:
    """Carry out what has waited."""
    facts = network.ledger().institutions.proposal(number)
    network.contracts.governor.execute(signer, calls_of(facts))


def state(network: Network, facts: ProposalFacts) -> ProposalState:
    """Where a proposal stands now."""
    return network.contracts.governor.state(facts.id)


def calls_of(facts: ProposalFacts) -> Calls:
    """What a proposal does."""
    made = facts.created
    return Calls(made.targets, made.values, made.calldatas, made.description)


def _row(name: str) -> _Row:
    if name not in _ROWS:
        fix = "see 'headwater governance parameters'"
        raise ClientError(f"parameter {name}", actual="unknown", allowed=", ".join(_ROWS), fix=fix)
    return _ROWS[name]


def _whole(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise ClientError(name, actual=text, allowed="a whole number", fix="write digits only") from None


def _digest(text: str) -> int:
    digits = text.removeprefix("0x")
    try:
        value = int(digits, 16) if len(digits) == 64 else 0
    except ValueError:
        value = 0
    if not value:
        fix = "give the SHA-256 of the suite's table"
        raise ClientError("digest of the check suite", actual=text, allowed="32 bytes in hex, not zero", fix=fix)
    return value


def _fixed(name: str) -> Read:
    return lambda c: c.parameters.fixed(name)


def _set(setter: str, *first: int) -> Calldata:
    return lambda c, value: c.parameters.change(setter, *first, value)


def _limit(group: str, field: str) -> Read:
    return lambda c: int(getattr(getattr(c.parameters, group)(), field))


def _none(contracts: Contracts) -> int:
    return 0


def _fee(field: str, cap: str, setter: str) -> _Row:
    return _Row("1/10,000", _limit("funding_limits", field), _none, _fixed(cap), _set(setter))


def _window(group: str, field: str, hard: str, cap: str, setter: str) -> _Row:
    return _Row("seconds", _limit(group, field), _fixed(hard), _fixed(cap), _set(setter))


def _bond(group: str, name: str, setter: str) -> _Row:
    return _Row("tokens", _limit(group, "bond"), _fixed(f"{name}Floor"), _fixed(f"{name}Ceiling"), _set(setter))


def _stake(role: int) -> _Row:
    floor, ceiling = _fixed("stakeFloor"), _fixed("stakeCeiling")
    return _Row("tokens", lambda c: c.parameters.minimum(role), floor, ceiling, _set("setMinimumStake", role))


def _treasury(contracts: Contracts, value: int) -> bytes:
    return contracts.parameters.change("setTreasury", f"0x{value:040x}")


def _suite(contracts: Contracts, value: int) -> bytes:
    number = contracts.parameters.funding_limits().suite + 1
    return contracts.parameters.change("addSuite", number, value.to_bytes(32, "big"))


def _suite_now(contracts: Contracts) -> int:
    return int.from_bytes(contracts.parameters.suite_digest(contracts.parameters.funding_limits().suite), "big")


_ROWS: dict[str, _Row] = {
    "network-fee": _fee("network_fee_bps", "MAX_NETWORK_FEE_BPS", "setNetworkFee"),
    "review-fee-ceiling": _fee("review_fee_bps", "MAX_REVIEW_FEE_BPS", "setReviewFeeCeiling"),
    "operator-fee-ceiling": _fee("operator_fee_bps", "MAX_OPERATOR_FEE_BPS", "setOperatorFeeCeiling"),
    "settle-floor": _window("funding_limits", "settle", "hardSettle", "MAX_WINDOW", "setSettleFloor"),
    "challenge-floor": _window("funding_limits", "challenge", "hardChallenge", "MAX_WINDOW", "setChallengeFloor"),
    "lapse-floor": _window("funding_limits", "lapse", "hardLapse", "MAX_LAPSE", "setLapseFloor"),
    "publish-window": _window("publish_limits", "window", "hardPublish", "MAX_WINDOW", "setPublishWindow"),
    "epoch-window": _window("epoch_limits", "window", "hardEpoch", "MAX_WINDOW", "setEpochWindow"),
    "publish-bond": _bond("publish_limits", "publishBond", "setPublishBond"),
    "epoch-bond": _bond("epoch_limits", "epochBond", "setEpochBond"),
    "operator-stake": _stake(OPERATOR_ROLE),
    "reviewer-stake": _stake(REVIEWER_ROLE),
    "juror-stake": _stake(JUROR_ROLE),
    "holder-stake": _stake(HOLDER_ROLE),
    "treasury": _Row(
        "address", lambda c: int(c.parameters.treasury(), 16), lambda c: 1, lambda c: (1 << 160) - 1, _treasury
    ),
    "suite": _Row("digest", _suite_now, lambda c: 1, lambda c: (1 << 256) - 1, _suite),
}
