"""Putting the contracts on a chain: the same way for a local anvil and for any RPC.

They know each other by addresses fixed at creation, so all addresses are computed from the deployer's next nonces
first. Every transaction carries the nonce its contract was promised and is written to a journal before it is sent: the
run after an interruption finds what stands, waits for what is under way and sends the rest, and nothing is created
twice. What is found at an address must be the code of the artifacts with these very immutables.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from headwater.chain import interface, runtime
from headwater.chain.deploy_journal import Journal
from headwater.chain.deployment import Deployment, Profile
from headwater.chain.errors import NotDeployedError, NotMinedError, RevertError, RpcError, UnfundedError
from headwater.chain.ports import TransactionSigner
from headwater.chain.rpc import Chain
from headwater.chain.runtime import Word, eip712
from headwater.primitives.cid import RAW, cid_encode
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import ZERO_ADDRESS, checksum_address

QUESTION, KEY_QUESTION = (Path(__file__).with_name(name) for name in ("question.json", "key_question.json"))
CALLS_A_BOND = 100  # calls for a share leaf that cost together what publishing locks
LICENCE_URI = "headwater:licence/{id}"
_MAX_THRESHOLD_PERCENT = 1  # as HeadwaterGovernor has it
_JUROR = 2  # in Profile.minimums
Say = Callable[[str], None]


# What is deployed. A new contract is a function that says what it is made with, and a row in PARTS at its place.


@dataclass(frozen=True)
class Site:
    """Where everything is or will be, and what it is made with; ``site["Stakes"]`` is an address."""

    at: Mapping[str, str]
    chain_id: int
    deployer: str
    treasury: str
    profile: Profile

    def __getitem__(self, name: str) -> str:
        return self.at[name]


@dataclass(frozen=True)
class Made:
    """What one contract is made with.

    Attributes:
        arguments: of its constructor.
        immutables: every one of them, by ``Contract.variable`` as the source declares it.
    """

    arguments: Sequence[Any]
    immutables: Mapping[str, Word]


@dataclass(frozen=True)
class Part:
    """One contract of the network; ``when`` says which profiles have it."""

    name: str
    made: Callable[[Site], Made]
    when: Callable[[Profile], bool] = lambda profile: True


def _local_dollar(s: Site) -> Made:
    return Made((), _own("LocalDollar", minter=s.deployer) | eip712("Local Dollar", s["LocalDollar"], s.chain_id))


def _token(s: Site) -> Made:
    return Made((s.deployer, s.profile.supply), eip712("Headwater", s["HeadwaterToken"], s.chain_id))


def _timelock(s: Site) -> Made:
    floor = s.profile.timelock_floor
    return Made((s.profile.timelock, floor, s["HeadwaterGovernor"]), _own("HeadwaterTimelock", minDelayFloor=floor))


def _governor(s: Site) -> Made:
    given, (delay_floor, period_floor) = s.profile, s.profile.voting_floors
    settings = (*given.voting, delay_floor, period_floor, given.threshold, given.quorum_percent)
    return Made(
        (s["HeadwaterToken"], s["HeadwaterTimelock"], settings),
        _own("HeadwaterGovernor", votingDelayFloor=delay_floor, votingPeriodFloor=period_floor)
        | _own("HeadwaterGovernor", maxThreshold=given.supply * _MAX_THRESHOLD_PERCENT // 100)
        | _own("GovernorVotes", _token=s["HeadwaterToken"])
        | eip712("Headwater Governor", s["HeadwaterGovernor"], s.chain_id),
    )


def _parameters(s: Site) -> Made:
    given, timelock = s.profile, s["HeadwaterTimelock"]
    bonds = given.publish_bonds, given.epoch_bonds
    stakes = given.minimums, *given.stake_bounds
    hard = dict(zip(("Settle", "Challenge", "Lapse", "Publish", "Epoch"), given.floors, strict=True))
    return Made(
        ((timelock, s.treasury, *given.fees, given.windows, given.floors, *bonds, *stakes, _bytes32(given.suite)),),
        _own("Parameters", timelock=timelock)
        | _own("Parameters", **{f"hard{name}": floor for name, floor in hard.items()})
        | _own("Parameters", publishBondFloor=bonds[0][0], publishBondCeiling=bonds[0][2])
        | _own("Parameters", epochBondFloor=bonds[1][0], epochBondCeiling=bonds[1][2])
        | _own("Parameters", stakeFloor=given.stake_bounds[0], stakeCeiling=given.stake_bounds[1]),
    )


def _stakes(s: Site) -> Made:
    token, parameters = s["HeadwaterToken"], s["Parameters"]
    known = {name: s[name.capitalize()] for name in ("campaigns", "settlement", "datasets")}
    keepers = known | {"faults": s["Doubts"], "reputation": s["Reputation"], "court": s["Court"]}
    keepers |= {"disputes": s["Disputes"], "calls": s["Calls"]}
    keepers |= {"voteFaults": s["VoteFaults"], "keyFaults": s["KeyFaults"]}
    return Made(
        (token, parameters, tuple(keepers.values()), s.profile.unbonding),
        _own("Stakes", networkToken=token, parameters=parameters, unbonding=s.profile.unbonding)
        | _own("Stakes", **keepers),
    )


def _campaigns(s: Site) -> Made:
    names = {name: s[name.capitalize()] for name in ("stakes", "settlement", "parameters", "pools", "reviewers")}
    return Made(tuple(names.values()), _own("Campaigns", **names))


def _settlement(s: Site) -> Made:
    known = {name: s[name.capitalize()] for name in ("campaigns", "stakes", "advances", "faults")}
    more = {"voteFaults": s["VoteFaults"], "contentFaults": s["ContentFaults"]}
    more |= {"calls": s["Calls"], "disputes": s["Disputes"]}
    parts = known | more | {"doubts": s["Doubts"]}
    return Made((tuple(parts.values()),), _own("Settlement", **parts))


def _doubts(s: Site) -> Made:
    known = {"settlement": s["Settlement"], "stakes": s["Stakes"]}
    parts = known | {"contentFaults": s["ContentFaults"], "calls": s["Calls"], "disputes": s["Disputes"]}
    return Made((tuple(parts.values()),), _own("Doubts", **parts))


def _approvals(s: Site) -> Made:
    return Made((), {})


def _content_faults(s: Site) -> Made:
    parts = {name.lower(): s[name] for name in ("Settlement", "Campaigns", "Doubts", "Approvals")}
    return Made(tuple(parts.values()), _own("ContentFaults", **parts))


def _calls(s: Site) -> Made:
    parts: dict[str, Word] = {
        name.lower(): s[name] for name in ("Settlement", "Campaigns", "Doubts", "Approvals", "Stakes")
    }
    parts |= {"networkToken": s["HeadwaterToken"], "callBond": s.profile.call_bond}
    return Made((tuple(parts.values()),), _own("Calls", **parts))


def _faults(s: Site) -> Made:
    return Made((s["Settlement"],), _own("Faults", settlement=s["Settlement"]))


def _datasets(s: Site) -> Made:
    names = ("campaigns", "settlement", "stakes", "licences", "parameters")
    parts = {name: s[name.capitalize()] for name in names} | {"networkToken": s["HeadwaterToken"]}
    parts |= {"shareFaults": s["ShareFaults"]}
    return Made((tuple(parts.values()),), _own("Datasets", **parts))


def _share_faults(s: Site) -> Made:
    trees = _share_trees(s)
    known = _own("ShareTrees", **trees) | _own("ShareFaults", datasets=s["Datasets"])
    return Made((s["Datasets"], *trees.values()), known)


def _pools(s: Site) -> Made:
    trees = _share_trees(s)
    return Made(
        (s["Campaigns"], *trees.values()), _own("ShareTrees", **trees) | _own("Pools", campaigns=s["Campaigns"])
    )


def _share_trees(s: Site) -> dict[str, Word]:
    bond = s.profile.publish_bond // CALLS_A_BOND
    return {"settlement": s["Settlement"], "networkToken": s["HeadwaterToken"], "callBond": bond}


def _licences(s: Site) -> Made:
    return Made((s["Datasets"], LICENCE_URI), _own("Licences", datasets=s["Datasets"]))


def _advances(s: Site) -> Made:
    domain = eip712("Headwater", s["Advances"], s.chain_id)
    return Made((s["Settlement"],), _own("Advances", settlement=s["Settlement"]) | domain)


def _reputation(s: Site) -> Made:
    parts: dict[str, Word] = {
        "stakes": s["Stakes"],
        "parameters": s["Parameters"],
        "networkToken": s["HeadwaterToken"],
        "judge": ZERO_ADDRESS,  # who hears disputes; none here yet
        "demandBond": s.profile.demand_bond,
    }
    return Made(tuple(parts.values()), _own("Reputation", **parts))


def _reviewers(s: Site) -> Made:
    names = {name: s[name.capitalize()] for name in ("stakes", "reputation", "campaigns")}
    return Made(tuple(names.values()), _own("Reviewers", **names))


def _vote_faults(s: Site) -> Made:
    names = ("settlement", "campaigns", "stakes", "reviewers", "reputation", "parameters")
    parts = {name: s[name.capitalize()] for name in names}
    return Made((tuple(parts.values()),), _own("VoteFaults", **parts))


def _usage(s: Site) -> Made:
    return Made((s["Stakes"],), _own("Usage", stakes=s["Stakes"]))


def _court(s: Site) -> Made:
    given, juror = s.profile, s.profile.minimums[_JUROR]
    wrong, absent = juror // 4, juror // 2
    who = s["Stakes"], s.treasury, s["HeadwaterTimelock"]
    fees = given.juror_fee, given.juror_fee_cap
    draw, commit, reveal, appeal = given.court_floors
    return Made(
        ((*who, given.court, given.court_floors, *fees, wrong, absent),),
        _own("Court", stakes=who[0], treasury=who[1], timelock=who[2], _token=s["HeadwaterToken"])
        | _own("Court", feeCap=given.juror_fee_cap, wrongPenalty=wrong, absentPenalty=absent)
        | _own("Court", _drawFloor=draw, _commitFloor=commit, _revealFloor=reveal, _appealFloor=appeal),
    )


def _disputes(s: Site) -> Made:
    names: dict[str, Word] = {name: s[name.capitalize()] for name in ("settlement", "doubts", "stakes")}
    parts: dict[str, Word] = names | {"arbitrator": s["Court"], "treasury": s.treasury} | _bounds(s)
    return Made((tuple(parts.values()), question_uri()), _own("Disputes", **parts))


def _key_faults(s: Site) -> Made:
    names: dict[str, Word] = {name: s[name.capitalize()] for name in ("campaigns", "stakes", "parameters")}
    parts: dict[str, Word] = names | {"arbitrator": s["Court"]} | _bounds(s)
    return Made((tuple(parts.values()), question_uri(KEY_QUESTION)), _own("KeyFaults", **parts))


def _bounds(s: Site) -> dict[str, Word]:
    """No case is longer than unbonding, however the court is adjusted; a jury's worth is what seven jurors lose."""
    return {"caseValue": 7 * (s.profile.minimums[_JUROR] // 4), "patience": 2 * s.profile.unbonding}


def question_uri(document: Path = QUESTION) -> str:
    """Where ERC-1497 says what jurors are asked: a document that lies beside this file."""
    return "/ipfs/" + cid_encode(RAW, sha256(document.read_bytes()).digest())


def _bytes32(text: str) -> bytes:
    return bytes.fromhex(text.removeprefix("0x"))


def _own(contract: str, **values: Word) -> dict[str, Word]:
    return {f"{contract}.{name}": value for name, value in values.items()}


# In the order of their creation: the n-th gets the deployer's n-th nonce from now.
PARTS: tuple[Part, ...] = (
    Part("LocalDollar", _local_dollar, lambda profile: profile.local_dollar),
    Part("HeadwaterToken", _token),
    Part("HeadwaterTimelock", _timelock),
    Part("HeadwaterGovernor", _governor),
    Part("Parameters", _parameters),
    Part("Stakes", _stakes),
    Part("Campaigns", _campaigns),
    Part("Settlement", _settlement),
    Part("Faults", _faults),
    Part("Datasets", _datasets),
    Part("Licences", _licences),
    Part("Advances", _advances),
    Part("Doubts", _doubts),
    Part("Reputation", _reputation),
    Part("Usage", _usage),
    Part("Court", _court),
    Part("Disputes", _disputes),
    Part("Approvals", _approvals),
    Part("ContentFaults", _content_faults),
    Part("Calls", _calls),
    Part("ShareFaults", _share_faults),
    Part("Pools", _pools),
    Part("Reviewers", _reviewers),
    Part("VoteFaults", _vote_faults),
    Part("KeyFaults", _key_faults),
)


def parts_of(profile: Profile) -> list[Part]:
    """What a profile deploys, in order."""
    return [part for part in PARTS if part.when(profile)]


def site_of(deployment: Deployment) -> Site:
    """Where a deployment is.

    Raises:
        NotDeployedError: its file does not say enough to tell.
    """
    named = {part.name for part in parts_of(deployment.profile)}
    lacking = sorted(named - set(deployment.contracts))
    lacking += [role for role in ("deployer", "treasury") if not getattr(deployment, role)]
    if lacking:
        fix = "deploy again with this version, or use the version of Headwater that wrote the file"
        raise NotDeployedError("deployment file", actual=f"nothing about {', '.join(lacking)}", fix=fix)
    return Site(deployment.contracts, deployment.chain_id, deployment.deployer, deployment.treasury, deployment.profile)


def sources() -> str:
    """Hash of the sources the artifacts were made from."""
    return runtime.load(PARTS[-1].name).source_hash


def created_address(creator: str, nonce: int) -> str:
    """Address of the contract an account creates with a nonce: ``keccak256(rlp([creator, nonce]))[12:]``."""
    import rlp

    return checksum_address(keccak256(rlp.encode([bytes.fromhex(creator[2:]), nonce]))[12:].hex())


# Planning

_GAS_MARGIN_PERCENT = 10
_CREATION_GAS = 53_000
_CODE_BYTE_GAS = 200
_ZERO_BYTE_GAS, _BYTE_GAS = 4, 16
_CONSTRUCTOR_GAS = 250_000
LAG_S = 10.0  # behind one address may be several nodes, some of them this much behind the others


@dataclass(frozen=True)
class Fees:
    """Price of gas: ``now`` at the present base fee, ``most`` what a transaction may be charged."""

    now: int
    most: int
    fields: Mapping[str, int]


@dataclass(frozen=True)
class Step:
    """One contract of a plan; ``gas`` is its limit, 0 if it ``stands`` already."""

    name: str
    address: str
    nonce: int
    gas: int
    stands: bool


@dataclass(frozen=True)
class Plan:
    """What a deployment will do, and what it costs.

    Attributes:
        block: first block that may hold an event.
        balance: the deployer's, in wei.
        sent: hashes of transactions an earlier run signed, by contract.
    """

    site: Site
    block: int
    steps: tuple[Step, ...]
    fees: Fees
    balance: int
    sent: Mapping[str, Sequence[str]]

    @cached_property
    def gas(self) -> int:
        """Of what is still to be created, at most."""
        return sum(step.gas for step in self.steps)

    @property
    def resumed(self) -> bool:
        """An earlier run has begun it."""
        return bool(self.sent)

    def check_funded(self) -> None:
        """Refuse to begin what cannot be paid to the end.

        Raises:
            UnfundedError: with what is missing.
        """
        if (needed := self.gas * self.fees.most) > self.balance:
            raise UnfundedError(
                f"account {self.site.deployer}",
                actual=f"{self.balance} wei",
                allowed=f"at least {needed} wei for {self.gas} gas at up to {self.fees.most} wei",
                fix=f"send it {needed - self.balance} wei more of the chain's coin; nothing was sent",
            )


def plan(
    chain: Chain, deployer: str, profile: Profile, *, treasury: str | None = None, journal: Path | None = None
) -> Plan:
    """What deploying from this account would do now; sends nothing.

    Args:
        treasury: receives the network fee until governance names another; the timelock by default.
        journal: of an earlier run, if there is such a file: its addresses are kept.

    Raises:
        NotDeployedError: the journal is of another deployment, or another transaction used one of its nonces.
    """
    if treasury and not int(treasury, 16):
        raise NotDeployedError("treasury", actual="the zero address", fix="name an account that can use the fees")
    begun = Journal.read(journal) if journal else None
    if begun is None:
        nonce, block, sent = _nonce(chain, deployer, "pending"), chain.latest().number, {}
    else:
        receiver = treasury or _addresses(deployer, begun.nonce, begun.profile)["HeadwaterTimelock"]
        begun.check(chain.chain_id, deployer, receiver, profile, sources())
        nonce, block, sent = begun.nonce, begun.block, begun.sent
    at = _addresses(deployer, nonce, profile)
    site = Site(at, chain.chain_id, deployer, treasury or at["HeadwaterTimelock"], profile)
    used = _nonce(chain, deployer, "latest")
    steps = tuple(_step(chain, site, part, nonce + offset, used) for offset, part in enumerate(parts_of(profile)))
    return Plan(site, block, steps, fees(chain), chain.balance(deployer), sent)


def _addresses(deployer: str, nonce: int, profile: Profile) -> dict[str, str]:
    return {part.name: created_address(deployer, nonce + offset) for offset, part in enumerate(parts_of(profile))}


def fees(chain: Chain) -> Fees:
    """EIP-1559 fees that stand a doubling of the base fee, or a gas price on chains without one."""
    head = chain.request("eth_getBlockByNumber", "latest", False)
    if "baseFeePerGas" not in head:
        price = int(chain.request("eth_gasPrice"), 16)
        return Fees(price, price, {"gasPrice": price})
    try:
        tip = int(chain.request("eth_maxPriorityFeePerGas"), 16)
    except RpcError:
        tip = 10**9
    base = int(head["baseFeePerGas"], 16)
    most = 2 * base + tip
    return Fees(base + tip, most, {"maxFeePerGas": most, "maxPriorityFeePerGas": tip})


def _step(chain: Chain, site: Site, part: Part, nonce: int, used: int) -> Step:
    address = site[part.name]
    if chain.code(address):
        _check_code(chain, site, part)
        return Step(part.name, address, nonce, 0, stands=True)
    if nonce < used:
        raise _came_between(part.name, address, nonce)
    return Step(part.name, address, nonce, _gas(chain, site, part), stands=False)


def _gas(chain: Chain, site: Site, part: Part, *, sure: bool = False) -> int:
    """Limit for creating a contract; ``sure`` if all it may call is there, so that a refusal is final."""
    data = creation(site, part)
    try:
        needed = int(chain.request("eth_estimateGas", {"from": site.deployer, "data": "0x" + data.hex()}), 16)
    except RpcError as error:
        if sure and (error.data or "revert" in error.message.lower()):
            raise interface.revert(part.name, error.data) from None
        nonzero = sum(1 for byte in data if byte)
        needed = _CREATION_GAS + _CODE_BYTE_GAS * len(data) + _CONSTRUCTOR_GAS
        needed += _BYTE_GAS * nonzero + _ZERO_BYTE_GAS * (len(data) - nonzero)
    return needed * (100 + _GAS_MARGIN_PERCENT) // 100


def creation(site: Site, part: Part) -> bytes:
    """Data of the transaction that creates a contract."""
    return interface.load(part.name).creation(part.made(site).arguments)


def _nonce(chain: Chain, account: str, tag: str) -> int:
    return int(chain.request("eth_getTransactionCount", account, tag), 16)


# Deploying


def deploy(
    chain: Chain,
    signer: TransactionSigner,
    profile: Profile,
    *,
    treasury: str | None = None,
    journal: Path | None = None,
    say: Say = lambda text: None,
) -> Deployment:
    """Deploy everything and check it is there; ``plan`` and ``carry_out`` in one.

    Raises:
        UnfundedError: the account cannot pay for all of it; nothing was sent.
        NotDeployedError: another transaction of the signer came between; deploy again.
        NotMinedError, ChainDownError: run it again, it goes on where it was.
    """
    made = plan(chain, signer.address, profile, treasury=treasury, journal=journal)
    return carry_out(chain, signer, made, journal=journal, say=say)


def carry_out(
    chain: Chain,
    signer: TransactionSigner,
    made: Plan,
    *,
    journal: Path | None = None,
    say: Say = lambda text: None,
    wait_s: float = 240.0,
) -> Deployment:
    """Send what a plan still lacks, in order, each once the one before stands.

    Args:
        journal: kept while it runs; the caller removes it when the deployment is safe in its own file.
        wait_s: for each contract.

    Raises:
        As ``deploy``.
    """
    made.check_funded()
    site = made.site
    facts = site.chain_id, site.deployer, site.treasury, site.profile, sources(), made.steps[0].nonce, made.block
    log = Journal(journal, *facts, sent={name: list(hashes) for name, hashes in made.sent.items()})
    log.write()
    parts = {part.name: part for part in PARTS}
    for step in made.steps:
        if not step.stands:
            _create(chain, signer, site, parts[step.name], step, log, wait_s)
            _check_code(chain, site, parts[step.name])
        say(f"{step.name} stands at {step.address}")
    sent = {step.name: _creating(chain, step, log.sent.get(step.name, ())) for step in made.steps}
    return Deployment(site.chain_id, dict(site.at), made.block, site.profile, site.deployer, site.treasury, sent)


def _create(
    chain: Chain, signer: TransactionSigner, site: Site, part: Part, step: Step, log: Journal, wait_s: float
) -> None:
    """One contract with its own nonce, until it stands."""
    data, price = creation(site, part), fees(chain)
    gas = _gas(chain, site, part, sure=True)
    transaction = {"chainId": site.chain_id, "nonce": step.nonce, "gas": gas, "value": 0, "data": data}
    raw = signer.sign_transaction(transaction | dict(price.fields))
    log.add(part.name, "0x" + keccak256(raw).hex())
    try:
        chain.request("eth_sendRawTransaction", "0x" + raw.hex())
    except RpcError as error:
        if "insufficient funds" in error.message.lower():
            most = gas * price.most
            raise UnfundedError(
                f"account {site.deployer}",
                actual=f"{chain.balance(site.deployer)} wei",
                allowed=f"at least {most} wei for {part.name}",
                fix="send it more of the chain's coin and deploy again: it goes on where it was",
            ) from None
        # An earlier run's transaction with this nonce may be waiting or mined. Then that one decides.
        if _nonce(chain, site.deployer, "pending") <= step.nonce:
            raise
    _await(chain, site, step, log.sent[part.name], wait_s)


def _await(chain: Chain, site: Site, step: Step, sent: Sequence[str], wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    gone, pause = 0.0, 0.02
    while not chain.code(step.address):
        mined = next(_receipts(chain, sent), None)
        if mined and int(mined["status"], 16) != 1:
            raise _why(chain, step, mined)
        if mined or _nonce(chain, site.deployer, "latest") <= step.nonce:
            gone = 0.0
        elif time.monotonic() - (gone := gone or time.monotonic()) > LAG_S:
            raise _came_between(step.name, step.address, step.nonce)
        if time.monotonic() > deadline:
            raise NotMinedError(sent[-1], wait_s)
        time.sleep(pause)
        pause = min(2 * pause, 1.0)


def _why(chain: Chain, step: Step, mined: Mapping[str, Any]) -> RevertError:
    try:
        chain.wait(str(mined["transactionHash"]), contract=step.name)
    except RevertError as error:
        return error
    raise AssertionError("unreachable: the receipt says it failed")


def _creating(chain: Chain, step: Step, sent: Sequence[str]) -> str:
    """Which of the transactions signed for a contract created it; empty if the node does not say."""
    mined = next((one for one in _receipts(chain, sent) if int(one["status"], 16) == 1), None)
    return str(mined["transactionHash"]) if mined else ""


def _receipts(chain: Chain, sent: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    for tx in sent:
        if (found := chain.request("eth_getTransactionReceipt", tx)) is not None:
            yield found


def _came_between(name: str, address: str, nonce: int) -> NotDeployedError:
    fix = "look again in a minute; if it stays, remove the journal and use an account nothing else sends from"
    return NotDeployedError(f"{name} at {address}", actual=f"nonce {nonce} used by another transaction", fix=fix)


def _check_code(chain: Chain, site: Site, part: Part) -> None:
    found = chain.code(site[part.name])
    wrong = list(runtime.load(part.name).differences(found, part.made(site).immutables))
    if wrong:
        fix = "deploy again from the start, with another account or without the journal"
        raise NotDeployedError(f"{part.name} at {site[part.name]}", actual="; ".join(wrong), fix=fix)
