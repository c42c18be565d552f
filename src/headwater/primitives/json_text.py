"""JSON from strangers, parsed with bounded nesting.

The standard library's parser recurses in C and relies on Python's recursion limit; a library that raises the limit
(py_ecc does, on import) turns ``[[[[...`` into a crash of the process. So the depth is counted first.
"""

from __future__ import annotations

import json
import re
from typing import Any

DEPTH = 64
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)


class TooDeepError(ValueError):
    """JSON nested deeper than ``DEPTH``."""


def parse(raw: bytes | str) -> Any:
    """The value of JSON text in UTF-8.

    Raises:
        TooDeepError: nested deeper than ``DEPTH``.
        UnicodeDecodeError, json.JSONDecodeError: not text, not JSON (both ValueError too).
    """
    text = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
    if text.count("[") + text.count("{") > DEPTH:
        _demand_shallow(text)
    return json.loads(text)


def _demand_shallow(text: str) -> None:
    depth = 0
    for mark in re.findall(r"[\[\]{}]", _TEXT.sub("", text)):
        depth += 1 if mark in "[{" else -1
        if depth > DEPTH:
            raise TooDeepError(f"nested deeper than {DEPTH}")
