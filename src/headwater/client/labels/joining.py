"""Bought labels laid on their bought pictures."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from headwater.client.errors import ClientError
from headwater.client.labels.consensus import consensus_of
from headwater.client.network import Network
from headwater.export import Given, Labelled
from headwater.formats import Episode, Label, Text
from headwater.formats.labels import annotations_of
from headwater.records.campaign_spec import CampaignSpec, label_work
from headwater.records.dataset import LabelDatasetManifest


def joined(
    network: Network,
    manifest: LabelDatasetManifest,
    sheets: Mapping[bytes, Episode],
    pictures: Mapping[bytes, Episode],
    withdrawn: Collection[bytes] = (),
) -> tuple[str, tuple[Labelled, ...]]:
    """Kind of the work, and every labelled origin with what each labeller said and what they come to.

    Args:
        sheets: of the label version by contribution; of those whose consent was withdrawn there is none.
        pictures: episodes of the origin version by contribution; withdrawn: the rest of that version.

    Raises:
        ClientError: a sheet of an origin that is not in the version.
    """
    work = label_work(network.record(CampaignSpec, manifest.spec))
    assert work is not None
    given: dict[bytes, list[Given]] = {}
    for row in manifest.episodes:
        if row.contribution not in sheets:
            continue
        sheet = sheets[row.contribution].sheet
        if sheet is not None and sheet.origin.contribution in withdrawn:
            continue
        if sheet is None or sheet.origin.contribution not in pictures:
            name = sheet.origin.contribution.hex()[:16] if sheet else "none"
            allowed = f"one of dataset {manifest.origin_dataset}@{manifest.origin_version}"
            raise ClientError(f"origin of contribution {row.contribution.hex()[:16]}", actual=name, allowed=allowed)
        given.setdefault(sheet.origin.contribution, []).append(
            Given(row.contribution.hex(), row.contributor, sheet.labels)
        )
    made = []
    for origin, picture in pictures.items():
        if origin in given:
            said = {one.labeller: one.labels for one in given[origin]}
            labels = consensus_of(work.kind, said, work.categories)
            made.append(Labelled(origin.hex(), _with(picture, work.kind, labels), labels, tuple(given[origin])))
    return work.kind, tuple(made)


def _with(picture: Episode, kind: str, labels: tuple[Label, ...]) -> Episode:
    """The picture with these labels instead of whatever its own recording said."""
    if kind in ("boxes", "classes"):
        return replace(picture, annotations=annotations_of(labels))
    times = np.array([label.start_ms * 1_000_000 for label in labels], np.int64)
    words = tuple(label.text or label.category for label in labels)
    return replace(picture, texts={**picture.texts, "labels": Text("labels", times, words, "row")})
