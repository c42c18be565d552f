"""A campaign's data spec as people write it: JSON with the record's field names, what is not asked left out.

The limits of its terms (``purposes``, ``regions``, ``minimum_age``) may stand in the same file; they are no part of the
record.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import fields
from pathlib import Path
from typing import Any

from headwater.client.errors import ClientError
from headwater.formats import Kind
from headwater.market import Limits, LimitsError
from headwater.primitives import json_text
from headwater.primitives.amounts import BPS
from headwater.primitives.ids import IdError, word_from_hex
from headwater.records.campaign_spec import (
    LABEL_KINDS,
    CameraSpec,
    CampaignSpec,
    FeatureSpec,
    LabelCampaignSpec,
    LabelWork,
    Stratum,
    ValueCampaignSpec,
    ValueWork,
    label_work,
    value_work,
)
from headwater.records.codec import from_plain, type_of
from headwater.records.errors import RecordError
from headwater.records.manifest import SCHEMA_MODALITIES

_KINDS: dict[str, type[CampaignSpec]] = {"labels": LabelCampaignSpec, "value": ValueCampaignSpec}
_FEATURE = {"axes": [], "unit": "", "low_milli": 0, "high_milli": 0}
_CAMERA = {"keys": [], "min_width": 0, "min_height": 0, "min_fps_milli": 0}
_WORK = {"version": 1, "categories": [], "per_item": 1}
_VALUE = {"weight_bps": BPS}
_MOST_LABELLERS = 100
_LISTS = ("embodiment", "features", "cameras", "sensors", "reject_reasons", "examples", "strata")
_NUMBERS = ("fps_milli", "min_length_ms", "max_length_ms")
_MAX_BYTES = 1 << 20
_LIMITS = ("purposes", "regions", "minimum_age")


def read_spec(path: Path) -> CampaignSpec:
    """The spec in a JSON file.

    Raises:
        ClientError: no such file, no JSON (with the line), or a field that is missing, unknown or out of range.
    """
    return spec_of(_parsed(path), str(path))


def read_call(path: Path) -> tuple[CampaignSpec, Limits]:
    """The spec in a JSON file and the limits beside it, if any; errors as ``read_spec``."""
    plain = _parsed(path)
    return spec_of(plain, str(path)), limits_of(plain, str(path))


def _parsed(path: Path) -> Any:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ClientError(f"spec {path}", actual="more than 1 MiB", allowed="a campaign spec in JSON")
        return json_text.parse(path.read_bytes())
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        fix = "give a JSON file like examples/specs/so100_pick.json"
        raise ClientError(f"spec {path}", actual="no such file", fix=fix) from None
    except UnicodeDecodeError:
        raise ClientError(f"spec {path}", actual="not text", allowed="JSON in UTF-8") from None
    except ValueError as error:
        at = f"{error.msg} in line {error.lineno}" if isinstance(error, json.JSONDecodeError) else str(error)
        raise ClientError(f"spec {path}", actual=at, allowed="JSON", fix="correct that line") from None


def spec_of(plain: Any, where: str = "spec") -> CampaignSpec:
    """The spec of plain JSON values; ClientError names the first field at fault."""
    if not isinstance(plain, dict):
        raise ClientError(where, actual=type(plain).__name__, allowed="a JSON object")
    kind = next((kind for name, kind in _KINDS.items() if name in plain), CampaignSpec)
    type_ = type_of(kind)
    whole = {"type": type_, **dict.fromkeys(_NUMBERS, 0), **{name: [] for name in _LISTS}, "task": "", **plain}
    _demand_known(whole, {"type", *_LIMITS, *_names(kind)}, where)
    limits_of(plain, where)
    whole = {name: value for name, value in whole.items() if name not in _LIMITS}
    for name in ("name", "modality", "success"):
        if not isinstance(whole.get(name), str) or not whole[name].strip():
            raise ClientError(f"{where}: {name}", actual=repr(whole.get(name)), allowed="a sentence", fix=f"add {name}")
    whole["features"] = _filled(whole["features"], FeatureSpec, _FEATURE, f"{where}: features")
    whole["cameras"] = _filled(whole["cameras"], CameraSpec, _CAMERA, f"{where}: cameras")
    whole["strata"] = _filled(whole["strata"], Stratum, {}, f"{where}: strata")
    if "labels" in whole:
        (whole["labels"],) = _filled([whole["labels"]], LabelWork, _WORK, f"{where}: labels")
    if "value" in whole:
        (whole["value"],) = _filled([whole["value"]], ValueWork, _VALUE, f"{where}: value")
        whole["value"] = _worded(whole["value"], f"{where}: value.commitment")
    try:
        spec = from_plain(kind, whole)
    except RecordError as error:
        field = error.what.removeprefix(f"{type_}.")
        raise ClientError(f"{where}: {field}", actual=error.actual, allowed=error.allowed, fix="correct it") from None
    _demand_sense(spec, where)
    return spec


def limits_of(plain: dict[str, Any], where: str = "spec") -> Limits:
    """The limits in plain JSON values; errors as ``spec_of``."""
    lists: dict[str, tuple[str, ...]] = {}
    for name in ("purposes", "regions"):
        given = plain.get(name, [])
        if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
            raise ClientError(f"{where}: {name}", actual=repr(given), allowed="a list of names", fix="correct it")
        lists[name] = tuple(given)
    age = plain.get("minimum_age", 0)
    if not isinstance(age, int) or isinstance(age, bool):
        raise ClientError(f"{where}: minimum_age", actual=repr(age), allowed="whole years", fix="correct it")
    try:
        return Limits(**lists, minimum_age=age)
    except (RecordError, LimitsError) as error:
        raise ClientError(f"{where}: {error.what}", actual=error.actual, allowed=error.allowed, fix=error.fix) from None


def _filled(rows: Any, kind: type, defaults: dict[str, Any], where: str) -> Any:
    """Rows of a list with their defaults; anything else is left for the codec to refuse."""
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return rows
    for number, row in enumerate(rows):
        _demand_known(row, set(_names(kind)), f"{where}[{number}]")
        missing = [name for name in _names(kind) if name not in row and name not in defaults]
        if missing:
            raise ClientError(f"{where}[{number}]", actual=f"no {missing[0]}", fix=f"add {missing[0]}")
    return [{**defaults, **row} for row in rows]


def _demand_known(row: dict[str, Any], known: set[str], where: str) -> None:
    for name in row:
        if name not in known:
            like = difflib.get_close_matches(name, known, 1)
            fix = f"write {like[0]}" if like else "leave it out"
            raise ClientError(f"{where}: {name}", actual="unknown field", allowed=", ".join(sorted(known)), fix=fix)


def _demand_sense(spec: CampaignSpec, where: str) -> None:
    """What types cannot say: values nobody could ever satisfy."""
    if spec.modality not in SCHEMA_MODALITIES:
        raise ClientError(f"{where}: modality", actual=spec.modality, allowed=" or ".join(SCHEMA_MODALITIES))
    kinds = [str(kind) for kind in Kind]
    for sensor in spec.sensors:
        if sensor not in kinds:
            raise ClientError(f"{where}: sensors", actual=sensor, allowed=", ".join(kinds))
    for name in _NUMBERS:
        if getattr(spec, name) < 0:
            raise ClientError(f"{where}: {name}", actual=getattr(spec, name), allowed="0 or more")
    if spec.max_length_ms and spec.max_length_ms < spec.min_length_ms:
        allowed = f"at least min_length_ms, {spec.min_length_ms}"
        raise ClientError(f"{where}: max_length_ms", actual=spec.max_length_ms, allowed=allowed)
    _demand_work(spec, where)
    _demand_value(spec, where)
    for number, feature in enumerate(spec.features):
        if feature.low_milli > feature.high_milli:
            found = f"{feature.low_milli} above {feature.high_milli}"
            raise ClientError(f"{where}: features[{number}].low_milli", actual=found, fix="swap low and high")
    for number, reason in enumerate(spec.reject_reasons):
        code, colon, sentence = reason.partition(":")
        if not colon or not sentence.strip() or not code.isidentifier():
            raise ClientError(f"{where}: reject_reasons[{number}]", actual=reason, allowed="code: sentence")


def _demand_work(spec: CampaignSpec, where: str) -> None:
    work = label_work(spec)
    if (spec.modality == "labels") != (work is not None):
        fix = "say in labels what is labelled and how, and modality labels"
        raise ClientError(f"{where}: labels", actual=f"modality {spec.modality}", allowed="both or neither", fix=fix)
    if work is None:
        return
    where = f"{where}: labels."
    if work.kind not in LABEL_KINDS:
        raise ClientError(f"{where}kind", actual=work.kind, allowed=" or ".join(LABEL_KINDS))
    if not 1 <= work.per_item <= _MOST_LABELLERS:
        raise ClientError(f"{where}per_item", actual=work.per_item, allowed=f"1 to {_MOST_LABELLERS}")
    if work.dataset < 1 or work.version < 1:
        found = f"{work.dataset}@{work.version}"
        raise ClientError(f"{where}dataset", actual=found, allowed="a published version", fix="see 'headwater search'")
    if not work.categories and work.kind != "text":
        raise ClientError(f"{where}categories", actual="none", allowed="names to choose from", fix="list them")
    if len(set(work.categories)) < len(work.categories) or not all(name.strip() for name in work.categories):
        raise ClientError(f"{where}categories", actual=", ".join(work.categories), allowed="each once, none empty")


def _demand_value(spec: CampaignSpec, where: str) -> None:
    work = value_work(spec)
    if work is None:
        return
    if not 1 <= work.weight_bps <= BPS:
        raise ClientError(f"{where}: value.weight_bps", actual=work.weight_bps, allowed=f"1 to {BPS}")
    if not work.embedding.strip():
        raise ClientError(f"{where}: value.embedding", actual="none", allowed="name and version", fix="say how")


def _worded(value: Any, where: str) -> Any:
    """The value part with its commitment as bytes; people write hex."""
    if not isinstance(value, dict) or not isinstance(value.get("commitment"), str):
        return value
    try:
        return {**value, "commitment": word_from_hex(value["commitment"])}
    except IdError as error:
        fix = "print it with 'headwater value commit'"
        raise ClientError(where, actual=error.actual, allowed=error.allowed, fix=fix) from None


def _names(kind: type) -> list[str]:
    return [field.name for field in fields(kind)]
