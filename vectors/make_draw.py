"""Write draw.json: who reviews (spec/review.md section 2), sharing no code with the package or the contracts.

Run: python vectors/make_draw.py
"""

from __future__ import annotations

import json
from pathlib import Path

from Crypto.Hash import keccak

CHAIN, REVIEWERS = 31337, 0x4E4E_0001
NOBODY = 0xDEAD
COIN = 10**18
# stakes by leaf, contributor and anchorer (a leaf, or none of them), places asked for
CASES: list[tuple[str, list[int], int | None, int | None, int]] = [
    ("nobody", [], None, None, 3),
    ("one", [100], None, None, 3),
    ("one, and it is his own", [100], 0, None, 3),
    ("equal stakes", [100 * COIN] * 9, None, None, 9),
    ("contributor and anchorer out", [100 * COIN] * 7, 2, 5, 9),
    ("anchored by the contributor", [100 * COIN] * 4, 1, 1, 9),
    ("some left", [5, 0, 7, 0, 0, 11], None, 3, 9),
    ("a whale", [70 * 10**27, 1, 1, 1, 1], None, None, 5),
    ("more than asked for", [k * COIN for k in range(1, 34)], 0, 32, 9),
    ("a power of two", [3] * 16, 15, None, 9),
]


def h(data: bytes) -> bytes:
    return bytes(keccak.new(digest_bits=256, data=data).digest())


def word(value: int) -> bytes:
    return value.to_bytes(32, "big")


def account(leaf: int) -> int:
    return 0x7EAF_0000 + leaf


def drawn(stakes: list[int], out: set[int], campaign: int, item: int, seed: bytes, count: int) -> list[int]:
    """Intervals of the stakes follow each other from 0 in order of leaves; what is taken leaves no gap."""
    left = [(leaf, stake) for leaf, stake in enumerate(stakes) if stake and leaf not in out]
    places: list[int] = []
    while left and len(places) < count:
        head = h(b"headwater.draw.v1") + word(CHAIN) + word(REVIEWERS)
        roll = int.from_bytes(h(head + word(campaign) + word(item) + seed + word(len(places))), "big")
        point = roll % sum(stake for _, stake in left)
        at = 0
        while point >= left[at][1]:
            point -= left[at][1]
            at += 1
        places.append(left.pop(at)[0])
    return places


def hexed(value: int) -> str:
    return f"0x{value:040x}"


def main() -> None:
    cases = []
    for number, (name, stakes, contributor, anchorer, count) in enumerate(CASES):
        campaign, item, seed = number + 1, int.from_bytes(h(b"item" + name.encode())[:4], "big"), h(name.encode())
        out = {leaf for leaf in (contributor, anchorer) if leaf is not None}
        places = drawn(stakes, out, campaign, item, seed, count)
        cases.append(
            {
                "name": name,
                "campaign": campaign,
                "item": item,
                "seed": "0x" + seed.hex(),
                "accounts": [hexed(account(leaf)) for leaf in range(len(stakes))],
                "stakes": [str(stake) for stake in stakes],
                "contributor": hexed(NOBODY if contributor is None else account(contributor)),
                "anchorer": hexed(NOBODY + 1 if anchorer is None else account(anchorer)),
                "count": count,
                "drawn": [hexed(account(leaf)) for leaf in places],
            }
        )
    whole = {"chain_id": CHAIN, "reviewers": hexed(REVIEWERS), "cases": cases}
    Path(__file__).with_name("draw.json").write_text(json.dumps(whole, indent=1) + "\n")


if __name__ == "__main__":
    main()
