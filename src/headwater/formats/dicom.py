"""DICOM: an X-ray or a run of frames from any modality, at full depth. One file is one episode.

What says who the patient is never leaves the file: only the attributes of ``TECHNICAL`` are copied, numbers and coded
words among them, and messages of the library, which quote values, are not passed on. A DICOMDIR, and transfer syntaxes
that fetch pixels from elsewhere (JPIP), are refused.
Source: DICOM PS3.3 C.7.6.3 (image pixel), PS3.5 A.4 (encapsulation), PS3.15 E (identifying attributes).
"""

from __future__ import annotations

import logging
import math
import re
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.formats.dicom_frames import Frames, encapsulated_frames, native_frames
from headwater.formats.errors import DamagedFileError, MetadataError, RecordingError, TooLargeError, UnknownFormatError
from headwater.formats.hdf5 import row_times_ns
from headwater.formats.models import NS, Episode, Source, Video
from headwater.formats.paths import contained
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.stills import MAX_STILL_PIXELS, still_size

FORMAT = "dicom"
CAMERA = "image"
MAX_FILES = 100_000
MAX_FRAMES = 100_000
MAX_RLE_BYTES = 16 << 20
_SUFFIXES = {".dcm", ".dicom", ".dic", ""}
_FIX = "Copy the file again from the archive; `dcmdump FILE` must accept it."
_DIRECTORY = "1.2.840.10008.1.3.10"
# Transfer syntax: codec and media type; no media type: not a picture file by itself.
_NATIVE = {"1.2.840.10008.1.2", "1.2.840.10008.1.2.1"}
_RLE = "1.2.840.10008.1.2.5"
_PACKED: Mapping[str, tuple[str, str]] = {
    "1.2.840.10008.1.2.4.50": ("mjpeg", "image/jpeg"),
    "1.2.840.10008.1.2.4.51": ("mjpeg", "image/jpeg"),
    "1.2.840.10008.1.2.4.90": ("jpeg2000", "image/j2c"),
    "1.2.840.10008.1.2.4.91": ("jpeg2000", "image/j2c"),
    _RLE: ("rle", ""),
}
TECHNICAL = (
    "Modality", "BodyPartExamined", "ViewPosition", "Laterality", "ImageLaterality", "PixelSpacing",
    "ImagerPixelSpacing", "SliceThickness", "RescaleSlope", "RescaleIntercept", "WindowCenter", "WindowWidth", "KVP",
    "ExposureTime", "LossyImageCompression", "LossyImageCompressionRatio", "BurnedInAnnotation",
    "PatientIdentityRemoved",
)  # fmt: skip
_IDENTIFYING = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientAge", "PatientAddress",
    "PatientTelephoneNumbers", "PatientMotherBirthName", "OtherPatientIDs", "OtherPatientNames", "PatientComments",
    "EthnicGroup", "Occupation", "IssuerOfPatientID", "AccessionNumber", "InstitutionName", "InstitutionAddress",
    "ReferringPhysicianName", "PerformingPhysicianName", "PhysiciansOfRecord", "OperatorsName", "StationName",
    "DeviceSerialNumber", "StudyID", "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "StudyDescription",
    "SeriesDescription", "ImageComments", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID",
)  # fmt: skip
_LAYOUT = (
    "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation", "PhotometricInterpretation", "FrameTime", "FrameTimeVector", "CineRate",
    "RecommendedDisplayFrameRate",
)  # fmt: skip
_CODE = re.compile(r"[A-Z0-9 _]{1,16}")
_COLOURS = {"RGB", "YBR_FULL", "YBR_FULL_422", "YBR_ICT", "YBR_RCT"}
_GREYS = {"MONOCHROME1", "MONOCHROME2"}


class DicomReader:
    """Opens a DICOM file, or a folder of them."""

    family = "DICOM"

    def accepts(self, path: Path) -> bool:
        return bool(_files(path))

    def open(self, path: Path) -> Recording:
        files = _files(path)
        _pydicom(path)
        return Recording(FORMAT, path, LazyEpisodes(len(files), lambda i: read_dicom(path, files[i], i)))


@dataclass(frozen=True)
class Layout:
    """How the pixels are stored. ``offset`` is added to signed values so that they are not negative."""

    syntax: str
    rows: int
    columns: int
    frames: int
    samples: int
    allocated: int
    stored: int
    high: int
    signed: bool
    photometric: str

    @property
    def offset(self) -> int:
        return 1 << (self.stored - 1) if self.signed else 0

    @property
    def frame_bytes(self) -> int:
        """Size of an unpacked frame."""
        return self.rows * self.columns * self.samples * self.allocated // 8


def read_dicom(root: Path, path: Path, index: int) -> Episode:
    """One file as an episode; rows are its frames. Raises RecordingError."""
    file = path if path == root else contained(root, path)
    head = _head(file)
    layout = _layout(file, head)
    stills = DicomStills(file, layout, *_times(layout, head))
    bits = max(layout.stored, 8)
    grey = "gray" if bits <= 8 else f"gray{next(n for n in (9, 10, 12, 14, 16) if n >= bits)}le"
    technical = _technical(head)
    video = Video(
        CAMERA,
        file,
        0.0,
        layout.frames,
        stills.fps,
        layout.columns,
        layout.rows,
        _PACKED.get(layout.syntax, ("raw", ""))[0],
        "rgb24" if layout.samples == 3 else grey,
        info={"photometric": layout.photometric, "bits_stored": layout.stored, "offset": layout.offset},
        stills=stills,
    )
    return Episode(
        name=path.stem,
        source=Source(FORMAT, root, index, (file,)),
        length=layout.frames,
        fps=stills.fps,
        embodiment=f"DICOM {technical.get('Modality', '')}".strip(),
        tasks=(),
        streams={},
        videos={CAMERA: video},
        ledger={"length": layout.frames, "declared_rows": layout.frames},
        meta={"dicom": technical},
        notes=(*stills.notes, *_notes(layout, head)),
    )


class DicomStills:
    """The frames of one file."""

    def __init__(self, path: Path, layout: Layout, times_ns: NDArray[np.int64], fps: Fraction, note: str) -> None:
        self._path, self._layout = path, layout
        self.times_ns, self.fps = times_ns, fps
        self.notes = (note,) if note else ()
        find = native_frames if layout.syntax in _NATIVE else encapsulated_frames
        with _guard(path, "PixelData"):
            self._frames: Frames = find(path, layout.frames, layout.frame_bytes)

    def size_bytes(self, index: int) -> int:
        return self._frames.size(index)

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        media = _PACKED.get(self._layout.syntax, ("", ""))[1]
        return (media, self._frames.read(index)) if media else None

    def image(self, index: int) -> NDArray[Any]:
        where = f"PixelData[{index}]"
        packed, layout = self.encoded(index), self._layout
        if packed is not None and still_size(packed[1], self._path, where) != (layout.columns, layout.rows):
            raise DamagedFileError("frame is not of the declared size", file=self._path, field=where, fix=_FIX)
        with _guard(self._path, where):
            from pydicom.pixels.utils import pixel_array

            pixels = pixel_array(self._path, index=index)
        return self._plain(pixels, where)

    def _plain(self, pixels: NDArray[Any], where: str) -> NDArray[Any]:
        layout = self._layout
        shape = (layout.rows, layout.columns) + ((3,) if layout.samples == 3 else ())
        if pixels.shape != shape or pixels.dtype.kind not in "iu":
            raise DamagedFileError(
                "frame is not of the declared size", file=self._path, field=where, actual=pixels.shape, allowed=shape
            )
        if layout.samples == 3:
            return pixels.astype(np.uint8, copy=False)
        values = (pixels.astype(np.int64) + layout.offset) & ((1 << layout.stored) - 1)
        return values.astype(np.uint8 if layout.stored <= 8 else np.uint16)


def _files(path: Path) -> tuple[Path, ...]:
    if path.is_file():
        return (path,) if _is_dicom(path) else ()
    if not path.is_dir():
        return ()
    held = sorted(p for p in path.iterdir() if p.suffix.lower() in _SUFFIXES and p.name.upper() != "DICOMDIR")
    return tuple(p for p in held[:MAX_FILES] if p.is_file() and _is_dicom(p))


def _is_dicom(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def _pydicom(path: Path) -> Any:
    try:
        import pydicom
    except ImportError:
        raise UnknownFormatError(
            "DICOM needs pydicom", file=path, actual="not installed", fix="pip install headwater[medical]"
        ) from None
    return pydicom


@contextmanager
def quietly() -> Iterator[None]:
    """pydicom's log and warnings quote values: neither is passed on."""
    log = logging.getLogger("pydicom")
    before, log.disabled = log.disabled, True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.disabled = before


@contextmanager
def _guard(path: Path, field: str) -> Iterator[None]:
    """What pydicom and its decoders raise, without their words."""
    try:
        with quietly():
            yield
    except RecordingError:
        raise
    except Exception as error:
        raise DamagedFileError(
            "cannot be read as DICOM", file=path, field=field, actual=type(error).__name__, fix=_FIX
        ) from None


def _head(path: Path) -> dict[str, Any]:
    """The attributes that are asked for, as plain values. Raises RecordingError."""
    _pydicom(path)
    from pydicom import dcmread
    from pydicom.filereader import read_file_meta_info

    with _guard(path, "header"):
        syntax = str(read_file_meta_info(path).get("TransferSyntaxUID", ""))
        if syntax not in _NATIVE and syntax not in _PACKED:
            raise MetadataError(
                "transfer syntax is not read here",
                file=path,
                field="TransferSyntaxUID",
                actual=syntax[:64],
                allowed="uncompressed, RLE, JPEG of 8 bits, JPEG 2000",
                fix="dcmconv or gdcmconv --raw writes it uncompressed.",
            )
        wanted = [*_LAYOUT, *TECHNICAL, *_IDENTIFYING, "SOPClassUID", "MediaStorageSOPClassUID"]
        found = dcmread(path, stop_before_pixels=True, specific_tags=wanted)
        head = {name: found[name].value for name in wanted if name in found}
    if str(head.get("SOPClassUID")) == _DIRECTORY or "Rows" not in head:
        raise UnknownFormatError(
            "holds no picture", file=path, actual="a DICOMDIR or a report", fix="Give the folder of the pictures."
        )
    return {**head, "syntax": syntax}


def _layout(path: Path, head: Mapping[str, Any]) -> Layout:
    def whole(name: str, low: int, high: int, default: int | None = None) -> int:
        value = head.get(name)
        with _guard(path, name):
            number = default if value in ("", None) and default is not None else int(str(value))
        if not low <= number <= high:
            raise MetadataError("out of range", file=path, field=name, actual=number, allowed=f"{low} to {high}")
        return number

    rows, columns = whole("Rows", 1, 65535), whole("Columns", 1, 65535)
    frames, samples = whole("NumberOfFrames", 1, MAX_FRAMES, 1), whole("SamplesPerPixel", 1, 3, 1)
    allocated = whole("BitsAllocated", 8, 16)
    stored = whole("BitsStored", 1, allocated, allocated)
    high, signed = whole("HighBit", 0, allocated - 1, stored - 1), bool(whole("PixelRepresentation", 0, 1, 0))
    photometric = str(head.get("PhotometricInterpretation", ""))
    good = photometric in (_COLOURS if samples == 3 else _GREYS) and high == stored - 1 and samples in (1, 3)
    if not good or allocated not in (8, 16) or (samples == 3 and allocated != 8):
        shown = photometric if _CODE.fullmatch(photometric) else "?"
        raise MetadataError(
            "pixels of this kind are not read",
            file=path,
            field="PhotometricInterpretation",
            actual=f"{shown}, {samples} x {stored} of {allocated} bits, high bit {high}",
            allowed="MONOCHROME of 8 or 16 bits, RGB or YBR of 8 bits",
            fix="Convert it with dcmconv or gdcmconv.",
        )
    layout = Layout(head["syntax"], rows, columns, frames, samples, allocated, stored, high, signed, photometric)
    allowed = MAX_STILL_PIXELS if layout.syntax != _RLE else MAX_RLE_BYTES // (samples * allocated // 8)
    if rows * columns > allowed:
        raise TooLargeError("frame size", file=path, field="Rows", actual=f"{columns}x{rows}", allowed=allowed)
    return layout


def _times(layout: Layout, head: Mapping[str, Any]) -> tuple[NDArray[np.int64], Fraction, str]:
    """When each frame was taken, the rate, and what was guessed."""
    steps = _floats(head.get("FrameTimeVector"))
    if len(steps) == layout.frames > 1 and all(0 <= step < 1e9 for step in steps) and any(steps[1:]):
        times = np.array([round(ms * NS / 1000) for ms in accumulate([0.0, *steps[1:]])], dtype=np.int64)
        return times, Fraction((layout.frames - 1) * 1000 / sum(steps[1:])).limit_denominator(1001), ""
    (each,) = _floats(head.get("FrameTime")) or (0.0,)
    (rate,) = _floats(head.get("CineRate")) or _floats(head.get("RecommendedDisplayFrameRate")) or (0.0,)
    rate = 1000 / each if 1e-3 < each < 1e6 else rate
    guessed = not 1e-3 < rate < 1e6
    fps = Fraction(1) if guessed else Fraction(rate).limit_denominator(1001) or Fraction(1)
    note = "The file has no frame times: frames are taken to be one a second." if guessed and layout.frames > 1 else ""
    return row_times_ns(layout.frames, fps), fps, note


def _technical(head: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes of ``TECHNICAL`` that hold numbers or a coded word; free text is never one."""
    out: dict[str, Any] = {}
    for name in TECHNICAL:
        value = head.get(name)
        numbers = _floats(value)
        if numbers:
            out[name] = numbers[0] if len(numbers) == 1 else list(numbers)
        elif isinstance(value, str) and _CODE.fullmatch(value):
            out[name] = value
    return out


def _notes(layout: Layout, head: Mapping[str, Any]) -> Iterator[str]:
    named = [name for name in _IDENTIFYING if head.get(name)]
    if named:
        more = f" and {len(named) - 4} more" if len(named) > 4 else ""
        yield f"The file says who the patient is ({', '.join(named[:4])}{more}); none of it was copied."
    if str(head.get("BurnedInAnnotation")) == "YES":
        yield "Words are burned into the picture, says the file."
    if layout.photometric == "MONOCHROME1":
        yield "MONOCHROME1: low values are white; values are kept as they are stored."
    if layout.offset:
        yield f"Values are signed: {layout.offset} was added to each."


def _floats(value: Any) -> tuple[float, ...]:
    """Numbers of an attribute, at most 100,000 of them; empty if it is no number."""
    if value is None or isinstance(value, str | bytes):
        return ()
    many = value if hasattr(value, "__iter__") else (value,)
    try:
        numbers = tuple(float(one) for one in many)
    except (TypeError, ValueError, OverflowError):
        return ()
    return numbers if len(numbers) <= MAX_FRAMES and all(map(math.isfinite, numbers)) else ()
