"""Writes faults.json: what is right, wrong, or nearly so, and which function proves it wrong.

An honest settlement is made by the package (headwater.market); a case bends it in one thing and says, by hand, whether
the fault holds. Neither the watchers nor the contracts decide here: both are asked by the tests that run this file.

Run: python vectors/make_faults.py
"""

from __future__ import annotations

import json
from pathlib import Path

from fault_cases.arithmetic import faults
from fault_cases.book import CAMPAIGN, POOL, SETTLER, TERMS, plain
from fault_cases.content import content


def main() -> None:
    """Writes the file beside this script, a case a line."""
    head = {
        "about": "spec/settlement.md sections 7, 9 and 10; vectors/README.md has what the members mean",
        "campaign": CAMPAIGN,
        "settler": SETTLER,
        "terms": {"price": TERMS, "pool": POOL},
    }
    groups = {"faults": faults(), "content": content()}
    lines = [f" {json.dumps(key)}: {json.dumps(plain(each))}" for key, each in head.items()]
    for name, cases in groups.items():
        rows = ",\n".join("  " + json.dumps(plain(one), separators=(",", ":")) for one in cases)
        lines.append(f" {json.dumps(name)}: [\n{rows}\n ]")
    Path(__file__).with_name("faults.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main()
