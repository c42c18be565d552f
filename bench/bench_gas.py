"""Gas of whole transactions, as ``contracts/test/Gas.t.sol`` logs them. Exact: the same on every machine."""

from __future__ import annotations

import re
import subprocess
import sys

from report import ROOT, Goal, Row, publish, versions

FORGE = [
    str(next(ROOT.glob("node_modules/@foundry-rs/forge-*/bin/forge"))),
    "test",
    "--match-contract",
    "GasTest",
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


def rows_of(output: str) -> list[Row]:
    """Every figure in forge's output. KeyError if one with a goal is not there: a row must not get lost."""
    figures = {name: int(gas) for name, gas in LOGGED.findall(output)}
    rows = []
    for name, (bound, peer, peer_gas) in ASKED.items():
        rows.append(Row(name, figures[name], "gas", Goal("<=", bound), peer, peer_gas))
    few, many = (figures[f"publish a dataset of {count} episodes"] for count in ("256", "1,000,000"))
    rows.append(Row("publish, 1,000,000 episodes over 256", round(many / few, 4), "x", Goal("<=", 1.01)))
    return rows + [Row(name, gas, "gas") for name, gas in figures.items() if name not in ASKED]


def main() -> None:
    run = subprocess.run(FORGE, cwd=ROOT / "contracts", capture_output=True, text=True, check=False)
    try:
        rows = rows_of(run.stdout)
    except KeyError as lost:
        sys.exit(f"{run.stdout}{run.stderr}\nforge logged no figure for {lost}")
    publish("gas", rows, versions(node=NODE))


if __name__ == "__main__":
    main()
