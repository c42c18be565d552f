"""What records and chain say about a label contribution, for the rules that compare its sheet with that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Labelling:
    """Facts of one label contribution.

    Attributes:
        campaign: it was signed for; labeller: who signed it, EIP-55.
        derived_from: what its manifest names as origin.
        origins: contributions of the version the campaign names, by digest: path to sha256 of their files.
        rejected: contributions (hex) finally rejected before this one was anchored: their places are free again.
    """

    campaign: int
    labeller: str
    derived_from: tuple[bytes, ...]
    origins: Mapping[bytes, Mapping[str, bytes]]
    rejected: frozenset[str] = frozenset()
