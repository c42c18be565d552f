"""The network of one machine: chain, contracts, key holders and an operator, started, found again and stopped."""

from headwater.node.local.accounts import DOLLARS, TOKENS, add_collateral, dollar_of, grant, is_local, join
from headwater.node.local.network_file import HolderProcess, NetworkFile, contracts_of, read_network
from headwater.node.local.processes import holder_alive, start_holder, stop_holder
from headwater.node.local.up import HOLDERS, down, up

__all__ = [
    "DOLLARS",
    "HOLDERS",
    "TOKENS",
    "HolderProcess",
    "NetworkFile",
    "add_collateral",
    "contracts_of",
    "dollar_of",
    "down",
    "grant",
    "holder_alive",
    "is_local",
    "join",
    "read_network",
    "start_holder",
    "stop_holder",
    "up",
]
