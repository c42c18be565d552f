"""What a block explorer asks for to show verified source: compiler input, version, name and constructor arguments.

An installed package has no contracts folder, so the sources travel as ``sources.json``, written with the artifacts.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from headwater.chain import interface
from headwater.chain.deploy import parts_of, site_of
from headwater.chain.deployment import Deployment, write_json
from headwater.chain.errors import ArtifactError, NotDeployedError

_OUTPUT = {"*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]}}


@dataclass(frozen=True)
class Verification:
    """One contract as an explorer wants it.

    Attributes:
        contract: ``path:Name``.
        compiler: long version, as explorers list it.
        arguments: ABI-encoded constructor arguments, hex without 0x.
        standard_input: for ``solc --standard-json``; only the sources this contract reaches.
    """

    name: str
    address: str
    chain_id: int
    contract: str
    compiler: str
    arguments: str
    standard_input: dict[str, Any]

    def facts(self) -> dict[str, Any]:
        """What the explorer's form asks besides the input."""
        settings = self.standard_input["settings"]
        return {
            "address": self.address,
            "chainId": self.chain_id,
            "codeFormat": "solidity-standard-json-input",
            "compilerVersion": self.compiler,
            "constructorArguments": self.arguments,
            "contractName": self.contract,
            "evmVersion": settings["evmVersion"],
            "licence": "Apache-2.0",
            "optimizerRuns": settings["optimizer"]["runs"],
        }


def verifications(deployment: Deployment) -> list[Verification]:
    """One for each contract of a deployment.

    Raises:
        NotDeployedError: its file does not say enough.
    """
    content, site = _sources(), site_of(deployment)
    made = []
    for part in parts_of(deployment.profile):
        own = content["contracts"][part.name]
        arguments = interface.encode_values(interface.load(part.name).constructor, part.made(site).arguments)
        sources = {name: content["input"]["sources"][name] for name in own["sources"]}
        settings = {**content["input"]["settings"], "outputSelection": _OUTPUT}
        made.append(
            Verification(
                part.name,
                site[part.name],
                site.chain_id,
                f"{own['path']}:{part.name}",
                f"v{content['compiler']}",
                arguments.hex(),
                {**content["input"], "sources": sources, "settings": settings},
            )
        )
    return made


def write(deployment: Deployment, folder: Path) -> list[Path]:
    """A folder for each contract with ``standard-input.json`` and ``verify.json``; their paths.

    Raises:
        NotDeployedError: the folder is there and not empty, or the deployment's file does not say enough.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        fix = "name a new folder, or empty this one"
        raise NotDeployedError(f"folder {folder}", actual="not empty", allowed="no folder or an empty one", fix=fix)
    written = []
    for one in verifications(deployment):
        write_json(folder / one.name / "standard-input.json", one.standard_input)
        write_json(folder / one.name / "verify.json", one.facts())
        written.append(folder / one.name)
    return written


@cache
def _sources() -> Any:
    file = resources.files("headwater.chain") / "sources.json"
    try:
        return json.loads(file.read_text())
    except FileNotFoundError:
        raise ArtifactError("contract sources", actual="not in this package", fix="run 'make artifacts'") from None
