"""Training views of episodes: LeRobot v3.0 out, and back in frame by frame."""

from headwater.export.errors import (
    ExportError,
    OutputError,
    Problem,
    ShortVideoError,
    UnlikeEpisodesError,
    UnmappableError,
)
from headwater.export.lerobot_v3 import export_lerobot_v3
from headwater.export.load import Dataset, Sample, load, samples
from headwater.export.models import ExportReport, Reencoded
from headwater.export.sensors import read_sensors
from headwater.formats.errors import ConventionsError

__all__ = [
    "ConventionsError",
    "Dataset",
    "ExportError",
    "ExportReport",
    "OutputError",
    "Problem",
    "Reencoded",
    "Sample",
    "ShortVideoError",
    "UnlikeEpisodesError",
    "UnmappableError",
    "export_lerobot_v3",
    "load",
    "read_sensors",
    "samples",
]
