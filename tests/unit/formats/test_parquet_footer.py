"""The footer is read the same as pyarrow reads it, and no damage to it ends the process."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from headwater.formats import RecordingError
from headwater.formats.parquet_footer import FooterError, declared_columns
from headwater.formats.tables import read_table

WIDTHS = {"BOOLEAN": 1, "INT32": 4, "INT64": 8, "INT96": 12, "FLOAT": 4, "DOUBLE": 8}


def table() -> Any:
    rows = 500
    return pa.table(
        {
            "a": np.arange(rows),
            "b": pa.array([[0.5] * 3] * rows, pa.list_(pa.float32())),
            "c": [f"task {n % 3}" for n in range(rows)],
            "d": pa.array([n % 2 == 0 for n in range(rows)]),
            "e": pa.array([None if n % 5 else n for n in range(rows)], pa.int32()),
        }
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    pq.write_table(table(), tmp_path / "a.parquet", row_group_size=200)
    return tmp_path / "a.parquet"


def test_counts_are_pyarrows(path: Path) -> None:
    meta = pq.ParquetFile(path).metadata
    groups = [meta.row_group(n) for n in range(meta.num_row_groups)]
    held = [group.column(n) for group in groups for n in range(group.num_columns)]
    assert len(held) == 15
    assert [tuple(c) for c in declared_columns(path)] == [
        (WIDTHS.get(c.physical_type, 0), c.num_values, c.total_uncompressed_size) for c in held
    ]
    assert read_table(path).equals(table())
    assert read_table(path, ["c", "a"]).column_names == ["a", "c"]


def test_a_table_without_rows_keeps_its_columns(tmp_path: Path) -> None:
    pq.write_table(table().slice(0, 0), tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").column_names == ["a", "b", "c", "d", "e"]


def test_any_byte_of_the_footer_may_be_wrong(path: Path) -> None:
    """pyarrow's own accessor ends the process at some of these."""
    raw = path.read_bytes()
    start = len(raw) - 8 - int.from_bytes(raw[-8:-4], "little")
    for place in range(start, len(raw) - 4):
        path.write_bytes(raw[:place] + bytes([raw[place] ^ 0x01]) + raw[place + 1 :])
        with contextlib.suppress(RecordingError):
            read_table(path)


@pytest.mark.parametrize(
    "footer", [b"\x19" * 500, b"\x19\xfc\xff\xff\xff\xff\x0f", b"\x16" + b"\xff" * 20, b"\x00", b"\x1b\x01"]
)
def test_what_is_no_footer(tmp_path: Path, footer: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1")
    with pytest.raises(FooterError):
        list(declared_columns(path))
