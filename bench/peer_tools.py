"""Other checkers of LeRobot sets, each in an environment of its own (``bench/peers/NAME.txt``), and how to read them.

Each is run with every check it has and judged by its own blocking level: what ends it with an error, or takes an
episode from the usable ones. A complaint is one thing it says at one place.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from report import ROOT
from spent import Ended, run

FAILED = "failed"
OFFLINE = {"HF_HUB_OFFLINE": "1", "HF_HUB_DISABLE_TELEMETRY": "1", "CUDA_VISIBLE_DEVICES": "", "NO_COLOR": "1"}


@dataclass(frozen=True)
class Complaint:
    """One thing a peer says; ``episode`` is -1 where it is said of the whole set."""

    rule: str
    message: str
    episode: int
    blocks: bool


@dataclass(frozen=True)
class Peer:
    """A checker: how it is called and how its JSON is read.

    Attributes:
        program: name of the installed command, or of the Python file beside ``NAME.txt`` that calls it.
        arguments: of a set and the file its JSON goes to; without it in them, JSON is what it prints.
    """

    name: str
    program: str
    arguments: Callable[[Path, Path], list[str]]
    read: Callable[[Any], Iterator[Complaint]]

    @property
    def command(self) -> list[Path]:
        """In ``.venv-peer-NAME`` beside the repository's own, as the Makefile builds it."""
        programs = ROOT / f".venv-peer-{self.name}" / "bin"
        if self.program.endswith(".py"):
            return [programs / "python", ROOT / "bench" / "peers" / self.program]
        return [programs / self.program]

    def check(self, root: Path, work: Path) -> tuple[Ended, list[Complaint]]:
        """Run it on a set; a run without JSON is one blocking complaint with the last thing it printed."""
        answer = work / f"{self.name}.json"
        answer.unlink(missing_ok=True)
        home = {"HOME": str(work), "HF_HOME": str(work / "hf")}
        ended = run([*self.command, *self.arguments(root, answer)], work, {**OFFLINE, **home})
        try:
            told = json.loads(answer.read_text() if answer.exists() else ended.output[ended.output.index("{") :])
        except (ValueError, OSError):
            last = (ended.output.strip().splitlines() or ["printed nothing"])[-1]
            return ended, [Complaint(FAILED, last, -1, True)]
        return ended, list(self.read(told))


def _rdq(told: Any) -> Iterator[Complaint]:
    for row in told["findings"]:
        for episode in row["episodes"] or [-1]:
            yield Complaint(row["check"], row["message"], int(episode), row["severity"] in ("critical", "warning"))


def _physlint(told: Any) -> Iterator[Complaint]:
    for result in told["results"]:
        for row in result["findings"]:
            name = str((row.get("location") or {}).get("episode") or "")
            digits = "".join(c for c in name if c.isdigit())
            yield Complaint(row["rule_id"], row["message"], int(digits) if digits else -1, row["severity"] == "error")


def _robovet(told: Any) -> Iterator[Complaint]:
    for row in told["results"]:
        if row["severity"] in ("FAIL", "WARN"):
            said = f"{row['title']}: {row['summary']} {' '.join(row['details'])}"
            for episode in row["episodes"] or [-1]:
                yield Complaint(row["check_id"], said, int(episode), row["severity"] == "FAIL")


def _doctor(told: Any) -> Iterator[Complaint]:
    for check in told["checks"]:
        for row in check["messages"]:
            if row["severity"] != "PASS":
                yield Complaint(check["name"], row["message"], -1, row["severity"] == "FAIL")


def _lint(told: Any) -> Iterator[Complaint]:
    for row in told["findings"]:
        episode = -1 if row["episode"] is None else int(row["episode"])
        yield Complaint(row["check"], row["message"], episode, row["severity"] == "error")


PEERS = (
    Peer("rdq", "rdq", lambda root, out: ["check", str(root), "--video-full", "--json", str(out)], _rdq),
    Peer("physlint", "physlint", lambda root, out: ["check", str(root), "--json-output", str(out)], _physlint),
    Peer("lerobot-doctor", "lerobot-doctor", lambda root, _: ["check", str(root), "--json"], _doctor),
    Peer(
        "lerobot-lint",
        "lelint.py",
        lambda root, out: ["check", str(root), "--profile", "default", "--json", str(out)],
        _lint,
    ),
    Peer("robovet", "robovet", lambda root, out: ["doctor", str(root), "--json", str(out)], _robovet),
)


def installed() -> list[Peer]:
    """Those whose environment is there."""
    return [peer for peer in PEERS if os.access(peer.command[0], os.X_OK)]
