"""Nine forgeries in real and simulated episodes: who blocks what for the right reason, who blocks clean ones.

Every tool is given the same LeRobot v3.0 set: all episodes of one robot, re-encoded alike, one of them forged (a copy
is added, its original stays). A tool blocks for the right reason if, at its own blocking level, it says something of
the forged episode or of the set that it does not say of the clean set and that names the kind of defect. Headwater is
given the same episodes one at a time, the clean ones anchored before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from headwater.checks import CheckReport, CopyIndex, check_episode
from headwater.formats import open_recording
from headwater.testing.forgeries import FORGERIES, forge
from peer_sets import joined
from peer_tools import FAILED, Complaint, Peer
from report import Goal, Row
from spent import run

NINE = {
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


@dataclass(frozen=True)
class Pool:
    """Episodes of one robot: where they are (recording, number)."""

    name: str
    episodes: tuple[tuple[Path, int], ...]


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


def pools(data: Path) -> list[Pool]:
    """The real G1 episodes of both sets as one, and the simulated ones."""
    g1 = [(data / name, i) for name, count in (("lerobot_v21_g1", 3), ("lerobot_v30_g1", 2)) for i in range(count)]
    sim = [(data / "lerobot_v20_groot_sim", i) for i in range(3)]
    return [Pool("G1", tuple(g1)), Pool("simulated GR1", tuple(sim))]


def compare(pool: Pool, peers: Sequence[Peer], work: Path, codec: str, most: int) -> dict[str, Score]:
    """Run everything on a pool; forge ``most`` of its episodes (0: all)."""
    scores = {name: Score() for name in (HEADWATER, *(peer.name for peer in peers))}
    clean = [
        forge("reencoded", path, work / f"clean-{i}", episode=number, codec=codec)
        for i, (path, number) in enumerate(pool.episodes)
    ]
    reports = [check_episode(open_recording(folder)[0]) for folder in clean]
    base = joined(clean, work / "clean")
    said: dict[str, list[Complaint]] = {}
    floor = sum(_floor(video, work) for video in sorted(base.rglob("*.mp4")))
    for peer in peers:
        ended, said[peer.name] = peer.check(base, work)
        _clean(scores[peer.name], said[peer.name], len(clean), ended.cpu_s, floor)
    for place in range(len(clean)):
        report = check_episode(open_recording(base)[place], index=_index(reports[:place]))
        scores[HEADWATER].clean += 1
        scores[HEADWATER].clean_blocked += bool(report.defects) or report.quality == "reject"
    for name, wanted in NINE.items():
        for place in range(len(clean))[: most or None]:
            bad = _forged(name, pool, place, work / f"{name}-{place}", codec)
            added = FORGERIES[name].needs_index
            number = len(clean) if added else place
            kept = [*clean, bad] if added else [bad if i == place else folder for i, folder in enumerate(clean)]
            root = joined(kept, work / f"set-{name}-{place}")
            known = reports if added else [report for i, report in enumerate(reports) if i != place]
            report = check_episode(open_recording(root)[number], index=_index(known))
            right = {finding.rule for finding in report.defects} & set(FORGERIES[name].rules)
            scores[HEADWATER].count(name, bool(right) and report.quality == "reject")
            for peer in peers:
                _, told = peer.check(root, work)
                hit = any(_right(one, wanted, number, said[peer.name]) for one in told)
                scores[peer.name].count(name, hit)
            line = " ".join(f"{tool} {score.blocked[name]}/{score.tried[name]}" for tool, score in scores.items())
            print(f"{pool.name} {codec} {name} {place}: {line}", flush=True)
    return scores


def _forged(name: str, pool: Pool, place: int, out: Path, codec: str) -> Path:
    path, number = pool.episodes[place]
    donor, donor_number = pool.episodes[(place + 1) % len(pool.episodes)]
    needs = {"donor": donor, "donor_episode": donor_number} if FORGERIES[name].needs_donor else {}
    return forge(name, path, out, episode=number, codec=codec, **needs)  # type: ignore[arg-type]


def _index(reports: Sequence[CheckReport]) -> CopyIndex:
    index = CopyIndex()
    for order, report in enumerate(reports):
        index.add(f"clean-{order}", order + 1, bytes([order]) * 32, report.fingerprints)
    return index


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
    command: list[str | Path] = [
        "ffmpeg",
        "-v",
        "error",
        "-threads",
        "1",
        "-i",
        video,
        "-map",
        "0:v:0",
        "-f",
        "null",
        "-",
    ]
    return run(command, work).cpu_s


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
