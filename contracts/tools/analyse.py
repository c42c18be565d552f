"""Slither over the contracts, held to a list of findings we accept, each with its reason.

    python contracts/tools/analyse.py             exit 1 names a finding without a reason, or a reason without a finding
    python contracts/tools/analyse.py --all       print the accepted ones too
    python contracts/tools/analyse.py --fresh     do not believe what the last run kept

Reasons lie in ``accepted.json``: ``everywhere`` by detector, ``here`` by detector and place (``Contract.function``,
``Contract.function.variable`` or ``Contract``; never a line, so that editing around it changes nothing). A reason for
``Contract.*`` is for every place in that contract. They are not kept in the sources as ``slither-disable`` comments,
which nobody reads again; such a comment is refused.

All of ``contracts/src`` is read, deployed or not. Compiles with the compiler and settings of ``build.py``, but only as
far as Slither reads (syntax trees, no code): a third of the time, and ``forge`` finds its own output as it left it.
What Slither said is kept in ``contracts/cache`` under the hash of everything it read, so nothing is analysed twice.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CONTRACTS = HERE.parent
sys.path.insert(0, str(CONTRACTS))
import build  # noqa: E402 - a neighbour, not a package

ROOT = CONTRACTS.parent
SLITHER = ROOT / ".venv-slither" / "bin" / "slither"
ACCEPTED = HERE / "accepted.json"
KEPT = CONTRACTS / "cache" / "slither.json"
REMAPPINGS = {"@openzeppelin/": "node_modules/@openzeppelin/", "solady/": "node_modules/solady/src/"}


@dataclass(frozen=True, order=True)
class Finding:
    """One thing Slither says; ``where`` is ``Contract.function``, or as near as it can tell."""

    check: str
    where: str
    impact: str = ""
    text: str = ""


def findings(report: Mapping[str, Any]) -> list[Finding]:
    """Of Slither's JSON report."""
    return sorted(
        Finding(one["check"], _where(one["elements"]), one["impact"], one["description"].strip())
        for one in report["results"].get("detectors", [])
    )


def judge(found: Iterable[Finding], accepted: Mapping[str, Any]) -> tuple[list[Finding], list[str]]:
    """Findings without a reason, and reasons that answer no finding (any more) or say nothing."""
    everywhere: dict[str, str] = accepted["everywhere"]
    here: dict[str, dict[str, str]] = accepted["here"]
    unused = {(check, "") for check in everywhere} | {(c, where) for c, own in here.items() for where in own}
    open_: list[Finding] = []
    for one in found:
        places = (one.where, one.where.partition(".")[0] + ".*")
        keys = [(one.check, place) for place in places if place in here.get(one.check, {})]
        keys += [(one.check, "")] if one.check in everywhere else []
        if keys:
            unused.discard(keys[0])
        else:
            open_.append(one)
    stale = [f"{check} {where or 'everywhere'}: nothing found" for check, where in sorted(unused)]
    reasons = [(c, "", r) for c, r in everywhere.items()] + [
        (c, w, r) for c, own in here.items() for w, r in own.items()
    ]
    stale += [f"{check} {where or 'everywhere'}: no reason" for check, where, reason in reasons if len(reason) < 20]
    return open_, stale


def compiler_input() -> dict[str, Any]:
    """Every source of ours and what they import, under the names Slither will look for."""
    asked: dict[str, Any] = build.standard_json(
        sorted(path.relative_to(CONTRACTS).as_posix() for path in (CONTRACTS / "src").rglob("*.sol"))
    )
    asked["sources"] = {_file_of(name): content for name, content in asked["sources"].items()}
    asked["settings"] = {
        **build.SETTINGS,
        "remappings": [f"{prefix}={folder}" for prefix, folder in REMAPPINGS.items()],
        "outputSelection": {"*": {"": ["ast"], "*": ["abi", "devdoc", "userdoc"]}},
    }
    return asked


def build_info(asked: Mapping[str, Any]) -> dict[str, Any]:
    """What forge would leave in ``out/build-info``, without code."""
    output = json.loads(build.solc("--standard-json", given=json.dumps(asked)))
    if errors := [one["formattedMessage"] for one in output.get("errors", []) if one["severity"] == "error"]:
        sys.exit("\n".join(errors))
    nothing = {"object": "", "sourceMap": ""}
    for file in output["contracts"].values():
        for contract in file.values():
            contract["evm"] = {"bytecode": nothing, "deployedBytecode": nothing}
    version = build.solc("--version").partition("Version: ")[2].partition("+")[0]
    return {"solcVersion": version, "input": asked, "output": output}


def run_slither(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Slither's JSON report."""
    with tempfile.TemporaryDirectory() as scratch:
        info = Path(scratch) / "build-info"
        info.mkdir()
        (info / "all.json").write_text(json.dumps(build_info(asked)))
        command = [str(SLITHER), ".", "--ignore-compile", "--foundry-out-directory", scratch, "--json", "-"]
        command += ["--foundry-build-info-directory", str(info), "--filter-paths", "node_modules"]
        path = f"{ROOT / 'node_modules' / '.bin'}{os.pathsep}{os.environ.get('PATH', '')}"
        ran = subprocess.run(  # noqa: S603 - our own tool, our own arguments
            command, cwd=CONTRACTS, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False
        )
    try:
        report: dict[str, Any] = json.loads(ran.stdout)
    except ValueError:
        sys.exit(f"slither did not finish:\n{ran.stderr[-2000:]}")
    if not report["success"]:
        sys.exit(f"slither did not finish: {report['error']}")
    return report


def report(fresh: bool = False) -> dict[str, Any]:
    """What Slither says of the sources as they are; of the last run, if it read the same with the same tools."""
    asked = compiler_input()
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]["node_modules/solc"]["integrity"]
    read = [json.dumps(asked, sort_keys=True), locked, (HERE / "slither.txt").read_text(), Path(__file__).read_text()]
    key = hashlib.sha256(json.dumps(read).encode()).hexdigest()
    if not fresh and KEPT.exists() and (kept := json.loads(KEPT.read_text()))["key"] == key:
        said: dict[str, Any] = kept["report"]
        return said
    said = run_slither(asked)
    said["results"] = {"detectors": [_short(one) for one in said["results"].get("detectors", [])]}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps({"key": key, "report": said}))
    return said


def main() -> int:
    """Run and judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true", help="print accepted findings too")
    parser.add_argument("--fresh", action="store_true", help="analyse again, even if nothing changed")
    wanted = parser.parse_args()
    silenced = [
        f"{path.relative_to(ROOT)}: a slither-disable comment; put the reason into {ACCEPTED.name}"
        for path in sorted((CONTRACTS / "src").rglob("*.sol"))
        if "slither-disable" in path.read_text()
    ]
    found = findings(report(wanted.fresh))
    open_, stale = judge(found, json.loads(ACCEPTED.read_text()))
    for one in found if wanted.all else open_:
        _say(f"{one.impact.lower():13} {one.check} {one.where}\n    " + one.text.replace("\n", "\n    "))
    for line in silenced + stale:
        _say(line)
    _say(f"slither: {len(found)} findings, {len(found) - len(open_)} accepted with a reason, {len(open_)} open")
    return 1 if open_ or stale or silenced else 0


def _short(one: Mapping[str, Any]) -> dict[str, Any]:
    """Of a finding, what is judged and shown; the rest are source positions."""
    return {name: one[name] for name in ("check", "impact", "description")} | {
        "elements": [{key: value for key, value in each.items() if key != "source_mapping"} for each in one["elements"]]
    }


def _where(elements: Iterable[Mapping[str, Any]]) -> str:
    for element in elements:
        names = []
        while element:
            if element["type"] in ("function", "contract", "variable"):
                names.append(element["name"])
            element = element.get("type_specific_fields", {}).get("parent", {})
        if names:
            return ".".join(reversed(names))
    return ""


def _file_of(name: str) -> str:
    for prefix, folder in REMAPPINGS.items():
        if name.startswith(prefix):
            return folder + name.removeprefix(prefix)
    return name


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
