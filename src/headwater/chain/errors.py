"""Errors of the chain.

HeadwaterError
└── ChainError
    ├── ChainDownError         nobody answers at the RPC address
    ├── RpcError               the node answered and refused
    ├── WrongChainError        the node serves another chain than the deployment
    ├── NotDeployedError       no deployment, or no code, where the contracts should be
    ├── UnfundedError          the account cannot pay for gas
    ├── AnswerError            what answers at a contract's address is not that contract
    ├── RevertError            a contract said no, and why
    ├── NotMinedError          no receipt in the time allowed
    ├── ArtifactError          a compiled contract is missing or lacks what was asked of it
    ├── KeystoreError          a key file that is absent, damaged or locked by another password
    ├── NotSupportedError      the node cannot do what the check needs
    └── AnvilError             the local chain could not be started or its state not be read
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater.primitives.errors import HeadwaterError


class ChainError(HeadwaterError):
    """Anything between us and the contracts."""


class ChainDownError(ChainError):
    """Nobody answers at the RPC address."""

    def __init__(self, url: str, reason: str) -> None:
        fix = "start the local network with 'headwater up', or give the address of a running node with --rpc-url"
        super().__init__(f"chain at {url} does not answer", actual=reason, fix=fix)
        self.url = url


class RpcError(ChainError):
    """The node refused a request.

    Attributes:
        code: JSON-RPC error code.
        message: the node's words.
        data: revert data, if the refusal was a revert; else empty.
    """

    def __init__(self, method: str, code: int, message: str, data: bytes = b"") -> None:
        super().__init__(f"node refused {method}", actual=f"{message} ({code})")
        self.code, self.message, self.data = code, message, data


class WrongChainError(ChainError):
    """Chain ids differ; a transaction or signature for one must not reach the other."""


class NotDeployedError(ChainError):
    """The contracts are not where they should be."""


class UnfundedError(ChainError):
    """Not enough of the chain's own coin for gas."""


class AnswerError(ChainError):
    """What answers at an address is not the contract expected there."""


class NotMinedError(ChainError):
    """A transaction that may still be mined later; its hash is in ``tx``."""

    def __init__(self, tx: str, seconds: float) -> None:
        fix = "wait and look the hash up, or send again with a higher fee"
        super().__init__(f"transaction {tx}", actual=f"no receipt after {seconds:g} s", fix=fix)
        self.tx = tx


class ArtifactError(ChainError):
    """The committed artifacts do not have it."""


class KeystoreError(ChainError):
    """A key file we cannot use."""


class NotSupportedError(ChainError):
    """The node lacks a method."""


class AnvilError(ChainError):
    """The local chain."""


class RevertError(ChainError):
    """A contract refused.

    Attributes:
        contract: name of the contract, or its address where we do not know it.
        name: custom error, ``Error`` (a reason string) or ``Panic``; empty if the chain gave none.
        values: the error's arguments by name.
    """

    def __init__(self, contract: str, name: str, values: Mapping[str, Any]) -> None:
        self.contract, self.name, self.values = contract, name, dict(values)
        said = ", ".join(f"{key}={_short(value)}" for key, value in self.values.items())
        super().__init__(f"{contract} refused", actual=f"{name or 'no reason'}({said})", fix=fix_for(name))


# What a person can do about the refusals they are likely to meet.
FIXES: Mapping[str, str] = {
    "ERC20InsufficientBalance": "get more of the token, or spend less",
    "ERC20InsufficientAllowance": "approve the contract for the amount first, or use the call with a permit",
    "ERC2612ExpiredSignature": "sign the permit again with a later deadline",
    "ERC2612InvalidSigner": "sign the permit with the account that pays, on this chain, with its current nonce",
    "TransferFromFailed": "check the payer's balance, and that it approved the contract for the amount",
    "TransferFailed": "the token refuses this account: ask its issuer",
    "InvalidAccountNonce": "sign again: another transaction of the account came first",
    "LocalDollar_NotMinter": "ask the account that deployed the local network for dollars",
    "Stakes_LacksRole": "buy the role first: approve the network token and join",
    "Stakes_BelowMinimum": "stake at least the minimum",
    "Stakes_NotFree": "deposit more collateral in that token, or wait for what is locked",
    "Stakes_StillUnbonding": "wait until the time named, on the chain's clock",
    "Stakes_NothingUnbonding": "ask the collateral back first",
    "Campaigns_NotRequester": "sign with the account named in the terms",
    "Campaigns_WrongTerms": "give the terms the campaign was funded with, from its Funded event",
    "Campaigns_FeeTooHigh": "lower the fee to the limit",
    "Campaigns_WrongFee": "take the network's present fee: see 'headwater governance parameters'",
    "Campaigns_WindowOutOfRange": "choose a window between floor and ceiling; lapse covers settle and two challenges",
    "Campaigns_DeadlineOutOfRange": "choose a deadline after the chain's present time, within ten years",
    "Campaigns_DeadlinePassed": "submit to an open campaign: this one takes no more",
    "Campaigns_DeadlineAhead": "wait for the campaign's deadline",
    "Campaigns_CountOutOfRange": "anchor 1 to 1,024 items at a time",
    "Campaigns_NotUnreserved": "top the campaign up, or ask for less",
    "Campaigns_UnknownAnchor": "read the anchor from its Anchored event; it may be settled or rolled back",
    "Campaigns_SeedTooEarly": "wait two blocks after the anchor",
    "Campaigns_SeedExists": "nothing to do: the seed is recorded",
    "Campaigns_CommitExists": "nothing to do: a commit stands and cannot be replaced",
    "Campaigns_NotNext": "settle the anchors of the queue in order",
    "Campaigns_NotCommitted": "give the ballot, time and proof the commit was stored with",
    "Campaigns_RevealTooEarly": "wait a second: a commit must be older than its opening",
    "Campaigns_RevealExists": "nothing to do: the vote was opened",
    "Campaigns_NoVerdict": "vote 0 to reject or 1 to accept",
    "VoteFaults_NoFault": "nothing to prove: the votes are right in this",
    "VoteFaults_WrongAnchor": "give the item's anchor from its Anchored event; for a citation the settlement's first",
    "VoteFaults_WrongCommit": "give root, count, time and leaf as they were committed",
    "VoteFaults_TooLate": "it is too late: the stake may have left",
    "VoteFaults_AlreadyProven": "nothing to do: the reviewer was punished for this round",
    "Settlement_AnchorersWindow": "let the anchorer settle, or wait until the time named",
    "Settlement_NotFinal": "wait until the challenge window is over",
    "Settlement_AlreadyFinal": "it is too late to challenge: the window is over",
    "Settlement_AlreadyPaid": "nothing to do: it was paid",
    "Settlement_AlreadyReleased": "nothing to do: it was released",
    "Settlement_WrongPreimage": "read the settlement from its Settled event; it may be rolled back",
    "Settlement_WrongProof": "build the proof from the settlement's own evidence record",
    "Settlement_TransferFailed": "the token refuses this account: ask its issuer",
    "Settlement_IsVoid": "it was proven wrong: wait for the settlement that replaces it",
    "Settlement_Held": "somebody disputes an item of this leaf: claim again when that is decided",
    "Settlement_VoidedSettler": "let another operator settle",
    "Settlement_NotAssignable": "only a contributor's unpaid claim of a settlement that stands can be assigned, once",
    "Advances_Expired": "ask the contributor for a later deadline",
    "Advances_WrongSignature": "let the contributor sign exactly this assignment, for this chain",
    "Advances_AboveOwed": "offer at most what the leaf owes",
    "Doubts_InDoubt": "wait until every dispute of the settlement is closed: see 'headwater dispute show'",
    "Doubts_NothingCut": "nothing to do, or the leaf is not paid yet: claim it first",
    "Disputes_AlreadyDisputed": "give evidence in the dispute there is: 'headwater dispute evidence'",
    "Disputes_WindowOver": "it is too late: items are disputed before their settlement is final",
    "Disputes_PaidTooLittle": "send at least the cost named, in the chain's coin",
    "Disputes_NotItsPay": "give the pay leaf the item names; if that is another's, 'headwater challenge' proves it",
    "Disputes_NotRuled": "wait for the ruling, or until the time named",
    "Disputes_NotOpen": "look where it stands: 'headwater dispute show'",
    "Disputes_WrongPreimage": "give the settlement and item of the dispute's DisputeOpened event",
    "Disputes_NothingOwed": "nothing to do: the account is owed no coin",
    "KeyFaults_NoFault": "nothing to prove: the holder signed for the share the envelope commits to",
    "KeyFaults_NotSigned": "give the receipt and the signature as the holder sent them",
    "KeyFaults_WrongEnvelope": "give the bytes of the envelope the receipt names",
    "KeyFaults_AlreadyProven": "nothing to do: the holder has answered for this",
    "KeyFaults_NotHolder": "only who has a holder's stake can lose it",
    "KeyFaults_PaidTooLittle": "send at least the cost named, in the chain's coin",
    "KeyFaults_NotRuled": "wait for the ruling, or until the time named",
    "KeyFaults_NotOpen": "nothing to do: the case is closed, or there is none of this number",
    "Faults_NoFault": "nothing to prove: the settlement is right in this",
    "Approvals_AlreadyApproved": "nothing to do: the approval is recorded",
    "Approvals_NotApproved": "let the wallet approve it: by a transaction of its own, or with a signature it accepts",
    "ContentFaults_NoFault": "nothing to prove: the settlement is right in this",
    "ContentFaults_AlreadyShown": "nothing to do: every settler can know of this content",
    "ContentFaults_AlreadyVoid": "nothing to do: the copy is not paid",
    "ContentFaults_AlreadyFinal": "it is too late: the copy's settlement is final",
    "Calls_TooLate": "call in the first half of the challenge window; answer by the time named",
    "Calls_AlreadyCalled": "nothing to do: it was called for",
    "Calls_NotCalled": "nothing to do: nobody calls for it, or the call is closed",
    "Calls_AlreadyAnswered": "nothing to do: read the answer from its event",
    "Calls_StillTime": "wait until the time named",
    "Calls_NotDecided": "wait until the settlement is final or void",
    "Datasets_NotOperator": "sign with an operator's account",
    "Datasets_AlreadyCreated": "use the dataset named",
    "Datasets_WrongFee": "take the network's present fee: see 'headwater governance parameters'",
    "Datasets_NotOwner": "sign with the dataset's owner",
    "Datasets_WrongNumber": "publish the number expected next",
    "Datasets_SettlementNotFinal": "wait until every settlement of the version is final",
    "Datasets_WrongVersion": "read the version from its Published event",
    "Datasets_UnknownOffer": "choose one of the version's offers",
    "Datasets_OutsideTerms": "offer no more purposes and regions than the campaign's terms have",
    "Datasets_OutsideOffer": "declare a purpose and a region the offer grants, or choose another offer",
    "Datasets_StillLocked": "wait until the sales unlock",
    "Datasets_NothingToClaim": "nothing to do: no sale since the last claim",
    "Datasets_NotContributor": "sign with the contributor's own account",
    "Datasets_AlreadyWithdrawn": "nothing to do: it was withdrawn",
    "Parameters_NotTimelock": "propose the change: 'headwater governance propose'",
    "Parameters_OutOfRange": "choose a value between floor and ceiling",
    "Parameters_UnknownRole": "name one role: 1 operator, 2 reviewer, 4 juror, 8 key holder",
    "Parameters_WrongSuite": "give the number expected next and a digest that is not zero",
    "GovernorInsufficientProposerVotes": "get that many votes first: see 'headwater governance delegate'",
    "GovernorUnexpectedProposalState": "look where the proposal stands: 'headwater governance proposals'",
    "GovernorNonexistentProposal": "look the proposal's number up: 'headwater governance proposals'",
    "GovernorAlreadyCastVote": "nothing to do: the vote is cast and stays",
    "GovernorOnlyExecutor": "propose it: only the timelock may",
    "GovernorUnableToCancel": "only its proposer takes a proposal back, before the vote begins",
    "TimelockUnexpectedOperationState": "wait until the delay after queueing is over",
    "TimelockUnauthorizedCaller": "propose it: only the timelock itself may",
    "AccessControlUnauthorizedAccount": "propose it: only the governor has this role",
    "HeadwaterGovernor_OutOfRange": "choose a value between floor and ceiling",
    "HeadwaterTimelock_DelayOutOfRange": "choose a delay between floor and ceiling",
    "Reputation_HeadPending": "wait until the newest epoch is final",
    "Reputation_NotHead": "build the epoch on the newest one",
    "Reputation_WrongEpoch": "read the epoch from its EpochPosted event; it may be rolled back",
    "Reputation_NoFault": "nothing to prove: the epoch is right in this",
    "Reputation_NotPending": "it is too late: the epoch is final or void",
    "Reputation_NotFinal": "wait until the epoch's window is over",
    "Reputation_TooLate": "it is too late: see the time named",
    "Reputation_StillTime": "wait until the time named",
    "Reputation_AlreadyReleased": "nothing to do: it was released",
    "Usage_EmptyRoot": "anchor at least one entry",
    "Court_WrongPhase": "look what the dispute's phase allows",
    "Court_NotYourSeat": "sign with the juror's account of that seat",
    "Court_WrongReveal": "reveal the very choice and salt that were committed",
    "Court_PaidTooLittle": "send at least the cost named",
    "Court_SeedTooEarly": "wait for the block named",
    "Court_SeedExists": "nothing to do: the seed is recorded",
    "Court_SideFunded": "nothing to do: the side has its part",
    "Court_LoserTooLate": "it is too late: a losing side is funded in the first half of the window",
    "Court_NotJudged": "pay the round's places first",
    "Court_AlreadySettled": "nothing to do: everyone of the round is paid",
    "Court_AlreadyRuled": "nothing to do: the ruling was given",
    "Court_NothingOwed": "nothing to do: the account is owed no coin",
    "Court_NotTimelock": "propose the change: only the timelock may",
    "Datasets_IsVoid": "its shares were proven wrong: use the version that replaces it",
    "Datasets_AlreadyUnlocked": "it is too late to challenge: its sales are unlocked",
    "Shares_NoFault": "nothing to prove: the shares are right in this",
    "Shares_WrongTree": "only a campaign's version that stands can be proven wrong; read it from its Published event",
    "Shares_TooLate": "calls are for the first third of the window, answers for the second",
    "Shares_AlreadyCalled": "nothing to do: somebody called for this leaf",
    "Campaigns_WrongPool": "price mode has neither pool nor floor; pool mode has both, and the pool is funded at once",
    "Campaigns_PoolClosing": "the pool is closed: what was not settled by then is not settled again",
    "Pools_DeadlineAhead": "wait for the campaign's deadline",
    "Pools_Unsettled": "settle what is anchored first, or let it lapse",
    "Pools_NotCollected": "collect the bond of the void closing first: it belongs to the pool",
    "Pools_NotFinal": "wait until the closing's window is over",
    "Pools_AlreadyClaimed": "nothing to do: it was paid",
    "Shares_NotSuccessor": "carry to a later version of the same dataset with at least the same settlements",
    "Licences_Soulbound": "buy a licence for the other account: they cannot be passed on",
}


def fix_for(name: str) -> str:
    """A hint for an error's name; empty if we have none."""
    return FIXES.get(name, "")


def _short(value: Any) -> str:
    return "0x" + bytes(value).hex() if isinstance(value, bytes | bytearray) else str(value)
