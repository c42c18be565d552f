"""Conform: every contributor's episodes to the campaign's spec, by a map that is kept and can be undone.

``plan`` reads names, units and rates of all episodes and answers with one map an episode, or refuses with every
reason; ``conformed_all`` applies it while an exporter reads; ``keep`` writes it into the dataset; ``export_conformed``
does all three. Nothing is guessed: a
unit, range, axis, camera or rate that neither the recording nor a ``conventions.json`` states is refused by name.
"""

from headwater.export.conform.applying import conformed, undone
from headwater.export.conform.keeping import conformed_all, export_conformed, keep, kept_in, reported, shown
from headwater.export.conform.planning import plan
from headwater.formats.conventions import (
    Conventions,
    FeatureConvention,
    parse_conventions,
    read_conventions,
    statement_beside,
)
from headwater.formats.units import Range

__all__ = [
    "Conventions",
    "FeatureConvention",
    "Range",
    "conformed",
    "conformed_all",
    "export_conformed",
    "keep",
    "kept_in",
    "parse_conventions",
    "plan",
    "read_conventions",
    "reported",
    "shown",
    "statement_beside",
    "undone",
]
