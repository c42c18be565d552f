"""Which reader a path needs, and the one way in."""

from __future__ import annotations

from pathlib import Path

from headwater.formats.aria_mps import AriaMpsReader
from headwater.formats.dicom import DicomReader
from headwater.formats.errors import MissingFileError, UnknownFormatError
from headwater.formats.gopro import GoProReader
from headwater.formats.gpmf_raw import GpmfReader
from headwater.formats.hdf5 import Hdf5Reader
from headwater.formats.images import ImagesReader
from headwater.formats.labels import LabelsReader
from headwater.formats.lerobot_reader import LeRobotReader
from headwater.formats.mcap_reader import McapReader
from headwater.formats.mp4 import check_complete
from headwater.formats.numpy_pairs import NumpyPairsReader
from headwater.formats.paths import refuse_links_out
from headwater.formats.plain_video import PlainVideoReader
from headwater.formats.ports import Reader
from headwater.formats.recording import Recording, system_errors
from headwater.formats.rlds import RldsReader
from headwater.formats.rosbag1 import Rosbag1Reader
from headwater.formats.rosbag2 import Rosbag2Reader
from headwater.formats.video_csv import VideoCsvReader
from headwater.formats.video_jsonl import VideoJsonlReader
from headwater.formats.vrs_reader import VrsReader

# Order decides: a GoPro file with a CSV beside it is read for its own telemetry, unless the folder is given; what has
# no sensors, a video or pictures alone, comes last.
READERS: tuple[Reader, ...] = (
    LabelsReader(),
    LeRobotReader(),
    Rosbag2Reader(),
    GoProReader(),
    Hdf5Reader(),
    McapReader(),
    Rosbag1Reader(),
    VrsReader(),
    RldsReader(),
    AriaMpsReader(),
    DicomReader(),
    GpmfReader(),
    VideoJsonlReader(),
    VideoCsvReader(),
    NumpyPairsReader(),
    PlainVideoReader(),
    ImagesReader(),
)


def sniff(path: Path) -> Reader | None:
    """The reader that accepts ``path``, or ``None``. Reads a few bytes, never raises for bad content."""
    return next((reader for reader in READERS if reader.accepts(path)), None)


def open_recording(path: Path | str) -> Recording:
    """Open whatever is at ``path``.

    Metadata is read now, samples and video when an episode is first used.

    Raises:
        RecordingError: nothing there, no reader for it, or metadata that cannot be read (see ``errors``).
    """
    with system_errors():
        return _open(Path(path).expanduser().absolute())


def _open(given: Path) -> Recording:
    if not given.exists():
        raise MissingFileError("nothing there", file=given, actual="no such path", fix="Check the spelling.")
    if given.is_dir():
        refuse_links_out(given)
    reader = sniff(given)
    if reader is not None:
        return reader.open(given)
    if given.suffix.lower() in (".mp4", ".mov"):
        check_complete(given)  # a cut or foreign file deserves its own message
    raise UnknownFormatError(
        "no reader recognises this",
        file=given,
        allowed="; ".join(
            (
                "a folder with meta/info.json (LeRobot 2.0, 2.1, 3.0)",
                "an MP4 with GoPro telemetry",
                "an HDF5 file of ALOHA or robomimic",
                "an MCAP file",
                "a ROS bag (.bag, .db3, or a folder with metadata.yaml)",
                "a VRS file",
                "a folder of RLDS TFRecords with features.json",
                "a DICOM file or a folder of them",
                "a video, by itself or with one CSV or JSONL beside it",
                "NumPy arrays in pairs, NAME_t.npy and NAME_value.npy",
                "GPMF payloads",
                "pictures, by themselves or with COCO or YOLO labels",
                "a labeller's sheet, labels.json",
            )
        ),
        fix="Give the dataset's root folder, or put the sensor CSV beside the video.",
    )
