"""Errors of the node.

HeadwaterError
└── NodeError
    ├── HomeError          the data folder is missing, foreign or of another version
    ├── IntakeError        a submission that is not what it claims
    ├── RoleError          an account that lacks the role for what it was asked to do
    ├── NotReadyError      a step whose turn has not come (data missing, block not final, votes open)
    └── ProcessError       a child process that did not start, or is not ours
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class NodeError(HeadwaterError):
    """Something a node could not do."""


class HomeError(NodeError):
    """The data folder is missing, foreign or of another version."""


class IntakeError(NodeError):
    """A submission that is not what it claims; nothing of it was kept."""


class RoleError(NodeError):
    """An account lacks the role for what it was asked to do."""


class NotReadyError(NodeError):
    """A step whose turn has not come; run it again later."""


class ProcessError(NodeError):
    """A child process that did not start, or is not ours."""
