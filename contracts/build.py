"""Compile the contracts into the Python package, or check that what is committed there still matches the sources.

    python contracts/build.py           compile (solc from node_modules, about 15 s) and write the artifacts
    python contracts/build.py --check   compare SOURCES.sha256 with the sources; compiles nothing

The build is deterministic: source names do not depend on where the repository lies, and no metadata is appended.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
ARTIFACTS = ROOT / "src" / "headwater" / "chain" / "artifacts"
STAMP = ARTIFACTS / "SOURCES.sha256"
PACKAGES = ("@openzeppelin/contracts", "solady", "solc")
FOLDERS = {
    "@openzeppelin/": "node_modules/@openzeppelin/",
    "solady/": "node_modules/solady/src/",
    "src/": "contracts/src/",
}
DEPLOYED = {
    "Token": "HeadwaterToken",
    "LocalDollar": "LocalDollar",
    "Stakes": "Stakes",
    "Campaigns": "Campaigns",
    "Settlement": "Settlement",
    "Faults": "Faults",
    "Advances": "Advances",
    "Licences": "Licences",
    "Datasets": "Datasets",
}
SIZE_LIMIT = 24_576
# Keep in step with foundry.toml: what forge tests is what is deployed.
SETTINGS: dict[str, Any] = {
    "optimizer": {"enabled": True, "runs": 10_000},
    "evmVersion": "cancun",
    "viaIR": False,
    "metadata": {"bytecodeHash": "none", "appendCBOR": False},
    "outputSelection": {"*": {"*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"]}},
}


def source_hash() -> str:
    """SHA-256 over our sources, the settings and the locked versions of what they import and compile with."""
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    parts = {name: locked[f"node_modules/{name}"]["integrity"] for name in PACKAGES}
    digest = hashlib.sha256(json.dumps([SETTINGS, DEPLOYED, parts], sort_keys=True).encode())
    for path in sorted((HERE / "src").rglob("*.sol")):
        digest.update(path.relative_to(HERE).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()


def standard_json() -> dict[str, Any]:
    """The compiler's input: every source our contracts reach, under names free of machine paths."""
    sources: dict[str, Any] = {}
    waiting = [f"src/{file}.sol" for file in DEPLOYED]
    while waiting:
        name = waiting.pop()
        if name in sources:
            continue
        text = _file_of(name).read_text()
        sources[name] = {"content": text}
        waiting += [_resolve(name, path) for path in re.findall(r'^import\s[^"]*"([^"]+)";', text, re.MULTILINE)]
    return {"language": "Solidity", "sources": dict(sorted(sources.items())), "settings": SETTINGS}


def compile_all() -> None:
    """Compile and write one JSON per contract, then the stamp."""
    stamp = source_hash()
    answer = subprocess.run(  # noqa: S603 - our own wrapper, our own input
        ["node", str(HERE / "solc"), "--standard-json"],  # noqa: S607 - node is a declared prerequisite
        input=json.dumps(standard_json()),
        capture_output=True,
        text=True,
        check=True,
    )
    output = json.loads(answer.stdout)
    errors = [e["formattedMessage"] for e in output.get("errors", []) if e["severity"] == "error"]
    if errors:
        sys.exit("\n".join(errors))
    version = json.loads((ROOT / "node_modules" / "solc" / "package.json").read_text())["version"]
    ARTIFACTS.mkdir(parents=True, exist_ok=True)
    for file, name in DEPLOYED.items():
        _write(name, output["contracts"][f"src/{file}.sol"][name], stamp, version)
    STAMP.write_text(stamp + "\n")


def check() -> None:
    """Exit 1 unless the committed artifacts were made from these sources."""
    committed = STAMP.read_text().strip() if STAMP.exists() else "nothing"
    expected = source_hash()
    stale = [name for name in DEPLOYED.values() if _stamp_of(name) != expected]
    if committed != expected or stale:
        sys.exit(f"contract artifacts are stale: made from {committed}, sources are {expected}; run make artifacts")
    print(f"contract artifacts match their sources ({expected[:12]})")  # noqa: T201 - a build script speaks on stdout


def _write(name: str, built: dict[str, Any], stamp: str, version: str) -> None:
    size = len(built["evm"]["deployedBytecode"]["object"]) // 2
    if size > SIZE_LIMIT:
        sys.exit(f"{name} is {size} bytes, over the limit of {SIZE_LIMIT}")
    artifact = {
        "contract": name,
        "compiler": {"solc": version, "optimizerRuns": SETTINGS["optimizer"]["runs"], "evm": SETTINGS["evmVersion"]},
        "sourceHash": stamp,
        "deployedSize": size,
        "bytecode": "0x" + built["evm"]["bytecode"]["object"],
        "abi": built["abi"],
    }
    (ARTIFACTS / f"{name}.json").write_text(json.dumps(artifact, indent=1) + "\n")


def _stamp_of(name: str) -> str | None:
    path = ARTIFACTS / f"{name}.json"
    return json.loads(path.read_text())["sourceHash"] if path.exists() else None


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
