"""Training views of episodes: LeRobot v3.0 and v2.1 out, and back in frame by frame."""

from headwater.export.beside import read_times, restored
from headwater.export.errors import ExportError, OutputError, ShortVideoError, UnlikeEpisodesError
from headwater.export.lerobot_v2 import export_lerobot_v2
from headwater.export.lerobot_v3 import export_lerobot_v3
from headwater.export.load import Dataset, Sample, load, samples
from headwater.export.models import ExportReport, Reencoded
from headwater.export.sensors import read_sensors

__all__ = [
    "Dataset",
    "ExportError",
    "ExportReport",
    "OutputError",
    "Reencoded",
    "Sample",
    "ShortVideoError",
    "UnlikeEpisodesError",
    "export_lerobot_v2",
    "export_lerobot_v3",
    "load",
    "read_sensors",
    "read_times",
    "restored",
    "samples",
]
