"""The root of every Headwater error.

HeadwaterError
├── (each room draws its own tree in its errors.py)

An error names what was wrong, what was found, what is allowed and how to fix it. The command line and
the HTTP layer print exactly that; nothing else in the house formats errors for people. A bad *recording*
is a Finding (``checks``), not an exception: an exception means we could not finish.
"""

from __future__ import annotations

from typing import Any


class HeadwaterError(Exception):
    """Base of every error Headwater raises on purpose.

    Attributes:
        what: the thing that is wrong, as a person would name it (a file, a field, an account).
        actual: what was found.
        allowed: what would have been accepted.
        fix: one imperative sentence that helps.
    """

    def __init__(self, what: str, *, actual: Any = None, allowed: Any = None, fix: str = "") -> None:
        self.what = what
        self.actual = actual
        self.allowed = allowed
        self.fix = fix
        super().__init__(self.line())

    def line(self) -> str:
        """The whole error in one line, for a terminal."""
        parts = [self.what]
        if self.actual is not None:
            parts.append(f"found {self.actual}")
        if self.allowed is not None:
            parts.append(f"allowed {self.allowed}")
        text = "; ".join(parts)
        return f"{text}. Fix: {self.fix}" if self.fix else text
