"""Run the suite over clean recordings and every forgery made from them; print and store what each rule did.

    python bench/calibrate_checks.py [--data DIR] [--only NAME ...]

DIR has the recordings (default: examples/recordings). The result, ``bench/checks_calibration/results.json``, is what
``docs/checks.md`` quotes and what the weights are judged by: for each rule how many clean recordings it marked, how
many of its own forgeries it blocked, and the log-likelihood ratio that counting alone supports (add one half to
every count). With a handful of recordings that bound is small; the weights above it are policy and are marked so.
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from headwater.checks import CheckReport, CopyIndex, Severity, check_episode
from headwater.formats import Episode, Kind, Recording, RecordingError, open_recording
from headwater.testing.forgeries import FORGERIES, ROBOT_FORGERIES, forge

ROOT = Path(__file__).parents[1]
INDEXED = "video_of_another_indexed"
FORGED_AS = {INDEXED: "video_of_another"}
STORE = ROOT / "bench" / "checks_calibration" / "results.json"


def recordings(data: Path) -> Iterator[Recording]:
    """Everything under ``data`` that opens: sets, folders and single files."""
    for path in sorted(data.iterdir()):
        for candidate in [path, *(sorted(path.glob("*.mp4")) if path.is_dir() else [])]:
            try:
                yield open_recording(candidate)
            except RecordingError:
                continue


def defects(report: CheckReport) -> list[str]:
    """Names of the rules that found a DEFECT."""
    return sorted({finding.rule for finding in report.defects})


def row(recording: str, name: str, forgery: str, report: CheckReport, seconds: float, **more: Any) -> dict[str, Any]:
    """One line of the result."""
    risks = sorted({f.rule for f in report.findings if f.severity is Severity.RISK})
    kind = FORGERIES.get(FORGED_AS.get(forgery, forgery))
    wanted = kind.rules if kind else ()
    right = bool(set(wanted) & set(defects(report))) if wanted else None
    return {
        "recording": recording,
        "episode": name,
        "forgery": forgery,
        "quality": str(report.quality),
        "llr_milli": report.llr_milli,
        "defects": defects(report),
        "risks": risks,
        "right_reason": right,
        "cpu_ms": round(1000 * seconds),
        **more,
    }


def robot_rows(recording: Recording, others: list[tuple[Path, int]], only: list[str]) -> Iterator[dict[str, Any]]:
    """Clean and forged versions of every episode of one robot recording."""
    for number, episode in enumerate(recording):
        index = CopyIndex()
        index.add("original", 1, b"\1" * 32, check_episode(episode).fingerprints)
        for name in (*ROBOT_FORGERIES, INDEXED):
            if only and name not in only:
                continue
            kind = FORGERIES[FORGED_AS.get(name, name)]
            donors = [d for d in others if d != (recording.root, number)] if kind.needs_donor else [None]
            for donor in donors:
                with tempfile.TemporaryDirectory() as folder:
                    path, place = donor or (None, 0)
                    made = forge(
                        kind.name, recording.root, Path(folder), episode=number, donor=path, donor_episode=place
                    )
                    start = time.process_time()
                    seen = index if kind.needs_index else known_donor(donor) if name == INDEXED else None
                    report = check_episode(open_recording(made)[0], index=seen)
                    extra = {"donor": f"{path.name}/{place}"} if path else {}
                    spent = time.process_time() - start
                    yield row(recording.root.name, episode.name, name, report, spent, **extra)


def known_donor(donor: tuple[Path, int] | None) -> CopyIndex:
    """An index that has seen the donor of a foreign video."""
    assert donor is not None
    index = CopyIndex()
    index.add("donor", 1, b"\2" * 32, check_episode(open_recording(donor[0])[donor[1]]).fingerprints)
    return index


def same_robot(episode: Episode) -> tuple[str, int]:
    """What makes episodes exchangeable for a forger: robot and width of the state."""
    return episode.embodiment, sum(s.values.shape[1] for s in episode.of_kind(Kind.STATE))


def gyro_rows(path: Path, donors: list[Path]) -> Iterator[dict[str, Any]]:
    """Forgeries of one file with a gyro."""
    for name in ("gyro_csv", "gyro_gpmf", "gyro_gap"):
        for donor in [None, *(donors if name != "gyro_gap" else [])]:
            with tempfile.TemporaryDirectory() as folder:
                report = check_episode(open_recording(forge(name, path, Path(folder), donor=donor))[0])
                yield row(path.name, path.stem, name, report, 0.0, donor=donor.name if donor else "invented")


def driving_gyro(data: Path, video: Path, folder: Path) -> list[Path]:
    """A minute of a car's gyro (comma2k19) as a donor recording beside any video; nothing if it is not at hand."""
    source = data / "comma2k19"
    if not source.is_dir():
        return []
    times, values = np.load(source / "IMU_gyro_t.npy"), np.load(source / "IMU_gyro_value.npy")
    donor = folder / "comma2k19"
    donor.mkdir()
    shutil.copyfile(video, donor / "video.mp4")
    lines = [
        f"{t:.6f},gyro,{x:.6f},{y:.6f},{z:.6f},rad/s" for t, (x, y, z) in zip(times - times[0], values, strict=True)
    ]
    (donor / "imu.csv").write_text("\n".join(["t_s,sensor,x,y,z,unit", *lines]) + "\n")
    return [donor]


def summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Counts per rule and the ratio they support."""
    clean = [r for r in rows if r["forgery"] in ("clean", "reencoded")]
    rules: dict[str, Any] = {}
    for name in sorted({rule for f in FORGERIES.values() for rule in f.rules}):
        own = [r for r in rows if r["forgery"] in FORGERIES and name in FORGERIES[r["forgery"]].rules]
        hits = sum(name in r["defects"] for r in own)
        false = sum(name in r["defects"] for r in clean)
        ratio = math.log(((false + 0.5) / (len(clean) + 1)) / ((hits + 0.5) / (len(own) + 1)))
        rules[name] = {
            "forgeries": len(own),
            "blocked": hits,
            "clean": len(clean),
            "false": false,
            "counted_llr_milli": round(1000 * ratio),
        }
    kinds = {}
    for name in (*FORGERIES, INDEXED):
        own = [r for r in rows if r["forgery"] == name]
        if own:
            rejected = sum(r["quality"] == "reject" and r["right_reason"] is not False for r in own)
            kinds[name] = f"{rejected}/{len(own)}"
    false_blocks = sum(r["quality"] == "reject" or bool(r["defects"]) for r in clean)
    return {"rules": rules, "rejected_for_the_right_reason": kinds, "clean": len(clean), "false_blocks": false_blocks}


def everything(data: Path, only: list[str]) -> list[dict[str, Any]]:
    """All rows for the recordings under ``data``."""
    rows: list[dict[str, Any]] = []
    found = list(recordings(data))
    for recording in found:
        for episode in recording:
            start = time.process_time()
            report = check_episode(episode)
            rows.append(row(recording.root.name, episode.name, "clean", report, time.process_time() - start))
            show(rows[-1])
    robots = [r for r in found if r.format.startswith("lerobot")]
    for recording in robots:
        kind = same_robot(recording[0])
        others = [(r.root, i) for r in robots if same_robot(r[0]) == kind for i in range(len(r))]
        for line in robot_rows(recording, others, only):
            rows.append(line)
            show(line)
    for recording in found:
        if recording.format == "gopro-mp4" and not only:
            with tempfile.TemporaryDirectory() as folder:
                for line in gyro_rows(recording.root, driving_gyro(data, recording.root, Path(folder))):
                    rows.append(line)
                    show(line)
    return rows


def main() -> None:
    """Run and store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT / "examples" / "recordings")
    parser.add_argument("--only", nargs="*", default=[])
    parser.add_argument("--store", type=Path, default=STORE)
    options = parser.parse_args()
    rows = everything(options.data, options.only)
    result = {"summary": summary(rows), "rows": rows}
    options.store.parent.mkdir(parents=True, exist_ok=True)
    options.store.write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result["summary"], indent=1))


def show(line: dict[str, Any]) -> None:
    """One line for the terminal."""
    print(
        f"{line['recording']:24} {line['episode']:16} {line['forgery']:22} {line['quality']:7} {line['llr_milli']:7}"
        f" {','.join(line['defects'])} | {','.join(line['risks'])} {line.get('donor', '')}",
        flush=True,
    )


if __name__ == "__main__":
    main()
