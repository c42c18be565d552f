"""Parameters: the numbers governance decides, each between bounds that nobody can move. Only proposals write here."""

from __future__ import annotations

from typing import Any

from headwater.chain import interface
from headwater.chain.contract import Contract
from headwater.chain.views import EpochLimits, FundingLimits, PublishLimits


class Parameters(Contract):
    """Read when something is made; what is made keeps what it read."""

    NAME = "Parameters"

    def funding_limits(self) -> FundingLimits:
        """What a campaign funded now is held to."""
        return FundingLimits.of(self._read("fundingLimits"))

    def publish_limits(self) -> PublishLimits:
        """What a version published now takes."""
        return PublishLimits.of(self._read("publishLimits"))

    def epoch_limits(self) -> EpochLimits:
        """What an epoch posted now takes."""
        return EpochLimits.of(self._read("epochLimits"))

    def minimum(self, role: int) -> int:
        """Least stake of who joins a role now."""
        return int(self._read("minimumOf", role))

    def treasury(self) -> str:
        """Where network fees go now."""
        return str(self._read("treasury"))

    def suite_digest(self, number: int) -> bytes:
        """Digest of a check suite; the zero word for one that never was."""
        return bytes(self._read("suiteDigest", number))

    def fixed(self, name: str) -> int:
        """A bound by its name in the contract: ``hardSettle``, ``MAX_WINDOW``."""
        return int(self._read(name))

    @staticmethod
    def change(setter: str, *values: Any) -> bytes:
        """Call data of a setter, for a proposal."""
        return interface.load(Parameters.NAME).encode(setter, values)
