"""What a long run must have met: every function anybody can call, through and refused, or the reason why not."""

from __future__ import annotations

from collections.abc import Mapping

from headwater.chain import interface

Tally = Mapping[tuple[str, str], int]
# Not KeyFaults, which touches nothing here but holders' stakes: KeyFaultsTest, tests/integration/test_key_faults.py.
CONTRACTS = (
    *("Advances", "Approvals", "Calls", "Campaigns", "ContentFaults", "Court", "Datasets", "Disputes", "Doubts"),
    *("Faults", "HeadwaterToken", "Licences", "LocalDollar", "Parameters", "Pools", "Reputation", "Reviewers"),
    *("Settlement", "ShareFaults", "Stakes", "VoteFaults"),
)
# functions nobody calls here, and why
LEFT_OUT: dict[str, str] = {
    # by other contracts alone; what they do shows in the books of those who are called
    "Campaigns": "book freePool lockPool payPool reopenPool slashPool take unlockPool",
    "Court": "createDispute",
    "Datasets": "carry voidVersion",
    "Doubts": "fine freeBond freeLeaf holdBond holdLeaf resume suspend",
    "Licences": "mint",
    "Reviewers": "seal",
    "Settlement": "amend assign credit disburse void",
    "Stakes": "award freeStake holdStake lock slash slashStake unlock",
}
ELSEWHERE: dict[str, str] = {
    # appeals are more than one round: CourtTest, CourtInvariantTest; windows and fee: GovernanceTest
    "Court": "adjust appeal claimAppeal fundAppeal",
    # OpenZeppelin's, beside what the model uses of it
    "Datasets": "approve safeTransferFrom setApprovalForAll",
    "HeadwaterToken": "delegate delegateBySig permit transfer transferFrom",
    "LocalDollar": "mint permit transfer transferFrom",
    # the suite of checks moves no money: GovernanceTest
    "Parameters": "addSuite",
    # deployed with nobody as judge: ReputationTest
    "Reputation": "rule suspend",
    # the model's epochs admit and suspend nobody: StandingTest, tests/e2e/test_gold.py
    "Reviewers": "heed",
}
NEVER_DONE = {"Licences.safeTransferFrom", "Licences.setApprovalForAll"}  # soulbound; they revert without writing
NEVER_REFUSED = {"Court.sync", "Datasets.createOwn", "HeadwaterToken.approve", "LocalDollar.approve", "Reviewers.sync"}


def actions() -> set[str]:
    """Of the ABIs, so that a new function is either in the model or among the reasons."""
    found = set()
    for contract in CONTRACTS:
        left = f"{LEFT_OUT.get(contract, '')} {ELSEWHERE.get(contract, '')}".split()
        for name, entries in interface.load(contract).functions.items():
            writes = any(entry["stateMutability"] not in ("view", "pure") for entry in entries)
            if writes and name not in left:
                found.add(f"{contract}.{name}")
    return found | NEVER_DONE


def unmet(tally: Tally) -> list[str]:
    """What is missing, in words."""
    done = {name for (name, refusal), count in tally.items() if count and not refusal}
    refused = {name for (name, refusal), count in tally.items() if count and refusal}
    wanted = actions()
    strange = sorted((done | refused) - wanted - {"wait"})
    return [
        *(f"{name} never went through" for name in sorted(wanted - done - NEVER_DONE)),
        *(f"{name} was never refused" for name in sorted(wanted - refused - NEVER_REFUSED)),
        *(f"{name} is not among the contracts' functions" for name in strange),
        *(f"{name} went through" for name in sorted(done & NEVER_DONE)),
    ]
