"""Errors of the client.

HeadwaterError
└── ClientError
    ├── PackError           an episode that cannot be cut out of its set without changing it
    ├── RefusedLocallyError the checks reject it before anything is sent
    │   └── NotReleasableError  it shows what nobody agreed to show
    ├── NotFinalError       the chain has not made it final yet
    └── HoldersError        key holders that did not answer or refused
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class ClientError(HeadwaterError):
    """Something the client could not do for its user."""


class PackError(ClientError):
    """An episode that cannot be cut out of its set without changing it."""


class RefusedLocallyError(ClientError):
    """The checks reject the recording; sending it would cost the deposit."""


class NotReleasableError(RefusedLocallyError):
    """It shows people, places or papers that no consent covers; redact it, or ask them."""


class NotFinalError(ClientError):
    """The chain has not made it final yet."""


class HoldersError(ClientError):
    """Fewer key holders than needed gave their part."""
