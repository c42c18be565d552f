"""Holding a deployment against the contracts it should be of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from headwater.chain import runtime
from headwater.chain.deploy import PARTS, Part, Site, creation, parts_of, site_of
from headwater.chain.deployment import Deployment
from headwater.chain.rpc import Chain
from headwater.primitives.ids import ZERO_ADDRESS, checksum_address


@dataclass(frozen=True)
class Checked:
    """One contract of a deployment as a chain has it; ``wrong`` is empty if it is as built."""

    name: str
    address: str
    wrong: str


def verify(chain: Chain, deployment: Deployment) -> list[Checked]:
    """Hold every contract of a deployment against the committed artifacts.

    Code alone does not tell what a constructor wrote into storage, so the creating transaction must be exactly ours
    too: the artifact's creation code with these arguments.

    Raises:
        WrongChainError: the chain is another one.
        NotDeployedError: the file does not say enough.
    """
    deployment.check_chain(chain)
    site = site_of(deployment)
    checked = []
    for part in parts_of(deployment.profile):
        wrong = list(runtime.load(part.name).differences(chain.code(site[part.name]), part.made(site).immutables))
        wrong = wrong or list(_creation_faults(chain, site, part, deployment.transactions.get(part.name, "")))
        checked.append(Checked(part.name, site[part.name], "; ".join(wrong)))
    known = {part.name for part in PARTS}
    strange = (name for name in deployment.contracts if name not in known)
    return checked + [Checked(name, deployment.contracts[name], "no contract of this version") for name in strange]


def _creation_faults(chain: Chain, site: Site, part: Part, tx: str) -> Iterator[str]:
    if not tx:
        yield "the file does not name its creating transaction"
        return
    found = chain.request("eth_getTransactionByHash", tx)
    mined = chain.request("eth_getTransactionReceipt", tx)
    if not found or not mined:
        yield f"the node does not know its creating transaction {tx}; ask one with full history"
    elif (
        int(mined["status"], 16) != 1
        or checksum_address(mined.get("contractAddress") or ZERO_ADDRESS) != (site[part.name])
    ):
        yield f"transaction {tx} did not create it"
    elif bytes.fromhex(str(found["input"]).removeprefix("0x")) != creation(site, part):
        yield f"created by {tx} with other code or arguments than ours"
