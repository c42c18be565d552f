"""A campaign's cameras from a recording's: by statement, by one of the campaign's keys, never by guess."""

from __future__ import annotations

from collections.abc import Sequence

from headwater.export.conform.facts import Facts
from headwater.export.errors import Problem
from headwater.export.lerobot.layout import camera_key
from headwater.formats.conventions import FILE
from headwater.records.campaign_spec import CameraSpec

Names = dict[str, str]
_ANY = f'Say in {FILE} which camera is which: "cameras": {{"OWN": "ASKED"}}.'


def camera_names(asked: Sequence[CameraSpec], seen: Sequence[Facts]) -> tuple[list[Names], list[Problem]]:
    """For each episode the dataset's camera name to the recording's key, in the dataset's order.

    A view whose keys the campaign names becomes the first of them. Of the others, those stay that every episode has
    under one name (its own or a stated one) and in one size. A view for which no key is named needs one of those.
    """
    found: list[Names] = [{} for _ in seen]
    problems = [problem for facts in seen for problem in _twice(facts)]
    for camera in asked:
        if not camera.keys:
            continue
        for names, facts in zip(found, seen, strict=True):
            own = _claimed(camera, facts)
            if isinstance(own, Problem):
                problems.append(own)
            else:
                names[camera_key(camera.keys[0])] = own
    problems += _sizes(found, seen)
    shared = _shared(found, seen)
    for names, facts in zip(found, seen, strict=True):
        names |= {name: _offered(facts)[name] for name in shared if name in _offered(facts)}
    nameless = [camera.role for camera in asked if not camera.keys]
    if len(nameless) > len(shared):
        field, problem = f"camera {nameless[-1]}", "no camera of one name and size in every episode"
        allowed = ", ".join(_offered(seen[0])) or "a camera"
        lacking = [facts for facts in seen if set(_offered(facts)) != set(_offered(seen[0]))] or list(seen)
        problems += [
            facts.problem(field, problem, ", ".join(facts.cameras) or "no camera", allowed, _ANY) for facts in lacking
        ]
    return found, problems


def _offered(facts: Facts) -> Names:
    """Dataset name to own key of every camera, with the stated names."""
    told = {camera_key(own): camera_key(asked) for own, asked in facts.conventions.cameras.items()}
    return {told.get(name, name): key for name, (key, _) in facts.cameras.items()}


def _twice(facts: Facts) -> list[Problem]:
    lost = [key for key, _ in facts.cameras.values() if key not in _offered(facts).values()]
    fix = f'Correct "cameras" in {FILE}.'
    return [facts.problem(f"camera {key}", "another camera has its name", key, "a name each", fix) for key in lost]


def _claimed(camera: CameraSpec, facts: Facts) -> str | Problem:
    keys = [camera_key(key) for key in camera.keys]
    offered = _offered(facts)
    stated = {camera_key(asked) for asked in facts.conventions.cameras.values()}
    fitting = [key for key in keys if key in offered]
    fitting = [key for key in fitting if key in stated] or fitting
    if not fitting:
        problem, actual = "the recording has no such camera", ", ".join(facts.cameras) or "no camera"
        return facts.problem(f"camera {camera.role}", problem, actual, " or ".join(keys), _ANY)
    return offered[fitting[0]]


def _size(facts: Facts, own: str) -> tuple[int, int]:
    return facts.cameras[camera_key(own)][1]


def _sizes(found: Sequence[Names], seen: Sequence[Facts]) -> list[Problem]:
    """Pictures are not scaled: a dataset has one size a camera."""
    problem = "another picture size than the first recording's"
    fix = "Export recordings of one picture size together."
    problems = []
    for name in dict.fromkeys(name for names in found for name in names):
        having = [(facts, _size(facts, names[name])) for names, facts in zip(found, seen, strict=True) if name in names]
        problems += [
            facts.problem(f"camera {name}", problem, _shown(size), _shown(having[0][1]), fix)
            for facts, size in having
            if size != having[0][1]
        ]
    return problems


def _shared(found: Sequence[Names], seen: Sequence[Facts]) -> list[str]:
    kept = []
    for name in _offered(seen[0]):
        sizes = set()
        for names, facts in zip(found, seen, strict=True):
            own = _offered(facts).get(name)
            free = own is not None and own not in names.values() and name not in names
            sizes.add(_size(facts, own) if free and own is not None else None)
        if len(sizes) == 1 and None not in sizes:
            kept.append(name)
    return kept


def _shown(size: tuple[int, int]) -> str:
    return f"{size[0]}x{size[1]}"
