"""A small RLDS dataset as TensorFlow Datasets writes it, for tests of the reader."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from headwater.formats.crc32c import masked_crc32c
from headwater.testing.varint import varint

Value = Sequence[bytes] | Sequence[float] | Sequence[int]
_CORE = "tensorflow_datasets.core.features"


def write_rlds(folder: Path, episodes: Sequence[int] = (4, 5), shards: int = 2, name: str = "toy") -> Path:
    """Episodes of the given lengths, spread over shards; action i of episode e is (e, i)."""
    home = folder / "1.0.0"
    home.mkdir(parents=True)
    (home / "features.json").write_text(json.dumps(_features()))
    lengths = []
    for shard in range(shards):
        records = [frame(example(_episode(e, rows))) for e, rows in enumerate(episodes) if e % shards == shard]
        lengths.append(str(len(records)))
        path = home / f"{name}-train.tfrecord-{shard:05d}-of-{shards:05d}"
        path.write_bytes(b"".join(records))
    (home / "dataset_info.json").write_text(json.dumps({"splits": [{"name": "train", "shardLengths": lengths}]}))
    return home


def frame(data: bytes) -> bytes:
    """One TFRecord."""
    length = struct.pack("<Q", len(data))
    checks = (struct.pack("<I", masked_crc32c(part)) for part in (length, data))
    return length + next(checks) + data + next(checks)


def example(features: Mapping[str, Value]) -> bytes:
    """A tf.train.Example."""
    entries = b""
    for name, values in features.items():
        first = values[0]
        if isinstance(first, bytes):
            kind, body = 1, b"".join(_field(1, value) for value in values if isinstance(value, bytes))
        elif isinstance(first, float):
            kind, body = 2, _field(1, np.array(values, "<f4").tobytes())
        else:
            kind, body = 3, _field(1, b"".join(varint(int(value) & (1 << 64) - 1) for value in values))
        entries += _field(1, _field(1, name.encode()) + _field(2, _field(kind, body)))
    return _field(1, entries)


def _episode(number: int, rows: int) -> dict[str, Value]:
    pictures = []
    for i in range(rows):
        data = io.BytesIO()
        Image.new("RGB", (16, 12), (20 * i, number, 7)).save(data, "PNG")
        pictures.append(data.getvalue())
    return {
        "steps/action": [float(v) for i in range(rows) for v in (number, i)],
        "steps/observation/state": [0.5] * (3 * rows),
        "steps/observation/image": pictures,
        "steps/language_instruction": [b"stack the blocks"] * rows,
        "steps/reward": [0.0] * (rows - 1) + [1.0],
        "steps/is_first": [1] + [0] * (rows - 1),
        "steps/is_last": [0] * (rows - 1) + [1],
        "steps/is_terminal": [0] * (rows - 1) + [1],
        "episode_metadata/episode_id": [number - 1],
    }


def _features() -> dict[str, Any]:
    step = {
        "action": _tensor("float32", 2),
        "observation": _dict({"state": _tensor("float32", 3), "image": _image()}),
        "language_instruction": {"pythonClassName": f"{_CORE}.text_feature.Text", "text": {}},
        "reward": _tensor("float32"),
        **{name: _tensor("bool") for name in ("is_first", "is_last", "is_terminal")},
    }
    steps = {"pythonClassName": f"{_CORE}.dataset_feature.Dataset", "sequence": {"feature": _dict(step)}}
    return _dict({"steps": steps, "episode_metadata": _dict({"episode_id": _tensor("int32")})})


def _dict(features: Mapping[str, Any]) -> dict[str, Any]:
    return {"pythonClassName": f"{_CORE}.features_dict.FeaturesDict", "featuresDict": {"features": features}}


def _tensor(dtype: str, *shape: int) -> dict[str, Any]:
    dims = {"dimensions": [str(n) for n in shape]} if shape else {}
    kind = "tensor_feature.Tensor" if shape else "scalar.Scalar"
    return {"pythonClassName": f"{_CORE}.{kind}", "tensor": {"shape": dims, "dtype": dtype, "encoding": "none"}}


def _image() -> dict[str, Any]:
    about = {"shape": {"dimensions": ["12", "16", "3"]}, "dtype": "uint8", "encodingFormat": "png"}
    return {"pythonClassName": f"{_CORE}.image_feature.Image", "image": about}


def _field(number: int, data: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(data)) + data
