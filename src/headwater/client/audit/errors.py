"""Errors of the audit.

HeadwaterError
└── ClientError
    └── EvidenceError       a published record that cannot be read: becomes a FAIL that names ``leaf``
"""

from __future__ import annotations

from headwater.client.errors import ClientError


class EvidenceError(ClientError):
    """A published blob that is missing, damaged, or no record of its kind.

    Attributes:
        leaf: CID of the very block that is wrong.
    """

    def __init__(self, what: str, leaf: str, reason: str) -> None:
        self.leaf = leaf
        self.reason = reason
        super().__init__(what, actual=reason, fix="fetch the original blob from another store and audit again")
