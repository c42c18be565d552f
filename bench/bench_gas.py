"""Gas of whole transactions, as ``contracts/test/Gas.t.sol`` and ``Scale.t.sol`` log them. Exact: the same on every
machine.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence

from report import ROOT, Goal, Row, publish, versions

FORGE = [
    str(next(ROOT.glob("node_modules/@foundry-rs/forge-*/bin/forge"))),
    "test",
    "--match-contract",
    "GasTest|ScaleTest",
    "-vv",
]
LOGGED = re.compile(r"^  (\S.*) (\d+)$", re.MULTILINE)
NODE = ("@foundry-rs/forge", "solc", "@openzeppelin/contracts", "solady")

# figure: most gas, peer, the peer's least gas
ASKED: dict[str, tuple[int, str | None, int | None]] = {
    "launch with permit": (200_000, "HUMAN", 2_829_189),
    "settle 256 verdicts": (125_000, None, None),
    "claim, 2^7 leaves, first of a word, payee new to the token": (93_000, None, None),
    "claim, 2^7 leaves, repeat (payee holds the token)": (60_000, None, None),
    "claim, 2^11 leaves, first of a word, payee new to the token": (93_000, "1inch drop", 92_200),
    "claim, 2^11 leaves, repeat (payee holds the token)": (60_000, None, None),
    "per contribution, fresh payees": (32_000, "HUMAN, no provenance", 32_900),
    "per contribution, existing payees": (16_000, None, None),
    "publish a dataset of 256 episodes": (150_000, "Ocean, 1 file", 1_568_976),
    "publish a dataset of 1,000,000 episodes": (150_000, "Ocean, 1,000 files", 9_600_000),
    "buy with allowance, first of the version": (130_000, "Ocean, 2-3 transactions", 268_728),
    "buy with allowance, later": (130_000, None, None),
    "buy with permit": (180_000, None, None),
    "prove a wrong verdict, 256 items": (95_000, "Kleros Curate, challenge", 234_480),
    "prove a wrong score byte, 256 items, verdict bytes resupplied": (95_000, None, None),
    "commit + reveal of one juror vote": (80_000, "Kleros v2, without the draw", 241_000),
}

# A campaign's size, or how many campaigns are open: what each operation costs there.
ITEMS, CAMPAIGNS = (1, 10, 100, 1_000, 10_000), (1, 10, 100, 1_000)
OF_ITEMS = (*("anchor", "settle", "prove a fault", "claim", "push a word", "release", "refund", "publish", "buy"),)
OF_CAMPAIGNS = ("fund", "topUp", "anchor", "settle", "claim", "release", "refund")
FLAT = 1.02  # an escrow operation may cost so much more than with one campaign open
LARGEST = "items 10000: largest transaction of all"
BLOCK_GAS = 30_000_000
PEERS: dict[str, tuple[str, int]] = {
    "items 100: claim": ("1inch drop, 2^16 leaves", 92_200),
    "items 100: prove a fault": ("Kleros Curate, challenge", 234_480),
    "items 1: publish": ("Ocean, 1 file", 1_568_976),
    "items 1000: publish": ("Ocean, 1,000 files", 9_600_000),
    "items 1: buy": ("Ocean, 2-3 transactions", 268_728),
    "campaigns 1: fund": ("HUMAN, launch", 2_829_189),
}


def rows_of(output: str) -> list[Row]:
    """Every figure in forge's output. KeyError if one with a goal is not there: a row must not get lost."""
    figures = {name: int(gas) for name, gas in LOGGED.findall(output)}
    rows = []
    for name, (bound, peer, peer_gas) in ASKED.items():
        rows.append(Row(name, figures[name], "gas", Goal("<=", bound), peer, peer_gas))
    few, many = (figures[f"publish a dataset of {count} episodes"] for count in ("256", "1,000,000"))
    rows.append(Row("publish, 1,000,000 episodes over 256", round(many / few, 4), "x", Goal("<=", 1.01)))
    scale = scale_of(figures)
    known = ASKED.keys() | {row.row for row in scale}
    return rows + [Row(name, gas, "gas") for name, gas in figures.items() if name not in known] + scale


def scale_of(figures: Mapping[str, int]) -> list[Row]:
    """Every operation at every size, and how much dearer escrow operations get as campaigns open; KeyError as above."""
    names = [f"items {count}: {what}" for what in OF_ITEMS for count in ITEMS]
    names += [f"campaigns {count}: {what}" for what in OF_CAMPAIGNS for count in CAMPAIGNS]
    rows = [Row(name, figures[name], "gas", None, *PEERS.get(name, (None, None))) for name in names]
    for what in OF_CAMPAIGNS:
        costs = [figures[f"campaigns {count}: {what}"] for count in CAMPAIGNS]
        rows.append(Row(f"{what}, dearest over cheapest of 1 to 1,000 campaigns", dearer(costs), "x", Goal("<=", FLAT)))
    for what in ("anchor", "refund"):
        costs = [figures[f"items {count}: {what}"] for count in ITEMS]
        rows.append(Row(f"{what}, dearest over cheapest of 1 to 10,000 items", dearer(costs), "x", Goal("<=", FLAT)))
    return [*rows, Row(LARGEST, figures[LARGEST], "gas", Goal("<=", BLOCK_GAS // 6), "a block", BLOCK_GAS)]


def dearer(costs: Sequence[int]) -> float:
    return round(max(costs) / min(costs), 4)


def main() -> None:
    run = subprocess.run(FORGE, cwd=ROOT / "contracts", capture_output=True, text=True, check=False)
    try:
        rows = rows_of(run.stdout)
    except KeyError as lost:
        sys.exit(f"{run.stdout}{run.stderr}\nforge logged no figure for {lost}")
    publish("gas", rows, versions(node=NODE))


if __name__ == "__main__":
    main()
