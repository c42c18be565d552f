"""Training views of episodes: LeRobot, WebDataset, Hugging Face, MCAP and Rerun out; and back in frame by frame."""

from headwater.export.errors import (
    ExportError,
    MissingExtraError,
    OutputError,
    Problem,
    ShortVideoError,
    UnlikeEpisodesError,
    UnmappableError,
)
from headwater.export.huggingface.card import Provenance
from headwater.export.huggingface.writer import export_huggingface
from headwater.export.labelled import Given, Labelled, export_labelled
from headwater.export.lerobot.beside import read_times, restored
from headwater.export.lerobot.sensors import read_sensors
from headwater.export.lerobot.v2 import export_lerobot_v2
from headwater.export.lerobot.v3 import export_lerobot_v3
from headwater.export.load import Dataset, Sample, load, samples
from headwater.export.models import ExportReport, Reencoded
from headwater.export.outputs import OUTPUTS, Output, export_as, export_mcap, export_rerun
from headwater.export.target import demand_free, place
from headwater.export.webdataset import export_webdataset
from headwater.formats.errors import ConventionsError

__all__ = [
    "OUTPUTS",
    "ConventionsError",
    "Dataset",
    "ExportError",
    "ExportReport",
    "Given",
    "Labelled",
    "MissingExtraError",
    "Output",
    "OutputError",
    "Problem",
    "Provenance",
    "Reencoded",
    "Sample",
    "ShortVideoError",
    "UnlikeEpisodesError",
    "UnmappableError",
    "demand_free",
    "export_as",
    "export_huggingface",
    "export_labelled",
    "export_lerobot_v2",
    "export_lerobot_v3",
    "export_mcap",
    "export_rerun",
    "export_webdataset",
    "load",
    "place",
    "read_sensors",
    "read_times",
    "restored",
    "samples",
]
