"""Make examples/recordings/plants and xrays from one photograph and one radiograph.

python examples/make_label_fixtures.py flower.jpg RG3_J2KI_extremity_xray.dcm

flower.jpg is in scikit-learn (``datasets/images``), the radiograph in pydicom-data. Parts are cut out, nothing is
drawn. Of the DICOM file nothing but its pixels and four technical attributes are kept; UIDs are derived from the
part's name.
"""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import numpy as np
import pydicom
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ComputedRadiographyImageStorage, ExplicitVRLittleEndian

OUT = Path(__file__).parent / "recordings"
PLANTS = {"leaves": (0, 0, 300, 225), "flower": (220, 60, 560, 315), "stem": (330, 202, 630, 427)}
XRAYS = {"shaft": (700, 300, 384), "lesion": (680, 920, 384), "ankle": (640, 1370, 384)}
KEPT = ("Modality", "BodyPartExamined", "ViewPosition", "Laterality")


def plants(source: Path) -> None:
    """Three JPEGs; the encoder writes no metadata."""
    (OUT / "plants").mkdir(exist_ok=True)
    with Image.open(source) as whole:
        for name, box in PLANTS.items():
            whole.convert("RGB").crop(box).save(OUT / "plants" / f"{name}.jpg", quality=85)


def xrays(source: Path) -> None:
    """Three DICOM files of half the resolution, 10 bits in 16, uncompressed."""
    (OUT / "xrays").mkdir(exist_ok=True)
    whole = pydicom.dcmread(source)
    pixels = whole.pixel_array
    for name, (left, top, side) in XRAYS.items():
        part = pixels[top : top + side, left : left + side].astype(np.uint32)
        small = part.reshape(side // 2, 2, side // 2, 2).mean((1, 3)).round().astype("<u2")
        _write(OUT / "xrays" / f"{name}.dcm", small, whole, name)


def _write(file: Path, pixels: NDArray[np.uint16], source: Dataset, name: str) -> None:
    made, meta = Dataset(), FileMetaDataset()
    made.SOPClassUID = meta.MediaStorageSOPClassUID = ComputedRadiographyImageStorage
    made.SOPInstanceUID = meta.MediaStorageSOPInstanceUID = _uid(name)
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    for kept in KEPT:
        if kept in source:
            setattr(made, kept, source[kept].value)
    made.PatientIdentityRemoved, made.BurnedInAnnotation = "YES", "NO"
    made.Rows, made.Columns = pixels.shape
    made.SamplesPerPixel, made.PhotometricInterpretation = 1, source.PhotometricInterpretation
    made.BitsAllocated, made.BitsStored, made.HighBit, made.PixelRepresentation = 16, 10, 9, 0
    made.PixelData = pixels.tobytes()
    made.file_meta = meta
    made.save_as(file, enforce_file_format=True)


def _uid(name: str) -> str:
    """As ``headwater redact`` writes them (PS3.5 B.2)."""
    return f"2.25.{int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], 'big')}"


if __name__ == "__main__":
    plants(Path(sys.argv[1]))
    xrays(Path(sys.argv[2]))
