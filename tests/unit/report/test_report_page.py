"""The page of a report: bytes, escaping, size, and what is left out."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from functools import cache
from html.parser import HTMLParser

import numpy as np
import pytest
from numpy.typing import NDArray

from headwater.checks import Finding, NotRun, Observed, Release, Severity, Span, judge
from headwater.formats import Episode, Frame, Kind, Stream
from headwater.report import Film, Shown, page
from headwater.report.film import Reel, sheet
from headwater.report.plots import LEVELS, STRETCHES, plots
from headwater.testing.episodes import camera, episode, moving

ATTACK = "<script>alert(1)</script>\"'&</script><!--<img src=x onerror=alert(1)>"
MB = 1_000_000


class Tags(HTMLParser):
    """Every element with its attributes, and the text outside scripts and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        self.open = tag

    def handle_data(self, data: str) -> None:
        if self.open not in ("script", "style"):
            self.words.append(data)


@cache
def noise(rows: int = 120, columns: int = 160, seed: int = 0) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 255, (rows, columns), dtype=np.uint8)


def film_of(key: str, frames: int, limit: int = 240) -> Film:
    film = Film(limit)
    for number in range(frames):
        film(key, Frame(number, number / 30, noise(seed=number % 8)))
    return film


def shown(made: Episode | None = None, keys: tuple[str, ...] = ("cam",), frames: int = 240) -> Shown:
    seen = Observed(made or episode(), {key: camera(frames) for key in keys})
    film = Film()
    for key in keys:
        for number in range(frames):
            film(key, Frame(number, number / 30, noise(seed=number % 8)))
    return Shown(seen, film, judge(seen))


def hostile() -> Shown:
    """Every text the page shows is an attack."""
    good = episode()
    state = replace(good.streams["observation.state"], name=ATTACK, axes=(ATTACK,) * 4, unit=ATTACK)
    streams = {ATTACK: state}
    made = replace(good, tasks=(ATTACK,), embodiment=ATTACK, streams=streams, name=ATTACK)
    one = shown(made, keys=(ATTACK,))
    finding = Finding(
        ATTACK, 1, Severity.DEFECT, ATTACK, ATTACK, ATTACK, (Span(10, 20, 333, 666),), ATTACK, ATTACK, ATTACK
    )
    report = replace(
        one.report, episode=ATTACK, findings=(finding,), suite=ATTACK, ran=(ATTACK,), not_run=(NotRun(ATTACK, ATTACK),)
    )
    return replace(one, report=report)


def test_same_report_same_bytes() -> None:
    assert page([shown()]) == page([shown()])


def test_nothing_is_fetched_and_nothing_runs_but_our_script() -> None:
    text = page([hostile(), shown()]).decode()
    tags = Tags(text).found
    assert not re.search(r"https?:|//[a-z]+\.", re.sub(r"<script.*?</script>", "", text, flags=re.DOTALL))
    assert not [tag for tag, given in tags if {"src", "srcset", "style"} & set(given)]
    assert not [name for _, given in tags for name in given if name.startswith("on")]
    assert {tag for tag, _ in tags} & {"img", "link", "iframe", "object", "form"} == set()
    scripts = [given.get("type") for tag, given in tags if tag == "script"]
    assert scripts == ["application/json", "application/json", None]
    policy = next(given["content"] for tag, given in tags if given.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; img-src data:;")
    assert "unsafe" not in policy


def test_hostile_text_is_shown_as_text() -> None:
    words = "".join(Tags(page([hostile()]).decode()).words)
    assert words.count("<script>alert(1)</script>") >= 10
    assert "<img src=x onerror=alert(1)>" in words


def test_a_text_that_is_no_unicode_is_shown_too() -> None:
    made = replace(episode(), tasks=("half a pair \ud800, a bell \x07, a null \x00",))
    assert b"half a pair" in page([shown(made)])


def test_a_finding_tells_everything() -> None:
    one = shown()
    finding = Finding(
        "time/stamps", 3, Severity.RISK, "Time jumps.", "40 ms", "below 5 ms", (Span(30, 60, 1000, 2000),), "row",
        "Actions are late.", "Record again.",
    )  # fmt: skip
    report = replace(one.report, findings=(finding,), score=880, llr_milli=-1234, not_run=(NotRun("a/b", "needs x"),))
    words = " ".join(Tags(page([replace(one, report=report)]).decode()).words)
    for part in ("risk", "time/stamps@3", "Time jumps.", "40 ms", "below 5 ms", "Actions are late.", "Record again."):
        assert part in words
    for part in ("1.000-2.000 s (frames 30-60)", "880", "-1.23", f"{report.quality}", "a/b", "needs x"):
        assert part in words


def test_release_is_shown() -> None:
    one = shown()
    assert one.report.release == "unknown"  # nobody looked for faces
    assert "whether the original may leave" in page([one]).decode()
    report = replace(one.report, release=Release.NEEDS_REDACTION)
    assert "needs redaction" in page([replace(one, report=report)]).decode()


def test_positions_and_paths_stay_out() -> None:
    good = episode()
    where = np.full((240, 2), 47.123456)
    gps = Stream("GPS5", Kind.GPS, good.streams["action"].times_ns, where, ("lat", "lon"), unit="deg")
    made = replace(good, streams={**good.streams, "GPS5": gps}, meta={"serial": "SN-4711"})
    made = replace(made, source=replace(made.source, root=made.source.root / "jane-doe"))
    text = page([shown(made)]).decode()
    for secret in ("47.12", "SN-4711", "jane-doe"):  # that there are positions is said
        assert secret not in text


def test_a_minute_of_two_cameras_stays_under_three_megabytes() -> None:
    """Noise compresses worst of all pictures; 44 axes at 30 Hz, and an IMU at 1 kHz."""
    rows = 1800
    wide = episode(moving(rows, 44))
    times = np.arange(60_000, dtype=np.int64) * 1_000_000
    accel = Stream("ACCL", Kind.ACCEL, times, np.random.default_rng(0).normal(0, 1, (60_000, 3)), ("x", "y", "z"))
    made = replace(wide, streams={**wide.streams, "ACCL": accel}, fps=Fraction(30))
    assert len(page([shown(made, keys=("left", "right"), frames=rows)])) <= 3 * MB


@pytest.mark.parametrize("frames", [1, 2, 239, 240, 241, 1800, 7201])
def test_film_keeps_an_even_choice_within_its_limit(frames: int) -> None:
    film = Film(240)
    tiny = np.zeros((2, 2), np.uint8)
    for number in range(frames):
        film("cam", Frame(number, 0.0, tiny))
    kept = film.reel("cam").frames
    assert min(frames, 120) <= len(kept) <= 240
    assert len(set(np.diff(kept))) <= 1
    assert frames - kept[-1] <= max(1, 2 * frames // len(kept))


def test_sheet_gets_coarser_then_shorter_until_it_fits() -> None:
    reel = film_of("cam", 40).reel("cam")
    fine, coarse, few = (sheet(reel, most) for most in (10 * MB, 250_000, 40_000))
    assert fine
    assert coarse
    assert few
    assert len(fine.frames) == len(coarse.frames) == 40 > len(few.frames)
    assert len(few.jpeg) <= 40_000 < len(coarse.jpeg) <= 250_000 < len(fine.jpeg)
    assert sheet(Reel((), ()), 1000) is None


def test_no_spike_is_lost_and_gaps_stay_gaps() -> None:
    values = np.zeros((48_000, 1))
    values[12_345] = 9.0
    values[24_000:24_300] = np.nan
    made = episode()
    times = np.arange(len(values), dtype=np.int64) * 1_000_000
    made = replace(made, streams={"GYRO": Stream("GYRO", Kind.GYRO, times, values, ("x",))})
    panel = next(plots(Observed(made, {})))
    assert panel.times_ms.shape == (STRETCHES,)
    assert panel.ranges() == [(0.0, 9.0)]
    data = json.loads(json.dumps(panel.to_data()))
    assert data["scales"] == [[0.0, 9.0]]
    assert np.isnan(panel.low).sum() == 3
    assert np.isnan(panel.high).sum() == 3


def test_many_lines_share_a_scale_but_not_a_zero() -> None:
    """A finger between 0 and 1 and an elbow that moves .2 about 3: both movements show, in one measure."""
    values = np.zeros((240, 8))
    values[120:, 0] = 1.0
    values[:, 1] = 3.0
    values[120:, 1] = 3.2
    made = episode()
    stream = replace(made.streams["action"], values=values, axes=tuple("abcdefgh"))
    panel = next(plots(Observed(replace(made, streams={"action": stream}), {})))
    assert panel.centred
    assert panel.scales()[0] == (0.0, 1.0)
    assert panel.scales()[1] == pytest.approx((2.6, 3.6))
    assert {round(high - low, 9) for low, high in panel.scales()} == {1.0}


@pytest.mark.parametrize("columns", [2, 8])
@pytest.mark.parametrize(
    "values", [np.full((50, 2), np.nan), np.full((50, 2), 1e308), np.full((50, 2), -np.inf), np.zeros((50, 2))]
)
def test_absurd_numbers_make_a_page(values: NDArray[np.float64], columns: int) -> None:
    values = np.tile(values, (1, columns // 2))
    values[0, 0] = -1e308
    made = episode()
    stream = replace(made.streams["action"], values=values, times_ns=made.streams["action"].times_ns[:50])
    one = shown(replace(made, streams={"action": stream}))
    data = re.findall(rb'application/json">(.*?)</script>', page([one]), re.DOTALL)[0]
    assert json.loads(data, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))["plots"]
    assert LEVELS == 65_534


def test_an_episode_without_pictures_or_signals_makes_a_page() -> None:
    seen = Observed(replace(episode(), streams={}), {"cam": camera(0)})
    assert b"no picture" in page([Shown(seen, Film(), judge(seen))])


def test_several_episodes_are_listed() -> None:
    text = page([shown(), shown(keys=())]).decode()
    assert [given["href"] for tag, given in Tags(text).found if (given.get("class") or "").startswith("entry")] == [
        "#episode-0",
        "#episode-1",
    ]
