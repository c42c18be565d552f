"""Compile the contracts into the Python package, or check that what is committed there still matches the sources.

    python contracts/build.py           compile (solc from node_modules, about 15 s) and write the artifacts
    python contracts/build.py --check   compare SOURCES.sha256 with the sources; compiles nothing

The build is deterministic: source names do not depend on where the repository lies, and no metadata is appended.
Beside the artifacts lies sources.json, the compiler's input: from it an installed package makes what explorers ask for.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ARTIFACTS = ROOT / "src" / "headwater" / "chain" / "artifacts"
STAMP = ARTIFACTS / "SOURCES.sha256"
SOURCES = ARTIFACTS.parent / "sources.json"
PACKAGES = ("@openzeppelin/contracts", "solady", "solc")
FOLDERS = {
    "@openzeppelin/": "node_modules/@openzeppelin/",
    "solady/": "node_modules/solady/src/",
    "src/": "contracts/src/",
}
DEPLOYED = {
    "Token": "HeadwaterToken",
    "LocalDollar": "LocalDollar",
    "Timelock": "HeadwaterTimelock",
    "HeadwaterGovernor": "HeadwaterGovernor",
    "Parameters": "Parameters",
    "Stakes": "Stakes",
    "Campaigns": "Campaigns",
    "Settlement": "Settlement",
    "Faults": "Faults",
    "Advances": "Advances",
    "Doubts": "Doubts",
    "Approvals": "Approvals",
    "ContentFaults": "ContentFaults",
    "Calls": "Calls",
    "Reviewers": "Reviewers",
    "VoteFaults": "VoteFaults",
    "Licences": "Licences",
    "Datasets": "Datasets",
    "Reputation": "Reputation",
    "Usage": "Usage",
    "Court": "Court",
    "Disputes": "Disputes",
    "ShareFaults": "ShareFaults",
    "Pools": "Pools",
    "KeyFaults": "KeyFaults",
}
SIZE_LIMIT = 24_576
# Keep in step with foundry.toml: what forge tests is what is deployed.
SETTINGS: dict[str, Any] = {
    "optimizer": {"enabled": True, "runs": 10_000},
    "evmVersion": "cancun",
    "viaIR": False,
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
}
OUTPUT = ["abi", "evm.bytecode.object", "evm.deployedBytecode.object", "evm.deployedBytecode.immutableReferences"]


def source_hash() -> str:
    """SHA-256 over our sources, the settings and the locked versions of what they import and compile with."""
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    parts = {name: locked[f"node_modules/{name}"]["integrity"] for name in PACKAGES}
    digest = hashlib.sha256(json.dumps([SETTINGS, DEPLOYED, parts], sort_keys=True).encode())
    for path in sorted((HERE / "src").rglob("*.sol")):
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def standard_json(names: Iterable[str] | None = None) -> dict[str, Any]:
    """The compiler's input: every source these (or what is deployed) reach, under names free of machine paths."""
    reached = _reached(names or [f"src/{file}.sol" for file in DEPLOYED])
    sources = {name: {"content": _file_of(name).read_text()} for name in reached}
    return {"language": "Solidity", "sources": sources, "settings": SETTINGS}


def solc(*arguments: str, given: str = "") -> str:
    """What the compiler says."""
    answer = subprocess.run(  # noqa: S603 - our own wrapper, our own input
        ["node", str(HERE / "solc"), *arguments],  # noqa: S607 - node is a declared prerequisite
        input=given,
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout


def compiled(outputs: dict[str, list[str]]) -> dict[str, Any]:
    """The compiler's answer for all sources; exits with its errors if it has any."""
    asked = standard_json()
    asked["settings"] = {**SETTINGS, "outputSelection": {"*": outputs}}
    output: dict[str, Any] = json.loads(solc("--standard-json", given=json.dumps(asked)))
    errors = [e["formattedMessage"] for e in output.get("errors", []) if e["severity"] == "error"]
    if errors:
        sys.exit("\n".join(errors))
    return output


def compile_all() -> None:
    """Compile and write one JSON per contract, the sources, then the stamp."""
    stamp = source_hash()
    output = compiled({"*": OUTPUT, "": ["ast"]})
    names = _immutable_names(output["sources"])
    found = re.search(r"Version: (\d[\d.]*\+commit\.[0-9a-f]+)", solc("--version"))
    if not found:
        sys.exit("the compiler does not say which commit it was built from")
    version = found[1]
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for file, name in DEPLOYED.items():
        _write(name, output["contracts"][f"src/{file}.sol"][name], names, stamp, version)
    paths = {name: f"src/{file}.sol" for file, name in DEPLOYED.items()}
    parts = {name: {"path": path, "sources": _reached([path])} for name, path in paths.items()}
    bundle = {"sourceHash": stamp, "compiler": version, "contracts": parts, "input": standard_json()}
    SOURCES.write_text(json.dumps(bundle, indent=1) + "\n")
    STAMP.write_text(stamp + "\n")


def check() -> None:
    """Exit 1 unless the committed artifacts were made from these sources."""
    committed = STAMP.read_text().strip() if STAMP.exists() else "nothing"
    expected = source_hash()
    stale = [name for name in DEPLOYED.values() if _stamp_of(ARTIFACTS / f"{name}.json") != expected]
    stale += [] if _stamp_of(SOURCES) == expected else ["sources"]
    if committed != expected or stale:
        sys.exit(f"contract artifacts are stale: made from {committed}, sources are {expected}; run make artifacts")
    print(f"contract artifacts match their sources ({expected[:12]})")  # noqa: T201 - a build script speaks on stdout


def _write(name: str, built: dict[str, Any], names: dict[str, str], stamp: str, version: str) -> None:
    creation, runtime = (built["evm"][part]["object"] for part in ("bytecode", "deployedBytecode"))
    size, offset = len(runtime) // 2, creation.find(runtime)
    if size > SIZE_LIMIT:
        sys.exit(f"{name} is {size} bytes, over the limit of {SIZE_LIMIT}")
    if offset % 2 or creation.count(runtime) != 1:
        sys.exit(f"{name}: its code does not lie once in its creation code; the artifact would have to carry both")
    places = {names[i]: refs for i, refs in built["evm"]["deployedBytecode"].get("immutableReferences", {}).items()}
    if any(ref["length"] != 32 for refs in places.values() for ref in refs):
        sys.exit(f"{name}: an immutable that is not one word")
    artifact = {
        "contract": name,
        "compiler": {
            "solc": version.partition("+")[0],
            "optimizerRuns": SETTINGS["optimizer"]["runs"],
            "evm": SETTINGS["evmVersion"],
        },
        "sourceHash": stamp,
        "deployedSize": size,
        "deployedOffset": offset // 2,
        "immutables": {own: [ref["start"] for ref in refs] for own, refs in sorted(places.items())},
        "bytecode": "0x" + creation,
        "abi": built["abi"],
    }
    (ARTIFACTS / f"{name}.json").write_text(json.dumps(artifact, indent=1) + "\n")


def _immutable_names(sources: dict[str, Any]) -> dict[str, str]:
    """``Contract.variable`` by the compiler's own number of it."""
    return {
        str(one["id"]): f"{contract['name']}.{one['name']}"
        for file in sources.values()
        for contract in file["ast"]["nodes"]
        if contract["nodeType"] == "ContractDefinition"
        for one in contract["nodes"]
        if one["nodeType"] == "VariableDeclaration" and one.get("mutability") == "immutable"
    }


def _stamp_of(path: Path) -> str | None:
    return json.loads(path.read_text())["sourceHash"] if path.exists() else None


def _reached(names: Iterable[str]) -> list[str]:
    """Sources these import, and they themselves, in order of name."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            imports = re.findall(r'^import\s[^"]*"([^"]+)";', _file_of(name).read_text(), re.MULTILINE)
            waiting += [_resolve(name, path) for path in imports]
    return sorted(found)


def _file_of(name: str) -> Path:
    prefix = next(prefix for prefix in FOLDERS if name.startswith(prefix))
    return ROOT / (FOLDERS[prefix] + name.removeprefix(prefix))


def _resolve(importer: str, path: str) -> str:
    if not path.startswith("."):
        return path
    parts = importer.split("/")[:-1]
    for step in path.split("/"):
        if step == "..":
            parts.pop()
        elif step != ".":
            parts.append(step)
    return "/".join(parts)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="compare hashes only, compile nothing")
    check() if parser.parse_args().check else compile_all()
