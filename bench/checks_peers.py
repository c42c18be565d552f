"""The nine forgeries in real and simulated episodes: what other tools block for the right reason, and of clean ones.

Every tool is given the same LeRobot v3.0 set: all episodes of one robot, re-encoded alike, one of them forged (a copy
is added, its original stays). A tool blocks for the right reason if, at its own blocking level, it says something of
the forged episode or of the set that it does not say of the clean set and that names the kind of defect. Headwater is
given the same episodes one at a time, the clean ones anchored before.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from checks_forgeries import index_of, right, wrong
from forged_sets import CLEAN, Pool, made
from headwater.checks import check_episode
from headwater.formats import open_recording
from headwater.testing.forgeries import FORGERIES
from peer_sets import joined
from peer_tools import FAILED, Complaint, Peer
from report import Goal, Row
from spent import run

SAID = {
    "frozen_video": r"fro[zs]e|stall|stuck",
    "black_span": r"black|dark|degenerate|blank",
    "shifted_actions": r"\blag|delay|sync|offset|shift|diverge",
    "mirrored_noised_copy": r"duplicat|cop(y|ies)\b|mirror",
    "video_of_another": r"duplicat|cop(y|ies)\b|mismatch|correl|same (video|picture)",
    "timestamp_jitter": r"timestamp|interval|jitter|tolerance|gap|dt\b|Δt|drop|clock|frame ?rate",
    "three_nan": r"\bnan|\binf|finite",
    "reversed_video": r"revers",
    "cut_video": r"frame|length|duration|count",
}
HEADWATER = "headwater"


@dataclass
class Score:
    """What one tool did."""

    blocked: dict[str, int] = field(default_factory=dict)
    tried: dict[str, int] = field(default_factory=dict)
    clean_blocked: int = 0
    clean: int = 0
    cpu_s: float = 0.0
    floor_s: float = 0.0
    failed: str = ""

    def count(self, forgery: str, hit: bool) -> None:
        self.tried[forgery] = self.tried.get(forgery, 0) + 1
        self.blocked[forgery] = self.blocked.get(forgery, 0) + hit

    @property
    def kinds(self) -> int:
        """Forgeries blocked in every episode they were put into."""
        return sum(self.blocked[name] == tried for name, tried in self.tried.items())


def compare(pool: Pool, peers: Sequence[Peer], work: Path, codec: str, most: int) -> dict[str, Score]:
    """Run everything on a pool; forge ``most`` of its episodes (0: all). Forged episodes are kept below ``work``."""
    with TemporaryDirectory(dir=work) as folder:
        return _Comparison(pool, peers, work, Path(folder), codec).scores(most)


@dataclass
class _Comparison:
    """One pool in one codec; sets are made below ``folder`` and removed as soon as they are judged."""

    pool: Pool
    peers: Sequence[Peer]
    work: Path
    folder: Path
    codec: str

    def scores(self, most: int) -> dict[str, Score]:
        scores = {name: Score() for name in (HEADWATER, *(peer.name for peer in self.peers))}
        every = range(len(self.pool))
        clean = [made(CLEAN, self.pool, place, self.codec, self.work) for place in every]
        said = self._clean(scores, clean)
        reports = [check_episode(open_recording(folder)[0]) for folder in clean]
        for place in every:
            scores[HEADWATER].clean += 1
            report = check_episode(open_recording(clean[place])[0], index=index_of(reports[:place]))
            scores[HEADWATER].clean_blocked += wrong(report)
        for name, wanted in SAID.items():
            for place in every[: most or None]:
                added = FORGERIES[name].needs_index
                number = len(clean) if added else place
                known = reports if added else [report for i, report in enumerate(reports) if i != place]
                root = self._set(name, place, clean)
                report = check_episode(open_recording(root)[number], index=index_of(known))
                scores[HEADWATER].count(name, right(report, name))
                for peer in self.peers:
                    _, told = peer.check(root, self.folder)
                    scores[peer.name].count(name, any(_right(one, wanted, number, said[peer.name]) for one in told))
                shutil.rmtree(root)
                line = " ".join(f"{tool} {score.blocked[name]}/{score.tried[name]}" for tool, score in scores.items())
                print(f"{self.pool.name} {self.codec} {name} {place}: {line}", flush=True)
        return scores

    def _clean(self, scores: dict[str, Score], clean: Sequence[Path]) -> dict[str, list[Complaint]]:
        """What each peer says of the clean set."""
        base = joined(clean, self.folder / "clean")
        floor = sum(_floor(video, self.folder) for video in sorted(base.rglob("*.mp4")))
        said = {}
        for peer in self.peers:
            ended, said[peer.name] = peer.check(base, self.folder)
            _clean(scores[peer.name], said[peer.name], len(clean), ended.cpu_s, floor)
            print(f"{self.pool.name} {self.codec} clean: {peer.name} {ended.cpu_s:.1f} s of CPU", flush=True)
        return said

    def _set(self, name: str, place: int, clean: Sequence[Path]) -> Path:
        donor = self.pool.next_to(place) if FORGERIES[name].needs_donor else None
        bad = made(name, self.pool, place, self.codec, self.work, donor)
        if FORGERIES[name].needs_index:
            return joined([*clean, bad], self.folder / f"{name}-{place}")
        return joined(
            [bad if i == place else folder for i, folder in enumerate(clean)], self.folder / f"{name}-{place}"
        )


def _clean(score: Score, told: Sequence[Complaint], count: int, cpu_s: float, floor_s: float) -> None:
    score.failed = next((one.message for one in told if one.rule == FAILED), "")
    blocked = {one.episode for one in told if one.blocks}
    score.clean, score.cpu_s, score.floor_s = count, cpu_s, floor_s
    score.clean_blocked = count if -1 in blocked else len(blocked)


def _right(one: Complaint, wanted: str, episode: int, before: Sequence[Complaint]) -> bool:
    """A blocking complaint of the right kind and place that was not made of the clean set."""
    known = {(old.rule, old.message, old.episode) for old in before}
    said = re.search(wanted, f"{one.rule} {one.message}", re.IGNORECASE)
    return one.blocks and one.episode in (-1, episode) and said is not None and _key(one) not in known


def _key(one: Complaint) -> tuple[str, str, int]:
    return one.rule, one.message, one.episode


def _floor(video: Path, work: Path) -> float:
    """CPU seconds of ffmpeg decoding a video once, in one thread."""
    command: list[str | Path] = ["ffmpeg", "-v", "error", "-threads", "1", "-i", video, "-map", "0:v:0"]
    return run([*command, "-f", "null", "-"], work).cpu_s


def rows(pool: Pool, scores: dict[str, Score], codec: str) -> Iterator[Row]:
    """The table: Headwater's row of each forgery beside the best peer's, then clean episodes, then CPU."""
    own, peers = scores[HEADWATER], {name: score for name, score in scores.items() if name != HEADWATER}
    for name, tried in own.tried.items():
        best = max(score.blocked[name] for score in peers.values()) if peers else 0
        who = ", ".join(peer for peer, score in peers.items() if score.blocked[name] == best and best) or "no peer"
        title = f"{pool.name} {codec}, {name} blocked, of {tried}"
        yield Row(title, own.blocked[name], "episodes", Goal(">=", tried), who, best)
    kinds = len(own.tried)
    for name, score in scores.items():
        if score.failed:
            yield Row(f"{pool.name} {codec}, {name}: could not run ({score.failed[:80]})", 0, "kinds")
            continue
        goal = Goal(">=", kinds) if name == HEADWATER else None
        yield Row(f"{pool.name} {codec}, {name}: kinds always blocked, of {kinds}", score.kinds, "kinds", goal)
        goal = Goal("<=", 0) if name == HEADWATER else None
        title = f"{pool.name} {codec}, {name}: clean episodes blocked, of {score.clean}"
        yield Row(title, score.clean_blocked, "episodes", goal)
        if score.floor_s:
            ratio = round(score.cpu_s / score.floor_s, 2)
            yield Row(f"{pool.name} {codec}, {name}: CPU over ffmpeg, one thread", ratio, "x")
