"""A bought origin version laid out for labelling tools: pictures in one folder, and a list of what is what."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

from headwater.client.labels.origins import OriginItem
from headwater.formats import Episode

LIST = "origins.json"
_ALONE = ("images", "coco-images", "yolo-images", "dicom")


def lay_out(episodes: Sequence[Episode], origins: Sequence[OriginItem], target: Path) -> int:
    """Moves what was decrypted to ``target`` and lists it in ``origins.json``; how many origins there are.

    An origin that is one picture becomes ``images/NNNNNN-NAME``, any other the folder ``items/NNNNNN``. Labels an
    origin came with are left behind: labellers label what they see.
    """
    rows = []
    (target / "images").mkdir(parents=True)
    for one, episode in zip(origins, episodes, strict=True):
        first = episode.source.files[0]
        if episode.source.format in _ALONE:
            place = target / "images" / f"{one.position:06d}-{first.name}"
            shutil.move(first, place)
        else:
            root = episode.source.root if episode.source.root.is_dir() else episode.source.root.parent
            folder = target / "items" / f"{one.position:06d}"
            folder.parent.mkdir(exist_ok=True)
            shutil.move(root, folder)
            place = folder / first.relative_to(root)
        video = next(iter(episode.videos.values()), None)
        row = {"file": place.relative_to(target).as_posix(), "contribution": one.contribution.hex()}
        rows.append(row | ({"width": video.width, "height": video.height} if video else {}))
    (target / LIST).write_text(json.dumps({"origins": rows}, indent=1) + "\n", encoding="utf-8")
    return len(rows)
