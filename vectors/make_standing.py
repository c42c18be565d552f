"""Write standing.json: answers to the changes of epochs and to records (spec/review.md section 9, reputation.md 3, 4).

Shares no code with the package. Run: python vectors/make_standing.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path

from Crypto.Hash import keccak

CHAIN, REPUTATION = 31337, 0x5EED_0001
ACCOUNTS = [0x11, 0xFFFF << 144, 0x2222 << 96, (1 << 160) - 1, 0x0A]


def h(data: bytes) -> bytes:
    return bytes(keccak.new(digest_bits=256, data=data).digest())


def words(*values: int | bytes) -> bytes:
    return b"".join(v if isinstance(v, bytes) else v.to_bytes(32, "big") for v in values)


def tree(leaves: list[bytes]) -> bytes:
    level = list(leaves)
    while len(level) & (len(level) - 1):
        level.append(bytes(32))
    while len(level) > 1:
        level = [h(level[i] + level[i + 1]) for i in range(0, len(level), 2)]
    return level[0]


def main() -> None:
    dice = random.Random(20261122)  # noqa: S311 - test cases, not secrets
    places = [(c, i, r) for c in (1, 2) for i in range(12) for r in range(3)]
    dice.shuffle(places)
    records: dict[int, list[int]] = {}
    counted: set[tuple[int, int, int]] = set()
    epochs = []
    for number in range(1, 4):
        part = places[(number - 1) * 14 : number * 20]  # six of each epoch's were counted before
        rows = [(*place, dice.choice(ACCOUNTS), dice.random() < 0.7, place[1] % 4 == 0) for place in part]
        sums: dict[int, list[int]] = {}
        for campaign, item, round_, who, right, adjudicated in rows:
            if (campaign, item, round_) not in counted:
                sums.setdefault(who, [0, 0])[0 if right else 1] += 30 if adjudicated else 10
        counted |= {row[:3] for row in rows}
        for who, (right, wrong) in sums.items():
            before = records.get(who, [28, 12])
            records[who] = [before[0] + right, before[1] + wrong]
        changes = b"".join(
            who.to_bytes(20, "big") + sums[who][0].to_bytes(2, "big") + sums[who][1].to_bytes(2, "big")
            for who in sorted(sums)
        )
        truths = sorted({(campaign, item, item % 2) for campaign, item, *_ in rows})
        head = h(b"headwater.gold.v1"), CHAIN, REPUTATION, number
        names = ("campaign", "item", "round", "reviewer", "right", "adjudicated")
        epochs.append(
            {
                "answers": [dict(zip(names, (*r[:3], f"0x{r[3]:040x}", *r[4:]), strict=True)) for r in rows],
                "changes": "0x" + changes.hex(),
                "records": [[f"0x{who:040x}", *records[who]] for who in sorted(records)],
                "truths": truths,
                "gold": "0x" + tree([h(h(words(*head, *truth))) for truth in truths]).hex(),
            }
        )
    whole = {"chain_id": CHAIN, "reputation": f"0x{REPUTATION:040x}", "epochs": epochs}
    Path(__file__).with_name("standing.json").write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
