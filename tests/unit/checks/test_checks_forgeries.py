"""The carried recordings: every good one stays free of defects, every forgery is rejected for its own reason."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from headwater.checks import CheckReport, CopyIndex, Quality, Severity, check_episode
from headwater.formats import open_recording
from headwater.testing.forgeries import FLAWS, FORGERIES, forge

EXAMPLES = Path(__file__).parents[3] / "examples" / "recordings"
V21, V30, GOPRO = EXAMPLES / "lerobot_v21_g1", EXAMPLES / "lerobot_v30_g1", EXAMPLES / "gopro_karma.mp4"
SO100 = EXAMPLES / "lerobot_v30_so100"
ROOT = b"\5" * 32


@cache
def clean(path: Path, number: int) -> CheckReport:
    return check_episode(open_recording(path)[number], content_root=ROOT)


def knows(path: Path, number: int) -> CopyIndex:
    """An index in which this episode was anchored."""
    index = CopyIndex()
    index.add("original", 1, ROOT, clean(path, number).fingerprints)
    return index


def rules(report: CheckReport) -> set[str]:
    return {finding.rule for finding in report.defects}


@pytest.mark.parametrize(("path", "number"), [(V21, 0), (V21, 1), (V30, 0), (V30, 1), (SO100, 0), (GOPRO, 0)])
def test_good_recording(path: Path, number: int) -> None:
    report = clean(path, number)
    assert report.defects == ()
    assert report.quality is Quality.REVIEW
    assert report.score >= 880


def test_good_episodes_of_one_scene_are_no_copies_of_each_other() -> None:
    index = CopyIndex()
    for order, (path, number) in enumerate([(V21, 0), (V21, 1), (V30, 0), (V30, 1)]):
        report = check_episode(open_recording(path)[number], index=index)
        assert not report.is_copy
        index.add(f"{path.name}/{number}", order, bytes([order]) * 32, report.fingerprints)


SINGLE = [
    "frozen_video", "black_span", "shifted_actions", "timestamp_jitter",
    "three_nan", "reversed_video", "cut_video", "white_span", "covered_span", "looped_video", "cut_slowed_video",
]  # fmt: skip


@pytest.mark.parametrize("name", SINGLE)
def test_forgery_is_rejected_for_its_reason(name: str, tmp_path: Path) -> None:
    made = forge(name, V30, tmp_path, episode=1)
    report = check_episode(open_recording(made)[0])
    assert report.quality is Quality.REJECT
    assert rules(report) & set(FORGERIES[name].rules)
    assert not [f for f in report.findings if f.rule.startswith("ledger/")], "stale bookkeeping would be too easy"


@pytest.mark.parametrize("name", sorted(FLAWS))
def test_flaw_is_shown_to_reviewers(name: str, tmp_path: Path) -> None:
    report = check_episode(open_recording(forge(name, V30, tmp_path, episode=1))[0])
    assert set(FLAWS[name].rules) <= {f.rule for f in report.findings if f.severity is Severity.RISK}
    assert report.quality is Quality.REVIEW


def test_reencoding_alone_is_no_forgery(tmp_path: Path) -> None:
    report = check_episode(open_recording(forge("reencoded", V21, tmp_path, episode=0))[0])
    assert report.defects == ()


def test_frozen_and_black_spans_are_where_they_were_put(tmp_path: Path) -> None:
    report = check_episode(open_recording(forge("frozen_video", V21, tmp_path, episode=1))[0])
    span = next(f for f in report.defects if f.rule == "motion/frozen-video").spans[0]
    assert abs(span.start_frame - 80) <= 2
    assert abs(span.end_frame - 140) <= 2


def test_exact_copy(tmp_path: Path) -> None:
    made = forge("exact_copy", V21, tmp_path / "copy", episode=0)
    files = sorted(p.relative_to(V21) for p in V21.rglob("*") if p.is_file())
    assert all((made / name).read_bytes() == (V21 / name).read_bytes() for name in files)
    report = check_episode(open_recording(made)[0], index=knows(V21, 0), content_root=ROOT)
    assert report.quality is Quality.REJECT
    assert {"copy/exact-content", "copy/near-video"} <= rules(report)


def test_mirrored_noised_copy_needs_the_index(tmp_path: Path) -> None:
    episode = open_recording(forge("mirrored_noised_copy", V21, tmp_path, episode=0))[0]
    assert check_episode(episode).defects == ()
    report = check_episode(episode, index=knows(V21, 0))
    assert {"copy/near-video", "copy/near-trajectory"} <= rules(report)
    assert report.quality is Quality.REJECT


def test_video_of_another_episode_is_blocked_by_motion(tmp_path: Path) -> None:
    made = forge("video_of_another", V30, tmp_path, episode=1, donor=V21, donor_episode=0)
    report = check_episode(open_recording(made)[0])
    assert report.quality is Quality.REJECT
    assert "authenticity/video-motion" in rules(report)


def test_video_that_motion_cannot_tell_apart_is_blocked_once_its_source_was_anchored(tmp_path: Path) -> None:
    """The one pair of the carried episodes that one person's two demonstrations of one task make too alike."""
    episode = open_recording(forge("video_of_another", V30, tmp_path, episode=1, donor=V21, donor_episode=1))[0]
    report = check_episode(episode, index=knows(V21, 1))
    assert report.quality is Quality.REJECT
    assert "copy/near-video" in rules(report)


@pytest.mark.parametrize("name", ["gyro_csv", "gyro_gpmf"])
def test_invented_gyro_is_rejected(name: str, tmp_path: Path) -> None:
    report = check_episode(open_recording(forge(name, GOPRO, tmp_path))[0])
    assert report.quality is Quality.REJECT
    assert rules(report) == {"authenticity/gyro-flow"}


def test_own_gyro_beside_the_video_passes(tmp_path: Path) -> None:
    made = forge("gyro_csv", GOPRO, tmp_path, donor=GOPRO)
    assert check_episode(open_recording(made)[0]).defects == ()


def test_report_survives_its_bytes() -> None:
    report = clean(V21, 0)
    assert CheckReport.from_bytes(report.to_bytes()) == report
