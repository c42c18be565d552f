"""Writes uses.json: offers under terms and sales under offers, with what spec/settlement.md section 8 says of each.

Worked out from the page here, not with headwater's classes. Masks are words in hex. Run: python vectors/make_uses.py
"""

from __future__ import annotations

import json
import random
from pathlib import Path

ALL = (1 << 256) - 1
PURPOSES = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1 << 31, (1 << 32) - 1)
REGIONS = (0, 1, 1 << 56, 1 << 74, 1 << 56 | 1 << 74, 1 << 248, 1 << 255, ALL)


def within(purposes: int, regions: int, offered: int, where: int) -> bool:
    """One purpose at least, all of them the terms'; regions the terms', where none named is every one."""
    some = set(bits(offered))
    if not some or not some <= set(bits(purposes)):
        return False
    return set(bits(where or ALL)) <= set(bits(regions or ALL))


def granted(offered: int, where: int, purpose: int, region: int) -> bool:
    """The purpose is the offer's, and the region too, unless it names none."""
    return purpose in bits(offered) and (where == 0 or region in bits(where))


def bits(mask: int) -> list[int]:
    """Set bits, lowest first."""
    return [bit for bit in range(mask.bit_length()) if mask >> bit & 1]


def word(value: int) -> str:
    """32 bytes in hex."""
    return f"0x{value:064x}"


def main() -> None:
    """Writes the file beside this script."""
    dice = random.Random(7)  # noqa: S311  # vectors must come out the same every time
    offers = [(p, r, dice.choice(PURPOSES), where) for p in PURPOSES for r in REGIONS for where in REGIONS]
    narrow = [(p, r, p & dice.getrandbits(32), r & dice.getrandbits(256)) for p, r, _, _ in offers[::8]]
    chosen = dice.sample(offers, 120) + narrow[:40]
    sales = [(dice.choice(PURPOSES), dice.choice(REGIONS), p, r) for p in (0, 1, 2, 31, 255) for r in (0, 56, 74, 255)]
    sales += [(1 << p, 1 << r, p, r) for p, r in ((0, 0), (2, 56), (31, 255))] + [(7, 0, 2, 255), (7, 0, 3, 1)]
    content = {
        "about": "spec/settlement.md section 8",
        "offers": columns(("purposes", "regions", "offered", "where"), chosen),
        "within": [within(*row) for row in chosen],
        "sales": columns(("offered", "where", "purpose", "region"), sales),
        "granted": [granted(*row) for row in sales],
    }
    Path(__file__).with_name("uses.json").write_text(json.dumps(content, indent=1) + "\n")


def columns(names: tuple[str, ...], rows: list[tuple[int, int, int, int]]) -> dict[str, list[str]]:
    """Rows as one list a name."""
    return {name: [word(row[at]) for row in rows] for at, name in enumerate(names)}


if __name__ == "__main__":
    main()
