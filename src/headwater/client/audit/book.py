"""Where the sections write their claims down."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from headwater.chain.errors import ChainError
from headwater.client.audit.errors import EvidenceError
from headwater.client.audit.report import Claim, Status
from headwater.storage import StoreUnavailableError


class Book:
    """Claims in order of making. An id is made once."""

    def __init__(self, progress: Callable[[str], None] | None = None) -> None:
        self._claims: dict[str, Claim] = {}
        self._progress = progress or (lambda what: None)
        self._section = ""
        self._broken: set[str] = set()

    @property
    def claims(self) -> tuple[Claim, ...]:
        """So far."""
        return tuple(self._claims.values())

    def open(self, section: str, what: str = "") -> None:
        """Following claims belong to this section."""
        self._section = section
        self._progress(f"{section} {what}".strip())

    def holds(self, id_: str, title: str, truth: bool, *, leaf: str = "", detail: str = "", **shown: Any) -> bool:
        """Writes down whether a sentence is true; ``shown`` may have ``expected`` and ``actual``."""
        status = Status.PASS if truth else Status.FAIL
        values = {name: words(value) for name, value in shown.items()}
        self._write(Claim(self._section, id_, title, status, leaf=leaf, detail=detail, **values))
        return truth

    def same(self, id_: str, title: str, expected: Any, actual: Any, *, leaf: str = "", detail: str = "") -> bool:
        """Writes down whether what was computed is what stands there."""
        truth = bool(expected == actual)
        return self.holds(id_, title, truth, leaf=leaf, detail=detail, expected=expected, actual=actual)

    def skip(self, id_: str, title: str, why: str, leaf: str = "") -> None:
        """Writes down that something could not be recomputed."""
        self._write(Claim(self._section, id_, title, Status.SKIPPED, leaf=leaf, detail=why))

    def broken(self, id_: str, title: str, error: EvidenceError, where: str = "") -> None:
        """Writes down a blob that cannot be read: FAIL where it is met first, SKIPPED for what else needed it."""
        leaf = f"{error.leaf} ({where})" if where and where != error.leaf else error.leaf
        if error.leaf in self._broken:
            self.skip(id_, title, f"needs a blob that failed above: {error.reason}", leaf)
        else:
            self._broken.add(error.leaf)
            self.holds(id_, title, False, leaf=leaf, expected="a blob that is what its name says", actual=error.reason)

    def failed(self, prefix: str) -> list[Claim]:
        """Failed claims whose id starts so."""
        return [c for c in self._claims.values() if c.status is Status.FAIL and c.id.startswith(prefix)]

    @contextmanager
    def reading(self, id_: str, title: str, leaf: str = "") -> Iterator[None]:
        """Turns whatever breaks inside into a claim of this id that does not pass; ``leaf`` says what it is about.

        Evidence is written by others, so any exception it provokes is its fault, not ours; a chain or a store that
        does not answer is neither, and passes through.
        """
        try:
            yield
        except (ChainError, StoreUnavailableError):
            raise
        except EvidenceError as error:
            self.broken(id_, title, error, leaf)
        except Exception as error:
            found = f"{type(error).__name__}: {error}"
            self.holds(id_, title, False, leaf=leaf, expected="something that can be recomputed", actual=found)

    def _write(self, claim: Claim) -> None:
        kept = self._claims.get(claim.id)
        if kept is not None and kept != claim and kept.status is Status.FAIL:
            return  # the first reason is the nearest to the cause
        self._claims[claim.id] = claim


def words(value: Any) -> str:
    """A value as an auditor reads it: bytes in hex, the rest as text."""
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, tuple | list):
        return ", ".join(words(one) for one in value) or "none"
    return str(value)
