"""RLDS and Open-X: TFRecord shards of episodes as TensorFlow Datasets writes them, each record an episode.

``features.json`` says what an episode holds; ``dataset_info.json``, where it is there, how many records each shard
must have. The format stores no times: rows are taken at the rate published for the dataset, or 10 a second.
"""

from __future__ import annotations

import re
import zlib
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.formats.errors import DamagedFileError, EmptyRecordingError, MetadataError
from headwater.formats.hdf5 import row_times_ns
from headwater.formats.metadata import read_object
from headwater.formats.models import Episode, Kind, Source, Stream, Text, Video
from headwater.formats.paths import contained
from headwater.formats.recording import LazyEpisodes, Recording
from headwater.formats.stills import decode_still, still_size
from headwater.formats.tf_example import (
    MAX_RECORD_BYTES,
    ExampleError,
    Feature,
    Place,
    parse_example,
    read_record,
    record_places,
)

FORMAT = "rlds"
DEFAULT_FPS = Fraction(10)
MAX_SHARDS = 100_000
MAX_DEPTH = 16
MAX_VALUES = 32_000_000
_FIX = "Use the folder as tensorflow_datasets wrote it, with features.json beside the shards."
_SHARD = re.compile(r"(?P<name>.+?)-(?P<split>[A-Za-z0-9_]+)\.(?:tfrecord|array_record)-(?P<n>\d{5})-of-(?P<of>\d{5})")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
# Control frequencies of the Open X-Embodiment overview, as any4lerobot's openx2lerobot/oxe_utils/configs.py repeats it
# (a second table of the same overview gives roboturk 5 and, beside it, 10); DROID from its paper: 15.
_RATES = {
    "bridge": 5, "bridge_dataset": 5, "bridge_orig": 5, "fractal20220817_data": 3, "kuka": 10, "droid": 15,
    "taco_play": 15, "jaco_play": 10, "berkeley_cable_routing": 10, "roboturk": 10, "viola": 20, "toto": 30,
    "berkeley_autolab_ur5": 5,
}  # fmt: skip
_WORDS: tuple[tuple[str, Kind], ...] = (
    ("action", Kind.ACTION),
    ("reward", Kind.REWARD),
    ("is_terminal", Kind.DONE),
    ("is_last", Kind.DONE),
    ("is_first", Kind.LABEL),
    ("discount", Kind.OTHER),
    ("embedding", Kind.OTHER),
    ("tactile", Kind.TACTILE),
    ("force", Kind.FORCE),
    ("wrench", Kind.FORCE),
    ("effort", Kind.EFFORT),
    ("torque", Kind.EFFORT),
    ("velocit", Kind.VELOCITY),
    ("state", Kind.STATE),
    ("proprio", Kind.STATE),
    ("joint", Kind.STATE),
    ("gripper", Kind.STATE),
)


@dataclass(frozen=True)
class Leaf:
    """One feature of a step or an episode.

    Attributes:
        path: its name in the record, ``steps/observation/state``.
        kind: TFDS's class: Tensor, Scalar, Image, Text, ClassLabel ...
        shape: of one step; -1 for an unknown side. dtype: TFDS's name. encoding: ``none``, ``bytes``, ``zlib``, or an
            image's.
    """

    path: str
    kind: str
    shape: tuple[int, ...]
    dtype: str
    encoding: str


class RldsReader:
    """Opens a folder with ``features.json`` and TFRecord shards, the folder above it, or one shard in it."""

    family = "RLDS TFRecord"

    def accepts(self, path: Path) -> bool:
        return _home(path) is not None

    def open(self, path: Path) -> Recording:
        home = _home(path)
        assert home is not None
        dataset = Dataset.of(path, home)
        return Recording(FORMAT, path, LazyEpisodes(dataset.ends[-1], dataset.episode))


@dataclass(frozen=True)
class Dataset:
    """Shards and what their records hold; ``ends`` are the numbers of episodes up to each shard's end."""

    root: Path
    home: Path
    name: str
    leaves: tuple[Leaf, ...]
    skipped: tuple[str, ...]
    shards: tuple[Path, ...]
    places: tuple[list[Place], ...]
    ends: tuple[int, ...]

    @classmethod
    def of(cls, root: Path, home: Path) -> Dataset:
        """Read the metadata and the frames of all shards. Raises RecordingError."""
        leaves, skipped = leaves_of(contained(home, home / "features.json"))
        shards = _shards(root, home)
        places = tuple(record_places(shard) for shard in shards)
        _compare(home / "dataset_info.json", shards, places)
        match = _SHARD.fullmatch(shards[0].name)
        name = match["name"] if match else home.parent.name
        return cls(root, home, name, leaves, skipped, shards, places, tuple(accumulate(map(len, places))))

    def episode(self, index: int) -> Episode:
        """One record as an episode. Raises RecordingError."""
        shard = bisect_right(self.ends, index)
        number = index - (self.ends[shard - 1] if shard else 0)
        return _Record(self, self.shards[shard], self.places[shard][number], number, index).episode()


def leaves_of(sheet: Path) -> tuple[tuple[Leaf, ...], tuple[str, ...]]:
    """The features that are read, and the paths of those that are not. Raises MetadataError."""
    leaves: list[Leaf] = []
    skipped: list[str] = []

    def walk(node: Any, path: str, depth: int, steps: bool) -> None:
        if not isinstance(node, Mapping) or depth > MAX_DEPTH or len(leaves) > 4096:
            raise MetadataError("is no TFDS feature", file=sheet, field=path or "/", actual=str(node)[:60], fix=_FIX)
        inner = node.get("featuresDict")
        if isinstance(inner, Mapping):
            features = inner.get("features")
            if not isinstance(features, Mapping):
                raise MetadataError("features are missing", file=sheet, field=path or "/", fix=_FIX)
            for name in sorted(features):
                walk(features[name], f"{path}/{name}" if path else name, depth + 1, steps)
        elif isinstance(node.get("sequence"), Mapping):
            if steps or path != "steps":
                skipped.append(path)
                return
            walk(node["sequence"].get("feature"), path, depth + 1, True)
        else:
            leaves.append(_leaf(node, path, sheet))

    walk(read_object(sheet), "", 0, False)
    if not any(leaf.path.startswith("steps/") for leaf in leaves):
        raise MetadataError("has no steps: not RLDS", file=sheet, field="steps", fix=_FIX)
    return tuple(leaves), tuple(skipped)


def _leaf(node: Mapping[str, Any], path: str, sheet: Path) -> Leaf:
    kind = str(node.get("pythonClassName", "")).rsplit(".", 1)[-1]
    about: Mapping[str, Any] = next(
        (node[k] for k in ("tensor", "image", "text", "classLabel") if isinstance(node.get(k), Mapping)), {}
    )
    dims = about.get("shape", {}).get("dimensions", []) if isinstance(about.get("shape", {}), Mapping) else []
    try:
        shape = tuple(int(d) for d in dims)
    except (ValueError, TypeError):
        raise MetadataError("shape is no list of numbers", file=sheet, field=path, actual=str(dims)[:60]) from None
    if any(not -1 <= d <= MAX_RECORD_BYTES for d in shape) or len(shape) > 8:
        raise MetadataError("shape is out of range", file=sheet, field=path, actual=str(shape)[:60], fix=_FIX)
    encoding = str(about.get("encoding") or about.get("encodingFormat") or "none").lower()
    return Leaf(path, kind, shape, str(about.get("dtype", "")), encoding)


class _Record:
    """One record while it becomes an episode."""

    def __init__(self, dataset: Dataset, shard: Path, place: Place, number: int, index: int) -> None:
        self._dataset, self._shard, self._place, self._number, self._index = dataset, shard, place, number, index
        self._notes: list[str] = []
        self._data = read_record(shard, place, number)
        try:
            self._features = parse_example(self._data)
        except ExampleError as error:
            raise self._damaged("is no tf.train.Example", "", str(error)) from None

    def episode(self) -> Episode:
        set_ = self._dataset
        leaves = [leaf for leaf in set_.leaves if leaf.path.startswith("steps/") and leaf.path in self._features]
        rows = self._rows(leaves)
        fps = Fraction(_RATES.get(set_.name, DEFAULT_FPS))
        told = "published for this dataset" if set_.name in _RATES else "the reader's guess"
        self._notes.append(f"RLDS stores no times: rows are taken to be {fps} a second, {told}.")
        streams: dict[str, Stream] = {}
        videos: dict[str, Video] = {}
        texts: dict[str, Text] = {}
        times = row_times_ns(rows, fps)
        held = 0
        for leaf in leaves:
            name = leaf.path.removeprefix("steps/")
            if leaf.kind == "Image" and self._absent(leaf):
                self._notes.append(f"{name}: one and the same picture at every step, and the record says it has none.")
            elif leaf.kind == "Image":
                video = self._video(leaf, name, rows, fps, times)
                videos[video.key if video.key not in videos else name.replace("/", ".")] = video
            elif leaf.kind == "Text" or leaf.dtype in ("string", "object"):
                texts[name] = Text(name, times, self._texts(leaf, rows))
            else:
                values = self._numbers(leaf, rows)
                if values is None:
                    continue
                held += values.size
                if held > MAX_VALUES:
                    raise self._damaged("too many values", leaf.path, f"{held}")
                axes = tuple(str(n) for n in range(values.shape[1]))
                streams[name] = Stream(name, _kind(name), times, values, axes, dtype=leaf.dtype)
        self._notes += [f"{path} is not read: a sequence within a step." for path in set_.skipped]
        missing = [leaf.path for leaf in set_.leaves if leaf.path not in self._features]
        if missing:
            self._notes.append(f"Not in this record: {', '.join(missing[:6])}.")
        words = [t for n, text in texts.items() if "instruction" in n or "task" in n for t in text.texts if t]
        metadata = dict(self._metadata())
        match = _SHARD.fullmatch(self._shard.name)
        split = match["split"] if match else "train"
        return Episode(
            name=f"{set_.name}-{split}-{self._index:06d}",
            source=Source(FORMAT, set_.root, self._index, (set_.home / "features.json", self._shard)),
            length=rows,
            fps=fps,
            embodiment=set_.name,
            tasks=tuple(dict.fromkeys(words)),
            streams=streams,
            videos=videos,
            ledger={"length": rows, "declared_rows": rows},
            meta={"dataset": set_.name, "split": split, "episode_metadata": metadata},
            notes=tuple(self._notes),
            texts=texts,
        )

    def _rows(self, leaves: list[Leaf]) -> int:
        """Number of steps: as many as the scalars, texts and pictures have, who must agree."""
        counts = {}
        for leaf in leaves:
            one = leaf.kind in ("Image", "Text") or not leaf.shape
            feature = self._features[leaf.path]
            if one or feature.numbers is None:
                counts[leaf.path] = len(feature)
        if not counts:
            for leaf in leaves:
                each = int(np.prod(leaf.shape, dtype=np.int64))
                if each > 0:
                    counts[leaf.path] = len(self._features[leaf.path]) // each
        rows = max(counts.values(), default=0)
        if not rows:
            where = f"record {self._number}"
            raise EmptyRecordingError("has no steps", file=self._shard, field=where, actual=0, fix=_FIX)
        for path, count in counts.items():
            if count != rows:
                raise self._damaged("steps differ in number", path, f"{count} of {rows}")
        return rows

    def _numbers(self, leaf: Leaf, rows: int) -> NDArray[Any] | None:
        feature = self._features[leaf.path]
        if feature.numbers is None:
            return self._packed(leaf, feature)
        whole = feature.numbers.dtype.kind == "i" and not leaf.dtype.startswith(("float", "bfloat"))
        each = len(feature.numbers) // rows
        if each * rows != len(feature.numbers) or (
            -1 not in leaf.shape and each != np.prod(leaf.shape, dtype=np.int64)
        ):
            actual = f"{len(feature.numbers)} values in {rows} steps of {leaf.shape}"
            raise self._damaged("values do not fill the steps", leaf.path, actual)
        if not each:
            self._notes.append(f"{leaf.path} is empty.")
            return None
        return feature.numbers.reshape(rows, each).astype(np.int64 if whole else np.float64)

    def _packed(self, leaf: Leaf, feature: Feature) -> NDArray[Any] | None:
        """Tensors stored as bytes, one blob a step."""
        try:
            kind = np.dtype(leaf.dtype)
        except TypeError:
            self._notes.append(f"{leaf.path} is not read: {leaf.dtype or leaf.kind}.")
            return None
        if kind.kind not in "fiub" or -1 in leaf.shape:
            self._notes.append(f"{leaf.path} is not read: {leaf.dtype} of shape {leaf.shape}.")
            return None
        size = kind.itemsize * int(np.prod(leaf.shape, dtype=np.int64))
        if size * len(feature) > 8 * MAX_VALUES:
            self._notes.append(f"{leaf.path} is not read: {size} bytes a step.")
            return None
        out = []
        for start, length in feature.blobs:
            raw = self._data[start : start + length]
            if leaf.encoding == "zlib":
                try:
                    raw = zlib.decompressobj().decompress(raw, size + 1)
                except zlib.error as error:
                    raise self._damaged("is not zlib", leaf.path, str(error)) from None
            if len(raw) != size:
                raise self._damaged("values do not fill the shape", leaf.path, f"{len(raw)} of {size} bytes")
            out.append(np.frombuffer(raw, kind))
        return np.stack(out).astype(np.float64 if kind.kind == "f" else np.int64)

    def _texts(self, leaf: Leaf, rows: int) -> tuple[str, ...]:
        feature = self._features[leaf.path]
        if len(feature) != rows or feature.numbers is not None:
            raise self._damaged("steps differ in number", leaf.path, f"{len(feature)} of {rows}")
        return tuple(self._data[start : start + size].decode("utf-8", "replace") for start, size in feature.blobs)

    def _video(self, leaf: Leaf, name: str, rows: int, fps: Fraction, times: NDArray[np.int64]) -> Video:
        feature = self._features[leaf.path]
        if len(feature) != rows or feature.numbers is not None:
            raise self._damaged("steps differ in number", leaf.path, f"{len(feature)} of {rows}")
        stills = ShardStills(
            self._shard, f"record {self._number}: {leaf.path}", self._place.offset, feature.blobs, times
        )
        start, size = feature.blobs[0]
        first = self._data[start : start + size]
        width, height = still_size(first, self._shard, stills.field)
        codec = "png" if first.startswith(b"\x89PNG") else "mjpeg"
        grey = leaf.shape[-1:] == (1,)
        pixels = (
            "gray16le" if leaf.dtype == "uint16" else "gray" if grey else "yuvj420p" if codec == "mjpeg" else "rgb24"
        )
        depth = 0.001 if leaf.dtype == "uint16" else None
        if depth:
            self._notes.append(f"{leaf.path}: depth is taken to be millimetres.")
        key = name.rsplit("/", 1)[-1]
        info = {"feature": leaf.path}
        return Video(
            key, self._shard, 0.0, rows, fps, width, height, codec, pixels, info, stills=stills, depth_unit_m=depth
        )

    def _absent(self, leaf: Leaf) -> bool:
        """True for a camera that only fills its place: ``has_CAMERA`` is false, its pictures are one (Bridge)."""
        flag = self._features.get(f"episode_metadata/has_{leaf.path.rsplit('/', 1)[-1]}")
        if flag is None or flag.numbers is None or flag.numbers.any():
            return False
        blobs = self._features[leaf.path].blobs
        return len({size for _, size in blobs}) == 1 and len({self._data[at : at + size] for at, size in blobs}) == 1

    def _metadata(self) -> Iterator[tuple[str, Any]]:
        for leaf in self._dataset.leaves:
            feature = self._features.get(leaf.path)
            if feature is None or leaf.path.startswith("steps/") or not len(feature):
                continue
            name = leaf.path.removeprefix("episode_metadata/")
            if feature.numbers is not None and len(feature) <= 64:
                values = feature.numbers.tolist()
                yield name, values[0] if len(values) == 1 else values
            elif feature.blobs and leaf.kind != "Image" and feature.blobs[0][1] <= 4096:
                start, size = feature.blobs[0]
                yield name, self._data[start : start + size].decode("utf-8", "replace")

    def _damaged(self, problem: str, path: str, actual: str) -> DamagedFileError:
        where = f"record {self._number}" + (f": {path}" if path else "")
        return DamagedFileError(problem, file=self._shard, field=where, actual=actual[:80], fix=_FIX)


class ShardStills:
    """Pictures of one camera of a record, each read from the shard when asked for."""

    def __init__(
        self, path: Path, field: str, offset: int, blobs: tuple[tuple[int, int], ...], times_ns: NDArray[np.int64]
    ) -> None:
        self._path, self.field, self._offset, self._blobs = path, field, offset, blobs
        self.times_ns = times_ns

    def size_bytes(self, index: int) -> int:
        return self._blobs[index][1]

    def encoded(self, index: int) -> tuple[str, bytes] | None:
        start, size = self._blobs[index]
        with self._path.open("rb") as file:
            file.seek(self._offset + start)
            data = file.read(size)
        return ("image/png" if data.startswith(b"\x89PNG") else "image/jpeg"), data

    def image(self, index: int) -> NDArray[Any]:
        packed = self.encoded(index)
        assert packed is not None
        return decode_still(packed[1], self._path, f"{self.field}[{index}]")


def _kind(name: str) -> Kind:
    return next((kind for word, kind in _WORDS if word in name.lower()), Kind.OTHER)


def _home(path: Path) -> Path | None:
    """The folder with features.json and shards that a path means; ``None`` if it means none."""
    if path.is_file():
        known = ".tfrecord" in path.name and (path.parent / "features.json").is_file()
        return path.parent if known else None
    if not path.is_dir():
        return None
    inside = sorted(p for p in path.iterdir() if p.is_dir() and _VERSION.fullmatch(p.name))
    homes = [p for p in (path, *inside) if (p / "features.json").is_file() and any(p.glob("*.tfrecord*"))]
    return homes[-1] if homes else None


def _shards(root: Path, home: Path) -> tuple[Path, ...]:
    if root.is_file():
        return (root,)
    shards = tuple(sorted(p for p in home.glob("*.tfrecord*") if p.is_file()))[: MAX_SHARDS + 1]
    for shard in shards:
        contained(home, shard)
    if not shards:
        raise EmptyRecordingError("has no shards", file=home, actual=0, fix=_FIX)
    return shards


def _compare(sheet: Path, shards: tuple[Path, ...], places: tuple[list[Place], ...]) -> None:
    """dataset_info.json's record counts, where it has them, against the shards."""
    if not sheet.is_file():
        return
    rows = read_object(contained(sheet.parent, sheet)).get("splits")
    found: dict[str, list[tuple[Path, int]]] = {}
    for shard, held in zip(shards, places, strict=True):
        match = _SHARD.fullmatch(shard.name)
        if match:
            found.setdefault(match["split"], []).append((shard, len(held)))
    for split in rows if isinstance(rows, list) else ():
        if not isinstance(split, Mapping) or not isinstance(split.get("shardLengths"), list):
            continue
        lengths, own = split["shardLengths"], found.get(str(split.get("name")), [])
        if len(lengths) != len(own):
            continue  # a part of the dataset: its shards are whole or not by themselves
        for declared, (shard, count) in zip(lengths, own, strict=True):
            if str(declared) != str(count):
                raise DamagedFileError(
                    "record count is a lie", file=shard, actual=f"{count} records", allowed=str(declared)[:20], fix=_FIX
                )
