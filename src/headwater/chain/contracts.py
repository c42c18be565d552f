"""All contracts of one network in one hand."""

from __future__ import annotations

from functools import cached_property

from headwater.chain.campaigns import Campaigns
from headwater.chain.datasets import Datasets
from headwater.chain.deployment import Deployment
from headwater.chain.faults import Faults
from headwater.chain.licences import Licences
from headwater.chain.rpc import Chain
from headwater.chain.settlement import Settlement
from headwater.chain.stakes import Stakes
from headwater.chain.token import Token
from headwater.primitives.eip712 import Domain


class Contracts:
    """Wrappers over one connection and deployment, and the EIP-712 domains people sign under."""

    def __init__(self, chain: Chain, deployment: Deployment) -> None:
        self.chain = chain
        self.deployment = deployment
        self.campaigns = Campaigns(chain, deployment)
        self.settlement = Settlement(chain, deployment)
        self.faults = Faults(chain, deployment)
        self.stakes = Stakes(chain, deployment)
        self.datasets = Datasets(chain, deployment)
        self.licences = Licences(chain, deployment)
        self.network_token = Token(chain, deployment.address("HeadwaterToken"))

    def token(self, address: str) -> Token:
        """Any ERC-20."""
        return Token(self.chain, address)

    @cached_property
    def campaigns_domain(self) -> Domain:
        """Contributions, vote commits, key requests and receipts."""
        return Domain(self.chain.chain_id, self.campaigns.address)

    @cached_property
    def datasets_domain(self) -> Domain:
        """Usage receipts."""
        return Domain(self.chain.chain_id, self.datasets.address)
