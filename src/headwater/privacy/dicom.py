"""DICOM by the basic profile of PS3.15 table E.1-1: every attribute it names, at every depth, and all private ones.

The table is the one dicom-anonymizer carries (edition 2026c, BSD-3); its own walk leaves nested items as they are, so
the walk is ours. Where the table gives a choice (X/Z, Z/D ...) the one that keeps the object valid is taken. Pixels are
not touched: a file that says it has words burned in, or shows readable text, is refused. Head scans can be turned into
faces; nothing here prevents that.
"""

from __future__ import annotations

import hashlib
import hmac
import runpy
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from headwater.formats.dicom import quietly
from headwater.privacy.errors import FIX, ExtraMissingError, PrivacyError, RedactionError
from headwater.privacy.models import Trace
from headwater.privacy.networks import file_of

TABLE = "dicom_anonymization_databases/dicomfields_2026c.py"
METHOD = "Headwater, DICOM PS3.15 2026c basic profile"
_PROFILE = ("113100", "DCM", "Basic Application Confidentiality Profile")
# Actions of table E.1-1; of a choice, what is done here.
_ACTIONS = {
    "D_TAGS": "D", "Z_TAGS": "Z", "X_TAGS": "X", "U_TAGS": "U", "Z_D_TAGS": "D", "X_Z_TAGS": "Z", "X_D_TAGS": "D",
    "X_Z_D_TAGS": "D", "X_Z_U_STAR_TAGS": "Z",
}  # fmt: skip
_DUMMY = {"DA": "19000101", "TM": "000000", "DT": "19000101000000", "PN": "ANONYMOUS", "AS": "000Y", "UI": "2.25.0"}
_WORDS = frozenset(("LO", "SH", "ST", "LT", "UT", "UC", "AE", "CS", "UR"))
_KEPT_META = frozenset(
    ("FileMetaInformationGroupLength", "FileMetaInformationVersion", "MediaStorageSOPClassUID",
     "MediaStorageSOPInstanceUID", "TransferSyntaxUID", "ImplementationClassUID", "ImplementationVersionName")
)  # fmt: skip


def is_dicom(path: Path) -> bool:
    """True if the file says so where a DICOM file does."""
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def identifiers(path: Path) -> tuple[Trace, ...]:
    """Attributes of the profile that still say something, by name; private ones as one.

    A file that says it was de-identified may keep UIDs and dummies as ``deidentified`` writes them. Raises
    ExtraMissingError, RedactionError.
    """
    held = _read(path, pixels=False)
    if not len(held):
        raise RedactionError(path.name, actual="no attribute can be read", fix="copy the file again from the archive")
    done = str(held.get("PatientIdentityRemoved", "")) == "YES"
    named: dict[str, None] = {}
    with _quiet(path):
        for element in _walk(held):
            action = "X" if element.tag.is_private else action_of(int(element.tag))
            if action is None or element.is_empty or (done and _replaced(element, action)):
                continue
            named["a private attribute" if element.tag.is_private else element.keyword or str(element.tag)] = None
    return tuple(Trace("person", f"DICOM {name}") for name in named)


def _replaced(element: Any, action: str) -> bool:
    """Whether a value is what this module puts in the place of one; what a file claims of itself does not count."""
    if action == "U":
        uids = [element.value] if isinstance(element.value, str) else element.value
        return all(str(uid).startswith("2.25.") for uid in uids)
    return action == "D" and str(element.value) == str(_plain(element, action))


def deidentified(path: Path, key: bytes) -> tuple[Any, tuple[str, ...]]:
    """The data set without what identifies, and the names of what was changed.

    Args:
        key: secret of one redaction: files of one study keep belonging together, and nobody can find the old UIDs.

    Raises:
        RedactionError: it cannot be read, or says that words are burned in. ExtraMissingError.
    """
    held = _read(path, pixels=True)
    burned = str(held.get("BurnedInAnnotation", "")).upper()
    if burned == "YES":
        fix = "have the words removed from the pixels by whoever made the picture"
        raise RedactionError(path.name, actual="words burned into the picture, says the file", fix=fix)
    changed: dict[str, None] = {}
    with _quiet(path):
        _clean(held, key, changed)
        _clean_meta(held)
        held.PatientIdentityRemoved = "YES"
        held.DeidentificationMethod = METHOD
        held.DeidentificationMethodCodeSequence = [_profile_code()]
    return held, tuple(changed)


def write(held: Any, target: Path) -> None:
    """Write a data set; bytes before the header, which may hold anything, are zeros."""
    held.preamble = bytes(128)
    with _quiet(target):
        held.save_as(target, enforce_file_format=True)


def action_of(tag: int) -> str | None:
    """``D`` dummy, ``Z`` empty, ``X`` remove, ``U`` new UID; ``None`` keeps. Raises ExtraMissingError."""
    exact, masked = _table()
    found = exact.get(tag)
    return found or next((action for value, mask, action in masked if tag & mask == value), None)


@cache
def _table() -> tuple[dict[int, str], list[tuple[int, int, str]]]:
    rows_of = runpy.run_path(str(file_of("dicomanonymizer", TABLE)))  # the package itself wants more than we do
    exact: dict[int, str] = {}
    masked: list[tuple[int, int, str]] = []
    for name, action in _ACTIONS.items():
        for row in rows_of[name]:
            tag = row[0] << 16 | row[1]
            if len(row) == 4:
                masked.append((tag, row[2] << 16 | row[3], action))
            else:
                exact[tag] = action
    return exact, masked


def _read(path: Path, *, pixels: bool) -> Any:
    try:
        from pydicom import dcmread
    except ImportError:
        raise ExtraMissingError("DICOM", actual="pydicom is not installed", fix=FIX) from None
    with _quiet(path):
        return dcmread(path, stop_before_pixels=not pixels)


def _walk(held: Any) -> Iterator[Any]:
    for element in held:
        yield element
        if element.VR == "SQ":
            for item in element.value or ():
                yield from _walk(item)


def _clean(held: Any, key: bytes, changed: dict[str, None]) -> None:
    for element in list(held):
        action = "X" if element.tag.is_private else action_of(int(element.tag))
        name = "private attributes" if element.tag.is_private else element.keyword or str(element.tag)
        if action == "X":
            del held[element.tag]
            changed[name] = None
        elif action == "U" and element.VR == "UI":
            held[element.tag].value = _uids(element.value, key)
            changed[name] = None
        elif action is not None:
            held[element.tag].value = _plain(element, action)
            changed[name] = None
        elif element.VR == "SQ":
            for item in element.value or ():
                _clean(item, key, changed)


def _clean_meta(held: Any) -> None:
    meta = held.file_meta
    for element in list(meta):
        if element.keyword not in _KEPT_META:
            del meta[element.tag]
    meta.MediaStorageSOPInstanceUID = held.SOPInstanceUID


def _plain(element: Any, action: str) -> Any:
    """Nothing, or for ``D`` a value of the right kind that says nothing."""
    if element.VR == "SQ":
        return []
    if action != "D":
        return None
    if element.VR in _DUMMY:
        return _DUMMY[element.VR]
    if element.VR in _WORDS:
        return "ANONYMIZED"
    return (
        None if element.VR in ("OB", "OW", "UN", "OD", "OF", "OL", "AT") else "0" if element.VR in ("IS", "DS") else 0
    )


def _uids(value: Any, key: bytes) -> Any:
    """The same UID always becomes the same other one, under one key (PS3.5 B.2: 2.25 and a 128-bit number)."""

    def one(uid: str) -> str:
        return f"2.25.{int.from_bytes(hmac.new(key, uid.encode(), hashlib.sha256).digest()[:16], 'big')}"

    if not value:
        return value
    return one(str(value)) if isinstance(value, str) else [one(str(uid)) for uid in value]


def _profile_code() -> Any:
    from pydicom import Dataset

    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = _PROFILE
    return item


@contextmanager
def _quiet(path: Path) -> Iterator[None]:
    """Errors quote values as the log does: their words are not passed on."""
    try:
        with quietly():
            yield
    except PrivacyError:
        raise
    except Exception as error:
        fix = "copy the file again from the archive"
        raise RedactionError(path.name, actual=f"not readable as DICOM ({type(error).__name__})", fix=fix) from None
