"""Errors of the simulator.

HeadwaterError
└── SimulationError    a scenario there is not
"""

from __future__ import annotations

from headwater.primitives.errors import HeadwaterError


class SimulationError(HeadwaterError):
    """A scenario there is not."""
