"""Compiled contracts: what can be called, what is emitted, how a refusal reads.

Encoding is eth-abi's; this file only finds the right entry. Structs go in and come out as ``structs.Struct``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from headwater.chain import structs
from headwater.chain.errors import AnswerError, ArtifactError, RevertError
from headwater.primitives.abi import abi_encode
from headwater.primitives.hashing import keccak256
from headwater.primitives.ids import checksum_address

Entry = Mapping[str, Any]
_BUILTIN_ERRORS: tuple[Entry, ...] = (
    {"name": "Error", "inputs": [{"name": "reason", "type": "string"}]},
    {"name": "Panic", "inputs": [{"name": "code", "type": "uint256"}]},
    # solady's SafeTransferLib reverts in assembly, so no ABI has these
    {"name": "TransferFailed", "inputs": []},
    {"name": "TransferFromFailed", "inputs": []},
)


@dataclass(frozen=True)
class Interface:
    """One contract's ABI, indexed. ``bytecode`` is creation code."""

    name: str
    bytecode: bytes
    constructor: Sequence[Entry]
    functions: Mapping[str, tuple[Entry, ...]] = field(repr=False)
    events: Mapping[bytes, Entry] = field(repr=False)
    errors: Mapping[bytes, Entry] = field(repr=False)

    def encode(self, function: str, args: Sequence[Any]) -> bytes:
        """Call data: selector and arguments."""
        entry = self._function(function, len(args))
        return selector(entry) + encode_values(entry["inputs"], args)

    def decode(self, function: str, count: int, data: bytes) -> tuple[Any, ...]:
        """Values a call of ``function`` with ``count`` arguments returned.

        Raises:
            AnswerError: the bytes are not such values; there is no contract, or another one.
        """
        from eth_abi.exceptions import DecodingError

        try:
            return decode_values(self._function(function, count)["outputs"], data)
        except (DecodingError, OverflowError, UnicodeDecodeError):
            actual = f"{len(data)} bytes that are no answer" if data else "no contract there"
            raise AnswerError(f"{self.name}.{function}", actual=actual, fix="correct the contract's address") from None

    def creation(self, args: Sequence[Any]) -> bytes:
        """Data of the deploying transaction."""
        return self.bytecode + encode_values(self.constructor, args)

    def _function(self, name: str, count: int) -> Entry:
        for entry in self.functions.get(name, ()):
            if len(entry["inputs"]) == count:
                return entry
        fix = "build the artifacts again: they lag behind the code"
        raise ArtifactError(f"{self.name}.{name} with {count} arguments", actual="not in the ABI", fix=fix)


@cache
def load(name: str) -> Interface:
    """The committed artifact of a contract.

    Raises:
        ArtifactError: if there is none.
    """
    file = resources.files("headwater.chain") / "artifacts" / f"{name}.json"
    try:
        content = json.loads(file.read_text())
    except FileNotFoundError:
        raise ArtifactError(f"contract {name}", actual="no artifact", allowed=", ".join(names())) from None
    return index(name, content["abi"], content["bytecode"])


def names() -> list[str]:
    """Contracts we have artifacts of."""
    folder = resources.files("headwater.chain") / "artifacts"
    if not folder.is_dir():
        return []
    files = (file for file in folder.iterdir() if file.name.endswith(".json"))
    return sorted(file.name.removesuffix(".json") for file in files if "abi" in json.loads(file.read_text()))


def index(name: str, abi: Sequence[Entry], bytecode: str) -> Interface:
    """An interface from ABI JSON and hex creation code."""
    functions: dict[str, tuple[Entry, ...]] = {}
    for entry in _of(abi, "function"):
        functions[entry["name"]] = (*functions.get(entry["name"], ()), entry)
    constructor: Entry = next(iter(_of(abi, "constructor")), {"inputs": []})
    return Interface(
        name=name,
        bytecode=bytes.fromhex(bytecode.removeprefix("0x")),
        constructor=constructor["inputs"],
        functions=functions,
        events={keccak256(signature(entry).encode()): entry for entry in _of(abi, "event")},
        errors={selector(entry): entry for entry in _of(abi, "error")},
    )


def revert(contract: str, data: bytes) -> RevertError:
    """The refusal that revert data spells, looked up among the errors of all our contracts."""
    entry = _all_errors().get(data[:4])
    if entry is None:
        return RevertError(contract, "", {"data": data} if data else {})
    from eth_abi.exceptions import DecodingError

    try:
        values = decode_values(entry["inputs"], data[4:])
    except (DecodingError, OverflowError, UnicodeDecodeError):  # a foreign contract may have chosen these bytes
        return RevertError(contract, entry["name"], {"data": data})
    labels = [one["name"] or str(position) for position, one in enumerate(entry["inputs"])]
    return RevertError(contract, entry["name"], dict(zip(labels, values, strict=True)))


def signature(entry: Entry) -> str:
    """Canonical text: ``name(type,type)``."""
    return f"{entry['name']}({','.join(abi_type(one) for one in entry['inputs'])})"


def selector(entry: Entry) -> bytes:
    """First four bytes of the signature's hash."""
    return keccak256(signature(entry).encode())[:4]


def abi_type(parameter: Entry) -> str:
    """Type as eth-abi writes it, tuples spelled out."""
    kind = str(parameter["type"])
    if not kind.startswith("tuple"):
        return kind
    inner = ",".join(abi_type(one) for one in parameter["components"])
    return f"({inner}){kind.removeprefix('tuple')}"


def solidity_name(parameter: Entry) -> str:
    """Name of a tuple's struct in the source, without contract and array brackets."""
    name = str(parameter.get("internalType", "")).removeprefix("struct ").partition("[")[0]
    return name.rpartition(".")[2]


def encode_values(parameters: Sequence[Entry], values: Sequence[Any]) -> bytes:
    """``abi.encode`` of values, structs allowed anywhere."""
    return abi_encode([abi_type(one) for one in parameters], [_plain(value) for value in values])


def decode_values(parameters: Sequence[Entry], data: bytes) -> tuple[Any, ...]:
    """Decoded values; a tuple whose Solidity name is one of ``structs`` becomes that struct."""
    from eth_abi.abi import decode

    raw = decode([abi_type(one) for one in parameters], data)
    return tuple(_rich(one, value) for one, value in zip(parameters, raw, strict=True))


def decode_event(entry: Entry, topics: Sequence[bytes], data: bytes) -> dict[str, Any]:
    """Arguments by name, those in topics and those in data, in declared order."""
    indexed = [one for one in entry["inputs"] if one["indexed"]]
    rest = [one for one in entry["inputs"] if not one["indexed"]]
    values = dict(zip((one["name"] for one in rest), decode_values(rest, data), strict=True))
    values |= {one["name"]: decode_values([one], topic)[0] for one, topic in zip(indexed, topics, strict=True)}
    return {one["name"]: values[one["name"]] for one in entry["inputs"]}


def _of(abi: Sequence[Entry], kind: str) -> list[Entry]:
    return [entry for entry in abi if entry["type"] == kind]


@cache
def _all_errors() -> Mapping[bytes, Entry]:
    found = {selector(entry): entry for entry in _BUILTIN_ERRORS}
    for name in names():
        found.update(load(name).errors)
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, structs.Struct):
        return value.tuple()
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _rich(parameter: Entry, value: Any) -> Any:
    kind = str(parameter["type"])
    if kind.endswith("]"):
        inner = {**parameter, "type": kind.rpartition("[")[0]}
        return tuple(_rich(inner, one) for one in value)
    if kind == "address":
        return checksum_address(value)
    if kind != "tuple":
        return value
    struct = structs.by_name(solidity_name(parameter))
    return struct.of(value) if struct else value
