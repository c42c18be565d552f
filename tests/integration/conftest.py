"""A local chain and a network on it for each test module: a chain that grew through them all gets slow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from headwater.chain import LOCAL, Chain, Contracts, KeySigner, anvil, deploy
from headwater.chain.stakes import REVIEWER_ROLE

DOLLARS = 10**6


@dataclass(frozen=True)
class Town:
    """A deployed network and a rich deployer who hands out gas, dollars and roles."""

    contracts: Contracts
    deployer: KeySigner

    def account(self, dollars: int = 0, signer: KeySigner | None = None) -> KeySigner:
        """An account, a new one unless given, with gas and dollars."""
        signer = signer or KeySigner.create()
        anvil.fund(self.contracts.chain, signer.address)
        if dollars:
            self.contracts.local_dollar.mint(self.deployer, signer.address, dollars * DOLLARS)
        return signer

    def skip(self, seconds: int) -> None:
        """Move chain time on."""
        self.contracts.chain.request("evm_increaseTime", hex(seconds))
        self.contracts.chain.request("evm_mine")

    def member(self, role: int, collateral: int = 0, signer: KeySigner | None = None) -> KeySigner:
        """An account that bought a role and put up collateral in dollars."""
        signer = self.account(collateral, signer)
        stakes, token = self.contracts.stakes, self.contracts.network_token
        minimum = stakes.minimum(role)
        token.transfer(self.deployer, signer.address, minimum)
        token.approve(signer, stakes.address, minimum)
        stakes.join(signer, role, minimum)
        if role == REVIEWER_ROLE:
            self.contracts.reviewers.sync(signer, signer.address)
        if collateral:
            dollar = self.contracts.local_dollar
            dollar.approve(signer, stakes.address, collateral * DOLLARS)
            stakes.deposit(signer, dollar.address, collateral * DOLLARS)
        return signer


@pytest.fixture(scope="module")
def local_chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[anvil.Anvil]:
    running = anvil.start(tmp_path_factory.mktemp("chain"), state_interval_s=3600)  # nothing here restarts it
    yield running
    running.stop()


@pytest.fixture
def chain(local_chain: anvil.Anvil) -> Chain:
    return Chain(local_chain.url)


@pytest.fixture(scope="module")
def town(local_chain: anvil.Anvil) -> Town:
    chain = Chain(local_chain.url)
    deployer = KeySigner.create()
    anvil.fund(chain, deployer.address)
    return Town(Contracts(chain, deploy(chain, deployer, LOCAL)), deployer)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder for a chain of the test's own."""
    return tmp_path / "chain"
