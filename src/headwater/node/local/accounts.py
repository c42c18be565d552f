"""Play money and roles on a local network, and the staking calls every network shares."""

from __future__ import annotations

from headwater.chain import anvil
from headwater.chain.contracts import Contracts
from headwater.chain.ports import TransactionSigner
from headwater.chain.rpc import LOCAL_CHAIN, Chain
from headwater.chain.stakes import REVIEWER_ROLE
from headwater.node.wallets import Wallets

DOLLARS = 10**6
TOKENS = 10**18


def is_local(chain: Chain) -> bool:
    """Whether this is a throwaway chain on this machine."""
    return chain.chain_id == LOCAL_CHAIN


def dollar_of(contracts: Contracts) -> str:
    """The local test dollar."""
    return contracts.deployment.address("LocalDollar")


def grant(
    contracts: Contracts, wallets: Wallets, account: str, *, dollars: int = 0, tokens: int = 0, gas: bool = True
) -> None:
    """Local networks only: gas money, whole local dollars and whole network tokens for an account."""
    deployer = wallets.open("deployer")
    if gas:
        anvil.fund(contracts.chain, account)
    if dollars:
        contracts.token(dollar_of(contracts)).mint(deployer, account, dollars * DOLLARS)
    if tokens:
        contracts.network_token.transfer(deployer, account, tokens * TOKENS)


def join(contracts: Contracts, signer: TransactionSigner, role: int, tokens: int) -> None:
    """Stakes whole network tokens for a role, once; a reviewer's weight follows, so that he can be drawn."""
    if not contracts.stakes.has_role(signer.address, role):
        contracts.network_token.approve(signer, contracts.stakes.address, tokens * TOKENS)
        contracts.stakes.join(signer, role, tokens * TOKENS)
    if role == REVIEWER_ROLE and contracts.reviewers.weight(signer.address) != contracts.stakes.stake(
        signer.address, role
    ):
        contracts.reviewers.sync(signer, signer.address)


def add_collateral(contracts: Contracts, signer: TransactionSigner, token: str, amount: int) -> None:
    """Adds to an operator's free collateral in a token, smallest units."""
    contracts.token(token).approve(signer, contracts.stakes.address, amount)
    contracts.stakes.deposit(signer, token, amount)
