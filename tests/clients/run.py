"""``make clients``: write samples with our exporters, open each with its real client, say who opened what.

    python tests/clients/run.py [NAME ...]

Environments are ``.venv-client-NAME``, made by make. Ends with 1 if one client failed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from samples import spoil, write_samples

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def main(wanted: list[str]) -> int:
    names = sorted(path.stem for path in HERE.glob("*.txt") if not wanted or path.stem in wanted)
    with tempfile.TemporaryDirectory(prefix="headwater-clients-") as folder:
        began = time.monotonic()
        for set_, form, report in write_samples(Path(folder)):
            say(f"wrote {set_}.{form}: {report.episodes} episodes, {report.copied} cameras copied, "
                f"{len(report.reencoded)} encoded anew")  # fmt: skip
        for name in names:
            maker = HERE / f"make_{name}.py"
            if maker.is_file():
                subprocess.run([sys.executable, maker, folder], check=True)
        say(f"written in {time.monotonic() - began:.0f} s")
        spoiled = spoil(Path(folder), Path(folder) / "spoiled")
        with ThreadPoolExecutor(2) as pool:
            found = list(pool.map(lambda name: opened(name, Path(folder), spoiled), names))
        rows = [(name, *row) for name, row in zip(names, found, strict=True)]
        for name, *_, lines in rows:
            say(f"\n{name}:", *lines)
    say("\nclient        seconds  datasets  result")
    for name, seconds, datasets, code, _ in rows:
        say(f"{name:<12}  {seconds:7.0f}  {datasets:8}  {'ok' if code == 0 else f'FAILED ({code})'}")
    failed = sum(code != 0 for *_, code, _ in rows)
    say(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed or not rows else 0


def opened(name: str, folder: Path, spoiled: Path) -> tuple[float, int, int, list[str]]:
    """Seconds, datasets that were right, exit code of a client's check (99 if it misses a difference), what it said."""
    began = time.monotonic()
    done = checked(name, folder)
    lines = done.stdout.splitlines()
    right = sum(line.startswith("ok ") or line.endswith(": ok") for line in lines)
    lines += done.stderr.splitlines()[-20:] if done.returncode else []
    code = done.returncode
    if code == 0 and "from truth import" in script(name).read_text(encoding="utf-8"):
        seen = checked(name, spoiled)
        if seen.returncode != 1 or "values differ" not in seen.stdout:
            lines += ["a number that differs was not seen", seen.stdout, seen.stderr]
            code = 99
    return time.monotonic() - began, right, code, lines


def checked(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The client's check of a folder; -E and -s keep this environment's variables and packages out."""
    words: list[str | Path] = [ROOT / f".venv-client-{name}/bin/python", "-E", "-s", script(name), folder]
    return subprocess.run(words, check=False, capture_output=True, text=True)


def script(name: str) -> Path:
    return HERE / f"check_{name}.py"


def say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
