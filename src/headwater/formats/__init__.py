"""Recordings in many formats, one Episode model.

``open_recording(path)`` detects the format and returns a ``Recording`` whose episodes are read on demand;
``frames(video)`` is the one decoding pass every check shares.
"""

from headwater.formats.errors import (
    DamagedFileError,
    EmptyRecordingError,
    MetadataError,
    MissingFileError,
    RecordingError,
    TooLargeError,
    UnfinishedRecordingError,
    UnknownFormatError,
    UnsafePathError,
)
from headwater.formats.models import (
    NS,
    Annotation,
    Audio,
    Calibration,
    Episode,
    Kind,
    Label,
    LabelSheet,
    Origin,
    Source,
    Stills,
    Stream,
    Text,
    Video,
)
from headwater.formats.opening import open_recording, sniff
from headwater.formats.ports import Reader
from headwater.formats.random_access import FrameReader
from headwater.formats.recording import Recording
from headwater.formats.video import (
    Frame,
    PacketLedger,
    Probe,
    StoredFrame,
    episode_span,
    frames,
    ledger_of,
    packet_times,
    probe,
    stored_frames,
)

__all__ = [
    "NS",
    "Annotation",
    "Audio",
    "Calibration",
    "DamagedFileError",
    "EmptyRecordingError",
    "Episode",
    "Frame",
    "FrameReader",
    "Kind",
    "Label",
    "LabelSheet",
    "MetadataError",
    "MissingFileError",
    "Origin",
    "PacketLedger",
    "Probe",
    "Reader",
    "Recording",
    "RecordingError",
    "Source",
    "Stills",
    "StoredFrame",
    "Stream",
    "Text",
    "TooLargeError",
    "UnfinishedRecordingError",
    "UnknownFormatError",
    "UnsafePathError",
    "Video",
    "episode_span",
    "frames",
    "ledger_of",
    "open_recording",
    "packet_times",
    "probe",
    "sniff",
    "stored_frames",
]
