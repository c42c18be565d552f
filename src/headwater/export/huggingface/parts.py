"""Tables written piece by piece into ``train-00000-of-000NN.parquet`` files of bounded size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from headwater.export.errors import UnlikeEpisodesError
from headwater.formats import Episode

PART_BYTES = 500 << 20
IMAGE = pa.struct([("bytes", pa.binary()), ("path", pa.string())])


class Parts:
    """One table of a dataset. Every piece becomes a row group.

    Attributes:
        rows, size_bytes: so far, the latter in memory; schema: ``None`` before the first piece.
    """

    def __init__(self, folder: Path, limit: int = PART_BYTES) -> None:
        self._folder, self._limit = folder, limit
        self._writer: Any = None
        self._part_bytes = 0
        self._paths: list[Path] = []
        self.rows = self.size_bytes = 0
        self.schema: Any = None

    def add(self, piece: Any, episode: Episode) -> None:
        """Append an Arrow table. Raises UnlikeEpisodesError if its columns are not those of the first."""
        if self.schema is None:
            self.schema = piece.schema
        if not piece.schema.equals(self.schema):
            raise _unlike(self.schema, piece.schema, episode)
        if not piece.num_rows:
            return
        if self._writer is None or self._part_bytes + piece.nbytes > self._limit:
            self._next()
        self._writer.write_table(piece, row_group_size=max(1, piece.num_rows))
        self._part_bytes += piece.nbytes
        self.rows, self.size_bytes = self.rows + piece.num_rows, self.size_bytes + piece.nbytes

    def close(self) -> int:
        """Finish and give the files their names; their size in bytes."""
        if self._writer is not None:
            self._writer.close()
        total = 0
        for number, path in enumerate(self._paths):
            total += path.stat().st_size
            path.rename(self._folder / f"train-{number:05d}-of-{len(self._paths):05d}.parquet")
        return total

    def _next(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._paths.append(self._folder / f"part-{len(self._paths)}")
        about = json.dumps({"info": {"features": features_of(self.schema)}})
        self._writer = pq.ParquetWriter(
            self._paths[-1], self.schema.with_metadata({"huggingface": about}), compression="zstd"
        )
        self._part_bytes = 0


def features_of(schema: Any) -> dict[str, dict[str, Any]]:
    """Columns as ``datasets`` describes them: Value, Sequence, Image."""
    return {field.name: _feature(field.type) for field in schema}


def _feature(kind: Any) -> dict[str, Any]:
    if kind == IMAGE:
        return {"_type": "Image"}
    if pa.types.is_list(kind):
        return {"feature": _feature(kind.value_type), "_type": "Sequence"}
    names = {"float": "float32", "double": "float64", "halffloat": "float16"}
    return {"dtype": names.get(str(kind), str(kind)), "_type": "Value"}


def _unlike(first: Any, other: Any, episode: Episode) -> UnlikeEpisodesError:
    wanted = {f"{field.name}: {field.type}" for field in first}
    found = {f"{field.name}: {field.type}" for field in other}
    return UnlikeEpisodesError(
        f"{episode.source.root.name} {episode.name}: columns differ from the first episode's",
        actual="; ".join(sorted(found - wanted))[:200] or "others missing",
        allowed="; ".join(sorted(wanted - found))[:200] or "no more than the first's",
        fix="Export episodes of one embodiment and one set of cameras together.",
    )
