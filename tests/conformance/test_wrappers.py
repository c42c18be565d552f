"""Every call a wrapper makes exists in the compiled contract, and every call a person may make has a wrapper."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator

import pytest

from headwater.chain import interface
from headwater.chain.advances import Advances
from headwater.chain.approvals import Approvals
from headwater.chain.calls import Calls
from headwater.chain.campaigns import Campaigns
from headwater.chain.content_faults import ContentFaults
from headwater.chain.contract import Contract
from headwater.chain.court import Court
from headwater.chain.datasets import Datasets
from headwater.chain.disputes import Disputes
from headwater.chain.doubts import Doubts
from headwater.chain.faults import Faults
from headwater.chain.governor import Governor
from headwater.chain.key_faults import KeyFaults
from headwater.chain.licences import Licences
from headwater.chain.parameters import Parameters
from headwater.chain.pools import Pools
from headwater.chain.reputation import Reputation
from headwater.chain.reviewers import Reviewers
from headwater.chain.settlement import Settlement
from headwater.chain.share_faults import ShareFaults
from headwater.chain.stakes import Stakes
from headwater.chain.timelock import Timelock
from headwater.chain.usage import Usage
from headwater.chain.vote_faults import VoteFaults
from headwater.chain.votes import Votes

WRAPPERS: tuple[type[Contract], ...] = (
    *(Stakes, Campaigns, Settlement, Faults, Advances, Doubts, Datasets, Licences),
    *(Approvals, ContentFaults, Calls, Disputes, ShareFaults, Pools),
    *(Parameters, Governor, Timelock, Reputation, Usage, Court, Votes),
    *(Reviewers, VoteFaults, KeyFaults),
)
BETWEEN_CONTRACTS = {
    "Stakes": {"lock", "unlock", "slash", "award", "holdStake", "freeStake", "slashStake"},
    "Campaigns": {
        *("take", "book"),
        *("lockPool", "reopenPool", "unlockPool", "slashPool", "payPool", "freePool"),
    },
    "Settlement": {"amend", "assign", "credit", "disburse", "void"},
    "Doubts": {"holdBond", "freeBond", "holdLeaf", "freeLeaf", "suspend", "resume", "fine"},
    "Datasets": {"voidVersion", "carry"},
    "Disputes": {"rule"},
    "KeyFaults": {"rule"},
    "Licences": {"mint"},
    "Reviewers": {"seal"},
    "Reputation": {"suspend", "rule"},
    "Court": {"createDispute", "appeal", "adjust"},
    # What only a proposal does.
    "Parameters": {name for name in interface.load("Parameters").functions if name.startswith(("set", "addSuite"))},
    "HeadwaterGovernor": {
        *("setVotingDelay", "setVotingPeriod", "setProposalThreshold", "updateQuorumNumerator", "updateTimelock"),
        "relay",
    },
    "HeadwaterTimelock": {
        "schedule",
        "scheduleBatch",
        "cancel",
        "updateDelay",
        "grantRole",
        "revokeRole",
        "renounceRole",
    },
}
WRITES = {"nonpayable", "payable"}
RECEIVERS = {"onERC721Received", "onERC1155Received", "onERC1155BatchReceived"}
OTHER_VOTES = {"castVoteBySig", "castVoteWithReasonAndParams", "castVoteWithReasonAndParamsBySig", "delegateBySig"}
TOKEN_STANDARDS = {
    *("approve", "setApprovalForAll", "safeTransferFrom", "safeBatchTransferFrom", "transferFrom", "transfer", "permit")
}


def _calls(wrapper: type[Contract], kind: str) -> Iterator[tuple[str, int | None]]:
    """Function and number of arguments (``None`` if some are spread) of each call of this kind."""
    skipped = 1 if kind == "_write" else 0  # the signer
    for node in ast.walk(ast.parse(inspect.getsource(wrapper))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == kind:
            name, *args = node.args[skipped:]
            if isinstance(name, ast.Constant):
                spread = any(isinstance(one, ast.Starred) for one in args)
                yield str(name.value), None if spread else len(args)


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_calls_exist_with_their_number_of_arguments(wrapper: type[Contract]) -> None:
    functions = interface.load(wrapper.NAME).functions
    for kind, mutating in (("_read", False), ("_write", True)):
        for name, count in _calls(wrapper, kind):
            found = [one for one in functions.get(name, ()) if count is None or len(one["inputs"]) == count]
            assert found, f"{wrapper.NAME}.{name} with {count} arguments"
            assert (found[0]["stateMutability"] in WRITES) is mutating, name


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_every_call_open_to_people_has_a_wrapper(wrapper: type[Contract]) -> None:
    functions = interface.load(wrapper.NAME).functions
    writes = {name for name, group in functions.items() if group[0]["stateMutability"] in WRITES}
    writes -= RECEIVERS | OTHER_VOTES | TOKEN_STANDARDS
    wrapped = {name for name, _ in _calls(wrapper, "_write")}
    assert writes - wrapped == BETWEEN_CONTRACTS.get(wrapper.NAME, set())
