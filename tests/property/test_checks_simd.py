"""No byte of a report depends on the processor's vector instructions, on threads or on the process.

Every library that computes something a rule may see is told to do without them, each in its own way, in a fresh
process: FFmpeg and dav1d (decoding), OpenCV, NumPy and its BLAS. What each then says of itself is asserted, so that a
switch that stops working fails here instead of proving nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from headwater.testing.forgeries import forge

pytestmark = [
    pytest.mark.media,
    pytest.mark.skipif(platform.machine() != "x86_64", reason="the switches are those of x86-64"),
]

EXAMPLES = Path(__file__).parents[2] / "examples" / "recordings"
CASES = ("lerobot_v21_g1", "gopro_karma.mp4", "lerobot_v30_so100")
PLAIN = {"OPENBLAS_CORETYPE": "Prescott", "OPENBLAS_NUM_THREADS": "1"}
CHILD = """
import ctypes, hashlib, json, sys
from pathlib import Path
import av, cv2, numpy as np
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

path, threads, plain = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "plain"
if plain:
    libraries = Path(av.__file__).parents[1] / "av.libs"
    avutil = ctypes.CDLL(str(next(libraries.glob("libavutil-*"))))
    avutil.av_force_cpu_flags(0)
    dav1d = ctypes.CDLL(str(next(libraries.glob("libdav1d-*"))))
    dav1d.dav1d_set_cpu_flags_mask(0)
    cv2.setUseOptimized(False)
    assert avutil.av_get_cpu_flags() == 0
    assert not cv2.useOptimized()
    chosen = [name for name in cv2.getCPUFeaturesLine().split() if name[0] == "*" and name[-1] != "?"]
    assert not chosen, f"OpenCV still dispatches {chosen}"
    blas = ctypes.CDLL(str(next((Path(np.__file__).parents[1] / "numpy.libs").glob("libscipy_openblas*"))))
    blas.scipy_openblas_get_corename64_.restype = ctypes.c_char_p
    assert blas.scipy_openblas_get_corename64_() in (b"Prescott", b"Katmai"), "BLAS still takes newer kernels"
    assert not any(__cpu_features__[name] for name in __cpu_dispatch__), "NumPy still dispatches"

from headwater.checks import check_episode
from headwater.formats import open_recording

reports = [check_episode(episode, threads=threads).to_bytes() for episode in open_recording(path)]
print(json.dumps([hashlib.sha256(report).hexdigest() for report in reports]))
"""


@cache
def judged(path: Path, threads: int, *, plain: bool = False) -> tuple[str, ...]:
    """SHA-256 of each episode's report, from a fresh process."""
    given = {**os.environ, **(PLAIN | switches() if plain else {})}
    command = [sys.executable, "-c", CHILD, str(path), str(threads), "plain" if plain else "as it comes"]
    ended = subprocess.run(command, env=given, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    return tuple(json.loads(ended.stdout.splitlines()[-1]))


@cache
def switches() -> dict[str, str]:
    """What NumPy and OpenCV would choose at run time on this machine, to be left alone; both warn of any other name."""
    code = (
        "import cv2; from numpy._core._multiarray_umath import __cpu_dispatch__ as names; print(*names);"
        "print(','.join(n.strip('*') for n in cv2.getCPUFeaturesLine().split() if n[0] == '*' and n[-1] != '?'))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.splitlines()
    return {"NPY_DISABLE_CPU_FEATURES": told[0], "OPENCV_CPU_DISABLE": told[1]}


@pytest.mark.parametrize("name", [CASES[0], *(pytest.param(name, marks=pytest.mark.slow) for name in CASES[1:])])
def test_vector_instructions_do_not_change_a_byte(name: str) -> None:
    path = EXAMPLES / name
    assert len({judged(path, 1), judged(path, 2), judged(path, 1, plain=True)}) == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_nor_with_two_threads(name: str) -> None:
    assert judged(EXAMPLES / name, 2, plain=True) == judged(EXAMPLES / name, 1)


@pytest.mark.parametrize("codec", ["h264", pytest.param("av1", marks=pytest.mark.slow)])
def test_nor_one_of_a_report_with_defects(codec: str, tmp_path: Path) -> None:
    path = forge("cut_padded_video", EXAMPLES / "lerobot_v21_g1", tmp_path, codec=codec)
    assert len({judged(path, 2), judged(path, 1, plain=True)}) == 1


def test_a_different_recording_gives_different_bytes() -> None:
    digests = {digest for name in CASES for digest in judged(EXAMPLES / name, 1)}
    assert len(digests) > len(CASES)


def test_the_process_here_says_the_same() -> None:
    from headwater.checks import check_episode
    from headwater.formats import open_recording

    path = EXAMPLES / CASES[0]
    here = tuple(hashlib.sha256(check_episode(episode).to_bytes()).hexdigest() for episode in open_recording(path))
    assert here == judged(path, 1, plain=True)
