"""Nesting from a stranger is counted before a parser follows it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from headwater.primitives.json_text import DEPTH, TooDeepError, parse


@pytest.mark.parametrize(
    "text",
    [
        "[" * DEPTH + "]" * DEPTH,
        "[" + ",".join(["[]"] * 1000) + "]",
        '"' + "[" * 500 + '"',
        r'["\"[[", "' + "[" * 99 + '"]',
    ],
)
def test_same_value_as_the_standard_parser(text: str) -> None:
    assert parse(text) == json.loads(text) == parse(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "[" * (DEPTH + 1) + "]" * (DEPTH + 1),
        '{"a":' * 100_000,
        '["]]]]",' * (DEPTH + 1),
        r'["\\",' * (DEPTH + 1),
        r'["\"]",' * (DEPTH + 1),
    ],
    ids=["lists", "maps", "closed in text only", "escaped backslash", "escaped quote"],
)
def test_too_deep_is_refused(text: str) -> None:
    with pytest.raises(TooDeepError):
        parse(text)


@pytest.mark.parametrize("raw", [b"\xff\xfe[\x00", '{"a": "'.encode("utf-16"), b"", b"{", b"[1,]"])
def test_what_is_not_json_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(raw)


def test_a_raised_recursion_limit_does_not_let_deep_text_crash_the_process() -> None:
    code = (
        "import sys; sys.setrecursionlimit(1_000_000); from headwater.primitives.json_text import parse\n"
        "try: parse('[' * 500_000)\n"
        "except ValueError as error: print(error)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stdout.strip()) == (0, f"nested deeper than {DEPTH}")
