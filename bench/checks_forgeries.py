"""The nine forgeries in every episode of two robots, each codec, and everything clean: what Headwater blocks.

Forged is blocked if it is rejected with a DEFECT of a rule that the forgery names; clean is blocked if it is rejected
or has any DEFECT. What was anchored before are the other episodes as they were recorded; for a copy, its original, too.
A foreign video is put into each episode from each other one, and judged with its source anchored and without.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from forged_sets import CLEAN, NINE, Pool, made, recordings
from headwater.checks import CheckReport, CopyIndex, check_episode
from headwater.formats import open_recording
from headwater.testing.forgeries import FORGERIES
from headwater.testing.generated import EMBODIMENTS, write_made
from headwater.testing.generated import made as generated
from report import Goal, Row

GENERATED = 200
FOREIGN = "video_of_another"


def right(report: CheckReport, forgery: str) -> bool:
    """Rejected, and a DEFECT names the forgery."""
    return report.quality == "reject" and bool({f.rule for f in report.defects} & set(FORGERIES[forgery].rules))


def wrong(report: CheckReport) -> bool:
    """A clean episode that would cost its contributor money."""
    return report.quality == "reject" or bool(report.defects)


def index_of(reports: Sequence[CheckReport]) -> CopyIndex:
    """These, anchored in their order."""
    index = CopyIndex()
    for order, report in enumerate(reports):
        index.add(f"earlier-{order}", order + 1, bytes([order]) * 32, report.fingerprints)
    return index


def forged(pool: Pool, codec: str, work: Path) -> Iterator[Row]:
    """One pool in one codec: its clean episodes, then each forgery."""
    originals = [check_episode(open_recording(path)[number]) for path, number in pool.episodes]
    every, title = len(pool), f"{pool.name} {codec}"
    blocked = 0
    for place in range(every):
        known = index_of([*originals[:place], *originals[place + 1 :]])
        report = check_episode(open_recording(made(CLEAN, pool, place, codec, work))[0], index=known)
        blocked += _told(f"{title} clean {place}", report, wrong(report), expected=False)
    yield Row(f"{title}, clean and re-encoded: blocked, of {every}", blocked, "episodes", Goal("<=", 0))
    for name in NINE:
        if name == FOREIGN:
            yield from _foreign(pool, codec, work, originals)
            continue
        blocked = 0
        for place in range(every):
            others = [*originals[:place], *originals[place + (not FORGERIES[name].needs_index) :]]
            path = made(name, pool, place, codec, work)
            report = check_episode(open_recording(path)[0], index=index_of(others))
            blocked += _told(f"{title} {name} {place}", report, right(report, name), expected=True)
        yield Row(f"{title}, {name}: blocked for the right reason, of {every}", blocked, "episodes", Goal(">=", every))


def _foreign(pool: Pool, codec: str, work: Path, originals: Sequence[CheckReport]) -> Iterator[Row]:
    pairs = [(place, donor) for place in range(len(pool)) for donor in range(len(pool)) if donor != place]
    blocked: Counter[str] = Counter()
    for place, donor in pairs:
        path = made(FOREIGN, pool, place, codec, work, donor)
        anchored = index_of([*originals[:place], *originals[place + 1 :]])
        for state, index in (("source anchored", anchored), ("source unknown", None)):
            report = check_episode(open_recording(path)[0], index=index)
            title = f"{pool.name} {codec} {FOREIGN} {donor} in {place}, {state}"
            blocked[state] += _told(title, report, right(report, FOREIGN), expected=True)
    for state in ("source anchored", "source unknown"):
        title = f"{pool.name} {codec}, {FOREIGN}, {state}: blocked for the right reason, of {len(pairs)}"
        yield Row(title, blocked[state], "pairs", Goal(">=", len(pairs)))


def clean(data: Path) -> Iterator[Row]:
    """Every clean episode under ``data`` as it is."""
    count = blocked = 0
    for recording in recordings(data):
        for episode in recording:
            report = check_episode(episode)
            title = f"{recording.root.relative_to(data)} {episode.name}"
            blocked += _told(title, report, wrong(report), expected=False)
            count += 1
    yield Row(f"shared recordings as they are: blocked, of {count}", blocked, "episodes", Goal("<=", 0))


def made_clean(codec: str) -> Iterator[Row]:
    """Generated episodes with their pictures, through files."""
    blocked = 0
    for seed in range(GENERATED):
        with TemporaryDirectory() as folder:
            report = check_episode(open_recording(write_made(Path(folder), generated(seed), codec=codec))[0])
        blocked += _told(f"generated {codec} {seed}", report, wrong(report), expected=False)
    kinds = f"{GENERATED} of {len(EMBODIMENTS)} embodiments"
    yield Row(f"generated {codec}: blocked, of {kinds}", blocked, "episodes", Goal("<=", 0))


def _told(title: str, report: CheckReport, hit: bool, *, expected: bool) -> bool:
    """``hit``; a line for the terminal where it is not what it should be."""
    if hit is not expected:
        found = ", ".join(f"{f.severity} {f.rule}" for f in report.findings)
        print(f"{title}: {report.quality} {report.llr_milli}: {found or 'nothing'}", flush=True)
    return hit
