"""Whether the original may leave: what was found, what people agreed to, and that quality never hears of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.checks import (
    Box,
    CheckReport,
    Finding,
    NotRun,
    Observed,
    Release,
    Severity,
    all_rules,
    as_the_network,
    is_private,
    judge,
    read_report,
    reasons,
    release,
    remedy,
)
from headwater.checks.exposed import Exposed, exposed, sample_step, texts_step
from headwater.checks.llr import llr_milli, score
from headwater.formats import Kind, Stream
from headwater.privacy import Area, Heard, Seen, Sight, Sighting, Trace
from headwater.testing.episodes import camera, episode

EYES = Exposed(detectors=True)
FACE = Sighting(Sight.FACE, Area(10, 20, 30, 40), 900)


def text(letters: int, digits: int) -> Sighting:
    return Sighting(Sight.TEXT, Area(0, 0, 60, 20), 900, letters, digits)


def saw(*sightings: Sighting, frame: int = 0) -> Exposed:
    return replace(EYES, seen={"front": (Seen(frame, sightings), Seen(frame + 15, ()))})


def report_of(found: Exposed) -> CheckReport:
    return judge(Observed(episode(), {"front": camera()}, exposed=found))


def private(report: CheckReport) -> list[str]:
    return [finding.rule for finding in report.findings if is_private(finding.rule)]


def face(at_once: int) -> Finding:
    boxes = tuple(Box(3, n, 0, 5, 5) for n in range(at_once))
    return Finding("privacy/faces", 1, Severity.NOTE, "x", "x", "x", boxes=boxes)


def one(kind: str) -> Finding:
    return Finding(f"privacy/{kind}", 1, Severity.NOTE, "x", "x", "x")


class Silent:
    versions: dict[str, str] = {}  # noqa: RUF012 - a property of the port

    def see(self, image: NDArray[np.uint8], *, careful: bool = False, texts: bool = True) -> tuple[Sighting, ...]:
        return ()

    def hear(self, path: Path) -> tuple[Heard, ...]:
        return ()


@pytest.mark.parametrize(
    ("found", "people", "shows", "expected"),
    [
        ((), 0, (), Release.CLEAR),
        ((face(1),), 0, (), Release.NEEDS_REDACTION),
        ((face(1),), 1, ("faces",), Release.CLEAR),
        ((face(2),), 1, ("faces",), Release.NEEDS_CONSENT),
        ((face(1),), 1, (), Release.NEEDS_CONSENT),
        ((face(1), one("voices")), 1, ("faces",), Release.NEEDS_CONSENT),
        ((face(1), one("voices")), 1, ("faces", "voices"), Release.CLEAR),
        ((one("positions"),), 0, ("positions",), Release.CLEAR),
        ((one("texts"),), 0, ("positions",), Release.NEEDS_CONSENT),
        ((one("identifiers"),), 9, ("faces", "voices", "texts", "positions"), Release.NEEDS_REDACTION),
        ((one("identifiers"),), 9, ("identifiers",), Release.NEEDS_REDACTION),
    ],
)
def test_release(found: tuple[Finding, ...], people: int, shows: tuple[str, ...], expected: Release) -> None:
    assert release(found, (), people=people, shows=shows) is expected


def test_reasons_say_what_where_and_when_and_what_to_do() -> None:
    report = report_of(saw(FACE, FACE, frame=30))
    (line,) = reasons(report.findings, report.not_run)
    assert line.startswith("faces in front at 1.000-1.033 s (frames 30-31): 2 at once")
    fix = remedy(report.findings, report.not_run)
    assert "headwater redact" in fix
    assert fix.endswith("say --people 2 --shows faces")
    assert reasons(report.findings, report.not_run, people=2, shows=("faces",)) == ()
    assert remedy(report.findings, report.not_run, people=2, shows=("faces",)) == ""
    kept = [*report.findings, one("voices")]
    assert remedy(kept, (), people=1, shows=("texts",)).endswith(
        "--people 2 --shows faces --shows voices --shows texts"
    )
    assert "no consent covers" in remedy([one("identifiers")], ())


@pytest.mark.parametrize("kind", ["positions", "voices", "identifiers"])
def test_attack_a_file_that_cannot_be_read_is_not_clear(kind: str) -> None:
    report = report_of(replace(EYES, unread={f"privacy/{kind}": ("a.mp4",)}))
    assert report.release is Release.UNKNOWN
    assert reasons(report.findings, report.not_run) == (f"{kind} not looked for: cannot read a.mp4",)
    assert "copy the files again" in remedy(report.findings, report.not_run)


def test_attack_a_video_that_breaks_off_is_not_clear() -> None:
    made = camera()
    broken = judge(Observed(episode(), {"front": replace(made, damage="cut short")}, exposed=EYES))
    assert broken.release is Release.UNKNOWN
    assert NotRun("privacy/faces", "front does not decode to its end") in broken.not_run


def test_attack_a_dicom_file_that_does_not_open(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(bytes(128) + b"DICM" + b"\xff" * 40)
    made = episode()
    made = replace(made, source=replace(made.source, files=(path,)))
    assert exposed(made, {}, Silent()).unread == {"privacy/identifiers": ("a.dcm",)}


@pytest.mark.parametrize(("rate", "faces", "texts"), [(30, 15, 30), (29.97, 14, 28), (3, 1, 3), (1, 1, 1), (0.5, 1, 1)])
def test_pictures_are_sampled_often_enough(rate: float, faces: int, texts: int) -> None:
    assert (sample_step(rate), texts_step(rate)) == (faces, texts)
    assert rate / faces >= min(2, rate)
    assert rate / texts >= min(1, rate)
    assert texts % faces == 0


def test_without_the_extra_nothing_is_ever_called_clear() -> None:
    report = judge(Observed(episode(), {"front": camera()}))
    assert report.release is Release.UNKNOWN
    assert NotRun("privacy/faces", "needs the privacy extra") in report.not_run
    assert release((face(1),), report.not_run) is Release.NEEDS_REDACTION, "what was found counts all the same"


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (saw(FACE), ["privacy/faces"]),
        (saw(text(7, 4)), ["privacy/texts"]),
        (saw(text(5, 1)), []),  # a brand name on a packet
        (saw(*[text(7, 0)] * 3), ["privacy/texts"]),  # a page
        (replace(EYES, heard={"a.mp4": (Heard(0, 9.0, ((1000, 2000),), False),)}), ["privacy/voices"]),
        (replace(EYES, heard={"a.mp4": (Heard(0, 9.0, (), False),)}), []),
        (replace(EYES, traces={"a.mp4": (Trace("position", "GPMF GPS5"),)}), ["privacy/positions"]),
        (replace(EYES, traces={"a.mp4": (Trace("device", "serial"),)}), []),
        (replace(EYES, identifiers={"a": (Trace("person", "DICOM PatientName"),)}), ["privacy/identifiers"]),
    ],
)
def test_rules(found: Exposed, expected: list[str]) -> None:
    report = report_of(found)
    assert private(report) == expected
    assert report.release is (Release.NEEDS_REDACTION if expected else Release.CLEAR)


def test_boxes_and_spans_say_where() -> None:
    (finding,) = (f for f in report_of(saw(FACE, FACE, frame=30)).findings if is_private(f.rule))
    assert finding.boxes == (Box(30, 10, 20, 30, 40),) * 2
    assert [(span.start_frame, span.start_ms) for span in finding.spans] == [(30, 1000)]


@pytest.mark.parametrize(("value", "found"), [(52.5, ["privacy/positions"]), (0.0, [])])
def test_a_gps_stream_without_a_fix_says_nothing(value: float, found: list[str]) -> None:
    made = episode()
    gps = Stream("GPS5", Kind.GPS, np.arange(3), np.full((3, 2), value), ("lat", "lon"))
    made = replace(made, streams={**made.streams, "GPS5": gps})
    assert private(judge(Observed(made, {}, exposed=EYES))) == found


@pytest.mark.parametrize("severity", list(Severity))
def test_what_is_private_never_changes_quality(severity: Severity) -> None:
    names = [rule.id for rule in all_rules()]
    hit = Finding("privacy/faces", 1, severity, "x", "x", "x")
    assert llr_milli([hit], names) == llr_milli([], names)
    assert score([hit]) == 1000
    clean, seen = report_of(EYES), report_of(saw(FACE, text(9, 9)))
    assert (clean.quality, clean.score, clean.llr_milli) == (seen.quality, seen.score, seen.llr_milli)


def test_the_networks_report_is_what_comes_out_without_detectors() -> None:
    traces = {"a.mp4": (Trace("position", "GPMF GPS5"),)}
    blind = judge(Observed(episode(), {"front": camera()}, exposed=Exposed(traces=traces)))
    seeing = report_of(replace(saw(FACE), traces=traces))
    assert as_the_network(seeing).to_bytes() == blind.to_bytes() != seeing.to_bytes()


def test_reports_read_back_and_old_ones_too() -> None:
    report = report_of(saw(FACE))
    assert read_report(report.to_bytes()) == report
    old = replace(report, schema="headwater/check-report/1")
    plain = old.to_record()
    assert "release" not in plain
    assert all("boxes" not in row for row in plain["findings"])
    back = read_report(old.to_bytes())
    assert (back.schema, back.release) == ("headwater/check-report/1", Release.UNKNOWN)
    assert back.to_bytes() == old.to_bytes()
