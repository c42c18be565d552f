"""What can keep episodes from becoming a dataset.

HeadwaterError
└── ExportError
    ├── UnlikeEpisodesError     two episodes cannot share one table: features, cameras or rate differ
    ├── ShortVideoError         a camera has fewer frames than the table has rows
    ├── OutputError             the target folder is in the way or cannot be written
    └── MissingExtraError       a form needs packages that are not installed
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class ExportError(HeadwaterError):
    """Base of this room."""


class UnlikeEpisodesError(ExportError):
    """Episodes differ in features, cameras or rate, so that one LeRobot dataset cannot hold them."""


class ShortVideoError(ExportError):
    """A camera holds fewer frames than rows; LeRobot would then read frames of the next episode."""


class OutputError(ExportError):
    """The output folder exists with content, or what was written does not read back."""


class MissingExtraError(ExportError):
    """The packages that a form of output needs come with an extra that is not installed."""
