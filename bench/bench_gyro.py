"""Gyro authenticity: true pairs against foreign and forged gyro, on rendered clips and the GoPro file.

    python bench/bench_gyro.py CLIPS [--data DIR]

CLIPS is what ``gyro_clips.py`` rendered. DIR (optional) has comma2k19's gyro for the GoPro crossings. Stores
``results/gyro.json``. Scores are ``GyroMatch.score`` as the rule computes it, axes unknown on the rendered clips.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from headwater.checks.gyro_match import GyroMatch, gyro_match
from headwater.checks.observed import watch
from headwater.checks.rules.authenticity_gyro import DEFECT_FIT, DEFECT_SCORE, LAG_S, RISK_SCORE
from headwater.formats import Episode, Kind, open_recording
from report import ROOT, Goal, Row, publish, versions

AUC_GOAL = Goal(">=", 0.98)
CUT_S = 0.5
SEED = 20261121
GOPRO = ROOT / "examples" / "recordings" / "gopro_karma.mp4"

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Clip:
    """Times in s, picture motion (n, 3), gyro (m, 3) in rad/s."""

    frame_s: Floats
    ego: Floats
    gyro_s: Floats
    gyro: Floats
    known: bool

    def match(self, gyro: Floats) -> GyroMatch:
        return gyro_match(self.frame_s, self.ego, self.gyro_s, gyro, self.known, LAG_S)


def load(episode: Episode) -> Clip:
    """Decode once."""
    camera = watch(next(iter(episode.videos.values())), ego=True)
    gyro = episode.of_kind(Kind.GYRO)[0]
    known = episode.embodiment == "GoPro"
    return Clip(camera.pts_us / 1e6, camera.ego_micro / 1e6, gyro.times_ns / 1e9, gyro.values.astype(np.float64), known)


def forged(clip: Clip, donors: dict[str, Floats], seed: int) -> Iterator[tuple[str, Floats]]:
    """Every gyro that does not belong to the clip; ``donors`` are foreign recordings' by name."""
    own, rng = clip.gyro, np.random.default_rng([SEED, seed])
    gone = round(CUT_S / float(np.median(np.diff(clip.gyro_s))))
    spectrum = np.fft.rfft(own - own.mean(axis=0), axis=0)
    phases = np.exp(2j * np.pi * rng.random(spectrum.shape))
    middle = 2 * len(own) // 5
    for name, gyro in donors.items():
        yield name, np.resize(gyro, own.shape)
    yield "reversed", own[::-1].copy()
    yield f"{CUT_S} s cut out at 40 %", np.concatenate([own[:middle], own[middle + gone :], own[-gone:]])
    yield f"shifted by {CUT_S} s", np.concatenate([own[gone:], own[-gone:]])
    yield "invented, its own spectrum", np.fft.irfft(spectrum * phases, n=len(own), axis=0)
    yield "invented, white noise", rng.normal(0, own.std(axis=0), own.shape)


def area(true: Floats, false: Floats) -> float:
    """Area under the ROC curve: how often a true pair scores above a false one."""
    above = (true[:, None] > false[None, :]).mean() + (true[:, None] == false[None, :]).mean() / 2
    return round(float(above), 4)


def rendered(folder: Path) -> Iterator[Row]:
    """The clips of ``gyro_clips.py``."""
    clips = [load(open_recording(path)[0]) for path in sorted(folder.iterdir()) if (path / "imu.csv").is_file()]
    true = [clip.match(clip.gyro) for clip in clips]
    scores = np.array([match.score for match in true])
    false: dict[str, list[GyroMatch]] = {}
    for number, clip in enumerate(clips):
        other, alike = clips[(number + 1) % len(clips)], clips[(number + 5) % len(clips)]
        donors = {"of another clip": other.gyro, "of another clip with the same kind of motion": alike.gyro}
        for name, gyro in forged(clip, donors, number):
            false.setdefault(name, []).append(clip.match(gyro))
    late = np.array([abs(m.lag_s) * (len(c.ego) - 1) / c.frame_s[-1] for m, c in zip(true, clips, strict=True)])
    yield Row("rendered clips", len(clips), "clips", Goal(">=", 200))
    for name, matches in false.items():
        values = np.array([match.score for match in matches])
        yield Row(f"gyro {name}: ROC AUC", area(scores, values), "", AUC_GOAL)
    every = np.array([match.score for matches in false.values() for match in matches])
    yield Row("all together: ROC AUC", area(scores, every), "", AUC_GOAL)
    yield Row("true pairs the rule calls a DEFECT", 100 * share(true), "%")
    yield Row("true pairs it calls a RISK", round(100 * float((scores * 1000 < RISK_SCORE).mean()), 1), "%")
    for name, matches in false.items():
        yield Row(f"gyro {name}: DEFECT", round(100 * share(matches), 1), "%")
    yield Row("lag error, median", round(float(np.median(late)), 2), "frames", Goal("<=", 1))
    yield Row("lag error, 95th percentile", round(float(np.percentile(late, 95)), 2), "frames", Goal("<=", 1))
    yield Row("lag error at most one frame", round(100 * float((late <= 1.0001).mean()), 1), "% of clips")


def share(matches: list[GyroMatch]) -> float:
    """How many the rule refuses: by score, by fit, or as shifted."""
    refused = [
        1000 * m.score < DEFECT_SCORE
        or 1000 * m.fit < DEFECT_FIT
        or (m.elsewhere_fit >= 0.5 and m.elsewhere_fit >= m.fit + 0.15)
        for m in matches
    ]
    return float(np.mean(refused))


def gopro(clips: Path, data: Path | None) -> Iterator[Row]:
    """The real file, with gyro of a car and of the rendered clips."""
    clip = load(open_recording(GOPRO)[0])
    true = clip.match(clip.gyro)
    yield Row("GoPro, its own gyro: score", round(true.score, 3), "", Goal(">=", RISK_SCORE / 1000))
    yield Row("GoPro, its own gyro: lag", round(abs(true.lag_s) * 30000 / 1001, 2), "frames", Goal("<=", 1))
    donors = {
        f"of rendered {path.name}": open_recording(path)[0].of_kind(Kind.GYRO)[0].values.astype(np.float64)
        for path in sorted(clips.iterdir())[:20]
    }
    if data is not None and (data / "comma2k19").is_dir():
        donors["of a car (comma2k19)"] = np.load(data / "comma2k19" / "IMU_gyro_value.npy")
    found = {name: clip.match(gyro) for name, gyro in forged(clip, donors, 0)}
    worst = max(found, key=lambda name: found[name].score)
    yield Row(
        f"GoPro, {len(found)} forged gyros: refused", round(100 * share(list(found.values())), 1), "%", Goal(">=", 100)
    )
    yield Row(f"GoPro, best forged score ({worst})", round(found[worst].score, 3), "")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clips", type=Path)
    parser.add_argument("--data", type=Path)
    options = parser.parse_args()
    rows = [*rendered(options.clips), *gopro(options.clips, options.data)]
    publish("gyro", rows, versions(("av", "numpy", "opencv-python-headless")))


if __name__ == "__main__":
    main()
