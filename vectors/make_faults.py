"""Writes faults*.json: what is right, wrong, or nearly so, and which function proves it wrong.

An honest settlement is made by the package (headwater.market); a case bends it in one thing and says, by hand, whether
the fault holds. Neither the watchers nor the contracts decide here: both are asked by the tests that run these files.

Run: python vectors/make_faults.py
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fault_cases.arithmetic import faults
from fault_cases.book import CAMPAIGN, POOL, SETTLER, TERMS, Case, plain
from fault_cases.calls import evidence
from fault_cases.content import content
from fault_cases.shares import books, shares
from fault_cases.votes import network, votes
from headwater.primitives.hashing import keccak256


def write(name: str, about: str, cases: list[Case], **head: Any) -> None:
    """A file beside this script, a case a line."""
    top = {"about": f"{about}; vectors/README.md has what the members mean", "campaign": CAMPAIGN, "settler": SETTLER}
    whole = top | {"terms": {"price": TERMS, "pool": POOL}} | head
    lines = [f" {json.dumps(key)}: {json.dumps(plain(each))}" for key, each in whole.items()]
    rows = ",\n".join("  " + json.dumps(plain(one), separators=(",", ":")) for one in cases)
    lines.append(f' "cases": [\n{rows}\n ]')
    Path(__file__).with_name(f"{name}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def seal(name: str) -> None:
    """Puts a running hash of all other lines into a file, which its runners compare: no byte changes unseen."""
    path = Path(__file__).with_name(f"{name}.json")
    lines, digest = path.read_text().splitlines(), bytes(32)
    for line in lines:
        digest = keccak256(digest + keccak256(line.encode()))
    lines.insert(1, f' "digest": "0x{digest.hex()}",')
    path.write_text("\n".join(lines) + "\n")


def main() -> None:
    """Writes every file."""
    write("faults", "spec/settlement.md section 7, Faults", faults())
    write("faults_content", "spec/settlement.md section 7, ContentFaults", content())
    write("faults_shares", "spec/settlement.md sections 9 and 10", shares(), books=books())
    write("faults_votes", "spec/settlement.md section 7, VoteFaults", votes(), **network())
    seal("faults_votes")
    write("faults_calls", "spec/settlement.md section 7, Calls", evidence(), **network())
    seal("faults_calls")


if __name__ == "__main__":
    main()
