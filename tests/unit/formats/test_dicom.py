"""DICOM: pixels at full depth, and not a word of the patient."""

from __future__ import annotations

import os
import shutil
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import pytest

from headwater.formats import (
    DamagedFileError,
    MetadataError,
    RecordingError,
    TooLargeError,
    UnknownFormatError,
    frames,
    open_recording,
    stored_frames,
)
from headwater.testing.media import PATIENT, write_dicom
from headwater.testing.opened_files import opens_of

SHARED = Path(os.environ.get("HEADWATER_SHARED", Path(__file__).parents[3].parent / "shared")) / "data"
IMPLICIT, EXPLICIT = "1.2.840.10008.1.2", "1.2.840.10008.1.2.1"
J2K, RLE = "1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5"
RAMP = (np.arange(3 * 48 * 40).reshape(3, 48, 40) * 11).astype(np.uint16)
KINDS: dict[str, tuple[Any, int, str]] = {
    "grey of 16 bits": (RAMP, 0, "gray16le"),
    "signed": (RAMP.astype(np.int16), 0, "gray16le"),
    "grey of 12 bits": (RAMP % 4096, 12, "gray12le"),
    "grey of 8 bits": ((RAMP % 256).astype(np.uint8), 0, "gray"),
    "colour": (np.stack([(RAMP % 256).astype(np.uint8), np.zeros(RAMP.shape, np.uint8)] * 2, -1)[..., :3], 0, "rgb24"),
}


@pytest.mark.parametrize("syntax", [IMPLICIT, EXPLICIT, J2K, RLE])
@pytest.mark.parametrize("kind", KINDS)
def test_every_value_of_every_frame_is_kept(tmp_path: Path, syntax: str, kind: str) -> None:
    pixels, bits, pix_fmt = KINDS[kind]
    path = write_dicom(tmp_path / "hand.dcm", pixels, syntax=syntax, bits=bits, FrameTime=40)
    (episode,) = recording = open_recording(path)
    video = episode.videos["image"]
    assert (recording.format, episode.length, episode.fps) == ("dicom", 3, Fraction(25))
    assert (video.width, video.height, video.pix_fmt) == (40, 48, pix_fmt)
    offset = 1 << 15 if kind == "signed" else 0
    found = list(stored_frames(video))
    assert [f.pts_s for f in found] == [0.0, 0.04, 0.08]
    for frame, expected in zip(found, pixels, strict=True):
        np.testing.assert_array_equal(frame.image.astype(np.int64) - offset, expected)
    assert len(list(frames(video))) == 3
    assert video.stills is not None
    packed = video.stills.encoded(1)
    assert (packed is not None) == (syntax == J2K)
    assert packed is None or len(packed[1]) == video.stills.size_bytes(1)


def test_thumbnails_of_few_bits_are_not_black(tmp_path: Path) -> None:
    bright = np.full((1, 48, 40), 1000, np.uint16)
    (frame,) = frames(open_recording(write_dicom(tmp_path / "a.dcm", bright, bits=10))[0].videos["image"])
    assert frame.image.mean() == 250


def test_a_folder_is_its_files_and_a_directory_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    for name in ("b.dcm", "a.dcm", "IM0001"):
        write_dicom(tmp_path / "set" / name, RAMP)
    shutil.copy(tmp_path / "set/a.dcm", tmp_path / "set/DICOMDIR")
    (tmp_path / "set/readme.txt").write_text("x")
    assert [e.name for e in open_recording(tmp_path / "set")] == ["IM0001", "a", "b"]


def test_attack_directory_that_names_another_file(tmp_path: Path) -> None:
    secret = write_dicom(tmp_path / "secret.dcm", RAMP)
    folder = tmp_path / "set"
    folder.mkdir()
    data = pydicom.Dataset()
    data.file_meta = pydicom.dataset.FileMetaDataset()
    data.file_meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data.file_meta.MediaStorageSOPClassUID = data.SOPClassUID = pydicom.uid.MediaStorageDirectoryStorage
    data.file_meta.MediaStorageSOPInstanceUID = data.SOPInstanceUID = pydicom.uid.UID("1.2.3")
    entry = pydicom.Dataset()
    with pydicom.config.disable_value_validation():
        entry.ReferencedFileID = ["..", "secret.dcm"]
        data.DirectoryRecordSequence = [entry]
        data.save_as(folder / "DICOMDIR", enforce_file_format=True)
    for path in (folder, folder / "DICOMDIR"):
        with opens_of(secret) as opened, pytest.raises(UnknownFormatError):
            list(open_recording(path))
        assert opened == []


# --- privacy


def everything(value: Any) -> str:
    """All words of an episode, whatever holds them."""
    return repr(value)


def test_the_patient_never_leaves_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = write_dicom(tmp_path / "hand.dcm", RAMP, KVP="60", Laterality=PATIENT[:16], BurnedInAnnotation="YES")
    episode = open_recording(path)[0]
    said = everything(episode)
    assert "Doe" not in said
    assert "1.2.3.4" not in said
    assert episode.meta["dicom"] == {
        "Modality": "DX", "BodyPartExamined": "HAND", "PixelSpacing": [0.2, 0.2], "KVP": 60.0,
        "BurnedInAnnotation": "YES",
    }  # fmt: skip
    assert any("who the patient is (PatientName, PatientID" in note for note in episode.notes)
    assert any("burned into the picture" in note for note in episode.notes)
    assert "Doe" not in "".join(capsys.readouterr())


@pytest.mark.parametrize("name", ["KVP", "FrameTime", "WindowCenter", "BitsStored", "Rows", "NumberOfFrames"])
def test_errors_and_logs_do_not_quote_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """A name where a number belongs is what a library's message would quote."""
    path = write_dicom(tmp_path / "hand.dcm", RAMP)
    with pydicom.config.disable_value_validation():
        data = pydicom.dcmread(path)
        data[name] = pydicom.DataElement(pydicom.tag.Tag(name), "LO", PATIENT)
        data.save_as(path)
    said = ""
    try:
        said = everything(open_recording(path)[0])
    except RecordingError as error:
        said = f"{error!r} {error} {error.__cause__} {error.__context__ if not error.__suppress_context__ else ''}"
    assert "Doe" not in said + "".join(capsys.readouterr())


# --- damage and lies

LIES: list[tuple[str, dict[str, Any], type[RecordingError], str]] = [
    ("more frames than bytes", {"NumberOfFrames": 9}, DamagedFileError, "PixelData"),
    ("a billion frames", {"NumberOfFrames": 10**9}, MetadataError, "NumberOfFrames"),
    ("no frames", {"NumberOfFrames": 0}, MetadataError, "NumberOfFrames"),
    ("another height", {"Rows": 60000, "Columns": 60000}, TooLargeError, "Rows"),
    ("bits stored above allocated", {"BitsStored": 17}, MetadataError, "BitsStored"),
    ("32 bits", {"BitsAllocated": 32}, MetadataError, "BitsAllocated"),
    ("palette", {"PhotometricInterpretation": "PALETTE COLOR"}, MetadataError, "PhotometricInterpretation"),
    ("high bit", {"HighBit": 3}, MetadataError, "high bit 3"),
]


@pytest.mark.parametrize(("changes", "error", "names"), [pytest.param(*rest, id=name) for name, *rest in LIES])
def test_lies_are_named(tmp_path: Path, changes: dict[str, Any], error: type[RecordingError], names: str) -> None:
    path = write_dicom(tmp_path / "hand.dcm", RAMP)
    data = pydicom.dcmread(path)
    for name, value in changes.items():
        setattr(data, name, value)
    data.save_as(path)
    with pytest.raises(error, match=names):
        list(stored_frames(open_recording(path)[0].videos["image"]))


def test_attack_packed_frame_of_another_size(tmp_path: Path) -> None:
    path = write_dicom(tmp_path / "hand.dcm", RAMP[:1], syntax=J2K)
    data = pydicom.dcmread(path)
    data.Rows, data.Columns = 40, 48
    data.save_as(path)
    with pytest.raises(DamagedFileError, match="declared size"):
        list(stored_frames(open_recording(path)[0].videos["image"]))


@pytest.mark.parametrize(
    "syntax", ["1.2.840.10008.1.2.4.94", "1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.4.70", "1.2.3.4.5"]
)
def test_attack_pixels_from_elsewhere_and_bombs(tmp_path: Path, syntax: str) -> None:
    """JPIP names a URL, a deflated file unpacks to anything; a lossless JPEG has no decoder here."""
    path = write_dicom(tmp_path / "hand.dcm", RAMP)
    raw = path.read_bytes()
    old = b"UI\x14\x001.2.840.10008.1.2.1\0"
    assert old in raw
    new = syntax.encode() + b"\0" * (len(syntax) % 2)
    longer = len(new) - 20
    raw = raw.replace(old, b"UI" + len(new).to_bytes(2, "little") + new)
    place = raw.index(b"UL\x04\x00") + 4
    length = int.from_bytes(raw[place : place + 4], "little") + longer
    path.write_bytes(raw[:place] + length.to_bytes(4, "little") + raw[place + 4 :])
    with pytest.raises(MetadataError, match="TransferSyntaxUID"):
        open_recording(path)[0]


@pytest.mark.skipif(not SHARED.is_dir(), reason="shared data is not beside the repo")
def test_the_shared_xray() -> None:
    (episode,) = open_recording(SHARED / "dicom")
    video = episode.videos["image"]
    (frame,) = stored_frames(video)
    assert (frame.image.shape, str(frame.image.dtype), int(frame.image.max())) == ((1760, 1760), "uint16", 1023)
    assert video.codec == "jpeg2000"
    said = everything(episode).lower()
    held = pydicom.dcmread(SHARED / "dicom/RG3_J2KI_extremity_xray.dcm", stop_before_pixels=True)
    for name in ("PatientName", "PatientID", "PatientBirthDate", "AccessionNumber", "InstitutionName", "Manufacturer",
                 "StudyDescription", "StudyInstanceUID", "SOPInstanceUID"):  # fmt: skip
        assert str(held[name].value).lower() not in said, name
