"""What can keep episodes from becoming a dataset.

HeadwaterError
└── ExportError
    ├── UnlikeEpisodesError     two episodes cannot share one table: features, cameras or rate differ
    ├── ShortVideoError         a camera has fewer frames than the table has rows
    ├── UnmappableError         episodes cannot be brought to the campaign's spec
    ├── OutputError             the target folder is in the way or cannot be written
    └── MissingExtraError       a form needs packages that are not installed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.primitives.errors import HeadwaterError


class ExportError(HeadwaterError):
    """Base of this room."""


class UnlikeEpisodesError(ExportError):
    """Episodes differ in features, cameras or rate, so that one LeRobot dataset cannot hold them."""


class ShortVideoError(ExportError):
    """A camera holds fewer frames than rows; LeRobot would then read frames of the next episode."""


@dataclass(frozen=True)
class Problem:
    """One thing of one episode that no rule and no statement maps.

    Attributes:
        episode: folder and episode.
        field: feature, axis, camera or ``fps``, as ``observation.state/gripper.pos``.
        problem: one clause.
        actual, allowed: what was found, what would do; fix: what to do.
    """

    episode: str
    field: str
    problem: str
    actual: str
    allowed: str
    fix: str

    def line(self) -> str:
        """The whole problem in one line."""
        what = f"{self.episode}: {self.field}: {self.problem}; found {self.actual}; allowed {self.allowed}"
        return f"{what}. Fix: {self.fix}"


class UnmappableError(ExportError):
    """Episodes that cannot be brought to the campaign's spec.

    Attributes:
        problems: all of them, of all episodes; the fields of the error are the first one's.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        first = self.problems[0]
        what = f"{first.episode}: {first.field}: {first.problem}"
        super().__init__(what, actual=first.actual, allowed=first.allowed, fix=first.fix)

    def line(self) -> str:
        """One line a problem, numbered if there are several."""
        if len(self.problems) == 1:
            return self.problems[0].line()
        return "\n".join(f"({number}) {problem.line()}" for number, problem in enumerate(self.problems, start=1))


class OutputError(ExportError):
    """The output folder exists with content, or what was written does not read back."""


class MissingExtraError(ExportError):
    """The packages that a form of output needs come with an extra that is not installed."""
