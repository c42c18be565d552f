"""Pictures with labels: an ImageFolder as the Hub's viewer and ``datasets`` read it, and COCO beside it.

- ``train/``: the pictures, byte for byte where they are JPEG, PNG or WebP, else PNG of every stored value; with
  ``metadata.jsonl``: file name, ``objects`` (COCO boxes and category numbers), ``label`` and ``text`` of the whole.
- ``coco.json``: the same boxes and classes as COCO, for tools that read that.
- ``originals/``: files that are no plain pictures (DICOM), byte for byte.
- ``labels.jsonl``: what each labeller said before they were brought to one; ``README.md``, ``LICENSE``.

Clips with spans or words are written as ``export_huggingface`` writes them, with ``labels.jsonl`` beside.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from headwater.export.huggingface.card import Provenance, yaml_text
from headwater.export.huggingface.writer import export_huggingface
from headwater.export.media.pictures import Picture, picture
from headwater.export.models import ExportReport
from headwater.export.tally import Tally
from headwater.export.target import files_of, new_folder
from headwater.formats import Episode, Label, Video
from headwater.formats.labels import plain_label

_TASKS = {"boxes": "object-detection", "classes": "image-classification", "text": "image-to-text"}


@dataclass(frozen=True)
class Given:
    """What one labeller said: contribution's digest in hexadecimal, account, labels."""

    contribution: str
    labeller: str
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Labelled:
    """One origin with its labels.

    Attributes:
        origin: digest of its contribution in hexadecimal.
        episode: the picture, its annotations those of ``labels``.
        labels: what the labellers come to; given: what each said, in the order of their items.
    """

    origin: str
    episode: Episode
    labels: tuple[Label, ...]
    given: tuple[Given, ...]


def export_labelled(
    kind: str, items: Sequence[Labelled], out_dir: Path, *, provenance: Provenance = Provenance()
) -> ExportReport:
    """Write ``items`` as one dataset.

    Args:
        kind: ``boxes``, ``classes``, ``text`` or ``spans``.
        out_dir: must not exist or be empty; appears only when everything is written.

    Raises:
        OutputError, ExportError, RecordingError.
    """
    with new_folder(out_dir) as place:
        if kind in _TASKS and all(_still(item.episode) is not None for item in items):
            tally = Tally()
            _pictures(kind, items, place.root, tally, provenance)
            _each(kind, items, place.root / "labels.jsonl")
            return tally.report(place.root, place.target)
        made = export_huggingface([item.episode for item in items], place.root, provenance=provenance)
        _each(kind, items, place.root / "labels.jsonl")
        return replace(made, root=place.target, files=files_of(place.root))


def _pictures(kind: str, items: Sequence[Labelled], root: Path, tally: Tally, provenance: Provenance) -> None:
    names = sorted({label.category for item in items for label in item.labels if label.category})
    numbers = {name: number for number, name in enumerate(names)}
    rows: list[dict[str, Any]] = []
    coco: dict[str, Any] = {"images": [], "annotations": [], "categories": []}
    coco["categories"] = [{"id": number, "name": name} for name, number in numbers.items()]
    (root / "train").mkdir()
    for number, item in enumerate(items):
        tally.begin(1)
        video = _still(item.episode)
        assert video is not None
        made = picture(video, 0)
        name = f"{number:06d}.{made.suffix}"
        (root / "train" / name).write_bytes(made.data)
        _original(item.episode, made, number, root, tally)
        rows.append({"file_name": name, **_said(kind, item, numbers), "origin": item.origin,
                     "labellers": [one.labeller for one in item.given]})  # fmt: skip
        coco["images"].append(
            {"id": number, "file_name": f"train/{name}", "width": video.width, "height": video.height}
        )
        coco["annotations"] += _coco(item, number, numbers, len(coco["annotations"]))
    lines = [json.dumps(row, ensure_ascii=False, sort_keys=True) for row in rows]
    (root / "train/metadata.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (root / "coco.json").write_text(json.dumps(coco, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    _card(kind, names, len(items), root, provenance)


def _said(kind: str, item: Labelled, numbers: dict[str, int]) -> dict[str, Any]:
    if kind == "boxes":
        found = [label for label in item.labels if label.box is not None]
        bbox, categories = [list(one.box or ()) for one in found], [numbers[one.category] for one in found]
        return {"objects": {"bbox": bbox, "categories": categories, "names": [one.category for one in found]}}
    if kind == "classes":
        return {"label": item.labels[0].category if item.labels else "", "classes": [x.category for x in item.labels]}
    return {"text": item.labels[0].text if item.labels else ""}


def _coco(item: Labelled, image: int, numbers: dict[str, int], first: int) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for label in item.labels:
        if label.category:
            row: dict[str, Any] = {"id": first + len(rows), "image_id": image, "category_id": numbers[label.category]}
            if label.box is not None:
                row |= {"bbox": list(label.box), "area": label.box[2] * label.box[3], "iscrowd": 0}
            if label.outline:
                row["segmentation"] = [list(label.outline)]
            rows.append(row)
    return rows


def _original(episode: Episode, made: Picture, number: int, root: Path, tally: Tally) -> None:
    if made.stored:
        tally.still()
        return
    file = episode.source.files[0]
    (root / "originals").mkdir(exist_ok=True)
    shutil.copyfile(file, root / "originals" / f"{number:06d}{file.suffix}")
    tally.note("Pictures that are no JPEG, PNG or WebP: PNG of every stored value in train, the file in originals.")


def _each(kind: str, items: Sequence[Labelled], file: Path) -> None:
    with file.open("w", encoding="utf-8") as out:
        for item in items:
            for one in item.given:
                labels = [plain_label(label, kind) for label in one.labels]
                row = {"origin": item.origin, "contribution": one.contribution, "labeller": one.labeller}
                out.write(json.dumps({**row, "kind": kind, "labels": labels}, ensure_ascii=False) + "\n")


def _still(episode: Episode) -> Video | None:
    """The one picture of an episode; ``None`` if it is a clip or a run of frames."""
    videos = tuple(episode.videos.values())
    alone = len(videos) == 1 and videos[0].stills is not None and len(videos[0].stills.times_ns) == 1
    return videos[0] if alone else None


def _card(kind: str, names: Sequence[str], count: int, root: Path, provenance: Provenance) -> None:
    front = {
        "pretty_name": provenance.title,
        "license": "other",
        "license_name": provenance.licence.lower().replace(", ", "-"),
        "task_categories": [_TASKS[kind]],
        "tags": ["headwater"],
        "configs": [{"config_name": "default", "data_files": [{"split": "train", "path": "train/**"}]}],
    }
    about = f"{count} pictures with {kind}. Categories by number: {', '.join(names) or 'none'}."
    text = f"""---
{yaml_text(front)}---

# {provenance.title}

{about}

```python
from datasets import load_dataset

rows = load_dataset("imagefolder", data_dir=FOLDER, split="train")
```

`coco.json` has the same labels as COCO; `labels.jsonl` what each labeller said before they were brought to one.

## Provenance

{provenance.campaign or "Not given."}

## Licence

{provenance.licence}{". See LICENSE." if provenance.licence_text else ""}

## Citation

```bibtex
{provenance.citation()}
```
"""
    (root / "README.md").write_text(text, encoding="utf-8")
    if provenance.licence_text:
        (root / "LICENSE").write_text(provenance.licence_text + "\n", encoding="utf-8")
