"""A plan for a whole dataset: one map an episode, or every reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from headwater.export.conform.axes import Target
from headwater.export.conform.cameras import Names, camera_names
from headwater.export.conform.facts import Facts, facts_of
from headwater.export.conform.features import as_it_is, dtype_of, extra_maps, feature_map, target_of
from headwater.export.conform.rates import rate_map, rate_of
from headwater.export.errors import ExportError, Problem, UnmappableError
from headwater.formats import Episode
from headwater.formats.conventions import Conventions
from headwater.records.campaign_spec import CampaignSpec
from headwater.records.codec import cid
from headwater.records.conform import (
    CameraMap,
    ConformedEpisode,
    ConformedSet,
    ConformMap,
    FeatureMap,
    RateMap,
)

Features = dict[str, FeatureMap]


def plan(
    spec: CampaignSpec,
    episodes: Iterable[Episode],
    *,
    given: Conventions | None = None,
    labels: Sequence[str] | None = None,
) -> ConformedSet:
    """How every episode comes to ``spec``. Reads each once and keeps no rows.

    Args:
        given: what the one who exports states of all of them; it counts before what lies beside a recording.
        labels: what ``ConformedEpisode.source`` shall be; folder and episode if not given.

    Raises:
        UnmappableError: with every problem of every episode.
        ConventionsError, RecordingError: one cannot be read.
        ExportError: no episode.
    """
    return plan_of(spec, [facts_of(episode, given) for episode in episodes], labels)


def plan_of(spec: CampaignSpec, seen: Sequence[Facts], labels: Sequence[str] | None = None) -> ConformedSet:
    """The same from facts; pure."""
    if not seen:
        raise ExportError("nothing to export", actual="no episode", fix="Select at least one episode.")
    features, problems = _features(spec, seen)
    cameras, missing = camera_names(spec.cameras, seen)
    rates, unlike = _rates(spec, seen, features)
    problems += missing + unlike
    if problems:
        order = {facts.label: number for number, facts in reversed(list(enumerate(seen)))}
        raise UnmappableError(sorted(problems, key=lambda one: order[one.episode]))
    maps: dict[ConformMap, int] = {}
    rows = []
    for number, facts in enumerate(seen):
        made = _map(facts, features[number], cameras[number], rates[number])
        label = labels[number] if labels else facts.label
        rows.append(ConformedEpisode(label, maps.setdefault(made, len(maps))))
    return ConformedSet(cid(spec), tuple(maps), tuple(rows))


def _features(spec: CampaignSpec, seen: Sequence[Facts]) -> tuple[list[Features], list[Problem]]:
    found: list[Features] = [{} for _ in seen]
    problems: list[Problem] = []
    for asked in spec.features:
        targets = [target_of(asked, facts) for facts in seen]
        target = next((one for one in targets if isinstance(one, Target)), None)
        if target is None:
            problems += [one for one in targets if isinstance(one, Problem)]
            continue
        for features, facts in zip(found, seen, strict=True):
            made = feature_map(target, facts)
            if isinstance(made, list):
                problems += made
            else:
                features[target.name] = made
    if not problems:
        _one_type(found)
        for name in extra_maps(seen, [dict(features) for features in found]):
            for features, facts in zip(found, seen, strict=True):
                features[name] = as_it_is(facts.streams[name])
    return found, problems


def _one_type(found: Sequence[Features]) -> None:
    for name in found[0]:
        dtype = dtype_of([features[name] for features in found])
        for features in found:
            features[name] = replace(features[name], target_dtype=dtype)


def _rates(
    spec: CampaignSpec, seen: Sequence[Facts], features: Sequence[Features]
) -> tuple[list[RateMap], list[Problem]]:
    target = rate_of(spec.fps_milli) if spec.fps_milli else seen[0].fps
    made = []
    for facts, own in zip(seen, features, strict=True):
        clocks = [m.source for m in own.values() if facts.streams[m.source].clock != "row"]
        made.append(rate_map(target, facts, clocks))
    return [m for m in made if isinstance(m, RateMap)], [m for m in made if isinstance(m, Problem)]


def _map(facts: Facts, features: Features, cameras: Names, rate: RateMap) -> ConformMap:
    used = {m.source for m in features.values()}
    lost = [f"{m.source}/{axis}" for m in features.values() for axis in _unused(m)]
    lost += [name for name, stream in facts.streams.items() if stream.clock == "row" and name not in used]
    lost += [key for key, _ in facts.cameras.values() if key not in cameras.values()]
    again = rate.method != "same"
    return ConformMap(
        features=tuple(features.values()),
        cameras=tuple(CameraMap(own, name, again) for name, own in cameras.items()),
        rate=rate,
        left_out=tuple(lost),
        notes=tuple(_notes(features, rate)),
    )


def _unused(made: FeatureMap) -> list[str]:
    taken = {axis.source for axis in made.axes}
    return [axis for axis in made.source_axes if axis not in taken]


def _notes(features: Features, rate: RateMap) -> list[str]:
    notes = [
        f"{m.target} is kept as recorded: nobody states its unit."
        for m in features.values()
        if not any(axis.target_unit for axis in m.axes) and m.target_dtype.startswith("float")
    ]
    notes += [
        f"{m.source} is {m.source_dtype} in the recording and {m.target_dtype} here."
        for m in features.values()
        if m.source_dtype != m.target_dtype
    ]
    if rate.method == "same" and rate.source != rate.target:
        notes.append(f"Rows at {rate.source} a second stand at {rate.target} a second.")
    if rate.method in ("decimate", "hold", "linear"):
        notes.append(
            f"Rows and pictures at {rate.source} a second were chosen for {rate.target} a second ({rate.method})."
        )
    return notes
