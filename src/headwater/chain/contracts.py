"""All contracts of one network in one hand."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from headwater.chain.advances import Advances
from headwater.chain.approvals import Approvals
from headwater.chain.calls import Calls
from headwater.chain.campaigns import Campaigns
from headwater.chain.content_faults import ContentFaults
from headwater.chain.court import Court
from headwater.chain.datasets import Datasets
from headwater.chain.deployment import Deployment, load
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
from headwater.chain.rpc import BlockTag, Chain
from headwater.chain.settlement import Settlement
from headwater.chain.share_faults import ShareFaults
from headwater.chain.stakes import Stakes
from headwater.chain.timelock import Timelock
from headwater.chain.token import Token
from headwater.chain.usage import Usage
from headwater.chain.vote_faults import VoteFaults
from headwater.chain.votes import Votes
from headwater.primitives.eip712 import Domain


@dataclass(frozen=True)
class Contracts:
    """A wrapper per contract over one connection and deployment, and the EIP-712 domains people sign under."""

    chain: Chain
    deployment: Deployment
    tag: BlockTag = "latest"

    def at(self, tag: BlockTag) -> Contracts:
        """The network as it was at a block, or as it is at ``rpc.FINAL``."""
        return Contracts(self.chain, self.deployment, tag)

    @cached_property
    def stakes(self) -> Stakes:
        return Stakes(self.chain, self.deployment, self.tag)

    @cached_property
    def campaigns(self) -> Campaigns:
        return Campaigns(self.chain, self.deployment, self.tag)

    @cached_property
    def settlement(self) -> Settlement:
        return Settlement(self.chain, self.deployment, self.tag)

    @cached_property
    def faults(self) -> Faults:
        return Faults(self.chain, self.deployment, self.tag)

    @cached_property
    def datasets(self) -> Datasets:
        return Datasets(self.chain, self.deployment, self.tag)

    @cached_property
    def share_faults(self) -> ShareFaults:
        return ShareFaults(self.chain, self.deployment, self.tag)

    @cached_property
    def pools(self) -> Pools:
        return Pools(self.chain, self.deployment, self.tag)

    @cached_property
    def licences(self) -> Licences:
        return Licences(self.chain, self.deployment, self.tag)

    @cached_property
    def doubts(self) -> Doubts:
        return Doubts(self.chain, self.deployment, self.tag)

    @cached_property
    def disputes(self) -> Disputes:
        return Disputes(self.chain, self.deployment, self.tag)

    @cached_property
    def approvals(self) -> Approvals:
        return Approvals(self.chain, self.deployment, self.tag)

    @cached_property
    def content_faults(self) -> ContentFaults:
        return ContentFaults(self.chain, self.deployment, self.tag)

    @cached_property
    def calls(self) -> Calls:
        return Calls(self.chain, self.deployment, self.tag)

    @cached_property
    def advances(self) -> Advances:
        return Advances(self.chain, self.deployment, self.tag)

    @cached_property
    def court(self) -> Court:
        return Court(self.chain, self.deployment, self.tag)

    @cached_property
    def governor(self) -> Governor:
        return Governor(self.chain, self.deployment, self.tag)

    @cached_property
    def parameters(self) -> Parameters:
        return Parameters(self.chain, self.deployment, self.tag)

    @cached_property
    def reputation(self) -> Reputation:
        return Reputation(self.chain, self.deployment, self.tag)

    @cached_property
    def reviewers(self) -> Reviewers:
        return Reviewers(self.chain, self.deployment, self.tag)

    @cached_property
    def key_faults(self) -> KeyFaults:
        return KeyFaults(self.chain, self.deployment, self.tag)

    @cached_property
    def vote_faults(self) -> VoteFaults:
        return VoteFaults(self.chain, self.deployment, self.tag)

    @cached_property
    def timelock(self) -> Timelock:
        return Timelock(self.chain, self.deployment, self.tag)

    @cached_property
    def usage(self) -> Usage:
        return Usage(self.chain, self.deployment, self.tag)

    @cached_property
    def votes(self) -> Votes:
        """The network token as what one votes with."""
        return Votes(self.chain, self.deployment, self.tag)

    @cached_property
    def network_token(self) -> Token:
        """Staked for roles."""
        return self.token(self.deployment.address("HeadwaterToken"))

    @cached_property
    def local_dollar(self) -> Token:
        """The mintable dollar of a local network."""
        return self.token(self.deployment.address("LocalDollar"))

    @cached_property
    def campaigns_domain(self) -> Domain:
        """Contributions, vote commits, key requests and receipts."""
        return Domain(self.chain.chain_id, self.campaigns.address)

    @cached_property
    def datasets_domain(self) -> Domain:
        """Usage receipts."""
        return Domain(self.chain.chain_id, self.datasets.address)

    def token(self, address: str) -> Token:
        """Any ERC-20."""
        return Token(self.chain, address, self.tag)


def connect(url: str, deployments: Path) -> Contracts:
    """The network deployed on the chain at ``url``, as its file in ``deployments`` says.

    Raises:
        ChainDownError: nobody answers.
        NotDeployedError: no file for this chain, or no code at its addresses.
    """
    chain = Chain(url)
    deployment = load(deployments, chain.chain_id)
    deployment.check(chain)
    return Contracts(chain, deployment)
