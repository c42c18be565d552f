"""Small pictures, X-rays, phone captures and arrays made on the spot, for tests of their readers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from headwater.formats.video_jsonl import SCHEMA
from headwater.testing.recordings import write_video

PATIENT = "Doe^Jane^Secret"


def write_picture(path: Path, width: int = 40, height: int = 30, seed: int = 0, **save: Any) -> Path:
    """An RGB picture of noise, in the format of its suffix."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path, **save)
    return path


def write_coco(root: Path, count: int = 2) -> Path:
    """Pictures under ``images`` and ``annotations/instances_train.json``: one box and one outline a picture."""
    for n in range(count):
        write_picture(root / f"images/{n:03d}.jpg", seed=n)
    sheet = {
        "images": [{"id": 10 + n, "file_name": f"{n:03d}.jpg", "width": 40, "height": 30} for n in range(count)],
        "categories": [{"id": 3, "name": "aphid"}, {"id": 7, "name": "thrips"}],
        "annotations": [
            {"id": 2 * n, "image_id": 10 + n, "category_id": 3, "bbox": [1 + n, 2, 10, 5.5], "segmentation": []}
            for n in range(count)
        ]
        + [
            {"id": 2 * n + 1, "image_id": 10 + n, "category_id": 7, "bbox": [5, 5, 4, 4],
             "segmentation": [[5, 5, 9, 5, 9, 9, 5, 9]]}
            for n in range(count)
        ],
    }  # fmt: skip
    (root / "annotations").mkdir()
    (root / "annotations/instances_train.json").write_text(json.dumps(sheet))
    return root


def write_yolo(root: Path) -> Path:
    """Three pictures under ``images/train``: with a box, with an outline, and with no label file."""
    for n in range(3):
        write_picture(root / f"images/train/{n}.png", seed=n)
    (root / "labels/train").mkdir(parents=True)
    (root / "labels/train/0.txt").write_text("1 0.5 0.5 0.25 0.2\n")
    (root / "labels/train/1.txt").write_text("0 0.1 0.1 0.5 0.1 0.5 0.4\n")
    (root / "data.yaml").write_text("path: ../elsewhere\ntrain: ../../etc\nnc: 2\nnames: ['aphid', \"thrips\"]\n")
    return root


def write_dicom(
    path: Path, pixels: NDArray[Any], *, syntax: str = "1.2.840.10008.1.2.1", bits: int = 0, **attributes: Any
) -> Path:
    """Grey frames (n, h, w), or RGB (n, h, w, 3), with a patient's name in every text attribute a reader might copy.

    Args:
        syntax: transfer syntax; JPEG 2000 lossless and RLE are packed, the native ones are not.
        bits: stored of the allocated ones; 0 for all.
    """
    import pydicom
    from pydicom.dataset import FileDataset, FileMetaDataset

    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = pydicom.uid.UID("1.2.840.10008.5.1.4.1.1.1")
    meta.MediaStorageSOPInstanceUID = pydicom.uid.UID("1.2.3.4")
    meta.TransferSyntaxUID = pydicom.uid.ExplicitVRLittleEndian
    data = FileDataset(str(path), {}, file_meta=meta, preamble=bytes(128))
    allocated = pixels.dtype.itemsize * 8
    colour = pixels.ndim == 4
    values: dict[str, Any] = {
        "SOPClassUID": meta.MediaStorageSOPClassUID, "SOPInstanceUID": "1.2.3.4", "Modality": "DX",
        "PatientName": PATIENT, "PatientID": PATIENT, "PatientComments": PATIENT, "InstitutionName": PATIENT,
        "Manufacturer": PATIENT, "StudyDescription": PATIENT, "ImageComments": PATIENT, "BodyPartExamined": "HAND",
        "Rows": pixels.shape[1], "Columns": pixels.shape[2], "SamplesPerPixel": 3 if colour else 1,
        "PhotometricInterpretation": "RGB" if colour else "MONOCHROME2", "BitsAllocated": allocated,
        "BitsStored": bits or allocated, "HighBit": (bits or allocated) - 1,
        "PixelRepresentation": int(pixels.dtype.kind == "i"), "PixelSpacing": [0.2, 0.2],
    }  # fmt: skip
    if colour:
        values["PlanarConfiguration"] = 0
    if len(pixels) > 1:
        values["NumberOfFrames"] = len(pixels)
    with pydicom.config.disable_value_validation():  # a stranger's file is not valid either
        for name, value in (values | attributes).items():
            setattr(data, name, value)
    data.PixelData = np.ascontiguousarray(pixels).tobytes()
    data["PixelData"].VR = "OW" if allocated > 8 else "OB"
    if syntax in ("1.2.840.10008.1.2.4.90", "1.2.840.10008.1.2.5"):
        data.compress(syntax, generate_instance_uid=False)
    else:
        meta.TransferSyntaxUID = pydicom.uid.UID(syntax)
    data.save_as(path, enforce_file_format=True)
    return path


def capture_lines(count: int = 12) -> list[dict[str, Any]]:
    """Header and samples of a phone capture of every kind of sensor; the clock starts at 5 s."""
    lines: list[dict[str, Any]] = [
        {
            "schema": SCHEMA, "device": "Pixel 9", "clock": "boottime", "t0_ns": 5_000_000_000,
            "tasks": ["fold the towel"],
            "streams": {
                "imu": {"kind": "imu"},
                "hand": {"kind": "keypoints", "unit": "m", "axes": ["wrist.x", "wrist.y", "wrist.z"]},
                "gaze": {"kind": "gaze", "unit": "rad"},
            },
            "camera": {"intrinsics": [50, 50, 32, 24], "model": "pinhole", "distortion": [0.1, 0]},
        }
    ]  # fmt: skip
    for i in range(count):
        t_ns = 5_000_000_000 + 10_000_000 * i
        lines += [
            {"t_ns": t_ns, "sensor": "imu", "values": [0.1 * i, 0, 0, 0, 0, 9.8]},
            {"t_ns": t_ns + 1, "sensor": "hand", "values": [0.5, None, i]},
            {"t_s": t_ns / 1e9, "sensor": "pose", "values": [0, 0, i, 0, 0, 0, 1], "unit": "m"},
            {"t_ns": t_ns, "sensor": "gps", "values": [52.5, 13.4, 34], "unit": "deg,deg,m"},
            {"t_ns": t_ns, "sensor": "gaze", "values": [0.01 * i, 0]},
            {"t_ns": t_ns, "sensor": "labels", "values": [i % 3]},
        ]
    lines.append({"t_ns": 5_050_000_000, "sensor": "task", "text": "now the left sleeve"})
    lines.append({"t_ns": 5_060_000_000, "sensor": "labels_text", "text": "grasp"})
    return lines


def write_capture(folder: Path, lines: Sequence[dict[str, Any]] | None = None) -> Path:
    """A folder with ``clip.mp4`` and ``clip.jsonl``."""
    write_video(folder / "clip.mp4", range(6))
    text = "".join(json.dumps(line) + "\n" for line in (capture_lines() if lines is None else lines))
    (folder / "clip.jsonl").write_text(text)
    return folder


def write_pairs(folder: Path, rows: int = 20) -> Path:
    """A folder with the gyroscope and the speed of comma2k19, and an array it does not know."""
    folder.mkdir()
    t = 46_408.5 + 0.01 * np.arange(rows)
    for name, values in (
        ("IMU_gyro", np.arange(3.0 * rows).reshape(rows, 3)),
        ("CAN_speed", np.arange(rows, dtype=np.float32)[:, None]),
        ("touch", np.arange(rows) % 2),
    ):
        np.save(folder / f"{name}_t.npy", t)
        np.save(folder / f"{name}_value.npy", values)
    return folder


def write_coded(
    path: Path,
    codec: str,
    pixels: Sequence[NDArray[Any]],
    *,
    pix_fmt: str = "yuv420p",
    times: Sequence[int] | None = None,
    rotation: int = 0,
    sound: bool = False,
    options: dict[str, str] | None = None,
) -> Path:
    """An MP4 or MOV by any encoder of FFmpeg.

    Args:
        pixels: luma (h, w) of ``pix_fmt``'s depth, one a frame; colour planes are grey.
        times: presentation times in milliseconds; 30 frames a second if left out.
        rotation: degrees clockwise that the display matrix asks for.
        sound: half a second of silence beside it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    height, width = pixels[0].shape
    with av.open(str(path), "w") as container:
        track: Any = container.add_stream(codec, rate=30, options=options or {})
        track.width, track.height, track.pix_fmt = width, height, pix_fmt
        base = Fraction(1, 30)
        if times is not None:
            base = track.codec_context.time_base = track.time_base = Fraction(1, 1000)
        if rotation:
            track.set_display_rotation(-rotation)
        audio: Any = container.add_stream("aac", rate=48000, layout="mono") if sound else None
        for number, luma in enumerate(pixels):
            frame = _frame(luma, pix_fmt)
            frame.pts = number if times is None else times[number]
            frame.time_base = base
            container.mux(track.encode(frame))
        container.mux(track.encode())
        if audio is not None:
            for start in range(0, 24_000, 1024):
                quiet = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), format="fltp", layout="mono")
                quiet.sample_rate, quiet.pts = 48000, start
                container.mux(audio.encode(quiet))
            container.mux(audio.encode())
    return path


def _frame(luma: NDArray[Any], pix_fmt: str) -> Any:
    height, width = luma.shape
    frame = av.VideoFrame(width, height, pix_fmt)
    for number, plane in enumerate(frame.planes):
        kind = "<u2" if pix_fmt.endswith("le") else ">u2" if pix_fmt.endswith("be") else "u1"
        rows = np.full((plane.height, plane.line_size // np.dtype(kind).itemsize), 128, kind)
        if number == 0:
            rows[:, :width] = luma
        plane.update(rows.tobytes())
    return frame
