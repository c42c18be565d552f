"""PS3.15: nothing the profile names is left at any depth, checked by a walk of the test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

pydicom = pytest.importorskip("pydicom")

from pydicom.dataset import Dataset, FileMetaDataset  # noqa: E402
from pydicom.uid import ExplicitVRLittleEndian, generate_uid  # noqa: E402

from headwater.privacy import RedactionError, identifiers, is_dicom  # noqa: E402
from headwater.privacy.dicom import deidentified, write  # noqa: E402

SECRETS = ("Doe^Jane", "19770102", "Saint Elsewhere", "4711", "Dr^Who", "hidden in private", "SN-0815")


def made(path: Path, **changes: str) -> Path:
    held = Dataset()
    held.file_meta = FileMetaDataset()
    held.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    held.SOPClassUID = held.file_meta.MediaStorageSOPClassUID = "1.2.840.10008.5.1.4.1.1.1"
    held.SOPInstanceUID = held.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    held.file_meta.SourceApplicationEntityTitle = "Saint Elsewhere"
    held.StudyInstanceUID, held.SeriesInstanceUID = generate_uid(), generate_uid()
    held.PatientName, held.PatientID, held.PatientBirthDate = "Doe^Jane", "4711", "19770102"
    held.InstitutionName, held.ReferringPhysicianName = "Saint Elsewhere", "Dr^Who"
    held.Modality, held.BodyPartExamined, held.KVP = "CR", "HAND", "60"
    inner = Dataset()
    inner.InstitutionName, inner.DeviceSerialNumber, inner.CodeMeaning = "Saint Elsewhere", "SN-0815", "kept"
    inner.ReferencedSOPInstanceUID = held.SOPInstanceUID
    held.AnatomicRegionSequence = [inner]
    held.private_block(0x0029, "MAKER", create=True).add_new(1, "LO", "hidden in private")
    held.Rows = held.Columns = 4
    held.SamplesPerPixel, held.BitsAllocated, held.BitsStored, held.HighBit = 1, 8, 8, 7
    held.PixelRepresentation, held.PhotometricInterpretation = 0, "MONOCHROME2"
    held.PixelData = bytes(range(16))
    for name, value in changes.items():
        setattr(held, name, value)
    held.preamble = b"Doe^Jane".ljust(128, b"\0")
    held.save_as(path, enforce_file_format=True)
    return path


def test_nothing_of_the_patient_is_left_and_the_picture_is(tmp_path: Path) -> None:
    source, target = made(tmp_path / "a.dcm"), tmp_path / "b.dcm"
    assert is_dicom(source)
    assert {t.place for t in identifiers(source)} >= {"DICOM PatientName", "DICOM a private attribute"}
    held, gone = deidentified(source, b"k" * 32)
    write(held, target)
    raw = target.read_bytes()
    assert [word for word in SECRETS if word.encode() in raw] == []
    assert {"PatientName", "PatientID", "InstitutionName", "private attributes"} <= set(gone)
    assert identifiers(target) == ()
    before, after = pydicom.dcmread(source), pydicom.dcmread(target)
    assert after.PixelData == before.PixelData
    assert (after.Modality, after.BodyPartExamined, after.KVP) == ("CR", "HAND", before.KVP)
    assert after.AnatomicRegionSequence[0].CodeMeaning == "kept"
    assert after.PatientIdentityRemoved == "YES"
    assert after.DeidentificationMethodCodeSequence[0].CodeValue == "113100"
    assert "SourceApplicationEntityTitle" not in after.file_meta


def test_files_of_one_study_stay_together_and_lead_nowhere(tmp_path: Path) -> None:
    study = generate_uid()
    files = [made(tmp_path / name, StudyInstanceUID=study) for name in ("a.dcm", "b.dcm")]
    one, two = (deidentified(file, b"k" * 32)[0] for file in files)
    other = deidentified(files[0], b"x" * 32)[0]
    assert one.StudyInstanceUID == two.StudyInstanceUID != study
    assert other.StudyInstanceUID != one.StudyInstanceUID
    assert one.SOPInstanceUID != two.SOPInstanceUID
    assert one.AnatomicRegionSequence[0].ReferencedSOPInstanceUID == one.SOPInstanceUID


def test_attack_it_says_it_was_done_already(tmp_path: Path) -> None:
    """What is to be removed must be gone, whatever the file claims of itself."""
    source = made(tmp_path / "a.dcm", PatientIdentityRemoved="YES")
    assert {t.place for t in identifiers(source)} >= {"DICOM PatientName", "DICOM PatientID"}


def test_words_in_the_picture_are_refused(tmp_path: Path) -> None:
    with pytest.raises(RedactionError, match="burned"):
        deidentified(made(tmp_path / "a.dcm", BurnedInAnnotation="YES"), b"k" * 32)


def test_attack_errors_quote_no_value(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    path.write_bytes(bytes(128) + b"DICM" + b"\x02\x00\x00\x00UL\x04\x00\xff\xff\xff\xff" + b"Doe^Jane" * 9)
    with pytest.raises(RedactionError) as caught:
        deidentified(path, b"k" * 32)
    assert not any(word in caught.value.line() for word in SECRETS)
