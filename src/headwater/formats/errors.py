"""What can keep a recording from being read.

HeadwaterError
├── RecordingError
│   ├── UnknownFormatError          nothing here reads this path
│   ├── MissingFileError            the recording names a file that is not there
│   ├── UnsafePathError             a path would leave the recording's folder
│   ├── MetadataError               a metadata field is absent, of the wrong type or out of range
│   ├── UnfinishedRecordingError    the recorder was stopped before it wrote its closing files
│   ├── DamagedFileError            the bytes are not what the format says
│   ├── TooLargeError               a declared size above what one episode may have
│   └── EmptyRecordingError         no episode, row or frame inside
└── ConventionsError                a statement of a recording's conventions cannot be read

A *bad* recording (frozen video, wrong statistics) opens fine and becomes a Finding in ``checks``. These
errors mean that no Episode could be built at all.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from headwater.primitives.errors import HeadwaterError


class RecordingError(HeadwaterError):
    """Base of this room.

    Attributes:
        file: the file or folder at fault.
        field: the metadata field, column, box or stream inside it; "" if the file as a whole.
        problem: one clause that says what is wrong.
    """

    def __init__(
        self, problem: str, *, file: Path, field: str = "", actual: Any = None, allowed: Any = None, fix: str = ""
    ) -> None:
        self.problem = problem
        self.file = file
        self.field = field
        where = f"{file}: {field}" if field else f"{file}"
        super().__init__(f"{where}: {problem}", actual=actual, allowed=allowed, fix=fix)


class UnknownFormatError(RecordingError):
    """No reader recognises the path."""


class MissingFileError(RecordingError):
    """A file the recording needs is not there."""


class UnsafePathError(RecordingError):
    """A template, name or symbolic link points outside the recording's folder."""


class MetadataError(RecordingError):
    """A metadata field is absent, of the wrong type or out of range."""


class UnfinishedRecordingError(RecordingError):
    """The recorder stopped before it finalised the dataset."""


class DamagedFileError(RecordingError):
    """A file's bytes contradict its format: truncated, corrupt, or another format under this name."""


class TooLargeError(RecordingError):
    """A declared size is beyond what a single recording may ask a reader to hold."""


class EmptyRecordingError(RecordingError):
    """There is nothing inside: no episode, no row or no video frame."""


class ConventionsError(HeadwaterError):
    """A ``conventions.json`` that cannot be read: no JSON, an unknown field, a number that is none."""
