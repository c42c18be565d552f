"""``up`` and ``down``: run twice they change nothing."""

from __future__ import annotations

import socket
from collections.abc import Callable

from headwater.chain import anvil
from headwater.chain import deployment as deployments
from headwater.chain.contracts import Contracts
from headwater.chain.deploy import deploy
from headwater.chain.deployment import LOCAL
from headwater.chain.errors import NotDeployedError
from headwater.chain.rpc import Chain
from headwater.chain.stakes import HOLDER_ROLE, OPERATOR_ROLE
from headwater.node.home import Home
from headwater.node.local.accounts import DOLLARS, TOKENS, add_collateral, dollar_of, grant, is_local, join
from headwater.node.local.network_file import HolderProcess, NetworkFile, read_network
from headwater.node.local.processes import await_holder, holder_alive, spawn_holder, stop_holder
from headwater.node.wallets import Wallets
from headwater.vault import HolderSecret

HOLDERS = 3
SCRYPT_LOCAL = 1 << 12
Say = Callable[[str], None]


def up(home: Home, *, rpc_url: str | None = None, say: Say = lambda text: None) -> Contracts:
    """Starts or finds chain, contracts, holders and operator.

    Args:
        rpc_url: another chain's address; by default a local anvil is started, its state kept in the home.
        say: told each thing that is ready.

    Raises:
        AnvilError, ChainDownError, ProcessError, NotDeployedError: with what to do.
    """
    url = rpc_url or anvil.start(home.chain, detached=True).url
    chain = Chain(url)
    known = read_network(home).holders if home.network.exists() else []
    network = NetworkFile(url, chain.chain_id, rpc_url is None, known)
    network.save(home)
    say(f"chain {chain.chain_id} answers at {url}")
    wallets = Wallets(home, local=is_local(chain))
    contracts = _deployed(home, chain, wallets, say)
    if is_local(chain):
        _holders_up(home, network, contracts, wallets, say)
        operator_ready(contracts, wallets, "operator")
        say("operator has its role and collateral")
    return contracts


def down(home: Home) -> list[str]:
    """Ends every process this home started; what was ended. Data stays."""
    network, ended = read_network(home), []
    for holder in network.holders:
        if stop_holder(holder):
            ended.append(f"key holder {holder.number}")
        holder.pid, holder.started = 0, ""
    network.save(home)
    if network.own_chain and (running := anvil.running(home.chain)):
        running.stop()
        ended.append("local chain")
    return ended


def operator_ready(contracts: Contracts, wallets: Wallets, name: str) -> None:
    """Local networks only: a wallet with the operator role, collateral for bonds, and gas."""
    operator = wallets.create(name)
    if contracts.stakes.has_role(operator.address, OPERATOR_ROLE):
        return
    grant(contracts, wallets, operator.address, dollars=60_000, tokens=20_000)
    join(contracts, operator, OPERATOR_ROLE, 10_000)
    add_collateral(contracts, operator, dollar_of(contracts), 50_000 * DOLLARS)
    add_collateral(contracts, operator, contracts.network_token.address, 5_000 * TOKENS)


def _deployed(home: Home, chain: Chain, wallets: Wallets, say: Say) -> Contracts:
    try:
        found = deployments.load(home.deployments, chain.chain_id)
        found.check(chain)
    except NotDeployedError:
        if not is_local(chain):
            raise
        deployer = wallets.create("deployer")
        anvil.fund(chain, deployer.address)
        found = deploy(chain, deployer, LOCAL)
        found.save(home.deployments)
        say(f"deployed {len(found.contracts)} contracts")
    return Contracts(chain, found)


def _holders_up(home: Home, network: NetworkFile, contracts: Contracts, wallets: Wallets, say: Say) -> None:
    started = []
    for number in range(1, HOLDERS + 1):
        secret = _secret(home, number, wallets)
        holder = next((h for h in network.holders if h.number == number), None)
        if holder is None:
            holder = HolderProcess(number, secret.address, _free_port())
            network.holders.append(holder)
        if not holder_alive(holder):
            started.append((holder, spawn_holder(home, network, holder)))
        _register(contracts, wallets, secret, f"http://127.0.0.1:{holder.port}")
    for holder, process in started:
        await_holder(home, holder, process)
        say(f"key holder {holder.number} of {HOLDERS} answers on port {holder.port}, process {holder.pid}")


def _secret(home: Home, number: int, wallets: Wallets) -> HolderSecret:
    path = home.holder(number) / "keystore.json"
    if path.exists():
        return HolderSecret.load(path, wallets.password())
    path.parent.mkdir(parents=True, exist_ok=True)
    secret = HolderSecret.generate()
    secret.save(path, wallets.password(), scrypt_n=SCRYPT_LOCAL)
    return secret


def _register(contracts: Contracts, wallets: Wallets, secret: HolderSecret, endpoint: str) -> None:
    if contracts.stakes.holder_index(secret.address):
        return
    grant(contracts, wallets, secret.address, tokens=1_000)
    join(contracts, secret, HOLDER_ROLE, 1_000)
    contracts.stakes.register_holder(secret, endpoint, secret.public_key)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
