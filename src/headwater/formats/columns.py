"""Arrow columns as NumPy arrays of shape (n, d)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from headwater.formats.errors import DamagedFileError, MetadataError, TooLargeError

MAX_AXES = 1 << 20
_FIX = "Write one list of the declared length per row."


def demand_times(times: NDArray[np.float64], limit: float, *, file: Path, field: str, unit: str, fix: str) -> None:
    """Every time is a number of ``unit`` within ``limit`` of 0, else MetadataError names the first row that is not."""
    wrong = ~(np.abs(times) <= limit)  # NaN is not below anything
    if wrong.any():
        row = int(np.argmax(wrong))
        raise MetadataError(f"time is not a number of {unit}", file=file, field=f"{field}, row {row + 1}",
                            actual=times[row], allowed=f"{-limit:g} to {limit:g}", fix=fix)  # fmt: skip


def is_list(kind: Any) -> bool:
    """True for any of Arrow's list types."""
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def leaf_type(kind: Any) -> Any:
    """The element type under all list levels."""
    while is_list(kind):
        kind = kind.value_type
    return kind


def is_numeric(kind: Any) -> bool:
    """True if the column's elements are numbers or booleans."""
    leaf = leaf_type(kind)
    return bool(pa.types.is_integer(leaf) or pa.types.is_floating(leaf) or pa.types.is_boolean(leaf))


def dtype_name(kind: Any) -> str:
    """LeRobot's name of the element type: ``float32``, ``float64``, ``int64``, ``bool`` ..."""
    leaf = leaf_type(kind)
    return {"float": "float32", "double": "float64", "halffloat": "float16"}.get(str(leaf), str(leaf))


def matrix(column: Any, *, file: Path, name: str) -> NDArray[Any]:
    """A numeric column as float64 or int64, shape (n, d). Nulls become NaN in float columns.

    Raises:
        DamagedFileError: rows of different length, null rows, or nulls in an integer column.
        TooLargeError: more than MAX_AXES values a row.
    """
    rows = len(column)
    array = column.combine_chunks()
    while is_list(array.type):
        lengths = pc.list_value_length(array)
        shortest, longest = pc.min_max(lengths).as_py().values() if len(array) else (0, 0)
        if array.null_count or shortest != longest:
            found = "a null row" if array.null_count else f"{shortest} to {longest} values a row"
            raise DamagedFileError("rows differ in length", file=file, field=name, actual=found, fix=_FIX)
        array = array.flatten()
        if len(array) > rows * MAX_AXES:
            raise TooLargeError("rows are too wide", file=file, field=name, actual=len(array) // rows, allowed=MAX_AXES)
    floating = pa.types.is_floating(array.type)
    if array.null_count and not floating:
        raise DamagedFileError(
            "has null values", file=file, field=name, actual=f"{array.null_count} nulls", allowed="none", fix=_FIX
        )
    with np.errstate(invalid="ignore"):  # signalling NaNs
        flat = array.to_numpy(zero_copy_only=False).astype(np.float64 if floating else np.int64)
    shaped: NDArray[Any] = flat.reshape(rows, flat.size // rows if rows else 1)
    return shaped
